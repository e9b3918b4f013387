//! The verbs as types, which decide the methods of a request before it is sent.
use std::convert::Infallible;

use crate::error::error::Result;
use crate::expression::action::{Absolute, MayHappenTwice};
use crate::model::conversion::DecodeError;
use crate::model::item::{Guarded, Versioned};
use crate::model::key::{IntoKey, Key};
use crate::model::stored::{Stored, Table};
use crate::write::expectation::Expectation;
use crate::write::stored::as_read;

/// `create`.
#[derive(Debug)]
pub enum Create {}
/// `save`.
#[derive(Debug)]
pub enum Save {}
/// `put`.
#[derive(Debug)]
pub enum Put {}
/// `update`, with [`Absolute`] actions, which may happen twice, or with [`Relative`](crate::operators::Relative) ones.
#[derive(Debug)]
pub struct Update<R = Absolute>(std::marker::PhantomData<R>);
/// `replace`.
#[derive(Debug)]
pub enum Replace {}
/// `delete`.
#[derive(Debug)]
pub enum Delete {}
/// A `delete` that succeeds if there is no item. See [`or_gone`](crate::WriteRequest::or_gone).
#[derive(Debug)]
pub enum DeleteOrGone {}
/// `touch`.
#[derive(Debug)]
pub enum Touch {}
/// `take`.
#[derive(Debug)]
pub enum Take {}
/// An `update` or a `put` that returns the item before the write. See [`returning_old`](crate::WriteRequest::returning_old).
#[derive(Debug)]
pub struct ReturningOld<V>(std::marker::PhantomData<V>);
/// A verb that is sent again until it is answered: see [`until_answered`](crate::WriteRequest::until_answered).
#[derive(Debug)]
pub struct UntilAnswered<V>(std::marker::PhantomData<V>);
/// `check`, only in a transaction.
#[derive(Debug)]
pub enum Check {}
/// `import`, only in a batch.
#[derive(Debug)]
pub enum Import {}
/// `replace` of an item at any version.
#[derive(Debug)]
pub enum ReplaceAny {}
/// A verb that would overwrite what others wrote, until it gets a `.when(..)`, an `.at(..)`, or `.unconditional()`.
#[derive(Debug)]
pub struct Unguarded<V>(std::marker::PhantomData<V>);
/// A verb, and its type with a condition.
pub trait Verb {
    /// The name of the verb.
    #[doc(hidden)]
    const NAME: &'static str;
    /// Whether the verb succeeds if there is no item.
    #[doc(hidden)]
    const OR_GONE: bool = false;
    /// Whether the request is sent even if it changes nothing.
    #[doc(hidden)]
    const SENDS_UNCHANGED: bool = false;
    /// Whether the result is the item before the write.
    #[doc(hidden)]
    const RETURNS_OLD: bool = false;
    /// Whether the request is sent again after a lost answer, until there is an answer.
    #[doc(hidden)]
    const UNTIL_ANSWERED: bool = false;
    /// The verb with a condition.
    type When: Verb;
    /// The verb at a version, if the verb is [`AtVersion`].
    type At: Verb;
}

/// A verb that can be sent.
#[diagnostic::on_unimplemented(
    message = "this would overwrite or delete what others wrote: add `.when(..)`, `.at(&tag)` or `.unconditional()`",
    label = "needs a condition, or `.unconditional()`"
)]
pub trait Ready: Verb {
    /// The result of the verb.
    type Output<I>;
    /// Makes the result from what the store knows about the item afterwards.
    #[doc(hidden)]
    fn output<I: Versioned>(stored: Option<Result<Stored<I>>>) -> Result<Self::Output<I>>;
}

/// The compiler message for a request without `.send()`. No type implements this trait.
#[diagnostic::on_unimplemented(
    message = "nothing is sent without `.send()`: write `.send().await`",
    label = "a request, not yet sent"
)]
pub trait SentByAwait {
    /// No value.
    #[doc(hidden)]
    const NEVER: Infallible;
}

/// A verb that takes a version or a tag.
#[diagnostic::on_unimplemented(
    message = "`create` and `save` take no version: `create` expects that there is no item, and `save` checks the version that was read",
    label = "already checks absence or a version",
    note = "`put`, `replace`, `update` and `delete` take `.at(&tag)` and `.at_version(n)`"
)]
pub trait AtVersion: Verb {}

/// A verb that may create or overwrite the item. See [`expecting`](crate::WriteRequest::expecting).
#[diagnostic::on_unimplemented(
    message = "`.expecting(..)` is for `put` and `replace`, which may create the item",
    label = "never creates an item, or always does",
    note = "`update` and `delete` take `.at(&tag)`"
)]
pub trait MayCreate: AtVersion {}
#[diagnostic::do_not_recommend]
impl MayCreate for Put {}
#[diagnostic::do_not_recommend]
impl MayCreate for Replace {}
#[diagnostic::do_not_recommend]
impl MayCreate for Unguarded<Put> {}
#[diagnostic::do_not_recommend]
impl MayCreate for ReplaceAny {}
#[diagnostic::do_not_recommend]
impl MayCreate for Unguarded<Replace> {}

