//! Tests of a database at an endpoint: the requests, the answers, and the tables that remain.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::interceptors::BeforeTransmitInterceptorContextRef;
use aws_sdk_dynamodb::config::retry::RetryConfig;
use aws_sdk_dynamodb::config::{ConfigBag, Intercept, RuntimeComponents};
use aws_sdk_dynamodb::error::{BoxError, ProvideErrorMetadata};
use aws_sdk_dynamodb::types::{
    AttributeDefinition, AttributeValue, BillingMode, KeySchemaElement, KeyType,
    ScalarAttributeType,
};

use crate::engine::Engine;
use crate::{EndpointError, Fault, Local};

/// An embedded engine behind HTTP, and the requests that reached it.
struct Server {
    url: String,
    requests: Arc<Mutex<Vec<Received>>>,
}

#[derive(Clone, Debug)]
struct Received {
    head: String,
    body: String,
}

impl Received {
    fn header(&self, name: &str) -> Option<&str> {
        let lines = self.head.lines().filter_map(|line| line.split_once(": "));
        let mut values = lines.filter(|(key, _)| key.eq_ignore_ascii_case(name));
        values.next().map(|(_, value)| value)
    }
}

impl Server {
    fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let requests = Arc::<Mutex<Vec<Received>>>::default();
        let engine = Arc::new(Engine::new());
        let log = requests.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let (engine, log) = (engine.clone(), log.clone());
                std::thread::spawn(move || serve(stream.unwrap(), &engine, &log));
            }
        });
        Self { url, requests }
    }

    fn requests(&self) -> Vec<Received> {
        self.requests.lock().unwrap().clone()
    }

    /// A client without prefixes, as others at the endpoint have it.
    async fn tables(&self) -> Vec<String> {
        let client = Local::at(&self.url).unwrap().client();
        let answer = client.list_tables().send().await.unwrap();
        answer.table_names.unwrap()
    }

    /// A database with its own tables at this endpoint.
    fn fresh(&self) -> Local {
        let named = |name: &str| (name == "DYNACOND_ENDPOINT").then(|| self.url.clone());
        crate::endpoint::from(named).unwrap()
    }
}

fn serve(mut stream: TcpStream, engine: &Engine, log: &Mutex<Vec<Received>>) {
    loop {
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            let mut byte = [0];
            if stream.read_exact(&mut byte).is_err() {
                return;
            }
            head.extend(byte);
        }
        let mut request = Received {
            head: String::from_utf8(head).unwrap(),
            body: String::new(),
        };
        let length = request.header("content-length").unwrap().parse().unwrap();
        let mut body = vec![0; length];
        stream.read_exact(&mut body).unwrap();
        request.body = String::from_utf8(body).unwrap();
        let target = request.header("x-amz-target").unwrap();
        let operation = target.rsplit('.').next().unwrap();
        let answer = engine.apply(operation, &serde_json::from_str(&request.body).unwrap());
        log.lock().unwrap().push(request);
        let (status, length) = (answer.status, answer.body.len());
        let head = format!(
            "HTTP/1.1 {status} X\r\ncontent-length: {length}\r\nx-amzn-requestid: r1\r\n\r\n"
        );
        if stream.write_all((head + &answer.body).as_bytes()).is_err() {
            return;
        }
    }
}

/// The requests as the SDK signed them.
#[derive(Clone, Debug, Default)]
struct Signed(Arc<Mutex<Vec<(String, String)>>>);

impl Intercept for Signed {
    fn name(&self) -> &'static str {
        "Signed"
    }

    fn read_after_signing(
        &self,
        context: &BeforeTransmitInterceptorContextRef<'_>,
        _components: &RuntimeComponents,
        _config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let request = context.request();
        let body = String::from_utf8(request.body().bytes().unwrap().to_vec())?;
        let signature = request.headers().get("authorization").unwrap().to_owned();
        self.0.lock().unwrap().push((signature, body));
        Ok(())
    }
}

async fn create_table(client: &Client) {
    let key = KeySchemaElement::builder()
        .attribute_name("pk")
        .key_type(KeyType::Hash);
    let definition = AttributeDefinition::builder().attribute_name("pk");
    let definition = definition.attribute_type(ScalarAttributeType::S);
    client
        .create_table()
        .table_name("shop")
        .billing_mode(BillingMode::PayPerRequest)
        .key_schema(key.build().unwrap())
        .attribute_definitions(definition.build().unwrap())
        .send()
        .await
        .unwrap();
}

async fn put(client: &Client, stock: u32) -> Result<(), aws_sdk_dynamodb::Error> {
    let put = client
        .put_item()
        .table_name("shop")
        .item("pk", AttributeValue::S("o1".to_owned()))
        .item("stock", AttributeValue::N(stock.to_string()));
    Ok(put.send().await.map(drop)?)
}

async fn stock(local: &Local) -> Option<u32> {
    let get = local.quiet_client().get_item().table_name("shop");
    let get = get.key("pk", AttributeValue::S("o1".to_owned()));
    let item = get.send().await.unwrap().item?;
    Some(item["stock"].as_n().unwrap().parse().unwrap())
}

fn once(local: &Local) -> Client {
    let config = local.config().retry_config(RetryConfig::disabled());
    Client::from_conf(config.build())
}

