//! A variant that the enum does not have.
#[path = "../payment.rs"]
mod payment;
use dynacond::Versioned;
use payment::Order;

fn main() {
    let o = Order::attributes();
    let _ = o.payment.is(|p| p.Crad);
}
