//! What a verb allocates beside the same request by the bare SDK, on the embedded engine: counted, and so the same on every
//! machine. Time is measured in `benches`.
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::{ReturnValue, ReturnValuesOnConditionCheckFailure};
use dynacond::{AttributeValue, Item, Store, Versioned as _};
use tokio::runtime::Builder;

use super::support::{Order, n, order, order_item, s};

const ALL_OLD: ReturnValuesOnConditionCheckFailure = ReturnValuesOnConditionCheckFailure::AllOld;

fn key() -> Item {
    Item::from([("pk".into(), s("order#o1")), ("sk".into(), s("order#o1"))])
}

fn decoded(mut item: Item) -> Order {
    item.retain(|name, _| !["pk", "sk", "item_version", "item_write_id"].contains(&name.as_str()));
    serde_dynamo::from_item(item).unwrap()
}

/// As a careful user writes it: with version, write id and guard.
async fn create(client: &Client) -> Order {
    let order = order();
    let mut item: Item = serde_dynamo::to_item(&order).unwrap();
    item.extend(key());
    item.insert("item_version".into(), n(1));
    item.insert("item_write_id".into(), s("0".repeat(32)));
    let put = client.put_item().table_name("shop").set_item(Some(item));
    put.condition_expression("attribute_not_exists(#pk)")
        .expression_attribute_names("#pk", "pk")
        .return_values_on_condition_check_failure(ALL_OLD)
        .send()
        .await
        .unwrap();
    order
}

async fn take_three(client: &Client) -> Order {
    let update = client.update_item().table_name("shop").set_key(Some(key()));
    let output = update
        .update_expression(
            "SET #stock = #stock - :stock, #item_version = if_not_exists(#item_version, :item_version) + \
             :item_version_2, #item_write_id = :item_write_id_2",
        )
        .condition_expression(
            "attribute_exists(#pk) AND #stock >= :stock AND NOT begins_with(#item_write_id, :item_write_id)",
        )
        .expression_attribute_names("#stock", "stock")
        .expression_attribute_names("#item_version", "item_version")
        .expression_attribute_names("#item_write_id", "item_write_id")
        .expression_attribute_names("#pk", "pk")
        .expression_attribute_values(":stock", n(3))
        .expression_attribute_values(":item_version", n(0))
        .expression_attribute_values(":item_version_2", n(1))
        .expression_attribute_values(":item_write_id", s("1".repeat(16)))
        .expression_attribute_values(":item_write_id_2", s("1".repeat(32)))
        .return_values(ReturnValue::AllNew)
        .return_values_on_condition_check_failure(ALL_OLD)
        .send()
        .await
        .unwrap();
    decoded(output.attributes.unwrap())
}

async fn get(client: &Client) -> Order {
    let get = client.get_item().table_name("shop").set_key(Some(key()));
    let output = get.consistent_read(true).send().await.unwrap();
    decoded(output.item.unwrap())
}

/// Allocations of one request on a fresh shop, which may hold the order; the first one warms up what is made once a process.
#[expect(
    clippy::needless_pass_by_value,
    reason = "a closure is given as it is written"
)]
fn allocations<T>(filled: bool, request: impl AsyncFn(&Store) -> T) -> u64 {
    let runtime = Builder::new_current_thread().enable_time().build().unwrap();
    let mut count = 0;
    for _ in 0..2 {
        let store = Store::new(dynacond_local::client());
        runtime.block_on(async {
            dynacond_local::create_table::<Order>(&store).await.unwrap();
            if filled {
                let mut item = order_item(1);
                item.insert("item_write_id".into(), AttributeValue::S("0".repeat(32)));
                let put = store.client().put_item().table_name("shop");
                put.set_item(Some(item)).send().await.unwrap();
            }
        });
        let run = || runtime.block_on(async { drop(request(&store).await) });
        count = allocation_counter::measure(run).count_total;
    }
    count
}

#[test]
fn a_verb_allocates_a_tenth_more_than_the_bare_sdk_at_the_most() {
    let verbs = [
        (
            "create",
            allocations(false, async |store| create(store.client()).await),
            allocations(false, async |store| {
                store.create(order()).send().await.unwrap()
            }),
        ),
        (
            "update",
            allocations(true, async |store| take_three(store.client()).await),
            allocations(true, async |store| {
                let update = store.update(Order::key("o1")).set(|o| o.stock.subtract(3));
                update.send().await.unwrap()
            }),
        ),
        (
            "get",
            allocations(true, async |store| get(store.client()).await),
            allocations(true, async |store| {
                store.get(Order::key("o1")).send().await.unwrap()
            }),
        ),
    ];
    for (verb, sdk, ours) in verbs {
        assert!(
            10 * ours <= 11 * sdk,
            "{verb}: {ours}, by the bare SDK {sdk}"
        );
    }
}
