//! Queries and scans of the raw SDK with key conditions and filters of dynacond.
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::operation::query::builders::QueryFluentBuilder;
use chrono::NaiveDate;
use dynacond::{
    AttributeValue, Error, InvalidInput, QueryExt, Rule, Store, Stored, Versioned, attr,
};
use serde::{Deserialize, Serialize};

use super::support::{Order, Status, days, shop_of};

#[derive(Serialize, Deserialize, Versioned)]
#[dynacond(
    table = "parcels",
    index(ByCity, name = "by-city", partition_key(city), keys_only)
)]
struct Parcel {
    #[dynacond(partition_key)]
    id: String,
    city: String,
    grams: u64,
}

fn client() -> Client {
    dynacond_local::client_from_env().unwrap()
}

fn stored(items: Option<Vec<dynacond::Item>>) -> Vec<Stored<Order>> {
    let items = items.unwrap_or_default().into_iter();
    items.map(|item| Stored::from_item(item).unwrap()).collect()
}

#[tokio::test]
async fn a_partition_reads_the_items_of_its_type_alone() {
    let shop = shop_of(3).await;
    let query = shop.quiet.client().query().table_name("shop");
    let query = query.key_condition(Order::partition("c1")).unwrap();
    let answer = query.send().await.unwrap();
    assert_eq!(answer.scanned_count, 3, "the note was not read");
    assert_eq!(days(&stored(answer.items)), [1, 2, 3]);
}

#[test]
fn a_second_key_condition_is_refused() {
    let query = client().query().key_condition(Order::partition("c1"));
    let refused = query.unwrap().key_condition(Order::partition("c2"));
    assert!(
        matches!(refused, Err(Error::Expression(taken)) if taken.rule == Rule::KeyConditionTaken)
    );
}

#[tokio::test]
async fn what_the_caller_sets_before_and_after_is_not_replaced() {
    let shop = shop_of(9).await;
    let query = shop
        .quiet
        .client()
        .query()
        .table_name("shop")
        .expression_attribute_names("#dc_pk", "status")
        .key_condition(Order::partition("c1").sort_key(|k| k.placed.eq("2026-10-08")))
        .unwrap()
        .filter(Order::attributes().total.ge(8) & attr("status").exists())
        .unwrap()
        .projection_expression("#dc_pk, #sk, #total")
        .expression_attribute_names("#sk", "sk")
        .expression_attribute_names("#total", "total");
    let answer = query.send().await.unwrap();
    let items = answer.items.unwrap_or_default();
    assert_eq!(items.len(), 1);
    assert_eq!(items[0]["status"], AttributeValue::S("pending".into()));
    assert_eq!(items[0]["total"], AttributeValue::N("8".into()));
}

#[tokio::test]
async fn a_partition_takes_a_range_and_a_filter_in_one_step() {
    let shop = shop_of(9).await;
    let client = shop.quiet.client();
    let since = Order::partition("c1").sort_key(|k| k.placed.eq("2026-10-08"));
    let query = client
        .query()
        .table_name("shop")
        .expression_attribute_names("#p", "total");
    let query = query
        .key_condition(
            since
                .filter(|o| o.total.ge(8))
                .filter(|o| o.status.eq(Status::Pending)),
        )
        .unwrap()
        .projection_expression("#p");
    assert_eq!(
        query.get_filter_expression().as_deref(),
        Some("#dc_total >= :dc_total AND #dc_status = :dc_status")
    );
    let answer = query.send().await.unwrap();
    assert_eq!(answer.scanned_count, 1);
    assert_eq!(answer.items()[0]["total"], AttributeValue::N("8".into()));
    // Without a range, the whole partition is read.
    let query = client.query().table_name("shop");
    let query = query.key_condition(Order::partition("c1").filter(|o| o.total.ge(8)));
    let answer = query.unwrap().send().await.unwrap();
    assert_eq!((answer.count, answer.scanned_count), (2, 9));
}

