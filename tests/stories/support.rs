//! The models, the stores, and the raw access to a table that all stories share.
use std::collections::{BTreeSet, HashMap, HashSet};

use dynacond::{AttributeType, AttributeValue, Document, Error, Item, Key, Store, Versioned};
use dynacond_local::{Fault, Local};
use serde::{Deserialize, Serialize};

#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, AttributeType)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    Pending,
    Shipped,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Document)]
pub struct Address {
    pub street: String,
    pub city: String,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Versioned)]
#[dynacond(
    table = "shop",
    partition_key(name = "pk", value = "order#{id}"),
    sort_key(name = "sk", value = "order#{id}")
)]
pub struct Order {
    pub id: String,
    pub status: Status,
    pub stock: u32,
    #[serde(rename = "shipTo")]
    pub address: Address,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// A model with a partition key `id`, no sort key, and a field that shows the version.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Versioned)]
#[dynacond(table = "accounts")]
pub struct Account {
    #[dynacond(partition_key)]
    pub id: String,
    pub balance: i64,
    #[dynacond(version)]
    pub version: u64,
}

/// A model with the keys `group` and `id`, and with other names for the version and the write id.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Versioned)]
#[dynacond(table = "members", version = "revision", write_id = "written_by")]
pub struct Member {
    #[dynacond(partition_key)]
    pub group: String,
    #[dynacond(sort_key)]
    pub id: String,
    pub points: u32,
}

/// A model without a write id.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Versioned)]
#[dynacond(table = "counters", write_id = false)]
pub struct Counter {
    #[dynacond(partition_key)]
    pub id: String,
    pub count: u32,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Payment {
    Card { network: String, last_four: String },
    Invoice { days: u32 },
}

/// A model with one attribute of each kind.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Versioned)]
#[dynacond(table = "baskets")]
pub struct Basket {
    #[dynacond(partition_key)]
    pub id: String,
    pub address: Address,
    pub prices: HashMap<String, u32>,
    #[serde(with = "serde_dynamo::string_set")]
    pub tags: HashSet<String>,
    pub lines: Vec<String>,
    pub payment: Payment,
    pub weight: f64,
    pub paid: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub points: Option<u32>,
}

/// A pending order `o1` of ten pieces to Lyon.
pub fn order() -> Order {
    Order {
        id: "o1".into(),
        status: Status::Pending,
        stock: 10,
        address: Address {
            street: "1 rue Haute".into(),
            city: "Lyon".into(),
        },
        note: None,
    }
}

/// [`order`] as it is stored, without the write id.
pub fn order_item(version: u64) -> Item {
    item([
        ("pk", s("order#o1")),
        ("sk", s("order#o1")),
        ("id", s("o1")),
        ("status", s("pending")),
        ("stock", n(10)),
        (
            "shipTo",
            m([("street", s("1 rue Haute")), ("city", s("Lyon"))]),
        ),
        ("item_version", n(version)),
    ])
}

/// [`order`] as a writer without versions stores it.
pub fn unversioned_order_item() -> Item {
    let mut item = order_item(1);
    item.remove("item_version");
    item
}

pub fn basket() -> Basket {
    Basket {
        id: "b1".into(),
        address: order().address,
        prices: [("EUR".to_owned(), 10), ("USD".to_owned(), 11)].into(),
        tags: ["new".to_owned()].into(),
        lines: vec!["apple".into(), "pear".into()],
        payment: Payment::Card {
            network: "visa".into(),
            last_four: "1111".into(),
        },
        weight: 1.5,
        paid: false,
        points: Some(5),
    }
}

pub fn s(text: impl Into<String>) -> AttributeValue {
    AttributeValue::S(text.into())
}

pub fn n<T: ToString + Copy>(number: T) -> AttributeValue {
    AttributeValue::N(number.to_string())
}

pub fn item<const N: usize>(attributes: [(&str, AttributeValue); N]) -> Item {
    attributes.map(|(name, v)| (name.to_owned(), v)).into()
}

pub fn m<const N: usize>(entries: [(&str, AttributeValue); N]) -> AttributeValue {
    AttributeValue::M(item(entries))
}

/// A store with its own tables and the table of `T`, at the endpoint of the environment or embedded.
pub async fn fresh_store<T: Versioned>() -> Store {
    let store = Store::new(dynacond_local::client_from_env().unwrap());
    dynacond_local::create_table::<T>(&store).await.unwrap();
    store
}

/// A database whose requests are logged and may meet faults.
pub struct Watched {
    pub local: Local,
    pub store: Store,
    /// A client that meets no faults and is not logged.
    pub quiet: Store,
}

/// An empty table of `T` whose requests are logged.
pub async fn watched<T: Versioned>() -> Watched {
    watched_at::<T>(Local::from_env().unwrap()).await
}

/// An empty table of `T` in this database.
pub async fn watched_at<T: Versioned>(local: Local) -> Watched {
    let store = Store::new(local.client());
    let quiet = Store::new(local.quiet_client());
    dynacond_local::create_table::<T>(&quiet).await.unwrap();
    Watched {
        local,
        store,
        quiet,
    }
}

/// A table with [`order`] at version 1, whose requests are logged.
pub async fn watched_order() -> Watched {
    let shop = watched::<Order>().await;
    shop.quiet.create(order()).send().await.unwrap();
    shop
}

/// Reads the item with the SDK.
pub async fn raw<T: Versioned>(store: &Store, key: Key<T>) -> Option<Item> {
    let get = store
        .client()
        .get_item()
        .table_name(store.table_name::<T>())
        .set_key(Some(key.raw().to_item()))
        .consistent_read(true);
    get.send().await.unwrap().item
}

/// As [`raw`], and also returns the write id.
pub async fn raw_and_id<T: Versioned>(store: &Store, key: Key<T>) -> (Item, String) {
    let mut item = raw(store, key).await.expect("an item");
    let id = item.remove(T::MODEL.write_id.expect("a write id"));
    match id.expect("stamped") {
        AttributeValue::S(id) => (item, id),
        other => panic!("a write id is a string, not {other:?}"),
    }
}

/// Reads the stored order without its write id.
pub async fn stored_order(store: &Store) -> Item {
    raw_and_id(store, Order::key("o1")).await.0
}

/// Writes an item like a writer that knows no versions.
pub async fn put_raw<T: Versioned>(store: &Store, item: Item) {
    let put = store
        .client()
        .put_item()
        .table_name(store.table_name::<T>())
        .set_item(Some(item));
    put.send().await.unwrap();
}

/// Sets one top-level attribute, or removes it for `None`, like a writer that knows no versions.
pub async fn set_raw<T: Versioned>(
    store: &Store,
    key: Key<T>,
    name: &str,
    v: Option<AttributeValue>,
) {
    let update = store
        .client()
        .update_item()
        .table_name(store.table_name::<T>())
        .set_key(Some(key.raw().to_item()))
        .expression_attribute_names("#a", name);
    let update = match v {
        Some(v) => update
            .update_expression("SET #a = :v")
            .expression_attribute_values(":v", v),
        None => update.update_expression("REMOVE #a"),
    };
    update.send().await.unwrap();
}

/// Reads the order with the store.
pub async fn read(store: &Store) -> dynacond::Stored<Order> {
    let order = store.get(Order::key("o1")).send().await.unwrap();
    order.expect("the order is there")
}

/// Returns the attributes that a logged request names.
pub fn named(request: &dynacond_local::Request) -> BTreeSet<String> {
    let names = request.body["ExpressionAttributeNames"].as_object();
    names
        .into_iter()
        .flat_map(|names| names.values())
        .map(|name| name.as_str().unwrap().to_owned())
        .collect()
}

pub fn names<const N: usize>(names: [&str; N]) -> BTreeSet<String> {
    names.map(str::to_owned).into()
}

/// A rival that reads the order, takes one from the stock, and saves it.
pub fn rival_saves_one() -> Fault {
    Fault::rival(|client| async move {
        let store = Store::new(client);
        let save = store.modify(Order::key("o1"), |o| o.stock -= 1);
        save.send().await.unwrap();
    })
}

/// A rival that takes one from the stock with an update by key, without a read.
pub fn rival_buys_one() -> Fault {
    Fault::rival(|client| async move {
        let buy = Store::new(client)
            .update(Order::key("o1"))
            .set(|o| o.stock.subtract(1));
        buy.send().await.unwrap();
    })
}

/// Returns the error of a call that must fail.
#[track_caller]
pub fn refused<T>(result: dynacond::Result<T>) -> Error {
    match result {
        Err(error) => error,
        Ok(_) => panic!("it must be refused"),
    }
}
