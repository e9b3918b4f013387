// A time added to a time, where a newtype names the module.
use std::time::SystemTime;

use dynacond::{AttributeType, Store, Versioned};
use serde::{Deserialize, Serialize};

#[derive(Clone, Copy, Serialize, Deserialize, AttributeType)]
struct Expiry(#[serde(with = "dynacond::epoch_seconds")] SystemTime);

#[derive(Clone, Serialize, Deserialize, Versioned)]
#[dynacond(table = "sessions")]
struct Session {
    #[dynacond(partition_key)]
    id: String,
    expires: Expiry,
}

fn case(store: Store, later: Expiry) {
    let _ = store.update(Session::key("s1")).set(|s| s.expires.add(later));
}

fn main() {}
