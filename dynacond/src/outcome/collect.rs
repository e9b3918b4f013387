//! Collects the results of a read from as many pages as necessary, until there are enough results or the end is seen.
use std::collections::{HashSet, VecDeque};
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
    /// The number of results; `None` for all.
    pub(crate) results: Option<usize>,
    /// Whether to find out if more results follow.
    pub(crate) and_whether_more: bool,
    /// The most items to examine.
    pub(crate) examine_at_most: Option<usize>,
    pub(crate) gives: Gives,
}

/// The collected results.
#[derive(Debug, Default)]
pub(crate) struct Collected {
    /// The items in their order.
    pub(crate) taken: Vec<Fresh>,
    /// For a page, the position after each item. A fetched item may have moved, so this is the position of the item in the index.
    pub(crate) positions: Vec<Vec<AttributeValue>>,
    /// The number of items that still exist and match.
    pub(crate) results: usize,
    /// The position where the read continues; `None` only if the end was seen.
    pub(crate) next: Option<Vec<AttributeValue>>,
    pub(crate) examined: usize,
    pub(crate) matched: usize,
}

/// Reads until there are enough results, the end is seen, or the caller's limit is reached. With several segments, everything is
/// read. `seen` is called for each page.
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
    let mut pace = Pace::new(ask, read.is_selective, wanted.examine_at_most);
    let mut collected = Collected::default();
    let mut seen_keys = HashSet::new();
    // Items that were read and not taken yet. One of them proves that there is a next page.
    let mut pending: VecDeque<Item> = VecDeque::new();
    collected.next = loop {
        let have = collected.results;
        let missing = wanted.results.map_or(usize::MAX, |results| results - have);
        if missing == 0 && (!pending.is_empty() || !wanted.and_whether_more) {
            break collected.positions.last().cloned();
        }
        if !pending.is_empty() {
            let taken: Vec<Item> = pending.drain(..missing.min(pending.len())).collect();
            // Only a page has a position after an item.
            if wanted.and_whether_more {
                for item in &taken {
                    collected.positions.push(position(&read, item)?);
                }
            }
            if wanted.gives == Gives::Fetched {
                let fresh = fetch_again(call, &read, &taken, &mut seen_keys).await?;
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
            // After a full page, the position is that of the last result. Otherwise it is DynamoDB's own position, which may be an
            // item that the filter has left out.
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
        // If only the number is wanted, no item is kept.
        if !read.count {
            pending.extend(came.items);
        }
    };
    (collected.examined, collected.matched) = (pace.examined, pace.matched);
    Ok(collected)
}

/// Returns the position after this item. It must exist, because `None` would mean the end.
fn position(read: &Read, item: &Item) -> Result<Vec<AttributeValue>> {
    read.position_of(item)
        .ok_or_else(|| differs(read, "one of its items lacks a key attribute".to_owned()))
}
