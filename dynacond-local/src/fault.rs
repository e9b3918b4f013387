//! What can go wrong with one request.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use aws_sdk_dynamodb::Client;
use serde_json::Value;

/// What goes wrong with one request.
///
/// Each is told from two sides: whether the database applies the request, and what the client sees. A broken connection
/// is a dispatch failure of the SDK (an I/O error), which it retries by itself, as it does a 500 or throttling. A
/// time-out is a [`HangBefore`](Fault::HangBefore) or [`HangAfter`](Fault::HangAfter) together with a time-out in the
/// client's configuration.
#[derive(Clone)]
#[non_exhaustive]
pub enum Fault {
    /// Never applied; the client sees a broken connection.
    LoseRequest,
    /// Applied; the client sees a broken connection.
    LoseAnswer,
    /// The client sees a broken connection; applied when the test calls [`Local::deliver`](crate::Local::deliver).
    DeliverLate,
    /// The client sees a broken connection; applied once this many further requests have been served.
    DeliverAfter(usize),
    /// The connection is refused: not applied, and the client can know it (`io::ErrorKind::ConnectionRefused` is in
    /// the error's source chain).
    RefuseConnection,
    /// Not applied; the client sees `InternalServerError`, HTTP 500.
    Status500Before,
    /// Applied; the client sees `InternalServerError`, HTTP 500.
    Status500After,
    /// Not applied; the client never gets an answer.
    HangBefore,
    /// Applied; the client never gets an answer.
    HangAfter,
    /// Not applied: `ProvisionedThroughputExceededException`, for a table operation `ThrottlingException`.
    Throttle,
    /// Not applied: `TransactionConflictException` for a plain write; a transaction is cancelled with
    /// `TransactionConflict` as the reason of its first action. Other operations do not meet it.
    TransactionConflict,
    /// Not applied: `TransactionInProgressException`. Only `TransactWriteItems` meets it.
    TransactionInProgress,
    /// Not applied: the transaction is cancelled with these reasons, one per action in request order, `"None"` for an
    /// innocent one and for those not given. Only `TransactWriteItems` meets it.
    Cancel(Vec<&'static str>),
    /// A page of Query or Scan ends after this many examined items, with a start key for the next one. Never longer than the
    /// request's own limit. After 0 items the page ends at the start key that the request brought; a request without one
    /// examines one item, because an empty page at the beginning would have no key to go on from.
    ShortPage(usize),
    /// The last keys of a BatchGetItem, or the last writes of a BatchWriteItem, are left undone, and are told as
    /// unprocessed: as many as given, or all of them.
    Unprocessed(usize),
    /// A Query or Scan of an index answers as if the last write to its table had not happened. Strongly consistent reads do
    /// not meet it. Only the embedded database has such a memory: at another endpoint no request meets this fault.
    StaleIndex,
    /// The request goes on only after this long.
    Delay(Duration),
    /// A rival's requests are applied before this one goes on: see [`Fault::rival`].
    Rival(Rival),
    /// One after the other: see [`Fault::then`].
    Sequence(Vec<Fault>),
}

impl Fault {
    /// Lets a rival write right before the request is applied.
    ///
    /// The closure gets a client on the same database that meets no faults and leaves no trace in the log.
    ///
    /// ```
    /// use dynacond_local::{Fault, Local};
    ///
    /// let local = Local::new();
    /// local.on("UpdateItem").inject(Fault::rival(|client| async move {
    ///     client.delete_item() /* … */.send().await.ok();
    /// }));
    /// ```
    pub fn rival<F, W>(write: F) -> Self
    where
        F: Fn(Client) -> W + Send + Sync + 'static,
        W: Future<Output = ()> + Send + 'static,
    {
        Self::Rival(Rival(Arc::new(move |client| Box::pin(write(client)))))
    }

