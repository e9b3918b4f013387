//! Questions of generated code about a type that may not be an `AttributeType`.
use std::borrow::Cow;
use std::cell::{Cell, RefCell};
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, BinaryHeap, HashMap, HashSet, LinkedList, VecDeque};
use std::marker::PhantomData;
use std::rc::Rc;
use std::sync::{Arc, Mutex, RwLock};

use aws_sdk_dynamodb::types::AttributeValue;

use crate::types::asked::Asked;
use crate::types::attribute_type::AttributeType;
use crate::types::capability::Entries;
use crate::types::number_range::NumberRange;
use crate::types::verify::{Ask, Verified, Written};

/// Asks a type about itself. rustc prefers the inherent items, which exist only for an [`AttributeType`]. For any other type it
/// uses the items of the trait [`Unmarked`], which exist for all types.
#[doc(hidden)]
#[derive(Debug)]
pub struct Probe<T: ?Sized>(PhantomData<T>);
impl<T: AttributeType + ?Sized> Probe<T> {
    /// The answer of the type.
    pub const SENSITIVE: bool = T::SENSITIVE;
    /// The answer of the type.
    pub const RANGE: NumberRange = T::RANGE;
    /// The names of the attributes that the type writes.
    pub const NAMES: Option<&'static [&'static str]> = T::NAMES;
}
/// The answers for a type that is not an [`AttributeType`].
#[doc(hidden)]
pub trait Unmarked {
    /// Not sensitive.
    const SENSITIVE: bool = false;
    /// Any number.
    const RANGE: NumberRange = NumberRange::ANY;
    /// Not known.
    const NAMES: Option<&'static [&'static str]> = None;
    /// The type is not known to contain sensitive values.
    fn withholds(_seen: &mut Asked) -> bool {
        false
    }
    /// No data type is declared, so nothing is checked.
    ///
    /// # Errors
    /// Never.
    fn verify(_value: &AttributeValue) -> Verified {
        Ok(())
    }
    /// No data types are declared for its attributes.
    ///
    /// # Errors
    /// Never.
    fn verify_map(_written: &Written<'_>) -> Verified {
        Ok(())
    }
    /// No data types are declared for its elements.
    ///
    /// # Errors
    /// Never.
    fn verify_elements(_value: &AttributeValue) -> Verified {
        Ok(())
    }
    /// No data types are declared for its entries.
    ///
    /// # Errors
    /// Never.
    fn verify_entry(_value: &AttributeValue) -> Verified {
        Ok(())
    }
    /// The type is not known to contain other values.
    ///
    /// # Errors
    /// Never.
    fn each(_value: &AttributeValue, _ask: Ask) -> Verified {
        Ok(())
    }
    /// The type is not known to be a map with entries.
    ///
    /// # Errors
    /// Never.
    fn entry(_value: &AttributeValue, _ask: Ask) -> Verified {
        Ok(())
    }
    /// The elements are not known to contain sensitive values.
    fn elements_withhold(_seen: &mut Asked) -> bool {
        false
    }
    /// The elements of the elements are not known to contain sensitive values.
    fn inner_elements_withhold(_seen: &mut Asked) -> bool {
        false
    }
}
impl<T: ?Sized> Unmarked for Probe<T> {}
/// A type that is not an attribute type.
#[doc(hidden)]
#[derive(Debug)]
pub enum Nothing {}

