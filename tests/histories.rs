//! Concurrent histories under faults. The outcome that every writer got is compared with what the database did.
//!
//! Each operation carries a mark of its own in its request, so the log of the wire tells how often it was applied. A write that
//! was acknowledged is applied exactly once, a refused one never, an unknown one at most once. A write without a guard that
//! names a write id may be applied once more if its writer has sent it again, and more often if it is sent until it is answered;
//! such a call never ends unknown. No write id and no incarnation ever comes back,
//! and no item that holds a write takes it again. An item that is never deleted has one version, and one more in its total, for
//! each write that was applied, and is claimed once.
//!
//! `DYNACOND_SEEDS` says how many histories are run.
#![allow(
    clippy::unwrap_used,
    reason = "a test that unwraps says what must not happen"
)]

mod histories {
    pub mod client;
    pub mod grouped;
    pub mod model;
    pub mod operation;
    pub mod rival;
    pub mod schedule;
    pub mod wall;
    pub mod wire;
}

use std::collections::BTreeMap;
use std::time::Duration;

use aws_sdk_dynamodb::types::AttributeValue;
use dynacond::{Store, Stored, Versioned};
use dynacond_local::{Fault, Local};

use histories::client::Writer;
use histories::model::{Account, CLAIM, Ledger, Parcel, Ticket};
use histories::operation::{Entry, HOT, Told, cold, operate};
use histories::rival;
use histories::schedule;
use histories::wall::{Large, Legacy, Plain, Unmarked, Unnumbered, Wide};
use histories::wire::Wire;

const WRITERS: usize = 8;
const STEPS: usize = 12;

/// The tables, and their items. The parcels have no version yet.
async fn prepare(local: &Local) {
    let store = Store::new(local.quiet_client());
    dynacond_local::create_table::<Account>(&store)
        .await
        .unwrap();
    dynacond_local::create_table::<Parcel>(&store)
        .await
        .unwrap();
    dynacond_local::create_table::<Ticket>(&store)
        .await
        .unwrap();
    for id in std::iter::once(HOT.to_owned()).chain(cold()) {
        let ticket = Ticket {
            total: 0,
            ..Ticket::new(&id, "")
        };
        store.create(ticket).send().await.unwrap();
        let account = Account {
            total: 0,
            ..Account::new(&id, "")
        };
        store.create(account).send().await.unwrap();
        rival::create::<Parcel>(store.client(), &id, &id).await;
    }
}

/// All operations of one writer.
async fn write(local: Local, writer: usize, mut random: fastrand::Rng) -> Vec<Entry> {
    let ten_minutes = -600..600;
    let client = Writer::new(&local, random.i64(ten_minutes.clone()));
    let raw = local.quiet_client();
    let mut entries = Vec::new();
    for step in 0..STEPS {
        if random.u8(..8) == 0 {
            client.clock.jump(random.i64(ten_minutes.clone()));
        }
        let mark = format!("{writer}-{step}.");
        let id = cold().nth(random.usize(..2)).unwrap_or_default();
        match random.u8(..23) {
            0 => rival::create::<Account>(&raw, &id, &mark).await,
            1 => rival::create::<Parcel>(&raw, &id, &mark).await,
            2 => rival::claim::<Parcel>(&raw, HOT, &mark).await,
            3..11 => entries.extend(
                operate::<Account>([&client.store, &client.second], &mut random, mark).await,
            ),
            11..16 => entries.extend(
                operate::<Parcel>([&client.store, &client.second], &mut random, mark).await,
            ),
            16 => rival::create::<Ticket>(&raw, &id, &mark).await,
            _ => entries.extend(
                operate::<Ticket>([&client.store, &client.second], &mut random, mark).await,
            ),
        }
    }
    entries
}

async fn run(seed: u64, faults: impl FnOnce(&Local)) -> (Local, Vec<Entry>) {
    let local = Local::from_env().unwrap();
    prepare(&local).await;
    faults(&local);
    let writers: Vec<_> = (0..WRITERS)
        .map(|writer| {
            let random = fastrand::Rng::with_seed(seed * 1000 + writer as u64);
            tokio::spawn(write(local.clone(), writer, random))
        })
        .collect();
    let mut history = Vec::new();
    for writer in writers {
        history.extend(writer.await.unwrap());
    }
    local.clear_faults();
    local.deliver();
    (local, history)
}

/// What writers were told, and what was not so.
fn contradictions(wire: &Wire, history: &[Entry]) -> Vec<String> {
    let wrong = |entry: &&Entry| {
        let (applied, lost) = wire.of_operation(&entry.mark);
        let is_true = match entry.told {
            Told::Applied => (1..=entry.at_most).contains(&applied),
            Told::Refused => applied == 0,
            Told::Unknown => applied <= entry.at_most && lost && !entry.verb.contains("until"),
            Told::RefusedAtLast => applied <= entry.at_most && lost,
            Told::Gone => applied <= entry.at_most,
        };
        !is_true
    };
    let say = |entry: &Entry| {
        let (applied, lost) = wire.of_operation(&entry.mark);
        format!(
            "{} {} on {:?} of {}: told {:?}, applied {applied} times, answer lost: {lost}",
            entry.verb, entry.mark, entry.keys, entry.table, entry.told
        )
    };
    let told = history.iter().filter(wrong).map(say);
    wire.wrong.iter().cloned().chain(told).collect()
}

