//! What dynacond's own guards require of an item, and whether they are true.
use std::fmt;

/// One of dynacond's own guards, and whether it is true for the item.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct GuardResult {
    /// What the guard requires.
    pub guard: Guard,
    /// Whether the guard is true.
    pub holds: bool,
}

/// What a write requires of the item in addition to the caller's condition.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Guard {
    /// The item does not exist.
    Absent,
    /// The item exists.
    Exists,
    /// The item is at this version.
    Version {
        /// The version that the write expects.
        expected: u64,
        /// The version that the item has; `None` without an item or without a version.
        found: Option<u64>,
        /// Whether the version is the expected one but the write id differs, for example because the item was deleted and created
        /// again.
        recreated: bool,
    },
    /// The item is at the expected version, but it has a write id although none is expected, or it has none although one is.
    WriteId {
        /// The version that the write expects, and the item has.
        version: u64,
        /// The attribute of the write id.
        attribute: &'static str,
        /// Whether the item has one.
        found: bool,
    },
    /// The item has the write id that was read. This is the guard of an item type without a version.
    SameWrite {
        /// The attribute of the write id.
        attribute: &'static str,
        /// Whether the item has a write id.
        found: bool,
    },
    /// The item still has no version, and is as it was read.
    Unversioned {
        /// The version that the item has now.
        found: Option<u64>,
    },
    /// An unsigned attribute stays at zero or above.
    NotNegative {
        /// The document path.
        attribute: String,
        /// The clause, such as `stock >= ?`.
        clause: String,
    },
    /// An integer attribute stays in the range of its Rust type, so that the item can still be read.
    InRange {
        /// The document path.
        attribute: String,
        /// The clause, such as `NOT stock > ?`.
        clause: String,
    },
}

impl fmt::Display for GuardResult {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.holds {
            self.guard.fmt_holding(f)
        } else {
            self.guard.fmt_broken(f)
        }
    }
}

impl Guard {
    fn fmt_holding(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Absent => f.write_str("the item does not exist"),
            Self::Exists => f.write_str("the item exists"),
            Self::Version {
                expected: version, ..
            }
            | Self::WriteId { version, .. } => write!(f, "the item is at version {version}"),
            Self::SameWrite { .. } => f.write_str("the item still has the write id that was read"),
            Self::Unversioned { .. } => {
                f.write_str("the item has no version, and is as it was read")
            }
            Self::NotNegative { clause, .. } | Self::InRange { clause, .. } => {
                write!(f, "`{clause}` holds")
            }
        }
    }

    fn fmt_broken(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Absent => f.write_str("the item exists already"),
            Self::Exists => f.write_str("the item does not exist"),
            Self::Version {
                expected,
                found,
                recreated,
            } => {
                write!(f, "expected version {expected}, found ")?;
                match found {
                    _ if *recreated => write!(f, "version {expected} by another write"),
                    Some(found) => write!(f, "version {found}"),
                    None => f.write_str("none"),
                }
            }
            Self::WriteId {
                version,
                attribute,
                found: true,
            } => write!(
                f,
                "expected version {version} without a write id, found version {version} with one: was `{attribute}` projected?"
            ),
            Self::WriteId { version, .. } => write!(
                f,
                "expected version {version} with a write id, found version {version} without one"
            ),
            Self::SameWrite { found: true, .. } => {
                f.write_str("the item has another write id than the one that was read")
            }
            Self::SameWrite {
                attribute,
                found: false,
            } => write!(
                f,
                "expected the write id that was read, found an item without a write id in `{attribute}`"
            ),
            Self::Unversioned { found: Some(found) } => {
                write!(
                    f,
                    "expected an item without a version, found version {found}"
                )
            }
            Self::Unversioned { found: None } => {
                f.write_str("the item without a version was changed since it was read")
            }
            Self::NotNegative { clause, .. } | Self::InRange { clause, .. } => {
                write!(f, "`{clause}` is false")
            }
        }
    }
}
