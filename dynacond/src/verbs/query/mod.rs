//! Queries and scans: a partition or everything, a range of the sort key, a filter, and how much of it.
pub(crate) mod amount;
pub(crate) mod collection;
pub(crate) mod page;
pub(crate) mod scan;
pub(crate) mod sending;
pub(crate) mod shape;
pub(crate) mod source;
pub(crate) mod stream;

use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;

use crate::error::error::Result;
use crate::expression::condition::IntoCondition;
use crate::expression::projection::ProjectedBy;
use crate::expression::sort_key::IntoSortCondition;
use crate::expression::tree::node::Node;
use crate::model::invalid::InvalidInput;
use crate::model::item::Versioned;
use crate::model::partition::Partition;
use crate::model::queryable::Queryable;
use crate::outcome::progress::Progress;
use crate::outcome::watch::{Seeing, Unwatched, Watch};
use crate::read::checkpoint::Checkpoint;
use crate::read::cursor::Cursor;
use crate::read::preview::ReadPreview;
use crate::read::seen;
use crate::wire::call::Metered;
use crate::wire::connection::Connection;

use amount::{All, Amount, Counted, First, OnePage, Unsaid};
use sending::{Sending, Spec};
use shape::{Fresh, Part, Shape, Values, Whole};
use source::{Consistent, Source};
use stream::Results;

/// A query of one partition that is not sent yet: [`Store::query`](crate::Store::query). A [`Scan`](crate::Scan) is the same of every
/// partition.
///
/// Its type says what is read, how much of it, in which form, from where, and who watches.
#[must_use = "nothing is sent until how much is said, and `.send().await`"]
pub struct Query<Q, A = Unsaid, S = Whole, R = InPartition, W = Unwatched> {
    pub(crate) spec: Box<Spec>,
    pub(crate) amount: A,
    pub(crate) watch: W,
    pub(crate) of: PhantomData<fn() -> (Q, S, R)>,
}

/// It reads one partition.
#[derive(Clone, Copy, Debug)]
pub struct InPartition;
/// It reads every partition.
#[derive(Clone, Copy, Debug)]
pub struct Everywhere;

impl<Q, A, S, R, W> fmt::Debug for Query<Q, A, S, R, W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.spec.read.subject.named())
    }
}

impl<Q, A, S, R, W> Query<Q, A, S, R, W> {
    pub(crate) fn becomes<B, T>(self, amount: B) -> Query<Q, B, T, R, W> {
        Query {
            spec: self.spec,
            amount,
            watch: self.watch,
            of: PhantomData,
        }
    }
}

impl<Q: Source, A, S, R, W> Query<Q, A, S, R, W> {
    /// Returns only items for which this condition is true. DynamoDB evaluates a filter after it has read the items, so a filter saves no
    /// units.
    ///
    /// With a second filter, both must be true. The filter of a query cannot name key attributes of the table or index that is queried: use
    /// `.sort_key(..)` for those. The filter of a scan may name every attribute.
    pub fn filter<C: IntoCondition<Q::Filtered>>(
        mut self,
        filter: impl FnOnce(Q::Attributes) -> C,
    ) -> Self {
        let node = filter(Q::ATTRIBUTES).into_condition().node;
        let filter = self.spec.read.filter.take();
        self.spec.read.filter = Node::all(filter.into_iter().chain([node]));
        self
    }

    /// Continues after a cursor of the same query, which comes from [`Page::next`](crate::Page::next). `None` means the beginning.
    ///
    /// A cursor of another query is [`Error::Cursor`](crate::Error::Cursor) when the query is sent.
    pub fn after(mut self, cursor: impl Into<Option<Cursor>>) -> Self {
        self.spec.after = cursor.into();
        self
    }

    /// Continues after a cursor that was given out as a text, by [`Cursor::token`]. `None` means the beginning.
    ///
    /// # Errors
    /// [`Error::Cursor`](crate::Error::Cursor) if the text is malformed, or was not signed with one of the store's cursor keys. Whether the
    /// cursor belongs to this query is asked when the query is sent. An HTTP service answers either with 400.
    pub fn after_token(mut self, token: Option<&str>) -> Result<Self> {
        let keys = &self.spec.connection.cursor_keys;
        self.spec.after = token.map(|token| keys.verify(token)).transpose()?;
        Ok(self)
    }

