//! Four buyers want three items each at the same time, and ten are in stock. Three buyers get them. The last one learns how many
//! are left.
//!
//! `cargo run --example inventory`, on an embedded DynamoDB; with `DYNACOND_ENDPOINT=http://…` on that endpoint.
use dynacond::{Error, Store, Versioned};
use serde::{Deserialize, Serialize};
use tokio::task::JoinSet;

#[derive(Clone, Debug, Serialize, Deserialize, Versioned)]
#[dynacond(table = "products")]
pub struct Product {
    #[dynacond(partition_key)]
    pub id: String,
    pub name: String,
    pub stock: u32,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Reservation {
    Reserved { left: u32 },
    TooFew { left: u32 },
}

/// One request, without a read. The usual code reads 10, and puts 10 - 3 if the stock is at least 3. Two buyers who both read 10
/// both write 7, so three items are sold twice. The put also contains only the key and the stock, so the name is lost. Here
/// DynamoDB itself subtracts from the stored number. `stock` is unsigned, so dynacond adds the guard `stock >= quantity`.
pub async fn reserve(store: &Store, id: &str, quantity: u32) -> dynacond::Result<Reservation> {
    let sale = store.update(Product::key(id));
    match sale.set(|p| p.stock.subtract(quantity)).send().await {
        Ok(now) => Ok(Reservation::Reserved { left: now.stock }),
        // The refusal carries the item that DynamoDB evaluated.
        Err(Error::ConditionFailed(refusal)) => {
            let left = refusal.current::<Product>()?.map_or(0, |now| now.stock);
            Ok(Reservation::TooFew { left })
        }
        // A sale does not create a missing product: the error is `NotFound`.
        Err(other) => Err(other),
    }
}

pub async fn run(store: &Store) -> Result<Vec<Reservation>, Box<dyn std::error::Error>> {
    dynacond_local::create_table::<Product>(store).await?;
    let (id, name) = ("chair".into(), "Folding chair".into());
    let chairs = store.put(Product {
        id,
        name,
        stock: 10,
    });
    chairs.unconditional().send().await?;

    let mut buyers = JoinSet::new();
    for buyer in 1..=4 {
        let store = store.clone();
        buyers.spawn(async move { (buyer, reserve(&store, "chair", 3).await) });
    }
    let mut told = Vec::new();
    while let Some(answer) = buyers.join_next().await {
        let (buyer, reservation) = answer?;
        let reservation = reservation?;
        match reservation {
            Reservation::Reserved { left } => println!("buyer {buyer} got 3; {left} are left"),
            Reservation::TooFew { left } => println!("buyer {buyer} is told that {left} is left"),
        }
        told.push(reservation);
    }
    Ok(told)
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let store = Store::new(dynacond_local::client_from_env()?);
    run(&store).await.map(drop)
}
