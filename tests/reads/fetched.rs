//! Items of an index that are read again from the table: an item that has left the range of the query in the meantime is not a
//! result.
use dynacond::{Store, Versioned};
use dynacond_local::{Fault, Local};
use serde::{Deserialize, Serialize};

/// The text of `day` is followed by a literal, so the range of whole texts is wider than that of the days.
#[derive(Clone, Debug, Serialize, Deserialize, Versioned)]
#[dynacond(
    table = "visits",
    index(
        ByDay,
        name = "by-day",
        partition_key(place),
        sort_key(name = "day_key", value = "day#{day}#{id}")
    )
)]
struct Visit {
    #[dynacond(partition_key)]
    id: String,
    place: String,
    day: String,
}

#[tokio::test]
async fn an_item_that_has_left_the_range_of_a_field_is_told_as_changed() {
    // Only the embedded database has an index that can be stale on demand.
    let local = Local::new();
    let store = Store::new(local.client());
    dynacond_local::create_table::<Visit>(&store).await.unwrap();
    let visit = Visit {
        id: "v1".into(),
        place: "Lyon".into(),
        day: "a".into(),
    };
    let mut visit = store.create(visit).send().await.unwrap();
    visit.day = "a!".into();
    store.save(visit).send().await.unwrap();
    local.on("Query").always().inject(Fault::StaleIndex);
    let query = store.query(ByDay::partition("Lyon"));
    let query = query.sort_key(|k| k.day.le("a"));
    let found = query.all().fetch().send().await.unwrap();
    assert_eq!((found.items.len(), found.gone, found.changed), (0, 0, 1));
}

/// A table of visits whose index does not show the last write yet.
async fn visits() -> (Local, Store, dynacond::Stored<Visit>) {
    // Only the embedded database has an index that can be stale on demand.
    let local = Local::new();
    let store = Store::new(local.client());
    dynacond_local::create_table::<Visit>(&store).await.unwrap();
    let mut last = None;
    for id in ["v1", "v2"] {
        let visit = Visit {
            id: id.into(),
            place: "Lyon".into(),
            day: "a".into(),
        };
        last = Some(store.create(visit).send().await.unwrap());
    }
    (local, store, last.expect("a visit"))
}

#[tokio::test]
async fn an_item_that_was_deleted_meanwhile_is_told_as_gone() {
    let (local, store, visit) = visits().await;
    store.delete(visit).send().await.unwrap();
    local.on("Query").always().inject(Fault::StaleIndex);
    let query = || store.query(ByDay::partition("Lyon"));
    assert_eq!(query().all().send().await.unwrap().len(), 2, "it is stale");
    let found = query().fetch().all().send().await.unwrap();
    assert_eq!((found.items.len(), found.gone, found.changed), (1, 1, 0));
    let page = query().fetch().page(1).send().await.unwrap();
    assert_eq!(page.items.len(), 1);
}

#[tokio::test]
async fn an_item_that_no_longer_passes_the_filter_or_the_partition_is_told_as_changed() {
    for (place, day) in [("Lyon", "z"), ("Brest", "a")] {
        let (local, store, mut visit) = visits().await;
        (visit.place, visit.day) = (place.into(), day.into());
        store.save(visit).send().await.unwrap();
        local.on("Query").always().inject(Fault::StaleIndex);
        let query = store.query(ByDay::partition("Lyon"));
        let query = query.filter(|o| o.day.eq("a"));
        let found = query.fetch().all().send().await.unwrap();
        assert_eq!((found.items.len(), found.gone, found.changed), (1, 0, 1));
    }
}

#[tokio::test]
async fn a_fetched_page_goes_on_behind_what_was_gone() {
    let (local, store, visit) = visits().await;
    store.delete(visit).send().await.unwrap();
    local.on("Query").always().inject(Fault::StaleIndex);
    let (mut seen, mut gone, mut next) = (Vec::new(), 0, None);
    loop {
        let query = store.query(ByDay::partition("Lyon")).descending();
        let page = query.after(next).fetch().page(1).send().await.unwrap();
        seen.extend(page.items.iter().map(|visit| visit.id.clone()));
        gone += page.gone;
        next = page.next;
        if next.is_none() {
            break;
        }
    }
    assert_eq!((seen, gone), (vec!["v1".to_owned()], 1));
}

/// Only open orders are in the index.
#[derive(Clone, Debug, Serialize, Deserialize, Versioned)]
#[dynacond(
    table = "tickets",
    index(ByOpen, name = "by-open", partition_key(place), sort_key(open_since))
)]
struct Ticket {
    #[dynacond(partition_key)]
    id: String,
    place: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    open_since: Option<u64>,
}

#[tokio::test]
async fn an_item_that_has_left_a_sparse_index_is_told_as_changed_and_not_written() {
    // Only the embedded database has an index that can be stale on demand.
    let local = Local::new();
    let store = Store::new(local.client());
    dynacond_local::create_table::<Ticket>(&store)
        .await
        .unwrap();
    let ticket = Ticket {
        id: "t1".into(),
        place: "Lyon".into(),
        open_since: Some(1),
    };
    let mut ticket = store.create(ticket).send().await.unwrap();
    ticket.open_since = None;
    store.save(ticket).send().await.unwrap();
    local.on("Query").always().inject(Fault::StaleIndex);
    let query = || store.query(ByOpen::partition("Lyon"));
    let found = query().all().fetch().send().await.unwrap();
    assert_eq!((found.items.len(), found.gone, found.changed), (0, 0, 1));
    // The deletion meets the item as it is now, which is no longer in the index.
    let report = query().delete_each().send().await.unwrap();
    assert_eq!((report.changed, report.unchanged), (0, 1));
    let kept = store.get(Ticket::key("t1")).send().await.unwrap();
    assert!(kept.is_some());
}

/// An item that moves on in the index while its pages are read is listed on two of them.
#[tokio::test]
async fn an_item_that_moves_on_between_two_pages_is_returned_once() {
    let (local, store, _) = visits().await;
    for paged in [false, true] {
        local.clear_faults();
        let mut first = store.get(Visit::key("v1")).send().await.unwrap().unwrap();
        first.day = "a".into();
        store.save(first).send().await.unwrap();
        local
            .on("Query")
            .nth(2)
            .inject(Fault::rival(|client| async move {
                let move_on = Store::new(client).modify(Visit::key("v1"), |v| v.day = "b".into());
                move_on.send().await.unwrap();
            }));
        local.on("Query").always().inject(Fault::ShortPage(1));
        let query = store.query(ByDay::partition("Lyon")).fetch();
        let mut ids: Vec<String> = if paged {
            let page = query.page(5).send().await.unwrap();
            page.items.iter().map(|visit| visit.id.clone()).collect()
        } else {
            let found = query.all().send().await.unwrap();
            found.items.iter().map(|visit| visit.id.clone()).collect()
        };
        ids.sort();
        assert_eq!(ids, ["v1", "v2"], "paged: {paged}");
    }
}
