//! Types of attributes, projections and collections of item types.
use super::{Case, assert_told};
use crate::parse::errors::Derive::{AttributeType, ItemCollection, Projection};

const CASES: &[Case] = &[
    Case {
        name: "alias in variant",
        derive: AttributeType,
        input: r#"#[serde(tag = "kind")] enum Payment { Card { #[serde(alias = "brand")] network: String, }, Cash, }"#,
        told: &[(
            "an attribute has one name: an item read under the alias `brand` and saved would hold both, and serde reads no item with both; rename what is stored by a migration, or read `brand` into a field of its own",
            "alias",
        )],
    },
    Case {
        name: "alias of variant with data",
        derive: AttributeType,
        input: r#"enum Payment { #[serde(alias = "Credit")] Card { network: String }, Invoice { days: u32 }, }"#,
        told: &[(
            "a variant with data has one name, because it is stored as an attribute: an item read under the alias `Credit` and saved would hold both, and serde reads no item with both; rename what is stored by a migration, or read `Credit` as a variant of its own",
            "alias",
        )],
    },
    Case {
        name: "enum of two types",
        derive: AttributeType,
        input: "enum Payment { Open, Card { number: String }, }",
        told: &[(
            r#"an attribute has one type, and this enum is stored as a string without data, as a map with data: add `#[serde(tag = "…")]` to make it a map always"#,
            "Payment",
        )],
    },
    Case {
        name: "enum untagged",
        derive: AttributeType,
        input: "#[serde(untagged)] enum Amount { Exact(u64), Range(String), }",
        told: &[(
            r#"an attribute has one type, and an untagged enum can be stored as several: add `#[serde(tag = "…")]` to make it a map always, or say the one it has: `#[dynacond(stored_as = "S")]` (or another of DynamoDB's types)"#,
            "untagged",
        )],
    },
    Case {
        name: "newtype with",
        derive: AttributeType,
        input: r#"struct Code(#[serde(with = "hex")] u64);"#,
        told: &[(
            r#"a newtype under `with` needs its type: `#[dynacond(stored_as = "S")]` on the struct (or another of DynamoDB's types)"#,
            "with",
        )],
    },
    Case {
        name: "stored as on newtype field",
        derive: AttributeType,
        input: r#"struct Placed(#[dynacond(stored_as = "M")] std::time::SystemTime);"#,
        told: &[("`stored_as` belongs on the type", "stored_as")],
    },
    Case {
        name: "struct of names",
        derive: AttributeType,
        input: "struct Address { city: String, }",
        told: &[(
            "`#[derive(AttributeType)]` takes an enum or a newtype: a struct stored as a map has `#[derive(Document)]`",
            "Address",
        )],
    },
    Case {
        name: "struct of two",
        derive: AttributeType,
        input: "struct Range(u64, u64);",
        told: &[(
            r#"`#[derive(AttributeType)]` takes an enum or a newtype: a struct of several is stored as a list; say so by `#[dynacond(stored_as = "L")]`"#,
            "Range",
        )],
    },
    Case {
        name: "collection shapes",
        derive: ItemCollection,
        input: "enum CustomerData { Parcel(Parcel), Empty, #[dynacond(other)] Other(Item), #[dynacond(other)] More(Item), }",
        told: &[
            (
                "a variant of a collection holds one item: `Empty(Empty)`, or `Empty(Stored<Empty>)`",
                "Empty",
            ),
            ("one variant takes all other items", "other"),
        ],
    },
    Case {
        name: "collection shapes",
        derive: ItemCollection,
        input: "struct One(Parcel);",
        told: &[(
            "a collection of item types is an enum: `enum CustomerData { Customer(Stored<Customer>), Order(Stored<Order>) }`",
            "One",
        )],
    },
    Case {
        name: "projection of flattened",
        derive: Projection,
        input: "#[dynacond(of = Parcel)] struct Line { id: String, #[serde(flatten)] more: std::collections::HashMap<String, String>, }",
        told: &[(
            "dynacond does not know which attributes a flattened field reads: name them as fields of the projection",
            "flatten",
        )],
    },
    Case {
        name: "projection of list element",
        derive: Projection,
        input: "#[dynacond(of = Parcel)] struct Line { #[dynacond(at = lines[0].city)] city: String, }",
        told: &[(
            "a projection cannot read an element of a list, because the elements that remain would have other positions: read the whole list",
            "[",
        )],
    },
    Case {
        name: "projection overlaps",
        derive: Projection,
        input: "#[dynacond(of = Parcel)] struct Line { address: Address, #[dynacond(at = address.city)] city: String, }",
        told: &[(
            "DynamoDB takes no overlapping paths in a projection, and `address.city` is read by the field `address`, too",
            "city",
        )],
    },
    Case {
        name: "projection without item",
        derive: Projection,
        input: "struct Line { id: String, }",
        told: &[(
            "a projection needs its item type: `#[dynacond(of = Order)]`",
            "Line",
        )],
    },
];

#[test]
fn types_projections_and_collections_that_cannot_be_are_refused() {
    assert_told(CASES);
}
