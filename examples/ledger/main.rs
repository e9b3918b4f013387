//! A ledger in one table: accounts, postings, and transfers. The client chooses the id of a transfer, and each transfer is done
//! once. Amounts are exact decimals, each posting contains the balance after it, and a statement is read page by page.
//!
//! `cargo run --example ledger`, on an embedded DynamoDB; with `DYNACOND_ENDPOINT=http://…` on that endpoint.
pub mod model;
pub mod service;

use dynacond::Store;
use dynacond::aws_sdk_dynamodb::Client;
use rust_decimal::Decimal;
use time::{Date, Month};
use uuid::Uuid;

use model::{Account, Currency, Posting, Transfer};
use service::{opening, statement, total, transfer};

/// The tokens of statements are signed. In a service the key is a secret.
pub fn store(client: Client) -> Store {
    Store::builder(client).cursor_keys([[7; 32]]).build()
}

pub async fn run(store: &Store) -> Result<(Vec<Posting>, Decimal), Box<dyn std::error::Error>> {
    dynacond_local::create_table::<Account>(store).await?;
    // Money comes from the bank's own account, whose balance may be below zero.
    let bank = service::open(store, Currency::Eur, Decimal::new(1_000_000, 0)).await?;
    let ana = service::open(store, Currency::Eur, Decimal::ZERO).await?;
    let ben = service::open(store, Currency::Eur, Decimal::new(50, 0)).await?;
    let order = |from, to, cents| {
        let (id, amount) = (Uuid::new_v4(), Decimal::new(cents, 2));
        Transfer {
            id,
            from,
            to,
            amount,
        }
    };
    let november = |day| Date::from_calendar_date(2026, Month::November, day);

    transfer(
        store,
        &order(bank, ana, 10_000),
        Date::from_calendar_date(2026, Month::October, 30)?,
    )
    .await?;
    let rent = order(ana, ben, 7_990);
    for (what, order) in [
        ("the rent", rent.clone()),
        ("the rent, sent again", rent.clone()),
        (
            "another amount under its id",
            Transfer {
                amount: Decimal::new(1, 2),
                ..rent
            },
        ),
        ("more than there is", order(ana, ben, 2_011)),
        (
            "half a cent",
            Transfer {
                amount: Decimal::new(5, 3),
                ..order(ana, ben, 0)
            },
        ),
    ] {
        match transfer(store, &order, november(2)?).await {
            Ok(done) => println!("{what}: {:.2} moved", done.amount),
            Err(refused) => println!("{what}: no, {refused}"),
        }
    }
    for day in 3..=6 {
        transfer(store, &order(ben, ana, 10), november(day)?).await?;
    }

    let days = (november(1)?, november(30)?);
    println!(
        "Ana's statement of November: {:.2} at the beginning",
        opening(store, ana, days.0).await?
    );
    let (mut postings, mut token) = (Vec::new(), None);
    loop {
        let (page, next) = statement(store, ana, days, token.as_deref()).await?;
        for posting in &page {
            println!(
                "  {} {:>8.2} {:>8.2}",
                posting.day, posting.amount, posting.balance
            );
        }
        postings.extend(page);
        token = next;
        if token.is_none() {
            break;
        }
        println!("  (next page)");
    }
    let sum = total(store, &[bank, ana, ben]).await?;
    println!("All accounts together: {sum:.2}");
    Ok((postings, sum))
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let store = store(dynacond_local::client_from_env()?);
    run(&store).await.map(drop)
}
