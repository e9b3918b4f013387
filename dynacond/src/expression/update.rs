//! Update actions: a typed shell over the untyped changes of `change`.
use std::fmt;
use std::marker::PhantomData;

use aws_sdk_dynamodb::types::AttributeValue;

use crate::expression::attribute::{Any, Attribute, Updatable, UpdatedAlone};
use crate::expression::condition::IntoOperand;
use crate::expression::tree::change::{ActionKind, Change};
use crate::expression::tree::operand::{Operand, Path};
use crate::model::item::Versioned;
use crate::types::attribute_type::{AttributeType, Untyped, Value};
use crate::types::capability::{Fits, IsList, IsSet, Numeric, Optional};
use crate::types::codec::KindOf;
use crate::types::encoding::{Encoding, Own};
use crate::value::rule::Rule;

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
        match &mut self.action.change.action {
            ActionKind::Arithmetic { start, .. } | ActionKind::Append { start, .. } => {
                *start = Some(Box::new(operand));
            }
            _ => {}
        }
        self
    }
}

/// What `.set(..)` takes from its closure: an action, or a tuple, a `Vec` or an `Option` of them. `None` adds no action.
#[diagnostic::on_unimplemented(
    message = "`.set(..)` takes update actions on `{I}`, not `{Self}`",
    label = "expected an action such as `o.stock.subtract(3)` or `o.stock.to(3)`, or a tuple of them",
    note = "a condition goes into `.when(..)`"
)]
pub trait IntoActions<I> {
    /// Whether all of them may happen twice: [`Absolute`], or [`Relative`] if one of them must not.
    type Repetition: Repetition;
    /// Adds the actions.
    #[doc(hidden)]
    fn add_to(self, actions: &mut Actions);
}

/// Whether actions that happen twice are the same as actions that happen once: [`Absolute`] or [`Relative`].
pub trait Repetition {
    /// The same of these actions and of others.
    type And<R: Repetition>: Repetition;
}

/// Twice is once: `to`, `if_absent`, `remove`, and `insert` and `delete` of set members.
#[derive(Debug)]
pub enum Absolute {}

/// Twice is not once: `add`, `subtract`, `append` and `prepend` start from what is stored.
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

/// Actions being collected.
#[doc(hidden)]
#[derive(Debug, Default)]
pub struct Actions(pub(crate) Vec<Change>);

