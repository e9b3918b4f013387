//! Indexes.
use super::{Case, assert_told};
use crate::parse::errors::Derive::Versioned;

const CASES: &[Case] = &[
    Case {
        name: "index attribute twice",
        derive: Versioned,
        input: r#"#[dynacond(table = "shop", index(ByTwo, name = "two", partition_key(a), sort_key(a)))] struct Order { #[dynacond(partition_key)] id: String, a: String, }"#,
        told: &[(
            "the attribute `a` appears twice in the key of this index",
            "ByTwo",
        )],
    },
    Case {
        name: "index local of two",
        derive: Versioned,
        input: r#"#[dynacond(table = "shop", index(ByTwo, name = "two", sort_key(a, b), local))] struct Order { #[dynacond(partition_key)] id: String, a: String, b: String, }"#,
        told: &[(
            "a local secondary index has one partition key, the table's, and one sort key",
            "local",
        )],
    },
    Case {
        name: "index local partition",
        derive: Versioned,
        input: r#"#[dynacond(table = "shop", index(ByTwo, name = "two", partition_key(a), sort_key(b), local))] struct Order { #[dynacond(partition_key)] id: String, a: String, b: String, }"#,
        told: &[(
            "a local secondary index has the partition key of the table: leave `partition_key` out, or repeat the table's",
            "local",
        )],
    },
    Case {
        name: "index named twice",
        derive: Versioned,
        input: r#"#[dynacond(table = "shop", index(ByA, name = "by-a", partition_key(a)), index(ByB, name = "by-a", partition_key(b)))] struct Order { #[dynacond(partition_key)] id: String, a: String, b: String, }"#,
        told: &[("two indexes have the name `by-a`", r#""by-a""#)],
    },
    Case {
        name: "index of five",
        derive: Versioned,
        input: r#"#[dynacond(table = "shop", index(ByAll, name = "all", partition_key(a, b, c, d, e)))] struct Order { #[dynacond(partition_key)] id: String, a: String, b: String, c: String, d: String, e: String, }"#,
        told: &[(
            "a global secondary index has at most four attributes in its partition key and four in its sort key",
            "ByAll",
        )],
    },
    Case {
        name: "index of generic",
        derive: Versioned,
        input: r#"#[dynacond(table = "shop", index(ByA, name = "by-a", partition_key(a)))] struct Order<T> { #[dynacond(partition_key)] id: String, a: String, t: Vec<T>, }"#,
        told: &[(
            "the derive makes a type without parameters for each index, so a struct with parameters cannot declare indexes",
            "ByA",
        )],
    },
    Case {
        name: "index of null",
        derive: Versioned,
        input: r#"#[dynacond(table = "shop", index(ByNote, name = "note", partition_key(note)))] struct Order { #[dynacond(partition_key)] id: String, note: Option<String>, }"#,
        told: &[(
            r#"DynamoDB refuses an item with NULL in an index key, and serde writes NULL for a `note` that is `None`: put `#[serde(skip_serializing_if = "Option::is_none")]` on the field, so that such an item is not in the index"#,
            "ByNote",
        )],
    },
    Case {
        name: "index of unknown field",
        derive: Versioned,
        input: r#"#[dynacond(table = "shop", index(ByA, name = "by-a", partition_key(stauts)))] struct Order { #[dynacond(partition_key)] id: String, status: String, }"#,
        told: &[(
            "an index takes fields of the struct by their Rust names, and `Order` has no field `stauts`; did you mean `status`?",
            "stauts",
        )],
    },
    Case {
        name: "index of version",
        derive: Versioned,
        input: r#"#[dynacond(table = "shop", index(ByA, name = "by-a", partition_key(name = "gsi1pk", value = "{version}")))] struct Order { #[dynacond(partition_key)] id: String, #[dynacond(version)] version: u64, }"#,
        told: &[(
            "every write changes the version, so the version cannot be part of an index template",
            "version",
        )],
    },
    Case {
        name: "index template is a field",
        derive: Versioned,
        input: r#"#[dynacond(table = "shop", index(ByA, name = "by-a", partition_key(name = "a", value = "a#{a}")))] struct Order { #[dynacond(partition_key)] id: String, a: String, }"#,
        told: &[(
            "the template of an index needs a separate attribute, and `a` is the field `a`: name the field in `partition_key(..)` or `sort_key(..)`, or give the attribute another name",
            r#""a""#,
        )],
    },
    Case {
        name: "index two templates",
        derive: Versioned,
        input: r#"#[dynacond(table = "shop", index(ByA, name = "by-a", partition_key(name = "gsi1pk", value = "a#{a}")), index(ByB, name = "by-b", partition_key(name = "gsi1pk", value = "b#{a}")))] struct Order { #[dynacond(partition_key)] id: String, a: String, }"#,
        told: &[("the attribute `gsi1pk` has two templates", r#""gsi1pk""#)],
    },
    Case {
        name: "index without type",
        derive: Versioned,
        input: r#"#[dynacond(table = "shop", index(name = "by-a", partition_key(a)))] struct Order { #[dynacond(partition_key)] id: String, a: String, }"#,
        told: &[(
            r#"an index begins with the name of its type: `index(ByStatus, name = "by-status", partition_key(status), sort_key(placed))`"#,
            "name",
        )],
    },
    Case {
        name: "index name",
        derive: Versioned,
        input: r#"#[dynacond(table = "shop", index(ByCity, name = "gs", partition_key(city)))] struct Short { #[dynacond(partition_key)] id: String, city: String, }"#,
        told: &[(
            "an index's name has at least 3 characters, and this one has 2",
            r#""gs""#,
        )],
    },
    Case {
        name: "index name",
        derive: Versioned,
        input: r#"#[dynacond(table = "shop", index(InTown, name = "by city", partition_key(city)))] struct Spaced { #[dynacond(partition_key)] id: String, city: String, }"#,
        told: &[(
            "an index's name is of ASCII letters, digits, `_`, `-`, `.`, and this one has ' '",
            r#""by city""#,
        )],
    },
    Case {
        name: "index of path",
        derive: Versioned,
        input: r#"#[dynacond(table = "shop", index(ByCity, name = "by-city", partition_key(address.city), sort_key(id)))] struct Order { #[dynacond(partition_key)] id: String, address: Address, }"#,
        told: &[(
            "an index contains whole attributes of the item, not parts of an attribute: store the value in a separate field",
            "address",
        )],
    },
    Case {
        name: "index partition of thirteen",
        derive: Versioned,
        input: r#"#[dynacond(table = "shop", index(ByAll, name = "all", partition_key(name = "gsi1pk", value = "{a0}-{a1}-{a2}-{a3}-{a4}-{a5}-{a6}-{a7}-{a8}-{a9}-{a10}-{a11}-{a12}")))] struct Order { #[dynacond(partition_key)] id: String, a0: u8, a1: u8, a2: u8, a3: u8, a4: u8, a5: u8, a6: u8, a7: u8, a8: u8, a9: u8, a10: u8, a11: u8, a12: u8 }"#,
        told: &[(
            "a key is made of at most 12 fields, and `a12` is one more: make one field of several, or take fewer into the templates",
            "a12",
        )],
    },
];

#[test]
fn indexes_that_cannot_be_are_refused() {
    assert_told(CASES);
}