#[tokio::test]
async fn requests_go_out_as_the_sdk_signed_them() {
    for own in [false, true] {
        let server = Server::start();
        let local = if own {
            server.fresh()
        } else {
            Local::at(&server.url).unwrap()
        };
        let signed = Signed::default();
        let client = Client::from_conf(local.config().interceptor(signed.clone()).build());
        create_table(&client).await;
        put(&client, 1).await.unwrap();
        let received = server.requests();
        let received = received.iter().map(|request| {
            let signature = request.header("authorization").unwrap().to_owned();
            (signature, request.body.clone())
        });
        let received: Vec<_> = received.collect();
        assert_eq!(*signed.0.lock().unwrap(), received);
        assert!(received[0].0.contains("Credential=local/"));
        assert_eq!(received[1].1.contains(r#""TableName":"shop""#), !own);
        // The log has the caller's table names.
        assert_eq!(local.log()[1].body["TableName"], "shop");
    }
}

#[tokio::test]
async fn faults_happen_in_front_of_an_endpoint() {
    let server = Server::start();
    let local = server.fresh();
    create_table(&local.quiet_client()).await;
    let client = once(&local);
    for (fault, written, left) in [
        (Fault::LoseRequest, 1, None),
        (Fault::LoseAnswer, 1, Some(1)),
        (Fault::Throttle, 2, Some(1)),
        (Fault::Status500After, 2, Some(2)),
    ] {
        local.next(fault);
        put(&client, written).await.unwrap_err();
        assert_eq!(stock(&local).await, left);
    }
    local.next(Fault::DeliverLate);
    put(&client, 7).await.unwrap_err();
    assert_eq!(stock(&local).await, Some(2));
    assert_eq!(local.deliver(), 1);
    assert_eq!(stock(&local).await, Some(7));
    local.next(Fault::DeliverAfter(1));
    put(&client, 8).await.unwrap_err();
    put(&client, 9).await.unwrap();
    assert_eq!(stock(&local).await, Some(8));
    local.next(Fault::rival(|client| async move {
        put(&client, 5).await.unwrap();
    }));
    put(&client, 6).await.unwrap();
    assert_eq!(stock(&local).await, Some(6));
    let statuses: Vec<_> = local.log().iter().map(|request| request.served).collect();
    let yes = Some(200);
    assert_eq!(statuses, [None, yes, None, yes, yes, yes, yes, yes]);
}

#[tokio::test]
async fn a_changed_request_asks_for_less() {
    let server = Server::start();
    let local = server.fresh();
    create_table(&local.client()).await;
    put(&local.client(), 1).await.unwrap();
    local.on("Scan").inject(Fault::ShortPage(1));
    let page = local
        .client()
        .scan()
        .table_name("shop")
        .send()
        .await
        .unwrap();
    assert!(page.count() == 1 && page.last_evaluated_key().is_some());
    // Only the embedded database remembers earlier states.
    local.on("Scan").inject(Fault::StaleIndex);
    local
        .client()
        .scan()
        .table_name("shop")
        .index_name("x")
        .send()
        .await
        .unwrap_err();
    assert_eq!(local.log().pop().unwrap().fault, None);
}

#[tokio::test]
async fn fresh_databases_at_one_endpoint_do_not_meet_and_leave_nothing() {
    let server = Server::start();
    let (one, other) = (server.fresh(), server.fresh());
    create_table(&one.client()).await;
    create_table(&other.client()).await;
    put(&one.client(), 1).await.unwrap();
    assert_eq!((stock(&one).await, stock(&other).await), (Some(1), None));
    let listed = one.client().list_tables().send().await.unwrap();
    assert_eq!(listed.table_names(), ["shop"]);
    assert_eq!(server.tables().await.len(), 2);
    let missing = one.client().delete_item().table_name("carts");
    let missing = missing
        .key("pk", AttributeValue::S("x".to_owned()))
        .send()
        .await;
    let missing = missing.unwrap_err().into_service_error();
    assert!(
        !missing.message().unwrap().contains("dynacond-"),
        "{missing:?}"
    );
    // A client keeps its database.
    let client = other.client();
    drop(other);
    put(&client, 2).await.unwrap();
    drop((one, client));
    assert!(server.tables().await.is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_paused_clock_waits_for_the_endpoint() {
    let server = Server::start();
    let local = server.fresh();
    let started = tokio::time::Instant::now();
    create_table(&local.client()).await;
    for stock in 0..20 {
        put(&local.client(), stock).await.unwrap();
    }
    assert!(
        started.elapsed() < Duration::from_secs(1),
        "{:?}",
        started.elapsed()
    );
}

#[test]
fn an_endpoint_needs_no_runtime() {
    let server = Server::start();
    let local = Local::at(&server.url).unwrap();
    assert_eq!(local.endpoint(), Some(server.url.as_str()));
    let answer = pollster::block_on(once(&local).list_tables().send());
    assert!(answer.unwrap().table_names().is_empty());
}

#[tokio::test]
async fn an_endpoint_that_is_not_there_refuses_the_connection() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let error = once(&Local::at(&url).unwrap())
        .list_tables()
        .send()
        .await
        .unwrap_err();
    let mut error: &dyn std::error::Error = &error;
    while let Some(source) = error.source() {
        error = source;
    }
    let error = error.downcast_ref::<std::io::Error>().unwrap();
    assert_eq!(error.kind(), std::io::ErrorKind::ConnectionRefused);
    let secure = Local::at("https://localhost").unwrap_err();
    assert!(matches!(secure, EndpointError::NotHttp { .. }));
}
