//! Writes that are sent again until they are answered: each ends applied or refused, and no attempt overwrites what was
//! written by somebody who knew the write.
use std::collections::BTreeSet;

use dynacond::{
    Action, Error, InvalidInput, Result, RetryPolicy, Store, Stored, Versioned as _, attr,
};
use dynacond_local::{Fault, Request};

use super::support::{
    Order, Watched, n, order, put_raw, raw, raw_and_id, read, refused, rival_buys_one,
    rival_saves_one, s, stored_order, unversioned_order_item, watched, watched_order,
};

const VERBS: [&str; 16] = [
    "create",
    "save",
    "touch",
    "put",
    "put when",
    "put at",
    "put at a content",
    "replace",
    "replace stored",
    "replace stored, unversioned",
    "update",
    "update at version",
    "or_create",
    "delete",
    "delete stored",
    "delete or gone",
];

/// A store whose pauses take no time worth naming: the clock is paused.
fn patient(shop: &Watched) -> Store {
    let store = Store::builder(shop.local.client());
    store.retry(RetryPolicy::default()).build()
}

/// Sends the verb until it is answered. Each one that leaves an item leaves the note.
async fn send(shop: &Watched, store: &Store, verb: &str) -> Result<()> {
    let key = || Order::key("o1");
    let mine = || Order {
        note: Some("mine".into()),
        ..order()
    };
    let noted = async || {
        let mut order = read(&shop.quiet).await;
        order.note = Some("mine".into());
        order
    };
    let update = || store.update(key()).set(|o| o.note.to("mine"));
    match verb {
        "create" => {
            let create = store.create(mine()).until_answered();
            create.send().await.map(drop)
        }
        "save" => {
            let save = store.save(noted().await).until_answered();
            save.send().await.map(drop)
        }
        "touch" => {
            let touch = store.touch(noted().await).until_answered();
            touch.send().await.map(drop)
        }
        "put" => {
            let put = store.put(mine()).unconditional().until_answered();
            put.send().await.map(drop)
        }
        "put when" => {
            let put = store.put(mine()).when(|o| o.stock.ge(1));
            put.until_answered().send().await.map(drop)
        }
        "put at" | "put at a content" => {
            let tag = Stored::tag(&read(&shop.quiet).await);
            let put = store.put(mine()).at(&tag).until_answered();
            put.send().await.map(drop)
        }
        "replace" => {
            let replace = store.replace(mine()).unconditional();
            replace.until_answered().send().await.map(drop)
        }
        "replace stored" | "replace stored, unversioned" => {
            let replace = store.replace(noted().await).until_answered();
            replace.send().await.map(drop)
        }
        "update" => update().until_answered().send().await.map(drop),
        "update at version" => {
            let update = update().at_version(1).until_answered();
            update.send().await.map(drop)
        }
        "or_create" => {
            let update = update().or_create(order()).until_answered();
            update.send().await.map(drop)
        }
        "delete" => {
            let delete = store.delete(key()).unconditional();
            delete.until_answered().send().await
        }
        "delete stored" => {
            let delete = store.delete(read(&shop.quiet).await);
            delete.until_answered().send().await
        }
        "delete or gone" => {
            let delete = store.delete(read(&shop.quiet).await).or_gone();
            delete.until_answered().send().await
        }
        other => panic!("{other}"),
    }
}

async fn shop_for(verb: &str) -> Watched {
    match verb {
        "create" => watched::<Order>().await,
        "put at a content" | "replace stored, unversioned" => {
            let shop = watched::<Order>().await;
            put_raw::<Order>(&shop.quiet, unversioned_order_item()).await;
            shop
        }
        _ => watched_order().await,
    }
}

fn lost() -> [Fault; 5] {
    [
        Fault::LoseRequest,
        Fault::LoseAnswer,
        Fault::DeliverAfter(1),
        Fault::Status500Before,
        Fault::Status500After,
    ]
}