#[diagnostic::do_not_recommend]
impl<I> IntoActions<I> for Action<I> {
    type Repetition = Absolute;
    fn add_to(self, actions: &mut Actions) {
        actions.0.push(self.change);
    }
}
#[diagnostic::do_not_recommend]
impl<I: Versioned> IntoActions<I> for Action<Any> {
    type Repetition = Absolute;
    fn add_to(self, actions: &mut Actions) {
        actions.0.push(self.change);
    }
}
#[diagnostic::do_not_recommend]
impl<I, J, T: ?Sized, E> IntoActions<I> for RelativeAction<J, T, E>
where
    Action<J>: IntoActions<I>,
{
    type Repetition = Relative;
    fn add_to(self, actions: &mut Actions) {
        self.action.add_to(actions);
    }
}
#[diagnostic::do_not_recommend]
impl<I, T: IntoActions<I>> IntoActions<I> for Option<T> {
    type Repetition = T::Repetition;
    fn add_to(self, actions: &mut Actions) {
        if let Some(action) = self {
            action.add_to(actions);
        }
    }
}
#[diagnostic::do_not_recommend]
impl<I, T: IntoActions<I>> IntoActions<I> for Vec<T> {
    type Repetition = T::Repetition;
    fn add_to(self, actions: &mut Actions) {
        for action in self {
            action.add_to(actions);
        }
    }
}
#[diagnostic::do_not_recommend]
impl<I, T: IntoActions<I>, const N: usize> IntoActions<I> for [T; N] {
    type Repetition = T::Repetition;
    fn add_to(self, actions: &mut Actions) {
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
            fn add_to(self, actions: &mut Actions) {
                let ($($name,)+) = self;
                $($name.add_to(actions);)+
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
tuples! { A B C D E F G H J }
tuples! { A B C D E F G H J K }
tuples! { A B C D E F G H J K L }
tuples! { A B C D E F G H J K L M }

/// One or several elements of a list, or members of a set: a value, an array, a slice or a `Vec` of them.
#[diagnostic::on_unimplemented(
    message = "expected a `{E}`, or an array, slice or `Vec` of them, not `{Self}`",
    label = "not an element of type `{E}`"
)]
pub trait IntoElements<E: ?Sized> {
    /// The elements.
    #[doc(hidden)]
    fn into_elements(self) -> Vec<Operand>;
}
macro_rules! into_elements {
    ($({$($p:tt)*} $e:ty, $self:ty => |$value:ident| $elements:expr;)+) => { $(
        #[diagnostic::do_not_recommend]
        impl<$($p)*> IntoElements<$e> for $self {
            fn into_elements(self) -> Vec<Operand> { let $value = self; $elements }
        }
    )+ };
}
fn element<E>(element: &E) -> Operand
where
    Own: Encoding<E>,
{
    Own::encode(element).into()
}
fn text(text: &str) -> Operand {
    Operand::Value(AttributeValue::S(text.to_owned()))
}
// Recommended, and so written out: where the elements are of the right type, that DynamoDB stores no such type is the reason.
impl<E> IntoElements<E> for E
where
    Own: Encoding<E>,
{
    fn into_elements(self) -> Vec<Operand> {
        vec![element(&self)]
    }
}
impl<E> IntoElements<E> for &E
where
    Own: Encoding<E>,
{
    fn into_elements(self) -> Vec<Operand> {
        vec![element(self)]
    }
}
impl<E> IntoElements<E> for Vec<E>
where
    Own: Encoding<E>,
{
    fn into_elements(self) -> Vec<Operand> {
        self.iter().map(element).collect()
    }
}
impl<E> IntoElements<E> for &[E]
where
    Own: Encoding<E>,
{
    fn into_elements(self) -> Vec<Operand> {
        self.iter().map(element).collect()
    }
}
impl<E, const N: usize> IntoElements<E> for [E; N]
where
    Own: Encoding<E>,
{
    fn into_elements(self) -> Vec<Operand> {
        self.iter().map(element).collect()
    }
}
into_elements! {
    {} String, &str => |one| vec![text(one)];
    {} String, Vec<&str> => |all| all.into_iter().map(text).collect();
    {} String, &[&str] => |all| all.iter().copied().map(text).collect();
    {const N: usize} String, [&str; N] => |all| all.into_iter().map(text).collect();
    {} Untyped, &str => |one| vec![text(one)];
    {} Untyped, AttributeValue => |one| vec![Operand::Value(one)];
    {V: Value} Untyped, V => |value| match Operand::encode(&value) {
        // An array or a `Vec` is its elements.
        Operand::Value(AttributeValue::L(list)) => list.into_iter().map(Operand::Value).collect(),
        one => vec![one],
    };
}

fn list_of(elements: Vec<Operand>) -> Operand {
    let mut list = Vec::with_capacity(elements.len());
    for element in elements {
        match element {
            Operand::Value(value) => list.push(value),
            other => return other,
        }
    }
    Operand::Value(AttributeValue::L(list))
}

/// A set of the members' own kind.
fn set_of(elements: Vec<Operand>) -> Operand {
    let (mut strings, mut numbers, mut binary) = (Vec::new(), Vec::new(), Vec::new());
    let mut wrong = None;
    for element in elements {
        match element {
            Operand::Value(AttributeValue::S(text)) => strings.push(text),
            Operand::Value(AttributeValue::N(number)) => numbers.push(number),
            Operand::Value(AttributeValue::B(blob)) => binary.push(blob),
            Operand::Value(other) => wrong = Some(crate::value::data_type(&other)),
            other => return other,
        }
    }
    match (
        strings.is_empty(),
        numbers.is_empty(),
        binary.is_empty(),
        wrong,
    ) {
        (_, true, true, None) => Operand::Value(AttributeValue::Ss(strings)),
        (true, false, true, None) => Operand::Value(AttributeValue::Ns(numbers)),
        (true, true, false, None) => Operand::Value(AttributeValue::Bs(binary)),
        (.., wrong) => Operand::Invalid(Rule::NotASet {
            data_type: wrong.unwrap_or("several kinds"),
        }),
    }
}

impl<I, T, P: Updatable> Attribute<I, T, P> {
    fn action(self, action: ActionKind) -> Action<I> {
        let in_variant = |operand: &Operand| operand.path().is_some_and(Path::is_in_variant);
        let action = if action.operands().any(in_variant) {
            ActionKind::Set(Operand::Invalid(Rule::InVariant))
        } else {
            action
        };
        Action {
            change: Change {
                path: self.path(),
                action,
            },
            of: PhantomData,
        }
    }

    fn arithmetic<U: ?Sized, E>(self, minus: bool, by: Operand) -> RelativeAction<I, U, E>
    where
        T: AttributeType,
    {
        // A map's entry and a list's element are known by their type alone.
        // What the derive knows of a generic field is less than what its type says.
        let known = self.clone().path().range();
        let range = known.map_or(T::RANGE, |known| known.of_newtype(T::RANGE));
        self.relative(ActionKind::Arithmetic {
            minus,
            by,
            start: None,
            range,
        })
    }

