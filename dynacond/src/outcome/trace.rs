//! Tracing: a span for each write and an event for each refusal, with names, clauses and counts, but with no value other than the
//! key.
//!
//! The fields are documented on [`Store`](crate::Store).
use tracing::Span;

use crate::error::error::Error;
use crate::error::refusal::Refusal;
use crate::wire::call::{Call, Consumed};
use crate::wire::cause::Cause;
use crate::write::target::Named;

/// The target on which users filter. It must not change if this file moves.
pub(crate) const TARGET: &str = "dynacond::trace";

/// The trace of a write, from before it is sent until its outcome is known.
pub(crate) struct Trace<'a> {
    call: &'a Call,
    span: Span,
    /// The units of the call before this write.
    before: Consumed,
    /// The number of the write within its call, because loops send several writes.
    attempt: u32,
}

impl<'a> Trace<'a> {
    pub(crate) fn start(call: &'a Call, named: Named<'_>) -> Self {
        let span = tracing::info_span!(
            target: TARGET,
            "dynacond",
            table = named.table,
            item_type = named.item_type,
            verb = named.verb,
            attempts = tracing::field::Empty,
            outcome = tracing::field::Empty,
            refused_by = tracing::field::Empty,
            write_units = tracing::field::Empty,
            read_units = tracing::field::Empty,
        );
        Self {
            call,
            span,
            before: call.consumed(),
            attempt: call.next_attempt(),
        }
    }

    pub(crate) fn span(&self) -> Span {
        self.span.clone()
    }

    /// Records the outcome on the span, and one event for each error. There is no error if the write was applied, and there may be
    /// several refused actions of a transaction.
    pub(crate) fn end<'e>(self, of: Named<'_>, errors: impl IntoIterator<Item = &'e Error>) {
        let (span, before, consumed) = (&self.span, self.before, self.call.consumed());
        span.record(
            "attempts",
            consumed.attempts.saturating_sub(before.attempts),
        );
        if consumed.reported > before.reported {
            span.record("write_units", consumed.write_units - before.write_units);
            span.record("read_units", consumed.read_units - before.read_units);
        }
        let mut errors = errors.into_iter().peekable();
        let first = errors.peek();
        span.record("outcome", first.map_or("applied", |error| error.label()));
        if let Some(refusal) = first.and_then(|error| error.refusal()) {
            span.record("refused_by", refusal.reasons());
        }
        let _entered = span.enter();
        for error in errors {
            self.tell(of, error, consumed.attempts);
        }
    }

    /// Records one event, which can be understood without the span. In a transaction it names the item of the action.
    fn tell(&self, of: Named<'_>, error: &Error, requests: u32) {
        /// The same fields at three levels.
        macro_rules! event {
            ($level:ident, $message:literal) => {{
                let named = error.named().unwrap_or(of);
                let refusal = error.refusal();
                tracing::$level!(
                    target: TARGET,
                    table = named.table,
                    item_type = named.item_type,
                    verb = named.verb,
                    key = named
                        .key
                        .filter(|_| self.call.connection.trace_keys)
                        .map(ToString::to_string),
                    action = refusal.and_then(Refusal::action),
                    outcome = error.label(),
                    cause = cause(error).map(tracing::field::display),
                    refused_by = refusal.map(Refusal::reasons),
                    attempt = self.attempt,
                    requests,
                    $message
                )
            }};
        }
        match error {
            Error::OutcomeUnknown(_) => event!(warn, "outcome unknown"),
            _ if error.is_refusal() => event!(info, "write refused"),
            _ => event!(debug, "write failed"),
        }
    }
}

/// Returns the cause of an unknown outcome.
fn cause(error: &Error) -> Option<&Cause> {
    let Error::OutcomeUnknown(unknown) = error else {
        return None;
    };
    unknown.cause()
}
