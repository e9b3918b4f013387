//! Callers' tokens in several processes with different clocks: the actions are applied once, and the reported outcome is true.
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::interceptors::BeforeTransmitInterceptorContextRef;
use aws_sdk_dynamodb::config::{ConfigBag, Intercept, RuntimeComponents};
use aws_sdk_dynamodb::error::BoxError;
use aws_smithy_async::time::TimeSource;
use dynacond::{Error, Result, RetryPolicy, Store, Stored, Versioned, Written};
use dynacond_local::{Fault, Local};
use tokio::time::Instant;

use crate::support::{Account, BankError, Db, account, on, rival_adds, transfer};
use crate::time::clocked;

/// A wall clock that showed so many seconds of a ten-minute window when the test began.
#[derive(Debug)]
struct Wall {
    began: Instant,
    showed: u64,
}

impl TimeSource for Wall {
    fn now(&self) -> SystemTime {
        // A multiple of ten.
        let window = Duration::from_mins(28_333_340);
        SystemTime::UNIX_EPOCH + window + Duration::from_secs(self.showed) + self.began.elapsed()
    }
}

/// A process that starts at this second of the window, and retries for a long time.
fn process(db: &Db, second: u64) -> Store {
    let wall = Wall {
        began: Instant::now(),
        showed: second,
    };
    let policy = RetryPolicy::default()
        .with_attempts(10_000)
        .with_elapsed(Duration::from_mins(10));
    Store::builder(clocked(db, wall)).retry(policy).build()
}

/// A database that forgets tokens when a test says so: the embedded one.
async fn bank(balances: &[(&str, u64)]) -> Db {
    let db = on(Local::new(), RetryPolicy::default()).await;
    for (id, balance) in balances {
        db.create(account(id, *balance)).await;
    }
    db
}

async fn add(store: &Store, amount: u64, token: &str) -> Result<Written<Account>> {
    let add = store
        .update(Account::key("a"))
        .set(|a| a.balance.add(amount));
    let run = store.transact_write((add,)).token(token);
    run.send().await.map(|(written,)| written)
}

async fn create(store: &Store, token: &str) -> Result<Stored<Account>> {
    let run = store.transact_write((store.create(account("new", 1)),));
    run.token(token).send().await.map(|(stored,)| stored)
}

#[tokio::test(start_paused = true)]
async fn a_call_under_a_callers_token_looks_for_its_write_before_each_resend() {
    let (write, read) = ("TransactWriteItems", "GetItem");
    let all = |operation: &'static str, faults: &[Fault]| (operation, faults.to_vec());
    let cases = [
        (
            vec![all(write, &[Fault::LoseRequest])],
            vec![write, read, write],
        ),
        (vec![all(write, &[Fault::LoseAnswer])], vec![write, read]),
        // The network is bad for reads, too: nothing is sent before one of them is answered.
        (
            vec![
                all(write, &[Fault::LoseRequest]),
                all(read, &[Fault::LoseRequest, Fault::LoseRequest]),
            ],
            vec![write, read, read, read, write],
        ),
        // A definite answer says nothing of an earlier process either.
        (
            vec![all(write, &[Fault::Throttle])],
            vec![write, read, write],
        ),
        (
            vec![all(
                write,
                &[Fault::LoseRequest, Fault::TransactionConflict],
            )],
            vec![write, read, write, read, write],
        ),
    ];
    for (faults, expected) in cases {
        let db = bank(&[("a", 5)]).await;
        for (operation, faults) in faults {
            for fault in faults {
                db.local.on(operation).inject(fault);
            }
        }
        let written = add(&process(&db, 0), 1, "t").await.unwrap();
        assert_eq!(db.operations(), expected);
        let a = db.account("a").await.unwrap();
        assert_eq!(a.balance, 6);
        assert_eq!(Stored::write_id(&a), written.write_id.as_deref());
    }
}

