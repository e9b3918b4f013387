//! DynamoDB's data types, as values.
use std::fmt;

/// DynamoDB's data types, as values for [`attribute_type`](crate::Attribute::attribute_type).
///
/// `Display` writes DynamoDB's abbreviation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DataType {
    /// String.
    S,
    /// Number.
    N,
    /// Binary.
    B,
    /// String set.
    Ss,
    /// Number set.
    Ns,
    /// Binary set.
    Bs,
    /// List.
    L,
    /// Map.
    M,
    /// Boolean.
    Bool,
    /// Null.
    Null,
}

impl DataType {
    pub(crate) const NAMES: [&'static str; 10] =
        ["S", "N", "B", "SS", "NS", "BS", "L", "M", "BOOL", "NULL"];

    /// Returns DynamoDB's abbreviation.
    pub(crate) const fn name(self) -> &'static str {
        Self::NAMES[self as usize]
    }
}

impl fmt::Display for DataType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
