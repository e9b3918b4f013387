//! An update that sets a value inside an attribute, or that makes one from other values, has the rules of a whole attribute.
use std::collections::{BTreeMap, HashMap};

use dynacond::{Action, AttributeType, AttributeValue, Document, Error, Store, Versioned, attr};
use serde::{Deserialize, Serialize};

use super::super::s;
use super::declared::Price;

/// serde writes it as text, as declared.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, AttributeType)]
#[dynacond(stored_as = "S")]
struct Word(String);

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, Document)]
struct Line {
    price: Option<Price>,
    prices: Vec<Price>,
    pair: Option<(u8, Price)>,
    named: HashMap<String, Price>,
    note: String,
    #[serde(flatten)]
    rest: BTreeMap<String, Price>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Document)]
enum Kind {
    Priced { price: Price },
    Noted { price: String },
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, Versioned)]
#[dynacond(table = "shelves")]
struct Shelf {
    #[dynacond(partition_key)]
    id: String,
    lists: Vec<Vec<Price>>,
    groups: HashMap<String, Vec<Price>>,
    pairs: Vec<(u8, Price)>,
    line: Line,
    lines: Vec<Line>,
    kind: Option<Kind>,
    word: Option<Word>,
    words: HashMap<String, Word>,
    #[serde(default, with = "dynacond::epoch_seconds")]
    ends: Option<std::time::SystemTime>,
    days: Vec<chrono::NaiveDate>,
    #[serde(
        default,
        with = "serde_dynamo::string_set",
        skip_serializing_if = "std::collections::BTreeSet::is_empty"
    )]
    tags: std::collections::BTreeSet<String>,
    count: Option<u32>,
    former: Option<String>,
}

fn price() -> Price {
    Price("4711".to_owned())
}

fn n(number: u32) -> AttributeValue {
    AttributeValue::N(number.to_string())
}

fn texts() -> AttributeValue {
    AttributeValue::L(vec![s("4711")])
}

/// The actions of a text with the values `:v` and `:w`, as far as it contains them.
fn parsed(text: &str, v: AttributeValue, w: AttributeValue) -> Vec<Action> {
    let mut values = HashMap::from([(":v".to_owned(), v), (":w".to_owned(), w)]);
    values.retain(|name, _| text.contains(name.as_str()));
    Action::parse(text, HashMap::new(), values).expect("an update")
}

async fn shop() -> (dynacond_local::Local, Store) {
    let local = dynacond_local::Local::new();
    let store = Store::new(local.client());
    dynacond_local::create_table::<Shelf>(&store).await.unwrap();
    (local, store)
}

/// Actions that set a value of another data type than the declared one, with a part of the error.
macro_rules! refused {
    ($($name:ident: $actions:expr, $told:literal;)+) => { $(
        #[tokio::test]
        async fn $name() {
            let (local, store) = shop().await;
            let shelf = Shelf { id: "s1".to_owned(), ..Shelf::default() };
            store.create(shelf.clone()).send().await.unwrap();
            let before = local.operations().len();
            let update = || store.update(Shelf::key("s1")).set($actions);
            for (way, error) in [
                ("update", update().send().await.err()),
                ("preview", update().preview().err()),
                ("or_create", update().or_create(shelf).send().await.err()),
                ("transact_write", store.transact_write((update(),)).send().await.err()),
                ("transact", {
                    let transaction = store.transact(|tx| tx.update(Shelf::key("s1"), $actions));
                    transaction.send().await.err()
                }),
            ] {
                let error = match error {
                    Some(error @ (Error::Encode { .. } | Error::Expression(_))) => error,
                    // The error of the path is found before that of a value which its own type refuses.
                    Some(Error::Invalid(_)) if way == "or_create" => continue,
                    other => panic!("{way}: {other:?}"),
                };
                let text = error.to_string();
                assert!(text.contains($told), "{way}: {text}");
                assert!(!text.contains("4711"), "{way}: {text}");
            }
            assert_eq!(local.operations().len(), before, "nothing is sent");
        }
    )+ };
}

