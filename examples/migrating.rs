//! From expressions by hand to typed ones, step by step. Existing strings are parsed and checked. The SDK's own requests take typed
//! conditions. Items without a version get one with their first save. By hand, a stale put would silently drop the attribute that
//! this struct does not know.
//!
//! `cargo run --example migrating`, on an embedded DynamoDB; with `DYNACOND_ENDPOINT=http://…` on that endpoint.
use std::collections::HashMap;

use dynacond::{AttributeValue, Condition, ConditionExt, Error, Store, Stored, Versioned, attr};
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, Serialize, Deserialize, Versioned)]
#[dynacond(table = "users")]
pub struct User {
    #[dynacond(partition_key)]
    pub id: String,
    pub email: String,
    pub visits: u32,
}

fn text(text: &str) -> AttributeValue {
    AttributeValue::S(text.into())
}

pub async fn run(store: &Store) -> Result<Stored<User>, Box<dyn std::error::Error>> {
    dynacond_local::create_table::<User>(store).await?;
    let key = User::key("u1");
    let (client, table) = (store.client(), store.table_name::<User>());
    // An item of the old code: no version, and an attribute that the struct does not know.
    let old = HashMap::from([
        ("id".to_owned(), text("u1")),
        ("email".to_owned(), text("ana@example.com")),
        ("visits".to_owned(), AttributeValue::N("1".into())),
        ("nickname".to_owned(), text("Nan")),
    ]);
    let put = client.put_item().table_name(&table);
    put.set_item(Some(old.clone())).send().await?;

    println!("1. Strings that exist are read, and evaluated without a client.");
    // A common condition for the users of a company. It is never true, because an address does not begin with its domain.
    let values = HashMap::from([(":domain".to_owned(), text("@example.com"))]);
    let wrong = Condition::parse("begins_with(email, :domain)", HashMap::new(), values)?;
    println!("{}", wrong.explain(&old));
    let right = User::attributes().email.contains("@example.com");
    println!("{}", right.explain(&old));
    // dynacond finds what DynamoDB would refuse before it is sent.
    let values = HashMap::from([(":s".to_owned(), text("active"))]);
    if let Err(Error::Parse(error)) = Condition::parse("status = :s", HashMap::new(), values) {
        println!("{error}\n{}", error.snippet());
    }

    println!("2. A request by hand takes a condition that was built.");
    // The request keeps its placeholders, and those of the condition have other names. By hand, a second `:v` replaces the first.
    let update = client
        .update_item()
        .table_name(&table)
        .set_key(Some(key.raw().to_item()))
        .update_expression("SET #v = :v")
        .expression_attribute_names("#v", "visits")
        .expression_attribute_values(":v", AttributeValue::N("2".into()))
        .condition(attr("visits").eq(1).and(right))?;
    let sent = update.get_condition_expression().clone();
    println!("{}", sent.unwrap_or_default());
    update.send().await?;

    println!("3. A verb takes the old string beside a typed condition.");
    let values = HashMap::from([(":max".to_owned(), AttributeValue::N("100".into()))]);
    let quota = Condition::parse("visits < :max", HashMap::new(), values)?;
    let visit = store.update(&key).set(|u| u.visits.add(1));
    let visit = visit.when(|u| u.email.exists() & quota);
    println!("{}", visit.preview()?);

    println!(
        "4. The first save adopts the item, if it is as it was read, and keeps the rest of it."
    );
    let mut user = store.get(&key).send().await?.ok_or("no user")?;
    print!("version {}", Stored::version(&user));
    user.visits += 1;
    let user = store.save(user).send().await?;
    println!(" became {}", Stored::version(&user));
    println!("5. From now on the verb raises the version, and a stale save is refused.");
    let user_after = visit.send().await?;
    let stale = store.save(user).when(|u| u.visits.ge(0)).send().await;
    println!("{}", stale.err().ok_or("expected a conflict")?);
    Ok(user_after)
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let store = Store::new(dynacond_local::client_from_env()?);
    run(&store).await?;
    Ok(())
}
