//! `transact_write`: sends several requests of the store, all or none of them.
use std::collections::VecDeque;
use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use crate::error::error::Result;
use crate::expression::tuples::for_tuples;
use crate::model::conversion::{ConversionError, DecodeError};
use crate::model::invalid::InvalidInput;
use crate::model::item::Versioned;
use crate::model::key::Key;
use crate::model::raw_key::RawKey;
use crate::model::stored::Stored;
use crate::outcome::limits::{check_limits, lower_all};
use crate::outcome::transaction::execute;
use crate::value::item::Item;
use crate::verbs::prepare::Prepared;
use crate::verbs::verb::{
    Check, Create, Delete, Put, Ready, Replace, Save, SentByAwait, Touch, Unguarded, Update, Verb,
};
use crate::verbs::write_request::{Body, WriteRequest};
use crate::wire::call::{Call, Meter, Metered};
use crate::wire::clock::now;
use crate::wire::connection::Connection;
use crate::write::preview::Preview;
use crate::write::token::CallersToken;
use crate::write::write::{Effect, Write};

/// An item that a transaction wrote without reading it. DynamoDB's transactions return no items, so only the key and the write id are
/// known.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Written<I> {
    /// The item's key.
    pub key: Key<I>,
    /// The write id that the write stamped, if the model has write ids.
    pub write_id: Option<String>,
}

/// The writes as plain values, in the caller's order. Callers cannot use its fields.
#[doc(hidden)]
pub struct Writes {
    actions: VecDeque<Write>,
    /// What the struct of each write writes.
    mine: VecDeque<Item>,
    /// The store of the requests.
    connection: Arc<Connection>,
}

impl fmt::Debug for Writes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.actions.fmt(f)
    }
}

/// The parts of a request, and its write. Callers cannot use its fields.
#[doc(hidden)]
pub struct Parts<I> {
    body: Body<I>,
    key: Key<I>,
    mine: Item,
    write: Write,
}

impl<I> fmt::Debug for Parts<I> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write.target.fmt(f)
    }
}

/// A verb that can be part of a transaction.
#[diagnostic::on_unimplemented(
    message = "`take`, `.returning_old()`, `.or_gone()` and `.until_answered()` are for single writes, and `replace(value)` in a transaction needs `.at(&tag)`",
    label = "not a write of a transaction",
    note = "a transaction returns no items, and applies all writes or none: delete with `store.delete(key)` and `.when(..)` or `.unconditional()`",
    note = "to return the item, or to delete it only if it exists, use a function: `store.transact(|tx| ..)` with `tx.get` and `tx.delete`"
)]
pub trait InTransaction: Verb {
    /// The result of the request.
    type Output<I>;
    /// Makes the result from what was written.
    #[doc(hidden)]
    fn output<I: Versioned>(parts: Parts<I>) -> Result<Self::Output<I>>;
}

macro_rules! outputs {
    ($($($(@$r:ident)? $verb:ty),+ => $output:ty: |$parts:ident| $make:expr;)+) => { $($(
        #[diagnostic::do_not_recommend]
        impl$(<$r>)? InTransaction for $verb {
            type Output<I> = $output;
            fn output<I: Versioned>($parts: Parts<I>) -> Result<$output> { $make }
        }
    )+)+ };
}
outputs! {
    Create, Save, Touch, Replace => Stored<I>: |parts| stored(parts);
    @R Update<R>, Put => Written<I>: |parts| Ok(Written { key: parts.key, write_id: parts.write.write_id });
    Delete, Check => (): |_parts| Ok(());
}

// Recommended: rustc shows the message of `Ready`, which says that a guard is missing.
impl<V> InTransaction for Unguarded<V>
where
    Self: Ready,
{
    type Output<I> = ();
    fn output<I: Versioned>(_: Parts<I>) -> Result<()> {
        Ok(())
    }
}

/// Makes a stored item from what was written.
fn stored<I: Versioned>(parts: Parts<I>) -> Result<Stored<I>> {
    let Parts {
        body,
        mine,
        mut write,
        ..
    } = parts;
    let is_whole = !matches!(&body, Body::Save(stored) if !stored.whole);
    let table = write.target.table.clone();
    let value = match body {
        Body::Create(value) | Body::Replace(value) => value,
        Body::Save(stored) => {
            match write.effect {
                Effect::Check => return Ok(stored.unsaved()),
                Effect::Update(_) => {
                    let merged = match write.whole.take() {
                        Some(whole) => Arc::unwrap_or_clone(whole),
                        None => stored.merged(&mine)?,
                    };
                    write.effect = write.put(merged);
                }
                _ => {}
            }
            Stored::into_inner(*stored)
        }
        _ => return Err(DecodeError::nothing_returned(I::MODEL.name).into()),
    };
    let Effect::Put(item) = write.effect else {
        return Err(DecodeError::nothing_returned(I::MODEL.name).into());
    };
    let stored = Stored::with_value(value, mine, item);
    let mut stored = stored.map_err(ConversionError::after_write)?;
    // The item after the save of a projection is also a projection.
    stored.whole = is_whole;
    Ok(stored.of_table(&table))
}

