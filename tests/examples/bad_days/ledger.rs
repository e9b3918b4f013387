//! Money is neither made nor lost, and each transfer is done once.
use dynacond::{Store, Stored, Transaction, Versioned as _};
use dynacond_local::create_table;
use rust_decimal::Decimal;
use time::{Date, Month};
use uuid::Uuid;

use super::{database, faults};
use crate::ledger::model::{Account, Currency, Posting, Transfer};
use crate::ledger::service::{self, Refused, post_both, transfer};
use crate::stored;

fn november(day: u8) -> Date {
    Date::from_calendar_date(2026, Month::November, day).expect("a day")
}

fn cents(cents: i64) -> Decimal {
    Decimal::new(cents, 2)
}

#[tokio::test]
async fn a_statement_has_each_transfer_once_and_the_balance_after_it() {
    let store = crate::ledger::store(crate::store().client().clone());
    let (postings, sum) = twice!(crate::ledger::run(&store));
    assert_eq!(sum, Decimal::ZERO);
    // Three pages of the query became one list; what was refused or sent twice is not in it.
    let told: Vec<_> = postings
        .iter()
        .map(|p| (p.day.day(), p.number, p.amount, p.balance))
        .collect();
    let expected = [
        (2, 2, cents(-7990), cents(2010)),
        (3, 3, cents(10), cents(2020)),
        (4, 4, cents(10), cents(2030)),
        (5, 5, cents(10), cents(2040)),
        (6, 6, cents(10), cents(2050)),
    ];
    assert_eq!(told, expected);
}

#[tokio::test]
async fn a_token_of_a_statement_is_refused_for_another_account() {
    let store = crate::ledger::store(crate::store().client().clone());
    let (postings, _) = crate::ledger::run(&store).await.expect("a run");
    let (account, other) = (postings[0].account, postings[0].other);
    let days = (november(1), november(30));
    let (_, next) = service::statement(&store, account, days, None)
        .await
        .expect("a page");
    let next = next.expect("two more postings");
    let refused = service::statement(&store, other, days, Some(&next)).await;
    assert_eq!(refused.expect_err("another account").label(), "cursor");
}

fn order(from: Uuid, to: Uuid, amount: Decimal) -> Transfer {
    let id = Uuid::new_v4();
    Transfer {
        id,
        from,
        to,
        amount,
    }
}

/// The rules need no client: what the table holds is presumed.
#[test]
fn a_transfer_never_exceeds_the_credit_and_is_never_dated_before_the_last_one() {
    let [from, to] = [(); 2].map(|()| Uuid::new_v4());
    let known = |order: &Transfer| {
        let mut tx = Transaction::default();
        for id in [from, to] {
            let (balance, credit) = (cents(1000), cents(500));
            let (currency, postings, last) = (Currency::Eur, 7, Some(november(9)));
            let account = Account {
                id,
                currency,
                balance,
                credit,
                postings,
                last,
            };
            tx.presume(account.to_key(), Some(account)).expect("a key");
        }
        tx.presume(order.to_key(), None).expect("a key");
        tx
    };
    let all = order(from, to, cents(1500));
    let mut tx = known(&all);
    post_both(&mut tx, &all, november(8)).expect("the balance and the credit");
    assert_eq!(tx.effect_count(), 5);
    let account = tx.require(Account::key(from)).expect("an account");
    assert_eq!((account.balance, account.postings), (cents(-500), 8));
    let posted = tx
        .peek(Posting::key((from, november(9), 8)))
        .expect("known")
        .expect("a posting");
    assert_eq!(posted.amount, cents(-1500));

    for (amount, told) in [
        (1501, "there are 10.00"),
        (0, "an amount"),
        (-1, "an amount"),
    ] {
        let order = order(from, to, cents(amount));
        let refused = post_both(&mut known(&order), &order, november(9));
        let refused = refused.expect_err("a bad amount").to_string();
        assert!(refused.starts_with(told), "{refused}");
    }
    let to_itself = order(from, from, cents(1));
    let refused = post_both(&mut known(&to_itself), &to_itself, november(9));
    assert!(matches!(refused, Err(Refused::Accounts)));
}

