//! Conditions on sort keys: what DynamoDB is asked for, and that nothing else is found.
use chrono::NaiveDate;
use dynacond::{AttributeValue, Error, InvalidInput, Rule, Store, Versioned};
use serde::{Deserialize, Serialize};

use super::support::{Note, Order, days, shop_of};

/// The key condition and its values, in order of the placeholders.
macro_rules! asked {
    ($query:expr) => {{
        let preview = $query.preview().unwrap();
        let mut values: Vec<_> = preview.values().unwrap().iter().collect();
        values.sort_by_key(|(name, _)| (name.len(), (*name).clone()));
        let values: Vec<String> = values
            .into_iter()
            .map(|(name, value)| match value {
                dynacond::AttributeValue::S(text) => format!("{name} {text}"),
                other => format!("{name} {other:?}"),
            })
            .collect();
        (preview.key_condition().unwrap().to_owned(), values)
    }};
}

fn store() -> Store {
    Store::new(dynacond_local::client_from_env().unwrap())
}

#[test]
fn the_literal_beginning_is_always_asked_for() {
    let (text, values) = asked!(store().query(Order::partition("c1")).all());
    assert_eq!(text, "#pk = :pk AND begins_with(#sk, :sk)");
    assert_eq!(values, [":pk customer#c1", ":sk order#"]);
}

#[test]
fn each_comparison_is_one_range_closed_to_the_template() {
    let between = |low: &str, high: &str| {
        vec![
            ":pk customer#c1".into(),
            format!(":sk {low}"),
            format!(":sk_2 {high}"),
        ]
    };
    let query = || store().query(Order::partition("c1"));
    let range = "#pk = :pk AND #sk BETWEEN :sk AND :sk_2";
    assert_eq!(
        asked!(
            query()
                .sort_key(|k| k.placed.between("2026-10-01", "2026-10-31"))
                .all()
        ),
        (
            range.into(),
            between("order#2026-10-01", "order#2026-10-31$")
        )
    );
    assert_eq!(
        asked!(query().sort_key(|k| k.placed.ge("2026-10-05")).all()),
        (range.into(), between("order#2026-10-05", "order$"))
    );
    assert_eq!(
        asked!(query().sort_key(|k| k.placed.lt("2026-10-05")).all()),
        (range.into(), between("order#", "order#2026-10-05"))
    );
    assert_eq!(
        asked!(
            query()
                .sort_key(|k| k.placed.eq("2026-10-05").id.begins_with("a"))
                .all()
        ),
        (
            "#pk = :pk AND begins_with(#sk, :sk)".into(),
            vec![":pk customer#c1".into(), ":sk order#2026-10-05#a".into()]
        )
    );
    assert_eq!(
        asked!(
            query()
                .sort_key(|k| k.placed.eq("2026-10-05").id.eq("a"))
                .all()
        ),
        (
            "#pk = :pk AND #sk = :sk".into(),
            vec![":pk customer#c1".into(), ":sk order#2026-10-05#a".into()]
        )
    );
}

#[test]
fn padded_numbers_are_compared_as_numbers() {
    let (_, values) = asked!(
        store()
            .query(Note::partition("c1"))
            .sort_key(|k| k.n.between(9, 10))
            .all()
    );
    assert_eq!(
        values,
        [":pk customer#c1", ":sk note#000009", ":sk_2 note#000010"]
    );
}

#[tokio::test]
async fn a_range_finds_what_is_in_it() {
    let shop = shop_of(9).await;
    let query = || shop.store.query(Order::partition("c1"));
    let october = query()
        .sort_key(|k| k.placed.between("2026-10-03", "2026-10-05"))
        .all()
        .send()
        .await
        .unwrap();
    assert_eq!(days(&october), [3, 4, 5]);
    let one = query()
        .sort_key(|k| k.placed.eq("2026-10-05"))
        .all()
        .send()
        .await
        .unwrap();
    assert_eq!(days(&one), [5]);
    let later = query()
        .sort_key(|k| k.placed.gt("2026-10-07"))
        .all()
        .send()
        .await
        .unwrap();
    assert_eq!(days(&later), [8, 9]);
    let notes = shop
        .store
        .query(Note::partition("c1"))
        .sort_key(|k| k.n.ge(7))
        .all()
        .send()
        .await
        .unwrap();
    assert_eq!(notes.len(), 1);
}

