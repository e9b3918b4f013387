//! Key templates as real tables have them: several texts, padded numbers, fields that exist in the key alone.
use std::sync::LazyLock;

use dynacond::{AttributeType, AttributeValue, Item, Key, Store, Stored, Versioned};
use proptest::prelude::*;
use serde::{Deserialize, Serialize};

use super::{key, n, s};

#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, AttributeType)]
#[serde(rename_all = "lowercase")]
enum Kind {
    Email,
    #[serde(rename = "by#phone")]
    Phone,
}

/// Two texts in one template, both of them in the key alone.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Versioned)]
#[dynacond(
    table = "booking",
    partition_key(name = "pk", value = "event#{event}#customer#{customer}")
)]
struct Booking {
    #[dynacond(in_key)]
    event: String,
    #[dynacond(in_key)]
    customer: String,
    #[serde(default)]
    seats: u32,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Versioned)]
#[dynacond(
    table = "limits",
    partition_key(name = "pk", value = "RL#{kind}#{id}"),
    sort_key(name = "sk", value = "{version:020}.json")
)]
struct Limit {
    #[dynacond(in_key)]
    kind: Kind,
    #[dynacond(in_key)]
    #[serde(rename = "limitId")]
    id: String,
    #[dynacond(in_key)]
    version: u64,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Versioned)]
#[dynacond(
    table = "audit",
    partition_key(name = "pk", value = "{type}:{id}"),
    sort_key(name = "sk", value = "{shift}/{name}#{n}")
)]
struct Audit {
    #[dynacond(in_key)]
    r#type: String,
    #[dynacond(in_key)]
    id: String,
    #[dynacond(in_key)]
    shift: i16,
    #[dynacond(in_key)]
    name: String,
    #[dynacond(in_key)]
    n: i64,
}

/// A text between numbers may be any text.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Versioned)]
#[dynacond(table = "rooms", partition_key(name = "pk", value = "adhoc:{room}"))]
struct Room {
    #[dynacond(in_key)]
    room: String,
}

fn stored<T: Versioned>(key: &Key<T>) -> dynacond::Result<Stored<T>> {
    let item: Item = key.raw().to_item();
    Stored::from_unversioned_item(item)
}

/// Nothing is sent for a key that is invalid: a request shows the error before it is sent.
fn error<T: Versioned>(key: Key<T>) -> Option<String> {
    static STORE: LazyLock<Store> = LazyLock::new(|| Store::new(dynacond_local::client()));
    let write = STORE.delete(key).unconditional().preview();
    write.err().map(|error| error.to_string())
}

#[test]
fn keys_of_real_tables() {
    assert_eq!(
        key(&Booking::key(("e-1", "c-2"))),
        [("pk", s("event#e-1#customer#c-2"))]
    );
    assert_eq!(
        key(&Limit::key((&Kind::Email, "a@b", 42))),
        [
            ("pk", s("RL#email#a@b")),
            ("sk", s("00000000000000000042.json"))
        ]
    );
    assert_eq!(
        key(&Audit::key(("user", "a:b", -3, "x#y", -1))),
        [("pk", s("user:a:b")), ("sk", s("-3/x#y#-1"))]
    );
    assert_eq!(key(&Room::key("a#b:c")), [("pk", s("adhoc:a#b:c"))]);
}

#[test]
fn fields_in_the_key_are_read_from_it() {
    let booking = stored(&Booking::key(("e-1", "c#2"))).unwrap();
    assert_eq!((&*booking.event, &*booking.customer), ("e-1", "c#2"));
    let limit = stored(&Limit::key((&Kind::Email, "a@b", 42))).unwrap();
    assert_eq!(
        *limit,
        Limit {
            kind: Kind::Email,
            id: "a@b".to_owned(),
            version: 42
        }
    );
}

#[test]
fn a_text_does_not_contain_what_ends_it() {
    let text = error(Booking::key(("e#1", "c"))).unwrap();
    for part in ["`pk`", "`Booking`", "`event`", "'#'"] {
        assert!(text.contains(part), "{text}");
    }
    // The last text ends with the key, whatever it contains.
    assert_eq!(error(Booking::key(("e", "c#1"))), None);
    // An enum's text is judged like any other.
    let text = error(Limit::key((&Kind::Phone, "a", 1))).unwrap();
    assert!(text.contains("`kind`") && text.contains("'#'"), "{text}");
    let text = error(Audit::key(("a:b", "", 0, "", 0))).unwrap();
    assert!(text.contains("`type`") && text.contains("':'"), "{text}");
}

