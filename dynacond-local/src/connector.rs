//! Replaces the SDK's HTTP transport. A request first meets its faults, and then goes to the engine or to an endpoint.

use std::future::{pending, poll_fn};
use std::io;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use aws_sdk_dynamodb::config::{
    AsyncSleep, HttpClient, RuntimeComponents, SharedAsyncSleep,
    http::{HttpRequest, HttpResponse},
};
use aws_sdk_dynamodb::error::ConnectorError;
use aws_smithy_async::future::timeout::Timeout;
use aws_smithy_runtime_api::client::http::{
    HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector,
};
use aws_smithy_types::body::SdkBody;
use serde_json::Value;

use crate::answer::Answer;
use crate::backend::{How, Sent};
use crate::fault::Fault;
use crate::local::Local;
use crate::partial::{add_unprocessed, short_page, split_batch, without_examined};

/// The transport from a client to a database.
#[derive(Clone, Debug)]
pub(crate) struct Transport {
    local: Local,
    /// The requests meet no faults and are not logged.
    quiet: bool,
    sleep: Option<SharedAsyncSleep>,
    read_timeout: Option<Duration>,
    /// The connection, if the database is at an endpoint.
    out: Option<SharedHttpConnector>,
}

/// What the client receives.
enum Reply {
    Answer(Answer),
    /// A real failure of the connection to the endpoint.
    Failed(ConnectorError),
    Broken,
    Refused,
    Silence,
}

impl Reply {
    fn of(answer: Result<Answer, ConnectorError>) -> Self {
        answer.map_or_else(Self::Failed, Self::Answer)
    }
}

impl Transport {
    pub(crate) fn new(local: Local) -> Self {
        Self {
            local,
            quiet: false,
            sleep: None,
            read_timeout: None,
            out: None,
        }
    }

    pub(crate) fn quiet(local: Local) -> Self {
        Self {
            quiet: true,
            ..Self::new(local)
        }
    }

    async fn exchange(
        self,
        operation: String,
        body: Value,
        wire: Option<(Arc<HttpRequest>, SharedHttpConnector)>,
    ) -> Result<HttpResponse, ConnectorError> {
        let (id, fault) = if self.quiet {
            (0, None)
        } else {
            self.local.receive(&operation, &body)
        };
        let sent = Sent {
            id,
            operation,
            body,
            wire,
        };
        yield_once().await;
        if self.quiet {
            let answer = self.local.apply_quietly(&sent, How::AsSent).await;
            yield_once().await;
            return response(answer?);
        }
        let reply = self.serve(&sent, fault).await;
        self.local.served(sent.id).await;
        yield_once().await;
        match reply {
            Reply::Answer(answer) => {
                self.local
                    .note(sent.id, |request| request.answered = Some(answer.status));
                response(answer)
            }
            Reply::Failed(error) => Err(error),
            Reply::Broken => Err(io_error(io::ErrorKind::ConnectionReset)),
            Reply::Refused => Err(io_error(io::ErrorKind::ConnectionRefused)),
            Reply::Silence => pending().await,
        }
    }

    async fn serve(&self, sent: &Sent, fault: Option<Fault>) -> Reply {
        let apply = || self.local.apply(sent, How::AsSent);
        for step in fault.map(Fault::into_steps).unwrap_or_default() {
            return match step {
                // After these steps the request continues.
                Fault::Delay(duration) => {
                    if let Some(sleep) = &self.sleep {
                        sleep.sleep(duration).await;
                    }
                    continue;
                }
                Fault::Rival(rival) => {
                    rival.write(self.local.quiet_client()).await;
                    continue;
                }
                // `into_steps` returns no sequence.
                Fault::Sequence(_) => continue,
                // These steps decide what happens to the request.
                Fault::LoseRequest => Reply::Broken,
                Fault::LoseAnswer => {
                    // The log shows whether the request was applied. The client does not learn it.
                    let _ = apply().await;
                    Reply::Broken
                }
                Fault::DeliverLate => {
                    self.local.hold(sent.clone(), None);
                    Reply::Broken
                }
                Fault::DeliverAfter(requests) => {
                    self.local.hold(sent.clone(), Some(requests));
                    Reply::Broken
                }
                Fault::RefuseConnection => Reply::Refused,
                Fault::Status500Before => Reply::Answer(Answer::internal_server_error()),
                Fault::Status500After => {
                    let _ = apply().await;
                    Reply::Answer(Answer::internal_server_error())
                }
                Fault::HangBefore => Reply::Silence,
                Fault::HangAfter => {
                    let _ = apply().await;
                    Reply::Silence
                }
                Fault::Throttle => Reply::Answer(throttled(sent)),
                Fault::TransactionConflict => Reply::Answer(conflict(sent)),
                Fault::TransactionInProgress => Reply::Answer(Answer::refusal(
                    "TransactionInProgressException",
                    "Transaction is already in progress for the given ClientRequestToken",
                )),
                Fault::Cancel(codes) => Reply::Answer(cancelled(sent, &codes)),
                Fault::ShortPage(n) => {
                    let short = short_page(&sent.body, n);
                    let answer = self.local.apply(sent, How::Changed(&short)).await;
                    Reply::of(answer.map(|answer| match n {
                        0 => answer.changed(|page| without_examined(page, &sent.body)),
                        _ => answer,
                    }))
                }
                Fault::Unprocessed(n) => {
                    let (rest, withheld) = split_batch(&sent.body, n);
                    let answer = match rest {
                        Some(rest) => self.local.apply(sent, How::Changed(&rest)).await,
                        None => Ok(Answer::of_engine(200, "{}".to_owned())),
                    };
                    let add = |body: &mut Value| add_unprocessed(body, &sent.operation, withheld);
                    Reply::of(answer.map(|answer| answer.changed(add)))
                }
                Fault::StaleIndex => Reply::of(self.local.apply(sent, How::Stale).await),
            };
        }
        Reply::of(apply().await)
    }
}