#[tokio::test]
async fn a_separator_in_a_bound_is_refused() {
    let shop = shop_of(1).await;
    let query = shop
        .store
        .query(Order::partition("c1"))
        .sort_key(|k| k.placed.ge("2026#10"));
    assert!(matches!(
        query.all().send().await,
        Err(dynacond::Error::Invalid(_))
    ));
    let reversed = shop
        .store
        .query(Order::partition("c1"))
        .sort_key(|k| k.placed.between("b", "a"));
    assert!(matches!(
        reversed.all().send().await,
        Err(dynacond::Error::Expression(_))
    ));
    assert!(shop.local.log().is_empty());
}

/// A day in a template, which is stored as `2026-10-05`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Versioned)]
#[dynacond(
    table = "entries",
    partition_key(name = "pk", value = "account#{account}"),
    sort_key(name = "sk", value = "entry#{day}#{n:03}")
)]
struct Entry {
    account: String,
    day: NaiveDate,
    n: u32,
}

#[tokio::test]
async fn the_days_of_a_month_are_found_by_the_beginning_of_their_text() {
    let store = Store::new(dynacond_local::client_from_env().unwrap());
    dynacond_local::create_table::<Entry>(&store).await.unwrap();
    let day = |month, day| NaiveDate::from_ymd_opt(2026, month, day).unwrap();
    for (n, day) in [day(9, 30), day(10, 1), day(10, 31), day(11, 1)]
        .into_iter()
        .enumerate()
    {
        let entry = Entry {
            account: "a1".into(),
            day,
            n: u32::try_from(n).unwrap(),
        };
        store.create(entry).send().await.unwrap();
    }
    let query = || store.query(Entry::partition("a1"));
    let october = query().sort_key(|k| k.day.begins_with("2026-10")).values();
    let found: Vec<_> = october.all().send().await.unwrap();
    let found: Vec<_> = found.iter().map(|entry| entry.n).collect();
    assert_eq!(found, [1, 2]);
    let reversed = query().sort_key(|k| k.day.between(day(11, 1), day(10, 1)));
    let error = reversed.all().send().await.expect_err("refused");
    assert!(matches!(error, dynacond::Error::Expression(_)), "{error}");
}

/// Templates in which the order of texts is not the order of fields, and one free text may hold the separator.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Versioned)]
#[dynacond(
    table = "files",
    partition_key(name = "pk", value = "files"),
    sort_key(name = "sk", value = "f#{name}#{n}")
)]
struct File {
    name: String,
    n: u32,
}

#[tokio::test]
async fn every_range_of_a_field_finds_the_fields_in_it_and_no_others() {
    let store = Store::new(dynacond_local::client_from_env().unwrap());
    dynacond_local::create_table::<File>(&store).await.unwrap();
    let names = ["", "!", "a", "a!", "a#", "a#1", "a$", "aa", "b", "#"];
    for name in names {
        for n in [1, 10] {
            store
                .create(File {
                    name: name.into(),
                    n,
                })
                .send()
                .await
                .unwrap();
        }
    }
    let expected = |holds: &dyn Fn(&str) -> bool| {
        let mut names: Vec<String> = names
            .iter()
            .filter(|name| holds(name))
            .map(|name| (*name).to_owned())
            .collect();
        names.sort();
        names
    };
    for bound in names {
        macro_rules! found {
            ($sort:expr) => {{
                let files = store
                    .query(File::partition(()))
                    .sort_key($sort)
                    .all()
                    .send()
                    .await
                    .unwrap();
                let mut names: Vec<String> = files.iter().map(|file| file.name.clone()).collect();
                names.sort();
                assert!(
                    names.chunks(2).all(|pair| pair[0] == pair[1]),
                    "each twice: {names:?}"
                );
                names.dedup();
                names
            }};
        }
        assert_eq!(
            found!(|k| k.name.eq(bound)),
            expected(&|name| name == bound),
            "= {bound}"
        );
        assert_eq!(
            found!(|k| k.name.lt(bound)),
            expected(&|name| name < bound),
            "< {bound}"
        );
        assert_eq!(
            found!(|k| k.name.le(bound)),
            expected(&|name| name <= bound),
            "<= {bound}"
        );
        assert_eq!(
            found!(|k| k.name.gt(bound)),
            expected(&|name| name > bound),
            "> {bound}"
        );
        assert_eq!(
            found!(|k| k.name.ge(bound)),
            expected(&|name| name >= bound),
            ">= {bound}"
        );
        assert_eq!(
            found!(|k| k.name.begins_with(bound)),
            expected(&|name| name.starts_with(bound)),
            "begins {bound}"
        );
        for high in names.iter().filter(|high| **high >= bound) {
            assert_eq!(
                found!(|k| k.name.between(bound, *high)),
                expected(&|name| (bound..=high).contains(&name)),
                "{bound} to {high}"
            );
        }
    }
    let one = store
        .query(File::partition(()))
        .sort_key(|k| k.name.eq("a#1").n.eq(10))
        .all()
        .send()
        .await
        .unwrap();
    assert_eq!(one.len(), 1);
}

