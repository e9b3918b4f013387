//! Another writer that runs at the same time. It changes totals, gives some orders their currency, and deletes a few.
use std::time::Duration;

use dynacond::{Error, Store, Versioned as _};
use tokio::task::JoinHandle;

use super::{Order, Plan, has_currency, id};

/// The changes of the rival.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Theirs {
    pub(crate) changed: usize,
    pub(crate) deleted: usize,
}

pub(crate) struct Rival(JoinHandle<dynacond::Result<Theirs>>);

impl Rival {
    pub(crate) fn start(store: &Store, plan: &Plan) -> Self {
        let (store, first, orders) = (store.clone(), plan.undecodable, plan.orders);
        Self(tokio::spawn(async move {
            let mut theirs = Theirs::default();
            // Jumps around in the table.
            for n in (0..300).map(|n| first + n * 7919 % (orders - first)) {
                let key = Order::key(id(n));
                if has_currency(n) && n % 30 == 1 {
                    let delete = store.delete(&key).when(|o| o.currency.is_some());
                    delete.send().await?;
                    theirs.deleted += 1;
                } else if !has_currency(n) {
                    let update = store.update(&key).set(|o| o.currency.to("USD"));
                    match update.when(|o| o.currency.is_none()).send().await {
                        Ok(_) => theirs.changed += 1,
                        // The backfill was faster.
                        Err(Error::ConditionFailed(_)) => {}
                        Err(other) => return Err(other),
                    }
                } else {
                    let update = store.update(&key).set(|o| o.total.add(1));
                    update.send().await?;
                }
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
            Ok(theirs)
        }))
    }

    /// Waits for the rival's last write.
    pub(crate) async fn end(self) -> Result<Theirs, Box<dyn std::error::Error>> {
        Ok(self.0.await??)
    }
}
