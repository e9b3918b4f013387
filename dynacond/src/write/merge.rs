//! The three-way merge of a save. It merges what the struct would have written when it was read (*base*), what the struct writes
//! now (*mine*), and the item as it was read (*stored*). The result is the whole item, and [`difference`] returns the changes that
//! lead to it.
//!
//! An attribute that is in base and not in mine is removed. An attribute that is only in stored is kept, because the struct does
//! not know it. Maps are merged entry by entry, and lists element by element (see [`align`](super::align)). Any other value is
//! replaced.
//!
//! A struct may write the key of a map in another spelling than the stored one: `"01"` is read as the number 1, and written as
//! `"1"`. Such an entry is changed and removed under its stored name.
use std::collections::{BTreeSet, HashSet};

use aws_sdk_dynamodb::types::AttributeValue;

use super::align::{align, counterparts, is_read_as};
use crate::expression::tree::change::{Change, Edit};
use crate::expression::tree::operand::{Operand, Path, Segment};
use crate::model::invalid::InvalidInput;
use crate::model::item::Model;
use crate::value;
use crate::value::item::Item;

/// What a merge needs to know about the item besides its three states.
pub(crate) struct Merge<'m> {
    pub(crate) model: &'m Model,
    /// The item as it was read.
    pub(crate) stored: &'m Item,
    /// Returns what the struct would write after it was read from this item, or `None` if the item does not decode.
    pub(crate) rewritten: &'m dyn Fn(&Item) -> Option<Item>,
}

/// The path of a map, in the stored names and in the names that the struct writes.
struct Place<'p> {
    parent: Option<&'p Place<'p>>,
    step: Step<'p>,
}

enum Step<'p> {
    Root,
    Entry { stored: &'p str, written: &'p str },
    Element { stored: usize, written: usize },
}

