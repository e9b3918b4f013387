//! Which types have been asked whether they hold what is never shown.
//!
//! A type is asked, and asks the types inside of it. That is a function and no constant, because a document may hold itself:
//! a comment has replies, which are comments.
use std::any::TypeId;

/// The types that have been asked already.
#[doc(hidden)]
#[derive(Debug, Default)]
pub struct Asked(Vec<TypeId>);

impl Asked {
    /// None yet.
    #[must_use]
    pub const fn new() -> Self {
        Self(Vec::new())
    }

    /// Whether the type is asked for the first time.
    pub fn enter<T: ?Sized>(&mut self) -> bool {
        let id = typeid::of::<T>();
        let new = !self.0.contains(&id);
        if new {
            self.0.push(id);
        }
        new
    }
}
