//! Items with neither version nor write id: nothing is stamped, and what needs no guard works.
use dynacond::{Error, InvalidInput, Store, Stored, Versioned};
use dynacond_local::Fault;
use serde::{Deserialize, Serialize};

use super::support::{fresh_store, item, n, put_raw, raw, refused, s, watched};

/// Its `item_version` is an attribute like any other.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Versioned)]
#[dynacond(table = "events", version = false, write_id = false)]
struct Event {
    #[dynacond(partition_key)]
    id: String,
    count: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    item_version: Option<String>,
}

/// Its key is all that it stores.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Versioned)]
#[dynacond(table = "marks", version = false, write_id = false)]
struct Mark {
    #[dynacond(partition_key)]
    id: String,
}

fn event(count: u32) -> Event {
    Event {
        id: "e1".into(),
        count,
        item_version: Some("theirs".into()),
    }
}

fn event_item(count: u32) -> dynacond::Item {
    item([
        ("id", s("e1")),
        ("count", n(count)),
        ("item_version", s("theirs")),
    ])
}

fn key() -> dynacond::Key<Event> {
    Event::key("e1")
}

async fn found(store: &Store) -> Option<dynacond::Item> {
    raw(store, key()).await
}

#[tokio::test]
async fn nothing_is_stamped_by_any_verb() {
    let store = fresh_store::<Event>().await;
    let created = store.create(event(1)).send().await.unwrap();
    assert_eq!(found(&store).await, Some(event_item(1)));
    assert_eq!(Stored::version(&created), 0);
    assert_eq!(Stored::write_id(&created), None);
    let error = refused(store.create(event(2)).send().await);
    assert!(matches!(error, Error::AlreadyExists(_)), "{error}");

    let put = store.put(event(2)).when(|e| e.count.eq(1));
    assert_eq!(*put.send().await.unwrap(), event(2));
    assert_eq!(found(&store).await, Some(event_item(2)));

    let add = || store.update(key()).set(|e| e.count.add(1));
    add().send().await.unwrap();
    let error = refused(add().when(|e| e.count.lt(3)).send().await);
    assert!(matches!(error, Error::ConditionFailed(_)), "{error}");
    let ours = error.current::<Event>().unwrap().unwrap();
    assert_eq!(*ours, event(3));
    store
        .update(key())
        .set(|e| e.item_version.to("ours"))
        .send()
        .await
        .unwrap();
    store
        .update(key())
        .set(|e| e.item_version.to("theirs"))
        .send()
        .await
        .unwrap();
    assert_eq!(found(&store).await, Some(event_item(3)));

    let read = store.get(key()).send().await.unwrap().unwrap();
    assert_eq!(*read, event(3));
    let (one, none) = store
        .get_all((key(), Event::key("e2")))
        .send()
        .await
        .unwrap();
    assert_eq!(*one.unwrap(), event(3));
    assert!(none.is_none());
    let all = store
        .query(Event::partition("e1"))
        .all()
        .send()
        .await
        .unwrap();
    assert_eq!(all.len(), 1);

    let delete = |count| store.delete(key()).when(move |e| e.count.eq(count));
    let error = refused(delete(4).send().await);
    assert!(matches!(error, Error::ConditionFailed(_)), "{error}");
    delete(3).send().await.unwrap();
    assert_eq!(found(&store).await, None);
    add().or_create(event(7)).send().await.unwrap();
    assert_eq!(found(&store).await, Some(event_item(8)));
}

#[tokio::test]
async fn a_put_keeps_what_the_struct_does_not_know() {
    let store = fresh_store::<Event>().await;
    let mut theirs = event_item(1);
    theirs.insert("extra".into(), s("kept"));
    put_raw::<Event>(&store, theirs.clone()).await;
    store.put(event(2)).unconditional().send().await.unwrap();
    theirs.insert("count".into(), n(2));
    assert_eq!(found(&store).await, Some(theirs));
}

