//! Requests that arrive after the verdict, and rivals who write, delete and create again before it: whatever the writer was
//! told stays true.
use std::collections::BTreeMap;

use dynacond::{Error, Result, Store, Stored, Versioned as _};
use dynacond_local::{Fault, Local};

use super::support::{
    Order, Watched, n, order, order_item, raw, read, refused, rival_buys_one, stored_order,
    watched, watched_order,
};

/// The verbs, each marking its request by the note that it writes or asks for.
const VERBS: [&str; 9] = [
    "create",
    "save",
    "save when",
    "update",
    "put",
    "put at",
    "replace",
    "delete",
    "delete by key",
];
const MARK: &str = "mine";

async fn write(shop: &Watched, verb: &str) -> Result<()> {
    let store = &shop.store;
    let key = Order::key("o1");
    let stored = shop.quiet.get(&key).send().await.unwrap();
    let mine = || Order {
        note: Some(MARK.into()),
        ..order()
    };
    let Some(stored) = stored else {
        return store.create(mine()).send().await.map(drop);
    };
    let mut changed = stored.clone();
    changed.note = Some(MARK.into());
    match verb {
        "save" => store.save(changed).send().await.map(drop),
        "save when" => {
            let save = store.save(changed).when(|o| o.stock.le(9));
            save.send().await.map(drop)
        }
        "update" => {
            let update = store.update(key).set(|o| (o.note.to(MARK), o.stock.add(1)));
            update.send().await.map(drop)
        }
        "put" => store.put(mine()).unconditional().send().await.map(drop),
        "put at" => {
            let put = store.put(mine()).at(&Stored::tag(&stored));
            put.send().await.map(drop)
        }
        "replace" => store.replace(changed).send().await.map(drop),
        "delete" => store.delete(stored).when(|o| o.note.ne(MARK)).send().await,
        "delete by key" => {
            let delete = store.delete(key).when(|o| o.note.ne(MARK));
            delete.send().await
        }
        other => panic!("{other}"),
    }
}

/// How often the marked request was applied.
fn applied(local: &Local) -> usize {
    let marked = |request: &dynacond_local::Request| request.body.to_string().contains(MARK);
    let log = local.log();
    log.iter()
        .filter(|request| marked(request) && request.served == Some(200))
        .count()
}

#[derive(Clone, Copy)]
enum Rival {
    None,
    /// By key alone, without a read.
    Buys,
    /// What it has read.
    Saves,
    Deletes,
    CreatesAgain,
    CreatesAndBuys,
    CreatesAndSaves,
}

impl Rival {
    const ALL: [Self; 7] = [
        Self::None,
        Self::Buys,
        Self::Saves,
        Self::Deletes,
        Self::CreatesAgain,
        Self::CreatesAndBuys,
        Self::CreatesAndSaves,
    ];

    async fn write(self, store: &Store) {
        let key = Order::key("o1");
        if matches!(self, Self::None) {
            return;
        }
        if !matches!(self, Self::Buys | Self::Saves) {
            store.delete(&key).unconditional().send().await.unwrap();
        }
        if matches!(
            self,
            Self::CreatesAgain | Self::CreatesAndBuys | Self::CreatesAndSaves
        ) {
            store.create(order()).send().await.unwrap();
        }
        if matches!(self, Self::Buys | Self::CreatesAndBuys) {
            // There may be nothing to buy from.
            drop(store.update(&key).set(|o| o.stock.subtract(1)).send().await);
        }
        if matches!(self, Self::Saves | Self::CreatesAndSaves) {
            drop(store.modify(&key, |o| o.stock -= 1).send().await);
        }
    }

    fn fault(self) -> Fault {
        Fault::rival(move |client| async move { self.write(&Store::new(client)).await })
    }
}

/// A shop where the verb finds what it needs.
async fn shop_for(verb: &str) -> Watched {
    if verb == "create" {
        watched::<Order>().await
    } else {
        watched_order().await
    }
}

