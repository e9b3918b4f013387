//! Evaluates a condition on an item, with DynamoDB's truth table.
//!
//! The same evaluator is used for dry runs (`matches`, `explain`), for refusals and for tests. In DynamoDB's truth table,
//! comparisons and functions of a missing attribute are false, except `<>`, which is true. Operands of different types are unequal
//! and have no order.
use std::borrow::Cow;
use std::cmp::Ordering;
use std::fmt;

use aws_sdk_dynamodb::types::AttributeValue;

use crate::expression::check::check_clause;
use crate::expression::condition::Condition;
use crate::expression::evaluate::explanation::{Actual, Explanation};
use crate::expression::tree::node::{Node, Operator};
use crate::expression::tree::operand::{Measured, Operand, Path, Segment};
use crate::model::item::Model;
use crate::value;
use crate::value::item::Item;
use crate::value::show::{LONGEST_CLAUSE, LONGEST_TEXT, Shown, at_most, write_at_most};

impl<I> Condition<I> {
    /// Whether the condition is true for an item, as DynamoDB would evaluate it. A missing item counts as an item without
    /// attributes.
    ///
    /// A condition that DynamoDB would refuse is false for every item, and [`compile`](Self::compile) returns the reason.
    ///
    /// ```
    /// use std::collections::HashMap;
    /// use dynacond::attr;
    /// let absent = HashMap::new();
    /// assert!(!attr("deleted").eq(true).matches(&absent));
    /// assert!(attr("deleted").ne(true).matches(&absent));
    /// ```
    #[must_use]
    pub fn matches(&self, item: &Item) -> bool {
        holds_on(&self.node, item)
    }

    /// Explains the condition on an item, clause by clause: which clauses are true, which are false, and which values were found.
    ///
    /// `Display` shows values, except those of attributes marked `#[dynacond(sensitive)]`.
    ///
    /// ```
    /// use std::collections::HashMap;
    /// use dynacond::{attr, AttributeValue};
    /// let condition = attr("status").eq("pending").and(attr("stock").ge(3));
    /// let item = HashMap::from([
    ///     ("status".to_owned(), AttributeValue::S("shipped".to_owned())),
    ///     ("stock".to_owned(), AttributeValue::N("7".to_owned())),
    /// ]);
    /// assert_eq!(
    ///     condition.explain(&item).to_string(),
    ///     "\
    /// status = pending AND stock >= 3
    ///   ✗ status = pending      actual: shipped
    ///   ✓ stock >= 3            actual: 7"
    /// );
    /// ```
    #[must_use]
    pub fn explain(&self, item: &Item) -> Explanation {
        explain(
            &self.node,
            item,
            self.model.or_else(|| model_in(&self.node)),
        )
    }
}

/// The value of an operand on an item.
enum Found<'a> {
    /// A missing attribute, or the size of a value that has no size (captured in us-east-1 and eu-west-2).
    Missing,
    Value(Cow<'a, AttributeValue>),
}

/// Returns `None` if the condition can never be sent. Then neither the condition nor its negation is true.
fn holds(node: &Node, item: &Item) -> Option<bool> {
    match node {
        Node::And(parts) => every(parts, item).map(|mut truths| truths.all(|truth| truth)),
        Node::Or(parts) => every(parts, item).map(|mut truths| truths.any(|truth| truth)),
        Node::Not(inner) => holds(inner, item).map(|truth| !truth),
        Node::Invalid(..) => None,
        clause if check_clause(clause, &[]).is_err() => None,
        clause => Some(clause_holds(clause, item)),
    }
}

/// Returns the truth of each part, if all parts can be sent.
fn every<'a>(parts: &'a [Node], item: &'a Item) -> Option<impl Iterator<Item = bool> + use<'a>> {
    let truths = parts
        .iter()
        .map(|part| holds(part, item))
        .collect::<Option<Vec<_>>>()?;
    Some(truths.into_iter())
}

