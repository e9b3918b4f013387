//! Keys in numbers: a tuple of mixed types, a `Vec` or an array of one.
use crate::error::error::Result;
use crate::model::item::Versioned;
use crate::model::key::{IntoKey, Key};
use crate::model::stored::Stored;

use super::Transaction;

/// Several keys: what [`Transaction::get_all`] and `prefetch` take. A tuple gives a tuple, a `Vec` a `Vec`.
#[diagnostic::on_unimplemented(
    message = "expected keys: a tuple such as `(Order::key(\"o1\"), User::key(\"u1\"))`, an array or a `Vec`, found `{Self}`",
    label = "not keys"
)]
pub trait Keys {
    /// An `Option<Stored<_>>` for each.
    type Items;
    /// Reads all of them, and only then tells what is missing.
    #[doc(hidden)]
    fn get_all(self, transaction: &mut Transaction) -> Result<Self::Items>;
}

macro_rules! tuples {
    ($($key:ident)+) => {
        #[expect(non_snake_case, reason = "one name for the type and its value")]
        #[diagnostic::do_not_recommend]
        impl<$($key: IntoKey),+> Keys for ($($key,)+) {
            type Items = ($(Option<Stored<$key::Item>>,)+);
            fn get_all(self, transaction: &mut Transaction) -> Result<Self::Items> {
                let ($($key,)+) = self;
                // Each is asked for before the first one fails, so that all are fetched in one batch.
                $(let $key = transaction.get($key);)+
                Ok(($($key?,)+))
            }
        }
    };
}
tuples! { A }
tuples! { A B }
tuples! { A B C }
tuples! { A B C D }
tuples! { A B C D E }
tuples! { A B C D E F }
tuples! { A B C D E F G }
tuples! { A B C D E F G H }

macro_rules! lists {
    ($({$($p:tt)*} $list:ty;)+) => { $(
        #[diagnostic::do_not_recommend]
        impl<I: Versioned, $($p)*> Keys for $list {
            type Items = Vec<Option<Stored<I>>>;
            fn get_all(self, transaction: &mut Transaction) -> Result<Self::Items> {
                let read: Vec<_> = self.into_iter().map(|key| transaction.get(key)).collect();
                read.into_iter().collect()
            }
        }
    )+ };
}
lists! {
    {} Vec<Key<I>>;
    {} &[Key<I>];
    {const N: usize} [Key<I>; N];
}
