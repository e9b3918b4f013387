//! The examples do what they say: each is run, and its end state is asserted. Those that need no fault run against the
//! endpoint named by `DYNACOND_ENDPOINT`, if one is named. And what the README and the guide name is there.
#![expect(dead_code, reason = "the examples' own `main`")]

/// Run twice: leftovers of the first run do not change the second.
macro_rules! twice {
    ($run:expr) => {{
        $run.await.expect("the first run");
        $run.await.expect("the second run")
    }};
}

#[path = "../examples/backfill/main.rs"]
mod backfill;
#[path = "examples/bad_days/mod.rs"]
mod bad_days;
#[path = "../examples/booking/main.rs"]
mod booking;
#[path = "../examples/checkout.rs"]
mod checkout;
#[path = "../examples/contention/main.rs"]
mod contention;
#[path = "../examples/document_editing.rs"]
mod document_editing;
#[path = "../examples/event_log.rs"]
mod event_log;
#[path = "../examples/event_store.rs"]
mod event_store;
#[path = "examples/floors.rs"]
mod floors;
#[path = "../examples/idempotency.rs"]
mod idempotency;
#[path = "../examples/inventory.rs"]
mod inventory;
#[path = "../examples/lease.rs"]
mod lease;
#[path = "../examples/ledger/main.rs"]
mod ledger;
#[path = "examples/links.rs"]
mod links;
#[path = "../examples/many_processes.rs"]
mod many_processes;
#[path = "../examples/migrating.rs"]
mod migrating;
#[path = "../examples/money_transfer.rs"]
mod money_transfer;
#[path = "../examples/order_workflow.rs"]
mod order_workflow;
#[path = "../examples/picture.rs"]
mod picture;
#[path = "../examples/service_layer.rs"]
mod service_layer;
#[path = "../examples/sessions.rs"]
mod sessions;
#[path = "../examples/testing_with_faults.rs"]
mod testing_with_faults;
#[path = "../examples/unique_registration.rs"]
mod unique_registration;

use dynacond::operators::IntoKey;
use dynacond::{AttributeValue, Store, Stored, Versioned as _};
use dynacond_local::Fault;

fn store() -> Store {
    Store::new(dynacond_local::client_from_env().expect("an endpoint"))
}

/// An item that must be there.
async fn stored<K: IntoKey>(store: &Store, key: K) -> Stored<K::Item> {
    let item = store.get(key).send().await.expect("an answer");
    item.expect("an item")
}

#[tokio::test]
async fn an_edited_document_holds_both_edits_and_the_attribute_unknown_to_both() {
    let store = store();
    let document = twice!(document_editing::run(&store));
    assert_eq!(document.title, "Roadmap");
    assert_eq!(document.body, "Plant trees.");
    let mark = Stored::item(&document).get("reviewed_by");
    assert_eq!(mark, Some(&AttributeValue::S("Cleo".to_owned())));
    let now = stored(&store, document_editing::Document::key("d1")).await;
    assert_eq!(Stored::item(&now), Stored::item(&document));
    assert_eq!(Stored::version(&now), 4);
}

#[tokio::test]
async fn a_taken_address_leaves_no_user_and_names_itself() {
    use unique_registration::{EmailClaim, RegistrationError, User, register, run};
    let store = store();
    twice!(run(&store));
    for id in ["ana", "ben"] {
        let user = stored(&store, User::key(id)).await;
        assert_eq!(user.email, format!("{id}@example.com"));
        let claim = stored(&store, EmailClaim::key(&user.email)).await;
        assert_eq!(claim.user_id, id);
    }
    let taken = register(&store, "cleo", "ANA@example.com").await;
    assert!(matches!(taken, Err(RegistrationError::EmailTaken)));
    let cleo = store
        .get(User::key("cleo"))
        .send()
        .await
        .expect("an answer");
    assert!(cleo.is_none());
    let taken = register(&store, "ana", "new@example.com").await;
    assert!(matches!(taken, Err(RegistrationError::IdTaken)));
    let claim = store.get(EmailClaim::key("new@example.com")).send().await;
    assert!(claim.expect("an answer").is_none());
}

