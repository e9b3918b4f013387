//! Typed conditions, optimistic locking and pure-function transactions for DynamoDB, whose outcome is always told
//! truthfully.
//!
//! ```no_run
//! use dynacond::{Error, Store, Stored, Versioned};
//! use serde::{Deserialize, Serialize};
//!
//! #[derive(Clone, Debug, Serialize, Deserialize, Versioned)]
//! #[dynacond(table = "accounts")]
//! struct Account {
//!     #[dynacond(partition_key)]
//!     id: String,
//!     balance: u64,
//! }
//!
//! # async fn f(client: aws_sdk_dynamodb::Client) -> dynacond::Result<()> {
//! let store = Store::new(client);
//! let mut account = store.create(Account { id: "a1".into(), balance: 100 }).send().await?;
//! account.balance += 20;
//! let account = store.save(account).send().await?;                       // refused if somebody wrote it meanwhile
//! assert_eq!(Stored::version(&account), 2);
//!
//! let withdraw = store.update(Account::key("a1")).set(|a| a.balance.subtract(500));
//! match withdraw.send().await {                                          // one request; never below zero
//!     Err(Error::ConditionFailed(refusal)) => println!("{refusal}"),
//!     other => println!("{} left", other?.balance),
//! }
//! # Ok(())
//! # }
//! ```
//!
//! # The model
//!
//! [`#[derive(Versioned)]`](derive@Versioned) gives a struct its key, its version attribute and typed attributes, under the
//! names that serde writes. [`#[derive(Document)]`](derive@Document) gives typed paths into a struct stored as a map,
//! [`#[derive(AttributeType)]`](derive@AttributeType) makes an enum or a newtype an attribute's type. An item as it is
//! stored, with its version, is a [`Stored<T>`](Stored).
//!
//! # Conditions
//!
//! A [`Condition`] is a plain value, made of [`Attribute`]s. Placeholders are automatic, parentheses minimal, and every
//! static rule and limit of DynamoDB is checked when it is compiled.
//!
//! | Rust | DynamoDB |
//! |---|---|
//! | `o.status.eq("held")`, `ne`, `lt`, `le`, `gt`, `ge` | `#status = :status`, `<>`, `<`, `<=`, `>`, `>=` |
//! | `o.stock.ge(o.reserved)` | `#stock >= #reserved` |
//! | `value(3).le(o.stock)` | `:stock <= #stock` |
//! | `o.stock.between(1, 9)` | `#stock BETWEEN :stock AND :stock_2` |
//! | `o.status.is_in(["held", "paid"])` | `#status IN (:status, :status_2)` |
//! | `o.note.exists()`, `not_exists()` | `attribute_exists(#note)`, `attribute_not_exists(#note)` |
//! | `o.due.is_none()`, `is_some()` (of an `Option`) | `attribute_not_exists(#due) OR attribute_type(#due, :due)`, `attribute_exists(#due) AND NOT attribute_type(#due, :due)` |
//! | `o.note.attribute_type(DataType::S)` | `attribute_type(#note, :note)` |
//! | `o.city.begins_with("Ly")` | `begins_with(#city, :city)` |
//! | `o.tags.contains("new")` | `contains(#tags, :tags)` |
//! | `o.tags.size().gt(0)` | `size(#tags) > :tags` |
//! | `o.address.at(\|a\| a.city)`, `o.lines.index(0)`, `o.prices.entry("EUR")` | `#address.#city`, `#lines[0]`, `#prices.#EUR` |
//! | `a.and(b)`, `a.or(b)`, `!a`; `a & b \| c` | `a AND b`, `a OR b`, `NOT a` |
//! | `Condition::all([..])`, `Condition::any([..])` | `a AND b AND ..`, `a OR b OR ..` |
//! | `attr("name")`, `.at_name("name")` | a name known only at run time |
//!
//! Two rows of DynamoDB's truth table surprise most: a comparison with a missing attribute is false, but `<>` is true; and
//! so is the negation of a false one, `NOT deleted = true`.
//!
//! # Writes
//!
//! The verbs are methods of [`Store`]; each is a value until it is sent. Update actions stand in `.set(|o| ..)`:
//!
//! | Rust | DynamoDB |
//! |---|---|
//! | `o.status.to("paid")`, `o.stock.to(o.reserved)` | `SET #status = :status`, `SET #stock = #reserved` |
//! | `o.stock.add(3)`, `o.stock.subtract(3)` | `SET #stock = #stock + :stock`, `SET #stock = #stock - :stock` |
//! | `o.visits.add(1).starting_at(0)` | `SET #visits = if_not_exists(#visits, :visits) + :visits_2` |
//! | `o.lines.append(line)`, `prepend` | `SET #lines = list_append(#lines, :lines)` |
//! | `o.status.if_absent("new")` | `SET #status = if_not_exists(#status, :status)` |
//! | `o.tags.insert("new")`, `o.tags.delete("new")` | `ADD #tags :tags`, `DELETE #tags :tags` |
//! | `o.note.remove()` | `REMOVE #note` |
//!
//! # Refusals
//!
//! A refused write is one of [`Error::AlreadyExists`], [`NotFound`](Error::NotFound), [`Conflict`](Error::Conflict) and
//! [`ConditionFailed`](Error::ConditionFailed). Each carries a [`Refusal`]: which guard or clause refused, and the item as
//! it was evaluated, so that the next attempt needs no read. The explanation is made by the same evaluator as
//! [`Condition::explain`]:
//!
//! ```
//! use dynacond::{AttributeValue, Item, attr};
//!
//! let item = Item::from([
//!     ("status".to_owned(), AttributeValue::S("pending".to_owned())),
//!     ("stock".to_owned(), AttributeValue::N("4".to_owned())),
//! ]);
//! let condition = attr("status").eq("pending").and(attr("stock").ge(6));
//! assert_eq!(
//!     condition.explain(&item).to_string(),
//!     "\
//! status = pending AND stock >= 6
//!   ✓ status = pending      actual: pending
//!   ✗ stock >= 6            actual: 4"
//! );
//! ```
//!
//! `Display`, `Debug` and `tracing` name table, type, key and clause, never a value; [`Refusal::condition`] shows values to
//! whoever asks. What is traced: [`Store`].
//!
//! # Lost answers
//!
//! After a time-out, a broken connection or a 500 the write may have been applied. Each write stamps a random *write id*
//! beside the version, by which that is found out:
//!
//! | write | after a lost answer | told |
//! |---|---|---|
//! | `save`, `modify`, `replace` and `delete` of a [`Stored`], any `.at(&tag)` | sent again: the guard names the write id that it replaces, so it cannot be applied twice | applied, not applied or a conflict, from the item of the refused resend; else [`Error::OutcomeUnknown`] |
//! | `create`, `update`, `put` | one consistent read | applied, if the item has the own write id; else unknown |
//! | `delete` by its key, writes without a write id | as above, or nothing | unknown |
//! | transactions, also of one write | sent again with the same token | applied; not applied, if a guard that names a write id refused; else unknown |
//!
//! It is never a guess, and never applied twice. Reading does not settle what is unknown: an item shows that the write landed,
//! never that it will not. [`OutcomeUnknown::resend`] sends the same write again: safe where the guard names a write id, for
//! `create`, and for ten minutes for transactions. A relative update is made safe before it is sent: as a transaction of one with a token of your own,
//! `store.transact_write((update,)).token(t)`, it is applied once within ten minutes, at twice the write units. **Dropping the future of a write that was polled leaves its outcome unknown**, without an
//! error that says so: set time-outs on the client, not around `send`.
//!
//! # Transactions
//!
//! [`Store::transact_write`] sends the store's own requests together, all or none of them. [`Store::transact`] runs a pure
//! function of a [`Transaction`]: what it reads is fetched, what it writes is committed if nothing that it read has
//! changed, and it runs again if something has. A lone write with nothing to check goes out as one plain request, where a
//! lost answer can be found out without a token.
//!
//! # Testing
//!
//! A condition is evaluated without any client by [`Condition::matches`] and [`Condition::explain`], a request is shown by
//! [`WriteRequest::preview`], and a transaction is a value: presume items, call the function, look at what it wants.
//!
//! ```
//! use dynacond::{Transaction, Versioned};
//! use serde::{Deserialize, Serialize};
//!
//! #[derive(Clone, Debug, Serialize, Deserialize, Versioned)]
//! #[dynacond(table = "accounts")]
//! struct Account {
//!     #[dynacond(partition_key)]
//!     id: String,
//!     balance: u64,
//! }
//!
//! fn close(tx: &mut Transaction, id: &str, heir: &str) -> dynacond::Result<()> {
//!     let account = tx.require(Account::key(id))?;
//!     tx.update(Account::key(heir), |a| a.balance.add(account.balance))?;
//!     tx.delete(account)
//! }
//!
//! let mut tx = Transaction::default();
//! for (id, balance) in [("a", 30), ("b", 5)] {
//!     let account = Account { id: id.to_owned(), balance };
//!     tx.presume(account.to_key(), Some(account))?;
//! }
//! close(&mut tx, "a", "b")?;
//! assert_eq!(tx.effect_count(), 2);
//! assert_eq!(tx.require(Account::key("b"))?.balance, 35);
//! assert!(tx.get(Account::key("a"))?.is_none());
//! # Ok::<(), dynacond::Error>(())
//! ```
//!
//! What comes back from a table is tested with the crate [`dynacond-local`](https://docs.rs/dynacond-local):
//! `dynacond_local::client()` is an ordinary client on an embedded DynamoDB, and a `Local` loses requests and answers,
//! throttles, and lets a rival write first, on demand.
//!
//! # Costs
//!
//! | verb | requests |
//! |---|---|
//! | [`get`](Store::get) | GetItem, strongly consistent |
//! | [`create`](Store::create), [`replace`](Store::replace) | PutItem |
//! | [`save`](Store::save) | UpdateItem with what changed; nothing without a change; PutItem where the change does not fit into an expression |
//! | [`update`](Store::update), [`put`](Store::put) | UpdateItem |
//! | [`delete`](Store::delete) | DeleteItem |
//! | [`modify`](Store::modify) | GetItem, UpdateItem, one more UpdateItem for each conflict |
//! | [`transact_write`](Store::transact_write) | TransactWriteItems: two write units for each item, checked ones too |
//! | [`transact`](Store::transact) | a batch for each stop at unknown items, and one write |
//!
//! A condition adds nothing to a write's units; a refused write consumes write units, and the item that it brings no read
//! units. A lost answer adds one request, if that one is answered. An item without a version is given one first where its old state does not fit into
//! a guard. A version and a write id are about 60 bytes an item. Every `send` has a `send_metered`, which tells what DynamoDB
//! reported. By scenario, with the tests that assert it: the guide's page on
//! [costs](https://github.com/dynacond/dynacond/blob/main/docs/costs.md).
//!
//! # What it does not do
//!
//! - Queries, scans, streams and batches of writes are the SDK's ([`Store::client`]); [`Stored::from_item`] takes their items.
//!   [`Key`] shows a query; `?` makes the errors of the SDK's reads dynacond's.
//! - Tables are not created or changed: `dynacond_local::create_table` is for tests.
//! - It does not guard against writers that do not raise the version: consoles, BatchWriteItem, PartiQL, TTL deletes,
//!   imports, replication. They are noticed as far as they change what a guard names.
//! - It does not make eventually consistent global tables safe: keep one writer Region.
//! - Items found by a query are not tracked by a transaction: read what a rule depends on by its key.
//!
//! The [guide](https://github.com/dynacond/dynacond/tree/main/docs) says more about each of these.

