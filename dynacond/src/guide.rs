//! The guide: what the operators become, what a refusal says, what happens after a lost answer, and what each verb costs.
//!
//! - [Conditions](#conditions) and [update actions](#update-actions), with the text that they become
//! - [Refusals](#refusals), and [lost answers](#lost-answers)
//! - [Transactions](#transactions), [testing](#testing), [costs](#costs)
//! - [What dynacond does not do](#what-dynacond-does-not-do)
//!
//! # Conditions
//!
//! A [`Condition`] is a plain value that you build from [`Attribute`]s. dynacond writes the placeholders and the fewest possible
//! parentheses. Compiling a condition checks it against every static rule and limit of DynamoDB.
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
//! Two rows of DynamoDB's truth table are surprising. A comparison with a missing attribute is false, except `<>`, which is true.
//! The negation of such a comparison is true as well: `NOT deleted = true` is true for an item without `deleted`.
//!
//! # Update actions
//!
//! The closure of `.set(|o| ..)` returns one action, or a tuple, an array or a `Vec` of them:
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
//! An `add` or a `subtract` on an integer attribute is guarded: a result that the Rust type does not hold is refused with
//! [`Error::ConditionFailed`], because the item could no longer be read. See [`Attribute::add`] for the exceptions.
//!
//! # Refusals
//!
//! A refused write is [`Error::AlreadyExists`], [`NotFound`](Error::NotFound), [`Conflict`](Error::Conflict) or
//! [`ConditionFailed`](Error::ConditionFailed). Each of them carries a [`Refusal`]. The refusal says which guard or clause is false,
//! and it holds the item that DynamoDB evaluated, so the next attempt needs no read. [`Condition::explain`] explains a condition in
//! the same way:
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
//! `Display`, `Debug` and `tracing` name the table, the type, the key and the clause, but never a value. Values are shown by
//! [`Refusal::condition`]. The spans and events of `tracing` are described at [`Store`].
//!
//! # Lost answers
//!
//! After a time-out, a broken connection or a 500, the write may have been applied or not. Each write stores a random *write id*
//! next to the version, and dynacond uses the id to find out what happened:
//!
//! | write | after a lost answer | you learn |
//! |---|---|---|
//! | `save`, `modify`, `replace` and `delete` of a [`Stored`], any `.at(&tag)` | sent again; the guard names the write id that is replaced, so the write cannot be applied twice | applied, not applied or a conflict, by the item of the refused resend; otherwise [`Error::OutcomeUnknown`] |
//! | `create`, `update`, `put` | one consistent read | applied, if the item holds the write, or a rival's save of it; otherwise unknown |
//! | `delete` by key, writes without a write id | as above, or nothing | that the outcome is unknown |
//! | transactions, also a `transact_write` of one write; a `transact` that only creates one item is as a `create` | sent again with the same token | applied; not applied, if a guard that names a write id refused; otherwise unknown |
//!
//! dynacond never guesses, and never applies a write twice by itself. A read can prove that the write happened, but never that it
//! will not happen. [`OutcomeUnknown::resend`] sends the same write again. That is safe if the guard names a write id, for
//! `create`, and for transactions within ten minutes. [`WriteRequest::until_answered`] sends a write again by itself, if the write
//! may happen twice without harm. To make a relative update safe, send it as a transaction of one with your own token:
//! `store.transact_write((update,)).token(t)` is applied once, also if the call is repeated within nine and a half minutes. It
//! costs twice the write units.
//!
//! **If you drop the future of a write that was polled, its outcome is unknown**, and no error says so. Set time-outs on the client,
//! and not around `send`.
//!
//! # Transactions
//!
//! [`Store::transact_write`] sends several requests of the store together, all or none of them. [`Store::transact`] runs a pure
//! function of a [`Transaction`]. dynacond fetches what the function reads, and commits what it writes if nothing that it read has
//! changed. Otherwise the function runs again. A single write with nothing to check is sent as one plain request, because after a
//! lost answer its outcome can be found out without a token.
//!
//! # Testing
//!
//! You need no client to test conditions, requests and transaction functions. [`Condition::matches`] and [`Condition::explain`]
//! evaluate a condition, [`WriteRequest::preview`] shows a request, and a transaction is a value: presume items, call the function,
//! and look at what it wants to write.
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
//! To test what a table answers, use the crate [`dynacond-local`](https://docs.rs/dynacond-local). `dynacond_local::client()` is an
//! ordinary client on an embedded DynamoDB. A `Local` loses requests and answers, throttles, or lets another writer go first.
//!
//! # Costs
//!
//! | verb | requests |
//! |---|---|
//! | [`get`](Store::get) | GetItem, strongly consistent |
//! | [`create`](Store::create), [`replace`](Store::replace) | PutItem |
//! | [`save`](Store::save) | UpdateItem with what changed; nothing if nothing changed; PutItem if the change does not fit into an expression |
//! | [`update`](Store::update), [`put`](Store::put) | UpdateItem |
//! | [`delete`](Store::delete) | DeleteItem |
//! | [`modify`](Store::modify) | GetItem, UpdateItem; one UpdateItem more for the first conflict, and a GetItem and an UpdateItem for each later one |
//! | [`transact_write`](Store::transact_write) | TransactWriteItems: two write units for each item, also for a checked one |
//! | [`transact`](Store::transact) | a GetItem or BatchGetItem each time the function asks for unknown items, and one write |
//!
//! A condition does not change the units of a write. A refused write consumes write units, and the item in the refusal costs no
//! read units. A lost answer adds one request, if that request is answered. An item without a version gets one first, if its old
//! state does not fit into a guard. A version and a write id add about 60 bytes to an item. Every `send` has a `send_metered` next to
//! it, which returns the units that DynamoDB reported. The page on
//! [costs](https://github.com/dynacond/dynacond/blob/main/docs/costs.md) lists costs by scenario, with the tests that assert them.
//!
//! # What dynacond does not do
//!
//! - For DynamoDB Streams, PartiQL and exports, use the SDK with [`Store::client`]. [`Stored::from_item`] takes items that the SDK
//!   has read, and `?` turns the errors of the SDK's reads into dynacond's.
//! - Tables are not created or changed. `dynacond_local::create_table` is for tests.
//! - Writers that do not increment the version are noticed only if they change what a guard names. Such writers are consoles,
//!   BatchWriteItem, PartiQL, TTL deletes, imports and replication.
//! - On global tables with eventual consistency the last writer wins. Write in one Region only.
//! - A transaction does not check items that a query has found. If a rule depends on an item, read that item by its key.
//!
//! The [pages in the repository](https://github.com/dynacond/dynacond/tree/main/docs) say more about each of these.
#[cfg(doc)]
use crate::{
    Attribute, Condition, Error, Key, OutcomeUnknown, Refusal, Store, Stored, Transaction,
    WriteRequest,
};
