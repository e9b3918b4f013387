//! If serde does not write the declared data type, this is an error in every place, and nothing is sent.
use std::borrow::Cow;
use std::cell::RefCell;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap, HashMap, VecDeque};
use std::rc::Rc;
use std::sync::Arc;

use dynacond::{AttributeType, AttributeValue, Document, Error, Store, Versioned, attr};
use serde::{Deserialize, Serialize};

/// A number as it is said, and a text as serde writes it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, AttributeType)]
#[dynacond(stored_as = "N")]
pub(super) struct Price(pub(super) String);

fn price() -> Price {
    Price("4711".to_owned())
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Document)]
struct Line {
    price: Price,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, AttributeType)]
struct Prices(Vec<Vec<Price>>);

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Document)]
enum External {
    Fields { price: Price },
    Newtype(Line),
    Two(u8, Price),
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Document)]
#[serde(tag = "kind")]
enum Internal {
    Nothing,
    Fields {
        price: Price,
    },
    #[serde(rename = "line")]
    Newtype(Line),
    /// Of the same name as the field of another variant, and not the same type.
    Other {
        price: String,
    },
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Document)]
#[serde(tag = "kind", content = "of")]
enum Adjacent {
    Nothing,
    Fields { price: Price },
    Newtype(Line),
    Two(u8, Price),
    Alone(Price),
    Other { price: String },
}

type Many = Vec<Price>;

/// A type of the user's under a name of the standard library's.
mod own {
    use super::{AttributeType, Deserialize, Serialize};

    #[derive(Clone, Debug, PartialEq, Serialize, Deserialize, AttributeType)]
    #[dynacond(stored_as = "N")]
    pub(super) struct Cell(pub(super) String);
}

/// An item with one field, which is never there when the item is created.
macro_rules! fields {
    ($($name:ident: $ty:ty = $value:expr, $path:literal;)+) => { $(
        #[tokio::test]
        async fn $name() {
            #[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Versioned)]
            #[dynacond(table = "things")]
            struct Thing {
                #[dynacond(partition_key)]
                id: String,
                #[serde(default, skip_serializing_if = "Option::is_none")]
                held: Option<$ty>,
            }
            let local = dynacond_local::Local::new();
            let store = Store::new(local.client());
            dynacond_local::create_table::<Thing>(&store).await.unwrap();
            let nothing = Thing { id: "t1".to_owned(), held: None };
            let stored = store.create(nothing.clone()).send().await.unwrap();
            let before = local.operations().len();
            let lying = Thing { held: Some($value), ..nothing };
            let mut changed = stored.clone();
            changed.held = lying.held.clone();
            for (verb, refused) in [
                ("create", store.create(lying.clone()).send().await.err()),
                ("put", store.put(lying.clone()).unconditional().send().await.err()),
                ("save", store.save(changed).send().await.err()),
                ("update", {
                    let held: AttributeValue = serde_dynamo::to_attribute_value(&lying.held).unwrap();
                    let update = store.update(Thing::key("t1")).set(|_| attr("held").to(held));
                    update.send().await.err()
                }),
                ("transact_write", store.transact_write((store.create(lying),)).send().await.err()),
            ] {
                let Some(error @ Error::Encode { .. }) = refused else {
                    panic!("{verb}: {refused:?}");
                };
                let cause = if verb == "update" { "the update uses it as" } else { "serde writes" };
                let told = format!("{} is declared as stored as N, and {cause} S", $path);
                assert!(error.to_string().contains(&told), "{verb}: {error}");
                assert!(!error.to_string().contains("4711"), "{verb}: {error}");
            }
            assert_eq!(local.operations().len(), before, "nothing is sent");
        }
    )+ };
}

