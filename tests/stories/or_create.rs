//! An update that may create: the result always decodes.
use dynacond::{Error, InvalidInput, Stored, Versioned as _, attr};

use super::support::{
    Basket, Order, Status, basket, fresh_store, n, order, order_item, put_raw, read, refused, s,
    stored_order, unversioned_order_item, watched,
};

#[tokio::test]
async fn a_missing_item_is_created_from_the_default_and_the_actions() {
    let store = fresh_store::<Order>().await;
    let update = store
        .update(Order::key("o1"))
        .set(|o| (o.stock.add(5), o.status.to(Status::Shipped)))
        .or_create(order());
    let created = update.send().await.unwrap();
    assert_eq!(Stored::version(&created), 1);
    // 5 are added to the default's 10.
    let mut expected = order_item(1);
    expected.insert("stock".into(), n(15));
    expected.insert("status".into(), s("shipped"));
    assert_eq!(stored_order(&store).await, expected);
    assert_eq!(read(&store).await, Stored::into_inner(created));
}

#[tokio::test]
async fn an_existing_item_keeps_its_values() {
    let store = fresh_store::<Order>().await;
    let mut existing = order();
    existing.stock = 2;
    existing.address.city = "Paris".into();
    existing.note = Some("gift wrap".into());
    store.create(existing.clone()).send().await.unwrap();
    let update = store
        .update(Order::key("o1"))
        .set(|o| o.stock.add(5))
        .or_create(order());
    let updated = update.send().await.unwrap();
    existing.stock = 7;
    assert_eq!(updated, existing);
    assert_eq!(Stored::version(&updated), 2);
}

#[tokio::test]
async fn a_default_alone_creates_and_then_changes_nothing_but_the_version() {
    let store = fresh_store::<Order>().await;
    let ensure = || store.update(Order::key("o1")).or_create(order());
    ensure().send().await.unwrap();
    assert_eq!(stored_order(&store).await, order_item(1));
    ensure().send().await.unwrap();
    assert_eq!(stored_order(&store).await, order_item(2));
}

#[tokio::test]
async fn an_unversioned_item_gets_its_first_version() {
    let store = fresh_store::<Order>().await;
    put_raw::<Order>(&store, unversioned_order_item()).await;
    let update = store
        .update(Order::key("o1"))
        .set(|o| o.stock.subtract(1))
        .or_create(order());
    update.send().await.unwrap();
    let mut expected = order_item(1);
    expected.insert("stock".into(), n(9));
    assert_eq!(stored_order(&store).await, expected);
}

#[tokio::test]
async fn subtracting_from_a_default_that_is_too_small_is_refused() {
    let store = fresh_store::<Order>().await;
    let sell = |by| {
        let update = store.update(Order::key("o1"));
        update.set(move |o| o.stock.subtract(by)).or_create(order())
    };
    let error = refused(sell(11).send().await);
    assert!(matches!(error, Error::ConditionFailed(_)), "{error}");
    assert!(error.current::<Order>().unwrap().is_none());
    assert_eq!(sell(4).send().await.unwrap().stock, 6);
    let error = refused(sell(7).send().await);
    assert!(matches!(error, Error::ConditionFailed(_)), "{error}");
    assert_eq!(stored_order(&store).await["stock"], n(6));
}

#[tokio::test]
async fn a_list_is_appended_to_the_default() {
    let store = fresh_store::<Basket>().await;
    let update = store
        .update(Basket::key("b1"))
        .set(|b| b.lines.append(["plum"]))
        .or_create(basket());
    let created = update.send().await.unwrap();
    assert_eq!(created.lines, ["apple", "pear", "plum"]);
}

#[tokio::test]
async fn what_it_creates_decodes_also_when_members_are_deleted() {
    let shop = watched::<Basket>().await;
    let update = shop
        .store
        .update(Basket::key("b1"))
        .set(|b| b.tags.delete(["old"]))
        .or_create(basket());
    // Either the default's tags are there, or DynamoDB is not asked for what it cannot do.
    match update.send().await {
        Ok(created) => assert_eq!(created, basket()),
        Err(error) => {
            assert!(matches!(error, Error::Invalid(_)), "{error}");
            assert!(shop.local.operations().is_empty());
        }
    }
}

