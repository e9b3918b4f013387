//! Which errors may be answered by the very same call, after a pause.
use std::collections::{BTreeSet, HashMap};

use dynacond::{
    Any, Checkpoint, Condition, Error, Key, Result, RetryPolicy, Store, Transaction, Versioned,
    attr,
};
use dynacond_local::{Fault, Local};
use serde::{Deserialize, Serialize, Serializer};

use super::support::{
    Order, Watched, n, order, read, refused, rival_buys_one, set_raw, watched, watched_order,
};

/// A shop that meets this fault from now on, on this operation.
async fn faulty(operation: &str, fault: Fault) -> Watched {
    let shop = watched_order().await;
    shop.local.on(operation).always().inject(fault);
    shop
}

async fn create(shop: &Watched) -> Error {
    refused(shop.store.create(order()).send().await)
}

async fn sell(shop: &Watched, amount: u32) -> Error {
    let update = shop.store.update(Order::key("o1"));
    refused(update.set(|o| o.stock.subtract(amount)).send().await)
}

async fn get(shop: &Watched) -> Error {
    refused(shop.store.get(Order::key("o1")).send().await)
}

/// It is never written.
#[derive(Clone, Debug, Deserialize, Versioned)]
#[dynacond(table = "shop", partition_key(name = "pk", value = "never#{id}"))]
struct Never {
    id: String,
}

impl Serialize for Never {
    fn serialize<S: Serializer>(&self, _: S) -> std::result::Result<S::Ok, S::Error> {
        Err(serde::ser::Error::custom("never"))
    }
}

/// An order with an index that the table does not have, or has otherwise.
#[derive(Clone, Debug, Serialize, Deserialize, Versioned)]
#[dynacond(
    table = "shop",
    partition_key(name = "pk", value = "listed#{id}"),
    sort_key(name = "sk", value = "listed#{id}"),
    index(ByOwner, name = "by-owner", partition_key(owner))
)]
struct Listed {
    id: String,
    owner: String,
}

/// The same table with another index of the same name.
#[derive(Clone, Debug, Serialize, Deserialize, Versioned)]
#[dynacond(
    table = "shop",
    partition_key(name = "pk", value = "filed#{id}"),
    sort_key(name = "sk", value = "filed#{id}"),
    index(ByPlace, name = "by-owner", partition_key(place))
)]
struct Filed {
    id: String,
    place: String,
}

/// Reads this many absent orders in a transaction, and fails with its own error.
async fn unvalidated(store: &Store, absent: usize) -> Error {
    /// The function's own error, or dynacond's.
    #[derive(Debug)]
    struct Absent(Option<Error>);
    impl From<Error> for Absent {
        fn from(error: Error) -> Self {
            Self(Some(error))
        }
    }
    let keys: Vec<Key<Order>> = (0..absent)
        .map(|i| Order::key(format!("none{i}")))
        .collect();
    let run = store.transact(|tx| {
        tx.get_all(&*keys)?;
        Err::<(), _>(Absent(None))
    });
    run.send().await.unwrap_err().0.expect("dynacond's error")
}

/// The labels in the source of `Error::label`.
fn every_label() -> BTreeSet<&'static str> {
    let source = include_str!("../../dynacond/src/error/error.rs");
    let (_, body) = source.split_once("fn label(&self)").expect("the method");
    let (body, _) = body.split_once("\n    }\n").expect("its end");
    body.split('"').skip(1).step_by(2).collect()
}

#[test]
fn the_guide_says_what_each_label_means() {
    let guide = include_str!("../../docs/operating.md");
    let (_, table) = guide.split_once("| `Error::label()` |").expect("the table");
    let (table, _) = table.split_once("\n\n").expect("its end");
    let rows = table.lines().skip(2);
    let first: String = rows.filter_map(|row| row.split('|').nth(1)).collect();
    let said: BTreeSet<_> = first.split('`').skip(1).step_by(2).collect();
    let mut expected = every_label();
    expected.insert("applied");
    assert_eq!(said, expected);
}

