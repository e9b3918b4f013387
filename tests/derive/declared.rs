//! A data type that was said and that serde does not write is an error wherever it stands, and nothing is sent.
use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap, VecDeque};

use dynacond::{AttributeType, AttributeValue, Document, Error, Store, Versioned, attr};
use serde::{Deserialize, Serialize};

/// A number as it is said, and a text as serde writes it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, AttributeType)]
#[dynacond(stored_as = "N")]
struct Price(String);

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
                let told = format!("{} is declared as stored as N, and serde writes S", $path);
                assert!(error.to_string().contains(&told), "{verb}: {error}");
                assert!(!error.to_string().contains("4711"), "{verb}: {error}");
            }
            assert_eq!(local.operations().len(), before, "nothing is sent");
        }
    )+ };
}

fields! {
    alone: Price = price(), "held";
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
