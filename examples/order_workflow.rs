//! An order goes from state to state, by a table of what is allowed. The guard is the table; what somebody else wrote to the
//! order meanwhile is kept.
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
    /// The states from which an order may come here. A new state does not compile before it stands in this table.
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

/// One request, without a read. The usual pattern reads the order, changes its status and puts the whole item back if the
/// status is still the one it read: an address that was corrected between read and put is set back, and nobody is told.
/// Here the status alone is written, so there is nothing else to overwrite.
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

    // The warehouse ships it, and the customer cancels it on a page that still shows it as paid. No step leads back to
    // Pending: an IN without values never holds; it is refused before it is sent, and does not vanish.
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
