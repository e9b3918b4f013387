//! A shopping cart becomes an order. Products, cart and order are in three tables, and all of them change, or none. Two customers
//! want the last lamp.
//!
//! `cargo run --example checkout`, on an embedded DynamoDB; with `DYNACOND_ENDPOINT=http://…` on that endpoint.
use std::collections::BTreeMap;

use dynacond::{Store, Stored, Transaction, Versioned};
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, Serialize, Deserialize, Versioned)]
#[dynacond(table = "products")]
pub struct Product {
    #[dynacond(partition_key)]
    pub sku: String,
    pub price: u32,
    pub stock: u32,
}
#[derive(Clone, Debug, Serialize, Deserialize, Versioned)]
#[dynacond(table = "carts")]
pub struct Cart {
    #[dynacond(partition_key)]
    pub user: String,
    pub lines: BTreeMap<String, u32>, // quantities by SKU
}
#[derive(Clone, Debug, Serialize, Deserialize, Versioned)]
#[dynacond(table = "orders")]
pub struct Order {
    #[dynacond(partition_key)]
    pub id: String,
    pub lines: BTreeMap<String, u32>,
    pub total: u32,
}

#[derive(Debug, thiserror::Error)]
pub enum Refused {
    #[error("{0}: {1} left")]
    SoldOut(String, u32),
    #[error(transparent)]
    Dynamo(#[from] dynacond::Error),
}

/// A pure function. With single writes, even if each is correct by itself, the chairs would be sold before the lamp turns out to be
/// gone. Code that undoes the first writes would be longer than this function, and would not run if the process ends. The commit
/// also checks what was read, so a price that changes in the meantime is noticed.
pub fn checkout(tx: &mut Transaction, user: &str, id: &str) -> Result<Stored<Order>, Refused> {
    // The customer's device makes the order's id, so a checkout that is sent twice gives the same order.
    if let Some(done) = tx.get(Order::key(id))? {
        return Ok(done);
    }
    let cart = tx.require(Cart::key(user))?;
    let keys: Vec<_> = cart.lines.keys().map(Product::key).collect();
    let mut total = 0;
    for ((sku, wanted), product) in cart.lines.iter().zip(tx.get_all(keys)?) {
        let left = product.as_ref().map_or(0, |product| product.stock);
        let Some(mut product) = product.filter(|_| left >= *wanted) else {
            return Err(Refused::SoldOut(sku.clone(), left));
        };
        product.stock -= wanted;
        total += product.price * wanted;
        tx.put(product)?;
    }
    let (id, lines) = (id.into(), cart.lines.clone());
    tx.delete(cart)?; // at the version that was read: a line added meanwhile is not lost
    Ok(tx.create(Order { id, lines, total })?)
}

pub async fn run(store: &Store) -> Result<(), Box<dyn std::error::Error>> {
    dynacond_local::create_table::<Product>(store).await?;
    dynacond_local::create_table::<Cart>(store).await?;
    dynacond_local::create_table::<Order>(store).await?;
    for (sku, price, stock) in [("chair", 40, 10), ("lamp", 25, 1)] {
        let sku = sku.into();
        let product = store.put(Product { sku, price, stock });
        product.unconditional().send().await?;
    }
    for (user, id) in [("ana", "ana-1"), ("ben", "ben-1")] {
        let lines = [("chair".into(), 2), ("lamp".into(), 1)].into();
        let user = user.into();
        let cart = store.put(Cart { user, lines });
        cart.unconditional().send().await?;
        store.delete(Order::key(id)).unconditional().send().await?;
    }

    let (ana, ben) = tokio::join!(
        store.transact(|tx| checkout(tx, "ana", "ana-1")).send(),
        store.transact(|tx| checkout(tx, "ben", "ben-1")).send()
    );
    for (user, answer) in [("ana", ana), ("ben", ben)] {
        match answer {
            Ok(order) => println!("{user} pays {} for order {}", order.total, order.id),
            Err(Refused::Dynamo(error)) => return Err(error.into()),
            Err(sold_out) => println!("{user} gets nothing, and keeps the cart ({sold_out})"),
        }
    }
    Ok(())
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let store = Store::new(dynacond_local::client_from_env()?);
    run(&store).await
}
