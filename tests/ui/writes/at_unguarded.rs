// A tag for an item that has neither version nor write id.
use dynacond::{Store, Tag, Versioned};
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, Serialize, Deserialize, Versioned)]
#[dynacond(table = "events", version = false, write_id = false)]
struct Event {
    #[dynacond(partition_key)]
    id: String,
    count: u32,
}

async fn case(store: Store, event: Event, tag: Tag) -> dynacond::Result<()> {
    store.put(event).at(&tag).send().await?;
    Ok(())
}

fn main() {}