    /// Binds the query's cursors to data of the caller's, such as a tenant or a user: a cursor that was given out to
    /// another one is refused.
    pub fn bound_to(mut self, data: impl AsRef<[u8]>) -> Self {
        let data = data.as_ref();
        self.spec.bound_to.extend(data.len().to_be_bytes());
        self.spec.bound_to.extend(data);
        self
    }

    /// Examines at most so many items for a page, whatever the filter lets pass. Only then may a page be short and have a
    /// next one all the same; and then its cursor may name an item that the filter has hidden.
    pub fn examine_at_most(mut self, items: usize) -> Self {
        self.spec.examine_at_most = Some(items);
        self
    }

    /// What the query would send at first.
    ///
    /// # Errors
    /// As [`send`](Self::send), before anything is sent.
    pub fn preview(&self) -> Result<ReadPreview> {
        Ok(ReadPreview::of(&self.spec.read()?)?)
    }
}

impl<Q: Source, A, S, R, W> Query<Q, A, S, R, W> {
    /// At most so many capacity units a second, reads and writes together: a positive number. Each request waits until those
    /// before it are paid for, by the units that DynamoDB reports, and pages stay as small as a second's units. When DynamoDB
    /// throttles, the rate is halved, and comes back within ten seconds.
    ///
    /// The rate is of this call alone. The client must be able to wait: the SDK's default configuration is.
    pub fn units_per_second(mut self, units: f64) -> Self {
        self.spec.units_per_second = Some(units);
        self
    }

    /// Goes on where another run of the same read has come to. Takes a [`Checkpoint`] or an `Option` of one; `None` begins at the
    /// beginning.
    ///
    /// [`Error::Checkpoint`](crate::Error::Checkpoint) if the checkpoint is of another read, or of another number of segments:
    /// nothing is sent.
    pub fn resume(mut self, checkpoint: impl Into<Option<Checkpoint>>) -> Self {
        self.spec.resume = checkpoint.into();
        self
    }

    /// Calls this with the [`Progress`] after every page, and about once a second while items are written. A second closure is
    /// called besides. Keep [`Progress::checkpoint`] where a crash does not reach it.
    pub fn on_progress<P: FnMut(&Progress)>(self, see: P) -> Query<Q, A, S, R, Seeing<W, P>> {
        let Self {
            spec,
            amount,
            watch,
            of,
        } = self;
        Query {
            spec,
            amount,
            watch: Seeing(watch, see),
            of,
        }
    }
}

impl<Q: Queryable, A, S, W> Query<Q, A, S, InPartition, W> {
    /// Only a part of the partition, by its sort key. The closure gets the first part of the sort key, and an equality gives
    /// the next part: `|k| k.placed.eq("2026-10-05").id.begins_with("a")`. Nothing else is read or paid for.
    pub fn sort_key<C: IntoSortCondition<Q>>(
        mut self,
        condition: impl FnOnce(Q::SortKey) -> C,
    ) -> Self {
        let sort = condition(Q::SORT_KEY).into_state();
        if self.spec.sort.replace(sort).is_some() {
            // DynamoDB takes one clause on a sort key, and none of the two may vanish.
            self.spec.invalid.get_or_insert(InvalidInput::SortKeyTwice);
        }
        self
    }
}

impl<Q, A, S, W> Query<Q, A, S, InPartition, W> {
    /// Returns items in descending order of the sort key.
    pub fn descending(mut self) -> Self {
        self.spec.read.descending = true;
        self
    }
}

impl<Q: Source + Consistent, A, S, R, W> Query<Q, A, S, R, W> {
    /// At half the read units, and perhaps of an earlier state: an item may be old, or be missing.
    pub fn eventually_consistent(mut self) -> Self {
        self.spec.read.consistent = false;
        self
    }
}

impl<Q: Source> Query<Q> {
    pub(crate) fn of(connection: Arc<Connection>, partition: Partition<Q>) -> Self {
        Self {
            spec: Spec::of(connection, Some(partition)),
            amount: Unsaid,
            watch: Unwatched,
            of: PhantomData,
        }
    }
}

impl<Q: Source, S, R, W> Query<Q, Unsaid, S, R, W> {
    /// One page of at most `results` results that match. `results` is at least 1.
    pub fn page(self, results: usize) -> Query<Q, OnePage, S, R, W> {
        self.becomes(OnePage(results))
    }

    /// All results, in memory.
    pub fn all(self) -> Query<Q, All, S, R, W> {
        self.becomes(All)
    }

    /// The first result.
    pub fn first(self) -> Query<Q, First, S, R, W> {
        self.becomes(First)
    }
}

