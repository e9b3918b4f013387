//! What a verb allocates beside the same request by the bare SDK, on the embedded engine: counted, and so the same on every
//! machine. Time is measured in `benches`.
use std::collections::HashMap;
use std::future::poll_fn;
use std::task::Poll;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::{
    Put, ReturnValue, ReturnValuesOnConditionCheckFailure, TransactWriteItem, Update,
};
use dynacond::{Item, Store, Transaction, Versioned as _};
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

/// The update by which a careful user saves a note under the version and the write id that were read.
const NOTE: &str =
    "SET #note = :note, #item_version = :item_version, #item_write_id = :item_write_id";
const AS_READ: &str = "#item_version = :item_version_2 AND #item_write_id = :item_write_id_2";

fn names() -> HashMap<String, String> {
    let names = ["note", "item_version", "item_write_id"];
    names
        .map(|name| (format!("#{name}"), name.to_owned()))
        .into()
}

fn values(read: &Item) -> Item {
    Item::from([
        (":note".into(), s("call first")),
        (":item_version".into(), n(2)),
        (":item_write_id".into(), s("1".repeat(32))),
        (":item_version_2".into(), read["item_version"].clone()),
        (":item_write_id_2".into(), read["item_write_id"].clone()),
    ])
}

async fn read(client: &Client) -> Item {
    let get = client.get_item().table_name("shop").set_key(Some(key()));
    let output = get.consistent_read(true).send().await.unwrap();
    output.item.unwrap()
}

async fn save_note(client: &Client) -> Order {
    let item = read(client).await;
    let update = client.update_item().table_name("shop").set_key(Some(key()));
    let output = update
        .update_expression(NOTE)
        .condition_expression(AS_READ)
        .set_expression_attribute_names(Some(names()))
        .set_expression_attribute_values(Some(values(&item)))
        .return_values(ReturnValue::AllNew)
        .return_values_on_condition_check_failure(ALL_OLD)
        .send()
        .await
        .unwrap();
    drop(decoded(item));
    decoded(output.attributes.unwrap())
}

/// Creates one order and saves a note of another one.
async fn transact(client: &Client) -> [Order; 2] {
    let item = read(client).await;
    let update = Update::builder().table_name("shop").set_key(Some(key()));
    let update = update
        .update_expression(NOTE)
        .condition_expression(AS_READ)
        .set_expression_attribute_names(Some(names()))
        .set_expression_attribute_values(Some(values(&item)))
        .return_values_on_condition_check_failure(ALL_OLD)
        .build()
        .unwrap();
    let other = other();
    let mut new: Item = serde_dynamo::to_item(&other).unwrap();
    new.extend([("pk".into(), s("order#o2")), ("sk".into(), s("order#o2"))]);
    new.insert("item_version".into(), n(1));
    new.insert("item_write_id".into(), s("0".repeat(32)));
    let put = Put::builder().table_name("shop").set_item(Some(new));
    let put = put
        .condition_expression("attribute_not_exists(#pk)")
        .expression_attribute_names("#pk", "pk")
        .return_values_on_condition_check_failure(ALL_OLD)
        .build()
        .unwrap();
    let actions = [
        TransactWriteItem::builder().put(put).build(),
        TransactWriteItem::builder().update(update).build(),
    ];
    let write = client.transact_write_items();
    let write = write.set_transact_items(Some(actions.into()));
    write
        .client_request_token("0".repeat(32))
        .send()
        .await
        .unwrap();
    let mut saved = decoded(item);
    saved.note = Some("call first".to_owned());
    [other, saved]
}

fn other() -> Order {
    Order {
        id: "o2".into(),
        ..order()
    }
}

/// Allocations of calls that share one write, on an order with attributes that its struct does not know.
fn allocations_of_group(calls: usize, unknown: usize) -> u64 {
    let mut item = stored_order();
    item.extend((0..unknown).map(|i| (format!("unknown{i}"), s("x"))));
    allocations(Some(item), async |store| {
        let refill = || store.modify(Order::key("o1"), |o| o.stock += 1).grouped();
        let mut calls: Vec<_> = (0..calls).map(|_| Box::pin(refill().send())).collect();
        let all = poll_fn(|context| {
            calls.retain_mut(|call| match call.as_mut().poll(context) {
                Poll::Ready(order) => order.is_err(),
                Poll::Pending => true,
            });
            if calls.is_empty() {
                Poll::Ready(())
            } else {
                Poll::Pending
            }
        });
        all.await;
    })
}

