//! What is queried: the table or one of its indexes, with the attributes that partition and sort it.
use std::fmt;

use crate::model::key_attribute::{KeyAttribute, is_equal};

/// The keys of what is queried, and what is found there.
#[derive(Clone, Copy, Debug)]
pub struct Schema {
    /// `None`: the table itself.
    pub(crate) index: Option<&'static str>,
    /// Up to four attributes of a global index, one otherwise.
    pub(crate) partition: &'static [KeyAttribute],
    /// Up to four attributes of a global index, at most one otherwise.
    pub(crate) sort: &'static [KeyAttribute],
    /// The attributes that an index projects; `None`: every one.
    pub(crate) projected: Option<&'static [&'static str]>,
    /// Whether it can be read with strong consistency: the table, and a local index.
    pub(crate) consistent: bool,
}

impl Schema {
    /// The table itself, as the derive writes it.
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

    /// An index, as the derive writes it.
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

    /// The attributes that an index projects beside its keys and the table's; `None`: every one.
    pub(crate) fn included(&self, table: [Option<&str>; 2]) -> Option<Vec<&'static str>> {
        let is_key = |name: &&str| {
            self.keys().any(|key| key == *name) || table.iter().flatten().any(|key| key == name)
        };
        let projected = self.projected?.iter().copied();
        Some(projected.filter(|name| !is_key(name)).collect())
    }

    /// Whether one table can have both indexes: an attribute has one data type, and two indexes of one name are one index, with
    /// the same key attributes. What is projected may differ, because an index can project what both of them read.
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

    /// Every key attribute of it, in the order of the key.
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

/// What is declared: the key attributes with their types, and what an index has of an item.
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
