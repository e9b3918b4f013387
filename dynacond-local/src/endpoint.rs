//! The same tests against another endpoint.

use std::env;

use aws_sdk_dynamodb::Client;

use crate::client;

const ENDPOINT: &str = "DYNACOND_ENDPOINT";

/// A client on the endpoint named by the environment, or on a fresh embedded database if none is named.
///
/// `DYNACOND_ENDPOINT` is the endpoint's URL, such as `http://localhost:8000`. Credentials come from `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY` and `AWS_SESSION_TOKEN`, the Region from `AWS_REGION`; where they are not
/// set, made-up ones, with which emulators are content. Empty counts as not set.
///
/// # Errors
///
/// [`EndpointError::NotHttp`] if the endpoint is not plain http, [`EndpointError::FeatureDisabled`] without the crate
/// feature `endpoint`.
pub fn client_from_env() -> Result<Client, EndpointError> {
    client_from(|name| Some(env::var_os(name)?.to_string_lossy().into_owned()))
}

/// The endpoint named by the environment cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EndpointError {
    /// Only plain http is spoken.
    #[error("{ENDPOINT} must be a URL that begins with http://, found `{endpoint}`")]
    NotHttp {
        /// The endpoint named.
        endpoint: String,
    },
    /// This crate was built without what it takes.
    #[error("{ENDPOINT} names `{endpoint}`: enable the crate feature `endpoint` of dynacond-local")]
    FeatureDisabled {
        /// The endpoint named.
        endpoint: String,
    },
}

/// Tests give the variables themselves: changing the environment of a running process is unsafe.
fn client_from(variable: impl Fn(&str) -> Option<String>) -> Result<Client, EndpointError> {
    let variable = |name: &str| variable(name).filter(|value| !value.is_empty());
    let Some(endpoint) = variable(ENDPOINT) else {
        return Ok(client());
    };
    let host = endpoint.strip_prefix("http://").unwrap_or_default();
    if host.is_empty() {
        return Err(EndpointError::NotHttp { endpoint });
    }
    client_at(endpoint, variable)
}

#[cfg(not(feature = "endpoint"))]
fn client_at(
    endpoint: String,
    _variable: impl Fn(&str) -> Option<String>,
) -> Result<Client, EndpointError> {
    Err(EndpointError::FeatureDisabled { endpoint })
}

#[cfg(feature = "endpoint")]
#[allow(
    clippy::unnecessary_wraps,
    reason = "without the feature it is an error"
)]
fn client_at(
    endpoint: String,
    variable: impl Fn(&str) -> Option<String>,
) -> Result<Client, EndpointError> {
    use aws_sdk_dynamodb::config::{BehaviorVersion, Config, Credentials, Region};

    let or_local = |name| variable(name).unwrap_or_else(|| "local".to_owned());
    let credentials = Credentials::new(
        or_local("AWS_ACCESS_KEY_ID"),
        or_local("AWS_SECRET_ACCESS_KEY"),
        variable("AWS_SESSION_TOKEN"),
        None,
        "environment",
    );
    let region = variable("AWS_REGION").unwrap_or_else(|| "us-east-1".to_owned());
    let config = Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new(region))
        .credentials_provider(credentials)
        .endpoint_url(endpoint)
        .http_client(aws_smithy_http_client::Builder::new().build_http())
        .build();
    Ok(Client::from_conf(config))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(endpoint: &str) -> Result<Client, EndpointError> {
        client_from(|name| (name == ENDPOINT).then(|| endpoint.to_owned()))
    }

    #[tokio::test]
    async fn no_endpoint_is_an_embedded_database() {
        for client in [client_from(|_| None), named("")] {
            let tables = client.unwrap().list_tables().send().await.unwrap();
            assert!(tables.table_names().is_empty());
        }
    }

    #[test]
    fn an_endpoint_must_be_plain_http() {
        for endpoint in ["https://localhost:8000", "localhost:8000", "http://"] {
            let error = named(endpoint).unwrap_err();
            assert!(matches!(error, EndpointError::NotHttp { .. }));
            assert!(error.to_string().contains(endpoint), "{error}");
        }
    }

    #[cfg(not(feature = "endpoint"))]
    #[test]
    fn an_endpoint_needs_the_feature() {
        let error = named("http://localhost:8000").unwrap_err();
        assert!(matches!(error, EndpointError::FeatureDisabled { .. }));
    }

    #[cfg(feature = "endpoint")]
    #[tokio::test]
    async fn the_endpoint_named_is_asked() {
        use std::io::{Read, Write};

        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let endpoint = format!("http://{}", listener.local_addr().unwrap());
        let server = std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let mut request = Vec::new();
            // The body of a ListTables request is `{}`.
            while !request.ends_with(b"\r\n\r\n{}") {
                let mut byte = [0];
                stream.read_exact(&mut byte).unwrap();
                request.extend(byte);
            }
            let body = r#"{"TableNames":["shop"]}"#;
            let length = body.len();
            write!(
                stream,
                "HTTP/1.1 200 OK\r\ncontent-length: {length}\r\n\r\n{body}"
            )
            .unwrap();
            String::from_utf8(request).unwrap()
        });
        let answer = named(&endpoint).unwrap().list_tables().send().await;
        assert_eq!(answer.unwrap().table_names(), ["shop"]);
        let request = server.join().unwrap();
        assert!(request.contains("DynamoDB_20120810.ListTables"));
        assert!(request.contains("Credential=local/"));
    }
}