impl Merge<'_> {
    /// Returns the item after a save, which is made from a copy of the stored item.
    ///
    /// # Errors
    /// [`InvalidInput::TwoSpellings`] if a changed map contains one key in two spellings.
    pub(crate) fn item(&self, base: &Item, mine: &Item, copy: Item) -> Result<Item, InvalidInput> {
        let root = Place {
            parent: None,
            step: Step::Root,
        };
        self.map(&root, base, mine, self.stored, copy)
    }

    fn map(
        &self,
        at: &Place<'_>,
        base: &Item,
        mine: &Item,
        stored: &Item,
        mut merged: Item,
    ) -> Result<Item, InvalidInput> {
        let spellings = self.spellings(at, base, stored)?;
        let stored_name = |written: &str| {
            let respelt = spellings.iter().find(|(_, name)| name == written);
            respelt.map_or_else(|| written.to_owned(), |(name, _)| name.clone())
        };
        for name in base.keys().filter(|name| !mine.contains_key(*name)) {
            merged.remove(&stored_name(name));
        }
        for (written, now) in mine {
            let name = stored_name(written);
            let step = Step::Entry {
                stored: &name,
                written,
            };
            let place = Place {
                parent: Some(at),
                step,
            };
            let value = self.value(&place, base.get(written), now, stored.get(&name))?;
            if let Some(value) = value {
                merged.insert(name, value);
            }
        }
        Ok(merged)
    }

    /// Returns the merged value, or `None` if the stored value stays as it is, or stays absent.
    fn value(
        &self,
        at: &Place<'_>,
        base: Option<&AttributeValue>,
        mine: &AttributeValue,
        stored: Option<&AttributeValue>,
    ) -> Result<Option<AttributeValue>, InvalidInput> {
        use AttributeValue::{L, M};
        if base.is_some_and(|base| value::equal(base, mine)) {
            return Ok(None);
        }
        let map = |base, mine, stored: &Item| self.map(at, base, mine, stored, stored.clone());
        Ok(Some(match (base, mine, stored) {
            (Some(M(base)), M(mine), Some(M(stored))) => M(map(base, mine, stored)?),
            (_, M(mine), Some(M(stored))) => M(map(&Item::new(), mine, stored)?),
            (Some(L(base)), L(mine), Some(L(stored))) => L(self.list(at, base, mine, stored)?),
            _ => mine.clone(),
        }))
    }

    fn list(
        &self,
        at: &Place<'_>,
        base: &[AttributeValue],
        mine: &[AttributeValue],
        stored: &[AttributeValue],
    ) -> Result<Vec<AttributeValue>, InvalidInput> {
        let same = |(base, stored)| value::equal(base, stored);
        if base.len() == stored.len() && base.iter().zip(stored).all(same) {
            // The struct writes everything that is stored, so nothing can be lost.
            return Ok(mine.to_vec());
        }
        let stored_at = counterparts(base, stored);
        let mut merged = Vec::with_capacity(mine.len());
        for (now, before) in mine.iter().zip(align(base, mine)) {
            let read = before.and_then(|before| Some((before, stored_at[before]?)));
            let Some((written, read)) = read else {
                merged.push(now.clone());
                continue;
            };
            let place = Place {
                parent: Some(at),
                step: Step::Element {
                    stored: read,
                    written,
                },
            };
            let changed = self.value(&place, base.get(written), now, stored.get(read))?;
            merged.push(changed.unwrap_or_else(|| stored[read].clone()));
        }
        let seen: HashSet<_> = stored_at.iter().flatten().collect();
        for (index, element) in stored.iter().enumerate() {
            // The struct does not see this element: no element was read from it, and none is similar to it.
            if !seen.contains(&index) && !base.iter().any(|base| is_read_as(element, base)) {
                merged.insert(index.min(merged.len()), element.clone());
            }
        }
        Ok(merged)
    }

    /// Returns the entries of a map that the struct writes under another name than the stored one, as pairs of the stored and the
    /// written name.
    ///
    /// A stored name that the struct does not write may belong to an entry that the struct does not know, or to an entry that it
    /// writes in another spelling. Only the type knows which. So the type reads the item without these entries, and then with one
    /// of them. If it then writes an additional name, that name is the entry's other spelling.
    fn spellings(
        &self,
        at: &Place<'_>,
        base: &Item,
        stored: &Item,
    ) -> Result<Vec<(String, String)>, InvalidInput> {
        let is_root = matches!(at.step, Step::Root);
        if is_root && self.model.flattened.is_empty() {
            // Each attribute of a struct has one name.
            return Ok(Vec::new());
        }
        let written = |name: &&String| base.contains_key(*name);
        let own = |name: &str| is_root && self.model.is_own(name);
        let (known, unknown): (Vec<_>, Vec<_>) = stored.keys().partition(written);
        let unknown: BTreeSet<_> = unknown.into_iter().filter(|name| !own(name)).collect();
        if unknown.is_empty() {
            return Ok(Vec::new());
        }
        let entry = |name: &&String| stored.get_key_value(*name);
        let entry = |name: &&String| entry(name).map(|(name, value)| (name.clone(), value.clone()));
        let mut trial = self.stored.clone();
        let mut names_of = |entries: Item| -> Option<BTreeSet<String>> {
            *at.find_stored(&mut trial)? = entries;
            let written = (self.rewritten)(&trial)?;
            let names = at.find_written(&written).map(|map| map.keys().cloned());
            Some(names.into_iter().flatten().collect())
        };
        // A map decodes without any entry, but a struct may need those that it knows.
        let empty = if is_root { None } else { Some(Item::new()) };
        let starts = empty
            .into_iter()
            .chain([known.iter().filter_map(entry).collect()]);
        let mut starts = starts.filter_map(|start| Some((names_of(start.clone())?, start)));
        let Some((without, start)) = starts.next() else {
            return Ok(Vec::new());
        };
        drop(starts);
        let mut new_names = |more: Vec<&String>| -> Vec<String> {
            let more = more.iter().filter_map(entry);
            let names = names_of(start.clone().into_iter().chain(more).collect());
            let names = names.into_iter().flatten();
            names.filter(|name| !without.contains(name)).collect()
        };
        let respelt = |name: &String| !unknown.contains(name);
        if !new_names(unknown.iter().copied().collect())
            .iter()
            .any(respelt)
        {
            return Ok(Vec::new());
        }
        let mut spellings = Vec::<(String, String)>::new();
        for name in &unknown {
            let Some(written) = new_names(vec![name]).into_iter().find(respelt) else {
                continue;
            };
            let twice = spellings.iter().any(|(_, known)| *known == written);
            if twice || stored.contains_key(&written) {
                return Err(InvalidInput::TwoSpellings {
                    item_type: self.model.name,
                    attribute: at.to_string(),
                });
            }
            spellings.push(((*name).clone(), written));
        }
        Ok(spellings)
    }
}

