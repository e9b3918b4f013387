//! Checks of the indexes in `#[dynacond(index(..))]`.
use proc_macro2::{Ident, Span};
use syn::ext::IdentExt;

use crate::check::key::{Key, Part, check_count, fields_of, key_field};
use crate::check::stamp::Reserved;
use crate::parse::ast::{Field, Struct, option};
use crate::parse::errors::Errors;
use crate::parse::template::Template;
use crate::parse::value::{self, IndexKey};

/// An index as it was found to be.
pub(crate) struct Index<'a> {
    pub(crate) attr: &'a value::Index,
    pub(crate) partition: Vec<Key<'a>>,
    pub(crate) sort: Vec<Key<'a>>,
    pub(crate) projection: Projection<'a>,
}

pub(crate) enum Projection<'a> {
    All,
    KeysOnly,
    Include(Vec<&'a Field>),
}

impl<'a> Index<'a> {
    pub(crate) fn keys(&self) -> impl Iterator<Item = &Key<'a>> {
        self.partition.iter().chain(&self.sort)
    }

    /// The fields that its keys are made of, in order of first appearance.
    pub(crate) fn fields(&self) -> Vec<&'a Field> {
        fields_of(self.keys())
    }
}

impl Struct<'_> {
    /// The indexes, checked; `table` are partition key and sort key of the table.
    pub(crate) fn indexes<'a>(
        &'a self,
        table: &(Option<Key<'a>>, Option<Key<'a>>),
        reserved: &Reserved<'_>,
        errors: &mut Errors,
    ) -> Vec<Index<'a>> {
        let table = (table.0.as_ref(), table.1.as_ref());
        if let Some(first) = self.attr.indexes.first()
            && !self.generics.params.is_empty()
        {
            errors.at(first.ident.span(), "the derive makes a type without parameters for each index, so a struct with parameters cannot declare indexes");
        }
        let mut indexes: Vec<Index<'a>> = Vec::new();
        for attr in &self.attr.indexes {
            for other in &indexes {
                if other.attr.name.value() == attr.name.value() {
                    errors.at(
                        attr.name.span(),
                        format!("two indexes have the name `{}`", attr.name.value()),
                    );
                }
                if other.attr.ident == attr.ident {
                    errors.at(
                        attr.ident.span(),
                        format!("two indexes have the type `{}`", attr.ident),
                    );
                }
            }
            let partition = match (&attr.partition_key, attr.local) {
                (Some(key), _) => self.index_key(key, errors),
                // A local index has the table's partition key.
                (None, Some(_)) => table.0.cloned().into_iter().collect(),
                (None, None) => {
                    errors.at(attr.ident.span(), "an index needs a partition key: `partition_key(status)`, or `partition_key(name = \"gsi1pk\", value = \"email#{email}\")`");
                    Vec::new()
                }
            };
            let sort = attr.sort_key.as_ref();
            let sort = sort.map_or_else(Vec::new, |key| self.index_key(key, errors));
            let include = attr.include.iter().flatten();
            let include: Vec<_> = include
                .filter_map(|name| self.included(name, errors))
                .collect();
            let projection = match (attr.keys_only, &attr.include) {
                (Some(span), Some(_)) => {
                    errors.at(span, "an index projects only its keys, or some attributes, or all of them: use either `keys_only` or `include(..)`");
                    Projection::KeysOnly
                }
                (Some(_), None) => Projection::KeysOnly,
                (None, Some(_)) => Projection::Include(include),
                (None, None) => Projection::All,
            };
            let index = Index {
                attr,
                partition,
                sort,
                projection,
            };
            check_index(&index, table.0, errors);
            indexes.push(index);
        }
        self.check_templates(&indexes, table, reserved, errors);
        indexes
    }

    /// The text of a template is made of what the struct holds, and the time is stamped later.
    pub(super) fn time_in_no_template(&self, indexes: &[Index<'_>], errors: &mut Errors) {
        let Some(said) = &self.attr.written_at else {
            return;
        };
        let name = said.value();
        let shown = self.fields.iter().find(|field| field.wire == name);
        let mut keys = indexes.iter().flat_map(Index::keys);
        if shown.is_some_and(|field| keys.any(|key| key.has_in_template(field))) {
            errors.at(
                said.span(),
                format!("the time is known when the write is sent, and a template when the struct is written: make `{name}` a key of the index by itself, or take it out of the template"),
            );
        }
    }

    fn index_key<'a>(&'a self, key: &'a IndexKey, errors: &mut Errors) -> Vec<Key<'a>> {
        match key {
            IndexKey::Template(template) => {
                vec![Key::Template(template, self.parts(template, errors))]
            }
            IndexKey::Fields(names) => names
                .iter()
                .filter_map(|name| self.named(name, errors).map(Key::Field))
                .collect(),
        }
    }

    fn named(&self, name: &Ident, errors: &mut Errors) -> Option<&Field> {
        let rust = name.unraw().to_string();
        let field = self.field(&rust);
        if field.is_none() {
            errors.at(name.span(), self.no_field("an index", &rust, str::to_owned));
        }
        field
    }

    fn included(&self, name: &Ident, errors: &mut Errors) -> Option<&Field> {
        let field = self.named(name, errors)?;
        if !field.is_attribute() {
            errors.at(
                name.span(),
                format!("`{name}` is not an attribute of the item, so an index cannot project it"),
            );
        }
        Some(field)
    }

    /// The attribute of a template is no other attribute, and has one template.
    fn check_templates(
        &self,
        indexes: &[Index<'_>],
        table: (Option<&Key<'_>>, Option<&Key<'_>>),
        reserved: &Reserved<'_>,
        errors: &mut Errors,
    ) {
        let of_table = [table.0, table.1].into_iter().flatten();
        let mut known: Vec<&Template> = of_table.filter_map(Key::template).collect();
        for template in indexes
            .iter()
            .flat_map(Index::keys)
            .filter_map(Key::template)
        {
            let (name, span) = (template.name.value(), template.name.span());
            let taken = self
                .fields
                .iter()
                .find(|field| field.is_written() && field.wire == name);
            if let Some(field) = taken {
                let ident = field.ident.unraw();
                errors.at(span, format!("the template of an index needs a separate attribute, and `{name}` is the field `{ident}`: name the field in `partition_key(..)` or `sort_key(..)`, or give the attribute another name"));
            }
            if reserved.has(&name) {
                errors.at(
                    span,
                    format!(
                        "`{name}` is an attribute that dynacond writes: give the key another name"
                    ),
                );
            }
            let same = known.iter().find(|known| known.name.value() == name);
            if same.is_some_and(|known| known.value.value() != template.value.value()) {
                errors.at(span, format!("the attribute `{name}` has two templates"));
            }
            known.push(template);
        }
    }
}

/// DynamoDB's rules for the keys of an index.
fn check_index(index: &Index<'_>, table: Option<&Key<'_>>, errors: &mut Errors) {
    let span = index.attr.ident.span();
    if let Some(local) = index.attr.local {
        if index.partition.len() > 1 || index.sort.len() > 1 {
            errors.at(
                local,
                "a local secondary index has one partition key, the table's, and one sort key",
            );
        }
        if index.sort.is_empty() {
            errors.at(local, "a local secondary index needs its own sort key");
        }
        if let (Some(own), Some(table)) = (index.partition.first(), table)
            && !own.is(table)
        {
            errors.at(local, "a local secondary index has the partition key of the table: leave `partition_key` out, or repeat the table's");
        }
    }
    if index.partition.len() > 4 || index.sort.len() > 4 {
        errors.at(span, "a global secondary index has at most four attributes in its partition key and four in its sort key");
    }
    let mut seen: Vec<String> = Vec::new();
    for key in index.keys() {
        let name = key.attribute();
        if seen.contains(&name) {
            errors.at(
                span,
                format!("the attribute `{name}` appears twice in the key of this index"),
            );
        }
        seen.push(name);
        if let Key::Field(field) = key {
            index_field(field, span, errors);
        }
    }
    check_count(&fields_of(&index.partition), errors);
    for field in index.fields() {
        key_field(field, errors);
        let in_template = index.keys().any(|key| {
            matches!(key, Key::Template(..))
                && key.fields().iter().any(|own| own.ident == field.ident)
        });
        if in_template && let Some(version) = field.attr.version {
            errors.at(
                version,
                "every write changes the version, so the version cannot be part of an index template",
            );
        }
    }
}

/// A field that is an attribute of an index key.
fn index_field(field: &Field, span: Span, errors: &mut Errors) {
    let ident = field.ident.unraw();
    if field.attr.in_key.is_some() {
        errors.at(span, format!("`{ident}` is stored in the key alone, and an index has attributes: use a template, or leave out `in_key`"));
    }
    if option(&field.ty).is_some() && !field.serde.skip_if {
        errors.at(span, format!("DynamoDB refuses an item with NULL in an index key, and serde writes NULL for a `{ident}` that is `None`: put `#[serde(skip_serializing_if = \"Option::is_none\")]` on the field, so that such an item is not in the index"));
    }
}

impl<'a> Key<'a> {
    /// The name of its attribute.
    pub(crate) fn attribute(&self) -> String {
        match self {
            Self::Field(field) => field.wire.clone(),
            Self::Template(template, _) => template.name.value(),
        }
    }

    pub(crate) fn template(&self) -> Option<&'a Template> {
        match self {
            Self::Template(template, _) => Some(template),
            Self::Field(_) => None,
        }
    }

    /// Whether it is the same attribute, made of the same fields.
    pub(crate) fn is(&self, other: &Key<'_>) -> bool {
        match (self, other) {
            (Self::Field(one), Key::Field(other)) => one.ident == other.ident,
            (Self::Template(one, _), Key::Template(other, _)) => {
                one.name.value() == other.name.value() && one.value.value() == other.value.value()
            }
            _ => false,
        }
    }

    /// Whether a field is part of its text.
    pub(crate) fn has_in_template(&self, field: &Field) -> bool {
        let is = |part: &Part<'_>| matches!(part, Part::Field(own, _) if own.ident == field.ident);
        matches!(self, Self::Template(_, parts) if parts.iter().any(is))
    }
}
