//! dynamodb-facade compiles only into its own requests.
use aws_sdk_dynamodb::types::builders::{ConditionCheckBuilder, UpdateBuilder};
use dynamodb_facade::{
    Condition, Key, KeyBuilder as _, StringAttribute, TransactConditionCheckRequest,
    TransactUpdateRequest, Update, attribute_definitions, dynamodb_item, table_definitions,
};

use crate::model::{Input, Order, WIDE};

attribute_definitions! {
    Id { "id": StringAttribute }
}

table_definitions! {
    Shop {
        type PartitionKey = Id;
        fn table_name() -> String { "shop".to_owned() }
    }
}

dynamodb_item! {
    #[table = Shop]
    Order {
        #[partition_key]
        Id {
            fn attribute_id(&self) -> &'id str { &self.id }
            fn attribute_value(id) -> String { id.to_owned() }
        }
    }
}

pub(crate) fn key(order: &Order) -> Key<Shop> {
    order.get_key()
}

fn compiled(key: Key<Shop>, condition: Condition<'_>) -> ConditionCheckBuilder {
    TransactConditionCheckRequest::<Shop>::new(key, condition).into_inner()
}

pub(crate) fn one(key: Key<Shop>, input: &Input) -> ConditionCheckBuilder {
    compiled(key, Condition::eq("status", &input.status))
}

pub(crate) fn three(key: Key<Shop>, input: &Input) -> ConditionCheckBuilder {
    let condition = Condition::eq("status", &input.status)
        & Condition::ge("stock", input.stock)
        & Condition::eq("revision", input.revision);
    compiled(key, condition)
}

pub(crate) fn ten(key: Key<Shop>, input: &Input) -> ConditionCheckBuilder {
    let condition = Condition::eq("status", &input.status)
        & Condition::ge("stock", input.stock)
        & Condition::eq("revision", input.revision)
        & Condition::begins_with("city", "Ly")
        & Condition::contains("tags", "new")
        & Condition::eq("paid", true)
        & Condition::exists("note")
        & Condition::ne("total", 0)
        & Condition::lt("reserved", 100)
        & Condition::size_gt("carrier", 2);
    compiled(key, condition)
}

pub(crate) fn update(key: Key<Shop>, input: &Input) -> UpdateBuilder {
    let set = (input.revision..).zip(WIDE);
    let set = set.map(|(n, name)| Update::set(name, n));
    let update = Update::combine(set.chain([Update::init_increment("version", 0, 1)]));
    TransactUpdateRequest::<Shop>::new(key, update)
        .condition(Condition::exists("id"))
        .into_inner()
}