fields! {
    alone: Price = price(), "held";
    of_a_type_called_as_a_wrapper: own::Cell = own::Cell("4711".to_owned()), "held";
    in_a_list: Vec<Price> = vec![price()], "held";
    in_lists_of_lists: Vec<Vec<Price>> = vec![vec![], vec![price()]], "held";
    in_lists_of_lists_of_lists: Vec<VecDeque<Vec<Price>>> = vec![[vec![price()]].into()], "held";
    in_a_list_of_options: Vec<Option<Price>> = vec![None, Some(price())], "held";
    in_an_option_of_a_list: Box<Vec<Price>> = Box::new(vec![price()]), "held";
    in_a_map: HashMap<String, Price> = [("a".to_owned(), price())].into(), "held";
    in_a_map_of_lists: BTreeMap<String, Vec<Box<Price>>> = [("a".to_owned(), vec![Box::new(price())])].into(), "held";
    in_a_map_whose_keys_are_of_the_type: HashMap<String, [Price; 1]> = [("a".to_owned(), [price()])].into(), "held";
    in_an_array: [Price; 1] = [price()], "held";
    in_a_tuple: (u8, Price) = (1, price()), "held";
    in_a_list_of_tuples: Vec<(String, Vec<Price>)> = vec![("a".to_owned(), vec![price()])], "held";
    in_a_cow: Cow<'static, Price> = Cow::Owned(price()), "held";
    in_a_boxed_slice: Box<[Price]> = Box::new([price()]), "held";
    in_a_list_of_boxed_slices: Vec<Box<[Price]>> = vec![Box::new([price()])], "held";
    in_a_cow_of_a_slice: Cow<'static, [Price]> = Cow::Owned(vec![price()]), "held";
    in_a_cell_of_a_list: RefCell<Vec<Price>> = RefCell::new(vec![price()]), "held";
    in_a_reversed_pair: Reverse<(u8, Price)> = Reverse((1, price())), "held";
    behind_an_alias: Many = vec![price()], "held";
    in_lists_of_an_alias: Vec<Many> = vec![vec![price()]], "held";
    in_a_newtype_of_lists: Prices = Prices(vec![vec![price()]]), "held";
    in_a_document: Line = Line { price: price() }, "held.price";
    in_lists_of_lists_of_documents: Vec<Vec<Line>> = vec![vec![Line { price: price() }]], "held.price";
    in_a_variant: External = External::Fields { price: price() }, "held.Fields.price";
    in_a_variant_of_a_document: External = External::Newtype(Line { price: price() }), "held.Newtype.price";
    in_a_variant_of_two: External = External::Two(1, price()), "held.Two";
    under_an_internal_tag: Internal = Internal::Fields { price: price() }, "held.price";
    under_an_internal_tag_in_a_document: Internal = Internal::Newtype(Line { price: price() }), "held.price";
    under_an_internal_tag_in_a_list: Vec<Internal> = vec![Internal::Nothing, Internal::Fields { price: price() }], "held.price";
    under_an_adjacent_tag: Adjacent = Adjacent::Fields { price: price() }, "held.of.price";
    under_an_adjacent_tag_in_a_document: Adjacent = Adjacent::Newtype(Line { price: price() }), "held.of.price";
    under_an_adjacent_tag_in_a_tuple: Adjacent = Adjacent::Two(1, price()), "held.of";
    under_an_adjacent_tag_alone: Adjacent = Adjacent::Alone(price()), "held.of";
    under_an_adjacent_tag_in_a_map: HashMap<String, Adjacent> = [("a".to_owned(), Adjacent::Alone(price()))].into(), "held.of";
}

/// Types that are not copied, or that serde writes by its feature `rc`: what their questions answer to a list of texts.
#[test]
fn in_shared_slices_and_heaps() {
    macro_rules! is_refused {
        ($ty:ty, $value:expr) => {{
            #[derive(Document)]
            struct Held {
                held: $ty,
            }
            impl Serialize for Held {
                fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
                    to.serialize_unit()
                }
            }
            let held = |value| AttributeValue::M([("held".to_owned(), value)].into());
            let empty = AttributeValue::L(Vec::new());
            assert!(Held::verify(&held(empty)).is_ok(), "{}", stringify!($ty));
            assert!(Held::verify(&held($value)).is_err(), "{}", stringify!($ty));
        }};
    }
    let text = || AttributeValue::S("4711".to_owned());
    let list = || AttributeValue::L(vec![text()]);
    is_refused!(Rc<[Price]>, list());
    is_refused!(Arc<[Price]>, list());
    is_refused!(Arc<[Vec<Price>]>, AttributeValue::L(vec![list()]));
    is_refused!(BinaryHeap<Price>, list());
    is_refused!(BinaryHeap<Reverse<Price>>, list());
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Versioned)]
#[dynacond(table = "things")]
struct Flat {
    #[dynacond(partition_key)]
    id: String,
    #[serde(flatten)]
    of: Internal,
    #[serde(flatten)]
    line: Option<Cost>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Document)]
struct Cost {
    cost: Price,
}

#[tokio::test]
async fn in_what_is_flattened() {
    let local = dynacond_local::Local::new();
    let store = Store::new(local.client());
    dynacond_local::create_table::<Flat>(&store).await.unwrap();
    let before = local.operations().len();
    let flat = |of, line| Flat {
        id: "f1".to_owned(),
        of,
        line,
    };
    let cost = Cost { cost: price() };
    for (lying, path) in [
        (flat(Internal::Fields { price: price() }, None), "price"),
        (flat(Internal::Nothing, Some(cost)), "cost"),
    ] {
        let error = store.create(lying).send().await.expect_err("it is refused");
        let told = format!("{path} is declared as stored as N, and serde writes S");
        assert!(error.to_string().contains(&told), "{error}");
    }
    assert_eq!(local.operations().len(), before, "nothing is sent");
}

#[tokio::test]
async fn a_variant_is_held_against_its_own_fields_alone() {
    let local = dynacond_local::Local::new();
    let store = Store::new(local.client());
    dynacond_local::create_table::<Flat>(&store).await.unwrap();
    let price = "text".to_owned();
    let flat = Flat {
        id: "f1".to_owned(),
        of: Internal::Other { price },
        line: None,
    };
    let stored = store.create(flat.clone()).send().await.unwrap();
    assert_eq!(stored, flat);
    let adjacent = Adjacent::Other {
        price: "text".to_owned(),
    };
    let value = serde_dynamo::to_attribute_value::<_, dynacond::AttributeValue>(&adjacent);
    assert!(Adjacent::verify(&value.unwrap()).is_ok());
}

