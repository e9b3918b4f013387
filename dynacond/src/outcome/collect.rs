//! Results of a read: collected from as many pages of the service as it takes, until there are enough or the end is seen.
use std::collections::VecDeque;
use std::sync::Arc;

use aws_sdk_dynamodb::types::AttributeValue;

use crate::error::error::Result;
use crate::outcome::failed::differs;
use crate::outcome::fetch::{Fresh, Gives, fetch_again};
use crate::outcome::walk::{Came, Walk};
use crate::read::checkpoint::Position;
use crate::read::pace::Pace;
use crate::read::read::Read;
use crate::value::item::Item;
use crate::wire::call::Call;

/// How many results are wanted.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Wanted {
    /// `None`: all of them.
    pub(crate) results: Option<usize>,
    /// Whether to find out if there are more.
    pub(crate) and_whether_more: bool,
    /// The most items to examine.
    pub(crate) examine_at_most: Option<usize>,
    pub(crate) gives: Gives,
}

/// What was collected.
#[derive(Debug, Default)]
pub(crate) struct Collected {
    /// What was taken, in its order.
    pub(crate) taken: Vec<Fresh>,
    /// For a page: the position behind each of these. A fetched item may have moved, so this is where the index lists the item.
    pub(crate) positions: Vec<Vec<AttributeValue>>,
    /// How many items there are among what was taken.
    pub(crate) results: usize,
    /// Where to go on; `None` only if the end was seen.
    pub(crate) next: Option<Vec<AttributeValue>>,
    pub(crate) examined: usize,
    pub(crate) matched: usize,
}

/// Reads until there are enough results, the end is seen, or the caller's bound is reached. In several segments everything is
/// read. `seen` is told each page that came.
pub(crate) async fn collect(
    call: &Arc<Call>,
    walk: &mut Walk,
    wanted: Wanted,
    mut seen: impl FnMut(&Walk, &Came),
) -> Result<Collected> {
    let read = Arc::clone(&walk.read);
    let ask = wanted
        .results
        .map(|results| results.saturating_add(usize::from(wanted.and_whether_more)));
    let mut pace = Pace::new(ask, read.filter.is_some(), wanted.examine_at_most);
    let mut collected = Collected::default();
    // What has come and is not taken yet: at least the one more that proves a next page.
    let mut pending: VecDeque<Item> = VecDeque::new();
    collected.next = loop {
        let have = collected.results;
        let missing = wanted.results.map_or(usize::MAX, |results| results - have);
        if missing == 0 && (!pending.is_empty() || !wanted.and_whether_more) {
            break collected.positions.last().cloned();
        }
        if !pending.is_empty() {
            let taken: Vec<Item> = pending.drain(..missing.min(pending.len())).collect();
            // Only a page ends behind an item.
            if wanted.and_whether_more {
                for item in &taken {
                    collected.positions.push(position(&read, item)?);
                }
            }
            if wanted.gives == Gives::Fetched {
                let fresh = fetch_again(call, &read, &taken).await?;
                let is_item = |fresh: &&Fresh| matches!(fresh, Fresh::Item(_));
                collected.results += fresh.iter().filter(is_item).count();
                collected.taken.extend(fresh);
            } else {
                collected.results += taken.len();
                collected.taken.extend(taken.into_iter().map(Fresh::Item));
            }
            continue;
        }
        if walk.ended() {
            break None;
        }
        if pace.is_spent() {
            // Of a full page the last result is named; otherwise what the service has come to, a hidden item perhaps.
            break match (collected.positions.last(), walk.position(0)) {
                (Some(last), _) if missing == 0 => Some(last.clone()),
                (_, Position::After(position)) => Some(position),
                (_, Position::Beginning | Position::End) => None,
            };
        }
        let Some(came) = walk.next(pace.limit(have)).await else {
            break None;
        };
        let came = came?;
        walk.go_on(came.segment);
        seen(walk, &came);
        pace.saw(came.examined, came.matched);
        // Where only their number is asked for, nothing is kept.
        if !read.count {
            pending.extend(came.items);
        }
    };
    (collected.examined, collected.matched) = (pace.examined, pace.matched);
    Ok(collected)
}

/// Where a read goes on after this item. Without one, `None` would be taken for the end.
fn position(read: &Read, item: &Item) -> Result<Vec<AttributeValue>> {
    read.position_of(item)
        .ok_or_else(|| differs(read, "one of its items lacks a key attribute".to_owned()))
}
