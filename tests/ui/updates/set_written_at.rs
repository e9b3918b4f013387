// An update that sets the time of the write.
use dynacond::{Store, Versioned};
use serde::{Deserialize, Serialize};

#[derive(Clone, Serialize, Deserialize, Versioned)]
#[dynacond(table = "pages", written_at = "updated")]
struct Page {
    #[dynacond(partition_key)]
    id: String,
    updated: u64,
}

fn case(store: Store) {
    let _ = store.update(Page::key("p1")).set(|p| p.updated.to(5));
}

fn main() {}
