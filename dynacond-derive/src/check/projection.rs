//! Checks of a projection: its fields are attributes, and no attribute occurs twice.
use proc_macro2::Ident;
use syn::ext::IdentExt;
use syn::spanned::Spanned;

use crate::check::index::{Index, Projection};
use crate::check::key::Key;
use crate::parse::ast::{Field, Struct};
use crate::parse::errors::Errors;

/// A field, and the path to its attribute by Rust names.
pub(crate) struct Read<'a> {
    pub(crate) field: &'a Field,
    pub(crate) path: Vec<Ident>,
}

impl Struct<'_> {
    /// What each field is read from, checked as far as it is known without the item.
    pub(crate) fn reads(&self, errors: &mut Errors) -> Vec<Read<'_>> {
        if let Some(parameter) = self.generics.params.first() {
            errors.at(parameter.span(), "a projection cannot have parameters: it reads the attributes of one item type into owned values");
        }
        if let Some((span, what)) = &self.serde.conversion {
            errors.at(*span, format!("with `{what}` serde reads another type, and a projection is read by its own fields"));
        }
        if let Some(span) = self.serde.transparent {
            errors.at(span, "with `transparent` serde reads the field alone, and a projection is read by the names of its fields");
        }
        let mut reads: Vec<Read<'_>> = Vec::new();
        for field in &self.fields {
            if let Some(span) = field.serde.flatten {
                errors.at(span, "dynacond does not know which attributes a flattened field reads: name them as fields of the projection");
                continue;
            }
            if field.serde.skip_deserializing.is_some() {
                continue;
            }
            let path = match &field.attr.at {
                Some(path) => path.clone(),
                None => vec![field.ident.clone()],
            };
            let other = reads.iter().find(|other| {
                let mut steps = other.path.iter().zip(&path);
                steps.all(|(a, b)| a.unraw() == b.unraw())
            });
            if let Some(other) = other {
                errors.at(path[path.len() - 1].span(), format!("DynamoDB takes no overlapping paths in a projection, and `{}` is read by the field `{}`, too", shown(&path), other.field.ident.unraw()));
            }
            reads.push(Read { field, path });
        }
        if reads.is_empty() && self.fields.is_empty() {
            errors.at(
                self.ident.span(),
                "a projection has at least one attribute as a field",
            );
        }
        reads
    }

    /// The fields that an index projects, with those of its keys and of the table's; `None`: every one.
    pub(crate) fn projected_fields<'a>(
        &'a self,
        index: &Index<'a>,
        table: [Option<&Key<'a>>; 2],
    ) -> Option<Vec<&'a Field>> {
        let included: &[&Field] = match &index.projection {
            Projection::All => return None,
            Projection::KeysOnly => &[],
            Projection::Include(fields) => fields,
        };
        let keys = index.keys().chain(table.into_iter().flatten());
        let of_keys: Vec<&Field> = keys
            .flat_map(|key| match key {
                Key::Field(field) => vec![*field],
                Key::Template(..) => Vec::new(),
            })
            .collect();
        // A field that is stored only in the table's key is read back from the key.
        let in_key = |field: &&Field| field.attr.in_key.is_some();
        let in_key = self.fields.iter().filter(in_key);
        let mut fields: Vec<&Field> = Vec::new();
        for field in included.iter().copied().chain(of_keys).chain(in_key) {
            if !fields.iter().any(|known| known.ident == field.ident) {
                fields.push(field);
            }
        }
        Some(fields)
    }
}

/// `address.city`.
fn shown(path: &[Ident]) -> String {
    let steps: Vec<_> = path.iter().map(|step| step.unraw().to_string()).collect();
    steps.join(".")
}