#[track_caller]
fn assert_done(
    verb: &str,
    told: &Result<()>,
    note: Option<&dynacond::AttributeValue>,
    story: &str,
) {
    let deletes = verb.starts_with("delete");
    match told {
        Ok(()) if deletes => assert_eq!(note, None, "{story}"),
        Ok(()) => assert_eq!(note, Some(&s("mine")), "{story}"),
        // Nobody else writes: an earlier attempt has deleted the item.
        Err(Error::NotFound(refusal)) if verb == "delete stored" => {
            assert!(refusal.follows_lost_answer(), "{story}");
            assert_eq!(note, None, "{story}");
        }
        Err(error) => panic!("{story}: {error}"),
    }
}

#[tokio::test(start_paused = true)]
async fn whatever_is_lost_the_write_is_applied_and_its_caller_knows() {
    for verb in VERBS {
        for fault in lost() {
            for times in [1, 5] {
                let shop = shop_for(verb).await;
                shop.local.on_any().times(times).inject(fault.clone());
                let told = send(&shop, &patient(&shop), verb).await;
                shop.local.clear_faults();
                shop.local.deliver();
                let item = raw(&shop.quiet, Order::key("o1")).await;
                let note = item.as_ref().and_then(|item| item.get("note"));
                assert_done(verb, &told, note, &format!("{verb}, {times} times {fault}"));
            }
        }
    }
}

/// 30 % of all requests and answers are lost, among rivals who save.
#[tokio::test(start_paused = true)]
async fn with_a_third_of_all_answers_lost_every_call_ends_applied_or_refused() {
    let (mut unknown, mut lost_some) = (0, 0);
    for seed in 0..6 {
        for verb in VERBS {
            let shop = shop_for(verb).await;
            shop.local.random(seed, 0.3, lost());
            let told = send(&shop, &patient(&shop), verb).await;
            unknown += usize::from(matches!(told, Err(Error::OutcomeUnknown(_))));
            let log = shop.local.log();
            lost_some += usize::from(log.iter().any(|request| request.fault.is_some()));
            shop.local.clear_faults();
            shop.local.deliver();
            let item = raw(&shop.quiet, Order::key("o1")).await;
            let note = item.as_ref().and_then(|item| item.get("note"));
            assert_done(verb, &told, note, &format!("{verb}, seed {seed}"));
        }
    }
    assert_eq!(unknown, 0);
    // At 30 %, about half of the calls with two requests meet no fault.
    assert!(lost_some >= 6 * VERBS.len() / 4, "{lost_some} calls");
}

#[tokio::test(start_paused = true)]
async fn an_endpoint_that_stays_silent_leaves_the_outcome_unknown_when_the_policy_ends() {
    for verb in ["create", "put", "update", "delete", "save"] {
        let shop = shop_for(verb).await;
        let policy = RetryPolicy::default().with_attempts(4);
        let store = Store::builder(shop.local.client()).retry(policy).build();
        for operation in ["PutItem", "UpdateItem", "DeleteItem"] {
            let silent = shop.local.on(operation);
            silent.always().inject(Fault::LoseRequest);
        }
        let error = refused(send(&shop, &store, verb).await);
        assert!(error.is_outcome_unknown(), "{verb}: {error}");
        let log = shop.local.log();
        let writes = log.iter().filter(|r| r.operation != "GetItem").count();
        assert_eq!(writes, 4, "{verb}");
    }
}

/// The id that a `create` or a `put` stamps.
fn sent_id(request: &Request) -> String {
    let put = &request.body["Item"]["item_write_id"]["S"];
    let set = &request.body["ExpressionAttributeValues"][":item_write_id_2"]["S"];
    let id = put.as_str().or(set.as_str());
    id.expect("a write id").to_owned()
}

