//! Reads one item, and repeats this after temporary failures.
use std::sync::Arc;

use crate::error::error::Result;
use crate::outcome::failed::failed;
use crate::read::consistency::Consistency;
use crate::value::item::Item;
use crate::wire::attempts::Resend;
use crate::wire::call::Call;
use crate::wire::request;
use crate::wire::retry::Retry;
use crate::write::target::Target;

/// Reads an item with strong consistency, and repeats this after temporary failures, because a read changes nothing.
pub(crate) async fn read(call: &Arc<Call>, target: Target) -> Result<Option<Item>> {
    let mut retry = Retry::start(call);
    loop {
        let Target { table, key, .. } = &target;
        match request::get(call, table, key, Consistency::Strong, Resend::Never).await {
            Ok(item) => return Ok(item),
            Err(failure) if retry.again_after(&failure, table).await => {}
            Err(failure) => return Err(failed(target, failure)),
        }
    }
}
