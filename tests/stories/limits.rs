//! The limits of an item: what DynamoDB counts, to the byte, and how a change near the limit goes out.
use dynacond::{AttributeValue, Error, InvalidInput, Item, Rule, Store, Stored, Versioned, attr};
use serde::{Deserialize, Serialize};

use super::support::{Order, n, refused, stored_order, watched, watched_order};

const LIMIT: usize = 409_600;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Versioned)]
#[dynacond(table = "series")]
struct Series {
    #[dynacond(partition_key)]
    id: String,
    at: Vec<i64>,
    text: String,
}

fn series(text: usize) -> Series {
    Series {
        id: "s1".into(),
        at: vec![1_700_000_000_000, -42],
        text: "x".repeat(text),
    }
}

/// What all but the text counts: names, the key, a list of 3 + (1 + 2) + (1 + 3), version 1, and 32 digits of a write id.
const REST: usize = ("id".len() + 2)
    + ("at".len() + 3 + 3 + 4)
    + "text".len()
    + ("item_version".len() + 2)
    + ("item_write_id".len() + 32);

#[tokio::test]
async fn an_item_is_counted_to_the_byte() {
    let shop = watched::<Series>().await;
    let full = series(LIMIT - REST);
    shop.store.create(full).send().await.unwrap();
    let error = refused(shop.quiet.create(series(LIMIT - REST + 1)).send().await);
    let Error::Invalid(InvalidInput::TooLarge { bytes, limit, .. }) = error else {
        panic!("{error}");
    };
    assert_eq!((bytes, limit), (LIMIT + 1, LIMIT));
}

#[tokio::test]
async fn fifty_thousand_timestamps_are_150_kb() {
    let shop = watched::<Series>().await;
    let at = vec![1_700_000_000_000; 50_000];
    let many = Series { at, ..series(1) };
    let stored = shop.store.create(many).send().await.unwrap();
    assert_eq!(stored.at.len(), 50_000);
}

/// An update is counted from its request alone, and for some bytes more than the item that it leaves.
#[tokio::test]
async fn a_save_near_the_limit_goes_out_whole_and_keeps_what_the_struct_does_not_know() {
    let shop = watched::<Series>().await;
    shop.quiet.create(series(10)).send().await.unwrap();
    super::support::set_raw(&shop.quiet, Series::key("s1"), "k", Some(n(1))).await;
    let mut stored = shop
        .quiet
        .get(Series::key("s1"))
        .send()
        .await
        .unwrap()
        .unwrap();
    stored.text = "y".repeat(LIMIT - REST - 3);
    let preview = shop.store.save(stored.clone()).preview().unwrap();
    assert_eq!(preview.operation(), "PutItem");
    let stored = shop.store.save(stored).send().await.unwrap();
    assert_eq!(shop.local.operations(), ["PutItem"]);
    assert_eq!(Stored::version(&stored), 2);
    assert_eq!(Stored::item(&stored)["k"], n(1));
    // A small change of the same item is an update.
    let mut stored = stored;
    stored.at.pop();
    shop.store.save(stored).send().await.unwrap();
    assert_eq!(shop.local.operations(), ["PutItem", "UpdateItem"]);
}

#[tokio::test]
async fn an_update_that_is_counted_for_more_than_the_limit_is_never_sent() {
    let shop = watched_order().await;
    let note = |bytes: usize| {
        let update = shop.store.update(Order::key("o1"));
        update.set(|o| o.note.to("x".repeat(bytes)))
    };
    // 3, the note's clause, that of the version (its sum starts from what is stored, or 0), and that of the write id.
    let version = 19 + 12 + 34 + (39 + 15 + 12 + 1) + 2;
    let rest = 3 + (19 + 4) + version + (19 + 13 + 32);
    let error = refused(note(LIMIT - rest + 1).send().await);
    let Error::Expression(error) = error else {
        panic!("{error}");
    };
    assert_eq!(
        error.rule,
        Rule::UpdateTooLarge {
            bytes: LIMIT + 1,
            limit: LIMIT
        }
    );
    assert!(shop.local.operations().is_empty());
    // One byte less is taken: what else the item holds does not count.
    note(LIMIT - rest).send().await.unwrap();
    assert_eq!(shop.local.operations(), ["UpdateItem"]);
}

