//! What goes wrong before the first item is stored: each mistake of set-up, and what its error says.
use std::io::{Read, Write};
use std::net::TcpListener;
use std::time::Duration;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::retry::RetryConfig;
use aws_sdk_dynamodb::config::timeout::TimeoutConfig;
use aws_sdk_dynamodb::config::{Builder, Config, Credentials, Region};
use dynacond::{Error, RetryPolicy, Store, Versioned};
use dynacond_local::Local;
use serde::{Deserialize, Serialize};

use super::support::{Member, Order, fresh_store, order, refused};

/// A server on the loopback that gives every request this answer, or never one.
fn server(status: u16, content_type: &'static str, body: &'static str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            std::thread::spawn(move || {
                loop {
                    let mut request = Vec::new();
                    let mut byte = [0];
                    while !request.ends_with(b"\r\n\r\n") {
                        if stream.read_exact(&mut byte).is_err() {
                            return;
                        }
                        request.extend(byte);
                    }
                    let head = String::from_utf8(request).unwrap().to_lowercase();
                    let length = head.split("content-length: ").nth(1).unwrap();
                    let length = length.split("\r\n").next().unwrap().parse().unwrap();
                    stream.read_exact(&mut vec![0; length]).unwrap();
                    if status == 0 {
                        continue; // hangs
                    }
                    let length = body.len();
                    let answer = format!(
                        "HTTP/1.1 {status} X\r\ncontent-type: {content_type}\r\ncontent-length: {length}\r\n\r\n{body}"
                    );
                    stream.write_all(answer.as_bytes()).unwrap();
                }
            });
        }
    });
    url
}

fn json(status: u16, body: &'static str) -> String {
    server(status, "application/x-amz-json-1.0", body)
}

/// The configuration of a client that sends each request once to this endpoint.
fn config(url: &str) -> Builder {
    let once = RetryConfig::standard().with_max_attempts(1);
    Local::at(url).unwrap().config().retry_config(once)
}

fn store(config: Builder) -> Store {
    let policy = RetryPolicy::default().with_attempts(1);
    let client = Client::from_conf(config.build());
    Store::builder(client).retry(policy).build()
}

const READ: &str = "get Order {pk: order#o1, sk: order#o1} in table shop: ";

/// Returns the error text of a read. A write has the same text with another verb, unless its answer was lost.
async fn told(store: &Store) -> String {
    let read = refused(store.get(Order::key("o1")).send().await);
    let write = refused(store.create(order()).send().await);
    let [read, write] = [read, write].map(|error| (error.is_outcome_unknown(), error.to_string()));
    let told = read.1.strip_prefix(READ).unwrap().to_owned();
    if !write.0 {
        let write = write
            .1
            .strip_prefix("create Order {pk: order#o1, sk: order#o1} in table shop: ");
        assert_eq!(write, Some(told.as_str()));
    }
    told
}

#[tokio::test]
async fn an_endpoint_where_nothing_listens() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let told = told(&store(config(&url))).await;
    let meaning =
        "no server listens at the endpoint: check its host and port (dispatch failure: io error: ";
    assert!(told.starts_with(meaning), "{told}");
    assert!(told.contains("Connection refused"), "{told}");
}

#[tokio::test]
async fn a_host_that_is_not_there() {
    // Reserved for this by RFC 6761: it is never resolved.
    let told = told(&store(config("http://dynacond.invalid:8000"))).await;
    let meaning =
        "the endpoint's host does not exist: check its name (dispatch failure: io error: ";
    assert!(told.starts_with(meaning), "{told}");
}

#[tokio::test]
async fn no_credentials_and_no_region() {
    let bare = || Config::builder().behavior_version_latest();
    let without_credentials = bare()
        .region(Region::new("us-east-1"))
        .endpoint_url("http://127.0.0.1:1");
    let told_of_credentials = told(&store(without_credentials)).await;
    let meaning = "the SDK has no credentials: set a credentials provider in its configuration (";
    assert!(
        told_of_credentials.starts_with(meaning),
        "{told_of_credentials}"
    );
    let credentials = Credentials::new("local", "local", None, None, "test");
    let told_of_region = told(&store(bare().credentials_provider(credentials))).await;
    let meaning =
        "the SDK's configuration has no Region: set it there, or in AWS_REGION (dispatch failure: ";
    assert!(told_of_region.starts_with(meaning), "{told_of_region}");
}

