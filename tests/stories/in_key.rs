//! Fields that are stored in the key alone, by every verb.
use dynacond::{Item, Store, Stored, Versioned};
use serde::{Deserialize, Serialize};

use super::support::{fresh_store, n, raw, s};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Versioned)]
#[dynacond(
    table = "booking",
    partition_key(name = "pk", value = "event#{event}#customer#{customer}"),
    sort_key(name = "sk", value = "{seat:04}")
)]
struct Booking {
    #[dynacond(in_key)]
    event: String,
    #[dynacond(in_key)]
    customer: String,
    #[dynacond(in_key)]
    seat: u16,
    paid: u32,
}

fn booking(paid: u32) -> Booking {
    Booking {
        event: "e1".to_owned(),
        customer: "c1".to_owned(),
        seat: 17,
        paid,
    }
}

/// What the table holds, without the write id.
async fn in_table(store: &Store) -> Option<Item> {
    let mut item = raw(store, booking(0).to_key()).await?;
    item.remove("item_write_id");
    Some(item)
}

fn expected(paid: i64, version: i64) -> Item {
    Item::from([
        ("pk".to_owned(), s("event#e1#customer#c1")),
        ("sk".to_owned(), s("0017")),
        ("paid".to_owned(), n(paid)),
        ("item_version".to_owned(), n(version)),
    ])
}

#[tokio::test]
async fn no_verb_stores_them_and_every_read_fills_them() {
    let store = fresh_store::<Booking>().await;
    let key = booking(0).to_key();
    let created = store.create(booking(1)).send().await.unwrap();
    assert_eq!(*created, booking(1));
    assert_eq!(in_table(&store).await, Some(expected(1, 1)));

    let mut read = store.get(&key).send().await.unwrap().unwrap();
    assert_eq!(*read, booking(1));
    read.paid = 2;
    let saved = store.save(read).send().await.unwrap();
    assert_eq!(*saved, booking(2));
    assert_eq!(in_table(&store).await, Some(expected(2, 2)));

    let replaced = store.replace(saved).send().await.unwrap();
    assert_eq!(*replaced, booking(2));
    assert_eq!(in_table(&store).await, Some(expected(2, 3)));

    let put = store.put(booking(4)).unconditional().send().await.unwrap();
    assert_eq!(*put, booking(4));
    assert_eq!(in_table(&store).await, Some(expected(4, 4)));

    let update = store.update(&key).set(|b| b.paid.add(1));
    let updated = update.or_create(booking(9)).send().await.unwrap();
    assert_eq!(*updated, booking(5));
    assert_eq!(in_table(&store).await, Some(expected(5, 5)));

    let modified = store.modify(&key, |b| b.paid += 1).send().await.unwrap();
    assert_eq!(*modified, booking(6));
    assert_eq!(in_table(&store).await, Some(expected(6, 6)));

    let transact = store.transact(|tx| -> dynacond::Result<_> {
        let mut booking = tx.require(key.clone())?;
        booking.paid += 1;
        tx.put(booking)
    });
    assert_eq!(*transact.send().await.unwrap(), booking(7));
    assert_eq!(in_table(&store).await, Some(expected(7, 7)));
}

#[tokio::test]
async fn another_value_in_the_field_is_another_key() {
    let store = fresh_store::<Booking>().await;
    let mut stored = store.create(booking(1)).send().await.unwrap();
    stored.seat = 18;
    let error = store.save(stored).send().await.unwrap_err();
    assert!(
        error
            .to_string()
            .contains("key of this `Booking` has changed"),
        "{error}"
    );
    assert_eq!(
        Stored::version(
            &store
                .get(booking(0).to_key())
                .send()
                .await
                .unwrap()
                .unwrap()
        ),
        1
    );
}
