//! A table of models: the item that each writes, to the byte, that the item reads back as it was, and what a save leaves of it
//! after somebody else has written it, with and without the version.
use std::collections::{BTreeMap, HashMap, HashSet};

use bytes::Bytes;
use chrono::{DateTime, TimeDelta, Utc};
use dynacond::{AttributeType, AttributeValue, Document, Guarded, Item, Stored, Versioned};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use uuid::Uuid;

use super::support::{fresh_store, raw};

/// As DynamoDB's JSON has it; binary as lists of bytes, and sets in order.
fn value(value: &AttributeValue) -> Value {
    let sorted = |set: &[String]| {
        let mut set = set.to_vec();
        set.sort();
        set
    };
    match value {
        AttributeValue::S(text) => json!({ "S": text }),
        AttributeValue::N(number) => json!({ "N": number }),
        AttributeValue::B(bytes) => json!({ "B": bytes.as_ref() }),
        AttributeValue::Bool(is) => json!({ "BOOL": is }),
        AttributeValue::Null(is) => json!({ "NULL": is }),
        AttributeValue::Ss(set) => json!({ "SS": sorted(set) }),
        AttributeValue::Ns(set) => json!({ "NS": sorted(set) }),
        AttributeValue::L(list) => json!({ "L": list.iter().map(self::value).collect::<Vec<_>>() }),
        AttributeValue::M(map) => json!({ "M": item(map) }),
        other => panic!("{other:?} is in no row"),
    }
}

fn item(item: &Item) -> Value {
    let attributes = item.iter().map(|(name, of)| (name.clone(), value(of)));
    Value::Object(attributes.collect())
}

/// What the struct does not know: an attribute of the item, and one in the document at this name.
struct Rival {
    within: Option<&'static str>,
}

impl Rival {
    fn expression(&self) -> String {
        let within = self.within.map(|within| format!(", {within}.mark = :mark"));
        format!("SET mark = :mark{}", within.unwrap_or_default())
    }

    fn mark(&self, item: &mut Value, by: &str) {
        item["mark"] = json!({ "S": by });
        if let Some(within) = self.within {
            item[within]["M"]["mark"] = json!({ "S": by });
        }
    }
}

/// `change` sets what `written` says of this number: 0 is how the item is created.
async fn row<T>(rival: Rival, new: fn(u32) -> T, change: fn(&mut T, u32), written: fn(u32) -> Value)
where
    T: Guarded + Clone + PartialEq + std::fmt::Debug,
{
    let store = fresh_store::<T>().await;
    let key = new(0).to_key();
    let stored = async |version: u32| {
        let mut found = raw(&store, new(0).to_key()).await.expect("an item");
        if let Some(name) = T::MODEL.write_id {
            let id = found.remove(name).expect("a write id");
            let id = id.as_s().expect("a text");
            assert!(
                id.len() == 32 && id.bytes().all(|b| b.is_ascii_hexdigit()),
                "{id}"
            );
        }
        if let Some(name) = T::MODEL.version {
            let version = AttributeValue::N(version.to_string());
            assert_eq!(found.remove(name), Some(version));
        }
        item(&found)
    };
    // Somebody whose code does not know this struct.
    let writes = async |by: &str, raises: bool| {
        let mut update = rival.expression();
        let mut values = HashMap::from([(":mark".to_owned(), AttributeValue::S(by.to_owned()))]);
        if raises {
            if let Some(name) = T::MODEL.version {
                update.extend([", ", name, " = ", name, " + :one"]);
                values.insert(":one".to_owned(), AttributeValue::N("1".to_owned()));
            }
            if let Some(name) = T::MODEL.write_id {
                update.extend([", ", name, " = :id"]);
                values.insert(":id".to_owned(), AttributeValue::S(by.repeat(8)));
            }
        }
        let request = store
            .client()
            .update_item()
            .table_name(store.table_name::<T>());
        let request = request
            .set_key(Some(key.raw().to_item()))
            .update_expression(update);
        request
            .set_expression_attribute_values(Some(values))
            .send()
            .await
            .expect("a write");
    };

    store.create(new(0)).send().await.expect("a new item");
    assert_eq!(stored(1).await, written(0));
    let mut mine = store
        .get(&key)
        .send()
        .await
        .expect("an answer")
        .expect("an item");
    assert_eq!(*mine, new(0));

    // A console raises no version. The save changes what it changes, and keeps the rest.
    writes("made", false).await;
    change(&mut mine, 1);
    let mut mine = store.save(mine).send().await.expect("a save");
    let mut expected = written(1);
    rival.mark(&mut expected, "made");
    assert_eq!(stored(2).await, expected);

    // A writer that increments the version makes the copy stale. The refusal carries the current item.
    writes("late", true).await;
    change(&mut mine, 2);
    let error = store.save(mine).send().await.expect_err("a stale save");
    assert!(error.is_conflict(), "{error}");
    let current = error.current::<T>().expect("an item that decodes");
    let mut current = current.expect("an item");
    change(&mut current, 2);
    let saved = store.save(current).send().await.expect("a save");
    let mut expected = written(2);
    rival.mark(&mut expected, "late");
    assert_eq!(stored(4).await, expected);
    // And that is what the caller holds, and what is read back.
    let read = store
        .get(&key)
        .send()
        .await
        .expect("an answer")
        .expect("an item");
    assert_eq!(Stored::item(&saved), Stored::item(&read));
    assert_eq!(*saved, *read);
    let mut again = new(0);
    change(&mut again, 2);
    assert_eq!(*read, again);
}

