//! The changes of an update. Nothing in them is generic over the item.
//!
//! ```text
//! SET path = operand | path = path + operand | path = if_not_exists(path, operand) | path = list_append(..) , ...
//! REMOVE path , ...
//! ADD path :number , ... | path :set , ...
//! DELETE path :set , ...
//! ```
use std::fmt;

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
    /// `path = path + operand`, or from `start` where the attribute is missing.
    Arithmetic {
        minus: bool,
        by: Operand,
        start: Option<Box<Operand>>,
        /// The numbers that the attribute's Rust type holds.
        range: NumberRange,
    },
    /// `path = list_append(path, operand)`, or from `start` where the attribute is missing.
    Append {
        front: bool,
        list: Operand,
        start: Option<Box<Operand>>,
    },
    /// `path = formula`, of no simpler form.
    Formula(Box<Formula>),
    /// `REMOVE path`
    Remove,
    /// `ADD path operand`: a number, from 0 where the attribute is missing.
    AddNumber(Operand),
    /// `ADD path operand`: members into a set.
    Insert(Operand),
    /// `DELETE path operand`: members out of a set.
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
    /// The section of the update expression that it stands in.
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

    /// Operators and functions: an assignment is neither.
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
}

/// The first of the changes that makes a second application of them all differ from the first one: it starts from what is
/// stored, changes an element of a list by its index, or copies an attribute that the write changes. `is_stamped`: whether
/// dynacond writes the attribute.
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
        // One more element would be removed, or appended behind the end.
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

/// The path, or what is taken in its place where it is missing.
struct Start<'a>(&'a Path, Option<&'a Operand>);

impl fmt::Display for Start<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self(path, None) => path.fmt(f),
            Self(path, Some(start)) => write!(f, "if_not_exists({path}, {start})"),
        }
    }
}
