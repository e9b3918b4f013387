//! Sending a write with an unknown outcome again.
use std::any::TypeId;
use std::sync::Arc;

use crate::error::error::{Error, Result};
use crate::error::old_item::OldItemLost;
use crate::error::unknown::{OutcomeUnknown, Payload, Pending};
use crate::model::conversion::{ConversionError, DecodeError};
use crate::model::invalid::InvalidInput;
use crate::model::item::Versioned;
use crate::model::stored::Stored;
use crate::outcome::execute::unless_gone;
use crate::outcome::single::deliver;
use crate::outcome::transaction;
use crate::value::item::Item;
use crate::wire::attempts::Earlier;
use crate::wire::call::{Call, Meter};
use crate::write::lower::Lowered;
use crate::write::target::Target;
use crate::write::write::{Effect, Write};

/// The return type of [`resend`](OutcomeUnknown::resend), as for `send`: `Stored<T>` for a write that leaves an item, and `()` for
/// a deletion, for a transaction, or if you do not need the item. `Option<Stored<T>>` is possible for any write on an item. A `take`
/// and a write with [`returning_old`](crate::WriteRequest::returning_old) return the old item as this `Option`.
#[diagnostic::on_unimplemented(
    message = "`resend` returns the type that `send` of the lost write returns: `Stored<T>`, `Option<Stored<T>>` or `()`, not `{Self}`",
    label = "not what a write gives",
    note = "say which by its type: `unknown.resend::<Stored<Order>>()`"
)]
pub trait Resent: Sized {
    /// The Rust type of the requested item, and whether there must be one; `None` if no item is requested.
    #[doc(hidden)]
    fn asks_for() -> Option<(TypeId, bool)>;
    /// Makes the result from the item after the write.
    #[doc(hidden)]
    fn of(item: Option<Item>, table: &str) -> Result<Self>;
}
#[diagnostic::do_not_recommend]
impl Resent for () {
    fn asks_for() -> Option<(TypeId, bool)> {
        None
    }
    fn of(_: Option<Item>, _: &str) -> Result<()> {
        Ok(())
    }
}
#[diagnostic::do_not_recommend]
impl<T: Versioned> Resent for Option<Stored<T>> {
    fn asks_for() -> Option<(TypeId, bool)> {
        Some((typeid::of::<T>(), false))
    }
    fn of(item: Option<Item>, table: &str) -> Result<Self> {
        let stored = item.map(Stored::from_item_at).transpose();
        let stored = stored.map_err(ConversionError::after_write)?;
        Ok(stored.map(|stored: Stored<T>| stored.of_table(table)))
    }
}
#[diagnostic::do_not_recommend]
impl<T: Versioned> Resent for Stored<T> {
    fn asks_for() -> Option<(TypeId, bool)> {
        Some((typeid::of::<T>(), true))
    }
    fn of(item: Option<Item>, table: &str) -> Result<Self> {
        let stored = <Option<Self> as Resent>::of(item, table)?;
        stored.ok_or_else(|| DecodeError::nothing_returned(T::MODEL.name).into())
    }
}

/// Refuses a return type that the write cannot have, before anything is sent. `always_item` says whether the write always returns an
/// item, and `gives` names its return types in the error.
fn check_asked<R: Resent>(
    target: &Target,
    always_item: bool,
    gives: &'static str,
) -> Result<(), InvalidInput> {
    let Some((item_type, must_exist)) = R::asks_for() else {
        return Ok(());
    };
    if item_type == target.type_id && (always_item || !must_exist) {
        return Ok(());
    }
    Err(InvalidInput::OtherResend {
        verb: target.verb,
        item_type: target.item_type,
        gives,
    })
}