#[tokio::test]
async fn a_struct_that_stores_its_key_alone_is_put() {
    let store = fresh_store::<Mark>().await;
    let mark = || Mark { id: "m1".into() };
    for _ in 0..2 {
        let stored = store.put(mark()).unconditional().send().await.unwrap();
        assert_eq!(*stored, mark());
        assert_eq!(
            raw(&store, Mark::key("m1")).await,
            Some(item([("id", s("m1"))]))
        );
    }
    // DynamoDB takes no such update in a transaction.
    let put = store.put(mark()).unconditional();
    let error = refused(store.transact_write((put,)).send().await);
    let Error::Invalid(invalid) = &error else {
        panic!("{error}");
    };
    assert!(matches!(invalid, InvalidInput::KeyAlone { .. }), "{error}");
}

#[tokio::test]
async fn a_transaction_of_such_writes_is_all_or_nothing() {
    let store = fresh_store::<Event>().await;
    let other = |id: &str| Event {
        id: id.into(),
        ..event(1)
    };
    store.create(event(1)).send().await.unwrap();
    store.create(other("old")).send().await.unwrap();
    let write = |expected| {
        store.transact_write((
            store.create(other("new")),
            store.update(key()).set(|e| e.count.add(1)),
            store.delete(Event::key("old")).unconditional(),
            store.put(other("put")).when(|e| e.count.not_exists()),
            store.check(Event::key("old"), move |e| e.count.eq(expected)),
        ))
    };
    // Two actions on one item are no transaction.
    let error = refused(write(1).send().await);
    assert!(matches!(error, Error::Invalid(_)), "{error}");
    let write = |count| {
        store.transact_write((
            store.create(other("new")),
            store
                .update(key())
                .set(|e| e.count.add(1))
                .when(move |e| e.count.eq(count)),
            store.delete(Event::key("old")).unconditional(),
            store.put(other("put")).unconditional(),
        ))
    };
    let error = refused(write(9).send().await);
    assert!(matches!(error, Error::ConditionFailed(_)), "{error}");
    assert_eq!(raw(&store, Event::key("new")).await, None);
    let (created, updated, (), _) = write(1).send().await.unwrap();
    assert_eq!((created.count, updated.write_id), (1, None));
    assert_eq!(found(&store).await, Some(event_item(2)));
    assert_eq!(raw(&store, Event::key("old")).await, None);
    assert!(raw(&store, Event::key("put")).await.is_some());
}

#[tokio::test]
async fn a_lost_answer_is_unknown_and_nothing_is_sent_twice() {
    let shop = watched::<Event>().await;
    for (operation, fault) in [
        ("PutItem", Fault::LoseAnswer),
        ("UpdateItem", Fault::LoseAnswer),
        ("DeleteItem", Fault::LoseRequest),
    ] {
        shop.local.clear_log();
        shop.local.on(operation).inject(fault);
        let lost = match operation {
            "PutItem" => shop.store.create(event(1)).send().await.map(drop),
            "UpdateItem" => {
                let add = shop.store.update(key()).set(|e| e.count.add(1));
                add.send().await.map(drop)
            }
            _ => shop.store.delete(key()).unconditional().send().await,
        };
        let error = refused(lost);
        assert!(error.is_outcome_unknown(), "{error}");
        // No id could be found, so nothing is read.
        assert_eq!(shop.local.operations(), [operation]);
    }
    assert_eq!(raw(&shop.quiet, key()).await, Some(event_item(2)));
    // As a transaction, a token makes it one.
    shop.local
        .on("TransactWriteItems")
        .inject(Fault::LoseAnswer);
    let add = shop.store.update(key()).set(|e| e.count.add(1));
    shop.store.transact_write((add,)).send().await.unwrap();
    assert_eq!(raw(&shop.quiet, key()).await, Some(event_item(3)));
}

/// Has a version, and no write id.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Versioned)]
#[dynacond(table = "counts", write_id = false)]
struct Counter {
    #[dynacond(partition_key)]
    id: String,
    count: u32,
}