    fn relative<U: ?Sized, E>(self, action: ActionKind) -> RelativeAction<I, U, E> {
        RelativeAction {
            action: self.action(action),
            value: PhantomData,
            encoding: PhantomData,
        }
    }
}

impl<I, T, P: crate::expression::attribute::Place> Attribute<I, T, P> {
    /// Sets the attribute to a value or to another attribute: `SET #status = :status`.
    ///
    /// ```
    #[doc = include_str!("rendered.md")]
    /// let [text, _] = rendered(|o| (o.status.to("paid"), o.stock.to(o.reserved)));
    /// assert_eq!(text, "SET #status = :status, #stock = #reserved");
    /// ```
    #[doc(alias = "set")]
    pub fn to<V: IntoOperand<I, T::Value, T::Encoding>>(self, value: V) -> Action<I>
    where
        T: AttributeType,
        V::Source: Fits<T, T::Kind>,
        P: Updatable,
        P: UpdatedAlone,
    {
        self.action(ActionKind::Set(value.into_operand()))
    }

    /// Sets an optional attribute to the value, or removes the attribute if there is no value: `SET #note = :note`, or
    /// `REMOVE #note`.
    ///
    /// ```
    #[doc = include_str!("rendered.md")]
    /// let [text, _] = rendered(|o| o.note.to_or_remove(Some("call first")));
    /// assert_eq!(text, "SET #note = :note");
    /// let [text, _] = rendered(|o| o.note.to_or_remove(None::<String>));
    /// assert_eq!(text, "REMOVE #note");
    /// ```
    pub fn to_or_remove<V: IntoOperand<I, T::Value, T::Encoding>>(
        self,
        value: Option<V>,
    ) -> Action<I>
    where
        T: AttributeType + Optional<T::Value>,
        V::Source: Fits<T, T::Kind>,
        P: Updatable,
        P: UpdatedAlone,
    {
        self.action(match value {
            Some(value) => ActionKind::Set(value.into_operand()),
            None => ActionKind::Remove,
        })
    }

    /// Sets the attribute if it is missing: `SET #status = if_not_exists(#status, :status)`.
    ///
    /// ```
    #[doc = include_str!("rendered.md")]
    /// let [text, _] = rendered(|o| o.status.if_absent("new"));
    /// assert_eq!(text, "SET #status = if_not_exists(#status, :status)");
    /// ```
    #[doc(alias = "if_not_exists")]
    pub fn if_absent<V: IntoOperand<I, T::Value, T::Encoding>>(self, value: V) -> Action<I>
    where
        T: AttributeType,
        V::Source: Fits<T, T::Kind>,
        P: Updatable,
        P: UpdatedAlone,
    {
        self.action(ActionKind::SetIfAbsent(value.into_operand()))
    }

