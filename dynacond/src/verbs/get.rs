//! Single reads.
use std::fmt;
use std::marker::PhantomData;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use crate::error::error::Result;
use crate::expression::projection::{ProjectedBy, Projection};
use crate::expression::render::compile::{Expressions, compile};
use crate::expression::render::compiled::Compiled;
use crate::model::invalid::InvalidInput;
use crate::model::item::Versioned;
use crate::model::key::Key;
use crate::model::raw_key::RawKey;
use crate::model::stored::Stored;
use crate::outcome::failed::failed;
use crate::read::consistency::Consistency;
use crate::read::seen::{self, Seen};
use crate::verbs::verb::SentByAwait;
use crate::wire::attempts::Resend;
use crate::wire::call::{Call, Meter, Metered};
use crate::wire::connection::Connection;
use crate::wire::request;
use crate::write::target::Target;

/// A read that is not sent yet.
#[must_use = "nothing is sent until `.send().await`"]
pub struct Get<I> {
    connection: Arc<Connection>,
    key: Key<I>,
    consistency: Consistency,
}

impl<I> fmt::Debug for Get<I> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "get {}", self.key)
    }
}

/// This impl exists only for its compiler message.
#[doc(hidden)]
impl<I: SentByAwait> Future for Get<I> {
    type Output = Result<Option<Stored<I>>>;
    fn poll(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Self::Output> {
        match I::NEVER {}
    }
}

impl<I: Versioned> Get<I> {
    pub(crate) const fn new(connection: Arc<Connection>, key: Key<I>) -> Self {
        Self {
            connection,
            key,
            consistency: Consistency::Strong,
        }
    }

    /// Reads with eventual consistency, for half the read units. The item may be old. A save of an old item is refused.
    #[doc(alias = "consistent_read")]
    pub fn eventually_consistent(mut self) -> Self {
        self.consistency = Consistency::Eventual;
        self
    }

    /// Reads some attributes of the item, into a struct with [`#[derive(Projection)]`](derive@crate::Projection). DynamoDB reads the whole
    /// item and charges for all of it, but sends less.
    #[doc(alias = "projection_expression")]
    pub fn project<P: ProjectedBy<I>>(self) -> GetSeen<P> {
        GetSeen {
            connection: self.connection,
            key: self.key.validated(),
            consistency: self.consistency,
            of: PhantomData,
        }
    }

    /// Sends the read.
    ///
    /// # Errors
    /// See [`Store::get`](crate::Store::get).
    pub async fn send(self) -> Result<Option<Stored<I>>> {
        let call = Arc::new(Call::new(Arc::clone(&self.connection), Meter::Nothing));
        self.run(&call).await
    }

    /// Sends the read, and also returns the capacity units that DynamoDB reported.
    pub async fn send_metered(self) -> Metered<Result<Option<Stored<I>>>> {
        let call = Arc::new(Call::new(Arc::clone(&self.connection), Meter::Units));
        Metered::new(self.run(&call).await, &call)
    }

    pub(crate) async fn run(self, call: &Arc<Call>) -> Result<Option<Stored<I>>> {
        let target = self.connection.target::<I>(self.key.validated()?, "get");
        let Target { table, key, .. } = &target;
        match request::get(call, table, key, self.consistency, Resend::Always).await {
            Ok(item) => {
                let stored = item.map(Stored::from_item_at).transpose()?;
                Ok(stored.map(|stored: Stored<I>| stored.of_table(table)))
            }
            Err(failure) => Err(failed(target, failure)),
        }
    }
}

/// A read of some attributes that is not sent yet: [`Get::project`].
#[must_use = "nothing is sent until `.send().await`"]
pub struct GetSeen<P> {
    connection: Arc<Connection>,
    key: Result<RawKey, InvalidInput>,
    consistency: Consistency,
    of: PhantomData<fn() -> P>,
}

impl<P> fmt::Debug for GetSeen<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("get of a projection")
    }
}

impl<P: Projection> GetSeen<P> {
    /// Reads with eventual consistency, for half the read units. The item may be old.
    pub fn eventually_consistent(mut self) -> Self {
        self.consistency = Consistency::Eventual;
        self
    }

    /// Sends the read. It returns `None` if there is no such item.
    ///
    /// # Errors
    /// See [`Store::get`](crate::Store::get).
    pub async fn send(self) -> Result<Option<Seen<P>>> {
        let call = Arc::new(Call::new(Arc::clone(&self.connection), Meter::Nothing));
        self.run(&call).await
    }

    /// Sends the read, and also returns the capacity units that DynamoDB reported.
    pub async fn send_metered(self) -> Metered<Result<Option<Seen<P>>>> {
        let call = Arc::new(Call::new(Arc::clone(&self.connection), Meter::Units));
        Metered::new(self.run(&call).await, &call)
    }

    async fn run(self, call: &Arc<Call>) -> Result<Option<Seen<P>>> {
        let model = const { &<P::Of as Versioned>::MODEL };
        let target = self.connection.target::<P::Of>(self.key?, "get");
        let stamps = model.version.into_iter().chain(model.write_id);
        let paths = seen::paths::<P>(model.key_names().chain(stamps));
        let Compiled {
            projection,
            placeholders,
            ..
        } = compile(Expressions {
            projection: &paths,
            ..Expressions::default()
        })?;
        let part = projection.map(|text| (text, placeholders.names));
        let Target { table, key, .. } = &target;
        match request::get_part(call, table, key, self.consistency, Resend::Always, part).await {
            Ok(item) => Ok(item.as_ref().map(Seen::from_item).transpose()?),
            Err(failure) => Err(failed(target, failure)),
        }
    }
}
