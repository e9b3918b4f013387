//! No answer, and answers from something that is not DynamoDB: which errors they give, and how long requests are tried again.
use std::io::{Read as _, Write as _};
use std::net::{TcpListener, ToSocketAddrs as _};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::http::HttpRequest;
use aws_sdk_dynamodb::config::retry::RetryConfig;
use aws_sdk_dynamodb::config::timeout::TimeoutConfig;
use aws_sdk_dynamodb::config::{HttpClient, RuntimeComponents};
use aws_sdk_dynamodb::error::ConnectorError;
use aws_smithy_runtime_api::client::http::{
    HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector,
};
use dynacond::{Error, Projection, RetryPolicy, Store, Transaction, Versioned};
use dynacond_local::{Fault, Local};
use serde::Deserialize;

use super::recorder::{Recording, fields};
use super::support::{Order, order, refused, watched_order};

/// A server on this machine that gives one answer to everything, and counts how often.
pub fn server(status: u16, content_type: &str, body: &str) -> (Local, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let length = body.len();
    let answer = format!(
        "HTTP/1.1 {status} Some\r\ncontent-type: {content_type}\r\ncontent-length: {length}\r\nconnection: close\r\nlocation: /\r\n\r\n{body}"
    );
    let asked = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&asked);
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut request = Vec::new();
            let mut part = [0; 4096];
            // The whole request first, or the connection would be reset.
            while !is_whole(&request) {
                let read = stream.read(&mut part).unwrap();
                request.extend_from_slice(&part[..read]);
            }
            count.fetch_add(1, Ordering::SeqCst);
            stream.write_all(answer.as_bytes()).unwrap();
        }
    });
    (Local::at(url).unwrap(), asked)
}

fn is_whole(request: &[u8]) -> bool {
    let request = String::from_utf8_lossy(request);
    let Some((head, body)) = request.split_once("\r\n\r\n") else {
        return false;
    };
    let length = head.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        let is_length = name.eq_ignore_ascii_case("content-length");
        is_length.then(|| value.trim().parse::<usize>().unwrap())
    });
    body.len() >= length.unwrap_or(0)
}

fn add_one(tx: &mut Transaction) -> dynacond::Result<()> {
    tx.update(Order::key("o1"), |o| o.stock.add(1))
}

fn read_and_put(tx: &mut Transaction) -> dynacond::Result<()> {
    let mut order = tx.require(Order::key("o1"))?;
    order.stock += 1;
    tx.put(order).map(drop)
}

/// Each way to write, sent to the store.
async fn every_write(store: &Store) -> Vec<(&'static str, Error)> {
    let key = || Order::key("o1");
    vec![
        ("create", refused(store.create(order()).send().await)),
        (
            "update",
            refused(store.update(key()).set(|o| o.stock.add(1)).send().await),
        ),
        (
            "put",
            refused(store.put(order()).unconditional().send().await),
        ),
        (
            "delete",
            refused(store.delete(key()).unconditional().send().await),
        ),
        (
            "transact_write",
            refused(store.transact_write((store.create(order()),)).send().await),
        ),
        ("transact", refused(store.transact(add_one).send().await)),
        (
            "modify",
            refused(store.modify(key(), |o| o.stock += 1).send().await),
        ),
        (
            "transact of a read",
            refused(store.transact(read_and_put).send().await),
        ),
    ]
}

#[tokio::test]
async fn a_server_that_is_not_dynamodb_turns_a_write_away() {
    for (status, content_type) in [
        (403, "text/html"),
        (404, "text/html; charset=utf-8"),
        (302, "text/plain"),
        (405, "application/json"),
    ] {
        let (local, asked) = server(status, content_type, "<html>secret</html>");
        let errors = every_write(&Store::new(local.client())).await;
        let count = errors.len();
        for (verb, error) in errors {
            assert!(matches!(error, Error::Service(_)), "{verb}: {error}");
            assert!(!error.is_retryable(), "{verb}: {error}");
            let text = format!("{error} {error:?}");
            for part in [
                &format!("HTTP {status}"),
                content_type,
                "DynamoDB did not answer",
            ] {
                assert!(text.contains(part), "{verb}: {text}");
            }
            assert!(!text.contains("secret"), "{verb}: {text}");
        }
        // Each once: it does not become better.
        assert_eq!(asked.load(Ordering::SeqCst), count, "{status}");
    }
}

