//! Why a value was not read or written: the reason comes from the Rust type, and never quotes the value, whatever a type's own
//! `Deserialize` or `Serialize` says.
use std::collections::{BTreeMap, HashMap};
use std::error::Error as _;

use dynacond::{Error, Item, Stored, Versioned, attr};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::support::{item, m, n, refused, s, watched};

const SECRET: &str = "s3cret";

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Versioned)]
#[dynacond(table = "secrets")]
struct Holder {
    #[dynacond(partition_key)]
    id: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[dynacond(stored_as = "S")]
    own: Option<Own>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[dynacond(stored_as = "M")]
    place: Option<Place>,
    #[serde(default)]
    #[dynacond(stored_as = "S")]
    choice: Choice,
    #[serde(default)]
    levels: BTreeMap<String, u8>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Place {
    city: String,
    #[serde(default)]
    pair: Option<(u8, u8)>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
enum Choice {
    #[default]
    First,
    Second,
    Third,
}

/// A type whose own messages look like serde's, and quote what they found.
#[derive(Clone, Debug, PartialEq)]
struct Own(String);

impl<'de> Deserialize<'de> for Own {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Err(D::Error::custom(format_args!("{text}")))
    }
}

impl Serialize for Own {
    fn serialize<S: Serializer>(&self, _: S) -> Result<S::Ok, S::Error> {
        Err(serde::ser::Error::custom(format_args!(
            "missing field `{}`",
            self.0
        )))
    }
}

#[track_caller]
fn assert_hidden(error: &Error) -> String {
    let mut shown = format!("{error} {error:?}");
    let mut source = error.source();
    while let Some(error) = source {
        shown = format!("{shown} {error} {error:?}");
        source = error.source();
    }
    assert!(!shown.contains(SECRET), "{shown}");
    error.to_string()
}

fn holder(attribute: &str, value: dynacond::AttributeValue) -> Item {
    let mut item = item([("id", s("h1")), ("item_version", n(1))]);
    item.insert(attribute.to_owned(), value);
    item
}

#[test]
fn what_a_type_says_of_itself_is_withheld_when_it_is_read() {
    for words in [
        format!("missing field `{SECRET}`"),
        format!("missing field {SECRET}"),
        format!("duplicate field `{SECRET}`"),
        format!("invalid type: a number, expected {SECRET}"),
        format!("unknown variant `x`, expected `{SECRET}`"),
        format!("Failed to parse '{SECRET}' as an integer: invalid digit found in string"),
        format!("Expected {SECRET}"),
        SECRET.to_owned(),
    ] {
        let error = refused(Stored::<Holder>::from_item(holder("own", s(words))));
        let text = assert_hidden(&error);
        assert!(
            text.ends_with("attribute `own`: what is stored does not fit the field"),
            "{text}"
        );
    }
}

#[test]
fn serdes_own_reasons_name_the_rust_side_alone() {
    let place = |city| m([("city", city)]);
    for (attribute, value, reason) in [
        (
            "choice",
            s(SECRET),
            "unknown variant, expected one of `First`, `Second`, `Third`",
        ),
        ("place", m([]), "missing field `city`"),
        (
            "place",
            place(n(4711)),
            "attribute `place`: expected string",
        ),
        (
            "place",
            m([("city", s("x")), (SECRET, n(1))]),
            "attribute `place`: unknown field, expected `city` or `pair`",
        ),
        (
            "place",
            m([
                ("city", s("x")),
                ("pair", dynacond::AttributeValue::L(vec![n(1)])),
            ]),
            "attribute `place`: invalid length, expected a tuple of size 2",
        ),
        (
            "levels",
            m([(SECRET, n(300))]),
            "attribute `levels`: number too large to fit in target type",
        ),
        (
            "levels",
            m([(SECRET, s(SECRET))]),
            "attribute `levels`: expected num",
        ),
    ] {
        let error = refused(Stored::<Holder>::from_item(holder(attribute, value)));
        let text = assert_hidden(&error);
        assert!(text.ends_with(reason), "{text}");
    }
}

#[tokio::test]
async fn what_a_type_says_of_itself_is_withheld_when_it_is_written() {
    let shop = watched::<Holder>().await;
    let secret = Holder {
        id: "h1".into(),
        own: Some(Own(SECRET.to_owned())),
        place: None,
        choice: Choice::First,
        levels: BTreeMap::new(),
    };
    let store = &shop.store;
    assert_hidden(&refused(store.create(secret.clone()).send().await));
    let update = store.update(Holder::key("h1"));
    let own = Own(SECRET.to_owned());
    assert_hidden(&refused(update.set(|h| h.own.to(own.clone())).send().await));
    let condition = attr("own").eq(HashMap::from([((1, SECRET), 2)]));
    assert_hidden(&refused(condition.compile()));
    assert_hidden(&refused(
        store
            .transact(|tx| tx.put(secret.clone()).map(drop))
            .send()
            .await,
    ));
    assert!(shop.local.operations().is_empty());
}
