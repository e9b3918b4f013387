//! The embedded engine behind a loopback port, which delays each request, and counts the cost of all requests.
use std::net::TcpListener;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::http::HttpRequest;
use aws_sdk_dynamodb::config::{HttpClient as _, SharedHttpClient};
use aws_smithy_runtime_api::client::http::{
    HttpConnector as _, SharedHttpConnector, http_client_fn,
};
use aws_smithy_types::body::SdkBody;
use dynacond_local::Local;
use serde_json::Value;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

type Result<T> = std::result::Result<T, Box<dyn std::error::Error + Send + Sync>>;

/// What came in.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Counts {
    pub(crate) requests: u32,
    /// Writes that were refused.
    pub(crate) refused: u32,
    /// In write units, of which a read unit costs a fifth. No item is larger than 1 KB.
    pub(crate) price: f64,
}

/// A database that several processes can use.
pub(crate) struct Server {
    pub(crate) endpoint: String,
    /// A client in this process: its requests take no time and are not counted.
    pub(crate) client: Client,
    counts: Arc<Mutex<Counts>>,
}

impl Server {
    /// Serves on a separate thread as long as this process runs.
    pub(crate) async fn start(delay: Duration) -> Result<Self> {
        let (client, engine) = engine().await?;
        let counts = Arc::new(Mutex::new(Counts::default()));
        let listener = TcpListener::bind("127.0.0.1:0")?;
        listener.set_nonblocking(true)?;
        let endpoint = format!("http://{}", listener.local_addr()?);
        let connection = Connection {
            engine,
            counts: Arc::clone(&counts),
            delay,
        };
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()?;
            runtime.block_on(async {
                let listener = tokio::net::TcpListener::from_std(listener)?;
                loop {
                    let (stream, _) = listener.accept().await?;
                    let connection = connection.clone();
                    tokio::spawn(async move {
                        if let Err(error) = connection.serve(stream).await {
                            eprintln!("a connection ended: {error}");
                        }
                    });
                }
                #[expect(unreachable_code, reason = "the type of the block")]
                std::io::Result::Ok(())
            })
        });
        Ok(Self {
            endpoint,
            client,
            counts,
        })
    }

    /// What came in since this was asked last.
    pub(crate) fn take_counts(&self) -> Counts {
        std::mem::take(&mut lock(&self.counts))
    }
}

fn lock(counts: &Mutex<Counts>) -> std::sync::MutexGuard<'_, Counts> {
    counts.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A client on an embedded database, and the way that its requests take: what comes over a socket takes it, too.
async fn engine() -> Result<(Client, SharedHttpConnector)> {
    let local = Local::new();
    let quiet = local.quiet_client();
    let to_engine: SharedHttpClient = quiet.config().http_client().ok_or("no engine")?;
    let connector = Arc::new(OnceLock::new());
    let found = Arc::clone(&connector);
    let watched = http_client_fn(move |settings, components| {
        let connector = to_engine.http_connector(settings, components);
        found.get_or_init(|| connector.clone());
        connector
    });
    let client = Client::from_conf(local.config().http_client(watched).build());
    client.list_tables().send().await?;
    let connector = connector.get().ok_or("no request was sent")?.clone();
    Ok((client, connector))
}

#[derive(Clone)]
struct Connection {
    engine: SharedHttpConnector,
    counts: Arc<Mutex<Counts>>,
    delay: Duration,
}

/// A request: DynamoDB's operation and its JSON.
struct Request {
    operation: String,
    body: Vec<u8>,
}

impl Connection {
    async fn serve(self, mut stream: TcpStream) -> Result<()> {
        stream.set_nodelay(true)?;
        let mut buffer = Vec::new();
        while let Some(request) = read(&mut stream, &mut buffer).await? {
            tokio::time::sleep(self.delay).await;
            let (status, body) = self.apply(&request).await?;
            let head = format!(
                "HTTP/1.1 {status} \r\ncontent-type: application/x-amz-json-1.0\r\ncontent-length: {}\r\n\r\n",
                body.len()
            );
            stream.write_all(&[head.as_bytes(), &body].concat()).await?;
        }
        Ok(())
    }

    async fn apply(&self, request: &Request) -> Result<(u16, Vec<u8>)> {
        let mut sent = HttpRequest::new(SdkBody::from(request.body.clone()));
        let target = format!("DynamoDB_20120810.{}", request.operation);
        sent.headers_mut().insert("x-amz-target", target);
        let answer = self.engine.call(sent).await?;
        let status = answer.status().as_u16();
        let mut counts = lock(&self.counts);
        counts.requests += 1;
        let body: Value = serde_json::from_slice(&request.body)?;
        let price = price(&request.operation, &body);
        counts.price += price;
        counts.refused += u32::from(price >= 1.0 && status == 400);
        drop(counts);
        let body = answer.body().bytes().unwrap_or_default().to_vec();
        Ok((status, body))
    }
}

/// The next request of a connection, if there is one.
async fn read(stream: &mut TcpStream, buffer: &mut Vec<u8>) -> Result<Option<Request>> {
    loop {
        let mut headers = [httparse::EMPTY_HEADER; 64];
        let mut head = httparse::Request::new(&mut headers);
        if let httparse::Status::Complete(start) = head.parse(buffer)? {
            let header = |name: &str| {
                let found = head
                    .headers
                    .iter()
                    .find(|h| h.name.eq_ignore_ascii_case(name));
                found.and_then(|header| std::str::from_utf8(header.value).ok())
            };
            let length: usize = header("content-length").unwrap_or("0").parse()?;
            let target = header("x-amz-target").unwrap_or_default();
            if buffer.len() >= start + length {
                let operation = target.rsplit('.').next().unwrap_or_default().to_owned();
                let body = buffer[start..start + length].to_vec();
                buffer.drain(..start + length);
                return Ok(Some(Request { operation, body }));
            }
        }
        if stream.read_buf(buffer).await? == 0 {
            return Ok(None);
        }
    }
}

/// What DynamoDB charges for a request on items of up to 1 KB, in write units. A refused write is charged as any other.
fn price(operation: &str, body: &Value) -> f64 {
    const READ: f64 = 0.2;
    let consistent = |body: &Value| {
        let factor = if body["ConsistentRead"] == true {
            1.0
        } else {
            0.5
        };
        READ * factor
    };
    let length = |list: &Value| list.as_array().map_or(0, Vec::len) as f64;
    match operation {
        "PutItem" | "UpdateItem" | "DeleteItem" => 1.0,
        "TransactWriteItems" => 2.0 * length(&body["TransactItems"]),
        "TransactGetItems" => 2.0 * READ * length(&body["TransactItems"]),
        "GetItem" => consistent(body),
        "BatchGetItem" => {
            let tables = body["RequestItems"].as_object();
            let tables = tables.into_iter().flat_map(serde_json::Map::values);
            tables
                .map(|keys| length(&keys["Keys"]) * consistent(keys))
                .sum()
        }
        _ => 0.0,
    }
}
