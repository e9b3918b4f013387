//! The pages of one segment of a read, one after the other. After a temporary failure, a page is requested again.
use std::sync::Arc;

use crate::error::error::Result;
use crate::outcome::failed::{differs, failed_read};
use crate::read::checkpoint::Position;
use crate::read::read::{LoweredRead, Read};
use crate::value::item::Item;
use crate::wire::call::Call;
use crate::wire::read::{Segment, ServicePage, page};
use crate::wire::retry::Retry;

/// One segment of a running read. A query, or a scan without segments, is one segment.
pub(crate) struct Pages {
    read: Arc<Read>,
    lowered: Arc<LoweredRead>,
    segment: Option<Segment>,
    /// The position where the read continues.
    next: Next,
}

enum Next {
    First,
    After(Item),
    /// Whether there was a page without a next position, which is the only proof of the end.
    Nothing,
}

impl Pages {
    /// Begins a segment at a position. Nothing is sent yet.
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

    /// Returns the position of the segment, as DynamoDB has reported it.
    pub(crate) fn position(&self) -> Position {
        match &self.next {
            Next::First => Position::Beginning,
            Next::After(item) => match self.read.position_of(item) {
                Some(values) => Position::After(values),
                // DynamoDB has already refused a start key that lacks one of them.
                None => Position::Beginning,
            },
            Next::Nothing => Position::End,
        }
    }

    /// Reads the next page. Returns `None` after the last one.
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
            match page(call, &self.lowered, self.segment, start.cloned(), limit).await {
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
