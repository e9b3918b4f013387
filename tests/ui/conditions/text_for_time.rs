//! A text beside a time that is stored as a number.
#[path = "../times.rs"]
mod times;
use dynacond::Versioned;
use times::Event;

fn main() {
    let e = Event::attributes();
    let _ = e.expires.lt("tomorrow");
}
