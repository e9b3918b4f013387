//! Tracing: a span per write and an event per refusal. Names, clauses and counts; never a value but the key's.
//!
//! The fields are documented on [`Store`](crate::Store).
use tracing::Span;

use crate::call::{Call, Consumed};
use crate::error::Error;
use crate::refusal::Refusal;
use crate::target::Target;

pub(crate) fn span(target: &Target) -> Span {
    tracing::info_span!(
        "dynacond",
        table = target.table,
        item_type = target.item_type,
        verb = target.verb,
        attempts = tracing::field::Empty,
        outcome = tracing::field::Empty,
        refused_by = tracing::field::Empty,
        write_units = tracing::field::Empty,
        read_units = tracing::field::Empty,
    )
}

/// What became of the write, on its span, beside what the call had consumed `before` it; and one event if it was refused or
/// is unknown. `None`: it was applied.
pub(crate) fn record(
    span: &Span,
    call: &Call,
    before: Consumed,
    target: &Target,
    error: Option<&Error>,
) {
    let consumed = call.consumed();
    span.record(
        "attempts",
        consumed.attempts.saturating_sub(before.attempts),
    );
    span.record("outcome", error.map_or("applied", Error::kind));
    if consumed.reported > before.reported {
        span.record("write_units", consumed.write_units - before.write_units);
        span.record("read_units", consumed.read_units - before.read_units);
    }
    let Some(error) = error else { return };
    let refused_by = error.refusal().map(Refusal::reasons);
    if let Some(reasons) = &refused_by {
        span.record("refused_by", reasons.as_str());
    }
    let key = call.connection.trace_keys.then(|| target.key.to_string());
    let _entered = span.enter();
    match error {
        Error::OutcomeUnknown(_) => tracing::warn!(key, "outcome unknown"),
        _ if error.is_refusal() => tracing::info!(key, refused_by, "write refused"),
        _ => tracing::debug!(key, "write failed"),
    }
}
