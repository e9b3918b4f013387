//! Sending again what has an unknown outcome.
use std::sync::Arc;

use crate::error::error::Result;
use crate::error::unknown::{OutcomeUnknown, Payload, Pending};
use crate::model::conversion::ConversionError;
use crate::model::item::Versioned;
use crate::model::stored::Stored;
use crate::outcome::outcome::{deliver, deliver_anew};
use crate::outcome::transaction;
use crate::wire::attempts::Earlier;
use crate::wire::call::Call;
use crate::write::write::Effect;

impl OutcomeUnknown {
    /// Sends the same write again, with the same guards and the same write id, unless the item holds that id already: then
    /// the write is told as applied. Gives the item where the write leaves one. An `update` or a `put` by key alone of an item
    /// type without a version gets a write id of its own, after one read that looks for the first one.
    ///
    /// It is for writes that may happen twice without harm. If the first one was applied and somebody wrote over it since, a
    /// relative update is applied a second time. A delete by key leaves nothing to be recognised by, so it may delete an
    /// item that was created meanwhile.
    ///
    /// # Errors
    /// Those of the verb. A refusal that does not tell the fate of the first attempt is again
    /// [`Error::OutcomeUnknown`](crate::Error::OutcomeUnknown). [`Invalid`](crate::Error::Invalid) with
    /// [`NoRoomToSendAgain`](crate::InvalidInput::NoRoomToSendAgain), if the condition is so long that nothing can be added
    /// to it: nothing was sent, and the fate of the first attempt stays unknown.
    pub async fn resend<T: Versioned>(&self) -> Result<Option<Stored<T>>> {
        let Pending {
            connection,
            payload,
        } = &self.pending;
        let call = Arc::new(Call::new(Arc::clone(connection), false));
        let mut write = match payload {
            Payload::Single(write) => (**write).clone(),
            Payload::Transaction(actions) => {
                // The token may have expired, and then the actions are all that is in the way of a second application.
                for write in &actions.writes {
                    write.lower_again()?;
                }
                transaction::send_again(&call, (**actions).clone()).await?;
                return Ok(None);
            }
        };
        let lowered = write.lower_again()?;
        let by_id_alone =
            write.model.version.is_none() && write.expectation.holds_after_the_write();
        let item = if by_id_alone && write.write_id.is_some() {
            deliver_anew(&call, &mut write).await?
        } else {
            deliver(&call, &write, lowered, Earlier::MaybeApplied, None).await?
        };
        let item = item.or_else(|| match &write.effect {
            Effect::Put(item) => Some(item.clone()),
            _ => None,
        });
        let stored = item.map(Stored::from_item_at).transpose();
        let stored = stored.map_err(ConversionError::after_write)?;
        Ok(stored.map(|stored: Stored<T>| stored.of_table(&write.target.table)))
    }
}
