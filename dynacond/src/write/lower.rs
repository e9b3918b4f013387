//! Lowering: checks and compiles a write into DynamoDB's terms, for single writes and for transactions.
use std::collections::HashMap;
use std::sync::Arc;

use aws_sdk_dynamodb::types::AttributeValue;

use crate::expression::charge::charge;
use crate::expression::error::ExpressionError;
use crate::expression::render::compile::{Expressions, compile};
use crate::expression::render::compiled::{Compiled, Placeholders};
use crate::expression::tree::change::{Change, Edit};
use crate::expression::tree::node::{Node, Operator};
use crate::expression::tree::operand::{Operand, Path};
use crate::model::invalid::InvalidInput;
use crate::model::item::Model;
use crate::model::write_id;
use crate::types::number_range::NumberRange;
use crate::value::item::Item;
use crate::value::rule::Rule;
use crate::value::{self, MAX_ITEM};
use crate::write::expectation::Expectation;
use crate::write::unsendable::Unsendable;
use crate::write::write::{Effect, Write};

/// A write in DynamoDB's terms.
#[derive(Clone)]
pub(crate) struct Lowered {
    pub(crate) table: String,
    pub(crate) effect: LoweredEffect,
    pub(crate) condition: Option<String>,
    /// Where the condition has the clause by which DynamoDB refuses a write that the item already contains.
    pub(crate) unless_applied: UnlessApplied,
    pub(crate) names: Option<HashMap<String, String>>,
    pub(crate) values: Option<Item>,
    /// Whether the answer is the item before the write.
    pub(crate) returns_old: bool,
}

/// The position of the clause `NOT begins_with(write_id, stem)` in a condition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum UnlessApplied {
    Nowhere,
    /// After the last `AND`, or the whole condition.
    Last,
    /// After the last `AND`, and the rest before it is in parentheses because of this clause.
    AfterParentheses,
}

#[derive(Clone)]
pub(crate) enum LoweredEffect {
    Put(Item),
    Update { key: Item, update: String },
    Delete { key: Item },
    Check { key: Item },
}

impl LoweredEffect {
    pub(crate) const fn operation(&self) -> &'static str {
        match self {
            Self::Put(_) => "PutItem",
            Self::Update { .. } => "UpdateItem",
            Self::Delete { .. } => "DeleteItem",
            Self::Check { .. } => "ConditionCheck",
        }
    }

    pub(crate) const fn item(&self) -> Option<&Item> {
        if let Self::Put(item) = self {
            Some(item)
        } else {
            None
        }
    }

    pub(crate) const fn key(&self) -> Option<&Item> {
        match self {
            Self::Put(_) => None,
            Self::Update { key, .. } | Self::Delete { key } | Self::Check { key } => Some(key),
        }
    }

    pub(crate) fn update(&self) -> Option<&str> {
        if let Self::Update { update, .. } = self {
            Some(update)
        } else {
            None
        }
    }
}

impl Write {
    /// Lowers the write as an action of a transaction. The write itself is kept, to explain a refusal or to send it again.
    pub(crate) fn lower(&self) -> Result<Lowered, Unsendable> {
        let lowered = self.lower_first(usize::MAX)?;
        self.check_stores(lowered)
    }

    /// Lowers the write as a single request, in which DynamoDB has another limit for an update.
    pub(crate) fn lower_alone(&self) -> Result<Lowered, Unsendable> {
        self.lower_first(MAX_ITEM)
    }

    /// Lowers the write as a single request, for the first time. If a change does not fit into an update, and the item after the change is
    /// known, that whole item is put under the same guard. Only this function decides this.
    pub(crate) fn lower_or_whole(&mut self) -> Result<Lowered, Unsendable> {
        let lowered = self.lower_alone();
        if matches!(self.effect, Effect::Update(_))
            && lowered.as_ref().is_err_and(Unsendable::is_too_long)
            // Without version and write id, the guard is the content that was read, which does not notice new attributes.
            && self.model.mark().is_some()
            && self.whole.is_some()
            // If only the guard is too long, adoption gives a short one.
            && self.adopted().lower_alone().is_err_and(|error| error.is_too_long())
            && let Some(whole) = self.whole.take()
        {
            self.effect = self.put(Arc::unwrap_or_clone(whole));
            return self.lower_alone();
        }
        lowered
    }

