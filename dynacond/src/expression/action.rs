//! Update actions: a typed shell around the untyped changes in `change`, and the results of a `.set(..)` closure.
use std::fmt;
use std::marker::PhantomData;

use crate::expression::attribute::Any;
use crate::expression::into_operand::IntoOperand;
use crate::expression::tree::change::{Change, Edit};
use crate::expression::tuples::for_tuples;
use crate::model::item::Versioned;
use crate::types::capability::Fits;
use crate::types::codec::KindOf;
use crate::types::encoding::Own;

/// A change of one attribute of `I`. `.set(..)` takes one action, or a tuple or a `Vec` of them.
///
/// The grammar:
/// [Update expressions](https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.UpdateExpressions.html).
#[must_use = "an action changes nothing until it is given to `.set(..)`"]
pub struct Action<I = Any> {
    change: Change,
    of: PhantomData<fn() -> I>,
}

impl<I> Action<I> {
    pub(crate) const fn of(change: Change) -> Self {
        Self {
            change,
            of: PhantomData,
        }
    }
}

impl<I> Clone for Action<I> {
    fn clone(&self) -> Self {
        Self {
            change: self.change.clone(),
            of: PhantomData,
        }
    }
}
impl<I> fmt::Debug for Action<I> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Action({})", self.change)
    }
}
impl<I> fmt::Display for Action<I> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.change.fmt(f)
    }
}

/// An action that starts from the stored value: arithmetic, or a list that grows.
///
/// Without [`starting_at`](Self::starting_at), DynamoDB rejects the update if the attribute is missing.
#[must_use = "an action changes nothing until it is given to `.set(..)`"]
pub struct RelativeAction<I, T: ?Sized, E = Own> {
    action: Action<I>,
    value: PhantomData<fn() -> T>,
    encoding: PhantomData<fn() -> E>,
}

impl<I, T: ?Sized, E> Clone for RelativeAction<I, T, E> {
    fn clone(&self) -> Self {
        Self {
            action: self.action.clone(),
            value: PhantomData,
            encoding: PhantomData,
        }
    }
}
impl<I, T: ?Sized, E> fmt::Debug for RelativeAction<I, T, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.action.fmt(f)
    }
}

impl<I, T: ?Sized, E> RelativeAction<I, T, E> {
    pub(super) const fn of(action: Action<I>) -> Self {
        Self {
            action,
            value: PhantomData,
            encoding: PhantomData,
        }
    }

    /// Starts from `value` if the attribute is missing: `#visits = if_not_exists(#visits, :visits_2) + :visits_3`.
    ///
    /// ```
    #[doc = include_str!("rendered.md")]
    /// let [text, _] = rendered(|o| o.visits.add(1).starting_at(0));
    /// assert_eq!(text, "SET #visits = if_not_exists(#visits, :visits_2) + :visits_3");
    /// ```
    pub fn starting_at<V: IntoOperand<I, T, E>>(mut self, value: V) -> Self
    where
        E: KindOf<T>,
        V::Source: Fits<T, E::Kind>,
    {
        let operand = value.into_operand();
        match &mut self.action.change.edit {
            Edit::Arithmetic { start, .. } | Edit::Append { start, .. } => {
                *start = Some(Box::new(operand));
            }
            _ => {}
        }
        self
    }
}

/// What the closure of `.set(..)` returns: an action, or a tuple of up to twelve, a `Vec` or an `Option` of actions. `None` adds no action.
#[diagnostic::on_unimplemented(
    message = "`.set(..)` takes update actions on `{I}`, not `{Self}`",
    label = "expected an action such as `o.stock.subtract(3)` or `o.stock.to(3)`, or a tuple of them",
    note = "a condition goes into `.when(..)`"
)]
pub trait IntoActions<I> {
    /// [`Absolute`] if all actions may happen twice, or [`Relative`] if one of them must not.
    type Repetition: Repetition;
    /// Adds the actions.
    #[doc(hidden)]
    fn add_to(self, actions: &mut Changes);
}

/// Whether actions have the same effect if they are applied twice: [`Absolute`] or [`Relative`].
pub trait Repetition {
    /// The repetition of these actions together with others.
    type And<R: Repetition>: Repetition;
}

/// Actions with the same effect if they are applied twice: `to`, `if_absent`, `remove`, and `insert` and `delete` of set members.
#[derive(Debug)]
pub enum Absolute {}

/// Actions with another effect if they are applied twice: `add`, `subtract`, `append` and `prepend` start from the stored value.
#[derive(Debug)]
pub enum Relative {}

impl Repetition for Absolute {
    type And<R: Repetition> = R;
}
impl Repetition for Relative {
    type And<R: Repetition> = Self;
}

/// Actions that may happen twice.
#[diagnostic::on_unimplemented(
    message = "`add`, `subtract`, `append` and `prepend` must not happen twice, so this update is not sent again: send a transaction of one, `store.transact_write((store.update(..),))`",
    label = "sent again, the update could be applied twice",
    note = "a transaction is sent again under its token until it is answered, and applied once; the costs are twice the write units"
)]
pub trait MayHappenTwice {}
#[diagnostic::do_not_recommend]
impl MayHappenTwice for Absolute {}

/// A collection of actions, as untyped changes.
#[doc(hidden)]
#[derive(Debug, Default)]
pub struct Changes(pub(crate) Vec<Change>);

#[diagnostic::do_not_recommend]
impl<I> IntoActions<I> for Action<I> {
    type Repetition = Absolute;
    fn add_to(self, actions: &mut Changes) {
        actions.0.push(self.change);
    }
}
#[diagnostic::do_not_recommend]
impl<I: Versioned> IntoActions<I> for Action<Any> {
    type Repetition = Absolute;
    fn add_to(self, actions: &mut Changes) {
        actions.0.push(self.change);
    }
}
#[diagnostic::do_not_recommend]
impl<I, J, T: ?Sized, E> IntoActions<I> for RelativeAction<J, T, E>
where
    Action<J>: IntoActions<I>,
{
    type Repetition = Relative;
    fn add_to(self, actions: &mut Changes) {
        self.action.add_to(actions);
    }
}
#[diagnostic::do_not_recommend]
impl<I, T: IntoActions<I>> IntoActions<I> for Option<T> {
    type Repetition = T::Repetition;
    fn add_to(self, actions: &mut Changes) {
        if let Some(action) = self {
            action.add_to(actions);
        }
    }
}
#[diagnostic::do_not_recommend]
impl<I, T: IntoActions<I>> IntoActions<I> for Vec<T> {
    type Repetition = T::Repetition;
    fn add_to(self, actions: &mut Changes) {
        for action in self {
            action.add_to(actions);
        }
    }
}
#[diagnostic::do_not_recommend]
impl<I, T: IntoActions<I>, const N: usize> IntoActions<I> for [T; N] {
    type Repetition = T::Repetition;
    fn add_to(self, actions: &mut Changes) {
        for action in self {
            action.add_to(actions);
        }
    }
}
macro_rules! all {
    ($name:ident) => { $name::Repetition };
    ($name:ident $($more:ident)+) => { <$name::Repetition as Repetition>::And<all!($($more)+)> };
}
macro_rules! tuples {
    ($($name:ident)+) => {
        #[diagnostic::do_not_recommend]
        #[expect(non_snake_case, reason = "one name for the type and its value")]
        impl<I, $($name: IntoActions<I>),+> IntoActions<I> for ($($name,)+) {
            type Repetition = all!($($name)+);
            fn add_to(self, actions: &mut Changes) {
                let ($($name,)+) = self;
                $($name.add_to(actions);)+
            }
        }
    };
}
for_tuples! { tuples }
