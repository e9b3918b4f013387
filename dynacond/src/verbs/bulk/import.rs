//! `import`: puts items in batches, over what is stored.
use std::fmt;
use std::future::Pending;
use std::iter::Enumerate;
use std::marker::PhantomData;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::vec;

use crate::error::error::{Error, Result};
use crate::error::unwritten::{Unwritten, UnwrittenItem};
use crate::model::item::Versioned;
use crate::outcome::import::{Put, deliver};
use crate::outcome::progress::{Progress, Told};
use crate::outcome::watch::{Seeing, Unwatched, Watch};
use crate::value::json_size;
use crate::verbs::bulk::all::same_key;
use crate::verbs::bulk::pace::Pace;
use crate::verbs::verb::{self, SentByAwait};
use crate::verbs::write_request::{Body, WriteRequest};
use crate::wire::batch_write::{MAX_PUTS, MAX_REQUEST};
use crate::wire::call::{Call, Meter, Metered};
use crate::wire::connection::Connection;
use crate::wire::shared_rate::{ChosenRate, SharedRate};
use crate::write::expectation::Expectation;

/// The most bytes of JSON around all items of a request, and around each item.
const FRAME: usize = 4096;
const PUT_FRAME: usize = 32;

/// The import does not have `.overwriting()` yet.
#[derive(Debug)]
pub enum Unsaid {}
/// The import overwrites existing items.
#[derive(Debug)]
pub enum Overwriting {}

/// An import that may overwrite. Callers cannot implement this trait.
#[diagnostic::on_unimplemented(
    message = "`import` overwrites the items that are stored under its keys: add `.overwriting()`",
    label = "needs `.overwriting()`",
    note = "`create_all` stores items that must not exist yet, and tells which of them did"
)]
pub trait MayOverwrite {}
#[diagnostic::do_not_recommend]
impl<I, W> MayOverwrite for Import<I, Overwriting, W> {}

/// A [`Store::import`](crate::Store::import) that is not sent yet.
#[must_use = "nothing is sent until `.overwriting().send().await`"]
pub struct Import<I, S = Unsaid, W = Unwatched> {
    connection: Arc<Connection>,
    items: Vec<I>,
    pace: Pace<W>,
    said: PhantomData<fn() -> S>,
}

impl<I, S, W> fmt::Debug for Import<I, S, W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Import")
            .field("items", &self.items.len())
            .finish_non_exhaustive()
    }
}

impl<I> Import<I> {
    pub(crate) const fn new(connection: Arc<Connection>, items: Vec<I>) -> Self {
        Self {
            connection,
            items,
            pace: Pace::new(),
            said: PhantomData,
        }
    }
}

impl<I, W> Import<I, Unsaid, W> {
    /// Overwrites what is stored: an existing item is replaced, with all its attributes, its version and its write id.
    pub fn overwriting(self) -> Import<I, Overwriting, W> {
        Import {
            connection: self.connection,
            items: self.items,
            pace: self.pace,
            said: PhantomData,
        }
    }
}

impl<I, S, W> Import<I, S, W> {
    /// Sets how many requests of up to 25 items are in flight at the same time; the default is 16. With `0` nothing is sent, and every item comes
    /// back with [`Invalid`](Error::Invalid).
    pub const fn concurrency(mut self, requests: usize) -> Self {
        self.pace.concurrency = requests;
        self
    }

    /// Sets a rate in capacity units for each second, as DynamoDB reports them. The rate is halved while DynamoDB throttles or leaves items
    /// unprocessed.
    pub fn units_per_second(mut self, units: f64) -> Self {
        self.pace.rate = Some(ChosenRate::Own(units));
        self
    }

    /// Shares a rate with other calls: see [`Store::shared_rate`](crate::Store::shared_rate).
    pub fn shared_rate(mut self, rate: &SharedRate) -> Self {
        self.pace.rate = Some(ChosenRate::Shared(rate.clone()));
        self
    }

