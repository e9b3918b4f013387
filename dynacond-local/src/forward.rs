//! Forwards the SDK's requests to an endpoint.
//!
//! One runtime on a separate thread has the connections of the whole process. So a client on any executor can use them, a paused
//! clock does not cause their time-outs, and a database can delete its tables when it is dropped.

use std::collections::BTreeSet;
use std::io;
use std::sync::mpsc;
use std::sync::{Mutex, OnceLock, PoisonError};
use std::time::Duration;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::http::HttpRequest;
use aws_sdk_dynamodb::config::timeout::TimeoutConfig;
use aws_sdk_dynamodb::config::{
    BehaviorVersion, Config, Credentials, HttpClient, Region, RuntimeComponents, SharedHttpClient,
};
use aws_sdk_dynamodb::error::ConnectorError;
use aws_smithy_runtime_api::client::http::{
    HttpConnector, HttpConnectorSettings, SharedHttpConnector,
};
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::byte_stream::ByteStream;
use serde_json::Value;
use tokio::runtime::{Builder, Handle};
use tokio::sync::oneshot;
use tokio::task::AbortHandle;

use crate::answer::Answer;
use crate::backend::Sent;
use crate::own_tables::OwnTables;

/// How long a database may take to delete its tables when it is dropped.
const CLEANING: Duration = Duration::from_secs(30);

/// An endpoint and the credentials for it.
pub(crate) struct Endpoint {
    pub(crate) url: String,
    pub(crate) region: String,
    pub(crate) credentials: Credentials,
    /// Set if the database has its own tables at the endpoint.
    pub(crate) own: Option<OwnTables>,
    /// The tables that this database has created at the endpoint, by their names there.
    pub(crate) created: Mutex<BTreeSet<String>>,
}

impl Endpoint {
    pub(crate) async fn apply(
        &self,
        sent: &Sent,
        changed: Option<&Value>,
    ) -> Result<Answer, ConnectorError> {
        let (answered, answer) = oneshot::channel();
        // There is no receiver if the client has given up in the meantime.
        let request = self.start(sent, changed, move |result| drop(answered.send(result)))?;
        // A client that gives up closes its connection.
        let _request = AbortOnDrop(request);
        let lost = || ConnectorError::other("the forwarding thread has ended".into(), None);
        let answer = match Handle::try_current() {
            // A paused clock does not advance while a blocking task waits, so the request takes no time for the caller.
            Ok(current) => {
                let waiting = current.spawn_blocking(move || answer.blocking_recv());
                waiting.await.map_err(|_| lost())?
            }
            Err(_) => answer.await,
        };
        Ok(self.finish(sent, answer.map_err(|_| lost())??))
    }

    pub(crate) fn apply_and_wait(&self, sent: &Sent) -> Result<Answer, ConnectorError> {
        let (answered, answer) = mpsc::channel();
        self.start(sent, None, move |result| drop(answered.send(result)))?;
        let answer = answer.recv();
        let lost = || ConnectorError::other("the forwarding thread has ended".into(), None);
        Ok(self.finish(sent, answer.map_err(|_| lost())??))
    }

    pub(crate) fn parse(&self, body: &[u8]) -> serde_json::Result<Value> {
        match &self.own {
            Some(own) => serde_json::from_str(&own.hide(&String::from_utf8_lossy(body))),
            None => serde_json::from_slice(body),
        }
    }

    fn start(
        &self,
        sent: &Sent,
        changed: Option<&Value>,
        done: impl FnOnce(Result<Answer, ConnectorError>) + Send + 'static,
    ) -> Result<AbortHandle, ConnectorError> {
        let other = |error: &str| ConnectorError::other(error.into(), None);
        let (request, connector) = sent.wire.as_ref().ok_or_else(|| other("no connection"))?;
        let request = request.try_clone();
        let mut request = request.ok_or_else(|| other("the body of the request is a stream"))?;
        if let Some(changed) = changed {
            let mut body = changed.clone();
            if let Some(own) = &self.own {
                own.rename(&mut body);
            }
            set_body(&mut request, &body)?;
        }
        let connector = connector.clone();
        let runtime = runtime().map_err(|kind| ConnectorError::io(io::Error::from(kind).into()))?;
        let task = runtime.spawn(async move { done(exchange(connector, request).await) });
        Ok(task.abort_handle())
    }

