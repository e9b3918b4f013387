//! Queries and scans: one request for one page.
use std::sync::Arc;

use crate::read::read::LoweredRead;
use crate::value::item::Item;
use crate::wire::attempts::{Attempts, Earlier, Resend};
use crate::wire::call::Call;
use crate::wire::failure::{Failure, failure};
use crate::wire::rate::Asks;

/// The result of one request.
#[derive(Debug, Default)]
pub(crate) struct ServicePage {
    pub(crate) items: Vec<Item>,
    /// The number of items before the filter.
    pub(crate) examined: usize,
    /// The number of items that passed the filter.
    pub(crate) matched: usize,
    /// The position where the read continues. `None` is the only proof of the end.
    pub(crate) last: Option<Item>,
}

/// The segment of a table that a scan reads, and the number of segments.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Segment {
    pub(crate) number: i32,
    pub(crate) of: i32,
}

/// Both requests have these setters, but the SDK has no trait for them.
macro_rules! send {
    ($request:expr, $call:expr, $read:expr, $start:expr, $limit:expr) => {{
        let LoweredRead {
            table,
            index,
            filter,
            projection,
            names,
            values,
            consistency,
            select,
            ..
        } = $read.clone();
        let request = $request
            .table_name(table)
            .set_index_name(index.map(str::to_owned))
            .set_filter_expression(filter)
            .set_projection_expression(projection)
            .set_expression_attribute_names(names)
            .set_expression_attribute_values(values)
            // This is only set if it is `true`. A global index does not accept `true`, and `false` is DynamoDB's default.
            .set_consistent_read(consistency.is_strong().then_some(true))
            .set_select(select)
            .set_exclusive_start_key($start)
            .set_limit($limit)
            .set_return_consumed_capacity($call.return_capacity());
        let attempts = Attempts::new($call, Resend::Never, Earlier::NotApplied);
        $call.turn(Asks::Page($limit)).await;
        let answer = request
            .customize()
            .config_override(attempts.into_config())
            .send()
            .await
            .map_err(failure)?;
        let examined = count_of(answer.scanned_count);
        $call.read_page(answer.consumed_capacity, examined);
        ServicePage {
            items: answer.items.unwrap_or_default(),
            examined,
            matched: count_of(answer.count),
            last: answer.last_evaluated_key,
        }
    }};
}

/// Reads one page with one request.
pub(crate) async fn page(
    call: &Arc<Call>,
    read: &LoweredRead,
    segment: Option<Segment>,
    start: Option<Item>,
    limit: Option<i32>,
) -> Result<ServicePage, Failure> {
    let client = &call.connection.client;
    let limit = call.limit(limit);
    Ok(match &read.key_condition {
        Some(condition) => {
            let query = client
                .query()
                .key_condition_expression(condition)
                .set_scan_index_forward(read.descending.then_some(false));
            send!(query, call, read, start, limit)
        }
        None => {
            let scan = client
                .scan()
                .set_segment(segment.map(|segment| segment.number))
                .set_total_segments(segment.map(|segment| segment.of));
            send!(scan, call, read, start, limit)
        }
    })
}

fn count_of(number: i32) -> usize {
    usize::try_from(number).unwrap_or_default()
}
