//! Transfers as a pure function in a transaction, and statements as pages of a query.
use dynacond::{Store, Stored, Transaction, Versioned};
use rust_decimal::Decimal;
use time::Date;
use uuid::Uuid;

use super::model::{Account, Currency, Posting, Transfer};

#[derive(Debug, thiserror::Error)]
pub enum Refused {
    #[error("an amount is above zero and has whole cents")]
    Amount,
    #[error("a transfer needs two accounts of one currency")]
    Accounts,
    #[error("there are {0:.2} on the account")]
    Insufficient(Decimal),
    #[error("the id is that of another transfer")]
    Conflicting,
    #[error(transparent)]
    Dynamo(#[from] dynacond::Error),
}

pub async fn open(store: &Store, currency: Currency, credit: Decimal) -> dynacond::Result<Uuid> {
    let id = Uuid::new_v4();
    let new = Account {
        id,
        currency,
        balance: Decimal::ZERO,
        credit,
        postings: 0,
        last: None,
    };
    store.create(new).send().await?;
    Ok(id)
}

/// Does a transfer once, however often it is sent. If the outcome is unknown, send the transfer again.
pub async fn transfer(
    store: &Store,
    order: &Transfer,
    today: Date,
) -> Result<Stored<Transfer>, Refused> {
    store
        .transact(|tx| post_both(tx, order, today))
        .send()
        .await
}

pub fn post_both(
    tx: &mut Transaction,
    order: &Transfer,
    today: Date,
) -> Result<Stored<Transfer>, Refused> {
    if order.amount <= Decimal::ZERO || order.amount != order.amount.trunc_with_scale(2) {
        return Err(Refused::Amount);
    }
    if order.from == order.to {
        return Err(Refused::Accounts);
    }
    let (from, to) = (Account::key(order.from), Account::key(order.to));
    let (done, from, to) = tx.get_all((order.to_key(), from, to))?;
    match done {
        Some(done) if *done == *order => return Ok(done),
        Some(_) => return Err(Refused::Conflicting),
        None => {}
    }
    let (from, to) = (from.ok_or(Refused::Accounts)?, to.ok_or(Refused::Accounts)?);
    if from.currency != to.currency {
        return Err(Refused::Accounts);
    }
    if from.balance.saturating_add(from.credit) < order.amount {
        return Err(Refused::Insufficient(from.balance));
    }
    post(tx, from, -order.amount, order, today)?;
    post(tx, to, order.amount, order, today)?;
    Ok(tx.create(order.clone())?)
}

/// Makes the next posting of an account. The account has the number of its next posting, so two postings never have the same
/// number.
fn post(
    tx: &mut Transaction,
    mut account: Stored<Account>,
    amount: Decimal,
    order: &Transfer,
    today: Date,
) -> Result<(), Refused> {
    account.balance = account.balance.checked_add(amount).ok_or(Refused::Amount)?;
    account.postings += 1;
    // Clocks differ at midnight, but a posting must not have an earlier day than the one before it.
    let day = account.last.map_or(today, |last| last.max(today));
    account.last = Some(day);
    tx.create(Posting {
        account: account.id,
        day,
        number: account.postings,
        amount,
        balance: account.balance,
        other: if amount < Decimal::ZERO {
            order.to
        } else {
            order.from
        },
        transfer: order.id,
    })?;
    Ok(tx.put(account).map(drop)?)
}

/// Returns the balance before a day, which is in the last posting before it.
pub async fn opening(store: &Store, account: Uuid, day: Date) -> dynacond::Result<Decimal> {
    let before = store
        .query(Posting::partition(account))
        .sort_key(|k| k.day.lt(day));
    let last = before.descending().first().send().await?;
    Ok(last.map_or(Decimal::ZERO, |posting| posting.balance))
}

/// Returns a page of a statement, and the token of the next page for a URL. The token belongs to this account and these days.
pub async fn statement(
    store: &Store,
    account: Uuid,
    (first, last): (Date, Date),
    token: Option<&str>,
) -> dynacond::Result<(Vec<Posting>, Option<String>)> {
    let postings = store.query(Posting::partition(account));
    let postings = postings.sort_key(|k| k.day.between(first, last)).values();
    let page = postings.after_token(token)?.page(3).send().await?;
    Ok((
        page.items,
        page.next.map(|next| next.token(store)).transpose()?,
    ))
}

/// Returns the sum of all accounts of a currency. It is always zero, because the accounts are read at one moment.
pub async fn total(store: &Store, accounts: &[Uuid]) -> dynacond::Result<Decimal> {
    let keys: Vec<_> = accounts.iter().map(Account::key).collect();
    let accounts = store.get_all(keys).require().snapshot().send().await?;
    Ok(accounts.iter().map(|account| account.balance).sum())
}
