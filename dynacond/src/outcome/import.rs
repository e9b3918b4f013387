//! Imports items: puts them in batches without conditions, until each item is stored or the retries end.
use std::sync::Arc;

use tracing::Instrument as _;

use crate::error::error::Error;
use crate::error::service::ServiceError;
use crate::outcome::failed::failed_each;
use crate::outcome::single::unknown;
use crate::outcome::trace::Trace;
use crate::outcome::verdict::holds_write;
use crate::value::item::Item;
use crate::wire::batch_write::{BatchAnswer, batch_put};
use crate::wire::call::Call;
use crate::wire::failure::Failure;
use crate::wire::request::batch_get;
use crate::wire::retry::{Pause, Retry};
use crate::write::target::Subject;
use crate::write::unsendable::Unsendable;
use crate::write::write::{Effect, Write};

/// A write of a batch, with the whole item.
pub(crate) struct Put {
    write: Write,
    /// Whether a request with this item got no answer.
    lost: bool,
}

impl Put {
    /// Makes a write, after checking that it can be sent.
    pub(crate) fn new(write: Write) -> Result<Self, Unsendable> {
        write.lower().map(drop)?;
        Ok(Self { write, lost: false })
    }

    pub(crate) fn item(&self) -> Option<&Item> {
        match &self.write.effect {
            Effect::Put(item) => Some(item),
            _ => None,
        }
    }

    fn subject(&self) -> Subject {
        self.write.target.clone().into()
    }
}

/// What happened instead of an answer.
type Lost = Option<Arc<dyn std::error::Error + Send + Sync>>;

/// Stores items of one table that fit into one request. Returns for each item, in their order, why it was not stored.
pub(crate) async fn deliver(call: &Arc<Call>, puts: Vec<Put>) -> Vec<Option<Error>> {
    let Some(first) = puts.first() else {
        return Vec::new();
    };
    let subject = Subject {
        key: None,
        ..first.subject()
    };
    let trace = Trace::start(call, subject.named());
    let errors = Box::pin(find_out(call, puts, &subject.table))
        .instrument(trace.span())
        .await;
    trace.end(subject.named(), errors.iter().flatten());
    errors
}

async fn find_out(call: &Arc<Call>, mut puts: Vec<Put>, table: &str) -> Vec<Option<Error>> {
    let mut errors: Vec<_> = puts.iter().map(|_| None).collect();
    let mut retry = Retry::start(call);
    let mut lost: Lost = None;
    let mut unsettled = Vec::new();
    let mut parts = vec![(0..puts.len()).collect::<Vec<_>>()];
    while let Some(mut part) = parts.pop() {
        // Why the rest is not stored. `None` means that DynamoDB left it unprocessed.
        let failure = loop {
            let items = part.iter().filter_map(|at| puts[*at].item().cloned());
            match batch_put(call, table, items.collect()).await {
                BatchAnswer::Done { unprocessed } => {
                    part = left(&puts, part, &unprocessed);
                    if part.is_empty() {
                        break None;
                    }
                    call.throttled();
                    if !retry.again(Pause::Backoff).await {
                        break None;
                    }
                }
                BatchAnswer::Lost(failure) => {
                    for at in &part {
                        puts[*at].lost = true;
                    }
                    let again = retry.again_after(&failure, table).await;
                    lost.get_or_insert_with(|| Arc::from(failure.source));
                    if !again {
                        break None;
                    }
                    // The same items may be put twice, each time with another write id.
                    for at in &part {
                        let write = &mut puts[*at].write;
                        write.renew(call.connection.fresh_id(write.model));
                    }
                }
                // If one item breaks a rule, DynamoDB refuses all of them. The others are then stored without it.
                BatchAnswer::Failed(failure) if is_invalid(&failure) && part.len() > 1 => {
                    parts.push(part.split_off(part.len() / 2));
                }
                BatchAnswer::Failed(failure) => {
                    if !retry.again_after(&failure, table).await {
                        break Some(failure);
                    }
                }
            }
        };
        let error = failure.map(failed_each);
        for at in part {
            if puts[at].lost {
                unsettled.push(at);
                continue;
            }
            let subject = puts[at].subject();
            errors[at] = Some(match &error {
                Some(error) => error(subject),
                None => unprocessed(subject),
            });
        }
    }
    settle(call, &puts, unsettled, &lost, &mut errors).await;
    errors
}

fn is_invalid(failure: &Failure) -> bool {
    failure.code.as_deref() == Some("ValidationException")
}

/// Returns which items were left unprocessed.
fn left(puts: &[Put], part: Vec<usize>, unprocessed: &[Item]) -> Vec<usize> {
    let is_left = |at: &usize| {
        let key = &puts[*at].write.target.key;
        unprocessed.iter().any(|item| key.is_key_of(item))
    };
    let left: Vec<_> = part.iter().copied().filter(is_left).collect();
    // If DynamoDB names a key that was not sent, any item may be meant.
    if left.len() < unprocessed.len() {
        part
    } else {
        left
    }
}

fn unprocessed(subject: Subject) -> Error {
    const MESSAGE: &str = "DynamoDB left the item unprocessed until the retries ended";
    Error::Throttled(Box::new(ServiceError {
        subject,
        code: None,
        message: MESSAGE.to_owned(),
        is_transient: true,
        source: Arc::from(Box::<dyn std::error::Error + Send + Sync>::from(MESSAGE)),
    }))
}

/// Reads the items consistently after lost answers. An item that has its write id is stored. Anything else proves nothing, because
/// the request may still arrive.
async fn settle(
    call: &Arc<Call>,
    puts: &[Put],
    unsettled: Vec<usize>,
    lost: &Lost,
    errors: &mut [Option<Error>],
) {
    if unsettled.is_empty() {
        return;
    }
    let stamped = unsettled.iter().map(|at| &puts[*at].write);
    let targets: Vec<_> = stamped
        .filter(|write| write.write_id.is_some())
        .map(|write| write.target.clone())
        .collect();
    let mut found: Vec<Item> = batch_get(call, &targets)
        .await
        .found
        .into_iter()
        .map(|(_, item)| item)
        .collect();
    for at in unsettled {
        let write = &puts[at].write;
        let is_this = |item: &Item| write.target.key.is_key_of(item);
        let place = found.iter().position(is_this);
        let seen = place.map(|place| found.swap_remove(place));
        if !holds_write(write, seen.as_ref()) {
            errors[at] = Some(unknown(call, write, seen, lost.clone()));
        }
    }
}
