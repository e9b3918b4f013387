//! Projections: some attributes of an item, read into a struct of their own.
use std::marker::PhantomData;

use serde::de::DeserializeOwned;

use crate::expression::attribute::{Attribute, IsPath};
use crate::expression::in_key::StoredInKey;
use crate::expression::tree::operand::Path;
use crate::model::item::Versioned;
use crate::model::queryable::{AllAttributes, Queryable};
use crate::types::attribute_type::AttributeType;
use crate::types::kind;

/// A struct that holds some attributes of an item. Use [`#[derive(Projection)]`](derive@crate::Projection).
#[diagnostic::on_unimplemented(
    message = "expected a projection, a struct with `#[derive(Projection)]`, found `{Self}`",
    label = "not a projection",
    note = "derive it: `#[derive(Deserialize, Projection)] #[dynacond(of = Order)]`"
)]
pub trait Projection: DeserializeOwned {
    /// The item whose attributes they are.
    type Of: Versioned;
    #[doc(hidden)]
    const NAME: &'static str;
    #[doc(hidden)]
    fn fields() -> Fields;
}

/// The fields of a projection.
#[doc(hidden)]
pub type Fields = Vec<Projected>;

/// A field of a projection, and what it is read from.
#[doc(hidden)]
#[derive(Clone, Debug)]
pub struct Projected {
    /// The name that serde reads.
    pub(crate) name: &'static str,
    pub(crate) from: From,
}

/// What a field of a projection is read from.
#[derive(Clone, Debug)]
pub(crate) enum From {
    Path(Path),
    /// A field of this Rust name, which the item stores in its key alone.
    Key(&'static str),
}

impl<I, T: AttributeType, P: IsPath> Attribute<I, T, P> {
    /// What the derive of a projection writes: read into a field that is stored as `K`.
    #[doc(hidden)]
    pub fn projected<K>(self, name: &'static str, _: &'static str) -> Projected
    where
        T::Kind: ReadAs<K>,
    {
        Projected {
            name,
            from: From::Path(self.path()),
        }
    }
}

impl<I, T: AttributeType> StoredInKey<I, T> {
    /// What the derive of a projection writes.
    #[doc(hidden)]
    #[must_use]
    pub fn projected<K>(self, name: &'static str, field: &'static str) -> Projected
    where
        T::Kind: ReadAs<K>,
    {
        Projected {
            name,
            from: From::Key(field),
        }
    }
}

/// A field of a projection of whose data type nothing is said: serde's `deserialize_with`, or an unknown `with`.
#[doc(hidden)]
#[derive(Debug)]
pub enum AnyKind {}

/// What is stored as `Self` may be read into what is stored as `K`.
#[diagnostic::on_unimplemented(
    message = "the item stores this attribute as {Self}, and the field of the projection is stored as {K}",
    label = "another data type than the item's attribute",
    note = "give the field the type that the item's field has, and the same `#[serde(with = \"…\")]`"
)]
pub trait ReadAs<K> {}
macro_rules! read_as {
    ($($stored:ident: $($read:ident),+;)+) => { $(
        $(#[diagnostic::do_not_recommend] impl ReadAs<kind::$read> for kind::$stored {})+
        #[diagnostic::do_not_recommend]
        impl ReadAs<AnyKind> for kind::$stored {}
    )+ };
}
read_as! {
    StringType: StringType, UnsortedStringType;
    UnsortedStringType: UnsortedStringType, StringType;
    NumberType: NumberType;
    BinaryType: BinaryType;
    BooleanType: BooleanType;
    NullType: NullType;
    ListType: ListType;
    MapType: MapType;
    StringSetType: StringSetType;
    NumberSetType: NumberSetType;
    BinarySetType: BinarySetType;
}

/// A table or an index that holds items of type `I`.
#[diagnostic::on_unimplemented(
    message = "this is a projection of `{I}`, and `{Self}` holds items of another type",
    label = "holds other items"
)]
pub trait Holds<I> {}
#[diagnostic::do_not_recommend]
impl<I: Versioned> Holds<I> for I {}

/// A table or an index that gives the attribute of this name.
#[diagnostic::on_unimplemented(
    message = "the index `{Self}` does not project every attribute of this projection",
    label = "an attribute of the projection is not in the index",
    note = "an index has its own key, the table's, and what it includes: leave the field out, `include(..)` it, or read the items by `.fetch()`"
)]
pub trait Projects<Name> {}
#[diagnostic::do_not_recommend]
impl<Name, Q: Queryable<Projected = AllAttributes>> Projects<Name> for Q {}

/// A projection of what `Q` gives: the derive asks for each attribute.
#[diagnostic::on_unimplemented(
    message = "expected a projection of what `{Q}` gives, a struct with `#[derive(Projection)]`, found `{Self}`",
    label = "not a projection of this",
    note = "derive it: `#[derive(Deserialize, Projection)] #[dynacond(of = Order)]`"
)]
pub trait ProjectedBy<Q>: Projection {}

/// A letter of a name: names are types of letters, so that the compiler compares them.
#[doc(hidden)]
#[derive(Debug)]
pub struct Letter<const C: char>(PhantomData<()>);
