//! Arithmetic never takes an integer out of the range of its Rust type, so no item stops decoding.
use std::collections::BTreeMap;

use dynacond::{
    Action, AttributeType, AttributeValue, Document, Error, Guard, Rule, Stored, Transaction,
    Versioned, attr, operators::IntoActions,
};
use serde::{Deserialize, Serialize};

use super::support::{fresh_store, n, raw, refused, set_raw, watched};

#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, AttributeType)]
struct Points(i16);

#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, AttributeType)]
#[serde(into = "i64", try_from = "i64")]
struct Converted(i64);
impl From<Converted> for i64 {
    fn from(number: Converted) -> Self {
        number.0
    }
}
impl From<i64> for Converted {
    fn from(number: i64) -> Self {
        Self(number)
    }
}

/// Stores thousands as thousandths: the number in the table is not the number in the struct.
mod scaled {
    use serde::{Deserialize, Deserializer, Serializer};

    #[expect(clippy::trivially_copy_pass_by_ref, reason = "as serde calls it")]
    pub(super) fn serialize<S: Serializer>(number: &u8, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_u32(u32::from(*number) * 1000)
    }
    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u8, D::Error> {
        let number = u32::deserialize(deserializer)? / 1000;
        number.try_into().map_err(serde::de::Error::custom)
    }
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Document)]
struct Inner {
    level: i8,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Versioned)]
#[dynacond(table = "meters")]
struct Meter {
    #[dynacond(partition_key)]
    id: String,
    byte: u8,
    small: i8,
    boxed: Box<u16>,
    plain: u32,
    signed: i32,
    great: u64,
    long: i64,
    optional: Option<u32>,
    #[dynacond(stored_as = "N")]
    said: u32,
    points: Points,
    converted: Converted,
    inner: Inner,
    levels: Vec<i8>,
    entries: BTreeMap<String, u8>,
    #[serde(with = "scaled")]
    #[dynacond(stored_as = "N")]
    scaled: u8,
    widest: u128,
    float: f64,
}

/// Every attribute is at the end of its range.
fn meter() -> Meter {
    Meter {
        id: "m1".into(),
        byte: u8::MAX,
        small: i8::MIN,
        boxed: Box::new(u16::MAX),
        plain: u32::MAX,
        signed: i32::MIN,
        great: u64::MAX,
        long: i64::MAX,
        optional: Some(u32::MAX),
        said: u32::MAX,
        points: Points(i16::MIN),
        converted: Converted(i64::MIN),
        inner: Inner { level: i8::MAX },
        levels: vec![i8::MIN],
        entries: [("a".to_owned(), u8::MAX)].into(),
        scaled: 200,
        widest: u128::from(u64::MAX),
        float: 1.0,
    }
}

type Attributes = <Meter as Versioned>::Attributes;
type Update = Box<dyn Fn(Attributes) -> Actions>;

/// Actions of several types as one.
struct Actions(dynacond::__private::Changes);

fn one(action: impl IntoActions<Meter>) -> Actions {
    let mut actions = dynacond::__private::Changes::default();
    action.add_to(&mut actions);
    Actions(actions)
}

impl IntoActions<Meter> for Actions {
    type Repetition = dynacond::operators::Relative;
    fn add_to(self, actions: &mut dynacond::__private::Changes) {
        *actions = self.0;
    }
}

fn number(text: &str) -> AttributeValue {
    AttributeValue::N(text.to_owned())
}

/// Each takes an attribute one step beyond its range.
fn beyond() -> Vec<(&'static str, Update)> {
    vec![
        ("byte", Box::new(|m| one(m.byte.add(1)))),
        ("small", Box::new(|m| one(m.small.subtract(1)))),
        ("small, added", Box::new(|m| one(m.small.add(-1)))),
        ("boxed", Box::new(|m| one(m.boxed.add(1)))),
        ("plain", Box::new(|m| one(m.plain.add(1)))),
        ("signed", Box::new(|m| one(m.signed.add(i32::MIN)))),
        ("great", Box::new(|m| one(m.great.add(1)))),
        ("long", Box::new(|m| one(m.long.subtract(-1)))),
        ("optional", Box::new(|m| one(m.optional.add(1)))),
        ("said", Box::new(|m| one(m.said.add(1)))),
        ("points", Box::new(|m| one(m.points.subtract(Points(1))))),
        (
            "converted",
            Box::new(|m| one(m.converted.subtract(Converted(1)))),
        ),
        (
            "inner.level",
            Box::new(|m| one(m.inner.at(|i| i.level).add(1))),
        ),
        (
            "levels[0]",
            Box::new(|m| one(m.levels.index(0).subtract(1))),
        ),
        ("entries.a", Box::new(|m| one(m.entries.entry("a").add(1)))),
        ("untyped", Box::new(|_| one(attr("plain").add(1)))),
        (
            "untyped, much",
            Box::new(|_| one(attr("plain").add(n("1e50")))),
        ),
        (
            "from a start",
            Box::new(|m| one(m.byte.add(1).starting_at(0))),
        ),
    ]
}

