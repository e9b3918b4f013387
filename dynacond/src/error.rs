//! What can go wrong, told apart by type: nobody ever matches on text.
use std::fmt;

use aws_sdk_dynamodb::error::BoxError;
use aws_sdk_dynamodb::types::AttributeValue;

use crate::expression::parse_error::ParseError;
use crate::item::{Item, Versioned};
use crate::key::RawKey;
use crate::stored::Stored;
use crate::write::Pending;

/// A result whose error is dynacond's unless another is named.
pub type Result<T = (), E = Error> = std::result::Result<T, E>;

/// What a read or write answers when it did not do what was asked.
///
/// Four variants are *refusals*: DynamoDB evaluated the write on the item and left it unchanged. They carry the item as it
/// is now. `Display` and `Debug` name table, type, key and clause, never an attribute's value.
///
/// ```no_run
/// # use dynacond::{Error, Store, Stored, Versioned};
/// # async fn f<T: Versioned>(store: Store, order: Stored<T>) -> dynacond::Result<()> {
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
    Invalid(#[from] InvalidItem),
    /// A value could not be serialised. Nothing was sent.
    #[error("a `{item_type}` could not be serialised: {source}")]
    Encode {
        /// The Rust type.
        item_type: &'static str,
        /// What serde said.
        source: serde_dynamo::Error,
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
    /// Not an answer: a transaction function asked for an item that is not known yet. Hand it on with `?`; the transaction
    /// fetches the item and runs the function again.
    #[doc(hidden)]
    #[error("the transaction has to read an item first")]
    Reading,
    /// Any other answer of the service, or none: credentials, a missing table, access, network. Nothing was written.
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

    /// One word for metrics: `conflict`, `outcome_unknown` …
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::AlreadyExists(_) => "already_exists",
            Self::NotFound(_) => "not_found",
            Self::Conflict(_) => "conflict",
            Self::ConditionFailed(_) => "condition_failed",
            Self::Unexplained(_) => "unexplained",
            Self::OutcomeUnknown(_) => "outcome_unknown",
            Self::UpdateRejected(_) => "update_rejected",
            Self::Exhausted(_) => "exhausted",
            Self::Expression(_) | Self::Parse(_) | Self::Invalid(_) | Self::Encode { .. } => {
                "invalid"
            }
            Self::Decode(_) => "decode",
            Self::Throttled(_) => "throttled",
            Self::TransactionConflict(_) => "transaction_conflict",
            Self::Reading => "reading",
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

    /// The item as it is now, to be changed and saved again; `None` without a refusal or without an item.
    ///
    /// # Errors
    /// [`Error::Decode`] if the item is not a `T`.
    pub fn current<T: Versioned>(&self) -> Result<Option<Stored<T>>> {
        self.refusal().map_or(Ok(None), Refusal::current)
    }
}

/// Which write, on which item.
#[derive(Clone, Debug)]
pub(crate) struct Target {
    pub(crate) table: String,
    pub(crate) item_type: &'static str,
    pub(crate) key: RawKey,
    pub(crate) verb: &'static str,
}

impl Target {
    /// Of a transaction without actions.
    pub(crate) fn none() -> Self {
        Self {
            table: String::new(),
            item_type: "nothing",
            key: RawKey::none(),
            verb: "transact",
        }
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} {} {} in table {}",
            self.verb, self.item_type, self.key, self.table
        )
    }
}

macro_rules! targeted {
    ($($ty:ident),+) => { $(
        impl $ty {
            /// The table's name.
            #[must_use]
            pub fn table(&self) -> &str {
                &self.target.table
            }
            /// The item's Rust type, without its path.
            #[must_use]
            pub const fn item_type(&self) -> &'static str {
                self.target.item_type
            }
            /// The key, as DynamoDB holds it.
            #[must_use]
            pub const fn key(&self) -> &RawKey {
                &self.target.key
            }
            /// The verb: `create`, `save`, `update` …
            #[must_use]
            pub const fn verb(&self) -> &'static str {
                self.target.verb
            }
        }
    )+ };
}
targeted! { Refusal, OutcomeUnknown, ServiceError, Exhausted }

