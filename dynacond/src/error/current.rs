//! The item of a refusal, decoded: what the next attempt begins with.
use crate::error::error::Result;
use crate::error::refusal::Refusal;
use crate::model::conversion::DecodeError;
use crate::model::item::Versioned;
use crate::model::stored::Stored;

impl Refusal {
    /// The item as it is now, to be changed and saved again. Of a transaction, the first refused item that is a `T`: this one
    /// or one of [`others`](Self::others); `None` if none is.
    ///
    /// # Errors
    /// [`Error::Decode`](crate::Error::Decode) if the item is not a `T`, or is one under another key.
    pub fn current<T: Versioned>(&self) -> Result<Option<Stored<T>>> {
        let is_t = |refusal: &&Self| refusal.target.type_id == typeid::of::<T>();
        let refusal = if self.in_transaction {
            std::iter::once(self).chain(&self.others).find(is_t)
        } else {
            Some(self)
        };
        let Some((refusal, item)) = refusal.and_then(|r| Some((r, r.item.as_ref()?))) else {
            return Ok(None);
        };
        let stored = Stored::<T>::from_item_at(item.clone())?.of_table(&refusal.target.table);
        if Stored::key(&stored).raw() != &refusal.target.key {
            let reason = "its key differs from the key of the refused write";
            return Err(DecodeError::new(T::MODEL.name, reason).into());
        }
        Ok(Some(stored))
    }
}
