//! The tree of a condition. It is not generic over the item type.
//!
//! AWS's grammar, from the tightest operator to the loosest, in the order of the tree:
//!
//! ```text
//! condition ::= operand comparator operand
//!             | operand BETWEEN operand AND operand
//!             | operand IN ( operand (',' operand)* )
//!             | attribute_exists (path) | attribute_not_exists (path)
//!             | attribute_type (path, type) | begins_with (path, substr) | contains (path, operand)
//!             | NOT condition | condition AND condition | condition OR condition | ( condition )
//! operand   ::= path | :value | size (path)
//! ```
use std::fmt;
use std::ops::Deref;

use crate::expression::tree::operand::{Operand, Path};
use crate::value::rule::Rule;

/// An operator with two operands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Operator {
    Eq,
    Ne,
    Lt,
    Le,
    Gt,
    Ge,
    AttributeType,
    BeginsWith,
    Contains,
}

impl Operator {
    pub(crate) const fn text(self) -> &'static str {
        match self {
            Self::Eq => "=",
            Self::Ne => "<>",
            Self::Lt => "<",
            Self::Le => "<=",
            Self::Gt => ">",
            Self::Ge => ">=",
            Self::AttributeType => "attribute_type",
            Self::BeginsWith => "begins_with",
            Self::Contains => "contains",
        }
    }

    /// The text between the operands. The name of a function comes before its operands.
    pub(in crate::expression) const fn infix(self) -> &'static str {
        match self {
            Self::Eq => " = ",
            Self::Ne => " <> ",
            Self::Lt => " < ",
            Self::Le => " <= ",
            Self::Gt => " > ",
            Self::Ge => " >= ",
            Self::AttributeType | Self::BeginsWith | Self::Contains => ", ",
        }
    }

    pub(crate) const fn is_function(self) -> bool {
        matches!(
            self,
            Self::AttributeType | Self::BeginsWith | Self::Contains
        )
    }
}

/// The most operators and functions in an expression.
///
/// [Constraints: expression parameters](https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html#limits-expression-parameters)
pub(crate) const MAX_OPERATORS: usize = 300;

/// The tree. Each level has at least one operator, so a tree that is deeper than DynamoDB's limit would be refused anyway. `and`,
/// `or` and `not`, which are the only way to make a connective, return [`Node::Invalid`] for such a tree. So a tree can be walked
/// and dropped by recursion.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Node {
    Binary(Operator, [Operand; 2]),
    Between(Box<[Operand; 3]>),
    In(Operand, Vec<Operand>),
    Exists(Operand),
    NotExists(Operand),
    Not(Inner),
    And(Parts),
    Or(Parts),
    /// A condition that can never be sent. Compiling it is an error, and it evaluates to false.
    Invalid(Rule, &'static str),
}

/// The parts of a connective.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Parts {
    nodes: Vec<Node>,
    /// The number of levels from the connective to its deepest clause.
    depth: usize,
}

/// The negated condition.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Inner {
    node: Box<Node>,
    depth: usize,
}

impl Parts {
    /// Returns the parts for changes that keep their depth.
    pub(in crate::expression) fn iter_mut(&mut self) -> impl Iterator<Item = &mut Node> {
        self.nodes.iter_mut()
    }

    fn of(node: Node) -> Self {
        // Room for the usual number of parts.
        let mut nodes = Vec::with_capacity(4);
        let depth = 1 + node.depth();
        nodes.push(node);
        Self { nodes, depth }
    }

    fn push(&mut self, node: Node) {
        self.depth = self.depth.max(1 + node.depth());
        self.grow(1);
        self.nodes.push(node);
    }

    fn append(&mut self, mut more: Self) {
        self.depth = self.depth.max(more.depth);
        self.grow(more.nodes.len());
        self.nodes.append(&mut more.nodes);
    }

    /// If there are more than usual, this room is enough for most conditions.
    fn grow(&mut self, more: usize) {
        let nodes = &mut self.nodes;
        if nodes.capacity() - nodes.len() < more {
            nodes.reserve(more.max(nodes.len() * 3 / 2));
        }
    }
}

impl Deref for Parts {
    type Target = [Node];
    fn deref(&self) -> &[Node] {
        &self.nodes
    }
}

impl Inner {
    pub(in crate::expression) fn get_mut(&mut self) -> &mut Node {
        &mut self.node
    }
}

impl Deref for Inner {
    type Target = Node;
    fn deref(&self) -> &Node {
        &self.node
    }
}

impl Node {
    /// NOT binds tighter than AND, AND tighter than OR.
    pub(crate) const fn precedence(&self) -> u8 {
        match self {
            Self::Or(_) => 1,
            Self::And(_) => 2,
            Self::Not(_) => 3,
            _ => 4,
        }
    }

    /// `(a AND b) AND c` becomes `a AND b AND c`, one list that needs no parentheses.
    pub(crate) fn and(self, other: Self) -> Self {
        let mut parts = match self {
            Self::And(parts) => parts,
            node => Parts::of(node),
        };
        match other {
            Self::And(more) => parts.append(more),
            node => parts.push(node),
        }
        Self::And(parts).bounded()
    }

    pub(crate) fn or(self, other: Self) -> Self {
        let mut parts = match self {
            Self::Or(parts) => parts,
            node => Parts::of(node),
        };
        match other {
            Self::Or(more) => parts.append(more),
            node => parts.push(node),
        }
        Self::Or(parts).bounded()
    }

