//! The arguments of `key(..)` and `partition(..)`: the fields of a key, alone or in a tuple.
use crate::model::key_field::{KeyField, KeyPart};
use crate::model::taken_from::TakenFrom;

/// The arguments for the fields of a key, whose types are the tuple `F`. One field is passed alone, several are passed as a tuple,
/// and a key without fields takes `()`.
///
/// `Order::key` takes `impl KeyArgs<Order::KeyFields>`. In a function of your own that is generic over the item type, write the
/// same: `fn find<T: Versioned>(fields: impl KeyArgs<T::KeyFields>)`.
pub trait KeyArgs<F> {
    /// An array with a value for each field.
    #[doc(hidden)]
    type Parts<'a>: AsRef<[KeyPart<'a>]>
    where
        Self: 'a;
    /// Returns the values of the fields.
    #[doc(hidden)]
    fn key_parts(&self) -> Self::Parts<'_>;
}
impl<A, F: FieldsFrom<A>> KeyArgs<F> for A {
    type Parts<'a>
        = F::Parts<'a>
    where
        A: 'a;
    fn key_parts(&self) -> Self::Parts<'_> {
        F::parts(self)
    }
}

/// The same from the side of the fields' types. The impls for each number of fields belong to this trait and not to [`KeyArgs`],
/// because rustc lists the impls of the outer trait if a field has the wrong type.
#[diagnostic::on_unimplemented(
    message = "expected the fields of the key, which are `{Self}`, found `{A}`",
    label = "expected `{Self}`"
)]
pub trait FieldsFrom<A> {
    /// An array with a value for each field.
    type Parts<'a>: AsRef<[KeyPart<'a>]>
    where
        A: 'a;
    /// Returns the values of the fields.
    fn parts(from: &A) -> Self::Parts<'_>;
}
impl FieldsFrom<()> for () {
    type Parts<'a> = [KeyPart<'a>; 0];
    fn parts((): &()) -> Self::Parts<'_> {
        []
    }
}
impl<A, T: KeyField<Arg: TakenFrom<A>>> FieldsFrom<A> for (T,) {
    type Parts<'a>
        = [KeyPart<'a>; 1]
    where
        A: 'a;
    fn parts(from: &A) -> Self::Parts<'_> {
        [T::value(TakenFrom::taken(from))]
    }
}
macro_rules! fields {
    ($count:literal: $($arg:ident $field:ident $place:tt),+) => {
        impl<$($arg, $field: KeyField<Arg: TakenFrom<$arg>>),+> FieldsFrom<($($arg,)+)> for ($($field,)+) {
            type Parts<'a> = [KeyPart<'a>; $count] where ($($arg,)+): 'a;
            fn parts(from: &($($arg,)+)) -> Self::Parts<'_> {
                [$($field::value(TakenFrom::taken(&from.$place))),+]
            }
        }
    };
}
fields! { 2: A T 0, B U 1 }
fields! { 3: A T 0, B U 1, C V 2 }
fields! { 4: A T 0, B U 1, C V 2, D W 3 }
fields! { 5: A T 0, B U 1, C V 2, D W 3, E X 4 }
fields! { 6: A T 0, B U 1, C V 2, D W 3, E X 4, G Y 5 }
fields! { 7: A T 0, B U 1, C V 2, D W 3, E X 4, G Y 5, H Z 6 }
fields! { 8: A T 0, B U 1, C V 2, D W 3, E X 4, G Y 5, H Z 6, I T7 7 }
fields! { 9: A T 0, B U 1, C V 2, D W 3, E X 4, G Y 5, H Z 6, I T7 7, J T8 8 }
fields! { 10: A T 0, B U 1, C V 2, D W 3, E X 4, G Y 5, H Z 6, I T7 7, J T8 8, K T9 9 }
fields! { 11: A T 0, B U 1, C V 2, D W 3, E X 4, G Y 5, H Z 6, I T7 7, J T8 8, K T9 9, L T10 10 }
fields! { 12: A T 0, B U 1, C V 2, D W 3, E X 4, G Y 5, H Z 6, I T7 7, J T8 8, K T9 9, L T10 10, M T11 11 }
