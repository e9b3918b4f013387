//! Writes whose guard names no write id: an item that holds such a write refuses it, so that what arrives late is not
//! applied twice.
use dynacond::{Error, OutcomeUnknown, Result, Stored, Versioned as _};
use dynacond_local::Fault;

use super::support::{
    Counter, Order, Watched, n, order, put_raw, raw, raw_and_id, read, refused, rival_saves_one,
    stored_order, unversioned_order_item, watched, watched_order,
};

#[track_caller]
fn unknown<T>(result: Result<T>) -> Box<OutcomeUnknown> {
    match result {
        Err(Error::OutcomeUnknown(unknown)) => unknown,
        Err(other) => panic!("{other}"),
        Ok(_) => panic!("its answer was lost"),
    }
}

const VERBS: [&str; 9] = [
    "create",
    "update",
    "update when",
    "update at version",
    "or_create",
    "or_create anew",
    "put",
    "put when",
    "save unversioned",
];

/// Applied twice, each of them shows: in the stock, or in the version.
async fn send(shop: &Watched, verb: &str) -> Result<()> {
    let store = &shop.store;
    let update = || {
        store
            .update(Order::key("o1"))
            .set(|o| (o.stock.add(1), o.note.to("mine")))
    };
    let mine = || Order {
        note: Some("mine".into()),
        ..order()
    };
    match verb {
        "create" => store.create(mine()).send().await.map(drop),
        "update" => update().send().await.map(drop),
        "update when" => update().when(|o| o.stock.ge(1)).send().await.map(drop),
        "update at version" => update().at_version(1).send().await.map(drop),
        "or_create" | "or_create anew" => update().or_create(order()).send().await.map(drop),
        "put" => store.put(mine()).unconditional().send().await.map(drop),
        "put when" => {
            let put = store.put(mine()).when(|o| o.stock.ge(1));
            put.send().await.map(drop)
        }
        "save unversioned" => {
            let mut order = read(&shop.quiet).await;
            order.note = Some("mine".into());
            order.stock += 1;
            store.save(order).send().await.map(drop)
        }
        other => panic!("{other}"),
    }
}

async fn shop_for(verb: &str) -> Watched {
    match verb {
        "create" | "or_create anew" => watched::<Order>().await,
        "save unversioned" => {
            let shop = watched::<Order>().await;
            put_raw::<Order>(&shop.quiet, unversioned_order_item()).await;
            shop
        }
        _ => watched_order().await,
    }
}

#[tokio::test]
async fn what_was_sent_again_is_not_applied_twice_by_the_late_request() {
    for verb in VERBS {
        let shop = shop_for(verb).await;
        for operation in ["PutItem", "UpdateItem"] {
            shop.local.on(operation).inject(Fault::DeliverLate);
        }
        let lost = unknown(send(&shop, verb).await);
        shop.local.clear_faults();
        lost.resend::<()>().await.unwrap();
        let once = stored_order(&shop.quiet).await;
        assert_eq!(once["note"], super::support::s("mine"), "{verb}");
        assert_eq!(shop.local.deliver(), 1, "{verb}");
        assert_eq!(stored_order(&shop.quiet).await, once, "{verb}");
        // And sent again after that, it is still told as applied.
        lost.resend::<()>().await.unwrap();
        assert_eq!(stored_order(&shop.quiet).await, once, "{verb}");
    }
}

#[tokio::test]
async fn what_arrived_late_before_it_is_sent_again_is_told_as_applied() {
    for verb in VERBS {
        let shop = shop_for(verb).await;
        for operation in ["PutItem", "UpdateItem"] {
            shop.local.on(operation).inject(Fault::DeliverLate);
        }
        let lost = unknown(send(&shop, verb).await);
        shop.local.clear_faults();
        shop.local.deliver();
        let once = stored_order(&shop.quiet).await;
        lost.resend::<()>().await.unwrap();
        assert_eq!(stored_order(&shop.quiet).await, once, "{verb}");
    }
}

/// The actions of a transaction as well: its token has a life of ten minutes.
#[tokio::test(start_paused = true)]
async fn an_action_without_a_version_is_refused_by_its_own_write_too() {
    let shop = watched_order().await;
    let update = |o: <Order as dynacond::Versioned>::Attributes| o.stock.add(1);
    let actions = (shop.store.update(Order::key("o1")).set(update),);
    shop.store.transact_write(actions).send().await.unwrap();
    let log = shop.local.log();
    let action = &log[0].body["TransactItems"][0]["Update"];
    let condition = action["ConditionExpression"].as_str().unwrap();
    assert!(
        condition.ends_with("NOT begins_with(#item_write_id, :item_write_id)"),
        "{condition}"
    );
    let asked = &action["ExpressionAttributeValues"][":item_write_id"];
    let (_, id) = raw_and_id(&shop.quiet, Order::key("o1")).await;
    assert_eq!(asked["S"], id[..16], "the stem of the write's own id");
}

