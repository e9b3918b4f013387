//! The three-way merge by the shape of what changed: maps entry by entry, anything else whole.
use dynacond::{AttributeValue, Item, Versioned as _};

use super::support::{
    Basket, Payment, Watched, basket, m, n, named, names, raw, s, set_raw, watched,
};

async fn shop() -> Watched {
    let shop = watched::<Basket>().await;
    shop.quiet.create(basket()).send().await.unwrap();
    shop
}

/// Reads, changes and saves the basket; gives the names that the save sent, and the item as it is then.
async fn saved(shop: &Watched, change: impl Fn(&mut Basket)) -> (Vec<String>, Item) {
    let key = Basket::key("b1");
    let mut basket = shop.quiet.get(&key).send().await.unwrap().unwrap();
    change(&mut basket);
    let expected = basket.clone();
    shop.local.clear_log();
    shop.store.save(basket).send().await.unwrap();
    let [request] = shop.local.log().try_into().expect("one request");
    let read = shop.quiet.get(&key).send().await.unwrap().unwrap();
    assert_eq!(read, dynacond::Stored::into_inner(expected));
    let stamps = names(["item_version", "item_write_id"]);
    let sent = named(&request);
    assert!(sent.is_superset(&stamps));
    (
        sent.difference(&stamps).cloned().collect(),
        raw(&shop.quiet, key).await.unwrap(),
    )
}

#[tokio::test]
async fn map_entries_are_added_changed_and_removed_one_by_one() {
    let shop = shop().await;
    let prices = |eur: Option<u32>, usd: Option<u32>, gbp: Option<u32>| {
        let entries = [("EUR", eur), ("USD", usd), ("GBP", gbp)];
        let entries = entries
            .into_iter()
            .filter_map(|(name, price)| Some((name.to_owned(), n(price?))));
        AttributeValue::M(entries.collect())
    };
    let add = |b: &mut Basket| {
        b.prices.insert("GBP".into(), 9);
    };
    let (sent, item) = saved(&shop, add).await;
    assert_eq!(sent, ["GBP", "prices"]);
    assert_eq!(item["prices"], prices(Some(10), Some(11), Some(9)));

    let change = |b: &mut Basket| {
        b.prices.insert("EUR".into(), 12);
    };
    let (sent, item) = saved(&shop, change).await;
    assert_eq!(sent, ["EUR", "prices"]);
    assert_eq!(item["prices"], prices(Some(12), Some(11), Some(9)));

    let (sent, item) = saved(&shop, |b| {
        b.prices.remove("USD");
    })
    .await;
    assert_eq!(sent, ["USD", "prices"]);
    assert_eq!(item["prices"], prices(Some(12), None, Some(9)));

    // The last entries go, the map stays.
    let (_, item) = saved(&shop, |b| b.prices.clear()).await;
    assert_eq!(item["prices"], m([]));
}

#[tokio::test]
async fn entries_of_any_name_are_saved() {
    let shop = shop().await;
    let odd = [
        "a.b",
        "a_b",
        "1st",
        "size",
        "with space",
        "#a",
        ":v",
        "é",
        "[0]",
    ];
    for value in [1, 2] {
        let change = |b: &mut Basket| b.prices.extend(odd.map(|name| (name.to_owned(), value)));
        let (_, item) = saved(&shop, change).await;
        let prices = item["prices"].as_m().unwrap();
        assert_eq!(prices.len(), 2 + odd.len());
        assert!(odd.iter().all(|name| prices[*name] == n(value)));
    }
}

#[tokio::test]
async fn an_entry_of_a_rival_survives_beside_a_changed_one() {
    let shop = shop().await;
    let mut mine = shop.quiet.get(Basket::key("b1")).send().await;
    let prices = [("EUR", n(10)), ("USD", n(11)), ("CHF", n(13))];
    set_raw(&shop.quiet, Basket::key("b1"), "prices", Some(m(prices))).await;
    let mine = mine.as_mut().unwrap().take().map(|mut basket| {
        basket.prices.insert("EUR".into(), 12);
        basket
    });
    shop.store.save(mine.unwrap()).send().await.unwrap();
    let item = raw(&shop.quiet, Basket::key("b1")).await.unwrap();
    let expected = [("EUR", n(12)), ("USD", n(11)), ("CHF", n(13))];
    assert_eq!(item["prices"], m(expected));
}

#[tokio::test]
async fn an_unknown_field_within_a_map_value_survives() {
    let shop = shop().await;
    let card = [
        ("network", s("visa")),
        ("last_four", s("1111")),
        ("issuer", s("bank")),
    ];
    let payment = m([("Card", m(card))]);
    set_raw(&shop.quiet, Basket::key("b1"), "payment", Some(payment)).await;
    let change = |b: &mut Basket| {
        if let Payment::Card { last_four, .. } = &mut b.payment {
            *last_four = "2222".into();
        }
    };
    let (sent, item) = saved(&shop, change).await;
    assert_eq!(sent, ["Card", "last_four", "payment"]);
    let card = [
        ("network", s("visa")),
        ("last_four", s("2222")),
        ("issuer", s("bank")),
    ];
    assert_eq!(item["payment"], m([("Card", m(card))]));
}

#[tokio::test]
async fn an_enum_stored_as_a_map_changes_its_variant_whole() {
    let shop = shop().await;
    let change = |b: &mut Basket| b.payment = Payment::Invoice { days: 30 };
    let (_, item) = saved(&shop, change).await;
    assert_eq!(item["payment"], m([("Invoice", m([("days", n(30))]))]));
}

#[tokio::test]
async fn lists_are_replaced_whole() {
    let shop = shop().await;
    let (sent, item) = saved(&shop, |b| b.lines[1] = "plum".into()).await;
    assert_eq!(sent, ["lines"]);
    assert_eq!(
        item["lines"],
        AttributeValue::L(vec![s("apple"), s("plum")])
    );
    let (_, item) = saved(&shop, |b| b.lines.clear()).await;
    assert_eq!(item["lines"], AttributeValue::L(Vec::new()));
}

#[tokio::test]
async fn sets_are_replaced_whole_and_have_no_order() {
    let shop = shop().await;
    let (sent, item) = saved(&shop, |b| b.tags = ["a".into(), "b".into()].into()).await;
    assert_eq!(sent, ["tags"]);
    let mut tags = item["tags"].as_ss().unwrap().clone();
    tags.sort();
    assert_eq!(tags, ["a", "b"]);

    let mut basket = shop
        .quiet
        .get(Basket::key("b1"))
        .send()
        .await
        .unwrap()
        .unwrap();
    basket.tags = ["b".into(), "a".into()].into();
    shop.local.clear_log();
    shop.store.save(basket).send().await.unwrap();
    assert!(shop.local.operations().is_empty(), "the same set");
}

#[tokio::test]
async fn values_of_every_kind_are_set() {
    let shop = shop().await;
    let change = |b: &mut Basket| {
        b.weight = 0.25;
        b.paid = true;
        b.points = None;
        b.address.street = String::new();
    };
    let (sent, item) = saved(&shop, change).await;
    assert_eq!(sent, ["address", "paid", "points", "street", "weight"]);
    assert_eq!(item["paid"], AttributeValue::Bool(true));
    assert_eq!(item["weight"], n(0.25));
    assert!(!item.contains_key("points"));
}
