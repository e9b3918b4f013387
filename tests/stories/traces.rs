//! What is traced: a span per write, an event per refusal and per unknown outcome, and never a value.
use dynacond::{Error, Store, Stored, Versioned as _, attr};
use dynacond_local::{Fault, Local};
use tracing::Level;

use super::recorder::{Recording, fields};
use super::support::{
    Address, Order, Status, order, put_raw, read, refused, rival_buys_one, s, set_raw, watched,
    watched_order,
};

#[tokio::test]
async fn a_write_is_one_span_with_its_outcome_and_no_event() {
    let shop = watched::<Order>().await;
    let recording = Recording::start();
    shop.store.create(order()).send().await.unwrap();
    let span = recording.span();
    assert_eq!((span.name, span.level), ("dynacond", Level::INFO));
    assert_eq!(span.target, "dynacond::trace");
    let expected = fields([
        ("table", "shop"),
        ("item_type", "Order"),
        ("verb", "create"),
        ("attempts", "1"),
        ("outcome", "applied"),
    ]);
    assert_eq!(span.fields, expected);
    assert!(recording.events().is_empty(), "{:?}", recording.events());
}

#[tokio::test]
async fn every_verb_is_named() {
    let shop = watched::<Order>().await;
    let store = &shop.store;
    let recording = Recording::start();
    let key = Order::key("o1");
    let mut order = store.create(order()).send().await.unwrap();
    order.stock = 9;
    store.save(order).send().await.unwrap();
    let update = store.update(&key).set(|o| o.stock.subtract(1));
    update.send().await.unwrap();
    let modify = store.modify(&key, |o| o.stock -= 1);
    let order = modify.send().await.unwrap();
    let order = store.replace(order).send().await.unwrap();
    let put = store.put(Stored::into_inner(order)).unconditional();
    store
        .delete(put.send().await.unwrap())
        .send()
        .await
        .unwrap();
    let traced: Vec<_> = recording
        .spans()
        .iter()
        .map(|span| {
            format!(
                "{} {}",
                span.get("verb").unwrap(),
                span.get("outcome").unwrap()
            )
        })
        .collect();
    let verbs = [
        "create", "save", "update", "modify", "replace", "put", "delete",
    ];
    assert_eq!(traced, verbs.map(|verb| format!("{verb} applied")));
    assert!(recording.events().is_empty());
}

#[tokio::test]
async fn the_table_is_the_stores_and_the_attempts_are_the_sdks_too() {
    let shop = watched_order().await;
    let order = read(&shop.quiet).await;
    let recording = Recording::start();
    let mut sold = order;
    sold.stock -= 1;
    shop.local.on("UpdateItem").inject(Fault::LoseAnswer);
    shop.store.save(sold).send().await.unwrap();
    assert_eq!(recording.span().get("attempts"), Some("2"));
    assert_eq!(recording.span().get("outcome"), Some("applied"));

    let recording = Recording::start();
    let elsewhere = Store::builder(shop.local.client()).prefix("dev-").build();
    let update = elsewhere.update(Order::key("o1"));
    refused(update.set(|o| o.stock.add(1)).send().await);
    assert_eq!(recording.span().get("table"), Some("dev-shop"));
    assert_eq!(recording.span().get("outcome"), Some("service"));
    assert_eq!(recording.event().level, Level::DEBUG);
}

#[tokio::test]
async fn units_are_on_the_span_where_they_were_asked_for() {
    let shop = watched::<Order>().await;
    let recording = Recording::start();
    let metered = shop.store.create(order()).send_metered().await;
    metered.outcome.unwrap();
    let span = recording.span();
    let units = |name| span.get(name).unwrap().parse::<f64>().unwrap();
    assert!((units("write_units") - 1.0).abs() < f64::EPSILON);
    assert!(units("read_units").abs() < f64::EPSILON);
}