    /// Lowers the write as an action of a transaction, for the first time.
    pub(crate) fn lower_action(&mut self) -> Result<Lowered, Unsendable> {
        if self.whole.is_none() {
            return self.lower();
        }
        match self.lower_or_whole() {
            // The size of an update has a limit only in a single request.
            Err(error) if error.is_too_long() => self.lower(),
            lowered => self.check_stores(lowered?),
        }
    }

    /// Only a single update may have no expression. It then creates the item.
    fn check_stores(&self, lowered: Lowered) -> Result<Lowered, Unsendable> {
        if lowered.effect.update().is_some_and(str::is_empty) {
            let item_type = self.model.name;
            return Err(InvalidInput::KeyAlone { item_type }.into());
        }
        Ok(lowered)
    }

    /// Lowers the first attempt of the write. `limit` is the largest size of an update.
    fn lower_first(&self, limit: usize) -> Result<Lowered, Unsendable> {
        let own = self.unless_applied();
        let has_own = own.is_some();
        match self.lower_with(own, limit) {
            // There is no room for the clause. The clause protects a write that is sent twice, but this one is sent once.
            Err(error) if has_own && error.is_too_long() => self.lower_with(None, limit),
            lowered => lowered,
        }
    }

    /// Lowers another attempt of the write, which DynamoDB refuses if the item already contains the write.
    pub(crate) fn lower_again(&self) -> Result<Lowered, Unsendable> {
        let own = self.unless_applied();
        let has_own = own.is_some();
        self.lower_with(own, usize::MAX).map_err(|error| {
            if has_own && error.is_too_long() {
                let item_type = self.model.name;
                InvalidInput::NoRoomToSendAgain { item_type }.into()
            } else {
                error
            }
        })
    }

    /// Checks and compiles stamps, guards and the caller's condition. Every write that is sent goes through this function.
    fn lower_with(&self, own: Option<Node>, limit: usize) -> Result<Lowered, Unsendable> {
        self.check_next_version()?;
        let keys: Vec<&str> = self.model.key_names().collect();
        // An update gets at most three stamps.
        let mut changes = Vec::with_capacity(self.changes().len() + 3);
        changes.extend_from_slice(self.changes());
        let guards = self.in_range.iter().map(|guard| guard.node.clone());
        let stated = Node::all(
            self.expectation
                .node(self.model, &changes)
                .into_iter()
                .chain(guards)
                .chain(self.condition.clone()),
        );
        let unless_applied = match (&own, &stated) {
            (None, _) => UnlessApplied::Nowhere,
            (Some(_), Some(Node::Or(_))) => UnlessApplied::AfterParentheses,
            (Some(_), _) => UnlessApplied::Last,
        };
        let mut condition = Node::all(stated.into_iter().chain(own));
        match &self.effect {
            Effect::Update(_) => {
                check_index_keys(self.model, &changes)?;
                changes.extend(self.stamps());
            }
            Effect::Put(item) => check_item(self.model, item)?,
            Effect::Delete | Effect::Check => {}
        }
        let bytes = charge(&changes);
        let Compiled {
            condition,
            update,
            placeholders: Placeholders { names, values },
            ..
        } = compile(Expressions {
            condition: condition.as_mut(),
            update: changes,
            keys: &keys,
            ..Expressions::default()
        })?;
        if bytes > limit {
            return Err(Unsendable::Expression(ExpressionError {
                rule: Rule::UpdateTooLarge { bytes, limit },
                clause: "the whole update".to_owned(),
            }));
        }
        let key = || self.target.key.to_item();
        let effect = match &self.effect {
            Effect::Put(item) => LoweredEffect::Put(item.clone()),
            Effect::Update(_) => LoweredEffect::Update {
                key: key(),
                update: update.unwrap_or_default(),
            },
            Effect::Delete => LoweredEffect::Delete { key: key() },
            Effect::Check => LoweredEffect::Check { key: key() },
        };
        Ok(Lowered {
            table: self.target.table.clone(),
            effect,
            condition,
            unless_applied,
            // DynamoDB refuses empty maps.
            names: (!names.is_empty()).then_some(names),
            values: (!values.is_empty()).then_some(values),
            returns_old: self.returns_old,
        })
    }

