//! Cursors: bound to their query, signed for the world outside, and silent about what a filter hid.
use dynacond::{
    Cursor, CursorError, Error, Item, ItemCollection, Page, Projection, Store, Stored, Versioned,
};
use serde::{Deserialize, Serialize};

use super::support::{Note, Order, Watched, days, shop_of};

const ODD: [u64; 5] = [1, 3, 5, 7, 9];

/// A page of a query with everything in it that a cursor is bound to.
async fn first_page(shop: &Watched) -> Page<Stored<Order>> {
    let query = shop
        .store
        .query(Order::partition("c1"))
        .filter(|o| o.total.is_in(ODD));
    query.bound_to("tenant 1").page(2).send().await.unwrap()
}

async fn cursor(shop: &Watched) -> Cursor {
    first_page(shop).await.next.expect("there is more")
}

fn is_of_another_query<T>(result: &Result<T, Error>) -> bool {
    matches!(result, Err(Error::Cursor(CursorError::OtherQuery)))
}

#[tokio::test]
async fn a_token_goes_on_where_its_page_ended() {
    let shop = shop_of(9).await;
    let token = cursor(&shop).await.token(&shop.store).unwrap();
    let query = shop
        .store
        .query(Order::partition("c1"))
        .filter(|o| o.total.is_in(ODD))
        .bound_to("tenant 1");
    let page = query
        .after_token(Some(&token))
        .unwrap()
        .page(9)
        .send()
        .await
        .unwrap();
    assert_eq!(days(&page.items), [5, 7, 9]);
    assert!(page.next.is_none());
    let query = shop
        .store
        .query(Order::partition("c1"))
        .after_token(None)
        .unwrap();
    assert_eq!(query.all().send().await.unwrap().len(), 9);
}

#[tokio::test]
async fn a_cursor_of_another_query_is_refused_before_sending() {
    let shop = shop_of(9).await;
    let cursor = cursor(&shop).await;
    shop.local.clear_log();
    let query = |customer: &str| {
        shop.store
            .query(Order::partition(customer))
            .after(cursor.clone())
    };
    let other_partition = query("c2")
        .filter(|o| o.total.is_in(ODD))
        .bound_to("tenant 1");
    assert!(is_of_another_query(&other_partition.page(2).send().await));
    let other_value = query("c1")
        .filter(|o| o.total.is_in([2, 4]))
        .bound_to("tenant 1");
    assert!(is_of_another_query(&other_value.page(2).send().await));
    let no_filter = query("c1").bound_to("tenant 1");
    assert!(is_of_another_query(&no_filter.page(2).send().await));
    let other_direction = query("c1")
        .filter(|o| o.total.is_in(ODD))
        .bound_to("tenant 1")
        .descending();
    assert!(is_of_another_query(&other_direction.page(2).send().await));
    let other_tenant = query("c1")
        .filter(|o| o.total.is_in(ODD))
        .bound_to("tenant 2");
    assert!(is_of_another_query(&other_tenant.page(2).send().await));
    let no_tenant = query("c1").filter(|o| o.total.is_in(ODD));
    assert!(is_of_another_query(&no_tenant.page(2).send().await));
    let other_range = query("c1")
        .filter(|o| o.total.is_in(ODD))
        .bound_to("tenant 1")
        .sort_key(|k| k.placed.ge("2026"));
    assert!(is_of_another_query(&other_range.page(2).send().await));
    let other_type = shop
        .store
        .query(Note::partition("c1"))
        .after(cursor.clone());
    assert!(is_of_another_query(&other_type.page(2).send().await));
    assert!(shop.local.log().is_empty());
}

/// DynamoDB is asked for the same range by both, which holds items of neither.
#[tokio::test]
async fn a_cursor_of_another_comparison_with_the_same_range_is_refused() {
    let shop = shop_of(9).await;
    let from = "2026-10-02";
    let query = || shop.store.query(Order::partition("c1"));
    let page = query().sort_key(|k| k.placed.ge(from)).page(2);
    let cursor = page.send().await.unwrap().next;
    assert!(cursor.is_some());
    let after = query().sort_key(|k| k.placed.gt(from)).after(cursor);
    assert!(is_of_another_query(&after.page(2).send().await));
}