/// A verb that can return the item before the write. See [`returning_old`](crate::WriteRequest::returning_old).
#[diagnostic::on_unimplemented(
    message = "`.returning_old()` is for `update`, and for a `put` that has its `.when(..)`, `.at(&tag)` or `.unconditional()`",
    label = "does not return the old item",
    note = "`take` is the `delete` that returns the item"
)]
pub trait MayReturnOld: Verb {}
#[diagnostic::do_not_recommend]
impl MayReturnOld for Put {}
#[diagnostic::do_not_recommend]
impl<R> MayReturnOld for Update<R> {}

/// A write with the same effect if it is applied twice. See [`until_answered`](crate::WriteRequest::until_answered).
#[diagnostic::on_unimplemented(
    message = "`.until_answered()` is for writes that may happen twice, and a `put`, `replace` or `delete` says `.when(..)`, `.at(&tag)` or `.unconditional()` before it",
    label = "is not sent again",
    note = "the old item that `take` and `.returning_old()` return is lost with the answer"
)]
pub trait TwiceIsOnce: Verb {}
macro_rules! twice_is_once {
    ($($verb:ty),+) => { $(#[diagnostic::do_not_recommend] impl TwiceIsOnce for $verb {})+ };
}
twice_is_once! { Create, Save, Touch, Put, Replace, ReplaceAny, Delete, DeleteOrGone }
impl<R: MayHappenTwice> TwiceIsOnce for Update<R> {}

impl<V: Verb> Verb for UntilAnswered<V> {
    const NAME: &'static str = V::NAME;
    const OR_GONE: bool = V::OR_GONE;
    const SENDS_UNCHANGED: bool = V::SENDS_UNCHANGED;
    const RETURNS_OLD: bool = V::RETURNS_OLD;
    const UNTIL_ANSWERED: bool = true;
    type When = UntilAnswered<V::When>;
    type At = UntilAnswered<V::At>;
}
#[diagnostic::do_not_recommend]
impl<V: AtVersion> AtVersion for UntilAnswered<V> {}
#[diagnostic::do_not_recommend]
impl<V: Ready> Ready for UntilAnswered<V> {
    type Output<I> = V::Output<I>;
    fn output<I: Versioned>(stored: Option<Result<Stored<I>>>) -> Result<Self::Output<I>> {
        V::output(stored)
    }
}

macro_rules! verbs {
    ($($(@$r:ident)? $verb:ty: $name:literal, $when:ty, at $at:ty $(, $what:ident)?;)+) => { $(
        impl$(<$r>)? Verb for $verb {
            const NAME: &'static str = $name;
            $(const $what: bool = true;)?
            type When = $when;
            type At = $at;
        }
    )+ };
}
verbs! {
    Create: "create", Create, at Create;
    Save: "save", Save, at Save;
    Put: "put", Put, at Put;
    @R Update<R>: "update", Update<R>, at Update<R>;
    Replace: "replace", Replace, at Replace;
    Delete: "delete", Delete, at Delete;
    DeleteOrGone: "delete", DeleteOrGone, at DeleteOrGone, OR_GONE;
    Touch: "touch", Touch, at Touch, SENDS_UNCHANGED;
    Take: "take", Take, at Take, RETURNS_OLD;
    ReturningOld<Put>: "put", ReturningOld<Put>, at ReturningOld<Put>, RETURNS_OLD;
    @R ReturningOld<Update<R>>: "update", ReturningOld<Update<R>>, at ReturningOld<Update<R>>, RETURNS_OLD;
    Check: "check", Check, at Check;
    Import: "import", Import, at Import;
    Unguarded<Put>: "put", Put, at Put;
    Unguarded<Delete>: "delete", Delete, at Delete;
    Unguarded<Replace>: "replace", ReplaceAny, at Replace;
    ReplaceAny: "replace", ReplaceAny, at Replace;
}
macro_rules! at_version {
    ($($(@$r:ident)? $verb:ty),+) => { $(#[diagnostic::do_not_recommend] impl$(<$r>)? AtVersion for $verb {})+ };
}
at_version! { Put, @R Update<R>, Replace, Delete, DeleteOrGone, Take, ReturningOld<Put>, @R ReturningOld<Update<R>>, Unguarded<Put>, Unguarded<Delete>, ReplaceAny, Unguarded<Replace> }
macro_rules! ready {
    ($($(@$r:ident)? $verb:ty),+) => { $(
        #[diagnostic::do_not_recommend]
        impl$(<$r>)? Ready for $verb {
            type Output<I> = Stored<I>;
            fn output<I: Versioned>(stored: Option<Result<Stored<I>>>) -> Result<Stored<I>> {
                stored.unwrap_or_else(|| Err(DecodeError::nothing_returned(I::MODEL.name).into()))
            }
        }
    )+ };
}
ready! { Create, Save, Touch, Put, @R Update<R>, Replace, ReplaceAny }
macro_rules! gives {
    ($($output:ty: |$stored:ident| $make:expr; $($(@$r:ident)? $verb:ty),+;)+) => { $($(
        #[diagnostic::do_not_recommend]
        impl$(<$r>)? Ready for $verb {
            type Output<I> = $output;
            fn output<I: Versioned>($stored: Option<Result<Stored<I>>>) -> Result<$output> { $make }
        }
    )+)+ };
}
gives! {
    (): |_stored| Ok(()); Delete, DeleteOrGone;
    Option<Stored<I>>: |stored| stored.transpose(); Take, ReturningOld<Put>, @R ReturningOld<Update<R>>;
}

/// The argument of [`Store::save`](crate::Store::save): a [`Stored`] item.
#[diagnostic::on_unimplemented(
    message = "`save` takes a `Stored` item, whose version it checks, found `{Self}`",
    label = "not a `Stored` item",
    note = "`create` takes a new item; `put` overwrites what is stored, with `.when(..)`, `.at(&tag)` or `.unconditional()`"
)]
pub trait IntoSave {
    /// The item type.
    type Item: Versioned;
    /// Returns the item as it was read.
    #[doc(hidden)]
    fn stored(self) -> Stored<Self::Item>;
}
#[diagnostic::do_not_recommend]
impl<I: Versioned> IntoSave for Stored<I> {
    type Item = I;
    fn stored(self) -> Self {
        self
    }
}

/// The table that an item was read from, if it is known. Callers cannot use its fields.
#[doc(hidden)]
#[derive(Debug)]
pub struct ReadFrom(pub(crate) Table);

/// The argument of [`Store::replace`](crate::Store::replace): a [`Stored`] item, or a value that needs `.at(&tag)`,
/// `.expecting(..)`, `.when(..)` or `.unconditional()`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is neither an item nor a `Stored` item",
    label = "cannot be stored"
)]
pub trait IntoReplace {
    /// The item type.
    type Item: Versioned;
    /// The verb, which shows whether a condition is still missing.
    type Verb: Verb;
    /// Returns the parts of the request.
    #[doc(hidden)]
    fn replacement(self) -> (Key<Self::Item>, Self::Item, Expectation, ReadFrom);
}
#[diagnostic::do_not_recommend]
impl<I: Versioned> IntoReplace for I {
    type Item = I;
    type Verb = Unguarded<Replace>;
    fn replacement(self) -> (Key<I>, I, Expectation, ReadFrom) {
        (self.to_key(), self, Expectation::Nothing, ReadFrom(None))
    }
}
#[diagnostic::do_not_recommend]
impl<I: Versioned> IntoReplace for Stored<I> {
    type Item = I;
    type Verb = Replace;
    fn replacement(self) -> (Key<I>, I, Expectation, ReadFrom) {
        let (key, expectation) = (Self::key(&self), as_read(&self));
        let table = ReadFrom(self.table.clone());
        (key, Self::into_inner(self), expectation, table)
    }
}

