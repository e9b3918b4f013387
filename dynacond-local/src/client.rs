//! Clients for a database.

use std::time::Duration;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::retry::{RetryConfig, RetryPartition, TokenBucket};
use aws_sdk_dynamodb::config::{
    BehaviorVersion, Builder, Config, IdentityCache, StalledStreamProtectionConfig,
};

use crate::connector::Transport;
use crate::local::Local;

/// Returns a client for a fresh database.
///
/// Each call makes another database, which lives as long as the client and its clones. It works on any async runtime, without network
/// or set-up. Only the pause before a retry needs tokio's timer.
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
    /// Returns a client for this database.
    #[must_use]
    pub fn client(&self) -> Client {
        Client::from_conf(self.config().build())
    }

    /// Returns the configuration of [`client`](Local::client), so that you can change it: time-outs, retries, interceptors, time source.
    ///
    /// Retries are the SDK's standard ones, with three attempts and at most a millisecond of backoff. There is no retry quota: all
    /// clients of a process share the SDK's quota, so the faults of one test would use up the retries of another.
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
            // By default, the SDK runs a timer for the credentials provider and for every body, and not every runtime has a timer.
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

    /// Returns a client for this database that meets no faults and is not logged. Use it for the set-up and the assertions of a test, and
    /// for a rival.
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
