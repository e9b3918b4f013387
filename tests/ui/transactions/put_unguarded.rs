// A put in a transaction of an item that has neither version nor write id.
use dynacond::{Store, Transaction, Versioned};
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, Serialize, Deserialize, Versioned)]
#[dynacond(table = "events", version = false, write_id = false)]
struct Event {
    #[dynacond(partition_key)]
    id: String,
    count: u32,
}

async fn case(store: Store, event: Event) -> dynacond::Result<()> {
    let put = |tx: &mut Transaction| tx.put(event.clone()).map(drop);
    store.transact(put).send().await?;
    Ok(())
}

fn main() {}
