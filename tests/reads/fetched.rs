//! Items of an index that are read again from the table: what has left the range of the query meanwhile is not a result.
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