fn clause_holds(clause: &Node, item: &Item) -> bool {
    match clause {
        Node::Exists(operand) => !matches!(find(operand, item), Found::Missing),
        Node::NotExists(operand) => matches!(find(operand, item), Found::Missing),
        Node::Binary(operator, [a, b]) => binary(*operator, &find(a, item), &find(b, item)),
        Node::Between(operands) => {
            let [a, low, high] = &**operands;
            let a = find(a, item);
            ordered(&a, &find(low, item)).is_some_and(Ordering::is_ge)
                && ordered(&a, &find(high, item)).is_some_and(Ordering::is_le)
        }
        Node::In(a, list) => {
            let a = find(a, item);
            list.iter()
                .any(|b| binary(Operator::Eq, &a, &find(b, item)))
        }
        _ => false,
    }
}

fn binary(operator: Operator, a: &Found<'_>, b: &Found<'_>) -> bool {
    let (Found::Value(left), Found::Value(right)) = (a, b) else {
        // `<>` with a missing operand is true, even if both are missing.
        return operator == Operator::Ne;
    };
    let order = || value::compare(left, right);
    match operator {
        Operator::Eq => value::equal(left, right),
        Operator::Ne => !value::equal(left, right),
        Operator::Lt => order().is_some_and(Ordering::is_lt),
        Operator::Le => order().is_some_and(Ordering::is_le),
        Operator::Gt => order().is_some_and(Ordering::is_gt),
        Operator::Ge => order().is_some_and(Ordering::is_ge),
        Operator::BeginsWith => value::begins_with(left, right),
        Operator::Contains => value::contains(left, right),
        Operator::AttributeType => {
            matches!(&**right, AttributeValue::S(name) if name == value::data_type(left))
        }
    }
}

fn ordered(a: &Found<'_>, b: &Found<'_>) -> Option<Ordering> {
    match (a, b) {
        (Found::Value(a), Found::Value(b)) => value::compare(a, b),
        _ => None,
    }
}

fn find<'a>(operand: &'a Operand, item: &'a Item) -> Found<'a> {
    match operand {
        Operand::Value(value) => Found::Value(Cow::Borrowed(value)),
        Operand::Path(path) => {
            lookup(path, item).map_or(Found::Missing, |value| Found::Value(Cow::Borrowed(value)))
        }
        Operand::Size(measured) => {
            let value = match measured {
                Measured::Path(path) => lookup(path, item),
                Measured::Value(value) => Some(value),
            };
            value.and_then(value::size).map_or(Found::Missing, |size| {
                Found::Value(Cow::Owned(AttributeValue::N(size.to_string())))
            })
        }
        Operand::Invalid(_) => Found::Missing,
    }
}

/// Returns the value at a document path.
pub(crate) fn lookup<'a>(path: &Path, item: &'a Item) -> Option<&'a AttributeValue> {
    path.rest
        .iter()
        .try_fold(item.get(&*path.root)?, |value, segment| {
            match (segment, value) {
                (Segment::Name(name), AttributeValue::M(map)) => map.get(&**name),
                (Segment::Index(index), AttributeValue::L(list)) => {
                    list.get(usize::try_from(*index).ok()?)
                }
                _ => None,
            }
        })
}

/// Returns the model of a typed attribute in the condition.
fn model_in(node: &Node) -> Option<&'static Model> {
    match node {
        Node::And(parts) | Node::Or(parts) => parts.iter().find_map(model_in),
        Node::Not(inner) => model_in(inner),
        clause => {
            let mut paths = clause.operands().filter_map(Operand::path);
            paths.find_map(|path| path.root.model())
        }
    }
}

/// Whether a clause would show a sensitive value: its attribute is marked as sensitive, even if the condition names it by an
/// untyped name.
pub(crate) fn is_withheld(clause: &Node, model: Option<&Model>) -> bool {
    let by_name = |path: &Path| model.is_some_and(|model| model.withholds(&path.root));
    clause.is_sensitive() || clause.operands().filter_map(Operand::path).any(by_name)
}

