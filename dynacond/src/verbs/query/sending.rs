//! Checks and begins a query or a scan. This code is the same for every type.
use std::sync::Arc;

use aws_sdk_dynamodb::types::AttributeValue;
use tracing::Instrument as _;

use crate::error::error::Result;
use crate::expression::key_condition::{in_partition, of_item_type};
use crate::expression::sort_key::{SortConditions, SortState};
use crate::expression::tree::node::Node;
use crate::model::invalid::InvalidInput;
use crate::model::item::Versioned;
use crate::model::key_attribute::KeyAttribute;
use crate::model::partition::Partition;
use crate::outcome::collect::{Collected, Wanted, collect};
use crate::outcome::progress::Tally;
use crate::outcome::read_trace::ReadTrace;
use crate::outcome::walk::Walk;
use crate::outcome::watch::Watch;
use crate::read::checkpoint::{Checkpoint, Position};
use crate::read::consistency::Consistency;
use crate::read::cursor::Cursor;
use crate::read::fingerprint::Fingerprint;
use crate::read::read::Read;
use crate::wire::call::{Call, Meter};
use crate::wire::connection::Connection;
use crate::wire::shared_rate::ChosenRate;
use crate::write::target::Subject;

use super::source::Source;

/// DynamoDB's `TotalSegments`.
///
/// [Scan](https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_Scan.html)
const MAX_SEGMENTS: usize = 1_000_000;

/// The settings of a query or a scan.
pub(crate) struct Spec {
    pub(crate) connection: Arc<Connection>,
    /// The read without the conditions on the sort key.
    pub(crate) read: Read,
    pub(crate) sort: Option<SortState>,
    /// The reason why the read cannot be sent.
    pub(crate) invalid: Option<Box<InvalidInput>>,
    pub(crate) after: Option<Cursor>,
    pub(crate) examine_at_most: Option<usize>,
    pub(crate) bound_to: Vec<Vec<u8>>,
    pub(crate) segments: usize,
    pub(crate) rate: Option<ChosenRate>,
    pub(crate) resume: Option<Checkpoint>,
}

/// A query or a scan with its call.
#[doc(hidden)]
pub struct Sending {
    pub(crate) spec: Box<Spec>,
    pub(crate) call: Arc<Call>,
}

/// The result of a query or a scan before it is decoded.
#[derive(Debug)]
pub(crate) struct Found {
    pub(crate) collected: Collected,
    fingerprint: Fingerprint,
    pub(crate) pages: usize,
    pub(crate) table: String,
}

/// A read that may be sent, after its rules, limits, cursor and checkpoint were checked.
pub(crate) struct Begun {
    pub(crate) read: Arc<Read>,
    pub(crate) walk: Walk,
    /// The positions where the read begins.
    pub(crate) begins: Checkpoint,
}

impl Found {
    /// A cursor of this read.
    pub(crate) const fn cursor(&self, position: Vec<AttributeValue>) -> Cursor {
        Cursor {
            fingerprint: self.fingerprint,
            position,
        }
    }
}

impl std::fmt::Debug for Sending {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.spec.read.subject.named())
    }
}

impl Spec {
    /// A query of a partition, or a scan, with default settings.
    pub(crate) fn of<Q: Source>(
        connection: Arc<Connection>,
        partition: Option<Partition<Q>>,
    ) -> Box<Self> {
        let (schema, model) = (const { &Q::SCHEMA }, const { &<Q::Of as Versioned>::MODEL });
        let verb = if partition.is_some() { "query" } else { "scan" };
        // A query of the table finds its type by the partition and the beginning of the sort key. A scan and an index may meet
        // items of other types, which a filter on the table's keys leaves out. A query's filter cannot name the keys of its index.
        let is_scan = partition.is_none();
        let filter = match schema.index {
            // A collection has only those literals that all of its types have.
            None if is_scan => of_item_type(schema.partition.iter().chain(schema.sort)),
            None => None,
            Some(_) => {
                let keys = std::iter::once(&model.partition_key).chain(&model.sort_key);
                let may_be_named =
                    |key: &&KeyAttribute| is_scan || schema.keys().all(|name| name != key.name);
                of_item_type(keys.filter(may_be_named))
            }
        };
        let (key_condition, invalid) = partition.map(in_partition).unzip();
        Box::new(Self {
            read: Read {
                subject: Subject {
                    table: connection.table_name::<Q::Of>(),
                    item_type: Q::NAME,
                    key: None,
                    verb,
                },
                type_id: typeid::of::<Q::Of>(),
                schema,
                position: const { Q::POSITION.all() },
                table_keys: model.table_keys(),
                keys: const { Q::KEYS.all() },
                checks: Vec::new(),
                key_condition: key_condition.flatten(),
                is_selective: is_scan && filter.is_some(),
                filter,
                projection: Vec::new(),
                consistency: if schema.consistent {
                    connection.consistency
                } else {
                    Consistency::Eventual
                },
                descending: false,
                count: false,
            },
            connection,
            sort: None,
            invalid: invalid.flatten(),
            after: None,
            examine_at_most: None,
            bound_to: Vec::new(),
            segments: 1,
            rate: None,
            resume: None,
        })
    }