mod error;
mod expression;
mod model;
mod outcome;
mod sdk;
mod store;
mod transaction;
mod types;
mod value;
mod verbs;
mod wire;
mod write;

pub use aws_sdk_dynamodb;
pub use aws_sdk_dynamodb::types::AttributeValue;
#[doc(inline)]
pub use dynacond_derive::{AttributeType, Document, Versioned};
pub use error::error::{Error, Exhausted, Result, ServiceError, Unread};
pub use error::refusal::{Actual, Explanation, Guard, GuardResult, Refusal};
pub use error::unknown::OutcomeUnknown;
pub use expression::attribute::{Any, Attribute, Document, attr, value};
pub use expression::compile::Expression;
pub use expression::condition::Condition;
pub use expression::parse_error::{ParseError, ParseProblem};
pub use expression::rule::{ExpressionError, Rule};
pub use expression::update::Action;
pub use model::encoding::DecodeError;
pub use model::invalid::InvalidInput;
pub use model::item::{Item, Model, Versioned};
pub use model::key::{Key, RawKey};
pub use model::key_attribute::KeyAttribute;
pub use model::stored::Stored;
pub use model::tag::{InvalidTag, Tag};
pub use sdk::extension::ConditionExt;
pub use store::{Store, StoreBuilder};
pub use transaction::{Transact, Transaction};
pub use types::data_type::{AttributeType, DataType, Value, kind};
pub use verbs::get::Get;
pub use verbs::modify::Modify;
pub use verbs::transact_write::{TransactWrite, Written};
pub use verbs::verb;
pub use verbs::write_request::WriteRequest;
pub use wire::call::{Consumed, Metered};
pub use wire::retry_policy::RetryPolicy;
pub use write::preview::Preview;

