//! The pages of a read, one after the other; each is asked for again while its failure may pass.
use std::sync::Arc;

use crate::error::error::Result;
use crate::outcome::failed::{differs, failed_read};
use crate::read::read::{LoweredRead, Read};
use crate::value::item::Item;
use crate::wire::call::Call;
use crate::wire::read::{Segment, ServicePage, page};
use crate::wire::retry::Retry;

/// A read on its way.
pub(crate) struct Pages {
    call: Arc<Call>,
    read: Arc<Read>,
    lowered: LoweredRead,
    segment: Option<Segment>,
    /// Where to go on.
    next: Next,
    /// How many pages of the service have come.
    pub(crate) count: usize,
}

#[derive(Clone)]
enum Next {
    First,
    After(Item),
    /// A page without a position to go on from: the only proof that nothing is left.
    Nothing,
}

impl Pages {
    /// A read from its beginning, or from right after a position. Nothing is sent yet.
    pub(crate) fn new(
        call: &Arc<Call>,
        read: &Arc<Read>,
        lowered: LoweredRead,
        segment: Option<Segment>,
        after: Option<Item>,
    ) -> Self {
        Self {
            call: Arc::clone(call),
            lowered,
            read: Arc::clone(read),
            segment,
            next: after.map_or(Next::First, Next::After),
            count: 0,
        }
    }

    /// Whether the end was seen.
    pub(crate) const fn ended(&self) -> bool {
        matches!(self.next, Next::Nothing)
    }

    /// Where the service would go on, if it has said so.
    pub(crate) const fn position(&self) -> Option<&Item> {
        match &self.next {
            Next::After(position) => Some(position),
            Next::First | Next::Nothing => None,
        }
    }

    /// The next page; `None` after the last one.
    pub(crate) async fn next(&mut self, limit: Option<i32>) -> Result<Option<ServicePage>> {
        let start = match &self.next {
            Next::First => None,
            Next::After(position) => Some(position),
            Next::Nothing => return Ok(None),
        };
        let mut retry = Retry::of_page(&self.call);
        let mut page = loop {
            let sent = page(
                &self.call,
                &self.lowered,
                self.segment,
                start.cloned(),
                limit,
            );
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
        self.count += 1;
        self.next = page.last.clone().map_or(Next::Nothing, Next::After);
        Ok(Some(page))
    }
}
