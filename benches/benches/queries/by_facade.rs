//! dynamodb-facade.
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::operation::query::builders::QueryFluentBuilder;
use dynamodb_facade::{
    Condition, KeyCondition, QueryRequest, StringAttribute, attribute_definitions, dynamodb_item,
    explicit_client::DynamoDBItemOp as _, table_definitions,
};

use crate::model::{Input, Order};

attribute_definitions! {
    Partition { "PK": StringAttribute }
    Sort { "SK": StringAttribute }
}

table_definitions! {
    Shop {
        type PartitionKey = Partition;
        type SortKey = Sort;
        fn table_name() -> String { "shop".to_owned() }
    }
}

dynamodb_item! {
    #[table = Shop]
    Order {
        #[partition_key]
        Partition {
            fn attribute_id(&self) -> &'id str { &self.customer }
            fn attribute_value(id) -> String { format!("customer#{id}") }
        }
        #[sort_key]
        Sort {
            fn attribute_id(&self) -> String { format!("{}#{}", self.placed, self.id) }
            fn attribute_value(id) -> String { format!("order#{id}") }
        }
    }
}

pub(crate) async fn items(client: &Client) -> Vec<Order> {
    let key = KeyCondition::pk("customer#c1".to_owned()).sk_begins_with("order#");
    let query = Order::query(client.clone(), key).consistent_read();
    query.all().await.expect("orders")
}

fn key_condition(
    input: &Input,
) -> KeyCondition<
    'static,
    <Shop as dynamodb_facade::TableDefinition>::KeySchema,
    dynamodb_facade::WithSk,
> {
    KeyCondition::pk(format!("customer#{}", input.customer))
        .sk_begins_with(format!("order#{}#", input.day))
}

fn filter(input: &Input) -> Condition<'_> {
    Condition::eq("status", &input.status) & Condition::ge("total", input.total)
}

pub(crate) fn request(client: &Client, input: &Input) -> QueryFluentBuilder {
    QueryRequest::<Shop>::with_client(client.clone(), key_condition(input))
        .filter(filter(input))
        .into_inner()
}

pub(crate) async fn filtered(client: &Client, input: &Input) -> Vec<Order> {
    let query = Order::query(client.clone(), key_condition(input));
    let query = query.filter(filter(input)).consistent_read();
    query.all().await.expect("orders")
}
