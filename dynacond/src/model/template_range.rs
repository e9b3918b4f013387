//! Ranges of a key template's texts. For a comparison of one field, this computes the range that DynamoDB is asked for, and the
//! check of each text that DynamoDB returns.
//!
//! DynamoDB compares whole texts, byte by byte, so the literal after a field takes part in the comparison. For example, `a#..` is
//! greater than `a!#..`, because `#` is greater than `!`, although the field `a` is less than `a!`. So the range is as wide as
//! necessary, and texts whose field does not fit are left out after the field was read back. If the field has a fixed width, the range
//! contains no other texts of the template.
use std::borrow::Cow;

use crate::model::template::{Separation, TemplatePart, reads_forward};

/// A comparison with values or with texts.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Comparison<V> {
    Eq(V),
    Lt(V),
    Le(V),
    Gt(V),
    Ge(V),
    Between(V, V),
    BeginsWith(V),
}

impl<V> Comparison<V> {
    /// Whether the texts between two bounds are asked for, among which may be texts of other templates.
    pub(crate) const fn is_range(&self) -> bool {
        !matches!(self, Self::Eq(_) | Self::BeginsWith(_))
    }

    /// Returns the same comparison with other operands.
    pub(crate) fn try_map<W, E>(
        self,
        mut f: impl FnMut(V) -> Result<W, E>,
    ) -> Result<Comparison<W>, E> {
        Ok(match self {
            Self::Eq(value) => Comparison::Eq(f(value)?),
            Self::Lt(value) => Comparison::Lt(f(value)?),
            Self::Le(value) => Comparison::Le(f(value)?),
            Self::Gt(value) => Comparison::Gt(f(value)?),
            Self::Ge(value) => Comparison::Ge(f(value)?),
            Self::Between(low, high) => Comparison::Between(f(low)?, f(high)?),
            Self::BeginsWith(value) => Comparison::BeginsWith(f(value)?),
        })
    }
}

impl Comparison<String> {
    /// Whether the comparison is true for the text of the field.
    pub(crate) fn holds(&self, own: &str) -> bool {
        match self {
            Self::Eq(text) => own == text,
            Self::Lt(text) => own < text.as_str(),
            Self::Le(text) => own <= text.as_str(),
            Self::Gt(text) => own > text.as_str(),
            Self::Ge(text) => own >= text.as_str(),
            Self::Between(low, high) => (low.as_str()..=high.as_str()).contains(&own),
            Self::BeginsWith(text) => own.starts_with(text.as_str()),
        }
    }
}

/// Texts between two bounds, both included.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum TextRange {
    Exactly(String),
    BeginningWith(String),
    From(String),
    UpTo(String),
    Between(String, String),
}

/// A field of a template whose prefix is known.
#[derive(Clone, Copy)]
pub(crate) struct FieldAt<'p> {
    pub(crate) parts: &'p [TemplatePart],
    /// The index of the field in `parts`.
    pub(crate) at: usize,
    /// The text of all parts before it.
    pub(crate) prefix: &'p str,
}

