//! Makes `Stored` items from items that the SDK has read.
use crate::error::error::Result;
use crate::model::conversion::DecodeError;
use crate::model::item::Versioned;
use crate::model::stored::Stored;
use crate::value::item::Item;

impl<T: Versioned> Stored<T> {
    /// Makes a stored item from an item of the SDK's own Query, Scan or Streams. If you want to save a projection, it must contain every
    /// attribute of `T`, because an attribute that is missing from the projection is treated as absent.
    ///
    /// # Errors
    /// [`Error::Decode`](crate::Error::Decode) if the item is not a `T`, or has no version. A projection must include the key, the
    /// version and the write id, or a later save would not notice other writers. If the item type has no version, the item needs
    /// the write id. If the type has neither, the item needs neither. For items that were never versioned, use
    /// [`from_unversioned_item`](Self::from_unversioned_item).
    pub fn from_item(item: Item) -> Result<Self> {
        let model = const { &T::MODEL };
        let Some(mark) = model.mark().filter(|mark| !item.contains_key(*mark)) else {
            // An item without a write id was probably read by a projection, but it may also have been written while the write id
            // was switched off. The guard of the next write finds out which.
            let mut stored = Self::from_item_at(item)?;
            stored.whole = false;
            return Ok(stored);
        };
        let missing = if model.version.is_none() {
            "its write id is missing"
        } else if model.write_id.is_some_and(|id| item.contains_key(id)) {
            "its version is missing, though it has a write id"
        } else {
            "its version is missing"
        };
        Err(DecodeError::new(
            model.name,
            format!(
                "{missing}: project `{mark}` too, or use `from_unversioned_item` if it was never versioned",
            ),
        )
        .into())
    }

    /// Makes a stored item from a whole item without a version that the SDK's own Query or Scan has read. The first save gives the
    /// item a version, if the item is still as it was read.
    ///
    /// # Errors
    /// [`Error::Decode`](crate::Error::Decode) if the item is not a `T`.
    pub fn from_unversioned_item(item: Item) -> Result<Self> {
        Ok(Self::from_item_at(item)?)
    }
}
