//! `get_all`: many keys, each read once, in their order; and what is not known to be absent is never told as absent.
use dynacond::{Error, RetryPolicy, Store, Versioned};
use dynacond_local::Fault;
use serde::{Deserialize, Serialize};

use super::support::{Note, Order, order, shop_of, watched};

#[tokio::test]
async fn items_come_in_the_order_of_their_keys_and_duplicates_are_read_once() {
    let shop = shop_of(3).await;
    let key = |day: &str| Order::key(("c1", day, "a"));
    let keys = vec![
        key("2026-10-02"),
        key("1999"),
        key("2026-10-01"),
        key("2026-10-02"),
    ];
    let found = shop.store.get_all(keys).send().await.unwrap();
    let totals: Vec<_> = found
        .iter()
        .map(|order| order.as_ref().map(|order| order.total))
        .collect();
    assert_eq!(totals, [Some(2), None, Some(1), Some(2)]);
    let asked = shop.local.log()[0].body["RequestItems"]["shop"]["Keys"]
        .as_array()
        .unwrap()
        .len();
    assert_eq!(
        (asked, shop.local.operations()),
        (3, vec!["BatchGetItem".to_owned()])
    );
}

#[tokio::test]
async fn a_tuple_of_keys_and_lists_gives_a_tuple_of_items_and_lists() {
    let shop = shop_of(3).await;
    let keys = (
        Note::key(("c1", 7)),
        vec![
            Order::key(("c1", "2026-10-01", "a")),
            Order::key(("c1", "no day", "a")),
        ],
    );
    let (note, orders) = shop.store.get_all(keys).send().await.unwrap();
    assert_eq!(note.unwrap().text, "call back");
    assert!(orders[0].is_some() && orders[1].is_none());
    assert_eq!(shop.local.operations(), ["BatchGetItem"]);
}

/// In a table of its own.
#[derive(Clone, Debug, Serialize, Deserialize, Versioned)]
#[dynacond(table = "customers")]
struct Customer {
    #[dynacond(partition_key)]
    id: String,
}

#[tokio::test]
async fn a_batch_of_two_tables_is_one_request_that_reported_its_units() {
    let shop = shop_of(1).await;
    dynacond_local::create_table::<Customer>(&shop.quiet)
        .await
        .unwrap();
    let keys = (
        Order::key(("c1", "2026-10-01", "a")),
        Customer::key("nobody"),
    );
    let answer = shop.store.get_all(keys).send_metered().await;
    let (order, customer) = answer.outcome.unwrap();
    assert!(order.is_some() && customer.is_none());
    let consumed = answer.consumed;
    assert_eq!((consumed.attempts, consumed.reported), (1, 1));
    assert!((consumed.read_units - 2.0).abs() < 1e-9, "{consumed:?}");
}

#[tokio::test]
async fn two_hundred_and_fifty_keys_take_three_requests() {
    let shop = watched().await;
    for n in 0..240 {
        shop.quiet
            .create(order("d", &format!("{n:03}"), n))
            .send()
            .await
            .unwrap();
    }
    let keys: Vec<_> = (0..250)
        .map(|n| Order::key(("c1", "d", format!("{:03}", n % 240))))
        .collect();
    let found = shop.store.get_all(keys).send().await.unwrap();
    assert_eq!(found.len(), 250);
    assert!(found.iter().all(Option::is_some));
    assert_eq!(shop.local.operations().len(), 3);
}

#[tokio::test(start_paused = true)]
async fn unprocessed_keys_are_asked_for_again() {
    let shop = shop_of(3).await;
    shop.local
        .on("BatchGetItem")
        .times(3)
        .inject(Fault::Unprocessed(1));
    let keys: Vec<_> = (1..=3)
        .map(|day| Order::key(("c1", format!("2026-10-{day:02}"), "a")))
        .collect();
    let start = tokio::time::Instant::now();
    let found = shop.store.get_all(keys).send().await.unwrap();
    assert!(found.iter().all(Option::is_some));
    assert_eq!(shop.local.operations(), ["BatchGetItem"; 4]);
    // The time of the test is paused, so only the pauses between the requests count.
    assert!(start.elapsed() > std::time::Duration::ZERO);
}