impl FieldAt<'_> {
    /// The literal right after the field, or nothing.
    fn after(&self) -> &'static str {
        match self.parts.get(self.at + 1) {
            Some(TemplatePart::Literal(text)) => text,
            _ => "",
        }
    }

    /// Whether other fields follow.
    pub(crate) fn has_more(&self) -> bool {
        let rest = self.parts.get(self.at + 1..).unwrap_or_default();
        rest.iter()
            .any(|part| matches!(part, TemplatePart::Field(_)))
    }

    /// Whether the text before the field does not end with another field.
    fn is_after_literal(&self) -> bool {
        let before = self.at.checked_sub(1).map(|at| &self.parts[at]);
        matches!(before, None | Some(TemplatePart::Literal(_)))
    }

    fn is_fixed(&self) -> bool {
        matches!(&self.parts[self.at], TemplatePart::Field(field) if field.fixed_width() > 0)
    }

    /// Whether the range of this comparison contains no other texts of the template, because the ends of this field and of all
    /// fields before it can be found from the left.
    pub(crate) fn is_exact(&self, separated: Separation, comparison: &Comparison<String>) -> bool {
        let known = |i| reads_forward(self.parts, i, separated);
        // The text ends with a last field, and the texts of a fixed width have the order of the whole texts.
        let (is_last, is_fixed) = (self.at + 1 == self.parts.len(), self.is_fixed());
        // A bound is included. It must not be the text of a greater field with an empty one after it.
        let is_bounded = is_last || (is_fixed && !self.after().is_empty());
        (0..self.at).all(known)
            && match comparison {
                // The prefix of a field must not match the part after the field.
                Comparison::Eq(_) => !self.has_more() || known(self.at),
                Comparison::BeginsWith(_) => is_last || known(self.at),
                // The end of the range is the text behind the prefix. It must not be the next prefix with an empty field after it.
                Comparison::Ge(_) => is_fixed || (is_last && self.is_after_literal()),
                Comparison::Le(_) | Comparison::Between(..) => is_bounded,
                Comparison::Gt(_) => is_fixed,
                Comparison::Lt(_) => is_bounded && is_fixed,
            }
    }

    /// Returns the smallest range that contains every text with such a field.
    pub(crate) fn range(&self, comparison: &Comparison<String>) -> TextRange {
        let prefix = self.prefix;
        let with = |own: &str| [prefix, own].concat();
        let from = |low: String| match successor(prefix) {
            Some(end) => TextRange::Between(low, end),
            None => TextRange::From(low),
        };
        let up_to = |high: Option<String>| match (prefix, high) {
            (_, None) => TextRange::BeginningWith(prefix.to_owned()),
            // No key is empty, and the check leaves out the key that is this text.
            ("", Some(high)) if high.is_empty() => TextRange::UpTo("\0".to_owned()),
            ("", Some(high)) => TextRange::UpTo(high),
            (_, Some(high)) => TextRange::Between(prefix.to_owned(), high),
        };
        match comparison {
            Comparison::Eq(own) => {
                let text = [prefix, own, self.after()].concat();
                if self.has_more() {
                    TextRange::BeginningWith(text)
                } else {
                    TextRange::Exactly(text)
                }
            }
            Comparison::BeginsWith(own) => TextRange::BeginningWith(with(own)),
            Comparison::Gt(own) if self.is_fixed() => {
                from(successor(&with(own)).unwrap_or_else(|| with(own)))
            }
            Comparison::Gt(own) | Comparison::Ge(own) => from(with(own)),
            Comparison::Lt(own) => up_to(self.upper(own, false)),
            Comparison::Le(own) => up_to(self.upper(own, true)),
            Comparison::Between(low, high) => match self.upper(high, true) {
                Some(high) => TextRange::Between(with(low), high),
                None => from(with(low)),
            },
        }
    }

    /// Returns an upper bound for all texts with a lesser field, and for those with this field if it is `inclusive`. With `None`, the
    /// only bound is that of the prefix.
    fn upper(&self, own: &str, inclusive: bool) -> Option<String> {
        let (prefix, after) = (self.prefix, self.after());
        if !self.is_fixed()
            && let Some(next) = self.greatest_next()
        {
            // A lesser field that ends here is followed by `next`, which may be greater than the next letter of this field.
            let shorter = own.char_indices().find(|(_, letter)| *letter <= next);
            if let Some((end, _)) = shorter {
                return successor(&format!("{prefix}{}{next}", &own[..end]));
            }
        }
        let whole = || format!("{prefix}{own}{after}");
        match (inclusive, self.has_more()) {
            (true, true) => successor(&whole()),
            (true, false) => Some(whole()),
            (false, false) if self.is_fixed() && after.is_empty() => {
                Some([prefix, &*one_less(own)].concat())
            }
            (false, _) => Some([prefix, own].concat()),
        }
    }

    /// The greatest letter that may follow the field: that of the literal, or any of the next field, whose width is fixed. All types of a
    /// fixed width write ASCII.
    fn greatest_next(&self) -> Option<char> {
        match self.parts.get(self.at + 1)? {
            TemplatePart::Literal(text) => text.chars().next(),
            TemplatePart::Field(_) => Some('\u{7f}'),
        }
    }
}

/// Returns a text that is not less than any lesser text of the same width, and less than this one. The text is ASCII.
fn one_less(text: &str) -> Cow<'_, str> {
    let mut letters = text.chars();
    match letters.next_back().and_then(|last| u8::try_from(last).ok()) {
        Some(last @ 1..) => format!("{}{}", letters.as_str(), char::from(last - 1)).into(),
        _ => text.into(),
    }
}

/// Returns the least text that is greater than all texts with this prefix, if there is one.
fn successor(text: &str) -> Option<String> {
    let mut text = text.to_owned();
    while let Some(last) = text.pop() {
        let next = match last {
            '\u{D7FF}' => Some('\u{E000}'),
            _ => char::from_u32(u32::from(last) + 1),
        };
        if let Some(next) = next {
            text.push(next);
            return Some(text);
        }
    }
    None
}
