//! Queries beside the same requests by the bare SDK, and by the peers where they can say the same: a thousand items as values,
//! a key condition with a filter as a request, and a whole query that finds nothing. The connector answers at once, so that
//! nothing but client code runs.
use std::hint::black_box;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::http::HttpResponse;
use aws_sdk_dynamodb::operation::query::builders::QueryFluentBuilder;
use aws_smithy_runtime_api::client::http::{
    HttpConnector, HttpConnectorFuture, SharedHttpConnector, http_client_fn,
};
use aws_smithy_types::body::SdkBody;
use bytes::Bytes;
use dynacond_benches::{Paired, Table, paired};
use dynacond_local::Local;
use serde_json::{Value, json};
use tokio::runtime::{Builder, Runtime};

use self::model::{Input, Order};

mod by_dynacond;
mod by_facade;
mod by_hand;
mod by_modyne;
mod model;

/// Items of an answer.
const ITEMS: usize = 1_000;
/// Requests that are made in a round, where only one is too short to be measured.
const REQUESTS: usize = 200;

/// Answers every query at once, with the same page.
#[derive(Clone, Debug)]
struct AtOnce(Bytes);

impl HttpConnector for AtOnce {
    fn call(&self, _: aws_sdk_dynamodb::config::http::HttpRequest) -> HttpConnectorFuture {
        let status = 200_u16.try_into().expect("a status");
        HttpConnectorFuture::ready(Ok(HttpResponse::new(status, SdkBody::from(self.0.clone()))))
    }
}

/// A client whose queries find so many items.
fn client(items: usize) -> Client {
    let items: Vec<Value> = (0..items).map(model::stored).collect();
    let page = json!({ "Items": items, "Count": items.len(), "ScannedCount": items.len() });
    let connector = SharedHttpConnector::new(AtOnce(page.to_string().into()));
    let config = Local::new().config();
    let config = config.http_client(http_client_fn(move |_, _| connector.clone()));
    Client::from_conf(config.build())
}

/// The content of a request, without the names of its placeholders.
fn said(query: &QueryFluentBuilder) -> String {
    let names = query.get_expression_attribute_names().clone();
    let values = query.get_expression_attribute_values().clone();
    let (names, values) = (names.unwrap_or_default(), values.unwrap_or_default());
    let texts = [
        query.get_key_condition_expression(),
        query.get_filter_expression(),
    ];
    let resolved = texts.map(|text| {
        let text = text.clone().unwrap_or_default();
        let words = text.split_inclusive([' ', '(', ')', ',']);
        let resolve = |word: &str| {
            let end = word.trim_end_matches([' ', '(', ')', ',']);
            let said = match (names.get(end), values.get(end)) {
                (Some(name), _) => name.clone(),
                (_, Some(value)) => format!("{value:?}"),
                _ => end.to_owned(),
            };
            said + &word[end.len()..]
        };
        words.map(resolve).collect::<String>()
    });
    // Parentheses that change nothing are each library's own.
    resolved
        .join(" WHERE ")
        .replace(['(', ')'], " ")
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
}

struct Measured {
    table: Table,
    per_round: usize,
}

impl Measured {
    fn new(per_round: usize) -> Self {
        let columns = ["", "µs", "of the first", "quartiles", "allocations"];
        Self {
            table: Table::new(&columns),
            per_round,
        }
    }

    fn row(&mut self, name: &str, measured: &Paired, which: usize) {
        let per_round = self.per_round as f64;
        let [lower, median, upper] = if which == 0 {
            [1.0; 3]
        } else {
            measured.ratios
        };
        self.table.row([
            name.to_owned(),
            format!(
                "{:.2}",
                measured.times[which].as_secs_f64() * 1e6 / per_round
            ),
            format!("{median:.3}"),
            format!("{lower:.3}–{upper:.3}"),
            format!("{:.0}", measured.allocations[which] as f64 / per_round),
        ]);
    }
}

fn runtime() -> Runtime {
    Builder::new_current_thread()
        .enable_time()
        .build()
        .expect("a runtime")
}

/// Compares each contender with the first one, in alternate rounds.
macro_rules! measure {
    ($rounds:expr, $per_round:expr, $first_name:literal => $first:expr, $($name:literal => $other:expr),+ $(,)?) => {{
        let mut measured = Measured::new($per_round);
        let mut is_first = true;
        $(
            let pair = paired($rounds, || || $first, || || $other);
            if std::mem::take(&mut is_first) {
                measured.row($first_name, &pair, 0);
            }
            measured.row($name, &pair, 1);
        )+
        measured.table
    }};
}

