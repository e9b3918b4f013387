//! Shows values to people, in texts of limited length.
use std::fmt::{self, Write as _};

use aws_sdk_dynamodb::types::AttributeValue;

use crate::value::measure::size;

/// The most bytes of a value's text. A longer text is cut, and its length is shown.
const LONGEST: usize = 1024;

/// The most bytes of a text that explains a refusal.
pub(crate) const LONGEST_TEXT: usize = 64 * 1024;

/// The most bytes of the text of one clause. An expression has at most 4,096 bytes, but here it shows values instead of
/// placeholders.
pub(crate) const LONGEST_CLAUSE: usize = 8 * 1024;

/// The mark at the end of a text that was cut.
const CUT: &str = " …";

/// A writer that takes a limited number of bytes, and then returns an error.
struct Bounded<'w> {
    out: &'w mut dyn fmt::Write,
    left: usize,
    is_cut: bool,
}

impl fmt::Write for Bounded<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let fits = text.floor_char_boundary(self.left);
        self.out.write_str(&text[..fits])?;
        if fits < text.len() {
            // The error also stops the caller, so that no more text is made.
            (self.left, self.is_cut) = (0, true);
            return Err(fmt::Error);
        }
        self.left -= fits;
        Ok(())
    }
}

/// Writes at most `limit` bytes, and returns whether there would have been more.
pub(crate) fn write_at_most(
    out: &mut dyn fmt::Write,
    limit: usize,
    text: &dyn fmt::Display,
) -> Result<bool, fmt::Error> {
    let (left, is_cut) = (limit.saturating_sub(CUT.len()), false);
    let mut bounded = Bounded { out, left, is_cut };
    match write!(bounded, "{text}") {
        Err(_) if bounded.is_cut => bounded.out.write_str(CUT).map(|()| true),
        written => written.map(|()| false),
    }
}

/// A text of at most `limit` bytes.
pub(crate) fn at_most(limit: usize, text: &dyn fmt::Display) -> String {
    let mut short = String::new();
    // Writing to a `String` does not fail.
    let _cut = write_at_most(&mut short, limit, text);
    short
}

/// A value as people read it: texts without quotes, unless they would look like something else, and long values cut.
pub(crate) struct Shown<'a>(pub(crate) &'a AttributeValue);

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !write_at_most(f, LONGEST, &Whole(self.0))? {
            return Ok(());
        }
        let unit = match self.0 {
            AttributeValue::S(text) => return write!(f, " ({} bytes)", text.len()),
            AttributeValue::B(_) => "bytes",
            AttributeValue::M(_) => "entries",
            AttributeValue::L(_) => "elements",
            _ => "members",
        };
        match size(self.0) {
            Some(size) => write!(f, " ({size} {unit})"),
            None => Ok(()),
        }
    }
}

/// A value in full.
pub(crate) struct Whole<'a>(pub(crate) &'a AttributeValue);

impl fmt::Display for Whole<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fn list<T>(
            f: &mut fmt::Formatter<'_>,
            brackets: [&str; 2],
            items: impl IntoIterator<Item = T>,
            show: impl Fn(&mut fmt::Formatter<'_>, T) -> fmt::Result,
        ) -> fmt::Result {
            f.write_str(brackets[0])?;
            for (i, item) in items.into_iter().enumerate() {
                f.write_str(if i > 0 { ", " } else { "" })?;
                show(f, item)?;
            }
            f.write_str(brackets[1])
        }
        match self.0 {
            AttributeValue::S(text) => show_text(text, f),
            AttributeValue::N(number) => f.write_str(number),
            AttributeValue::Bool(value) => value.fmt(f),
            AttributeValue::Null(_) => f.write_str("NULL"),
            AttributeValue::B(blob) => show_bytes(blob.as_ref(), f),
            AttributeValue::Ss(set) => list(f, ["{", "}"], set, |f, text| show_text(text, f)),
            AttributeValue::Ns(set) => list(f, ["{", "}"], set, |f, number| f.write_str(number)),
            AttributeValue::Bs(set) => {
                list(f, ["{", "}"], set, |f, blob| show_bytes(blob.as_ref(), f))
            }
            AttributeValue::L(values) => {
                list(f, ["[", "]"], values, |f, value| Whole(value).fmt(f))
            }
            AttributeValue::M(map) => {
                let mut entries: Vec<_> = map.iter().collect();
                entries.sort_by_key(|(name, _)| *name);
                list(f, ["{", "}"], entries, |f, (name, value)| {
                    show_text(name, f)?;
                    write!(f, ": {}", Whole(value))
                })
            }
            _ => f.write_str("(unknown)"),
        }
    }
}

fn show_text(text: &str, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let plain = text.starts_with(|c: char| c.is_alphabetic())
        && text
            .chars()
            .all(|c| c.is_alphanumeric() || matches!(c, '-' | '_' | '#' | '.' | '@' | '/'))
        && !["true", "false", "null"]
            .iter()
            .any(|word| text.eq_ignore_ascii_case(word));
    if plain {
        f.write_str(text)
    } else {
        write!(f, "{text:?}")
    }
}

fn show_bytes(bytes: &[u8], f: &mut fmt::Formatter<'_>) -> fmt::Result {
    f.write_str("0x")?;
    bytes.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
}
