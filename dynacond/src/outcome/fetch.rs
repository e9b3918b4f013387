//! Reads found items again from the table, because an index may be old or project too little.
use std::collections::HashSet;
use std::sync::Arc;

use crate::error::error::Result;
use crate::model::raw_key::RawKey;
use crate::outcome::batch::read_all;
use crate::read::read::Read;
use crate::value::item::Item;
use crate::wire::call::Call;

/// The items that a read returns.
#[doc(hidden)]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Gives {
    /// The items that it finds.
    #[default]
    Found,
    /// The items that it finds, each read again from the table.
    Fetched,
}

/// The state in the table of an item that an index lists.
#[derive(Debug)]
pub(crate) enum Fresh {
    /// The item exists, and still matches the query.
    Item(Item),
    Gone,
    Changed,
    /// The index lists the item twice, and the item was already counted.
    Again,
}

/// Reads the items of an index again from the table, consistently, and evaluates the query on each of them. There is one answer for each
/// item, in their order. `seen` has the identities of the items that were listed before: an index whose items change may list one twice.
pub(crate) async fn fetch_again(
    call: &Arc<Call>,
    read: &Read,
    stale: &[Item],
    seen: &mut HashSet<String>,
) -> Result<Vec<Fresh>> {
    let table = &read.subject.table;
    let mut first = |item: &Item| {
        let key = RawKey::of_item(read.table_keys, item)?;
        seen.insert(key.identity(table)).then_some(key)
    };
    let keys: Vec<Option<RawKey>> = stale.iter().map(&mut first).collect();
    let wanted = keys.iter().flatten().cloned();
    let wanted = wanted.map(|key| read.target(key)).collect();
    let mut found = read_all(call, wanted).await?;
    let mut fresh = |key: Option<RawKey>| match key {
        None => Fresh::Again,
        Some(key) => match found.remove(&key.identity(table)) {
            None => Fresh::Gone,
            Some(item) if read.matches(&item) => Fresh::Item(item),
            Some(_) => Fresh::Changed,
        },
    };
    Ok(keys.into_iter().map(&mut fresh).collect())
}
