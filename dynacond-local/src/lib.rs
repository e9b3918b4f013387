//! An embedded DynamoDB for first steps and tests with `dynacond`: no socket, no port, no set-up.
//!
//! ```
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! let client = dynacond_local::client(); // an ordinary aws_sdk_dynamodb::Client, on a fresh database
//! assert!(client.list_tables().send().await?.table_names().is_empty());
//! # Ok(())
//! # }
//! # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(example()).unwrap();
//! ```
//!
//! The client is the SDK's own, with its serialisation, signing and retries. Only the HTTP transport is replaced: a
//! request goes straight to an in-memory engine (`dynoxide`, on SQLite) in this process. A database is there in about
//! a millisecond and is gone with its last client.
//!
//! # Faults
//!
//! What a test on a good day never sees can be scripted: a [`Local`] holds the database with its [`Fault`]s and the log
//! of its [`Request`]s.
//!
//! ```
//! use dynacond_local::{Fault, Local};
//!
//! # async fn example() {
//! let local = Local::new();
//! local.on("ListTables").nth(2).inject(Fault::LoseAnswer); // applied, but the client never hears of it
//!
//! let client = local.client();
//! for _ in 0..2 {
//!     client.list_tables().send().await.expect("the SDK sends the second request again");
//! }
//! assert_eq!(local.operations(), ["ListTables", "ListTables", "ListTables"]);
//! assert_eq!(local.log()[1].fault.as_deref(), Some("LoseAnswer"));
//! # }
//! # tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap().block_on(example());
//! ```
//!
//! # Another endpoint
//!
//! [`Local::from_env`] and [`client_from_env`] give the same tests, with their faults, to DynamoDB Local or to any other
//! endpoint that `DYNACOND_ENDPOINT` names (crate feature `endpoint`, plain http): each database has tables of its own there,
//! and deletes them. [`Local::at`] injects faults into a system that has its data at an endpoint.
//!
//! # What it does not do
//!
//! The engine is more lenient than the service: some static rules of expressions are not enforced, and there is no
//! throttling and no transaction conflict but by fault injection. A request is served at once and whole; tasks
//! interleave only because each request yields to the executor before and after it is applied. Client request tokens
//! are kept in a list that is searched: some ten thousand transactions per database are a sensible limit.

#![cfg_attr(
    test,
    allow(
        clippy::unwrap_used,
        reason = "a test that unwraps says what must not happen"
    )
)]

mod answer;
mod backend;
mod client;
mod connector;
mod endpoint;
mod engine;
mod fault;
#[cfg(feature = "endpoint")]
mod forward;
#[cfg(all(test, feature = "endpoint"))]
mod forward_stories;
#[cfg(test)]
mod index_rules;
mod journal;
mod key_update;
mod local;
mod log;
mod old_item;
#[cfg(feature = "endpoint")]
mod own_tables;
mod partial;
#[cfg(test)]
mod read_faults;
mod rule;
#[cfg(test)]
mod stories;
mod table;
mod unprojected;

pub use client::client;
pub use endpoint::{EndpointError, client_from_env};
pub use fault::{Fault, Rival};
pub use local::Local;
pub use log::Request;
pub use rule::Aim;
pub use table::{CreateTableError, create_table};