    pub(crate) fn not(self) -> Self {
        let depth = 1 + self.depth();
        let node = Box::new(self);
        Self::Not(Inner { node, depth }).bounded()
    }

    /// Returns the number of levels, counting the clause.
    const fn depth(&self) -> usize {
        match self {
            Self::And(parts) | Self::Or(parts) => parts.depth,
            Self::Not(inner) => inner.depth,
            _ => 1,
        }
    }

    fn bounded(self) -> Self {
        let (operators, limit) = (self.depth(), MAX_OPERATORS);
        if operators <= limit {
            return self;
        }
        let rule = Rule::TooManyOperators { operators, limit };
        Self::Invalid(rule, "a condition nested too deep")
    }

    /// Joins the guards and conditions that exist, all of which must be true.
    pub(crate) fn all(parts: impl IntoIterator<Item = Self>) -> Option<Self> {
        parts.into_iter().reduce(Self::and)
    }

    /// Joins two conditions, if they exist.
    pub(crate) fn both(first: Option<Self>, second: Option<Self>) -> Option<Self> {
        match (first, second) {
            (Some(first), Some(second)) => Some(first.and(second)),
            (one, None) | (None, one) => one,
        }
    }

    fn fmt_at(&self, outer: u8, values: bool, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let parenthesised = self.precedence() < outer;
        if parenthesised {
            f.write_str("(")?;
        }
        let values = values && !self.is_sensitive();
        match self {
            Self::Binary(operator, [a, b]) => {
                let (name, a, b) = (operator.text(), a.shown(values), b.shown(values));
                if operator.is_function() {
                    write!(f, "{name}({a}, {b})")
                } else {
                    write!(f, "{a} {name} {b}")
                }
            }
            Self::Between(operands) => {
                let [a, low, high] = &**operands;
                write!(
                    f,
                    "{} BETWEEN {} AND {}",
                    a.shown(values),
                    low.shown(values),
                    high.shown(values)
                )
            }
            Self::In(a, list) => {
                write!(f, "{} IN (", a.shown(values))?;
                for (i, operand) in list.iter().enumerate() {
                    write!(
                        f,
                        "{}{}",
                        if i > 0 { ", " } else { "" },
                        operand.shown(values)
                    )?;
                }
                f.write_str(")")
            }
            Self::Exists(a) => write!(f, "attribute_exists({a})"),
            Self::NotExists(a) => write!(f, "attribute_not_exists({a})"),
            Self::Not(inner) => {
                f.write_str("NOT ")?;
                inner.fmt_at(3, values, f)
            }
            Self::And(parts) | Self::Or(parts) => {
                let word = if self.precedence() == 2 {
                    " AND "
                } else {
                    " OR "
                };
                parts.iter().enumerate().try_for_each(|(i, part)| {
                    f.write_str(if i > 0 { word } else { "" })?;
                    part.fmt_at(self.precedence(), values, f)
                })
            }
            Self::Invalid(_, text) => f.write_str(text),
        }?;
        if parenthesised {
            f.write_str(")")
        } else {
            Ok(())
        }
    }

    /// Whether a value that is compared by this operator could reveal the value of a sensitive attribute.
    pub(crate) fn is_sensitive(&self) -> bool {
        self.operands()
            .any(|operand| operand.path().is_some_and(Path::is_sensitive))
    }

    /// Whether the node is a single clause.
    pub(crate) const fn is_clause(&self) -> bool {
        self.precedence() == 4
    }

    /// Returns the number of operators and functions of a clause. `size` counts as well (captured in us-east-1 and eu-west-2).
    pub(in crate::expression) fn operators(&self) -> usize {
        let sizes = self
            .operands()
            .filter(|operand| matches!(operand, Operand::Size(_)));
        1 + sizes.count()
    }

    /// Returns the first clause for which `is_it` returns true.
    pub(crate) fn find_clause(&self, is_it: &dyn Fn(&Self) -> bool) -> Option<&Self> {
        match self {
            Self::And(parts) | Self::Or(parts) => {
                parts.iter().find_map(|part| part.find_clause(is_it))
            }
            Self::Not(inner) => inner.find_clause(is_it),
            clause => is_it(clause).then_some(clause),
        }
    }

    /// Returns the number of clauses.
    pub(crate) fn clauses(&self) -> usize {
        match self {
            Self::And(parts) | Self::Or(parts) => parts.iter().map(Self::clauses).sum(),
            Self::Not(inner) => inner.clauses(),
            _ => 1,
        }
    }

    /// Returns the operands of a clause. A connective has none.
    pub(crate) fn operands(&self) -> impl Iterator<Item = &Operand> {
        let (first, more): (&[_], &[_]) = match self {
            Self::Binary(_, operands) => (operands, &[]),
            Self::Between(operands) => (&operands[..], &[]),
            Self::In(a, list) => (std::slice::from_ref(a), list),
            Self::Exists(a) | Self::NotExists(a) => (std::slice::from_ref(a), &[]),
            Self::Not(_) | Self::And(_) | Self::Or(_) | Self::Invalid(..) => (&[], &[]),
        };
        first.iter().chain(more)
    }

    /// Returns a form that shows values, except those of sensitive attributes.
    pub(crate) fn with_values(&self) -> impl fmt::Display + '_ {
        struct Values<'a>(&'a Node);
        impl fmt::Display for Values<'_> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt_at(0, true, f)
            }
        }
        Values(self)
    }
}

impl fmt::Display for Node {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.fmt_at(0, false, f)
    }
}
