//! What is traced of a query: a span with what it examined and returned, and neither keys nor values.
use dynacond::Versioned as _;
use dynacond_local::Fault;

use super::recorder::{Recording, Traced};
use super::support::{Order, Watched, order, shop_of};

/// What no span and no event may hold.
const SECRETS: [&str; 4] = ["customer#", "c1", "2026-10", "order#"];

fn assert_silent(traced: &[Traced]) {
    for one in traced {
        for (field, value) in &one.fields {
            let told = SECRETS.iter().find(|secret| value.contains(**secret));
            assert!(told.is_none(), "{field}: {value}");
        }
    }
}

fn field<'t>(traced: &'t Traced, name: &str) -> &'t str {
    traced.get(name).unwrap_or("nothing")
}

async fn filtered(shop: &Watched) -> dynacond::Page<dynacond::Stored<Order>> {
    let query = shop.store.query(Order::partition("c1"));
    let query = query.filter(|o| o.total.gt(6)).page(2);
    query.send_metered().await.outcome.unwrap()
}

#[tokio::test]
async fn a_query_is_a_span_with_what_it_examined_and_returned() {
    let shop = shop_of(9).await;
    let recording = Recording::start();
    let page = filtered(&shop).await;
    let span = recording.span();
    let told = ["table", "item_type", "verb", "outcome"].map(|name| field(&span, name));
    assert_eq!(told, ["shop", "Order", "query", "read"]);
    assert_eq!(field(&span, "returned"), "2");
    assert_eq!(field(&span, "examined"), page.examined.to_string());
    assert_eq!(field(&span, "attempts"), field(&span, "pages"));
    assert_ne!(field(&span, "read_units"), "nothing");
    assert_silent(&recording.spans());
    assert_silent(&recording.events());
}

#[tokio::test]
async fn a_query_that_fails_is_an_event_with_its_kind() {
    let shop = shop_of(3).await;
    let other = dynacond::Store::builder(shop.local.client())
        .prefix("missing-")
        .build();
    let recording = Recording::start();
    let refused = other.query(Order::partition("c1")).all().send().await;
    assert!(refused.is_err());
    assert_eq!(field(&recording.span(), "outcome"), "service");
    let event = recording.event();
    let told = ["message", "table", "verb", "outcome"].map(|name| field(&event, name));
    assert_eq!(told, ["read failed", "missing-shop", "query", "service"]);
    assert_silent(&recording.spans());
    assert_silent(&recording.events());
}

/// Only the number is known of a count, and of items that are read again those that are returned.
#[tokio::test]
async fn each_amount_is_one_span_whatever_its_pages_are() {
    let shop = shop_of(9).await;
    shop.local.on("Query").always().inject(Fault::ShortPage(4));
    let query = || shop.store.query(Order::partition("c1"));
    let recording = Recording::start();
    query().count().send().await.unwrap();
    query().first().send().await.unwrap();
    query().values().all().send_metered().await.outcome.unwrap();
    query().fetch().page(3).send().await.unwrap();
    let spans = recording.spans();
    let told = |span: &Traced| ["pages", "examined"].map(|name| field(span, name).to_owned());
    let told: Vec<_> = spans.iter().map(told).collect();
    assert_eq!(told, [["3", "9"], ["1", "1"], ["3", "9"], ["1", "4"]]);
    let returned: Vec<_> = spans.iter().map(|span| field(span, "returned")).collect();
    assert_eq!(returned, ["9", "1", "9", "3"]);
    assert_eq!(
        field(&spans[3], "attempts"),
        "2",
        "the items are read again"
    );
    assert_silent(&spans);
    assert_silent(&recording.events());
}

#[tokio::test]
async fn each_page_of_a_stream_is_a_span() {
    let shop = shop_of(5).await;
    shop.local.on("Query").always().inject(Fault::ShortPage(2));
    let recording = Recording::start();
    let mut walk = shop.store.query(Order::partition("c1")).stream();
    while let Some(found) = walk.next().await {
        assert_eq!(found.unwrap().customer, order("", "", 0).customer);
    }
    let spans = recording.spans();
    let returned: usize = spans
        .iter()
        .map(|span| field(span, "returned").parse::<usize>().unwrap())
        .sum();
    assert_eq!(returned, 5);
    assert!(spans.len() >= 3, "{}", spans.len());
    assert_silent(&spans);
}
