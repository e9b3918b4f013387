//! The library's error type.
use crate::error::exhausted::Exhausted;
use crate::error::old_item::OldItemLost;
use crate::error::read::{Incomplete, Interrupted};
use crate::error::refusal::{Refusal, Withheld};
use crate::error::schema::SchemaError;
use crate::error::service::{ServiceError, Unread};
use crate::error::unknown::OutcomeUnknown;
use crate::error::unvalidated::Unvalidated;
use crate::expression::error::ExpressionError;
use crate::expression::parse::error::ParseError;
use crate::model::conversion::{ConversionError, DecodeError};
use crate::model::invalid::InvalidInput;
use crate::model::item::Versioned;
use crate::model::stored::Stored;
use crate::model::tag::InvalidTag;
use crate::read::checkpoint::CheckpointError;
use crate::read::cursor::CursorError;
use crate::value::reason::SerializeError;
use crate::write::guard_result::Guard;
use crate::write::target::Named;
use crate::write::unsendable::Unsendable;

/// A result whose error is dynacond's, unless you name another one.
pub type Result<T = (), E = Error> = std::result::Result<T, E>;

/// Why a read or a write did not do what you asked for.
///
/// Four variants are *refusals*: DynamoDB evaluated the condition of the write on the item, and left the item unchanged. They carry
/// the current item. `Display` and `Debug` name the table, the type, the key and the clause, but never the value of an attribute.
///
/// ```no_run
/// # use dynacond::{Error, Store, Stored, Guarded};
/// # async fn f<T: Guarded>(store: Store, order: Stored<T>) -> dynacond::Result<()> {
/// match store.save(order).send().await {
///     Ok(order) => println!("now at version {}", Stored::version(&order)),
///     Err(Error::Conflict(refusal)) => {
///         if let Some(theirs) = refusal.current::<T>()? {
///             println!("somebody saved version {} meanwhile", Stored::version(&theirs));
///         }
///     }
///     Err(other) => return Err(other),
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// An item with this key exists already, so `create` was refused.
    #[doc(alias = "ConditionalCheckFailedException")]
    #[error(transparent)]
    AlreadyExists(Box<Refusal>),
    /// The item that was to be changed does not exist.
    #[error(transparent)]
    NotFound(Box<Refusal>),
    /// The item is not at the version that the write expects, because somebody else wrote it.
    #[doc(alias = "ConditionalCheckFailedException")]
    #[error(transparent)]
    Conflict(Box<Refusal>),
    /// Your condition is false for the item, or a guard such as `stock >= 3`, which an unsigned `subtract(3)` adds.
    #[doc(alias(
        "ConditionalCheckFailed",
        "ConditionalCheckFailedException",
        "TransactionCanceledException"
    ))]
    #[error(transparent)]
    ConditionFailed(Box<Refusal>),
    /// The write was refused, and the reason is not known: every clause is true for the item that came with the refusal, or the refusal came
    /// without the item. Nothing was written.
    #[error(transparent)]
    Unexplained(Box<Refusal>),
    /// The answer was lost. The write may have been applied, or may still be applied.
    #[error(transparent)]
    OutcomeUnknown(Box<OutcomeUnknown>),
    /// The write was applied, but its answer was lost. So the old item, which
    /// [`returning_old`](crate::WriteRequest::returning_old) would return, is not known. Or a [`take`](crate::Store::take) that was sent
    /// again found no item, which the first attempt may have deleted.
    #[error(transparent)]
    OldItemLost(Box<OldItemLost>),
    /// The update does not fit the stored item: it adds to a missing attribute, has a path into a missing attribute, or finds another data
    /// type, or the item would become larger than 400 KB. Nothing was written.
    #[doc(alias = "ValidationException")]
    #[error(transparent)]
    UpdateRejected(Box<ServiceError>),
    /// A retry loop ended without success, because every attempt was refused.
    #[error(transparent)]
    Exhausted(Box<Exhausted>),
    /// The expression breaks a rule of DynamoDB. Nothing was sent.
    #[error(transparent)]
    Expression(#[from] ExpressionError),
    /// DynamoDB would not accept the text of the expression. Nothing was sent.
    #[error(transparent)]
    Parse(Box<ParseError>),
    /// The key, the item or the request breaks a rule of DynamoDB or of dynacond. Nothing was sent.
    #[error(transparent)]
    Invalid(#[from] InvalidInput),
    /// The cursor is malformed, forged, or belongs to another query. Nothing was sent. An HTTP service answers 400.
    #[error(transparent)]
    Cursor(#[from] CursorError),
    /// Some of the keys were still unread when the retries ended. The error says which items were found and which keys are unread.
    #[error(transparent)]
    Incomplete(Box<Incomplete>),
    /// The checkpoint is malformed, or belongs to another scan or another number of segments. Nothing was sent.
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
    /// A failure of the service interrupted a stream or bulk work, or a page begins with an item that does not decode. The error carries a
    /// cursor, or a report with a checkpoint, so that you can continue.
    #[error(transparent)]
    Interrupted(Box<Interrupted>),
    /// Your closure in a bulk verb returned its own error for this item. Nothing was written to the item.
    #[error(transparent)]
    Own(Box<dyn std::error::Error + Send + Sync>),
    /// A value could not be serialised. Nothing was sent.
    #[error("a `{item_type}` could not be serialised: {source}")]
    Encode {
        /// The Rust type.
        item_type: &'static str,
        /// What serde reported.
        source: SerializeError,
    },
    /// The stored item does not decode to the Rust type.
    #[error(transparent)]
    Decode(Box<DecodeError>),
    /// DynamoDB throttled the request, and the retries are used up. Nothing was written.
    #[doc(alias("ProvisionedThroughputExceededException", "ThrottlingException"))]
    #[error(transparent)]
    Throttled(Box<ServiceError>),
    /// Another transaction is writing the item, or a write of a replica conflicted. Nothing was written.
    #[doc(alias = "TransactionConflictException")]
    #[error(transparent)]
    TransactionConflict(Box<ServiceError>),
    /// The client request token of a [`transact_write`](crate::Store::transact_write) was used for other actions within the
    /// last ten minutes. Nothing was written.
    #[doc(alias = "IdempotentParameterMismatchException")]
    #[error(transparent)]
    TokenReused(Box<ServiceError>),
    /// A transaction function returned its own error, or `Ok` under [`snapshot`](crate::Transact::snapshot), and dynacond could not
    /// validate that the answer was true at one moment. It carries the function's own error. Nothing was written.
    #[error(transparent)]
    Unvalidated(Box<Unvalidated>),
    /// A transaction function asked for an item that has not been read yet. Return this error with `?`. The transaction then reads the
    /// item and runs the function again.
    #[doc(hidden)]
    #[error(transparent)]
    Reading(Box<Unread>),
    /// A query or a scan names an index that the table does not have, or that is still being built. The error names the table, the
    /// index and what the model declares.
    #[error(transparent)]
    NoSuchIndex(Box<SchemaError>),
    /// The table or the index differs from what the model declares: it has other key attributes, a key of another type, another
    /// projection, or it is a global index where a local one is declared.
    #[error(transparent)]
    SchemaDiffers(Box<SchemaError>),
    /// Any other answer of the service, or no answer: credentials, a missing table, access, network. Nothing was written.
    ///
    /// If a server accepts a connection and never answers, a request waits as long as the client's time-outs allow. The SDK gives up
    /// connecting after 3.1 seconds, and has no other time-out unless its configuration sets one: see
    /// [Time-outs](https://github.com/dynacond/dynacond/blob/main/docs/operating.md#time-outs).
    ///
    /// With `?`, an error of the SDK's own Query, Scan, GetItem or BatchGetItem becomes this error, without table and key. An error of
    /// the SDK's writes does not, because only its caller knows what a lost answer means for the write.
    #[doc(alias("ResourceNotFoundException", "SdkError"))]
    #[error(transparent)]
    Service(Box<ServiceError>),
}

impl Error {
    /// Whether somebody else wrote the item first: [`Conflict`](Self::Conflict).
    ///
    /// ```
    /// # let error: dynacond::Error = dynacond::Condition::<dynacond::Any>::all([]).compile().unwrap_err();
    /// assert!(!error.is_conflict());
    /// ```
    #[must_use]
    pub const fn is_conflict(&self) -> bool {
        matches!(self, Self::Conflict(_))
    }

    /// Whether the write was refused: DynamoDB evaluated it, and left the item unchanged.
    #[must_use]
    pub const fn is_refusal(&self) -> bool {
        self.refusal().is_some()
    }

    /// Whether the outcome is unknown: the write may or may not have been applied.
    #[must_use]
    pub const fn is_outcome_unknown(&self) -> bool {
        matches!(self, Self::OutcomeUnknown(_))
    }

    /// Whether nothing was written and the same call can succeed after a pause. This is true for throttling, for a conflict with another
    /// transaction, for a retry loop that ended without success, and for a failure of the server or the network. It is also true if the
    /// write was refused and only the read that looks for the reason failed. It is false for a [`Conflict`](Self::Conflict), because you
    /// need the current item, and for an unknown outcome, because the write may have been applied.
    ///
    /// ```
    /// # use dynacond::{Error, Store, Versioned};
    /// # async fn f<T: Versioned>(store: Store, order: T) -> dynacond::Result<()> {
    /// match store.create(order).send().await {
    ///     Err(error) if error.is_retryable() => println!("put back into the queue: {error}"),
    ///     Err(Error::OutcomeUnknown(lost)) => println!("to be looked at: {lost}"),
    ///     other => drop(other?),
    /// }
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub const fn is_retryable(&self) -> bool {
        match self {
            Self::Throttled(_)
            | Self::TransactionConflict(_)
            | Self::Exhausted(_)
            | Self::Incomplete(_) => true,
            Self::Interrupted(interrupted) => interrupted.source.is_retryable(),
            Self::Service(error) => error.is_transient,
            Self::Unexplained(refusal) => matches!(refusal.withheld, Withheld::Unread),
            // Without a number, other writers kept changing the items.
            Self::Unvalidated(error) => error.items().is_none(),
            _ => false,
        }
    }

    /// Whether the same call can succeed after a pause, if it may be applied twice without harm: [`is_retryable`](Self::is_retryable), or
    /// [`OutcomeUnknown`](Self::OutcomeUnknown). Use it for a job that sets values, an import, or a transaction function that looks for its
    /// own record first. For any other call after an unknown outcome, see [`OutcomeUnknown::resend`](crate::OutcomeUnknown::resend).
    ///
    /// ```
    /// # use dynacond::{Store, Versioned};
    /// # async fn f<Job: Versioned>(store: Store, job: Job) -> dynacond::Result<()> {
    /// match store.put(job).unconditional().send().await {
    ///     Err(error) if error.is_retryable_if_idempotent() => println!("put back into the queue: {error}"),
    ///     other => drop(other?),
    /// }
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub const fn is_retryable_if_idempotent(&self) -> bool {
        match self {
            Self::OutcomeUnknown(_) => true,
            Self::Interrupted(interrupted) => interrupted.source.is_retryable_if_idempotent(),
            _ => self.is_retryable(),
        }
    }

    /// Returns one word for metrics: `conflict`, `outcome_unknown` …
    #[must_use]
    pub const fn label(&self) -> &'static str {
        match self {
            Self::AlreadyExists(_) => "already_exists",
            Self::NotFound(_) => "not_found",
            Self::Conflict(_) => "conflict",
            Self::ConditionFailed(_) => "condition_failed",
            Self::Unexplained(_) => "unexplained",
            Self::OutcomeUnknown(_) => "outcome_unknown",
            Self::OldItemLost(_) => "old_item_lost",
            Self::UpdateRejected(_) => "update_rejected",
            Self::Exhausted(_) => "exhausted",
            Self::Expression(_) | Self::Parse(_) | Self::Invalid(_) | Self::Encode { .. } => {
                "invalid"
            }
            Self::Cursor(_) => "cursor",
            Self::Incomplete(_) => "incomplete",
            Self::Checkpoint(_) => "checkpoint",
            Self::Interrupted(_) => "interrupted",
            Self::Own(_) => "own",
            Self::Decode(_) => "decode",
            Self::Throttled(_) => "throttled",
            Self::TransactionConflict(_) => "transaction_conflict",
            Self::TokenReused(_) => "token_reused",
            Self::Unvalidated(_) => "unvalidated",
            Self::Reading(_) => "reading",
            Self::NoSuchIndex(_) => "no_such_index",
            Self::SchemaDiffers(_) => "schema_differs",
            Self::Service(_) => "service",
        }
    }

    /// Returns the refusal, if the write was refused.
    #[must_use]
    pub const fn refusal(&self) -> Option<&Refusal> {
        match self {
            Self::AlreadyExists(r)
            | Self::NotFound(r)
            | Self::Conflict(r)
            | Self::ConditionFailed(r)
            | Self::Unexplained(r) => Some(r),
            Self::Exhausted(e) => e.last.refusal(),
            _ => None,
        }
    }

    /// Returns the current item, which you can change and save again; `None` if there is no refusal or no item. After a transaction,
    /// it is the first refused item that is a `T`.
    ///
    /// # Errors
    /// [`Error::Decode`] if the item is not a `T`.
    pub fn current<T: Versioned>(&self) -> Result<Option<Stored<T>>> {
        self.refusal().map_or(Ok(None), Refusal::current)
    }

    /// Returns the variant for a refusal by this guard.
    pub(crate) const fn by_guard(guard: &Guard) -> fn(Box<Refusal>) -> Self {
        match guard {
            Guard::Absent => Self::AlreadyExists,
            Guard::Exists => Self::NotFound,
            Guard::Version { .. }
            | Guard::WriteId { .. }
            | Guard::SameWrite { .. }
            | Guard::Unversioned { .. } => Self::Conflict,
            Guard::NotNegative { .. } | Guard::InRange { .. } => Self::ConditionFailed,
        }
    }

    pub(crate) fn into_refusal(self) -> std::result::Result<Box<Refusal>, Self> {
        match self {
            Self::AlreadyExists(r)
            | Self::NotFound(r)
            | Self::Conflict(r)
            | Self::ConditionFailed(r)
            | Self::Unexplained(r) => Ok(r),
            other => Err(other),
        }
    }

    /// What an error is about, where it names a table.
    pub(crate) fn named(&self) -> Option<Named<'_>> {
        let named = match self {
            Self::OutcomeUnknown(unknown) => unknown.target.named(),
            Self::OldItemLost(lost) => lost.target.named(),
            Self::Exhausted(exhausted) => exhausted.subject.named(),
            Self::UpdateRejected(error)
            | Self::Throttled(error)
            | Self::TransactionConflict(error)
            | Self::TokenReused(error)
            | Self::Service(error) => error.subject.named(),
            other => other.refusal()?.target.named(),
        };
        (!named.table.is_empty()).then_some(named)
    }

    /// Returns the same error with another verb. An error of a request before a write names the verb of the write. It renames every
    /// error that has a name, also the last error of a loop that ended.
    pub(crate) fn under(mut self, verb: &'static str) -> Self {
        self.rename(verb);
        self
    }

    fn rename(&mut self, verb: &'static str) {
        match self {
            Self::OutcomeUnknown(unknown) => unknown.target.verb = verb,
            Self::OldItemLost(lost) => lost.target.verb = verb,
            Self::Exhausted(exhausted) => {
                exhausted.subject.verb = verb;
                exhausted.last.rename(verb);
            }
            Self::UpdateRejected(error)
            | Self::Throttled(error)
            | Self::TransactionConflict(error)
            | Self::TokenReused(error)
            | Self::Service(error) => error.subject.verb = verb,
            other => {
                if let Some(refusal) = other.refusal_mut() {
                    refusal.target.verb = verb;
                }
            }
        }
    }

    pub(crate) const fn refusal_mut(&mut self) -> Option<&mut Refusal> {
        match self {
            Self::AlreadyExists(r)
            | Self::NotFound(r)
            | Self::Conflict(r)
            | Self::ConditionFailed(r)
            | Self::Unexplained(r) => Some(r),
            _ => None,
        }
    }
}

