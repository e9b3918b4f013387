//! Why a value could not be written as an item, or read from one.
use crate::model::invalid::InvalidInput;
use crate::model::raw_key::RawKey;
use crate::value::reason::SerializeError;

/// The error of a stored item that does not decode to the Rust type.
#[derive(Clone, Debug, thiserror::Error)]
#[error(
    "{}a stored `{item_type}`{} does not decode: {reason}",
    if *.applied { "the write was applied, but " } else { "" },
    .key.as_ref().map(|key| format!(" {key}")).unwrap_or_default()
)]
#[non_exhaustive]
pub struct DecodeError {
    /// The Rust type.
    pub item_type: &'static str,
    /// What is wrong.
    pub reason: String,
    /// Whether the item is the answer to a write, which means that the write was applied.
    pub applied: bool,
    /// The item's key, if it is known.
    pub key: Option<Box<RawKey>>,
}

impl DecodeError {
    pub(crate) fn new(item_type: &'static str, reason: impl Into<String>) -> Self {
        Self {
            item_type,
            reason: reason.into(),
            applied: false,
            key: None,
        }
    }

    /// The error of an update whose answer has no item.
    pub(crate) fn nothing_returned(item_type: &'static str) -> Self {
        Self {
            applied: true,
            ..Self::new(item_type, "the endpoint returned no item")
        }
    }
}

/// Why a value could not be written as an item, or read from one.
#[derive(Debug)]
pub(crate) enum ConversionError {
    /// The value could not be serialised.
    Encode {
        item_type: &'static str,
        source: SerializeError,
    },
    /// The value has a reserved attribute or an invalid key.
    Invalid(InvalidInput),
    /// The item does not decode.
    Decode(DecodeError),
}

impl ConversionError {
    /// Marks the error as one about the answer to a write, which was applied.
    pub(crate) fn after_write(mut self) -> Self {
        if let Self::Decode(error) = &mut self {
            error.applied = true;
        }
        self
    }
}

impl From<InvalidInput> for ConversionError {
    fn from(error: InvalidInput) -> Self {
        Self::Invalid(error)
    }
}

impl From<DecodeError> for ConversionError {
    fn from(error: DecodeError) -> Self {
        Self::Decode(error)
    }
}
