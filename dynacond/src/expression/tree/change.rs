//! The changes of an update. They are not generic over the item type.
//!
//! ```text
//! SET path = operand | path = path + operand | path = if_not_exists(path, operand) | path = list_append(..) , ...
//! REMOVE path , ...
//! ADD path :number , ... | path :set , ...
//! DELETE path :set , ...
//! ```
use std::fmt;

use aws_sdk_dynamodb::types::AttributeValue;

use crate::expression::tree::formula::Formula;
use crate::expression::tree::operand::{Operand, Path, Segment};
use crate::types::number_range::NumberRange;

/// A change of one attribute, before it has an item type.
#[derive(Clone, Debug)]
pub(crate) struct Change {
    pub(crate) path: Path,
    pub(crate) edit: Edit,
}

/// What becomes of the attribute.
#[derive(Clone, Debug)]
pub(crate) enum Edit {
    /// `path = operand`
    Set(Operand),
    /// `path = if_not_exists(path, operand)`
    SetIfAbsent(Operand),
    /// `path = path + operand`, or from `start` if the attribute is missing.
    Arithmetic {
        minus: bool,
        by: Operand,
        start: Option<Box<Operand>>,
        /// The range of the attribute's Rust type.
        range: NumberRange,
    },
    /// `path = list_append(path, operand)`, or from `start` if the attribute is missing.
    Append {
        front: bool,
        list: Operand,
        start: Option<Box<Operand>>,
    },
    /// `path = formula`, if none of the other variants fits.
    Formula(Box<Formula>),
    /// `REMOVE path`
    Remove,
    /// `ADD path operand` with a number, from 0 if the attribute is missing.
    AddNumber(Operand),
    /// `ADD path operand` with members of a set.
    Insert(Operand),
    /// `DELETE path operand` with members of a set.
    Delete(Operand),
}

/// The sections of an update expression, in their order.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Section {
    Set,
    Remove,
    Add,
    Delete,
}

impl Section {
    pub(crate) const fn text(self) -> &'static str {
        match self {
            Self::Set => "SET",
            Self::Remove => "REMOVE",
            Self::Add => "ADD",
            Self::Delete => "DELETE",
        }
    }
}

impl Edit {
    /// Returns the section of the update expression for this change.
    pub(crate) const fn section(&self) -> Section {
        match self {
            Self::Set(_)
            | Self::SetIfAbsent(_)
            | Self::Arithmetic { .. }
            | Self::Append { .. }
            | Self::Formula(_) => Section::Set,
            Self::Remove => Section::Remove,
            Self::AddNumber(_) | Self::Insert(_) => Section::Add,
            Self::Delete(_) => Section::Delete,
        }
    }

    /// Returns the number of operators and functions. An assignment counts as neither.
    pub(crate) fn operators(&self) -> usize {
        match self {
            Self::Set(_)
            | Self::Remove
            | Self::AddNumber(_)
            | Self::Insert(_)
            | Self::Delete(_) => 0,
            Self::SetIfAbsent(_) => 1,
            Self::Formula(formula) => formula.operators(),
            Self::Arithmetic { start, .. } | Self::Append { start, .. } => {
                1 + usize::from(start.is_some())
            }
        }
    }

    pub(crate) fn operands(&self) -> impl Iterator<Item = &Operand> {
        let operands = match self {
            Self::Set(operand)
            | Self::SetIfAbsent(operand)
            | Self::AddNumber(operand)
            | Self::Insert(operand)
            | Self::Delete(operand) => [Some(operand), None, None, None],
            Self::Arithmetic {
                by: operand, start, ..
            }
            | Self::Append {
                list: operand,
                start,
                ..
            } => [Some(operand), start.as_deref(), None, None],
            Self::Formula(formula) => formula.operands(),
            Self::Remove => [None; 4],
        };
        operands.into_iter().flatten()
    }

    /// Returns the values that the attribute may hold afterwards, or that are added to it. They have its data type in any case.
    pub(crate) fn stored_values(&self) -> impl Iterator<Item = &AttributeValue> {
        let stores = !matches!(self, Self::Delete(_));
        let values = self.operands().filter_map(|operand| match operand {
            Operand::Value(value) => Some(value),
            _ => None,
        });
        values.filter(move |_| stores)
    }
}

/// Returns the first change because of which a second application of all changes could have another effect: it starts from the
/// stored value, changes an element of a list by its index, or copies an attribute that the write changes. `is_stamped` says
/// whether dynacond writes an attribute.
pub(crate) fn not_repeatable(
    changes: &[Change],
    is_stamped: impl Fn(&str) -> bool,
) -> Option<&Change> {
    let is_written = |operand: &Operand| {
        let roots = || changes.iter().map(|change| &change.path.root);
        operand
            .path()
            .is_some_and(|path| is_stamped(&path.root) || roots().any(|root| *root == path.root))
    };
    changes.iter().find(|change| match &change.edit {
        Edit::Arithmetic { .. } | Edit::Append { .. } | Edit::AddNumber(_) => true,
        // A second application would remove one more element, or append one after the end.
        _ if matches!(change.path.rest.last(), Some(Segment::Index(_))) => true,
        edit => edit.operands().any(is_written),
    })
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = &self.path;
        write!(f, "{} ", self.edit.section().text())?;
        match &self.edit {
            Edit::Set(operand) => write!(f, "{path} = {operand}"),
            Edit::SetIfAbsent(operand) => {
                write!(f, "{path} = {}", Start(path, Some(operand)))
            }
            Edit::Arithmetic {
                minus, by, start, ..
            } => {
                let (start, sign) = (
                    Start(path, start.as_deref()),
                    if *minus { "-" } else { "+" },
                );
                write!(f, "{path} = {start} {sign} {by}")
            }
            Edit::Append { front, list, start } => {
                let start = Start(path, start.as_deref());
                if *front {
                    write!(f, "{path} = list_append({list}, {start})")
                } else {
                    write!(f, "{path} = list_append({start}, {list})")
                }
            }
            Edit::Formula(formula) => write!(f, "{path} = {formula}"),
            Edit::Remove => path.fmt(f),
            Edit::AddNumber(operand) | Edit::Insert(operand) | Edit::Delete(operand) => {
                write!(f, "{path} {operand}")
            }
        }
    }
}

/// Writes the path, or `if_not_exists` with a start value.
struct Start<'a>(&'a Path, Option<&'a Operand>);

impl fmt::Display for Start<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self(path, None) => path.fmt(f),
            Self(path, Some(start)) => write!(f, "if_not_exists({path}, {start})"),
        }
    }
}