    /// Returns the whole read, with the conditions on the sort key.
    pub(crate) fn read(&self) -> Result<Read> {
        let Self {
            read,
            sort,
            invalid,
            ..
        } = self;
        whole(read.clone(), sort.clone(), invalid.clone())
    }

    /// The call of this read, held back by its rate.
    pub(crate) fn call(&self, meter: Meter) -> Result<Arc<Call>> {
        let connection = Arc::clone(&self.connection);
        let Some(rate) = &self.rate else {
            return Ok(Arc::new(Call::new(connection, meter)));
        };
        let rate = rate.start(&connection)?;
        Ok(Arc::new(Call::paced(connection, rate)))
    }

    /// Makes all checks that are possible before a request.
    pub(crate) fn begin(self: Box<Self>, call: &Arc<Call>) -> Result<Begun> {
        let Self {
            read,
            sort,
            invalid,
            after,
            resume,
            bound_to,
            segments,
            ..
        } = *self;
        let read = whole(read, sort, invalid)?;
        if !(1..=MAX_SEGMENTS).contains(&segments) {
            let limit = MAX_SEGMENTS;
            return Err(InvalidInput::Segments { segments, limit }.into());
        }
        let lowered = read.lower()?;
        let fingerprint = read.fingerprint(&lowered, &bound_to);
        let attributes = read.position.len();
        let from = match (after, resume) {
            (None, None) => vec![Position::Beginning; segments],
            (Some(_), Some(_)) => return Err(InvalidInput::TwoBeginnings.into()),
            (Some(_), None) if segments > 1 => return Err(InvalidInput::SegmentsOfPage.into()),
            (Some(cursor), None) => {
                let position = cursor.position(fingerprint, attributes)?;
                vec![Position::After(position)]
            }
            (None, Some(checkpoint)) => checkpoint.positions(fingerprint, segments, attributes)?,
        };
        let read = Arc::new(read);
        Ok(Begun {
            begins: Checkpoint {
                fingerprint,
                segments: from.clone(),
            },
            walk: Walk::new(call, &read, lowered, from),
            read,
        })
    }
}

/// A read with the conditions on its sort key, or with the literal beginning of the sort key.
fn whole(
    mut read: Read,
    sort: Option<SortState>,
    invalid: Option<Box<InvalidInput>>,
) -> Result<Read> {
    if let Some(invalid) = invalid {
        return Err((*invalid).into());
    }
    if read.key_condition.is_some() {
        let SortConditions {
            node,
            checks,
            invalid,
        } = sort
            .unwrap_or_default()
            .finish(read.subject.item_type, read.schema);
        if let Some(invalid) = invalid {
            return Err((*invalid).into());
        }
        read.checks = checks;
        read.key_condition = Node::both(read.key_condition.take(), node);
    }
    Ok(read)
}

impl Sending {
    /// Reads the wanted results, and shows each page to the watcher.
    pub(crate) async fn collect<W: Watch>(self, wanted: Wanted, mut watch: W) -> Result<Found> {
        let Self { spec, call } = self;
        let wanted = Wanted {
            examine_at_most: spec.examine_at_most,
            ..wanted
        };
        if wanted.examine_at_most.is_some() && !wanted.and_whether_more {
            // Any result other than a page would be silently incomplete.
            return Err(InvalidInput::ExamineAtMost.into());
        }
        if wanted.examine_at_most == Some(0) {
            // The read would examine no items, and would look as if it were at its end.
            return Err(InvalidInput::EmptyPage.into());
        }
        if wanted.results.is_some() && spec.segments > 1 {
            return Err(InvalidInput::SegmentsOfPage.into());
        }
        let mut begun = spec.begin(&call)?;
        let read = Arc::clone(&begun.read);
        let mut tally = Tally::new(begun.begins.clone());
        let trace = ReadTrace::start(&call, &read);
        let sending = collect(&call, &mut begun.walk, wanted, |walk, came| {
            tally.examined += came.examined;
            tally.done.segments[came.segment] = walk.position(came.segment);
            watch.see_if(|| tally.progress(&call));
        });
        let outcome = sending.instrument(trace.span()).await;
        // A count returns the number of items, and not the items.
        let returned = |found: &Collected| {
            if read.count {
                found.matched
            } else {
                found.results
            }
        };
        let seen = |found: &Collected| (found.examined, returned(found));
        trace.end(outcome.as_ref().map(seen), begun.walk.count);
        Ok(Found {
            collected: outcome?,
            fingerprint: begun.begins.fingerprint,
            pages: begun.walk.count,
            table: read.subject.table.clone(),
        })
    }
}
