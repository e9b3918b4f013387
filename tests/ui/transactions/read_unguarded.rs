// A checked read of an item that has neither version nor write id.
use dynacond::{Store, Transaction, Versioned};
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, Serialize, Deserialize, Versioned)]
#[dynacond(table = "events", version = false, write_id = false)]
struct Event {
    #[dynacond(partition_key)]
    id: String,
    count: u32,
}

async fn case(store: Store) -> dynacond::Result<()> {
    let read = |tx: &mut Transaction| tx.get(Event::key("e1")).map(drop);
    store.transact(read).send().await?;
    Ok(())
}

fn main() {}