/// Why a write was refused, and what the item holds now.
#[derive(Clone)]
#[non_exhaustive]
pub struct Refusal {
    /// The position of the action among those of a transaction, and the other actions that were refused.
    pub(crate) action: Option<usize>,
    pub(crate) others: Vec<Refusal>,
    pub(crate) target: Target,
    pub(crate) guards: Vec<GuardResult>,
    pub(crate) condition: Option<Explanation>,
    pub(crate) item: Option<Item>,
    pub(crate) item_withheld: bool,
}

impl Refusal {
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

    /// The caller's condition, clause by clause; `None` if there was none.
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
        let guards = self.guards.iter().filter(|guard| !guard.holds);
        let clauses = self.condition.iter().flat_map(Explanation::refusing);
        let reasons: Vec<_> = guards
            .map(ToString::to_string)
            .chain(clauses.map(|clause| format!("`{}` is false", clause.clause())))
            .collect();
        match (reasons.is_empty(), self.item_withheld) {
            (false, _) => reasons.join("; "),
            (true, true) => {
                "the endpoint did not return the item, so the reason is not known".to_owned()
            }
            (true, false) => {
                "every clause holds on the item that DynamoDB returned, so the reason is not known"
                    .to_owned()
            }
        }
    }

    /// The item as it is now, to be changed and saved again.
    ///
    /// # Errors
    /// [`Error::Decode`] if the item is not a `T`, or is one under another key.
    pub fn current<T: Versioned>(&self) -> Result<Option<Stored<T>>> {
        let Some(item) = &self.item else {
            return Ok(None);
        };
        let stored = Stored::<T>::from_item_at(item.clone())?;
        if Stored::key(&stored).raw() != &self.target.key {
            return Err(
                DecodeError::new::<T>("the item has another key than the refused write").into(),
            );
        }
        Ok(Some(stored))
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

/// A condition evaluated on an item: the tree, each clause with its truth and what was found.
///
/// `Display` shows values, except those of sensitive attributes; `Debug` does not.
#[derive(Clone, PartialEq)]
pub struct Explanation {
    pub(crate) clause: String,
    pub(crate) shown: String,
    pub(crate) holds: bool,
    pub(crate) is_and: bool,
    pub(crate) actual: Vec<Actual>,
    pub(crate) parts: Vec<Explanation>,
}

/// What an operand was found to be.
#[derive(Clone, PartialEq)]
pub struct Actual {
    pub(crate) operand: String,
    pub(crate) value: Option<AttributeValue>,
    pub(crate) sensitive: bool,
}

/// The write may have been applied, may still be, or was not: its answer was lost, and what could be read does not say.
pub struct OutcomeUnknown {
    pub(crate) target: Target,
    pub(crate) write_id: Option<String>,
    pub(crate) last_seen: Option<Item>,
    pub(crate) source: Option<BoxError>,
    pub(crate) pending: Pending,
}

impl OutcomeUnknown {
    /// The write id of the lost write: an item that holds it holds the write.
    #[must_use]
    pub fn write_id(&self) -> Option<&str> {
        self.write_id.as_deref()
    }

    /// The item as it was last read after the lost answer; `None` if it was not read, or not there.
    #[must_use]
    pub const fn last_seen(&self) -> Option<&Item> {
        self.last_seen.as_ref()
    }
}

impl OutcomeUnknown {
    /// Only a version was to be stamped before the write itself, which was not sent.
    pub(crate) fn of_a_stamp(self: Box<Self>) -> Error {
        let message = "the answer to stamping a version was lost; the write itself was not sent";
        Error::Service(Box::new(ServiceError {
            target: self.target,
            code: None,
            message: message.to_owned(),
            source: self.source.unwrap_or_else(|| message.into()),
        }))
    }
}

impl fmt::Display for OutcomeUnknown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}: the answer was lost, and the write may or may not have been applied",
            self.target
        )
    }
}

impl std::error::Error for OutcomeUnknown {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.source.as_deref().map(|source| source as _)
    }
}

impl fmt::Debug for OutcomeUnknown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "OutcomeUnknown({self})")
    }
}

/// A retry loop that gave up.
#[derive(Debug)]
pub struct Exhausted {
    pub(crate) target: Target,
    /// How often the write was sent.
    pub attempts: u32,
    /// Why the last attempt was refused.
    pub last: Error,
}

impl fmt::Display for Exhausted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}: gave up after {} attempts; the last: {}",
            self.target, self.attempts, self.last
        )
    }
}

impl std::error::Error for Exhausted {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.last)
    }
}

