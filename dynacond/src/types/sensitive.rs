//! Which types hold what is never shown.
//!
//! A type is asked, and asks the types inside of it. That is a function and no constant, because a document may hold itself:
//! a comment has replies, which are comments.
use std::any::TypeId;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet, LinkedList, VecDeque};
use std::rc::Rc;
use std::sync::Arc;

use super::data_type::{AttributeType, Probe};

/// The types that have been asked already.
#[doc(hidden)]
#[derive(Debug, Default)]
pub struct Seen(Vec<TypeId>);

impl Seen {
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

/// A collection or a wrapper, seen as what is inside of it.
#[doc(hidden)]
pub trait Inside {
    /// What is inside.
    type Inner: ?Sized;
}
macro_rules! inside {
    ($({$($p:tt)*} $ty:ty),+) => { $( impl<T $($p)*> Inside for $ty { type Inner = T; } )+ };
}
inside! {
    {} Vec<T>, {} VecDeque<T>, {} LinkedList<T>, {, S} HashSet<T, S>, {} BTreeSet<T>, {, const N: usize} [T; N],
    {, K, S} HashMap<K, T, S>, {, K} BTreeMap<K, T>, {} Option<T>, {: ?Sized} Box<T>, {: ?Sized} Rc<T>, {: ?Sized} Arc<T>
}

impl<T: AttributeType + ?Sized> Probe<T> {
    /// What the type says.
    pub fn withholds(seen: &mut Seen) -> bool {
        T::withholds(seen)
    }
}
impl<T: Inside + ?Sized> Probe<T>
where
    T::Inner: AttributeType,
{
    /// What the type of the elements says, of an alias.
    pub fn elements_withhold(seen: &mut Seen) -> bool {
        T::Inner::withholds(seen)
    }
}
impl<T: Inside + ?Sized> Probe<T>
where
    T::Inner: Inside,
    <T::Inner as Inside>::Inner: AttributeType,
{
    /// What the type of the elements' elements says, of an alias.
    pub fn inner_elements_withhold(seen: &mut Seen) -> bool {
        <T::Inner as Inside>::Inner::withholds(seen)
    }
}
