//! Sends requests with the SDK's builders. One call sends one payload, and returns a definite answer or none.
use std::collections::HashMap;
use std::sync::Arc;

use aws_sdk_dynamodb::config::http::HttpResponse;
use aws_sdk_dynamodb::error::{BoxError, BuildError, ProvideErrorMetadata, SdkError};
use aws_sdk_dynamodb::operation::batch_get_item::BatchGetItemError;
use aws_sdk_dynamodb::operation::delete_item::{DeleteItemError, DeleteItemOutput};
use aws_sdk_dynamodb::operation::get_item::GetItemError;
use aws_sdk_dynamodb::operation::put_item::PutItemError;
use aws_sdk_dynamodb::operation::transact_get_items::TransactGetItemsError;
use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::operation::update_item::{UpdateItemError, UpdateItemOutput};
use aws_sdk_dynamodb::types::{
    CancellationReason, Get, KeysAndAttributes, ReturnValue, TransactGetItem,
};

use crate::model::raw_key::RawKey;
use crate::read::consistency::Consistency;
use crate::value::item::Item;
use crate::value::item_size;
use crate::wire::actions::Actions;
use crate::wire::attempts::{Attempts, Earlier, HasBody, Resend};
use crate::wire::call::{Call, Meter};
use crate::wire::failure::{Failure, failure, failure_of, failure_of_reason};
use crate::wire::guarded::guarded;
use crate::wire::rate::Asks;
use crate::wire::retry::{Pause, Retry};
use crate::write::lower::{Lowered, LoweredEffect};
use crate::write::target::Target;

/// The outcome of a request that writes.
pub(crate) enum Answer {
    /// The write was applied. An update returns the item after the write, or the item before it if that was requested.
    Done(Option<Item>),
    /// The condition was false on this item.
    Refused {
        item: Option<Item>,
        /// What happened to earlier attempts of the same request.
        earlier: Earlier,
        /// What that attempt got instead of an answer, if it was part of this call.
        lost: Option<BoxError>,
    },
    /// The write was not applied, for another reason.
    Failed(Failure),
    /// The answer was lost.
    Lost(Failure),
}

/// Sends a write. `earlier` says what happened to its attempts before this call.
pub(crate) async fn send(
    call: &Arc<Call>,
    lowered: Lowered,
    resend: Resend,
    earlier: Earlier,
) -> Answer {
    let Lowered {
        table,
        effect,
        condition,
        names,
        values,
        returns_old,
        ..
    } = lowered;
    let client = &call.connection.client;
    let attempts = Attempts::new(call, resend, earlier);
    /// Sends a request and evaluates the answer, in the same way for all three operations.
    macro_rules! sent {
        ($request:expr, $error:ident, $item:expr) => {{
            let request = guarded!($request, table, condition, names, values)
                .set_return_consumed_capacity(call.return_capacity())
                .customize()
                .config_override(attempts.clone().into_config());
            call.turn(Asks::Writes(1)).await;
            let answer = request.send().await.map(|mut output| {
                call.wrote(output.consumed_capacity.take());
                $item(output)
            });
            attempts.answer(answer, |error| match error {
                $error::ConditionalCheckFailedException(refusal) => refusal.item,
                _ => None,
            })
        }};
    }
    match effect {
        LoweredEffect::Put(item) => {
            let request = client.put_item().set_item(Some(item));
            sent!(request, PutItemError, |_| None)
        }
        LoweredEffect::Update { key, update } => {
            let request = client
                .update_item()
                .set_key(Some(key))
                // DynamoDB does not accept an empty expression.
                .set_update_expression(Some(update).filter(|update| !update.is_empty()))
                .return_values(if returns_old {
                    ReturnValue::AllOld
                } else {
                    ReturnValue::AllNew
                });
            sent!(request, UpdateItemError, |updated: UpdateItemOutput| {
                updated.attributes
            })
        }
        LoweredEffect::Delete { key } => {
            let old = returns_old.then_some(ReturnValue::AllOld);
            let request = client.delete_item().set_key(Some(key));
            let request = request.set_return_values(old);
            sent!(request, DeleteItemError, |deleted: DeleteItemOutput| {
                deleted.attributes
            })
        }
        // A check is only possible in a transaction.
        LoweredEffect::Check { .. } => Answer::Failed(failure_of("a check cannot be sent alone")),
    }
}

