//! DynamoDB's data types, as `stored_as` names them.
use proc_macro2::Ident;
use quote::format_ident;

/// DynamoDB's data types.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Kind {
    String,
    Number,
    /// A number that is a moment in time.
    Moment,
    Binary,
    Boolean,
    Null,
    List,
    Map,
    StringSet,
    NumberSet,
    BinarySet,
}

impl Kind {
    pub(crate) fn from_name(name: &str) -> Option<Self> {
        Some(match name {
            "S" => Self::String,
            "N" => Self::Number,
            "B" => Self::Binary,
            "BOOL" => Self::Boolean,
            "NULL" => Self::Null,
            "L" => Self::List,
            "M" => Self::Map,
            "SS" => Self::StringSet,
            "NS" => Self::NumberSet,
            "BS" => Self::BinarySet,
            _ => return None,
        })
    }

    /// Whether a key may be stored so.
    pub(crate) const fn is_key(self) -> bool {
        matches!(
            self,
            Self::String | Self::Number | Self::Moment | Self::Binary
        )
    }

    /// Its name in `dynacond::kind`.
    pub(crate) fn ident(self) -> Ident {
        let name = match self {
            Self::String => "String",
            Self::Number => "Number",
            Self::Moment => "Moment",
            Self::Binary => "Binary",
            Self::Boolean => "Boolean",
            Self::Null => "Null",
            Self::List => "List",
            Self::Map => "Map",
            Self::StringSet => "StringSet",
            Self::NumberSet => "NumberSet",
            Self::BinarySet => "BinarySet",
        };
        format_ident!("{name}Type")
    }
}
