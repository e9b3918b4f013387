//! What a verb costs beside the same request by the bare SDK: CPU time and allocations, on the embedded engine, and on a
//! connector that answers at once, where nothing but client code runs.
use std::cell::RefCell;
use std::collections::HashMap;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::http::HttpResponse;
use aws_sdk_dynamodb::types::{
    AttributeValue, ReturnValue, ReturnValuesOnConditionCheckFailure, TransactWriteItem, Update,
};
use aws_smithy_runtime_api::client::http::{
    HttpConnector, HttpConnectorFuture, SharedHttpConnector, http_client_fn,
};
use aws_smithy_types::body::SdkBody;
use dynacond::{Store, Stored, Versioned};
use dynacond_benches::{Table, paired};
use dynacond_local::Local;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tokio::runtime::{Builder, Runtime};
use uuid::Uuid;

type Item = HashMap<String, AttributeValue>;

/// Items of a round.
const ITEMS: usize = 64;

#[derive(Clone, Debug, Serialize, Deserialize, Versioned)]
#[dynacond(table = "shop")]
struct Order {
    #[dynacond(partition_key)]
    id: String,
    status: String,
    stock: u32,
    city: String,
    carrier: String,
    lines: Vec<String>,
    total: u64,
}

fn order(i: usize) -> Order {
    Order {
        id: format!("order-{i}"),
        status: "pending".to_owned(),
        stock: 100,
        city: "Lyon".to_owned(),
        carrier: "post".to_owned(),
        lines: vec!["chair".to_owned(), "lamp".to_owned()],
        total: 120,
    }
}

/// As it is stored: with version and write id.
fn stored(i: usize) -> Item {
    let mut item: Item = serde_dynamo::to_item(order(i)).expect("an item");
    item.insert("item_version".to_owned(), number(1));
    item.insert("item_write_id".to_owned(), text(&write_id()));
    item
}

fn number(number: u64) -> AttributeValue {
    AttributeValue::N(number.to_string())
}

fn text(text: &str) -> AttributeValue {
    AttributeValue::S(text.to_owned())
}

fn write_id() -> String {
    Uuid::new_v4().simple().to_string()
}

fn key(i: usize) -> Item {
    HashMap::from([("id".to_owned(), text(&format!("order-{i}")))])
}

/// What a careful user of the SDK writes: the same requests to the letter, and what they answer.
mod by_hand {
    use aws_sdk_dynamodb::Config;
    use aws_sdk_dynamodb::config::interceptors::InterceptorContext;
    use aws_sdk_dynamodb::config::retry::{ClassifyRetry, RetryAction};
    use aws_sdk_dynamodb::config::{Intercept, SharedInterceptor};
    use aws_sdk_dynamodb::operation::delete_item::builders::DeleteItemFluentBuilder;

    use super::{
        AttributeValue, Client, HashMap, Item, Order, ReturnValue,
        ReturnValuesOnConditionCheckFailure, TransactWriteItem, Update, key, number, order, text,
        write_id,
    };

    const ALL_OLD: ReturnValuesOnConditionCheckFailure =
        ReturnValuesOnConditionCheckFailure::AllOld;
    const SAME_VERSION: &str = "#item_version = :item_version AND #item_write_id = :item_write_id";

    fn names<const N: usize>(names: [(&str, &str); N]) -> HashMap<String, String> {
        names.map(|(a, b)| (a.to_owned(), b.to_owned())).into()
    }

    fn values<const N: usize>(values: [(&str, AttributeValue); N]) -> Item {
        values.map(|(a, b)| (a.to_owned(), b)).into()
    }

    pub(super) async fn get(client: &Client, i: usize) -> Order {
        let get = client.get_item().table_name("shop").set_key(Some(key(i)));
        let output = get.consistent_read(true).send().await.expect("an answer");
        serde_dynamo::from_item(output.item.expect("an item")).expect("an order")
    }

    pub(super) async fn create(client: &Client, i: usize) -> Order {
        let order = order(i);
        let mut item: Item = serde_dynamo::to_item(&order).expect("an item");
        item.insert("item_version".to_owned(), number(1));
        item.insert("item_write_id".to_owned(), text(&write_id()));
        client
            .put_item()
            .table_name("shop")
            .set_item(Some(item))
            .condition_expression("attribute_not_exists(#id)")
            .set_expression_attribute_names(Some(names([("#id", "id")])))
            .return_values_on_condition_check_failure(ALL_OLD)
            .send()
            .await
            .expect("an answer");
        order
    }

