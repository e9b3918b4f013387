//! Conditions: a typed shell over the untyped tree of `node`.
use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;
use std::ops::{BitAnd, BitOr, Not};

use aws_sdk_dynamodb::types::AttributeValue;
use serde::Serialize;

use crate::expression::attribute::{Any, Attribute, IsPath, Place, Within};
use crate::expression::tree::node::{Node, Operator};
use crate::expression::tree::operand::Operand;
use crate::expression::tree::variant::guarded;
use crate::model::item::{Model, Versioned};
use crate::types::attribute_type::{AttributeType, Untyped, Value};
use crate::types::capability::{Contains, Given, Optional, Ordered, Prefixed, SameKind};
use crate::types::codec::KindOf;
use crate::types::data_type::DataType;
use crate::types::encoding::{Encoding, Own};
use crate::value::rule::Rule;

/// A condition on an item: what must be true for a write to happen, or for a query to return the item.
///
/// A condition belongs to its item type `I`. A condition that uses only [`attr`](crate::attr) belongs to [`Any`], and fits every item
/// type. A condition is a plain value, which you can clone, store, build in a loop and return.
///
/// `Display` shows the condition as DynamoDB would read it, with `?` for values:
///
/// ```
/// use dynacond::attr;
/// let open = attr("status").eq("pending").or(attr("status").eq("held"));
/// assert_eq!(open.and(attr("stock").ge(3)).to_string(), "(status = ? OR status = ?) AND stock >= ?");
/// ```
///
/// In Rust, `!a.and(b)` means `!(a.and(b))`. Write `(!a).and(b)` or `!a & b` to negate only `a`.
///
/// The grammar and the meaning of the operators:
/// [Condition and filter expressions](https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.OperatorsAndFunctions.html).
#[doc(alias("ConditionExpression", "FilterExpression"))]
#[must_use = "a condition guards nothing until it is given to `.when(..)`"]
pub struct Condition<I = Any> {
    pub(crate) node: Node,
    /// What the item type says of untyped names, where it is known.
    pub(super) model: Option<&'static Model>,
    of: PhantomData<fn() -> I>,
}

impl<I> Clone for Condition<I> {
    fn clone(&self) -> Self {
        Self {
            node: self.node.clone(),
            model: self.model,
            of: PhantomData,
        }
    }
}
impl<I> PartialEq for Condition<I> {
    fn eq(&self, other: &Self) -> bool {
        self.node == other.node
    }
}
impl<I> fmt::Debug for Condition<I> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Condition({self})")
    }
}
impl<I> fmt::Display for Condition<I> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.node.fmt(f)
    }
}

impl<I> Condition<I> {
    pub(crate) const fn of(node: Node) -> Self {
        Self::on(None, node)
    }

    const fn on(model: Option<&'static Model>, node: Node) -> Self {
        Self {
            node,
            model,
            of: PhantomData,
        }
    }

    fn cast<J: Versioned>(self) -> Condition<J> {
        Condition::on(Some(const { &J::MODEL }), self.node)
    }

    /// Returns a condition that is true if both conditions are true.
    ///
    /// ```
    /// # use dynacond::attr;
    /// let c = attr("status").eq("active").and(attr("balance").ge(100));
    /// assert_eq!(c.compile()?.text, "#status = :status AND #balance >= :balance");
    /// # Ok::<(), dynacond::Error>(())
    /// ```
    pub fn and<J>(self, other: Condition<J>) -> Condition<I::Item>
    where
        I: SameItem<J>,
    {
        Condition::on(I::MODEL, self.node.and(other.node))
    }

    /// Returns a condition that is true if at least one of the two is true.
    ///
    /// ```
    /// # use dynacond::attr;
    /// let c = attr("type").eq("premium").or(attr("type").eq("gold"));
    /// assert_eq!(c.compile()?.text, "#type = :type OR #type = :type_2");
    /// # Ok::<(), dynacond::Error>(())
    /// ```
    pub fn or<J>(self, other: Condition<J>) -> Condition<I::Item>
    where
        I: SameItem<J>,
    {
        Condition::on(I::MODEL, self.node.or(other.node))
    }

