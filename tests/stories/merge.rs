//! What the struct does not know survives, and a save sends only what changed.
use std::collections::HashMap;

use dynacond::{Item, Stored, Versioned as _};

use super::support::{
    Basket, Order, Status, basket, fresh_store, m, n, named, names, order, order_item, put_raw,
    raw, read, refused, s, set_raw, stored_order, watched, watched_order,
};

/// An order with unknown attributes at the top and in the address.
fn rich_order_item() -> Item {
    let mut item = order_item(1);
    item.insert("item_write_id".into(), s("w"));
    item.insert("source".into(), s("import"));
    let address = [
        ("street", s("1 rue Haute")),
        ("city", s("Lyon")),
        ("floor", n(3)),
    ];
    item.insert("shipTo".into(), m(address));
    item
}

#[tokio::test]
async fn unknown_attributes_survive_save_update_and_modify_at_every_level() {
    let store = fresh_store::<Order>().await;
    put_raw::<Order>(&store, rich_order_item()).await;
    let mut order = read(&store).await;
    order.address.city = "Paris".into();
    store.save(order).send().await.unwrap();
    let key = Order::key("o1");
    let update = store.update(&key).set(|o| o.stock.subtract(1));
    update.send().await.unwrap();
    let modify = store.modify(&key, |o| o.address.street = "2 rue Basse".into());
    modify.send().await.unwrap();

    let mut expected = rich_order_item();
    expected.remove("item_write_id");
    let address = [
        ("street", s("2 rue Basse")),
        ("city", s("Paris")),
        ("floor", n(3)),
    ];
    expected.insert("shipTo".into(), m(address));
    expected.insert("stock".into(), n(9));
    expected.insert("item_version".into(), n(4));
    assert_eq!(stored_order(&store).await, expected);
}

#[tokio::test]
async fn a_put_keeps_unknown_attributes_and_writes_documents_whole() {
    let store = fresh_store::<Order>().await;
    put_raw::<Order>(&store, rich_order_item()).await;
    store.put(order()).unconditional().send().await.unwrap();
    let mut expected = order_item(2);
    expected.insert("source".into(), s("import"));
    assert_eq!(stored_order(&store).await, expected);
}

#[tokio::test]
async fn a_put_removes_what_the_struct_knows_and_leaves_out() {
    let store = fresh_store::<Order>().await;
    let mut noted = order();
    noted.note = Some("gift wrap".into());
    store.create(noted).send().await.unwrap();
    store.put(order()).unconditional().send().await.unwrap();
    assert_eq!(stored_order(&store).await, order_item(2));
}

#[tokio::test]
async fn a_replace_drops_what_the_struct_does_not_know() {
    let store = fresh_store::<Order>().await;
    put_raw::<Order>(&store, rich_order_item()).await;
    store.replace(read(&store).await).send().await.unwrap();
    assert_eq!(stored_order(&store).await, order_item(2));
}

#[tokio::test]
async fn a_removed_option_is_removed_and_a_new_one_is_set() {
    let store = fresh_store::<Order>().await;
    let mut order = store.create(order()).send().await.unwrap();
    order.note = Some("gift wrap".into());
    let mut order = store.save(order).send().await.unwrap();
    assert_eq!(stored_order(&store).await["note"], s("gift wrap"));
    order.note = None;
    store.save(order).send().await.unwrap();
    assert_eq!(stored_order(&store).await, order_item(3));
}

#[tokio::test]
async fn a_changed_nested_field_alone_is_sent() {
    let shop = watched_order().await;
    let mut order = read(&shop.quiet).await;
    order.address.city = "Paris".into();
    shop.store.save(order).send().await.unwrap();
    let [request] = shop.local.log().try_into().expect("one request");
    let update = request.body["UpdateExpression"].as_str().unwrap();
    assert!(update.contains("#shipTo.#city = "), "{update}");
    let sent = names(["shipTo", "city", "item_version", "item_write_id"]);
    assert_eq!(named(&request), sent);
}

#[tokio::test]
async fn only_the_changed_attribute_is_sent() {
    let shop = watched_order().await;
    let mut order = read(&shop.quiet).await;
    order.status = Status::Shipped;
    let save = shop
        .store
        .save(order)
        .when(|o| o.status.eq(Status::Pending));
    save.send().await.unwrap();
    let [request] = shop.local.log().try_into().expect("one request");
    let sent = names(["status", "item_version", "item_write_id"]);
    assert_eq!(named(&request), sent);
}

