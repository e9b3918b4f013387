//! The orders of a customer, as each library declares and stores them.
use std::hint::black_box;

use dynacond::Versioned;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Versioned)]
#[dynacond(
    table = "shop",
    partition_key(name = "PK", value = "customer#{customer}"),
    sort_key(name = "SK", value = "order#{placed}#{id}")
)]
pub(crate) struct Order {
    pub(crate) customer: String,
    pub(crate) placed: String,
    pub(crate) id: String,
    pub(crate) status: String,
    pub(crate) total: u64,
    pub(crate) city: String,
    pub(crate) carrier: String,
    pub(crate) lines: Vec<String>,
}

pub(crate) fn order(i: usize) -> Order {
    Order {
        customer: "c1".to_owned(),
        placed: format!("2026-10-{:02}", i / 50),
        id: format!("order-{i:04}"),
        status: "pending".to_owned(),
        total: 120 + i as u64,
        city: "Lyon".to_owned(),
        carrier: "post".to_owned(),
        lines: vec!["chair".to_owned(), "lamp".to_owned()],
    }
}

/// As it is stored: with its key, dynacond's stamps, and the type attribute that modyne needs.
pub(crate) fn stored(i: usize) -> Value {
    let text = |text: &str| json!({ "S": text });
    let order = order(i);
    let lines: Vec<Value> = order.lines.iter().map(|line| text(line)).collect();
    json!({
        "PK": text(&format!("customer#{}", order.customer)),
        "SK": text(&format!("order#{}#{}", order.placed, order.id)),
        "entity_type": text("Order"),
        "customer": text(&order.customer),
        "placed": text(&order.placed),
        "id": text(&order.id),
        "status": text(&order.status),
        "total": { "N": order.total.to_string() },
        "city": text(&order.city),
        "carrier": text(&order.carrier),
        "lines": { "L": lines },
        "item_version": { "N": "1" },
        "item_write_id": text("0123456789abcdef0123456789abcdef"),
    })
}

/// What the values are made of: known at run time only.
#[derive(Debug)]
pub(crate) struct Input {
    pub(crate) customer: String,
    pub(crate) day: String,
    pub(crate) status: String,
    pub(crate) total: u64,
}

impl Input {
    pub(crate) fn new() -> Self {
        black_box(Self {
            customer: "c1".to_owned(),
            day: "2026-10-05".to_owned(),
            status: "pending".to_owned(),
            total: 100,
        })
    }
}
