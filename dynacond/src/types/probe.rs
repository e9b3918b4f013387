//! What generated code asks of a type that may be no `AttributeType`.
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet, LinkedList, VecDeque};
use std::marker::PhantomData;
use std::rc::Rc;
use std::sync::Arc;

use aws_sdk_dynamodb::types::AttributeValue;

use crate::types::asked::Asked;
use crate::types::attribute_type::AttributeType;
use crate::types::number_range::NumberRange;
use crate::types::verify::Verified;

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
    /// Nor of its elements.
    ///
    /// # Errors
    /// None.
    fn verify_elements(_value: &AttributeValue) -> Verified {
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
        match value {
            AttributeValue::L(list) => list.iter().try_for_each(T::Inner::verify),
            AttributeValue::M(map) => map.values().try_for_each(T::Inner::verify),
            _ => Ok(()),
        }
    }
}