    fn finish(&self, sent: &Sent, mut answer: Answer) -> Answer {
        let Some(own) = &self.own else {
            return answer;
        };
        let table = sent.body.get("TableName").and_then(Value::as_str);
        if let (200, Some(table)) = (answer.status, table) {
            let mut created = self.created.lock().unwrap_or_else(PoisonError::into_inner);
            match sent.operation.as_str() {
                "CreateTable" => drop(created.insert(own.name(table))),
                "DeleteTable" => drop(created.remove(&own.name(table))),
                _ => {}
            }
        }
        if sent.operation == "ListTables" {
            answer = answer.changed(|tables| own.keep_own(tables));
        }
        answer.body = own.hide(&answer.body);
        answer
    }
}

/// Deletes the database's own tables, also after a failed test.
impl Drop for Endpoint {
    fn drop(&mut self) {
        let created = self
            .created
            .get_mut()
            .unwrap_or_else(PoisonError::into_inner);
        let tables = std::mem::take(created);
        let (false, Ok(runtime)) = (tables.is_empty(), runtime()) else {
            return;
        };
        let patience = TimeoutConfig::builder().operation_timeout(CLEANING / 3);
        let config = Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new(self.region.clone()))
            .credentials_provider(self.credentials.clone())
            .endpoint_url(&self.url)
            .timeout_config(patience.build())
            .http_client(http_client())
            .build();
        let client = Client::from_conf(config);
        let (done, cleaned) = mpsc::channel::<()>();
        runtime.spawn(async move {
            for table in tables {
                // The error cannot be reported to anybody. A table that remains does no harm, because no other database uses its
                // name.
                let _ = client.delete_table().table_name(table).send().await;
            }
            drop(done);
        });
        let _ = cleaned.recv_timeout(CLEANING);
    }
}

struct AbortOnDrop(AbortHandle);

impl Drop for AbortOnDrop {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// The connection, with the client's time-out for connecting. The transport applies the time-out for reading, which includes
/// injected delays.
pub(crate) fn connector(
    settings: &HttpConnectorSettings,
    components: &RuntimeComponents,
) -> SharedHttpConnector {
    let mut ours = HttpConnectorSettings::builder();
    ours.set_connect_timeout(settings.connect_timeout());
    http_client().http_connector(&ours.build(), components)
}

fn http_client() -> SharedHttpClient {
    static CLIENT: OnceLock<SharedHttpClient> = OnceLock::new();
    let build = || aws_smithy_http_client::Builder::new().build_http();
    CLIENT.get_or_init(build).clone()
}

fn runtime() -> Result<&'static Handle, io::ErrorKind> {
    static RUNTIME: OnceLock<Result<Handle, io::ErrorKind>> = OnceLock::new();
    let start = || {
        let runtime = Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(|error| error.kind())?;
        let handle = runtime.handle().clone();
        let thread = std::thread::Builder::new().name("dynacond-local".to_owned());
        let run = move || runtime.block_on(std::future::pending::<()>());
        thread.spawn(run).map_err(|error| error.kind())?;
        Ok(handle)
    };
    RUNTIME.get_or_init(start).as_ref().map_err(|kind| *kind)
}

async fn exchange(
    connector: SharedHttpConnector,
    request: HttpRequest,
) -> Result<Answer, ConnectorError> {
    let mut response = connector.call(request).await?;
    let body = ByteStream::new(response.take_body()).collect().await;
    let body = body.map_err(|error| ConnectorError::io(error.into()))?;
    let headers = response.headers().iter();
    // The body is complete, and the caller may replace it.
    let framing = ["content-length", "transfer-encoding", "connection"];
    let headers = headers.filter(|(name, _)| !framing.contains(name));
    Ok(Answer {
        status: response.status().as_u16(),
        headers: headers
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect(),
        body: String::from_utf8_lossy(&body.into_bytes()).into_owned(),
    })
}

/// Replaces the body of a request.
pub(crate) fn set_body(request: &mut HttpRequest, body: &Value) -> Result<(), ConnectorError> {
    let body = body.to_string();
    let length = body.len().to_string();
    let headers = request.headers_mut();
    headers
        .try_insert("content-length", length)
        .map_err(|error| ConnectorError::other(Box::new(error), None))?;
    *request.body_mut() = SdkBody::from(body);
    Ok(())
}
