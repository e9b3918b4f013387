//! Order on a decimal number that is stored as text.
#[path = "../times.rs"]
mod times;
use dynacond::Versioned;
use times::Event;

fn main() {
    let e = Event::attributes();
    let _ = e.price.ge(rust_decimal::Decimal::ONE);
}
