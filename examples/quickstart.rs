//! An order is created, read twice and saved once; the second, stale save is refused. A guarded update reserves stock, and a
//! condition that is false says what it found.
//!
//! `cargo run --example quickstart`, on an embedded DynamoDB; with `DYNACOND_ENDPOINT=http://…` on that endpoint.
use dynacond::{AttributeType, Error, Store, Stored, Versioned};
use serde::{Deserialize, Serialize};

#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, AttributeType)]
enum Status {
    Pending,
    Shipped,
}

#[derive(Clone, Debug, Serialize, Deserialize, Versioned)]
#[dynacond(table = "shop", partition_key(name = "pk", value = "order#{id}"), sort_key(name = "sk", value = "order#{id}"))]
struct Order {
    id: String,
    status: Status,
    stock: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    note: Option<String>,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let client = dynacond_local::client_from_env()?;
    let store = Store::builder(client).prefix("dynacond-quickstart-").build();
    dynacond_local::create_table::<Order>(&store).await?;
    store.delete(Order::key("o1")).unconditional().send().await?;

    println!("1. create: there must be no such order yet");
    let order = Order { id: "o1".into(), status: Status::Pending, stock: 7, note: None };
    let order = store.create(order).send().await?;
    println!("   stored at version {}\n", Stored::version(&order));

    println!("2. two people read it, and both change it");
    let Some(mut mine) = store.get(Order::key("o1")).send().await? else { return Err("no order".into()) };
    let Some(mut theirs) = store.get(Order::key("o1")).send().await? else { return Err("no order".into()) };
    theirs.note = Some("gift wrap".into());
    mine.status = Status::Shipped;
    let theirs = store.save(theirs).send().await?;
    println!("   theirs is saved at version {}", Stored::version(&theirs));
    match store.save(mine).send().await {
        Err(error @ Error::Conflict(_)) => println!("   mine: {error}\n"),
        other => return Err(format!("expected a conflict, got {other:?}").into()),
    }

    println!("3. reserve three, if there are three: one request, no read");
    let order = store.update(Order::key("o1")).set(|o| o.stock.subtract(3)).when(|o| o.status.eq(Status::Pending)).send().await?;
    println!("   {} left, at version {}\n", order.stock, Stored::version(&order));

    println!("4. reserve six of what is left");
    match store.update(Order::key("o1")).set(|o| o.stock.subtract(6)).when(|o| o.status.eq(Status::Pending) & o.stock.ge(6)).send().await {
        Err(Error::ConditionFailed(refusal)) => {
            println!("   {refusal}");
            if let Some(condition) = refusal.condition() {
                println!("{condition}");
            }
        }
        other => return Err(format!("expected a false condition, got {other:?}").into()),
    }
    Ok(())
}