#[track_caller]
fn assert_true(told: &Result<()>, applied: usize, story: &str) -> &'static str {
    match told {
        Ok(()) => assert_eq!(applied, 1, "{story}: told as applied"),
        Err(Error::OutcomeUnknown(_)) => assert!(applied <= 1, "{story}: applied {applied} times"),
        Err(error) => assert_eq!(applied, 0, "{story}: {error}"),
    }
    match told {
        Ok(()) => "applied",
        Err(error) => error.label(),
    }
}

/// The first attempt arrives when everything has been said: after the verdict, and after one more write of a rival.
#[tokio::test]
async fn late_delivery_after_the_verdict() {
    let mut told = BTreeMap::new();
    for verb in VERBS {
        for meanwhile in Rival::ALL {
            for afterwards in [
                Rival::None,
                Rival::Saves,
                Rival::Deletes,
                Rival::CreatesAgain,
            ] {
                let shop = shop_for(verb).await;
                shop.local.on_any().inject(Fault::DeliverLate);
                shop.local.on_any().inject(meanwhile.fault());
                let outcome = write(&shop, verb).await;
                let before = assert_true(&outcome, applied(&shop.local), verb);
                afterwards.write(&shop.quiet).await;
                shop.local.deliver();
                let story = format!("{verb}, {} {}", meanwhile as u8, afterwards as u8);
                assert_true(&outcome, applied(&shop.local), &story);
                *told.entry((verb, before)).or_insert(0) += 1;
            }
        }
    }
    // Without a guard that names a write id, nobody says more than is known.
    for (verb, outcome) in told.keys() {
        if ["create", "update", "put", "delete by key"].contains(verb) {
            assert_eq!(*outcome, "outcome_unknown", "{verb}");
        }
    }
    assert!(told.contains_key(&("save", "applied")), "{told:?}");
    assert!(told.contains_key(&("save", "conflict")), "{told:?}");
    assert!(
        told.contains_key(&("save when", "condition_failed")),
        "{told:?}"
    );
}

/// As above, but the request had been applied at once: only its answer was lost.
#[tokio::test]
async fn lost_answer_then_a_rival() {
    for verb in VERBS {
        for meanwhile in Rival::ALL {
            let shop = shop_for(verb).await;
            shop.local.on_any().inject(Fault::LoseAnswer);
            // Of the request that follows, a resend or a read.
            shop.local.on_any().inject(rival_if_there(meanwhile));
            let outcome = write(&shop, verb).await;
            let story = format!("{verb}, {}", meanwhile as u8);
            assert_true(&outcome, applied(&shop.local), &story);
        }
    }
}

/// The rival finds a deleted item missing.
fn rival_if_there(rival: Rival) -> Fault {
    Fault::rival(move |client| async move {
        let store = Store::new(client);
        let creates = matches!(
            rival,
            Rival::CreatesAgain | Rival::CreatesAndBuys | Rival::CreatesAndSaves
        );
        if creates || store.get(Order::key("o1")).send().await.unwrap().is_some() {
            rival.write(&store).await;
        }
    })
}

#[tokio::test]
async fn lost_answer_then_a_rival_on_update() {
    let shop = watched_order().await;
    shop.local.on("UpdateItem").inject(Fault::LoseAnswer);
    shop.local.on("GetItem").inject(rival_buys_one());
    let sell = shop.store.update(Order::key("o1"));
    let error = refused(sell.set(|o| o.stock.subtract(3)).send().await);
    assert!(error.is_outcome_unknown(), "{error}");
    // Applied once, and not again: the rival's write hides it, and does not stand for it.
    assert_eq!(stored_order(&shop.quiet).await["stock"], n(6));
    assert_eq!(shop.local.operations(), ["UpdateItem", "GetItem"]);
}

