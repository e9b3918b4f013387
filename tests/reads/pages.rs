//! Pages: how many results, and when the end is proven.
use dynacond::Versioned as _;
use dynacond_local::Fault;

use super::support::{Order, days, order, shop_of, watched};

#[tokio::test]
async fn a_page_gives_as_many_results_as_were_asked_for_by_one_request() {
    let shop = shop_of(9).await;
    let page = shop
        .store
        .query(Order::partition("c1"))
        .page(4)
        .send()
        .await
        .unwrap();
    assert_eq!(days(&page.items), [1, 2, 3, 4]);
    assert!(page.next.is_some());
    assert_eq!(page.examined, 5);
    assert_eq!(shop.local.operations(), ["Query"]);
}

#[tokio::test]
async fn a_page_that_ends_exactly_at_the_last_item_has_no_next_one() {
    let shop = shop_of(4).await;
    let page = shop
        .store
        .query(Order::partition("c1"))
        .page(4)
        .send()
        .await
        .unwrap();
    assert_eq!(days(&page.items), [1, 2, 3, 4]);
    assert!(page.next.is_none());
}

#[tokio::test]
async fn the_next_page_begins_after_the_last_result() {
    let shop = shop_of(9).await;
    let query = || shop.store.query(Order::partition("c1"));
    let (mut seen, mut next) = (Vec::new(), None);
    loop {
        let page = query().after(next).page(2).send().await.unwrap();
        seen.extend(days(&page.items));
        next = page.next;
        if next.is_none() {
            break;
        }
    }
    assert_eq!(seen, [1, 2, 3, 4, 5, 6, 7, 8, 9]);
}

#[tokio::test]
async fn a_short_or_empty_page_of_the_service_is_never_the_end() {
    for short in [0, 1, 2, 5] {
        let shop = shop_of(9).await;
        shop.local
            .on("Query")
            .always()
            .inject(Fault::ShortPage(short));
        if short == 0 {
            // Always empty would never end: every other page.
            shop.local.clear_faults();
            shop.local.on("Query").nth(2).inject(Fault::ShortPage(0));
        }
        let all = shop
            .store
            .query(Order::partition("c1"))
            .all()
            .send()
            .await
            .unwrap();
        assert_eq!(days(&all), [1, 2, 3, 4, 5, 6, 7, 8, 9], "pages of {short}");
        let page = shop
            .store
            .query(Order::partition("c1"))
            .page(4)
            .send()
            .await
            .unwrap();
        assert_eq!(days(&page.items), [1, 2, 3, 4], "pages of {short}");
    }
}

#[tokio::test]
async fn a_filter_never_makes_a_page_short() {
    let shop = shop_of(31).await;
    let page = shop
        .store
        .query(Order::partition("c1"))
        .filter(|o| o.total.is_in([7, 14, 21, 28]))
        .page(3)
        .send()
        .await
        .unwrap();
    assert_eq!(days(&page.items), [7, 14, 21]);
    let rest = shop
        .store
        .query(Order::partition("c1"))
        .filter(|o| o.total.is_in([7, 14, 21, 28]))
        .after(page.next)
        .page(3)
        .send()
        .await
        .unwrap();
    assert_eq!(days(&rest.items), [28]);
    assert!(rest.next.is_none());
}

#[tokio::test]
async fn a_bound_on_examined_items_gives_a_short_page_with_a_next_one() {
    let shop = shop_of(31).await;
    let query = || {
        let query = shop.store.query(Order::partition("c1"));
        query.filter(|o| o.total.eq(30)).examine_at_most(10)
    };
    let (mut next, mut pages, mut found) = (None, 0, Vec::new());
    loop {
        let page = query().after(next).page(5).send().await.unwrap();
        assert!(page.examined <= 10);
        found.extend(days(&page.items));
        pages += 1;
        next = page.next;
        if next.is_none() {
            break;
        }
    }
    assert_eq!((found, pages), (vec![30], 4));
}

#[tokio::test]
async fn the_first_result_costs_one_request_and_one_item() {
    let shop = shop_of(9).await;
    let newest = shop
        .store
        .query(Order::partition("c1"))
        .descending()
        .first()
        .send()
        .await
        .unwrap();
    assert_eq!(newest.unwrap().total, 9);
    assert_eq!(shop.local.log()[0].body["Limit"], 1);
    let none = shop
        .store
        .query(Order::partition("nobody"))
        .first()
        .send()
        .await
        .unwrap();
    assert!(none.is_none());
}

#[tokio::test]
async fn a_count_says_what_matched_and_what_was_examined() {
    let shop = shop_of(9).await;
    let count = shop
        .store
        .query(Order::partition("c1"))
        .filter(|o| o.total.gt(6))
        .count()
        .send()
        .await
        .unwrap();
    assert_eq!((count.matched, count.examined, count.pages), (3, 9, 1));
    assert_eq!(shop.local.log()[0].body["Select"], "COUNT");
}

