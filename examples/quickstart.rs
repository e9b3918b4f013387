//! An order is created, read twice and saved. The second save is stale, so it is refused. A plain put would have overwritten the
//! note. A guarded update reserves stock, and a false condition says what it found. Next to each step are the requests that it
//! sends.
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
#[dynacond(table = "shop", partition_key(name = "pk", value = "order#{id}"))]
struct Order {
    id: String,
    status: Status,
    stock: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    note: Option<String>,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let store = Store::new(dynacond_local::client_from_env()?);
    dynacond_local::create_table::<Order>(&store).await?;
    let key = Order::key("o1");

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

    println!("2. Two people open it. One adds a note and saves.");
    let mut mine = store.get(&key).send().await?.ok_or("no order")?;
    let mut theirs = mine.clone();
    theirs.note = Some("gift wrap".into());
    let save = store.save(theirs);
    println!("{}", save.preview()?);
    let theirs = save.send().await?;
    println!("=> saved at version {}\n", Stored::version(&theirs));

    println!("3. The other one ships it, from version 1: a stale save.");
    mine.status = Status::Shipped;
    match store.save(mine).send().await {
        Err(error @ Error::Conflict(_)) => println!("=> {error}\n"),
        other => return Err(format!("expected a conflict, got {other:?}").into()),
    }

    println!("4. Reserve three of the stock, if there are three: one request, no read.");
    let reserve = |n| {
        let update = store.update(&key).set(|o| o.stock.subtract(n));
        update.when(|o| o.status.eq(Status::Pending).and(o.stock.ge(n)))
    };
    println!("{}", reserve(3).preview()?);
    let order = reserve(3).send().await?;
    println!("=> {} left\n", order.stock);

    println!("5. Reserve six of what is left. The refusal says what it found.");
    match reserve(6).send().await {
        Err(Error::ConditionFailed(refusal)) => {
            println!("=> {refusal}");
            let condition = refusal.condition().ok_or("no condition")?;
            println!("{condition}");
        }
        other => return Err(format!("expected a refusal, got {other:?}").into()),
    }
    Ok(())
}
