//! What a request got instead of a definite answer, and what to check in that case.
use std::fmt;
use std::io::ErrorKind;

use aws_sdk_dynamodb::config::http::HttpResponse;
use aws_sdk_dynamodb::error::{BoxError, ConnectorError};
use aws_smithy_runtime_api::client::dns::ResolveDnsError;

/// What a request got instead of a definite answer. It has status, code and kind, but never a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Cause {
    Timeout,
    NoSuchHost,
    /// The connection broke, or there was none.
    Connection(std::io::ErrorKind),
    /// An answer of DynamoDB, which may be unreadable.
    Answer {
        status: u16,
        code: Option<String>,
    },
    /// A complete answer from something else, such as a proxy, a login page or another server.
    NotDynamoDb {
        status: u16,
        content_type: String,
    },
    /// Anything else, such as missing credentials, or a client that cannot make the request.
    Other,
}

impl Cause {
    /// Returns the cause of an error that is not one of the SDK's time-outs.
    pub(crate) fn of(
        response: Option<&HttpResponse>,
        code: Option<&str>,
        error: &(dyn std::error::Error + 'static),
    ) -> Self {
        if let Some(response) = response {
            let status = response.status().as_u16();
            let code = code.map(str::to_owned);
            return match (&code, content_type(response)) {
                (None, Some(content_type)) => Self::NotDynamoDb {
                    status,
                    content_type,
                },
                _ => Self::Answer { status, code },
            };
        }
        let is_timeout = |cause: &(dyn std::error::Error + 'static)| {
            cause
                .downcast_ref::<ConnectorError>()
                .is_some_and(ConnectorError::is_timeout)
        };
        if causes(error).any(is_timeout) {
            Self::Timeout
        } else if is_no_such_host(error) {
            Self::NoSuchHost
        } else {
            io_kinds(error).next().map_or(Self::Other, Self::Connection)
        }
    }

    /// Returns a message that says what to check, followed by the SDK's own `text`.
    pub(crate) fn told(&self, text: &str) -> String {
        let meaning = match self {
            Self::NotDynamoDb { .. } => {
                return format!(
                    "DynamoDB did not answer, but {self}: check the endpoint, and any proxy before it"
                );
            }
            Self::Timeout => "the endpoint did not answer in time",
            Self::NoSuchHost => "the endpoint's host does not exist: check its name",
            Self::Connection(ErrorKind::ConnectionRefused) => {
                "no server listens at the endpoint: check its host and port"
            }
            // Only the SDK's text distinguishes these two.
            Self::Other if text.contains("Missing Region") => {
                "the SDK's configuration has no Region: set it there, or in AWS_REGION"
            }
            Self::Other
                if ["no identity resolver", "loading credentials"]
                    .iter()
                    .any(|t| text.contains(t)) =>
            {
                "the SDK has no credentials: set a credentials provider in its configuration"
            }
            _ => return text.to_owned(),
        };
        format!("{meaning} ({text})")
    }

    /// Whether there was an answer.
    pub(crate) const fn is_answer(&self) -> bool {
        matches!(self, Self::Answer { .. } | Self::NotDynamoDb { .. })
    }
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Timeout => f.write_str("timed out"),
            Self::NoSuchHost => f.write_str("no such host"),
            Self::Connection(kind) => kind.fmt(f),
            Self::Answer { status, code } => {
                let code = code.as_deref().unwrap_or("and a body that cannot be read");
                write!(f, "HTTP {status} {code}")
            }
            Self::NotDynamoDb {
                status,
                content_type,
            } => write!(f, "something else: HTTP {status} with {content_type}"),
            Self::Other => f.write_str("the client could not send the request"),
        }
    }
}

/// Returns the content type of an answer that is not from DynamoDB.
///
/// [Low-level API](https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.LowLevelAPI.html)
fn content_type(response: &HttpResponse) -> Option<String> {
    const LONGEST: usize = 60;
    let headers = response.headers();
    let content_type = headers.get("content-type").unwrap_or("no content type");
    let is_dynamodb = content_type.starts_with("application/x-amz-json")
        || headers.get("x-amzn-requestid").is_some();
    let cut = content_type.floor_char_boundary(LONGEST);
    (!is_dynamodb).then(|| content_type[..cut].to_owned())
}

/// Whether a complete answer says, by HTTP's rules, that the request was not carried out: a redirection or a client error from
/// something that is not DynamoDB. A server that answers "request time-out" or "client closed request" may have forwarded the
/// request, so these do not count.
pub(crate) fn is_turned_away(response: &HttpResponse) -> bool {
    const GIVEN_UP: [u16; 2] = [408, 499];
    let status = response.status().as_u16();
    (300..500).contains(&status) && !GIVEN_UP.contains(&status) && content_type(response).is_some()
}

/// Whether there was no connection, so that nothing was transmitted: the connection was refused, or the host does not exist.
pub(crate) fn is_never_sent(error: &ConnectorError) -> bool {
    io_kinds(error).any(|kind| kind == std::io::ErrorKind::ConnectionRefused)
        || is_no_such_host(error)
}

/// Whether the look-up of the host failed. The standard library has no error kind for this. On Unix the error is recognised by its
/// first words, and on Windows by its number.
fn is_no_such_host(error: &(dyn std::error::Error + 'static)) -> bool {
    const UNIX: &str = "failed to lookup address information";
    const WINDOWS: std::ops::RangeInclusive<i32> = 11001..=11004;
    causes(error).any(|cause| {
        cause.is::<ResolveDnsError>()
            || cause.downcast_ref::<std::io::Error>().is_some_and(|error| {
                error
                    .raw_os_error()
                    .is_some_and(|code| WINDOWS.contains(&code))
                    || error.to_string().starts_with(UNIX)
            })
    })
}

/// There was no answer that shows whether a request was applied.
#[derive(Debug)]
pub(crate) struct NoAnswer {
    pub(crate) cause: Cause,
    pub(crate) source: BoxError,
}

impl fmt::Display for NoAnswer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.cause.fmt(f)
    }
}

impl std::error::Error for NoAnswer {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&*self.source)
    }
}

/// Returns an error and its causes, beginning with the error itself.
fn causes<'a>(
    error: &'a (dyn std::error::Error + 'static),
) -> impl Iterator<Item = &'a (dyn std::error::Error + 'static)> {
    std::iter::successors(Some(error), |error| error.source())
}

/// The SDK's own text says no more than "dispatch failure".
pub(crate) fn text_of(error: &(dyn std::error::Error + 'static)) -> String {
    let texts: Vec<_> = causes(error).map(ToString::to_string).collect();
    texts.join(": ")
}

/// Returns the kinds of the I/O errors among the causes of an error.
pub(crate) fn io_kinds(
    error: &(dyn std::error::Error + 'static),
) -> impl Iterator<Item = std::io::ErrorKind> {
    causes(error)
        .filter_map(|error| error.downcast_ref::<std::io::Error>())
        .map(std::io::Error::kind)
}