impl OutcomeUnknown {
    /// Sends the same write again, with the same guards, and returns what `send` returns: a [`Stored`] item for a write that leaves an
    /// item, and `()` for a deletion or a transaction. If the item already contains the write, DynamoDB refuses the second one, and the
    /// result is `Ok`. If the write's guard names no write id, each attempt has a new write id, so that no id is used twice.
    ///
    /// If the item type has no write id (`write_id = false`), no item can prove that it contains the write. Then a `create` or a
    /// `save` that was applied stays `OutcomeUnknown`. Only a [`transact_write`](crate::Store::transact_write) can find out,
    /// because it has a token.
    ///
    /// Use this only for writes that may happen twice without harm. If the first attempt was applied and somebody has overwritten
    /// it since, a relative update is applied a second time. A delete by key leaves no trace, so it may delete an item that was
    /// created in the meantime.
    ///
    /// ```no_run
    /// # use dynacond::{Error, Store, Stored, Versioned};
    /// # async fn f<Job: Versioned>(store: Store, job: Job) -> dynacond::Result<()> {
    /// let job: Stored<Job> = match store.create(job).send().await {
    ///     Err(Error::OutcomeUnknown(unknown)) => unknown.resend().await?,
    ///     other => other?,
    /// };
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// The errors of the verb. If a refusal does not show what happened to the first attempt, the error is again
    /// [`Error::OutcomeUnknown`](crate::Error::OutcomeUnknown).
    ///
    /// A [`take`](crate::Store::take) and a write with [`returning_old`](crate::WriteRequest::returning_old) return the item that this
    /// attempt deleted or replaced. Their error is [`OldItemLost`](crate::Error::OldItemLost) if the first attempt was applied, if a
    /// `take` finds no item, or if `returning_old` is on a type without write ids, whose item may be what the first attempt left.
    ///
    /// Two errors are [`Invalid`](crate::Error::Invalid), with nothing sent. It is
    /// [`NoRoomToSendAgain`](crate::InvalidInput::NoRoomToSendAgain) if the condition is so long that no clause can be added. The
    /// outcome of the first attempt then stays unknown. It is [`OtherResend`](crate::InvalidInput::OtherResend) if the write does not
    /// return an `R`.
    pub async fn resend<R: Resent>(&self) -> Result<R> {
        let Pending {
            connection,
            payload,
        } = &self.pending;
        let call = Arc::new(Call::new(Arc::clone(connection), Meter::Requests));
        let write = match payload {
            Payload::Single(write) => (**write).clone(),
            Payload::Transaction(actions) => {
                check_asked::<R>(&self.target, false, "`()`")?;
                // The token may have expired. Then only the guards of the actions can prevent a second application.
                for write in &actions.writes {
                    write.lower_again()?;
                }
                transaction::resend(&call, (**actions).clone()).await?;
                return R::of(None, &self.target.table);
            }
        };
        let (always_item, gives) = match write.effect {
            _ if write.returns_old => (false, "an `Option` of the old `Stored` item, or `()`"),
            Effect::Delete | Effect::Check => (false, "`()`"),
            Effect::Put(_) | Effect::Update(_) => (true, "its `Stored` item, or `()`"),
        };
        check_asked::<R>(&write.target, always_item, gives)?;
        let item = match resend(&call, write).await {
            // The write was applied, or there is nothing to take, and no item is requested.
            Err(Error::OldItemLost(lost)) if R::asks_for().is_none() => lost.item,
            outcome => outcome?,
        };
        R::of(item, &self.target.table)
    }
}

/// Sends the write again. Returns the item after it, if there is one, or the old item if the write returns that.
async fn resend(call: &Arc<Call>, mut write: Write) -> Result<Option<Item>> {
    write.renew(call.connection.fresh_id(write.model));
    let deletes = matches!(write.effect, Effect::Delete);
    // An item without a write id may be what the first attempt left, so it cannot be returned as the old one.
    let asks_old = write.returns_old && (deletes || write.write_id.is_some());
    let lowered = Lowered {
        returns_old: asks_old,
        ..write.lower_again()?
    };
    let item = match deliver(call, &mut write, lowered, Earlier::MaybeApplied, None).await {
        Err(error) if write.or_gone => unless_gone(call, &write.target, error).await?,
        outcome => outcome?,
    };
    if write.returns_old {
        // A deletion that finds no item does not know whether the first attempt deleted it.
        if asks_old && (item.is_some() || !deletes) {
            return Ok(item);
        }
        let target = write.target;
        return Err(Error::OldItemLost(Box::new(OldItemLost { target, item })));
    }
    Ok(item.or(match write.effect {
        Effect::Put(item) => Some(item),
        _ => None,
    }))
}
