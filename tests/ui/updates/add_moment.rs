// A time added to a time, as a session that should last longer.
#[path = "../times.rs"]
mod times;
use chrono::{DateTime, Utc};
use dynacond::{Store, Versioned};
use times::Event;

fn case(store: Store, now: DateTime<Utc>) {
    let _ = store.update(Event::key("e1")).set(|e| e.expires.add(now));
}

fn main() {}