#[tokio::test]
async fn a_refusal_is_one_event_that_needs_no_span_to_be_understood() {
    let shop = watched_order().await;
    let stale = read(&shop.quiet).await;
    let update = shop.quiet.update(Order::key("o1"));
    update.set(|o| o.stock.to(4)).send().await.unwrap();
    let recording = Recording::start();
    let save = shop
        .store
        .save(stale)
        .when(|o| o.stock.ge(5).and(o.status.eq(Status::Pending)));
    refused(save.send().await);
    let refused_by = "expected version 1, found version 2; `stock >= ?` is false";
    let span = recording.span();
    assert_eq!(span.get("outcome"), Some("conflict"));
    assert_eq!(span.get("refused_by"), Some(refused_by));
    assert_eq!(span.get("attempts"), Some("1"));
    let event = recording.event();
    assert_eq!(
        (event.target, event.level),
        ("dynacond::trace", Level::INFO)
    );
    assert_eq!(event.within, Some(0), "it stands in the span of its write");
    let key = Order::key("o1").to_string();
    let expected = fields([
        ("message", "write refused"),
        ("table", "shop"),
        ("item_type", "Order"),
        ("verb", "save"),
        ("key", key.as_str()),
        ("outcome", "conflict"),
        ("refused_by", refused_by),
        ("attempt", "1"),
        ("requests", "1"),
    ]);
    assert_eq!(event.fields, expected);
}

#[tokio::test]
async fn every_kind_of_refusal_is_told_by_its_name() {
    let shop = watched_order().await;
    let mut foreign = shop.quiet.create(Order {
        id: "o2".into(),
        ..order()
    });
    foreign = foreign.when(|_| attr("pk").not_exists());
    let other = foreign.send().await.unwrap();
    shop.quiet.delete(other.clone()).send().await.unwrap();
    let store = &shop.store;
    let recording = Recording::start();
    refused(store.create(order()).send().await);
    refused(store.delete(other).send().await);
    let update = store.update(Order::key("o1")).set(|o| o.stock.subtract(11));
    refused(update.send().await);
    let outcomes: Vec<_> = recording
        .spans()
        .iter()
        .map(|span| span.get("outcome").unwrap().to_owned())
        .collect();
    assert_eq!(
        outcomes,
        ["already_exists", "not_found", "condition_failed"]
    );
    assert!(recording.events().iter().all(|e| e.level == Level::INFO));
    assert_eq!(recording.events().len(), 3, "one for each");
}

#[tokio::test]
async fn an_unknown_outcome_is_a_warning_with_the_key() {
    let shop = watched_order().await;
    shop.local.on("UpdateItem").inject(Fault::LoseRequest);
    let recording = Recording::start();
    let update = shop.store.update(Order::key("o1"));
    refused(update.set(|o| o.stock.add(1)).send().await);
    let span = recording.span();
    assert_eq!(span.get("outcome"), Some("outcome_unknown"));
    assert_eq!(span.get("refused_by"), None);
    let event = recording.event();
    assert_eq!(event.level, Level::WARN);
    assert_eq!(event.within, Some(0));
    let key = Order::key("o1").to_string();
    let expected = fields([
        ("message", "outcome unknown"),
        ("table", "shop"),
        ("item_type", "Order"),
        ("verb", "update"),
        ("key", key.as_str()),
        ("outcome", "outcome_unknown"),
        ("cause", "connection reset"),
        ("attempt", "1"),
        // The update, and the read that looked for it.
        ("requests", "2"),
    ]);
    assert_eq!(event.fields, expected);
}

/// Warnings matter most where nothing else is listened to.
#[tokio::test]
async fn a_subscriber_to_warnings_alone_hears_of_an_unknown_outcome() {
    let shop = watched_order().await;
    shop.local.on("UpdateItem").inject(Fault::LoseRequest);
    let recording = Recording::from(Level::WARN);
    let update = shop.store.update(Order::key("o1"));
    refused(update.set(|o| o.stock.add(1)).send().await);
    assert_eq!(recording.event().level, Level::WARN);
    assert!(recording.spans().is_empty());
}

#[tokio::test]
async fn each_attempt_of_a_modify_is_a_span_and_each_refusal_an_event() {
    let shop = watched_order().await;
    shop.local.on("UpdateItem").inject(rival_buys_one());
    let recording = Recording::start();
    let modify = shop.store.modify(Order::key("o1"), |o| o.stock -= 1);
    modify.send().await.unwrap();
    // The rival is an update, and traced as well.
    let traced: Vec<_> = recording
        .spans()
        .iter()
        .map(|span| {
            format!(
                "{} {}",
                span.get("verb").unwrap(),
                span.get("outcome").unwrap()
            )
        })
        .collect();
    assert_eq!(
        traced,
        ["modify conflict", "update applied", "modify applied"]
    );
    assert_eq!(recording.event().within, Some(0));
}