/// Once for its closure, and once for its answer. A copy of an attribute is two allocations, and this one has no others.
#[test]
fn a_grouped_call_copies_the_item_twice() {
    let more = |unknown| allocations_of_group(11, unknown) - allocations_of_group(1, unknown);
    let ten_copies_of_100 = 10 * 100 * 2;
    let copied = more(100) - more(0);
    assert!(
        (2 * ten_copies_of_100..=5 * ten_copies_of_100 / 2).contains(&copied),
        "{copied}"
    );
}

#[test]
fn a_grouped_call_alone_allocates_no_more_than_a_call_for_itself() {
    let alone = allocations(Some(stored_order()), async |store| {
        let refill = store.modify(Order::key("o1"), |o| o.stock += 1);
        refill.send().await.unwrap()
    });
    let grouped = allocations_of_group(1, 0);
    assert!(
        grouped <= alone + alone / 10,
        "{grouped}, for itself {alone}"
    );
}

/// An order with a version and a write id.
fn stored_order() -> Item {
    let mut item = order_item(1);
    item.insert("item_write_id".into(), s("0".repeat(32)));
    item
}

/// Allocations of one request on a fresh shop, which may hold an item; the first one warms up what is made once a process.
#[expect(
    clippy::needless_pass_by_value,
    reason = "a closure is given as it is written"
)]
fn allocations<T>(stored: Option<Item>, request: impl AsyncFn(&Store) -> T) -> u64 {
    let runtime = Builder::new_current_thread().enable_time().build().unwrap();
    let mut count = 0;
    for _ in 0..2 {
        let store = Store::new(dynacond_local::client());
        runtime.block_on(async {
            dynacond_local::create_table::<Order>(&store).await.unwrap();
            if stored.is_some() {
                let put = store.client().put_item().table_name("shop");
                put.set_item(stored.clone()).send().await.unwrap();
            }
        });
        let run = || runtime.block_on(async { drop(request(&store).await) });
        count = allocation_counter::measure(run).count_total;
    }
    count
}

#[test]
fn a_verb_allocates_only_so_much_more_than_the_bare_sdk() {
    // The verb, and how many allocations more it may take.
    let verbs = [
        (
            "create",
            60,
            allocations(None, async |store| create(store.client()).await),
            allocations(None, async |store| {
                store.create(order()).send().await.unwrap()
            }),
        ),
        (
            "update",
            65,
            allocations(Some(stored_order()), async |store| {
                take_three(store.client()).await
            }),
            allocations(Some(stored_order()), async |store| {
                let update = store.update(Order::key("o1")).set(|o| o.stock.subtract(3));
                update.send().await.unwrap()
            }),
        ),
        (
            "get",
            34,
            allocations(Some(stored_order()), async |store| {
                get(store.client()).await
            }),
            allocations(Some(stored_order()), async |store| {
                store.get(Order::key("o1")).send().await.unwrap()
            }),
        ),
        (
            "save",
            122,
            allocations(Some(stored_order()), async |store| {
                save_note(store.client()).await
            }),
            allocations(Some(stored_order()), async |store| {
                let order = store.get(Order::key("o1")).send().await.unwrap();
                let mut order = order.unwrap();
                order.note = Some("call first".to_owned());
                store.save(order).send().await.unwrap()
            }),
        ),
        (
            "transact",
            345,
            allocations(Some(stored_order()), async |store| {
                save_note(store.client()).await
            }),
            allocations(Some(stored_order()), async |store| {
                let note = |tx: &mut Transaction| -> dynacond::Result<_> {
                    let mut order = tx.require(Order::key("o1"))?;
                    order.note = Some("call first".to_owned());
                    tx.put(order)
                };
                store.transact(note).send().await.unwrap()
            }),
        ),
        (
            "transact_write",
            290,
            allocations(Some(stored_order()), async |store| {
                transact(store.client()).await
            }),
            allocations(Some(stored_order()), async |store| {
                let order = store.get(Order::key("o1")).send().await.unwrap();
                let mut order = order.unwrap();
                order.note = Some("call first".to_owned());
                let writes = (store.create(other()), store.save(order));
                store.transact_write(writes).send().await.unwrap()
            }),
        ),
    ];
    for (verb, most, sdk, ours) in verbs {
        assert!(ours <= sdk + most, "{verb}: {ours}, by the bare SDK {sdk}");
    }
}
