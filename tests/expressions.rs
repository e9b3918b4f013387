//! Expressions: what every operator and every update action renders, which rules of DynamoDB stop it, and what a condition
//! is on an item. Expected values come from DynamoDB's documentation and from conformance suites run against the service.
#![expect(
    clippy::needless_pass_by_value,
    reason = "numbers, and texts made for the purpose, are passed as they are"
)]
use std::collections::{BTreeMap, BTreeSet};

use dynacond::{
    AttributeType, AttributeValue, Document, Error, Expression, ExpressionError, Item, Store,
    Versioned,
};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

#[path = "expressions/allocations.rs"]
mod allocations;
#[path = "expressions/any_item.rs"]
mod any_item;
#[path = "expressions/engine.rs"]
mod engine;
#[path = "expressions/explain.rs"]
mod explain;
#[path = "expressions/operators.rs"]
mod operators;
#[path = "expressions/rules.rs"]
mod rules;
#[path = "expressions/text.rs"]
mod text;
#[path = "expressions/truth.rs"]
mod truth;
#[path = "expressions/updates.rs"]
mod updates;

#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, AttributeType)]
#[serde(rename_all = "snake_case")]
enum Status {
    Pending,
    Held,
    Shipped,
}

#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, AttributeType)]
struct Euros(u32);

/// Bytes that serde writes as bytes.
#[derive(Clone, Debug, PartialEq)]
struct Digest(Vec<u8>);

impl Serialize for Digest {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bytes(&self.0)
    }
}

impl<'de> Deserialize<'de> for Digest {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Bytes;
        impl serde::de::Visitor<'_> for Bytes {
            type Value = Digest;
            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("bytes")
            }
            fn visit_bytes<E>(self, bytes: &[u8]) -> Result<Digest, E> {
                Ok(Digest(bytes.to_vec()))
            }
            fn visit_byte_buf<E>(self, bytes: Vec<u8>) -> Result<Digest, E> {
                Ok(Digest(bytes))
            }
        }
        deserializer.deserialize_byte_buf(Bytes)
    }
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Document)]
struct Address {
    city: String,
    geo: Geo,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Document)]
struct Geo {
    lat: i32,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Document)]
struct Line {
    sku: String,
    quantity: u32,
}

#[derive(Clone, Debug, Serialize, Deserialize, Versioned)]
#[dynacond(
    table = "shop",
    partition_key(name = "pk", value = "order#{id}"),
    sort_key(name = "sk", value = "order#{id}")
)]
struct Order {
    id: String,
    name: String,
    status: Status,
    stock: u32,
    reserved: u32,
    balance: i64,
    limit: i64,
    price: Euros,
    paid: bool,
    gift: bool,
    #[dynacond(stored_as = "B")]
    digest: Digest,
    #[serde(skip_serializing_if = "Option::is_none")]
    note: Option<String>,
    #[serde(with = "serde_dynamo::string_set")]
    tags: BTreeSet<String>,
    #[serde(with = "serde_dynamo::string_set")]
    labels: BTreeSet<String>,
    #[serde(with = "serde_dynamo::number_set")]
    sizes: BTreeSet<u32>,
    #[serde(with = "serde_dynamo::binary_set")]
    prints: Vec<Digest>,
    words: Vec<String>,
    scores: Vec<i64>,
    address: Address,
    lines: Vec<Line>,
    prices: BTreeMap<String, u32>,
    r#type: String,
    size: u32,
    #[serde(rename = "a.b")]
    dotted: u32,
    #[serde(rename = "a_b")]
    underscored: u32,
    #[serde(rename = "1st")]
    first: u32,
    #[serde(rename = "is-active")]
    active: bool,
    x: u32,
    #[dynacond(sensitive)]
    card: String,
}

fn order() -> Order {
    Order {
        id: "o1".to_owned(),
        name: "Ada".to_owned(),
        status: Status::Pending,
        stock: 7,
        reserved: 2,
        balance: -5,
        limit: 10,
        price: Euros(9),
        paid: true,
        gift: false,
        digest: Digest(vec![1, 2]),
        note: None,
        tags: BTreeSet::from(["new".to_owned(), "old".to_owned()]),
        labels: BTreeSet::from(["new".to_owned()]),
        sizes: BTreeSet::from([36, 38]),
        prints: vec![Digest(vec![1]), Digest(vec![2, 3])],
        words: vec!["one".to_owned(), "two".to_owned()],
        scores: vec![1, 2, 3],
        address: Address {
            city: "Lyon".to_owned(),
            geo: Geo { lat: 45 },
        },
        lines: vec![Line {
            sku: "s1".to_owned(),
            quantity: 3,
        }],
        prices: BTreeMap::from([("EUR".to_owned(), 9)]),
        r#type: "gold".to_owned(),
        size: 1,
        dotted: 1,
        underscored: 2,
        first: 3,
        active: true,
        x: 4,
        card: "4242".to_owned(),
    }
}

/// The write id of every write of [`store`].
const WRITE_ID: &str = "454021de755d4549462f45a571eebb1b";

/// A store whose write ids are known beforehand.
fn store() -> Store {
    Store::builder(dynacond_local::client_from_env().unwrap())
        .random(|| 0xf)
        .build()
}

