//! What a cursor is bound to: the same query gives the same fingerprint in every release, and two different queries never do.
use std::collections::HashMap;

use aws_sdk_dynamodb::primitives::Blob;
use dynacond::{Any, AttributeValue, Condition, Item, Projection, Store, Versioned};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;
use serde::{Deserialize, Serialize};
use tokio::runtime;

use super::support::{Order, shop_of};

/// Clients keep tokens, so they must not change between releases. DESIGN.md lists the bytes that are hashed. For this query they
/// were written out by hand, and another program computed SHA-256, HMAC and Base64.
#[tokio::test]
async fn the_token_of_a_query_never_changes() {
    let shop = shop_of(9).await;
    let query = shop
        .store
        .query(Order::partition("c1"))
        .sort_key(|k| k.placed.gt("2026-10-01"))
        .filter(|o| o.total.is_in([3, 5]))
        .bound_to("tenant 1");
    let page = query.page(1).send().await.unwrap();
    assert_eq!(page.items[0].total, 3);
    let token = page.next.unwrap().token(&shop.store).unwrap();
    assert_eq!(
        token,
        "AVqWLNw2ikclYIZAqzKgPLBTAAtjdXN0b21lciNjMVMAEm9yZGVyIzIwMjYtMTAtMDMjYeggcvLni4rmC5WrERU2GAPtdfkDyjQvLWVE_-eImflO"
    );
}

/// An item whose table and indexes answer every query below with at least two items.
#[expect(clippy::duplicated_attributes, reason = "two indexes have equal keys")]
#[derive(Clone, Debug, Serialize, Deserialize, Versioned)]
#[dynacond(
    table = "entries",
    sort_key(name = "sk", value = "e#{a}#{b}"),
    index(ByPlace, name = "by-place", partition_key(place), sort_key(a)),
    index(Places, name = "places", partition_key(place), sort_key(a))
)]
struct Entry {
    #[dynacond(partition_key)]
    p: String,
    a: String,
    b: String,
    place: String,
}

#[derive(Debug, Deserialize, Projection)]
#[dynacond(of = Entry)]
struct Part {
    #[expect(dead_code, reason = "only the cursor is looked at")]
    place: String,
}

