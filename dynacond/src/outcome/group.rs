//! A group: callers that change one item one after the other and share one write.
use std::sync::Arc;

use aws_sdk_dynamodb::error::BoxError;

use crate::error::error::{Error, Result};
use crate::error::service::ServiceError;
use crate::model::conversion::DecodeError;
use crate::model::item::Model;
use crate::outcome::caught::{Panic, caught};
use crate::outcome::execute::{execute, has_first_steps};
use crate::outcome::single::{deliver, unknown};
use crate::value::item::Item;
use crate::value::{MAX_ITEM, item_size};
use crate::wire::attempts::Earlier;
use crate::wire::call::Call;
use crate::wire::connection::Connection;
use crate::write::expectation::Expectation;
use crate::write::lower::Lowered;
use crate::write::merge::difference;
use crate::write::target::Target;
use crate::write::unsendable::Unsendable;
use crate::write::write::{Effect, Write};

/// The most callers that share one write.
pub(crate) const LARGEST_GROUP: usize = 64;

/// The item as a caller's closure gets it.
pub(crate) struct At {
    /// As it was read.
    pub(crate) read: Arc<Item>,
    /// The item with the changes of the callers before this one.
    pub(crate) item: Arc<Item>,
    /// Whether a caller of the group has already changed the item.
    pub(crate) changed: bool,
}

/// The result of a caller's closure.
pub(crate) enum Contribution {
    /// The item with the caller's change, and the write that leaves it.
    Changed(Arc<Item>, Box<GroupWrite>),
    /// The item is unchanged, but the caller has a condition, which is true. The item is written, as with a `save` that has a
    /// condition.
    Touched,
    /// Nothing is written for this caller.
    Nothing,
    /// The write has no room for this change, so the caller is the first of the next group.
    Full,
}

/// The closures of a group run one after the other, in the order of the callers' tickets.
pub(crate) struct Gathering {
    /// The item as it was read, and when it was read.
    pub(crate) read: (Arc<Item>, u64),
    item: Arc<Item>,
    /// The write with all changes up to now, if there are any.
    write: Option<Box<GroupWrite>>,
    /// Callers with an earlier ticket wait for the next group, or have had their turn.
    pub(crate) next: u64,
    /// When a caller last had its turn, or the group stopped waiting for one.
    pub(crate) since: u64,
    /// The callers that have had their turn.
    pub(crate) members: Vec<u64>,
    busy: Option<u64>,
    full: bool,
    /// Whether another caller was polled while a closure ran.
    looked: bool,
}

impl Gathering {
    pub(crate) fn on(read: (Arc<Item>, u64), since: u64) -> Self {
        Self {
            item: Arc::clone(&read.0),
            read,
            write: None,
            next: 0,
            since,
            members: Vec::new(),
            busy: None,
            full: false,
            looked: false,
        }
    }

    /// Whether a closure is running now.
    pub(crate) fn is_busy(&mut self) -> bool {
        self.looked |= self.busy.is_some();
        self.busy.is_some()
    }

    /// Whether the write has room for the changes of more callers.
    pub(crate) fn has_room(&self) -> bool {
        !self.full && self.members.len() < LARGEST_GROUP
    }

    /// Begins the turn of a caller, and returns the item for its closure.
    pub(crate) fn begin_turn(&mut self, ticket: u64, now: u64) -> At {
        self.next = ticket + 1;
        self.since = now;
        self.busy = Some(ticket);
        At {
            read: Arc::clone(&self.read.0),
            item: Arc::clone(&self.item),
            changed: self.write.is_some(),
        }
    }

    /// Ends the turn of a caller, also if it has no result. Returns whether other callers were polled in the meantime.
    pub(crate) fn end_turn(&mut self, ticket: u64) -> bool {
        let is_its = self.busy == Some(ticket);
        self.busy = self.busy.filter(|_| !is_its);
        is_its && std::mem::take(&mut self.looked)
    }

    /// Notes the result of a closure. Returns `true` if the caller's answer is final, so that the caller is not part of the group.
    pub(crate) fn contribute(&mut self, ticket: u64, contribution: Contribution) -> bool {
        match contribution {
            Contribution::Changed(item, write) => {
                self.item = item;
                self.write = Some(write);
            }
            Contribution::Nothing if self.write.is_none() && ticket < self.read.1 => return true,
            Contribution::Touched | Contribution::Nothing => {}
            Contribution::Full => {
                self.full = true;
                return false;
            }
        }
        self.members.push(ticket);
        false
    }

