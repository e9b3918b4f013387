//! The part of one caller in a grouped `modify`.
use std::sync::Arc;

use crate::error::error::{Error, Result};
use crate::error::refusal::Refusal;
use crate::expression::evaluate::truth::explain;
use crate::expression::tree::node::Node;
use crate::model::conversion::ConversionError;
use crate::model::encoding::encode;
use crate::model::item::{Model, Versioned};
use crate::model::stored::Stored;
use crate::outcome::callers::Turn;
use crate::outcome::group::{At, Contribution, GroupWrite, has_room};
use crate::outcome::place::Place;
use crate::value::item::Item;
use crate::verbs::prepare::check_key;
use crate::wire::call::Call;
use crate::write::expectation::Expectation;
use crate::write::merge::difference;
use crate::write::target::Target;

/// An answer for one caller only: an error of its closure, or a refusal of its change.
type Own<E> = std::result::Result<E, Error>;

/// A caller's change.
pub(crate) struct Change<'a, I, F, E> {
    pub(crate) target: Target,
    pub(crate) closure: &'a F,
    pub(crate) apply: fn(&F, &mut I) -> std::result::Result<(), E>,
    pub(crate) condition: Option<Node>,
}

/// Changes the item together with all other callers that wait for it in this store.
pub(crate) async fn until_saved<I: Versioned, F, E>(
    caller: Change<'_, I, F, E>,
    call: &Arc<Call>,
) -> Result<std::result::Result<Stored<I>, E>> {
    let target = &caller.target;
    let mut place = Place::take(call, target, const { &I::MODEL });
    let mut own = None;
    loop {
        match place.turn().await {
            Turn::Change(at) => {
                let (contribution, answer) = caller.contribute(call, &at);
                let believed = place.contribute(contribution);
                if believed {
                    return match answer {
                        Some(answer) => answer.map(Err),
                        None => stored(&at.item, target).map(Ok),
                    };
                }
                own = answer;
            }
            Turn::Left(item) => {
                return match own {
                    Some(answer) => answer.map(Err),
                    None => stored(&item, target).map(Ok),
                };
            }
            Turn::Failed(error) => return Err(error),
        }
    }
}

fn stored<I: Versioned>(item: &Item, target: &Target) -> Result<Stored<I>> {
    let stored: Stored<I> =
        Stored::from_item_at(item.clone()).map_err(ConversionError::after_write)?;
    Ok(stored.of_table(&target.table))
}

impl<I: Versioned, F, E> Change<'_, I, F, E> {
    /// Runs the closure once.
    fn contribute(&self, call: &Call, at: &At) -> (Contribution, Option<Own<E>>) {
        match self.change_at(call, at) {
            Ok(contribution) => (contribution, None),
            Err(own) => (Contribution::Nothing, Some(own)),
        }
    }

    fn change_at(&self, call: &Call, at: &At) -> std::result::Result<Contribution, Own<E>> {
        fn library<E>(error: impl Into<Error>) -> Own<E> {
            Err(error.into())
        }
        let model = const { &I::MODEL };
        let target = &self.target;
        let item = Stored::<I>::from_item_at(Item::clone(&at.item));
        let mut item = item.map_err(library)?.of_table(&target.table);
        (self.apply)(self.closure, &mut item).map_err(Ok)?;
        check_key(&*item, &item.key).map_err(library)?;
        let mine = encode(&*item).map_err(library)?;
        let merged = item.into_merged(&mine, &at.item).map_err(library)?;
        if let Some(condition) = &self.condition {
            let explained = explain(condition, &at.item, Some(model));
            if !explained.holds() {
                return Err(Err(refused(condition, at, target, model)));
            }
        }
        if difference(&at.item, &merged).is_empty() {
            return Ok(if self.condition.is_some() {
                Contribution::Touched
            } else {
                Contribution::Nothing
            });
        }
        let has_room = !at.changed || has_room(&merged);
        let merged = Arc::new(merged);
        let write = GroupWrite::new(at, &merged, &call.connection, target.clone(), model);
        match write {
            Ok(write) if has_room => Ok(Contribution::Changed(merged, Box::new(write))),
            Err(error) if !at.changed => Err(library(error)),
            _ => Ok(Contribution::Full),
        }
    }
}

/// Returns the error if the caller's condition is false on the item before the caller's change.
fn refused(condition: &Node, at: &At, target: &Target, model: &Model) -> Error {
    let item = Item::clone(&at.item);
    let expectation = Expectation::as_read(model, &at.read);
    let guards = expectation.evaluate(model, &[], Some(&item));
    Error::ConditionFailed(Box::new(Refusal {
        condition: Some(explain(condition, &item, Some(model))),
        ..Refusal::new(target.clone(), guards, Some(item))
    }))
}