/// A query in words. Two that differ ask for different things.
#[derive(Clone, Debug, PartialEq)]
struct Asked {
    source: Source,
    partition: &'static str,
    range: Range,
    filter: Option<String>,
    bound_to: Vec<&'static str>,
    descending: bool,
    projected: bool,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Source {
    Table,
    ByPlace,
    Places,
    Scan,
    ScanOfPlaces,
}

/// A condition on the sort key. Each holds for the stored `a`, which is `m`, and for each stored `b`.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Range {
    All,
    Eq,
    From(&'static str),
    After(&'static str),
    UpTo(&'static str),
    Before(&'static str),
    Between(&'static str, &'static str),
    Begins,
    /// Of the table: `a` is equal, and `b` at least this or after this.
    ThenFrom(&'static str),
    ThenAfter(&'static str),
}

const RANGES: [Range; 16] = [
    Range::All,
    Range::Eq,
    Range::From("b"),
    Range::From("c"),
    Range::After("b"),
    Range::After("c"),
    Range::UpTo("x"),
    Range::UpTo("y"),
    Range::Before("x"),
    Range::Before("y"),
    Range::Between("b", "x"),
    Range::Between("b", "y"),
    Range::Between("c", "y"),
    Range::Begins,
    Range::ThenFrom("b"),
    Range::ThenAfter("b"),
];

const PATHS: [&str; 5] = ["#f", "#g", "#f.#g", "#f[0]", "#dotted"];

const CLAUSES: [&str; 36] = [
    "{} = :text",
    "{} = :other",
    "{} = :number",
    "{} = :true",
    "{} = :false",
    "{} = :null",
    "{} = :bytes",
    "{} = :texts",
    "{} = :numbers",
    "{} = :blobs",
    "{} = :list",
    "{} = :numbers_list",
    "{} = :nested",
    "{} = :no_list",
    "{} = :map",
    "{} = :no_map",
    "{} = :path",
    "{} = :name",
    "{} <> :text",
    "{} < :text",
    "{} <= :text",
    "{} > :text",
    "{} >= :text",
    ":text >= {}",
    "{} = #h",
    "{} BETWEEN :text AND :other",
    "{} IN (:text)",
    "{} IN (:text, :other)",
    "{} IN (:other, :text)",
    "attribute_exists({})",
    "attribute_not_exists({})",
    "attribute_type({}, :type)",
    "begins_with({}, :text)",
    "contains({}, :text)",
    "contains({}, :number)",
    "size({}) = :number",
];

fn values() -> Item {
    let text = || AttributeValue::S("1".into());
    let number = || AttributeValue::N("1".into());
    let values = [
        ("text", text()),
        ("other", AttributeValue::S("2".into())),
        ("number", number()),
        ("true", AttributeValue::Bool(true)),
        ("false", AttributeValue::Bool(false)),
        ("null", AttributeValue::Null(true)),
        ("bytes", AttributeValue::B(Blob::new("1"))),
        ("texts", AttributeValue::Ss(vec!["1".into()])),
        ("numbers", AttributeValue::Ns(vec!["1".into()])),
        ("blobs", AttributeValue::Bs(vec![Blob::new("1")])),
        ("list", AttributeValue::L(vec![text()])),
        ("numbers_list", AttributeValue::L(vec![number()])),
        (
            "nested",
            AttributeValue::L(vec![AttributeValue::L(vec![text()])]),
        ),
        ("no_list", AttributeValue::L(vec![])),
        ("map", AttributeValue::M([("1".to_owned(), text())].into())),
        ("no_map", AttributeValue::M(HashMap::new())),
        // As a name and an expression are written.
        ("path", AttributeValue::S("#f".into())),
        ("name", AttributeValue::S("f".into())),
        ("type", AttributeValue::S("S".into())),
    ];
    values.map(|(name, v)| (format!(":{name}"), v)).into()
}

fn parsed(text: &str) -> Condition<Any> {
    let names = [("#f", "f"), ("#g", "g"), ("#h", "h"), ("#dotted", "f.g")];
    let has = |placeholder: &str| {
        let mut words = text.split(|c: char| !c.is_ascii_alphanumeric() && !"#:_".contains(c));
        words.any(|word| word == placeholder)
    };
    let names = names
        .into_iter()
        .filter(|(placeholder, _)| has(placeholder));
    let names = names.map(|(a, b)| (a.to_owned(), b.to_owned())).collect();
    let values = values()
        .into_iter()
        .filter(|(placeholder, _)| has(placeholder));
    Condition::parse(text, names, values.collect()).unwrap()
}

/// A filter, whose text has no more parentheses than it needs.
fn filters() -> impl Strategy<Value = String> {
    let clause =
        || (select(&PATHS), select(&CLAUSES)).prop_map(|(path, clause)| clause.replace("{}", path));
    let clauses = || vec(clause(), 2..4);
    prop_oneof![
        4 => clause(),
        1 => clause().prop_map(|one| format!("NOT {one}")),
        1 => clauses().prop_map(|all| all.join(" AND ")),
        1 => clauses().prop_map(|any| any.join(" OR ")),
        1 => clauses().prop_map(|all| format!("NOT ({})", all.join(" AND "))),
        1 => (clauses(), clause()).prop_map(|(any, and)| format!("({}) AND {and}", any.join(" OR "))),
    ]
}

fn queries() -> impl Strategy<Value = Asked> {
    let source = select(vec![
        Source::Table,
        Source::Table,
        Source::ByPlace,
        Source::Places,
        Source::Scan,
        Source::ScanOfPlaces,
    ]);
    let bound_to = select(vec![vec![], vec!["12"], vec!["1", "2"], vec!["", "12"]]);
    (
        (source, select(vec!["1", "2"]), select(&RANGES)),
        (
            option::of(filters()),
            bound_to,
            any::<bool>(),
            any::<bool>(),
        ),
    )
        .prop_map(|((source, partition, range), rest)| {
            let (filter, bound_to, descending, projected) = rest;
            Asked {
                source,
                partition,
                range,
                filter,
                bound_to,
                descending,
                projected,
            }
        })
}

/// A query, and others that differ from it in one or a few respects.
fn alike() -> impl Strategy<Value = Vec<Asked>> {
    (queries(), vec((queries(), vec(any::<bool>(), 7)), 30)).prop_map(|(base, others)| {
        let mixed = others.into_iter().map(|(other, own)| {
            let mut mixed = base.clone();
            if own[0] {
                mixed.source = other.source;
            }
            if own[1] {
                mixed.partition = other.partition;
            }
            if own[2] {
                mixed.range = other.range;
            }
            if own[3] {
                mixed.filter = other.filter;
            }
            if own[4] {
                mixed.bound_to = other.bound_to;
            }
            if own[5] {
                mixed.descending = other.descending;
            }
            if own[6] {
                mixed.projected = other.projected;
            }
            mixed.without_what_does_not_apply()
        });
        mixed.collect()
    })
}

impl Asked {
    fn without_what_does_not_apply(mut self) -> Self {
        match self.source {
            Source::Table => {}
            Source::ByPlace | Source::Places => {
                if let Range::ThenFrom(_) | Range::ThenAfter(_) = self.range {
                    self.range = Range::Eq;
                }
            }
            Source::Scan | Source::ScanOfPlaces => {
                (self.partition, self.range, self.descending) = ("", Range::All, false);
            }
        }
        self
    }

    /// Returns the fingerprint in the token of a page that ends after one examined item.
    async fn fingerprint(&self, store: &Store) -> Vec<u8> {
        macro_rules! ranged {
            ($query:ident = $of:expr, $($then:tt)*) => {{
                let $query = $of;
                let $query = if self.descending { $query.descending() } else { $query };
                match self.range {
                    Range::All => $query,
                    Range::Eq => $query.sort_key(|k| k.a.eq("m")),
                    Range::From(low) => $query.sort_key(|k| k.a.ge(low)),
                    Range::After(low) => $query.sort_key(|k| k.a.gt(low)),
                    Range::UpTo(high) => $query.sort_key(|k| k.a.le(high)),
                    Range::Before(high) => $query.sort_key(|k| k.a.lt(high)),
                    Range::Between(low, high) => $query.sort_key(|k| k.a.between(low, high)),
                    Range::Begins => $query.sort_key(|k| k.a.begins_with("m")),
                    $($then)*
                }
            }};
        }
        macro_rules! fingerprint {
            ($query:expr) => {{
                let mut query = $query;
                for data in &self.bound_to {
                    query = query.bound_to(data);
                }
                if let Some(text) = &self.filter {
                    query = query.filter(|_| parsed(text));
                }
                let query = query.examine_at_most(1);
                let next = if self.projected {
                    query.project::<Part>().page(1).send().await.unwrap().next
                } else {
                    query.page(1).send().await.unwrap().next
                };
                let token = next.expect("there is more").token(store).unwrap();
                let token = base64_simd::URL_SAFE_NO_PAD.decode_to_vec(&token).unwrap();
                // After the number of the format.
                token[1..17].to_vec()
            }};
        }
        match self.source {
            Source::Table => fingerprint!(ranged!(
                query = store.query(Entry::partition(self.partition)),
                Range::ThenFrom(low) => query.sort_key(|k| k.a.eq("m").b.ge(low)),
                Range::ThenAfter(low) => query.sort_key(|k| k.a.eq("m").b.gt(low)),
            )),
            Source::ByPlace => fingerprint!(ranged!(
                query = store.query(ByPlace::partition(self.partition)),
                Range::ThenFrom(_) | Range::ThenAfter(_) => unreachable!("of the table"),
            )),
            Source::Places => fingerprint!(ranged!(
                query = store.query(Places::partition(self.partition)),
                Range::ThenFrom(_) | Range::ThenAfter(_) => unreachable!("of the table"),
            )),
            Source::Scan => fingerprint!(store.scan::<Entry>()),
            Source::ScanOfPlaces => fingerprint!(store.scan_index::<Places>()),
        }
    }
}

#[test]
fn two_queries_have_one_fingerprint_only_if_they_are_equal() {
    let runtime = runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.unwrap();
    let store = runtime.block_on(async {
        let store = Store::builder(dynacond_local::client_from_env().unwrap())
            .cursor_keys(["a secret of 32 random bytes"])
            .build();
        dynacond_local::create_table::<Entry>(&store).await.unwrap();
        for (p, b) in [("1", "m"), ("1", "n"), ("2", "m"), ("2", "n")] {
            let [p, a, b, place] = [p, "m", b, p].map(str::to_owned);
            let entry = Entry { p, a, b, place };
            store.create(entry).send().await.unwrap();
        }
        store
    });
    let config = ProptestConfig {
        failure_persistence: None,
        ..ProptestConfig::with_cases(24)
    };
    proptest!(config, |(queries in alike())| {
        let mut seen: Vec<(Vec<u8>, Asked)> = Vec::new();
        for asked in queries {
            let own = runtime.block_on(asked.fingerprint(&store));
            for (fingerprint, other) in &seen {
                prop_assert_eq!(asked == *other, own == *fingerprint, "{:?} and {:?}", asked, other);
            }
            seen.push((own, asked));
        }
    });
}