/// How many writes were applied a second time, by a resend that their writers have asked for.
fn repeated(wire: &Wire, history: &[Entry]) -> usize {
    let twice = |entry: &&Entry| wire.of_operation(&entry.mark).0 > 1;
    history.iter().filter(twice).count()
}

/// How often the writes of a history on the hot item of a table were applied.
fn writes_of_hot<T: Ledger>(wire: &Wire, history: &[Entry]) -> usize {
    let of_hot =
        |entry: &&Entry| entry.table == T::MODEL.table && entry.keys.iter().any(|key| key == HOT);
    let applied = |entry: &Entry| wire.of_operation(&entry.mark).0;
    history.iter().filter(of_hot).map(applied).sum()
}

/// The hot items are never deleted: each write that was applied raised the total by one.
async fn hot_items_count_their_writes(local: &Local, wire: &Wire, history: &[Entry]) {
    let store = Store::new(local.quiet_client());
    let account = store.get(Account::key(HOT)).send().await.unwrap().unwrap();
    let writes = writes_of_hot::<Account>(wire, history);
    assert_eq!(
        Stored::version(&account),
        1 + writes as u64,
        "one version for each write"
    );
    let parcel = store.get(Parcel::key(HOT)).send().await.unwrap().unwrap();
    let of_parcel = writes_of_hot::<Parcel>(wire, history);
    let ticket = store.get(Ticket::key(HOT)).send().await.unwrap().unwrap();
    let of_ticket = writes_of_hot::<Ticket>(wire, history);
    for (total, writes) in [
        (account.total, writes),
        (parcel.total, of_parcel),
        (ticket.total, of_ticket),
    ] {
        assert_eq!(
            usize::try_from(total).unwrap(),
            writes,
            "no update is lost, none is counted twice"
        );
    }
    // Whoever claims it first keeps it: a rival's claim is set by no request of the log.
    let claims = wire.claims.iter().filter(|id| *id == HOT).count();
    let by_rival = parcel
        .labels
        .get(CLAIM)
        .is_some_and(|claim| claim.starts_with("rival"));
    assert!(
        claims + usize::from(by_rival) <= 1,
        "claimed {claims} times"
    );
}

fn all_faults() -> Vec<Fault> {
    vec![
        Fault::LoseRequest,
        Fault::LoseAnswer,
        Fault::DeliverLate,
        Fault::DeliverAfter(2),
        Fault::Status500Before,
        Fault::Status500After,
        Fault::RefuseConnection,
        Fault::Throttle,
        Fault::TransactionConflict,
        Fault::TransactionInProgress,
    ]
}

/// How many histories are run.
fn seeds(usually: u64) -> u64 {
    let seeds = std::env::var("DYNACOND_SEEDS").ok();
    let seeds = seeds.and_then(|seeds| seeds.parse().ok());
    seeds.unwrap_or(usually)
}

