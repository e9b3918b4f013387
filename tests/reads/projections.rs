//! Projections: some attributes of an item, which cannot be saved, and whose key and tag can be written at.
use std::collections::HashSet;

use dynacond::{
    AttributeValue, Document, Error, InvalidInput, Projection, Rule, Seen, Store, Stored, Versioned,
};
use dynacond_local::Local;
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Document)]
struct Address {
    street: String,
    #[serde(rename = "town")]
    city: String,
}

#[expect(clippy::duplicated_attributes, reason = "two indexes share a sort key")]
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Versioned)]
#[dynacond(
    table = "parcels",
    partition_key(name = "pk", value = "customer#{customer}"),
    sort_key(name = "sk", value = "parcel#{day}#{id}"),
    index(
        ByState,
        name = "by-state",
        partition_key(state),
        sort_key(grams),
        include(address)
    ),
    index(ByCarrier, name = "by-carrier", partition_key(carrier), keys_only),
    index(ByWeight, name = "by-weight", sort_key(grams), local)
)]
struct Parcel {
    #[dynacond(in_key)]
    customer: String,
    #[dynacond(in_key)]
    day: String,
    id: String,
    state: String,
    grams: u64,
    #[serde(rename = "shipTo")]
    address: Address,
    #[serde(with = "serde_dynamo::string_set")]
    tags: HashSet<String>,
    carrier: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    note: Option<String>,
}

#[derive(Debug, PartialEq, Deserialize, Projection)]
#[serde(rename_all = "camelCase")]
#[dynacond(of = Parcel)]
struct Line {
    day: String,
    id: String,
    state: String,
    #[dynacond(at = address.city)]
    to_city: String,
    note: Option<String>,
}

#[derive(Debug, PartialEq, Deserialize, Projection)]
#[dynacond(of = Parcel)]
struct Destination {
    customer: String,
    grams: u64,
    address: Address,
}

#[derive(Debug, PartialEq, Deserialize, Projection)]
#[dynacond(of = Parcel)]
struct Owner {
    customer: String,
}

fn parcel(id: &str, grams: u64) -> Parcel {
    Parcel {
        customer: "c1".into(),
        day: "2026-10-01".into(),
        id: id.into(),
        state: "sent".into(),
        grams,
        address: Address {
            street: "Rue 1".into(),
            city: "Lyon".into(),
        },
        tags: HashSet::from(["fragile".to_owned()]),
        carrier: "post".into(),
        note: None,
    }
}

async fn depot() -> (Local, Store) {
    let local = Local::from_env().unwrap();
    let store = Store::new(local.client());
    dynacond_local::create_table::<Parcel>(&store)
        .await
        .unwrap();
    for (id, grams) in [("a", 300), ("b", 200), ("c", 100)] {
        store.create(parcel(id, grams)).send().await.unwrap();
    }
    (local, store)
}

#[tokio::test]
async fn a_query_gives_the_attributes_of_the_projection_with_key_and_tag() {
    let (_, store) = depot().await;
    let query = store.query(Parcel::partition("c1")).project::<Line>();
    let preview = query.preview().unwrap();
    assert_eq!(
        preview.projection(),
        Some("#id, #state, #shipTo.#town, #note, #pk, #sk, #item_version, #item_write_id")
    );
    let lines = query.all().send().await.unwrap();
    let ids: Vec<_> = lines.iter().map(|line| line.id.as_str()).collect();
    assert_eq!(ids, ["a", "b", "c"]);
    let expected = Line {
        day: "2026-10-01".into(),
        id: "a".into(),
        state: "sent".into(),
        to_city: "Lyon".into(),
        note: None,
    };
    assert!(lines[0] == expected);
    assert_eq!(Seen::key(&lines[0]), Parcel::key(("c1", "2026-10-01", "a")));
    let whole = store
        .get(Seen::key(&lines[0]))
        .send()
        .await
        .unwrap()
        .unwrap();
    assert_eq!(Seen::tag(&lines[0]), Some(&Stored::tag(&whole)));
}

