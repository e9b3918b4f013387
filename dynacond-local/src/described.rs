//! Tables and indexes as DynamoDB describes them: their keys, and the projection of an index.

use std::collections::BTreeSet;

use aws_sdk_dynamodb::types::{
    AttributeDefinition, KeySchemaElement, KeyType, Projection, ProjectionType, ScalarAttributeType,
};

/// One key attribute.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Key {
    pub(crate) name: String,
    pub(crate) data_type: ScalarAttributeType,
    pub(crate) role: KeyType,
}

impl Key {
    /// The keys of a table or an index.
    pub(crate) fn all(
        schema: &[KeySchemaElement],
        definitions: &[AttributeDefinition],
    ) -> Vec<Self> {
        let data_type = |name: &str| {
            let mut definitions = definitions.iter();
            definitions
                .find(|definition| definition.attribute_name() == name)
                .map(|definition| definition.attribute_type().clone())
        };
        let keys = schema.iter().filter_map(|key| {
            Some(Self {
                name: key.attribute_name().to_owned(),
                data_type: data_type(key.attribute_name())?,
                role: key.key_type().clone(),
            })
        });
        keys.collect()
    }

    pub(crate) fn list(keys: &[Self]) -> String {
        let each = keys
            .iter()
            .map(|key| format!("{} {} {}", key.name, key.data_type, key.role));
        each.collect::<Vec<_>>().join(", ")
    }
}

/// The attributes that an index projects in addition to all keys.
#[derive(Debug)]
enum Projected {
    All,
    Only(BTreeSet<String>),
}

/// A local or global index.
#[derive(Debug)]
pub(crate) struct Index {
    keys: Vec<Key>,
    projected: Projected,
}

impl Index {
    pub(crate) fn new(
        schema: &[KeySchemaElement],
        definitions: &[AttributeDefinition],
        projection: Option<&Projection>,
    ) -> Self {
        let projected = match projection.and_then(Projection::projection_type) {
            Some(ProjectionType::All) => Projected::All,
            _ => {
                let names = projection.map_or(&[] as &[String], Projection::non_key_attributes);
                Projected::Only(names.iter().cloned().collect())
            }
        };
        Self {
            keys: Key::all(schema, definitions),
            projected,
        }
    }

    /// Whether a model that declares `needed` can read this index.
    pub(crate) fn serves(&self, needed: &Self) -> bool {
        let covers = match (&self.projected, &needed.projected) {
            (Projected::All, _) => true,
            (Projected::Only(_), Projected::All) => false,
            (Projected::Only(own), Projected::Only(needed)) => own.is_superset(needed),
        };
        covers && self.keys == needed.keys
    }
}

impl std::fmt::Display for Index {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&Key::list(&self.keys))?;
        match &self.projected {
            Projected::All => f.write_str(" with all attributes"),
            Projected::Only(names) if names.is_empty() => f.write_str(" with keys only"),
            Projected::Only(names) => {
                let names: Vec<&str> = names.iter().map(String::as_str).collect();
                write!(f, " with {}", names.join(", "))
            }
        }
    }
}
