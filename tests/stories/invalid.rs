//! What DynamoDB would refuse for every stored item: a typed error, and no request.
use dynacond::{Error, InvalidInput, Rule, Versioned as _, attr};

use super::support::{
    Account, Basket, Member, Order, basket, order, read, refused, watched, watched_order,
};

fn account(id: String) -> Account {
    Account {
        id,
        balance: 1,
        version: 0,
    }
}

fn member(id: String) -> Member {
    Member {
        group: "staff".into(),
        id,
        points: 1,
    }
}

#[tokio::test]
async fn a_key_of_no_bytes_or_too_many_is_refused_by_every_verb() {
    let shop = watched::<Account>().await;
    let store = &shop.store;
    for bytes in [0, 2049] {
        let id = "k".repeat(bytes);
        let update = store.update(Account::key(&id)).set(|a| a.balance.add(1));
        for error in [
            refused(store.get(Account::key(&id)).send().await),
            refused(store.create(account(id.clone())).send().await),
            refused(store.put(account(id.clone())).unconditional().send().await),
            refused(update.send().await),
            refused(
                store
                    .modify(Account::key(&id), |a| a.balance = 1)
                    .send()
                    .await,
            ),
            refused(store.delete(Account::key(&id)).unconditional().send().await),
        ] {
            let expected = InvalidInput::KeyLength {
                item_type: "Account",
                attribute: "id",
                bytes,
                limit: 2048,
            };
            assert!(
                matches!(&error, Error::Invalid(found) if *found == expected),
                "{error}"
            );
        }
    }
    assert!(shop.local.operations().is_empty());
    let longest = account("k".repeat(2048));
    store.create(longest).send().await.unwrap();
}

#[tokio::test]
async fn a_sort_key_of_no_bytes_or_too_many_is_refused() {
    let shop = watched::<Member>().await;
    for bytes in [0, 1025] {
        let error = refused(shop.store.create(member("k".repeat(bytes))).send().await);
        let expected = InvalidInput::KeyLength {
            item_type: "Member",
            attribute: "id",
            bytes,
            limit: 1024,
        };
        assert!(
            matches!(&error, Error::Invalid(found) if *found == expected),
            "{error}"
        );
    }
    assert!(shop.local.operations().is_empty());
    // Bytes, not characters.
    let error = refused(shop.store.create(member("é".repeat(513))).send().await);
    assert!(matches!(error, Error::Invalid(_)), "{error}");
    shop.store
        .create(member("é".repeat(512)))
        .send()
        .await
        .unwrap();
}

#[tokio::test]
async fn key_fields_that_changed_since_the_item_was_read_are_refused() {
    let shop = watched_order().await;
    let mut order = read(&shop.quiet).await;
    order.id = "o2".into();
    let modify = shop.store.modify(Order::key("o1"), |o| o.id = "o2".into());
    for error in [
        refused(shop.store.save(order.clone()).send().await),
        refused(
            shop.store
                .save(order.clone())
                .when(|o| o.stock.ge(1))
                .send()
                .await,
        ),
        refused(shop.store.replace(order).send().await),
    ] {
        let Error::Invalid(InvalidInput::KeyChanged { read, now, .. }) = &error else {
            panic!("{error}");
        };
        assert_eq!(**read, *Order::key("o1").raw());
        assert_eq!(**now, *Order::key("o2").raw());
    }
    assert!(shop.local.operations().is_empty());
    let error = refused(modify.send().await);
    assert!(
        matches!(error, Error::Invalid(InvalidInput::KeyChanged { .. })),
        "{error}"
    );
    assert_eq!(shop.local.operations(), ["GetItem"]);
}

#[tokio::test]
async fn an_item_over_400_kb_is_refused() {
    let shop = watched_order().await;
    let mut stored = read(&shop.quiet).await;
    let mut big = order();
    big.note = Some("x".repeat(400 * 1024));
    stored.note.clone_from(&big.note);
    for error in [
        refused(shop.store.create(big).send().await),
        refused(shop.store.replace(stored).send().await),
    ] {
        let Error::Invalid(InvalidInput::TooLarge { bytes, limit, .. }) = &error else {
            panic!("{error}");
        };
        assert!(bytes > limit);
        assert_eq!(*limit, 409_600);
    }
    assert!(shop.local.operations().is_empty());
}