#[test]
fn a_padded_number_has_no_more_digits_than_its_template() {
    #[derive(Serialize, Deserialize, Versioned)]
    #[dynacond(table = "t", partition_key(name = "pk", value = "{n:03}{m:02}"))]
    struct Padded {
        n: u16,
        m: u8,
    }
    assert_eq!(key(&Padded::key((7, 99))), [("pk", s("00799"))]);
    assert_eq!(key(&Padded::key((999, 0))), [("pk", s("99900"))]);
    let text = error(Padded::key((1000, 0))).unwrap();
    for part in ["`pk`", "`Padded`", "`n`", "4 digits", "to 3"] {
        assert!(text.contains(part), "{text}");
    }
}

#[test]
fn a_key_that_the_template_never_writes_does_not_decode() {
    for pk in ["event#e", "seat#e#customer#c", "event#e#guest#c", ""] {
        let item = Item::from([("pk".to_owned(), s(pk)), ("seats".to_owned(), n(1))]);
        let error = Stored::<Booking>::from_unversioned_item(item).unwrap_err();
        let text = error.to_string();
        assert!(
            text.contains("`event` is stored in the key alone")
                && text.contains("`event#{event}#customer#{customer}`"),
            "{text}"
        );
    }
    // A number that is padded otherwise is another key.
    let item = Item::from([
        ("pk".to_owned(), s("RL#email#a")),
        ("sk".to_owned(), s("42.json")),
    ]);
    assert!(Stored::<Limit>::from_unversioned_item(item).is_err());
    let item = Item::from([
        ("pk".to_owned(), s("RL#fax#a")),
        ("sk".to_owned(), s("00000000000000000042.json")),
    ]);
    assert!(Stored::<Limit>::from_unversioned_item(item).is_err());
}

#[test]
fn the_key_is_what_it_says_and_not_what_an_attribute_beside_it_says() {
    let item = Item::from([
        ("pk".to_owned(), s("event#e#customer#c")),
        ("event".to_owned(), s("another")),
    ]);
    let booking = Stored::<Booking>::from_unversioned_item(item).unwrap();
    assert_eq!(booking.event, "e");
}

/// A text that meets its separator often.
fn text() -> impl Strategy<Value = String> {
    prop::collection::vec(
        prop::sample::select(vec![
            "#", ":", "/", "a", "b", "-", "0", "7", "é", "customer",
        ]),
        0..4,
    )
    .prop_map(|parts| parts.concat())
}

fn value<T: Versioned>(key: &Key<T>) -> Vec<AttributeValue> {
    key.raw()
        .attributes()
        .map(|(_, value)| value.clone())
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn two_keys_never_render_one_text_and_every_key_parses_back(
        (a, b, c) in (text(), text(), text()), (x, y, z) in (text(), text(), text()),
        (i, j) in (-12_i16..12, -12_i64..12), (k, l) in (-12_i16..12, -12_i64..12), v in 0_u64..u64::MAX,
    ) {
        let (first, second) = (Booking::key((&a, &b)), Booking::key((&x, &y)));
        if error(first.clone()).is_none() && error(second.clone()).is_none() {
            prop_assert_eq!(first == second, (&a, &b) == (&x, &y));
            let read = stored(&first).unwrap();
            prop_assert_eq!((&read.event, &read.customer), (&a, &b));
        }
        let (first, second) = (Audit::key((&a, &b, i, &c, j)), Audit::key((&x, &y, k, &z, l)));
        if error(first.clone()).is_none() && error(second.clone()).is_none() {
            prop_assert_eq!(value(&first) == value(&second), (&a, &b, i, &c, j) == (&x, &y, k, &z, l));
            let read = stored(&first).unwrap();
            prop_assert_eq!((&read.r#type, &read.id, read.shift, &read.name, read.n), (&a, &b, i, &c, j));
        }
        let key = Limit::key((&Kind::Email, &a, v));
        prop_assert_eq!(stored(&key).unwrap().parts(), (a.clone(), v));
        prop_assert_eq!(&stored(&Room::key(&a)).unwrap().room, &a);
    }
}

impl Limit {
    fn parts(&self) -> (String, u64) {
        (self.id.clone(), self.version)
    }
}
