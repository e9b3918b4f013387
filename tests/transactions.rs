//! Transactions: pure functions over items, and requests that are known, against the embedded database and its faults.
#![allow(
    clippy::unwrap_used,
    reason = "a test that unwraps says what must not happen"
)]

#[path = "transactions/support.rs"]
mod support;

#[path = "transactions/bad_input.rs"]
mod bad_input;
#[path = "transactions/bank.rs"]
mod bank;
#[path = "transactions/commit.rs"]
mod commit;
#[path = "transactions/composition.rs"]
mod composition;
#[path = "transactions/costs.rs"]
mod costs;
#[path = "transactions/degrees.rs"]
mod degrees;
#[path = "transactions/knowledge.rs"]
mod knowledge;
#[path = "transactions/legacy.rs"]
mod legacy;
#[path = "transactions/lost_answers.rs"]
mod lost_answers;
#[path = "transactions/outages.rs"]
mod outages;
#[path = "transactions/presume.rs"]
mod presume;
#[path = "transactions/pure.rs"]
mod pure;
#[path = "transactions/put_unless_exists.rs"]
mod put_unless_exists;
#[path = "transactions/refusals.rs"]
mod refusals;
#[path = "transactions/scale.rs"]
mod scale;
#[path = "transactions/settled.rs"]
mod settled;
#[path = "transactions/stores.rs"]
mod stores;
#[path = "transactions/time.rs"]
mod time;
#[path = "transactions/tokens.rs"]
mod tokens;
#[path = "transactions/transact_each.rs"]
mod transact_each;
#[path = "transactions/transact_write.rs"]
mod transact_write;
#[path = "transactions/update_texts.rs"]
mod update_texts;
#[path = "transactions/updates.rs"]
mod updates;
#[path = "transactions/validation.rs"]
mod validation;
#[path = "transactions/writes.rs"]
mod writes;
