//! A walk over a read: the pages of its segments, which are read at the same time and returned as they arrive.
//!
//! A walk has no background task. The caller that waits for the next page drives all requests. A segment requests its next page
//! only after the current one is released, so at most one page for each segment is in memory.
use std::collections::HashSet;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use aws_sdk_dynamodb::types::AttributeValue;
use futures_util::stream::{FuturesUnordered, Stream as _};
use tracing::Instrument as _;

use crate::error::error::Result;
use crate::outcome::fetch::{Fresh, Gives, fetch_again};
use crate::outcome::pages::Pages;
use crate::outcome::read_trace::ReadTrace;
use crate::read::checkpoint::Position;
use crate::read::read::{LoweredRead, Read};
use crate::value::item::Item;
use crate::wire::call::Call;
use crate::wire::read::Segment;

/// A running read, in one segment or in several.
pub(crate) struct Walk {
    call: Arc<Call>,
    pub(crate) read: Arc<Read>,
    segments: Vec<State>,
    reading: FuturesUnordered<Reading>,
    how: How,
    /// The number of pages that were read.
    pub(crate) count: usize,
}

/// What is done with each page before it is returned.
#[derive(Clone, Copy, Default)]
pub(crate) struct How {
    pub(crate) gives: Gives,
    /// Whether each page has its own span.
    pub(crate) traced: bool,
}

enum State {
    /// The segment may request its next page.
    Resting(Pages),
    /// The page of the segment was returned, and is not released yet.
    Held(Pages),
    Reading,
}

type Reading = Pin<Box<dyn Future<Output = (usize, Pages, Result<Option<Came>>)> + Send>>;

/// A page that was read.
#[derive(Debug, Default)]
pub(crate) struct Came {
    pub(crate) segment: usize,
    pub(crate) items: Vec<Item>,
    pub(crate) examined: usize,
    pub(crate) matched: usize,
    /// The number of items of an index that are no longer in the table, if each is read again.
    pub(crate) gone: usize,
    /// The number of items that no longer match.
    pub(crate) changed: usize,
}

impl Walk {
    /// Begins a read at these positions, one for each segment. Nothing is sent yet. A scan in one segment does not set the segment
    /// parameters.
    pub(crate) fn new(
        call: &Arc<Call>,
        read: &Arc<Read>,
        lowered: LoweredRead,
        from: Vec<Position>,
    ) -> Self {
        let lowered = Arc::new(lowered);
        let of = i32::try_from(from.len()).unwrap_or(i32::MAX);
        let pages = |(number, from)| {
            let segment = (of > 1).then_some(Segment { number, of });
            State::Resting(Pages::new(read, &lowered, segment, from))
        };
        Self {
            call: Arc::clone(call),
            read: Arc::clone(read),
            segments: (0..).zip(from).map(pages).collect(),
            reading: FuturesUnordered::new(),
            how: How::default(),
            count: 0,
        }
    }

    pub(crate) fn how(mut self, how: How) -> Self {
        self.how = how;
        self
    }

    /// Whether the end of every segment was seen.
    pub(crate) fn ended(&self) -> bool {
        self.segments.iter().all(|state| match state {
            State::Resting(pages) | State::Held(pages) => pages.ended(),
            State::Reading => false,
        })
    }

    /// Returns the position of a segment after its last returned page. It is not known while the segment is being read.
    pub(crate) fn position(&self, segment: usize) -> Position {
        match self.segments.get(segment) {
            Some(State::Resting(pages) | State::Held(pages)) => pages.position(),
            Some(State::Reading) | None => Position::Beginning,
        }
    }

    /// Returns the position after an item of a page. It is not known for an item that was read again from the table, because the
    /// index may have had the item at another position.
    pub(crate) fn position_after(&self, item: &Item) -> Option<Vec<AttributeValue>> {
        if self.how.gives == Gives::Fetched {
            None
        } else {
            self.read.position_of(item)
        }
    }

    /// Releases the page of a segment, so that the segment may request its next one.
    pub(crate) fn go_on(&mut self, segment: usize) {
        if let Some(state) = self.segments.get_mut(segment) {
            *state = match std::mem::replace(state, State::Reading) {
                State::Held(pages) => State::Resting(pages),
                other => other,
            };
        }
    }

    /// Returns the next page of any segment, or `None` if no segment may request one.
    pub(crate) async fn next(&mut self, limit: Option<i32>) -> Option<Result<Came>> {
        std::future::poll_fn(|context| self.poll_next(context, limit)).await
    }

    pub(crate) fn poll_next(
        &mut self,
        context: &mut Context<'_>,
        limit: Option<i32>,
    ) -> Poll<Option<Result<Came>>> {
        self.begin(limit);
        loop {
            let Some((segment, pages, page)) =
                std::task::ready!(Pin::new(&mut self.reading).poll_next(context))
            else {
                return Poll::Ready(None);
            };
            self.segments[segment] = State::Held(pages);
            match page {
                Ok(Some(came)) => {
                    self.count += 1;
                    return Poll::Ready(Some(Ok(came)));
                }
                Ok(None) => {}
                Err(error) => return Poll::Ready(Some(Err(error))),
            }
        }
    }

    /// Lets every waiting segment request its next page.
    fn begin(&mut self, limit: Option<i32>) {
        for (segment, state) in self.segments.iter_mut().enumerate() {
            if !matches!(state, State::Resting(pages) if !pages.ended()) {
                continue;
            }
            if let State::Resting(pages) = std::mem::replace(state, State::Reading) {
                let (call, read) = (Arc::clone(&self.call), Arc::clone(&self.read));
                let page = read_page(call, read, self.how, segment, pages, limit);
                self.reading.push(Box::pin(page));
            }
        }
    }
}

/// Reads one page. Each page has its own time for its attempts, because a long walk must not fail if its first page was slow.
async fn read_page(
    call: Arc<Call>,
    read: Arc<Read>,
    how: How,
    segment: usize,
    mut pages: Pages,
    limit: Option<i32>,
) -> (usize, Pages, Result<Option<Came>>) {
    let own = call.part();
    let page = page(&own, &read, how, segment, &mut pages, limit);
    let page = if how.traced {
        let trace = ReadTrace::start(&own, &read);
        let page = page.instrument(trace.span()).await;
        let seen = |came: &Option<Came>| {
            let came = came.as_ref();
            came.map_or((0, 0), |came| (came.examined, came.items.len()))
        };
        trace.end(page.as_ref().map(seen), 1);
        page
    } else {
        page.await
    };
    call.end(&own);
    (segment, pages, page)
}

async fn page(
    call: &Arc<Call>,
    read: &Read,
    how: How,
    segment: usize,
    pages: &mut Pages,
    limit: Option<i32>,
) -> Result<Option<Came>> {
    let Some(page) = pages.next(call, limit).await? else {
        return Ok(None);
    };
    let mut came = Came {
        segment,
        examined: page.examined,
        matched: page.matched,
        items: page.items,
        ..Came::default()
    };
    if how.gives == Gives::Fetched {
        let listed = std::mem::take(&mut came.items);
        // Only within the page: a walk keeps one page of each segment in memory, and no list of what it has seen.
        for fresh in fetch_again(call, read, &listed, &mut HashSet::new()).await? {
            match fresh {
                Fresh::Item(item) => came.items.push(item),
                Fresh::Gone => came.gone += 1,
                Fresh::Changed => came.changed += 1,
                Fresh::Again => {}
            }
        }
    }
    Ok(Some(came))
}
