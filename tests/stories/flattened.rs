//! Structs with serde's `flatten`: stored attributes of another variant never stay next to the new one.
use std::collections::HashMap;

use dynacond::{Document, Error, InvalidInput, Store, Transaction, Versioned};
use serde::{Deserialize, Serialize};

use super::support::{fresh_store, item, n, put_raw, raw_and_id, refused, s, watched};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
enum Payment {
    Card { number: String },
    Invoice { days: u32 },
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Versioned)]
#[dynacond(table = "bills")]
struct Bill {
    #[dynacond(partition_key)]
    id: String,
    count: u32,
    #[serde(flatten)]
    payment: Payment,
}

fn bill(payment: Payment) -> Bill {
    Bill {
        id: "b1".into(),
        count: 1,
        payment,
    }
}

fn card() -> Bill {
    bill(Payment::Card { number: "4".into() })
}

fn invoice() -> Bill {
    bill(Payment::Invoice { days: 30 })
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Document)]
struct Address {
    street: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    floor: Option<u32>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Versioned)]
#[dynacond(table = "guests")]
struct Guest {
    #[dynacond(partition_key)]
    id: String,
    #[serde(flatten)]
    address: Option<Address>,
}

async fn paid_by_card<T: Versioned>() -> Store {
    let store = fresh_store::<T>().await;
    let card = [
        ("id", s("b1")),
        ("count", n(1)),
        ("number", s("4")),
        ("seen", n(1)),
    ];
    put_raw::<T>(&store, item(card)).await;
    let stamped = store.modify(Bill::key("b1"), |bill| bill.count = 2);
    stamped.send().await.unwrap();
    store
}

#[tokio::test]
async fn a_put_in_a_transaction_removes_what_another_variant_left() {
    let store = paid_by_card::<Bill>().await;
    let put = |tx: &mut Transaction| -> dynacond::Result<()> {
        let _ = tx.get(Bill::key("b1"))?;
        tx.put(invoice()).map(drop)
    };
    store.transact(put).send().await.unwrap();
    let (left, _) = raw_and_id(&store, Bill::key("b1")).await;
    let expected = [
        ("id", s("b1")),
        ("count", n(1)),
        ("days", n(30)),
        ("seen", n(1)),
        ("item_version", n(2)),
    ];
    assert_eq!(left, item(expected));
}

/// It expects no item, is refused by one, and knows it then.
#[tokio::test]
async fn a_put_that_finds_an_item_removes_it_too() {
    let store = paid_by_card::<Bill>().await;
    let put = |tx: &mut Transaction| -> dynacond::Result<()> { tx.put(invoice()).map(drop) };
    store.transact(put).send().await.unwrap();
    let (left, _) = raw_and_id(&store, Bill::key("b1")).await;
    assert!(
        !left.contains_key("number") && left.contains_key("seen"),
        "{left:?}"
    );
    let read = store.get(Bill::key("b1")).send().await.unwrap().unwrap();
    assert_eq!(*read, invoice());
}

#[tokio::test]
async fn a_save_changes_the_variant() {
    let store = paid_by_card::<Bill>().await;
    let change = store.modify(Bill::key("b1"), |bill| *bill = invoice());
    change.send().await.unwrap();
    let (left, _) = raw_and_id(&store, Bill::key("b1")).await;
    assert!(
        !left.contains_key("number") && left.contains_key("seen"),
        "{left:?}"
    );
}

#[tokio::test]
async fn a_put_that_knows_nothing_of_the_item_is_refused_before_anything_is_sent() {
    let shop = watched::<Bill>().await;
    let store = &shop.store;
    let bill = shop.quiet.create(card()).send().await.unwrap();
    let tag = dynacond::Stored::tag(&bill);
    let errors = [
        (
            "put",
            refused(store.put(invoice()).unconditional().send().await),
        ),
        (
            "put",
            refused(store.put(invoice()).when(|b| b.count.eq(1)).send().await),
        ),
        ("put", refused(store.put(invoice()).at(&tag).send().await)),
        (
            "put",
            refused(
                store
                    .transact_write((store.put(invoice()).unconditional(),))
                    .send()
                    .await,
            ),
        ),
        (
            "or_create",
            refused(
                store
                    .update(Bill::key("b1"))
                    .set(|b| b.count.add(1))
                    .or_create(invoice())
                    .send()
                    .await,
            ),
        ),
    ];
    for (named, error) in errors {
        let Error::Invalid(InvalidInput::Flattened { item_type, verb }) = &error else {
            panic!("{error:?}");
        };
        assert_eq!((*item_type, *verb), ("Bill", named));
    }
    assert!(shop.local.operations().is_empty());
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Versioned)]
#[dynacond(table = "notes")]
struct Note {
    #[dynacond(partition_key)]
    id: String,
    #[serde(flatten)]
    rest: HashMap<String, String>,
}

#[tokio::test]
async fn a_flattened_map_is_all_that_a_put_in_a_transaction_leaves() {
    let store = fresh_store::<Note>().await;
    let note = |rest: &[(&str, &str)]| Note {
        id: "n1".into(),
        rest: rest
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect(),
    };
    store
        .create(note(&[("a", "1"), ("b", "2")]))
        .send()
        .await
        .unwrap();
    let put =
        |tx: &mut Transaction| -> dynacond::Result<()> { tx.put(note(&[("b", "3")])).map(drop) };
    store.transact(put).send().await.unwrap();
    let read = store.get(Note::key("n1")).send().await.unwrap().unwrap();
    assert_eq!(*read, note(&[("b", "3")]));
}

#[tokio::test]
async fn a_flattened_document_has_known_names_and_is_put() {
    let store = fresh_store::<Guest>().await;
    let guest = |address: Option<Address>| Guest {
        id: "g1".into(),
        address,
    };
    let address = Address {
        street: "Main".into(),
        floor: Some(3),
    };
    let without_floor = Address {
        floor: None,
        ..address.clone()
    };
    for address in [Some(address), Some(without_floor), None] {
        let put = store.put(guest(address.clone())).unconditional();
        put.send().await.unwrap();
        let read = store.get(Guest::key("g1")).send().await.unwrap().unwrap();
        assert_eq!(read.address, address);
    }
    let (left, _) = raw_and_id(&store, Guest::key("g1")).await;
    assert_eq!(left, item([("id", s("g1")), ("item_version", n(3))]));
}