    /// This fault, and then the other, for the same request: a delay or a rival lets the request go on, any other fault
    /// decides it.
    ///
    /// ```
    /// # use dynacond_local::Fault;
    /// let fault = Fault::rival(|_client| async {}).then(Fault::LoseAnswer);
    /// assert_eq!(fault.to_string(), "Rival, LoseAnswer");
    /// ```
    #[must_use]
    pub fn then(self, next: Fault) -> Self {
        let mut steps = self.into_steps();
        steps.extend(next.into_steps());
        Self::Sequence(steps)
    }

    pub(crate) fn into_steps(self) -> Vec<Fault> {
        match self {
            Self::Sequence(steps) => steps.into_iter().flat_map(Fault::into_steps).collect(),
            step => vec![step],
        }
    }

    /// Whether the service could answer this request so.
    pub(crate) fn fits(&self, asked: Asked<'_>) -> bool {
        let Asked {
            operation, body, ..
        } = asked;
        match self {
            Self::ShortPage(_) => matches!(operation, "Query" | "Scan"),
            Self::Unprocessed(_) => matches!(operation, "BatchGetItem" | "BatchWriteItem"),
            Self::StaleIndex => {
                asked.embedded
                    && matches!(operation, "Query" | "Scan")
                    && body.get("IndexName").is_some()
                    && body.get("ConsistentRead") != Some(&Value::Bool(true))
            }
            Self::TransactionConflict => matches!(
                operation,
                "PutItem" | "UpdateItem" | "DeleteItem" | "TransactWriteItems" | "TransactGetItems"
            ),
            Self::TransactionInProgress | Self::Cancel(_) => operation == "TransactWriteItems",
            Self::Sequence(steps) => steps.iter().all(|step| step.fits(asked)),
            _ => true,
        }
    }
}

/// A request that may meet a fault.
#[derive(Clone, Copy)]
pub(crate) struct Asked<'a> {
    pub(crate) operation: &'a str,
    pub(crate) body: &'a Value,
    /// Whether the embedded engine answers.
    pub(crate) embedded: bool,
}

/// The fault's name, as the log gives it.
impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = match self {
            Self::LoseRequest => "LoseRequest",
            Self::LoseAnswer => "LoseAnswer",
            Self::DeliverLate => "DeliverLate",
            Self::DeliverAfter(_) => "DeliverAfter",
            Self::RefuseConnection => "RefuseConnection",
            Self::Status500Before => "Status500Before",
            Self::Status500After => "Status500After",
            Self::HangBefore => "HangBefore",
            Self::HangAfter => "HangAfter",
            Self::Throttle => "Throttle",
            Self::TransactionConflict => "TransactionConflict",
            Self::TransactionInProgress => "TransactionInProgress",
            Self::Cancel(_) => "Cancel",
            Self::ShortPage(_) => "ShortPage",
            Self::Unprocessed(_) => "Unprocessed",
            Self::StaleIndex => "StaleIndex",
            Self::Delay(_) => "Delay",
            Self::Rival(_) => "Rival",
            Self::Sequence(steps) => {
                for (i, step) in steps.iter().enumerate() {
                    let separator = if i == 0 { "" } else { ", " };
                    write!(f, "{separator}{step}")?;
                }
                return Ok(());
            }
        };
        f.write_str(name)
    }
}

impl fmt::Debug for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::DeliverAfter(requests) => write!(f, "DeliverAfter({requests})"),
            Self::Cancel(codes) => write!(f, "Cancel({codes:?})"),
            Self::ShortPage(n) => write!(f, "ShortPage({n})"),
            Self::Unprocessed(n) => write!(f, "Unprocessed({n})"),
            Self::Delay(duration) => write!(f, "Delay({duration:?})"),
            Self::Sequence(steps) => f.debug_tuple("Sequence").field(steps).finish(),
            plain => write!(f, "{plain}"),
        }
    }
}

/// A rival's requests: made by [`Fault::rival`].
#[derive(Clone)]
pub struct Rival(Arc<dyn Fn(Client) -> Write + Send + Sync>);

type Write = Pin<Box<dyn Future<Output = ()> + Send>>;

impl Rival {
    pub(crate) async fn write(&self, client: Client) {
        (self.0)(client).await;
    }
}

impl fmt::Debug for Rival {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Rival")
    }
}
