//! BatchWriteItem, which puts many items without conditions in one request.
use std::sync::Arc;

use aws_sdk_dynamodb::error::BuildError;
use aws_sdk_dynamodb::operation::batch_write_item::BatchWriteItemError;
use aws_sdk_dynamodb::types::{PutRequest, WriteRequest};

use crate::value::item::Item;
use crate::wire::attempts::{Attempts, Earlier, Resend};
use crate::wire::call::Call;
use crate::wire::failure::{Failure, failure, failure_of};
use crate::wire::rate::Asks;

/// The most items in one request.
///
/// [BatchWriteItem](https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchWriteItem.html)
pub(crate) const MAX_PUTS: usize = 25;

/// The most bytes of JSON in one request.
pub(crate) const MAX_REQUEST: usize = 16 * 1024 * 1024;

/// The outcome of a request.
pub(crate) enum BatchAnswer {
    /// All items were stored, except these, which DynamoDB left unprocessed.
    Done { unprocessed: Vec<Item> },
    /// Nothing was stored.
    Failed(Failure),
    /// The answer was lost. Each of the items may have been stored, or may still be stored.
    Lost(Failure),
}

/// Puts items into one table with a single request.
pub(crate) async fn batch_put(call: &Arc<Call>, table: &str, items: Vec<Item>) -> BatchAnswer {
    let put = |item| {
        let put = PutRequest::builder().set_item(Some(item)).build()?;
        Ok(WriteRequest::builder().put_request(put).build())
    };
    let puts: Result<Vec<_>, BuildError> = items.into_iter().map(put).collect();
    let puts = match puts {
        Ok(puts) => puts,
        Err(error) => return BatchAnswer::Failed(failure_of(error)),
    };
    let writes = puts.len();
    call.turn(Asks::Writes(writes)).await;
    let attempts = Attempts::new(call, Resend::Never, Earlier::NotApplied);
    let answer = call
        .connection
        .client
        .batch_write_item()
        .request_items(table, puts)
        .set_return_consumed_capacity(call.return_capacity())
        .customize()
        .config_override(attempts.clone().into_config())
        .send()
        .await;
    match answer {
        Ok(output) => {
            let left = output.unprocessed_items.into_iter().flatten();
            let left = left.flat_map(|(_, writes)| writes);
            let unprocessed: Vec<_> = left
                .filter_map(|write| write.put_request.map(|put| put.item))
                .collect();
            let capacity = output.consumed_capacity.into_iter().flatten();
            call.wrote_all(capacity, writes.saturating_sub(unprocessed.len()));
            BatchAnswer::Done { unprocessed }
        }
        Err(error) if attempts.earlier() == Earlier::MaybeApplied => {
            BatchAnswer::Lost(failure::<BatchWriteItemError>(error).into_no_answer())
        }
        Err(error) => BatchAnswer::Failed(failure(error)),
    }
}