#[tokio::test]
async fn an_item_without_a_write_id_takes_the_write() {
    let shop = watched::<Order>().await;
    put_raw::<Order>(&shop.quiet, unversioned_order_item()).await;
    send(&shop, "update").await.unwrap();
    assert_eq!(stored_order(&shop.quiet).await["stock"], n(11));
    put_raw::<Order>(&shop.quiet, unversioned_order_item()).await;
    send(&shop, "put").await.unwrap();
    assert_eq!(stored_order(&shop.quiet).await["item_version"], n(1));
    // And so does no item.
    shop.quiet
        .delete(Order::key("o1"))
        .unconditional()
        .send()
        .await
        .unwrap();
    send(&shop, "put").await.unwrap();
    assert_eq!(stored_order(&shop.quiet).await["item_version"], n(1));
}

#[tokio::test]
async fn the_clause_is_sent_only_where_nothing_else_refuses_the_write() {
    let shop = watched_order().await;
    let (store, order) = (&shop.store, read(&shop.quiet).await);
    let tag = Stored::tag(&order);
    let update = || store.update(Order::key("o1")).set(|o| o.stock.add(1));
    let only_once = |preview: Result<dynacond::Preview>| {
        let preview = preview.unwrap();
        preview.only_once().map(str::to_owned)
    };
    let clause = Some("NOT begins_with(#item_write_id, :item_write_id)".to_owned());
    let put = || store.put(super::support::order());
    let mut sold = order.clone();
    sold.stock = 1;
    let previews = [
        (update().preview(), true),
        (update().or_create(super::support::order()).preview(), true),
        (put().unconditional().preview(), true),
        (put().when(|o| o.stock.ge(1)).preview(), true),
        (update().at(&tag).preview(), false),
        (update().at_version(1).preview(), false),
        (store.save(sold).preview(), false),
        (store.replace(order.clone()).preview(), false),
        (store.delete(order).preview(), false),
        (
            store.delete(Order::key("o1")).unconditional().preview(),
            false,
        ),
        (store.create(super::support::order()).preview(), false),
    ];
    for (i, (preview, expected)) in previews.into_iter().enumerate() {
        let expected = clause.clone().filter(|_| expected);
        assert_eq!(only_once(preview), expected, "preview {i}");
    }
    // Without write ids there is nothing to be recognised by.
    let counters = dynacond::Store::new(dynacond_local::client());
    let count = counters
        .update(Counter::key("visits"))
        .set(|c| c.count.add(1));
    assert_eq!(only_once(count.preview()), None);
}

#[tokio::test]
async fn neither_a_refusal_nor_a_preview_takes_the_clause_for_the_callers_condition() {
    let shop = watched_order().await;
    let either = |o: <Order as dynacond::Versioned>::Attributes| o.stock.gt(10) | o.note.exists();
    let put = || shop.store.put(order()).when(either);
    let preview = put().preview().unwrap();
    assert_eq!(
        preview.condition(),
        Some("#stock > :stock OR attribute_exists(#note)")
    );
    let error = refused(put().send().await);
    let Error::ConditionFailed(refusal) = &error else {
        panic!("{error}")
    };
    let sent = shop.local.log()[0].body["ConditionExpression"].clone();
    assert_eq!(
        sent,
        "(#stock > :stock OR attribute_exists(#note)) AND NOT begins_with(#item_write_id, :item_write_id)"
    );
    assert!(refusal.guards().is_empty());
    let explained = refusal.condition().unwrap().to_string();
    assert!(!explained.contains("write_id"), "{explained}");
    assert!(!error.to_string().contains("write_id"), "{error}");
}

/// Nothing of a deletion remains in the table, so nothing recognises it.
#[tokio::test]
async fn a_delete_by_key_is_sent_again_at_the_callers_risk() {
    let shop = watched_order().await;
    shop.local.on("DeleteItem").inject(Fault::DeliverLate);
    let delete = shop.store.delete(Order::key("o1")).unconditional();
    let lost = unknown(delete.send().await);
    lost.resend::<()>().await.unwrap();
    shop.quiet.create(order()).send().await.unwrap();
    shop.local.deliver();
    assert!(raw(&shop.quiet, Order::key("o1")).await.is_none());
    // One at a tag is refused by what was created since.
    let shop = watched_order().await;
    let tag = Stored::tag(&read(&shop.quiet).await);
    shop.local.on("DeleteItem").inject(Fault::DeliverLate);
    let delete = shop.store.delete(Order::key("o1")).at(&tag);
    delete.send().await.unwrap();
    shop.quiet.create(order()).send().await.unwrap();
    shop.local.deliver();
    assert!(raw(&shop.quiet, Order::key("o1")).await.is_some());
}

