//! The pages of one segment of a read, one after the other; each is asked for again while its failure may pass.
use std::sync::Arc;

use crate::error::error::Result;
use crate::outcome::failed::{differs, failed_read};
use crate::read::checkpoint::Position;
use crate::read::read::{LoweredRead, Read};
use crate::value::item::Item;
use crate::wire::call::Call;
use crate::wire::read::{Segment, ServicePage, page};
use crate::wire::retry::Retry;

/// One segment of a read on its way; a query, and a scan in one piece, is one segment.
pub(crate) struct Pages {
    read: Arc<Read>,
    lowered: Arc<LoweredRead>,
    segment: Option<Segment>,
    /// Where to go on.
    next: Next,
}

enum Next {
    First,
    After(Item),
    /// A page without a position to go on from: the only proof that nothing is left.
    Nothing,
}

impl Pages {
    /// A segment from a position. Nothing is sent yet.
    pub(crate) fn new(
        read: &Arc<Read>,
        lowered: &Arc<LoweredRead>,
        segment: Option<Segment>,
        from: Position,
    ) -> Self {
        Self {
            lowered: Arc::clone(lowered),
            segment,
            next: match from {
                Position::Beginning => Next::First,
                Position::After(values) => Next::After(read.start(values)),
                Position::End => Next::Nothing,
            },
            read: Arc::clone(read),
        }
    }

    /// Whether the end was seen.
    pub(crate) const fn ended(&self) -> bool {
        matches!(self.next, Next::Nothing)
    }

    /// How far it has come, by what the service has said.
    pub(crate) fn position(&self) -> Position {
        match &self.next {
            Next::First => Position::Beginning,
            Next::After(item) => match self.read.position_of(item) {
                Some(values) => Position::After(values),
                // A page whose start key lacks one of them was refused.
                None => Position::Beginning,
            },
            Next::Nothing => Position::End,
        }
    }

    /// The next page; `None` after the last one.
    pub(crate) async fn next(
        &mut self,
        call: &Arc<Call>,
        limit: Option<i32>,
    ) -> Result<Option<ServicePage>> {
        let start = match &self.next {
            Next::First => None,
            Next::After(position) => Some(position),
            Next::Nothing => return Ok(None),
        };
        let mut retry = Retry::start(call);
        let mut page = loop {
            let sent = page(call, &self.lowered, self.segment, start.cloned(), limit);
            match Box::pin(sent).await {
                Ok(page) => break page,
                Err(failure) if retry.again_after(&failure, &self.lowered.table).await => {}
                Err(failure) => return Err(failed_read(&self.read, failure)),
            }
        };
        if let Some(reason) = self.read.contradiction(&page.items, page.last.as_ref()) {
            return Err(differs(&self.read, reason));
        }
        if !self.read.checks.is_empty() {
            let holds = |item: &Item| self.read.checks.iter().all(|check| check.holds_on(item));
            page.items.retain(holds);
            page.matched = page.items.len();
        }
        self.next = page.last.clone().map_or(Next::Nothing, Next::After);
        Ok(Some(page))
    }
}