    /// Returns the write of the group, and its members.
    pub(crate) fn written(
        self,
        connection: &Connection,
        target: Target,
        model: &'static Model,
    ) -> (Box<GroupWrite>, Vec<u64>) {
        let touched = || {
            let write = group_write(&self.read.0, self.item, connection, target, model);
            Box::new(GroupWrite {
                write,
                lowered: None,
            })
        };
        (self.write.unwrap_or_else(touched), self.members)
    }
}

/// The write of a group.
pub(crate) struct GroupWrite {
    write: Write,
    /// The request, if it is the only one.
    lowered: Option<Lowered>,
}

/// The write that takes the item from what was read to what the last caller left.
fn group_write(
    read: &Item,
    item: Arc<Item>,
    connection: &Connection,
    target: Target,
    model: &'static Model,
) -> Write {
    let expectation = Expectation::as_read(model, read);
    let id = connection.fresh_id(model);
    Write {
        model,
        target,
        effect: Effect::Update(difference(read, &item)),
        whole: Some(item),
        in_range: Vec::new(),
        returns_old: false,
        or_gone: false,
        until_answered: false,
        condition: None,
        write_id: id.map(|id| expectation.stamp(id)),
        written_at: connection.written_at(model),
        expectation,
    }
}

impl GroupWrite {
    /// Returns the write of a group whose last caller leaves this item.
    ///
    /// # Errors
    /// If the write cannot be sent.
    pub(crate) fn new(
        at: &At,
        item: &Arc<Item>,
        connection: &Connection,
        target: Target,
        model: &'static Model,
    ) -> Result<Self, Unsendable> {
        let mut write = group_write(&at.read, Arc::clone(item), connection, target, model);
        let lowered = match write.lower_or_whole() {
            // Such an item must get a version first.
            Err(error) if error.is_too_long() && write.is_unversioned() => {
                write.adopted().lower_alone().map(|_| None)
            }
            lowered => lowered.map(Some),
        };
        let lowered = lowered?.filter(|_| !has_first_steps(&write));
        Ok(Self { write, lowered })
    }

    /// Sends the write, and returns the item after it. A panic of the request is an error for the members, and returned as well.
    pub(crate) async fn send(mut self, call: &Arc<Call>) -> (Result<Item>, Option<Panic>) {
        let Self { write, lowered } = &mut self;
        let sent = match lowered.take() {
            Some(lowered) => caught(deliver(call, write, lowered, Earlier::NotApplied, None)).await,
            None => caught(execute(call, write, None)).await,
        };
        let outcome = match sent {
            Ok(outcome) => outcome,
            Err(panic) => return (Err(self.after_panic(call)), Some(panic)),
        };
        let item = match (outcome, &mut write.effect) {
            (Ok(Some(item)), _) => Ok(item),
            (Ok(None), Effect::Put(item)) => Ok(std::mem::take(item)),
            (Ok(None), _) => Err(DecodeError::nothing_returned(write.model.name).into()),
            // The endpoint refused without the item, and the item that was read instead shows that somebody else was faster.
            (Err(Error::Unexplained(refusal)), _)
                if refusal.is_overtaken(write.model, &write.expectation) =>
            {
                Err(Error::Conflict(refusal))
            }
            (Err(error), _) => Err(error),
        };
        (item, None)
    }

    /// The error of the members after a panic. The write is as it was last sent, or as it would have been sent.
    fn after_panic(&self, call: &Call) -> Error {
        let source = Arc::from(BoxError::from("the request panicked"));
        // An item without a version gets one first.
        let is_sent = call.consumed().attempts > 0 && !has_first_steps(&self.write);
        if is_sent {
            return unknown(call, &self.write, None, Some(source));
        }
        Error::Service(Box::new(ServiceError {
            subject: self.write.target.clone().into(),
            code: None,
            message: "a request panicked before the write was sent".to_owned(),
            is_transient: false,
            source,
        }))
    }
}

/// Whether DynamoDB accepts an item of this size.
pub(crate) fn has_room(item: &Item) -> bool {
    item_size(item) <= MAX_ITEM
}