impl Attempts {
    /// Returns the outcome of a write from its answer and from what happened to its attempts.
    fn answer<E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static>(
        &self,
        answer: Result<Option<Item>, SdkError<E, HttpResponse>>,
        item: impl FnOnce(E) -> Option<Item>,
    ) -> Answer {
        match answer {
            Ok(item) => Answer::Done(item),
            // The SDK's error of a refusal prints the item, so it is dropped here.
            Err(SdkError::ServiceError(error))
                if error.err().code() == Some("ConditionalCheckFailedException") =>
            {
                Answer::Refused {
                    item: item(error.into_err()),
                    earlier: self.earlier(),
                    lost: self.take_lost(),
                }
            }
            Err(error) if self.earlier() == Earlier::MaybeApplied => {
                let mut failure = failure(error).into_no_answer();
                // A definite answer, such as throttling, followed a lost answer. It does not say what happened to the earlier
                // attempt.
                if !self.last_is_ambiguous()
                    && let Some(lost) = self.take_lost()
                {
                    failure.source = lost;
                }
                Answer::Lost(failure)
            }
            Err(error) => Answer::Failed(failure(error)),
        }
    }
}

/// The outcome of a request for a transaction.
pub(crate) enum TransactAnswer {
    Done,
    /// The transaction was not applied. There is a reason for each action.
    Cancelled(Vec<CancellationReason>),
    Failed(Failure),
    /// The answer was lost, or the same transaction is still running.
    Lost(Failure),
}

/// Sends a transaction with one request. Its token makes it safe to send it again.
pub(crate) async fn transact(
    call: &Arc<Call>,
    actions: &Actions,
    earlier: Earlier,
) -> TransactAnswer {
    let attempts = Attempts::new(call, Resend::Never, earlier);
    // A transaction costs twice the units of single writes.
    call.turn(Asks::Writes(2 * actions.writes.len())).await;
    let answer = call
        .connection
        .client
        .transact_write_items()
        .set_transact_items(Some(actions.items()))
        .client_request_token(actions.token.text())
        .set_return_consumed_capacity(call.return_capacity())
        .customize()
        .config_override(attempts.clone().into_config())
        .interceptor(actions.same_bytes())
        .send()
        .await;
    match answer {
        Ok(output) => {
            let capacity = output.consumed_capacity.into_iter().flatten();
            call.wrote_all(capacity, 2 * actions.writes.len());
            TransactAnswer::Done
        }
        Err(SdkError::ServiceError(error))
            if error.err().code() == Some("TransactionCanceledException") =>
        {
            // The SDK's reasons print items, so they are dropped here.
            match error.into_err() {
                TransactWriteItemsError::TransactionCanceledException(cancelled) => {
                    TransactAnswer::Cancelled(cancelled.cancellation_reasons.unwrap_or_default())
                }
                other => TransactAnswer::Failed(failure_of(other)),
            }
        }
        Err(error) if attempts.earlier() == Earlier::MaybeApplied => {
            TransactAnswer::Lost(failure(error).into_no_answer())
        }
        Err(error) => TransactAnswer::Failed(failure(error)),
    }
}

/// The outcome of a batch.
pub(crate) struct Batch {
    /// Each item with its table.
    pub(crate) found: Vec<(String, Item)>,
    /// The keys that were not read before the retries ended.
    pub(crate) unread: Vec<Target>,
    /// The last failure; `None` if DynamoDB left the rest unprocessed.
    pub(crate) failure: Option<Failure>,
}

/// Reads items with strong consistency, in batches of 100. Unprocessed keys and temporary failures are read again after a pause.
pub(crate) async fn batch_get(call: &Arc<Call>, wanted: &[Target]) -> Batch {
    let mut batch = Batch {
        found: Vec::with_capacity(wanted.len()),
        unread: Vec::new(),
        failure: None,
    };
    let mut retry = Retry::start(call);
    let mut rest = wanted;
    while !rest.is_empty() {
        let (chunk, after) = rest.split_at(rest.len().min(100));
        if let Err((unread, failure)) = chunk_get(call, chunk, &mut retry, &mut batch.found).await {
            batch.unread = unread;
            batch.unread.extend(after.iter().cloned());
            batch.failure = failure;
            return batch;
        }
        rest = after;
    }
    batch
}

/// With at least this many bytes of items, an answer may leave keys unprocessed because of its size, and not because of the rate.
///
/// [BatchGetItem](https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchGetItem.html): more than 1 MB of a
/// partition, or 16 MB in all.
const CUT_OFF: usize = 1024 * 1024;

/// Why a chunk was not read completely, and which of its keys.
type Unread = (Vec<Target>, Option<Failure>);