#[tokio::test]
async fn what_an_integer_type_does_not_hold_is_refused() {
    let store = fresh_store::<Meter>().await;
    store.create(meter()).send().await.unwrap();
    let key = || Meter::key("m1");
    for (name, update) in beyond() {
        let error = refused(store.update(key()).set(&update).send().await);
        let Error::ConditionFailed(refusal) = &error else {
            panic!("{name}: {error:?}");
        };
        let out_of_range = |guard: &dynacond::GuardResult| {
            matches!(guard.guard, Guard::InRange { .. }) && !guard.holds
        };
        let guards = refusal.guards();
        assert!(guards.iter().any(out_of_range), "{name}: {guards:?}");

        let of_known = |tx: &mut Transaction| -> dynacond::Result<()> {
            let _ = tx.require(key())?;
            tx.update(key(), &update)
        };
        let of_unread = |tx: &mut Transaction| tx.update(key(), &update);
        for error in [
            refused(store.transact(of_known).send().await),
            refused(store.transact(of_unread).send().await),
        ] {
            assert!(
                matches!(error, Error::ConditionFailed(_)),
                "{name}: {error:?}"
            );
        }
    }
    let read = store.get(key()).send().await.unwrap().unwrap();
    assert_eq!(*read, meter());
    assert_eq!(Stored::version(&read), 1);
}

#[tokio::test]
async fn the_last_number_of_a_range_is_reached() {
    let store = fresh_store::<Meter>().await;
    store.create(meter()).send().await.unwrap();
    let key = || Meter::key("m1");
    let back = store.update(key()).set(|m| {
        (
            m.byte.subtract(u8::MAX),
            m.small.add(1),
            m.signed.subtract(i32::MIN),
            m.great.subtract(u64::MAX),
            m.long.add(-1),
        )
    });
    let back = back.send().await.unwrap();
    assert_eq!((back.byte, back.small, back.signed), (0, -127, 0));
    assert_eq!((back.great, back.long), (0, i64::MAX - 1));
    let forth = store.update(key()).set(|m| {
        (
            m.byte.add(u8::MAX),
            m.small.subtract(1),
            m.signed.add(i32::MIN),
            m.great.add(u64::MAX),
            m.long.subtract(-1),
        )
    });
    assert_eq!(*forth.send().await.unwrap(), meter());
}

#[tokio::test]
async fn a_refusal_shows_the_guard_like_any_clause() {
    let store = fresh_store::<Meter>().await;
    store.create(meter()).send().await.unwrap();
    let update = store.update(Meter::key("m1")).set(|m| m.byte.add(6));
    let error = refused(update.when(|m| m.float.gt(0.5)).send().await);
    let explained = error.refusal().unwrap().condition().unwrap().to_string();
    assert_eq!(
        explained,
        "NOT byte > 249 AND float > 0.5\n  ✗ NOT byte > 249      actual: 255\n  ✓ float > 0.5         actual: 1"
    );
    assert!(
        error.to_string().ends_with("`NOT byte > ?` is false"),
        "{error}"
    );
}

#[tokio::test]
async fn numbers_without_a_known_bound_have_no_guard() {
    let store = fresh_store::<Meter>().await;
    store.create(meter()).send().await.unwrap();
    let update = store
        .update(Meter::key("m1"))
        .set(|m| (m.widest.add(1), m.float.add(1.5), m.scaled.add(50)));
    let preview = update.preview().unwrap();
    assert_eq!(preview.condition(), Some("attribute_exists(#id)"));
    let updated = update.send().await.unwrap();
    // 200,000 + 50,000 in the table are 250 in the struct, though a `u8` holds no 250,000.
    assert_eq!(updated.widest, u128::from(u64::MAX) + 1);
    assert_eq!(updated.scaled, 250);
}

#[tokio::test]
async fn a_missing_attribute_is_what_it_was_without_the_guard() {
    let store = fresh_store::<Meter>().await;
    let without = Meter {
        optional: None,
        ..meter()
    };
    store.create(without).send().await.unwrap();
    let key = || Meter::key("m1");
    set_raw(&store, key(), "optional", None).await;
    let error = refused(store.update(key()).set(|m| m.optional.add(1)).send().await);
    assert!(matches!(error, Error::UpdateRejected(_)), "{error:?}");
    let started = store
        .update(key())
        .set(|m| m.optional.add(1).starting_at(6));
    assert_eq!(started.send().await.unwrap().optional, Some(7));
    set_raw(&store, key(), "optional", None).await;
    let too_much = store
        .update(key())
        .set(|m| m.optional.add(1).starting_at(u32::MAX));
    let error = refused(too_much.send().await);
    assert!(matches!(error, Error::ConditionFailed(_)), "{error:?}");
    assert!(!raw(&store, key()).await.unwrap().contains_key("optional"));
}