    /// Returns the negation, as `!condition` does.
    ///
    /// A comparison with a missing attribute is false, so its negation is true. `NOT deleted = true` is true if `deleted` is missing,
    /// and `NOT a < 5` is not the same as `a >= 5`.
    ///
    /// ```
    /// # use dynacond::attr;
    /// assert_eq!(attr("deleted").eq(true).not().compile()?.text, "NOT #deleted = :deleted");
    /// # Ok::<(), dynacond::Error>(())
    /// ```
    #[expect(
        clippy::should_implement_trait,
        reason = "`Not` is implemented too; the method needs no import"
    )]
    pub fn not(self) -> Self {
        Self::on(self.model, self.node.not())
    }

    /// Returns a condition that is true if all of them are true. An empty list is an error when the condition is compiled, because a
    /// condition never disappears silently.
    ///
    /// ```
    /// # use dynacond::{attr, Condition};
    /// let c = Condition::all([attr("a").exists(), attr("b").exists()]);
    /// assert_eq!(c.compile()?.text, "attribute_exists(#a) AND attribute_exists(#b)");
    /// # Ok::<(), dynacond::Error>(())
    /// ```
    pub fn all(conditions: impl IntoIterator<Item = Self>) -> Self {
        Self::reduce(conditions, Node::and, (Rule::EmptyAll, "all([])"))
    }

    /// Returns a condition that is true if at least one of them is true. An empty list is an error when the condition is compiled.
    ///
    /// ```
    /// # use dynacond::{attr, Condition};
    /// let c = Condition::any([attr("a").exists(), attr("b").exists()]);
    /// assert_eq!(c.compile()?.text, "attribute_exists(#a) OR attribute_exists(#b)");
    /// # Ok::<(), dynacond::Error>(())
    /// ```
    pub fn any(conditions: impl IntoIterator<Item = Self>) -> Self {
        Self::reduce(conditions, Node::or, (Rule::EmptyAny, "any([])"))
    }

    fn reduce(
        conditions: impl IntoIterator<Item = Self>,
        join: fn(Node, Node) -> Node,
        empty: (Rule, &'static str),
    ) -> Self {
        let mut model = None;
        let nodes = conditions.into_iter().map(|condition| {
            model = model.or(condition.model);
            condition.node
        });
        // Each step flattens, so a list of any length is one level.
        let all = nodes.reduce(join);
        Self::on(model, all.unwrap_or(Node::Invalid(empty.0, empty.1)))
    }
}

impl<I> Not for Condition<I> {
    type Output = Self;
    fn not(self) -> Self {
        Self::not(self)
    }
}
impl<I: SameItem<J>, J> BitAnd<Condition<J>> for Condition<I> {
    type Output = Condition<I::Item>;
    fn bitand(self, other: Condition<J>) -> Self::Output {
        self.and(other)
    }
}
impl<I: SameItem<J>, J> BitOr<Condition<J>> for Condition<I> {
    type Output = Condition<I::Item>;
    fn bitor(self, other: Condition<J>) -> Self::Output {
        self.or(other)
    }
}
/// For the arms of an `if`: `attr("x").eq(1).into()`.
impl<I: Versioned> From<Condition<Any>> for Condition<I> {
    fn from(condition: Condition<Any>) -> Self {
        condition.cast()
    }
}

