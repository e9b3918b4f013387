//! The models that all tests of reads share: a partition with two types, and an index.
use dynacond::{AttributeType, Store, Versioned};
use dynacond_local::Local;
use serde::{Deserialize, Serialize};

#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, AttributeType,
)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    Pending,
    Shipped,
}

/// An order in its customer's partition.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Versioned)]
#[dynacond(
    table = "shop",
    partition_key(name = "pk", value = "customer#{customer}"),
    sort_key(name = "sk", value = "order#{placed}#{id}")
)]
pub struct Order {
    pub customer: String,
    pub placed: String,
    pub id: String,
    pub status: Status,
    pub total: u64,
}

/// Another type in the same partition.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Versioned)]
#[dynacond(
    table = "shop",
    partition_key(name = "pk", value = "customer#{customer}"),
    sort_key(name = "sk", value = "note#{n:06}")
)]
pub struct Note {
    pub customer: String,
    pub n: u64,
    pub text: String,
}

pub fn order(placed: &str, id: &str, total: u64) -> Order {
    Order {
        customer: "c1".into(),
        placed: placed.into(),
        id: id.into(),
        status: if total.is_multiple_of(2) {
            Status::Pending
        } else {
            Status::Shipped
        },
        total,
    }
}

/// A database whose requests are logged and may meet faults.
pub struct Watched {
    pub local: Local,
    pub store: Store,
    /// A client that meets no faults and is not logged.
    pub quiet: Store,
}

/// An empty shop whose requests are logged.
pub async fn watched() -> Watched {
    let local = Local::from_env().unwrap();
    let store = Store::builder(local.client())
        .cursor_keys(["a secret of 32 random bytes"])
        .build();
    let quiet = Store::new(local.quiet_client());
    dynacond_local::create_table::<Order>(&quiet).await.unwrap();
    Watched {
        local,
        store,
        quiet,
    }
}

/// A shop with this number of orders, one for each day, and a note.
pub async fn shop_of(orders: u64) -> Watched {
    let shop = watched().await;
    for day in 1..=orders {
        let order = order(&format!("2026-10-{day:02}"), "a", day);
        shop.quiet.create(order).send().await.unwrap();
    }
    let note = Note {
        customer: "c1".into(),
        n: 7,
        text: "call back".into(),
    };
    shop.quiet.create(note).send().await.unwrap();
    shop
}

/// Returns the days of the orders.
pub fn days<'o>(orders: impl IntoIterator<Item = &'o dynacond::Stored<Order>>) -> Vec<u64> {
    orders.into_iter().map(|order| order.total).collect()
}