/// A gateway that gave up may have handed the request on; and what took a request may say so in any words.
#[tokio::test]
async fn what_may_have_been_handed_on_stays_unknown_and_says_what_answered() {
    for status in [200, 408, 502, 504] {
        let (local, _) = server(status, "text/html", "<html>secret</html>");
        let once = local.config().retry_config(RetryConfig::disabled());
        let store = Store::new(Client::from_conf(once.build()));
        let error = refused(store.create(order()).send().await);
        assert!(error.is_outcome_unknown(), "{error}");
        let text = format!("{error} {error:?}");
        assert!(
            text.contains(&format!("HTTP {status} with text/html")),
            "{text}"
        );
        assert!(!text.contains("lost") && !text.contains("secret"), "{text}");
    }
}

/// A part of the order.
#[derive(Clone, Debug, PartialEq, Deserialize, Projection)]
#[dynacond(of = Order)]
struct Stock {
    stock: u32,
}

/// The SDK takes an empty body for an empty answer: a write for applied, and an item for absent.
#[tokio::test]
async fn an_answer_without_a_body_is_not_taken_for_success() {
    let (local, _) = server(200, "application/x-amz-json-1.0", "");
    let once = local.config().retry_config(RetryConfig::disabled());
    let policy = RetryPolicy::default().with_attempts(1);
    let store = Store::builder(Client::from_conf(once.build()))
        .retry(policy)
        .build();
    let created = refused(store.create(order()).send().await);
    assert!(created.is_outcome_unknown(), "{created}");
    let deleted = store.delete(Order::key("o1")).unconditional().send().await;
    assert!(refused(deleted).is_outcome_unknown());
    let together = store.transact_write((store.create(order()),)).send().await;
    assert!(refused(together).is_outcome_unknown());
    let key = || Order::key("o1");
    let partition = Order::partition("o1");
    let reads = [
        store.get(key()).send().await.map(drop),
        store.get(key()).send_metered().await.outcome.map(drop),
        store.get(key()).project::<Stock>().send().await.map(drop),
        store.get_all(vec![key()]).send().await.map(drop),
        store.query(partition).all().send().await.map(drop),
        store.modify(key(), |_| ()).send().await.map(drop),
        store.transact(|tx| tx.get(key()).map(drop)).send().await,
    ];
    for (i, read) in reads.into_iter().enumerate() {
        let error = refused(read);
        assert!(
            matches!(error, Error::Service(_) | Error::Incomplete(_)),
            "{i}: {error}"
        );
    }
}

/// DynamoDB's own answer that arrives damaged may have said anything.
#[tokio::test]
async fn a_damaged_answer_of_dynamodb_stays_unknown() {
    let (local, _) = server(400, "application/x-amz-json-1.0", "{\"__type\": \"com.am");
    let once = local.config().retry_config(RetryConfig::disabled());
    let store = Store::new(Client::from_conf(once.build()));
    let error = refused(store.create(order()).send().await);
    assert!(error.is_outcome_unknown(), "{error}");
    assert!(error.to_string().contains("HTTP 400"), "{error}");
}

/// A way out on which every request meets the same error.
#[derive(Debug)]
struct Broken(fn() -> ConnectorError, Arc<AtomicUsize>);

impl HttpConnector for Broken {
    fn call(&self, _: HttpRequest) -> HttpConnectorFuture {
        self.1.fetch_add(1, Ordering::SeqCst);
        HttpConnectorFuture::ready(Err((self.0)()))
    }
}

impl HttpClient for Broken {
    fn http_connector(
        &self,
        _: &HttpConnectorSettings,
        _: &RuntimeComponents,
    ) -> SharedHttpConnector {
        SharedHttpConnector::new(Self(self.0, Arc::clone(&self.1)))
    }
}

