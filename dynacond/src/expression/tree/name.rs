//! Attribute names and their readable placeholders.
use std::borrow::Cow;
use std::fmt;
use std::ops::Deref;

use crate::model::item::{Known, Model};
use crate::types::number_range::NumberRange;
use crate::value::reason::SerializeError;

/// The most bytes of the attribute's name in a readable placeholder. DynamoDB accepts placeholders of 255 bytes.
pub(in crate::expression) const MAX_PLACEHOLDER: usize = 64;

/// An attribute's name.
#[derive(Clone)]
pub(crate) enum Name {
    /// A name that the derive knows.
    Known(&'static Known),
    /// A name that is known only at run time.
    Text(Cow<'static, str>),
    /// The invalid key of a map's entry, with the reason why serde does not write it as text.
    NoText(Box<SerializeError>),
}

impl Name {
    /// Whether the values of the attribute are never shown.
    pub(crate) fn is_sensitive(&self) -> bool {
        matches!(self, Self::Known(known) if known.is_withheld())
    }

    /// The model of the item that the attribute belongs to, if the derive knows it.
    pub(crate) fn model(&self) -> Option<&'static Model> {
        match self {
            Self::Known(known) => known.model(),
            Self::Text(_) | Self::NoText(_) => None,
        }
    }

    /// The range of the attribute's numbers, if the derive knows it.
    pub(crate) const fn range(&self) -> Option<NumberRange> {
        match self {
            Self::Known(known) => Some(known.range()),
            Self::Text(_) | Self::NoText(_) => None,
        }
    }

    /// Returns a readable placeholder: the letters, digits and underscores of the name after the prefix.
    pub(in crate::expression) fn placeholder(&self, prefix: Prefix) -> String {
        match self {
            Self::Known(Known {
                name: [_, name, value],
                ..
            }) => match prefix {
                Prefix::Name => (*name).to_owned(),
                Prefix::Value => (*value).to_owned(),
                // The derive has already checked its characters.
                Prefix::OurName => ours('#', &name[1..]),
                Prefix::OurValue => ours(':', &value[1..]),
            },
            _ => placeholder(prefix.text(), self),
        }
    }
}

/// The beginning of a placeholder.
#[derive(Clone, Copy)]
pub(crate) enum Prefix {
    Name,
    Value,
    OurName,
    OurValue,
}

impl Prefix {
    pub(in crate::expression) const fn text(self) -> &'static str {
        match self {
            Self::Name => "#",
            Self::Value => ":",
            Self::OurName => "#dc_",
            Self::OurValue => ":dc_",
        }
    }
}

impl Deref for Name {
    type Target = str;
    #[inline]
    fn deref(&self) -> &str {
        match self {
            Self::Known(known) => known.name(),
            Self::Text(name) => name,
            Self::NoText(_) => "?",
        }
    }
}

impl<T: Into<Cow<'static, str>>> From<T> for Name {
    fn from(name: T) -> Self {
        Self::Text(name.into())
    }
}

impl PartialEq for Name {
    fn eq(&self, other: &Self) -> bool {
        **self == **other
    }
}
impl Eq for Name {}
impl PartialOrd for Name {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}
impl Ord for Name {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        (**self).cmp(&**other)
    }
}

impl fmt::Debug for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(f)
    }
}
impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self)
    }
}

/// Returns the part of the name that the placeholder contains.
const KEPT: [bool; 256] = {
    let mut plain = [false; 256];
    let mut byte = 0_u8;
    while byte < 128 {
        plain[byte as usize] = byte.is_ascii_alphanumeric() || byte == b'_';
        byte += 1;
    }
    plain
};

/// The same text as [`joined`] writes after our prefix. The length of the prefix is known when this is compiled, so it takes less time.
fn ours(sign: char, word: &str) -> String {
    let mut placeholder = String::with_capacity("#dc_".len() + word.len());
    placeholder.push(sign);
    placeholder.push_str("dc_");
    placeholder.push_str(word);
    placeholder
}

fn joined(sign: &str, word: &str) -> String {
    let mut placeholder = String::with_capacity(sign.len() + word.len());
    placeholder.push_str(sign);
    placeholder.push_str(word);
    placeholder
}

fn placeholder(sign: &str, name: &str) -> String {
    if name.len() <= MAX_PLACEHOLDER && name.bytes().all(|byte| KEPT[usize::from(byte)]) {
        return joined(sign, name);
    }
    let word = name
        .chars()
        .take(MAX_PLACEHOLDER)
        .map(|c| if c.is_ascii_alphanumeric() { c } else { '_' });
    sign.chars().chain(word).collect()
}