/// No literal ends the text, because the width of what follows is fixed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Versioned)]
#[dynacond(
    table = "parts",
    partition_key(name = "pk", value = "parts"),
    sort_key(name = "sk", value = "p#{name}{n:04}")
)]
struct Part {
    name: String,
    n: u32,
}

#[tokio::test]
async fn a_text_before_a_padded_number_is_compared_without_the_number() {
    let store = Store::new(dynacond_local::client_from_env().unwrap());
    dynacond_local::create_table::<Part>(&store).await.unwrap();
    // As whole texts, `9999` follows `0a0000`, although no text is less than the empty one.
    for (name, n) in [("", 9999), ("0", 9999), ("0!", 0), ("0a", 0), ("1", 0)] {
        let part = Part {
            name: name.into(),
            n,
        };
        store.create(part).send().await.unwrap();
    }
    let query = || store.query(Part::partition(()));
    macro_rules! names {
        ($sort:expr) => {{
            let found = query().sort_key($sort).values().all().send().await.unwrap();
            let mut names: Vec<_> = found.into_iter().map(|part| part.name).collect();
            names.sort();
            names
        }};
    }
    assert_eq!(names!(|k| k.name.lt("0a")), ["", "0", "0!"]);
    assert_eq!(names!(|k| k.name.le("0!")), ["", "0", "0!"]);
    assert_eq!(names!(|k| k.name.between("", "0a")), ["", "0", "0!", "0a"]);
    assert_eq!(names!(|k| k.name.gt("0")), ["0!", "0a", "1"]);
    assert_eq!(names!(|k| k.name.lt("")), [""; 0]);
}

/// The text after the last one of a row may be a seat of the next row.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Versioned)]
#[dynacond(
    table = "seats",
    partition_key(name = "pk", value = "hall"),
    sort_key(name = "sk", value = "seat{row:02}{name}")
)]
struct Seat {
    row: u8,
    name: String,
}

#[tokio::test]
async fn a_range_after_an_equality_leaves_out_the_next_value() {
    let store = Store::new(dynacond_local::client_from_env().unwrap());
    dynacond_local::create_table::<Seat>(&store).await.unwrap();
    for (row, name) in [(1, "a"), (1, "c"), (2, ""), (2, "c")] {
        let name = name.into();
        store.create(Seat { row, name }).send().await.unwrap();
    }
    let query = || store.query(Seat::partition(()));
    for query in [
        query().sort_key(|k| k.row.eq(1).name.ge("b")),
        query().sort_key(|k| k.row.eq(1).name.gt("a")),
    ] {
        let found = query.values().all().send().await.unwrap();
        let (row, name) = (1, "c".to_owned());
        assert_eq!(found, [Seat { row, name }]);
    }
    let count = query().sort_key(|k| k.row.eq(1).name.ge("")).count();
    assert_eq!(count.send().await.unwrap().matched, 2);
}

/// A key that is longer than the one of another type, and begins as it does.
#[tokio::test]
async fn a_range_of_numbers_leaves_out_what_belongs_to_them() {
    let shop = shop_of(1).await;
    let put = shop.quiet.client().put_item().table_name("shop");
    let put = put.item("pk", AttributeValue::S("customer#c1".into()));
    let put = put.item("sk", AttributeValue::S("note#000007#comment#1".into()));
    put.send().await.unwrap();
    let query = || shop.store.query(Note::partition("c1"));
    let query = || query().sort_key(|k| k.n.between(1, 8));
    let notes = query().all().send().await.unwrap();
    assert_eq!(notes.len(), 1);
    assert_eq!(query().count().send().await.unwrap().matched, 1);
}