fn broken(refused: Result<QueryFluentBuilder, Error>) -> Rule {
    match refused {
        Err(Error::Expression(error)) => error.rule,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_filter_beside_a_key_condition_has_the_rules_of_a_query() {
    let query = || client().query();
    let on_key = Order::partition("c1").filter(|_| attr("sk").exists());
    assert_eq!(broken(query().key_condition(on_key)), Rule::FilterOnKey);
    let unseen = ByCity::partition("Lyon").filter(|p| p.grams.ge(3));
    assert_eq!(
        broken(query().key_condition(unseen)),
        Rule::NotProjected {
            attribute: "grams".into()
        }
    );
    let filtered = || Order::partition("c1").filter(|o| o.total.ge(8));
    let taken = query()
        .filter_expression("total > :t")
        .key_condition(filtered());
    assert_eq!(broken(taken), Rule::ConditionTaken);
    let second = query().key_condition(filtered()).unwrap();
    assert_eq!(
        broken(second.filter(attr("a").exists())),
        Rule::ConditionTaken
    );
}

#[tokio::test]
async fn a_scan_takes_a_filter() {
    let shop = shop_of(4).await;
    let scan = shop.quiet.client().scan().table_name("shop");
    let scan = scan.filter(Order::attributes().total.gt(2)).unwrap();
    let answer = scan.send().await.unwrap();
    assert_eq!(answer.count, 2);
    let twice = shop.quiet.client().scan().filter(attr("a").exists());
    let twice = twice.unwrap().filter(attr("b").exists());
    assert!(matches!(twice, Err(Error::Expression(taken)) if taken.rule == Rule::ConditionTaken));
}

#[test]
fn a_range_that_holds_other_items_is_refused() {
    // `placed` is any text, so that the range of whole texts holds others: `2026-10-05!` lies between.
    let range = Order::partition("c1").sort_key(|k| k.placed.between("2026-10-01", "2026-10-31"));
    let refused = client().query().key_condition(range);
    assert!(matches!(
        refused,
        Err(Error::Invalid(InvalidInput::InexactSortKey {
            attribute: "sk"
        }))
    ));
}

/// A text of a fixed width in the middle, and a text at the end.
#[derive(Clone, Debug, Serialize, Deserialize, Versioned)]
#[dynacond(
    table = "entries",
    partition_key(name = "pk", value = "account#{account}"),
    sort_key(name = "sk", value = "entry#{day}#{name}")
)]
struct Entry {
    account: String,
    day: NaiveDate,
    name: String,
}

#[tokio::test]
async fn a_range_whose_texts_have_the_order_of_its_field_is_taken() {
    let store = Store::new(client());
    dynacond_local::create_table::<Entry>(&store).await.unwrap();
    let day = |day| NaiveDate::from_ymd_opt(2026, 10, day).unwrap();
    for (on, name) in [(3, "a"), (4, ""), (4, "!"), (4, "b"), (5, ""), (6, "c")] {
        let (account, name) = ("a1".into(), name.into());
        let entry = Entry {
            account,
            day: day(on),
            name,
        };
        store.create(entry).send().await.unwrap();
    }
    macro_rules! found {
        ($sort:expr) => {{
            let query = store.client().query().table_name("entries");
            let query = query.key_condition(Entry::partition("a1").sort_key($sort));
            query.map(QueryFluentBuilder::send)
        }};
    }
    macro_rules! assert_found {
        ($sort:expr, $expected:expr) => {{
            let answer = found!($sort).unwrap().await.unwrap();
            let names: Vec<_> = answer
                .items()
                .iter()
                .map(|item| {
                    item["sk"]
                        .as_s()
                        .unwrap()
                        .trim_start_matches("entry#2026-10-")
                })
                .collect();
            assert_eq!(names, $expected);
        }};
    }
    assert_found!(
        |k| k.day.between(day(4), day(5)),
        ["04#", "04#!", "04#b", "05#"]
    );
    assert_found!(|k| k.day.ge(day(5)), ["05#", "06#c"]);
    assert_found!(|k| k.day.gt(day(4)), ["05#", "06#c"]);
    assert_found!(|k| k.day.le(day(4)), ["03#a", "04#", "04#!", "04#b"]);
    assert_found!(|k| k.day.lt(day(5)), ["03#a", "04#", "04#!", "04#b"]);
    assert_found!(|k| k.day.eq(day(4)).name.ge("!"), ["04#!", "04#b"]);
    assert_found!(|k| k.day.eq(day(4)).name.between("", "!"), ["04#", "04#!"]);
    // One comparison that includes its bound cannot leave out a text and keep those next to it.
    assert!(found!(|k| k.day.eq(day(4)).name.lt("!")).is_err());
}

