//! Four buyers want three each of the ten that are in stock, all at once. Three get them; the last one is told how many are
//! left.
//!
//! `cargo run --example inventory`, on an embedded DynamoDB; with `DYNACOND_ENDPOINT=http://…` on that endpoint.
use dynacond::{Error, Store, Versioned};
use serde::{Deserialize, Serialize};
use tokio::task::JoinSet;

#[derive(Clone, Debug, Serialize, Deserialize, Versioned)]
#[dynacond(
    table = "products",
    partition_key(name = "pk", value = "product#{id}"),
    sort_key(name = "sk", value = "product#{id}")
)]
pub struct Product {
    pub id: String,
    pub name: String,
    pub stock: u32,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Reservation {
    Reserved { left: u32 },
    TooFew { left: u32 },
}

/// One request, without a read. The guide reads 10, and puts 10 - 3 if the stock is at least 3: two buyers who read 10 both
/// leave 7, and three items are sold twice; and its put, which holds the key and the stock, wipes the name. Here DynamoDB
/// itself subtracts from what is there. Since `stock` is unsigned, `stock >= quantity` is guarded without a word.
pub(crate) async fn reserve(
    store: &Store,
    id: &str,
    quantity: u32,
) -> dynacond::Result<Reservation> {
    let reserve = store
        .update(Product::key(id))
        .set(|p| p.stock.subtract(quantity));
    match reserve.send().await {
        Ok(product) => Ok(Reservation::Reserved {
            left: product.stock,
        }),
        // The refusal brings the item as it was evaluated.
        Err(Error::ConditionFailed(refusal)) => {
            let product = refusal.current::<Product>()?;
            Ok(Reservation::TooFew {
                left: product.map_or(0, |product| product.stock),
            })
        }
        // A product that does not exist is not created by a sale: `NotFound`.
        Err(other) => Err(other),
    }
}

pub(crate) async fn run(store: &Store) -> Result<Vec<Reservation>, Box<dyn std::error::Error>> {
    dynacond_local::create_table::<Product>(store).await?;
    let key = Product::key("chair");
    store.delete(&key).unconditional().send().await?;
    let product = Product {
        id: "chair".into(),
        name: "Folding chair".into(),
        stock: 10,
    };
    store.create(product).send().await?;

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
            Reservation::TooFew { left } => {
                println!("buyer {buyer} wanted 3, and is told that {left} is left");
            }
        }
        told.push(reservation);
    }
    Ok(told)
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let client = dynacond_local::client_from_env()?;
    let store = Store::builder(client).prefix("dynacond-inventory-");
    run(&store.build()).await?;
    Ok(())
}
