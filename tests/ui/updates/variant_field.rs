//! A field of a variant in an update.
#[path = "../payment.rs"]
mod payment;
use dynacond::Versioned;
use payment::Order;

fn main() {
    let o = Order::attributes();
    let _ = o.payment.at(|p| p.Card).at(|card| card.number).to("4111");
}
