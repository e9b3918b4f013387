//! The item types of these tests, and a database with a log.
use std::time::Duration;

use aws_sdk_dynamodb::types::AttributeValue;
use dynacond::{RetryPolicy, Store, Stored, Transaction, Versioned};
use dynacond_local::{Fault, Local, Request};
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Versioned)]
#[dynacond(table = "accounts")]
pub(crate) struct Account {
    #[dynacond(partition_key)]
    pub(crate) id: String,
    pub(crate) balance: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) note: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Versioned)]
#[dynacond(table = "tasks")]
pub(crate) struct Task {
    #[dynacond(partition_key)]
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) is_done: bool,
    pub(crate) user_id: String,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Versioned)]
#[dynacond(table = "users")]
pub(crate) struct User {
    #[dynacond(partition_key)]
    pub(crate) id: String,
    pub(crate) task_ids: Vec<String>,
}

pub(crate) fn account(id: &str, balance: u64) -> Account {
    Account {
        id: id.to_owned(),
        balance,
        note: None,
    }
}

pub(crate) fn task(id: &str, user_id: &str) -> Task {
    Task {
        id: id.to_owned(),
        name: "plant tree".to_owned(),
        is_done: false,
        user_id: user_id.to_owned(),
    }
}

pub(crate) fn user(id: &str) -> User {
    User {
        id: id.to_owned(),
        task_ids: Vec::new(),
    }
}

/// A database with its tables, a store on it, and a second store whose requests meet no faults and are not logged.
pub(crate) struct Db {
    pub(crate) local: Local,
    pub(crate) store: Store,
    pub(crate) quiet: Store,
}

pub(crate) async fn database() -> Db {
    with_retry(RetryPolicy::default()).await
}

pub(crate) async fn with_retry(policy: RetryPolicy) -> Db {
    on(Local::from_env().unwrap(), policy).await
}

/// The same with this database.
pub(crate) async fn on(local: Local, policy: RetryPolicy) -> Db {
    let quiet = Store::new(local.quiet_client());
    dynacond_local::create_table::<Account>(&quiet)
        .await
        .unwrap();
    dynacond_local::create_table::<Task>(&quiet).await.unwrap();
    dynacond_local::create_table::<User>(&quiet).await.unwrap();
    let store = Store::builder(local.client()).retry(policy).build();
    Db {
        local,
        store,
        quiet,
    }
}

/// A database with accounts that have these balances.
pub(crate) async fn bank(balances: &[(&str, u64)]) -> Db {
    let db = database().await;
    for (id, balance) in balances {
        db.create(account(id, *balance)).await;
    }
    db
}

impl Db {
    pub(crate) async fn create<I: Versioned>(&self, item: I) -> Stored<I> {
        self.quiet.create(item).send().await.unwrap()
    }

    pub(crate) async fn account(&self, id: &str) -> Option<Stored<Account>> {
        self.quiet.get(Account::key(id)).send().await.unwrap()
    }

    /// Returns whether the stored account `a` has this version, which may have any data type.
    pub(crate) async fn account_is_raw(&self, version: &AttributeValue) -> bool {
        let key = AttributeValue::S("a".to_owned());
        let get = self.quiet.client().get_item().table_name("accounts");
        let answer = get.key("id", key).send().await.unwrap();
        answer.item.unwrap().get("item_version") == Some(version)
    }

    pub(crate) async fn balance(&self, id: &str) -> u64 {
        self.account(id).await.unwrap().balance
    }

    pub(crate) async fn version(&self, id: &str) -> u64 {
        Stored::version(&self.account(id).await.unwrap())
    }

    /// Stores an account as other software would, without version and write id.
    pub(crate) async fn put_unversioned(&self, id: &str, balance: u64, extra: &[&str]) {
        let mut put = self
            .quiet
            .client()
            .put_item()
            .table_name("accounts")
            .item("id", AttributeValue::S(id.to_owned()))
            .item("balance", AttributeValue::N(balance.to_string()));
        for name in extra {
            put = put.item(*name, AttributeValue::Bool(true));
        }
        put.send().await.unwrap();
    }

    pub(crate) fn operations(&self) -> Vec<String> {
        self.local.operations()
    }

    /// Returns the bodies of all TransactWriteItems so far.
    pub(crate) fn transactions(&self) -> Vec<Request> {
        let mut log = self.local.log();
        log.retain(|request| request.operation == "TransactWriteItems");
        log
    }

    /// Returns the kinds of the actions of the last TransactWriteItems, in order.
    pub(crate) fn actions(&self) -> Vec<String> {
        let body = self.transactions().pop().unwrap().body;
        let actions = body["TransactItems"].as_array().unwrap();
        actions
            .iter()
            .flat_map(|action| action.as_object().unwrap().keys().cloned())
            .collect()
    }
}

pub(crate) fn is_write(operation: &str) -> bool {
    ["PutItem", "UpdateItem", "DeleteItem", "TransactWriteItems"].contains(&operation)
}

/// A fault: a rival adds to a balance right before the request is applied.
pub(crate) fn rival_adds(id: &'static str, amount: u64) -> Fault {
    Fault::rival(move |client| async move {
        let store = Store::new(client);
        let update = store
            .update(Account::key(id))
            .set(|a| a.balance.add(amount));
        update.send().await.unwrap();
    })
}

/// Moves money: reads both accounts and writes both.
pub(crate) fn transfer(
    tx: &mut Transaction,
    from: &str,
    to: &str,
    amount: u64,
) -> Result<(), BankError> {
    let (from, to) = tx.get_all((Account::key(from), Account::key(to)))?;
    let (Some(mut from), Some(mut to)) = (from, to) else {
        return Err(BankError::NoAccount);
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

/// An error type of a caller.
#[derive(Debug)]
pub(crate) enum BankError {
    NoAccount,
    Insufficient(u64),
    Dynamo(dynacond::Error),
}

impl From<dynacond::Error> for BankError {
    fn from(error: dynacond::Error) -> Self {
        Self::Dynamo(error)
    }
}

/// Short pauses, for tests on the real clock.
pub(crate) fn hasty() -> RetryPolicy {
    RetryPolicy::default().with_backoff(Duration::from_micros(10), Duration::from_micros(100))
}

/// Returns a client request token that no other run uses, because an endpoint remembers tokens for ten minutes, for all tables.
pub(crate) fn fresh_token() -> String {
    format!("{:032x}", fastrand::u128(..))
}
