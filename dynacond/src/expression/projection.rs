//! Projections: structs for some attributes of an item.
use std::marker::PhantomData;

use serde::de::DeserializeOwned;

use crate::expression::attribute::{Attribute, IsPath};
use crate::expression::in_key::StoredInKey;
use crate::expression::tree::operand::Path;
use crate::model::item::Versioned;
use crate::model::queryable::{AllAttributes, Queryable};
use crate::types::attribute_type::AttributeType;
use crate::types::kind;

/// A struct for some attributes of an item. Use [`#[derive(Projection)]`](derive@crate::Projection).
#[diagnostic::on_unimplemented(
    message = "expected a projection, a struct with `#[derive(Projection)]`, found `{Self}`",
    label = "not a projection",
    note = "derive it: `#[derive(Deserialize, Projection)] #[dynacond(of = Order)]`"
)]
pub trait Projection: DeserializeOwned {
    /// The item type whose attributes they are.
    type Of: Versioned;
    #[doc(hidden)]
    const NAME: &'static str;
    #[doc(hidden)]
    fn fields() -> Fields;
}

/// The fields of a projection.
#[doc(hidden)]
pub type Fields = Vec<Projected>;

/// A field of a projection, and its source.
#[doc(hidden)]
#[derive(Clone, Debug)]
pub struct Projected {
    /// The name that serde reads.
    pub(crate) name: &'static str,
    pub(crate) from: From,
}

/// The source of a field of a projection.
#[derive(Clone, Debug)]
pub(crate) enum From {
    Path(Path),
    /// The item's field with this Rust name, which is stored only in the key.
    Key(&'static str),
}

impl<I, T: AttributeType, P: IsPath> Attribute<I, T, P> {
    /// Checks that this source can be read into a field that is stored as `K`. The derive of a projection calls this.
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
    /// The derive of a projection calls this.
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

/// The kind of a field whose data type is not known, because of serde's `deserialize_with` or an unknown `with` module.
#[doc(hidden)]
#[derive(Debug)]
pub enum AnyKind {}

/// An attribute that is stored as `Self` can be read into a field that is stored as `K`.
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
    NumberType: NumberType, MomentType;
    MomentType: MomentType, NumberType;
    BinaryType: BinaryType;
    BooleanType: BooleanType;
    NullType: NullType;
    ListType: ListType;
    MapType: MapType;
    StringSetType: StringSetType;
    NumberSetType: NumberSetType;
    BinarySetType: BinarySetType;
}

/// A table or an index that contains items of type `I`.
#[diagnostic::on_unimplemented(
    message = "this is a projection of `{I}`, and `{Self}` holds items of another type",
    label = "holds other items"
)]
pub trait Holds<I> {}
#[diagnostic::do_not_recommend]
impl<I: Versioned> Holds<I> for I {}

/// A table or an index that has the attribute of this name.
#[diagnostic::on_unimplemented(
    message = "the index `{Self}` does not project every attribute of this projection",
    label = "an attribute of the projection is not in the index",
    note = "the name of the missing attribute is spelled in letters above: `(Letter<'o'>, Letter<'n'>)` is `on`",
    note = "an index has its own key, the table's, and what it includes: leave the field out, `include(..)` it, or read the items by `.fetch()`"
)]
pub trait Projects<Name> {}
#[diagnostic::do_not_recommend]
impl<Name, Q: Queryable<Projected = AllAttributes>> Projects<Name> for Q {}

/// A projection that `Q` can provide. The derive checks each attribute.
#[diagnostic::on_unimplemented(
    message = "expected a projection of what `{Q}` gives, a struct with `#[derive(Projection)]`, found `{Self}`",
    label = "not a projection of this",
    note = "derive it: `#[derive(Deserialize, Projection)] #[dynacond(of = Order)]`"
)]
pub trait ProjectedBy<Q>: Projection {}

/// A letter of a name. Names are types made of letters, so that the compiler can compare them.
#[doc(hidden)]
#[derive(Debug)]
pub struct Letter<const C: char>(PhantomData<()>);