#[tokio::test]
async fn a_start_that_is_another_attribute_is_kept_in_range() {
    let store = fresh_store::<Meter>().await;
    store.create(meter()).send().await.unwrap();
    let key = || Meter::key("m1");
    let add = || {
        store
            .update(key())
            .set(|m| m.optional.add(1).starting_at(m.plain))
    };
    // The attribute itself counts where it is there, and its start where it is not.
    set_raw(&store, key(), "optional", Some(n(4))).await;
    assert_eq!(add().send().await.unwrap().optional, Some(5));
    set_raw(&store, key(), "optional", None).await;
    let error = refused(add().send().await);
    assert!(matches!(error, Error::ConditionFailed(_)), "{error:?}");
    set_raw(&store, key(), "plain", Some(n(8))).await;
    assert_eq!(add().send().await.unwrap().optional, Some(9));
}

#[tokio::test]
async fn a_number_that_is_taken_from_an_amount_stays_in_range() {
    let store = fresh_store::<Meter>().await;
    store.create(meter()).send().await.unwrap();
    let key = || Meter::key("m1");
    for (attribute, stored, amount, result) in [
        ("small", "-128", "0", None),
        ("small", "-128", "-1", Some("127")),
        ("small", "127", "-2", None),
        ("small", "127", "-1", Some("-128")),
        ("small", "100", "0", Some("-100")),
        ("byte", "255", "254", None),
        ("byte", "255", "255", Some("0")),
        ("byte", "0", "256", None),
        ("byte", "1", "256", Some("255")),
        // Without a known greatest number.
        ("widest", "1", "0", None),
        ("widest", "1", "1", Some("0")),
    ] {
        set_raw(&store, key(), attribute, Some(number(stored))).await;
        let names = [("#n".to_owned(), attribute.to_owned())].into();
        let values = [(":amount".to_owned(), number(amount))].into();
        let actions = Action::parse("SET #n = :amount - #n", names, values).unwrap();
        let answer = store.update(key()).set(|_| actions).send().await;
        let what = format!("{amount} - {attribute}, which is {stored}");
        match (answer, result) {
            (Ok(updated), Some(result)) => {
                assert_eq!(Stored::item(&updated)[attribute], number(result), "{what}");
            }
            (Err(Error::ConditionFailed(_)), None) => {}
            (answer, _) => panic!("{what}: {answer:?}"),
        }
    }
}

#[tokio::test]
async fn a_default_that_is_too_great_creates_nothing() {
    let store = fresh_store::<Meter>().await;
    let update = || store.update(Meter::key("m1")).or_create(meter());
    let error = refused(update().set(|m| m.byte.add(1)).send().await);
    assert!(matches!(error, Error::ConditionFailed(_)), "{error:?}");
    assert!(raw(&store, Meter::key("m1")).await.is_none());
    let created = update().set(|m| m.small.add(1)).send().await.unwrap();
    assert_eq!(created.small, i8::MIN + 1);
}

#[tokio::test]
async fn more_guards_than_a_condition_holds_are_refused_before_sending() {
    let shop = watched::<Meter>().await;
    let counters = |count: usize| {
        let update = shop.store.update(Meter::key("m1"));
        update.set(|m| {
            let add = |i| m.entries.entry(format!("c{i}")).add(1);
            (0..count).map(add).collect::<Vec<_>>()
        })
    };
    // Each guard is NOT, a comparator and an AND; `attribute_exists` and the clause about the write id are there, too.
    assert!(counters(99).preview().is_ok());
    let error = refused(counters(100).send().await);
    let Error::Expression(error) = &error else {
        panic!("{error:?}");
    };
    assert!(
        matches!(error.rule, Rule::TooManyOperators { .. }),
        "{error:?}"
    );
    assert!(shop.local.operations().is_empty());
}

#[test]
fn a_generic_field_never_falls_below_zero() {
    #[derive(Clone, Debug, Serialize, Deserialize, Versioned)]
    #[dynacond(table = "counters")]
    #[serde(bound = "T: Serialize + serde::de::DeserializeOwned")]
    struct Counter<T: Serialize + serde::de::DeserializeOwned + 'static> {
        #[dynacond(partition_key)]
        id: String,
        n: T,
    }
    let store = dynacond::Store::new(dynacond_local::client());
    let update = store
        .update(Counter::<u32>::key("a"))
        .set(|c| c.n.subtract(5));
    let preview = update.preview().unwrap();
    assert_eq!(
        preview.condition().unwrap(),
        "attribute_exists(#id) AND #n >= :n"
    );
}
