//! Pages over stored items that do not decode: no such item is dropped in silence, and none stops the reader for good.
use dynacond::{
    AttributeValue, Cursor, Error, ItemCollection, Page, Projection, Result, Store, Stored,
    Versioned,
};
use dynacond_local::{Fault, Local};
use serde::{Deserialize, Serialize};

use super::support::{Note, Order, Watched, shop_of};

/// Gives the order of this day a total that is no number.
async fn break_order(shop: &Watched, day: u64) {
    let key = Order::key(("c1", &format!("2026-10-{day:02}"), "a"));
    let update = shop.quiet.client().update_item().table_name("shop");
    let update = update
        .set_key(Some(key.raw().to_item()))
        .update_expression("SET #t = :t")
        .expression_attribute_names("#t", "total")
        .expression_attribute_values(":t", AttributeValue::S("a secret".into()));
    update.send().await.unwrap();
}

/// What a reader saw, who goes on from each `next` and from each error.
#[derive(Debug, Default, PartialEq)]
struct Seen {
    items: Vec<String>,
    unreadable: Vec<String>,
    gone: usize,
    changed: usize,
}

/// Reads page by page until the end.
async fn walk<T>(
    mut page: impl AsyncFnMut(Option<Cursor>) -> Result<Page<T>>,
    shown: impl Fn(&T) -> String,
) -> Seen {
    let (mut seen, mut next) = (Seen::default(), None);
    loop {
        next = match page(next).await {
            Ok(page) => {
                seen.items.extend(page.items.iter().map(&shown));
                seen.gone += page.gone;
                seen.changed += page.changed;
                page.next
            }
            Err(Error::Interrupted(interrupted)) => {
                let text = interrupted.to_string();
                assert!(!text.contains("secret"), "{text}");
                let Error::Decode(error) = interrupted.source else {
                    panic!("{text}");
                };
                let key = error.key.expect("the key of the item").to_string();
                assert!(text.contains(&key), "{text}");
                seen.unreadable.push(key);
                assert!(interrupted.cursor.is_some(), "a cursor past {text}");
                interrupted.cursor
            }
            Err(error) => panic!("{error}"),
        };
        if next.is_none() {
            return seen;
        }
    }
}

fn key_of(day: u64) -> String {
    Order::key(("c1", &format!("2026-10-{day:02}"), "a")).to_string()
}

#[tokio::test]
async fn a_page_ends_before_an_item_that_does_not_decode() {
    let shop = shop_of(5).await;
    break_order(&shop, 3).await;
    let query = || shop.store.query(Order::partition("c1"));
    let page = query().page(4).send().await.unwrap();
    let days: Vec<_> = page.items.iter().map(|order| order.total).collect();
    assert_eq!(days, [1, 2]);
    let next = page.next.expect("the end was not seen");
    // The same call gives the same error, until the cursor of the error is used.
    for _ in 0..2 {
        let error = query().after(next.clone()).page(4).send().await;
        let Err(Error::Interrupted(interrupted)) = error else {
            panic!("{error:?}");
        };
        let Error::Decode(error) = &interrupted.source else {
            panic!("{interrupted}");
        };
        let key = error.key.as_deref().map(ToString::to_string);
        assert_eq!(key, Some(key_of(3)));
        let token = interrupted.cursor.unwrap().token(&shop.store).unwrap();
        let rest = query().after_token(Some(&token)).unwrap().page(4);
        let rest = rest.send().await.unwrap();
        let days: Vec<_> = rest.items.iter().map(|order| order.total).collect();
        assert_eq!(days, [4, 5]);
        assert!(rest.next.is_none());
    }
}

#[tokio::test]
async fn whichever_items_do_not_decode_each_item_is_met_once() {
    let days = [1, 2, 3, 4];
    for broken in 0..1_u8 << days.len() {
        let shop = shop_of(4).await;
        let is_broken = |day: &u64| broken >> (day - 1) & 1 == 1;
        for day in days.into_iter().filter(is_broken) {
            break_order(&shop, day).await;
        }
        for size in [1, 2, 3, 9] {
            let page = async |after| {
                let query = shop.store.query(Order::partition("c1")).after(after);
                query.page(size).send().await
            };
            let seen = walk(page, |order| order.total.to_string()).await;
            let good = days.into_iter().filter(|day| !is_broken(day));
            let bad = days.into_iter().filter(is_broken);
            let expected = Seen {
                items: good.map(|day| day.to_string()).collect(),
                unreadable: bad.map(key_of).collect(),
                ..Seen::default()
            };
            assert_eq!(seen, expected, "{broken:b} by {size}");
        }
    }
}

