//! Fields that exist only in the key. Their place in the attributes has a type without operators, so that the compiler can explain
//! why.
use std::convert::Infallible;
use std::fmt;
use std::marker::PhantomData;

use crate::expression::action::Action;
use crate::expression::condition::Condition;

/// A field with `#[dynacond(in_key)]`. The item has no attribute for it, so it has no operators.
pub struct StoredInKey<I, T>(PhantomData<fn() -> (I, T)>);

impl<I, T> Clone for StoredInKey<I, T> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<I, T> Copy for StoredInKey<I, T> {}
impl<I, T> fmt::Debug for StoredInKey<I, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("StoredInKey")
    }
}

/// The compiler message for operators on a field that is stored only in the key. No type implements this trait.
#[diagnostic::on_unimplemented(
    message = "DynamoDB evaluates attributes, and this field is marked `in_key`: it is stored in the key alone, and has no attribute",
    label = "stored in the key alone",
    note = "the key that you write to decides what the field is; leave out `in_key` to store the field as an attribute as well"
)]
pub trait HasAttribute {
    /// No value.
    #[doc(hidden)]
    const NEVER: Infallible;
}

impl<I, T> StoredInKey<I, T> {
    /// The derive calls this.
    #[doc(hidden)]
    #[must_use]
    pub const fn new() -> Self {
        Self(PhantomData)
    }
}

/// These methods exist for the compiler message. They are written out, because a macro would add lines to the message.
#[doc(hidden)]
impl<I, T> StoredInKey<I, T> {
    pub fn eq<V>(self, _: V) -> Condition<I>
    where
        T: HasAttribute,
    {
        match T::NEVER {}
    }
    pub fn ne<V>(self, _: V) -> Condition<I>
    where
        T: HasAttribute,
    {
        match T::NEVER {}
    }
    pub fn lt<V>(self, _: V) -> Condition<I>
    where
        T: HasAttribute,
    {
        match T::NEVER {}
    }
    pub fn le<V>(self, _: V) -> Condition<I>
    where
        T: HasAttribute,
    {
        match T::NEVER {}
    }
    pub fn gt<V>(self, _: V) -> Condition<I>
    where
        T: HasAttribute,
    {
        match T::NEVER {}
    }
    pub fn ge<V>(self, _: V) -> Condition<I>
    where
        T: HasAttribute,
    {
        match T::NEVER {}
    }
    pub fn between<V, W>(self, _: V, _: W) -> Condition<I>
    where
        T: HasAttribute,
    {
        match T::NEVER {}
    }
    pub fn is_in<V>(self, _: V) -> Condition<I>
    where
        T: HasAttribute,
    {
        match T::NEVER {}
    }
    pub fn begins_with<V>(self, _: V) -> Condition<I>
    where
        T: HasAttribute,
    {
        match T::NEVER {}
    }
    pub fn contains<V>(self, _: V) -> Condition<I>
    where
        T: HasAttribute,
    {
        match T::NEVER {}
    }
    pub fn exists(self) -> Condition<I>
    where
        T: HasAttribute,
    {
        match T::NEVER {}
    }
    pub fn not_exists(self) -> Condition<I>
    where
        T: HasAttribute,
    {
        match T::NEVER {}
    }
    pub fn to<V>(self, _: V) -> Action<I>
    where
        T: HasAttribute,
    {
        match T::NEVER {}
    }
    pub fn if_absent<V>(self, _: V) -> Action<I>
    where
        T: HasAttribute,
    {
        match T::NEVER {}
    }
    pub fn subtract<V>(self, _: V) -> Action<I>
    where
        T: HasAttribute,
    {
        match T::NEVER {}
    }
    pub fn remove(self) -> Action<I>
    where
        T: HasAttribute,
    {
        match T::NEVER {}
    }
}
