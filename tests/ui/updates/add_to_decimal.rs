//! A decimal that is stored as text.
#[path = "../times.rs"]
mod times;
use dynacond::Versioned;
use rust_decimal::Decimal;
use times::Event;

fn main() {
    let _ = Event::attributes().price.add(Decimal::ONE);
}
