//! Client request tokens, and the write ids that are derived from a caller's token.
use std::time::{Duration, SystemTime};

use aws_sdk_dynamodb::types::AttributeValue;
use uuid::Uuid;

use crate::value::item::Item;
use crate::write::expectation::write_id_in;
use crate::write::lower::Lowered;
use crate::write::unsendable::Unsendable;
use crate::write::write::Write;

/// DynamoDB remembers a token for ten minutes after the first request with the token completes.
///
/// [TransactWriteItems](https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html)
const WINDOW: Duration = Duration::from_mins(10);

/// A client request token.
#[derive(Clone, Debug)]
pub(crate) enum Token {
    /// A random token for one payload. No other payload was sent with it.
    Drawn(String),
    /// A caller's token, which may have been used before.
    Callers(CallersToken),
}

impl Token {
    /// A token of this number.
    pub(crate) fn drawn(number: u128) -> Self {
        Self::Drawn(Uuid::from_u128(number).simple().to_string())
    }

    pub(crate) fn text(&self) -> &str {
        match self {
            Self::Drawn(text) | Self::Callers(CallersToken { text, .. }) => text,
        }
    }

    /// Returns the caller's token, if the token is one.
    pub(crate) const fn callers(&self) -> Option<&CallersToken> {
        match self {
            Self::Callers(token) => Some(token),
            Self::Drawn(_) => None,
        }
    }

    /// Returns which of the possible payloads of the token the item contains, or `None` if it contains none of them. `position` is
    /// the position of the write among the actions.
    pub(crate) fn held_by(&self, item: &Item, write: &Write, position: usize) -> Option<Window> {
        let held = write_id_in(write.model, item)?;
        let stamped = write.write_id.as_deref()?;
        match self {
            Self::Drawn(_) => write.is_told_by(held, stamped).then_some(Window(0)),
            Self::Callers(token) => token
                .windows()
                .into_iter()
                .find(|window| write.is_told_by(held, &token.id(write, position, *window))),
        }
    }
}

/// A window of ten minutes of the wall clock, counted from 1970.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Window(u64);

impl Window {
    /// The first second of the window.
    const fn begins(self) -> u64 {
        self.0.saturating_mul(WINDOW.as_secs())
    }
}

/// A caller's token together with the actions that are sent with it.
///
/// The write ids are derived from the token, the actions and the window in which the token was used first. So a restarted process
/// stamps the same ids, and other actions stamp other ids. The same actions also stamp other ids after DynamoDB has forgotten the
/// token, so no id is used twice. The writes stamp the beginning of the window as their time, because a repeated payload must be
/// the same.
#[derive(Clone, Debug)]
pub(crate) struct CallersToken {
    text: String,
    /// The hash of the token and the actions.
    actions: Uuid,
    /// The time when this call began.
    began: Window,
}

impl CallersToken {
    /// Returns the token for these writes in a call that begins `now`.
    fn new(text: String, writes: &[Write], now: SystemTime) -> Result<Self, Unsendable> {
        let mut canonical = Vec::new();
        for write in writes {
            let mut write = write.clone();
            write.restamp(String::new(), Some(0));
            append_action(&mut canonical, &write.lower()?);
        }
        let token = Uuid::new_v5(&Uuid::NAMESPACE_OID, text.as_bytes());
        let since_1970 = now.duration_since(SystemTime::UNIX_EPOCH);
        Ok(Self {
            actions: Uuid::new_v5(&token, &canonical),
            text,
            began: Window(since_1970.unwrap_or_default().as_secs() / WINDOW.as_secs()),
        })
    }

    /// Returns the token for these writes in a call that begins `now`, and gives the writes the ids that they have under the token.
    pub(crate) fn under(
        text: &str,
        writes: &mut [Write],
        now: SystemTime,
    ) -> Result<Self, Unsendable> {
        for write in &mut *writes {
            // The ids follow from what is sent. What else is wrong is found below.
            drop(write.lower_or_whole());
        }
        let token = Self::new(text.to_owned(), writes, now)?;
        let [window, ..] = token.windows();
        token.stamp(writes, window);
        Ok(token)
    }

    /// Returns the windows in which the token may have been used first: this window, the one before, and the next one, because
    /// another clock may be ahead.
    pub(crate) fn windows(&self) -> [Window; 3] {
        let Window(began) = self.began;
        [began, began.wrapping_sub(1), began + 1].map(Window)
    }

    fn id(&self, write: &Write, position: usize, Window(window): Window) -> String {
        let place = [window.to_be_bytes(), (position as u64).to_be_bytes()].concat();
        let id = Uuid::new_v5(&self.actions, &place).simple().to_string();
        write.expectation.stamp(id)
    }

    /// Sets the ids of the writes for a window.
    pub(crate) fn stamp(&self, writes: &mut [Write], window: Window) {
        for (position, write) in writes.iter_mut().enumerate() {
            let id = self.id(write, position, window);
            write.restamp(id, Some(window.begins()));
        }
    }
}

