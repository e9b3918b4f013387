// A version of an item whose version is switched off.
use dynacond::{Store, Versioned};
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, Serialize, Deserialize, Versioned)]
#[dynacond(table = "tickets", version = false)]
struct Ticket {
    #[dynacond(partition_key)]
    id: String,
    seats: u32,
}

async fn case(store: Store, ticket: Ticket) -> dynacond::Result<()> {
    store.put(ticket).at_version(7).send().await?;
    Ok(())
}

fn main() {}