/// The item type of `a & b`: a typed condition and an untyped one give the typed one.
#[diagnostic::on_unimplemented(
    message = "a condition on `{Self}` cannot be joined with a condition on `{J}`: DynamoDB evaluates a condition on one item",
    label = "conditions on two items",
    note = "each item of a transaction takes its own condition: `tx.ensure(key, |o| ..)`"
)]
pub trait SameItem<J> {
    /// The item type of both.
    type Item;
    /// What it says of untyped names.
    #[doc(hidden)]
    const MODEL: Option<&'static Model>;
}
#[diagnostic::do_not_recommend]
impl<I: Versioned> SameItem<I> for I {
    type Item = I;
    const MODEL: Option<&'static Model> = Some(&<I as Versioned>::MODEL);
}
#[diagnostic::do_not_recommend]
impl<I: Versioned> SameItem<Any> for I {
    type Item = I;
    const MODEL: Option<&'static Model> = Some(&<I as Versioned>::MODEL);
}
#[diagnostic::do_not_recommend]
impl<I: Versioned> SameItem<I> for Any {
    type Item = I;
    const MODEL: Option<&'static Model> = Some(&<I as Versioned>::MODEL);
}
#[diagnostic::do_not_recommend]
impl SameItem<Any> for Any {
    type Item = Any;
    const MODEL: Option<&'static Model> = None;
}

/// What `.when(..)` takes from its closure: a condition on `I`, or an untyped one.
#[diagnostic::on_unimplemented(
    message = "`.when(..)` and `.filter(..)` take a condition on `{I}`, not `{Self}`",
    label = "expected a condition such as `o.stock.ge(3)`",
    note = "compare by methods: `o.paid.eq(true)`; join by `&`, `|` and `!`, or by `.and(..)`, `.or(..)` and `.not()`: Rust's `&&`, `||` and `>=` give a `bool`",
    note = "a condition belongs to one item type; `attr(\"…\")` makes conditions that fit any"
)]
pub trait IntoCondition<I> {
    /// The condition.
    #[doc(hidden)]
    fn into_condition(self) -> Condition<I>;
}
#[diagnostic::do_not_recommend]
impl<I> IntoCondition<I> for Condition<I> {
    fn into_condition(self) -> Self {
        self
    }
}
#[diagnostic::do_not_recommend]
impl<I: Versioned> IntoCondition<I> for Condition<Any> {
    fn into_condition(self) -> Condition<I> {
        self.cast()
    }
}

/// A value, or another attribute, beside an operator on a `T` of the item `I`.
#[diagnostic::on_unimplemented(
    message = "an attribute of type `{T}` takes a `{T}`, or another attribute of its kind, not `{Self}`",
    label = "not a `{T}`",
    note = "DynamoDB compares values of one type; an untyped `attr(\"…\")` can be on the right side of a typed attribute"
)]
pub trait IntoOperand<I, T: ?Sized, E = Own> {
    /// What it is: [`Given`], or another attribute.
    #[doc(hidden)]
    type Source;
    /// The operand.
    #[doc(hidden)]
    fn into_operand(self) -> Operand;
}
macro_rules! into_operand {
    ($({$($p:tt)*} $t:ty, $self:ty => |$value:ident| $operand:expr;)+) => { $(
        #[diagnostic::do_not_recommend]
        impl<I, $($p)*> IntoOperand<I, $t> for $self {
            type Source = Given;
            fn into_operand(self) -> Operand { let $value = self; $operand }
        }
    )+ };
}
into_operand! {
    {} String, &str => |text| Operand::Value(AttributeValue::S(text.to_owned()));
    {} String, &&str => |text| Operand::Value(AttributeValue::S((*text).to_owned()));
    {} String, Cow<'_, str> => |text| Operand::Value(AttributeValue::S(text.into_owned()));
    {V: Value} Untyped, V => |value| <Own as Encoding<V>>::encode_owned(value).into();
    {} Untyped, &String => |text| Operand::Value(AttributeValue::S(text.clone()));
    {} Untyped, &str => |text| Operand::Value(AttributeValue::S(text.to_owned()));
    {} Untyped, AttributeValue => |value| Operand::Value(value);
}

// Recommended, and so written out: where the value is of the right type, that DynamoDB stores no such type is the reason.
impl<I, T: Serialize, E: Encoding<T>> IntoOperand<I, T, E> for T {
    type Source = Given;
    fn into_operand(self) -> Operand {
        E::encode_owned(self).into()
    }
}
impl<I, T, E: Encoding<T>> IntoOperand<I, T, E> for &T {
    type Source = Given;
    fn into_operand(self) -> Operand {
        E::encode(self).into()
    }
}

