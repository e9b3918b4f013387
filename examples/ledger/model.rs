//! The items of one table. An account and its postings share a partition, so a statement is one range of sort keys.
use dynacond::{AttributeType, Versioned};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use time::Date;
use uuid::Uuid;

#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, AttributeType)]
#[serde(rename_all = "UPPERCASE")]
pub enum Currency {
    Eur,
    Chf,
}

#[derive(Clone, Debug, Serialize, Deserialize, Versioned)]
#[dynacond(
    table = "ledger",
    partition_key(name = "pk", value = "account#{id}"),
    sort_key(name = "sk", value = "account")
)]
pub struct Account {
    #[dynacond(in_key)]
    pub id: Uuid,
    pub currency: Currency,
    /// An exact number in DynamoDB. A decimal never becomes a binary fraction.
    #[serde(with = "dynacond::exact_number")]
    pub balance: Decimal,
    /// How far the balance may be below zero.
    #[serde(with = "dynacond::exact_number")]
    pub credit: Decimal,
    /// The number of postings, and the day of the last one.
    pub postings: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last: Option<Date>,
}

/// One side of a transfer, which never changes. Days sort as texts, and numbers sort because they are padded.
///
/// It has no write id, because it is only created in the transaction of its transfer. A transaction has a token, so a lost answer
/// is found out. Created alone, an item without a write id could not be recognised.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Versioned)]
#[dynacond(
    table = "ledger",
    partition_key(name = "pk", value = "account#{account}"),
    sort_key(name = "sk", value = "posting#{day}#{number:010}"),
    version = false,
    write_id = false
)]
pub struct Posting {
    #[dynacond(in_key)]
    pub account: Uuid,
    #[dynacond(in_key)]
    pub day: Date,
    #[dynacond(in_key)]
    pub number: u64,
    #[serde(with = "dynacond::exact_number")]
    pub amount: Decimal,
    /// The balance after this posting.
    #[serde(with = "dynacond::exact_number")]
    pub balance: Decimal,
    pub other: Uuid,
    pub transfer: Uuid,
}

/// The transfer that a client requested, under an id that the client chose. It is never deleted. If the client sends the request
/// again, even a year later, the transfer is found and not repeated.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Versioned)]
#[dynacond(
    table = "ledger",
    partition_key(name = "pk", value = "transfer#{id}"),
    sort_key(name = "sk", value = "transfer")
)]
pub struct Transfer {
    #[dynacond(in_key)]
    pub id: Uuid,
    pub from: Uuid,
    pub to: Uuid,
    #[serde(with = "dynacond::exact_number")]
    pub amount: Decimal,
}
