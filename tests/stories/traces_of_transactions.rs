//! What is traced of transactions: a span for each set of actions, an event for each action that was refused.
use dynacond::{Error, RetryPolicy, Store, Stored, Transaction, Versioned as _};
use dynacond_local::{Fault, create_table};
use tracing::Level;

use super::recorder::{self, Recording, fields};
use super::support::{Account, Order, Watched, order, refused, rival_buys_one, watched_order};

/// An order of ten pieces, and an account with a balance of 5.
async fn watched_order_and_account() -> Watched {
    let shop = watched_order().await;
    create_table::<Account>(&shop.quiet).await.unwrap();
    let account = Account {
        id: "a1".into(),
        balance: 5,
        version: 0,
    };
    shop.quiet.create(account).send().await.unwrap();
    shop
}

#[tokio::test]
async fn each_refused_action_is_an_event_with_its_own_table_key_and_place() {
    let shop = watched_order_and_account().await;
    let store = &shop.store;
    let recording = Recording::start();
    let buy = store.update(Order::key("o1")).set(|o| o.stock.subtract(1));
    let pay = store
        .update(Account::key("a1"))
        .set(|a| a.balance.subtract(9))
        .when(|a| a.balance.ge(9));
    let again = store.create(Order {
        id: "o2".into(),
        ..order()
    });
    let missing = store.update(Order::key("o3")).set(|o| o.stock.add(1));
    refused(
        store
            .transact_write((buy, pay, again, missing))
            .send()
            .await,
    );

    let span = recording.span();
    // The span speaks of all actions, and is named before anything is sent: by the first one.
    assert_eq!(span.get("table"), Some("shop"));
    assert_eq!(span.get("item_type"), Some("Order"));
    assert_eq!(span.get("verb"), Some("transact"));
    assert_eq!(span.get("outcome"), Some("condition_failed"));
    assert_eq!(span.get("refused_by"), Some("`balance >= ?` is false"));
    assert_eq!(span.get("attempts"), Some("1"));
    let events = recording.events();
    let (account, order) = (Account::key("a1").to_string(), Order::key("o3").to_string());
    let expected = [
        fields([
            ("message", "write refused"),
            ("table", "accounts"),
            ("item_type", "Account"),
            ("verb", "update"),
            ("key", account.as_str()),
            ("action", "1"),
            ("outcome", "condition_failed"),
            ("refused_by", "`balance >= ?` is false"),
            ("attempt", "1"),
            ("requests", "1"),
        ]),
        fields([
            ("message", "write refused"),
            ("table", "shop"),
            ("item_type", "Order"),
            ("verb", "update"),
            ("key", order.as_str()),
            ("action", "3"),
            ("outcome", "not_found"),
            ("refused_by", "the item does not exist"),
            ("attempt", "1"),
            ("requests", "1"),
        ]),
    ];
    let told: Vec<_> = events.iter().map(|event| event.fields.clone()).collect();
    assert_eq!(told, expected);
    for event in &events {
        assert_eq!((event.level, event.within), (Level::INFO, Some(0)));
    }
}

#[tokio::test]
async fn the_passes_of_a_function_are_counted() {
    let shop = watched_order_and_account().await;
    let rival = rival_buys_one();
    shop.local.on("TransactWriteItems").times(2).inject(rival);
    let recording = Recording::start();
    let keys = (Order::key("o1"), Account::key("a1"));
    let sell = shop.store.transact(|tx| -> dynacond::Result<()> {
        let mut account = tx.require(Account::key("a1"))?;
        let mut order = tx.require(Order::key("o1"))?;
        order.stock -= 1;
        account.balance += 1;
        tx.put(account)?;
        tx.put(order)?;
        Ok(())
    });
    sell.prefetch(keys).send().await.unwrap();
    let events = recording.events();
    let told: Vec<_> = events
        .iter()
        .map(|event| {
            let field = |name| event.get(name).unwrap();
            assert_eq!(field("outcome"), "conflict");
            [
                field("table"),
                field("verb"),
                field("action"),
                field("attempt"),
                field("requests"),
            ]
        })
        .collect();
    // Both items were fetched by the first request.
    let expected = [
        ["shop", "put", "1", "1", "2"],
        ["shop", "put", "1", "2", "3"],
    ];
    assert_eq!(told, expected);
}

