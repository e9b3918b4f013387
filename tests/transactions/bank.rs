//! A bank under fire: concurrent transfers, lost answers, conflicts, and a reader who adds it all up.
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use dynacond::{Error, Store, Stored, Transaction, Versioned};
use dynacond_local::{Fault, Local};
use fastrand::Rng;
use serde::{Deserialize, Serialize};

use crate::support::{Account, BankError, Db, account, hasty, transfer, with_retry};

const ACCOUNTS: usize = 20;
const TASKS: u64 = 16;
const TRANSFERS: u64 = 4;
const OPENING: u64 = 100;

/// Written by each transfer, so that it is known whether it happened.
#[derive(Clone, Debug, Serialize, Deserialize, Versioned)]
#[dynacond(table = "tasks")]
struct Receipt {
    #[dynacond(partition_key)]
    id: String,
    from: usize,
    to: usize,
    amount: u64,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Told {
    Done,
    Refused,
    Unknown,
}

fn id(account: usize) -> String {
    format!("account-{account}")
}

fn receipted_transfer(tx: &mut Transaction, receipt: &Receipt) -> Result<(), BankError> {
    transfer(tx, &id(receipt.from), &id(receipt.to), receipt.amount)?;
    tx.create(receipt.clone())?;
    Ok(())
}

/// By reading and writing, or by expressions.
async fn send(store: &Store, receipt: &Receipt, by_expressions: bool) -> Told {
    let error = if by_expressions {
        let all = (
            store
                .update(Account::key(id(receipt.from)))
                .set(|a| a.balance.subtract(receipt.amount)),
            store
                .update(Account::key(id(receipt.to)))
                .set(|a| a.balance.add(receipt.amount)),
            store.create(receipt.clone()),
        );
        match store.transact_write(all).send().await {
            Ok(_) => return Told::Done,
            Err(error) => error,
        }
    } else {
        let run = store.transact(|tx| receipted_transfer(tx, receipt));
        match run.send().await {
            Ok(()) => return Told::Done,
            Err(BankError::Dynamo(error)) => error,
            Err(BankError::Insufficient(_)) => return Told::Refused,
            Err(BankError::NoAccount) => panic!("every account is there"),
        }
    };
    match error {
        Error::OutcomeUnknown(_) => Told::Unknown,
        _ => Told::Refused,
    }
}

async fn teller(store: Store, task: u64, seed: u64) -> Vec<(Receipt, Told)> {
    let mut rng = Rng::with_seed(seed * 1000 + task);
    let mut told = Vec::new();
    for step in 0..TRANSFERS {
        let from = rng.usize(..ACCOUNTS);
        let receipt = Receipt {
            id: format!("receipt-{task}-{step}"),
            from,
            to: (from + rng.usize(1..ACCOUNTS)) % ACCOUNTS,
            amount: rng.u64(1..60),
        };
        let outcome = send(&store, &receipt, rng.bool()).await;
        told.push((receipt, outcome));
    }
    told
}

fn total(tx: &mut Transaction) -> dynacond::Result<u64> {
    let keys: Vec<_> = (0..ACCOUNTS).map(|i| Account::key(id(i))).collect();
    let accounts = tx.get_all(keys)?;
    Ok(accounts.into_iter().flatten().map(|a| a.balance).sum())
}

/// Adds up all accounts until the tellers are done, and says how often it could.
async fn auditor(store: Store, done: Arc<AtomicBool>) -> usize {
    let mut audits = 0;
    while !done.load(Ordering::SeqCst) {
        // An audit may fail under faults; one that succeeds is never torn.
        if let Ok(sum) = store.transact(total).snapshot().send().await {
            assert_eq!(sum, OPENING * ACCOUNTS as u64, "a torn total");
            audits += 1;
        }
        // The paused clock goes on only when nobody is busy.
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    audits
}

fn faults() -> [Fault; 10] {
    [
        Fault::LoseRequest,
        Fault::LoseAnswer,
        Fault::DeliverLate,
        Fault::DeliverAfter(3),
        Fault::Status500Before,
        Fault::Status500After,
        Fault::Throttle,
        Fault::TransactionConflict,
        Fault::TransactionInProgress,
        Fault::Delay(Duration::from_millis(1)),
    ]
}

/// Compares the receipts with the reported outcomes and with the accounts.
async fn settle(db: &Db, told: &[(Receipt, Told)], seed: u64) -> [usize; 3] {
    // In no particular order: a balance may pass below zero here.
    let mut balances = BTreeMap::new();
    for i in 0..ACCOUNTS {
        balances.insert(i, (OPENING.cast_signed(), 1));
    }
    let mut counts = [0; 3];
    for (receipt, told) in told {
        let stored = db.quiet.get(receipt.to_key()).send().await.unwrap();
        match told {
            Told::Done => assert!(stored.is_some(), "seed {seed}: acknowledged, not applied"),
            Told::Refused => assert!(stored.is_none(), "seed {seed}: refused, yet applied"),
            Told::Unknown => {}
        }
        counts[*told as usize] += 1;
        if stored.is_some() {
            let amount = receipt.amount.cast_signed();
            for (account, change) in [(receipt.from, -amount), (receipt.to, amount)] {
                let (balance, version) = balances[&account];
                balances.insert(account, (balance + change, version + 1));
            }
        }
    }
    for (i, expected) in balances {
        let account = db.account(&id(i)).await.unwrap();
        let found = (account.balance.cast_signed(), Stored::version(&account));
        assert_eq!(found, expected, "seed {seed}: {}", account.id);
    }
    counts
}

fn seeds() -> u64 {
    let seeds = std::env::var("DYNACOND_SEEDS").ok();
    seeds.and_then(|seeds| seeds.parse().ok()).unwrap_or(4)
}

async fn day(seed: u64, faults: impl FnOnce(&Local)) -> ([usize; 3], usize) {
    let db = with_retry(hasty()).await;
    for i in 0..ACCOUNTS {
        db.create(account(&id(i), OPENING)).await;
    }
    faults(&db.local);
    let done = Arc::new(AtomicBool::new(false));
    let audit = tokio::spawn(auditor(db.store.clone(), Arc::clone(&done)));
    let tellers: Vec<_> = (0..TASKS)
        .map(|task| tokio::spawn(teller(db.store.clone(), task, seed)))
        .collect();
    let mut told = Vec::new();
    for teller in tellers {
        told.extend(teller.await.unwrap());
    }
    done.store(true, Ordering::SeqCst);
    let audits = audit.await.unwrap();
    db.local.clear_faults();
    db.local.deliver();
    (settle(&db, &told, seed).await, audits)
}

#[tokio::test(start_paused = true)]
async fn money_is_conserved_and_every_teller_is_told_the_truth() {
    let (mut told, mut audits) = ([0; 3], 0);
    for seed in 0..seeds() {
        let (counts, audited) = day(seed, |local| local.random(seed, 0.2, faults())).await;
        for (sum, count) in told.iter_mut().zip(counts) {
            *sum += count;
        }
        audits += audited;
    }
    let [done, refused, unknown] = told;
    println!("{done} done, {refused} refused, {unknown} unknown, {audits} audits");
    assert!(done > refused && audits > 0, "{told:?} {audits}");
}

#[tokio::test(start_paused = true)]
async fn without_faults_nothing_is_unknown_and_nothing_is_exhausted() {
    let ([done, refused, unknown], audits) = day(1, |_| {}).await;
    assert_eq!(unknown, 0);
    assert!(done > refused && audits > 0, "{done} {refused} {audits}");
}
