//! A variant is asked for by `is`.
#[path = "../payment.rs"]
mod payment;
use dynacond::Versioned;
use payment::Order;

fn main() {
    let o = Order::attributes();
    let _ = o.payment.eq("Card");
}
