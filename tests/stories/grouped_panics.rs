//! Requests of a group that panic, here in an interceptor of the client. The caller that polls the request panics, and the others
//! are told what is known.
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Wake, Waker};

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::interceptors::{
    BeforeTransmitInterceptorContextRef, FinalizerInterceptorContextRef,
};
use aws_sdk_dynamodb::config::{ConfigBag, Intercept, RuntimeComponents};
use aws_sdk_dynamodb::error::BoxError;
use aws_smithy_runtime_api::client::orchestrator::Metadata;
use dynacond::{Error, Item, Store, Stored, Versioned as _};
use tokio::task::JoinSet;

use super::grouped::{READ, WRITE, no_lane_is_left};
use super::support::{
    Order, Watched, n, order_item, put_raw, raw, read, rival_buys_one, s, unversioned_order_item,
    watched,
};

#[derive(Clone, Copy, Debug, PartialEq)]
enum When {
    BeforeSent,
    AfterAnswered,
}

/// Panics once, in the request of an operation after so many others.
#[derive(Debug)]
struct Panics {
    operation: &'static str,
    others: u32,
    when: When,
    requests: AtomicU32,
    answers: AtomicU32,
}

impl Panics {
    fn pass(&self, when: When, config: &ConfigBag) {
        if config.load::<Metadata>().unwrap().name() != self.operation {
            return;
        }
        let passed = match when {
            When::BeforeSent => &self.requests,
            When::AfterAnswered => &self.answers,
        };
        if passed.fetch_add(1, Ordering::SeqCst) == self.others && when == self.when {
            // Without a message on the terminal.
            std::panic::resume_unwind(Box::new("as it should"));
        }
    }
}

impl Intercept for Panics {
    fn name(&self) -> &'static str {
        "panics"
    }

    fn read_before_transmit(
        &self,
        _: &BeforeTransmitInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        self.pass(When::BeforeSent, config);
        Ok(())
    }

    fn read_after_attempt(
        &self,
        _: &FinalizerInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        self.pass(When::AfterAnswered, config);
        Ok(())
    }
}

struct Panicking {
    shop: Watched,
    /// Its client panics.
    store: Store,
}

async fn panicking(item: Item, operation: &'static str, others: u32, when: When) -> Panicking {
    let shop = watched::<Order>().await;
    put_raw::<Order>(&shop.quiet, item).await;
    let config = shop.local.config().interceptor(Panics {
        operation,
        others,
        when,
        requests: AtomicU32::new(0),
        answers: AtomicU32::new(0),
    });
    let store = Store::new(Client::from_conf(config.build()));
    Panicking { shop, store }
}

fn versioned() -> Item {
    let mut item = order_item(1);
    item.insert("item_write_id".into(), s("0".repeat(32)));
    item
}

/// An item without a version that gets one before its first write, because no guard could name all attributes.
fn wide() -> Item {
    let mut item = unversioned_order_item();
    item.extend((0..150).map(|i| (format!("unknown{i}"), n(i))));
    item
}

/// Three buyers in one group. One of them panics, and the answers of the others are returned.
async fn buy(store: &Store) -> Vec<dynacond::Result<Stored<Order>>> {
    let mut calls = JoinSet::new();
    for _ in 0..3 {
        let modify = store.modify(Order::key("o1"), |o| o.stock -= 1).grouped();
        calls.spawn(modify.send());
    }
    let (mut told, mut panics) = (Vec::new(), 0);
    while let Some(ended) = calls.join_next().await {
        match ended {
            Ok(answer) => told.push(answer),
            Err(error) => panics += u32::from(error.is_panic()),
        }
    }
    assert_eq!(panics, 1, "the caller that polled the request");
    no_lane_is_left(store);
    told
}

#[tokio::test]
async fn a_write_that_panics_before_it_is_sent_leaves_nothing_unknown() {
    for item in [versioned(), unversioned_order_item(), wide()] {
        let Panicking { shop, store } = panicking(item, WRITE, 0, When::BeforeSent).await;
        for told in buy(&store).await {
            let error = told.unwrap_err();
            assert!(matches!(error, Error::Service(_)), "{error}");
            assert!(
                error.to_string().contains("before the write was sent"),
                "{error}"
            );
        }
        assert_eq!(read(&shop.quiet).await.stock, 10);
        let next = store.modify(Order::key("o1"), |o| o.stock -= 1).grouped();
        assert_eq!(next.send().await.unwrap().stock, 9);
    }
}

