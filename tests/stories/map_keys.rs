//! Maps whose keys decode to one value and are written back in another spelling: a save is true of the next read.
use std::collections::{BTreeMap, HashMap};
use std::hash::{Hash, Hasher};

use dynacond::{
    AttributeType, AttributeValue, Document, Error, InvalidInput, Item, Stored, Transaction,
    Versioned,
};
use serde::{Deserialize, Serialize};

use super::support::{item, m, n, put_raw, raw, s, watched};

/// The spelling does not matter, and it is written in lower case.
#[derive(Clone, Debug, Eq, Serialize)]
struct Header(String);
impl<'de> Deserialize<'de> for Header {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(|name| Self(name.to_lowercase()))
    }
}
impl PartialEq for Header {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}
impl Hash for Header {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.hash(state);
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, AttributeType)]
enum Size {
    #[serde(alias = "S")]
    Small,
    Large,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, Document)]
#[serde(default)]
struct Options {
    colour: String,
    weight: u32,
    by_number: BTreeMap<u8, u32>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, Versioned)]
#[dynacond(table = "shelves")]
struct Shelf {
    #[dynacond(partition_key)]
    id: String,
    #[serde(default)]
    by_number: BTreeMap<u8, u32>,
    #[serde(default)]
    headers: HashMap<Header, u32>,
    #[serde(default)]
    sizes: HashMap<Size, u32>,
    #[serde(default)]
    nested: HashMap<Header, BTreeMap<u8, Options>>,
    #[serde(default)]
    options: Vec<Options>,
}

fn shelf<const N: usize>(attributes: [(&str, AttributeValue); N]) -> Item {
    let mut all = item([
        ("id", s("s1")),
        ("item_version", n(1)),
        ("item_write_id", s("w")),
    ]);
    all.extend(item(attributes));
    all
}

/// What a save leaves, and what the next read gives.
async fn saved(before: Item, change: impl FnOnce(&mut Shelf)) -> (Item, Shelf, Shelf) {
    let shop = watched::<Shelf>().await;
    put_raw::<Shelf>(&shop.store, before).await;
    let key = Shelf::key("s1");
    let mut shelf = shop.store.get(&key).send().await.unwrap().unwrap();
    change(&mut shelf);
    let meant = (*shelf).clone();
    let returned = shop.store.save(shelf).send().await.unwrap();
    assert_eq!(*returned, meant);
    let read = shop.store.get(&key).send().await.unwrap().unwrap();
    (
        raw(&shop.store, key).await.unwrap(),
        meant,
        Stored::into_inner(read),
    )
}

#[tokio::test]
async fn an_entry_is_removed_under_its_stored_name() {
    for spelling in ["01", "+1", "001"] {
        let before = shelf([("by_number", m([(spelling, n(5)), ("7", n(7))]))]);
        let (item, meant, read) = saved(before, |shelf| {
            assert_eq!(shelf.by_number.remove(&1), Some(5));
        })
        .await;
        assert_eq!(item["by_number"], m([("7", n(7))]), "{spelling}");
        assert_eq!(read, meant, "{spelling}");
    }
}

#[tokio::test]
async fn an_entry_is_changed_under_its_stored_name() {
    let before = shelf([
        ("by_number", m([("01", n(5)), ("7", n(7))])),
        ("headers", m([("Accept", n(1)), ("host", n(2))])),
        ("sizes", m([("S", n(1)), ("Large", n(2))])),
    ]);
    let (item, meant, read) = saved(before, |shelf| {
        shelf.by_number.insert(1, 6);
        shelf.by_number.insert(2, 2);
        shelf.headers.insert(Header("accept".into()), 9);
        shelf.sizes.remove(&Size::Small);
    })
    .await;
    assert_eq!(
        item["by_number"],
        m([("01", n(6)), ("2", n(2)), ("7", n(7))])
    );
    assert_eq!(item["headers"], m([("Accept", n(9)), ("host", n(2))]));
    assert_eq!(item["sizes"], m([("Large", n(2))]));
    assert_eq!(read, meant);
}

#[tokio::test]
async fn an_entry_that_is_not_changed_keeps_its_name() {
    let before = shelf([("by_number", m([("01", n(5)), ("7", n(7))]))]);
    let (item, meant, read) = saved(before, |shelf| {
        shelf.by_number.insert(7, 8);
    })
    .await;
    assert_eq!(item["by_number"], m([("01", n(5)), ("7", n(8))]));
    assert_eq!(read, meant);
}

