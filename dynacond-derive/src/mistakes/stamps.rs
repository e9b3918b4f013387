//! Version, write id and the time of a write.
use super::{Case, assert_told};
use crate::parse::errors::Derive::Versioned;

const CASES: &[Case] = &[
    Case {
        name: "version in key",
        derive: Versioned,
        input: r#"#[dynacond(table = "shop")] struct Order { #[dynacond(partition_key)] id: String, #[dynacond(sort_key, version)] revision: u64, }"#,
        told: &[(
            "a key never changes, and the version changes with every write, so the version cannot be part of a key",
            "version",
        )],
    },
    Case {
        name: "version off and shown",
        derive: Versioned,
        input: r#"#[dynacond(table = "tickets", version = false)] struct Ticket { #[dynacond(partition_key)] id: String, #[dynacond(version)] revision: u64, }"#,
        told: &[(
            "the field `revision` shows the version, so there is one: leave this out, or unmark the field",
            "false",
        )],
    },
    Case {
        name: "version skipped",
        derive: Versioned,
        input: r#"#[dynacond(table = "shop")] struct Order { #[dynacond(partition_key)] id: String, #[dynacond(version)] #[serde(skip)] revision: u64, }"#,
        told: &[(
            "the version is mirrored in a field that serde writes and reads: no `skip`, no `flatten`",
            "version",
        )],
    },
    Case {
        name: "version true",
        derive: Versioned,
        input: r#"#[dynacond(table = "tickets", version = true)] struct Ticket { #[dynacond(partition_key)] id: String, }"#,
        told: &[(
            r#"expected `version = "…"`, or `version = false`; it is on unless switched off"#,
            "true",
        )],
    },
    Case {
        name: "version twice",
        derive: Versioned,
        input: r#"#[dynacond(table = "shop")] struct Order { #[dynacond(partition_key)] id: String, #[dynacond(version)] version: u64, #[dynacond(version)] revision: u64, }"#,
        told: &[("an item has one version", "version")],
    },
    Case {
        name: "version two names",
        derive: Versioned,
        input: r#"#[dynacond(table = "shop", version = "v")] struct Order { #[dynacond(partition_key)] id: String, #[dynacond(version)] revision: u64, }"#,
        told: &[(
            "the version has one name: the marked field is written as `revision`; leave this out, or rename the field with serde",
            r#""v""#,
        )],
    },
    Case {
        name: "version unmarked",
        derive: Versioned,
        input: r#"#[dynacond(table = "shop", version = "revision")] struct Order { #[dynacond(partition_key)] id: String, revision: u64, }"#,
        told: &[(
            r#"`revision` is the version's attribute: mark the field `#[dynacond(version)]` to see the version in it, or give the version another name: `#[dynacond(version = "…")]` on the struct"#,
            "revision",
        )],
    },
    Case {
        name: "write id taken",
        derive: Versioned,
        input: r#"#[dynacond(table = "shop")] struct Order { #[dynacond(partition_key)] id: String, item_write_id: String, }"#,
        told: &[(
            r#"`item_write_id` is the write id's attribute, which dynacond writes: rename the field, or give the write id another name: `#[dynacond(write_id = "…")]` on the struct"#,
            "item_write_id",
        )],
    },
    Case {
        name: "write id true",
        derive: Versioned,
        input: r#"#[dynacond(table = "shop", write_id = true)] struct Order { #[dynacond(partition_key)] id: String, }"#,
        told: &[(
            r#"expected `write_id = "…"`, or `write_id = false`; it is on unless switched off"#,
            "true",
        )],
    },
    Case {
        name: "written at in another form",
        derive: Versioned,
        input: r#"#[dynacond(table = "pages", written_at = "updated")] struct Page { #[dynacond(partition_key)] id: String, #[serde(with = "dynacond::epoch_millis")] updated: SystemTime, }"#,
        told: &[(
            r#"the time of a write is stored in whole seconds: the field is a number, or has `with = "dynacond::epoch_seconds"`"#,
            "with",
        )],
    },
    Case {
        name: "written at in template",
        derive: Versioned,
        input: r#"#[dynacond( table = "pages", written_at = "updated", index( Latest, name = "latest", partition_key(board), sort_key(name = "latest_sk", value = "{updated:012}") ) )] struct Page { #[dynacond(partition_key)] id: String, board: String, updated: u64, }"#,
        told: &[(
            "the time is known when the write is sent, and a template when the struct is written: make `updated` a key of the index by itself, or take it out of the template",
            r#""updated""#,
        )],
    },
    Case {
        name: "written at is key",
        derive: Versioned,
        input: r#"#[dynacond(table = "pages", written_at = "updated")] struct Page { #[dynacond(partition_key)] id: String, #[dynacond(sort_key)] updated: u64, }"#,
        told: &[(
            "a key never changes and the time of the write always does: `updated` is part of the key",
            r#""updated""#,
        )],
    },
    Case {
        name: "written at is version",
        derive: Versioned,
        input: r#"#[dynacond(table = "pages", written_at = "item_version")] struct Page { #[dynacond(partition_key)] id: String, }"#,
        told: &[(
            "the time of a write needs a separate attribute, and `item_version` is the version or the write id",
            r#""item_version""#,
        )],
    },
];

#[test]
fn stamps_that_cannot_be_are_refused() {
    assert_told(CASES);
}
