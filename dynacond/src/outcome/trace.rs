//! Tracing: a span per write and an event per refusal. Names, clauses and counts; never a value but the key's.
//!
//! The fields are documented on [`Store`](crate::Store).
use tracing::Span;

use crate::error::error::Error;
use crate::error::refusal::Refusal;
use crate::wire::call::{Call, Consumed};
use crate::write::target::Target;

/// What users filter on: it stays, wherever this file lies.
const TARGET: &str = "dynacond::trace";

/// A write that is traced, from before it is sent until its outcome is known.
pub(crate) struct Trace<'a> {
    call: &'a Call,
    target: &'a Target,
    span: Span,
    /// What the call had consumed before.
    before: Consumed,
    /// Which write of its call it is: loops send one after the other.
    attempt: u32,
}

impl<'a> Trace<'a> {
    pub(crate) fn start(call: &'a Call, target: &'a Target) -> Self {
        let span = tracing::info_span!(
            target: TARGET,
            "dynacond",
            table = target.table,
            item_type = target.item_type,
            verb = target.verb,
            attempts = tracing::field::Empty,
            outcome = tracing::field::Empty,
            refused_by = tracing::field::Empty,
            write_units = tracing::field::Empty,
            read_units = tracing::field::Empty,
        );
        Self {
            call,
            target,
            span,
            before: call.consumed(),
            attempt: call.next_attempt(),
        }
    }

    pub(crate) fn span(&self) -> Span {
        self.span.clone()
    }

    /// What became of the write, on its span; and an event for each of the errors, which are none if it was applied. Several
    /// are the refused actions of a transaction.
    pub(crate) fn end<'e>(self, errors: impl IntoIterator<Item = &'e Error>) {
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
            self.tell(error, consumed.attempts);
        }
    }

    /// One event that needs no span to be understood: of a transaction it names the action's own item.
    fn tell(&self, error: &Error, requests: u32) {
        /// One list of fields, at three levels.
        macro_rules! event {
            ($level:ident, $message:literal) => {{
                let target = target(error).unwrap_or(self.target);
                let refusal = error.refusal();
                tracing::$level!(
                    target: TARGET,
                    table = target.table,
                    item_type = target.item_type,
                    verb = target.verb,
                    key = self
                        .call
                        .connection
                        .trace_keys
                        .then(|| target.key.to_string()),
                    action = refusal.and_then(Refusal::action),
                    outcome = error.label(),
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

/// The item that an error speaks of.
fn target(error: &Error) -> Option<&Target> {
    let target = match error {
        Error::OutcomeUnknown(unknown) => &unknown.target,
        Error::Exhausted(exhausted) => &exhausted.target,
        Error::UpdateRejected(error)
        | Error::Throttled(error)
        | Error::TransactionConflict(error)
        | Error::Service(error) => &error.target,
        other => &other.refusal()?.target,
    };
    (!target.table.is_empty()).then_some(target)
}
