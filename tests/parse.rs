//! `Condition::parse`: which texts are read, as what, and what is said of the others. Expected outcomes come from DynamoDB's
//! documentation, from the grammar in Amazon's own clients, and from conformance suites run against the service.
#![expect(
    clippy::too_many_lines,
    reason = "a table is read as one, however long"
)]
use std::collections::HashMap;

use dynacond::{AttributeValue, Condition, Error, Item, ParseError};

#[path = "parse/accepted.rs"]
mod accepted;
#[path = "parse/any_text.rs"]
mod any_text;
#[path = "parse/engine.rs"]
mod engine;
#[path = "parse/rejected.rs"]
mod rejected;
#[path = "parse/round_trip.rs"]
mod round_trip;

fn s(text: &str) -> AttributeValue {
    AttributeValue::S(text.to_owned())
}

fn n(number: &str) -> AttributeValue {
    AttributeValue::N(number.to_owned())
}

type Names = HashMap<String, String>;

/// The names and values of the tests' placeholders.
fn name_of(placeholder: &str) -> Option<&'static str> {
    Some(match placeholder {
        "#s" => "status",
        "#d" => "a.b",
        "#dash" => "a-b",
        "#_" => "_a",
        "#2" => "2nd",
        "#empty" => "",
        _ => return None,
    })
}

fn value_of(placeholder: &str) -> Option<AttributeValue> {
    Some(match placeholder {
        ":p" => s("pending"),
        ":q" => s("quick"),
        ":1" => n("1"),
        ":3" => n("3"),
        ":9" => n("9"),
        ":S" => s("S"),
        ":dog" => s("DOG"),
        ":bytes" => AttributeValue::B(vec![1, 2].into()),
        ":true" => AttributeValue::Bool(true),
        ":null" => AttributeValue::Null(true),
        ":list" => AttributeValue::L(vec![n("1")]),
        ":map" => AttributeValue::M(HashMap::new()),
        ":set" => AttributeValue::Ss(vec!["x".to_owned()]),
        ":noset" => AttributeValue::Ss(Vec::new()),
        ":nan" => n("NaN"),
        _ => return None,
    })
}

/// The maps with exactly the placeholders that the text uses and the tests define.
fn maps(text: &str) -> (Names, Item) {
    let is_end = |c: char| !(c.is_ascii_alphanumeric() || c == '_');
    let placeholders = |sign| {
        text.split(sign)
            .skip(1)
            .map(move |rest| format!("{sign}{}", rest.split(is_end).next().unwrap_or_default()))
    };
    let names = placeholders('#').filter_map(|p| Some((p.clone(), name_of(&p)?.to_owned())));
    let values = placeholders(':').filter_map(|p| Some((p.clone(), value_of(&p)?)));
    (names.collect(), values.collect())
}

fn parse_with(text: &str, names: Names, values: Item) -> Result<Condition, ParseError> {
    Condition::parse(text, names, values).map_err(|error| match error {
        Error::Parse(error) => *error,
        other => panic!("{text:?}: {other:?}"),
    })
}

fn parse(text: &str) -> Result<Condition, ParseError> {
    let (names, values) = maps(text);
    parse_with(text, names, values)
}
