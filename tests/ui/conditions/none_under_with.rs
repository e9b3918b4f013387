//! No value for an `Option` under a `with` module.
#[path = "../times.rs"]
mod times;
use dynacond::Versioned;
use times::Event;

fn main() {
    let e = Event::attributes();
    let _ = e.left.eq(None::<chrono::DateTime<chrono::Utc>>);
}