#[tokio::test]
async fn a_range_reads_no_items_of_another_type() {
    // Before and behind the orders, in their partition.
    let shop = shop_of(3).await;
    for sk in [
        "order",
        "order!",
        "order$0",
        "orders#2026-10-02#a",
        "p",
        "\u{10ffff}",
    ] {
        let put = shop.quiet.client().put_item().table_name("shop");
        let put = put.item("pk", AttributeValue::S("customer#c1".into()));
        let put = put.item("sk", AttributeValue::S(sk.into()));
        put.send().await.unwrap();
    }
    let query = || shop.store.query(Order::partition("c1"));
    for query in [
        query(),
        query().sort_key(|k| k.placed.ge("")),
        query().sort_key(|k| k.placed.gt("")),
        query().sort_key(|k| k.placed.le("\u{10ffff}")),
        query().sort_key(|k| k.placed.begins_with("")),
        query().sort_key(|k| k.placed.between("", "\u{10ffff}")),
        query().descending(),
    ] {
        let count = query.count().send().await.unwrap();
        assert_eq!((count.matched, count.examined), (3, 3));
    }
}

/// Sort keys that are attributes as they are.
#[derive(Clone, Debug, Serialize, Deserialize, Versioned)]
#[dynacond(
    table = "readings",
    index(ByPlace, name = "by-place", partition_key(sensor), sort_key(place, at))
)]
struct Reading {
    #[dynacond(partition_key)]
    sensor: String,
    #[dynacond(sort_key)]
    at: u64,
    place: String,
}

#[tokio::test]
async fn a_bound_that_no_key_has_is_refused_and_widens_nothing() {
    let local = dynacond_local::Local::from_env().unwrap();
    let store = Store::new(local.client());
    let query = || store.query(Reading::partition("s1"));
    let reversed = query().sort_key(|k| k.at.between(2, 1)).all().send().await;
    assert!(
        matches!(&reversed, Err(Error::Expression(error)) if error.rule == Rule::BoundsReversed),
        "{reversed:?}"
    );
    let index = || store.query(ByPlace::partition("s1"));
    for empty in [
        index().sort_key(|k| k.place.eq("")),
        index().sort_key(|k| k.place.ge("")),
        index().sort_key(|k| k.place.begins_with("")),
        index().sort_key(|k| k.place.between("", "b")),
    ] {
        let refused = empty.all().send().await;
        assert!(
            matches!(
                &refused,
                Err(Error::Invalid(InvalidInput::KeyLength { .. }))
            ),
            "{refused:?}"
        );
    }
    let reversed = index().sort_key(|k| k.place.eq("a").at.between(2, 1));
    let reversed = reversed.count().send().await;
    assert!(matches!(reversed, Err(Error::Expression(_))));
    let twice = query().sort_key(|k| k.at.ge(1)).sort_key(|k| k.at.le(2));
    let twice = twice.all().send().await;
    assert!(matches!(
        twice,
        Err(Error::Invalid(InvalidInput::SortKeyTwice))
    ));
    assert!(local.log().is_empty());
}

/// A sort key that begins with a field.
#[derive(Clone, Debug, Serialize, Deserialize, Versioned)]
#[dynacond(
    table = "letters",
    partition_key(name = "pk", value = "box#{post}"),
    sort_key(name = "sk", value = "{placed}#{id}")
)]
struct Letter {
    post: String,
    placed: String,
    id: String,
}

#[tokio::test]
async fn a_range_over_a_field_has_the_limits_of_a_key() {
    let local = dynacond_local::Local::new();
    let store = Store::new(local.client());
    dynacond_local::create_table::<Letter>(&store)
        .await
        .unwrap();
    for placed in ["a", "b"] {
        let (post, id) = ("p".into(), "1".into());
        let letter = Letter {
            post,
            placed: placed.into(),
            id,
        };
        store.create(letter).send().await.unwrap();
    }
    local.clear_log();
    let query = || store.query(Letter::partition("p"));
    // An empty text begins every text, and DynamoDB refuses it as a bound.
    for query in [
        query().sort_key(|k| k.placed.begins_with("")),
        query().sort_key(|k| k.placed.ge("")),
        query().sort_key(|k| k.placed.between("", "z")),
    ] {
        assert_eq!(query.all().send().await.unwrap().len(), 2);
    }
    let sent = local.operations().len();
    let long = "x".repeat(2000);
    for query in [
        query().sort_key(|k| k.placed.eq(&long)),
        query().sort_key(|k| k.placed.begins_with(&long)),
        query().sort_key(|k| k.placed.le(&long)),
        query().sort_key(|k| k.placed.between("a", &long)),
    ] {
        let error = query.all().send().await.unwrap_err();
        assert!(
            matches!(error, Error::Invalid(InvalidInput::KeyLength { .. })),
            "{error}"
        );
    }
    assert_eq!(local.operations().len(), sent, "nothing was sent");
}
