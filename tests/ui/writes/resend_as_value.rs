// `resend` gives what `send` gives: a `Stored` item, not its value.
#[path = "../model.rs"]
mod model;
use dynacond::OutcomeUnknown;
use model::Order;

async fn case(unknown: OutcomeUnknown) -> dynacond::Result<Order> {
    unknown.resend().await
}

fn main() {}
