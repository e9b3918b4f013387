//! Each event is logged once, however often it is delivered. The result is "created", "already done", or a conflict if the id was
//! used for another event.
//!
//! `cargo run --example event_log`, on an embedded DynamoDB; with `DYNACOND_ENDPOINT=http://…` on that endpoint.
use dynacond::{Error, Store, Stored, Versioned};
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Versioned)]
#[dynacond(table = "events", partition_key(name = "pk", value = "event#{id}"))]
pub struct Event {
    pub id: String,
    pub kind: String,
    pub amount: u32,
}

#[derive(Debug, PartialEq)]
pub enum Logged {
    Created,
    AlreadyDone,
    /// Another event has this id.
    Conflicting(Event),
}

/// Sends one request in each case, because the refusal carries the stored event. The usual code answers "already logged" to *every*
/// error: also for another event under the same id, which is then lost, for a value that could not be serialised, and for a missing
/// table.
pub async fn log(store: &Store, event: Event) -> dynacond::Result<Logged> {
    match store.create(event.clone()).send().await {
        Ok(_) => Ok(Logged::Created),
        Err(Error::AlreadyExists(refusal)) => match refusal.current::<Event>()? {
            Some(logged) if *logged != event => Ok(Logged::Conflicting(Stored::into_inner(logged))),
            _ => Ok(Logged::AlreadyDone),
        },
        // Nothing was logged, or the outcome is unknown. The sender delivers the event again, which is safe.
        Err(other) => Err(other),
    }
}

pub async fn run(store: &Store) -> Result<Vec<Logged>, Box<dyn std::error::Error>> {
    dynacond_local::create_table::<Event>(store).await?;
    for id in ["e1", "e2"] {
        store.delete(Event::key(id)).unconditional().send().await?;
    }
    let mut told = Vec::new();
    for (id, kind, amount) in [
        ("e1", "payment", 100),
        ("e2", "refund", 20),
        ("e1", "payment", 100), // delivered twice
        ("e1", "payment", 900), // a sender that used an id twice
    ] {
        print!("{id}, {kind} of {amount}: ");
        let (id, kind) = (id.into(), kind.into());
        let logged = log(store, Event { id, kind, amount }).await?;
        match &logged {
            Logged::Created => println!("logged"),
            Logged::AlreadyDone => println!("was logged already"),
            Logged::Conflicting(Event { kind, amount, .. }) => {
                println!("NOT logged, the id is that of a {kind} of {amount}");
            }
        }
        told.push(logged);
    }
    Ok(told)
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let store = Store::new(dynacond_local::client_from_env()?);
    run(&store).await.map(drop)
}
