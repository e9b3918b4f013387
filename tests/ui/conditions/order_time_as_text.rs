//! Order on a time that is stored as text of varying width.
#[path = "../times.rs"]
mod times;
use dynacond::Versioned;
use times::Event;

fn main() {
    let e = Event::attributes();
    let _ = e.text.lt(chrono::DateTime::UNIX_EPOCH);
}
