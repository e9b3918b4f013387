//! Enums with data: which variant one is, and paths into the data, as serde tags them.
use dynacond::{AttributeValue, Condition, Document, Item, Stored, Versioned};
use serde::{Deserialize, Serialize};

use super::super::s;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Document)]
struct Terms {
    days: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    note: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Document)]
#[serde(
    tag = "type",
    rename_all = "snake_case",
    rename_all_fields = "camelCase"
)]
enum Internal {
    #[serde(alias = "credit_card")]
    Card {
        card_number: String,
        limit: u32,
    },
    Invoice(Terms),
    BankTransfer {
        limit: u32,
    },
    Cash,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Document)]
#[serde(tag = "t", content = "c")]
enum Adjacent {
    Card { number: String },
    Invoice(Terms),
    Amount(u32),
    Pair(u8, u8),
    Cash,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Document)]
enum External {
    Card {
        number: String,
    },
    Invoice(Terms),
    #[serde(rename = "sum")]
    Amount(u32),
    #[serde(with = "serde_bytes")]
    Odd(Vec<u8>),
    Bytes(#[serde(with = "serde_bytes")] Vec<u8>),
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Document)]
#[serde(tag = "kind")]
enum Generic<T> {
    Of { value: T },
    None,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Document)]
struct Line {
    paid: Option<Internal>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Versioned)]
#[dynacond(table = "orders")]
struct Order {
    #[dynacond(partition_key)]
    id: String,
    limit: u32,
    internal: Internal,
    adjacent: Adjacent,
    external: External,
    generic: Generic<u32>,
    lines: Vec<Line>,
}

fn terms(days: u32) -> Terms {
    Terms { days, note: None }
}

fn order(internal: Internal, adjacent: Adjacent, external: External) -> Item {
    let paid = Some(internal.clone());
    let order = Order {
        id: "o1".to_owned(),
        limit: 10,
        internal,
        adjacent,
        external,
        generic: Generic::Of { value: 3 },
        lines: vec![Line { paid }],
    };
    // What is asked is what serde writes, and serde reads it.
    let mut item: Item = serde_dynamo::to_item(&order).expect("an item");
    item.insert("item_version".to_owned(), AttributeValue::N("1".to_owned()));
    let read = Stored::<Order>::from_item(item.clone()).expect("an order");
    assert_eq!(*read, order);
    item
}

fn card() -> Item {
    let number = || "4111".to_owned();
    let internal = Internal::Card {
        card_number: number(),
        limit: 5,
    };
    order(
        internal,
        Adjacent::Card { number: number() },
        External::Card { number: number() },
    )
}

fn invoice() -> Item {
    order(
        Internal::Invoice(terms(30)),
        Adjacent::Invoice(terms(30)),
        External::Invoice(terms(30)),
    )
}

fn transfer() -> Item {
    order(
        Internal::BankTransfer { limit: 5 },
        Adjacent::Amount(5),
        External::Amount(5),
    )
}

fn cash() -> Item {
    order(Internal::Cash, Adjacent::Cash, External::Bytes(vec![1]))
}

/// Card, invoice, transfer, cash.
fn on_each(condition: &Condition<Order>) -> [bool; 4] {
    [card(), invoice(), transfer(), cash()].map(|item| condition.matches(&item))
}

fn text(condition: &Condition<Order>) -> String {
    condition.clone().compile().expect("an expression").text
}

#[test]
fn which_variant_it_is() {
    let o = Order::attributes();
    for (condition, expected) in [
        (o.internal.is(|p| p.Card), [true, false, false, false]),
        (o.internal.is(|p| p.Invoice), [false, true, false, false]),
        (
            o.internal.is(|p| p.BankTransfer),
            [false, false, true, false],
        ),
        (o.internal.is(|p| p.Cash), [false, false, false, true]),
        (o.adjacent.is(|p| p.Card), [true, false, false, false]),
        (o.adjacent.is(|p| p.Invoice), [false, true, false, false]),
        (o.adjacent.is(|p| p.Amount), [false, false, true, false]),
        (o.adjacent.is(|p| p.Cash), [false, false, false, true]),
        (o.external.is(|p| p.Card), [true, false, false, false]),
        (o.external.is(|p| p.Invoice), [false, true, false, false]),
        (o.external.is(|p| p.Amount), [false, false, true, false]),
        (o.external.is(|p| p.Bytes), [false, false, false, true]),
        (o.generic.is(|p| p.Of), [true; 4]),
        (o.generic.is(|p| p.None), [false; 4]),
        (!o.internal.is(|p| p.Card), [false, true, true, true]),
        (
            o.lines.index(0).at(|l| l.paid).is(|p| p.Cash),
            [false, false, false, true],
        ),
    ] {
        assert_eq!(on_each(&condition), expected, "{condition}");
    }
}

