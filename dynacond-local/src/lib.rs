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
//! The client is the SDK's own, with its serialisation, signing and retries. Only the HTTP transport is replaced: a request goes
//! directly to an in-memory engine (`dynoxide`, on SQLite) in this process. A database takes about a millisecond to create, and
//! disappears with its last client.
//!
//! # Faults
//!
//! A test can also inject faults. A [`Local`] is a database with its [`Fault`]s and the log of its [`Request`]s.
//!
//! ```
//! use dynacond_local::{Fault, Local};
//!
//! # async fn example() {
//! let local = Local::new();
//! local.on("ListTables").nth(2).inject(Fault::LoseAnswer); // applied, but the answer is lost
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
//! With [`Local::from_env`] and [`client_from_env`], the same tests and faults run against DynamoDB Local, or any other endpoint that
//! `DYNACOND_ENDPOINT` names (crate feature `endpoint`, plain http). Each database has its own tables there, and deletes them.
//! [`Local::at`] injects faults into a system that has its data at an endpoint.
//!
//! # What it does not do
//!
//! The engine is more lenient than the service. It does not enforce some static rules of expressions. Throttling and transaction
//! conflicts only happen as injected faults. A request is applied completely in one step. Tasks interleave because each request
//! yields to the executor before and after it is applied. Client request tokens are kept in a list with linear search, so a
//! database should not get more than about ten thousand transactions.

#![cfg_attr(
    test,
    allow(
        clippy::unwrap_used,
        reason = "a test that unwraps says what must not happen"
    )
)]

mod add_index;
mod answer;
mod backend;
mod client;
mod connector;
mod described;
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
#[cfg(test)]
mod page_rules;
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
