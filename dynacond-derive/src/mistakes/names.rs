//! Shapes that no derive takes, and names that are not written and read alike.
use super::{Case, assert_told};
use crate::parse::errors::Derive::{Document, Versioned};

const CASES: &[Case] = &[
    Case {
        name: "alias",
        derive: Versioned,
        input: r#"#[dynacond(table = "shop")] struct Order { #[dynacond(partition_key)] id: String, #[serde(rename = "shipTo", alias = "address")] address: String, }"#,
        told: &[(
            "an attribute has one name: an item read under the alias `address` and saved would hold both, and serde reads no item with both; rename what is stored by a migration, or read `address` into a field of its own",
            "alias",
        )],
    },
    Case {
        name: "alias written and not read",
        derive: Versioned,
        input: r#"#[dynacond(table = "shop")] struct Order { #[dynacond(partition_key)] id: String, #[serde(rename(serialize = "shipTo", deserialize = "address"), alias = "shipTo")] address: String, }"#,
        told: &[(
            "split rename: the name that is written and the name that is read must be the same; serde writes `shipTo` and reads `address`",
            "rename",
        )],
    },
    Case {
        name: "into another type",
        derive: Versioned,
        input: r#"#[dynacond(table = "shop")] #[serde(into = "Row", from = "Row")] struct Order { #[dynacond(partition_key)] id: String, }"#,
        told: &[(
            "`#[derive(Versioned)]` accepts a struct that serde writes field by field: under `into` its attributes are another type's",
            "into",
        )],
    },
    Case {
        name: "on enum",
        derive: Versioned,
        input: r#"#[dynacond(table = "shop")] enum Order { Open { id: String }, Shipped { id: String }, }"#,
        told: &[(
            "`#[derive(Versioned)]` takes a struct with named fields, and `Order` is an enum: an item is a map of named attributes",
            "Order",
        )],
    },
    Case {
        name: "on tuple struct",
        derive: Versioned,
        input: r#"#[dynacond(table = "shop")] struct Order(String, u32);"#,
        told: &[(
            "`#[derive(Versioned)]` takes a struct with named fields, and `Order` is a tuple struct: an item is a map of named attributes",
            "Order",
        )],
    },
    Case {
        name: "on union",
        derive: Versioned,
        input: r#"#[dynacond(table = "shop")] union Order { id: u64, stock: i64, }"#,
        told: &[(
            "`#[derive(Versioned)]` takes a struct with named fields, and `Order` is a union: an item is a map of named attributes",
            "Order",
        )],
    },
    Case {
        name: "on unit struct",
        derive: Versioned,
        input: r#"#[dynacond(table = "shop")] struct Order;"#,
        told: &[(
            "`#[derive(Versioned)]` takes a struct with named fields, and `Order` is a unit struct: an item is a map of named attributes",
            "Order",
        )],
    },
    Case {
        name: "one name twice",
        derive: Versioned,
        input: r#"#[dynacond(table = "shop")] struct Order { #[dynacond(partition_key)] id: String, status: String, #[serde(rename = "status")] state: String, }"#,
        told: &[(
            "two fields with one attribute: `status` and `state` are both written as `status`",
            "state",
        )],
    },
    Case {
        name: "sensitive flattened",
        derive: Versioned,
        input: r#"#[dynacond(table = "patients")] struct Patient { #[dynacond(partition_key)] id: String, #[dynacond(sensitive)] #[serde(flatten)] contact: Contact, }"#,
        told: &[(
            "`sensitive` marks one attribute, and a flattened field writes several: mark the fields of its type, or the type",
            "sensitive",
        )],
    },
    Case {
        name: "split rename",
        derive: Versioned,
        input: r#"#[dynacond(table = "shop")] struct Order { #[dynacond(partition_key)] id: String, #[serde(rename(serialize = "shipTo", deserialize = "address"))] address: String, }"#,
        told: &[(
            "split rename: the name that is written and the name that is read must be the same; serde writes `shipTo` and reads `address`",
            "rename",
        )],
    },
    Case {
        name: "split rename all",
        derive: Versioned,
        input: r#"#[dynacond(table = "shop")] #[serde(rename_all(serialize = "camelCase", deserialize = "kebab-case"))] struct Order { #[dynacond(partition_key)] id: String, ship_to: String, bill_to: String, }"#,
        told: &[(
            "split rename: the name that is written and the name that is read must be the same; serde writes `shipTo` and reads `ship-to`",
            "rename_all",
        )],
    },
    Case {
        name: "split rename half",
        derive: Versioned,
        input: r#"#[dynacond(table = "shop")] struct Order { #[dynacond(partition_key)] id: String, #[serde(rename(serialize = "shipTo"))] address: String, }"#,
        told: &[(
            "split rename: the name that is written and the name that is read must be the same; serde writes `shipTo` and reads `address`",
            "rename",
        )],
    },
    Case {
        name: "split rename read twice",
        derive: Versioned,
        input: r#"#[dynacond(table = "shop")] struct Order { #[dynacond(partition_key)] id: String, #[serde(rename(serialize = "shipTo", deserialize = "shipTo", deserialize = "address"))] address: String, }"#,
        told: &[(
            "split rename: the name that is written and the name that is read must be the same; serde writes `shipTo` and reads `address`",
            "rename",
        )],
    },
    Case {
        name: "transparent",
        derive: Versioned,
        input: r#"#[dynacond(table = "shop")] #[serde(transparent)] struct Order { #[dynacond(partition_key)] id: String, }"#,
        told: &[(
            "`#[derive(Versioned)]` accepts a struct that serde writes field by field: under `transparent` its attributes are another type's",
            "transparent",
        )],
    },
    Case {
        name: "alias in document",
        derive: Document,
        input: r#"struct Address { #[serde(alias = "town")] city: String, }"#,
        told: &[(
            "an attribute has one name: an item read under the alias `town` and saved would hold both, and serde reads no item with both; rename what is stored by a migration, or read `town` into a field of its own",
            "alias",
        )],
    },
    Case {
        name: "document on enum",
        derive: Document,
        input: "enum Address { Known { city: String }, Unknown, }",
        told: &[(
            r#"`#[derive(Document)]` takes a struct with named fields, and `Address` is an enum: add `#[serde(tag = "…")]`, so that every variant is stored as a map of named attributes; an enum without data takes `#[derive(AttributeType)]`"#,
            "Address",
        )],
    },
];

#[test]
fn names_that_differ_and_wrong_shapes_are_refused() {
    assert_told(CASES);
}