    pub(super) async fn save(client: &Client, mut order: Order, read: &str) -> Order {
        order.stock -= 1;
        client
            .update_item()
            .table_name("shop")
            .key("id", text(&order.id))
            .update_expression(
                "SET #stock = :stock, #item_version = :item_version_2, #item_write_id = :item_write_id_2",
            )
            .condition_expression(SAME_VERSION)
            .set_expression_attribute_names(Some(names([
                ("#stock", "stock"),
                ("#item_version", "item_version"),
                ("#item_write_id", "item_write_id"),
            ])))
            .set_expression_attribute_values(Some(values([
                (":stock", number(order.stock.into())),
                (":item_version", number(1)),
                (":item_version_2", number(2)),
                (":item_write_id", text(read)),
                (":item_write_id_2", text(&write_id())),
            ])))
            .return_values(ReturnValue::AllNew)
            .return_values_on_condition_check_failure(ALL_OLD)
            .send()
            .await
            .map(|output| serde_dynamo::from_item(output.attributes.expect("an item")))
            .expect("an answer")
            .expect("an order")
    }

    const TAKE: &str = "SET #stock = #stock - :stock, \
                        #item_version = if_not_exists(#item_version, :item_version) + :item_version_2, \
                        #item_write_id = :item_write_id_2";
    const ENOUGH: &str = "attribute_exists(#id) AND #stock >= :stock AND NOT begins_with(#item_write_id, :item_write_id)";

    fn take_names() -> HashMap<String, String> {
        names([
            ("#id", "id"),
            ("#stock", "stock"),
            ("#item_version", "item_version"),
            ("#item_write_id", "item_write_id"),
        ])
    }

    fn take_values() -> Item {
        values([
            (":stock", number(3)),
            (":item_version", number(0)),
            (":item_version_2", number(1)),
            (":item_write_id", text(&write_id()[..16])),
            (":item_write_id_2", text(&write_id())),
        ])
    }

    pub(super) async fn update(client: &Client, i: usize) -> Order {
        client
            .update_item()
            .table_name("shop")
            .set_key(Some(key(i)))
            .update_expression(TAKE)
            .condition_expression(ENOUGH)
            .set_expression_attribute_names(Some(take_names()))
            .set_expression_attribute_values(Some(take_values()))
            .return_values(ReturnValue::AllNew)
            .return_values_on_condition_check_failure(ALL_OLD)
            .send()
            .await
            .map(|output| serde_dynamo::from_item(output.attributes.expect("an item")))
            .expect("an answer")
            .expect("an order")
    }

    fn deletion(client: &Client, i: usize, write_id: &str) -> DeleteItemFluentBuilder {
        client
            .delete_item()
            .table_name("shop")
            .set_key(Some(key(i)))
            .condition_expression(SAME_VERSION)
            .set_expression_attribute_names(Some(names([
                ("#item_version", "item_version"),
                ("#item_write_id", "item_write_id"),
            ])))
            .set_expression_attribute_values(Some(values([
                (":item_version", number(1)),
                (":item_write_id", text(write_id)),
            ])))
            .return_values_on_condition_check_failure(ALL_OLD)
    }

    pub(super) async fn delete(client: &Client, i: usize, write_id: &str) {
        let delete = deletion(client, i, write_id);
        delete.send().await.expect("an answer");
    }

    /// With what any watch over the attempts of one call takes, doing nothing.
    pub(super) async fn watched_delete(client: &Client, i: usize, write_id: &str) {
        let mut config = Config::builder().retry_classifier(Watch);
        config.push_interceptor(SharedInterceptor::permanent(Watch));
        let delete = deletion(client, i, write_id);
        let delete = delete.customize().config_override(config);
        delete.send().await.expect("an answer");
    }

    #[derive(Debug)]
    struct Watch;

    impl Intercept for Watch {
        fn name(&self) -> &'static str {
            "watch"
        }
    }

    impl ClassifyRetry for Watch {
        fn classify_retry(&self, _: &InterceptorContext) -> RetryAction {
            RetryAction::NoActionIndicated
        }

        fn name(&self) -> &'static str {
            "watch"
        }
    }

    pub(super) async fn transact(client: &Client, i: usize) {
        let take = |i| {
            let update = Update::builder()
                .table_name("shop")
                .set_key(Some(key(i)))
                .update_expression(TAKE)
                .condition_expression(ENOUGH)
                .set_expression_attribute_names(Some(take_names()))
                .set_expression_attribute_values(Some(take_values()))
                .return_values_on_condition_check_failure(ALL_OLD)
                .build();
            TransactWriteItem::builder()
                .update(update.expect("an update"))
                .build()
        };
        client
            .transact_write_items()
            .transact_items(take(i))
            .transact_items(take(i + 1))
            .client_request_token(write_id())
            .send()
            .await
            .expect("an answer");
    }
}

