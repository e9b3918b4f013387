//! Writes as plain values: what is to be written, under which guards. One lowering serves single writes and transactions.
use aws_sdk_dynamodb::types::AttributeValue;

use crate::expression::charge::charge;
use crate::expression::error::ExpressionError;
use crate::expression::evaluate::truth::withheld_values;
use crate::expression::render::compile::{Expressions, compile};
use crate::expression::render::compiled::{Compiled, Placeholders};
use crate::expression::tree::change::{ActionKind, Change};
use crate::expression::tree::node::{Node, Operator};
use crate::expression::tree::operand::{Operand, Path};
use crate::model::conversion::ConversionError;
use crate::model::invalid::InvalidInput;
use crate::model::item::{Model, Versioned};
use crate::model::raw_key::RawKey;
use crate::model::write_id;
use crate::types::number_range::NumberRange;
use crate::types::verify::Written;
use crate::value::item::Item;
use crate::value::rule::Rule;
use crate::value::{self, MAX_ITEM};
use crate::write::expectation::{Expectation, ExpectedId, write_id_in};
use crate::write::guard_result::GuardResult;
use crate::write::in_range::InRange;
use crate::write::target::Target;
use crate::write::unsendable::Unsendable;

/// A write on one item.
#[expect(
    clippy::struct_field_names,
    reason = "`write_id` is the attribute's name"
)]
#[derive(Clone, Debug)]
pub(crate) struct Write {
    pub(crate) model: &'static Model,
    pub(crate) target: Target,
    pub(crate) effect: Effect,
    pub(crate) expectation: Expectation,
    /// Integer attributes that must stay in the range of their Rust type.
    pub(crate) in_range: Vec<InRange>,
    /// The caller's condition.
    pub(crate) condition: Option<Node>,
    /// The id that this write stamps, where it stamps one.
    pub(crate) write_id: Option<String>,
    /// The time that this write stamps, where its model asks for one: seconds since 1970.
    pub(crate) written_at: Option<u64>,
    /// Whether the answer is the item as it was before.
    pub(crate) returns_old: bool,
    /// Whether a deletion is done if there is no item.
    pub(crate) or_gone: bool,
    /// Whether it is sent again after a lost answer although its guard names no write id.
    pub(crate) until_answered: bool,
}

/// What a write does to the item.
#[derive(Clone, Debug)]
pub(crate) enum Effect {
    /// Stores this item, key and stamps included, in place of what is there.
    Put(Item),
    /// Changes attributes; the stamps are added when it is lowered.
    Update(Vec<Change>),
    /// Deletes the item.
    Delete,
    /// Changes nothing: part of a transaction.
    Check,
}

/// A write in DynamoDB's terms.
#[derive(Clone)]
pub(crate) struct Lowered {
    pub(crate) table: String,
    pub(crate) effect: LoweredEffect,
    pub(crate) condition: Option<String>,
    /// What of the condition is the clause that an item which holds the write is refused by.
    pub(crate) unless_applied: UnlessApplied,
    pub(crate) names: Option<std::collections::HashMap<String, String>>,
    pub(crate) values: Option<Item>,
    /// Whether the answer is the item as it was before.
    pub(crate) returns_old: bool,
}