const NOWHERE: Rival = Rival { within: None };

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Versioned)]
#[serde(rename_all = "camelCase")]
#[dynacond(table = "plain")]
struct Plain {
    #[dynacond(partition_key)]
    order_id: String,
    #[dynacond(sort_key)]
    line: u32,
    is_open: bool,
    ship_to: Address,
    lines: Vec<Address>,
    #[serde(skip_serializing_if = "Option::is_none")]
    note: Option<String>,
    nothing: Option<u8>,
    #[serde(
        default,
        skip_serializing_if = "HashSet::is_empty",
        with = "serde_dynamo::string_set"
    )]
    tags: HashSet<String>,
    prices: BTreeMap<String, i64>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Document)]
#[serde(rename_all = "kebab-case")]
struct Address {
    street_name: String,
}

#[tokio::test]
async fn documents_lists_sets_and_what_may_be_missing() {
    row(
        Rival {
            within: Some("shipTo"),
        },
        |_| Plain {
            order_id: "o1".to_owned(),
            line: 7,
            is_open: false,
            ship_to: Address {
                street_name: "Rue 0".to_owned(),
            },
            lines: Vec::new(),
            note: None,
            nothing: None,
            tags: HashSet::new(),
            prices: [("EUR".to_owned(), -5)].into(),
        },
        |plain, n| {
            plain.is_open = true;
            plain.note = (n == 1).then(String::new);
            plain.lines = vec![Address {
                street_name: format!("Rue {n}"),
            }];
            plain.tags = (0..n).map(|tag| format!("t{tag}")).collect();
            plain.prices = [(format!("P{n}"), i64::from(n))].into();
        },
        |n| {
            let lines = json!([{ "M": { "street-name": { "S": format!("Rue {n}") } } }]);
            let mut written = json!({
                "orderId": { "S": "o1" },
                "line": { "N": "7" },
                "isOpen": { "BOOL": n > 0 },
                "shipTo": { "M": { "street-name": { "S": "Rue 0" } } },
                "lines": { "L": if n > 0 { lines } else { json!([]) } },
                "nothing": { "NULL": true },
                "prices": { "M": { "EUR": { "N": "-5" } } },
            });
            match n {
                0 => {}
                1 => {
                    written["note"] = json!({ "S": "" });
                    written["tags"] = json!({ "SS": ["t0"] });
                    written["prices"] = json!({ "M": { "P1": { "N": "1" } } });
                }
                _ => {
                    written["tags"] = json!({ "SS": ["t0", "t1"] });
                    written["prices"] = json!({ "M": { "P2": { "N": "2" } } });
                }
            }
            written
        },
    )
    .await;
}

fn noon() -> DateTime<Utc> {
    DateTime::UNIX_EPOCH + TimeDelta::days(20_786) + TimeDelta::hours(12)
}

