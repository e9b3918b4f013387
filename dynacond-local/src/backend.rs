//! The database that applies requests: the embedded engine, or an endpoint.

use std::sync::Arc;

use aws_sdk_dynamodb::config::http::HttpRequest;
use aws_sdk_dynamodb::config::{Builder, Credentials, Region, RuntimeComponents};
use aws_sdk_dynamodb::error::ConnectorError;
use aws_smithy_runtime_api::client::http::{HttpConnectorSettings, SharedHttpConnector};
use serde_json::Value;

use crate::answer::Answer;
use crate::engine::Engine;
#[cfg(feature = "endpoint")]
use crate::forward::Endpoint;

/// A database.
pub(crate) enum Backend {
    Embedded(Engine),
    #[cfg(feature = "endpoint")]
    Endpoint(Box<Endpoint>),
}

/// A request that a client has sent.
#[derive(Clone)]
pub(crate) struct Sent {
    pub(crate) id: u64,
    pub(crate) operation: String,
    /// The body, with the table names of the caller.
    pub(crate) body: Value,
    /// The SDK's request and the connection, if the database is at an endpoint.
    #[cfg_attr(
        not(feature = "endpoint"),
        expect(dead_code, reason = "there is no endpoint")
    )]
    pub(crate) wire: Option<(Arc<HttpRequest>, SharedHttpConnector)>,
}

/// How a request is to be applied.
#[derive(Clone, Copy)]
pub(crate) enum How<'a> {
    AsSent,
    /// With another body, so that the answer does only a part of the request.
    Changed(&'a Value),
    /// A read, answered as if the last write had not happened.
    Stale,
}

impl Backend {
    #[cfg_attr(
        not(feature = "endpoint"),
        expect(
            clippy::unused_async,
            reason = "an endpoint is waited for, and may fail"
        )
    )]
    pub(crate) async fn apply(&self, sent: &Sent, how: How<'_>) -> Result<Answer, ConnectorError> {
        match self {
            Self::Embedded(engine) => Ok(match how {
                How::AsSent => engine.apply(&sent.operation, &sent.body),
                How::Changed(body) => engine.apply(&sent.operation, body),
                How::Stale => engine.apply_stale(&sent.operation, &sent.body),
            }),
            #[cfg(feature = "endpoint")]
            Self::Endpoint(endpoint) => match how {
                How::Changed(body) => endpoint.apply(sent, Some(body)).await,
                How::AsSent | How::Stale => endpoint.apply(sent, None).await,
            },
        }
    }

    /// Applies a late request, and waits for it without an executor.
    #[cfg_attr(
        not(feature = "endpoint"),
        expect(clippy::unnecessary_wraps, reason = "an endpoint may fail")
    )]
    pub(crate) fn apply_and_wait(&self, sent: &Sent) -> Result<Answer, ConnectorError> {
        match self {
            Self::Embedded(engine) => Ok(engine.apply(&sent.operation, &sent.body)),
            #[cfg(feature = "endpoint")]
            Self::Endpoint(endpoint) => endpoint.apply_and_wait(sent),
        }
    }

    /// Returns the body of a request, with the table names of the caller.
    pub(crate) fn parse(&self, body: &[u8]) -> serde_json::Result<Value> {
        match self {
            Self::Embedded(_) => serde_json::from_slice(body),
            #[cfg(feature = "endpoint")]
            Self::Endpoint(endpoint) => endpoint.parse(body),
        }
    }

    /// The connection, if the database is at an endpoint.
    #[cfg_attr(
        not(feature = "endpoint"),
        expect(unused_variables, reason = "nothing leaves the process")
    )]
    pub(crate) fn connector(
        &self,
        settings: &HttpConnectorSettings,
        components: &RuntimeComponents,
    ) -> Option<SharedHttpConnector> {
        match self {
            Self::Embedded(_) => None,
            #[cfg(feature = "endpoint")]
            Self::Endpoint(_) => Some(crate::forward::connector(settings, components)),
        }
    }

    pub(crate) fn url(&self) -> Option<&str> {
        match self {
            Self::Embedded(_) => None,
            #[cfg(feature = "endpoint")]
            Self::Endpoint(endpoint) => Some(&endpoint.url),
        }
    }

    /// Sets what a client needs to reach the database: an endpoint, credentials and a Region.
    pub(crate) fn configure(&self, config: Builder) -> Builder {
        match self {
            Self::Embedded(_) => config
                .region(Region::from_static("us-east-1"))
                .endpoint_url("http://dynacond.local")
                .credentials_provider(Credentials::new("local", "local", None, None, "local")),
            #[cfg(feature = "endpoint")]
            Self::Endpoint(endpoint) => {
                let config = config
                    .region(Region::new(endpoint.region.clone()))
                    .endpoint_url(&endpoint.url)
                    .credentials_provider(endpoint.credentials.clone());
                match &endpoint.own {
                    Some(own) => config.interceptor(own.clone()),
                    None => config,
                }
            }
        }
    }

    pub(crate) fn is_embedded(&self) -> bool {
        matches!(self, Self::Embedded(_))
    }
}
