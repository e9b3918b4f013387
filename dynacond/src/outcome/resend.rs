//! Sending a write with an unknown outcome again.
use std::sync::Arc;

use crate::error::error::Result;
use crate::error::unknown::{OutcomeUnknown, Payload, Pending};
use crate::model::conversion::ConversionError;
use crate::model::item::Versioned;
use crate::model::stored::Stored;
use crate::outcome::outcome::deliver;
use crate::outcome::transaction;
use crate::wire::attempts::Earlier;
use crate::wire::call::Call;
use crate::write::write::Effect;

impl OutcomeUnknown {
    /// Sends the same write again, with the same guards. If the item holds the write already, DynamoDB refuses it, and it is
    /// told as applied. Gives the item where the write leaves one. A write that names no write id is sent under an id of its
    /// own each time, so that no id ever comes back.
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
        write.renew(connection.fresh_id(write.model));
        let lowered = write.lower_again()?;
        let item = deliver(&call, &write, lowered, Earlier::MaybeApplied, None).await?;
        let item = item.or_else(|| match &write.effect {
            Effect::Put(item) => Some(item.clone()),
            _ => None,
        });
        let stored = item.map(Stored::from_item_at).transpose();
        let stored = stored.map_err(ConversionError::after_write)?;
        Ok(stored.map(|stored: Stored<T>| stored.of_table(&write.target.table)))
    }
}