/// A request of the store that can be an action of a transaction, or a `Vec` or an `Option` of such requests. `None` adds no
/// action.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a write of a transaction",
    label = "give `store.create(..)`, `save`, `put`, `replace`, `update`, `delete` or `check`, or a `Vec` or an `Option` of one of them"
)]
pub trait TransactItem {
    /// The result of the request.
    type Output;
    /// Appends the writes of the request.
    #[doc(hidden)]
    fn write(&self, all: &mut Writes) -> Result<()>;
    /// Takes the writes of the request from the front, and makes its result.
    #[doc(hidden)]
    fn output(self, all: &mut Writes) -> Result<Self::Output>;
}
impl<I: Versioned, V: InTransaction> TransactItem for WriteRequest<I, V> {
    type Output = V::Output<I>;

    fn write(&self, all: &mut Writes) -> Result<()> {
        if !Arc::ptr_eq(&self.connection, &all.connection) {
            let item_type = I::MODEL.name;
            return Err(InvalidInput::OtherStore { item_type }.into());
        }
        let Prepared { mut write, mine } = self.prepared()?;
        if matches!(self.body, Body::Save(_)) && write.changes_nothing() && !V::SENDS_UNCHANGED {
            // The version that was read is checked.
            write.effect = Effect::Check;
            write.write_id = None;
        }
        all.actions.push_back(write);
        all.mine.push_back(mine);
        Ok(())
    }

    fn output(self, all: &mut Writes) -> Result<Self::Output> {
        let missing = InvalidInput::ActionCount {
            actions: 0,
            limit: 100,
        };
        let write = all.actions.pop_front().ok_or(missing)?;
        V::output(Parts {
            body: self.body,
            key: self.key,
            mine: all.mine.pop_front().unwrap_or_default(),
            write,
        })
    }
}
#[diagnostic::do_not_recommend]
impl<I: Versioned, V: InTransaction> TransactItem for Vec<WriteRequest<I, V>> {
    type Output = Vec<V::Output<I>>;
    fn write(&self, all: &mut Writes) -> Result<()> {
        self.iter()
            .try_for_each(|action| TransactItem::write(action, all))
    }
    fn output(self, all: &mut Writes) -> Result<Self::Output> {
        self.into_iter().map(|action| action.output(all)).collect()
    }
}
#[diagnostic::do_not_recommend]
impl<I: Versioned, V: InTransaction> TransactItem for Option<WriteRequest<I, V>> {
    type Output = Option<V::Output<I>>;
    fn write(&self, all: &mut Writes) -> Result<()> {
        self.as_ref()
            .map_or(Ok(()), |action| TransactItem::write(action, all))
    }
    fn output(self, all: &mut Writes) -> Result<Self::Output> {
        self.map(|action| action.output(all)).transpose()
    }
}

/// Several requests of the store: a tuple of up to twelve mixed ones gives a tuple, and a `Vec` of one type gives a `Vec`, also within a
/// tuple.
#[diagnostic::on_unimplemented(
    message = "expected a tuple or a `Vec` of the store's requests, found `{Self}`",
    label = "not the actions of a transaction",
    note = "a single action is a tuple of one: `(store.create(item),)`"
)]
pub trait TransactItems {
    /// The result of the requests.
    type Outputs;
    /// Returns the writes as plain values.
    #[doc(hidden)]
    fn writes(&self, all: &mut Writes) -> Result<()>;
    /// Makes the result from what was written.
    #[doc(hidden)]
    fn outputs(self, all: &mut Writes) -> Result<Self::Outputs>;
}
#[diagnostic::do_not_recommend]
impl<I: Versioned, V: InTransaction> TransactItems for Vec<WriteRequest<I, V>> {
    type Outputs = <Self as TransactItem>::Output;
    fn writes(&self, all: &mut Writes) -> Result<()> {
        self.write(all)
    }
    fn outputs(self, all: &mut Writes) -> Result<Self::Outputs> {
        self.output(all)
    }
}
macro_rules! tuples {
    ($($name:ident)+) => {
        #[expect(non_snake_case, reason = "one name for the type and its value")]
        impl<$($name: TransactItem),+> TransactItems for ($($name,)+) {
            type Outputs = ($($name::Output,)+);
            fn writes(&self, all: &mut Writes) -> Result<()> {
                let ($($name,)+) = self;
                $($name.write(all)?;)+
                Ok(())
            }
            fn outputs(self, all: &mut Writes) -> Result<Self::Outputs> {
                let ($($name,)+) = self;
                Ok(($($name.output(all)?,)+))
            }
        }
    };
}
for_tuples! { tuples }

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