/// A collection or a wrapper, and the type inside it.
#[doc(hidden)]
pub trait Inside {
    /// The type inside.
    type Inner: ?Sized;
    /// Asks each value inside.
    ///
    /// # Errors
    /// If a value has another data type.
    fn each(value: &AttributeValue, ask: Ask) -> Verified {
        match value {
            AttributeValue::L(list) => list.iter().try_for_each(ask),
            AttributeValue::M(map) => map.values().try_for_each(ask),
            _ => Ok(()),
        }
    }
}
macro_rules! inside {
    ($({$($p:tt)*} $ty:ty),+; $each:item) => { $( impl<T $($p)*> Inside for $ty { type Inner = T; $each } )+ };
    ($({$($p:tt)*} $ty:ty),+) => { $( impl<T $($p)*> Inside for $ty { type Inner = T; } )+ };
}
inside! {
    {} Vec<T>, {} VecDeque<T>, {} LinkedList<T>, {} BinaryHeap<T>, {, S} HashSet<T, S>, {} BTreeSet<T>,
    {} [T], {, const N: usize} [T; N], {, K, S} HashMap<K, T, S>, {, K} BTreeMap<K, T>
}
// These types are written as the value inside them.
inside! {
    {} Option<T>, {: ?Sized} Box<T>, {: ?Sized} Rc<T>, {: ?Sized} Arc<T>, {} Reverse<T>, {: ?Sized} Cell<T>,
    {: ?Sized} RefCell<T>, {: ?Sized} Mutex<T>, {: ?Sized} RwLock<T>;
    fn each(value: &AttributeValue, ask: Ask) -> Verified {
        ask(value)
    }
}
impl<T: ToOwned + ?Sized> Inside for Cow<'_, T> {
    type Inner = T;
    fn each(value: &AttributeValue, ask: Ask) -> Verified {
        ask(value)
    }
}

impl<T: AttributeType + ?Sized> Probe<T> {
    /// The answer of the type.
    pub fn withholds(seen: &mut Asked) -> bool {
        T::withholds(seen)
    }
}
impl<T: Inside + ?Sized> Probe<T>
where
    T::Inner: AttributeType,
{
    /// The answer of the type of the elements. It is needed for a type alias, in which the derive does not see the elements.
    pub fn elements_withhold(seen: &mut Asked) -> bool {
        T::Inner::withholds(seen)
    }
}
impl<T: Inside + ?Sized> Probe<T>
where
    T::Inner: Inside,
    <T::Inner as Inside>::Inner: AttributeType,
{
    /// The answer of the type of the elements' elements, as above.
    pub fn inner_elements_withhold(seen: &mut Asked) -> bool {
        <T::Inner as Inside>::Inner::withholds(seen)
    }
}
impl<T: AttributeType + ?Sized> Probe<T> {
    /// The answer of the type.
    ///
    /// # Errors
    /// If a value has another data type.
    pub fn verify(value: &AttributeValue) -> Verified {
        T::verify(value)
    }
    /// The answer of the type about its attributes.
    ///
    /// # Errors
    /// If a value has another data type.
    pub fn verify_map(written: &Written<'_>) -> Verified {
        T::verify_map(written)
    }
}

/// A collection or a wrapper `C` that is asked about each `T` inside it.
#[doc(hidden)]
#[derive(Debug)]
pub struct Within<C: ?Sized, T: ?Sized>(PhantomData<C>, PhantomData<T>);
impl<C: Inside<Inner = T> + ?Sized, T: ?Sized> Within<C, T> {
    /// Asks about each value inside.
    ///
    /// # Errors
    /// If a value has another data type.
    pub fn each(value: &AttributeValue, ask: Ask) -> Verified {
        C::each(value, ask)
    }
}
impl<C: Entries<T> + ?Sized, T> Within<C, T> {
    /// Asks about an entry of the map.
    ///
    /// # Errors
    /// If a value has another data type.
    pub fn entry(value: &AttributeValue, ask: Ask) -> Verified {
        ask(value)
    }
}
impl<C: ?Sized, T: ?Sized> Unmarked for Within<C, T> {}
impl<T: Inside<Inner: AttributeType + Sized> + Entries<<T as Inside>::Inner> + ?Sized> Probe<T> {
    /// The answer of the type of a map's entries about one entry.
    ///
    /// # Errors
    /// If the entry has another data type.
    pub fn verify_entry(value: &AttributeValue) -> Verified {
        <T as Inside>::Inner::verify(value)
    }
}
impl<T: Inside + ?Sized> Probe<T>
where
    T::Inner: AttributeType,
{
    /// The answer of the type of the elements.
    ///
    /// # Errors
    /// If an element has another data type.
    pub fn verify_elements(value: &AttributeValue) -> Verified {
        T::each(value, T::Inner::verify)
    }
}