#[tokio::test]
async fn an_empty_set_is_refused_by_every_verb_that_writes_it() {
    let shop = watched::<Basket>().await;
    let mut stored = shop.quiet.create(basket()).send().await.unwrap();
    stored.tags.clear();
    let empty = Basket {
        tags: [].into(),
        ..basket()
    };
    let store = &shop.store;
    let none: [&str; 0] = [];
    let insert = store.update(Basket::key("b1")).set(|b| b.tags.insert(none));
    for error in [
        refused(store.create(empty.clone()).send().await),
        refused(store.put(empty.clone()).unconditional().send().await),
        refused(store.save(stored.clone()).send().await),
        refused(store.replace(stored).send().await),
        refused(insert.send().await),
        refused(
            store
                .update(Basket::key("b1"))
                .or_create(empty)
                .send()
                .await,
        ),
    ] {
        assert_eq!(broken_rule(&error), Some(&Rule::EmptySet), "{error}");
    }
    assert!(shop.local.operations().is_empty());
}

#[tokio::test]
async fn a_number_that_is_none_is_refused_by_every_verb_that_writes_it() {
    let shop = watched::<Basket>().await;
    let stored = shop.quiet.create(basket()).send().await.unwrap();
    for weight in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
        let wrong = Basket { weight, ..basket() };
        let mut stored = stored.clone();
        stored.weight = weight;
        let store = &shop.store;
        let update = store.update(Basket::key("b1"));
        for error in [
            refused(store.create(wrong.clone()).send().await),
            refused(store.put(wrong).unconditional().send().await),
            refused(store.save(stored.clone()).send().await),
            refused(store.replace(stored).send().await),
            refused(update.set(|b| b.weight.to(weight)).send().await),
        ] {
            assert_eq!(broken_rule(&error), Some(&Rule::NotANumber), "{error}");
        }
    }
    assert!(shop.local.operations().is_empty());
}

/// The rule, whether it was found in the item or in the expression.
fn broken_rule(error: &Error) -> Option<&Rule> {
    match error {
        Error::Invalid(InvalidInput::Value { rule, .. }) => Some(rule),
        Error::Expression(error) => Some(&error.rule),
        _ => None,
    }
}

#[tokio::test]
async fn keys_version_and_write_id_cannot_be_updated_by_name() {
    let shop = watched_order().await;
    let fixed = [
        ("pk", Rule::UpdatesKey),
        ("sk", Rule::UpdatesKey),
        ("id", Rule::UpdatesKey),
        ("item_version", Rule::UpdatesVersion),
        ("item_write_id", Rule::UpdatesVersion),
    ];
    for (name, rule) in fixed {
        let set = shop
            .store
            .update(Order::key("o1"))
            .set(|_| attr(name).to("x"));
        let remove = shop
            .store
            .update(Order::key("o1"))
            .set(|_| attr(name).remove());
        for error in [refused(set.send().await), refused(remove.send().await)] {
            assert_eq!(broken_rule(&error), Some(&rule), "{name}: {error}");
        }
    }
    assert!(shop.local.operations().is_empty());
}

#[tokio::test]
async fn an_update_without_an_action_is_refused() {
    let shop = watched_order().await;
    let error = refused(shop.store.update(Order::key("o1")).send().await);
    assert!(
        matches!(error, Error::Invalid(InvalidInput::NoAction { .. })),
        "{error}"
    );
    let two = shop
        .store
        .update(Order::key("o1"))
        .set(|o| (o.stock.to(1), o.stock.add(1)));
    assert_eq!(
        broken_rule(&refused(two.send().await)),
        Some(&Rule::Overlap)
    );
    assert!(shop.local.operations().is_empty());
}

#[tokio::test]
async fn a_condition_that_would_vanish_is_refused() {
    let shop = watched_order().await;
    let none: [u32; 0] = [];
    let delete = shop
        .store
        .delete(Order::key("o1"))
        .when(|o| o.stock.is_in(none));
    let error = refused(delete.send().await);
    assert_eq!(broken_rule(&error), Some(&Rule::EmptyIn));
    let save = shop
        .store
        .save(read(&shop.quiet).await)
        .when(|o| o.stock.between(9, 1));
    let error = refused(save.send().await);
    assert_eq!(broken_rule(&error), Some(&Rule::BoundsReversed));
    assert!(shop.local.operations().is_empty());
}
