//! Which write, on which item: what every error about a write names.
use std::any::TypeId;
use std::fmt;

use crate::model::key::RawKey;

/// Which write, on which item.
#[derive(Clone, Debug)]
pub(crate) struct Target {
    pub(crate) table: String,
    pub(crate) item_type: &'static str,
    /// Which type that is: names repeat.
    pub(crate) type_id: TypeId,
    pub(crate) key: RawKey,
    pub(crate) verb: &'static str,
}

impl Target {
    /// Of a transaction without actions.
    pub(crate) fn none() -> Self {
        Self::unnamed("transact")
    }

    /// Of a request that names no item.
    pub(crate) fn unnamed(verb: &'static str) -> Self {
        Self {
            table: String::new(),
            item_type: "nothing",
            type_id: typeid::of::<()>(),
            key: RawKey::none(),
            verb,
        }
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.table.is_empty() {
            return f.write_str(self.verb);
        }
        write!(
            f,
            "{} {} {} in table {}",
            self.verb, self.item_type, self.key, self.table
        )
    }
}

/// What an error about one write says of it.
macro_rules! targeted {
    ($ty:ident) => {
        impl $ty {
            /// The table's name.
            #[must_use]
            pub fn table(&self) -> &str {
                &self.target.table
            }
            /// The item's Rust type, without its path.
            #[must_use]
            pub const fn item_type(&self) -> &'static str {
                self.target.item_type
            }
            /// The key, as DynamoDB holds it.
            #[must_use]
            pub const fn key(&self) -> &$crate::model::key::RawKey {
                &self.target.key
            }
            /// The verb: `create`, `save`, `update` …
            #[must_use]
            pub const fn verb(&self) -> &'static str {
                self.target.verb
            }
        }
    };
}
pub(crate) use targeted;