/// Every key part is in the key alone.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Versioned)]
#[dynacond(
    table = "keyed",
    partition_key(name = "pk", value = "event#{event}#{row}"),
    sort_key(name = "sk", value = "{since}#{kind}#{number:06}"),
    index(
        ByOwner,
        name = "gsi1",
        partition_key(name = "gsi1pk", value = "owner#{owner}"),
        sort_key(points)
    )
)]
struct Keyed {
    #[dynacond(in_key)]
    event: Uuid,
    #[dynacond(in_key)]
    row: String,
    #[dynacond(in_key)]
    #[serde(with = "dynacond::sortable_time")]
    since: DateTime<Utc>,
    #[dynacond(in_key)]
    kind: Kind,
    #[dynacond(in_key)]
    number: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    owner: Option<String>,
    points: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, AttributeType)]
#[serde(rename_all = "lowercase")]
enum Kind {
    Seat,
}

#[tokio::test]
async fn keys_of_parts_that_are_stored_nowhere_else_and_the_attributes_of_an_index() {
    row(
        NOWHERE,
        |_| Keyed {
            event: Uuid::from_u128(0xA),
            row: "B".to_owned(),
            since: noon(),
            kind: Kind::Seat,
            number: 12,
            owner: Some("ana".to_owned()),
            points: 0,
        },
        |keyed, n| {
            keyed.owner = (n == 1).then(|| "ben".to_owned());
            keyed.points = n;
        },
        |n| {
            let mut written = json!({
                "pk": { "S": "event#00000000-0000-0000-0000-00000000000a#B" },
                "sk": { "S": "2026-11-29T12:00:00.000000000Z#seat#000012" },
                "points": { "N": n.to_string() },
            });
            // Whoever leaves the index leaves its attribute, too.
            if let Some(owner) = ["ana", "ben"].get(n as usize) {
                written["owner"] = json!({ "S": owner });
                written["gsi1pk"] = json!({ "S": format!("owner#{owner}") });
            }
            written
        },
    )
    .await;
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Versioned)]
#[dynacond(
    table = "typed",
    version = "generation",
    write_id = "recordVersionNumber"
)]
struct Typed {
    #[dynacond(partition_key)]
    id: Uuid,
    #[serde(with = "dynacond::exact_number")]
    price: Decimal,
    discount: Decimal,
    #[serde(
        default,
        with = "dynacond::epoch_seconds",
        skip_serializing_if = "Option::is_none"
    )]
    expires: Option<DateTime<Utc>>,
    #[serde(with = "dynacond::sortable_time")]
    since: DateTime<Utc>,
    data: Bytes,
    large: u128,
    #[serde(with = "serde_dynamo::number_set")]
    numbers: HashSet<i32>,
    #[serde(with = "serde_dynamo::string_set")]
    owners: HashSet<Uuid>,
}

#[tokio::test]
async fn types_of_other_crates_under_other_names_of_version_and_write_id() {
    row(
        NOWHERE,
        |_| Typed {
            id: Uuid::from_u128(1),
            price: Decimal::new(1990, 2),
            discount: Decimal::new(50, 2),
            expires: None,
            since: noon(),
            data: Bytes::from_static(&[0, 255]),
            large: 10_u128.pow(37),
            numbers: [-1, 10].into(),
            owners: [Uuid::from_u128(2)].into(),
        },
        |typed, n| {
            typed.price = Decimal::new(i64::from(n), 1);
            typed.expires = (n == 1).then(noon);
            typed.data = Bytes::from(vec![u8::try_from(n).expect("small")]);
            typed.numbers.insert(i32::try_from(n).expect("small"));
            typed.numbers.remove(&1);
        },
        |n| {
            let (price, data, numbers) = match n {
                0 => ("19.9", json!([0, 255]), json!(["-1", "10"])),
                1 => ("0.1", json!([1]), json!(["-1", "10"])),
                _ => ("0.2", json!([2]), json!(["-1", "10", "2"])),
            };
            let mut written = json!({
                "id": { "S": "00000000-0000-0000-0000-000000000001" },
                "price": { "N": price },
                "discount": { "S": "0.50" },
                "since": { "S": "2026-11-29T12:00:00.000000000Z" },
                "data": { "B": data },
                "large": { "N": format!("1{}", "0".repeat(37)) },
                "numbers": { "NS": numbers },
                "owners": { "SS": ["00000000-0000-0000-0000-000000000002"] },
            });
            if n == 1 {
                written["expires"] = json!({ "N": "1795953600" });
            }
            written
        },
    )
    .await;
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Versioned)]
#[dynacond(table = "variants", write_id = false)]
struct Variants {
    #[dynacond(partition_key)]
    id: String,
    internal: Internal,
    adjacent: Adjacent,
    external: External,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Document)]
