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
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a tag: expected a version, or a version and a write id such as `7-6f1e0a5c`")]
pub struct InvalidTag;

impl FromStr for Tag {
    type Err = InvalidTag;
    fn from_str(text: &str) -> std::result::Result<Self, InvalidTag> {
        if text == "unversioned" {
            return Ok(Self {
                version: None,
                write_id: None,
            });
        }
        let (version, write_id) = match text.split_once('-') {
            None => (text, None),
            Some((_, "")) => return Err(InvalidTag),
            Some((version, id)) => (version, Some(id.to_owned())),
        };
        // `u64::from_str` takes a leading `+` and zeros; a tag has one spelling.
        let canonical = version == "0" || !version.starts_with('0');
        if !canonical || !version.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(InvalidTag);
        }
        let version = version.parse().map_err(|_| InvalidTag)?;
        Ok(Self {
            version: Some(version),
            write_id,
        })
    }
}
