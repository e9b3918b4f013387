//! Money moves from one account to another, all of it or none: first with expressions in one request, then with a pure function
//! that is tested without a client. With two separate updates the money would be lost if the process ends between them.
//!
//! `cargo run --example money_transfer`, on an embedded DynamoDB; with `DYNACOND_ENDPOINT=http://…` on that endpoint.
use dynacond::{Error, Store, Transaction, Versioned};
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, Serialize, Deserialize, Versioned)]
#[dynacond(table = "accounts")]
pub struct Account {
    #[dynacond(partition_key)]
    pub id: String,
    pub balance: u64,
}

#[derive(Debug, thiserror::Error)]
pub enum TransferError {
    #[error("there are only {balance}")]
    Insufficient { balance: u64 },
    #[error(transparent)]
    Dynamo(#[from] Error),
}

/// With expressions: one request, no read.
async fn send_money(store: &Store, from: &str, to: &str, amount: u64) -> dynacond::Result {
    let (debit, credit) = (Account::key(from), Account::key(to));
    let both = (
        store.update(debit).set(|a| a.balance.subtract(amount)), // never below zero
        store.update(credit).set(|a| a.balance.add(amount)), // never to an account that is not there
    );
    store.transact_write(both).send().await.map(drop)
}

/// With a pure function, which can check any rule that you can write in Rust. It runs again if somebody else wrote one of the
/// accounts in the meantime.
fn transfer(tx: &mut Transaction, from: &str, to: &str, amount: u64) -> Result<(), TransferError> {
    let mut from = tx.require(Account::key(from))?;
    let mut to = tx.require(Account::key(to))?;
    let (balance, fee) = (from.balance, amount / 100);
    let rest = balance.checked_sub(amount + fee);
    from.balance = rest.ok_or(TransferError::Insufficient { balance })?;
    to.balance += amount;
    tx.put(from)?;
    tx.put(to)?;
    Ok(())
}

pub async fn run(store: &Store) -> Result<[u64; 2], Box<dyn std::error::Error>> {
    dynacond_local::create_table::<Account>(store).await?;
    for (id, balance) in [("ana", 1000), ("ben", 0)] {
        let id = id.into();
        let account = store.put(Account { id, balance });
        account.unconditional().send().await?;
    }
    send_money(store, "ana", "ben", 300).await?;
    println!("by expressions: ana sent 300 to ben");
    if let Err(error @ Error::ConditionFailed(_)) = send_money(store, "ana", "ben", 5000).await {
        println!("by expressions: not 5000: {error}");
    }
    for amount in [500, 200] {
        let transaction = store.transact(|tx| transfer(tx, "ana", "ben", amount));
        match transaction.send().await {
            Ok(()) => println!("by function: ana sent {amount} to ben, and paid the fee"),
            Err(TransferError::Dynamo(error)) => return Err(error.into()),
            Err(refused) => println!("by function: not {amount} and the fee: {refused}"),
        }
    }
    let mut balances = [0, 0];
    for (id, balance) in ["ana", "ben"].into_iter().zip(&mut balances) {
        let account = store.get(Account::key(id)).send().await?;
        *balance = account.ok_or("no account")?.balance;
    }
    println!("ana has {}, ben has {}", balances[0], balances[1]);
    Ok(balances)
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let store = Store::new(dynacond_local::client_from_env()?);
    run(&store).await.map(drop)
}

/// A transaction is a value: presume the accounts, call the function, and look at what it wants to write. No client, no `async`.
#[test]
fn the_sender_pays_the_fee_or_nothing_changes() {
    let mut tx = Transaction::default();
    for (id, balance) in [("a", 1000), ("b", 5)] {
        let id = id.into();
        let account = Account { id, balance };
        tx.presume(account.to_key(), Some(account)).unwrap();
    }
    transfer(&mut tx, "a", "b", 500).unwrap();
    transfer(&mut tx, "a", "b", 500).unwrap_err();
    let balance = |id| tx.require(Account::key(id)).unwrap().balance;
    assert_eq!(["a", "b"].map(balance), [495, 505]);
    assert_eq!(tx.effect_count(), 2);
}