/// Implemented by no type. Its `Self` is the attribute's type and not the `Option`: rustc prints the message of the outer
/// bound when both bounds have one `Self`.
#[diagnostic::on_unimplemented(
    message = "DynamoDB needs a value here, and an `Option` may be `None`: pass the `{Self}` inside; for `None` use `.is_none()`, or `.remove()` in an update",
    label = "an `Option` is not a value"
)]
pub trait TakesOption {}
impl<I, T: TakesOption, E, V> IntoOperand<I, T, E> for Option<V> {
    type Source = Given;
    fn into_operand(self) -> Operand {
        Operand::Invalid(Rule::Encode("an `Option` is not a value".to_owned()))
    }
}
impl<I, T, E, J, U, P> IntoOperand<I, T, E> for Attribute<J, U, P>
where
    T: ?Sized,
    E: KindOf<T>,
    J: Within<I>,
    U: AttributeType,
    U::Kind: SameKind<E::Kind>,
    P: Place,
{
    type Source = P::Source<U, U::Kind>;
    fn into_operand(self) -> Operand {
        self.operand()
    }
}

/// DynamoDB takes 100 operands in an IN; one run against the service counted the first operand among them.
const MAX_IN: usize = 99;

/// A condition of one clause.
fn clause<I>(clause: Node) -> Condition<I> {
    Condition::of(guarded(clause))
}

impl<I, T, P: Place> Attribute<I, T, P> {
    fn binary(self, operator: Operator, other: Operand) -> Condition<I> {
        clause(Node::Binary(operator, [self.operand(), other]))
    }

    /// Equal: `#status = :status`. It is false if the attribute is missing or has another type. Numbers are compared by value, sets in
    /// any order, and lists and maps with everything inside.
    ///
    /// ```
    /// # use dynacond::attr;
    /// assert_eq!(attr("status").eq("pending").compile()?.text, "#status = :status");
    /// # Ok::<(), dynacond::Error>(())
    /// ```
    pub fn eq<V: IntoOperand<I, T::Value, T::Encoding>>(self, value: V) -> Condition<I>
    where
        T: AttributeType,
    {
        self.binary(Operator::Eq, value.into_operand())
    }

    /// Not equal: `#status <> :status`. It is **true** if the attribute is missing or has another type.
    ///
    /// ```
    /// # use dynacond::attr;
    /// assert_eq!(attr("status").ne("pending").compile()?.text, "#status <> :status");
    /// # Ok::<(), dynacond::Error>(())
    /// ```
    pub fn ne<V: IntoOperand<I, T::Value, T::Encoding>>(self, value: V) -> Condition<I>
    where
        T: AttributeType,
    {
        self.binary(Operator::Ne, value.into_operand())
    }

    /// Less: `#stock < :stock`. It is false if the attribute is missing or has another type.
    ///
    /// ```
    /// # use dynacond::attr;
    /// assert_eq!(attr("stock").lt(3).compile()?.text, "#stock < :stock");
    /// # Ok::<(), dynacond::Error>(())
    /// ```
    pub fn lt<V: IntoOperand<I, T::Value, T::Encoding>>(self, value: V) -> Condition<I>
    where
        T: AttributeType,
        T::Kind: Ordered,
    {
        self.binary(Operator::Lt, value.into_operand())
    }

    /// Less or equal: `#stock <= :stock`. It is false if the attribute is missing or has another type.
    ///
    /// ```
    /// # use dynacond::attr;
    /// assert_eq!(attr("stock").le(3).compile()?.text, "#stock <= :stock");
    /// # Ok::<(), dynacond::Error>(())
    /// ```
    pub fn le<V: IntoOperand<I, T::Value, T::Encoding>>(self, value: V) -> Condition<I>
    where
        T: AttributeType,
        T::Kind: Ordered,
    {
        self.binary(Operator::Le, value.into_operand())
    }

