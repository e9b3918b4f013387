//! Works on each item that a read finds, with a limited number of items at the same time. The progress is noted item by item.
use std::collections::VecDeque;
use std::pin::Pin;
use std::task::Poll;

use aws_sdk_dynamodb::types::AttributeValue;
use futures_util::stream::{FuturesUnordered, Stream as _};

use crate::error::error::{Error, Result};
use crate::outcome::progress::{ItemOutcome, Tally};
use crate::outcome::walk::{Came, Walk};
use crate::outcome::watch::Watch;
use crate::read::checkpoint::Position;
use crate::value::item::Item;
use crate::wire::call::Call;

/// The next event of the work.
enum Event {
    Page(Result<Came>),
    Item(Place, ItemOutcome),
    /// No request is in flight any more.
    Nothing,
}

/// The place of an item: its segment, and its number in the segment's page.
#[derive(Clone, Copy)]
struct Place {
    segment: usize,
    number: usize,
}

/// The current pages, at most one for each segment, and their items.
struct Open {
    /// Items on which the work has not begun.
    waiting: VecDeque<(Place, Item)>,
    pages: Vec<OpenPage>,
}

/// The rest of a page, beginning with its first item without an outcome.
#[derive(Default)]
struct OpenPage {
    /// The number of items before the rest, which have their outcome.
    done: usize,
    rest: VecDeque<OpenItem>,
}

struct OpenItem {
    /// The position after this item. It is not known for an item that was read again from the table.
    after: Option<Vec<AttributeValue>>,
    has_outcome: bool,
}

/// Works on every item of a read until the end is seen, the watcher stops the work, or the service fails. In every case, requests
/// in flight are finished first. A page is done when each of its items has its outcome, and only then the segment reads its next
/// page. The watcher is asked once before each item and before each page.
pub(crate) async fn each<W: Watch, F: Future<Output = ItemOutcome>>(
    call: &Call,
    walk: &mut Walk,
    tally: &mut Tally,
    concurrency: usize,
    watch: &mut W,
    work: impl Fn(Item) -> F,
) -> Result {
    let mut working = FuturesUnordered::new();
    let mut open = Open::of(tally.done.segments.len());
    let (mut stopped, mut error) = (watch.stops(), None);
    loop {
        while !stopped && working.len() < concurrency && !open.waiting.is_empty() {
            stopped = watch.stops();
            if !stopped && let Some((place, item)) = open.waiting.pop_front() {
                let work = work(item);
                working.push(async move { (place, work.await) });
            }
        }
        let event = std::future::poll_fn(|context| {
            if let Poll::Ready(Some((place, outcome))) = Pin::new(&mut working).poll_next(context) {
                return Poll::Ready(Event::Item(place, outcome));
            }
            let reads = if stopped {
                Poll::Ready(None)
            } else {
                walk.poll_next(context, None)
            };
            match reads {
                Poll::Ready(Some(page)) => Poll::Ready(Event::Page(page)),
                Poll::Ready(None) if working.is_empty() => Poll::Ready(Event::Nothing),
                _ => Poll::Pending,
            }
        });
        let segment = match event.await {
            Event::Nothing => break,
            Event::Page(Err(failed)) => {
                error.get_or_insert(failed);
                stopped = true;
                continue;
            }
            Event::Page(Ok(came)) => {
                tally.examined += came.examined;
                tally.note_gone(came.gone);
                open.come(came.segment, came.items, |item| walk.position_after(item));
                came.segment
            }
            Event::Item(place, outcome) => {
                // Before the position moves past the item: after a crash, nothing else names the item.
                if let ItemOutcome::Failed(failed) = &outcome {
                    watch.fails(failed);
                }
                if let Err(halted) = tally.note(outcome) {
                    error.get_or_insert(halted);
                    stopped = true;
                    continue;
                }
                if let Some(after) = open.pages[place.segment].note(place.number) {
                    tally.done.segments[place.segment] = Position::After(after);
                }
                place.segment
            }
        };
        let done = open.pages[segment].rest.is_empty();
        if done {
            tally.done.segments[segment] = walk.position(segment);
            walk.go_on(segment);
            stopped = stopped || watch.stops();
        }
        if done || W::LOOKS && tally.is_due(call) {
            watch.see_if(|| tally.progress(call));
        }
    }
    if stopped {
        watch.see_if(|| tally.progress(call));
    }
    error.map_or(Ok(()), Err::<(), Error>)
}

impl Open {
    fn of(segments: usize) -> Self {
        Self {
            waiting: VecDeque::new(),
            pages: (0..segments).map(|_| OpenPage::default()).collect(),
        }
    }

    /// Adds a page. Its segment has no other page.
    fn come(
        &mut self,
        segment: usize,
        items: Vec<Item>,
        after: impl Fn(&Item) -> Option<Vec<AttributeValue>>,
    ) {
        let rest = items.iter().map(|item| OpenItem {
            after: after(item),
            has_outcome: false,
        });
        self.pages[segment] = OpenPage {
            done: 0,
            rest: rest.collect(),
        };
        let places = (0..).map(|number| Place { segment, number });
        self.waiting.extend(places.zip(items));
    }
}

impl OpenPage {
    /// Notes that an item has its outcome. Returns the new position of the segment if every item before it also has its outcome.
    fn note(&mut self, number: usize) -> Option<Vec<AttributeValue>> {
        self.rest[number - self.done].has_outcome = true;
        let mut after = None;
        while self.rest.front().is_some_and(|item| item.has_outcome) {
            after = self.rest.pop_front().and_then(|item| item.after);
            self.done += 1;
        }
        after
    }
}