/// Where the requests go.
trait Backend {
    /// A client on a table that holds the items of a round, if it shall.
    fn client(&self, runtime: &Runtime, filled: bool) -> Client;

    /// What the last two rounds sent, where that is logged.
    fn sent(&self) -> Option<[Vec<Value>; 2]> {
        None
    }
}

/// A fresh embedded database for each round.
#[derive(Default)]
struct Engine {
    last: RefCell<[Option<Local>; 2]>,
}

impl Backend for Engine {
    fn client(&self, runtime: &Runtime, filled: bool) -> Client {
        let local = Local::new();
        let client = local.client();
        runtime.block_on(async {
            let store = Store::new(client.clone());
            dynacond_local::create_table::<Order>(&store)
                .await
                .expect("a table");
            for i in 0..if filled { ITEMS + 1 } else { 0 } {
                let put = client
                    .put_item()
                    .table_name("shop")
                    .set_item(Some(stored(i)));
                put.send().await.expect("an answer");
            }
        });
        local.clear_log();
        let mut last = self.last.borrow_mut();
        last.swap(0, 1);
        last[1] = Some(local);
        client
    }

    fn sent(&self) -> Option<[Vec<Value>; 2]> {
        // Ids differ from write to write, and so do their stems, which have 16 digits.
        fn masked(mut body: Value) -> Value {
            let is_id =
                |text: &str| text.len() >= 16 && text.bytes().all(|b| b.is_ascii_hexdigit());
            match &mut body {
                Value::String(text) if is_id(text) => "id".clone_into(text),
                Value::Object(entries) => {
                    entries.values_mut().for_each(|v| *v = masked(v.take()));
                }
                Value::Array(elements) => elements.iter_mut().for_each(|v| *v = masked(v.take())),
                _ => {}
            }
            body
        }
        let bodies = |local: Local| {
            local
                .log()
                .into_iter()
                .map(|sent| masked(sent.body))
                .collect()
        };
        let [Some(hand), Some(ours)] = self.last.take() else {
            return None;
        };
        Some([bodies(hand), bodies(ours)])
    }
}

/// Answers at once, with the same item.
#[derive(Debug)]
struct AtOnce;

impl Backend for AtOnce {
    fn client(&self, _: &Runtime, _: bool) -> Client {
        let connector = SharedHttpConnector::new(Self);
        // As the embedded engine's client, but for where the requests go.
        let config = Local::new().config();
        let config = config.http_client(http_client_fn(move |_, _| connector.clone()));
        Client::from_conf(config.build())
    }
}

const ITEM: &str = r#"{"id":{"S":"order-0"},"status":{"S":"pending"},"stock":{"N":"99"},"city":{"S":"Lyon"},
    "carrier":{"S":"post"},"lines":{"L":[{"S":"chair"},{"S":"lamp"}]},"total":{"N":"120"},"item_version":{"N":"1"},
    "item_write_id":{"S":"0123456789abcdef0123456789abcdef"}}"#;