fn s(text: &str) -> AttributeValue {
    AttributeValue::S(text.to_owned())
}
fn n(number: impl ToString) -> AttributeValue {
    AttributeValue::N(number.to_string())
}
fn b(bytes: &[u8]) -> AttributeValue {
    AttributeValue::B(bytes.to_vec().into())
}
fn boolean(value: bool) -> AttributeValue {
    AttributeValue::Bool(value)
}
fn null() -> AttributeValue {
    AttributeValue::Null(true)
}
fn ss<const N: usize>(members: [&str; N]) -> AttributeValue {
    AttributeValue::Ss(members.map(str::to_owned).into())
}
fn ns<const N: usize>(members: [&str; N]) -> AttributeValue {
    AttributeValue::Ns(members.map(str::to_owned).into())
}
fn bs<const N: usize>(members: [&[u8]; N]) -> AttributeValue {
    AttributeValue::Bs(members.map(|bytes| bytes.to_vec().into()).into())
}
fn l<const N: usize>(elements: [AttributeValue; N]) -> AttributeValue {
    AttributeValue::L(elements.into())
}
fn m<const N: usize>(entries: [(&str, AttributeValue); N]) -> AttributeValue {
    AttributeValue::M(item(entries))
}
fn item<const N: usize>(entries: [(&str, AttributeValue); N]) -> Item {
    entries
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value))
        .collect()
}

/// A value in one line, with its data type: `S pending`, `L [N 1, BOOL true]`.
fn shown(value: &AttributeValue) -> String {
    fn hex(bytes: &[u8]) -> String {
        let digits = bytes.iter().map(|byte| format!("{byte:02x}"));
        digits.collect::<Vec<_>>().concat()
    }
    match value {
        AttributeValue::S(text) => format!("S {text}"),
        AttributeValue::N(number) => format!("N {number}"),
        AttributeValue::B(blob) => format!("B {}", hex(blob.as_ref())),
        AttributeValue::Bool(value) => format!("BOOL {value}"),
        AttributeValue::Null(_) => "NULL".to_owned(),
        AttributeValue::Ss(set) => format!("SS {}", set.join(" ")),
        AttributeValue::Ns(set) => format!("NS {}", set.join(" ")),
        AttributeValue::Bs(set) => {
            let members: Vec<_> = set.iter().map(|blob| hex(blob.as_ref())).collect();
            format!("BS {}", members.join(" "))
        }
        AttributeValue::L(list) => {
            let elements: Vec<_> = list.iter().map(shown).collect();
            format!("L [{}]", elements.join(", "))
        }
        AttributeValue::M(map) => {
            let sorted: BTreeMap<_, _> = map.iter().collect();
            let entries: Vec<_> = sorted
                .into_iter()
                .map(|(name, value)| format!("{name}: {}", shown(value)))
                .collect();
            format!("M {{{}}}", entries.join(", "))
        }
        other => format!("{other:?}"),
    }
}

/// The placeholders of one kind, `#` or `:`, that a text uses.
fn placeholders(text: &str, kind: char) -> BTreeSet<String> {
    text.split(kind)
        .skip(1)
        .map(|rest| {
            let word = |c: &char| c.is_ascii_alphanumeric() || *c == '_';
            format!(
                "{kind}{}",
                rest.chars().take_while(word).collect::<String>()
            )
        })
        .collect()
}

/// DynamoDB refuses a request that defines a placeholder and does not use it, or uses one that it does not define.
#[track_caller]
fn assert_placeholders_are_those_used<V>(
    text: &str,
    names: &std::collections::HashMap<String, String>,
    values: &std::collections::HashMap<String, V>,
) {
    assert_eq!(
        placeholders(text, '#'),
        names.keys().cloned().collect(),
        "names of {text}"
    );
    assert_eq!(
        placeholders(text, ':'),
        values.keys().cloned().collect(),
        "values of {text}"
    );
    for placeholder in names.keys().chain(values.keys()) {
        assert!(placeholder.len() <= 255, "{placeholder}");
    }
}

/// `#status is status`, sorted.
fn listed_names(names: &std::collections::HashMap<String, String>) -> BTreeSet<String> {
    names
        .iter()
        .map(|(placeholder, name)| format!("{placeholder} is {name}"))
        .collect()
}

/// `:stock is N 3`, sorted.
fn listed_values(values: &Item) -> BTreeSet<String> {
    values
        .iter()
        .map(|(placeholder, value)| format!("{placeholder} is {}", shown(value)))
        .collect()
}

fn set_of(texts: &[&str]) -> BTreeSet<String> {
    texts.iter().map(|text| (*text).to_owned()).collect()
}

#[track_caller]
fn compiled<I>(condition: dynacond::Condition<I>) -> Expression {
    let expression = condition.compile().expect("DynamoDB accepts the condition");
    assert_placeholders_are_those_used(&expression.text, &expression.names, &expression.values);
    expression
}

#[track_caller]
fn refused<T: std::fmt::Debug>(result: dynacond::Result<T>) -> ExpressionError {
    match result {
        Err(Error::Expression(error)) => error,
        other => panic!("expected a broken rule, got {other:?}"),
    }
}
