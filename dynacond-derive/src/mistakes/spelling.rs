//! Attributes that are misspelt, misplaced or said twice, and names of tables.
use super::{Case, assert_told};
use crate::parse::errors::Derive::{Document, Versioned};

const CASES: &[Case] = &[
    Case {
        name: "attribute twice",
        derive: Versioned,
        input: r#"#[dynacond(table = "shop")] #[dynacond(table = "orders")] struct Order { #[dynacond(partition_key)] id: String, }"#,
        told: &[("`table` is said twice", r#"table = "orders""#)],
    },
    Case {
        name: "field attribute on struct",
        derive: Versioned,
        input: r#"#[dynacond(table = "shop", stored_as = "S")] struct Order { #[dynacond(partition_key)] id: String, }"#,
        told: &[("`stored_as` belongs on a field", "stored_as")],
    },
    Case {
        name: "no table",
        derive: Versioned,
        input: "struct Order { #[dynacond(partition_key)] id: String, }",
        told: &[(
            r#"`#[derive(Versioned)]` needs the name of the table: `#[dynacond(table = "…")]`"#,
            "Order",
        )],
    },
    Case {
        name: "stored as unknown",
        derive: Versioned,
        input: r#"#[dynacond(table = "shop")] struct Order { #[dynacond(partition_key)] id: String, #[dynacond(stored_as = "string")] placed: std::time::SystemTime, }"#,
        told: &[(
            "DynamoDB stores S, N, B, BOOL, NULL, L, M, SS, NS and BS; there is no data type `string`",
            r#""string""#,
        )],
    },
    Case {
        name: "struct attribute on field",
        derive: Versioned,
        input: r#"#[dynacond(table = "shop")] struct Order { #[dynacond(partition_key)] id: String, #[dynacond(table = "shop")] status: String, }"#,
        told: &[("`table` belongs on the struct", "table")],
    },
    Case {
        name: "table arn characters",
        derive: Versioned,
        input: r#"#[dynacond(table = "arn:aws:dynamodb:eu-west-3:123456789012:table/orders*")] struct Order { #[dynacond(partition_key)] id: String, }"#,
        told: &[(
            "a table's ARN is of ASCII letters, digits, `_`, `-`, `.`, `:`, `/`, and this one has '*'",
            r#""arn:aws:dynamodb:eu-west-3:123456789012:table/orders*""#,
        )],
    },
    Case {
        name: "table characters",
        derive: Versioned,
        input: r#"#[dynacond(table = "my orders")] struct Order { #[dynacond(partition_key)] id: String, }"#,
        told: &[(
            "a table's name is of ASCII letters, digits, `_`, `-`, `.`, and this one has ' '",
            r#""my orders""#,
        )],
    },
    Case {
        name: "table too long",
        derive: Versioned,
        input: r#"#[dynacond(table = "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx")] struct Order { #[dynacond(partition_key)] id: String, }"#,
        told: &[(
            "a table's name has at most 255 characters, and this one has 256",
            r#""xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx""#,
        )],
    },
    Case {
        name: "table without quotes",
        derive: Versioned,
        input: "#[dynacond(table = shop)] struct Order { #[dynacond(partition_key)] id: String, }",
        told: &[(r#"expected `table = "…"`"#, "shop")],
    },
    Case {
        name: "unknown attribute",
        derive: Versioned,
        input: r#"#[dynacond(tabel = "shop")] struct Order { #[dynacond(partition_key)] id: String, }"#,
        told: &[(
            "unknown attribute: `#[derive(Versioned)]` takes `table`, `partition_key`, `sort_key`, `index`, `version`, `write_id`, `written_at`, `attributes` and `crate` here; did you mean `table`?",
            "tabel",
        )],
    },
    Case {
        name: "unknown field attribute",
        derive: Versioned,
        input: r#"#[dynacond(table = "shop")] struct Order { #[dynacond(hash_key)] id: String, }"#,
        told: &[(
            "unknown attribute: `#[derive(Versioned)]` takes `partition_key`, `sort_key`, `in_key`, `version`, `stored_as` and `sensitive` here; did you mean `sort_key`?",
            "hash_key",
        )],
    },
    Case {
        name: "document with key",
        derive: Document,
        input: "struct Address { #[dynacond(partition_key)] city: String, }",
        told: &[(
            "unknown attribute: `#[derive(Document)]` takes `stored_as` and `sensitive` here",
            "partition_key",
        )],
    },
];

#[test]
fn misspelt_and_misplaced_attributes_are_refused() {
    assert_told(CASES);
}