#[tokio::test]
async fn a_transaction_that_gives_up_names_the_item_that_was_contended() {
    let shop = watched_order_and_account().await;
    let reasons = Fault::Cancel(vec!["None", "TransactionConflict"]);
    shop.local.on("TransactWriteItems").always().inject(reasons);
    let once = RetryPolicy::default().with_attempts(2);
    let store = Store::builder(shop.local.client()).retry(once).build();
    let recording = Recording::start();
    let sell = store.update(Order::key("o1")).set(|o| o.stock.subtract(1));
    let pay = store.update(Account::key("a1")).set(|a| a.balance.add(1));
    let error = refused(store.transact_write((sell, pay)).send().await);
    assert!(matches!(error, Error::Exhausted(_)), "{error}");
    let event = recording.event();
    assert_eq!(event.level, Level::DEBUG);
    let expected = ["accounts", "Account", "exhausted", "1", "2"];
    let told = ["table", "item_type", "outcome", "attempt", "requests"];
    assert_eq!(told.map(|field| event.get(field).unwrap()), expected);
}

#[tokio::test]
async fn keys_of_refused_actions_are_traced_in_no_field_where_they_are_switched_off() {
    let shop = watched_order_and_account().await;
    let client = shop.local.client();
    let store = Store::builder(client).trace_keys(false).build();
    let recording = Recording::start();
    let missing = |id: &str| store.update(Order::key(id)).set(|o| o.stock.add(1));
    let both = (missing("o7"), missing("o8"));
    refused(store.transact_write(both).send().await);
    assert_eq!(recording.events().len(), 2);
    for traced in recording.spans().iter().chain(&recording.events()) {
        assert_eq!(traced.get("key"), None);
        assert!(!format!("{traced:?}").contains("order#o"), "{traced:?}");
    }
}

/// The warnings about changed copies that were dropped.
async fn forgotten<T: Send + 'static>(
    shop: &Watched,
    function: impl Fn(&mut Transaction) -> dynacond::Result<T>,
) -> Vec<recorder::Fields> {
    let recording = Recording::from(Level::WARN);
    drop(shop.store.transact(function).send().await);
    let events = recording.events().into_iter();
    events
        .map(|event| {
            assert_eq!(event.target, "dynacond::transaction");
            event.fields
        })
        .collect()
}

#[tokio::test]
async fn a_changed_copy_that_is_dropped_is_told_of() {
    let shop = watched_order_and_account().await;
    let warnings = forgotten(&shop, |tx| {
        let (mut order, account) = tx.require_all((Order::key("o1"), Account::key("a1")))?;
        order.stock = 1;
        // Read only.
        Ok(account.balance)
    });
    let key = Order::key("o1").to_string();
    let expected = fields([
        (
            "message",
            "a copy was changed and dropped: without `tx.put(..)` the change is not written",
        ),
        ("table", "shop"),
        ("item_type", "Order"),
        ("key", key.as_str()),
    ]);
    assert_eq!(
        warnings.await,
        [expected],
        "once, though the function ran twice"
    );
    // Beside a commit as well.
    let warnings = forgotten(&shop, |tx| {
        let mut order = tx.require(Order::key("o1"))?;
        order.stock = 1;
        let mut account = tx.require(Account::key("a1"))?;
        account.balance = 9;
        tx.put(account).map(drop)
    });
    assert_eq!(warnings.await.len(), 1);
}

#[tokio::test]
async fn a_copy_that_is_given_back_in_any_way_is_not_told_of() {
    let shop = watched_order_and_account().await;
    let put = forgotten(&shop, |tx| {
        let mut order = tx.require(Order::key("o1"))?;
        order.stock -= 1;
        tx.put(order).map(drop)
    });
    assert!(put.await.is_empty());
    let put_as_a_value = forgotten(&shop, |tx| {
        let mut order = tx.require(Order::key("o1"))?;
        order.stock -= 1;
        tx.put((*order).clone()).map(drop)
    });
    assert!(put_as_a_value.await.is_empty());
    let deleted = forgotten(&shop, |tx| {
        let mut account = tx.require(Account::key("a1"))?;
        account.balance = 0;
        tx.delete(account)
    });
    assert!(deleted.await.is_empty());
    let taken_out = forgotten(&shop, |tx| {
        let mut order = tx.require(Order::key("o1"))?;
        order.stock = 0;
        Ok(Stored::into_inner(order))
    });
    assert!(taken_out.await.is_empty());
    let failed = forgotten::<()>(&shop, |tx| {
        let mut order = tx.require(Order::key("o1"))?;
        order.stock = 0;
        tx.require(Order::key("o9")).map(drop)
    });
    assert!(failed.await.is_empty());
}
