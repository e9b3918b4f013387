//! Which errors may be answered by the very same call, after a pause.
use std::collections::{BTreeSet, HashMap};

use dynacond::{Any, Condition, Error, Result, RetryPolicy, Store, Transaction, Versioned, attr};
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

#[tokio::test(start_paused = true)]
async fn only_what_was_not_written_and_passes_by_itself_is_retryable() {
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
        row(kind, retryable, error);
    }
    let nowhere = Store::new(Local::from_env().unwrap().client());
    let error = refused(nowhere.create(order()).send().await);
    row("service", false, error);

    for (kind, retryable, error) in &table {
        assert_eq!(error.label(), *kind, "{error}");
        assert_eq!(error.is_retryable(), *retryable, "{kind}: {error}");
        let or_unknown = *retryable || *kind == "outcome_unknown";
        let idempotent = error.is_retryable_if_idempotent();
        assert_eq!(idempotent, or_unknown, "{kind}: {error}");
    }
    let kinds: BTreeSet<_> = table.iter().map(|(kind, ..)| *kind).collect();
    assert_eq!(kinds.len(), 14, "every kind: {kinds:?}");
}
