//! The items that the expressions speak of, and what their values are made of.
use std::collections::HashMap;
use std::hint::black_box;

use aws_sdk_dynamodb::types::AttributeValue;
use dynacond::Versioned;
use serde::{Deserialize, Serialize};

pub(crate) type Item = HashMap<String, AttributeValue>;

#[derive(Clone, Debug, Serialize, Deserialize, Versioned)]
#[dynacond(table = "shop")]
pub(crate) struct Order {
    #[dynacond(partition_key)]
    pub(crate) id: String,
    pub(crate) status: String,
    pub(crate) stock: u32,
    pub(crate) revision: u64,
    pub(crate) city: String,
    pub(crate) tags: Vec<String>,
    pub(crate) paid: bool,
    pub(crate) note: Option<String>,
    pub(crate) total: u64,
    pub(crate) reserved: u32,
    pub(crate) carrier: String,
}

/// Twenty attributes to update, without a write id: every library can say the same then.
#[derive(Clone, Debug, Serialize, Deserialize, Versioned)]
#[dynacond(table = "shop", version = "version", write_id = false)]
#[rustfmt::skip]
pub(crate) struct Wide {
    #[dynacond(partition_key)]
    pub(crate) id: String,
    pub(crate) a01: u64, pub(crate) a02: u64, pub(crate) a03: u64, pub(crate) a04: u64, pub(crate) a05: u64,
    pub(crate) a06: u64, pub(crate) a07: u64, pub(crate) a08: u64, pub(crate) a09: u64, pub(crate) a10: u64,
    pub(crate) a11: u64, pub(crate) a12: u64, pub(crate) a13: u64, pub(crate) a14: u64, pub(crate) a15: u64,
    pub(crate) a16: u64, pub(crate) a17: u64, pub(crate) a18: u64, pub(crate) a19: u64, pub(crate) a20: u64,
}

pub(crate) const WIDE: [&str; 20] = [
    "a01", "a02", "a03", "a04", "a05", "a06", "a07", "a08", "a09", "a10", "a11", "a12", "a13",
    "a14", "a15", "a16", "a17", "a18", "a19", "a20",
];

/// What the values are made of: known at run time only.
#[derive(Debug)]
pub(crate) struct Input {
    pub(crate) status: String,
    pub(crate) stock: u32,
    pub(crate) revision: u64,
}

impl Input {
    pub(crate) fn new() -> Self {
        black_box(Self {
            status: "pending".to_owned(),
            stock: 3,
            revision: 7,
        })
    }
}

/// An item on which the conditions hold.
pub(crate) fn item() -> Item {
    let order = Order {
        id: "o1".to_owned(),
        status: "pending".to_owned(),
        stock: 8,
        revision: 7,
        city: "Lyon".to_owned(),
        tags: vec!["new".to_owned()],
        paid: true,
        note: Some("gift".to_owned()),
        total: 120,
        reserved: 2,
        carrier: "post".to_owned(),
    };
    serde_dynamo::to_item(order).expect("an item")
}

pub(crate) fn key() -> Item {
    HashMap::from([("id".to_owned(), AttributeValue::S("o1".to_owned()))])
}
