//! What generated code asks of a type that may be no `AttributeType`.
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

/// Asks a type whether it is sensitive, and gets `false` from one that is no [`AttributeType`]: the inherent constant is
/// preferred, and the trait's is there for all.
#[doc(hidden)]
#[derive(Debug)]
pub struct Probe<T: ?Sized>(PhantomData<T>);
impl<T: AttributeType + ?Sized> Probe<T> {
    /// What the type says.
    pub const SENSITIVE: bool = T::SENSITIVE;
    /// What the type says.
    pub const RANGE: NumberRange = T::RANGE;
    /// The names of what it writes.
    pub const NAMES: Option<&'static [&'static str]> = T::NAMES;
}
/// The answer for a type that says nothing.
#[doc(hidden)]
pub trait Unmarked {
    /// Not sensitive.
    const SENSITIVE: bool = false;
    /// Any number.
    const RANGE: NumberRange = NumberRange::ANY;
    /// Not known.
    const NAMES: Option<&'static [&'static str]> = None;
    /// It holds nothing that is never shown.
    fn withholds(_seen: &mut Asked) -> bool {
        false
    }
    /// Nothing was said of it.
    ///
    /// # Errors
    /// None.
    fn verify(_value: &AttributeValue) -> Verified {
        Ok(())
    }
    /// Nor of its attributes.
    ///
    /// # Errors
    /// None.
    fn verify_map(_written: &Written<'_>) -> Verified {
        Ok(())
    }
    /// Nor of its elements.
    ///
    /// # Errors
    /// None.
    fn verify_elements(_value: &AttributeValue) -> Verified {
        Ok(())
    }
    /// Nor of its entries.
    ///
    /// # Errors
    /// None.
    fn verify_entry(_value: &AttributeValue) -> Verified {
        Ok(())
    }
    /// None of these is inside of it.
    ///
    /// # Errors
    /// None.
    fn each(_value: &AttributeValue, _ask: Ask) -> Verified {
        Ok(())
    }
    /// Nor one of its entries.
    ///
    /// # Errors
    /// None.
    fn entry(_value: &AttributeValue, _ask: Ask) -> Verified {
        Ok(())
    }
    /// Its elements do not, either.
    fn elements_withhold(_seen: &mut Asked) -> bool {
        false
    }
    /// Nor do the elements of its elements.
    fn inner_elements_withhold(_seen: &mut Asked) -> bool {
        false
    }
}
impl<T: ?Sized> Unmarked for Probe<T> {}
/// No attribute type.
#[doc(hidden)]
#[derive(Debug)]
pub enum Nothing {}

/// A collection or a wrapper, seen as what is inside of it.
#[doc(hidden)]
pub trait Inside {
    /// What is inside.
    type Inner: ?Sized;
    /// Asks each value inside.
    ///
    /// # Errors
    /// A value of another data type.
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
// The value is that of what is inside.
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
    /// What the type says.
    pub fn withholds(seen: &mut Asked) -> bool {
        T::withholds(seen)
    }
}
impl<T: Inside + ?Sized> Probe<T>
where
    T::Inner: AttributeType,
{
    /// What the type of the elements says, of an alias.
    pub fn elements_withhold(seen: &mut Asked) -> bool {
        T::Inner::withholds(seen)
    }
}
impl<T: Inside + ?Sized> Probe<T>
where
    T::Inner: Inside,
    <T::Inner as Inside>::Inner: AttributeType,
{
    /// What the type of the elements' elements says, of an alias.
    pub fn inner_elements_withhold(seen: &mut Asked) -> bool {
        <T::Inner as Inside>::Inner::withholds(seen)
    }
}
impl<T: AttributeType + ?Sized> Probe<T> {
    /// What the type says.
    ///
    /// # Errors
    /// A value of another data type.
    pub fn verify(value: &AttributeValue) -> Verified {
        T::verify(value)
    }
    /// What the type says of its attributes.
    ///
    /// # Errors
    /// A value of another data type.
    pub fn verify_map(written: &Written<'_>) -> Verified {
        T::verify_map(written)
    }
}

/// A collection or a wrapper `C`, asked about its `T`s.
#[doc(hidden)]
#[derive(Debug)]
pub struct Within<C: ?Sized, T: ?Sized>(PhantomData<C>, PhantomData<T>);
impl<C: Inside<Inner = T> + ?Sized, T: ?Sized> Within<C, T> {
    /// Asks each of them.
    ///
    /// # Errors
    /// A value of another data type.
    pub fn each(value: &AttributeValue, ask: Ask) -> Verified {
        C::each(value, ask)
    }
}
impl<C: Entries<T> + ?Sized, T> Within<C, T> {
    /// Asks an entry of the map.
    ///
    /// # Errors
    /// A value of another data type.
    pub fn entry(value: &AttributeValue, ask: Ask) -> Verified {
        ask(value)
    }
}
impl<C: ?Sized, T: ?Sized> Unmarked for Within<C, T> {}
impl<T: Inside<Inner: AttributeType + Sized> + Entries<<T as Inside>::Inner> + ?Sized> Probe<T> {
    /// What the type of a map's entries says of one of them.
    ///
    /// # Errors
    /// An entry of another data type.
    pub fn verify_entry(value: &AttributeValue) -> Verified {
        <T as Inside>::Inner::verify(value)
    }
}
impl<T: Inside + ?Sized> Probe<T>
where
    T::Inner: AttributeType,
{
    /// What the type of the elements says.
    ///
    /// # Errors
    /// An element of another data type.
    pub fn verify_elements(value: &AttributeValue) -> Verified {
        T::each(value, T::Inner::verify)
    }
}