/// Returns the values that are compared with sensitive attributes. Without a model, the typed attributes of the condition show the
/// item type.
pub(crate) fn withheld_values(node: &Node, model: Option<&Model>) -> Vec<AttributeValue> {
    let model = model.or_else(|| model_in(node));
    match node {
        Node::And(parts) | Node::Or(parts) => {
            let parts = parts.iter();
            parts
                .flat_map(|part| withheld_values(part, model))
                .collect()
        }
        Node::Not(inner) => withheld_values(inner, model),
        clause if is_withheld(clause, model) => clause
            .operands()
            .filter_map(Operand::value)
            .cloned()
            .collect(),
        _ => Vec::new(),
    }
}

/// Explains a condition clause by clause. The model, if it is known, says which values are not shown.
pub(crate) fn explain(node: &Node, item: &Item, model: Option<&Model>) -> Explanation {
    explained(node, item, model).0
}

/// Returns the explanation and the truth, as [`holds`] does. Each clause is evaluated once, and its texts are made once.
fn explained(node: &Node, item: &Item, model: Option<&Model>) -> (Explanation, Option<bool>) {
    let explain = |part: &Node| explained(part, item, model);
    let (parts, truths): (Vec<_>, Vec<_>) = match node {
        Node::And(parts) | Node::Or(parts) => parts.iter().map(explain).unzip(),
        Node::Not(inner) if !inner.is_clause() => std::iter::once(explain(inner)).unzip(),
        _ => Default::default(),
    };
    let truths = || truths.iter().copied().collect::<Option<Vec<_>>>();
    let truth = match node {
        Node::And(_) => truths().map(|truths| truths.iter().all(|truth| *truth)),
        Node::Not(_) if parts.is_empty() => holds(node, item),
        Node::Or(_) => truths().map(|truths| truths.contains(&true)),
        Node::Not(_) => truths().map(|truths| !truths.contains(&true)),
        clause => holds(clause, item),
    };
    let clause = match node {
        Node::Not(inner) => inner,
        other => other,
    };
    let withheld = is_withheld(clause, model);
    let actual = clause
        .operands()
        .filter(|operand| operand.path().is_some())
        .map(|operand| Actual {
            operand: at_most(LONGEST_CLAUSE, operand),
            value: match find(operand, item) {
                Found::Value(value) if !withheld => Some(value.into_owned()),
                _ => None,
            },
            sensitive: withheld,
        })
        .collect();
    let text = at_most(LONGEST_CLAUSE, node);
    let shown = match &parts[..] {
        _ if withheld => text.clone(),
        [] => at_most(LONGEST_CLAUSE, &node.with_values()),
        // A connective shows the same values as its parts.
        parts => at_most(LONGEST_CLAUSE, &Joined { node, parts }),
    };
    let explanation = Explanation {
        clause: text,
        shown,
        holds: truth == Some(true),
        is_and: matches!(node, Node::And(_)),
        actual,
        parts,
    };
    (explanation, truth)
}

/// Writes a connective from the texts of its parts.
struct Joined<'a> {
    node: &'a Node,
    parts: &'a [Explanation],
}

impl fmt::Display for Joined<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (inner, prefix, separator): (&[Node], _, _) = match self.node {
            Node::And(inner) => (inner, "", " AND "),
            Node::Or(inner) => (inner, "", " OR "),
            Node::Not(inner) => (std::slice::from_ref(inner), "NOT ", ""),
            _ => (&[], "", ""),
        };
        f.write_str(prefix)?;
        for (i, (part, inner)) in self.parts.iter().zip(inner).enumerate() {
            f.write_str(if i > 0 { separator } else { "" })?;
            if inner.precedence() < self.node.precedence() {
                write!(f, "({})", part.shown)?;
            } else {
                f.write_str(&part.shown)?;
            }
        }
        Ok(())
    }
}

impl Explanation {
    /// Whether the clause is true for the item.
    #[must_use]
    pub const fn holds(&self) -> bool {
        self.holds
    }

    /// Returns the clause as DynamoDB would read it, with `?` for values.
    #[must_use]
    pub fn clause(&self) -> &str {
        &self.clause
    }