#[tokio::test]
async fn an_update_at_the_tag_of_a_projection_is_refused_once_it_is_stale() {
    let (_, store) = depot().await;
    let key = Parcel::key(("c1", "2026-10-01", "b"));
    let seen = store
        .get(&key)
        .project::<Line>()
        .send()
        .await
        .unwrap()
        .unwrap();
    let tag = Seen::tag(&seen).unwrap();
    let update = || store.update(&seen).set(|o| o.note.to("call"));
    update().at(tag).send().await.unwrap();
    let stale = update().at(tag).send().await;
    assert!(matches!(stale, Err(Error::Conflict(_))));
}

#[tokio::test]
async fn a_get_of_a_projection_is_one_read_and_none_for_no_item() {
    let (local, store) = depot().await;
    local.clear_log();
    let found = store
        .get(Parcel::key(("c1", "2026-10-01", "a")))
        .project::<Owner>();
    let found = found.send().await.unwrap().unwrap();
    assert_eq!(found.customer, "c1");
    let absent = store
        .get(Parcel::key(("c1", "2026-10-01", "z")))
        .project::<Owner>();
    assert!(absent.send().await.unwrap().is_none());
    assert_eq!(local.operations(), ["GetItem", "GetItem"]);
}

#[tokio::test]
async fn pages_of_a_projection_go_on_where_they_ended() {
    let (_, store) = depot().await;
    let query = || store.query(Parcel::partition("c1")).project::<Owner>();
    let first = query().page(2).send().await.unwrap();
    assert_eq!(first.items.len(), 2);
    let rest = query().after(first.next).page(2).send().await.unwrap();
    let keys: Vec<_> = rest.items.iter().map(Seen::key).collect();
    assert_eq!(keys, [Parcel::key(("c1", "2026-10-01", "c"))]);
    assert!(rest.next.is_none());
}

#[tokio::test]
async fn an_index_that_projects_less_gives_what_it_has_and_no_tag() {
    let (_, store) = depot().await;
    let query = store
        .query(ByState::partition("sent"))
        .project::<Destination>();
    let seen = query.page(2).send().await.unwrap();
    let grams: Vec<_> = seen.items.iter().map(|item| item.grams).collect();
    assert_eq!(grams, [100, 200]);
    assert_eq!(seen.items[0].address.city, "Lyon");
    assert_eq!(Seen::tag(&seen.items[0]), None);
    assert!(seen.next.is_some());
    let owner = store.query(ByCarrier::partition("post")).project::<Owner>();
    let owner = owner.first().send().await.unwrap().unwrap();
    assert_eq!(owner.customer, "c1");
}

#[tokio::test]
async fn a_local_index_that_projects_everything_gives_the_tag() {
    let (_, store) = depot().await;
    let query = store
        .query(ByWeight::partition("c1"))
        .sort_key(|k| k.grams.lt(250));
    let lines = query.project::<Line>().all().send().await.unwrap();
    let ids: Vec<_> = lines.iter().map(|line| line.id.as_str()).collect();
    assert_eq!(ids, ["c", "b"]);
    assert_eq!(Seen::tag(&lines[0]).unwrap().version(), 1);
}

#[tokio::test]
async fn what_does_not_decode_names_the_projection_and_the_key() {
    let (_, store) = depot().await;
    let key = Parcel::key(("c1", "2026-10-01", "a"));
    let broken = store
        .client()
        .update_item()
        .table_name("parcels")
        .set_key(Some(key.raw().to_item()))
        .update_expression("SET note = :n")
        .expression_attribute_values(":n", AttributeValue::N("4711".into()));
    broken.send().await.unwrap();
    let error = store.get(key).project::<Line>().send().await;
    let Err(Error::Decode(error)) = error else {
        panic!("{error:?}");
    };
    let text = error.to_string();
    assert_eq!(error.item_type, "Line");
    assert!(text.contains("parcel#2026-10-01#a"), "{text}");
    assert!(!text.contains("4711"), "{text}");
}

