//! Relative changes and their guards, in one request.
use dynacond::{AttributeValue, Error, Guard, InvalidInput, Stored, Versioned as _};

use super::support::{
    Basket, Order, Status, basket, fresh_store, n, order, order_item, raw, refused, s, stored_order,
};

#[tokio::test]
async fn an_update_of_a_missing_item_is_not_found_and_leaves_no_ghost() {
    let store = fresh_store::<Order>().await;
    let update = store.update(Order::key("o1")).set(|o| o.stock.to(3));
    let error = refused(update.send().await);
    assert!(matches!(error, Error::NotFound(_)), "{error}");
    let update = store
        .update(Order::key("o1"))
        .set(|o| o.stock.to(3))
        .when(|o| o.note.not_exists());
    let error = refused(update.send().await);
    assert!(matches!(error, Error::NotFound(_)), "{error}");
    assert!(raw(&store, Order::key("o1")).await.is_none());
}

#[tokio::test]
async fn a_reservation_takes_what_it_asks_for_and_says_what_remains() {
    let store = fresh_store::<Order>().await;
    store.create(order()).send().await.unwrap();
    let reserve = store
        .update(Order::key("o1"))
        .set(|o| o.stock.subtract(3))
        .when(|o| o.stock.ge(3));
    let remaining = reserve.send().await.unwrap();
    assert_eq!(remaining.stock, 7);
    assert_eq!(Stored::version(&remaining), 2);
    let mut expected = order_item(2);
    expected.insert("stock".into(), n(7));
    assert_eq!(stored_order(&store).await, expected);
}

#[tokio::test]
async fn subtracting_more_than_there_is_is_refused_by_a_guard_of_its_own() {
    let store = fresh_store::<Order>().await;
    store.create(order()).send().await.unwrap();
    let sell = store.update(Order::key("o1")).set(|o| o.stock.subtract(11));
    let error = refused(sell.send().await);
    assert!(matches!(error, Error::ConditionFailed(_)), "{error}");
    assert!(
        error.to_string().contains("`stock >= ?` is false"),
        "{error}"
    );
    let broken: Vec<_> = error
        .refusal()
        .unwrap()
        .guards()
        .iter()
        .filter(|result| !result.holds)
        .collect();
    let [broken] = broken[..] else {
        panic!("one guard is false: {broken:?}");
    };
    let Guard::NotNegative { attribute, clause } = &broken.guard else {
        panic!("{broken:?}");
    };
    assert_eq!(
        (attribute.as_str(), clause.as_str()),
        ("stock", "stock >= ?")
    );
    assert_eq!(error.current::<Order>().unwrap().unwrap().stock, 10);
    assert_eq!(stored_order(&store).await, order_item(1));
}

#[tokio::test]
async fn the_guard_of_an_unsigned_subtract_is_explained_like_any_clause() {
    let store = fresh_store::<Order>().await;
    store.create(order()).send().await.unwrap();
    let sell = || store.update(Order::key("o1")).set(|o| o.stock.subtract(11));
    let alone = refused(sell().send().await);
    let narrowed = sell().when(|o| o.status.eq(Status::Pending));
    let narrowed = refused(narrowed.send().await);
    let both = sell().when(|o| o.status.eq(Status::Shipped));
    let both = refused(both.send().await);
    let target = format!("update Order {} in table", Order::key("o1"));
    for (error, explained, reasons) in [
        (
            &alone,
            "stock >= 11\n  ✗ stock >= 11      actual: 10",
            "`stock >= ?` is false",
        ),
        (
            &narrowed,
            "stock >= 11 AND status = pending\n  ✗ stock >= 11           actual: 10\n  ✓ status = pending      actual: pending",
            "`stock >= ?` is false",
        ),
        (
            &both,
            "stock >= 11 AND status = shipped\n  ✗ stock >= 11           actual: 10\n  ✗ status = shipped      actual: pending",
            "`stock >= ?` is false; `status = ?` is false",
        ),
    ] {
        assert!(matches!(error, Error::ConditionFailed(_)), "{error}");
        let condition = error.refusal().unwrap().condition().expect("a condition");
        assert_eq!(condition.to_string(), explained);
        let text = error.to_string();
        assert!(text.starts_with(&target), "{text}");
        let said = text.split_once(" was refused: ").unwrap().1;
        assert_eq!(said, reasons, "each once");
    }
}

#[tokio::test]
async fn nested_and_optional_unsigned_numbers_stay_unsigned() {
    let store = fresh_store::<Basket>().await;
    store.create(basket()).send().await.unwrap();
    let key = Basket::key("b1");
    let price = store
        .update(&key)
        .set(|b| b.prices.entry("EUR").subtract(11));
    let points = store.update(&key).set(|b| b.points.subtract(6));
    for (update, clause) in [(price, "prices.EUR >= ?"), (points, "points >= ?")] {
        let error = refused(update.send().await);
        assert!(matches!(error, Error::ConditionFailed(_)), "{error}");
        assert!(error.to_string().contains(clause), "{error}");
    }
    let update = store
        .update(&key)
        .set(|b| (b.prices.entry("EUR").subtract(10), b.points.subtract(5)));
    let spent = update.send().await.unwrap();
    assert_eq!((spent.prices["EUR"], spent.points), (0, Some(0)));
}