#[tokio::test(start_paused = true)]
async fn a_process_that_repeats_a_token_near_its_end_never_applies_twice() {
    for (overwritten, reads_lost) in [(false, false), (false, true), (true, false), (true, true)] {
        let db = bank(&[("a", 5)]).await;
        add(&process(&db, 0), 1, "t").await.unwrap();
        if overwritten {
            // Nothing in the item tells any more that the token was used.
            add(&db.quiet, 100, "other").await.unwrap();
        }
        let balance = db.balance("a").await;
        let writes = db.local.on("TransactWriteItems").always();
        writes.inject(Fault::LoseRequest);
        if reads_lost {
            db.local.on("GetItem").always().inject(Fault::LoseRequest);
        }
        let local = db.local.clone();
        tokio::spawn(async move {
            // Ten minutes after the first use the token is forgotten, and the network is sound again.
            tokio::time::sleep(Duration::from_secs(15)).await;
            local.forget_tokens();
            local.clear_faults();
        });
        let outcome = add(&process(&db, 585), 1, "t").await;
        tokio::time::sleep(Duration::from_mins(1)).await;
        let case = format!("overwritten: {overwritten}, reads lost: {reads_lost}");
        assert_eq!(db.balance("a").await, balance, "applied twice: {case}");
        match outcome {
            Ok(_) => assert!(!overwritten && !reads_lost, "{case}"),
            Err(error) => {
                assert!(error.is_outcome_unknown(), "{case}: {error}");
                assert!(overwritten || reads_lost, "{case}: {error}");
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_token_that_was_used_in_a_neighbouring_window_gives_what_was_written_then() {
    // The second clock may also be behind the first one.
    for (first, second) in [(595, 605), (605, 595)] {
        let db = bank(&[]).await;
        let created = create(&process(&db, first), "t").await.unwrap();
        let repeated = create(&process(&db, second), "t").await.unwrap();
        assert_eq!(Stored::item(&repeated), Stored::item(&created));
        let stored = db.account("new").await.unwrap();
        assert_eq!(Stored::item(&stored), Stored::item(&created));
    }

    // The same, where the answer was lost and the item is looked for.
    let db = bank(&[("a", 5)]).await;
    let written = add(&process(&db, 595), 1, "t").await.unwrap();
    db.local.on("TransactWriteItems").inject(Fault::LoseRequest);
    let repeated = add(&process(&db, 605), 1, "t").await.unwrap();
    assert_eq!(repeated.write_id, written.write_id);
    assert_eq!(db.balance("a").await, 6);
}

#[tokio::test(start_paused = true)]
async fn the_same_actions_have_other_ids_once_the_token_is_forgotten() {
    let db = bank(&[]).await;
    let first = create(&process(&db, 0), "t").await.unwrap();
    db.quiet.delete(first.clone()).send().await.unwrap();
    db.local.forget_tokens();
    let second = create(&process(&db, 601), "t").await.unwrap();
    assert_eq!(Stored::version(&first), Stored::version(&second));
    assert_ne!(Stored::write_id(&first), Stored::write_id(&second));
    // So a copy of the item that was deleted does not win over the new one.
    let mut stale = first;
    stale.balance = 77;
    let error = db.quiet.save(stale).send().await.unwrap_err();
    assert!(matches!(error, Error::Conflict(_)), "{error}");
}

#[tokio::test(start_paused = true)]
async fn a_token_that_was_used_for_other_actions_is_refused() {
    let db = bank(&[("a", 5)]).await;
    add(&db.store, 1, "t").await.unwrap();
    let error = add(&db.store, 7, "t").await.unwrap_err();
    assert!(matches!(error, Error::TokenReused(_)), "{error}");
    assert_eq!(error.label(), "token_reused");
    assert!(!error.is_retryable());
    assert_eq!(db.balance("a").await, 6);
}

#[tokio::test(start_paused = true)]
async fn a_token_that_was_used_for_other_actions_is_never_told_as_applied() {
    for (fault, label) in [
        (Fault::LoseAnswer, "outcome_unknown"),
        (Fault::LoseRequest, "outcome_unknown"),
    ] {
        let db = bank(&[("a", 5)]).await;
        add(&db.store, 1, "t").await.unwrap();
        let lost = db.local.on("TransactWriteItems").always();
        lost.inject(fault.clone());
        let error = add(&process(&db, 0), 7, "t").await.unwrap_err();
        assert_eq!(error.label(), label, "{fault}: {error}");
        let Error::OutcomeUnknown(unknown) = error else {
            unreachable!()
        };
        db.local.clear_faults();
        // The earlier call may have been applied before the token was used for others, so that this is no refusal.
        let error = unknown.resend::<()>().await.unwrap_err();
        assert!(error.is_outcome_unknown(), "{fault}: {error}");
        assert_eq!(db.balance("a").await, 6, "{fault}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_resend_under_a_callers_token_is_applied_once() {
    for fault in [Fault::LoseAnswer, Fault::LoseRequest] {
        let db = bank(&[("a", 5)]).await;
        db.local.on_any().always().inject(fault.clone());
        let error = add(&process(&db, 0), 1, "t").await.unwrap_err();
        let Error::OutcomeUnknown(unknown) = error else {
            panic!("{error}")
        };
        // What cannot be looked for is not sent.
        db.local.clear_faults();
        db.local.on("GetItem").inject(Fault::LoseRequest);
        db.local.clear_log();
        let error = unknown.resend::<()>().await.unwrap_err();
        assert!(error.is_outcome_unknown(), "{fault}: {error}");
        assert_eq!(db.operations(), ["GetItem"]);
        for _ in 0..2 {
            unknown.resend::<()>().await.unwrap();
            assert_eq!(db.balance("a").await, 6, "{fault}");
        }
    }
}

/// With a token of dynacond's own, only an earlier attempt can have used it.
#[tokio::test(start_paused = true)]
async fn a_mismatch_under_a_drawn_token_is_settled_by_the_write_id() {
    for landed in [true, false] {
        let db = bank(&[("a", 100), ("b", 0)]).await;
        let store = Store::builder(db.local.client()).random(|| 7).build();
        let fault = if landed {
            Fault::LoseAnswer
        } else {
            Fault::LoseRequest
        };
        let mismatch = {
            let local = db.local.clone();
            Fault::rival(move |client| {
                let local = local.clone();
                async move {
                    // As for an endpoint that takes what it remembers for other actions.
                    local.forget_tokens();
                    let store = Store::builder(client).random(|| 7).build();
                    let other = store.create(account("other", 1));
                    store.transact_write((other,)).send().await.unwrap();
                }
            })
        };
        db.local.on("TransactWriteItems").inject(fault);
        db.local.on("TransactWriteItems").inject(mismatch);
        let both = (
            store.update(Account::key("a")).set(|a| a.balance.add(1)),
            store.update(Account::key("b")).set(|b| b.balance.add(1)),
        );
        let outcome = store.transact_write(both).send().await;
        assert_eq!(db.balance("b").await, u64::from(landed));
        match outcome {
            Ok(_) => assert!(landed),
            Err(error) => assert!(!landed && error.is_outcome_unknown(), "{error}"),
        }
        let requests = ["TransactWriteItems", "TransactWriteItems", "GetItem"];
        assert_eq!(db.operations(), requests);
    }
}

/// Notes the bodies of what is sent.
#[derive(Clone, Debug, Default)]
struct Bodies(Arc<Mutex<Vec<Vec<u8>>>>);

impl Intercept for Bodies {
    fn name(&self) -> &'static str {
        "bodies"
    }

    fn read_before_transmit(
        &self,
        context: &BeforeTransmitInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> std::result::Result<(), BoxError> {
        let request = context.request();
        let target = request.headers().get("x-amz-target").unwrap_or_default();
        if target.ends_with("TransactWriteItems") {
            let body = request.body().bytes().unwrap_or_default().to_vec();
            self.0.lock().unwrap().push(body);
        }
        Ok(())
    }
}

#[tokio::test(start_paused = true)]
async fn a_transaction_is_sent_again_byte_for_byte() {
    let db = bank(&[("a", 100), ("b", 0)]).await;
    let bodies = Bodies::default();
    let config = db.local.config().interceptor(bodies.clone()).build();
    let policy = RetryPolicy::default().with_attempts(5);
    let store = Store::builder(Client::from_conf(config)).retry(policy);
    let store = store.build();
    let lost = db.local.on("TransactWriteItems").times(5);
    lost.inject(Fault::LoseRequest);
    let run = store.transact(|tx| transfer(tx, "a", "b", 30));
    let outcome = run.send::<(), BankError>().await;
    let Err(BankError::Dynamo(Error::OutcomeUnknown(unknown))) = outcome else {
        panic!("{outcome:?}")
    };
    unknown.resend::<()>().await.unwrap();
    assert_eq!((db.balance("a").await, db.balance("b").await), (70, 30));
    let bodies = bodies.0.lock().unwrap();
    assert_eq!(bodies.len(), 6);
    assert!(!bodies[0].is_empty());
    assert!(bodies.iter().all(|body| *body == bodies[0]));
}

#[tokio::test(start_paused = true)]
async fn a_callers_token_outlives_a_transaction_that_is_still_running() {
    let db = bank(&[("a", 5)]).await;
    let running = db.local.on("TransactWriteItems").times(4);
    running.inject(Fault::TransactionInProgress);
    // Such an answer says that the token is not near its end: the call may wait for longer than ten seconds.
    let started = Instant::now();
    add(&process(&db, 0), 1, "t").await.unwrap();
    assert!(started.elapsed() > Duration::from_secs(10));
    assert_eq!(db.balance("a").await, 6);
}

#[tokio::test(start_paused = true)]
async fn a_stale_save_under_a_callers_token_is_a_conflict() {
    let db = bank(&[("a", 5)]).await;
    db.local.on("TransactWriteItems").inject(rival_adds("a", 1));
    let mut a = db.account("a").await.unwrap();
    a.balance = 9;
    let run = db.store.transact_write((db.store.save(a),));
    let error = run.token("t").send().await.unwrap_err();
    assert!(matches!(error, Error::Conflict(_)), "{error}");
}