#[tokio::test]
async fn an_item_without_its_version_or_without_its_write_id_is_seen_without_a_tag() {
    for stripped in [
        "item_version, item_write_id",
        "item_version",
        "item_write_id",
    ] {
        let (_, store) = depot().await;
        let key = Parcel::key(("c1", "2026-10-01", "a"));
        let strip = store
            .client()
            .update_item()
            .table_name("parcels")
            .set_key(Some(key.raw().to_item()))
            .update_expression(format!("REMOVE {stripped}"));
        strip.send().await.unwrap();
        let seen = store.get(key).project::<Owner>().send().await.unwrap();
        assert_eq!(Seen::tag(&seen.unwrap()), None, "without {stripped}");
    }
}

#[tokio::test]
async fn a_filter_of_an_index_may_name_the_tables_key() {
    let (_, store) = depot().await;
    let query = store.query(ByState::partition("sent"));
    let query = query.filter(|_| dynacond::attr("sk").begins_with("parcel#2026-10-01#b"));
    let seen = query.project::<Owner>().all().send().await.unwrap();
    assert_eq!(Seen::key(&seen[0]), Parcel::key(("c1", "2026-10-01", "b")));
    assert_eq!(seen.len(), 1);
}

#[tokio::test]
async fn a_filter_on_the_key_of_the_index_is_refused_also_as_an_operand() {
    let (local, store) = depot().await;
    local.clear_log();
    let query = || store.query(ByWeight::partition("c1"));
    let of_index = query().filter(|o| o.grams.gt(100)).all().send().await;
    let as_operand = query().filter(|o| o.state.eq("sent") | o.note.lt(dynacond::attr("pk")));
    let as_operand = as_operand.count().send().await;
    let sizes = query().filter(|_| dynacond::attr("grams").size().eq(1));
    for refused in [
        of_index.err(),
        as_operand.err(),
        sizes.first().send().await.err(),
    ] {
        let is_refused =
            matches!(&refused, Some(Error::Expression(error)) if error.rule == Rule::FilterOnKey);
        assert!(is_refused, "{refused:?}");
    }
    assert!(local.operations().is_empty());
    // The sort key of the table is no key of this index.
    let of_table = query().filter(|_| dynacond::attr("sk").begins_with("parcel#2026-10-01#a"));
    assert_eq!(of_table.count().send().await.unwrap().matched, 1);
}

#[tokio::test]
async fn a_key_that_no_item_has_is_refused_before_sending() {
    let (local, store) = depot().await;
    local.clear_log();
    let refused = store
        .get(Parcel::key(("", "a#b", "")))
        .project::<Owner>()
        .send()
        .await;
    assert!(matches!(
        refused,
        Err(Error::Invalid(InvalidInput::KeySeparator { .. }))
    ));
    assert!(local.operations().is_empty());
}

#[tokio::test]
async fn an_index_that_projects_less_is_counted() {
    let (local, store) = depot().await;
    local.clear_log();
    let query = store.query(ByCarrier::partition("post"));
    let count = query.count().send().await.unwrap();
    assert_eq!((count.matched, count.examined), (3, 3));
    let scan = store.scan_index::<ByState>();
    let scan = scan.filter(|o| o.grams.gt(100)).count();
    assert_eq!(scan.send().await.unwrap().matched, 2);
    assert_eq!(local.log()[1].body["Select"], "COUNT");
}

#[tokio::test]
async fn a_filter_on_what_an_index_does_not_project_is_refused_before_sending() {
    let (local, store) = depot().await;
    local.clear_log();
    let query = || {
        let query = store.query(ByState::partition("sent"));
        query.filter(|o| o.address.exists() & o.carrier.eq("post"))
    };
    let is_refused = |error: &Error| {
        let Error::Expression(error) = error else {
            return false;
        };
        let attribute = "carrier".to_owned();
        error.rule == Rule::NotProjected { attribute } && error.clause.contains("carrier")
    };
    let projected = query().project::<Owner>().all().send().await.err();
    assert!(projected.as_ref().is_some_and(is_refused), "{projected:?}");
    let fetched = query().fetch().all().send().await.err();
    assert!(fetched.as_ref().is_some_and(is_refused), "{fetched:?}");
    assert!(local.operations().is_empty());
}
