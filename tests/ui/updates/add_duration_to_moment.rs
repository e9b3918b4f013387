// A duration added to a time.
#[path = "../times.rs"]
mod times;
use chrono::TimeDelta;
use dynacond::{Store, Versioned};
use times::Event;

fn case(store: Store) {
    let _ = store.update(Event::key("e1")).set(|e| e.expires.add(TimeDelta::minutes(30)));
}

fn main() {}
