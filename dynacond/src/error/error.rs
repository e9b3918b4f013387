//! What can go wrong, told apart by type: nobody ever matches on text.
use crate::error::exhausted::Exhausted;
use crate::error::old_item::OldItemLost;
use crate::error::read::{Incomplete, Interrupted};
use crate::error::refusal::Refusal;
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
use crate::write::unsendable::Unsendable;

/// A result whose error is dynacond's unless another is named.
pub type Result<T = (), E = Error> = std::result::Result<T, E>;

/// What a read or write answers when it did not do what was asked.
///
/// Four variants are *refusals*: DynamoDB evaluated the write on the item and left it unchanged. They carry the item as it
/// is now. `Display` and `Debug` name table, type, key and clause, never an attribute's value.
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
    /// `create` met an item with this key.
    #[error(transparent)]
    AlreadyExists(Box<Refusal>),
    /// The item that was to be changed does not exist.
    #[error(transparent)]
    NotFound(Box<Refusal>),
    /// The item is not at the version that the write expects: somebody wrote it meanwhile.
    #[error(transparent)]
    Conflict(Box<Refusal>),
    /// The caller's condition, or a guard such as `stock >= 3` of an unsigned `subtract(3)`, is false on the item.
    #[error(transparent)]
    ConditionFailed(Box<Refusal>),
    /// The write was refused, and every clause holds on the item that came with the refusal, or the endpoint sent none
    /// where there must be one. Nothing was written; the reason is not known.
    #[error(transparent)]
    Unexplained(Box<Refusal>),
    /// The answer was lost: the write may have been applied, or may still be.
    #[error(transparent)]
    OutcomeUnknown(Box<OutcomeUnknown>),
    /// The write was applied, and its answer was lost. The item as it was before the write, which
    /// [`returning_old`](crate::WriteRequest::returning_old) asked for, is not known.
    #[error(transparent)]
    OldItemLost(Box<OldItemLost>),
    /// DynamoDB could not apply the update to the item as it is: arithmetic on a missing attribute, a path into one, a
    /// wrong stored type, or an item grown over 400 KB. Nothing was written.
    #[error(transparent)]
    UpdateRejected(Box<ServiceError>),
    /// A retry loop gave up: every attempt was refused.
    #[error(transparent)]
    Exhausted(Box<Exhausted>),
    /// The expression breaks a rule of DynamoDB. Nothing was sent.
    #[error(transparent)]
    Expression(#[from] ExpressionError),
    /// The text of an expression is not one that DynamoDB takes. Nothing was sent.
    #[error(transparent)]
    Parse(Box<ParseError>),
    /// The key, the item or the request breaks a rule of DynamoDB or of dynacond. Nothing was sent.
    #[error(transparent)]
    Invalid(#[from] InvalidInput),
    /// The cursor cannot be used: it is malformed, forged, or of another query. Nothing was sent. HTTP services answer 400.
    #[error(transparent)]
    Cursor(#[from] CursorError),
    /// Some of the keys stayed unread until the retries ended. What was found, and what was not, is told apart.
    #[error(transparent)]
    Incomplete(Box<Incomplete>),
    /// A checkpoint cannot be used: it is malformed, of another scan, or of another number of segments. Nothing was sent.
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
    /// A stream or a piece of bulk work was cut off by a failure of the service. It carries a cursor, or a report with a
    /// checkpoint, to go on from.
    #[error(transparent)]
    Interrupted(Box<Interrupted>),
    /// The closure of a bulk verb returned an error of its own for this item. Nothing was written to the item.
    #[error(transparent)]
    Own(Box<dyn std::error::Error + Send + Sync>),
    /// A value could not be serialised. Nothing was sent.
    #[error("a `{item_type}` could not be serialised: {source}")]
    Encode {
        /// The Rust type.
        item_type: &'static str,
        /// What serde said.
        source: SerializeError,
    },
    /// What is stored does not decode to the Rust type.
    #[error(transparent)]
    Decode(Box<DecodeError>),
    /// DynamoDB asked to slow down, and the SDK's retries are used up. Nothing was written.
    #[error(transparent)]
    Throttled(Box<ServiceError>),
    /// The item is part of a running transaction, or a replica's write was in the way. Nothing was written.
    #[error(transparent)]
    TransactionConflict(Box<ServiceError>),
    /// The client request token of a [`transact_write`](crate::Store::transact_write) was used for other actions within the
    /// last ten minutes. Nothing was written.
    #[error(transparent)]
    TokenReused(Box<ServiceError>),
    /// A transaction function answered with its own error, or with `Ok` under [`snapshot`](crate::Transact::snapshot), and nothing
    /// shows that the answer was true at one moment. It comes with the function's own error. Nothing was written.
    #[error(transparent)]
    Unvalidated(Box<Unvalidated>),
    /// Not an answer: a transaction function asked for an item that is not known yet. Hand it on with `?`; the transaction
    /// fetches the item and runs the function again.
    #[doc(hidden)]
    #[error(transparent)]
    Reading(Box<Unread>),
    /// A query or a scan names an index that the table does not have, or that is still being built. It names table, index and
    /// what the model declares.
    #[error(transparent)]
    NoSuchIndex(Box<SchemaError>),
    /// The table or the index that was read is not as the model declares it: it has other key attributes, a key of another
    /// type, another projection, or a global index where a local one is declared.
    #[error(transparent)]
    SchemaDiffers(Box<SchemaError>),
    /// Any other answer of the service, or none: credentials, a missing table, access, network. Nothing was written.
    ///
    /// A server that accepts a connection and never answers holds a request as long as the client's time-outs allow. The SDK
    /// gives up connecting after 3.1 seconds, and has no other time-out unless its configuration sets one: see
    /// [Time-outs](https://github.com/dynacond/dynacond/blob/main/docs/operating.md#time-outs).
    ///
    /// Errors of the SDK's own Query, Scan, GetItem and BatchGetItem become one by `?`, and name neither table nor key. Those
    /// of its writes do not: what a lost answer means to one only its caller knows.
    #[error(transparent)]
    Service(Box<ServiceError>),
}

impl Error {
    /// Somebody else wrote the item first: [`Conflict`](Self::Conflict).
    ///
    /// ```
    /// # let error: dynacond::Error = dynacond::Condition::<dynacond::Any>::all([]).compile().unwrap_err();
    /// assert!(!error.is_conflict());
    /// ```
    #[must_use]
    pub const fn is_conflict(&self) -> bool {
        matches!(self, Self::Conflict(_))
    }

    /// The write was evaluated and left the item unchanged.
    #[must_use]
    pub const fn is_refusal(&self) -> bool {
        self.refusal().is_some()
    }

    /// The write may or may not have been applied.
    #[must_use]
    pub const fn is_outcome_unknown(&self) -> bool {
        matches!(self, Self::OutcomeUnknown(_))
    }

    /// Nothing was written, and the very same call can succeed after a pause: throttling, another transaction in the way, a
    /// retry loop that gave up, a server or a network that failed. Not a [`Conflict`](Self::Conflict), which needs the item
    /// as it is now; nor an unknown outcome, which may have been written.
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
            // Other writers were in the way.
            Self::Unvalidated(error) => error.items().is_none(),
            _ => false,
        }
    }

    /// One word for metrics: `conflict`, `outcome_unknown` …
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

    /// What refused the write, where it was refused.
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

    /// The item as it is now, to be changed and saved again; `None` without a refusal or without an item. Of a transaction,
    /// the first refused item that is a `T`.
    ///
    /// # Errors
    /// [`Error::Decode`] if the item is not a `T`.
    pub fn current<T: Versioned>(&self) -> Result<Option<Stored<T>>> {
        self.refusal().map_or(Ok(None), Refusal::current)
    }

    /// The refusal that a false guard is.
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
