//! Documents inside lists: a save writes the list whole, and keeps in each element what the struct does not know.
use std::collections::BTreeSet;

use dynacond::{AttributeValue, Document, Item, Store, Stored, Transaction, Versioned};
use proptest::collection::vec;
use proptest::prelude::*;
use serde::{Deserialize, Deserializer, Serialize};

use super::support::{item, m, n, put_raw, raw, s, watched};

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, Document)]
struct Line {
    sku: String,
    quantity: u32,
    #[serde(default)]
    gift: bool,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Versioned)]
#[dynacond(table = "carts")]
struct Cart {
    #[dynacond(partition_key)]
    id: String,
    lines: Vec<Line>,
    #[serde(default)]
    pages: Vec<Vec<Line>>,
    /// Read in another order than they are stored, and each once.
    #[serde(default)]
    gifts: BTreeSet<Line>,
    /// What is no line is left out.
    #[serde(default, deserialize_with = "lines_only")]
    mixed: Vec<Line>,
}

fn lines_only<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Line>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Element {
        Line(Line),
        Other(serde::de::IgnoredAny),
    }
    let elements = Vec::<Element>::deserialize(deserializer)?;
    let lines = elements.into_iter().filter_map(|element| match element {
        Element::Line(line) => Some(line),
        Element::Other(_) => None,
    });
    Ok(lines.collect())
}

fn line(sku: &str, quantity: u32) -> Line {
    Line {
        sku: sku.to_owned(),
        quantity,
        gift: false,
    }
}

/// A line as a newer writer stores it, with a colour.
fn coloured(sku: &str, quantity: u32, colour: &str) -> AttributeValue {
    m([
        ("sku", s(sku)),
        ("quantity", n(quantity)),
        ("gift", AttributeValue::Bool(false)),
        ("colour", s(colour)),
    ])
}

fn plain(sku: &str, quantity: u32) -> AttributeValue {
    let AttributeValue::M(mut map) = coloured(sku, quantity, "") else {
        unreachable!("a map");
    };
    map.remove("colour");
    AttributeValue::M(map)
}

fn l<const N: usize>(list: [AttributeValue; N]) -> AttributeValue {
    AttributeValue::L(list.into())
}

fn cart_item(lines: AttributeValue) -> Item {
    item([
        ("id", s("c1")),
        ("lines", lines),
        ("item_version", n(1)),
        ("item_write_id", s("w")),
    ])
}

/// The lines that a change leaves, if the item goes the way of each verb that merges.
async fn changed_by_each_verb(
    before: &AttributeValue,
    change: impl Fn(&mut Cart) + Copy,
) -> Vec<AttributeValue> {
    async fn lines(store: &Store) -> AttributeValue {
        let item = raw(store, Cart::key("c1")).await.unwrap();
        item["lines"].clone()
    }
    let shop = watched::<Cart>().await;
    let (store, key) = (&shop.store, Cart::key("c1"));
    let mut all = Vec::new();

    put_raw::<Cart>(store, cart_item(before.clone())).await;
    let mut cart = store.get(&key).send().await.unwrap().unwrap();
    change(&mut cart);
    store.save(cart).send().await.unwrap();
    all.push(lines(store).await);

    put_raw::<Cart>(store, cart_item(before.clone())).await;
    store.modify(&key, change).send().await.unwrap();
    all.push(lines(store).await);

    put_raw::<Cart>(store, cart_item(before.clone())).await;
    let put = |tx: &mut Transaction| -> dynacond::Result<()> {
        let mut cart = tx.require(&key)?;
        change(&mut cart);
        tx.put(cart).map(drop)
    };
    store.transact(put).send().await.unwrap();
    all.push(lines(store).await);

    put_raw::<Cart>(store, cart_item(before.clone())).await;
    let mut cart = store.get(&key).send().await.unwrap().unwrap();
    change(&mut cart);
    let save = store.save(cart);
    store.transact_write((save,)).send().await.unwrap();
    all.push(lines(store).await);
    all
}

type Rewrite = fn(&mut Vec<Line>);

