//! Clients on a database.

use std::time::Duration;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::retry::{RetryConfig, RetryPartition, TokenBucket};
use aws_sdk_dynamodb::config::{
    BehaviorVersion, Builder, Config, IdentityCache, StalledStreamProtectionConfig,
};

use crate::connector::Transport;
use crate::local::Local;

/// A client on a fresh database.
///
/// Each call gives another database; it lives as long as the client and its clones. Works on any async runtime, without
/// network or set-up; a retry with its delay needs tokio's timer.
///
/// ```
/// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
/// let client = dynacond_local::client();
/// assert!(client.list_tables().send().await?.table_names().is_empty());
/// # Ok(())
/// # }
/// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(example()).unwrap();
/// ```
#[must_use]
pub fn client() -> Client {
    Local::new().client()
}

impl Local {
    /// A client on this database.
    #[must_use]
    pub fn client(&self) -> Client {
        Client::from_conf(self.config().build())
    }

    /// The configuration of [`client`](Local::client), to be changed: time-outs, retries, interceptors, time source.
    ///
    /// Retries are the SDK's standard ones, with three attempts, at most a millisecond of backoff and no retry quota (the
    /// SDK's own quota is shared by all clients of a process, so one test's faults would cost another its retries).
    ///
    /// ```
    /// use aws_sdk_dynamodb::{Client, config::retry::RetryConfig};
    ///
    /// let local = dynacond_local::Local::new();
    /// let client = Client::from_conf(local.config().retry_config(RetryConfig::disabled()).build());
    /// ```
    #[must_use]
    pub fn config(&self) -> Builder {
        let backoff = Duration::from_millis(1);
        let config = Config::builder().behavior_version(BehaviorVersion::latest());
        self.backend()
            .configure(config)
            // The defaults guard the credentials' provider and every body with a timer, which not every runtime has.
            .identity_cache(IdentityCache::no_cache())
            .stalled_stream_protection(StalledStreamProtectionConfig::disabled())
            .retry_config(
                RetryConfig::standard()
                    .with_initial_backoff(backoff)
                    .with_max_backoff(backoff),
            )
            .retry_partition(
                RetryPartition::custom("dynacond-local")
                    .token_bucket(TokenBucket::unlimited())
                    .build(),
            )
            .http_client(Transport::new(self.clone()))
    }

    /// A client on this database that meets no faults and leaves no trace in the log: for a test's own set-up and
    /// assertions, and for a rival.
    #[must_use]
    pub fn quiet_client(&self) -> Client {
        Client::from_conf(
            self.config()
                .http_client(Transport::quiet(self.clone()))
                .build(),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_runtime_is_needed() {
        let tables = pollster::block_on(client().list_tables().send()).unwrap();
        assert!(tables.table_names().is_empty());
    }
}