    /// Calls the closure with the progress: once a second while items get their outcomes, and at the end. A second closure is called as well.
    pub fn on_progress<P: FnMut(&Progress)>(self, see: P) -> Import<I, S, Seeing<W, P>> {
        Import {
            connection: self.connection,
            items: self.items,
            pace: self.pace.seen_by(see),
            said: PhantomData,
        }
    }
}

/// The result of an import: the number of items if all of them are stored, and otherwise the items that are not stored.
pub type Imported<I> = std::result::Result<usize, Unwritten<I>>;

impl<I: Versioned, W: Watch> Import<I, Overwriting, W> {
    /// Stores the items, and returns their number. Items that DynamoDB leaves unprocessed, and requests that fail for a while, are sent again
    /// after a pause, until the [`RetryPolicy`](crate::RetryPolicy) of the request ends.
    ///
    /// If you drop the future, it is not known which items are stored. You can send the same import again, which overwrites its own
    /// items.
    ///
    /// # Errors
    /// [`Unwritten`] has every item that is not stored, with its position and its error. All other items are stored.
    /// - [`Invalid`](Error::Invalid), [`Encode`](Error::Encode): the item cannot be stored, for example because it has more than
    ///   400 KB. If two items have the same key, it is [`SameKey`](crate::InvalidInput::SameKey), and nothing is sent.
    /// - [`Throttled`](Error::Throttled): DynamoDB left the item unprocessed until the retries ended.
    /// - [`Service`](Error::Service): DynamoDB refused the request.
    /// - [`OutcomeUnknown`](Error::OutcomeUnknown): the answer was lost, and the stored item does not show what happened.
    ///
    /// ```no_run
    /// # use dynacond::{Store, Versioned};
    /// # async fn f<Order: Versioned>(store: Store, orders: Vec<Order>) {
    /// match store.import(orders).overwriting().send().await {
    ///     Ok(written) => println!("{written} orders are stored"),
    ///     Err(unwritten) => {
    ///         for left in &unwritten.items {
    ///             println!("order {} is not: {}", left.position, left.error);
    ///         }
    ///     }
    /// }
    /// # }
    /// ```
    pub async fn send(self) -> Imported<I> {
        self.run(Meter::Requests).await.outcome
    }

    /// Does the same as [`send`](Self::send), and also returns the capacity units that DynamoDB reported for all requests together.
    pub async fn send_metered(self) -> Metered<Imported<I>> {
        self.run(Meter::Units).await
    }

    async fn run(self, meter: Meter) -> Metered<Imported<I>> {
        let connection = &self.connection;
        let request = |item: I| {
            let (key, body) = (item.to_key(), Body::Create(item));
            WriteRequest::new(connection, key, body, Expectation::Nothing)
        };
        let requests: Vec<_> = self.items.into_iter().map(request).collect();
        let items = requests.len();
        let ready = match same_key(requests.iter().map(|request| &request.key)) {
            Some(twice) => Err(twice),
            None => self.pace.call(connection, meter),
        };
        let call = match &ready {
            Ok(call) => call,
            Err(invalid) => {
                let requests = requests.into_iter().enumerate();
                let refused = |(position, request)| unwritten(position, request, invalid.clone());
                return Metered::unsent(imported(items, requests.filter_map(refused).collect()));
            }
        };
        let mut left = Vec::new();
        let chunks = Chunks {
            requests: requests.into_iter().enumerate(),
            held: None,
        };
        let sent = chunks.map(|chunk| async move {
            let part = call.part();
            let items = chunk.puts.len() + chunk.unsendable.len();
            let unwritten = chunk.send(&part).await;
            call.end(&part);
            (items, unwritten)
        });
        let done = |(items, unwritten): (usize, Vec<UnwrittenItem<I>>)| {
            let failed = unwritten.len();
            left.extend(unwritten);
            Told {
                changed: items - failed,
                unchanged: 0,
                failed,
            }
        };
        self.pace.run(call, sent, done).await;
        Metered::new(imported(items, left), call)
    }
}

