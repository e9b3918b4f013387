//! Queries: a partition, a range of its sort key, a filter, and how much of it.
pub(crate) mod amount;
pub(crate) mod collection;
pub(crate) mod page;
pub(crate) mod shape;
pub(crate) mod source;
pub(crate) mod stream;

use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;

use aws_sdk_dynamodb::types::AttributeValue;
use tracing::Instrument as _;

use crate::error::error::Result;
use crate::expression::condition::IntoCondition;
use crate::expression::key_condition::in_partition;
use crate::expression::projection::ProjectedBy;
use crate::expression::sort_key::{IntoSortCondition, SortConditions, SortState};
use crate::expression::tree::node::Node;
use crate::model::invalid::InvalidInput;
use crate::model::item::Versioned;
use crate::model::partition::Partition;
use crate::model::queryable::Queryable;
use crate::model::schema::Schema;
use crate::outcome::collect::{Collected, Wanted, collect};
use crate::outcome::pages::Pages;
use crate::outcome::read_trace::ReadTrace;
use crate::read::cursor::{Cursor, Fingerprint};
use crate::read::preview::ReadPreview;
use crate::read::read::Read;
use crate::read::seen;
use crate::wire::call::{Call, Metered};
use crate::wire::connection::Connection;
use crate::write::target::Subject;

use amount::{All, Amount, Counted, First, OnePage, Unsaid};
use shape::{Fresh, Part, Shape, Values, Whole};
use source::{Consistent, Source};
use stream::Results;

/// A query that is not sent yet: [`Store::query`](crate::Store::query).
#[must_use = "nothing is sent until how much is said, and `.send().await`"]
pub struct Query<Q, A = Unsaid, S = Whole> {
    spec: Box<Spec>,
    amount: A,
    of: PhantomData<fn() -> (Q, S)>,
}

/// What is the same for every type.
pub(crate) struct Spec {
    pub(crate) connection: Arc<Connection>,
    /// All but the conditions on the sort key.
    pub(crate) read: Read,
    pub(crate) schema: &'static Schema,
    pub(crate) sort: Option<SortState>,
    /// Why it cannot be sent.
    pub(crate) invalid: Option<InvalidInput>,
    pub(crate) after: Option<Cursor>,
    pub(crate) examine_at_most: Option<usize>,
    pub(crate) bound_to: Vec<u8>,
}

impl<Q, A, S> fmt::Debug for Query<Q, A, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.spec.read.subject.named())
    }
}

impl<Q, A, S> Query<Q, A, S> {
    fn becomes<B, T>(self, amount: B) -> Query<Q, B, T> {
        Query {
            spec: self.spec,
            amount,
            of: PhantomData,
        }
    }
}

impl<Q: Source, A, S> Query<Q, A, S> {
    /// Returns only items for which this condition is true. DynamoDB evaluates a filter after it has read the items, so a filter saves no
    /// units.
    ///
    /// With a second filter, both must be true. The filter of a query cannot name key attributes of the table or index that is queried: use
    /// `.sort_key(..)` for those.
    pub fn filter<C: IntoCondition<Q::Filtered>>(
        mut self,
        filter: impl FnOnce(Q::Attributes) -> C,
    ) -> Self {
        let node = filter(Q::ATTRIBUTES).into_condition().node;
        let filter = self.spec.read.filter.take();
        self.spec.read.filter = Node::all(filter.into_iter().chain([node]));
        self
    }

