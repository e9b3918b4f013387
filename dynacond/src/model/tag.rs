//! Tags: the state of an item that was read, as text.
use std::fmt;
use std::str::FromStr;

use crate::value::digest::DIGITS;

/// The state of an item that was read, as a text that prints and parses: for an HTTP `ETag`.
///
/// ```
/// use dynacond::Tag;
/// let tag: Tag = "7-6f1e0a5c".parse()?;
/// assert_eq!(tag.version(), 7);
/// assert_eq!(tag.to_string(), "7-6f1e0a5c");
/// # Ok::<(), dynacond::InvalidTag>(())
/// ```
///
/// A tag names what the item has:
///
/// | the item has | text of the tag |
/// |---|---|
/// | a version and a write id | `7-6f1e0a5c` |
/// | a version | `7` |
/// | a write id | `id-6f1e0a5c` |
/// | neither | `content-` and 64 hexadecimal digits: the SHA-256 of the key and of all attributes |
///
/// With a hash of the content, a client can test guesses about attributes that it may not read. Save such items once, and their
/// tags name a version.
///
/// The text `unversioned` is a tag, too. It names no content, so a write at this tag is always refused as stale. An item has this tag
/// if it holds a value that the SDK does not know.
///
/// dynacond's write ids are 32 hexadecimal digits. Write ids of other writers must be visible ASCII without `"`, `,` and `\`, because
/// an `ETag`, or a list of them, cannot carry these ([RFC 9110, 8.8.3](https://www.rfc-editor.org/rfc/rfc9110#section-8.8.3)). A tag
/// with any other write id prints, but does not parse.
#[doc(alias("ETag", "If-Match"))]
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Tag {
    pub(crate) version: Option<u64>,
    pub(crate) write_id: Option<String>,
    /// The digest of key and attributes, of an item that has neither version nor write id.
    pub(crate) content: Option<String>,
}

impl Tag {
    /// Of an item whose content has no digest: it names nothing.
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

/// How the texts of tags without a version begin.
const ID: &str = "id-";
const CONTENT: &str = "content-";
/// That of an item without any.
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
        "not a tag: expected a version and a write id such as `7-6f1e0a5c`, one of both, or the content of an item that has neither"
    )]
    Malformed,
    /// A weak tag. `If-Match` compares strong tags: [RFC 9110, 13.1.1](https://www.rfc-editor.org/rfc/rfc9110#section-13.1.1).
    #[error(
        "a weak tag, `W/\"…\"`: a write needs the strong one that was given out (RFC 9110, 13.1.1); what compresses answers on their way may weaken tags"
    )]
    Weak,
    /// `*`, which stands for any existing item.
    #[error("`*` is no tag: it means any item that is there, and names no version to write at")]
    Any,
    /// Several tags.
    #[error("a list of tags: a write is at one version, and takes one tag")]
    List,
}

impl FromStr for Tag {
    type Err = InvalidTag;
    /// One pair of quotes around the tag is left out: an `If-Match` has them.
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
        // `u64::from_str` takes a leading `+` and zeros; a tag has one spelling.
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

/// What a header can carry within quotes, and a list of such can be told apart.
fn is_write_id(text: &str) -> bool {
    let carried = |byte| matches!(byte, b'!'..=b'~') && !matches!(byte, b'"' | b',' | b'\\');
    !text.is_empty() && text.bytes().all(carried)
}

/// As [`digest`] writes it.
fn is_digest(text: &str) -> bool {
    let digit = |byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
    text.len() == DIGITS && text.bytes().all(digit)
}
