// A deletion of a read item that has neither version nor write id.
use dynacond::{Store, Stored, Versioned};
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, Serialize, Deserialize, Versioned)]
#[dynacond(table = "events", version = false, write_id = false)]
struct Event {
    #[dynacond(partition_key)]
    id: String,
    count: u32,
}

async fn case(store: Store, event: Stored<Event>) -> dynacond::Result<()> {
    store.delete(event).send().await?;
    Ok(())
}

fn main() {}