#[tokio::test]
async fn a_save_in_a_transaction_near_the_limit_is_a_put() {
    let shop = watched::<Series>().await;
    let mut stored = shop.quiet.create(series(10)).send().await.unwrap();
    stored.text = "y".repeat(LIMIT - REST);
    let written = shop
        .store
        .transact_write((shop.store.save(stored),))
        .send()
        .await;
    assert_eq!(Stored::version(&written.unwrap().0), 2);
    let all = |text: char| {
        let shop = &shop;
        async move {
            let run = shop.store.transact(|tx| -> dynacond::Result<()> {
                let mut stored = tx.require(Series::key("s1"))?;
                stored.text = text.to_string().repeat(LIMIT - REST);
                tx.put(stored).map(drop)
            });
            run.send().await
        }
    };
    all('z').await.unwrap();
    let operations = shop.local.operations();
    assert_eq!(operations, ["TransactWriteItems", "GetItem", "PutItem"]);
}

fn deep(maps: usize) -> AttributeValue {
    (0..maps).fold(n(1), |inner, _| {
        AttributeValue::M(Item::from([("x".to_owned(), inner)]))
    })
}

/// Neither the path nor the value is too deep, but what they make together is.
#[tokio::test]
async fn an_item_that_would_nest_too_deep_is_rejected() {
    let shop = watched_order().await;
    let set = |store: &Store, maps| {
        let inner = |value: AttributeValue| attr("deep").at_name("x").at_name("y").to(value);
        store.update(Order::key("o1")).set(|_| inner(deep(maps)))
    };
    let start = shop.quiet.update(Order::key("o1"));
    start
        .set(|_| attr("deep").to(deep(2)))
        .send()
        .await
        .unwrap();
    let before = stored_order(&shop.quiet).await;
    let error = refused(set(&shop.store, 30).send().await);
    assert!(matches!(error, Error::UpdateRejected(_)), "{error}");
    assert_eq!(stored_order(&shop.quiet).await, before);
    set(&shop.store, 29).send().await.unwrap();
    // In a transaction the update is applied here first, with the same answer.
    for (maps, rejected) in [(29, false), (30, true)] {
        let run = shop.store.transact(|tx| -> dynacond::Result<()> {
            tx.require(Order::key("o1"))?;
            let inner = attr("deep").at_name("x").at_name("z");
            tx.update(Order::key("o1"), |_| inner.clone().to(deep(maps)))
        });
        let outcome = run.send().await;
        assert_eq!(outcome.is_err(), rejected, "{outcome:?}");
        assert!(outcome.is_ok() || matches!(outcome, Err(Error::UpdateRejected(_))));
    }
}

#[tokio::test]
async fn a_number_that_leaves_its_range_or_its_digits_is_rejected_on_every_way() {
    let nines = "9".repeat(38);
    for (stored, added) in [
        (format!("{nines}e87"), format!("{nines}e87")),
        ("-9e125".to_owned(), "-9e125".to_owned()),
        (nines.clone(), "0.1".to_owned()),
        ("2e-130".to_owned(), "-1.5e-130".to_owned()),
    ] {
        let shop = watched_order().await;
        let (stored, added) = (AttributeValue::N(stored), AttributeValue::N(added));
        super::support::set_raw(&shop.quiet, Order::key("o1"), "sum", Some(stored)).await;
        let before = stored_order(&shop.quiet).await;
        let add = || {
            shop.store
                .update(Order::key("o1"))
                .set(|_| attr("sum").add(added.clone()))
        };
        let alone = refused(add().send().await);
        let together = refused(shop.store.transact_write((add(),)).send().await);
        let unread = shop
            .store
            .transact(|tx| tx.update(Order::key("o1"), |_| attr("sum").add(added.clone())));
        let read = shop.store.transact(|tx| -> dynacond::Result<()> {
            tx.require(Order::key("o1"))?;
            tx.update(Order::key("o1"), |_| attr("sum").add(added.clone()))
        });
        for error in [
            alone,
            together,
            refused(unread.send().await),
            refused(read.send().await),
        ] {
            assert!(
                matches!(error, Error::UpdateRejected(_)),
                "{added:?}: {error}"
            );
        }
        assert_eq!(stored_order(&shop.quiet).await, before);
    }
}