/// The late request is refused by an item that holds the write, and by one that was saved since.
#[tokio::test]
async fn a_write_by_key_that_arrives_late_is_refused_by_a_save_of_what_was_sent_again() {
    let shop = watched_order().await;
    shop.local.on("UpdateItem").inject(Fault::DeliverLate);
    let lost = unknown(send(&shop, "update").await);
    shop.local.clear_faults();
    lost.resend::<()>().await.unwrap();
    // A save of what the resend has written is applied, and its answer lost; then the first request arrives over it.
    let mut mine = read(&shop.quiet).await;
    mine.stock = 1;
    let deliver = {
        let local = shop.local.clone();
        Fault::rival(move |_| {
            let local = local.clone();
            async move {
                assert_eq!(local.deliver(), 1);
            }
        })
    };
    shop.local.on("UpdateItem").inject(Fault::LoseAnswer);
    shop.local.on("UpdateItem").inject(deliver);
    let saved = shop.store.save(mine).send().await.unwrap();
    assert_eq!((saved.stock, Stored::version(&saved)), (1, 3));
    assert_eq!(stored_order(&shop.quiet).await["item_version"], n(3));
    // Whoever sends it once more learns the same, of the item as it is now.
    let now = lost.resend::<Stored<Order>>().await.unwrap();
    assert_eq!((now.stock, Stored::version(&now)), (1, 3));
}

/// A deletion leaves nothing to be recognised by: a write that is sent again may then be applied a second time. But neither
/// its id nor its incarnation was ever there before, so nobody takes the new item for an old one.
#[tokio::test]
async fn what_is_applied_a_second_time_around_a_deletion_brings_no_id_back() {
    for verb in ["create", "or_create", "or_create anew", "put", "update"] {
        let shop = shop_for(verb).await;
        for operation in ["PutItem", "UpdateItem"] {
            shop.local.on(operation).inject(Fault::DeliverLate);
        }
        let lost = unknown(send(&shop, verb).await);
        shop.local.clear_faults();
        lost.resend::<()>().await.unwrap();
        let key = || Order::key("o1");
        let (_, again) = raw_and_id(&shop.quiet, key()).await;
        let stale = read(&shop.quiet).await;
        let delete = shop.quiet.delete(key()).unconditional();
        delete.send().await.unwrap();
        if verb == "update" {
            shop.quiet.create(order()).send().await.unwrap();
        }
        assert_eq!(shop.local.deliver(), 1, "{verb}");
        let (_, late) = raw_and_id(&shop.quiet, key()).await;
        assert_eq!(Some(late.as_str()), lost.write_id(), "{verb}: twice");
        assert_ne!(late[..20], again[..20], "{verb}");
        // Whoever knew the item before the deletion does not write over the new one.
        let error = refused(shop.quiet.save(stale).when(|o| o.stock.ge(0)).send().await);
        assert!(error.is_conflict(), "{verb}: {error}");
        // The one that was deleted comes back under none of its ids either.
        let third = lost.resend::<Stored<Order>>().await.unwrap();
        assert_eq!(Stored::write_id(&third), Some(late.as_str()), "{verb}");
    }
}

/// The rival's save keeps the stem of the write that it knew, and so tells of it.
#[tokio::test]
async fn a_lost_write_by_key_is_told_by_a_rivals_save_of_it() {
    for verb in ["create", "update", "put", "or_create"] {
        let shop = shop_for(verb).await;
        for operation in ["PutItem", "UpdateItem"] {
            shop.local.on(operation).inject(Fault::LoseAnswer);
        }
        shop.local.on("GetItem").inject(rival_saves_one());
        send(&shop, verb).await.unwrap();
        assert_eq!(shop.local.operations().last().unwrap(), "GetItem", "{verb}");
        let stored = stored_order(&shop.quiet).await;
        assert_eq!(stored["note"], super::support::s("mine"), "{verb}");
    }
}

/// The result is the current item, which can be saved, and never the caller's value with the rival's version.
#[tokio::test]
async fn a_lost_create_that_a_rival_has_saved_since_gives_the_item_as_it_is_now() {
    let shop = watched::<Order>().await;
    shop.local.on("PutItem").inject(Fault::LoseAnswer);
    shop.local.on("GetItem").inject(rival_saves_one());
    let mut created = shop.store.create(order()).send().await.unwrap();
    assert_eq!((created.stock, Stored::version(&created)), (9, 2));
    created.stock -= 1;
    let saved = shop.store.save(created).send().await.unwrap();
    assert_eq!((saved.stock, Stored::version(&saved)), (8, 3));
}