#[tokio::test]
async fn a_token_that_was_changed_or_is_no_token_is_told_apart() {
    let shop = shop_of(9).await;
    let token = cursor(&shop).await.token(&shop.store).unwrap();
    let query = |token: &str| {
        shop.store
            .query(Order::partition("c1"))
            .after_token(Some(token))
            .map(drop)
    };
    let mut changed = token.clone().into_bytes();
    changed[10] = if changed[10] == b'A' { b'B' } else { b'A' };
    let changed = String::from_utf8(changed).unwrap();
    assert!(matches!(
        query(&changed),
        Err(Error::Cursor(CursorError::Forged))
    ));
    // A token that lost its end still has a signature's length behind its beginning.
    let cut = &token[..token.len() - 4];
    assert!(matches!(
        query(cut),
        Err(Error::Cursor(CursorError::Forged))
    ));
    for malformed in ["", "?", "AAAA", &token[..20]] {
        let error = query(malformed).expect_err("no token");
        assert!(
            matches!(error, Error::Cursor(CursorError::Malformed)),
            "{malformed}: {error}"
        );
    }
}

#[tokio::test]
async fn without_a_key_no_token_goes_out() {
    let shop = shop_of(9).await;
    let cursor = cursor(&shop).await;
    let keyless = Store::new(shop.local.client());
    assert!(matches!(
        cursor.token(&keyless),
        Err(Error::Cursor(CursorError::NoKey))
    ));
}

#[tokio::test]
async fn a_cursor_names_the_last_result_and_nothing_that_was_hidden() {
    let shop = shop_of(9).await;
    let page = first_page(&shop).await;
    assert_eq!(days(&page.items), [1, 3]);
    let token = page.next.unwrap().token(&shop.store).unwrap();
    let bytes = base64_simd::URL_SAFE_NO_PAD.decode_to_vec(&token).unwrap();
    let text = String::from_utf8_lossy(&bytes).into_owned();
    assert!(text.contains("order#2026-10-03#a"), "{text}");
    assert!(!text.contains("order#2026-10-04"), "{text}");
}

#[tokio::test]
async fn a_token_signed_by_a_key_that_was_rotated_out_is_refused() {
    let shop = shop_of(9).await;
    let store = |keys: &[&str]| {
        let builder = Store::builder(shop.local.client());
        builder.cursor_keys(keys.iter().copied()).build()
    };
    let page = |store: &Store, token: Option<&str>| {
        let query = store.query(Order::partition("c1")).after_token(token);
        query.map(|query| query.page(4).send())
    };
    let [old_key, new_key] = ["the old 32 random bytes", "the new 32 random bytes"];
    let old = store(&[old_key]);
    let first = page(&old, None).unwrap().await.unwrap();
    let token = first.next.unwrap().token(&old).unwrap();
    let rotated = page(&store(&[new_key, old_key]), Some(&token));
    assert_eq!(days(&rotated.unwrap().await.unwrap().items), [5, 6, 7, 8]);
    let dropped = page(&store(&[new_key]), Some(&token)).map(drop);
    assert!(matches!(dropped, Err(Error::Cursor(CursorError::Forged))));
}

/// Another item type with the very same table, keys and attributes.
#[derive(Clone, Debug, Serialize, Deserialize, Versioned)]
#[dynacond(
    table = "shop",
    partition_key(name = "pk", value = "customer#{customer}"),
    sort_key(name = "sk", value = "order#{placed}#{id}")
)]
struct Twin {
    customer: String,
    placed: String,
    id: String,
    total: u64,
}

#[tokio::test]
async fn a_cursor_of_another_item_type_of_the_same_shape_is_refused() {
    let shop = shop_of(9).await;
    let page = shop.store.query(Order::partition("c1")).page(2);
    let token = page.send().await.unwrap().next.unwrap();
    let token = token.token(&shop.store).unwrap();
    let twins = shop.store.query(Twin::partition("c1"));
    let refused = twins.after_token(Some(&token)).unwrap().page(2);
    assert!(is_of_another_query(&refused.send().await));
}

#[tokio::test]
async fn a_cursor_of_the_table_is_no_cursor_of_a_collection() {
    let shop = shop_of(9).await;
    let page = shop.store.query(Order::partition("c1")).page(2);
    let cursor = page.send().await.unwrap().next;
    let query = || shop.store.query(Anything::partition("c1"));
    let refused = query().after(cursor).page(2).send().await;
    assert!(is_of_another_query(&refused));
    let is_note = |found: &Anything| match found {
        Anything::Order(order) => order.total == 0,
        Anything::Other(note) => note.contains_key("text"),
    };
    let all = query().all().send().await.unwrap();
    assert_eq!(all.iter().filter(|found| is_note(found)).count(), 1);
}