#[test]
fn a_clause_about_a_variant_is_false_of_the_others() {
    let o = Order::attributes();
    let in_card = || o.internal.at(|p| p.Card);
    let in_invoice = || o.internal.at(|p| p.Invoice);
    let card = [true, false, false, false];
    let invoice = [false, true, false, false];
    let transfer = [false, false, true, false];
    for (condition, expected) in [
        (in_card().at(|c| c.card_number).begins_with("4"), card),
        // A missing attribute is `<>` anything, and another variant has a `limit` too.
        (in_card().at(|c| c.card_number).ne("5"), card),
        (in_card().at(|c| c.limit).eq(5), card),
        (in_card().at(|c| c.limit).is_in([4, 5]), card),
        (in_card().at(|c| c.limit).is_in(1..=200), card),
        (in_card().at(|c| c.limit).between(1, 9), card),
        (in_card().at(|c| c.limit).lt(o.limit), card),
        (o.limit.gt(in_card().at(|c| c.limit)), card),
        (in_card().at(|c| c.card_number).size().eq(4), card),
        (o.adjacent.at(|p| p.Card).at(|c| c.number).ne("5"), card),
        (o.external.at(|p| p.Card).at(|c| c.number).ne("5"), card),
        (in_invoice().at(|t| t.days).le(30), invoice),
        (in_invoice().at(|t| t.note).not_exists(), invoice),
        (in_invoice().at(|t| t.note).is_none(), invoice),
        (in_invoice().at(|t| t.note).is_some(), [false; 4]),
        (
            o.adjacent.at(|p| p.Invoice).at(|t| t.note).is_none(),
            invoice,
        ),
        (
            o.external.at(|p| p.Invoice).at(|t| t.note).is_none(),
            invoice,
        ),
        (o.adjacent.at(|p| p.Amount).ne(6), transfer),
        (o.external.at(|p| p.Amount).ne(6), transfer),
        (
            o.external.at(|p| p.Bytes).eq([1]),
            [false, false, false, true],
        ),
        (o.generic.at(|p| p.Of).at(|g| g.value).eq(3), [true; 4]),
        (
            o.lines
                .index(0)
                .at(|l| l.paid)
                .at(|p| p.Card)
                .at(|c| c.limit)
                .eq(5),
            card,
        ),
        (
            o.lines
                .index(0)
                .at(|l| l.paid.at(|p| p.Card).at(|c| c.limit))
                .eq(5),
            card,
        ),
    ] {
        assert_eq!(on_each(&condition), expected, "{condition}");
    }
}

#[test]
fn a_whole_variant_is_compared_as_it_is_stored() {
    let o = Order::attributes();
    let invoice = [false, true, false, false];
    for condition in [
        o.internal.at(|p| p.Invoice).eq(terms(30)),
        o.adjacent.at(|p| p.Invoice).eq(terms(30)),
        o.external.at(|p| p.Invoice).eq(terms(30)),
        o.internal.eq(Internal::Invoice(terms(30))),
    ] {
        assert_eq!(on_each(&condition), invoice, "{condition}");
    }
}

#[test]
fn what_is_sent() {
    let o = Order::attributes();
    let card = o.internal.at(|p| p.Card);
    for (condition, expected) in [
        (
            o.internal.is(|p| p.Card),
            "#internal.#type IN (:type, :type_2)",
        ),
        (o.internal.is(|p| p.BankTransfer), "#internal.#type = :type"),
        (
            o.external.is(|p| p.Amount),
            "attribute_exists(#external.#sum)",
        ),
        (
            card.at(|c| c.card_number).eq("1"),
            "#internal.#type IN (:type, :type_2) AND #internal.#cardNumber = :cardNumber",
        ),
        (
            o.adjacent.at(|p| p.Card).at(|c| c.number).eq("1"),
            "#adjacent.#t = :t AND #adjacent.#c.#number = :number",
        ),
        (
            o.external.at(|p| p.Amount).ge(1),
            "attribute_exists(#external.#sum) AND #external.#sum >= :sum",
        ),
    ] {
        assert_eq!(text(&condition), expected);
    }
    let card = o.internal.is(|p| p.Card).compile().expect("an expression");
    let values: Vec<_> = card.values.into_values().collect();
    assert!(values.contains(&s("card")) && values.contains(&s("credit_card")));
}

#[tokio::test]
async fn a_guard_about_a_variant_refuses_another_and_an_update_takes_no_value_from_one() {
    let store = dynacond::Store::new(dynacond_local::client());
    dynacond_local::create_table::<Order>(&store)
        .await
        .expect("a table");
    let order = Stored::<Order>::from_item(invoice()).expect("an order");
    store
        .create(Stored::into_inner(order))
        .send()
        .await
        .expect("created");
    let update = || store.update(Order::key("o1"));
    let error = update()
        .set(|o| o.limit.add(1))
        .when(|o| o.internal.at(|p| p.Card).at(|c| c.limit).ne(7))
        .send()
        .await
        .expect_err("no card");
    assert!(
        matches!(error, dynacond::Error::ConditionFailed(_)),
        "{error}"
    );
    let error = update()
        .set(|o| o.limit.to(o.internal.at(|p| p.Card).at(|c| c.limit)))
        .send()
        .await
        .expect_err("of a variant");
    assert!(error.to_string().contains("an enum's variant"), "{error}");
    let days = |days| {
        move |o: <Order as Versioned>::Attributes| {
            o.internal.at(|p| p.Invoice).at(|t| t.days).eq(days)
        }
    };
    let order = update().set(|o| o.limit.add(1)).when(days(30)).send().await;
    assert_eq!(order.expect("an invoice").limit, 11);
}
