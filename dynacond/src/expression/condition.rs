//! Conditions: a typed shell around the untyped tree in `node`, and the methods that join conditions.
use std::fmt;
use std::marker::PhantomData;
use std::ops::{BitAnd, BitOr, Not};

use crate::expression::attribute::Any;
use crate::expression::tree::node::Node;
use crate::model::item::{Model, Versioned};
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
    /// The model of the item type, which knows about untyped names, if the type is known.
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
        // Each step adds to the same list, so a list of any length is one level.
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

/// The item type of `a & b`. A typed and an untyped condition together are typed.
#[diagnostic::on_unimplemented(
    message = "a condition on `{Self}` cannot be joined with a condition on `{J}`: DynamoDB evaluates a condition on one item",
    label = "conditions on two items",
    note = "each item of a transaction takes its own condition: `tx.ensure(key, |o| ..)`"
)]
pub trait SameItem<J> {
    /// The item type of both.
    type Item;
    /// The model of the item type, which knows about untyped names.
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

/// What the closure of `.when(..)` returns: a condition on `I`, or an untyped one.
#[diagnostic::on_unimplemented(
    message = "`.when(..)` and `.filter(..)` take a condition on `{I}`, not `{Self}`",
    label = "expected a condition such as `o.stock.ge(3)`",
    note = "compare by methods: `o.paid.eq(true)`; join by `&`, `|` and `!`, or by `.and(..)`, `.or(..)` and `.not()`: Rust's `&&`, `||` and `>=` give a `bool`",
    note = "a condition belongs to one item type; `attr(\"…\")` makes conditions that fit any"
)]
pub trait IntoCondition<I> {
    /// Returns the condition.
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
