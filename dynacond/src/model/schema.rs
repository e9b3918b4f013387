//! The declared keys and projection of a table or an index.
use std::fmt;

use crate::model::key_attribute::{KeyAttribute, is_equal};

/// The keys and the projection of a table or an index.
#[derive(Clone, Copy, Debug)]
pub struct Schema {
    /// The index; `None` for the table.
    pub(crate) index: Option<&'static str>,
    /// The partition key. It has up to four attributes in a global index, and otherwise one.
    pub(crate) partition: &'static [KeyAttribute],
    /// The sort key. It has up to four attributes in a global index, and otherwise at most one.
    pub(crate) sort: &'static [KeyAttribute],
    /// The attributes that an index projects; `None` for all.
    pub(crate) projected: Option<&'static [&'static str]>,
    /// Whether reads can be strongly consistent, as those of a table and of a local index.
    pub(crate) consistent: bool,
}

impl Schema {
    /// The schema of a table. The derive calls this.
    #[doc(hidden)]
    #[must_use]
    pub const fn table(partition: &'static [KeyAttribute], sort: &'static [KeyAttribute]) -> Self {
        Self {
            index: None,
            partition,
            sort,
            projected: None,
            consistent: true,
        }
    }

    /// The schema of an index. The derive calls this.
    #[doc(hidden)]
    #[must_use]
    pub const fn index(
        name: &'static str,
        partition: &'static [KeyAttribute],
        sort: &'static [KeyAttribute],
        projected: Option<&'static [&'static str]>,
        local: bool,
    ) -> Self {
        Self {
            index: Some(name),
            partition,
            sort,
            projected,
            consistent: local,
        }
    }

    /// Whether the table or index has the attribute. An index also projects the attributes of a `position`: its own keys and those of
    /// the table.
    pub(crate) fn projects(&self, name: &str, position: &[&str]) -> bool {
        let projected = self.projected;
        projected.is_none_or(|projected| projected.contains(&name) || position.contains(&name))
    }

    /// The attributes that an index projects in addition to its own keys and the table's; `None` for all.
    pub(crate) fn included(&self, table: [Option<&str>; 2]) -> Option<Vec<&'static str>> {
        let is_key = |name: &&str| {
            self.keys().any(|key| key == *name) || table.iter().flatten().any(|key| key == name)
        };
        let projected = self.projected?.iter().copied();
        Some(projected.filter(|name| !is_key(name)).collect())
    }

    /// Whether one table can have both indexes. An attribute has one data type, and two indexes with the same name are one index,
    /// which needs the same key attributes. The projections may differ, because an index can project the attributes of both.
    pub(crate) const fn fits_beside(&self, other: &Self) -> bool {
        if matches!((self.index, other.index), (Some(own), Some(other)) if is_equal(own, other)) {
            return self.consistent == other.consistent
                && is_one_key(self.partition, other.partition)
                && is_one_key(self.sort, other.sort);
        }
        is_one_definition(self.partition, other.partition)
            && is_one_definition(self.partition, other.sort)
            && is_one_definition(self.sort, other.partition)
            && is_one_definition(self.sort, other.sort)
    }

    /// The names of all key attributes, in the order of the key.
    pub(crate) fn keys(&self) -> impl Iterator<Item = &'static str> + use<> {
        let (partition, sort) = (self.partition, self.sort);
        partition.iter().chain(sort).map(|attribute| attribute.name)
    }
}

/// Whether the attributes are the same ones in the same order.
const fn is_one_key(a: &[KeyAttribute], b: &[KeyAttribute]) -> bool {
    if a.len() != b.len() {
        return false;
    }
    let mut i = 0;
    while i < a.len() {
        if !is_equal(a[i].name, b[i].name) || !a[i].has_type_of(&b[i]) {
            return false;
        }
        i += 1;
    }
    true
}

/// Whether the attributes that are in both have the same data types.
const fn is_one_definition(a: &[KeyAttribute], b: &[KeyAttribute]) -> bool {
    let mut i = 0;
    while i < a.len() {
        let mut j = 0;
        while j < b.len() {
            if is_equal(a[i].name, b[j].name) && !a[i].has_type_of(&b[j]) {
                return false;
            }
            j += 1;
        }
        i += 1;
    }
    true
}

/// The names of key attributes, each once.
#[doc(hidden)]
#[derive(Clone, Copy, Debug)]
pub struct KeyNames {
    /// A global index has at most eight key attributes, and its table has two.
    names: [&'static str; 10],
    count: usize,
}

impl KeyNames {
    /// The key attributes of the table or index, in the order of its key.
    #[must_use]
    pub const fn of(schema: &Schema) -> Self {
        let none = Self {
            names: [""; 10],
            count: 0,
        };
        none.and(schema.partition).and(schema.sort)
    }

    /// The key attributes of a position: those of the table, and then the other ones of the index.
    #[must_use]
    pub const fn of_position(table: &Schema, queried: &Schema) -> Self {
        Self::of(table).and(queried.partition).and(queried.sort)
    }

    const fn and(mut self, attributes: &[KeyAttribute]) -> Self {
        let mut i = 0;
        while i < attributes.len() {
            let name = attributes[i].name;
            if !self.has(name) && self.count < self.names.len() {
                self.names[self.count] = name;
                self.count += 1;
            }
            i += 1;
        }
        self
    }

    const fn has(&self, name: &str) -> bool {
        let mut i = 0;
        while i < self.count {
            if is_equal(self.names[i], name) {
                return true;
            }
            i += 1;
        }
        false
    }

    /// Returns the names in their order.
    pub(crate) const fn all(&self) -> &[&'static str] {
        self.names.split_at(self.count).0
    }
}

/// Writes the key attributes with their types, and the projection of an index.
impl fmt::Display for Schema {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (name, attributes) in [("partition key", self.partition), (", sort key", self.sort)] {
            for (
                i,
                KeyAttribute {
                    name: own,
                    data_type,
                    ..
                },
            ) in attributes.iter().enumerate()
            {
                let before = if i == 0 { name } else { "," };
                write!(f, "{before} `{own}` ({data_type})")?;
            }
        }
        if self.index.is_none() {
            return Ok(());
        }
        let scope = if self.consistent { "local" } else { "global" };
        match self.projected {
            None => write!(f, ", a {scope} index of all attributes"),
            Some(&[]) => write!(f, ", a {scope} index of the keys alone"),
            Some(names) => write!(f, ", a {scope} index of the keys and {}", names.join(", ")),
        }
    }
}