    /// Greater: `#stock > :stock`. It is false if the attribute is missing or has another type.
    ///
    /// ```
    /// # use dynacond::attr;
    /// assert_eq!(attr("stock").gt(3).compile()?.text, "#stock > :stock");
    /// # Ok::<(), dynacond::Error>(())
    /// ```
    pub fn gt<V: IntoOperand<I, T::Value, T::Encoding>>(self, value: V) -> Condition<I>
    where
        T: AttributeType,
        T::Kind: Ordered,
    {
        self.binary(Operator::Gt, value.into_operand())
    }

    /// Greater or equal: `#stock >= :stock`. It is false if the attribute is missing or has another type.
    ///
    /// ```
    /// # use dynacond::attr;
    /// assert_eq!(attr("stock").ge(3).compile()?.text, "#stock >= :stock");
    /// # Ok::<(), dynacond::Error>(())
    /// ```
    pub fn ge<V: IntoOperand<I, T::Value, T::Encoding>>(self, value: V) -> Condition<I>
    where
        T: AttributeType,
        T::Kind: Ordered,
    {
        self.binary(Operator::Ge, value.into_operand())
    }

    /// From `low` to `high`, both included: `#stock BETWEEN :stock AND :stock_2`. Two literal bounds in the wrong order, or of different
    /// types, are an error when the condition is compiled, because DynamoDB refuses them.
    ///
    /// ```
    /// # use dynacond::attr;
    /// assert_eq!(attr("stock").between(1, 9).compile()?.text, "#stock BETWEEN :stock AND :stock_2");
    /// # Ok::<(), dynacond::Error>(())
    /// ```
    pub fn between<
        A: IntoOperand<I, T::Value, T::Encoding>,
        B: IntoOperand<I, T::Value, T::Encoding>,
    >(
        self,
        low: A,
        high: B,
    ) -> Condition<I>
    where
        T: AttributeType,
        T::Kind: Ordered,
    {
        clause(Node::Between(Box::new([
            self.operand(),
            low.into_operand(),
            high.into_operand(),
        ])))
    }

    /// Equal to one of the values: `#status IN (:status, :status_2)`. More than 99 values become several INs that are joined by OR. An
    /// empty list is an error when the condition is compiled.
    ///
    /// ```
    /// # use dynacond::attr;
    /// assert_eq!(attr("status").is_in(["held", "paid"]).compile()?.text, "#status IN (:status, :status_2)");
    /// # Ok::<(), dynacond::Error>(())
    /// ```
    pub fn is_in<V: IntoOperand<I, T::Value, T::Encoding>>(
        self,
        values: impl IntoIterator<Item = V>,
    ) -> Condition<I>
    where
        T: AttributeType,
    {
        let operand = self.operand();
        let mut values = values.into_iter().map(IntoOperand::into_operand);
        let mut chunk = || values.by_ref().take(MAX_IN).collect::<Vec<_>>();
        let first = chunk();
        if first.is_empty() {
            return clause(Node::Invalid(Rule::EmptyIn, "is_in([])"));
        }
        let mut node = guarded(Node::In(operand.clone(), first));
        loop {
            let next = chunk();
            if next.is_empty() {
                return Condition::of(node);
            }
            node = node.or(guarded(Node::In(operand.clone(), next)));
        }
    }

    /// The attribute exists, even if it is NULL: `attribute_exists(#note)`. For an `Option`, use [`is_some`](Self::is_some).
    ///
    /// ```
    /// # use dynacond::attr;
    /// assert_eq!(attr("note").exists().compile()?.text, "attribute_exists(#note)");
    /// # Ok::<(), dynacond::Error>(())
    /// ```
    #[doc(alias = "attribute_exists")]
    pub fn exists(self) -> Condition<I>
    where
        P: IsPath,
    {
        clause(Node::Exists(self.operand()))
    }

