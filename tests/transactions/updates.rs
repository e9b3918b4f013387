//! Updates applied by the transaction itself: what DynamoDB would make of them, value by value.
use std::collections::HashMap;
use std::fmt;

use aws_sdk_dynamodb::primitives::Blob;
use aws_sdk_dynamodb::types::AttributeValue;
use dynacond::operators::{IntoActions, Place, RelativeAction, Untyped, Updatable, UpdatedAlone};
use dynacond::{Action, Any, Attribute, Error, Item, Store, Stored, Transaction, Versioned, attr};
use dynacond_local::Local;
use fastrand::Rng;
use proptest::prelude::{ProptestConfig, any, prop_assert, proptest};
use serde::{Deserialize, Serialize};

/// An item of which only the key is known: the rest is what the actions make of it.
#[derive(Clone, Debug, Serialize, Deserialize, Versioned)]
#[dynacond(table = "documents")]
pub(crate) struct Document {
    #[dynacond(partition_key)]
    pub(crate) id: String,
}

/// One action on an untyped path.
#[derive(Clone, Debug)]
pub(crate) enum Step {
    Plain(Action<Any>),
    Relative(RelativeAction<Any, Untyped>),
}

impl IntoActions<Document> for Step {
    type Repetition = dynacond::operators::Relative;
    fn add_to(self, actions: &mut dynacond::__private::Changes) {
        match self {
            Self::Plain(action) => IntoActions::<Document>::add_to(action, actions),
            Self::Relative(action) => IntoActions::<Document>::add_to(action, actions),
        }
    }
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Plain(action) => action.fmt(f),
            Self::Relative(action) => {
                let told = format!("{action:?}");
                let told = told
                    .strip_prefix("Action(")
                    .and_then(|told| told.strip_suffix(')'));
                f.write_str(told.expect("an action"))
            }
        }
    }
}

pub(crate) fn number(n: &str) -> AttributeValue {
    AttributeValue::N(n.to_owned())
}

pub(crate) fn text(s: &str) -> AttributeValue {
    AttributeValue::S(s.to_owned())
}

/// The largest number, and one of 38 digits.
const EXTREMES: [&str; 2] = ["9.99e125", "12345678901234567890123456789012345678"];

/// A value of any kind.
fn value(rng: &mut Rng) -> AttributeValue {
    let numbers = [
        "0",
        "7",
        "-1.5",
        "1e3",
        "0.10",
        "99999999999999999999999999999999999999",
    ];
    match rng.u8(..10) {
        0 | 1 => number(numbers[rng.usize(..numbers.len())]),
        2 => text(["", "x", "ü"][rng.usize(..3)]),
        3 => AttributeValue::Bool(rng.bool()),
        4 => AttributeValue::Null(true),
        5 => AttributeValue::L((0..rng.u8(..4)).map(|i| number(&i.to_string())).collect()),
        6 => AttributeValue::M(HashMap::from([("a".to_owned(), number("1"))])),
        7 if rng.bool() => AttributeValue::Bs(blobs(rng)),
        7 => AttributeValue::Ss(members(rng, ["x", "y", "z"])),
        8 => AttributeValue::Ns(members(rng, ["1", "2.0", "3"])),
        _ => AttributeValue::B(Blob::new([rng.u8(..3)])),
    }
}

/// One or two of them.
fn members(rng: &mut Rng, all: [&str; 3]) -> Vec<String> {
    let start = rng.usize(..3);
    (0..=rng.usize(..2))
        .map(|i| all[(start + i) % 3].to_owned())
        .collect()
}

fn blobs(rng: &mut Rng) -> Vec<Blob> {
    let texts = members(rng, ["x", "y", "z"]);
    texts.into_iter().map(Blob::new).collect()
}

/// An item with some of each kind under fixed names, each name mostly holding the kind that its actions expect.
pub(crate) fn document(rng: &mut Rng) -> Item {
    let mut item = Item::from([("id".to_owned(), text("d"))]);
    let list = |rng: &mut Rng| AttributeValue::L((0..rng.u8(..4)).map(|_| value(rng)).collect());
    for name in ["n", "s", "l", "m", "ss", "ns", "bs"] {
        if rng.u8(..4) == 0 {
            continue;
        }
        let held = match name {
            _ if rng.u8(..8) == 0 => value(rng),
            "n" => number(["0", "5", "-2.50", "1e10", EXTREMES[0], EXTREMES[1]][rng.usize(..6)]),
            "s" => text("text"),
            "l" => list(rng),
            "m" => AttributeValue::M(HashMap::from([
                ("a".to_owned(), number("3")),
                ("l".to_owned(), list(rng)),
            ])),
            "ss" => AttributeValue::Ss(members(rng, ["x", "y", "z"])),
            "bs" => AttributeValue::Bs(blobs(rng)),
            _ => AttributeValue::Ns(members(rng, ["1", "2", "3"])),
        };
        item.insert(name.to_owned(), held);
    }
    item
}

