//! Refusals: which guard or clause refused a write, and what the item holds now.
use std::fmt;

pub use crate::expression::evaluate::explanation::{Actual, Explanation};
use crate::model::item::Item;
use crate::value::show::{LONGEST_TEXT, at_most};
use crate::write::target::{Target, targeted};

/// Why a write was refused, and what the item holds now.
#[derive(Clone)]
#[non_exhaustive]
pub struct Refusal {
    /// The position of the action among those of a transaction, and the other actions that were refused.
    pub(crate) action: Option<usize>,
    pub(crate) others: Vec<Refusal>,
    pub(crate) in_transaction: bool,
    pub(crate) target: Target,
    pub(crate) guards: Vec<GuardResult>,
    pub(crate) condition: Option<Explanation>,
    pub(crate) item: Option<Item>,
    pub(crate) item_withheld: bool,
}

targeted!(Refusal);

impl Refusal {
    pub(crate) fn new(target: Target, guards: Vec<GuardResult>, item: Option<Item>) -> Self {
        Self {
            action: None,
            others: Vec::new(),
            in_transaction: false,
            target,
            guards,
            condition: None,
            item,
            item_withheld: false,
        }
    }

    /// A refusal by one of dynacond's own guards.
    pub(crate) fn by_guard(target: Target, guard: Guard, item: Option<Item>) -> Box<Self> {
        let guards = vec![GuardResult {
            guard,
            holds: false,
        }];
        Box::new(Self::new(target, guards, item))
    }

    /// The item as DynamoDB evaluated it; `None` if there was none.
    #[must_use]
    pub const fn item(&self) -> Option<&Item> {
        self.item.as_ref()
    }

    /// dynacond's own guards, each with its truth on the item.
    #[must_use]
    pub fn guards(&self) -> &[GuardResult] {
        &self.guards
    }

    /// The caller's condition and the guards of its `subtract`s on unsigned attributes, clause by clause; `None` if there was
    /// neither.
    #[must_use]
    pub const fn condition(&self) -> Option<&Explanation> {
        self.condition.as_ref()
    }

    /// Where the refused action stood in the tuple or `Vec` of a `transact_write`, counted from 0.
    #[must_use]
    pub const fn action(&self) -> Option<usize> {
        self.action
    }

    /// The other actions of the same transaction that were refused with it.
    #[must_use]
    pub fn others(&self) -> &[Self] {
        &self.others
    }

    /// The guards and clauses that are false, without values: what a log line needs.
    pub(crate) fn reasons(&self) -> String {
        // The guard of a `subtract` is told among the clauses.
        let is_clause = |guard: &&GuardResult| matches!(guard.guard, Guard::NotNegative { .. });
        let guards = self.guards.iter().filter(|guard| !is_clause(guard));
        let clauses = self.condition.iter().flat_map(Explanation::refusing);
        let clauses = clauses.map(|clause| format!("`{}` is false", clause.clause()));
        let unstated =
            self.item.is_none() && !self.item_withheld && guards.clone().next().is_none();
        let absent = unstated.then(|| "the item does not exist".to_owned());
        let reasons: Vec<_> = guards
            .filter(|guard| !guard.holds)
            .map(ToString::to_string)
            .chain(absent)
            .chain(clauses)
            .collect();
        match (reasons.is_empty(), self.item_withheld) {
            (false, _) => at_most(LONGEST_TEXT, &reasons.join("; ")),
            (true, true) => {
                "the endpoint did not return the item, so the reason is not known".to_owned()
            }
            (true, false) => {
                "every clause holds on the item that DynamoDB returned, so the reason is not known"
                    .to_owned()
            }
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} was refused: {}", self.target, self.reasons())
    }
}

impl std::error::Error for Refusal {}

impl fmt::Debug for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The item's values stay out of logs: `item()` and `condition()` show them on purpose.
        write!(f, "Refusal({self})")
    }
}

/// One of dynacond's own guards, with its truth on the item.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct GuardResult {
    /// What the guard states.
    pub guard: Guard,
    /// Whether it held.
    pub holds: bool,
}

/// What a write states about the item beside the caller's condition.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Guard {
    /// The item does not exist.
    Absent,
    /// The item exists.
    Exists,
    /// The item is at this version.
    Version {
        /// The version that the write expects.
        expected: u64,
        /// The version that the item has; `None` without an item or without a version.
        found: Option<u64>,
        /// The version is the expected one, under another write id: as after the item was deleted and created again.
        recreated: bool,
    },
    /// The item is at the version that the write expects, and has a write id where none is expected, or none where one is.
    WriteId {
        /// The version that the write expects, and the item has.
        version: u64,
        /// The attribute of the write id.
        attribute: &'static str,
        /// Whether the item has one.
        found: bool,
    },
    /// The item has no version, and is as it was read.
    Unversioned {
        /// The version that the item has got meanwhile.
        found: Option<u64>,
    },
    /// An unsigned attribute stays at zero or above.
    NotNegative {
        /// The document path.
        attribute: String,
        /// As `stock >= ?`.
        clause: String,
    },
}

impl fmt::Display for GuardResult {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.guard, self.holds) {
            (Guard::Absent, true) | (Guard::Exists, false) => {
                f.write_str("the item does not exist")
            }
            (Guard::Absent, false) => f.write_str("the item exists already"),
            (Guard::Exists, true) => f.write_str("the item exists"),
            (Guard::Version { expected, .. }, true) => {
                write!(f, "the item is at version {expected}")
            }
            (
                Guard::Version {
                    expected,
                    recreated: true,
                    ..
                },
                false,
            ) => {
                write!(
                    f,
                    "expected version {expected}, found version {expected} by another write"
                )
            }
            (
                Guard::Version {
                    expected,
                    found: Some(found),
                    ..
                },
                false,
            ) => {
                write!(f, "expected version {expected}, found version {found}")
            }
            (
                Guard::Version {
                    expected,
                    found: None,
                    ..
                },
                false,
            ) => {
                write!(f, "expected version {expected}, found none")
            }
            (Guard::WriteId { version, .. }, true) => {
                write!(f, "the item is at version {version}")
            }
            (
                Guard::WriteId {
                    version,
                    attribute,
                    found: true,
                },
                false,
            ) => write!(
                f,
                "expected version {version} without a write id, found version {version} with one: was `{attribute}` projected?"
            ),
            (Guard::WriteId { version, .. }, false) => write!(
                f,
                "expected version {version} with a write id, found version {version} without one"
            ),
            (Guard::Unversioned { .. }, true) => {
                f.write_str("the item has no version, and is as it was read")
            }
            (Guard::Unversioned { found: Some(found) }, false) => {
                write!(
                    f,
                    "expected an item without a version, found version {found}"
                )
            }
            (Guard::Unversioned { found: None }, false) => {
                f.write_str("the item without a version was changed since it was read")
            }
            (Guard::NotNegative { clause, .. }, true) => write!(f, "`{clause}` holds"),
            (Guard::NotNegative { clause, .. }, false) => write!(f, "`{clause}` is false"),
        }
    }
}