mod another_data_type_is_refused {
    use super::*;

    refused! {
        in_an_element: |o| o.lists.index(0).to(vec![price()]), "lists is declared as stored as N";
        in_an_element_of_an_element: |o| o.lists.index(0).index(1).to(price()), "declared as stored as N";
        in_an_entry: |o| o.groups.entry("a").to(vec![price()]), "groups is declared as stored as N";
        in_an_entry_that_is_missing: |o| o.groups.entry("a").if_absent(vec![price()]), "groups is declared as stored as N";
        in_an_appended_element: |o| o.lists.append([vec![price()]]), "lists is declared as stored as N";
        in_a_prepended_element: |o| o.lists.prepend([vec![price()]]), "lists is declared as stored as N";
        in_an_element_appended_inside: |o| o.lists.index(3).append(price()), "declared as stored as N";
        in_the_start_of_a_list: |o| o.lists.append([vec![]]).starting_at(vec![vec![price()]]), "lists is declared as stored as N";
        in_the_start_of_an_entry: |o| o.groups.entry("a").append([]).starting_at(vec![price()]), "groups is declared as stored as N";
        in_an_appended_pair: |o| o.pairs.append([(1, price())]), "pairs is declared as stored as N";
        in_a_pair: |o| o.pairs.index(7).to((1, price())), "pairs is declared as stored as N";
        in_a_field: |o| o.line.at(|l| l.price).to(price()), "declared as stored as N";
        in_an_optional_field: |o| o.line.at(|l| l.pair).to_or_remove(Some((1, price()))), "line.pair is declared as stored as N";
        in_a_list_of_a_document: |o| o.line.at(|l| l.prices).to(vec![price()]), "line.prices is declared as stored as N";
        in_a_map_of_a_document: |o| o.line.at(|l| l.named).to(HashMap::from([("a".to_owned(), price())])), "line.named is declared as stored as N";
        in_a_document_of_a_list: |o| o.lines.index(400_000_000).at(|l| l.prices).to(vec![price()]), "lines.prices is declared as stored as N";
        among_other_actions: |o| (o.count.to(1), o.lists.index(0).to(vec![]), o.lists.index(1).to(vec![price()])), "lists is declared as stored as N";

        in_an_untyped_element: |_| attr("lists").index(0).index(1).to("4711"), "lists is declared as stored as N";
        in_an_untyped_element_of_a_pair: |_| attr("pairs").index(3).index(1).to("4711"), "pairs is declared as stored as N";
        in_an_untyped_pair: |_| attr("line").at_name("pair").index(1).to("4711"), "line.pair is declared as stored as N";
        in_an_untyped_entry: |_| attr("words").at_name("a").to(4711), "words is declared as stored as S";
        in_an_untyped_field: |_| attr("lines").index(1).at_name("price").if_absent("4711"), "lines.price is declared as stored as N";
        in_an_untyped_field_of_a_variant: |_| attr("kind").at_name("Priced").at_name("price").to("4711"), "kind.Priced.price is declared as stored as N";
        in_an_untyped_flattened_entry: |_| attr("line").at_name("cost").to("4711"), "line.cost is declared as stored as N";
        in_an_untyped_path_of_a_typed_attribute: |o| o.line.at_name("named").at_name("a").to("4711"), "line.named is declared as stored as N";
        in_an_untyped_time: |_| attr("ends").to("4711"), "ends is declared as stored as N";
        in_an_untyped_type_of_another_crate: |_| attr("days").append([4711]), "days is declared as stored as S";
        inside_of_what_is_text: |_| attr("word").at_name("a").to("4711"), "word is declared as stored as S";
        by_an_untyped_start: |_| attr("word").add(1).starting_at(0), "word is declared as stored as S";
        by_an_untyped_sum: |_| attr("words").at_name("a").subtract(1), "words is declared as stored as S";
        by_untyped_members: |_| attr("tags").insert([4711]), "tags is declared as stored as SS";
        by_untyped_members_of_no_set: |_| attr("word").insert("4711"), "word is declared as stored as S";

        by_the_text_of_a_set: |_| parsed("SET line.price = :v", s("4711"), n(0)), "line.price is declared as stored as N";
        by_the_text_of_a_default: |_| parsed("SET line.price = if_not_exists(former, :v)", s("4711"), n(0)), "line.price is declared as stored as N";
        by_the_text_of_a_sum: |_| parsed("SET word = ends + :v", n(1), n(0)), "word is declared as stored as S";
        by_the_text_of_a_sum_of_values: |_| parsed("SET words.a = :v + :w", n(1), n(2)), "words is declared as stored as S";
        by_the_text_of_a_list: |_| parsed("SET line.prices = list_append(line.prices, :v)", texts(), n(0)), "line.prices is declared as stored as N";
        by_the_text_of_a_list_of_another: |_| parsed("SET lists[1] = list_append(:v, lists[0])", texts(), n(0)), "lists is declared as stored as N";
        by_the_text_of_a_start: |_| parsed("SET line.prices = list_append(if_not_exists(line.prices, :v), :w)", texts(), AttributeValue::L(vec![])), "line.prices is declared as stored as N";
        by_the_text_of_an_add: |_| parsed("ADD words.a :v", n(1), n(0)), "words is declared as stored as S";
        by_the_text_of_an_add_to_a_set: |_| parsed("ADD tags :v", AttributeValue::Ns(vec!["4711".to_owned()]), n(0)), "tags is declared as stored as SS";
    }
}

