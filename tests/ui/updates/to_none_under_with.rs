//! No value for an `Option` under a `with` module.
#[path = "../times.rs"]
mod times;
use dynacond::Versioned;
use times::Event;

fn main() {
    let e = Event::attributes();
    let _ = e.expires.to(None::<chrono::DateTime<chrono::Utc>>);
}
