//! dynacond's own queries, and its conditions on the SDK's queries.
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::operation::query::builders::QueryFluentBuilder;
use dynacond::{Query, QueryExt as _, ReadPreview, Store, Stored, Versioned as _};

use crate::model::{Input, Order};

pub(crate) async fn stored(store: &Store) -> Vec<Stored<Order>> {
    let query = store.query(Order::partition("c1")).all();
    query.send().await.expect("orders")
}

pub(crate) async fn values(store: &Store) -> Vec<Order> {
    let query = store.query(Order::partition("c1")).values().all();
    query.send().await.expect("orders")
}

pub(crate) fn request(client: &Client, input: &Input) -> QueryFluentBuilder {
    let day = Order::partition(&input.customer).sort_key(|k| k.placed.eq(input.day.as_str()));
    client
        .query()
        .table_name("shop")
        .key_condition(day.filter(|o| o.status.eq(&input.status).and(o.total.ge(input.total))))
        .expect("a key condition with a filter")
}

pub(crate) fn in_two_steps(client: &Client, input: &Input) -> QueryFluentBuilder {
    let o = Order::attributes();
    client
        .query()
        .table_name("shop")
        .key_condition(
            Order::partition(&input.customer).sort_key(|k| k.placed.eq(input.day.as_str())),
        )
        .expect("a key condition")
        .filter(o.status.eq(&input.status).and(o.total.ge(input.total)))
        .expect("a filter")
}

fn query(store: &Store, input: &Input) -> Query<Order> {
    store
        .query(Order::partition(&input.customer))
        .sort_key(|k| k.placed.eq(input.day.as_str()))
        .filter(|o| o.status.eq(&input.status).and(o.total.ge(input.total)))
}

pub(crate) fn preview(store: &Store, input: &Input) -> ReadPreview {
    query(store, input).preview().expect("a request")
}

pub(crate) async fn filtered(store: &Store, input: &Input) -> Vec<Order> {
    let query = query(store, input).values().all();
    query.send().await.expect("orders")
}
