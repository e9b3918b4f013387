//! Values stay out of `Debug`, and of the `Display` of errors: what is logged by accident holds none.
use std::fmt::{Debug, Display};

use dynacond::{Error, RetryPolicy, Store, Stored, Versioned as _, attr};
use dynacond_local::Fault;

use super::support::{
    Address, Basket, Order, Status, Watched, basket, order_item, put_raw, read, refused,
    rival_buys_one, s, set_raw, watched, watched_order,
};

const SECRETS: [&str; 2] = ["s3cret", "424242"];

fn secret_order() -> Order {
    Order {
        id: "o1".into(),
        status: Status::Pending,
        stock: 424_242,
        address: Address {
            street: "s3cret street".into(),
            city: "s3cret city".into(),
        },
        note: Some("s3cret note".into()),
    }
}

async fn secret_shop() -> Watched {
    let shop = watched::<Order>().await;
    shop.quiet.create(secret_order()).send().await.unwrap();
    shop
}

#[track_caller]
fn assert_no_secret(text: &str) {
    for secret in SECRETS {
        assert!(!text.contains(secret), "{secret} in {text}");
    }
}

#[track_caller]
fn assert_quiet(error: &(impl Debug + Display)) {
    assert_no_secret(&format!("{error:?}"));
    assert_no_secret(&format!("{error:#?}"));
    assert_no_secret(&error.to_string());
}

#[tokio::test]
async fn refusals_show_no_values() {
    let shop = secret_shop().await;
    let stale = read(&shop.quiet).await;
    let update = shop.quiet.update(Order::key("o1"));
    update.set(|o| o.stock.add(0)).send().await.unwrap();
    let secret = |o: &<Order as dynacond::Versioned>::Attributes| o.note.eq("s3cret other");
    let sell = shop.store.update(Order::key("o1"));
    let missing = shop.store.update(Order::key("o2"));
    for error in [
        refused(shop.store.create(secret_order()).send().await),
        refused(
            shop.store
                .save(stale.clone())
                .when(|o| secret(&o))
                .send()
                .await,
        ),
        refused(
            shop.store
                .put(secret_order())
                .when(|o| secret(&o))
                .send()
                .await,
        ),
        refused(sell.set(|o| o.stock.subtract(424_243)).send().await),
        refused(missing.set(|o| o.note.to("s3cret")).send().await),
    ] {
        let refusal = error.refusal().expect("a refusal");
        assert_quiet(&error);
        assert_quiet(refusal);
        assert_no_secret(&format!("{:?} {:?}", refusal.guards(), refusal.condition()));
    }
}

#[tokio::test]
async fn an_item_that_does_not_decode_shows_no_values() {
    let shop = watched::<Order>().await;
    for (attribute, wrong) in [("status", "s3cret status"), ("stock", "s3cret stock")] {
        put_raw::<Order>(&shop.quiet, order_item(1)).await;
        set_raw(&shop.quiet, Order::key("o1"), attribute, Some(s(wrong))).await;
        let error = refused(shop.store.get(Order::key("o1")).send().await);
        assert!(matches!(error, Error::Decode(_)), "{error}");
        assert_quiet(&error);
    }
}

#[tokio::test]
async fn errors_before_sending_show_no_values() {
    let shop = watched::<Basket>().await;
    let secret = Basket {
        tags: [].into(),
        lines: vec!["s3cret line".into()],
        ..basket()
    };
    assert_quiet(&refused(shop.store.create(secret).send().await));
    let update = shop.store.update(Basket::key("b1"));
    let set = |b: <Basket as dynacond::Versioned>::Attributes| {
        (b.points.to(424_242), b.points.add(424_242))
    };
    assert_quiet(&refused(update.set(set).send().await));
    let between = shop.store.delete(Basket::key("b1"));
    let between = between.when(|_| attr("lines").between("s3cret b", "s3cret a"));
    assert_quiet(&refused(between.send().await));
}

#[tokio::test]
async fn errors_of_the_service_show_no_values() {
    let shop = secret_shop().await;
    set_raw(&shop.quiet, Order::key("o1"), "stock", Some(s("s3cret"))).await;
    let update = shop.store.update(Order::key("o1"));
    let error = refused(update.set(|o| o.stock.add(424_242)).send().await);
    assert!(matches!(error, Error::UpdateRejected(_)), "{error}");
    assert_quiet(&error);
    shop.local.on("PutItem").always().inject(Fault::Throttle);
    let error = refused(shop.store.create(secret_order()).send().await);
    assert!(matches!(error, Error::Throttled(_)), "{error}");
    assert_quiet(&error);
}

#[tokio::test]
async fn unknown_outcomes_and_exhausted_loops_show_no_values() {
    let shop = secret_shop().await;
    shop.local.on("UpdateItem").inject(Fault::LoseRequest);
    let update = shop.store.update(Order::key("o1"));
    let error = refused(update.set(|o| o.note.to("s3cret new")).send().await);
    let Error::OutcomeUnknown(unknown) = &error else {
        panic!("{error}");
    };
    assert!(unknown.last_seen().is_some());
    assert_quiet(&error);
    assert_quiet(&**unknown);

    shop.local
        .on("UpdateItem")
        .always()
        .inject(rival_buys_one());
    let store = Store::builder(shop.local.client())
        .retry(RetryPolicy::default().with_attempts(2))
        .build();
    let modify = store.modify(Order::key("o1"), |o| o.note = Some("s3cret new".into()));
    let error = refused(modify.send().await);
    assert!(matches!(error, Error::Exhausted(_)), "{error}");
    assert_quiet(&error);
}

#[tokio::test]
async fn stored_items_and_writes_show_no_values() {
    let shop = secret_shop().await;
    let stored = read(&shop.quiet).await;
    let save = shop
        .store
        .save(stored.clone())
        .when(|o| o.stock.eq(424_242));
    let modify = shop.store.modify(Order::key("o1"), |o| o.stock = 424_242);
    let update = shop
        .store
        .update(Order::key("o1"))
        .set(|o| o.note.to("s3cret"));
    for text in [
        format!("{save:?} {:?}", save.preview().unwrap()),
        format!("{update:?} {:?}", update.preview().unwrap()),
        format!("{modify:?} {:?}", shop.store),
        format!("{:?}", shop.store.create(secret_order()).preview().unwrap()),
        format!("{:?} {:?}", Stored::tag(&stored), Stored::key(&stored)),
    ] {
        assert_no_secret(&text);
    }
}

#[tokio::test]
async fn debug_of_a_stored_item_shows_the_value_as_its_own_type_does_and_nothing_else() {
    let shop = secret_shop().await;
    let stored = read(&shop.quiet).await;
    let text = format!("{stored:?}");
    assert!(text.contains(&format!("{:?}", *stored)), "{text}");
    let write_id = Stored::write_id(&stored).unwrap();
    assert!(
        !text.contains(write_id),
        "the raw item is not shown: {text}"
    );
}

#[tokio::test]
async fn values_are_shown_where_they_are_asked_for() {
    let shop = watched_order().await;
    let update = shop.store.update(Order::key("o1"));
    let update = update.set(|o| o.stock.to(1)).when(|o| o.stock.eq(424_242));
    assert!(update.preview().unwrap().to_string().contains("424242"));
    let error = refused(update.send().await);
    let explained = error.refusal().unwrap().condition().unwrap().to_string();
    assert!(explained.contains("424242"), "{explained}");
    assert!(error.refusal().unwrap().item().is_some());
}