impl From<ParseError> for Error {
    fn from(error: ParseError) -> Self {
        Self::Parse(Box::new(error))
    }
}

impl From<DecodeError> for Error {
    fn from(error: DecodeError) -> Self {
        Self::Decode(Box::new(error))
    }
}

impl From<ConversionError> for Error {
    fn from(error: ConversionError) -> Self {
        match error {
            ConversionError::Encode { item_type, source } => Self::Encode { item_type, source },
            ConversionError::Invalid(error) => error.into(),
            ConversionError::Decode(error) => error.into(),
        }
    }
}

impl From<Unsendable> for Error {
    fn from(error: Unsendable) -> Self {
        match error {
            Unsendable::Expression(error) => error.into(),
            Unsendable::Invalid(error) => error.into(),
        }
    }
}

/// For `let tag: Tag = if_match.parse()?;`.
impl From<InvalidTag> for Error {
    fn from(error: InvalidTag) -> Self {
        Self::Invalid(error.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::exhausted::exhausted;
    use crate::write::target::Subject;

    fn of_service() -> Box<ServiceError> {
        Box::new(ServiceError {
            subject: Subject {
                table: "shop".to_owned(),
                item_type: "Order",
                key: None,
                verb: "adopt",
            },
            code: None,
            message: "told".to_owned(),
            is_transient: false,
            source: std::sync::Arc::new(std::fmt::Error),
        })
    }

    #[test]
    fn every_error_of_a_request_before_a_write_names_the_verb_of_the_write() {
        let errors = [
            Error::UpdateRejected(of_service()),
            Error::Throttled(of_service()),
            Error::TransactionConflict(of_service()),
            Error::TokenReused(of_service()),
            Error::Service(of_service()),
            exhausted(None, 3, Error::Throttled(of_service())),
        ];
        for error in errors {
            let label = error.label();
            assert_eq!(error.named().map(|named| named.verb), Some("adopt"));
            let error = error.under("save");
            assert_eq!(
                error.named().map(|named| named.verb),
                Some("save"),
                "{label}"
            );
            assert!(!error.to_string().contains("adopt"), "{label}: {error}");
        }
    }
}
