//! Keys of the table: what marks them, their fields, and their templates.
use super::{Case, assert_told};
use crate::parse::errors::Derive::{Document, Versioned};

const CASES: &[Case] = &[
    Case {
        name: "in key of key field",
        derive: Versioned,
        input: r#"#[dynacond(table = "shop")] struct Order { #[dynacond(partition_key, in_key)] id: String, }"#,
        told: &[(
            "`in_key` is for fields of key templates: `id` is a key attribute already, which is stored once",
            "in_key",
        )],
    },
    Case {
        name: "in key without template",
        derive: Versioned,
        input: r#"#[dynacond(table = "shop", partition_key(name = "pk", value = "order#{id}"))] struct Order { id: String, #[dynacond(in_key)] region: String, }"#,
        told: &[(
            "a field that is stored in the key alone must be in the key: no template of `partition_key` or `sort_key` has `{region}`",
            "in_key",
        )],
    },
    Case {
        name: "key by name of field",
        derive: Versioned,
        input: r#"#[dynacond(table = "shop", partition_key = "id")] struct Order { id: String, }"#,
        told: &[(
            r#"expected `partition_key(name = "…", value = "…")`; a key that is one field is marked on the field"#,
            "partition_key",
        )],
    },
    Case {
        name: "key flattened",
        derive: Versioned,
        input: r#"#[dynacond(table = "shop")] struct Order { #[dynacond(partition_key)] #[serde(flatten)] id: std::collections::HashMap<String, String>, }"#,
        told: &[(
            "a field of a key is written and read, and `id` makes the key: no `skip`, no `flatten`",
            "flatten",
        )],
    },
    Case {
        name: "key sensitive",
        derive: Versioned,
        input: r#"#[dynacond(table = "patients")] struct Patient { #[dynacond(partition_key, sensitive)] ssn: String, }"#,
        told: &[(
            "a key is never `sensitive`, and `ssn` makes the key: keys name the item in errors and traces; store a hash or an id without meaning as the key, or leave `sensitive` out (`Store::builder(..).trace_keys(false)` keeps keys out of traces)",
            "sensitive",
        )],
    },
    Case {
        name: "key skipped",
        derive: Versioned,
        input: r#"#[dynacond(table = "shop")] struct Order { #[dynacond(partition_key)] #[serde(skip_serializing)] id: String, }"#,
        told: &[(
            "a field of a key is written and read, and `id` makes the key: no `skip`, no `flatten`",
            "skip_serializing",
        )],
    },
    Case {
        name: "key stored as bool",
        derive: Versioned,
        input: r#"#[dynacond(table = "shop")] struct Order { #[dynacond(partition_key, stored_as = "BOOL")] paid: Flag, }"#,
        told: &[("DynamoDB's keys are stored as S, N or B", r#""BOOL""#)],
    },
    Case {
        name: "key with",
        derive: Versioned,
        input: r#"#[dynacond(table = "shop")] struct Order { #[dynacond(partition_key)] #[serde(with = "hex")] id: u64, }"#,
        told: &[(
            r#"a key under `with` needs its type: `#[dynacond(stored_as = "S")]` (or N, or B)"#,
            "with",
        )],
    },
    Case {
        name: "no partition key",
        derive: Versioned,
        input: r#"#[dynacond(table = "shop")] struct Order { id: String, }"#,
        told: &[(
            r#"`#[derive(Versioned)]` needs a partition key: mark a field `#[dynacond(partition_key)]`, or write a template on the struct: `#[dynacond(partition_key(name = "pk", value = "order#{id}"))]`"#,
            "Order",
        )],
    },
    Case {
        name: "one field both keys",
        derive: Versioned,
        input: r#"#[dynacond(table = "shop")] struct Order { #[dynacond(partition_key, sort_key)] id: String, }"#,
        told: &[(
            "partition key and sort key are two attributes: mark another field",
            "sort_key",
        )],
    },
    Case {
        name: "partition key on field and struct",
        derive: Versioned,
        input: r#"#[dynacond(table = "shop", partition_key(name = "pk", value = "order#{id}"))] struct Order { #[dynacond(partition_key)] id: String, }"#,
        told: &[(
            r#"an item has one partition key; several fields make one by a template on the struct: `#[dynacond(partition_key(name = "pk", value = "{a}#{b}"))]`"#,
            "partition_key",
        )],
    },
    Case {
        name: "sort key alone",
        derive: Versioned,
        input: r#"#[dynacond(table = "shop")] struct Order { id: String, #[dynacond(sort_key)] placed: u64, }"#,
        told: &[(
            r#"a sort key needs a partition key: mark a field `#[dynacond(partition_key)]`, or write a template on the struct: `#[dynacond(partition_key(name = "pk", value = "order#{id}"))]`"#,
            "sort_key",
        )],
    },
    Case {
        name: "sort template alone",
        derive: Versioned,
        input: r#"#[dynacond(table = "shop", sort_key(name = "sk", value = "order#{id}"))] struct Order { id: String, }"#,
        told: &[(
            r#"a sort key needs a partition key: mark a field `#[dynacond(partition_key)]`, or write a template on the struct: `#[dynacond(partition_key(name = "pk", value = "order#{id}"))]`"#,
            r#""sk""#,
        )],
    },
    Case {
        name: "template binary",
        derive: Versioned,
        input: r#"#[dynacond(table = "shop", partition_key(name = "pk", value = "order#{id}"))] struct Order { #[dynacond(stored_as = "B")] id: Vec<u8>, }"#,
        told: &[(
            "a key template takes strings and numbers, and `id` is neither",
            r#""order#{id}""#,
        )],
    },
    Case {
        name: "template empty",
        derive: Versioned,
        input: r#"#[dynacond(table = "shop", partition_key(name = "pk", value = ""))] struct Order { id: String, }"#,
        told: &[(
            r#"expected `partition_key(name = "…", value = "…")`, found an empty string"#,
            r#""""#,
        )],
    },
    Case {
        name: "template field sensitive",
        derive: Versioned,
        input: r#"#[dynacond(table = "patients", partition_key(name = "pk", value = "patient#{ssn}"))] struct Patient { #[dynacond(sensitive)] ssn: String, ward: u32, }"#,
        told: &[(
            "a key is never `sensitive`, and `ssn` makes the key: keys name the item in errors and traces; store a hash or an id without meaning as the key, or leave `sensitive` out (`Store::builder(..).trace_keys(false)` keeps keys out of traces)",
            "sensitive",
        )],
    },
    Case {
        name: "template field skipped",
        derive: Versioned,
        input: r#"#[dynacond(table = "shop", partition_key(name = "pk", value = "order#{id}"))] struct Order { #[serde(skip)] id: String, }"#,
        told: &[(
            "a field of a key is written and read, and `id` makes the key: no `skip`, no `flatten`",
            "skip",
        )],
    },
    Case {
        name: "template name is a field",
        derive: Versioned,
        input: r#"#[dynacond(table = "shop", partition_key(name = "id", value = "order#{id}"))] struct Order { id: String, }"#,
        told: &[(
            "a key template needs a separate attribute, and `id` is the field `id`: mark the field as the key, or give the key another name",
            r#""id""#,
        )],
    },
    Case {
        name: "template no name",
        derive: Versioned,
        input: r#"#[dynacond(table = "shop", partition_key(name = "pk", value = "order#{}"))] struct Order { id: String, }"#,
        told: &[(
            "`{}` names no field: a key template is written like `order#{id}`",
            r#""order#{}""#,
        )],
    },
    Case {
        name: "template padding malformed",
        derive: Versioned,
        input: r#"#[dynacond(table = "shop", partition_key(name = "pk", value = "order#{id:6}"))] struct Order { id: u32, }"#,
        told: &[(
            "`{id:6}` is not a field of a key template: a number is padded with zeros by `{id:06}`, to 1 to 38 digits",
            r#""order#{id:6}""#,
        )],
    },
    Case {
        name: "template two names alike",
        derive: Versioned,
        input: r#"#[dynacond( table = "shop", partition_key(name = "pk", value = "customer#{customer}"), sort_key(name = "pk", value = "order#{id}") )] struct Order { customer: String, id: String, }"#,
        told: &[(
            "partition key and sort key are two attributes: call them differently",
            r#""pk""#,
        )],
    },
    Case {
        name: "template unclosed",
        derive: Versioned,
        input: r#"#[dynacond(table = "shop", partition_key(name = "pk", value = "order#{id"))] struct Order { id: String, }"#,
        told: &[(
            "unclosed `{` in a key template; a brace itself is written `{{`",
            r#""order#{id""#,
        )],
    },
    Case {
        name: "template unknown field",
        derive: Versioned,
        input: r#"#[dynacond( table = "shop", partition_key(name = "pk", value = "order#{order_nmber}") )] struct Order { order_number: String, }"#,
        told: &[(
            "a key template takes fields of the struct by their Rust names, and `Order` has no field `order_nmber`; did you mean `{order_number}`?",
            r#""order#{order_nmber}""#,
        )],
    },
    Case {
        name: "template unopened",
        derive: Versioned,
        input: r#"#[dynacond(table = "shop", partition_key(name = "pk", value = "order#id}"))] struct Order { id: String, }"#,
        told: &[(
            "unopened `}` in a key template; a brace itself is written `}}`",
            r#""order#id}""#,
        )],
    },
    Case {
        name: "template without value",
        derive: Versioned,
        input: r#"#[dynacond(table = "shop", partition_key(name = "pk"))] struct Order { id: String, }"#,
        told: &[(
            r#"expected `partition_key(name = "…", value = "…")`"#,
            r#"partition_key(name = "pk")"#,
        )],
    },
    Case {
        name: "two partition keys",
        derive: Versioned,
        input: r#"#[dynacond(table = "shop")] struct Order { #[dynacond(partition_key)] customer: String, #[dynacond(partition_key)] id: String, }"#,
        told: &[(
            r#"an item has one partition key; several fields make one by a template on the struct: `#[dynacond(partition_key(name = "pk", value = "{a}#{b}"))]`"#,
            "partition_key",
        )],
    },
    Case {
        name: "document untagged",
        derive: Document,
        input: "#[serde(untagged)] enum Address { Known { city: String }, Abroad { country: String }, }",
        told: &[(
            r#"`#[derive(Document)]` takes a struct with named fields, and `Address` is an enum: add `#[serde(tag = "…")]`, so that every variant is stored as a map of named attributes; an enum without data takes `#[derive(AttributeType)]`"#,
            "Address",
        )],
    },
    Case {
        name: "key of thirteen",
        derive: Versioned,
        input: r#"#[dynacond(table = "shop", partition_key(name = "pk", value = "{a0}-{a1}-{a2}-{a3}-{a4}-{a5}-{a6}-{a7}-{a8}-{a9}-{a10}-{a11}-{a12}"))] struct Order { a0: u8, a1: u8, a2: u8, a3: u8, a4: u8, a5: u8, a6: u8, a7: u8, a8: u8, a9: u8, a10: u8, a11: u8, a12: u8 }"#,
        told: &[(
            "a key is made of at most 12 fields, and `a12` is one more: make one field of several, or take fewer into the templates",
            "a12",
        )],
    },
];

#[test]
fn keys_that_cannot_be_are_refused() {
    assert_told(CASES);
}