#[tokio::test]
async fn a_create_that_landed_and_was_deleted_by_a_rival_is_not_created_again() {
    let shop = watched::<Order>().await;
    shop.local.on("PutItem").inject(Fault::LoseAnswer);
    shop.local.on("GetItem").inject(Rival::Deletes.fault());
    let error = refused(shop.store.create(order()).send().await);
    assert!(error.is_outcome_unknown(), "{error}");
    assert_eq!(shop.local.operations(), ["PutItem", "GetItem"]);
    assert!(raw(&shop.quiet, Order::key("o1")).await.is_none());
}

#[tokio::test]
async fn a_save_with_a_false_condition_and_no_change_is_refused_although_its_answer_was_lost() {
    for fault in [Fault::LoseAnswer, Fault::LoseRequest, Fault::DeliverLate] {
        let shop = watched_order().await;
        let order = read(&shop.quiet).await;
        shop.local.on("UpdateItem").inject(fault);
        let save = shop.store.save(order).when(|o| o.stock.gt(10));
        let error = refused(save.send().await);
        assert!(matches!(error, Error::ConditionFailed(_)), "{error}");
        assert_eq!(shop.local.operations(), ["UpdateItem", "UpdateItem"]);
        shop.local.deliver();
        assert_eq!(stored_order(&shop.quiet).await, order_item(1));
    }
}

#[tokio::test]
async fn delete_and_re_create_inside_the_retry_window() {
    for verb in ["save", "put at", "replace", "delete"] {
        for landed in [false, true] {
            let shop = watched_order().await;
            let fault = if landed {
                Fault::LoseAnswer
            } else {
                Fault::LoseRequest
            };
            shop.local.on_any().inject(fault);
            shop.local
                .on_any()
                .inject(rival_if_there(Rival::CreatesAgain));
            let error = refused(write(&shop, verb).await);
            assert!(error.is_outcome_unknown(), "{verb}: {error}");
            assert_eq!(
                shop.local.operations().len(),
                2,
                "the refused resend brings the item"
            );
            assert_eq!(
                stored_order(&shop.quiet).await,
                order_item(1),
                "the rival's"
            );
        }
    }
}

/// Deleted, created again and raised to the very next version while the SDK tries again: the item says nothing of the lost
/// write, whether it was applied or not.
#[tokio::test]
async fn a_re_created_item_at_the_very_next_version_leaves_the_outcome_unknown() {
    for verb in ["save", "put at", "replace", "delete"] {
        for rival in [Rival::CreatesAndBuys, Rival::CreatesAndSaves] {
            for landed in [false, true] {
                let shop = watched_order().await;
                let fault = if landed {
                    Fault::LoseAnswer
                } else {
                    Fault::LoseRequest
                };
                shop.local.on_any().inject(fault);
                shop.local.on_any().inject(rival_if_there(rival));
                let error = refused(write(&shop, verb).await);
                assert!(error.is_outcome_unknown(), "{verb}: {error}");
                let mut expected = order_item(2);
                expected.insert("stock".into(), n(9));
                assert_eq!(stored_order(&shop.quiet).await, expected);
            }
        }
    }
}

/// The figure of a lost answer: the write itself, and one request to find out.
#[tokio::test]
async fn a_lost_answer_costs_at_most_one_request_more() {
    for verb in VERBS {
        for fault in [Fault::LoseAnswer, Fault::LoseRequest, Fault::DeliverLate] {
            for meanwhile in Rival::ALL {
                let shop = shop_for(verb).await;
                // The endpoint is known: a refusal without an item means that there is none.
                drop(
                    shop.store
                        .create(order())
                        .when(|o| o.stock.eq(1))
                        .send()
                        .await,
                );
                shop.local.clear_log();
                shop.local.on_any().inject(fault.clone());
                shop.local.on_any().inject(rival_if_there(meanwhile));
                drop(write(&shop, verb).await);
                let sent = shop.local.operations();
                assert!(
                    sent.len() <= 2,
                    "{verb}, {fault}, {}: {sent:?}",
                    meanwhile as u8
                );
            }
        }
    }
}
