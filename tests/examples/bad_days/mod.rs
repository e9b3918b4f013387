//! The examples of patterns and of whole services: what each is told, and that its rules hold at the end of a bad day, with many
//! callers at once, lost requests and answers, throttling and conflicts.
mod booking;
mod ledger;
mod patterns;

use dynacond_local::{Fault, Local};

fn database() -> Local {
    Local::from_env().expect("an endpoint")
}

/// What may become of a request on a bad day.
fn faults() -> [Fault; 7] {
    [
        Fault::LoseRequest,
        Fault::LoseAnswer,
        Fault::DeliverAfter(4),
        Fault::Status500Before,
        Fault::Status500After,
        Fault::Throttle,
        Fault::TransactionConflict,
    ]
}
