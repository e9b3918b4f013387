//! `transact_write`: the store's own requests, all or none of them.
use std::fmt;
use std::sync::Arc;

use uuid::Uuid;

use crate::call::{Call, Metered};
use crate::encoding::{DecodeError, encode};
use crate::error::Result;
use crate::invalid::InvalidItem;
use crate::item::Versioned;
use crate::key::Key;
use crate::single::{Body, WriteRequest, adopt_first};
use crate::store::Connection;
use crate::stored::Stored;
use crate::verb::{self, Verb};
use crate::write::{Effect, Write, is_too_long, merged};

use super::send::{check_limits, commit, needs_adoption};

/// An item that a transaction wrote without reading it: DynamoDB's transactions return no items, so only the key and the
/// write id are known.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Written<I> {
    /// The item's key.
    pub key: Key<I>,
    /// The write id that the write stamped, where the model has one.
    pub write_id: Option<String>,
}

/// A write as a plain value, closed to callers.
#[doc(hidden)]
#[derive(Debug)]
pub struct Plain(pub(crate) Write);

/// What a request was made of, and the write that it became; closed to callers.
#[doc(hidden)]
pub struct Parts<I> {
    body: Body<I>,
    key: Key<I>,
    write: Write,
}

impl<I> fmt::Debug for Parts<I> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write.target.fmt(f)
    }
}

/// A verb that can be part of a transaction.
#[diagnostic::on_unimplemented(
    message = "this write would overwrite what others wrote: give it `.when(..)`, `.at(&tag)`, or say `.unconditional()`",
    label = "an unconditional overwrite is asked for by name"
)]
pub trait InTransaction: Verb {
    /// What it gives.
    type Output<I>;
    /// From what was written.
    #[doc(hidden)]
    fn output<I: Versioned>(parts: Parts<I>) -> Result<Self::Output<I>>;
}

macro_rules! outputs {
    ($($($verb:ident)|+ => $output:ty: |$parts:ident| $make:expr;)+) => { $($(
        #[diagnostic::do_not_recommend]
        impl InTransaction for verb::$verb {
            type Output<I> = $output;
            fn output<I: Versioned>($parts: Parts<I>) -> Result<$output> { $make }
        }
    )+)+ };
}
outputs! {
    Create | Save | Replace => Stored<I>: |parts| stored(parts.body, parts.write);
    Update | Put => Written<I>: |parts| Ok(Written { key: parts.key, write_id: parts.write.write_id });
    Delete | Check => (): |_parts| Ok(());
}

/// The item as it was written.
fn stored<I: Versioned>(body: Body<I>, mut write: Write) -> Result<Stored<I>> {
    let is_whole = !matches!(&body, Body::Save(stored) if !stored.whole);
    let value = match body {
        Body::Create(value) | Body::Replace(value) => value,
        Body::Save(stored) => {
            match write.effect {
                Effect::Check => return Ok(stored.unsaved()),
                Effect::Update(_) => write.effect = whole(&stored, &write)?,
                _ => {}
            }
            Stored::into_inner(*stored)
        }
        _ => return Err(DecodeError::nothing_returned::<I>()),
    };
    let Effect::Put(item) = write.effect else {
        return Err(DecodeError::nothing_returned::<I>());
    };
    let mut stored = Stored::with_value(value, item).map_err(DecodeError::after_write)?;
    // The image of a projection's save is a projection, too.
    stored.whole = is_whole;
    Ok(stored)
}

/// A save as the whole item that it leaves.
fn whole<I: Versioned>(stored: &Stored<I>, write: &Write) -> Result<Effect> {
    let attributes = merged(&stored.base, &encode(&**stored)?, &stored.raw);
    Ok(write.put(attributes))
}

/// A request of the store that can be one action of a transaction.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a write of a transaction",
    label = "give `store.create(..)`, `save`, `put`, `replace`, `update`, `delete` or `check`"
)]
pub trait TransactItem {
    /// What it gives.
    type Output;
    /// As a plain value. `id`: the write id that it is to stamp.
    #[doc(hidden)]
    fn write(&mut self, id: Option<Uuid>) -> Result<Plain>;
    /// What was written.
    #[doc(hidden)]
    fn output(self, write: Plain) -> Result<Self::Output>;
}
impl<I: Versioned, V: InTransaction> TransactItem for WriteRequest<I, V> {
    type Output = V::Output<I>;

    fn write(&mut self, id: Option<Uuid>) -> Result<Plain> {
        if let (Some(id), Some(slot)) = (id, &mut self.write_id) {
            *slot = id.simple().to_string();
        }
        let mut write = WriteRequest::write(self)?;
        if let (Body::Save(stored), Effect::Update(changes)) = (&self.body, &write.effect) {
            if changes.is_empty() && write.condition.is_none() {
                // Nothing to save: the version that was read is checked.
                write.effect = Effect::Check;
                write.write_id = None;
            } else if stored.whole && write.lower().is_err_and(|error| is_too_long(&error)) {
                write.effect = whole(stored, &write)?;
            }
        }
        Ok(Plain(write))
    }

    fn output(self, write: Plain) -> Result<Self::Output> {
        let (body, key) = (self.body, self.key);
        V::output(Parts {
            body,
            key,
            write: write.0,
        })
    }
}

