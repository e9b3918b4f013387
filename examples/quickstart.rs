//! An order is created, read twice and saved once; the second, stale save is refused. A guarded update reserves stock, and a
//! condition that is false says what it found. What is sent stands beside each step.
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
#[dynacond(
    table = "shop",
    partition_key(name = "pk", value = "order#{id}"),
    sort_key(name = "sk", value = "order#{id}")
)]
struct Order {
    id: String,
    status: Status,
    stock: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    note: Option<String>,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let store = Store::builder(dynacond_local::client_from_env()?)
        .prefix("dynacond-quickstart-")
        .build();
    dynacond_local::create_table::<Order>(&store).await?;
    let leftover = store.delete(Order::key("o1")).unconditional();
    leftover.send().await?;

    println!("1. Create an order: there must be none under its key yet.");
    let create = store.create(Order {
        id: "o1".into(),
        status: Status::Pending,
        stock: 7,
        note: None,
    });
    println!("{}", create.preview()?);
    let order = create.send().await?;
    println!("=> stored at version {}\n", Stored::version(&order));

    println!("2. Two people read it. One adds a note and saves.");
    let mut mine = store
        .get(Order::key("o1"))
        .send()
        .await?
        .ok_or("no order")?;
    let mut theirs = store
        .get(Order::key("o1"))
        .send()
        .await?
        .ok_or("no order")?;
    theirs.note = Some("gift wrap".into());
    let save = store.save(theirs);
    println!("{}", save.preview()?);
    let theirs = save.send().await?;
    println!("=> saved at version {}\n", Stored::version(&theirs));

    println!("3. The other one ships it, from the version read before: a stale save.");
    mine.status = Status::Shipped;
    let save = store.save(mine);
    println!("{}", save.preview()?);
    match save.send().await {
        Err(error @ Error::Conflict(_)) => println!("=> {error}\n"),
        other => return Err(format!("expected a conflict, got {other:?}").into()),
    }

    println!("4. Reserve three of the stock, if there are three: one request, no read.");
    let reserve = store
        .update(Order::key("o1"))
        .set(|o| o.stock.subtract(3))
        .when(|o| o.status.eq(Status::Pending).and(o.stock.ge(3)));
    println!("{}", reserve.preview()?);
    let order = reserve.send().await?;
    println!(
        "=> {} left, at version {}\n",
        order.stock,
        Stored::version(&order)
    );

    println!("5. Reserve six of what is left. The condition says what it found.");
    let reserve = store
        .update(Order::key("o1"))
        .set(|o| o.stock.subtract(6))
        .when(|o| o.status.eq(Status::Pending).and(o.stock.ge(6)));
    match reserve.send().await {
        Err(error @ Error::ConditionFailed(_)) => {
            println!("=> {error}");
            if let Some(condition) = error.refusal().and_then(|refusal| refusal.condition()) {
                println!("{condition}");
            }
        }
        other => return Err(format!("expected a false condition, got {other:?}").into()),
    }
    Ok(())
}
