use dynacond::{Store, Versioned};
use serde::{Deserialize, Serialize};

#[derive(Clone, Serialize, Deserialize, Versioned)]
#[dynacond(table = "events", version = false, write_id = false)]
struct Event {
    #[dynacond(partition_key)]
    id: String,
    seen: bool,
}

fn main() {
    let change = |store: Store| store.scan::<Event>().modify_each(|event| event.seen = true);
}