/// A text right after a number.
#[derive(Clone, Debug, Serialize, Deserialize, Versioned)]
#[dynacond(
    table = "seats",
    partition_key(name = "pk", value = "hall"),
    sort_key(name = "sk", value = "seat{row:02}{name}")
)]
struct Seat {
    row: u8,
    name: String,
}

#[test]
fn a_range_that_ends_with_the_item_of_the_next_number_is_refused() {
    // From `seat01b` to what comes after `seat01`, which is the seat without a name in row 2.
    let range = Seat::partition(()).sort_key(|k| k.row.eq(1).name.ge("b"));
    let refused = client().query().key_condition(range);
    assert!(matches!(
        refused,
        Err(Error::Invalid(InvalidInput::InexactSortKey { .. }))
    ));
    let range = Seat::partition(()).sort_key(|k| k.row.eq(1).name.between("a", "b"));
    assert!(client().query().key_condition(range).is_ok());
}

#[test]
fn a_partition_that_no_item_has_is_refused() {
    let refused = client()
        .query()
        .key_condition(Order::partition("x".repeat(2100).as_str()));
    assert!(matches!(
        refused,
        Err(Error::Invalid(InvalidInput::KeyLength { .. }))
    ));
}

fn allocations<T>(run: impl FnOnce() -> T) -> u64 {
    let mut output = None;
    let measured = allocation_counter::measure(|| output = Some(run()));
    drop(output);
    measured.count_total
}

/// As a careful user writes it: every text and every map is made once, at its size.
fn by_hand(client: &Client, customer: &str, day: &str, total: u64) -> QueryFluentBuilder {
    let names = ["pk", "sk", "status", "total"];
    let names = names.map(|name| (["#", name].concat(), name.to_owned()));
    let text = |parts: &[&str]| AttributeValue::S(parts.concat());
    let values = [
        (":pk", text(&["customer#", customer])),
        (":sk", text(&["order#", day, "#"])),
        (":status", text(&["pending"])),
        (":total", AttributeValue::N(total.to_string())),
    ];
    let values = values.map(|(placeholder, value)| (placeholder.to_owned(), value));
    client
        .query()
        .table_name("shop")
        .key_condition_expression("#pk = :pk AND begins_with(#sk, :sk)")
        .filter_expression("#status = :status AND #total >= :total")
        .set_expression_attribute_names(Some(names.into()))
        .set_expression_attribute_values(Some(values.into()))
}

#[test]
fn a_key_condition_and_a_filter_take_three_allocations_more_than_by_hand_at_the_most() {
    let client = client();
    let hand = allocations(|| by_hand(&client, "c1", "2026-10-05", 100));
    // Two trees, and the field of the sort key before it is a part of a text.
    let ours = allocations(|| {
        let day = Order::partition("c1").sort_key(|k| k.placed.eq("2026-10-05"));
        let open = day.filter(|o| o.status.eq(Status::Pending).and(o.total.ge(100)));
        client.query().table_name("shop").key_condition(open)
    });
    assert!(ours <= hand + 3, "{ours}, by hand {hand}");
}
