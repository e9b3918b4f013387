//! Rates that several calls of a store share.
use crate::store::Store;
use crate::wire::shared_rate::SharedRate;

impl Store {
    /// Makes a rate in capacity units for each second that several calls share, also at the same time: reads and writes of all of them
    /// together stay within the rate. Give it to each call by `.shared_rate(&rate)`, instead of `.units_per_second(..)`. If DynamoDB
    /// throttles one of the calls, the rate is halved for all of them.
    ///
    /// Use it if several tables or several kinds of items are changed side by side, or if one call after the other must not exceed what is
    /// left for them. Units that are not used are not saved up. The rate is one of this process; other processes do not know it.
    ///
    /// The rate must be a positive number. Otherwise nothing is sent, and the error of each call is
    /// [`Error::Invalid`](crate::Error::Invalid).
    ///
    /// ```no_run
    /// # use dynacond::{Store, Versioned};
    /// # use serde::{Deserialize, Serialize};
    /// # #[derive(Clone, Serialize, Deserialize, Versioned)]
    /// # #[dynacond(table = "orders")]
    /// # struct Order { #[dynacond(partition_key)] id: String, currency: Option<String> }
    /// # #[derive(Clone, Serialize, Deserialize, Versioned)]
    /// # #[dynacond(table = "sessions")]
    /// # struct Session { #[dynacond(partition_key)] id: String, expires: u64 }
    /// # async fn f(store: Store, now: u64) -> dynacond::Result<()> {
    /// let rate = store.shared_rate(200.0);
    /// let orders = store.scan::<Order>().modify_each(|o| { o.currency.get_or_insert_with(|| "EUR".into()); });
    /// let sessions = store.scan::<Session>().filter(|s| s.expires.lt(now)).delete_each();
    /// let (orders, sessions) = futures_util::future::join(
    ///     orders.shared_rate(&rate).send(),
    ///     sessions.shared_rate(&rate).send(),
    /// )
    /// .await;
    /// println!("{}; {}", orders?, sessions?);
    /// # Ok(())
    /// # }
    /// ```
    #[must_use = "a rate is given to calls: `.shared_rate(&rate)`"]
    pub fn shared_rate(&self, units_per_second: f64) -> SharedRate {
        SharedRate::new(units_per_second, &self.0)
    }
}
