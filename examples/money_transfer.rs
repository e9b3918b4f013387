//! Money moves from one account to another, all of it or none: by expressions in one request, and as a pure function that is
//! tested without a client.
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

#[derive(Debug)]
pub enum TransferError {
    Insufficient { balance: u64 },
    Dynamo(Error),
}
impl From<Error> for TransferError {
    fn from(error: Error) -> Self {
        Self::Dynamo(error)
    }
}

/// By expressions: one request, no read. Two separate updates would lose the money when the process ends between them.
async fn send_money(store: &Store, from: &str, to: &str, amount: u64) -> dynacond::Result {
    let debit = store.update(Account::key(from));
    let credit = store.update(Account::key(to));
    let both = (
        debit.set(|a| a.balance.subtract(amount)), // never below zero
        credit.set(|a| a.balance.add(amount)),     // never to an account that is not there
    );
    store.transact_write(both).send().await.map(drop)
}

/// As a pure function: any rule that Rust can say. It runs again if somebody else wrote one of the accounts meanwhile.
pub(crate) fn transfer(
    tx: &mut Transaction,
    from: &str,
    to: &str,
    amount: u64,
) -> Result<(), TransferError> {
    let mut from = tx.require(Account::key(from))?;
    let mut to = tx.require(Account::key(to))?;
    let fee = amount / 100;
    let balance = from.balance;
    let rest = balance.checked_sub(amount + fee);
    from.balance = rest.ok_or(TransferError::Insufficient { balance })?;
    to.balance += amount;
    tx.put(from)?;
    tx.put(to)?;
    Ok(())
}

pub(crate) async fn run(store: &Store) -> Result<[u64; 2], Box<dyn std::error::Error>> {
    dynacond_local::create_table::<Account>(store).await?;
    for (id, balance) in [("ana", 1000), ("ben", 0)] {
        let id = id.into();
        let account = store.put(Account { id, balance });
        account.unconditional().send().await?;
    }
    send_money(store, "ana", "ben", 300).await?;
    println!("by expressions: ana sent 300 to ben");
    if let Err(error @ Error::ConditionFailed(_)) = send_money(store, "ana", "ben", 5000).await {
        println!("by expressions: 5000 are refused: {error}");
    }

    for amount in [500, 200] {
        let transaction = store.transact(|tx| transfer(tx, "ana", "ben", amount));
        match transaction.send().await {
            Ok(()) => println!("by function: ana sent {amount} to ben, and paid the fee"),
            Err(TransferError::Insufficient { balance }) => {
                println!("by function: {amount} are refused: ana has only {balance}");
            }
            Err(TransferError::Dynamo(error)) => return Err(error.into()),
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
    let client = dynacond_local::client_from_env()?;
    let store = Store::builder(client).prefix("dynacond-money-transfer-");
    run(&store.build()).await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A transaction is a value: presume the accounts, call the function, look at what it wants. No client, no `async`.
    fn accounts(balances: [u64; 2]) -> Transaction {
        let mut tx = Transaction::default();
        for (id, balance) in ["a", "b"].into_iter().zip(balances) {
            let account = Account {
                id: id.into(),
                balance,
            };
            tx.presume(Account::key(id), Some(account)).unwrap();
        }
        tx
    }

    #[test]
    fn the_sender_pays_the_fee() {
        let mut tx = accounts([1000, 5]);
        transfer(&mut tx, "a", "b", 500).unwrap();
        assert_eq!(tx.effects(), 2);
        let balance = |id| tx.require(Account::key(id)).unwrap().balance;
        assert_eq!(["a", "b"].map(balance), [495, 505]);
    }

    #[test]
    fn too_little_changes_nothing() {
        let mut tx = accounts([100, 5]);
        let refused = transfer(&mut tx, "a", "b", 100).unwrap_err();
        assert!(matches!(
            refused,
            TransferError::Insufficient { balance: 100 }
        ));
        assert_eq!((tx.effects(), tx.checks()), (0, 2));
    }
}
