//! Several keys: a key, a list of keys, and tuples of these.
use crate::error::error::Result;
use crate::expression::tuples::for_tuples;
use crate::model::item::{Guarded, Versioned};
use crate::model::key::Key;
use crate::model::stored::Stored;

/// Several keys of one type or of several types, for [`Store::get_all`](crate::Store::get_all),
/// [`Transaction::get_all`](crate::Transaction::get_all) and `prefetch`. A tuple of up to twelve keys gives a tuple of items, and a `Vec`
/// gives a `Vec`, also inside a tuple.
#[diagnostic::on_unimplemented(
    message = "expected keys: a tuple such as `(Order::key(\"o1\"), User::key(\"u1\"))`, an array or a `Vec`, found `{Self}`",
    label = "not keys"
)]
pub trait Keys {
    /// An `Option<Stored<_>>` for each key.
    type Items;
    /// A `Stored<_>` for each key.
    type Required;
    /// Requests all items before it reports an unknown one.
    #[doc(hidden)]
    fn get<R: KeyReader>(&self, reader: &mut R) -> Result<Self::Items>;
    /// As [`get`](Self::get), for items that must exist.
    #[doc(hidden)]
    fn require<R: KeyReader>(&self, reader: &mut R) -> Result<Self::Required>;
}

/// [`Keys`] of item types that are all [`Guarded`], so that a commit can check what was read.
#[diagnostic::on_unimplemented(
    message = "expected keys: a tuple such as `(Order::key(\"o1\"), User::key(\"u1\"))`, an array or a `Vec`, found `{Self}`",
    label = "not keys"
)]
pub trait GuardedKeys: Keys {}

/// Reads one key after the other: a batch, or a transaction.
#[doc(hidden)]
pub trait KeyReader {
    fn get_one<I: Versioned>(&mut self, key: &Key<I>) -> Result<Option<Stored<I>>>;
    fn require_one<I: Versioned>(&mut self, key: &Key<I>) -> Result<Stored<I>>;
}

macro_rules! one {
    ($($key:ty),+) => { $(
        #[diagnostic::do_not_recommend]
        impl<I: Versioned> Keys for $key {
            type Items = Option<Stored<I>>;
            type Required = Stored<I>;
            fn get<R: KeyReader>(&self, reader: &mut R) -> Result<Self::Items> { reader.get_one(self) }
            fn require<R: KeyReader>(&self, reader: &mut R) -> Result<Self::Required> { reader.require_one(self) }
        }
        impl<I: Guarded> GuardedKeys for $key {}
    )+ };
}
one! { Key<I>, &Key<I> }

macro_rules! tuples {
    ($($key:ident)+) => {
        #[expect(non_snake_case, reason = "one name for the type and its value")]
        #[diagnostic::do_not_recommend]
        impl<$($key: Keys),+> Keys for ($($key,)+) {
            type Items = ($($key::Items,)+);
            type Required = ($($key::Required,)+);
            fn get<R: KeyReader>(&self, reader: &mut R) -> Result<Self::Items> {
                let ($($key,)+) = self;
                // All items are requested before the first error is returned, so that one batch fetches them.
                $(let $key = $key.get(reader);)+
                Ok(($($key?,)+))
            }
            fn require<R: KeyReader>(&self, reader: &mut R) -> Result<Self::Required> {
                let ($($key,)+) = self;
                $(let $key = $key.require(reader);)+
                Ok(($($key?,)+))
            }
        }
        impl<$($key: GuardedKeys),+> GuardedKeys for ($($key,)+) {}
    };
}
for_tuples! { tuples }

macro_rules! lists {
    ($({$($p:tt)*} $list:ty;)+) => { $(
        #[diagnostic::do_not_recommend]
        impl<I: Versioned, $($p)*> Keys for $list {
            type Items = Vec<Option<Stored<I>>>;
            type Required = Vec<Stored<I>>;
            fn get<R: KeyReader>(&self, reader: &mut R) -> Result<Self::Items> {
                let read: Vec<_> = self.iter().map(|key| reader.get_one(key)).collect();
                read.into_iter().collect()
            }
            fn require<R: KeyReader>(&self, reader: &mut R) -> Result<Self::Required> {
                let read: Vec<_> = self.iter().map(|key| reader.require_one(key)).collect();
                read.into_iter().collect()
            }
        }
        impl<I: Guarded, $($p)*> GuardedKeys for $list {}
    )+ };
}
lists! {
    {} Vec<Key<I>>;
    {} &[Key<I>];
    {const N: usize} [Key<I>; N];
}