/// Writes an action as bytes that are the same in each process: every text with its length, and every map in the order of its
/// names.
fn append_action(bytes: &mut Vec<u8>, lowered: &Lowered) {
    append(bytes, lowered.table.as_bytes());
    append(bytes, lowered.effect.operation().as_bytes());
    append_item(bytes, lowered.effect.item().or(lowered.effect.key()));
    for text in [lowered.effect.update(), lowered.condition.as_deref()] {
        append(bytes, text.unwrap_or_default().as_bytes());
    }
    let mut names: Vec<_> = lowered.names.iter().flatten().collect();
    names.sort();
    count(bytes, names.len());
    for (placeholder, name) in names {
        append(bytes, placeholder.as_bytes());
        append(bytes, name.as_bytes());
    }
    append_item(bytes, lowered.values.as_ref());
}

fn append_item(bytes: &mut Vec<u8>, item: Option<&Item>) {
    let mut attributes: Vec<_> = item.into_iter().flatten().collect();
    attributes.sort_by_key(|(name, _)| *name);
    count(bytes, attributes.len());
    for (name, value) in attributes {
        append(bytes, name.as_bytes());
        append_value(bytes, value);
    }
}

fn append_value(bytes: &mut Vec<u8>, value: &AttributeValue) {
    match value {
        AttributeValue::S(text) => {
            bytes.push(b'S');
            append(bytes, text.as_bytes());
        }
        AttributeValue::N(number) => {
            bytes.push(b'N');
            append(bytes, number.as_bytes());
        }
        AttributeValue::B(blob) => {
            bytes.push(b'B');
            append(bytes, blob.as_ref());
        }
        AttributeValue::Bool(truth) => bytes.extend([b'T', u8::from(*truth)]),
        AttributeValue::Null(_) => bytes.push(b'0'),
        AttributeValue::L(list) => {
            bytes.push(b'L');
            count(bytes, list.len());
            for value in list {
                append_value(bytes, value);
            }
        }
        AttributeValue::M(map) => {
            bytes.push(b'M');
            append_item(bytes, Some(map));
        }
        AttributeValue::Ss(texts) => append_set(bytes, b's', texts.iter().map(String::as_bytes)),
        AttributeValue::Ns(numbers) => {
            append_set(bytes, b'n', numbers.iter().map(String::as_bytes));
        }
        AttributeValue::Bs(blobs) => append_set(bytes, b'b', blobs.iter().map(AsRef::as_ref)),
        // A value that the SDK does not know cannot be lowered.
        _ => bytes.push(b'?'),
    }
}

fn append_set<'a>(bytes: &mut Vec<u8>, tag: u8, members: impl Iterator<Item = &'a [u8]>) {
    let mut members: Vec<_> = members.collect();
    members.sort_unstable();
    bytes.push(tag);
    count(bytes, members.len());
    for member in members {
        append(bytes, member);
    }
}

fn append(bytes: &mut Vec<u8>, text: &[u8]) {
    count(bytes, text.len());
    bytes.extend_from_slice(text);
}

fn count(bytes: &mut Vec<u8>, count: usize) {
    bytes.extend((count as u64).to_be_bytes());
}

#[cfg(test)]
mod tests {
    use aws_sdk_dynamodb::primitives::Blob;

    use super::*;

    fn bytes_of(value: &AttributeValue) -> Vec<u8> {
        let mut bytes = Vec::new();
        append_value(&mut bytes, value);
        bytes
    }

    fn text(text: &str) -> AttributeValue {
        AttributeValue::S(text.to_owned())
    }

    #[test]
    fn values_that_differ_have_different_bytes() {
        let map = |name: &str, value| AttributeValue::M(Item::from([(name.to_owned(), value)]));
        let texts = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect();
        let values = [
            text(""),
            text("1"),
            AttributeValue::N("1".into()),
            AttributeValue::B(Blob::new("1")),
            AttributeValue::Bool(true),
            AttributeValue::Bool(false),
            AttributeValue::Null(true),
            AttributeValue::L(vec![]),
            AttributeValue::L(vec![text("a"), text("b")]),
            AttributeValue::L(vec![text("b"), text("a")]),
            AttributeValue::L(vec![text("ab")]),
            map("a", text("b")),
            map("ab", text("")),
            AttributeValue::Ss(texts(&["a", "b"])),
            AttributeValue::Ss(texts(&["ab"])),
            AttributeValue::Ns(texts(&["1"])),
            AttributeValue::Bs(vec![Blob::new("1")]),
        ];
        for (i, a) in values.iter().enumerate() {
            for (j, b) in values.iter().enumerate() {
                assert_eq!(bytes_of(a) == bytes_of(b), i == j, "{a:?}, {b:?}");
            }
        }
    }

    #[test]
    fn maps_and_sets_have_the_same_bytes_in_any_order() {
        let names: Vec<_> = (0..50).map(|n| n.to_string()).collect();
        let map = |names: &mut dyn Iterator<Item = &String>| {
            AttributeValue::M(names.map(|name| (name.clone(), text(name))).collect())
        };
        let (forwards, backwards) = (map(&mut names.iter()), map(&mut names.iter().rev()));
        assert_eq!(bytes_of(&forwards), bytes_of(&backwards));
        let reversed = names.iter().rev().cloned().collect();
        let (forwards, backwards) = (AttributeValue::Ss(names), AttributeValue::Ss(reversed));
        assert_eq!(bytes_of(&forwards), bytes_of(&backwards));
    }
}