fn throttled(sent: &Sent) -> Answer {
    if sent.operation.ends_with("Table") || sent.operation.ends_with("TimeToLive") {
        Answer::refusal("ThrottlingException", "Rate exceeded")
    } else {
        Answer::refusal(
            "ProvisionedThroughputExceededException",
            "The level of configured provisioned throughput for the table was exceeded",
        )
    }
}

fn conflict(sent: &Sent) -> Answer {
    if sent.operation.starts_with("Transact") {
        cancelled(sent, &["TransactionConflict"])
    } else {
        Answer::refusal(
            "TransactionConflictException",
            "Transaction is ongoing for the item",
        )
    }
}

fn cancelled(sent: &Sent, codes: &[&'static str]) -> Answer {
    let actions = sent
        .body
        .get("TransactItems")
        .and_then(Value::as_array)
        .map_or(0, Vec::len);
    let innocent = std::iter::repeat("None");
    Answer::cancelled(codes.iter().copied().chain(innocent).take(actions))
}

impl HttpClient for Transport {
    fn http_connector(
        &self,
        settings: &HttpConnectorSettings,
        components: &RuntimeComponents,
    ) -> SharedHttpConnector {
        SharedHttpConnector::new(Self {
            sleep: components.sleep_impl(),
            read_timeout: settings.read_timeout(),
            out: self.local.backend().connector(settings, components),
            ..self.clone()
        })
    }
}

impl HttpConnector for Transport {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let operation = request
            .headers()
            .get("x-amz-target")
            .and_then(|target| target.rsplit('.').next())
            .unwrap_or_default()
            .to_owned();
        let bytes = request.body().bytes();
        let body = match bytes.map(|bytes| self.local.backend().parse(bytes)) {
            Some(Ok(body)) => body,
            Some(Err(error)) => {
                return HttpConnectorFuture::ready(Err(ConnectorError::user(error.into())));
            }
            None => {
                let streaming = "the body of a DynamoDB request is not a stream";
                return HttpConnectorFuture::ready(Err(ConnectorError::user(streaming.into())));
            }
        };
        let timer = self
            .read_timeout
            .and_then(|timeout| Some(self.sleep.as_ref()?.sleep(timeout)));
        let wire = self.out.clone().map(|out| (Arc::new(request), out));
        let exchange = self.clone().exchange(operation, body, wire);
        HttpConnectorFuture::new(async move {
            match timer {
                Some(timer) => Timeout::new(exchange, timer)
                    .await
                    .unwrap_or_else(|elapsed| Err(ConnectorError::timeout(elapsed.into()))),
                None => exchange.await,
            }
        })
    }
}

fn response(answer: Answer) -> Result<HttpResponse, ConnectorError> {
    let status = answer
        .status
        .try_into()
        .map_err(|error| ConnectorError::other(Box::new(error), None))?;
    let mut response = HttpResponse::new(status, SdkBody::from(answer.body));
    for (name, value) in answer.headers {
        response
            .headers_mut()
            .try_append(name, value)
            .map_err(|error| ConnectorError::other(Box::new(error), None))?;
    }
    Ok(response)
}

fn io_error(kind: io::ErrorKind) -> ConnectorError {
    ConnectorError::io(io::Error::from(kind).into())
}

/// Lets other tasks run. Otherwise a request would be answered in its first poll, and requests would never overlap.
async fn yield_once() {
    let mut yielded = false;
    poll_fn(|context| {
        if std::mem::replace(&mut yielded, true) {
            return Poll::Ready(());
        }
        context.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}
