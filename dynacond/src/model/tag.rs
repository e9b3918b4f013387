//! Tags: version and write id of an item, as text.
use std::fmt;
use std::str::FromStr;

/// Version and write id of an item as it was read: printable and parseable, for an HTTP `ETag`.
///
/// ```
/// use dynacond::Tag;
/// let tag: Tag = "7-6f1e0a5c".parse()?;
/// assert_eq!(tag.version(), 7);
/// assert_eq!(tag.to_string(), "7-6f1e0a5c");
/// # Ok::<(), dynacond::InvalidTag>(())
/// ```
///
/// A write id is 32 hexadecimal digits where dynacond wrote it. Those of other writers are to be visible ASCII without `"`,
/// `,` and `\`, as an `ETag` and a list of them need it ([RFC 9110, 8.8.3](https://www.rfc-editor.org/rfc/rfc9110#section-8.8.3)):
/// a tag with another one prints, and does not parse.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Tag {
    pub(crate) version: Option<u64>,
    pub(crate) write_id: Option<String>,
}

impl Tag {
    /// The version; 0 for an item without one.
    #[must_use]
    pub fn version(&self) -> u64 {
        self.version.unwrap_or(0)
    }

    /// Between quotes, as the headers `ETag` and `If-Match` have it. Parsing takes it with the quotes and without them.
    ///
    /// ```
    /// use dynacond::{InvalidTag, Tag};
    /// let tag: Tag = "7-6f1e0a5c".parse()?;
    /// assert_eq!(tag.etag(), "\"7-6f1e0a5c\"");
    /// assert_eq!(tag.etag().parse(), Ok(tag));
    ///
    /// // What else an `If-Match` may hold names no one version to write at.
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

impl fmt::Display for Tag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.version, &self.write_id) {
            (None, _) => f.write_str("unversioned"),
            (Some(version), None) => write!(f, "{version}"),
            (Some(version), Some(id)) => write!(f, "{version}-{id}"),
        }
    }
}

/// A text that is no [`Tag`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidTag {
    /// It is none of dynacond's.
    #[error("not a tag: expected a version, or a version and a write id such as `7-6f1e0a5c`")]
    Malformed,
    /// A weak entity tag. `If-Match` compares strongly: [RFC 9110, 13.1.1](https://www.rfc-editor.org/rfc/rfc9110#section-13.1.1).
    #[error(
        "a weak tag, `W/\"…\"`: a write needs the strong one that was given out (RFC 9110, 13.1.1); what compresses answers on their way may weaken tags"
    )]
    Weak,
    /// `*`, any item that is there.
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
        if text == "unversioned" {
            return Ok(Self {
                version: None,
                write_id: None,
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
        })
    }
}

/// What a header can carry within quotes, and a list of such can be told apart.
fn is_write_id(text: &str) -> bool {
    let carried = |byte| matches!(byte, b'!'..=b'~') && !matches!(byte, b'"' | b',' | b'\\');
    !text.is_empty() && text.bytes().all(carried)
}