    /// The attribute does not exist: `attribute_not_exists(#note)`. It is false for NULL, and serde writes `None` as NULL unless the field
    /// has `skip_serializing_if`. For an `Option`, use [`is_none`](Self::is_none).
    ///
    /// ```
    /// # use dynacond::attr;
    /// assert_eq!(attr("note").not_exists().compile()?.text, "attribute_not_exists(#note)");
    /// # Ok::<(), dynacond::Error>(())
    /// ```
    #[doc(alias = "attribute_not_exists")]
    pub fn not_exists(self) -> Condition<I>
    where
        P: IsPath,
    {
        clause(Node::NotExists(self.operand()))
    }

    /// An `Option` is `None`, in either form that serde writes: the attribute does not exist, or it is NULL.
    ///
    /// ```
    /// # use dynacond::attr;
    /// let none = attr("due").is_none();
    /// assert_eq!(none.compile()?.text, "attribute_not_exists(#due) OR attribute_type(#due, :due)");
    /// # Ok::<(), dynacond::Error>(())
    /// ```
    pub fn is_none(self) -> Condition<I>
    where
        T: AttributeType + Optional<T::Value>,
        P: IsPath,
    {
        let null = self.clone().attribute_type(DataType::Null);
        Condition::of(self.not_exists().node.or(null.node))
    }

    /// An `Option` is `Some`: the attribute exists and is not NULL. It is true exactly if [`is_none`](Self::is_none) is false.
    ///
    /// ```
    /// # use dynacond::attr;
    /// let some = attr("due").is_some();
    /// assert_eq!(some.compile()?.text, "attribute_exists(#due) AND NOT attribute_type(#due, :due)");
    /// # Ok::<(), dynacond::Error>(())
    /// ```
    pub fn is_some(self) -> Condition<I>
    where
        T: AttributeType + Optional<T::Value>,
        P: IsPath,
    {
        let null = self.clone().attribute_type(DataType::Null);
        Condition::of(self.exists().node.and(null.not().node))
    }

    /// The attribute exists and has this type: `attribute_type(#note, :note)`.
    ///
    /// ```
    /// # use dynacond::{attr, DataType};
    /// assert_eq!(attr("note").attribute_type(DataType::S).compile()?.text, "attribute_type(#note, :note)");
    /// # Ok::<(), dynacond::Error>(())
    /// ```
    pub fn attribute_type(self, data_type: DataType) -> Condition<I>
    where
        P: IsPath,
    {
        self.binary(
            Operator::AttributeType,
            Operand::Value(AttributeValue::S(data_type.to_string())),
        )
    }

    /// A string or a binary value begins with this prefix: `begins_with(#city, :city)`. It is case-sensitive. There is no operator for
    /// the end of a text: store the domain of an e-mail address as an attribute of its own.
    ///
    /// ```
    /// # use dynacond::attr;
    /// assert_eq!(attr("city").begins_with("Ly").compile()?.text, "begins_with(#city, :city)");
    /// # Ok::<(), dynacond::Error>(())
    /// ```
    pub fn begins_with<V: IntoOperand<I, <T::Kind as Prefixed>::Prefix>>(
        self,
        prefix: V,
    ) -> Condition<I>
    where
        T: AttributeType,
        T::Kind: Prefixed,
    {
        self.binary(Operator::BeginsWith, prefix.into_operand())
    }

    /// A string contains this text, a binary value these bytes, a set this member, or a list this element:
    /// `contains(#tags, :tags)`.
    ///
    /// ```
    /// # use dynacond::attr;
    /// assert_eq!(attr("tags").contains("premium").compile()?.text, "contains(#tags, :tags)");
    /// # Ok::<(), dynacond::Error>(())
    /// ```
    pub fn contains<V: IntoOperand<I, <T::Kind as Contains<T::Value, T::Encoding>>::Element>>(
        self,
        part: V,
    ) -> Condition<I>
    where
        T: AttributeType,
        T::Kind: Contains<T::Value, T::Encoding>,
    {
        self.binary(Operator::Contains, part.into_operand())
    }
}