/// Several requests of the store: a tuple of mixed ones gives a tuple, a `Vec` of one kind a `Vec`.
#[diagnostic::on_unimplemented(
    message = "expected a tuple or a `Vec` of the store's requests, found `{Self}`",
    label = "not the actions of a transaction",
    note = "a single action is a tuple of one: `(store.create(item),)`"
)]
pub trait TransactItems {
    /// What they give.
    type Outputs;
    /// As plain values; `id` gives the write id of each.
    #[doc(hidden)]
    fn writes(&mut self, id: impl Fn(usize) -> Option<Uuid>) -> Result<Vec<Plain>>;
    /// What was written.
    #[doc(hidden)]
    fn outputs(self, writes: Vec<Plain>) -> Result<Self::Outputs>;
}
#[diagnostic::do_not_recommend]
impl<T: TransactItem> TransactItems for Vec<T> {
    type Outputs = Vec<T::Output>;
    fn writes(&mut self, id: impl Fn(usize) -> Option<Uuid>) -> Result<Vec<Plain>> {
        self.iter_mut()
            .enumerate()
            .map(|(i, action)| action.write(id(i)))
            .collect()
    }
    fn outputs(self, writes: Vec<Plain>) -> Result<Self::Outputs> {
        self.into_iter()
            .zip(writes)
            .map(|(action, write)| action.output(write))
            .collect()
    }
}
macro_rules! tuples {
    ($($name:ident $i:literal),+) => {
        #[expect(non_snake_case, reason = "one name for the type and its value")]
        impl<$($name: TransactItem),+> TransactItems for ($($name,)+) {
            type Outputs = ($($name::Output,)+);
            fn writes(&mut self, id: impl Fn(usize) -> Option<Uuid>) -> Result<Vec<Plain>> {
                let ($($name,)+) = self;
                Ok(vec![$($name.write(id($i))?),+])
            }
            fn outputs(self, writes: Vec<Plain>) -> Result<Self::Outputs> {
                let ($($name,)+) = self;
                let mut writes = writes.into_iter();
                let missing = || crate::error::Error::from(InvalidItem::ActionCount { actions: 0, limit: 100 });
                Ok(($($name.output(writes.next().ok_or_else(missing)?)?,)+))
            }
        }
    };
}
tuples! { A 0 }
tuples! { A 0, B 1 }
tuples! { A 0, B 1, C 2 }
tuples! { A 0, B 1, C 2, D 3 }
tuples! { A 0, B 1, C 2, D 3, E 4 }
tuples! { A 0, B 1, C 2, D 3, E 4, F 5 }
tuples! { A 0, B 1, C 2, D 3, E 4, F 5, G 6 }
tuples! { A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7 }
tuples! { A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, J 8 }
tuples! { A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, J 8, K 9 }
tuples! { A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, J 8, K 9, L 10 }
tuples! { A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, J 8, K 9, L 10, M 11 }

/// A [`Store::transact_write`](crate::Store::transact_write) that is not sent yet.
#[must_use = "nothing is sent until `.send().await`"]
pub struct TransactWrite<A> {
    connection: Arc<Connection>,
    actions: A,
    token: Option<String>,
}

impl<A> fmt::Debug for TransactWrite<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TransactWrite")
            .field("token", &self.token)
            .finish_non_exhaustive()
    }
}

impl<A: TransactItems> TransactWrite<A> {
    pub(crate) const fn new(connection: Arc<Connection>, actions: A) -> Self {
        Self {
            connection,
            actions,
            token: None,
        }
    }

    /// A client request token of your own, 1 to 36 characters: a process that was restarted can send the same actions with
    /// the same token within ten minutes, and they are applied once. The write ids are derived from it, so a token is for
    /// the same actions for ever: an item that holds such an id is taken for proof that they were applied.
    pub fn token(mut self, token: impl Into<String>) -> Self {
        self.token = Some(token.into());
        self
    }

    /// Writes all of it, or nothing.
    ///
    /// # Errors
    /// A refusal names the item, the verb and the [`action`](crate::Refusal::action) that refused; other refused actions
    /// stand in [`others`](crate::Refusal::others). [`Invalid`](crate::Error::Invalid) past DynamoDB's limits, without a
    /// request; [`Exhausted`](crate::Error::Exhausted) when other transactions were in the way until the retry policy
    /// ended; [`OutcomeUnknown`](crate::Error::OutcomeUnknown) when no answer came until then.
    pub async fn send(self) -> Result<A::Outputs> {
        let call = Arc::new(Call::new(Arc::clone(&self.connection), false));
        self.run(&call).await
    }

    /// As [`send`](Self::send), and tells what capacity units DynamoDB reported.
    pub async fn send_metered(self) -> Metered<Result<A::Outputs>> {
        let call = Arc::new(Call::new(Arc::clone(&self.connection), true));
        let outcome = self.run(&call).await;
        Metered::new(outcome, &call)
    }

    async fn run(self, call: &Arc<Call>) -> Result<A::Outputs> {
        let Self {
            connection,
            mut actions,
            token,
        } = self;
        let (token, namespace) = match token {
            Some(token) if token.is_empty() || token.chars().count() > 36 => {
                return Err(InvalidItem::Token.into());
            }
            Some(token) => {
                let namespace = Uuid::new_v5(&Uuid::NAMESPACE_OID, token.as_bytes());
                (token, Some(namespace))
            }
            None => (
                Uuid::from_u128((connection.random)()).simple().to_string(),
                None,
            ),
        };
        let id = |action: usize| namespace.map(|space| Uuid::new_v5(&space, &action.to_be_bytes()));
        let mut writes: Vec<Write> = actions
            .writes(id)?
            .into_iter()
            .map(|plain| plain.0)
            .collect();
        check_limits(&writes)?;
        for write in writes.iter_mut().filter(|write| needs_adoption(write)) {
            adopt_first(call, write).await?;
            if let Effect::Put(item) = &write.effect {
                write.effect = write.put(item.clone());
            }
        }
        commit(call, &writes, &token, false).await?;
        actions.outputs(writes.into_iter().map(Plain).collect())
    }
}