#[tokio::test]
async fn a_table_that_is_missing_or_still_being_created() {
    const MISSING: &str = r#"{"__type":"com.amazonaws.dynamodb.v20120810#ResourceNotFoundException",
        "message":"Requested resource not found"}"#;
    let expected = "ResourceNotFoundException: Requested resource not found (the table does not exist, or is still being \
        created: check its name, the Region and the endpoint)";
    assert_eq!(told(&store(config(&json(400, MISSING)))).await, expected);
    // The same of a database: the service says nothing else of a table that is being created.
    let missing = told(&Store::new(dynacond_local::client_from_env().unwrap())).await;
    assert!(
        missing.ends_with(expected.split_once('(').unwrap().1),
        "{missing}"
    );
}

#[derive(Clone, Debug, Serialize, Deserialize, Versioned)]
#[dynacond(table = "meters")]
struct Meter {
    #[dynacond(partition_key)]
    pk: u64,
}

#[tokio::test]
async fn a_table_with_other_keys() {
    // Keyed by a number, and by `group` and `id`.
    for (store, table) in [
        (fresh_store::<Meter>().await, "meters"),
        (fresh_store::<Member>().await, "members"),
    ] {
        let client = store.client().clone();
        let store = Store::builder(client).table::<Order>(table).build();
        for error in [
            refused(store.get(Order::key("o1")).send().await),
            refused(store.create(order()).send().await),
            refused(
                store
                    .update(Order::key("o1"))
                    .set(|o| o.stock.add(1))
                    .send()
                    .await,
            ),
            refused(store.delete(Order::key("o1")).unconditional().send().await),
            refused(store.transact_write((store.create(order()),)).send().await),
        ] {
            assert_eq!(error.label(), "service");
            let told = error.to_string();
            let meaning =
                " (the key attributes of the table differ from those that the model declares)";
            assert!(
                told.contains("ValidationException: ") && told.ends_with(meaning),
                "{told}"
            );
        }
    }
}

#[tokio::test]
async fn credentials_that_aws_does_not_know() {
    const UNKNOWN: &str = r#"{"__type":"com.amazon.coral.service#UnrecognizedClientException",
        "message":"The security token included in the request is invalid."}"#;
    assert_eq!(
        told(&store(config(&json(400, UNKNOWN)))).await,
        "UnrecognizedClientException: The security token included in the request is invalid. (check the credentials, the \
         Region and the clock of this machine)"
    );
}

#[tokio::test]
async fn an_answer_that_is_not_dynamodbs() {
    for status in [200, 403, 404, 502] {
        let page = server(
            status,
            "text/html",
            "<html><body>Sign in, please</body></html>",
        );
        let told = told(&store(config(&page))).await;
        let meaning = format!(
            "DynamoDB did not answer, but something else: HTTP {status} with text/html: check the endpoint, and any proxy \
             before it"
        );
        assert_eq!(told, meaning);
    }
}

#[tokio::test]
async fn throttling_at_the_start() {
    const THROTTLED: &str = r#"{"__type":"com.amazonaws.dynamodb.v20120810#ThrottlingException","message":"Rate exceeded"}"#;
    let store = store(config(&json(400, THROTTLED)));
    assert_eq!(told(&store).await, "ThrottlingException: Rate exceeded");
    let error = refused(store.create(order()).send().await);
    assert!(matches!(error, Error::Throttled(_)) && error.is_retryable());
}

#[tokio::test]
async fn a_server_that_never_answers_is_bounded_by_the_clients_time_outs() {
    let patience = TimeoutConfig::builder().operation_attempt_timeout(Duration::from_millis(50));
    let hung = config(&server(0, "", "")).timeout_config(patience.build());
    let told = told(&store(hung)).await;
    let meaning = "the endpoint did not answer in time (request has timed out: ";
    assert!(told.starts_with(meaning), "{told}");
}

/// The defaults of a client that sets no time-out: see the guide's page on operating.
#[tokio::test(start_paused = true)]
async fn without_time_outs_a_hung_server_is_waited_for() {
    let local = Local::new();
    local
        .on_any()
        .always()
        .inject(dynacond_local::Fault::HangBefore);
    let client = local.client();
    let get = Store::new(client).get(Order::key("o1"));
    let day = Duration::from_hours(24);
    assert!(tokio::time::timeout(day, get.send()).await.is_err());
}