/// The second attempt is another request of the same write.
#[tokio::test(start_paused = true)]
async fn each_attempt_has_an_id_of_its_own_and_the_item_given_holds_the_last_one() {
    for verb in ["create", "put"] {
        let shop = shop_for(verb).await;
        shop.local.on_any().times(2).inject(Fault::DeliverLate);
        let store = patient(&shop);
        let stored = match verb {
            "create" => store.create(order()).until_answered().send().await,
            _ => {
                let put = store.put(order()).unconditional();
                put.until_answered().send().await
            }
        };
        let stored = stored.unwrap();
        let (_, id) = raw_and_id(&shop.quiet, Order::key("o1")).await;
        assert_eq!(Stored::write_id(&stored), Some(id.as_str()), "{verb}");
        let attempts: Vec<_> = shop.local.log().iter().map(sent_id).collect();
        let distinct: BTreeSet<_> = attempts.iter().collect();
        assert_eq!((attempts.len(), distinct.len()), (3, 3), "{verb}");
        assert_eq!(attempts.last(), Some(&id), "{verb}");
        // The first two arrive now, and are refused by the save of what was applied.
        let mut saved = stored;
        saved.stock = 1;
        shop.store.save(saved).send().await.unwrap();
        shop.local.deliver();
        assert_eq!(read(&shop.quiet).await.stock, 1, "{verb}");
    }
}

#[tokio::test(start_paused = true)]
async fn who_saved_the_write_is_not_written_over() {
    for verb in [
        "create",
        "put",
        "update",
        "or_create",
        "update at version",
        "save",
    ] {
        let shop = shop_for(verb).await;
        shop.local.on_any().inject(Fault::LoseAnswer);
        shop.local.on_any().inject(rival_saves_one());
        send(&shop, &patient(&shop), verb)
            .await
            .unwrap_or_else(|error| {
                // A save is recognised by its own id alone: the rival's item does not tell.
                assert!(verb == "save", "{verb}: {error}");
                assert!(error.refusal().unwrap().follows_lost_answer());
            });
        let stored = stored_order(&shop.quiet).await;
        assert_eq!((&stored["note"], &stored["stock"]), (&s("mine"), &n(9)));
        let sent = shop.local.operations().len();
        assert_eq!(
            sent, 2,
            "{verb}: the second attempt was refused by the item"
        );
    }
}

/// A `replace` of any version cannot know whether a later save is based on its own write, so it ends as a refusal.
#[tokio::test(start_paused = true)]
async fn a_replace_of_any_version_does_not_overwrite_a_save_that_may_be_based_on_it() {
    let shop = shop_for("replace").await;
    shop.local.on("PutItem").inject(Fault::LoseAnswer);
    shop.local.on("PutItem").inject(rival_saves_one());
    let answer = send(&shop, &patient(&shop), "replace").await;
    let stored = stored_order(&shop.quiet).await;
    assert_eq!((&stored["note"], &stored["stock"]), (&s("mine"), &n(9)));
    let error = answer.expect_err("a conflict");
    assert!(error.is_conflict(), "{error}");
    assert!(error.refusal().unwrap().follows_lost_answer());
}

/// The documented rest: a rival that writes by key alone hides the write, which is then applied over the rival's.
#[tokio::test(start_paused = true)]
async fn a_write_that_a_rival_hides_by_key_alone_is_applied_once_more() {
    let shop = watched_order().await;
    shop.local.on("UpdateItem").inject(Fault::LoseAnswer);
    shop.local.on("UpdateItem").inject(rival_buys_one());
    let update = patient(&shop)
        .update(Order::key("o1"))
        .set(|o| o.note.to("mine"));
    let stored = update.until_answered().send().await.unwrap();
    assert_eq!(
        (stored.stock, Stored::version(&stored)),
        (9, 4),
        "the rival's is kept"
    );
}