impl<Q: Source, R, W> Query<Q, Unsaid, Whole, R, W> {
    /// How many results there are. Counting costs what reading costs.
    pub fn count(self) -> Query<Q, Counted, Whole, R, W> {
        self.becomes(Counted)
    }
}

impl<Q: Source, A, R, W> Query<Q, A, Whole, R, W> {
    /// As plain values, where nothing will be saved: neither the raw item nor the version is kept.
    pub fn values(self) -> Query<Q, A, Values, R, W> {
        let (query, amount) = self.apart();
        query.becomes(amount)
    }

    /// Each result read again from the table, consistently, and held against the query once more: what an index lists may
    /// be old, or project too little. The outcome says how many were `gone`, and how many have `changed`.
    pub fn fetch(self) -> Query<Q, A, Fresh, R, W> {
        let (query, amount) = self.apart();
        query.becomes(amount)
    }
}

impl<Q: Queryable, A, R, W> Query<Q, A, Whole, R, W>
where
    Q::Item: Versioned,
{
    /// Some attributes of each item: a struct with [`#[derive(Projection)]`](derive@crate::Projection). DynamoDB reads the whole
    /// item and charges for it; less is sent.
    ///
    /// The key comes with them, and version and write id where what is read has them.
    pub fn project<P: ProjectedBy<Q>>(self) -> Query<Q, A, Part<P>, R, W> {
        let (mut query, amount) = self.apart();
        let spec = &mut query.spec;
        let model = const { &<Q::Item as Versioned>::MODEL };
        let stamps = model.version.into_iter().chain(model.write_id);
        let has = |name: &&str| {
            let projected = spec.read.projected.as_ref();
            projected.is_none_or(|projected| projected.contains(name))
        };
        let position = spec.read.position.iter().copied();
        let besides: Vec<_> = position.chain(stamps.filter(has)).collect();
        spec.read.projection = seen::paths::<P>(besides);
        query.becomes(amount)
    }
}

impl<Q: Source, S: Shape<Q>, R> Query<Q, Unsaid, S, R> {
    /// The results one after the other, with one page of the service in memory for each segment. What would be refused before anything is
    /// sent is the first result.
    pub fn stream(self) -> Results<Q, S> {
        Results::of(self.spec)
    }
}

impl<Q: Source, A, S, R, W> Query<Q, A, S, R, W> {
    /// Sends it: as many requests as it takes until there are enough results, or the end is seen.
    ///
    /// # Errors
    /// [`Error::Invalid`](crate::Error::Invalid), [`Error::Expression`](crate::Error::Expression), [`Error::Cursor`](crate::Error::Cursor) and
    /// [`Error::Checkpoint`](crate::Error::Checkpoint) before anything is sent; [`Error::Decode`](crate::Error::Decode) names
    /// the key of an item that does not decode (`.stream()` goes on after one); and those of the service. Of `modify_each` and
    /// `delete_each` an item's own error is in the report, and a failure of the service is
    /// [`Error::Interrupted`](crate::Error::Interrupted), which carries the report with a checkpoint.
    pub async fn send(self) -> Result<A::Output>
    where
        A: Amount<Q, S>,
        W: Watch,
    {
        let (sending, amount, watch) = self.sending(false)?;
        amount.run(sending, watch).await
    }

    /// As [`send`](Self::send), and tells what capacity units DynamoDB reported for all the requests together.
    pub async fn send_metered(self) -> Metered<Result<A::Output>>
    where
        A: Amount<Q, S>,
        W: Watch,
    {
        match self.sending(true) {
            Ok((sending, amount, watch)) => {
                let call = Arc::clone(&sending.call);
                Metered::new(amount.run(sending, watch).await, &call)
            }
            Err(error) => Metered::unsent(Err(error)),
        }
    }

    fn sending(self, metered: bool) -> Result<(Sending, A, W)>
    where
        A: Amount<Q, S>,
        W: Watch,
    {
        let Self {
            spec,
            amount,
            watch,
            ..
        } = self;
        // Whoever watches is told the units.
        let call = spec.call(metered || W::LOOKS || A::METERED)?;
        Ok((Sending { spec, call }, amount, watch))
    }

    fn apart(self) -> (Query<Q, (), S, R, W>, A) {
        let Self {
            spec,
            amount,
            watch,
            of,
        } = self;
        let query = Query {
            spec,
            amount: (),
            watch,
            of,
        };
        (query, amount)
    }
}
