//! Results one after the other, with one page of the service in memory for each segment.
use std::collections::VecDeque;
use std::fmt;
use std::marker::PhantomData;
use std::pin::Pin;
use std::task::{Context, Poll};

use aws_sdk_dynamodb::types::AttributeValue;
use futures_core::Stream;

use crate::error::error::{Error, Result};
use crate::error::read::Interrupted;
use crate::model::invalid::InvalidInput;
use crate::outcome::fetch::Gives;
use crate::outcome::walk::{How, Walk};
use crate::read::checkpoint::{Checkpoint, Position};
use crate::read::cursor::Cursor;
use crate::value::item::Item;
use crate::wire::call::Meter;

use super::sending::{Begun, Spec};
use super::shape::Shape;
use super::source::Source;

/// The items of a query or a scan, as a [`Stream`]. You can also call [`next`](Self::next) without a stream library.
///
/// If an item does not decode, the error names its key, and the next call continues after it. A failure of the service is
/// [`Error::Interrupted`], and ends the stream. The error carries a cursor from which you can continue. For a scan in several segments, use
/// the stream's [`checkpoint`](Self::checkpoint) instead.
#[must_use = "a stream reads nothing until it is polled"]
pub struct Results<Q, S> {
    state: State,
    page: VecDeque<Item>,
    /// The segment of the page.
    segment: Option<usize>,
    /// Where the read goes on after the item that was returned last.
    after: Option<Vec<AttributeValue>>,
    table: String,
    /// What was handed out, page by page; `None` of what was refused before anything was sent.
    done: Option<Checkpoint>,
    of: PhantomData<fn() -> (Q, S)>,
}

enum State {
    /// It was refused before anything was sent.
    Refused(Box<Error>),
    Walking(Box<Walk>),
    Ended,
}

impl<Q, S> fmt::Debug for Results<Q, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Results")
            .field("ended", &matches!(self.state, State::Ended))
            .finish_non_exhaustive()
    }
}

impl<Q: Source, S: Shape<Q>> Results<Q, S> {
    pub(super) fn of(spec: Box<Spec>) -> Self {
        let table = spec.read.subject.table.clone();
        let (state, done) = match begin(spec, S::GIVES) {
            Ok(Begun { walk, begins, .. }) => (State::Walking(Box::new(walk)), Some(begins)),
            Err(error) => (State::Refused(Box::new(error)), None),
        };
        Self {
            state,
            page: VecDeque::new(),
            segment: None,
            after: None,
            table,
            done,
            of: PhantomData,
        }
    }

    /// Returns the next item; `None` at the proven end, and after an interruption.
    pub async fn next(&mut self) -> Option<Result<S::Item>> {
        std::future::poll_fn(|context| Pin::new(&mut *self).poll_next(context)).await
    }
}

impl<Q, S> Results<Q, S> {
    /// Returns how far the read has come, for [`resume`](crate::Query::resume) of the same read. An item counts as done when the next item
    /// was asked for, so after a resume only the last item that was returned comes again. With [`fetch`](crate::Query::fetch), whole pages
    /// count, and the items of one page for each segment come again. It is `None` if the read was refused before anything was sent.
    #[must_use]
    pub fn checkpoint(&self) -> Option<Checkpoint> {
        self.done.clone()
    }

    /// The next item is asked for, so the item that was returned last is done.
    fn item_is_done(&mut self) {
        if let (Some(done), Some(segment), Some(after)) =
            (&mut self.done, self.segment, self.after.take())
        {
            done.segments[segment] = Position::After(after);
        }
    }

    /// The page was handed out: its segment may go on.
    fn page_is_done(&mut self) {
        if let State::Walking(walk) = &mut self.state
            && let Some(segment) = self.segment.take()
        {
            if let Some(done) = &mut self.done {
                done.segments[segment] = walk.position(segment);
            }
            walk.go_on(segment);
        }
    }

    /// Where a read in one segment goes on: none of the failed page's results was handed out.
    fn cursor(&self) -> Option<Cursor> {
        let done = self.done.as_ref()?;
        match &done.segments[..] {
            [Position::After(position)] => Some(Cursor {
                fingerprint: done.fingerprint,
                position: position.clone(),
            }),
            _ => None,
        }
    }
}

fn begin(spec: Box<Spec>, gives: Gives) -> Result<Begun> {
    if spec.examine_at_most.is_some() {
        return Err(InvalidInput::ExamineAtMost.into());
    }
    let call = spec.call(Meter::Requests)?;
    let begun = spec.begin(&call)?;
    let how = How {
        gives,
        traced: true,
    };
    Ok(Begun {
        walk: begun.walk.how(how),
        ..begun
    })
}

impl<Q: Source, S: Shape<Q>> Stream for Results<Q, S> {
    type Item = Result<S::Item>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = self.get_mut();
        this.item_is_done();
        loop {
            if let Some(item) = this.page.pop_front() {
                if let State::Walking(walk) = &this.state {
                    this.after = walk.position_after(&item);
                }
                return Poll::Ready(Some(S::decode(item, &this.table)));
            }
            this.page_is_done();
            let came = match &mut this.state {
                State::Walking(walk) => std::task::ready!(walk.poll_next(context, None)),
                State::Refused(_) | State::Ended => None,
            };
            match came {
                Some(Ok(came)) => {
                    this.page = came.items.into();
                    this.segment = Some(came.segment);
                }
                Some(Err(source)) => {
                    this.state = State::Ended;
                    return Poll::Ready(Some(Err(Error::Interrupted(Box::new(Interrupted {
                        cursor: this.cursor(),
                        report: None,
                        source,
                    })))));
                }
                None => {
                    let state = std::mem::replace(&mut this.state, State::Ended);
                    return Poll::Ready(match state {
                        State::Refused(error) => Some(Err(*error)),
                        State::Walking(_) | State::Ended => None,
                    });
                }
            }
        }
    }
}

impl<Q, S> Unpin for Results<Q, S> {}