/// The traits and markers behind the operators: sealed in use, named in error messages.
pub mod operators {
    pub use crate::expression::attribute::{
        Fixed, IsPath, Literal, Nested, Place, SizeOf, Top, Updatable, Within,
    };
    pub use crate::expression::condition::{IntoCondition, IntoOperand, SameItem, TakesOption};
    pub use crate::expression::in_key::{HasAttribute, StoredInKey};
    pub use crate::expression::update::{IntoActions, IntoElements, RelativeAction};
    pub use crate::model::item::VersionField;
    pub use crate::model::key::IntoKey;
    pub use crate::model::key_field::{KeyField, KeyKind};
    pub use crate::sdk::sdk_read::SdkRead;
    pub use crate::transaction::{FunctionResult, IntoPut, Keys};
    pub use crate::types::data_type::{
        As, Bytes, Codec, Contains, Elements, Entries, HasSize, IsList, IsSet, Numeric, Optional,
        Ordered, Plain, Prefixed, SameKind, Untyped, With,
    };
    pub use crate::verbs::modify::ModifyResult;
    pub use crate::verbs::transact_write::{InTransaction, TransactItem, TransactItems};
    pub use crate::verbs::verb::{
        AtVersion, IntoDelete, IntoReplace, IntoSave, Ready, SentByAwait, Tagged, Verb,
    };
}

/// What the derives name. Not for use by hand.
#[doc(hidden)]
pub mod __private {
    pub use crate::expression::attribute::{Attribute, Fixed};
    pub use crate::expression::in_key::StoredInKey;
    pub use crate::expression::operand::{Measured, Operand, Path};
    pub use crate::expression::update::Actions;
    pub use crate::model::item::{Flattened, Model, VersionField};
    pub use crate::model::key_attribute::KeyAttribute;
    pub use crate::model::key_field::{KeyField, KeyKind, KeyPart, KeyText, key_value};
    pub use crate::model::template::{
        TemplateField, TemplatePart, template_is_injective, template_pads_integers,
    };
    pub use crate::types::data_type::{
        As, AttributeType, Codec, Nothing, Plain, Probe, Unmarked, Value, With, kind,
    };
    pub use crate::verbs::transact_write::{Parts, Writes};
    pub use crate::write::expectation::{Expectation, ExpectedId};
    pub use serde;
}