#[tokio::test]
async fn racing_buyers_never_oversell() {
    let store = fresh_store::<Order>().await;
    store.create(order()).send().await.unwrap();
    let buyers: Vec<_> = (0..8)
        .map(|_| {
            let buy = store.update(Order::key("o1")).set(|o| o.stock.subtract(3));
            tokio::spawn(buy.send())
        })
        .collect();
    let mut sold = 0;
    for buyer in buyers {
        match buyer.await.unwrap() {
            Ok(_) => sold += 1,
            Err(error) => {
                assert!(matches!(error, Error::ConditionFailed(_)), "{error}");
                assert_eq!(error.current::<Order>().unwrap().unwrap().stock, 1);
            }
        }
    }
    // Three of ten, three times.
    assert_eq!(sold, 3);
    let mut expected = order_item(4);
    expected.insert("stock".into(), n(1));
    assert_eq!(stored_order(&store).await, expected);
}

#[tokio::test]
async fn a_condition_joins_the_guard_of_a_subtract() {
    let store = fresh_store::<Order>().await;
    store.create(order()).send().await.unwrap();
    let sell = |by, status| {
        let update = store.update(Order::key("o1"));
        update
            .set(move |o| o.stock.subtract(by))
            .when(move |o| o.status.eq(status) | o.stock.ge(100))
    };
    for (by, status) in [(11, Status::Pending), (1, Status::Shipped)] {
        let error = refused(sell(by, status).send().await);
        assert!(matches!(error, Error::ConditionFailed(_)), "{error}");
    }
    assert_eq!(sell(10, Status::Pending).send().await.unwrap().stock, 0);
}

#[tokio::test]
async fn a_signed_number_may_fall_below_zero() {
    use super::support::Account;
    let store = fresh_store::<Account>().await;
    let account = Account {
        id: "a1".into(),
        balance: 1,
        version: 0,
    };
    store.create(account).send().await.unwrap();
    let draw = store
        .update(Account::key("a1"))
        .set(|a| a.balance.subtract(3));
    assert_eq!(draw.send().await.unwrap().balance, -2);
}

#[tokio::test]
async fn every_action_does_what_it_says() {
    let store = fresh_store::<Basket>().await;
    store.create(basket()).send().await.unwrap();
    let update = store
        .update(Basket::key("b1"))
        .set(|b| {
            (
                b.address.at(|a| a.city).to("Paris"),
                b.prices.entry("EUR").add(1),
                b.prices.entry("GBP").to(9),
                b.tags.insert(["hot"]),
                b.lines.append(["plum"]),
                b.points.remove(),
            )
        })
        .set(|b| b.paid.to(true));
    let updated = update.send().await.unwrap();
    let mut expected = basket();
    expected.address.city = "Paris".into();
    expected.prices.insert("EUR".into(), 11);
    expected.prices.insert("GBP".into(), 9);
    expected.tags.insert("hot".into());
    expected.lines.push("plum".into());
    expected.points = None;
    expected.paid = true;
    assert_eq!(updated, expected);

    let update = store.update(Basket::key("b1")).set(|b| {
        (
            b.tags.delete(["new"]),
            b.lines.prepend(["fig"]),
            b.points.if_absent(2),
            b.paid.if_absent(false),
        )
    });
    update.send().await.unwrap();
    let item = raw(&store, Basket::key("b1")).await.unwrap();
    assert_eq!(item["tags"], AttributeValue::Ss(vec!["hot".into()]));
    let lines = ["fig", "apple", "pear", "plum"].map(s);
    assert_eq!(item["lines"], AttributeValue::L(lines.into()));
    assert_eq!(item["points"], n(2));
    assert_eq!(item["paid"], AttributeValue::Bool(true));
    assert_eq!(item["item_version"], n(3));
}

#[tokio::test]
async fn only_the_actions_that_are_there_are_sent() {
    let store = fresh_store::<Order>().await;
    store.create(order()).send().await.unwrap();
    let update = |stock: Option<u32>, note: Option<&'static str>| {
        let update = store.update(Order::key("o1"));
        update.set(move |o| {
            (
                stock.map(|stock| o.stock.to(stock)),
                o.note.to_or_remove(note),
            )
        })
    };
    let updated = update(Some(4), Some("call first")).send().await.unwrap();
    assert_eq!(
        (updated.stock, updated.note.as_deref()),
        (4, Some("call first"))
    );
    let updated = update(None, None).send().await.unwrap();
    assert_eq!((updated.stock, updated.note.as_deref()), (4, None));
    assert!(
        !Stored::item(&updated).contains_key("note"),
        "removed, not NULL"
    );
}

#[tokio::test]
async fn an_update_of_no_action_at_all_is_not_sent() {
    let store = fresh_store::<Order>().await;
    store.create(order()).send().await.unwrap();
    let update = store.update(Order::key("o1"));
    let update = update.set(|o| None::<u32>.map(|stock| o.stock.to(stock)));
    let error = refused(update.send().await);
    let nothing = matches!(error, Error::Invalid(InvalidInput::NoAction { .. }));
    assert!(nothing, "{error}");
    assert_eq!(stored_order(&store).await, order_item(1));
}
