//! How long a loop waits between two attempts: the sleep is the client's, the randomness the store's.
use std::sync::{Arc, Mutex};
use std::time::Duration;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::{AsyncSleep, Sleep};
use dynacond::{Error, RetryPolicy, Store, Stored, Versioned as _};

use super::support::{
    Order, Watched, n, order_item, refused, rival_buys_one, stored_order, watched_order,
};

/// Sleeps no time, and notes how long it should have been.
#[derive(Clone, Debug, Default)]
struct Pauses(Arc<Mutex<Vec<Duration>>>);

impl AsyncSleep for Pauses {
    fn sleep(&self, duration: Duration) -> Sleep {
        self.0.lock().unwrap().push(duration);
        Sleep::new(std::future::ready(()))
    }
}

impl Pauses {
    fn client(&self, shop: &Watched) -> Client {
        Client::from_conf(shop.local.config().sleep_impl(self.clone()).build())
    }

    fn taken(&self) -> Vec<Duration> {
        std::mem::take(&mut self.0.lock().unwrap())
    }
}

/// The bounds of the first pauses after a refusal; all later ones have the last of them.
const BOUNDS: [Duration; 3] = [
    Duration::from_millis(450),
    Duration::from_millis(150),
    Duration::from_millis(100),
];

fn policy() -> RetryPolicy {
    RetryPolicy::default()
        .with_attempts(10)
        .with_backoff(BOUNDS[2], BOUNDS[0])
}

/// One less than a multiple of half of each bound plus one, in nanoseconds: whatever the bound, it is drawn in full.
fn longest() -> u128 {
    let halves = BOUNDS.iter().map(|bound| bound.as_nanos() / 2 + 1);
    let multiple: u128 = halves.product();
    multiple - 1
}

/// A shop where every save meets a rival.
async fn contended_shop() -> Watched {
    let shop = watched_order().await;
    let always = shop.local.on("UpdateItem").always();
    always.inject(rival_buys_one());
    shop
}

async fn give_up(store: &Store) -> u32 {
    let modify = store.modify(Order::key("o1"), |o| o.note = Some("mine".into()));
    match refused(modify.send().await) {
        Error::Exhausted(exhausted) => exhausted.attempts,
        other => panic!("{other}"),
    }
}

#[tokio::test]
async fn a_modify_after_one_conflict_is_three_requests_without_a_pause() {
    let shop = watched_order().await;
    shop.local.on("UpdateItem").inject(rival_buys_one());
    let pauses = Pauses::default();
    let store = Store::new(pauses.client(&shop));
    let modify = store.modify(Order::key("o1"), |o| o.stock -= 3);
    let order = modify.send().await.unwrap();
    assert!(pauses.taken().is_empty());
    assert_eq!((order.stock, Stored::version(&order)), (6, 3));
    let requests = ["GetItem", "UpdateItem", "UpdateItem"];
    assert_eq!(shop.local.operations(), requests);
    let mut expected = order_item(3);
    expected.insert("stock".into(), n(6));
    assert_eq!(stored_order(&shop.quiet).await, expected);
}

#[tokio::test]
async fn the_first_retry_is_at_once_and_who_was_refused_more_often_waits_less() {
    let pauses = Pauses::default();
    let mut expected = BOUNDS.to_vec();
    expected.extend([BOUNDS[2]; 5]);
    let halves = expected.iter().map(|bound| *bound / 2).collect();
    for (random, expected) in [(longest(), expected), (0, halves)] {
        let shop = contended_shop().await;
        let store = Store::builder(pauses.client(&shop))
            .retry(policy())
            .random(move || random)
            .build();
        assert_eq!(give_up(&store).await, 10);
        assert_eq!(pauses.taken(), expected);
    }
}

#[tokio::test(start_paused = true)]
async fn a_client_without_a_sleep_of_its_own_pauses_by_the_sdks_default() {
    let shop = contended_shop().await;
    let store = Store::builder(shop.local.client())
        .retry(policy())
        .random(longest)
        .build();
    let before = tokio::time::Instant::now();
    give_up(&store).await;
    let expected = BOUNDS[0] + BOUNDS[1] + 6 * BOUNDS[2];
    // The timer counts whole milliseconds.
    assert!(before.elapsed() >= expected, "{:?}", before.elapsed());
}

/// A pause makes the item of the refusal stale, and a read costs less than a refused write.
#[tokio::test]
async fn after_a_pause_the_item_is_read_again() {
    for (policy, expected) in [
        (
            policy(),
            [
                "GetItem",
                "UpdateItem",
                "UpdateItem",
                "GetItem",
                "UpdateItem",
            ]
            .as_slice(),
        ),
        (
            RetryPolicy::cheapest(),
            &[
                "GetItem",
                "UpdateItem",
                "GetItem",
                "UpdateItem",
                "GetItem",
                "UpdateItem",
            ],
        ),
    ] {
        let shop = watched_order().await;
        shop.local
            .on("UpdateItem")
            .times(2)
            .inject(rival_buys_one());
        let pauses = Pauses::default();
        let store = Store::builder(pauses.client(&shop)).retry(policy).build();
        let modify = store.modify(Order::key("o1"), |o| o.stock -= 3);
        assert_eq!(modify.send().await.unwrap().stock, 5);
        assert_eq!(shop.local.operations(), expected);
    }
}

#[tokio::test]
async fn a_loop_ends_when_its_time_is_up() {
    let shop = contended_shop().await;
    let pauses = Pauses::default();
    // Longer than any machine takes for two attempts.
    let hour = Duration::from_hours(1);
    let policy = RetryPolicy::default()
        .with_backoff(hour, hour)
        .with_elapsed(hour / 2);
    let store = Store::builder(pauses.client(&shop))
        .retry(policy)
        .random(move || hour.as_nanos())
        .build();
    // The third attempt would come after an hour.
    assert_eq!(give_up(&store).await, 2);
    assert!(pauses.taken().is_empty());
}

#[tokio::test]
async fn a_false_condition_is_not_tried_again() {
    let shop = watched_order().await;
    let pauses = Pauses::default();
    let store = Store::new(pauses.client(&shop));
    let modify = store.modify(Order::key("o1"), |o| o.stock -= 1);
    refused(modify.when(|o| o.stock.eq(3)).send().await);
    let update = store.update(Order::key("o1")).set(|o| o.stock.add(1));
    refused(update.when(|o| o.stock.eq(3)).send().await);
    let requests = ["GetItem", "UpdateItem", "UpdateItem"];
    assert_eq!(shop.local.operations(), requests);
    assert!(pauses.taken().is_empty());
}
