//! The error of tables and indexes that differ from what the model declares.
use std::fmt;
use std::sync::Arc;

use crate::model::key_attribute::KeyAttribute;
use crate::model::schema::Schema;
use crate::write::target::{Subject, targeted};

/// The error of a read whose table or index differs from what the model declares. No part of the answer was used as a result.
#[derive(Clone)]
pub struct SchemaError {
    pub(crate) subject: Subject,
    pub(crate) schema: &'static Schema,
    /// How the difference was noticed.
    pub(crate) reason: String,
    /// DynamoDB's error; `None` if the difference was noticed in a successful answer.
    pub(crate) source: Option<Arc<dyn std::error::Error + Send + Sync>>,
}

targeted!(SchemaError with a subject);

impl SchemaError {
    /// Returns the index that was read, or `None` for the table itself.
    #[must_use]
    pub const fn index(&self) -> Option<&'static str> {
        self.schema.index
    }

    /// Returns the attributes of the partition key, as the model declares them.
    #[must_use]
    pub fn declared_partition_key(&self) -> Vec<&'static str> {
        names(self.schema.partition).collect()
    }

    /// Returns the attributes of the sort key, as the model declares them; it is empty without a sort key.
    #[must_use]
    pub fn declared_sort_key(&self) -> Vec<&'static str> {
        names(self.schema.sort).collect()
    }
}

fn names(attributes: &'static [KeyAttribute]) -> impl Iterator<Item = &'static str> {
    attributes.iter().map(|attribute| attribute.name)
}

impl fmt::Display for SchemaError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.subject)?;
        if let Some(index) = self.schema.index {
            write!(f, ", index {index}")?;
        }
        write!(f, ": {}; the model declares {}", self.reason, self.schema)
    }
}

impl fmt::Debug for SchemaError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SchemaError({self})")
    }
}

impl std::error::Error for SchemaError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.source.as_ref().map(|source| &**source as _)
    }
}