#[tokio::test]
async fn a_throttled_page_is_asked_for_again() {
    let shop = shop_of(9).await;
    shop.local.on("Query").times(2).inject(Fault::Throttle);
    let all = shop
        .store
        .query(Order::partition("c1"))
        .all()
        .send()
        .await
        .unwrap();
    assert_eq!(all.len(), 9);
}

#[tokio::test]
async fn a_stream_holds_one_page_and_gives_everything() {
    let shop = shop_of(9).await;
    shop.local.on("Query").always().inject(Fault::ShortPage(2));
    let mut results = shop.store.query(Order::partition("c1")).stream();
    let mut seen = Vec::new();
    while let Some(order) = results.next().await {
        seen.push(order.unwrap().total);
        // The next page is requested when the last result of the current page has been taken.
        let pages = shop.local.operations().len();
        assert_eq!(pages, seen.len().div_ceil(2), "after {seen:?}");
    }
    assert_eq!(seen, [1, 2, 3, 4, 5, 6, 7, 8, 9]);
}

#[tokio::test]
async fn an_interrupted_stream_goes_on_from_its_cursor() {
    let shop = shop_of(9).await;
    shop.local
        .on("Query")
        .nth(2)
        .times(100_000)
        .inject(Fault::RefuseConnection);
    shop.local.on("Query").always().inject(Fault::ShortPage(4));
    tokio::time::pause();
    let mut results = shop.store.query(Order::partition("c1")).stream();
    let mut seen = Vec::new();
    let cursor = loop {
        match results.next().await.expect("it has not ended") {
            Ok(order) => seen.push(order.total),
            Err(dynacond::Error::Interrupted(interrupted)) => break interrupted.cursor,
            Err(other) => panic!("{other}"),
        }
    };
    assert!(results.next().await.is_none());
    shop.local.clear_faults();
    let mut results = shop
        .store
        .query(Order::partition("c1"))
        .after(cursor)
        .stream();
    while let Some(order) = results.next().await {
        seen.push(order.unwrap().total);
    }
    assert_eq!(seen, [1, 2, 3, 4, 5, 6, 7, 8, 9]);
}

#[tokio::test]
async fn an_item_that_does_not_decode_names_its_key_and_the_stream_goes_on() {
    let shop = shop_of(3).await;
    let broken = shop
        .quiet
        .client()
        .update_item()
        .table_name("shop")
        .set_key(Some(Order::key(("c1", "2026-10-02", "a")).raw().to_item()))
        .update_expression("SET #t = :t")
        .expression_attribute_names("#t", "total")
        .expression_attribute_values(":t", dynacond::AttributeValue::S("two".into()));
    broken.send().await.unwrap();
    let mut results = shop.store.query(Order::partition("c1")).stream();
    let mut seen = Vec::new();
    while let Some(result) = results.next().await {
        match result {
            Ok(order) => seen.push(order.total.to_string()),
            Err(error) => {
                let text = error.to_string();
                assert!(text.contains("order#2026-10-02#a"), "{text}");
                assert!(!text.contains("two"), "{text}");
                seen.push("error".to_owned());
            }
        }
    }
    assert_eq!(seen, ["1", "error", "3"]);
    let all = shop.store.query(Order::partition("c1")).all().send().await;
    assert!(matches!(all, Err(dynacond::Error::Decode(_))));
}

#[tokio::test]
async fn what_would_be_cut_off_in_silence_is_refused() {
    let shop = shop_of(3).await;
    let query = || shop.store.query(Order::partition("c1"));
    assert!(matches!(
        query().page(0).send().await,
        Err(dynacond::Error::Invalid(_))
    ));
    let bounded = query().examine_at_most(1).all().send().await;
    assert!(matches!(bounded, Err(dynacond::Error::Invalid(_))));
    // Nothing would be looked at, and no `next` would say that the end was seen.
    let nothing = query().examine_at_most(0).page(2).send().await;
    assert!(matches!(nothing, Err(dynacond::Error::Invalid(_))));
    assert!(shop.local.log().is_empty());
}

#[tokio::test]
async fn a_filter_on_a_key_attribute_is_refused_before_sending() {
    let shop = watched().await;
    shop.quiet
        .create(order("2026-10-01", "a", 1))
        .send()
        .await
        .unwrap();
    let query = shop.store.query(Order::partition("c1"));
    let refused = query
        .filter(|_| dynacond::attr("sk").eq("x"))
        .all()
        .send()
        .await;
    let error = refused.expect_err("refused").to_string();
    assert!(error.contains(".sort_key(..)"), "{error}");
    assert!(shop.local.log().is_empty());
}

#[tokio::test]
async fn an_item_of_a_query_is_saved_in_its_own_table_only() {
    let shop = shop_of(1).await;
    let query = shop.store.query(Order::partition("c1"));
    let mut order = query.first().send().await.unwrap().unwrap();
    order.total = 100;
    let other = dynacond::Store::builder(shop.local.client())
        .prefix("other-")
        .build();
    let refused = other.save(order.clone()).send().await;
    assert!(matches!(refused, Err(dynacond::Error::Invalid(_))));
    let saved = shop.store.save(order).send().await.unwrap();
    assert_eq!(dynacond::Stored::version(&saved), 2);
}
