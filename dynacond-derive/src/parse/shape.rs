//! Shapes and aliases that no derive takes.
use proc_macro2::Ident;

use crate::parse::errors::{Derive, Errors};
use crate::parse::serde_attr::OnField;

/// `alias` on a field that is written as `wire`, where that is known.
pub(crate) fn aliased_field(serde: &OnField, wire: Option<&str>, errors: &mut Errors) {
    let one_name = "an attribute has one name";
    aliases(serde, wire, one_name, "into a field of its own", errors);
}

/// `alias` on a variant whose name is that of an attribute.
pub(crate) fn aliased_variant(serde: &OnField, errors: &mut Errors) {
    let one_name = "a variant with data has one name, because it is stored as an attribute";
    aliases(serde, None, one_name, "as a variant of its own", errors);
}

/// A save would change the attribute with one name, and leave the attribute that was read under the other name.
fn aliases(serde: &OnField, wire: Option<&str>, one_name: &str, own: &str, errors: &mut Errors) {
    for (span, alias) in &serde.aliases {
        if Some(alias.as_str()) != wire {
            errors.at(*span, format!("{one_name}: an item read under the alias `{alias}` and saved would hold both, and serde reads no item with both; rename what is stored by a migration, or read `{alias}` {own}"));
        }
    }
}

pub(crate) fn wrong_shape(ident: &Ident, derive: Derive, found: &str, errors: &mut Errors) {
    let why = match derive {
        Derive::Versioned => "an item is a map of named attributes",
        _ if found == "an enum" => {
            "add `#[serde(tag = \"…\")]`, so that every variant is stored as a map of named attributes; an enum without data takes `#[derive(AttributeType)]`"
        }
        _ => {
            "a DynamoDB map has named attributes; for a newtype there is `#[derive(AttributeType)]`"
        }
    };
    errors.at(ident.span(), format!("`#[derive({derive})]` takes a struct with named fields, and `{ident}` is {found}: {why}"));
}