#[tokio::test]
async fn a_request_before_the_write_that_panics_leaves_nothing_unknown() {
    let Panicking { shop, store } = panicking(wide(), WRITE, 0, When::AfterAnswered).await;
    for told in buy(&store).await {
        let error = told.unwrap_err();
        assert!(matches!(error, Error::Service(_)), "{error}");
        assert!(
            error.to_string().contains("before the write was sent"),
            "{error}"
        );
    }
    let order = read(&shop.quiet).await;
    assert_eq!((order.stock, Stored::version(&order)), (10, 1));
}

/// The write id of the error is the one that the item has, and so the write is not applied again.
#[tokio::test]
async fn a_write_that_panics_after_it_was_applied_is_known_by_its_id() {
    for (item, others, version) in [
        (versioned(), 0, 2),
        (unversioned_order_item(), 0, 1),
        (wide(), 1, 2),
    ] {
        let Panicking { shop, store } = panicking(item, WRITE, others, When::AfterAnswered).await;
        let stored = async || raw(&shop.quiet, Order::key("o1")).await.unwrap();
        for told in buy(&store).await {
            let error = told.unwrap_err();
            let Error::OutcomeUnknown(unknown) = error else {
                panic!("{error}");
            };
            let id = unknown.write_id().map(s);
            assert_eq!(stored().await.get("item_write_id").cloned(), id);
            let order = unknown.resend::<Stored<Order>>().await.unwrap();
            assert_eq!((order.stock, Stored::version(&order)), (7, version));
        }
        assert_eq!(stored().await["stock"], n(7));
    }
}

#[tokio::test]
async fn after_a_read_that_panics_the_item_is_read_again() {
    for when in [When::BeforeSent, When::AfterAnswered] {
        let Panicking { shop, store } = panicking(versioned(), READ, 0, when).await;
        for told in buy(&store).await {
            assert_eq!(told.unwrap().stock, 8);
        }
        assert_eq!(read(&shop.quiet).await.stock, 8);
    }
}

/// Polls another caller while a request is polled, as another thread may do. After that the source of random numbers panics.
#[derive(Clone, Default)]
struct Meanwhile {
    other: Arc<Mutex<Option<Call>>>,
    is_woken: Arc<Woken>,
    panics: Arc<AtomicBool>,
}

type Call = Pin<Box<dyn Future<Output = dynacond::Result<Stored<Order>>> + Send>>;

impl fmt::Debug for Meanwhile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Meanwhile")
    }
}

#[derive(Default)]
struct Woken(AtomicBool);

impl Wake for Woken {
    fn wake(self: Arc<Self>) {
        self.0.store(true, Ordering::SeqCst);
    }
}

impl Intercept for Meanwhile {
    fn name(&self) -> &'static str {
        "meanwhile"
    }

    fn read_after_attempt(
        &self,
        _: &FinalizerInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let is_write = config.load::<Metadata>().unwrap().name() == WRITE;
        if is_write && let Some(other) = &mut *self.other.lock().unwrap() {
            let waker = Waker::from(Arc::clone(&self.is_woken));
            assert!(
                other
                    .as_mut()
                    .poll(&mut Context::from_waker(&waker))
                    .is_pending()
            );
            self.is_woken.0.store(false, Ordering::SeqCst);
            self.panics.store(true, Ordering::SeqCst);
        }
        Ok(())
    }
}

#[tokio::test]
async fn a_panic_between_two_requests_wakes_the_others() {
    let shop = watched::<Order>().await;
    put_raw::<Order>(&shop.quiet, versioned()).await;
    // The source is asked for a pause after the conflict.
    shop.local.on(WRITE).inject(rival_buys_one());
    let meanwhile = Meanwhile::default();
    let config = shop.local.config().interceptor(meanwhile.clone());
    let panics = Arc::clone(&meanwhile.panics);
    let random = move || {
        if panics.swap(false, Ordering::SeqCst) {
            std::panic::resume_unwind(Box::new("as it should"));
        }
        7
    };
    let store = Store::builder(Client::from_conf(config.build())).random(random);
    let store = store.build();
    let buy = || {
        let modify = store.modify(Order::key("o1"), |o| o.stock -= 1);
        modify.grouped().send()
    };
    *meanwhile.other.lock().unwrap() = Some(Box::pin(buy()));
    let panicked = tokio::spawn(buy()).await;
    assert!(panicked.unwrap_err().is_panic());
    assert!(meanwhile.is_woken.0.load(Ordering::SeqCst));
    let other = meanwhile.other.lock().unwrap().take().unwrap();
    assert_eq!(other.await.unwrap().stock, 8);
}
