//! Decodes the item of a refusal, from which the next attempt can start.
use crate::error::error::Result;
use crate::error::refusal::Refusal;
use crate::model::conversion::DecodeError;
use crate::model::item::Versioned;
use crate::model::stored::Stored;

impl Refusal {
    /// Returns the current item, which you can change and save again. In a transaction it is the first refused item that is a `T`:
    /// this one or one of [`others`](Self::others). It is `None` if there is no such item.
    ///
    /// # Errors
    /// [`Error::Decode`](crate::Error::Decode) if the item is not a `T`, or has another key.
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