    /// Returns items in descending order of the sort key.
    pub fn descending(mut self) -> Self {
        self.spec.read.descending = true;
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

impl<Q: Queryable, A, S> Query<Q, A, S> {
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

impl<Q: Source + Consistent, A, S> Query<Q, A, S> {
    /// At half the read units, and perhaps of an earlier state: an item may be old, or be missing.
    pub fn eventually_consistent(mut self) -> Self {
        self.spec.read.consistent = false;
        self
    }
}

impl<Q: Source> Query<Q> {
    pub(crate) fn of(connection: Arc<Connection>, partition: Partition<Q>) -> Self {
        Self {
            spec: Spec::of(connection, "query", Some(partition)),
            amount: Unsaid,
            of: PhantomData,
        }
    }
}

impl<Q: Source, S> Query<Q, Unsaid, S> {
    /// One page of at most `results` results that match. `results` is at least 1.
    pub fn page(self, results: usize) -> Query<Q, OnePage, S> {
        self.becomes(OnePage(results))
    }

    /// All results, in memory.
    pub fn all(self) -> Query<Q, All, S> {
        self.becomes(All)
    }

    /// The first result.
    pub fn first(self) -> Query<Q, First, S> {
        self.becomes(First)
    }
}

impl<Q: Source> Query<Q, Unsaid, Whole> {
    /// How many results there are. Counting costs what reading costs.
    pub fn count(self) -> Query<Q, Counted, Whole> {
        self.becomes(Counted)
    }
}

impl<Q: Source, A> Query<Q, A, Whole> {
    /// As plain values, where nothing will be saved: neither the raw item nor the version is kept.
    pub fn values(self) -> Query<Q, A, Values> {
        let Self { spec, amount, .. } = self;
        Query {
            spec,
            amount,
            of: PhantomData,
        }
    }

    /// Each result read again from the table, consistently, and held against the query once more: what an index lists may
    /// be old, or project too little. The outcome says how many were `gone`, and how many have `changed`.
    pub fn fetch(self) -> Query<Q, A, Fresh> {
        let Self { spec, amount, .. } = self;
        Query {
            spec,
            amount,
            of: PhantomData,
        }
    }
}

impl<Q: Queryable, A> Query<Q, A, Whole>
where
    Q::Item: Versioned,
{
    /// Some attributes of each item: a struct with [`#[derive(Projection)]`](derive@crate::Projection). DynamoDB reads the whole
    /// item and charges for it; less is sent.
    ///
    /// The key comes with them, and version and write id where what is read has them.
    pub fn project<P: ProjectedBy<Q>>(self) -> Query<Q, A, Part<P>> {
        let Self {
            mut spec, amount, ..
        } = self;
        let model = const { &<Q::Item as Versioned>::MODEL };
        let stamps = model.version.into_iter().chain(model.write_id);
        let has = |name: &&str| {
            let projected = spec.read.projected.as_ref();
            projected.is_none_or(|projected| projected.contains(name))
        };
        let position = spec.read.position.iter().copied();
        let besides: Vec<_> = position.chain(stamps.filter(has)).collect();
        spec.read.projection = seen::paths::<P>(besides);
        Query {
            spec,
            amount,
            of: PhantomData,
        }
    }
}

impl<Q: Source, S: Shape<Q>> Query<Q, Unsaid, S> {
    /// The results one after the other, with one page of the service in memory. What would be refused before anything is
    /// sent is the first result.
    pub fn stream(self) -> Results<Q, S> {
        Results::of(self.spec)
    }
}

impl<Q: Source, A, S> Query<Q, A, S> {
    /// Sends the query: as many requests as it takes until there are enough results, or the end is seen.
    ///
    /// # Errors
    /// [`Error::Invalid`](crate::Error::Invalid), [`Error::Expression`](crate::Error::Expression) and [`Error::Cursor`](crate::Error::Cursor) before anything is sent; [`Error::Decode`](crate::Error::Decode) names
    /// the key of an item that does not decode (`.stream()` goes on after one); and those of the service.
    pub async fn send(self) -> Result<A::Output<Q, S>>
    where
        A: Amount,
        S: Shape<Q>,
    {
        let call = Arc::new(Call::new(Arc::clone(&self.spec.connection), false));
        self.run(&call).await
    }

    /// As [`send`](Self::send), and tells what capacity units DynamoDB reported for all the requests together.
    pub async fn send_metered(self) -> Metered<Result<A::Output<Q, S>>>
    where
        A: Amount,
        S: Shape<Q>,
    {
        let call = Arc::new(Call::new(Arc::clone(&self.spec.connection), true));
        let outcome = self.run(&call).await;
        Metered::new(outcome, &call)
    }

    async fn run(self, call: &Arc<Call>) -> Result<A::Output<Q, S>>
    where
        A: Amount,
        S: Shape<Q>,
    {
        let Self { spec, amount, .. } = self;
        let wanted = Wanted {
            examine_at_most: spec.examine_at_most,
            fetch: S::FETCH,
            ..amount.wanted()?
        };
        if wanted.examine_at_most.is_some() && !wanted.and_whether_more {
            // Anything but a page would be cut off, and nobody would be told.
            return Err(InvalidInput::ExamineAtMost.into());
        }
        let found = Box::pin(spec.collect(call, wanted, A::COUNT)).await?;
        amount.output::<Q, S>(found)
    }
}

/// What a query came to, before it is decoded.
#[derive(Debug)]
pub struct Found {
    pub(crate) collected: Collected,
    pub(crate) next: Option<Cursor>,
    pub(crate) pages: usize,
    pub(crate) table: String,
}

/// A query that may be sent: rules, limits and cursor were checked.
pub(crate) struct Begun {
    pub(crate) read: Arc<Read>,
    pub(crate) pages: Pages,
    pub(crate) fingerprint: Fingerprint,
}

impl Begun {
    /// A cursor of this query.
    pub(crate) fn cursor(&self, position: Vec<AttributeValue>) -> Cursor {
        Cursor {
            fingerprint: self.fingerprint,
            position,
        }
    }
}

impl Spec {
    /// A query of a partition, or a scan, with nothing said besides.
    pub(crate) fn of<Q: Source>(
        connection: Arc<Connection>,
        verb: &'static str,
        partition: Option<Partition<Q>>,
    ) -> Box<Self> {
        let (schema, model) = (const { &Q::SCHEMA }, const { &<Q::Of as Versioned>::MODEL });
        let mut position: Vec<_> = model.key_names().collect();
        let of_index = schema.keys().filter(|name| !position.contains(name));
        let of_index: Vec<_> = of_index.collect();
        position.extend(of_index);
        let (key_condition, invalid) = partition.map(in_partition).unzip();
        // An index projects its own keys and the table's, whatever else.
        let projected = |included: &[&'static str]| [included, &position].concat();
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
                projected: schema.projected.map(projected),
                position,
                table_keys: model.table_keys(),
                keys: schema.keys().collect(),
                checks: Vec::new(),
                key_condition: key_condition.flatten(),
                filter: None,
                projection: Vec::new(),
                consistent: schema.consistent && connection.consistent,
                descending: false,
                count: false,
            },
            connection,
            schema,
            sort: None,
            invalid: invalid.flatten(),
            after: None,
            examine_at_most: None,
            bound_to: Vec::new(),
        })
    }

    /// The whole read, with what was said of the sort key.
    pub(crate) fn read(&self) -> Result<Read> {
        let SortConditions {
            nodes,
            checks,
            invalid,
        } = self.sort.clone().unwrap_or_default().finish(self.schema);
        if let Some(invalid) = self.invalid.clone().or(invalid) {
            return Err(invalid.into());
        }
        let mut read = self.read.clone();
        read.checks = checks;
        let partition = read.key_condition.take();
        read.key_condition = Node::all(partition.into_iter().chain(nodes));
        Ok(read)
    }

    /// Checks all that can be checked before a request.
    pub(crate) fn begin(mut self: Box<Self>, call: &Arc<Call>, count: bool) -> Result<Begun> {
        let mut read = self.read()?;
        read.count = count;
        let lowered = read.lower()?;
        let fingerprint = read.fingerprint(&lowered, &self.bound_to);
        let start = |cursor: Cursor| cursor.start(fingerprint, &read.position);
        let after = self.after.take().map(start).transpose()?;
        let read = Arc::new(read);
        Ok(Begun {
            pages: Pages::new(call, &read, lowered, None, after),
            read,
            fingerprint,
        })
    }

    async fn collect(
        self: Box<Self>,
        call: &Arc<Call>,
        wanted: Wanted,
        count: bool,
    ) -> Result<Found> {
        let mut begun = self.begin(call, count)?;
        let read = Arc::clone(&begun.read);
        let trace = ReadTrace::start(call, &read);
        let sending = collect(call, &read, &mut begun.pages, wanted);
        let outcome = sending.instrument(trace.span()).await;
        trace.end(outcome.as_ref().map(Some), begun.pages.count);
        let mut collected = outcome?;
        let next = collected.next.take().map(|position| begun.cursor(position));
        Ok(Found {
            collected,
            next,
            pages: begun.pages.count,
            table: read.subject.table.clone(),
        })
    }
}
