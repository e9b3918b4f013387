//! Work on each item that a read finds: a bounded number of items at a time, and what is done is noted page by page.
use std::collections::VecDeque;
use std::pin::Pin;
use std::task::Poll;

use futures_util::stream::{FuturesUnordered, Stream as _};

use crate::error::error::{Error, Result};
use crate::outcome::progress::{ItemOutcome, Tally};
use crate::outcome::walk::{Came, Walk};
use crate::outcome::watch::Watch;
use crate::value::item::Item;
use crate::wire::call::Call;

/// What happened next.
enum Event {
    Page(Result<Came>),
    Item(usize, ItemOutcome),
    /// Nothing is on its way any more.
    Nothing,
}

/// Pages that have come and items that are worked on.
#[derive(Default)]
struct Open {
    /// Items whose turn has not come, beside their segment.
    waiting: VecDeque<(usize, std::vec::IntoIter<Item>)>,
    /// For each segment how many items of its page have no outcome yet.
    left: Vec<usize>,
}

/// Works on every item of a read until the end is seen, the watcher stops it, or the service is in the way. Whatever ends
/// it, what is in flight is waited for. A page is done when each of its items has its outcome; only then the segment asks
/// for its next one.
pub(crate) async fn each<W: Watch, F: Future<Output = ItemOutcome>>(
    call: &Call,
    walk: &mut Walk,
    tally: &mut Tally,
    concurrency: usize,
    watch: &mut W,
    work: impl Fn(Item) -> F,
) -> Result {
    let mut working = FuturesUnordered::new();
    let mut open = Open {
        left: vec![0; tally.done.segments.len()],
        ..Open::default()
    };
    let (mut stopped, mut error) = (false, None);
    loop {
        stopped = stopped || watch.stops();
        while working.len() < concurrency {
            if stopped {
                break;
            }
            let Some((segment, item)) = open.next() else {
                break;
            };
            let work = work(item);
            working.push(async move { (segment, work.await) });
            stopped = watch.stops();
        }
        let event = std::future::poll_fn(|context| {
            if let Poll::Ready(Some((segment, outcome))) = Pin::new(&mut working).poll_next(context)
            {
                return Poll::Ready(Event::Item(segment, outcome));
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
                open.left[came.segment] = came.items.len();
                if !came.items.is_empty() {
                    let items = came.items.into_iter();
                    open.waiting.push_back((came.segment, items));
                }
                came.segment
            }
            Event::Item(segment, outcome) => {
                if let Err(halted) = tally.note(outcome) {
                    error.get_or_insert(halted);
                    stopped = true;
                    continue;
                }
                open.left[segment] -= 1;
                segment
            }
        };
        let done = open.left[segment] == 0;
        if done {
            tally.done.segments[segment] = walk.position(segment);
            walk.go_on(segment);
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
    /// The next item, page by page.
    fn next(&mut self) -> Option<(usize, Item)> {
        loop {
            let (segment, items) = self.waiting.front_mut()?;
            if let Some(item) = items.next() {
                return Some((*segment, item));
            }
            self.waiting.pop_front();
        }
    }
}
