//! A group: callers that change one item one after the other and share one write.
use std::collections::VecDeque;
use std::sync::Arc;

use crate::error::error::Result;
use crate::model::conversion::DecodeError;
use crate::model::item::Model;
use crate::outcome::execute::execute;
use crate::value::item::Item;
use crate::value::{MAX_ITEM, item_size};
use crate::wire::call::Call;
use crate::wire::connection::Connection;
use crate::write::expectation::Expectation;
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
    /// The item with the caller's change.
    Changed(Arc<Item>),
    /// The item is unchanged, but the caller has a condition, which is true. The item is written, as with a `save` that has a
    /// condition.
    Touched,
    /// Nothing is written for this caller.
    Nothing,
    /// The write has no room for this change, so the caller is the first of the next group.
    Full,
}

/// The closures of a group run one after the other.
pub(crate) struct Gathering {
    /// The item as it was read, and when it was read.
    pub(crate) read: (Arc<Item>, u64),
    item: Arc<Item>,
    changed: bool,
    /// The callers whose turn comes next.
    pub(crate) invited: VecDeque<u64>,
    /// Increases when a caller has had its turn, or is no longer waited for.
    pub(crate) steps: u64,
    /// The callers that have had their turn.
    pub(crate) members: Vec<u64>,
    busy: Option<u64>,
    closed: bool,
    /// Whether another caller was polled while a closure ran.
    pub(crate) looked: bool,
}

/// The write of a group.
pub(crate) struct Written {
    pub(crate) write: Write,
    pub(crate) members: Vec<u64>,
}

impl Gathering {
    pub(crate) fn on(read: (Arc<Item>, u64), invited: VecDeque<u64>) -> Self {
        Self {
            item: Arc::clone(&read.0),
            read,
            changed: false,
            invited,
            steps: 0,
            members: Vec::new(),
            busy: None,
            closed: false,
            looked: false,
        }
    }

    /// Whether a closure is running now.
    pub(crate) fn is_busy(&mut self) -> bool {
        self.looked |= self.busy.is_some();
        self.busy.is_some()
    }

    /// Returns the item if it is this caller's turn. A caller that came later is the last, if there is room.
    pub(crate) fn turn_of(&mut self, ticket: u64) -> Option<At> {
        let is_known = self.invited.contains(&ticket) || self.members.contains(&ticket);
        let has_room = self.members.len() + self.invited.len() < LARGEST_GROUP;
        if !is_known && !self.closed && has_room {
            self.invited.push_back(ticket);
        }
        if self.invited.front() != Some(&ticket) {
            return None;
        }
        self.invited.pop_front();
        self.steps += 1;
        self.busy = Some(ticket);
        Some(At {
            read: Arc::clone(&self.read.0),
            item: Arc::clone(&self.item),
            changed: self.changed,
        })
    }

    /// Notes the result of a closure. Returns `true` if the caller's answer is final, so that the caller is not part of the group.
    pub(crate) fn contribute(&mut self, ticket: u64, contribution: Contribution) -> bool {
        self.busy = None;
        match contribution {
            Contribution::Changed(item) => {
                self.item = item;
                self.changed = true;
            }
            Contribution::Nothing if !self.changed && ticket < self.read.1 => return true,
            Contribution::Touched | Contribution::Nothing => {}
            Contribution::Full => {
                self.invited.clear();
                self.closed = true;
                return false;
            }
        }
        self.members.push(ticket);
        false
    }

    /// The next caller was not polled, so the group continues without it. An empty group gets `ticket`.
    pub(crate) fn skip(&mut self, ticket: u64) {
        self.invited.pop_front();
        self.steps += 1;
        self.closed |= self.invited.is_empty();
        if self.invited.is_empty() && self.members.is_empty() {
            self.invited.push_back(ticket);
        }
    }

    pub(crate) fn leaves(&mut self, ticket: u64) {
        self.invited.retain(|invited| *invited != ticket);
        self.steps += 1;
        self.busy = self.busy.filter(|busy| *busy != ticket);
    }

    /// Makes the write of the group.
    pub(crate) fn written(
        self,
        connection: &Connection,
        target: Target,
        model: &'static Model,
    ) -> Written {
        let mut write = group_write(&self.read.0, Arc::clone(&self.item), target, model);
        let id = connection.fresh_id(model);
        write.write_id = id.map(|id| write.expectation.stamp(id));
        write.written_at = connection.written_at(model);
        Written {
            write,
            members: self.members,
        }
    }
}

fn group_write(read: &Item, item: Arc<Item>, target: Target, model: &'static Model) -> Write {
    Write {
        model,
        target,
        effect: Effect::Update(difference(read, &item)),
        whole: Some(item),
        expectation: Expectation::as_read(model, read),
        in_range: Vec::new(),
        returns_old: false,
        or_gone: false,
        until_answered: false,
        condition: None,
        write_id: None,
        written_at: None,
    }
}

/// Whether a group can write an item in this state.
pub(crate) fn check_sendable(
    at: &At,
    item: Arc<Item>,
    connection: &Connection,
    target: Target,
    model: &'static Model,
) -> Result<(), Unsendable> {
    let mut write = group_write(&at.read, item, target, model);
    write.write_id = connection.fresh_id(model);
    write.written_at = connection.written_at(model);
    match write.lower_or_whole() {
        // Such an item must get a version first.
        Err(error)
            if error.is_too_long() && matches!(write.expectation, Expectation::Unversioned(_)) =>
        {
            write.adopted().lower_alone().map(drop)
        }
        lowered => lowered.map(drop),
    }
}

/// Whether DynamoDB accepts an item of this size.
pub(crate) fn has_room(item: &Item) -> bool {
    item_size(item) <= MAX_ITEM
}

impl Write {
    /// Sends the write of a group, and returns the item after it.
    pub(crate) async fn execute_group(&mut self, call: &Arc<Call>) -> Result<Item> {
        match (execute(call, self, None).await?, &mut self.effect) {
            (Some(item), _) => Ok(item),
            (None, Effect::Put(item)) => Ok(std::mem::take(item)),
            (None, _) => Err(DecodeError::nothing_returned(self.model.name).into()),
        }
    }
}
