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
//! | `o.visits.add(1).or_from(0)` | `SET #visits = if_not_exists(#visits, :visits) + :visits_2` |
//! | `o.lines.append(line)`, `prepend` | `SET #lines = list_append(#lines, :lines)` |
//! | `o.status.if_absent("new")` | `SET #status = if_not_exists(#status, :status)` |
//! | `o.tags.insert("new")`, `o.tags.delete("new")` | `ADD #tags :tags`, `DELETE #tags :tags` |
//! | `o.note.remove()` | `REMOVE #note` |
//!
//! # Refusals and lost answers
//!
//! A refused write is one of [`Error::AlreadyExists`], [`NotFound`](Error::NotFound), [`Conflict`](Error::Conflict) and
//! [`ConditionFailed`](Error::ConditionFailed). Each carries a [`Refusal`]: which guard or clause refused, and the item as
//! it is now. A write whose answer was lost is found out where that is possible, and is
//! [`Error::OutcomeUnknown`] where it is not; it is never sent twice unless its guard makes that harmless.
//!
//! # Transactions
//!
//! [`Store::transact_write`] sends the store's own requests together, all or none of them. [`Store::transact`] runs a pure
//! function of a [`Transaction`]: what it reads is fetched, what it writes is committed if nothing that it read has
//! changed, and it runs again if something has. A lone write with nothing to check goes out as one plain request.
//!
//! # Testing
//!
//! `dynacond_local::client()` is an ordinary client on an embedded DynamoDB. [`Condition::matches`] and
//! [`Condition::explain`] evaluate a condition on an item without any client.
//!
//! # What it does not do
//!
//! Queries and scans: use the SDK's, and [`Stored::from_item`]. Tables: `dynacond_local::create_table` is for tests.

mod attribute;
mod call;
mod data_type;
mod encoding;
mod error;
mod expectation;
mod expression;
mod extension;
mod invalid;
mod item;
mod key;
mod key_field;
mod modify;
mod outcome;
mod refusal;
mod request;
mod retry;
mod rule;
mod single;
mod store;
mod stored;
mod tag;
mod target;
mod template;
mod trace;
mod transaction;
mod unknown;
pub mod verb;
mod write;

pub use attribute::{Any, Attribute, Document, attr, value};
pub use aws_sdk_dynamodb;
pub use aws_sdk_dynamodb::types::AttributeValue;
pub use call::{Consumed, Metered};
pub use data_type::{AttributeType, DataType, Value, kind};
#[doc(inline)]
pub use dynacond_derive::{AttributeType, Document, Versioned};
pub use encoding::DecodeError;
pub use error::{Error, Exhausted, Result, ServiceError, Unread};
pub use expression::compile::Expression;
pub use expression::condition::Condition;
pub use expression::parse_error::{ParseError, ParseErrorKind};
pub use expression::update::Action;
pub use extension::ConditionExt;
pub use invalid::InvalidItem;
pub use item::{Item, KeyAttribute, Model, Versioned};
pub use key::{Key, RawKey};
pub use modify::Modify;
pub use refusal::{Actual, Explanation, Guard, GuardResult, Refusal};
pub use retry::RetryPolicy;
pub use rule::{ExpressionError, Rule};
pub use single::{Preview, WriteRequest};
pub use store::{Get, Store, StoreBuilder};
pub use stored::Stored;
pub use tag::{InvalidTag, Tag};
pub use transaction::{Transact, TransactWrite, Transaction, Written};
pub use unknown::OutcomeUnknown;

/// The traits and markers behind the operators: sealed in use, named in error messages.
pub mod operators {
    pub use crate::attribute::{
        Fixed, IsPath, Literal, Nested, Place, SizeOf, Top, Updatable, Within,
    };
    pub use crate::data_type::{
        As, Bytes, Codec, Contains, Elements, Entries, HasSize, IsList, IsSet, Numeric, Ordered,
        Plain, Prefixed, SameKind, Untyped, With,
    };
    pub use crate::expression::condition::{IntoCondition, IntoOperand, Meet, TakesOption};
    pub use crate::expression::update::{IntoActions, IntoElements, RelativeAction};
    pub use crate::item::VersionField;
    pub use crate::key::IntoKey;
    pub use crate::key_field::{KeyField, KeyKind};
    pub use crate::modify::Outcome;
    pub use crate::transaction::{InTransaction, Keys, Puttable, TransactItem, TransactItems};
    pub use crate::verb::{
        AtVersion, Deletion, Ready, Replacement, Saving, SentByAwait, Tagged, Verb,
    };
}

/// What the derives name. Not for use by hand.
#[doc(hidden)]
pub mod __private {
    pub use crate::attribute::{Attribute, Fixed};
    pub use crate::data_type::{
        As, AttributeType, Codec, Nothing, Plain, Probe, Unmarked, Value, With, kind,
    };
    pub use crate::expectation::{Expectation, ExpectedId};
    pub use crate::expression::operand::{Operand, Path};
    pub use crate::expression::update::Actions;
    pub use crate::item::{KeyAttribute, Model, VersionField};
    pub use crate::key_field::{KeyField, KeyKind, KeyPart, KeyText, key_value};
    pub use crate::template::{
        TemplatePart, TemplateValue, render_template, template_is_injective,
    };
    pub use crate::transaction::{Parts, Plain as PlainWrite};
    pub use serde;
}

#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
mod readme {}
#[cfg(doctest)]
#[doc = include_str!("../../docs/optimistic-locking.md")]
mod docs_optimistic_locking {}
#[cfg(doctest)]
#[doc = include_str!("../../docs/conditions.md")]
mod docs_conditions {}
#[cfg(doctest)]
#[doc = include_str!("../../docs/versions.md")]
mod docs_versions {}
#[cfg(doctest)]
#[doc = include_str!("../../docs/transactions.md")]
mod docs_transactions {}
#[cfg(doctest)]
#[doc = include_str!("../../docs/costs.md")]
mod docs_costs {}
#[cfg(doctest)]
#[doc = include_str!("../../docs/operating.md")]
mod docs_operating {}
#[cfg(doctest)]
#[doc = include_str!("../../docs/coming-from.md")]
mod docs_coming_from {}
