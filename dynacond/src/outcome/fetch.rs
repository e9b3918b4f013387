//! Items that a read found, read again from the table: what an index lists may be old, or project too little.
use std::collections::HashSet;
use std::sync::Arc;

use crate::error::error::Result;
use crate::model::raw_key::RawKey;
use crate::outcome::batch::read_all;
use crate::read::read::Read;
use crate::value::item::Item;
use crate::wire::call::Call;

/// Items read again, and how many are gone or no longer match.
#[derive(Debug, Default)]
pub(crate) struct Fresh {
    pub(crate) items: Vec<Item>,
    pub(crate) gone: usize,
    pub(crate) changed: usize,
}

/// Reads the items of an index again from the table, consistently, and holds them against the query.
pub(crate) async fn fetch_again(call: &Arc<Call>, read: &Read, stale: &[Item]) -> Result<Fresh> {
    let key_of = |item: &Item| RawKey::of_item(read.table_keys, item);
    let table = &read.subject.table;
    // An index in flux may name one item twice; it is read and counted once.
    let mut seen = HashSet::new();
    let mut keys: Vec<RawKey> = stale.iter().filter_map(key_of).collect();
    keys.retain(|key| seen.insert(key.identity(table)));
    let wanted = keys.iter().cloned().map(|key| read.target(key)).collect();
    let mut found = read_all(call, wanted).await?;
    let mut fresh = Fresh::default();
    for key in keys {
        match found.remove(&key.identity(table)) {
            None => fresh.gone += 1,
            Some(item) => {
                if read.matches(&item) {
                    fresh.items.push(item);
                } else {
                    fresh.changed += 1;
                }
            }
        }
    }
    Ok(fresh)
}
