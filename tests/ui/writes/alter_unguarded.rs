// An `alter` of an item that has neither version nor write id.
use dynacond::{Store, Versioned};
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, Serialize, Deserialize, Versioned)]
#[dynacond(table = "events", version = false, write_id = false)]
struct Event {
    #[dynacond(partition_key)]
    id: String,
    count: u32,
}

async fn case(store: Store) -> dynacond::Result<()> {
    store.alter(Event::key("e1"), |event| event).send().await?;
    Ok(())
}

fn main() {}