#[tokio::test]
async fn ten_chairs_make_three_sales_of_three() {
    use inventory::{Product, Reservation};
    let store = store();
    let mut told = twice!(inventory::run(&store));
    // Answers may arrive in any order.
    told.sort_by_key(|told| match told {
        Reservation::Reserved { left } => 10 - left,
        Reservation::TooFew { .. } => 10,
    });
    let reserved = |left| Reservation::Reserved { left };
    let too_few = Reservation::TooFew { left: 1 };
    assert_eq!(told, [reserved(7), reserved(4), reserved(1), too_few]);
    let product = stored(&store, Product::key("chair")).await;
    assert_eq!((product.stock, product.name.as_str()), (1, "Folding chair"));
}

#[tokio::test]
async fn an_order_takes_allowed_steps_and_keeps_the_corrected_address() {
    use order_workflow::Status;
    let store = store();
    let order = twice!(order_workflow::run(&store));
    assert_eq!(order.ship_to, "Nantes");
    assert_eq!(order.status, Status::Shipped);
    // Created, corrected, paid, shipped; not cancelled.
    assert_eq!(Stored::version(&order), 4);
}

#[tokio::test]
async fn an_event_is_logged_once_and_another_one_under_its_id_is_told() {
    use event_log::{Event, Logged};
    let store = store();
    let told = twice!(event_log::run(&store));
    let first = Event {
        id: "e1".to_owned(),
        kind: "payment".to_owned(),
        amount: 100,
    };
    let conflicting = Logged::Conflicting(first.clone());
    let expected = [
        Logged::Created,
        Logged::Created,
        Logged::AlreadyDone,
        conflicting,
    ];
    assert_eq!(told, expected);
    let logged = stored(&store, Event::key("e1")).await;
    assert!(logged == first);
    assert_eq!(Stored::version(&logged), 1);
}

#[tokio::test]
async fn money_moves_whole_or_not_at_all() {
    let balances = twice!(money_transfer::run(&store()));
    // 1000 in all, of which the transfer of 500 paid a fee of 5.
    assert_eq!(balances, [195, 800]);
}

#[tokio::test]
async fn the_last_lamp_is_sold_once_and_the_other_cart_stays() {
    use checkout::{Cart, Order, Product, checkout};
    let store = store();
    twice!(checkout::run(&store));
    let mut sold = 0;
    for (user, order) in [("ana", "ana-1"), ("ben", "ben-1")] {
        let order = store
            .get(Order::key(order))
            .send()
            .await
            .expect("an answer");
        let cart = store.get(Cart::key(user)).send().await.expect("an answer");
        assert_eq!(order.is_some(), cart.is_none(), "an order or a cart");
        if let Some(order) = order {
            assert_eq!(order.total, 2 * 40 + 25);
            let again = store.transact(|tx| checkout(tx, user, &order.id)).send();
            assert_eq!(
                Stored::tag(&again.await.expect("the order")),
                Stored::tag(&order)
            );
            sold += 1;
        }
    }
    assert_eq!(sold, 1);
    assert_eq!(stored(&store, Product::key("chair")).await.stock, 8);
    assert_eq!(stored(&store, Product::key("lamp")).await.stock, 0);
}

#[tokio::test]
async fn each_problem_has_its_status() {
    let store = store();
    let statuses = twice!(service_layer::run(&store));
    // Then two list pages, and a next link of another customer's list.
    let lists = [200, 200, 400];
    assert_eq!(statuses[..8], [200, 409, 200, 412, 409, 400, 200, 404]);
    assert_eq!(statuses[8..], lists);
    let deleted = store
        .get(service_layer::Order::key(("c1", "1")))
        .send()
        .await;
    assert!(deleted.expect("an answer").is_none());
}

#[tokio::test]
async fn a_migrated_item_is_versioned_and_whole() {
    let user = twice!(migrating::run(&store()));
    assert_eq!(user.visits, 4);
    assert_eq!(Stored::version(&user), 2);
    let nickname = Stored::item(&user).get("nickname");
    assert_eq!(nickname, Some(&AttributeValue::S("Nan".to_owned())));
}

#[tokio::test]
async fn a_lost_answer_is_applied_twice_by_hand_only() {
    use testing_with_faults::{redeem, redeem_by_hand, redeem_exactly_once, under};
    let lost = || Fault::LoseAnswer;
    let (_, left, _) = under(lost(), redeem_by_hand).await.expect("a voucher");
    assert_eq!(left, 8);
    let (told, left, _) = under(lost(), redeem).await.expect("a voucher");
    assert_eq!((told.as_str(), left), ("redeemed", 9));
    let (told, left, _) = under(lost(), redeem_exactly_once).await.expect("a voucher");
    assert_eq!((told.as_str(), left), ("redeemed", 9));

    let lost = || Fault::LoseRequest;
    let (told, left, _) = under(lost(), redeem).await.expect("a voucher");
    assert_eq!((told.as_str(), left), ("outcome_unknown", 10));
    let (told, left, _) = under(lost(), redeem_exactly_once).await.expect("a voucher");
    assert_eq!((told.as_str(), left), ("redeemed", 9));
}

