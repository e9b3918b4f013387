//! The types that were already asked whether they contain sensitive values.
//!
//! Each type asks the types inside it. This is a function and not a constant, because a document may contain itself: a comment has
//! replies, which are comments.
use std::any::TypeId;

/// The types that were already asked.
#[doc(hidden)]
#[derive(Debug, Default)]
pub struct Asked(Vec<TypeId>);

impl Asked {
    /// No type was asked yet.
    #[must_use]
    pub const fn new() -> Self {
        Self(Vec::new())
    }

    /// Returns whether the type is asked for the first time.
    pub fn enter<T: ?Sized>(&mut self) -> bool {
        let id = typeid::of::<T>();
        let new = !self.0.contains(&id);
        if new {
            self.0.push(id);
        }
        new
    }
}
