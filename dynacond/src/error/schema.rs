//! Tables and indexes that are not as the model declares them.
use std::fmt;
use std::sync::Arc;

use crate::model::key_attribute::KeyAttribute;
use crate::model::schema::Schema;
use crate::write::target::{Subject, targeted};

/// The table or the index that a read names is not as the model declares it. Nothing of the answer was taken for a result.
#[derive(Clone)]
pub struct SchemaError {
    pub(crate) subject: Subject,
    pub(crate) schema: &'static Schema,
    /// What showed it.
    pub(crate) reason: String,
    /// DynamoDB's own answer; `None` if it answered, and the answer showed it.
    pub(crate) source: Option<Arc<dyn std::error::Error + Send + Sync>>,
}

targeted!(SchemaError with a subject);

impl SchemaError {
    /// The index that was read; `None`: the table itself.
    #[must_use]
    pub const fn index(&self) -> Option<&'static str> {
        self.schema.index
    }

    /// The attributes of the partition key, as the model declares them.
    #[must_use]
    pub fn declared_partition_key(&self) -> Vec<&'static str> {
        names(self.schema.partition).collect()
    }

    /// The attributes of the sort key, as the model declares them; none without a sort key.
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