fn on<P: Updatable + UpdatedAlone + Place>(
    rng: &mut Rng,
    kind: u8,
    path: Attribute<Any, Untyped, P>,
) -> Step {
    let list = || vec![8, 9];
    match kind {
        0 => Step::Plain(path.to(value(rng))),
        1 => Step::Plain(path.to(attr(["n", "l", "m", "none"][rng.usize(..4)]))),
        2 => Step::Plain(path.if_absent(value(rng))),
        3 => Step::Plain(path.remove()),
        4 => Step::Relative(path.add(number(["2.5", "1e-9", "9e125"][rng.usize(..3)]))),
        5 => Step::Relative(path.subtract(number("10"))),
        6 => Step::Relative(path.add(number("1")).starting_at(number("100"))),
        7 => Step::Relative(path.append(list())),
        8 => Step::Relative(path.prepend(list())),
        9 => Step::Relative(
            path.append(list())
                .starting_at(AttributeValue::L(Vec::new())),
        ),
        10 => Step::Plain(path.insert(members(rng, ["x", "y", "z"]))),
        11 => Step::Plain(path.delete(members(rng, ["x", "y", "z"]))),
        12 => Step::Plain(path.insert(vec![2, 9])),
        14 => Step::Plain(path.insert(AttributeValue::Bs(blobs(rng)))),
        15 => Step::Plain(path.delete(AttributeValue::Bs(blobs(rng)))),
        _ => Step::Plain(path.delete(vec![1, 2])),
    }
}

/// An action on the attribute: mostly one that fits the kind that it mostly holds.
fn step(rng: &mut Rng, name: &'static str) -> Step {
    let fitting: &[u8] = match name {
        _ if rng.u8(..4) == 0 => &[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13],
        "n" => &[0, 2, 4, 5, 6],
        "l" => &[1, 7, 8, 9],
        "ss" => &[10, 11],
        "ns" => &[12, 13],
        "bs" => &[14, 15],
        _ => &[0, 1, 2, 3],
    };
    let kind = fitting[rng.usize(..fitting.len())];
    let any = rng.u8(..4);
    match (name, rng.u8(..4)) {
        ("l", 0 | 1) => {
            let index = [0, 1, 2, 7][rng.usize(..4)];
            on(rng, any, attr(name).index(index))
        }
        ("m", 0) => on(rng, any, attr(name).at_name("a")),
        ("m", 1) => on(rng, any, attr(name).at_name("l").index(1)),
        (_, 0) if any == 0 => on(rng, any, attr(name).at_name("new")),
        _ => on(rng, kind, attr(name)),
    }
}

pub(crate) fn steps(rng: &mut Rng) -> Vec<Step> {
    let mut names = ["n", "s", "l", "l", "m", "m", "ss", "ns", "bs", "new"];
    rng.shuffle(&mut names);
    names[..=rng.usize(..3)]
        .iter()
        .map(|name| step(rng, name))
        .collect()
}

/// What the update leaves without its stamps; `Err`: refused.
type Outcome = Result<Item, String>;

pub(crate) fn unstamped(stored: &Stored<Document>) -> Item {
    let mut item = Stored::item(stored).clone();
    item.retain(|name, _| !name.starts_with("item_"));
    item
}

fn locally(stored: Stored<Document>, steps: &[Step]) -> Outcome {
    let mut tx = Transaction::default();
    tx.presume_stored(stored).unwrap();
    let key = Document::key("d");
    match tx.update(&key, |_| steps.to_vec()) {
        Ok(()) => Ok(unstamped(&tx.require(key).unwrap())),
        Err(error) => Err(error.to_string()),
    }
}

async fn by_the_engine(store: &Store, steps: &[Step]) -> Outcome {
    let update = store.update(Document::key("d")).set(|_| steps.to_vec());
    match update.send().await {
        Ok(stored) => Ok(unstamped(&stored)),
        Err(error) => Err(error.to_string()),
    }
}

fn equal(a: &AttributeValue, b: &AttributeValue) -> bool {
    // By DynamoDB's own equality: numbers by value, sets in any order.
    let item = Item::from([("a".to_owned(), a.clone())]);
    attr("a").eq(b.clone()).matches(&item)
}

pub(crate) fn agree(local: &Outcome, engine: &Outcome) -> bool {
    match (local, engine) {
        (Ok(local), Ok(engine)) => {
            local.len() == engine.len()
                && local
                    .iter()
                    .all(|(name, value)| engine.get(name).is_some_and(|other| equal(value, other)))
        }
        (Err(_), Err(_)) => true,
        _ => false,
    }
}