#[tokio::test]
async fn contention_costs_updates_nothing_and_loses_nothing() {
    use contention::chart::{bars, svg};
    use contention::{METHODS, Method, Shelf, run};
    let store = store();
    let measured = run(&store, &[1, 4], 8).await.expect("measurements");
    // Two numbers of writers, four methods, eight commits each; every fourth run fills the van.
    assert_eq!(
        stored(&store, Shelf::key("shelf")).await.stock,
        1_000_000 - 64
    );
    assert_eq!(stored(&store, Shelf::key("van")).await.stock, 16);
    for m in &measured {
        let alone = if m.method == Method::Update { 1.0 } else { 2.0 };
        let together = m.writers > 1 && m.method != Method::Update;
        let disturbed = together && m.method != Method::Grouped;
        assert_eq!(m.requests > alone, disturbed, "{m:?}");
        assert_eq!(m.requests < alone, together && !disturbed, "{m:?}");
        assert!(m.price > 0.0 && m.share > 0.0 && m.share <= 1.0, "{m:?}");
    }
    let chart = bars(&measured);
    for heading in [
        "requests per commit",
        "price per commit in write units",
        "slowest writer's share",
        "milliseconds per commit",
    ] {
        assert!(chart.contains(heading), "{chart}");
    }
    let svg = svg(&measured);
    assert_eq!(svg.matches("<polyline").count(), 4 * METHODS.len());
    assert_eq!(svg.matches("<g").count(), svg.matches("</g>").count());
}

#[tokio::test]
async fn a_stopped_backfill_is_resumed_and_accounts_for_every_order() {
    use backfill::{Order, Plan, run};
    let local = dynacond_local::Local::from_env().expect("an endpoint");
    let store = Store::new(local.client());
    let file = std::env::temp_dir().join(format!("backfill-{}", std::process::id()));
    let plan = Plan {
        orders: 3000,
        undecodable: 7,
        units_per_second: 50_000.0,
    };
    let done = run(&store, &plan, &file).await.expect("an account");
    let account = &done.account;
    assert_eq!((account.orders, account.undecodable), (3000, 7));
    assert!(account.first > 0 && account.second > 0, "{account:?}");
    assert_eq!(account.sum(), 3000, "{account:?}");
    assert!(!file.exists(), "nothing is left to resume");
    let with = store.scan::<Order>().filter(|o| o.currency.is_some());
    let with = with.count().send().await.expect("a count").matched;
    assert_eq!(with, 3000 - account.undecodable - account.deleted);
    // One line for reads and one for writes.
    let svg = backfill::chart::svg(&done.samples, plan.units_per_second, done.stopped);
    assert_eq!(svg.matches("<polyline").count(), 2);
    assert_eq!(svg.matches("<g").count(), svg.matches("</g>").count());
}

#[tokio::test]
async fn eight_writers_lose_nothing_and_apply_nothing_twice() {
    let store = store();
    many_processes::prepare(&store).await.expect("tables");
    let told = many_processes::tasks(&store, 3).await.expect("answers");
    assert!(
        told.iter()
            .all(|told| told.counted == [3; 3] && told.unknown == 0)
    );
    let checked = many_processes::check(&store, &told, 3).await;
    checked.expect("the totals that the writers were told");
    // A writer with the outcome of a write that nobody made is detected.
    let mut more = told.clone();
    more[0].counted[1] += 1;
    let checked = many_processes::check(&store, &more, 3).await;
    assert_eq!(
        checked.unwrap_err().to_string(),
        "modified is 24, and 25 were told"
    );
}

#[tokio::test]
async fn the_picture_of_the_readme_is_what_a_run_draws() {
    let drawn = picture::run().await.expect("a picture");
    let committed = include_str!("../docs/conflict.svg");
    assert!(
        format!("{drawn}\n") == committed,
        "run `cargo run --example picture > docs/conflict.svg`"
    );
}
