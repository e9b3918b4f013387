//! What an item of bulk work costs beside `save` alone: CPU time and allocations of 20,000 items, 16 in flight, on a connector
//! that answers each request one poll later, where nothing but client code runs.
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::http::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::http::{
    HttpConnector, HttpConnectorFuture, SharedHttpConnector, http_client_fn,
};
use aws_smithy_types::body::SdkBody;
use dynacond::{Item, Store, Stored, Versioned};
use dynacond_benches::{Table, paired};
use dynacond_local::Local;
use serde::{Deserialize, Serialize};
use tokio::runtime::{Builder, Runtime};

/// Items of a round.
const ITEMS: usize = 20_000;
/// Items of a page of a scan: some 60 KB.
const PAGE: usize = 200;
const ROUNDS: usize = 7;

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

/// The item as JSON: as it is read at version 1, or with one less at version 2.
fn json(i: usize, version: u32) -> String {
    let stock = 101 - version;
    format!(
        r#"{{"id":{{"S":"order-{i}"}},"status":{{"S":"pending"}},"stock":{{"N":"{stock}"}},"city":{{"S":"Lyon"}},"carrier":{{"S":"post"}},"lines":{{"L":[{{"S":"chair"}},{{"S":"lamp"}}]}},"total":{{"N":"120"}},"item_version":{{"N":"{version}"}},"item_write_id":{{"S":"0123456789abcdef012{version}456789abcdef"}}}}"#
    )
}

/// Answers with the item that is asked for, or with the next page of a scan.
#[derive(Debug)]
struct OnePollLater;

impl HttpConnector for OnePollLater {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let sent = request.body().bytes().unwrap_or_default();
        let sent = String::from_utf8_lossy(sent);
        let id = sent.split("order-").nth(1).map(|rest| {
            let digits = rest.split(|c: char| !c.is_ascii_digit()).next();
            digits.and_then(|digits| digits.parse().ok()).unwrap_or(0)
        });
        let body = match request.headers().get("x-amz-target") {
            Some("DynamoDB_20120810.UpdateItem") => {
                format!(r#"{{"Attributes":{}}}"#, json(id.unwrap_or(0), 2))
            }
            Some("DynamoDB_20120810.Scan") => page(id.map_or(0, |last| last + 1)),
            _ => "{}".to_owned(),
        };
        HttpConnectorFuture::new(async move {
            tokio::task::yield_now().await;
            let status = 200_u16.try_into().expect("a status");
            Ok(HttpResponse::new(status, SdkBody::from(body)))
        })
    }
}

fn page(first: usize) -> String {
    let items: Vec<_> = (first..ITEMS).take(PAGE).map(|i| json(i, 1)).collect();
    let count = items.len();
    let last = first + count;
    let next = if last < ITEMS {
        format!(
            r#","LastEvaluatedKey":{{"id":{{"S":"order-{}"}}}}"#,
            last - 1
        )
    } else {
        String::new()
    };
    format!(
        r#"{{"Items":[{}],"Count":{count},"ScannedCount":{count}{next}}}"#,
        items.join(",")
    )
}

fn store() -> Store {
    let connector = SharedHttpConnector::new(OnePollLater);
    let config = Local::new().config();
    let config = config.http_client(http_client_fn(move |_, _| connector.clone()));
    Store::new(Client::from_conf(config.build()))
}

/// The orders as they were read, each with a change.
fn changed() -> Vec<Stored<Order>> {
    let order = |i: usize| {
        let json: serde_json::Value = serde_json::from_str(&json(i, 1)).expect("an item");
        let item: Item = serde_dynamo::to_item(plain(&json)).expect("an item");
        let mut order = Stored::<Order>::from_item(item).expect("an order");
        order.stock -= 1;
        order
    };
    (0..ITEMS).map(order).collect()
}

/// DynamoDB's JSON without its types.
fn plain(item: &serde_json::Value) -> serde_json::Value {
    use serde_json::Value;
    let value = |typed: &Value| {
        let (kind, value) = typed.as_object()?.iter().next()?;
        Some(match (kind.as_str(), value) {
            ("N", Value::String(number)) => number.parse::<u64>().ok()?.into(),
            ("L", Value::Array(list)) => list.iter().filter_map(|e| e.get("S").cloned()).collect(),
            (_, other) => other.clone(),
        })
    };
    let attributes = item.as_object().into_iter().flatten();
    attributes
        .filter_map(|(name, typed)| Some((name.clone(), value(typed)?)))
        .collect()
}

fn main() {
    let runtime = Builder::new_current_thread()
        .enable_time()
        .build()
        .expect("a runtime");
    let mut table = Table::new(&[
        "20,000 items",
        "µs an item",
        "of `save` alone",
        "quartiles",
        "allocations",
    ]);
    let mut row = |name: &str, round: &dyn Fn(&Runtime) -> Box<dyn FnOnce() + '_>| {
        let measured = paired(ROUNDS, || alone(&runtime), || round(&runtime));
        let [lower, median, upper] = measured.ratios;
        let micros = measured.times[1].as_secs_f64() * 1e6 / ITEMS as f64;
        table.row([
            name.to_owned(),
            format!("{micros:.1}"),
            format!("{median:.3}"),
            format!("{lower:.3}–{upper:.3}"),
            format!("{:.0}", measured.allocations[1] as f64 / ITEMS as f64),
        ]);
    };
    row("save, one after the other", &|runtime| {
        Box::new(alone(runtime))
    });
    row("save_all", &|runtime| {
        let (store, orders) = (store(), changed());
        Box::new(move || {
            let saved = runtime.block_on(store.save_all(orders).send());
            assert!(saved.iter().all(Result::is_ok));
        })
    });
    row("scan().modify_each, its pages included", &|runtime| {
        let store = store();
        Box::new(move || {
            let each = store.scan::<Order>().modify_each(|order| order.stock -= 1);
            let report = runtime.block_on(each.send()).expect("a report");
            assert_eq!((report.changed, report.examined), (ITEMS, ITEMS));
        })
    });
    println!("\n{table}");
}

/// Each order with a separate `save`.
fn alone(runtime: &Runtime) -> impl FnOnce() + '_ {
    let (store, orders) = (store(), changed());
    move || {
        runtime.block_on(async {
            for order in orders {
                store.save(order).send().await.expect("an answer");
            }
        });
    }
}