/// A database with the table, for one case after the other.
struct Engine {
    runtime: tokio::runtime::Runtime,
    store: Store,
}

impl Engine {
    fn new() -> Self {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .build()
            .unwrap();
        let local = Local::from_env().unwrap();
        let store = Store::new(local.quiet_client());
        let table = dynacond_local::create_table::<Document>(&store);
        runtime.block_on(table).unwrap();
        Self { runtime, store }
    }

    /// What the update leaves here, and there.
    fn both(&self, before: &Item, steps: &[Step]) -> [Outcome; 2] {
        self.runtime.block_on(async {
            let put = self.store.client().put_item().table_name("documents");
            let put = put.set_item(Some(before.clone()));
            put.send().await.unwrap();
            let stored = self.store.get(Document::key("d")).send().await.unwrap();
            let here = locally(stored.unwrap(), steps);
            [here, by_the_engine(&self.store, steps).await]
        })
    }
}

thread_local! {
    static ENGINE: Engine = Engine::new();
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    /// A seed makes the item and the update, so that a failure is found again by its number.
    #[test]
    fn an_update_applied_here_is_what_the_database_makes_of_it(seed in any::<u64>()) {
        let mut rng = Rng::with_seed(seed);
        let before = document(&mut rng);
        let steps = steps(&mut rng);
        let [here, there] = ENGINE.with(|engine| engine.both(&before, &steps));
        prop_assert!(
            agree(&here, &there),
            "{steps:?} on {before:?}\n here: {here:?}\nthere: {there:?}"
        );
    }
}

/// The random updates are worth comparing: many are applied, and many are rejected.
#[test]
fn a_third_of_the_random_updates_is_applied_and_a_fifth_rejected() {
    let mut rng = Rng::with_seed(4);
    let (mut applied, mut rejected) = (0, 0);
    for _ in 0..300 {
        let before = document(&mut rng);
        let steps = steps(&mut rng);
        let stored = Stored::from_unversioned_item(before).unwrap();
        match locally(stored, &steps) {
            Ok(_) => applied += 1,
            Err(_) => rejected += 1,
        }
    }
    assert!(applied > 100 && rejected > 60, "{applied} {rejected}");
}

fn presumed(item: Item) -> Transaction {
    let mut tx = Transaction::default();
    let stored = Stored::<Document>::from_unversioned_item(item).unwrap();
    tx.presume_stored(stored).unwrap();
    tx
}

fn list(texts: &[&str]) -> AttributeValue {
    AttributeValue::L(texts.iter().map(|t| text(t)).collect())
}

/// [aws]: verified against the service by Scylla Alternator's tests, `test_update_expression.py`.
#[test]
fn elements_past_the_end_are_appended_in_the_order_of_their_indices() {
    let item = Item::from([
        ("id".to_owned(), text("d")),
        ("a".to_owned(), list(&["one", "two"])),
    ]);
    let mut tx = presumed(item);
    let key = Document::key("d");
    let set = |i, value: &str| attr("a").index(i).to(text(value));
    tx.update(&key, |_| {
        [(84, "a1"), (37, "a2"), (17, "a3"), (50, "a4")]
            .map(|(i, value)| set(i, value))
            .to_vec()
    })
    .unwrap();
    let after = tx.require(&key).unwrap();
    let expected = list(&["one", "two", "a3", "a2", "a4", "a1"]);
    assert_eq!(Stored::item(&after)["a"], expected);
}

/// [aws], likewise: "The document path provided in the update expression is invalid for update".
#[test]
fn a_removal_that_leads_into_what_is_not_there_is_rejected() {
    let key = Document::key("d");
    let item = || {
        Item::from([
            ("id".to_owned(), text("d")),
            ("a".to_owned(), text("hello")),
            ("b".to_owned(), list(&["hi"])),
        ])
    };
    for path in ["a", "b", "c"] {
        let error = presumed(item())
            .update(&key, |_| attr(path).at_name("c").remove())
            .unwrap_err();
        assert!(
            matches!(error, Error::UpdateRejected(_)),
            "{path}.c: {error}"
        );
    }
    for path in ["a", "c"] {
        let error = presumed(item())
            .update(&key, |_| attr(path).index(0).remove())
            .unwrap_err();
        assert!(matches!(error, Error::UpdateRejected(_)), "{path}[0]");
    }
    // Nothing to remove where there is a place for it: fine.
    let mut tx = presumed(item());
    tx.update(&key, |_| {
        vec![attr("c").remove(), attr("b").index(9).remove()]
    })
    .unwrap();
    assert_eq!(tx.effect_count(), 0);
}