    /// Returns the clause with its values, except those that are compared with sensitive attributes.
    #[must_use]
    pub fn expected(&self) -> &str {
        &self.shown
    }

    /// Returns the values that were found for the attributes and sizes of the clause.
    #[must_use]
    pub fn actual(&self) -> &[Actual] {
        &self.actual
    }

    /// Returns the parts of an AND, an OR or a negation of one. It is empty for a single clause.
    #[must_use]
    pub fn parts(&self) -> &[Self] {
        &self.parts
    }

    /// Returns the clauses that make the condition false. For an AND, these are its false parts. For an OR, a NOT or a single
    /// clause, it is the condition itself. It is empty if the condition is true.
    #[must_use]
    pub fn refusing(&self) -> Vec<&Self> {
        if self.holds {
            return Vec::new();
        }
        if !self.is_and {
            return vec![self];
        }
        self.parts.iter().flat_map(Self::refusing).collect()
    }

    fn lines(&self, indent: usize, width: usize, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const GAP: usize = 6;
        let mark = if self.holds { '✓' } else { '✗' };
        write!(f, "\n{:indent$}{mark} {}", "", self.shown)?;
        if self.actual.is_empty() {
            return self.nested(indent + 2, f);
        }
        let padding = (width + GAP).saturating_sub(self.shown.chars().count());
        let padding = padding.max(GAP);
        write!(f, "{:padding$}actual: ", "")?;
        for (i, actual) in self.actual.iter().enumerate() {
            f.write_str(if i > 0 { ", " } else { "" })?;
            if self.actual.len() > 1 || actual.operand.starts_with("size(") {
                write!(f, "{}: ", actual.operand)?;
            }
            write!(f, "{actual}")?;
        }
        Ok(())
    }

    fn nested(&self, indent: usize, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let width = self
            .parts
            .iter()
            .filter(|part| part.parts.is_empty())
            .map(|part| part.shown.chars().count())
            // A column as wide as a very long value is not useful, and `fmt` can pad to 65,535 characters at most.
            .filter(|width| *width <= 200)
            .max();
        self.parts
            .iter()
            .try_for_each(|part| part.lines(indent, width.unwrap_or(0), f))
    }
}

/// An explanation of any length.
struct WholeText<'a>(&'a Explanation);

impl fmt::Display for WholeText<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(explanation) = self;
        f.write_str(&explanation.shown)?;
        if explanation.parts.is_empty() {
            return explanation.lines(2, explanation.shown.chars().count(), f);
        }
        explanation.nested(2, f)
    }
}

impl fmt::Display for Explanation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_at_most(f, LONGEST_TEXT, &WholeText(self)).map(drop)
    }
}

impl fmt::Debug for Explanation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Values stay out of logs; `Display` shows them on purpose.
        f.debug_struct("Explanation")
            .field("clause", &self.clause)
            .field("holds", &self.holds)
            .finish_non_exhaustive()
    }
}

impl Actual {
    /// Returns the attribute's document path, or `size(..)` of one.
    #[must_use]
    pub fn operand(&self) -> &str {
        &self.operand
    }

    /// Returns the value, or `None` if there is no value or it is not shown.
    #[must_use]
    pub const fn value(&self) -> Option<&AttributeValue> {
        self.value.as_ref()
    }

    /// Whether the value is not shown because of `#[dynacond(sensitive)]`.
    #[must_use]
    pub const fn is_withheld(&self) -> bool {
        self.sensitive
    }
}

impl fmt::Display for Actual {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.value {
            _ if self.sensitive => f.write_str("(withheld)"),
            None => f.write_str("(missing)"),
            Some(value) => Shown(value).fmt(f),
        }
    }
}

impl fmt::Debug for Actual {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Actual({})", self.operand)
    }
}

/// Returns whether an untyped condition is true for an item.
pub(crate) fn holds_on(node: &Node, item: &Item) -> bool {
    holds(node, item) == Some(true)
}