fn main() {
    let runtime = runtime();
    thousand_items(&runtime);
    compiled();
    nothing_found(&runtime);
}

/// A page of a thousand items, as the caller's type.
fn thousand_items(runtime: &Runtime) {
    let client = client(ITEMS);
    let store = dynacond::Store::new(client.clone());
    let modyne = by_modyne::Shop(client.clone());
    let expected: Vec<Order> = (0..ITEMS).map(model::order).collect();
    runtime.block_on(async {
        assert_eq!(by_hand::items(&client).await, expected);
        assert_eq!(by_dynacond::values(&store).await, expected);
        assert_eq!(by_facade::items(&client).await, expected);
        assert_eq!(by_modyne::items(&modyne).await, expected);
        let stored = by_dynacond::stored(&store).await;
        assert!(stored.iter().map(|order| &**order).eq(&expected));
    });
    let table = measure!(
        60, 1,
        "SDK and `serde_dynamo::from_items`" => drop(black_box(runtime.block_on(by_hand::items(&client)))),
        "*SDK alone: raw items*" => drop(black_box(runtime.block_on(by_hand::raw(&client)))),
        "dynacond, `Stored<T>`" => drop(black_box(runtime.block_on(by_dynacond::stored(&store)))),
        "dynacond, `.values()`" => drop(black_box(runtime.block_on(by_dynacond::values(&store)))),
        "dynamodb-facade 0.2.0" => drop(black_box(runtime.block_on(by_facade::items(&client)))),
        "modyne 0.3.1" => drop(black_box(runtime.block_on(by_modyne::items(&modyne)))),
    );
    println!("\n1,000 items\n\n{table}");
}

/// A key condition and a filter of two clauses, as a request.
fn compiled() {
    let client = client(0);
    let store = dynacond::Store::new(client.clone());
    let input = Input::new();
    let first = said(&by_hand::request(&client, &input));
    assert_eq!(said(&by_hand::one_by_one(&client, &input)), first);
    assert_eq!(said(&by_dynacond::request(&client, &input)), first);
    assert_eq!(said(&by_dynacond::in_two_steps(&client, &input)), first);
    // Of dynamodb-facade 0.2.0 the sort key's bound is the value of the filter: it is measured, and does not say the same.
    let by_facade = said(&by_facade::request(&client, &input));
    if by_facade != first {
        println!("\ndynamodb-facade says something else: {by_facade}\nand not: {first}");
    }
    let table = measure!(
        200, REQUESTS,
        "by hand, maps made at once" => for _ in 0..REQUESTS { black_box(by_hand::request(&client, &input)); },
        "by hand, placeholders set one by one" => for _ in 0..REQUESTS { black_box(by_hand::one_by_one(&client, &input)); },
        "dynacond, `QueryExt`" => for _ in 0..REQUESTS { black_box(by_dynacond::request(&client, &input)); },
        "dynacond, `QueryExt`, the filter in a second step" => for _ in 0..REQUESTS { black_box(by_dynacond::in_two_steps(&client, &input)); },
        "dynacond, `store.query(..).preview()`" => for _ in 0..REQUESTS { black_box(by_dynacond::preview(&store, &input)); },
        "dynamodb-facade 0.2.0" => for _ in 0..REQUESTS { black_box(by_facade::request(&client, &input)); },
    );
    println!("\na key condition with a filter\n\n{table}");
}

/// The same, sent, with an answer without items.
fn nothing_found(runtime: &Runtime) {
    let client = client(0);
    let store = dynacond::Store::new(client.clone());
    let modyne = by_modyne::Shop(client.clone());
    let input = Input::new();
    macro_rules! round {
        ($query:expr) => {
            runtime.block_on(async {
                for _ in 0..REQUESTS {
                    assert!($query.await.is_empty());
                }
            })
        };
    }
    let table = measure!(
        60, REQUESTS,
        "by hand" => round!(by_hand::filtered(&client, &input)),
        "dynacond" => round!(by_dynacond::filtered(&store, &input)),
        "dynamodb-facade 0.2.0" => round!(by_facade::filtered(&client, &input)),
        "modyne 0.3.1" => round!(by_modyne::filtered(&modyne, &input)),
    );
    println!("\na query that finds nothing\n\n{table}");
}