#[serde(tag = "type")]
enum Internal {
    Card { number: String },
    Cash,
}
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Document)]
#[serde(tag = "t", content = "c")]
enum Adjacent {
    Days(u32),
    Never,
}
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Document)]
enum External {
    Some { of: u32 },
    Other(Address),
}

#[tokio::test]
async fn enums_with_data_leave_nothing_of_the_variant_before() {
    row(
        NOWHERE,
        |_| Variants {
            id: "v".to_owned(),
            internal: Internal::Card {
                number: "4".to_owned(),
            },
            adjacent: Adjacent::Days(3),
            external: External::Some { of: 2 },
        },
        |variants, n| {
            (variants.internal, variants.adjacent) = match n {
                1 => (Internal::Cash, Adjacent::Never),
                _ => (
                    Internal::Card {
                        number: "5".to_owned(),
                    },
                    Adjacent::Days(9),
                ),
            };
            variants.external = External::Other(Address {
                street_name: n.to_string(),
            });
        },
        |n| {
            let external = match n {
                0 => json!({ "Some": { "M": { "of": { "N": "2" } } } }),
                n => json!({ "Other": { "M": { "street-name": { "S": n.to_string() } } } }),
            };
            let card = |number: &str| json!({ "type": { "S": "Card" }, "number": { "S": number } });
            let days = |days: &str| json!({ "t": { "S": "Days" }, "c": { "N": days } });
            let (internal, adjacent) = match n {
                0 => (card("4"), days("3")),
                1 => (
                    json!({ "type": { "S": "Cash" } }),
                    json!({ "t": { "S": "Never" } }),
                ),
                _ => (card("5"), days("9")),
            };
            json!({
                "id": { "S": "v" },
                "internal": { "M": internal },
                "adjacent": { "M": adjacent },
                "external": { "M": external },
            })
        },
    )
    .await;
}

/// An item that is also a document, with a flattened document, guarded by a random text alone.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Versioned, Document)]
#[dynacond(table = "leases", version = false, write_id = "rvn")]
struct Lease {
    #[dynacond(partition_key)]
    id: String,
    #[serde(flatten)]
    at: Address,
    owner: String,
}

#[tokio::test]
async fn a_flattened_document_under_a_write_id_alone() {
    row(
        NOWHERE,
        |_| Lease {
            id: "l".to_owned(),
            at: Address {
                street_name: "0".to_owned(),
            },
            owner: "o0".to_owned(),
        },
        |lease, n| {
            lease.at.street_name = n.to_string();
            lease.owner = format!("o{n}");
        },
        |n| {
            json!({
                "id": { "S": "l" },
                "street-name": { "S": n.to_string() },
                "owner": { "S": format!("o{n}") },
            })
        },
    )
    .await;
}

/// Nothing is stamped, so nothing guards it but what the caller says.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Versioned)]
#[dynacond(table = "messages", version = false, write_id = false)]
struct Message {
    #[dynacond(partition_key)]
    id: String,
    text: String,
}

#[tokio::test]
async fn an_item_without_stamps_is_what_the_struct_says_and_a_put_keeps_the_rest() {
    let store = fresh_store::<Message>().await;
    let message = |text: &str| Message {
        id: "m".to_owned(),
        text: text.to_owned(),
    };
    let stored = async || item(&raw(&store, Message::key("m")).await.expect("an item"));
    store.create(message("a")).send().await.expect("a new item");
    assert_eq!(
        stored().await,
        json!({ "id": { "S": "m" }, "text": { "S": "a" } })
    );
    let mark = store
        .client()
        .update_item()
        .table_name(store.table_name::<Message>());
    let mark = mark
        .set_key(Some(Message::key("m").raw().to_item()))
        .update_expression("SET mark = :mark");
    let mark = mark.expression_attribute_values(":mark", AttributeValue::S("late".to_owned()));
    mark.send().await.expect("a write");
    let put = store
        .put(message("b"))
        .when(|m| m.text.eq("a"))
        .send()
        .await;
    assert_eq!(*put.expect("a put"), message("b"));
    let expected = json!({ "id": { "S": "m" }, "text": { "S": "b" }, "mark": { "S": "late" } });
    assert_eq!(stored().await, expected);
}
