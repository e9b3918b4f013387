//! Mistakes that the derives find in the tokens alone. Each row has an input, the message, and the text that the message points at.
//!
//! What only the compiler can say is in `tests/ui` of the repository.
//!
//! Outside of the compiler, a span knows its text only if `proc-macro2` has the feature `span-locations`. So plain `cargo test` compares
//! the messages, and this command compares the texts as well:
//! `cargo test -p dynacond-derive --lib --features proc-macro2/span-locations`.
mod indexes;
mod keys;
mod names;
mod spelling;
mod stamps;
mod types;

use std::fmt::Write as _;

use syn::DeriveInput;

use crate::expand;
use crate::parse::errors::Derive;

/// One input with its mistakes.
struct Case {
    name: &'static str,
    derive: Derive,
    input: &'static str,
    /// Each message, and the text under it.
    told: &'static [(&'static str, &'static str)],
}

/// Returns what the derive says of an input, and the text that each message points at.
fn told(derive: Derive, input: &str) -> Vec<(String, String)> {
    let input: DeriveInput = syn::parse_str(input).expect("an item");
    let expanded = match derive {
        Derive::Versioned => expand::versioned(&input),
        Derive::Document => expand::document(&input),
        Derive::AttributeType => expand::attribute_type(&input),
        Derive::Projection => expand::projection(&input),
        Derive::ItemCollection => expand::collection(&input),
    };
    let errors = expanded.err().into_iter().flatten();
    let told = errors.map(|error| {
        let text = error.span().source_text().unwrap_or_default();
        (error.to_string(), text)
    });
    told.collect()
}

/// Asserts every case, so that one run shows all that differ.
fn assert_told(cases: &[Case]) {
    let mut differ = String::new();
    for Case {
        name,
        derive,
        input,
        told: expected,
    } in cases
    {
        let told = told(*derive, input);
        // Without the feature, every text is empty.
        let same = told.len() == expected.len()
            && told.iter().zip(*expected).all(|((text, at), expected)| {
                text == expected.0 && (at.is_empty() || at == expected.1)
            });
        if !same {
            let _ = writeln!(
                differ,
                "{name}:\n  expected {expected:#?}\n  told {told:#?}"
            );
        }
    }
    assert!(differ.is_empty(), "{differ}");
}

#[test]
fn an_input_without_a_mistake_is_told_nothing() {
    let input =
        r#"#[dynacond(table = "shop")] struct Order { #[dynacond(partition_key)] id: String }"#;
    assert_eq!(told(Derive::Versioned, input), []);
}