#[tokio::test(start_paused = true)]
async fn a_refusal_after_a_lost_answer_says_that_it_follows_one() {
    let shop = watched_order().await;
    let create = || patient(&shop).create(order()).until_answered();
    let error = refused(create().send().await);
    assert!(!error.refusal().unwrap().follows_lost_answer());
    assert!(!error.to_string().contains("no answer"), "{error}");
    shop.local.on("PutItem").inject(Fault::LoseRequest);
    let error = refused(create().send().await);
    let Error::AlreadyExists(refusal) = &error else {
        panic!("{error}")
    };
    assert!(refusal.follows_lost_answer());
    assert_eq!(
        **refusal.current::<Order>().unwrap().as_ref().unwrap(),
        order()
    );
    let text = error.to_string();
    assert!(
        text.ends_with("an earlier attempt got no answer, and may have been applied before"),
        "{text}"
    );
    // Where the item tells, the refusal is like any other.
    let order = read(&shop.quiet).await;
    shop.local.on("UpdateItem").inject(Fault::LoseRequest);
    let save = patient(&shop).save(order).when(|o| o.stock.gt(10));
    let error = refused(save.until_answered().send().await);
    assert!(matches!(error, Error::ConditionFailed(_)), "{error}");
    assert!(!error.refusal().unwrap().follows_lost_answer());
}

#[tokio::test(start_paused = true)]
async fn an_update_that_copies_what_it_changes_is_not_sent_again() {
    let shop = watched_order().await;
    let update = || shop.store.update(Order::key("o1"));
    let swap = (attr("a").to(attr("b")), attr("b").to(attr("a")));
    let swapped = update().set(|_| swap).until_answered().send().await;
    let all = (0..149).map(|i| attr("stock").ne(i + 100));
    let long = update().set(|o| o.stock.to(1));
    let long = long.when(|_| dynacond::Condition::all(all));
    let long = long.until_answered().send().await;
    let error = refused(swapped);
    assert!(
        matches!(&error, Error::Invalid(InvalidInput::NotRepeatable { clause, .. }) if clause == "SET a = b"),
        "{error}"
    );
    let error = refused(long);
    assert!(
        matches!(
            &error,
            Error::Invalid(InvalidInput::NoRoomToSendAgain { .. })
        ),
        "{error}"
    );
    assert!(shop.local.operations().is_empty());
    // Another element would be removed, or one more appended behind the end.
    for element in [
        attr("lines").index(0).remove(),
        attr("lines").index(9).to("pen"),
    ] {
        let changed = update().set(|_| element).until_answered().preview();
        let error = refused(changed.map(drop));
        assert!(
            matches!(&error, Error::Invalid(InvalidInput::NotRepeatable { .. })),
            "{error}"
        );
    }
    // A copy of what stays is the same each time.
    let copy = update().set(|o| o.note.to(attr("pk")));
    copy.until_answered().preview().unwrap();
}

/// What an update text does is known only at run time.
#[test]
fn parsed_arithmetic_is_not_sent_again() {
    let store = Store::new(dynacond_local::client());
    for text in [
        "ADD stock :n",
        "SET stock = stock + :n",
        "SET stock = :n + stock",
        "SET stock = (:n - stock)",
        "SET stock = if_not_exists(stock, :n) - :n",
    ] {
        let actions = Action::parse(text, [].into(), [(":n".to_owned(), n(1))].into()).unwrap();
        let update = store.update(Order::key("o1")).set(|_| actions);
        let error = refused(update.until_answered().preview().map(drop));
        assert!(
            matches!(&error, Error::Invalid(InvalidInput::NotRepeatable { .. })),
            "{text}: {error}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_lost_stamp_is_no_lost_write() {
    let shop = watched::<Order>().await;
    put_raw::<Order>(&shop.quiet, unversioned_order_item()).await;
    let order = read(&shop.quiet).await;
    // The stamp is lost, and refused when it is sent again. The replacement itself was not sent.
    shop.local.on("UpdateItem").inject(Fault::LoseRequest);
    shop.local.on("UpdateItem").inject(rival_buys_one());
    let replace = patient(&shop).replace(order).until_answered();
    let error = refused(replace.send().await);
    assert!(matches!(error, Error::Conflict(_)), "{error}");
    assert!(!error.refusal().unwrap().follows_lost_answer(), "{error}");
    assert!(!shop.local.operations().contains(&"PutItem".to_owned()));
}