#[tokio::test]
async fn the_refusals_of_a_modify_are_counted() {
    let shop = watched_order().await;
    let rival = rival_buys_one();
    shop.local.on("UpdateItem").times(3).inject(rival);
    let recording = Recording::start();
    let modify = shop.store.modify(Order::key("o1"), |o| o.stock -= 1);
    modify.send().await.unwrap();
    let events = recording.events();
    let counts = events.iter().map(|event| {
        let number = |field| event.get(field).unwrap().parse::<u32>().unwrap();
        (number("attempt"), number("requests"))
    });
    // The item is read first, and again after each pause.
    assert_eq!(counts.collect::<Vec<_>>(), [(1, 2), (2, 3), (3, 5)]);
    assert!(
        events
            .iter()
            .all(|event| event.get("verb") == Some("modify"))
    );
}

#[tokio::test]
async fn what_failed_is_told_with_its_outcome() {
    let shop = watched_order().await;
    shop.local.on("UpdateItem").times(3).inject(Fault::Throttle);
    let recording = Recording::start();
    let update = shop.store.update(Order::key("o1"));
    refused(update.set(|o| o.stock.add(1)).send().await);
    let event = recording.event();
    assert_eq!(event.level, Level::DEBUG);
    let key = Order::key("o1").to_string();
    let expected = fields([
        ("message", "write failed"),
        ("table", "shop"),
        ("item_type", "Order"),
        ("verb", "update"),
        ("key", key.as_str()),
        ("outcome", "throttled"),
        ("attempt", "1"),
        ("requests", "3"),
    ]);
    assert_eq!(event.fields, expected);
}

/// The attempts of a span are those of its write: summed over the spans they are the requests on the wire.
#[tokio::test]
async fn the_attempts_of_all_spans_together_are_no_more_than_the_requests() {
    let shop = watched_order().await;
    shop.local
        .on("UpdateItem")
        .times(2)
        .inject(rival_buys_one());
    let recording = Recording::start();
    let modify = shop.store.modify(Order::key("o1"), |o| o.stock -= 1);
    modify.send().await.unwrap();
    let attempts: usize = recording
        .spans()
        .iter()
        .filter(|span| span.get("verb") == Some("modify"))
        .map(|span| span.get("attempts").unwrap().parse::<usize>().unwrap())
        .sum();
    let requests = shop.local.operations().len();
    assert!(
        attempts <= requests,
        "{attempts} attempts, {requests} requests"
    );
}

#[tokio::test]
async fn what_is_not_sent_is_not_traced() {
    let shop = watched_order().await;
    let order = read(&shop.quiet).await;
    let recording = Recording::start();
    shop.store.save(order).send().await.unwrap();
    refused(shop.store.update(Order::key("o1")).send().await);
    let create = shop.store.create(super::support::order());
    refused(create.when(|_| attr("a").is_in([0; 0])).send().await);
    assert!(recording.spans().is_empty() && recording.events().is_empty());
    assert!(shop.local.operations().is_empty());
}

#[tokio::test]
async fn a_dropped_write_leaves_a_span_without_an_outcome() {
    let shop = watched_order().await;
    shop.local.on("UpdateItem").inject(Fault::HangAfter);
    let recording = Recording::start();
    let update = shop.store.update(Order::key("o1"));
    let update = update.set(|o| o.stock.add(1)).send();
    tokio::time::timeout(std::time::Duration::from_millis(5), update)
        .await
        .unwrap_err();
    assert_eq!(recording.span().get("outcome"), None);
    assert!(recording.events().is_empty());
}

const SECRETS: [&str; 3] = ["s3cret", "424242", "424,242"];

fn secret_order() -> Order {
    Order {
        id: "o1".into(),
        status: Status::Pending,
        stock: 424_242,
        address: Address {
            street: "s3cret street".into(),
            city: "s3cret city".into(),
        },
        note: Some("s3cret note".into()),
    }
}