/// Two indexes with the same keys, which are those of the table.
#[expect(clippy::duplicated_attributes, reason = "two indexes share their keys")]
#[derive(Clone, Debug, Serialize, Deserialize, Versioned)]
#[dynacond(
    table = "stalls",
    index(ByPlace, name = "by-place", partition_key(fair), sort_key(n)),
    index(ByPlaceToo, name = "by-place-too", partition_key(fair), sort_key(n))
)]
struct Stall {
    #[dynacond(partition_key)]
    fair: String,
    #[dynacond(sort_key)]
    n: u64,
}

#[tokio::test]
async fn a_cursor_of_an_index_is_for_no_other_index_and_neither_for_the_table_nor_for_a_scan() {
    let local = dynacond_local::Local::from_env().unwrap();
    let keys = ["a secret of 32 random bytes"];
    let store = Store::builder(local.client()).cursor_keys(keys).build();
    dynacond_local::create_table::<Stall>(&store).await.unwrap();
    for n in 1..=3 {
        let fair = "may".to_owned();
        store.create(Stall { fair, n }).send().await.unwrap();
    }
    local.clear_log();
    let query = store.query(ByPlace::partition("may")).page(1);
    let token = query.send().await.unwrap().next.unwrap();
    let token = token.token(&store).unwrap();
    let other = store.query(ByPlaceToo::partition("may"));
    let other = other.after_token(Some(&token)).unwrap().page(1);
    assert!(is_of_another_query(&other.send().await));
    let table = store.query(Stall::partition("may"));
    let table = table.after_token(Some(&token)).unwrap().page(1);
    assert!(is_of_another_query(&table.send().await));
    let scan = store.scan_index::<ByPlace>();
    let scan = scan.after_token(Some(&token)).unwrap().page(1);
    assert!(is_of_another_query(&scan.send().await));
    assert_eq!(local.operations(), ["Query"], "nothing else was sent");
    let scan = store.scan::<Stall>().page(1).send().await.unwrap().next;
    let table = store.query(Stall::partition("may")).after(scan).page(1);
    assert!(is_of_another_query(&table.send().await));
}

#[tokio::test]
async fn a_cursor_of_another_table_of_the_same_item_type_is_refused() {
    let shop = shop_of(3).await;
    let page = shop.store.query(Order::partition("c1")).page(1);
    let token = page.send().await.unwrap().next.unwrap();
    let token = token.token(&shop.store).unwrap();
    let test = Store::builder(shop.local.client())
        .prefix("test-")
        .cursor_keys(["a secret of 32 random bytes"])
        .build();
    let query = test.query(Order::partition("c1"));
    let query = query.after_token(Some(&token)).unwrap().page(1);
    assert!(is_of_another_query(&query.send().await));
}

#[derive(Debug, Deserialize, Projection)]
#[dynacond(of = Order)]
struct Total {
    total: u64,
}

#[tokio::test]
async fn a_cursor_fits_each_form_of_whole_items_and_each_amount_and_no_projection() {
    let shop = shop_of(5).await;
    let query = || shop.store.query(Order::partition("c1"));
    let cursor = query().page(2).send().await.unwrap().next;
    let after = || query().after(cursor.clone());
    let values = after().values().page(1).send().await.unwrap();
    assert_eq!(values.items[0].total, 3);
    let fetched = after().fetch().all().send().await.unwrap();
    assert_eq!(days(&fetched.items), [3, 4, 5]);
    let cheap = after().eventually_consistent().first().send().await;
    assert_eq!(cheap.unwrap().unwrap().total, 3);
    assert_eq!(after().count().send().await.unwrap().matched, 3);
    let mut stream = after().stream();
    assert_eq!(stream.next().await.unwrap().unwrap().total, 3);
    let projected = after().project::<Total>().page(2).send().await;
    assert!(is_of_another_query(&projected));
    let projected = query().project::<Total>().page(2).send().await.unwrap();
    let totals: Vec<_> = projected.items.iter().map(|line| line.total).collect();
    assert_eq!(totals, [1, 2]);
    let whole = query().after(projected.next).page(2).send().await;
    assert!(is_of_another_query(&whole));
}

#[derive(Debug, ItemCollection)]
enum Anything {
    Order(Order),
    #[dynacond(other)]
    Other(Item),
}
