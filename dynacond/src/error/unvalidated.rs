//! Answers of transaction functions that could not be validated.
use std::any::Any;
use std::fmt;
use std::sync::{Mutex, PoisonError};

/// The error of a transaction function that ended without a commit, if dynacond could not verify that its items are from one moment.
/// Some items may have been read before another writer's transaction, and some after it. Nothing was written.
///
/// Any number of items with a write id can be validated by a second read. Absent items and items without a write id are read as one
/// snapshot, and DynamoDB allows [100 items](https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactGetItems.html)
/// in one. The error also occurs if other writers keep changing the items until the retry policy ends.
///
/// ```no_run
/// # #[derive(Debug)] enum TooFew { Seats, Dynamo(dynacond::Error) }
/// # impl From<dynacond::Error> for TooFew { fn from(error: dynacond::Error) -> Self { Self::Dynamo(error) } }
/// # fn f(error: TooFew) {
/// if let TooFew::Dynamo(dynacond::Error::Unvalidated(unvalidated)) = error {
///     println!("probably: {:?}", unvalidated.take_answer::<TooFew>());
/// }
/// # }
/// ```
pub struct Unvalidated {
    items: Option<usize>,
    /// In a lock, so that the caller's error need not be `Sync`.
    answer: Mutex<Option<Box<dyn Any + Send>>>,
}

impl Unvalidated {
    pub(crate) fn new<E: Send + 'static>(items: Option<usize>, answer: Option<E>) -> Self {
        let answer = answer.map(|answer| Box::new(answer) as Box<dyn Any + Send>);
        Self {
            items,
            answer: Mutex::new(answer),
        }
    }

    /// Returns how many of the items are absent or have no write id, or `None` if the items kept changing.
    #[must_use]
    pub const fn items(&self) -> Option<usize> {
        self.items
    }

    /// Takes out the function's own error, whose reason may never have been true at one moment. It returns `None` in a second call, if the
    /// function ended with `Ok` under [`snapshot`](crate::Transact::snapshot), or if its error is not an `E`.
    #[must_use]
    pub fn take_answer<E: 'static>(&self) -> Option<E> {
        let mut answer = self.answer.lock().unwrap_or_else(PoisonError::into_inner);
        match answer.take()?.downcast() {
            Ok(own) => Some(*own),
            Err(other) => {
                *answer = Some(other);
                None
            }
        }
    }
}

impl fmt::Display for Unvalidated {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the answer of the transaction function could not be validated: ")?;
        match self.items {
            Some(items) => write!(
                f,
                "{items} of the items that it read are absent or have no write id, but DynamoDB reads at most 100 at one moment"
            ),
            None => f.write_str("other writers kept changing the items that it read"),
        }
    }
}

impl std::error::Error for Unvalidated {}

impl fmt::Debug for Unvalidated {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The answer is the caller's error, and may contain values.
        write!(f, "Unvalidated({self})")
    }
}