    /// Adds to a number: `SET #stock = #stock + :stock`. DynamoDB rejects the update if the attribute is missing, unless
    /// [`starting_at`](RelativeAction::starting_at) gives a start.
    ///
    /// For an integer attribute of at most 64 bits, a guard checks that the sum is in the range of the Rust type, because otherwise the
    /// item could no longer be read. `u128` and `i128` have no such guard, because their bounds have 39 digits and DynamoDB stores 38.
    /// If the amount is itself an attribute, there is no guard either, because DynamoDB's conditions have no arithmetic.
    ///
    /// ```
    #[doc = include_str!("rendered.md")]
    /// let [text, condition] = rendered(|o| o.stock.add(3)); // a u32, of at most 4,294,967,295
    /// assert_eq!(text, "SET #stock = #stock + :stock_2");
    /// assert_eq!(condition, "attribute_exists(#id) AND NOT #stock > :stock"); // 4,294,967,292
    /// ```
    #[doc(alias("ADD", "increment"))]
    #[expect(
        clippy::should_implement_trait,
        reason = "an action, with the name of DynamoDB's"
    )]
    pub fn add<V>(self, number: V) -> RelativeAction<I, T::Value, T::Encoding>
    where
        T: AttributeType,
        T::Kind: Numeric<T::Value, T::Encoding>,
        V: IntoOperand<
                I,
                <T::Kind as Numeric<T::Value, T::Encoding>>::Number,
                <T::Kind as Numeric<T::Value, T::Encoding>>::Encoding,
            >,
        V::Source: Fits<T, T::Kind>,
        P: Updatable,
        P: UpdatedAlone,
    {
        self.arithmetic(false, number.into_operand())
    }

    /// Subtracts from a number: `SET #stock = #stock - :stock`. For an unsigned attribute, the guard `#stock >= :stock` makes sure that
    /// the number never falls below zero. For a signed attribute, a guard keeps the difference in the range of the Rust type, as with
    /// [`add`](Self::add).
    ///
    /// ```
    #[doc = include_str!("rendered.md")]
    /// let [text, condition] = rendered(|o| o.stock.subtract(3));
    /// assert_eq!(text, "SET #stock = #stock - :stock");
    /// assert_eq!(condition, "attribute_exists(#id) AND #stock >= :stock");
    /// ```
    #[doc(alias = "decrement")]
    pub fn subtract<V>(self, number: V) -> RelativeAction<I, T::Value, T::Encoding>
    where
        T: AttributeType,
        T::Kind: Numeric<T::Value, T::Encoding>,
        V: IntoOperand<
                I,
                <T::Kind as Numeric<T::Value, T::Encoding>>::Number,
                <T::Kind as Numeric<T::Value, T::Encoding>>::Encoding,
            >,
        V::Source: Fits<T, T::Kind>,
        P: Updatable,
        P: UpdatedAlone,
    {
        self.arithmetic(true, number.into_operand())
    }

    /// Appends one or more elements to a list: `SET #lines = list_append(#lines, :lines)`.
    ///
    /// ```
    #[doc = include_str!("rendered.md")]
    /// let [text, _] = rendered(|o| o.lines.append("pen"));
    /// assert_eq!(text, "SET #lines = list_append(#lines, :lines)");
    /// ```
    #[doc(alias = "list_append")]
    pub fn append<V, E>(self, elements: V) -> RelativeAction<I, T::Value, T::Encoding>
    where
        T: AttributeType,
        T::Kind: IsList<T::Value, E, T::Encoding>,
        V: IntoElements<E>,
        P: Updatable,
        P: UpdatedAlone,
    {
        let list = list_of(elements.into_elements());
        self.relative(ActionKind::Append {
            front: false,
            list,
            start: None,
        })
    }

    /// Prepends one or more elements to a list: `SET #lines = list_append(:lines, #lines)`.
    ///
    /// ```
    #[doc = include_str!("rendered.md")]
    /// let [text, _] = rendered(|o| o.lines.prepend("pen"));
    /// assert_eq!(text, "SET #lines = list_append(:lines, #lines)");
    /// ```
    #[doc(alias = "list_append")]
    pub fn prepend<V, E>(self, elements: V) -> RelativeAction<I, T::Value, T::Encoding>
    where
        T: AttributeType,
        T::Kind: IsList<T::Value, E, T::Encoding>,
        V: IntoElements<E>,
        P: Updatable,
        P: UpdatedAlone,
    {
        let list = list_of(elements.into_elements());
        self.relative(ActionKind::Append {
            front: true,
            list,
            start: None,
        })
    }

    /// Adds one or more members to a set, and creates the set if it is missing: `ADD #tags :tags`.
    ///
    /// ```
    #[doc = include_str!("rendered.md")]
    /// let [text, _] = rendered(|o| o.tags.insert(["new", "red"]));
    /// assert_eq!(text, "ADD #tags :tags");
    /// ```
    pub fn insert<V>(self, members: V) -> Action<I>
    where
        T: AttributeType,
        T::Kind: IsSet<T::Value, T::Encoding>,
        V: IntoElements<<T::Kind as IsSet<T::Value, T::Encoding>>::Element>,
        P: Updatable,
        P: UpdatedAlone,
    {
        self.action(ActionKind::Insert(set_of(members.into_elements())))
    }

    /// Removes one or more members from a set: `DELETE #tags :tags`. If no member is left, DynamoDB removes the attribute.
    ///
    /// ```
    #[doc = include_str!("rendered.md")]
    /// let [text, _] = rendered(|o| o.tags.delete("new"));
    /// assert_eq!(text, "DELETE #tags :tags");
    /// ```
    pub fn delete<V>(self, members: V) -> Action<I>
    where
        T: AttributeType,
        T::Kind: IsSet<T::Value, T::Encoding>,
        V: IntoElements<<T::Kind as IsSet<T::Value, T::Encoding>>::Element>,
        P: Updatable,
        P: UpdatedAlone,
    {
        self.action(ActionKind::Delete(set_of(members.into_elements())))
    }

    /// Removes the attribute: `REMOVE #note`.
    ///
    /// ```
    #[doc = include_str!("rendered.md")]
    /// let [text, _] = rendered(|o| o.note.remove());
    /// assert_eq!(text, "REMOVE #note");
    /// ```
    pub fn remove(self) -> Action<I>
    where
        P: Updatable,
        P: UpdatedAlone,
    {
        self.action(ActionKind::Remove)
    }
}