async fn chunk_get(
    call: &Arc<Call>,
    chunk: &[Target],
    retry: &mut Retry<'_>,
    found: &mut Vec<(String, Item)>,
) -> Result<(), Unread> {
    let mut tables: HashMap<String, Vec<Item>> = HashMap::new();
    for Target { table, key, .. } in chunk {
        tables.entry(table.clone()).or_default().push(key.to_item());
    }
    let keys = |(table, keys)| {
        let keys = KeysAndAttributes::builder()
            .set_keys(Some(keys))
            .consistent_read(true)
            .build();
        Ok((table, keys?))
    };
    let mut request: HashMap<String, KeysAndAttributes> = tables
        .into_iter()
        .map(keys)
        .collect::<Result<_, BuildError>>()
        .map_err(|error| (chunk.to_vec(), Some(failure_of(error))))?;
    while !request.is_empty() {
        let attempts = Attempts::new(call, Resend::Never, Earlier::NotApplied);
        let keys = request.values().map(|keys| keys.keys().len());
        call.turn(Asks::Items(keys.sum())).await;
        let answer = call
            .connection
            .client
            .batch_get_item()
            .set_request_items(Some(request.clone()))
            .set_return_consumed_capacity(call.return_capacity())
            .customize()
            .config_override(attempts.into_config())
            .send()
            .await
            .map_err(failure::<BatchGetItemError>);
        let unread = |request: &HashMap<String, KeysAndAttributes>| {
            let left = |target: &&Target| {
                let keys = request.get(&target.table);
                keys.is_some_and(|keys| keys.keys().iter().any(|key| target.key.is_key_of(key)))
            };
            chunk.iter().filter(left).cloned().collect::<Vec<_>>()
        };
        let output = match answer {
            Ok(output) => output,
            Err(failure) if retry.again_after(&failure, &chunk[0].table).await => continue,
            Err(failure) => return Err((unread(&request), Some(failure))),
        };
        call.read(output.consumed_capacity.into_iter().flatten());
        let mut bytes = 0;
        for (table, items) in output.responses.into_iter().flatten() {
            bytes += items.iter().map(item_size).sum::<usize>();
            found.extend(items.into_iter().map(|item| (table.clone(), item)));
        }
        request = output.unprocessed_keys.unwrap_or_default();
        if !request.is_empty() && bytes < CUT_OFF {
            call.throttled();
        }
        if !request.is_empty() && !retry.again(Pause::Backoff).await {
            return Err((unread(&request), None));
        }
    }
    Ok(())
}

/// Reads items as one snapshot with one request, in the order of their keys.
pub(crate) async fn transact_get(
    call: &Arc<Call>,
    wanted: &[Target],
) -> Result<Vec<Option<Item>>, Failure> {
    let get = |Target { table, key, .. }: &Target| {
        let get = Get::builder()
            .table_name(table)
            .set_key(Some(key.to_item()))
            .build();
        Ok(TransactGetItem::builder().get(get?).build())
    };
    let items = wanted
        .iter()
        .map(get)
        .collect::<Result<Vec<_>, BuildError>>()
        .map_err(failure_of)?;
    let attempts = Attempts::new(call, Resend::Never, Earlier::NotApplied);
    let answer = call
        .connection
        .client
        .transact_get_items()
        .set_transact_items(Some(items))
        .set_return_consumed_capacity(call.return_capacity())
        .customize()
        .config_override(attempts.into_config())
        .send()
        .await;
    let output = match answer {
        Ok(output) => output,
        Err(error) => {
            let reasons = match error.as_service_error() {
                Some(TransactGetItemsError::TransactionCanceledException(cancelled)) => {
                    cancelled.cancellation_reasons().to_vec()
                }
                _ => Vec::new(),
            };
            // Any of the reasons explains the failure, because none of them is about an item.
            let told = reasons.into_iter().find_map(failure_of_reason);
            return Err(told.unwrap_or_else(|| failure(error)));
        }
    };
    call.read(output.consumed_capacity.into_iter().flatten());
    let responses = output.responses.unwrap_or_default();
    Ok(responses
        .into_iter()
        .map(|response| response.item)
        .collect())
}

/// Reads one item.
pub(crate) async fn get(
    call: &Arc<Call>,
    table: &str,
    key: &RawKey,
    consistency: Consistency,
    resend: Resend,
) -> Result<Option<Item>, Failure> {
    get_part(call, table, key, consistency, resend, None).await
}

/// Reads some attributes of an item, with a projection and the names of its placeholders.
pub(crate) async fn get_part(
    call: &Arc<Call>,
    table: &str,
    key: &RawKey,
    consistency: Consistency,
    resend: Resend,
    part: Option<(String, HashMap<String, String>)>,
) -> Result<Option<Item>, Failure> {
    let (projection, names) = part.unzip();
    call.turn(Asks::Items(1)).await;
    let request = call
        .connection
        .client
        .get_item()
        .table_name(table)
        .set_key(Some(key.to_item()))
        .consistent_read(consistency.is_strong())
        .set_projection_expression(projection)
        .set_expression_attribute_names(names)
        .set_return_consumed_capacity(call.return_capacity());
    let request = request.customize();
    let request = if call.meter > Meter::Nothing {
        let attempts = Attempts::new(call, resend, Earlier::NotApplied);
        request.config_override(attempts.into_config())
    } else {
        request.interceptor(HasBody)
    };
    match request.send().await {
        Ok(output) => {
            call.read(output.consumed_capacity);
            Ok(output.item)
        }
        Err(error) => Err(failure::<GetItemError>(error)),
    }
}