#[tokio::test]
#[expect(clippy::too_many_lines, reason = "one table")]
async fn elements_keep_what_the_struct_does_not_know() {
    let (pen, ink, pad) = (
        || coloured("pen", 1, "red"),
        || coloured("ink", 2, "blue"),
        || coloured("pad", 3, "grey"),
    );
    let cases: [(&str, Rewrite, AttributeValue); 14] = [
        (
            "another element changes",
            |lines| lines[0].quantity = 9,
            l([coloured("pen", 9, "red"), ink(), pad()]),
        ),
        (
            "every element changes",
            |lines| lines.iter_mut().for_each(|line| line.quantity += 1),
            l([
                coloured("pen", 2, "red"),
                coloured("ink", 3, "blue"),
                coloured("pad", 4, "grey"),
            ]),
        ),
        (
            "one is appended",
            |lines| lines.push(line("cup", 1)),
            l([pen(), ink(), pad(), plain("cup", 1)]),
        ),
        (
            "one is inserted in front, like the next but for its name",
            |lines| lines.insert(0, line("cup", 1)),
            l([plain("cup", 1), pen(), ink(), pad()]),
        ),
        (
            "the first is removed",
            |lines| drop(lines.remove(0)),
            l([ink(), pad()]),
        ),
        (
            "the first is removed and the last changes",
            |lines| {
                lines.remove(0);
                lines[1].quantity = 9;
            },
            l([ink(), coloured("pad", 9, "grey")]),
        ),
        (
            "one is removed and its neighbour changes to its number",
            |lines| {
                lines.remove(0);
                lines[0].quantity = 1;
            },
            l([coloured("ink", 1, "blue"), pad()]),
        ),
        (
            "one is inserted before one that changes",
            |lines| {
                lines[1].quantity = 9;
                lines.insert(1, line("cup", 2));
            },
            l([pen(), plain("cup", 2), coloured("ink", 9, "blue"), pad()]),
        ),
        (
            "the first is removed and another appended",
            |lines| {
                lines.remove(0);
                lines.push(line("cup", 1));
            },
            l([ink(), pad(), plain("cup", 1)]),
        ),
        (
            "two are removed and another with the number of one inserted",
            |lines| {
                lines.drain(0..2);
                lines.insert(0, line("cup", 1));
            },
            l([plain("cup", 1), pad()]),
        ),
        (
            "they are turned round",
            |lines| lines.reverse(),
            l([pad(), ink(), pen()]),
        ),
        (
            "one moves and changes",
            |lines| {
                lines.rotate_left(1);
                lines[2].quantity = 9;
            },
            l([ink(), pad(), coloured("pen", 9, "red")]),
        ),
        ("all are removed", Vec::clear, l([])),
        (
            "one changes in all that the struct knows of it",
            |lines| {
                lines[1] = Line {
                    sku: "cup".into(),
                    quantity: 7,
                    gift: true,
                }
            },
            l([
                pen(),
                m([
                    ("sku", s("cup")),
                    ("quantity", n(7)),
                    ("gift", AttributeValue::Bool(true)),
                    ("colour", s("blue")),
                ]),
                pad(),
            ]),
        ),
    ];
    for (what, change, expected) in cases {
        let before = l([pen(), ink(), pad()]);
        for left in changed_by_each_verb(&before, |cart| change(&mut cart.lines)).await {
            assert_eq!(left, expected, "{what}");
        }
    }
}

#[tokio::test]
async fn of_elements_that_the_struct_cannot_tell_apart_the_others_stay_in_their_places() {
    let before = l([
        coloured("pen", 1, "red"),
        coloured("ink", 2, "blue"),
        coloured("pen", 1, "grey"),
    ]);
    let remove_first = |cart: &mut Cart| drop(cart.lines.remove(0));
    for left in changed_by_each_verb(&before, remove_first).await {
        let expected = l([coloured("ink", 2, "blue"), coloured("pen", 1, "grey")]);
        assert_eq!(left, expected);
    }
}

/// The item that a transaction would leave, without any request.
fn put(mut before: Item, change: impl FnOnce(&mut Cart)) -> Item {
    before.remove("item_version");
    let mut cart: Stored<Cart> = Stored::from_unversioned_item(before).unwrap();
    change(&mut cart);
    let mut tx = Transaction::default();
    Stored::item(&tx.put(cart).unwrap()).clone()
}

#[test]
fn a_default_that_is_not_stored_is_no_other_element() {
    let before = l([m([
        ("sku", s("pen")),
        ("quantity", n(1)),
        ("colour", s("red")),
    ])]);
    let left = put(cart_item(before), |cart| cart.lines[0].quantity = 2);
    let expected = l([m([
        ("sku", s("pen")),
        ("quantity", n(2)),
        ("colour", s("red")),
    ])]);
    assert_eq!(left["lines"], expected);
}

#[test]
fn lists_within_lists_are_merged_too() {
    let pages = l([
        l([coloured("pen", 1, "red"), coloured("ink", 2, "blue")]),
        l([coloured("pad", 3, "grey")]),
    ]);
    let mut before = cart_item(l([]));
    before.insert("pages".into(), pages);
    let left = put(before, |cart| {
        cart.pages[0][1].quantity = 9;
        cart.pages[1].push(line("cup", 1));
    });
    let expected = l([
        l([coloured("pen", 1, "red"), coloured("ink", 9, "blue")]),
        l([coloured("pad", 3, "grey"), plain("cup", 1)]),
    ]);
    assert_eq!(left["pages"], expected);
}

