//! Refusals: which guard or clause refused a write, and the item as it is now.
use std::fmt;

use crate::expression::evaluate::explanation::Explanation;
use crate::model::item::Model;
use crate::value::item::Item;
use crate::value::show::{LONGEST_TEXT, at_most};
use crate::write::expectation::Expectation;
use crate::write::guard_result::{Guard, GuardResult};
use crate::write::target::{Target, targeted};

/// Whether the refusal came without the item, although the item may exist.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Withheld {
    No,
    /// The endpoint returns no items or no reasons.
    Yes,
    /// As `Yes`, and the read that looks for the item failed, but may succeed later.
    Unread,
}

/// Why a write was refused, and the item as it is now.
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
    pub(crate) withheld: Withheld,
    /// Whether an earlier attempt of the same write got no answer.
    pub(crate) follows_lost_answer: bool,
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
            withheld: Withheld::No,
            follows_lost_answer: false,
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

    /// Returns the item on which DynamoDB evaluated the write, or `None` if there was none.
    #[must_use]
    pub const fn item(&self) -> Option<&Item> {
        self.item.as_ref()
    }

    /// Returns dynacond's own guards, and whether each is true for the item.
    #[must_use]
    pub fn guards(&self) -> &[GuardResult] {
        &self.guards
    }

    /// Returns your condition and the guards of `add` and `subtract`, clause by clause, or `None` if there was neither.
    #[must_use]
    pub const fn condition(&self) -> Option<&Explanation> {
        self.condition.as_ref()
    }

    /// Whether an earlier attempt of the same write got no answer, and the item does not show what happened to that attempt. It may have
    /// been applied before this refusal, or may still arrive. This is only true for a write with
    /// [`until_answered`](crate::WriteRequest::until_answered). The outcome of any other write is then
    /// [unknown](crate::Error::OutcomeUnknown).
    #[must_use]
    pub const fn follows_lost_answer(&self) -> bool {
        self.follows_lost_answer
    }

    /// Returns the position of the refused action in the tuple or `Vec` of a `transact_write`, counted from 0.
    #[must_use]
    pub const fn action(&self) -> Option<usize> {
        self.action
    }

    /// Returns the refusals of the other actions in the same transaction.
    #[must_use]
    pub fn others(&self) -> &[Self] {
        &self.others
    }

    pub(crate) fn is_withheld(&self) -> bool {
        self.withheld != Withheld::No
    }

    /// Whether the refusal came without the item, and the item that was read instead has been written since by somebody else.
    pub(crate) fn is_overtaken(&self, model: &Model, expected: &Expectation) -> bool {
        let read = self.item.as_ref().filter(|_| self.is_withheld());
        read.is_some_and(|item| !expected.holds_on(model, Some(item)))
    }

    /// Returns the false guards and clauses without values, for a log line.
    pub(crate) fn reasons(&self) -> String {
        // The guards of arithmetic are shown among the clauses.
        let is_clause = |guard: &&GuardResult| {
            let guard = &guard.guard;
            matches!(guard, Guard::NotNegative { .. } | Guard::InRange { .. })
        };
        let guards = self.guards.iter().filter(|guard| !is_clause(guard));
        let clauses = self.condition.iter().flat_map(Explanation::refusing);
        let clauses = clauses.map(|clause| format!("`{}` is false", clause.clause()));
        let unstated =
            self.item.is_none() && !self.is_withheld() && guards.clone().next().is_none();
        let absent = unstated.then(|| "the item does not exist".to_owned());
        let reasons: Vec<_> = guards
            .filter(|guard| !guard.holds)
            .map(ToString::to_string)
            .chain(absent)
            .chain(clauses)
            .collect();
        match (reasons.is_empty(), self.withheld) {
            (false, _) => at_most(LONGEST_TEXT, &reasons.join("; ")),
            (true, Withheld::Unread) => {
                "no item came with the refusal, and reading the item failed, so the reason is not known"
                    .to_owned()
            }
            (true, Withheld::Yes) => {
                "the endpoint did not return the item, so the reason is not known".to_owned()
            }
            (true, Withheld::No) => {
                "every clause is true for the item that DynamoDB returned, so the reason is not known"
                    .to_owned()
            }
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} was refused: {}", self.target, self.reasons())?;
        if self.follows_lost_answer {
            f.write_str("; an earlier attempt got no answer, and may have been applied before")?;
        }
        Ok(())
    }
}

impl std::error::Error for Refusal {}

impl fmt::Debug for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The item's values stay out of logs: `item()` and `condition()` show them on purpose.
        write!(f, "Refusal({self})")
    }
}