#[tokio::test(start_paused = true)]
async fn money_is_neither_made_nor_lost_and_orders_sent_again_are_done_once() {
    let local = database();
    let store = Store::new(local.client());
    create_table::<Account>(&store).await.expect("a table");
    let quiet = Store::new(local.quiet_client());
    for seed in 0..4 {
        let mut accounts = Vec::new();
        for credit in [100_000, 0, 0, 500] {
            let account = service::open(&quiet, Currency::Eur, cents(credit)).await;
            accounts.push(account.expect("an account"));
        }
        local.on("TransactWriteItems").random(seed, 0.3, faults());
        let mut random = fastrand::Rng::with_seed(seed);
        let orders: Vec<_> = (0..24)
            .map(|n| {
                // The first ones bring money in.
                let from = if n < 6 { 0 } else { random.usize(0..4) };
                let to = (from + random.usize(1..4)) % 4;
                order(accounts[from], accounts[to], cents(random.i64(1..900)))
            })
            .collect();
        // Two clients send all orders, each until it gets an answer: one from the first to the last, and the other one backwards.
        let client = async |backwards: bool| {
            let mut told = Vec::new();
            for n in 0..orders.len() {
                let n = if backwards { orders.len() - 1 - n } else { n };
                let day = november(1 + u8::try_from(n).expect("small"));
                told.push((
                    n,
                    loop {
                        match transfer(&store, &orders[n], day).await {
                            Ok(_) => break true,
                            Err(Refused::Insufficient(_)) => break false,
                            Err(Refused::Dynamo(error))
                                if error.is_outcome_unknown() || error.is_retryable() => {}
                            Err(other) => panic!("seed {seed}: {other}"),
                        }
                    },
                ));
            }
            told
        };
        let auditor = async {
            for _ in 0..20 {
                let sum = service::total(&quiet, &accounts)
                    .await
                    .expect("the accounts");
                assert_eq!(sum, Decimal::ZERO, "seed {seed}");
                tokio::task::yield_now().await;
            }
        };
        let (one, other, ()) =
            tokio::join!(Box::pin(client(false)), Box::pin(client(true)), auditor);
        local.clear_faults();
        local.deliver();

        // An order that was reported as done to any client has two postings, and the others have none.
        let mut done = vec![0; orders.len()];
        let told = |n| one.iter().chain(&other).any(|told| *told == (n, true));
        for account in &accounts {
            let account = stored(&quiet, Account::key(account)).await;
            let postings = quiet
                .query(Posting::partition(account.id))
                .all()
                .send()
                .await;
            let (mut balance, postings) = (Decimal::ZERO, postings.expect("postings"));
            let mut last = 0;
            for posting in postings {
                balance += posting.amount;
                assert_eq!(
                    (posting.number, posting.balance),
                    (last + 1, balance),
                    "seed {seed}"
                );
                last = posting.number;
                let n = orders.iter().position(|order| order.id == posting.transfer);
                done[n.expect("an order")] += 1;
                assert!(balance >= -account.credit, "seed {seed}");
            }
            assert_eq!(
                (account.balance, account.postings),
                (balance, last),
                "seed {seed}"
            );
        }
        for (n, postings) in done.iter().enumerate() {
            assert_eq!(
                *postings,
                if told(n) { 2 } else { 0 },
                "seed {seed}, order {n}"
            );
        }
        assert!(done.contains(&2), "seed {seed}");
    }
}

#[tokio::test]
async fn an_order_under_the_id_of_another_one_is_refused() {
    let store = crate::store();
    create_table::<Account>(&store).await.expect("a table");
    let bank = service::open(&store, Currency::Eur, cents(1000))
        .await
        .expect("an account");
    let shop = service::open(&store, Currency::Eur, cents(0))
        .await
        .expect("an account");
    let first = order(bank, shop, cents(500));
    let done = transfer(&store, &first, november(1))
        .await
        .expect("the transfer");
    let again = transfer(&store, &first, november(2))
        .await
        .expect("the same transfer");
    assert_eq!(Stored::tag(&again), Stored::tag(&done));
    let other = Transfer {
        amount: cents(501),
        ..first
    };
    let refused = transfer(&store, &other, november(2)).await;
    assert!(matches!(refused, Err(Refused::Conflicting)));
    assert_eq!(stored(&store, Account::key(shop)).await.balance, cents(500));
}