#[tokio::test]
async fn entries_within_entries_and_lists_are_found() {
    let options = |weight: u32, numbers: AttributeValue| {
        m([
            ("weight", n(weight)),
            ("by_number", numbers),
            ("maker", s("unknown to the struct")),
        ])
    };
    let before = shelf([
        (
            "nested",
            m([("Top", m([("01", options(1, m([("003", n(3))])))]))]),
        ),
        (
            "options",
            AttributeValue::L(vec![options(1, m([("02", n(2))]))]),
        ),
    ]);
    let (item, meant, read) = saved(before, |shelf| {
        let top = shelf.nested.get_mut(&Header("top".into())).unwrap();
        let first = top.get_mut(&1).unwrap();
        first.by_number.remove(&3);
        first.weight = 2;
        shelf.options[0].by_number.insert(2, 9);
    })
    .await;
    assert_eq!(item["nested"], m([("Top", m([("01", options(2, m([])))]))]));
    assert_eq!(
        item["options"],
        AttributeValue::L(vec![options(1, m([("02", n(9))]))])
    );
    assert_eq!(read, meant);
}

#[test]
fn unknown_attributes_of_a_document_are_no_other_spelling() {
    let mut before = shelf([(
        "options",
        AttributeValue::L(vec![m([("width", n(1)), ("height", n(2))])]),
    )]);
    before.remove("item_version");
    let mut shelf: Stored<Shelf> = Stored::from_unversioned_item(before).unwrap();
    shelf.options[0].weight = 3;
    let left = Transaction::default().put(shelf).unwrap();
    assert_eq!(
        Stored::item(&left)["options"],
        AttributeValue::L(vec![m([
            ("width", n(1)),
            ("height", n(2)),
            ("weight", n(3)),
        ])])
    );
}

/// Which of the two was read is chance.
#[tokio::test]
async fn one_key_in_two_spellings_is_refused_before_anything_is_sent() {
    for values in [[5, 6], [5, 5]] {
        let shop = watched::<Shelf>().await;
        let [padded, plain] = values;
        let before = shelf([("by_number", m([("01", n(padded)), ("1", n(plain))]))]);
        put_raw::<Shelf>(&shop.store, before).await;
        let mut shelf = shop
            .store
            .get(Shelf::key("s1"))
            .send()
            .await
            .unwrap()
            .unwrap();
        shelf.by_number.remove(&1);
        shop.local.clear_log();
        let error = shop.store.save(shelf).send().await.unwrap_err();
        let Error::Invalid(InvalidInput::TwoSpellings { attribute, .. }) = &error else {
            panic!("{error:?}");
        };
        assert_eq!(attribute, "by_number");
        assert!(shop.local.operations().is_empty());
    }
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Versioned)]
#[dynacond(table = "flat")]
struct Flat {
    #[dynacond(partition_key)]
    id: String,
    count: u32,
    #[serde(flatten)]
    headers: HashMap<Header, String>,
}

#[tokio::test]
async fn a_flattened_map_is_changed_under_its_stored_names() {
    let shop = watched::<Flat>().await;
    let before = item([
        ("id", s("f1")),
        ("count", n(1)),
        ("Accept", s("all")),
        ("Host", s("here")),
        ("item_version", n(1)),
        ("item_write_id", s("w")),
    ]);
    put_raw::<Flat>(&shop.store, before).await;
    let mut flat = shop
        .store
        .get(Flat::key("f1"))
        .send()
        .await
        .unwrap()
        .unwrap();
    flat.headers.remove(&Header("accept".into()));
    flat.headers.insert(Header("host".into()), "there".into());
    let meant = (*flat).clone();
    shop.store.save(flat).send().await.unwrap();
    let read = shop
        .store
        .get(Flat::key("f1"))
        .send()
        .await
        .unwrap()
        .unwrap();
    assert_eq!(*read, meant);
    let item = raw(&shop.store, Flat::key("f1")).await.unwrap();
    assert_eq!(item.get("Host"), Some(&s("there")));
    assert!(!item.contains_key("Accept") && !item.contains_key("host"));
}