#[tokio::test]
async fn a_rivals_edit_of_another_attribute_survives_a_save() {
    let store = fresh_store::<Order>().await;
    let mut order = store.create(order()).send().await.unwrap();
    // A console, say: the version does not tell.
    set_raw(&store, Order::key("o1"), "note", Some(s("call first"))).await;
    set_raw(&store, Order::key("o1"), "carrier", Some(s("bike"))).await;
    order.status = Status::Shipped;
    let order = store.save(order).send().await.unwrap();
    assert_eq!(Stored::item(&order)["note"], s("call first"));

    let mut expected = order_item(2);
    expected.insert("status".into(), s("shipped"));
    expected.insert("note".into(), s("call first"));
    expected.insert("carrier".into(), s("bike"));
    assert_eq!(stored_order(&store).await, expected);

    // The next save does not take it back either.
    let mut order = order;
    order.stock = 1;
    store.save(order).send().await.unwrap();
    assert_eq!(stored_order(&store).await["note"], s("call first"));
}

/// Too many entries for one update expression.
fn many_prices(by: u32) -> HashMap<String, u32> {
    let entry = |i| (format!("currency-{i:04}"), i + by);
    (0..400).map(entry).collect()
}

#[tokio::test]
async fn a_save_too_long_for_an_update_keeps_what_the_struct_does_not_know() {
    let shop = watched::<Basket>().await;
    let mut basket = basket();
    basket.prices.extend(many_prices(0));
    shop.quiet.create(basket).send().await.unwrap();
    let key = Basket::key("b1");
    set_raw(&shop.quiet, key.clone(), "source", Some(s("import"))).await;

    let mut basket = shop.store.get(&key).send().await.unwrap().unwrap();
    basket.prices.extend(many_prices(1));
    basket.prices.remove("EUR");
    basket.points = None;
    let basket = shop.store.save(basket).send().await.unwrap();
    assert_eq!(Stored::version(&basket), 2);
    assert_eq!(shop.local.operations(), ["GetItem", "PutItem"]);

    let found = raw(&shop.quiet, key.clone()).await.unwrap();
    assert_eq!(found["source"], s("import"));
    assert_eq!(found["item_version"], n(2));
    assert!(!found.contains_key("points"));
    let read = shop.quiet.get(&key).send().await.unwrap().unwrap();
    assert_eq!(read, Stored::into_inner(basket));
}

#[tokio::test]
async fn a_save_too_long_for_an_update_adopts_an_unversioned_item() {
    let shop = watched::<Basket>().await;
    shop.quiet.create(basket()).send().await.unwrap();
    let key = Basket::key("b1");
    for (name, value) in [
        ("source", Some(s("import"))),
        ("item_version", None),
        ("item_write_id", None),
    ] {
        set_raw(&shop.quiet, key.clone(), name, value).await;
    }

    let mut basket = shop.store.get(&key).send().await.unwrap().unwrap();
    basket.prices.extend(many_prices(1));
    let basket = shop.store.save(basket).send().await.unwrap();
    // The stamp is version 1.
    assert_eq!(Stored::version(&basket), 2);
    assert_eq!(
        shop.local.operations(),
        ["GetItem", "UpdateItem", "PutItem"]
    );
    let found = raw(&shop.quiet, key.clone()).await.unwrap();
    assert_eq!(
        (&found["source"], &found["item_version"]),
        (&s("import"), &n(2))
    );
    let read = shop.quiet.get(&key).send().await.unwrap().unwrap();
    assert_eq!(read, Stored::into_inner(basket));
}

#[tokio::test]
async fn a_save_too_long_for_an_update_is_refused_when_stale() {
    let shop = watched::<Basket>().await;
    let mut stale = shop.quiet.create(basket()).send().await.unwrap();
    let update = shop.quiet.update(Basket::key("b1"));
    let paid = update.set(|b| b.paid.to(true)).send().await.unwrap();
    // New entries are set one by one, since the map is there.
    stale.prices.extend(many_prices(0));
    let error = refused(shop.store.save(stale).send().await);
    assert!(error.is_conflict(), "{error}");
    let read = shop.quiet.get(Basket::key("b1")).send().await;
    assert_eq!(read.unwrap().unwrap(), Stored::into_inner(paid));
}
