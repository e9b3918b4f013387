//! The settings of work on a list: its concurrency, its rate and its watcher.
use std::sync::Arc;

use futures_util::stream::{FuturesUnordered, StreamExt as _};

use crate::model::invalid::InvalidInput;
use crate::outcome::progress::{Tally, Told};
use crate::outcome::watch::{Seeing, Unwatched, Watch};
use crate::read::checkpoint::{Checkpoint, Position};
use crate::wire::call::{Call, Meter};
use crate::wire::connection::Connection;
use crate::wire::shared_rate::ChosenRate;

/// The settings of the work.
#[derive(Debug)]
pub(crate) struct Pace<W> {
    pub(crate) concurrency: usize,
    pub(crate) rate: Option<ChosenRate>,
    watch: W,
}

impl Pace<Unwatched> {
    /// The default: 16 requests in flight and no rate.
    pub(crate) const fn new() -> Self {
        Self {
            concurrency: 16,
            rate: None,
            watch: Unwatched,
        }
    }
}

impl<W> Pace<W> {
    pub(crate) fn seen_by<P>(self, see: P) -> Pace<Seeing<W, P>> {
        Pace {
            concurrency: self.concurrency,
            rate: self.rate,
            watch: Seeing(self.watch, see),
        }
    }
}

impl<W: Watch> Pace<W> {
    /// Returns the call of the whole work.
    pub(crate) fn call(
        &self,
        connection: &Arc<Connection>,
        meter: Meter,
    ) -> Result<Arc<Call>, InvalidInput> {
        if self.concurrency == 0 {
            return Err(InvalidInput::Concurrency);
        }
        let rate = self.rate.as_ref();
        let rate = rate.map(|rate| rate.start(connection)).transpose()?;
        let connection = Arc::clone(connection);
        Ok(Arc::new(match rate {
            Some(rate) => Call::paced(connection, rate),
            // A watcher sees the units, so they are counted.
            None if W::LOOKS => Call::new(connection, Meter::Units),
            None => Call::new(connection, meter),
        }))
    }

    /// Runs the futures. The caller's future polls them, without tasks and without a runtime. Each result is counted and returned
    /// as soon as it is known.
    pub(crate) async fn run<F: Future>(
        mut self,
        call: &Call,
        futures: impl IntoIterator<Item = F>,
        mut done: impl FnMut(F::Output) -> Told,
    ) {
        let mut tally = Tally::new(Checkpoint::of_list());
        let mut waiting = futures.into_iter();
        let mut running = FuturesUnordered::new();
        loop {
            while running.len() < self.concurrency {
                match waiting.next() {
                    Some(future) => running.push(future),
                    None => break,
                }
            }
            let Some(output) = running.next().await else {
                break;
            };
            tally.note_told(done(output));
            if W::LOOKS && tally.is_due(call) {
                self.watch.see_if(|| tally.progress(call));
            }
        }
        tally.done.segments.fill(Position::End);
        self.watch.see_if(|| tally.progress(call));
    }
}