/// As hyper wraps what the resolver says.
#[derive(Debug, thiserror::Error)]
#[error("dns error")]
struct Dns(#[source] std::io::Error);

/// The standard library's error for a host that does not exist. For an invalid name, no name server is asked.
fn no_such_host() -> ConnectorError {
    let error = ("no such host.", 80).to_socket_addrs().unwrap_err();
    ConnectorError::io(Box::new(Dns(error)))
}

fn resolver_failed() -> ConnectorError {
    let error = aws_smithy_runtime_api::client::dns::ResolveDnsError::new("no answer");
    ConnectorError::io(error.into())
}

#[tokio::test(start_paused = true)]
async fn where_no_host_is_found_nothing_was_sent_and_it_is_not_tried_for_long() {
    for error in [no_such_host as fn() -> ConnectorError, resolver_failed] {
        let asked = Arc::new(AtomicUsize::new(0));
        let config = Local::new().config();
        let config = config.http_client(Broken(error, Arc::clone(&asked)));
        let store = Store::new(Client::from_conf(config.build()));
        let started = tokio::time::Instant::now();
        let errors = every_write(&store).await;
        let count = errors.len();
        for (verb, error) in errors {
            assert!(matches!(error, Error::Service(_)), "{verb}: {error}");
            assert!(error.is_retryable(), "{verb}: {error}");
        }
        // Three times each, by the SDK or by a loop.
        assert_eq!(asked.load(Ordering::SeqCst), 3 * count);
        assert!(
            started.elapsed() < Duration::from_secs(30),
            "{:?}",
            started.elapsed()
        );
    }
}

#[tokio::test]
async fn without_credentials_nothing_is_sent_and_nothing_tried_again() {
    let (local, asked) = server(200, "application/x-amz-json-1.0", "{}");
    let config = aws_sdk_dynamodb::Config::builder()
        .behavior_version(aws_sdk_dynamodb::config::BehaviorVersion::latest())
        .region(aws_sdk_dynamodb::config::Region::new("eu-west-1"))
        .endpoint_url(local.endpoint().unwrap())
        .http_client(Broken(no_such_host, Arc::clone(&asked)));
    let store = Store::new(Client::from_conf(config.build()));
    for (verb, error) in every_write(&store).await {
        assert!(matches!(error, Error::Service(_)), "{verb}: {error}");
        assert!(!error.is_retryable(), "{verb}: {error}");
    }
    assert_eq!(asked.load(Ordering::SeqCst), 0);
}

#[tokio::test(start_paused = true)]
async fn the_first_failure_of_a_loop_is_told_at_once() {
    for (fault, cause) in [
        (Fault::RefuseConnection, "connection refused"),
        (Fault::LoseRequest, "connection reset"),
    ] {
        let shop = watched_order().await;
        shop.local.on_any().always().inject(fault);
        // Two attempts. The trace is written after the first one.
        let twice = RetryPolicy::default().with_attempts(2);
        let store = Store::builder(shop.local.client()).retry(twice).build();
        for read in [true, false] {
            let recording = Recording::start();
            let error = if read {
                let modify = store.modify(Order::key("o1"), |o| o.stock += 1);
                refused(modify.send().await)
            } else {
                refused(store.transact(read_and_put).send().await)
            };
            assert!(matches!(error, Error::Service(_)), "{error}");
            let events = recording.events();
            let [first] = &events[..] else {
                panic!("{events:?}");
            };
            assert_eq!(first.level, tracing::Level::WARN);
            assert_eq!(first.target, "dynacond::trace");
            let expected = [
                ("message", "no answer, trying again"),
                ("table", "shop"),
                ("cause", cause),
            ];
            assert_eq!(first.fields, fields(expected));
        }
    }
}

#[tokio::test(start_paused = true)]
async fn an_unknown_outcome_shows_its_cause() {
    for (fault, cause) in [
        (Fault::LoseRequest, "the answer was lost (connection reset)"),
        (
            Fault::Status500Before,
            "the answer (HTTP 500 InternalServerError) does not say what happened",
        ),
        (Fault::HangBefore, "the answer was lost (timed out)"),
    ] {
        for per_attempt in [true, false] {
            let shop = watched_order().await;
            let (limit, second) = (TimeoutConfig::builder(), Duration::from_secs(1));
            let limit = if per_attempt {
                limit.operation_attempt_timeout(second)
            } else {
                limit.operation_timeout(second)
            };
            let config = shop.local.config().timeout_config(limit.build());
            let store = Store::new(Client::from_conf(config.build()));
            shop.local.on("UpdateItem").inject(fault.clone());
            let secret = store.update(Order::key("o1")).set(|o| o.note.to("secret"));
            let recording = Recording::start();
            let error = refused(secret.send().await);
            assert!(error.is_outcome_unknown(), "{error}");
            for text in [error.to_string(), format!("{error:?}")] {
                assert!(text.contains(cause), "{text}");
                assert!(!text.contains("secret"), "{text}");
            }
            let told = recording.event();
            assert!(cause.contains(told.get("cause").unwrap()), "{told:?}");
        }
    }
}