/// The item does not show that the first attempt wrote it, so it must not be given as the old item.
#[tokio::test]
async fn a_resent_put_gives_no_old_item_that_may_be_its_own() {
    let shop = watched::<Event>().await;
    shop.quiet.create(event(1)).send().await.unwrap();
    shop.local.on("UpdateItem").inject(Fault::LoseAnswer);
    let put = shop.store.put(event(2)).unconditional().returning_old();
    let Err(Error::OutcomeUnknown(unknown)) = put.send().await else {
        panic!("nothing tells what became of it");
    };
    let error = refused(unknown.resend::<Option<Stored<Event>>>().await);
    let Error::OldItemLost(lost) = &error else {
        panic!("{error}");
    };
    assert_eq!(lost.item(), Some(&event_item(2)));
}

/// Creates the item after a lost answer in each way: once sent, until answered, sent again by its caller, and in a transaction.
async fn created_after_a_lost_answer<T: Versioned>(new: fn() -> T) -> [&'static str; 4] {
    let label = |answer: dynacond::Result| answer.map_or_else(|error| error.label(), |()| "ok");
    let lost = async || {
        let shop = watched::<T>().await;
        let writes = ["PutItem", "TransactWriteItems"];
        for write in writes {
            shop.local.on(write).inject(Fault::LoseAnswer);
        }
        shop
    };
    let shop = lost().await;
    let Err(Error::OutcomeUnknown(unknown)) = shop.store.create(new()).send().await else {
        panic!("nothing tells what became of it");
    };
    let resent = unknown.resend::<Stored<T>>().await.map(drop);
    let shop = lost().await;
    let create = shop.store.create(new()).until_answered();
    let error = create.send().await.map(drop).expect_err("refused");
    let refusal = error.refusal().expect("a refusal");
    assert!(refusal.follows_lost_answer(), "{error}");
    let answered = label(Err(error));
    let shop = lost().await;
    let once = shop.store.transact_write((shop.store.create(new()),));
    let once = label(once.send().await.map(drop));
    let shop = lost().await;
    let token = format!("{:032x}", fastrand::u128(..));
    let twice = async || {
        let create = (shop.store.create(new()),);
        shop.store.transact_write(create).token(&token).send().await
    };
    twice().await.unwrap();
    [
        label(resent),
        answered,
        once,
        label(twice().await.map(drop)),
    ]
}

#[tokio::test]
async fn without_a_write_id_only_a_transaction_knows_its_own_create_again() {
    tokio::time::pause();
    let expected = ["outcome_unknown", "already_exists", "ok", "ok"];
    assert_eq!(created_after_a_lost_answer(|| event(1)).await, expected);
    let counter = || Counter {
        id: "c1".into(),
        count: 1,
    };
    assert_eq!(created_after_a_lost_answer(counter).await, expected);
}

#[tokio::test]
async fn without_a_write_id_a_save_and_a_condition_that_the_write_makes_false_are_refused_by_themselves()
 {
    tokio::time::pause();
    let shop = watched::<Counter>().await;
    let counter = Counter {
        id: "c1".into(),
        count: 1,
    };
    let mut counter = shop.quiet.create(counter).send().await.unwrap();
    let follows = |error: Error| {
        let follows = error.refusal().expect("a refusal").follows_lost_answer();
        assert!(follows, "{error}");
        error.label()
    };
    shop.local.on("UpdateItem").inject(Fault::LoseAnswer);
    counter.count = 2;
    let save = shop.store.save(counter).until_answered();
    assert_eq!(follows(refused(save.send().await)), "conflict");

    shop.local.on("UpdateItem").inject(Fault::LoseAnswer);
    let update = shop.store.update(Counter::key("c1"));
    let update = update.set(|c| c.count.to(3)).when(|c| c.count.lt(3));
    let refusal = refused(update.until_answered().send().await);
    assert_eq!(follows(refusal), "condition_failed");

    let counter = shop.quiet.get(Counter::key("c1")).send().await.unwrap();
    let mut counter = counter.unwrap();
    assert_eq!((counter.count, Stored::version(&counter)), (3, 3));
    shop.local
        .on("TransactWriteItems")
        .inject(Fault::LoseAnswer);
    counter.count = 4;
    let save = (shop.store.save(counter),);
    shop.store.transact_write(save).send().await.unwrap();
}
