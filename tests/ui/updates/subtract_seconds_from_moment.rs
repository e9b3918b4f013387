// Seconds subtracted from a time that another crate's module writes.
#[path = "../times.rs"]
mod times;
use dynacond::{Store, Versioned};
use times::Event;

fn case(store: Store) {
    let _ = store.update(Event::key("e1")).set(|e| e.left.subtract(60));
}

fn main() {}