/// What the place holds after the update is what the struct writes, so the update is sent.
#[tokio::test]
async fn a_value_of_the_declared_data_type_is_accepted_in_every_place() {
    let (_, store) = shop().await;
    macro_rules! accepted {
        ($($actions:expr;)+) => { $(
            let update = store.update(Shelf::key("s1")).set($actions);
            update.preview().expect(stringify!($actions));
        )+ };
    }
    accepted! {
        |o| (o.lists.index(0).to(vec![]), o.lists.index(1).append([]).starting_at(vec![]));
        |o| o.groups.entry("a").to(vec![]);
        |o| o.line.at(|l| l.note).to("text");
        |o| o.words.entry("a").to(Word("text".to_owned()));
        |o| o.words.to(HashMap::from([("a".to_owned(), Word("text".to_owned()))]));
        |o| o.tags.insert("text");
        |o| o.tags.delete("text");
        |_| attr("lists").index(0).to(AttributeValue::L(vec![n(1), AttributeValue::Null(true)]));
        |_| attr("pairs").index(3).index(0).to("text of another type");
        |_| attr("pairs").index(3).index(1).to(1);
        |_| attr("pairs").append(AttributeValue::L(vec![s("a"), n(1)]));
        |_| attr("line").at_name("price").to(1);
        |_| attr("line").at_name("price").to(AttributeValue::Null(true));
        |_| attr("line").at_name("note").to("text");
        |_| attr("line").at_name("cost").to(1);
        |_| attr("kind").at_name("Noted").at_name("price").to("text");
        |_| attr("kind").at_name("Unknown").at_name("price").to("text");
        |_| attr("ends").add(1).starting_at(0);
        |_| attr("word").remove();
        |_| attr("unknown").at_name("a").index(5).to("text");
        |_| parsed("SET line.price = ends + :v", n(1), n(0));
        |_| parsed("SET line.price = if_not_exists(ends, :v) - :w", n(1), n(2));
        |_| parsed("ADD ends :v, tags :w", n(1), AttributeValue::Ss(vec!["a".to_owned()]));
        |_| parsed("DELETE tags :v", AttributeValue::Ss(vec!["a".to_owned()]), n(0));
    }
}
