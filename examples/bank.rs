//! Money moves between accounts as a pure function, and by expressions.
use dynacond::{Store, Stored, Transaction, Versioned};
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, Serialize, Deserialize, Versioned)]
#[dynacond(table = "accounts")]
struct Account {
    #[dynacond(partition_key)]
    id: String,
    balance: u64,
}

#[derive(Debug)]
enum BankError {
    Insufficient(u64),
    Dynamo(dynacond::Error),
}
impl From<dynacond::Error> for BankError {
    fn from(error: dynacond::Error) -> Self {
        Self::Dynamo(error)
    }
}
impl std::fmt::Display for BankError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Insufficient(balance) => write!(f, "there are only {balance}"),
            Self::Dynamo(error) => error.fmt(f),
        }
    }
}
impl std::error::Error for BankError {}

fn transfer(tx: &mut Transaction, from: &str, to: &str, amount: u64) -> Result<(), BankError> {
    let (from, to) = tx.get_all((Account::key(from), Account::key(to)))?;
    let (Some(mut from), Some(mut to)) = (from, to) else {
        return Err(BankError::Insufficient(0));
    };
    if from.balance < amount {
        return Err(BankError::Insufficient(from.balance));
    }
    from.balance -= amount;
    to.balance += amount;
    tx.put(from)?;
    tx.put(to)?;
    Ok(())
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let local = dynacond_local::Local::new();
    let store = Store::builder(local.client())
        .prefix("dynacond-bank-")
        .build();
    dynacond_local::create_table::<Account>(&store).await?;
    for (id, balance) in [("a", 100), ("b", 0)] {
        store
            .create(Account {
                id: id.into(),
                balance,
            })
            .send()
            .await?;
    }
    local.clear_log();
    store
        .transact(|tx| transfer(tx, "a", "b", 30))
        .send()
        .await?;
    println!("{:?}", local.operations());
    match store
        .transact(|tx| transfer(tx, "a", "b", 300))
        .send()
        .await
    {
        Err(error) => println!("{error}"),
        Ok(()) => println!("?"),
    }
    local.clear_log();
    store
        .transact_write((
            store
                .update(Account::key("a"))
                .set(|a| a.balance.subtract(30)),
            store.update(Account::key("b")).set(|a| a.balance.add(30)),
        ))
        .send()
        .await?;
    println!("{:?}", local.operations());
    if let Err(error) = store
        .transact_write((
            store.update(Account::key("b")).set(|a| a.balance.add(50)),
            store
                .update(Account::key("a"))
                .set(|a| a.balance.subtract(50)),
        ))
        .send()
        .await
    {
        println!("{error}");
    }
    let a = store.get(Account::key("a")).send().await?.ok_or("none")?;
    println!("{} at version {}", a.balance, Stored::version(&a));
    Ok(())
}