#[tokio::test(start_paused = true)]
async fn keys_that_stay_unread_are_never_told_as_absent() {
    let shop = shop_of(3).await;
    shop.local
        .on("BatchGetItem")
        .always()
        .inject(Fault::Unprocessed(1));
    let store = Store::builder(shop.local.client())
        .retry(RetryPolicy::default().with_attempts(3))
        .build();
    let keys: Vec<_> = (1..=3)
        .map(|day| Order::key(("c1", format!("2026-10-{day:02}"), "a")))
        .collect();
    match store.get_all(keys).send().await {
        Err(Error::Incomplete(incomplete)) => {
            assert_eq!((incomplete.unread.len(), incomplete.found.len()), (1, 2));
            assert!(incomplete.source.is_none());
        }
        other => panic!("it must be incomplete: {other:?}"),
    }
}

#[tokio::test]
async fn required_items_that_are_missing_are_named_together() {
    let shop = shop_of(1).await;
    let key = |day: &str| Order::key(("c1", day, "a"));
    let found = shop
        .store
        .get_all((key("2026-10-01"), Note::key(("c1", 7))))
        .require()
        .send()
        .await
        .unwrap();
    assert_eq!((found.0.total, found.1.n), (1, 7));
    match shop
        .store
        .get_all(vec![key("x"), key("2026-10-01"), key("y")])
        .require()
        .send()
        .await
    {
        Err(Error::NotFound(refusal)) => {
            assert_eq!(*refusal.key(), *key("x").raw());
            let others: Vec<_> = refusal
                .others()
                .iter()
                .map(|other| other.key().to_string())
                .collect();
            assert_eq!(others, [key("y").to_string()]);
        }
        other => panic!("it must be missing: {other:?}"),
    }
}

#[tokio::test]
async fn a_snapshot_is_one_request_and_has_at_most_a_hundred_items() {
    let shop = shop_of(3).await;
    let keys: Vec<_> = (1..=3)
        .map(|day| Order::key(("c1", format!("2026-10-{day:02}"), "a")))
        .collect();
    let found = shop.store.get_all(keys).snapshot().send().await.unwrap();
    assert!(found.iter().all(Option::is_some));
    let many: Vec<_> = (0..101)
        .map(|n| Order::key(("c1", "d", n.to_string())))
        .collect();
    assert!(matches!(
        shop.store.get_all(many).snapshot().send().await,
        Err(Error::Invalid(_))
    ));
    assert_eq!(shop.local.operations(), ["TransactGetItems"]);
}

#[tokio::test]
async fn an_invalid_key_among_others_is_refused_before_sending() {
    let shop = shop_of(1).await;
    let keys = (
        Order::key(("c1", "2026-10-01", "a")),
        Order::key(("c1", "2026#10", "a")),
    );
    assert!(matches!(
        shop.store.get_all(keys).send().await,
        Err(Error::Invalid(_))
    ));
    assert!(shop.local.log().is_empty());
}

#[tokio::test]
async fn keys_whose_texts_run_together_are_two_items() {
    let shop = watched().await;
    for (day, id, total) in [("a", "bc", 1), ("ab", "c", 2)] {
        shop.quiet
            .create(order(day, id, total))
            .send()
            .await
            .unwrap();
    }
    let keys = vec![Order::key(("c1", "ab", "c")), Order::key(("c1", "a", "bc"))];
    let found = shop.store.get_all(keys).require().send().await.unwrap();
    assert_eq!(
        found.iter().map(|order| order.total).collect::<Vec<_>>(),
        [2, 1]
    );
}
