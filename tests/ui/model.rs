//! The shop of all cases.
use std::collections::{HashMap, HashSet};

use dynacond::{AttributeType, Document, Versioned};
use serde::{Deserialize, Serialize};

#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, AttributeType)]
pub enum Status {
    Pending,
    Held,
    Paid,
}

#[derive(Clone, Debug, Serialize, Deserialize, Document)]
pub struct Geo {
    pub lat: f64,
}

#[derive(Clone, Debug, Serialize, Deserialize, Document)]
pub struct Address {
    pub city: String,
    pub geo: Geo,
}

#[derive(Clone, Debug, Serialize, Deserialize, Document)]
pub struct Line {
    pub sku: String,
    pub quantity: u8,
}

#[derive(Clone, Debug, Serialize, Deserialize, AttributeType)]
pub struct Remarks(pub Vec<String>);

/// No `AttributeType`.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Odd(pub u8);

#[derive(Clone, Debug, Serialize, Deserialize, Versioned)]
#[dynacond(
    table = "shop",
    partition_key(name = "pk", value = "order#{id}"),
    sort_key(name = "sk", value = "order#{id}")
)]
pub struct Order {
    pub id: String,
    pub status: Status,
    pub stock: u32,
    pub reserved: u32,
    pub paid: bool,
    #[serde(rename = "shipTo")]
    pub address: Address,
    pub note: Option<String>,
    #[serde(with = "serde_dynamo::string_set")]
    pub tags: HashSet<String>,
    /// Stored as a list.
    pub labels: HashSet<String>,
    pub lines: Vec<Line>,
    pub prices: HashMap<String, u32>,
    pub remarks: Remarks,
    pub odd: Odd,
}

#[derive(Clone, Debug, Serialize, Deserialize, Versioned)]
#[dynacond(table = "accounts")]
pub struct Account {
    #[dynacond(partition_key)]
    pub id: String,
    pub balance: i64,
    #[dynacond(version)]
    pub version: u64,
}