/// Returns the result for this number of items, of which these are not written.
fn imported<I>(items: usize, mut left: Vec<UnwrittenItem<I>>) -> Imported<I> {
    if left.is_empty() {
        return Ok(items);
    }
    left.sort_by_key(|item| item.position);
    Err(Unwritten {
        written: items - left.len(),
        items: left,
    })
}

/// This impl exists only for its compiler message. An `async fn` would repeat the message at its call, at its future and at its
/// `.await`.
#[doc(hidden)]
impl<I: Versioned, W> Import<I, Unsaid, W> {
    pub fn send(self) -> Pending<Imported<I>>
    where
        Self: MayOverwrite,
    {
        std::future::pending()
    }

    pub fn send_metered(self) -> Pending<Metered<Imported<I>>>
    where
        Self: MayOverwrite,
    {
        std::future::pending()
    }
}

/// This impl exists only for its compiler message.
#[doc(hidden)]
impl<I: SentByAwait, S, W> Future for Import<I, S, W> {
    type Output = usize;
    fn poll(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<usize> {
        match I::NEVER {}
    }
}

type Request<I> = WriteRequest<I, verb::Import>;

/// The items of one request, and those that no request can take.
struct Chunk<I> {
    requests: Vec<(usize, Request<I>)>,
    puts: Vec<Put>,
    unsendable: Vec<UnwrittenItem<I>>,
}

impl<I: Versioned> Chunk<I> {
    async fn send(self, call: &Arc<Call>) -> Vec<UnwrittenItem<I>> {
        let errors = deliver(call, self.puts).await;
        let refused = self.requests.into_iter().zip(errors);
        let refused =
            refused.filter_map(|((position, request), error)| unwritten(position, request, error?));
        self.unsendable.into_iter().chain(refused).collect()
    }
}

/// Returns the item to the caller.
fn unwritten<I>(
    position: usize,
    request: Request<I>,
    error: impl Into<Error>,
) -> Option<UnwrittenItem<I>> {
    let Body::Create(item) = request.body else {
        return None;
    };
    Some(UnwrittenItem {
        position,
        item,
        error: error.into(),
    })
}

/// Divides the items into requests of 25 items, or of as many as there is room for. Each item is encoded when its request is due.
struct Chunks<I> {
    requests: Enumerate<vec::IntoIter<Request<I>>>,
    /// The item that did not fit into the previous request.
    held: Option<(usize, Request<I>, Put)>,
}

impl<I: Versioned> Iterator for Chunks<I> {
    type Item = Chunk<I>;

    fn next(&mut self) -> Option<Chunk<I>> {
        let mut chunk = Chunk {
            requests: Vec::new(),
            puts: Vec::new(),
            unsendable: Vec::new(),
        };
        let mut room = MAX_REQUEST.saturating_sub(FRAME);
        while chunk.puts.len() < MAX_PUTS {
            let (position, request, put) = match self.held.take() {
                Some(held) => held,
                None => {
                    let Some((position, request)) = self.requests.next() else {
                        break;
                    };
                    match put(&request) {
                        Ok(put) => (position, request, put),
                        Err(error) => {
                            let unsendable = unwritten(position, request, error);
                            chunk.unsendable.extend(unsendable);
                            continue;
                        }
                    }
                }
            };
            let bytes = put.item().map_or(0, json_size).saturating_add(PUT_FRAME);
            match room.checked_sub(bytes) {
                None if !chunk.puts.is_empty() => {
                    self.held = Some((position, request, put));
                    break;
                }
                left => room = left.unwrap_or(0),
            }
            chunk.requests.push((position, request));
            chunk.puts.push(put);
        }
        let is_empty = chunk.puts.is_empty() && chunk.unsendable.is_empty();
        (!is_empty).then_some(chunk)
    }
}

/// Returns the item as it is stored, with version 1, a write id and its index attributes.
fn put<I: Versioned>(request: &Request<I>) -> Result<Put> {
    Ok(Put::new(request.write()?)?)
}