#[test]
fn elements_of_a_set_are_found_by_what_they_hold() {
    let stored = [("pen", 1, "red"), ("ink", 2, "blue"), ("pad", 3, "grey")];
    let stored = stored.map(|(sku, quantity, colour)| coloured(sku, quantity, colour));
    let mut before = cart_item(l([]));
    before.insert("gifts".into(), l(stored));
    let left = put(before, |cart| {
        cart.gifts.remove(&line("pad", 3));
        cart.gifts.remove(&line("pen", 1));
        cart.gifts.insert(line("pen", 9));
        cart.gifts.insert(line("cup", 4));
    });
    let expected = [
        plain("cup", 4),
        coloured("ink", 2, "blue"),
        coloured("pen", 9, "red"),
    ];
    assert_eq!(left["gifts"], l(expected));
}

#[test]
fn an_element_that_a_set_leaves_out_is_removed_with_its_like() {
    let twice = || coloured("pen", 1, "red");
    let mut before = cart_item(l([]));
    before.insert(
        "gifts".into(),
        l([twice(), coloured("ink", 2, "blue"), twice()]),
    );
    let left = put(before, |cart| {
        cart.gifts.remove(&line("pen", 1));
    });
    assert_eq!(left["gifts"], l([coloured("ink", 2, "blue")]));
}

#[test]
fn elements_that_the_struct_does_not_see_stay() {
    let other = || m([("voucher", s("v1"))]);
    let mut before = cart_item(l([]));
    let mixed = [
        coloured("pen", 1, "red"),
        other(),
        coloured("ink", 2, "blue"),
    ];
    before.insert("mixed".into(), l(mixed));
    let left = put(before, |cart| cart.mixed[1].quantity = 9);
    let expected = [
        coloured("pen", 1, "red"),
        other(),
        coloured("ink", 9, "blue"),
    ];
    assert_eq!(left["mixed"], l(expected));
}

/// What is done to a list: each number chooses an element.
#[derive(Clone, Debug)]
enum Edit {
    Change(usize, u32),
    Remove(usize),
    Insert(usize, u32),
    Move(usize, usize),
}

fn edit() -> impl Strategy<Value = Edit> {
    prop_oneof![
        3 => (any::<usize>(), 0..4_u32).prop_map(|(at, quantity)| Edit::Change(at, quantity)),
        1 => any::<usize>().prop_map(Edit::Remove),
        1 => (any::<usize>(), 0..4_u32).prop_map(|(at, quantity)| Edit::Insert(at, quantity)),
        1 => (any::<usize>(), any::<usize>()).prop_map(|(from, to)| Edit::Move(from, to)),
    ]
}

/// Makes the edits; says whether one was removed.
fn edited(lines: &mut Vec<Line>, edits: &[Edit]) -> bool {
    let mut removed = false;
    for (number, edit) in edits.iter().enumerate() {
        let len = lines.len();
        match edit {
            Edit::Insert(at, quantity) => {
                let new = line(&format!("new{number}"), *quantity);
                lines.insert(at % (len + 1), new);
            }
            _ if len == 0 => {}
            Edit::Change(at, quantity) => lines[at % len].quantity = *quantity,
            Edit::Remove(at) => {
                lines.remove(at % len);
                removed = true;
            }
            Edit::Move(from, to) => {
                let line = lines.remove(from % len);
                lines.insert(to % len, line);
            }
        }
    }
    removed
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    /// Lines with names of their own, changed, moved, removed and inserted in any order: each that is left keeps its colour,
    /// no colour appears twice, and without a removal none is given to a new line.
    #[test]
    fn no_colour_is_lost_and_none_is_invented(
        quantities in vec(0..4_u32, 0..6),
        edits in vec(edit(), 0..6),
    ) {
        let lines = quantities.iter().enumerate().map(|(at, quantity)| {
            coloured(&format!("old{at}"), *quantity, &format!("colour of old{at}"))
        });
        let before = cart_item(AttributeValue::L(lines.collect()));
        let mut removed = false;
        let mut written = Vec::new();
        let left = put(before, |cart| {
            removed = edited(&mut cart.lines, &edits);
            written.clone_from(&cart.lines);
        });
        let left = left["lines"].as_l().unwrap();
        prop_assert_eq!(left.len(), written.len());
        let mut colours = Vec::new();
        for (left, written) in left.iter().zip(&written) {
            let left = left.as_m().unwrap();
            prop_assert_eq!(&left["sku"], &s(&written.sku));
            prop_assert_eq!(&left["quantity"], &n(written.quantity));
            let colour = left.get("colour").map(|colour| colour.as_s().unwrap().clone());
            if written.sku.starts_with("old") {
                let own = format!("colour of {}", written.sku);
                prop_assert_eq!(colour.as_ref(), Some(&own));
            } else {
                prop_assert!(removed || colour.is_none(), "{:?}", colour);
            }
            colours.extend(colour);
        }
        let count = colours.len();
        colours.sort();
        colours.dedup();
        prop_assert_eq!(colours.len(), count);
    }
}