/// The outcomes in many histories, by verb.
#[derive(Default)]
struct Tally(BTreeMap<&'static str, [usize; 5]>);

impl Tally {
    fn add(&mut self, history: &[Entry]) {
        for entry in history {
            self.0.entry(entry.verb).or_default()[entry.told as usize] += 1;
        }
    }

    fn total(&self) -> [usize; 5] {
        let add = |all: [usize; 5], told: &[usize; 5]| std::array::from_fn(|i| all[i] + told[i]);
        self.0.values().fold([0; 5], add)
    }
}

#[tokio::test(start_paused = true)]
async fn every_writer_is_told_the_truth_under_faults() {
    let seeds = seeds(15);
    let (mut tally, mut wrong, mut twice) = (Tally::default(), Vec::new(), 0);
    for seed in 0..seeds {
        let (local, history) = run(seed, |local| local.random(seed, 0.4, all_faults())).await;
        let wire = Wire::of(&local);
        for contradiction in contradictions(&wire, &history) {
            wrong.push(format!("seed {seed}: {contradiction}"));
        }
        hot_items_count_their_writes(&local, &wire, &history).await;
        tally.add(&history);
        twice += repeated(&wire, &history);
    }
    let total = tally.total();
    let say = |[applied, refused, unknown, at_last, gone]: [usize; 5]| {
        format!(
            "{applied} applied, {refused} refused, {unknown} unknown, {at_last} refused after a lost answer, {gone} gone"
        )
    };
    println!("{seeds} histories: {}; {twice} applied twice", say(total));
    for (verb, told) in &tally.0 {
        println!("{verb}: {}", say(*told));
    }
    assert!(
        wrong.is_empty(),
        "{} contradictions:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
    assert!(
        total.iter().all(|told| *told > 0),
        "the histories meet every outcome"
    );
}

#[tokio::test(start_paused = true)]
async fn without_faults_nothing_is_unknown() {
    let (local, history) = run(1, |_| {}).await;
    let wire = Wire::of(&local);
    assert_eq!(contradictions(&wire, &history), Vec::<String>::new());
    assert!(history.iter().all(|entry| entry.told != Told::Unknown));
    hot_items_count_their_writes(&local, &wire, &history).await;
}

#[tokio::test(start_paused = true)]
async fn whole_second_delays_do_not_hang() {
    let delays = |local: &Local| local.random(3, 0.5, [Fault::Delay(Duration::from_secs(1))]);
    let (local, history) = run(3, delays).await;
    let wire = Wire::of(&local);
    assert_eq!(contradictions(&wire, &history), Vec::<String>::new());
    hot_items_count_their_writes(&local, &wire, &history).await;
}

fn entry(id: &str, mark: &str, told: Told) -> Entry {
    Entry {
        table: Account::MODEL.table,
        keys: vec![id.to_owned()],
        mark: mark.to_owned(),
        verb: "naive",
        told,
        at_most: 1,
    }
}

/// The checker is checked: the SDK alone resends an update whose answer was lost, and the history tells.
#[tokio::test(start_paused = true)]
async fn the_checker_notices_a_write_that_is_applied_twice() {
    let local = Local::from_env().unwrap();
    prepare(&local).await;
    let store = Store::new(local.client());
    local.next(Fault::LoseAnswer);
    let update = store
        .update(Account::key(HOT))
        .set(|a| (a.total.add(1), a.mark.to("twice")))
        .preview()
        .unwrap();
    let naive = store
        .client()
        .update_item()
        .table_name(update.table())
        .key("id", AttributeValue::S(HOT.to_owned()))
        .update_expression(update.update().unwrap())
        // What refuses a second application is left out.
        .condition_expression(format!(
            "{} AND :item_write_id <> :item_version",
            update.condition().unwrap()
        ))
        .set_expression_attribute_names(update.names().cloned())
        .set_expression_attribute_values(update.values().cloned());
    naive.send().await.unwrap();
    let history = [entry(HOT, "twice", Told::Applied)];
    let contradictions = contradictions(&Wire::of(&local), &history);
    assert_eq!(
        contradictions.len(),
        2,
        "the write and its id: {contradictions:?}"
    );
}

/// And a writer that calls a lost answer a refusal is noticed too.
#[tokio::test(start_paused = true)]
async fn the_checker_notices_a_refusal_that_was_applied() {
    let local = Local::from_env().unwrap();
    prepare(&local).await;
    let store = Store::new(local.client());
    let mut mine = store
        .get(Account::key("cold0"))
        .send()
        .await
        .unwrap()
        .unwrap();
    local.next(Fault::LoseAnswer);
    mine.mark = "refused".to_owned();
    store.save(mine).send().await.unwrap();
    let history = [entry("cold0", "refused", Told::Refused)];
    assert_eq!(contradictions(&Wire::of(&local), &history).len(), 1);
}

/// Each acknowledged change is there exactly once, each error is without effect; dropped callers block nobody.
#[tokio::test(start_paused = true)]
async fn grouped_callers_are_told_the_truth_under_faults() {
    let (mut wrong, mut total) = (Vec::new(), [0; 3]);
    for seed in 0..20 {
        let (contradictions, tally) = histories::grouped::run(seed, all_faults()).await;
        let contradictions = contradictions.into_iter();
        wrong.extend(contradictions.map(|wrong| format!("seed {seed}: {wrong}")));
        for (total, told) in total.iter_mut().zip(tally) {
            *total += told;
        }
    }
    println!("applied, refused, unknown: {total:?}");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(total.iter().all(|told| *told > 0), "{total:?}");
    let (wrong, _) = histories::grouped::run(1, Vec::new()).await;
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Whatever an executor does with its callers, those that it polls when they are woken end, and are told the truth.
#[tokio::test(start_paused = true)]
async fn no_grouped_caller_waits_for_one_that_nobody_polls() {
    let delays = || vec![Fault::Delay(Duration::from_millis(1))];
    let faults = || all_faults().into_iter().chain(delays()).collect();
    let (mut wrong, mut total) = (Vec::new(), [0; 3]);
    for seed in 0..seeds(40) {
        let faults = [delays(), faults()][usize::from(seed % 2 == 0)].clone();
        let (contradictions, tally) = match seed / 4 % 6 {
            0 => schedule::run::<Plain>(seed, faults).await,
            1 => schedule::run::<Unmarked>(seed, faults).await,
            2 => schedule::run::<Unnumbered>(seed, faults).await,
            3 => schedule::run::<Large>(seed, faults).await,
            4 => schedule::run::<Legacy>(seed, faults).await,
            _ => schedule::run::<Wide>(seed, faults).await,
        };
        let contradictions = contradictions.into_iter();
        wrong.extend(contradictions.map(|wrong| format!("seed {seed}: {wrong}")));
        for (total, told) in total.iter_mut().zip(tally) {
            *total += told;
        }
    }
    println!("applied, refused, unknown: {total:?}");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(total.iter().all(|told| *told > 0), "{total:?}");
}
