//! Scans: every partition of a table or of an index, in one segment or in several.
use std::marker::PhantomData;
use std::sync::Arc;

use crate::outcome::watch::Unwatched;
use crate::wire::connection::Connection;

use super::amount::Unsaid;
use super::sending::Spec;
use super::shape::Whole;
use super::source::Source;
use super::{Everywhere, Query};

/// A scan that is not sent yet: [`Store::scan`](crate::Store::scan) and [`Store::scan_index`](crate::Store::scan_index).
///
/// A scan is a [`Query`] of every partition. In a table with several item types, a filter on the literal beginnings of the key templates
/// leaves out items of the other types. These items are still paid for, and counted as examined.
///
/// A scan is not a snapshot. It misses an item that is created before its position, or that a change of its index key moves there.
///
/// ```no_run
/// # use dynacond::{Store, Versioned};
/// # async fn f<Order: Versioned + dynacond::Queryable<Item = Order>>(store: Store) -> dynacond::Result<()>
/// # where Order: dynacond::operators::WholeItems {
/// let count = store.scan::<Order>().segments(8).units_per_second(200.0).count().send().await?;
/// println!("{} orders among {} items", count.matched, count.examined);
/// # Ok(())
/// # }
/// ```
pub type Scan<Q, A = Unsaid, S = Whole, W = Unwatched> = Query<Q, A, S, Everywhere, W>;

impl<Q: Source> Scan<Q> {
    pub(crate) fn over(connection: Arc<Connection>) -> Self {
        Self {
            spec: Spec::of::<Q>(connection, None),
            amount: Unsaid,
            watch: Unwatched,
            of: PhantomData,
        }
    }
}

impl<Q, A, S, W> Query<Q, A, S, Everywhere, W> {
    /// Sets the number of segments, from 1 to 1,000,000; the default is 1. Their pages are read at the same time. This needs no runtime, because
    /// the task that awaits the scan drives all segments. One page for each segment is in memory.
    #[doc(alias("parallel_scan", "total_segments", "TotalSegments"))]
    pub fn segments(mut self, segments: usize) -> Self {
        self.spec.segments = segments;
        self
    }
}