/// Where a condition has the clause `NOT begins_with(write_id, stem)`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum UnlessApplied {
    Nowhere,
    /// After the last `AND`, or alone.
    Last,
    /// After the last `AND`; what is before it has parentheses for its sake.
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
    /// The write in DynamoDB's terms, as an action of a transaction; the write itself is kept, to explain a refusal or to be
    /// sent again.
    pub(crate) fn lower(&self) -> Result<Lowered, Unsendable> {
        let lowered = self.lower_first(usize::MAX)?;
        // Alone, an update without an expression creates the item.
        if lowered.effect.update().is_some_and(str::is_empty) {
            let item_type = self.model.name;
            return Err(InvalidInput::KeyAlone { item_type }.into());
        }
        Ok(lowered)
    }

    /// The same for a request of its own, in which DynamoDB limits an update further.
    pub(crate) fn lower_alone(&self) -> Result<Lowered, Unsendable> {
        self.lower_first(MAX_ITEM)
    }

    /// The same for a request of its own. A change that does not fit into an update becomes the `whole` item that it leaves,
    /// under the same guard, where that item is known: this is the one place that decides so.
    pub(crate) fn lower_or_whole(&mut self, whole: Option<Item>) -> Result<Lowered, Unsendable> {
        let lowered = self.lower_alone();
        if let (Effect::Update(_), Some(whole)) = (&self.effect, whole)
            && lowered.as_ref().is_err_and(Unsendable::is_too_long)
            // Without version and write id the guard is the content that was read, and misses what the item has gained since.
            && self.model.mark().is_some()
            // A guard that is too long is no reason: adoption gives a short one.
            && self.adopted().lower_alone().is_err_and(|error| error.is_too_long())
        {
            self.effect = self.put(whole);
            return self.lower_alone();
        }
        lowered
    }

    /// As the write is sent first. `limit`: what an update may be counted for.
    fn lower_first(&self, limit: usize) -> Result<Lowered, Unsendable> {
        let own = self.unless_applied();
        let has_own = own.is_some();
        match self.lower_with(own, limit) {
            // There is no room for the clause. It protects a write that is sent twice, and this one is sent once.
            Err(error) if has_own && error.is_too_long() => self.lower_with(None, limit),
            lowered => lowered,
        }
    }

    /// The same write, to be sent again: an item that holds it refuses it.
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

    /// The only way to the wire: stamps, guards and the caller's condition, checked and compiled.
    fn lower_with(&self, own: Option<Node>, limit: usize) -> Result<Lowered, Unsendable> {
        self.check_next_version()?;
        let keys: Vec<&str> = self.model.key_names().collect();
        // Three stamps at most come to those of an update.
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
        let condition = Node::all(stated.into_iter().chain(own));
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
            condition,
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

    /// Two saves of one read would both win at a version that cannot be raised.
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

    /// The version raised by one, the write's id, and its time.
    fn stamps(&self) -> impl Iterator<Item = Change> {
        let number = |n: u64| Operand::Value(AttributeValue::N(n.to_string()));
        let action = match self.expectation.next_version() {
            Some(version) => ActionKind::Set(number(version)),
            None => ActionKind::Arithmetic {
                minus: false,
                by: number(1),
                start: Some(Box::new(number(0))),
                range: NumberRange::ANY,
            },
        };
        let version = self.model.version.map(|name| Change {
            path: Path::new(name),
            action,
        });
        let write_id = self
            .model
            .write_id
            .zip(self.write_id.as_deref())
            .map(|(name, id)| Change {
                path: Path::new(name),
                action: ActionKind::Set(Operand::Value(AttributeValue::S(id.to_owned()))),
            });
        let written_at = self
            .model
            .written_at
            .zip(self.written_at)
            .map(|(name, seconds)| Change {
                path: Path::new(name),
                action: ActionKind::Set(number(seconds)),
            });
        version.into_iter().chain(write_id).chain(written_at)
    }

    /// Whether the write could be sent once its item has a version: all that is checked before sending.
    pub(crate) fn sendable(&self) -> Result<(), Unsendable> {
        self.adopted().lower().map(drop)
    }

    /// The write as it is once its item has a version.
    pub(crate) fn adopted(&self) -> Self {
        let expectation = match &self.expectation {
            // Without a mark nothing is adopted.
            Expectation::Unversioned(_) if self.model.mark().is_some() => {
                Expectation::after_adoption(self.model, ExpectedId::Unstated)
            }
            other => other.clone(),
        };
        Self {
            expectation,
            ..self.clone()
        }
    }

    /// The clause by which an item that holds this write, or a later one that knew it, refuses the write:
    /// `NOT begins_with(write_id, stem)`. Without it a request that arrives late would apply again what was sent again
    /// meanwhile. It is none of the caller's: a refusal by it says that the write was applied.
    ///
    /// Most writes need no such clause. What expects a version, or none, or no item, is refused by its own write anyway.
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

    /// Whether an item with the id `held` says that this write was applied, if it was sent with the id `sent`.
    ///
    /// A write that begins an incarnation may have been sent under other ids of the same stem. A write that names the id which
    /// it replaces shares the stem with others, and is sent under one id only.
    pub(crate) fn is_told_by(&self, held: &str, sent: &str) -> bool {
        if self.expectation.names_write_id() {
            held == sent
        } else {
            write_id::same_stem(held, sent)
        }
    }

    /// Whether the item holds another write than this one.
    pub(crate) fn is_overwritten_in(&self, item: &Item) -> bool {
        self.write_id.is_some() && write_id_in(self.model, item) != self.write_id.as_deref()
    }

    /// Gives the write the id `fresh`, to be sent once more: a write that begins an incarnation keeps its stem. A write that
    /// names the id which it replaces is the same request each time, for nothing makes its guard true again. Gives whether the
    /// id is another one now.
    pub(crate) fn renew(&mut self, fresh: Option<String>) -> bool {
        if !self.expectation.names_write_id()
            && let (Some(fresh), Some(sent)) = (fresh, &self.write_id)
        {
            let id = write_id::again(fresh, sent);
            self.restamp(id, None);
            return true;
        }
        false
    }

    /// Replaces the write's id and the time that it stamps, where it stamps them. `None` keeps the time.
    pub(crate) fn restamp(&mut self, id: String, seconds: Option<u64>) {
        let model = self.model;
        let mut put = |name: Option<&str>, value: AttributeValue| {
            if let (Effect::Put(item), Some(name)) = (&mut self.effect, name) {
                item.insert(name.to_owned(), value);
            }
        };
        if let (Some(stamped), Some(seconds)) = (&mut self.written_at, seconds) {
            put(model.written_at, AttributeValue::N(seconds.to_string()));
            *stamped = seconds;
        }
        if let Some(stamped) = &mut self.write_id {
            put(model.write_id, AttributeValue::S(id.clone()));
            *stamped = id;
        }
    }

    /// Whether it stores an item in place of one at whatever version. No PutItem can do that, because the next version is
    /// not known: such a write is given an expectation before it is sent.
    pub(crate) const fn replaces_any(&self) -> bool {
        matches!(self.effect, Effect::Put(_)) && matches!(self.expectation, Expectation::Nothing)
    }

    /// What an update changes.
    fn changes(&self) -> &[Change] {
        match &self.effect {
            Effect::Update(changes) => changes,
            Effect::Put(_) | Effect::Delete | Effect::Check => &[],
        }
    }

    /// The values beside attributes that are never shown.
    pub(crate) fn withheld(&self) -> Vec<AttributeValue> {
        let guards = self.in_range.iter().map(|guard| guard.node.clone());
        let expected = self.expectation.node(self.model, self.changes());
        let nodes = expected
            .into_iter()
            .chain(guards)
            .chain(self.condition.clone());
        let mut values: Vec<_> = nodes
            .flat_map(|node| withheld_values(&node, Some(self.model)))
            .collect();
        for Change { path, action } in self.changes() {
            if path.is_sensitive() || self.model.withholds(&path.root) {
                values.extend(action.operands().filter_map(Operand::value).cloned());
            }
        }
        values
    }

    /// dynacond's own guards on the item that DynamoDB evaluated.
    pub(crate) fn evaluate_guards(&self, item: Option<&Item>) -> Vec<GuardResult> {
        let empty = Item::new();
        let on = item.unwrap_or(&empty);
        let in_range = self.in_range.iter().map(|guard| GuardResult {
            holds: guard.holds_on(on),
            guard: guard.guard(),
        });
        self.expectation
            .evaluate(self.model, self.changes(), item)
            .into_iter()
            .chain(in_range)
            .collect()
    }
}

