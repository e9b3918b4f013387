//! modyne, which sends one page; the caller writes the text of the filter.
use aws_sdk_dynamodb::Client;
use modyne::expr::{Filter, KeyCondition};
use modyne::{
    Aggregate, Entity, EntityDef, EntityTypeNameRef, QueryInput, QueryInputExt as _, Table, keys,
};

use crate::model::{Input, Order};

pub(crate) struct Shop(pub(crate) Client);

impl Table for Shop {
    type PrimaryKey = keys::Primary;
    type IndexKeys = keys::Gsi1;

    fn table_name(&self) -> &'static str {
        "shop"
    }
    fn client(&self) -> &Client {
        &self.0
    }
}

impl EntityDef for Order {
    const ENTITY_TYPE: &'static EntityTypeNameRef = EntityTypeNameRef::from_static("Order");
    const PROJECTED_ATTRIBUTES: &'static [&'static str] = &[
        "customer", "placed", "id", "status", "total", "city", "carrier", "lines",
    ];
}

impl Entity for Order {
    type KeyInput<'a> = (&'a str, &'a str, &'a str);
    type Table = Shop;
    type IndexKeys = ();

    fn primary_key((customer, placed, id): Self::KeyInput<'_>) -> keys::Primary {
        keys::Primary {
            hash: format!("customer#{customer}"),
            range: format!("order#{placed}#{id}"),
        }
    }

    fn full_key(&self) -> keys::FullKey<keys::Primary, Self::IndexKeys> {
        let primary = Self::primary_key((&self.customer, &self.placed, &self.id));
        primary.into()
    }
}

struct Orders<'i>(Option<&'i Input>);

impl QueryInput for Orders<'_> {
    const CONSISTENT_READ: bool = true;
    type Index = keys::Primary;
    type Aggregate = Vec<Order>;

    fn key_condition(&self) -> KeyCondition<keys::Primary> {
        match self.0 {
            None => KeyCondition::in_partition("customer#c1").begins_with("order#"),
            Some(input) => KeyCondition::in_partition(format!("customer#{}", input.customer))
                .begins_with(format!("order#{}#", input.day)),
        }
    }

    fn filter_expression(&self) -> Option<Filter> {
        let input = self.0?;
        let filter = Filter::new("#status = :status AND #total >= :total");
        let filter = filter.name("#status", "status").name("#total", "total");
        Some(
            filter
                .value(":status", &input.status)
                .value(":total", input.total),
        )
    }
}

async fn page(shop: &Shop, query: Orders<'_>) -> Vec<Order> {
    let page = query.query().execute(shop).await.expect("a page");
    let mut orders: Vec<Order> = Vec::new();
    orders
        .reduce(page.items.unwrap_or_default())
        .expect("orders");
    orders
}

pub(crate) async fn items(shop: &Shop) -> Vec<Order> {
    page(shop, Orders(None)).await
}

pub(crate) async fn filtered(shop: &Shop, input: &Input) -> Vec<Order> {
    page(shop, Orders(Some(input))).await
}