/// What DynamoDB or the network answered instead of an outcome.
pub struct ServiceError {
    pub(crate) target: Target,
    pub(crate) code: Option<String>,
    pub(crate) message: String,
    pub(crate) source: BoxError,
}

impl ServiceError {
    /// DynamoDB's error code, such as `ResourceNotFoundException`; `None` if it did not answer.
    #[must_use]
    pub fn code(&self) -> Option<&str> {
        self.code.as_deref()
    }
}

impl fmt::Display for ServiceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: ", self.target)?;
        if let Some(code) = &self.code {
            write!(f, "{code}: ")?;
        }
        f.write_str(&self.message)
    }
}

impl std::error::Error for ServiceError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&*self.source)
    }
}

impl fmt::Debug for ServiceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ServiceError({self})")
    }
}

/// What is stored does not decode to the Rust type.
#[derive(Debug, thiserror::Error)]
#[error("{}a stored `{item_type}` does not decode: {reason}", if *.applied { "the write was applied, but " } else { "" })]
#[non_exhaustive]
pub struct DecodeError {
    /// The Rust type.
    pub item_type: &'static str,
    /// What is wrong.
    pub reason: String,
    /// Whether it is what a write returned: the write was applied.
    pub applied: bool,
}

impl Refusal {
    pub(crate) fn new(target: Target, guards: Vec<GuardResult>, item: Option<Item>) -> Self {
        Self {
            action: None,
            others: Vec::new(),
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
}

impl Error {
    /// The refusal that a false guard is.
    pub(crate) const fn by_guard(guard: &Guard) -> fn(Box<Refusal>) -> Self {
        match guard {
            Guard::Absent => Self::AlreadyExists,
            Guard::Exists => Self::NotFound,
            Guard::Version { .. } | Guard::Unversioned { .. } => Self::Conflict,
            Guard::NotNegative { .. } => Self::ConditionFailed,
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

impl From<DecodeError> for Error {
    fn from(error: DecodeError) -> Self {
        Self::Decode(Box::new(error))
    }
}

impl DecodeError {
    /// An update answers with the item; without it there is nothing to decode.
    pub(crate) fn nothing_returned<T: Versioned>() -> Error {
        Self::after_write(Self::new::<T>("the endpoint returned no item").into())
    }

    /// An error of decoding what a write returned says that the write was applied.
    pub(crate) fn after_write(error: Error) -> Error {
        match error {
            Error::Decode(mut error) => {
                error.applied = true;
                Error::Decode(error)
            }
            other => other,
        }
    }

    pub(crate) fn new<T: Versioned>(reason: impl Into<String>) -> Self {
        Self {
            item_type: T::MODEL.name,
            reason: reason.into(),
            applied: false,
        }
    }
}

/// A key, an item or a request that DynamoDB or dynacond would refuse. Nothing was sent.
///
/// Limits: [Constraints in DynamoDB](https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html).
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidItem {
    /// A key attribute could not be serialised.
    #[error("key attribute `{attribute}` of `{item_type}` cannot be written: {reason}")]
    Key {
        /// The Rust type.
        item_type: &'static str,
        /// The key attribute.
        attribute: &'static str,
        /// What is wrong.
        reason: String,
    },
    /// A key attribute of 0 bytes, or of more than DynamoDB takes.
    #[error(
        "key attribute `{attribute}` of `{item_type}` has {bytes} bytes; DynamoDB takes 1 to {limit}"
    )]
    KeyLength {
        /// The Rust type.
        item_type: &'static str,
        /// The key attribute.
        attribute: &'static str,
        /// Its length in bytes of UTF-8 or binary.
        bytes: usize,
        /// 2,048 for a partition key, 1,024 for a sort key.
        limit: usize,
    },
    /// The fields that make the key are not those that were read: that would be another item.
    #[error(
        "the key of this `{item_type}` changed from {read} to {now} since it was read; create the new item and delete the old one"
    )]
    KeyChanged {
        /// The Rust type.
        item_type: &'static str,
        /// The key that was read.
        read: Box<RawKey>,
        /// The key that the fields give now.
        now: Box<RawKey>,
    },
    /// `or_create` was given an item with another key.
    #[error(
        "`or_create` was given a `{item_type}` with key {given}, and the update is for key {key}"
    )]
    OtherKey {
        /// The Rust type.
        item_type: &'static str,
        /// The update's key.
        key: Box<RawKey>,
        /// The default's key.
        given: Box<RawKey>,
    },
    /// `or_create` cannot combine this action with the default of its attribute in one request: a change of a part of it, or
    /// of a set's members.
    #[error(
        "`or_create` gives `{attribute}` a default, and the update changes a part of it: DynamoDB does not take both in one request"
    )]
    DefaultOverlaps {
        /// The top-level attribute.
        attribute: String,
    },
    /// The struct writes an attribute that belongs to dynacond: a `flatten`ed map holds the version, the write id or a key.
    #[error(
        "`{item_type}` writes the attribute `{attribute}`, which belongs to its key, version or write id"
    )]
    ReservedAttribute {
        /// The Rust type.
        item_type: &'static str,
        /// The attribute.
        attribute: String,
    },
    /// An item of more than 400 KB, names and values together.
    #[error(
        "this `{item_type}` has {bytes} bytes with its attribute names; DynamoDB takes {limit}"
    )]
    TooLarge {
        /// The Rust type.
        item_type: &'static str,
        /// Its size in bytes.
        bytes: usize,
        /// 409,600.
        limit: usize,
    },
    /// A value that DynamoDB does not store.
    #[error("attribute `{attribute}` of `{item_type}`: {rule}")]
    Value {
        /// The Rust type.
        item_type: &'static str,
        /// The top-level attribute.
        attribute: String,
        /// What DynamoDB takes.
        rule: Rule,
    },
    /// A transaction without an action, or with more than DynamoDB takes.
    #[error("a transaction has 1 to {limit} actions, and this one has {actions}")]
    ActionCount {
        /// How many there are.
        actions: usize,
        /// 100.
        limit: usize,
    },
    /// Two actions on one item.
    #[error("two actions of a transaction on one `{item_type}`, {key}")]
    SameItem {
        /// The Rust type.
        item_type: &'static str,
        /// The key.
        key: Box<RawKey>,
    },
    /// Actions of more than 4 MB together.
    #[error("the actions of a transaction have {bytes} bytes; DynamoDB takes {limit}")]
    TransactionTooLarge {
        /// The size of items, keys and values.
        bytes: usize,
        /// 4 MB.
        limit: usize,
    },
    /// A function that asks for other items in each of its passes.
    #[error("the transaction function asked for new items in {passes} passes; it does not end")]
    EndlessReads {
        /// How often it ran.
        passes: usize,
    },
    /// A client request token of 0 or of more than 36 characters.
    #[error("a client request token has 1 to 36 characters")]
    Token,
    /// An update that changes nothing: neither `.set(..)` nor `.or_create(..)`.
    #[error("an update of `{item_type}` without an action: give it `.set(|o| ..)`")]
    NoAction {
        /// The Rust type.
        item_type: &'static str,
    },
}

