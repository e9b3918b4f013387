//! The faults of requests.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use aws_sdk_dynamodb::Client;
use serde_json::Value;

/// A fault of one request.
///
/// Each fault has two sides: whether the database applies the request, and what the client sees. A broken connection is a dispatch
/// failure of the SDK (an I/O error). The SDK retries it by itself, and also retries after a 500 and after throttling. For a time-out,
/// use [`HangBefore`](Fault::HangBefore) or [`HangAfter`](Fault::HangAfter) together with a time-out in the client's configuration.
#[derive(Clone)]
#[non_exhaustive]
pub enum Fault {
    /// The request is never applied. The client sees a broken connection.
    LoseRequest,
    /// The request is applied. The client sees a broken connection.
    LoseAnswer,
    /// The client sees a broken connection. The request is applied when the test calls [`Local::deliver`](crate::Local::deliver).
    DeliverLate,
    /// The client sees a broken connection. The request is applied after this many further requests.
    DeliverAfter(usize),
    /// The connection is refused. The request is not applied, and the client can know that, because `io::ErrorKind::ConnectionRefused` is
    /// in the error's source chain.
    RefuseConnection,
    /// The request is not applied. The client sees `InternalServerError`, HTTP 500.
    Status500Before,
    /// The request is applied. The client sees `InternalServerError`, HTTP 500.
    Status500After,
    /// The request is not applied. The client never gets an answer.
    HangBefore,
    /// The request is applied. The client never gets an answer.
    HangAfter,
    /// The request is throttled, and not applied: `ProvisionedThroughputExceededException`, or `ThrottlingException` for a table operation.
    Throttle,
    /// A plain write is not applied, with `TransactionConflictException`. A transaction is cancelled with `TransactionConflict` as the
    /// reason of its first action. Other operations do not meet this fault.
    TransactionConflict,
    /// A transaction is not applied, with `TransactionInProgressException`. Only `TransactWriteItems` meets this fault.
    TransactionInProgress,
    /// A transaction is cancelled with these reasons, one for each action in the order of the request. The reason `"None"` is for an action
    /// that was not in the way, and for actions without a reason here. Only `TransactWriteItems` meets this fault.
    Cancel(Vec<&'static str>),
    /// A page of a Query or Scan ends after this many examined items, with a start key for the next page. The page is never longer than
    /// the request's own limit. After 0 items, the page ends at the start key of the request. A request without a start key examines one
    /// item, because an empty first page would have no key to continue from.
    ShortPage(usize),
    /// The last keys of a BatchGetItem, or the last writes of a BatchWriteItem, are not processed, and the answer lists them as
    /// unprocessed. The number says how many, up to all of them.
    Unprocessed(usize),
    /// A Query or Scan of an index answers as if the last write to its table had not happened. Strongly consistent reads do not meet this
    /// fault, and neither does any request at another endpoint, because only the embedded database remembers earlier states.
    StaleIndex,
    /// The request waits this long before it continues.
    Delay(Duration),
    /// The requests of a rival are applied before this one. See [`Fault::rival`].
    Rival(Rival),
    /// Two faults, one after the other. See [`Fault::then`].
    Sequence(Vec<Fault>),
}

impl Fault {
    /// Lets a rival write right before the request is applied.
    ///
    /// The closure gets a client for the same database that meets no faults and is not logged.
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

    /// Adds another fault for the same request, after this one. After a delay or a rival, the request continues; any other fault decides
    /// what happens to it.
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

    /// Whether DynamoDB could answer this request with this fault.
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

/// Writes the fault's name, as in the log.
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

/// The requests of a rival. [`Fault::rival`] makes this value.
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