impl Place<'_> {
    fn find_stored<'i>(&self, item: &'i mut Item) -> Option<&'i mut Item> {
        match self.value_stored(item)? {
            Found::Root(item) => Some(item),
            Found::Value(AttributeValue::M(map)) => Some(map),
            Found::Value(_) => None,
        }
    }

    fn value_stored<'i>(&self, item: &'i mut Item) -> Option<Found<'i>> {
        let Some(parent) = self.parent else {
            return Some(Found::Root(item));
        };
        let value = match (&self.step, parent.value_stored(item)?) {
            (Step::Entry { stored, .. }, Found::Root(map))
            | (Step::Entry { stored, .. }, Found::Value(AttributeValue::M(map))) => {
                map.get_mut(*stored)
            }
            (Step::Element { stored, .. }, Found::Value(AttributeValue::L(list))) => {
                list.get_mut(*stored)
            }
            _ => None,
        };
        value.map(Found::Value)
    }

    fn find_written<'i>(&self, item: &'i Item) -> Option<&'i Item> {
        if self.parent.is_none() {
            return Some(item);
        }
        match self.value_written(item)? {
            AttributeValue::M(map) => Some(map),
            _ => None,
        }
    }

    fn value_written<'i>(&self, item: &'i Item) -> Option<&'i AttributeValue> {
        let parent = self.parent?;
        match &self.step {
            Step::Root => None,
            Step::Entry { written, .. } => parent.find_written(item)?.get(*written),
            Step::Element { written, .. } => match parent.value_written(item)? {
                AttributeValue::L(list) => list.get(*written),
                _ => None,
            },
        }
    }
}

enum Found<'i> {
    Root(&'i mut Item),
    Value(&'i mut AttributeValue),
}

impl std::fmt::Display for Place<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if let Some(parent) = self.parent {
            parent.fmt(f)?;
        }
        match &self.step {
            Step::Root => Ok(()),
            Step::Entry { stored, .. } => {
                let nested = self.parent.is_some_and(|parent| parent.parent.is_some());
                write!(f, "{}{stored}", if nested { "." } else { "" })
            }
            Step::Element { stored, .. } => write!(f, "[{stored}]"),
        }
    }
}

/// Returns the changes from one item to another: maps entry by entry, and any other value as a whole. They are sorted, so that the
/// same change gives the same request.
pub(crate) fn difference(before: &Item, after: &Item) -> Vec<Change> {
    let mut changes = Vec::new();
    changes_within(&mut changes, None, before, after);
    changes
}

fn changes_within(changes: &mut Vec<Change>, within: Option<&Path>, before: &Item, after: &Item) {
    use AttributeValue::M;
    let path_to = |name: &str| match within {
        None => Path::new(name.to_owned()),
        Some(path) => {
            let mut path = path.clone();
            path.push(Segment::Name(name.to_owned().into()));
            path
        }
    };
    let names: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    for name in names {
        let edit = match (before.get(name), after.get(name)) {
            (Some(before), Some(after)) if value::equal(before, after) => continue,
            (Some(M(before)), Some(M(after))) => {
                changes_within(changes, Some(&path_to(name)), before, after);
                continue;
            }
            (_, Some(after)) => Edit::Set(Operand::Value(after.clone())),
            (_, None) => Edit::Remove,
        };
        changes.push(Change {
            path: path_to(name),
            edit,
        });
    }
}