    /// Refuses a version that cannot be incremented, because two saves of the same read would then both succeed.
    fn check_next_version(&self) -> Result<(), InvalidInput> {
        let raises = matches!(self.effect, Effect::Put(_) | Effect::Update(_));
        if let Expectation::At {
            version: Some(u64::MAX),
            ..
        } = self.expectation
            && raises
        {
            return Err(InvalidInput::LastVersion {
                item_type: self.model.name,
                key: Box::new(self.target.key.clone()),
                version: u64::MAX,
            });
        }
        Ok(())
    }

    /// Returns the stamps: the next version, the write id and the time.
    fn stamps(&self) -> impl Iterator<Item = Change> {
        let number = |n: u64| Operand::Value(AttributeValue::N(n.to_string()));
        let edit = match self.expectation.next_version() {
            Some(version) => Edit::Set(number(version)),
            None => Edit::Arithmetic {
                minus: false,
                by: number(1),
                start: Some(Box::new(number(0))),
                range: NumberRange::ANY,
            },
        };
        let version = self.model.version.map(|name| Change {
            path: Path::new(name),
            edit,
        });
        let write_id = self
            .model
            .write_id
            .zip(self.write_id.as_deref())
            .map(|(name, id)| Change {
                path: Path::new(name),
                edit: Edit::Set(Operand::Value(AttributeValue::S(id.to_owned()))),
            });
        let written_at = self
            .model
            .written_at
            .zip(self.written_at)
            .map(|(name, seconds)| Change {
                path: Path::new(name),
                edit: Edit::Set(number(seconds)),
            });
        version.into_iter().chain(write_id).chain(written_at)
    }

    /// Makes all checks before adoption: whether the write could be sent after its item has a version.
    pub(crate) fn sendable(&self) -> Result<(), Unsendable> {
        self.adopted().lower().map(drop)
    }

    /// Returns the clause by which DynamoDB refuses this write if the item already contains it, or a later write that was based on
    /// it: `NOT begins_with(write_id, stem)`. Without this clause, a late request would apply the write a second time after a
    /// resend. The clause is not part of the caller's condition: if it refuses the write, the write was applied.
    ///
    /// Most writes need no such clause. If a write expects a version, no version or no item, its own first attempt already makes
    /// the guard false.
    fn unless_applied(&self) -> Option<Node> {
        if !self.expectation.holds_after_the_write() {
            return None;
        }
        let (name, id) = (self.model.write_id?, self.write_id.as_deref()?);
        let operands = [
            Operand::Path(Path::new(name)),
            Operand::Value(AttributeValue::S(write_id::stem(id).to_owned())),
        ];
        Some(Node::Binary(Operator::BeginsWith, operands).not())
    }
}

/// Checks index keys, because DynamoDB refuses one that is empty, NULL or of another type.
fn check_index_keys(model: &Model, changes: &[Change]) -> Result<(), InvalidInput> {
    for change in changes.iter().filter(|change| change.path.rest.is_empty()) {
        if let Edit::Set(Operand::Value(value)) | Edit::SetIfAbsent(Operand::Value(value)) =
            &change.edit
        {
            model.check_index_key(&change.path.root, value)?;
        }
    }
    Ok(())
}

/// Checks that DynamoDB can store the item: at most 400 KB with the attribute names.
fn check_item(model: &Model, item: &Item) -> Result<(), InvalidInput> {
    let item_type = model.name;
    for (name, value) in item {
        let rule = if name.is_empty() || name.len() > 65_535 {
            Err(Rule::NameLength)
        } else {
            value::check(value)
        };
        rule.map_err(|rule| InvalidInput::Value {
            item_type,
            attribute: name.clone(),
            rule,
        })?;
        model.check_index_key(name, value)?;
    }
    let bytes = value::item_size(item);
    if bytes > MAX_ITEM {
        Err(InvalidInput::TooLarge {
            item_type,
            bytes,
            limit: MAX_ITEM,
        })
    } else {
        Ok(())
    }
}
