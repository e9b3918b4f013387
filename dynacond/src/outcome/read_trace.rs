//! Tracing of reads: a span for each read with the numbers of examined and returned items, but without values and keys.
use tracing::Span;

use crate::error::error::{Error, Result};
use crate::outcome::trace::TARGET;
use crate::read::read::Read;
use crate::wire::call::{Call, Consumed};

/// The trace of a read, from before it is sent until its end.
pub(crate) struct ReadTrace<'a> {
    call: &'a Call,
    read: &'a Read,
    span: Span,
    before: Consumed,
}

impl<'a> ReadTrace<'a> {
    pub(crate) fn start(call: &'a Call, read: &'a Read) -> Self {
        let span = tracing::info_span!(
            target: TARGET,
            "dynacond",
            table = read.subject.table,
            index = read.schema.index,
            item_type = read.subject.item_type,
            verb = read.subject.verb,
            attempts = tracing::field::Empty,
            pages = tracing::field::Empty,
            examined = tracing::field::Empty,
            returned = tracing::field::Empty,
            outcome = tracing::field::Empty,
            read_units = tracing::field::Empty,
            write_units = tracing::field::Empty,
        );
        Self {
            call,
            read,
            span,
            before: call.consumed(),
        }
    }

    pub(crate) fn span(&self) -> Span {
        self.span.clone()
    }

    /// Records the result of the read: how many items it examined, and how many it returned.
    pub(crate) fn end(self, outcome: Result<(usize, usize), &Error>, pages: usize) {
        let (span, before, consumed) = (&self.span, self.before, self.call.consumed());
        span.record(
            "attempts",
            consumed.attempts.saturating_sub(before.attempts),
        );
        if consumed.reported > before.reported {
            span.record("read_units", consumed.read_units - before.read_units);
            if consumed.write_units > before.write_units {
                span.record("write_units", consumed.write_units - before.write_units);
            }
        }
        span.record("pages", pages);
        match outcome {
            Ok((examined, returned)) => {
                span.record("examined", examined);
                span.record("returned", returned);
                span.record("outcome", "read");
            }
            Err(error) => {
                span.record("outcome", error.label());
                let _entered = span.enter();
                tracing::debug!(
                    target: TARGET,
                    table = self.read.subject.table,
                    index = self.read.schema.index,
                    item_type = self.read.subject.item_type,
                    verb = self.read.subject.verb,
                    outcome = error.label(),
                    requests = consumed.attempts,
                    "read failed"
                );
            }
        }
    }
}
