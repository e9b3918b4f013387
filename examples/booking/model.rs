//! The items of one table. Everything about an event is in one partition, so one query reads it, and a transaction reads what
//! it needs in one batch. The bookings of a customer are in an index.
use chrono::{DateTime, Utc};
use dynacond::{AttributeType, Document, ItemCollection, Versioned};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

#[derive(Clone, Debug, Serialize, Deserialize, Versioned)]
#[dynacond(
    table = "booking",
    partition_key(name = "pk", value = "event#{event}"),
    sort_key(name = "sk", value = "event")
)]
pub struct Event {
    #[dynacond(in_key)]
    pub event: Uuid,
    pub name: String,
}

/// A seat never changes. Its hold and its booking say who has it.
#[derive(Clone, Debug, Serialize, Deserialize, Versioned)]
#[dynacond(
    table = "booking",
    partition_key(name = "pk", value = "event#{event}"),
    sort_key(name = "sk", value = "seat#{row}#{number:03}")
)]
pub struct Seat {
    #[dynacond(in_key)]
    pub event: Uuid,
    #[dynacond(in_key)]
    pub row: String,
    #[dynacond(in_key)]
    pub number: u32,
    pub price: u32,
}

/// A seat that is kept for a customer until `expires`, the table's time to live. DynamoDB deletes an expired hold within days;
/// until then it is still stored, and the rules ignore it.
#[derive(Clone, Debug, Serialize, Deserialize, Versioned)]
#[dynacond(
    table = "booking",
    partition_key(name = "pk", value = "event#{event}"),
    sort_key(name = "sk", value = "hold#{row}#{number:03}")
)]
pub struct Hold {
    #[dynacond(in_key)]
    pub event: Uuid,
    #[dynacond(in_key)]
    pub row: String,
    #[dynacond(in_key)]
    pub number: u32,
    pub customer: Uuid,
    #[serde(with = "dynacond::epoch_seconds")]
    pub expires: DateTime<Utc>,
}

#[derive(Clone, Debug, Serialize, Deserialize, Versioned)]
#[dynacond(
    table = "booking",
    partition_key(name = "pk", value = "event#{event}"),
    sort_key(name = "sk", value = "booking#{row}#{number:03}"),
    index(
        ByCustomer,
        name = "by-customer",
        partition_key(customer),
        sort_key(booked)
    )
)]
pub struct Booking {
    #[dynacond(in_key)]
    pub event: Uuid,
    #[dynacond(in_key)]
    pub row: String,
    #[dynacond(in_key)]
    pub number: u32,
    pub customer: Uuid,
    #[serde(with = "dynacond::sortable_time")]
    pub booked: DateTime<Utc>,
}

/// What a customer has at an event. Every hold and booking writes it, so that two at once cannot exceed the limit.
#[derive(Clone, Debug, Serialize, Deserialize, Versioned)]
#[dynacond(
    table = "booking",
    partition_key(name = "pk", value = "event#{event}"),
    sort_key(name = "sk", value = "guest#{customer}")
)]
pub struct Guest {
    #[dynacond(in_key)]
    pub event: Uuid,
    #[dynacond(in_key)]
    pub customer: Uuid,
    pub places: Vec<Place>,
    pub waits: bool,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Document)]
pub struct Place {
    pub row: String,
    pub number: u32,
    /// When the hold ends; `None` if the seat is booked.
    #[serde(
        default,
        with = "dynacond::epoch_seconds",
        skip_serializing_if = "Option::is_none"
    )]
    pub until: Option<DateTime<Utc>>,
}

/// The waiting list. Its keys sort by the time when a customer came.
#[derive(Clone, Debug, Serialize, Deserialize, Versioned)]
#[dynacond(
    table = "booking",
    partition_key(name = "pk", value = "event#{event}"),
    sort_key(name = "sk", value = "waiting#{since}#{customer}")
)]
pub struct Waiting {
    #[dynacond(in_key)]
    pub event: Uuid,
    #[dynacond(in_key)]
    #[serde(with = "dynacond::sortable_time")]
    pub since: DateTime<Utc>,
    #[dynacond(in_key)]
    pub customer: Uuid,
}

/// Written once and never changed, so it carries neither version nor write id.
#[derive(Clone, Debug, Serialize, Deserialize, Versioned)]
#[dynacond(
    table = "booking",
    partition_key(name = "pk", value = "event#{event}"),
    sort_key(name = "sk", value = "audit#{at}#{id}"),
    version = false,
    write_id = false
)]
pub struct Audit {
    #[dynacond(in_key)]
    pub event: Uuid,
    #[dynacond(in_key)]
    #[serde(with = "dynacond::sortable_time")]
    pub at: DateTime<Utc>,
    #[dynacond(in_key)]
    pub id: Uuid,
    pub customer: Uuid,
    pub what: What,
}

#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, AttributeType)]
pub enum What {
    Held,
    Booked,
    Cancelled,
    Waits,
}

/// All item types in the partition of an event, which are distinguished by their keys.
#[derive(Debug, ItemCollection)]
pub enum Entry {
    Event(Event),
    Seat(Seat),
    Hold(Hold),
    Booking(Booking),
    Guest(Guest),
    Waiting(Waiting),
    Audit(Audit),
}