/// An expression that DynamoDB would refuse whatever the item holds. Nothing was sent.
///
/// Rules: [Condition expressions](https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.OperatorsAndFunctions.html),
/// [Update expressions](https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.UpdateExpressions.html).
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{rule}: `{clause}`")]
pub struct ExpressionError {
    /// The rule that is broken.
    pub rule: Rule,
    /// The clause that breaks it, without values.
    pub clause: String,
}

/// A rule of DynamoDB's expressions and values.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Rule {
    /// `is_in` without values: it would never hold, and must not vanish.
    #[error("IN needs at least one value")]
    EmptyIn,
    /// `all` without conditions.
    #[error("`all` needs at least one condition")]
    EmptyAll,
    /// `any` without conditions.
    #[error("`any` needs at least one condition")]
    EmptyAny,
    /// A literal BOOL, NULL, list, map or set in `<`, `<=`, `>`, `>=` or BETWEEN.
    #[error("DynamoDB orders strings, numbers and binary, not a {data_type}")]
    NotOrdered {
        /// The literal's data type, as DynamoDB abbreviates it.
        data_type: &'static str,
    },
    /// Literal bounds of two types.
    #[error("the bounds of BETWEEN are of one type, not {low} and {high}")]
    BoundsDiffer {
        /// The lower bound's data type.
        low: &'static str,
        /// The upper bound's data type.
        high: &'static str,
    },
    /// Literal bounds in the wrong order.
    #[error("the lower bound of BETWEEN is above its upper bound")]
    BoundsReversed,
    /// A literal prefix that is neither string nor binary.
    #[error("`begins_with` takes a string or binary, not a {data_type}")]
    NotAPrefix {
        /// The literal's data type.
        data_type: &'static str,
    },
    /// The second operand of `attribute_type` names no type.
    #[error("`attribute_type` takes a literal S, N, B, SS, NS, BS, L, M, BOOL or NULL")]
    NotATypeName,
    /// The size of a literal number, BOOL or NULL.
    #[error("a {data_type} has no size")]
    NoSize {
        /// The literal's data type.
        data_type: &'static str,
    },
    /// `attribute_exists` or `attribute_not_exists` of a value.
    #[error("`attribute_exists` and `attribute_not_exists` take a document path")]
    NotAPath,
    /// The first operand equals another one: `n = n`.
    #[error("DynamoDB refuses an operand compared with itself")]
    SameOperand,
    /// A path into a key attribute: `pk.x`.
    #[error("a key attribute has no paths into it")]
    PathIntoKey,
    /// More than 4,096 bytes of expression, even with the shortest placeholders.
    #[error(
        "an expression has at most {limit} bytes, and this one has {bytes} with the shortest placeholders"
    )]
    TooLong {
        /// The length as sent.
        bytes: usize,
        /// 4,096.
        limit: usize,
    },
    /// More than 300 operators: comparisons, functions, AND, OR and NOT count.
    #[error("an expression has at most {limit} operators, and this one has {operators}")]
    TooManyOperators {
        /// How many there are.
        operators: usize,
        /// 300.
        limit: usize,
    },
    /// Nested deeper than 32 levels.
    #[error("documents and paths are nested at most {limit} levels deep")]
    TooDeep {
        /// 32.
        limit: usize,
    },
    /// Names and values of a request of more than 2 MB.
    #[error(
        "names and values of an expression have at most {limit} bytes together, and these have {bytes}"
    )]
    TooLarge {
        /// The size of names and values.
        bytes: usize,
        /// 2 MB.
        limit: usize,
    },
    /// An attribute name of 0 bytes, or of more than 65,535.
    #[error("an attribute name has 1 to 65,535 bytes")]
    NameLength,
    /// Two update actions on one path, or on a path and a part of it.
    #[error("two update actions on one attribute, or on an attribute and a part of it")]
    Overlap,
    /// An update of a key attribute.
    #[error("an update cannot change a key attribute; create the new item and delete the old one")]
    UpdatesKey,
    /// An update of the version or the write id.
    #[error("the version and the write id are written by dynacond alone")]
    UpdatesVersion,
    /// ADD or DELETE with a literal that is no number or set.
    #[error(
        "a set gains and loses members of one kind: strings, numbers or binary, not {data_type}"
    )]
    NotASet {
        /// The literal's data type.
        data_type: &'static str,
    },
    /// Arithmetic with a literal that is no number.
    #[error("DynamoDB adds and subtracts numbers, not a {data_type}")]
    NotANumeric {
        /// The literal's data type.
        data_type: &'static str,
    },
    /// A literal that is no list, appended to one.
    #[error("a list is joined with a list, not with a {data_type}")]
    NotAList {
        /// The literal's data type.
        data_type: &'static str,
    },
    /// `size(..)` in an update.
    #[error("`size` stands in conditions only")]
    SizeInUpdate,
    /// A request of the SDK that has a condition already.
    #[error("the request has a condition already; join the two with `and`")]
    ConditionTaken,
    /// NaN, an infinity, or text that is no number.
    #[error("not a number that DynamoDB stores (NaN and infinities are none)")]
    NotANumber,
    /// More than 38 digits, or outside 1E-130 to 9.99E125.
    #[error("a number has at most 38 digits and a magnitude from 1E-130 to 9.99E125")]
    NumberOutOfRange,
    /// An empty set.
    #[error("DynamoDB has no empty sets; leave the attribute out")]
    EmptySet,
    /// A set that holds a member twice.
    #[error("a set holds each member once")]
    DuplicateMember,
    /// `{NULL: false}`.
    #[error("a NULL is true or not there")]
    NullFalse,
    /// An attribute value of a kind that this SDK does not know.
    #[error("an attribute value of an unknown kind")]
    UnknownValue,
    /// A value that could not be serialised.
    #[error("a value could not be serialised: {0}")]
    Encode(String),
}
