//! An order goes from state to state by a table of allowed steps. The table is the guard. What somebody else wrote to the order in
//! the meantime is kept.
//!
//! `cargo run --example order_workflow`, on an embedded DynamoDB; with `DYNACOND_ENDPOINT=http://…` on that endpoint.
use dynacond::{AttributeType, Error, Store, Stored, Versioned};
use serde::{Deserialize, Serialize};

#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, AttributeType)]
pub enum Status {
    Pending,
    Paid,
    Shipped,
    Cancelled,
}
use Status::{Cancelled, Paid, Pending, Shipped};

impl Status {
    /// The states from which an order may come to this one. A new state does not compile until it is in this table.
    const fn sources(self) -> &'static [Self] {
        match self {
            Pending => &[],
            Paid => &[Pending],
            Shipped => &[Paid],
            Cancelled => &[Pending, Paid],
        }
    }
}

#[derive(Clone, Debug, Serialize, Deserialize, Versioned)]
#[dynacond(table = "orders")]
pub struct Order {
    #[dynacond(partition_key)]
    pub id: String,
    pub status: Status,
    pub ship_to: String,
}

/// One request, without a read. The usual code reads the order, changes its status, and puts the whole item if the status is still
/// the same. An address that was corrected between read and put is then silently set back. Here only the status is written, so
/// nothing else can be overwritten.
async fn advance(store: &Store, id: &str, to: Status) -> dynacond::Result<Stored<Order>> {
    let step = store.update(Order::key(id)).set(|o| o.status.to(to));
    step.when(|o| o.status.is_in(to.sources())).send().await
}

pub async fn run(store: &Store) -> Result<Stored<Order>, Box<dyn std::error::Error>> {
    dynacond_local::create_table::<Order>(store).await?;
    let key = Order::key("o1");
    store.delete(&key).unconditional().send().await?;
    let order = store.create(Order {
        id: "o1".into(),
        status: Pending,
        ship_to: "Lyon".into(),
    });
    let order = order.send().await?;
    println!("The order is {:?}, to {}.", order.status, order.ship_to);

    // While the payment runs, the customer corrects the address.
    let corrected = store.update(&key).set(|o| o.ship_to.to("Nantes"));
    corrected.send().await?;
    let order = advance(store, "o1", Paid).await?;
    println!("It is {:?}, and goes to {}.", order.status, order.ship_to);

    // The warehouse ships the order, and the customer cancels it on a page that still shows it as paid. No step leads back to
    // Pending. An IN without values would never be true, so it is refused before it is sent. It does not disappear silently.
    for to in [Shipped, Cancelled, Pending] {
        match advance(store, "o1", to).await {
            Ok(order) => println!("It is {:?}.", order.status),
            Err(Error::ConditionFailed(refusal)) => {
                let now = refusal.current::<Order>()?.ok_or("no order")?.status;
                println!("Too late for {to:?}: it is {now:?}.");
            }
            Err(Error::Expression(error)) => println!("It never becomes {to:?}: {error}"),
            Err(other) => return Err(other.into()),
        }
    }
    Ok(store.get(&key).send().await?.ok_or("no order")?)
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let store = Store::new(dynacond_local::client_from_env()?);
    run(&store).await.map(drop)
}