/// Documents and maps that are flattened, also inside of each other: what the neighbours write is not the map's.
mod in_a_flattened_map {
    use super::*;

    type Prices = BTreeMap<String, Price>;

    #[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Document)]
    struct Label {
        label: String,
    }

    #[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Document)]
    struct Inner {
        inner: String,
        #[serde(flatten)]
        rest: HashMap<String, Price>,
    }

    #[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Document)]
    #[serde(tag = "kind")]
    enum Tagged {
        Of {
            #[serde(flatten)]
            rest: HashMap<String, Price>,
        },
    }

    /// An item with one flattened field next to a field and a flattened document.
    macro_rules! flattened {
        ($($name:ident: $ty:ty = $of:expr;)+) => { $(
            #[tokio::test]
            async fn $name() {
                #[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Versioned)]
                #[dynacond(table = "things")]
                #[serde(tag = "type")]
                struct Thing {
                    #[dynacond(partition_key)]
                    id: String,
                    #[serde(flatten)]
                    label: Option<Label>,
                    #[serde(flatten)]
                    held: $ty,
                }
                let local = dynacond_local::Local::new();
                let store = Store::new(local.client());
                dynacond_local::create_table::<Thing>(&store).await.unwrap();
                let thing = |entries: Vec<(String, Price)>| {
                    let of: fn(Vec<(String, Price)>) -> $ty = $of;
                    let label = Some(Label { label: "blue".to_owned() });
                    Thing { id: "t1".to_owned(), label, held: of(entries) }
                };
                store.create(thing(Vec::new())).send().await.expect("texts of the neighbours");
                let before = local.operations().len();
                let lying = thing(vec![("cost".to_owned(), price())]);
                let error = store.put(lying).unconditional().send().await.expect_err("it is refused");
                let told = "cost is declared as stored as N, and serde writes S";
                assert!(error.to_string().contains(told), "{error}");
                assert_eq!(local.operations().len(), before, "nothing is sent");
            }
        )+ };
    }

    flattened! {
        of_one_type: HashMap<String, Price> = |entries| entries.into_iter().collect();
        that_is_optional: Option<BTreeMap<String, Price>> = |entries| Some(entries.into_iter().collect());
        behind_an_alias: Prices = |entries| entries.into_iter().collect();
        of_a_flattened_document: Inner = |entries| Inner {
            inner: "text".to_owned(),
            rest: entries.into_iter().collect(),
        };
        of_a_flattened_variant: Tagged = |entries| Tagged::Of { rest: entries.into_iter().collect() };
    }

    #[tokio::test]
    async fn of_which_an_update_sets_an_entry() {
        #[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Versioned)]
        #[dynacond(table = "things")]
        struct Thing {
            #[dynacond(partition_key)]
            id: String,
            #[serde(flatten)]
            held: HashMap<String, Price>,
        }
        let local = dynacond_local::Local::new();
        let store = Store::new(local.client());
        dynacond_local::create_table::<Thing>(&store).await.unwrap();
        let held = HashMap::new();
        let thing = Thing {
            id: "t1".to_owned(),
            held,
        };
        store.create(thing).send().await.unwrap();
        let before = local.operations().len();
        let update = store.update(Thing::key("t1"));
        let update = update.set(|_| attr("cost").to("4711"));
        let error = update.send().await.expect_err("it is refused");
        let told = "cost is declared as stored as N, and the update uses it as S";
        assert!(error.to_string().contains(told), "{error}");
        assert_eq!(local.operations().len(), before, "nothing is sent");
    }

    #[test]
    fn of_lists() {
        #[derive(Serialize, Document)]
        struct Held {
            #[serde(flatten)]
            rest: HashMap<String, Vec<Price>>,
        }
        let verified = |list: Vec<Price>| {
            let rest = [("costs".to_owned(), list)].into();
            let value = serde_dynamo::to_attribute_value::<_, AttributeValue>(Held { rest });
            Held::verify(&value.expect("a document")).is_ok()
        };
        assert_eq!([verified(vec![]), verified(vec![price()])], [true, false]);
    }

    /// Of two maps, nothing says which of them writes a name.
    #[test]
    fn beside_another_is_not_held_against_what_the_other_writes() {
        #[derive(Serialize, Document)]
        struct Held {
            #[serde(flatten)]
            prices: HashMap<String, Price>,
            #[serde(flatten)]
            notes: HashMap<String, String>,
        }
        let held = Held {
            prices: HashMap::new(),
            notes: [("note".to_owned(), "text".to_owned())].into(),
        };
        let value = serde_dynamo::to_attribute_value::<_, AttributeValue>(&held);
        assert!(Held::verify(&value.expect("a document")).is_ok());
    }
}