/// A label, whether it is retryable, and an error that has it.
type Row = (&'static str, bool, Error);

async fn of_single_writes() -> Vec<Row> {
    let mut table = Vec::new();
    let mut row = |kind, retryable, error: Error| table.push((kind, retryable, error));
    let shop = watched_order().await;
    row("already_exists", false, create(&shop).await);
    row("condition_failed", false, sell(&shop, 11).await);
    let mut stale = read(&shop.quiet).await;
    stale.stock = 3;
    set_raw(&shop.quiet, Order::key("o1"), "item_version", Some(n(2))).await;
    row(
        "conflict",
        false,
        refused(shop.store.save(stale).send().await),
    );
    row("not_found", false, sell(&watched::<Order>().await, 1).await);
    let withheld = watched_order().await;
    withheld.local.ignore_all_old();
    row("unexplained", false, create(&withheld).await);

    let lost = faulty("UpdateItem", Fault::LoseRequest).await;
    row("outcome_unknown", false, sell(&lost, 1).await);
    let add = shop.store.update(Order::key("o1"));
    let add = add.set(|_| attr("points").add(1)).send().await;
    row("update_rejected", false, refused(add));
    let contended = faulty("UpdateItem", rival_buys_one()).await;
    let once = RetryPolicy::default().with_attempts(1);
    let store = Store::builder(contended.local.client()).retry(once).build();
    let modify = store.modify(Order::key("o1"), |o| o.stock += 1);
    row("exhausted", true, refused(modify.send().await));

    let compiled = Condition::<Any>::all([]).compile();
    row("invalid", false, compiled.unwrap_err());
    let parsed: Result<Condition<Any>> = Condition::parse("(", HashMap::new(), HashMap::new());
    row("invalid", false, parsed.unwrap_err());
    let long = "x".repeat(3000);
    let nameless = shop.store.get(Order::key(&long));
    row("invalid", false, refused(nameless.send().await));
    let never = Never { id: "n".to_owned() };
    row(
        "invalid",
        false,
        refused(shop.store.create(never).send().await),
    );
    set_raw(&shop.quiet, Order::key("o1"), "stock", None).await;
    row("decode", false, get(&shop).await);
    let unread = Transaction::default().require(Order::key("o1"));
    row("reading", false, refused(unread));
    table
}

async fn of_transactions_reads_and_bulk_work() -> Vec<Row> {
    let mut table = Vec::new();
    let mut row = |kind, retryable, error: Error| table.push((kind, retryable, error));
    let shop = watched_order().await;
    shop.local.on("UpdateItem").inject(Fault::LoseAnswer);
    let sell = shop.store.update(Order::key("o1"));
    let sell = sell.set(|o| o.stock.subtract(1)).returning_old();
    row("old_item_lost", false, refused(sell.send().await));
    row("unvalidated", false, unvalidated(&shop.store, 101).await);
    for (amount, is_reused) in [(1, false), (2, true)] {
        let sell = shop.store.update(Order::key("o1"));
        let sell = sell.set(|o| o.stock.subtract(amount));
        let sold = shop.store.transact_write((sell,)).token("t").send().await;
        if is_reused {
            row("token_reused", false, refused(sold));
        } else {
            sold.unwrap();
        }
    }
    let scan = || shop.store.scan::<Order>();
    let own = scan().modify_each(|_| Err("not this one")).send().await;
    let mut own = own.unwrap().failed;
    row("own", false, own.remove(0).error);
    let unsigned = scan().after_token(Some("a text of somebody's"));
    row("cursor", false, unsigned.expect_err("no cursor"));
    let malformed = "a text of somebody's".parse::<Checkpoint>();
    row("checkpoint", false, malformed.unwrap_err().into());
    let listed = shop.store.query(ByOwner::partition("ann"));
    row("no_such_index", false, refused(listed.all().send().await));
    let filed = watched::<Filed>().await;
    let listed = filed.store.query(ByOwner::partition("ann"));
    row("schema_differs", false, refused(listed.all().send().await));
    let half = faulty("BatchGetItem", Fault::Unprocessed(1)).await;
    let keys = [Order::key("o1"), Order::key("o2")];
    row(
        "incomplete",
        true,
        refused(half.store.get_all(keys).send().await),
    );
    let throttled = faulty("Scan", Fault::Throttle).await;
    let no_table = Store::new(Local::from_env().unwrap().client());
    for (store, retryable) in [(&throttled.store, true), (&no_table, false)] {
        let work = store.scan::<Order>().modify_each(|order| order.stock = 1);
        row("interrupted", retryable, refused(work.send().await));
    }
    table
}

#[tokio::test(start_paused = true)]
async fn only_what_was_not_written_and_passes_by_itself_is_retryable() {
    let mut table = of_single_writes().await;
    table.extend(of_transactions_reads_and_bulk_work().await);
    for (operation, fault, kind, retryable) in [
        ("PutItem", Fault::Throttle, "throttled", true),
        ("GetItem", Fault::Throttle, "throttled", true),
        (
            "PutItem",
            Fault::TransactionConflict,
            "transaction_conflict",
            true,
        ),
        ("PutItem", Fault::RefuseConnection, "service", true),
        ("GetItem", Fault::RefuseConnection, "service", true),
        ("GetItem", Fault::LoseAnswer, "service", true),
        ("GetItem", Fault::Status500Before, "service", true),
    ] {
        let shop = faulty(operation, fault).await;
        let error = match operation {
            "PutItem" => create(&shop).await,
            _ => get(&shop).await,
        };
        table.push((kind, retryable, error));
    }
    let no_table = Store::new(Local::from_env().unwrap().client());
    let error = refused(no_table.create(order()).send().await);
    table.push(("service", false, error));

    for (kind, retryable, error) in &table {
        assert_eq!(error.label(), *kind, "{error}");
        assert_eq!(error.is_retryable(), *retryable, "{kind}: {error}");
        let or_unknown = *retryable || *kind == "outcome_unknown";
        let idempotent = error.is_retryable_if_idempotent();
        assert_eq!(idempotent, or_unknown, "{kind}: {error}");
    }
    let kinds: BTreeSet<_> = table.iter().map(|(kind, ..)| *kind).collect();
    assert_eq!(kinds, every_label());
}
