//! What the targets share: placeholders and items.
use std::collections::HashMap;

use dynacond::{AttributeValue, Condition, Item};

fn is_word(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_'
}

fn placeholders(text: &str, sign: char) -> impl Iterator<Item = String> {
    text.split(sign).skip(1).filter_map(move |rest| {
        let word = rest.split(|c| !is_word(c)).next()?;
        (!word.is_empty()).then(|| format!("{sign}{word}"))
    })
}

/// A value of the type that the placeholder's first letter names.
fn value(placeholder: &str) -> AttributeValue {
    let rest = placeholder.get(2..).unwrap_or_default().to_owned();
    match placeholder.as_bytes().get(1) {
        Some(b'n') => AttributeValue::N(rest),
        Some(b'b') => AttributeValue::B(rest.into_bytes().into()),
        Some(b't') => AttributeValue::Bool(rest.is_empty()),
        Some(b'z') => AttributeValue::Null(true),
        Some(b'l') => AttributeValue::L(rest.chars().map(|c| value(&format!(":{c}"))).collect()),
        Some(b'm') => AttributeValue::M(HashMap::from([(rest, AttributeValue::Bool(true))])),
        Some(b'c') => AttributeValue::Ss(rest.chars().map(String::from).collect()),
        Some(b'd') => AttributeValue::Ns(rest.chars().map(String::from).collect()),
        _ => AttributeValue::S(rest),
    }
}

/// The text with every placeholder that it uses.
pub fn parse(text: &str) -> dynacond::Result<Condition> {
    let names = placeholders(text, '#').map(|name| (name.clone(), name[1..].replace('_', ".")));
    let values = placeholders(text, ':').map(|name| (name.clone(), value(&name)));
    Condition::parse(text, names.collect(), values.collect())
}

/// Items with attributes of every type under the names that a text is likely to have.
pub fn items() -> [Item; 3] {
    ["n1", "sS", "ln1"].map(|first| {
        [
            ("a", first),
            ("b", "n2"),
            ("c", "m"),
            ("s", "s"),
            ("d", "d12"),
            ("e", "cxy"),
            ("f", "b"),
        ]
        .map(|(name, spelt)| (name.to_owned(), value(&format!(":{spelt}"))))
        .into()
    })
}
