//! Tags: a text that names the state of an item.
use std::fmt;
use std::str::FromStr;

use crate::value::digest::DIGITS;

/// The state of an item that was read, as a text for an HTTP `ETag`. A tag prints and parses.
///
/// ```
/// use dynacond::Tag;
/// let tag: Tag = "7-6f1e0a5c".parse()?;
/// assert_eq!(tag.version(), 7);
/// assert_eq!(tag.to_string(), "7-6f1e0a5c");
/// # Ok::<(), dynacond::InvalidTag>(())
/// ```
///
/// The text depends on what the item has:
///
/// | the item has | text of the tag |
/// |---|---|
/// | a version and a write id | `7-6f1e0a5c` |
/// | a version | `7` |
/// | a write id | `id-6f1e0a5c` |
/// | neither | `content-` and 64 hexadecimal digits: the SHA-256 of the key and of all attributes |
///
/// With a hash of the content, a client can test guesses about attributes that it must not see. If you save such an item once, its
/// tag names a version instead.
///
/// The text `unversioned` is a tag, too. An item has this tag if it contains a value that the SDK does not know. The tag names no
/// content, so a write at this tag is always refused as stale.
///
/// dynacond's write ids are 32 hexadecimal digits. Write ids of other writers must be visible ASCII without `"`, `,` and `\`, because
/// an `ETag`, or a list of them, cannot carry these ([RFC 9110, 8.8.3](https://www.rfc-editor.org/rfc/rfc9110#section-8.8.3)). A tag
/// with any other write id prints, but does not parse.
#[doc(alias("ETag", "If-Match"))]
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Tag {
    pub(crate) version: Option<u64>,
    pub(crate) write_id: Option<String>,
    /// The digest of the key and the attributes, for an item that has neither version nor write id.
    pub(crate) content: Option<String>,
}

impl Tag {
    /// The tag of an item whose content has no digest. It matches no item.
    const UNVERSIONED: Self = Self {
        version: None,
        write_id: None,
        content: None,
    };

    /// Returns the version, or 0 for an item without one.
    #[must_use]
    pub fn version(&self) -> u64 {
        self.version.unwrap_or(0)
    }

    /// Returns the tag between quotes, as in the headers `ETag` and `If-Match`. Parsing accepts it with and without the quotes.
    ///
    /// ```
    /// use dynacond::{InvalidTag, Tag};
    /// let tag: Tag = "7-6f1e0a5c".parse()?;
    /// assert_eq!(tag.etag(), "\"7-6f1e0a5c\"");
    /// assert_eq!(tag.etag().parse(), Ok(tag));
    ///
    /// // The other things that an `If-Match` may hold do not name one version.
    /// assert_eq!("W/\"7-6f1e0a5c\"".parse::<Tag>(), Err(InvalidTag::Weak));
    /// assert_eq!("*".parse::<Tag>(), Err(InvalidTag::Any));
    /// assert_eq!("\"6-a1\", \"7-b2\"".parse::<Tag>(), Err(InvalidTag::List));
    /// # Ok::<(), InvalidTag>(())
    /// ```
    #[must_use]
    pub fn etag(&self) -> String {
        format!("\"{self}\"")
    }
}

/// The prefixes of tags without a version.
const ID: &str = "id-";
const CONTENT: &str = "content-";
/// The text of a tag that matches no item.
const NOTHING: &str = "unversioned";

impl fmt::Display for Tag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.version, &self.write_id, &self.content) {
            (Some(version), None, _) => write!(f, "{version}"),
            (Some(version), Some(id), _) => write!(f, "{version}-{id}"),
            (None, Some(id), _) => write!(f, "{ID}{id}"),
            (None, None, Some(content)) => write!(f, "{CONTENT}{content}"),
            (None, None, None) => f.write_str(NOTHING),
        }
    }
}

/// A text that is not a [`Tag`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidTag {
    /// The text was not made by dynacond.
    #[error(
        "the text is not a tag: a tag has a version and a write id, as in `7-6f1e0a5c`, or one of the two, or the digest of an item that has neither"
    )]
    Malformed,
    /// A weak tag. `If-Match` compares strong tags: [RFC 9110, 13.1.1](https://www.rfc-editor.org/rfc/rfc9110#section-13.1.1).
    #[error(
        "the tag is weak, `W/\"…\"`, but a write needs a strong tag (RFC 9110, 13.1.1); a proxy that compresses responses may weaken tags"
    )]
    Weak,
    /// `*`, which means any existing item.
    #[error("`*` is not a tag: it means any existing item, and a write needs a version")]
    Any,
    /// Several tags.
    #[error("the text is a list of tags, but a write expects one version and takes one tag")]
    List,
}

impl FromStr for Tag {
    type Err = InvalidTag;
    /// Parses a tag. One pair of quotes around the tag is ignored, because an `If-Match` has them.
    fn from_str(text: &str) -> std::result::Result<Self, InvalidTag> {
        if text.contains(',') {
            return Err(InvalidTag::List);
        }
        if text == "*" {
            return Err(InvalidTag::Any);
        }
        if text.starts_with("W/") {
            return Err(InvalidTag::Weak);
        }
        let quoted = text
            .strip_prefix('"')
            .and_then(|rest| rest.strip_suffix('"'));
        let text = quoted.unwrap_or(text);
        if text == NOTHING {
            return Ok(Self::UNVERSIONED);
        }
        if let Some(id) = text.strip_prefix(ID).filter(|id| is_write_id(id)) {
            return Ok(Self {
                write_id: Some(id.to_owned()),
                ..Self::UNVERSIONED
            });
        }
        if let Some(content) = text.strip_prefix(CONTENT).filter(|text| is_digest(text)) {
            return Ok(Self {
                content: Some(content.to_owned()),
                ..Self::UNVERSIONED
            });
        }
        let (version, write_id) = match text.split_once('-') {
            None => (text, None),
            Some((version, id)) if is_write_id(id) => (version, Some(id.to_owned())),
            Some(_) => return Err(InvalidTag::Malformed),
        };
        // `u64::from_str` accepts a leading `+` and leading zeros, but a tag has only one spelling.
        let canonical = version == "0" || !version.starts_with('0');
        if !canonical || !version.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(InvalidTag::Malformed);
        }
        let version = version.parse().map_err(|_| InvalidTag::Malformed)?;
        Ok(Self {
            version: Some(version),
            write_id,
            content: None,
        })
    }
}

/// Whether the text can be quoted in a header, also in a list of quoted texts.
fn is_write_id(text: &str) -> bool {
    let carried = |byte| matches!(byte, b'!'..=b'~') && !matches!(byte, b'"' | b',' | b'\\');
    !text.is_empty() && text.bytes().all(carried)
}

/// Whether the text has the format of a [`digest`].
fn is_digest(text: &str) -> bool {
    let digit = |byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
    text.len() == DIGITS && text.bytes().all(digit)
}
