//! `subtract` on an unsigned attribute never goes below zero, however the field says what it is stored as.
use dynacond::{
    AttributeType, Document, Error, Guard, Transaction, Versioned, attr, operators::IntoActions,
};
use serde::{Deserialize, Serialize};

use super::support::{fresh_store, n, raw, refused};

mod as_number {
    use serde::{Deserialize, Deserializer, Serializer};

    #[expect(clippy::trivially_copy_pass_by_ref, reason = "as serde calls it")]
    pub(super) fn serialize<S: Serializer>(number: &u32, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_u32(*number)
    }
    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u32, D::Error> {
        u32::deserialize(deserializer)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, AttributeType)]
#[dynacond(stored_as = "N")]
struct Stock(u32);

#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, AttributeType)]
#[serde(into = "i64", try_from = "i64")]
struct Converted(u32);
impl From<Converted> for i64 {
    fn from(number: Converted) -> Self {
        number.0.into()
    }
}
impl TryFrom<i64> for Converted {
    type Error = std::num::TryFromIntError;
    fn try_from(number: i64) -> Result<Self, Self::Error> {
        number.try_into().map(Self)
    }
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Document)]
struct Shelf {
    #[dynacond(stored_as = "N")]
    said: u32,
    plain: u32,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Versioned)]
#[dynacond(table = "counts")]
struct Counts {
    #[dynacond(partition_key)]
    id: String,
    plain: u32,
    optional: Option<u64>,
    boxed: Box<u8>,
    #[dynacond(stored_as = "N")]
    said: u32,
    #[dynacond(stored_as = "N")]
    said_optional: Option<u32>,
    #[serde(with = "as_number")]
    #[dynacond(stored_as = "N")]
    coded: u32,
    newtype: Stock,
    converted: Converted,
    shelf: Shelf,
    shelves: Vec<Shelf>,
    #[dynacond(stored_as = "N")]
    signed: i32,
}

fn counts() -> Counts {
    let shelf = || Shelf { said: 5, plain: 5 };
    Counts {
        id: "c1".into(),
        plain: 5,
        optional: Some(5),
        boxed: Box::new(5),
        said: 5,
        said_optional: Some(5),
        coded: 5,
        newtype: Stock(5),
        converted: Converted(5),
        shelf: shelf(),
        shelves: vec![shelf()],
        signed: 5,
    }
}

type Attributes = <Counts as Versioned>::Attributes;

type Update = Box<dyn Fn(Attributes) -> Actions>;

/// Takes six of each attribute that holds five.
fn updates() -> Vec<(&'static str, Update)> {
    vec![
        ("plain", Box::new(|c| one(c.plain.subtract(6)))),
        ("optional", Box::new(|c| one(c.optional.subtract(6)))),
        ("boxed", Box::new(|c| one(c.boxed.subtract(6)))),
        ("said", Box::new(|c| one(c.said.subtract(6)))),
        (
            "said_optional",
            Box::new(|c| one(c.said_optional.subtract(6))),
        ),
        ("coded", Box::new(|c| one(c.coded.subtract(6)))),
        ("newtype", Box::new(|c| one(c.newtype.subtract(Stock(6))))),
        (
            "converted",
            Box::new(|c| one(c.converted.subtract(Converted(6)))),
        ),
        (
            "shelf.said",
            Box::new(|c| one(c.shelf.at(|s| s.said).subtract(6))),
        ),
        (
            "shelf.plain",
            Box::new(|c| one(c.shelf.at(|s| s.plain).subtract(6))),
        ),
        (
            "shelves[0].said",
            Box::new(|c| one(c.shelves.index(0).at(|s| s.said).subtract(6))),
        ),
        ("untyped", Box::new(|_| one(attr("said").subtract(6)))),
    ]
}

/// Actions of several types as one.
struct Actions(dynacond::__private::Changes);

fn one(action: impl IntoActions<Counts>) -> Actions {
    let mut actions = dynacond::__private::Changes::default();
    action.add_to(&mut actions);
    Actions(actions)
}

impl IntoActions<Counts> for Actions {
    type Repetition = dynacond::operators::Relative;
    fn add_to(self, actions: &mut dynacond::__private::Changes) {
        *actions = self.0;
    }
}

#[tokio::test]
async fn what_is_unsigned_is_never_taken_below_zero() {
    let store = fresh_store::<Counts>().await;
    store.create(counts()).send().await.unwrap();
    let key = || Counts::key("c1");
    for (name, update) in updates() {
        let error = refused(store.update(key()).set(&update).send().await);
        let Error::ConditionFailed(refusal) = &error else {
            panic!("{name}: {error:?}");
        };
        let guards = refusal.guards();
        let not_negative = |guard: &dynacond::GuardResult| {
            matches!(guard.guard, Guard::NotNegative { .. }) && !guard.holds
        };
        assert!(guards.iter().any(not_negative), "{name}: {guards:?}");

        let in_transaction = |tx: &mut Transaction| -> dynacond::Result<()> {
            let _ = tx.require(key())?;
            tx.update(key(), &update)
        };
        let error = refused(store.transact(in_transaction).send().await);
        assert!(
            matches!(error, Error::ConditionFailed(_)),
            "{name}: {error:?}"
        );
    }
    let read = store.get(key()).send().await.unwrap().unwrap();
    assert_eq!(*read, counts());
}

#[tokio::test]
async fn what_is_signed_goes_below_zero() {
    let store = fresh_store::<Counts>().await;
    store.create(counts()).send().await.unwrap();
    let take = store
        .update(Counts::key("c1"))
        .set(|c| c.signed.subtract(6));
    take.send().await.unwrap();
    let item = raw(&store, Counts::key("c1")).await.unwrap();
    assert_eq!(item["signed"], n(-1));
}
