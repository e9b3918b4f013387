//! Cursors as tokens that a store signs.
use crate::error::error::Result;
use crate::read::cursor::Cursor;
use crate::store::Store;

impl Cursor {
    /// Returns the cursor as text for a URL. The text says which query the cursor belongs to and where it continues, and is signed
    /// with the store's first cursor key. [`after_token`](crate::Query::after_token) takes it back. The text is not secret: everybody
    /// can read it, and nobody can change it.
    ///
    /// # Errors
    /// [`Error::Cursor`](crate::Error::Cursor) with [`CursorError::NoKey`](crate::CursorError::NoKey) if the store has no
    /// [cursor keys](crate::StoreBuilder::cursor_keys), because a token is never unsigned.
    /// [`CursorError::ShortKey`](crate::CursorError::ShortKey) if others could guess one of the keys.
    pub fn token(&self, store: &Store) -> Result<String> {
        Ok(store.0.cursor_keys.sign(self)?)
    }
}
