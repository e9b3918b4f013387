//! The SDK by hand, every page to the end, and `serde_dynamo::from_items`.
use std::collections::HashMap;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::operation::query::builders::QueryFluentBuilder;
use aws_sdk_dynamodb::types::AttributeValue;

use crate::model::{Input, Order};

type Item = HashMap<String, AttributeValue>;

async fn all(query: QueryFluentBuilder) -> Vec<Item> {
    let (mut items, mut start) = (Vec::new(), None);
    loop {
        let page = query.clone().set_exclusive_start_key(start);
        let page = page.send().await.expect("a page");
        items.extend(page.items.unwrap_or_default());
        start = page.last_evaluated_key;
        if start.is_none() {
            return items;
        }
    }
}

fn orders_of(client: &Client) -> QueryFluentBuilder {
    client
        .query()
        .table_name("shop")
        .consistent_read(true)
        .key_condition_expression("#PK = :PK AND begins_with(#SK, :SK)")
        .expression_attribute_names("#PK", "PK")
        .expression_attribute_names("#SK", "SK")
        .expression_attribute_values(":PK", AttributeValue::S("customer#c1".to_owned()))
        .expression_attribute_values(":SK", AttributeValue::S("order#".to_owned()))
}

pub(crate) async fn raw(client: &Client) -> Vec<Item> {
    all(orders_of(client)).await
}

pub(crate) async fn items(client: &Client) -> Vec<Order> {
    serde_dynamo::from_items(raw(client).await).expect("orders")
}

/// Both maps are made at once, with their sizes.
pub(crate) fn request(client: &Client, input: &Input) -> QueryFluentBuilder {
    let names = [
        ("#PK", "PK"),
        ("#SK", "SK"),
        ("#status", "status"),
        ("#total", "total"),
    ];
    let names = names.map(|(placeholder, name)| (placeholder.to_owned(), name.to_owned()));
    let text = AttributeValue::S;
    let values = [
        (":PK", text(format!("customer#{}", input.customer))),
        (":SK", text(format!("order#{}#", input.day))),
        (":status", text(input.status.clone())),
        (":total", AttributeValue::N(input.total.to_string())),
    ];
    let values = values.map(|(placeholder, value)| (placeholder.to_owned(), value));
    client
        .query()
        .table_name("shop")
        .key_condition_expression("#PK = :PK AND begins_with(#SK, :SK)")
        .filter_expression("#status = :status AND #total >= :total")
        .set_expression_attribute_names(Some(names.into()))
        .set_expression_attribute_values(Some(values.into()))
}

/// As the SDK's documentation sets placeholders: one after the other.
pub(crate) fn one_by_one(client: &Client, input: &Input) -> QueryFluentBuilder {
    let text = AttributeValue::S;
    client
        .query()
        .table_name("shop")
        .key_condition_expression("#PK = :PK AND begins_with(#SK, :SK)")
        .filter_expression("#status = :status AND #total >= :total")
        .expression_attribute_names("#PK", "PK")
        .expression_attribute_names("#SK", "SK")
        .expression_attribute_names("#status", "status")
        .expression_attribute_names("#total", "total")
        .expression_attribute_values(":PK", text(format!("customer#{}", input.customer)))
        .expression_attribute_values(":SK", text(format!("order#{}#", input.day)))
        .expression_attribute_values(":status", text(input.status.clone()))
        .expression_attribute_values(":total", AttributeValue::N(input.total.to_string()))
}

pub(crate) async fn filtered(client: &Client, input: &Input) -> Vec<Order> {
    let items = all(request(client, input).consistent_read(true)).await;
    serde_dynamo::from_items(items).expect("orders")
}
