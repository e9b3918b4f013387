//! Explains refusals on the item that came with them.
use std::sync::Arc;

use crate::error::error::Error;
use crate::error::refusal::{Refusal, Withheld};
use crate::expression::evaluate::truth::explain;
use crate::expression::tree::node::Node;
use crate::read::consistency::Consistency;
use crate::value::item::Item;
use crate::wire::attempts::Resend;
use crate::wire::call::Call;
use crate::wire::request;
use crate::write::target::Target;
use crate::write::write::Write;

/// Returns the error of a definite refusal, explained on the item that came with it.
pub(crate) async fn refused(call: &Arc<Call>, write: &Write, item: Option<Item>) -> Error {
    if item.is_some() {
        call.connection.returns_items();
    } else if !call.connection.is_known_to_return_items() {
        // Some endpoints ignore ALL_OLD. So a refusal without an item only means that there is none if the endpoint is known to
        // return items.
        let Target { table, key, .. } = &write.target;
        let read = request::get(call, table, key, Consistency::Strong, Resend::Always).await;
        if !matches!(read, Ok(None)) {
            let withheld = match &read {
                Err(failure) if failure.is_transient => Withheld::Unread,
                _ => Withheld::Yes,
            };
            return Error::Unexplained(Box::new(Refusal {
                withheld,
                ..Refusal::new(write.target.clone(), Vec::new(), read.ok().flatten())
            }));
        }
    }
    let empty = Item::new();
    let on = item.as_ref().unwrap_or(&empty);
    // The guards of arithmetic are explained like other clauses.
    let clauses = write.in_range.iter().map(|guard| &guard.node);
    let clauses = Node::all(clauses.chain(&write.condition).cloned());
    let condition = clauses.map(|node| explain(&node, on, Some(write.model)));
    let is_false = condition.as_ref().is_some_and(|clauses| !clauses.holds());
    let guards = write.evaluate_guards(item.as_ref());
    let broken = guards.iter().find(|guard| !guard.holds);
    let make = match broken.map(|broken| &broken.guard) {
        Some(guard) => Error::by_guard(guard),
        None if is_false => Error::ConditionFailed,
        None => Error::Unexplained,
    };
    let withheld = match item {
        None if broken.is_none() && !is_false => Withheld::Yes,
        _ => Withheld::No,
    };
    make(Box::new(Refusal {
        condition,
        withheld,
        ..Refusal::new(write.target.clone(), guards, item)
    }))
}
