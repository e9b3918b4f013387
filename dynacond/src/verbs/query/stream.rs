//! Results one after the other, with one page of the service in memory.
use std::collections::VecDeque;
use std::fmt;
use std::marker::PhantomData;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use futures_core::Stream;
use tracing::Instrument as _;

use crate::error::error::{Error, Result};
use crate::error::read::Interrupted;
use crate::model::invalid::InvalidInput;
use crate::outcome::collect::{Collected, fetch_again, position};
use crate::outcome::read_trace::ReadTrace;
use crate::value::item::Item;
use crate::wire::call::Call;

use super::shape::Shape;
use super::source::Source;
use super::{Begun, Spec};

/// The results of a query or a scan: a [`Stream`] of them, with a [`next`](Self::next) of its own.
///
/// An item that does not decode is an error that names its key, and the next call goes on behind it. A failure of the
/// service is [`Error::Interrupted`], which carries a cursor to go on from, and ends the stream.
#[must_use = "a stream reads nothing until it is polled"]
pub struct Results<Q, S> {
    walk: Walk,
    page: VecDeque<Item>,
    table: String,
    of: PhantomData<fn() -> (Q, S)>,
}

type Read = Result<(Box<State>, Option<Vec<Item>>)>;

enum Walk {
    /// It was refused before anything was sent.
    Refused(Box<Error>),
    Resting(Box<State>),
    Reading(Pin<Box<dyn Future<Output = Read> + Send>>),
    Ended,
}

struct State {
    call: Arc<Call>,
    begun: Begun,
    fetch: bool,
}

impl<Q, S> fmt::Debug for Results<Q, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Results")
            .field("ended", &matches!(self.walk, Walk::Ended))
            .finish_non_exhaustive()
    }
}

impl<Q: Source, S: Shape<Q>> Results<Q, S> {
    pub(super) fn of(spec: Box<Spec>) -> Self {
        Self {
            table: spec.read.subject.table.clone(),
            walk: match State::begin(spec, S::FETCH) {
                Ok(state) => Walk::Resting(Box::new(state)),
                Err(error) => Walk::Refused(Box::new(error)),
            },
            page: VecDeque::new(),
            of: PhantomData,
        }
    }

    /// The next result; `None` at the proven end, and after an interruption.
    pub async fn next(&mut self) -> Option<Result<S::Item>> {
        std::future::poll_fn(|context| Pin::new(&mut *self).poll_next(context)).await
    }
}

impl State {
    fn begin(spec: Box<Spec>, fetch: bool) -> Result<Self> {
        if spec.examine_at_most.is_some() {
            return Err(InvalidInput::ExamineAtMost.into());
        }
        let call = Arc::new(Call::new(Arc::clone(&spec.connection), false));
        let begun = spec.begin(&call, false)?;
        Ok(Self { call, begun, fetch })
    }

    /// The next page's results; `None` at the end.
    async fn read(mut self: Box<Self>) -> Read {
        // What fails goes on from where this page began: none of its results was handed out.
        let from = self.begun.pages.position();
        let from = from
            .map(|item| position(&self.begun.read, item))
            .transpose()?;
        let read = Arc::clone(&self.begun.read);
        let call = Arc::clone(&self.call);
        let trace = ReadTrace::start(&call, &read);
        let reading = self.page().instrument(trace.span());
        let outcome = reading.await;
        trace.end(outcome.as_ref().map(Option::as_ref), 1);
        match outcome {
            Ok(found) => Ok((self, found.map(|found| found.items))),
            Err(source) => Err(Error::Interrupted(Box::new(Interrupted {
                cursor: from.map(|position| self.begun.cursor(position)),
                report: None,
                source,
            }))),
        }
    }

    async fn page(&mut self) -> Result<Option<Collected>> {
        let Some(page) = self.begun.pages.next(None).await? else {
            return Ok(None);
        };
        let mut found = Collected {
            examined: page.examined,
            matched: page.matched,
            ..Collected::default()
        };
        if self.fetch {
            let fresh = fetch_again(&self.call, &self.begun.read, &page.items).await?;
            (found.items, found.gone, found.changed) = (fresh.items, fresh.gone, fresh.changed);
        } else {
            found.items = page.items;
        }
        Ok(Some(found))
    }
}

impl<Q: Source, S: Shape<Q>> Stream for Results<Q, S> {
    type Item = Result<S::Item>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = self.get_mut();
        loop {
            if let Some(item) = this.page.pop_front() {
                return Poll::Ready(Some(S::decode(item, &this.table)));
            }
            this.walk = match std::mem::replace(&mut this.walk, Walk::Ended) {
                Walk::Ended => return Poll::Ready(None),
                Walk::Refused(error) => return Poll::Ready(Some(Err(*error))),
                Walk::Resting(state) => Walk::Reading(Box::pin(state.read())),
                Walk::Reading(mut reading) => match reading.as_mut().poll(context) {
                    Poll::Pending => {
                        this.walk = Walk::Reading(reading);
                        return Poll::Pending;
                    }
                    Poll::Ready(Err(error)) => return Poll::Ready(Some(Err(error))),
                    Poll::Ready(Ok((_, None))) => Walk::Ended,
                    Poll::Ready(Ok((state, Some(items)))) => {
                        this.page = items.into();
                        Walk::Resting(state)
                    }
                },
            };
        }
    }
}

impl<Q, S> Unpin for Results<Q, S> {}