impl HttpConnector for AtOnce {
    fn call(&self, request: aws_sdk_dynamodb::config::http::HttpRequest) -> HttpConnectorFuture {
        let body = match request.headers().get("x-amz-target") {
            Some("DynamoDB_20120810.GetItem") => format!(r#"{{"Item":{ITEM}}}"#),
            Some("DynamoDB_20120810.UpdateItem") => format!(r#"{{"Attributes":{ITEM}}}"#),
            _ => "{}".to_owned(),
        };
        let status = 200_u16.try_into().expect("a status");
        HttpConnectorFuture::ready(Ok(HttpResponse::new(status, SdkBody::from(body))))
    }
}

fn main() {
    let runtime = Builder::new_current_thread()
        .enable_time()
        .build()
        .expect("a runtime");
    let columns = [
        "",
        "SDK µs",
        "dynacond µs",
        "ratio",
        "quartiles",
        "SDK allocations",
        "dynacond",
        "more",
    ];
    let backends: [(&str, &dyn Backend); 2] = [
        ("embedded engine", &Engine::default()),
        ("client alone", &AtOnce),
    ];
    for (name, backend) in backends {
        let mut table = Table::new(&columns);
        measure(&runtime, backend, &mut table);
        println!("\n{name}\n\n{table}");
    }
}

fn measure(runtime: &Runtime, backend: &dyn Backend, table: &mut Table) {
    // A loop over the items of a round, on what is prepared from a client.
    macro_rules! round {
        (filled $filled:literal, |$client:ident| $prepared:expr, |$state:ident, $i:ident| $run:expr) => {
            || {
                let $client = backend.client(runtime, $filled);
                #[allow(unused_mut, reason = "some take out of it")]
                let mut $state = $prepared;
                move || {
                    runtime.block_on(async {
                        for $i in 0..ITEMS {
                            $run;
                        }
                    });
                }
            }
        };
    }
    let items = |client: &Client| {
        let read = |i| {
            client
                .get_item()
                .table_name("shop")
                .set_key(Some(key(i)))
                .send()
        };
        let read = |i| {
            runtime
                .block_on(read(i))
                .expect("an answer")
                .item
                .expect("an item")
        };
        (0..ITEMS).map(read).collect::<Vec<Item>>()
    };
    // Each with the write id that it was read with.
    let orders = |client: &Client| -> Vec<_> {
        let order = |mut item: Item| {
            let Some(AttributeValue::S(write_id)) = item.remove("item_write_id") else {
                return None;
            };
            Some((serde_dynamo::from_item::<_, Order>(item).ok()?, write_id))
        };
        items(client).into_iter().map(order).collect()
    };
    let stored = |client: &Client| -> Vec<_> {
        let stored = |item: Item| Stored::<Order>::from_item(item).ok();
        items(client).into_iter().map(stored).collect()
    };
    let rounds = 60;
    let mut row = |name: &str, measured: dynacond_benches::Paired| {
        if let Some([hand, ours]) = backend.sent() {
            assert_eq!(ours, hand, "{name}: not the same requests");
        }
        let [hand, ours] = measured
            .times
            .map(|time| time.as_secs_f64() * 1e6 / ITEMS as f64);
        let [lower, median, upper] = measured.ratios;
        let [hand_allocations, our_allocations] = measured
            .allocations
            .map(|allocations| allocations as f64 / ITEMS as f64);
        table.row([
            name.to_owned(),
            format!("{hand:.1}"),
            format!("{ours:.1}"),
            format!("{median:.3}"),
            format!("{lower:.3}–{upper:.3}"),
            format!("{hand_allocations:.0}"),
            format!("{our_allocations:.0}"),
            format!(
                "{:+.1} %",
                100.0 * (our_allocations / hand_allocations - 1.0)
            ),
        ]);
    };

    row(
        "get",
        paired(
            rounds,
            round!(filled true, |client| client, |client, i| by_hand::get(&client, i).await),
            round!(filled true, |client| Store::new(client), |store, i| {
                store.get(Order::key(format!("order-{i}"))).send().await.expect("an answer").expect("an order")
            }),
        ),
    );
    row(
        "create",
        paired(
            rounds,
            round!(filled false, |client| client, |client, i| by_hand::create(&client, i).await),
            round!(filled false, |client| Store::new(client), |store, i| {
                store.create(order(i)).send().await.expect("an answer")
            }),
        ),
    );
    row(
        "save",
        paired(
            rounds,
            round!(filled true, |client| (orders(&client), client), |state, i| {
                let (order, write_id) = state.0[i].take().expect("an order");
                by_hand::save(&state.1, order, &write_id).await
            }),
            round!(filled true, |client| (stored(&client), Store::new(client)), |state, i| {
                let mut order = state.0[i].take().expect("an order");
                order.stock -= 1;
                state.1.save(order).send().await.expect("an answer")
            }),
        ),
    );
    row(
        "update",
        paired(
            rounds,
            round!(filled true, |client| client, |client, i| by_hand::update(&client, i).await),
            round!(filled true, |client| Store::new(client), |store, i| {
                let key = Order::key(format!("order-{i}"));
                store.update(key).set(|o| o.stock.subtract(3)).send().await.expect("an answer")
            }),
        ),
    );
    let deleted_by_hand = || {
        round!(filled true, |client| (orders(&client), client), |state, i| {
            let (_, write_id) = state.0[i].take().expect("an order");
            by_hand::delete(&state.1, i, &write_id).await;
        })
    };
    row(
        "delete",
        paired(
            rounds,
            deleted_by_hand(),
            round!(filled true, |client| (stored(&client), Store::new(client)), |state, i| {
                let order = state.0[i].take().expect("an order");
                state.1.delete(order).send().await.expect("an answer");
            }),
        ),
    );
    row(
        "delete, by hand but watched",
        paired(
            rounds,
            deleted_by_hand(),
            round!(filled true, |client| (orders(&client), client), |state, i| {
                let (_, write_id) = state.0[i].take().expect("an order");
                by_hand::watched_delete(&state.1, i, &write_id).await;
            }),
        ),
    );
    row(
        "transact_write of 2",
        paired(
            rounds,
            round!(filled true, |client| client, |client, i| by_hand::transact(&client, i).await),
            round!(filled true, |client| Store::new(client), |store, i| {
                let take = |i| store.update(Order::key(format!("order-{i}"))).set(|o| o.stock.subtract(3));
                store.transact_write((take(i), take(i + 1))).send().await.expect("an answer")
            }),
        ),
    );
}
