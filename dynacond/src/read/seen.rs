//! The results of projections: some attributes of an item, together with its key.
use std::fmt;
use std::ops::Deref;

use aws_sdk_dynamodb::types::AttributeValue;
use serde::Serialize;

use crate::expression::evaluate::truth::lookup;
use crate::expression::projection::{From, Projected, Projection};
use crate::expression::tree::operand::Path;
use crate::model::conversion::DecodeError;
use crate::model::item::Versioned;
use crate::model::key::{IntoKey, Key};
use crate::model::raw_key::RawKey;
use crate::model::stored::check_stamps;
use crate::model::tag::Tag;
use crate::value::deserialize::from_attributes;
use crate::value::item::Item;

/// A projection `P` that was read, together with the item's key.
///
/// `Seen<P>` derefs to `P`. Its own accessors are associated functions, so they do not hide methods of `P`. You cannot save it,
/// because it is not the whole item. You can `update` or `delete` the item by its key, and add the tag if nobody may have written
/// the item since: `store.update(Seen::key(&line)).at(&tag)`.
pub struct Seen<P: Projection> {
    value: P,
    key: RawKey,
    tag: Option<Tag>,
}

impl<P: Projection> Seen<P> {
    /// Returns the key of the item.
    #[must_use]
    pub fn key(this: &Self) -> Key<P::Of> {
        Key::stored(this.key.clone())
    }

    /// Returns the state of the item when it was read, for `.at(&tag)`. A tag needs each of the attributes version and write id that the
    /// item type has. It is `None` if one of them was not read, because the index does not project the attribute or the item does not have
    /// it: another library may have written an item with a version and without a write id. It is also `None` if the item type has neither.
    #[must_use]
    pub const fn tag(this: &Self) -> Option<&Tag> {
        this.tag.as_ref()
    }

    /// Returns the projection without the rest.
    #[must_use]
    pub fn into_inner(this: Self) -> P {
        this.value
    }

    /// Reads the projection from an item.
    pub(crate) fn from_item(item: &Item) -> Result<Self, DecodeError> {
        let model = const { &<P::Of as Versioned>::MODEL };
        let key = RawKey::of_item(model.table_keys(), item);
        let broken = |reason: String| DecodeError {
            key: key.clone().map(Box::new),
            ..DecodeError::new(P::NAME, reason)
        };
        let Some(own) = &key else {
            return Err(broken("its key is missing".to_owned()));
        };
        let mut in_key = Vec::new();
        for attribute in std::iter::once(&model.partition_key).chain(&model.sort_key) {
            in_key.extend(attribute.read_fields(item).map_err(&broken)?);
        }
        let of_field = |field: &str| {
            let wire = model.in_key().find(|held| held.name == field)?.wire;
            in_key.iter().find(|(name, _)| *name == wire)
        };
        // The field shows the version, but the item has none, because it was never versioned.
        let unversioned = AttributeValue::N("0".to_owned());
        let fields = P::fields();
        let values = fields.iter().filter_map(|Projected { name, from }| {
            let value = match from {
                From::Key(field) => of_field(field).map(|(_, value)| value),
                From::Path(path) => lookup(path, item)
                    .or_else(|| (Some(&*path.root) == model.version).then_some(&unversioned)),
            };
            value.map(|value| (*name, value))
        });
        let value = from_attributes(values).map_err(|reason| broken(reason.to_string()))?;
        let version = check_stamps(model, item)?;
        let write_id = model.write_id.and_then(|name| match item.get(name) {
            Some(AttributeValue::S(id)) => Some(id.clone()),
            _ => None,
        });
        // A write id that is missing may be one that the index does not project, so the tag must not say that there is none.
        let named = model.mark().is_some()
            && version.is_some() == model.version.is_some()
            && write_id.is_some() == model.write_id.is_some();
        Ok(Self {
            value,
            key: own.clone(),
            tag: named.then_some(Tag {
                version,
                write_id,
                content: None,
            }),
        })
    }
}

/// Returns the paths that a read requests: those of the projection, the key, and the additional ones. A path that leads into
/// another one is left out.
pub(crate) fn paths<P: Projection>(besides: impl IntoIterator<Item = &'static str>) -> Vec<Path> {
    let mut paths: Vec<Path> = Vec::new();
    let own = P::fields()
        .into_iter()
        .filter_map(|field| match field.from {
            From::Path(path) => Some(path),
            From::Key(_) => None,
        });
    for path in own.chain(besides.into_iter().map(Path::new)) {
        if !paths.iter().any(|known| known.covers(&path)) {
            paths.push(path);
        }
    }
    paths
}

impl<P: Projection> Deref for Seen<P> {
    type Target = P;
    fn deref(&self) -> &P {
        &self.value
    }
}
impl<P: Projection + Clone> Clone for Seen<P> {
    fn clone(&self) -> Self {
        Self {
            value: self.value.clone(),
            key: self.key.clone(),
            tag: self.tag.clone(),
        }
    }
}
impl<P: Projection + fmt::Debug> fmt::Debug for Seen<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Seen")
            .field("value", &self.value)
            .field("tag", &self.tag)
            .finish_non_exhaustive()
    }
}
impl<P: Projection + PartialEq> PartialEq<P> for Seen<P> {
    fn eq(&self, other: &P) -> bool {
        self.value == *other
    }
}
impl<P: Projection + Serialize> Serialize for Seen<P> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.value.serialize(serializer)
    }
}

/// The item's key.
#[diagnostic::do_not_recommend]
impl<P: Projection> IntoKey for &Seen<P> {
    type Item = P::Of;
    fn into_key(self) -> Key<P::Of> {
        Seen::key(self)
    }
}
