//! Databases at an endpoint.

use std::env;

use aws_sdk_dynamodb::Client;

use crate::local::Local;

const ENDPOINT: &str = "DYNACOND_ENDPOINT";

/// Returns a client for a fresh database, at the endpoint that the environment names, or embedded if it names none.
///
/// [`Local::from_env`] describes the variables, and the tables of a fresh database at an endpoint.
///
/// # Errors
///
/// The errors of [`Local::from_env`].
pub fn client_from_env() -> Result<Client, EndpointError> {
    Ok(Local::from_env()?.client())
}

impl Local {
    /// Forwards requests to an endpoint. Requests can meet faults, and are logged. They are sent as the SDK made them, with the SDK's
    /// signature. The tables are those of the endpoint.
    ///
    /// The endpoint is a URL of plain http, such as `http://localhost:8000`. Credentials and Region are those of
    /// [`from_env`](Local::from_env). Set others with [`config`](Local::config).
    ///
    /// The faults [`ShortPage`](crate::Fault::ShortPage) and [`Unprocessed`](crate::Fault::Unprocessed) change the request, so an endpoint
    /// that verifies signatures refuses it.
    ///
    /// # Errors
    ///
    /// [`EndpointError::NotHttp`] if the endpoint is not plain http, [`EndpointError::FeatureDisabled`] without the crate
    /// feature `endpoint`.
    pub fn at(endpoint: impl Into<String>) -> Result<Self, EndpointError> {
        at(endpoint.into(), false, from_environment)
    }

    /// Returns a fresh database, at the endpoint that the environment names, or embedded if it names none.
    ///
    /// `DYNACOND_ENDPOINT` is the endpoint's URL, such as `http://localhost:8000`. Credentials come from `AWS_ACCESS_KEY_ID`,
    /// `AWS_SECRET_ACCESS_KEY` and `AWS_SESSION_TOKEN`, and the Region comes from `AWS_REGION`. If they are not set, made-up ones are
    /// used, which emulators accept. An empty variable counts as not set.
    ///
    /// At an endpoint, a fresh database has its own tables. Their names begin with `dynacond-` and 16 random digits, which the clients
    /// never see, so several runs can use one endpoint at the same time. The tables are deleted when the last client and the last clone
    /// are dropped. A process that is killed leaves its tables behind.
    ///
    /// # Errors
    ///
    /// [`EndpointError::NotHttp`] if the endpoint is not plain http, [`EndpointError::FeatureDisabled`] without the crate
    /// feature `endpoint`.
    pub fn from_env() -> Result<Self, EndpointError> {
        from(from_environment)
    }

    /// Returns the URL of the endpoint, or `None` if the database is embedded.
    #[must_use]
    pub fn endpoint(&self) -> Option<&str> {
        self.backend().url()
    }
}

/// The endpoint named by the environment cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EndpointError {
    /// The endpoint is not plain http.
    #[error(
        "the endpoint must be a URL that begins with http://, such as http://localhost:8000, but it is `{endpoint}`"
    )]
    NotHttp {
        /// The endpoint named.
        endpoint: String,
    },
    /// This crate was built without the feature `endpoint`.
    #[error(
        "to use the endpoint `{endpoint}`, enable the crate feature `endpoint` of dynacond-local"
    )]
    FeatureDisabled {
        /// The endpoint named.
        endpoint: String,
    },
}

fn from_environment(name: &str) -> Option<String> {
    let value = env::var_os(name)?.to_string_lossy().into_owned();
    Some(value).filter(|value| !value.is_empty())
}

/// Tests pass the variables as an argument, because changing the environment of a running process is unsafe.
pub(crate) fn from(variable: impl Fn(&str) -> Option<String>) -> Result<Local, EndpointError> {
    match variable(ENDPOINT) {
        Some(endpoint) => at(endpoint, true, variable),
        None => Ok(Local::new()),
    }
}

fn at(
    endpoint: String,
    own_tables: bool,
    variable: impl Fn(&str) -> Option<String>,
) -> Result<Local, EndpointError> {
    let host = endpoint.strip_prefix("http://").unwrap_or_default();
    if host.is_empty() {
        return Err(EndpointError::NotHttp { endpoint });
    }
    connect(endpoint, own_tables, variable)
}

#[cfg(not(feature = "endpoint"))]
fn connect(
    endpoint: String,
    _own_tables: bool,
    _variable: impl Fn(&str) -> Option<String>,
) -> Result<Local, EndpointError> {
    Err(EndpointError::FeatureDisabled { endpoint })
}

#[cfg(feature = "endpoint")]
#[allow(
    clippy::unnecessary_wraps,
    reason = "without the feature it is an error"
)]
fn connect(
    endpoint: String,
    own_tables: bool,
    variable: impl Fn(&str) -> Option<String>,
) -> Result<Local, EndpointError> {
    use aws_sdk_dynamodb::config::Credentials;

    use crate::backend::Backend;
    use crate::forward::Endpoint;
    use crate::own_tables::OwnTables;

    let or_local = |name| variable(name).unwrap_or_else(|| "local".to_owned());
    let credentials = Credentials::new(
        or_local("AWS_ACCESS_KEY_ID"),
        or_local("AWS_SECRET_ACCESS_KEY"),
        variable("AWS_SESSION_TOKEN"),
        None,
        "environment",
    );
    Ok(Local::on_backend(Backend::Endpoint(Box::new(Endpoint {
        url: endpoint,
        region: variable("AWS_REGION").unwrap_or_else(|| "us-east-1".to_owned()),
        credentials,
        own: own_tables.then(OwnTables::new),
        created: std::sync::Mutex::default(),
    }))))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(endpoint: &str) -> Result<Local, EndpointError> {
        from(|name| (name == ENDPOINT).then(|| endpoint.to_owned()))
    }

    #[tokio::test]
    async fn no_endpoint_is_an_embedded_database() {
        let local = from(|_| None).unwrap();
        assert_eq!(local.endpoint(), None);
        let tables = local.client().list_tables().send().await.unwrap();
        assert!(tables.table_names().is_empty());
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
}