#[derive(Debug, Deserialize, Projection)]
#[dynacond(of = Order)]
struct Total {
    total: u64,
}

#[derive(Debug, ItemCollection)]
enum Anything {
    Note(Note),
    Order(Box<Stored<Order>>),
}

#[tokio::test]
async fn values_projections_scans_and_collections_go_on_past_it_too() {
    let shop = shop_of(3).await;
    break_order(&shop, 2).await;
    let query = || shop.store.query(Order::partition("c1"));
    let values = walk(
        async |after| query().after(after).values().page(2).send().await,
        |order| order.total.to_string(),
    );
    let projected = walk(
        async |after| {
            let query = query().after(after).project::<Total>();
            query.page(2).send().await
        },
        |line| line.total.to_string(),
    );
    let scanned = walk(
        async |after| shop.store.scan::<Order>().after(after).page(2).send().await,
        |order| order.total.to_string(),
    );
    let few = walk(
        async |after| {
            let query = query().filter(|o| o.customer.exists()).after(after);
            query.examine_at_most(2).page(2).send().await
        },
        |order| order.total.to_string(),
    );
    let expected = Seen {
        items: vec!["1".into(), "3".into()],
        unreadable: vec![key_of(2)],
        ..Seen::default()
    };
    assert_eq!(values.await, expected);
    assert_eq!(projected.await, expected);
    assert_eq!(scanned.await, expected);
    assert_eq!(few.await, expected);
    // An item of no variant is met in the same way.
    let stray = [("pk", "customer#c1"), ("sk", "a stray item")];
    let stray = stray.map(|(name, text)| (name.to_owned(), AttributeValue::S(text.into())));
    let put = shop.quiet.client().put_item().table_name("shop");
    put.set_item(Some(stray.into())).send().await.unwrap();
    let all = walk(
        async |after| {
            let query = shop.store.query(Anything::partition("c1")).after(after);
            query.page(9).send().await
        },
        |found| match found {
            Anything::Note(note) => note.text.clone(),
            Anything::Order(order) => order.total.to_string(),
        },
    )
    .await;
    assert_eq!(all.items, ["call back", "1", "3"]);
    let [stray, order] = &all.unreadable[..] else {
        panic!("{:?}", all.unreadable);
    };
    assert!(stray.contains("a stray item"), "{stray}");
    assert_eq!(*order, key_of(2));
}

#[derive(Clone, Debug, Serialize, Deserialize, Versioned)]
#[dynacond(
    table = "visits",
    index(ByDay, name = "by-day", partition_key(place), sort_key(day))
)]
struct Visit {
    #[dynacond(partition_key)]
    id: String,
    place: String,
    day: u64,
    guests: u64,
}

#[tokio::test]
async fn of_a_fetched_page_what_is_gone_or_has_changed_is_counted_once() {
    // Only the embedded database has an index that can be stale on demand.
    let local = Local::new();
    let store = Store::new(local.client());
    dynacond_local::create_table::<Visit>(&store).await.unwrap();
    for day in 1..=8 {
        let visit = Visit {
            id: format!("v{day}"),
            place: "Lyon".into(),
            day,
            guests: 2,
        };
        store.create(visit).send().await.unwrap();
    }
    for id in ["v2", "v5"] {
        let update = local.client().update_item().table_name("visits");
        let update = update
            .key("id", AttributeValue::S(id.into()))
            .update_expression("SET guests = :g")
            .expression_attribute_values(":g", AttributeValue::S("a secret".into()));
        update.send().await.unwrap();
    }
    // What the index does not show yet: v5 has another place in it, and there are changes before and behind the two items.
    let gone = ["v1", "v3", "v6"].map(|id| store.delete(Visit::key(id)).unconditional());
    let left = ["v4", "v7"].map(|id| {
        let update = store.update(Visit::key(id));
        update.set(|v| v.place.to("Brest"))
    });
    let moved = store.update(Visit::key("v5")).set(|v| v.day.to(90));
    let writes = (Vec::from(gone), Vec::from(left), moved);
    store.transact_write(writes).send().await.unwrap();
    for size in [1, 2, 4, 9] {
        local.on("Query").always().inject(Fault::StaleIndex);
        let page = async |after| {
            let query = store.query(ByDay::partition("Lyon")).after(after);
            query.fetch().page(size).send().await
        };
        let seen = walk(page, |visit: &Stored<Visit>| visit.id.clone()).await;
        assert_eq!(seen.items, ["v8"], "by {size}");
        let keys = ["v2", "v5"].map(|id| Visit::key(id).to_string());
        assert_eq!(seen.unreadable, keys, "by {size}");
        assert_eq!((seen.gone, seen.changed), (3, 2), "by {size}");
    }
}