/// This impl exists only for its compiler message.
#[doc(hidden)]
impl<A: SentByAwait + TransactItems> Future for TransactWrite<A> {
    type Output = Result<A::Outputs>;
    fn poll(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Self::Output> {
        match A::NEVER {}
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

    /// Sets your own client request token, of 1 to 36 characters. After a restart, a process can send the same actions with the
    /// same token again. They are applied once, because DynamoDB remembers a token for ten minutes. Repeat a call within nine and a
    /// half minutes of its first success. A later call is a new one, and is applied again.
    ///
    /// The write ids are derived from the token, the actions, and the ten minutes in which the token was first used. So a repeated call finds
    /// out whether an earlier call was applied, and returns the items as that call wrote them.
    ///
    /// The ten minutes of a token may be almost over when a call begins. So a call sends again for at most ten seconds, and looks for its
    /// write each time. After that the outcome is [unknown](crate::Error::OutcomeUnknown), and you decide.
    #[doc(alias("client_request_token", "ClientRequestToken"))]
    pub fn token(mut self, token: impl Into<String>) -> Self {
        self.token = Some(token.into());
        self
    }

    /// Returns what [`send`](Self::send) would send, action by action: the expressions with their placeholders. Nothing is sent. A
    /// separate request may first give a version to an item without one.
    ///
    /// # Errors
    /// The errors of `send` that come before anything is sent.
    pub fn preview(&self) -> Result<Vec<Preview>> {
        let mut writes = Vec::from(self.written_down(None)?.actions);
        if let Some(token) = &self.token {
            let now = now(self.connection.client.config().time_source().as_ref());
            CallersToken::under(token, &mut writes, now)?;
        }
        let lowered = lower_all(&mut writes)?;
        let both = writes.iter().zip(lowered);
        Ok(both
            .map(|(write, lowered)| Preview::of(write, lowered))
            .collect())
    }

    /// Returns the actions as plain values, within the limits. `keys` gets the keys of the actions that could be prepared.
    fn written_down(&self, keys: Option<&mut Vec<RawKey>>) -> Result<Writes> {
        if let Some(token) = &self.token
            && !(1..=36).contains(&token.chars().count())
        {
            return Err(InvalidInput::Token.into());
        }
        let mut all = Writes {
            actions: VecDeque::new(),
            mine: VecDeque::new(),
            connection: Arc::clone(&self.connection),
        };
        let written = self.actions.writes(&mut all);
        if let Some(keys) = keys {
            keys.extend(all.actions.iter().map(|write| write.target.key.clone()));
        }
        written?;
        check_limits(all.actions.make_contiguous())?;
        Ok(all)
    }

    /// Sends the transaction, which writes all items or none.
    ///
    /// # Errors
    /// A refusal names the item, the verb and the [`action`](crate::Refusal::action) that was refused. The other refused actions
    /// are in [`others`](crate::Refusal::others). [`Invalid`](crate::Error::Invalid) if the request exceeds DynamoDB's limits;
    /// nothing is sent. [`Exhausted`](crate::Error::Exhausted) if conflicts with other transactions did not end before the retry
    /// policy. [`TokenReused`](crate::Error::TokenReused) if your token was used for other actions.
    /// [`OutcomeUnknown`](crate::Error::OutcomeUnknown) if no answer came until the retry policy ended.
    pub async fn send(self) -> Result<A::Outputs> {
        let call = Arc::new(Call::new(Arc::clone(&self.connection), Meter::Requests));
        // Boxed, because a tuple of requests is large and would be in the caller's future more than once.
        Box::pin(self.run(&call, None)).await
    }

    /// Does the same as [`send`](Self::send), and also returns the capacity units that DynamoDB reported.
    pub async fn send_metered(self) -> Metered<Result<A::Outputs>> {
        let call = Arc::new(Call::new(Arc::clone(&self.connection), Meter::Units));
        let outcome = Box::pin(self.run(&call, None)).await;
        Metered::new(outcome, &call)
    }

    /// Sends the transaction. `keys` gets the keys of the actions that could be prepared.
    pub(super) async fn run(
        self,
        call: &Arc<Call>,
        keys: Option<&mut Vec<RawKey>>,
    ) -> Result<A::Outputs> {
        let mut all = self.written_down(keys)?;
        let writes = Vec::from(std::mem::take(&mut all.actions));
        all.actions = execute(call, writes, self.token.as_deref()).await?.into();
        self.actions.outputs(&mut all)
    }
}
