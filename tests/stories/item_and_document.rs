//! A struct that is an item in its own table, and also a document inside other items.
use dynacond::{AttributeValue, Document, Store, Versioned};
use serde::{Deserialize, Serialize};

use super::support::{fresh_store, n, raw, s};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Versioned, Document)]
#[dynacond(
    table = "addresses",
    partition_key(name = "pk", value = "address#{id}")
)]
struct Address {
    #[dynacond(in_key)]
    id: String,
    city: String,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Versioned)]
#[dynacond(table = "people")]
struct Person {
    #[dynacond(partition_key)]
    id: String,
    home: Address,
}

fn home() -> Address {
    Address {
        id: "a1".to_owned(),
        city: "Lyon".to_owned(),
    }
}

#[tokio::test]
async fn a_struct_is_an_item_and_a_document() {
    let addresses = fresh_store::<Address>().await;
    addresses.create(home()).send().await.unwrap();
    let update = addresses
        .update(Address::key("a1"))
        .set(|a| a.city.to("Nice"));
    let update = update.when(|a| a.city.eq("Lyon"));
    assert_eq!(update.send().await.unwrap().city, "Nice");
    let item = raw(&addresses, Address::key("a1")).await.unwrap();
    assert_eq!((item.get("id"), item.get("city")), (None, Some(&s("Nice"))));

    let people = fresh_store::<Person>().await;
    let person = Person {
        id: "p1".to_owned(),
        home: home(),
    };
    people.create(person).send().await.unwrap();
    let update = people
        .update(Person::key("p1"))
        .set(|p| p.home.at(|a| a.city).to("Nice"));
    let update = update.when(|p| p.home.at(|a| a.id).eq("a1"));
    assert_eq!(update.send().await.unwrap().home.city, "Nice");
    let item = raw(&people, Person::key("p1")).await.unwrap();
    let expected = [("id", s("a1")), ("city", s("Nice"))];
    let expected = expected.map(|(name, value)| (name.to_owned(), value));
    assert_eq!(item["home"], AttributeValue::M(expected.into()));
    assert_eq!(item["item_version"], n(2));
}

#[test]
fn a_table_is_renamed_for_all_of_its_types() {
    #[derive(Serialize, Deserialize, Versioned)]
    #[dynacond(table = "people")]
    struct Pet {
        #[dynacond(partition_key)]
        id: String,
    }
    let store = Store::builder(dynacond_local::client())
        .prefix("dev-")
        .rename("people", "people-prod")
        .table::<Pet>("pets")
        .build();
    assert_eq!(store.table_name::<Person>(), "people-prod");
    assert_eq!(store.table_name::<Pet>(), "pets");
    assert_eq!(store.table_name::<Address>(), "dev-addresses");
}