/// Every outcome that a write can have, with values that must not be told.
async fn every_outcome(local: &Local, store: &Store, quiet: &Store) {
    let key = Order::key("o1");
    let mut saved = store.create(secret_order()).send().await.unwrap();
    let stale = saved.clone();
    saved.note = Some("s3cret other".into());
    saved.address.city = "s3cret town".into();
    let saved = store.save(saved).send_metered().await.outcome.unwrap();

    refused(store.create(secret_order()).send().await);
    let conflict = store
        .save(stale)
        .when(|o| o.note.eq("s3cret") | o.stock.eq(424_242));
    refused(conflict.send().await);
    let update = || store.update(&key).set(|o| o.note.to("s3cret new"));
    refused(
        update()
            .when(|o| o.note.begins_with("s3cret x"))
            .send_metered()
            .await
            .outcome,
    );
    let missing = store.update(Order::key("o2"));
    refused(missing.set(|o| o.stock.to(424_242)).send().await);
    let sell = store.update(&key).set(|o| o.stock.subtract(424_243));
    refused(sell.send().await);
    let parsed = dynacond::Condition::parse(
        "note = :n AND #s IN (:a, :b)",
        [("#s".to_owned(), "stock".to_owned())].into(),
        [
            (":n".to_owned(), s("s3cret")),
            (":a".to_owned(), super::support::n(424_242)),
            (":b".to_owned(), super::support::n(4_242_421)),
        ]
        .into(),
    );
    let parsed = parsed.unwrap();
    refused(store.delete(&key).when(|_| parsed).send().await);

    for fault in [
        Fault::LoseRequest,
        Fault::LoseAnswer,
        Fault::Status500After,
        Fault::Throttle,
    ] {
        local.on("UpdateItem").inject(fault);
        drop(update().send().await);
    }
    local.on("UpdateItem").inject(rival_buys_one());
    let modify = store.modify(&key, |o| o.note = Some("s3cret modified".into()));
    modify.send().await.unwrap();
    local.on("DeleteItem").inject(Fault::LoseRequest);
    let delete = store.delete(&key).when(|o| o.note.contains("s3cret"));
    let error = refused(delete.send().await);
    let Error::OutcomeUnknown(unknown) = error else {
        panic!("{error}");
    };
    local.on("UpdateItem").times(3).inject(Fault::Throttle);
    refused(update().send().await);

    // Nothing that DynamoDB says of a value is traced.
    set_raw(quiet, Order::key("o1"), "stock", Some(s("s3cret stock"))).await;
    refused(
        store
            .update(&key)
            .set(|o| o.stock.add(424_242))
            .send()
            .await,
    );
    refused(store.get(&key).send().await);
    drop(store.replace(saved).send().await);
    unknown.resend::<()>().await.unwrap();

    // An item without a version is adopted, and compared.
    let mut item = super::support::unversioned_order_item();
    item.insert("note".into(), s("s3cret"));
    put_raw::<Order>(quiet, item).await;
    let order = read(quiet).await;
    set_raw(quiet, Order::key("o1"), "note", Some(s("s3cret too"))).await;
    refused(store.replace(order).send().await);
}

#[tokio::test]
async fn no_value_is_traced_at_any_level() {
    let shop = watched::<Order>().await;
    let recording = Recording::start();
    every_outcome(&shop.local, &shop.store, &shop.quiet).await;
    let (spans, events) = (recording.spans(), recording.events());
    assert!(spans.len() > 15 && events.len() > 8, "it was recorded");
    for traced in spans.iter().chain(&events) {
        for (field, text) in &traced.fields {
            for secret in SECRETS {
                assert!(!text.contains(secret), "{field}: {text}");
            }
        }
    }
    let levels: Vec<_> = events.iter().map(|event| event.level).collect();
    for level in [Level::INFO, Level::WARN, Level::DEBUG] {
        assert!(levels.contains(&level), "each kind of event is among them");
    }
}

#[tokio::test]
async fn keys_are_traced_in_no_field_where_they_are_switched_off() {
    let shop = watched::<Order>().await;
    let store = Store::builder(shop.local.client())
        .trace_keys(false)
        .build();
    let recording = Recording::start();
    every_outcome(&shop.local, &store, &shop.quiet).await;
    // The quiet store traces its keys; it writes nothing that is refused.
    for traced in recording.spans().iter().chain(&recording.events()) {
        assert_eq!(traced.get("key"), None);
        assert!(
            !format!("{:?}", traced.fields).contains("order#o"),
            "{traced:?}"
        );
    }
    assert!(recording.events().len() > 8);
}
