//! The target of a request, which every error and every trace names.
use std::any::TypeId;
use std::fmt;

use crate::model::raw_key::RawKey;

/// The verb, the table and the item of a request.
#[derive(Clone, Debug)]
pub(crate) struct Target {
    pub(crate) table: String,
    pub(crate) item_type: &'static str,
    /// The item type, because several types may have the same name.
    pub(crate) type_id: TypeId,
    pub(crate) key: RawKey,
    pub(crate) verb: &'static str,
}

impl Target {
    /// Returns the names for errors and traces.
    pub(crate) fn named(&self) -> Named<'_> {
        Named {
            table: &self.table,
            item_type: self.item_type,
            key: Some(&self.key),
            verb: self.verb,
        }
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.named().fmt(f)
    }
}

/// The subject of a request: one item, a table without a key, or nothing that is known here.
#[derive(Clone, Debug)]
pub(crate) struct Subject {
    pub(crate) table: String,
    pub(crate) item_type: &'static str,
    pub(crate) key: Option<RawKey>,
    pub(crate) verb: &'static str,
}

impl Subject {
    /// A request of which only the operation is known.
    pub(crate) const fn unnamed(verb: &'static str) -> Self {
        Self {
            table: String::new(),
            item_type: "nothing",
            key: None,
            verb,
        }
    }

    /// Returns the names for errors and traces.
    pub(crate) fn named(&self) -> Named<'_> {
        Named {
            table: &self.table,
            item_type: self.item_type,
            key: self.key.as_ref(),
            verb: self.verb,
        }
    }
}

impl From<Target> for Subject {
    fn from(target: Target) -> Self {
        Self {
            table: target.table,
            item_type: target.item_type,
            key: Some(target.key),
            verb: target.verb,
        }
    }
}

impl From<Named<'_>> for Subject {
    fn from(named: Named<'_>) -> Self {
        Self {
            table: named.table.to_owned(),
            item_type: named.item_type,
            key: named.key.cloned(),
            verb: named.verb,
        }
    }
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.named().fmt(f)
    }
}

/// The names of a target or of a subject.
#[derive(Clone, Copy)]
pub(crate) struct Named<'a> {
    pub(crate) table: &'a str,
    pub(crate) item_type: &'static str,
    pub(crate) key: Option<&'a RawKey>,
    pub(crate) verb: &'static str,
}

impl fmt::Display for Named<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.verb)?;
        if self.table.is_empty() {
            return Ok(());
        }
        write!(f, " {}", self.item_type)?;
        if let Some(key) = self.key {
            write!(f, " {key}")?;
        }
        write!(f, " in table {}", self.table)
    }
}

/// The accessors of an error about one item, or about a request with or without an item.
macro_rules! targeted {
    ($ty:ident) => {
        $crate::write::target::targeted! { @ $ty, target
            /// Returns the key, as DynamoDB stores it.
            #[must_use]
            pub const fn key(&self) -> &$crate::model::raw_key::RawKey {
                &self.target.key
            }
        }
    };
    ($ty:ident with a subject) => {
        $crate::write::target::targeted! { @ $ty, subject
            /// Returns the key, as DynamoDB stores it, or `None` if the request was not about one item.
            #[must_use]
            pub const fn key(&self) -> Option<&$crate::model::raw_key::RawKey> {
                self.subject.key.as_ref()
            }
        }
    };
    (@ $ty:ident, $field:ident $($key:tt)+) => {
        impl $ty {
            /// Returns the table's name.
            #[must_use]
            pub fn table(&self) -> &str {
                &self.$field.table
            }
            /// Returns the name of the item's Rust type, without its path.
            #[must_use]
            pub const fn item_type(&self) -> &'static str {
                self.$field.item_type
            }
            $($key)+
            /// Returns the verb: `create`, `save`, `update` …
            #[must_use]
            pub const fn verb(&self) -> &'static str {
                self.$field.verb
            }
        }
    };
}
pub(crate) use targeted;