#[tokio::test]
async fn an_optional_attribute_may_be_removed_beside_a_default() {
    let store = fresh_store::<Basket>().await;
    let update = store
        .update(Basket::key("b1"))
        .set(|b| b.points.remove())
        .or_create(basket());
    assert_eq!(update.send().await.unwrap().points, None);
}

#[tokio::test]
async fn a_default_of_another_key_is_refused_before_it_is_sent() {
    let shop = watched::<Order>().await;
    let update = shop
        .store
        .update(Order::key("o2"))
        .set(|o| o.stock.add(1))
        .or_create(order());
    let error = refused(update.send().await);
    assert!(
        matches!(error, Error::Invalid(InvalidInput::OtherKey { .. })),
        "{error}"
    );
    assert!(shop.local.operations().is_empty());
}

/// A type's own reading, as serde's derive reads it: an attribute without a default must be there.
#[tokio::test]
async fn an_item_that_could_not_be_read_is_not_created() {
    let shop = watched::<Order>().await;
    let removed = |reason: &str| (reason.to_owned(), "removed");
    let update = || shop.store.update(Order::key("o1")).or_create(order());
    let updates = [
        (
            update()
                .set(|o| (o.stock.add(1), o.status.remove()))
                .send()
                .await,
            removed("missing field `status`"),
        ),
        (
            update().set(|o| o.address.remove()).send().await,
            removed("missing field `shipTo`"),
        ),
        (
            update().set(|_| attr("stock").to("many")).send().await,
            ("stock".to_owned(), "of another type"),
        ),
    ];
    for (updated, (names, what)) in updates {
        let error = refused(updated);
        let Error::Invalid(InvalidInput::CreatesUnreadable { item_type, reason }) = &error else {
            panic!("{what}: {error:?}");
        };
        assert_eq!(*item_type, "Order");
        assert!(reason.contains(&names), "{what}: {reason}");
    }
    assert!(shop.local.operations().is_empty());
    let update = update().set(|o| o.note.remove()).or_create(order());
    let created = update.send().await.unwrap();
    assert_eq!(created.note, None, "an `Option` may be removed");
}

#[tokio::test]
async fn a_nested_path_beside_a_default_is_refused_before_it_is_sent() {
    let shop = watched::<Order>().await;
    let update = shop
        .store
        .update(Order::key("o1"))
        .set(|o| o.address.at(|a| a.city).to("Paris"))
        .or_create(order());
    let error = refused(update.send().await);
    let Error::Invalid(InvalidInput::DefaultOverlaps { attribute }) = &error else {
        panic!("{error}");
    };
    assert_eq!(attribute, "shipTo");
    assert!(shop.local.operations().is_empty());
}

#[tokio::test]
async fn a_condition_that_is_false_because_there_is_no_item_says_so() {
    let shop = watched::<Order>().await;
    let (store, key) = (&shop.store, Order::key("o1"));
    for known in [false, true] {
        let update = || store.update(&key).set(|o| o.stock.add(1));
        let alone = update().when(|o| o.stock.ge(3)).send().await;
        let or_create = update().or_create(order()).when(|o| o.stock.ge(3));
        let put = store.put(order()).when(|o| o.stock.ge(3));
        let delete = store.delete(&key).when(|o| o.stock.ge(3));
        for (error, kind) in [
            (refused(alone), "not_found"),
            (refused(or_create.send().await), "condition_failed"),
            (refused(put.send().await), "condition_failed"),
            (refused(delete.send().await), "condition_failed"),
        ] {
            let text = error.to_string();
            assert_eq!(error.label(), kind, "{text}");
            let said = text.split_once(" was refused: ").unwrap().1;
            let expected = "the item does not exist; `stock >= ?` is false";
            assert_eq!(said, expected, "endpoint known: {known}");
        }
        // A refusal that carries an item, so the endpoint is known to return items.
        shop.quiet.create(order()).send().await.unwrap();
        refused(store.create(order()).send().await);
        let delete = shop.quiet.delete(&key).unconditional();
        delete.send().await.unwrap();
    }
}