/// DynamoDB refuses an index key that is empty, NULL or of another type.
fn check_index_keys(model: &Model, changes: &[Change]) -> Result<(), InvalidInput> {
    for change in changes.iter().filter(|change| change.path.rest.is_empty()) {
        if let ActionKind::Set(Operand::Value(value))
        | ActionKind::SetIfAbsent(Operand::Value(value)) = &change.action
        {
            model.check_index_key(&change.path.root, value)?;
        }
    }
    Ok(())
}

/// Keys, the fields that make them, version and write id are not the caller's to change.
pub(crate) fn check_actions(model: &Model, changes: &[Change]) -> Result<(), ExpressionError> {
    for change in changes {
        let root = &*change.path.root;
        let rule = if model.makes_key(root) {
            Rule::UpdatesKey
        } else if model.is_reserved(root) {
            Rule::UpdatesVersion
        } else if model.makes_index(root) {
            Rule::UpdatesIndex
        } else {
            continue;
        };
        return Err(ExpressionError {
            rule,
            clause: change.to_string(),
        });
    }
    Ok(())
}

/// Whole attributes that are set are of the data types that the item type declares, also inside of them.
pub(crate) fn check_values<I: Versioned>(changes: &[Change]) -> Result<(), ConversionError> {
    let whole = changes.iter().filter(|change| change.path.rest.is_empty());
    let set = whole.filter_map(|change| match &change.action {
        ActionKind::Set(Operand::Value(value)) | ActionKind::SetIfAbsent(Operand::Value(value)) => {
            Some((change.path.root.to_string(), value.clone()))
        }
        _ => None,
    });
    I::verify(&Written::new(&set.collect())).map_err(|wrong| ConversionError::Encode {
        item_type: I::MODEL.name,
        source: wrong.into_error(),
    })
}

/// What DynamoDB stores, at most 400 KB with the attribute names.
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

/// What a write stamps on an item that it stores whole.
pub(crate) struct Stamps<'a> {
    pub(crate) version: u64,
    pub(crate) write_id: Option<&'a str>,
    pub(crate) written_at: Option<u64>,
}

/// The item that a struct's attributes, a key and stamps make.
pub(crate) fn whole_item(
    model: &Model,
    key: &RawKey,
    attributes: Item,
    stamps: &Stamps<'_>,
) -> Item {
    let number = |number: u64| AttributeValue::N(number.to_string());
    let mut item = attributes;
    item.extend(key.to_item());
    if let Some(name) = model.version {
        item.insert(name.to_owned(), number(stamps.version));
    }
    match (model.write_id, stamps.write_id) {
        (Some(name), Some(id)) => item.insert(name.to_owned(), AttributeValue::S(id.to_owned())),
        (Some(name), None) => item.remove(name),
        (None, _) => None,
    };
    if let (Some(name), Some(seconds)) = (model.written_at, stamps.written_at) {
        item.insert(name.to_owned(), number(seconds));
    }
    item
}