/// The argument of [`Store::delete`](crate::Store::delete): a [`Stored`] item, or a key.
#[diagnostic::on_unimplemented(
    message = "expected a `Stored` item, or a key such as `Order::key(\"o1\")`, found `{Self}`",
    label = "cannot be deleted"
)]
pub trait IntoDelete {
    /// The item type.
    type Item: Versioned;
    /// The verb, which shows whether a condition is still missing.
    type Verb: Verb;
    /// Returns the parts of the request.
    #[doc(hidden)]
    fn deletion(self) -> (Key<Self::Item>, Expectation, ReadFrom);
}
impl<I: Guarded> IntoDelete for Stored<I> {
    type Item = I;
    type Verb = Delete;
    fn deletion(self) -> (Key<I>, Expectation, ReadFrom) {
        let (key, expectation) = (Self::key(&self), as_read(&self));
        (key, expectation, ReadFrom(self.unwatched().table))
    }
}
macro_rules! delete_by_key {
    ($($key:ty),+) => { $(
        #[diagnostic::do_not_recommend]
        impl<I: Versioned> IntoDelete for $key {
            type Item = I;
            type Verb = Unguarded<Delete>;
            fn deletion(self) -> (Key<I>, Expectation, ReadFrom) {
                (self.into_key(), Expectation::Nothing, ReadFrom(None))
            }
        }
    )+ };
}
delete_by_key! { Key<I>, &Key<I> }
