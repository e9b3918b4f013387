//! Several types in one partition, told by their keys.
use dynacond::{AttributeValue, Error, Item, ItemCollection, Store, Stored, Versioned, attr};
use serde::{Deserialize, Serialize};

use super::support::{Note, Order, Watched, order, shop_of};

/// The customer, whose sort key is one text.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Versioned)]
#[dynacond(
    table = "shop",
    partition_key(name = "pk", value = "customer#{id}"),
    sort_key(name = "sk", value = "profile")
)]
struct Customer {
    id: String,
    name: String,
}

#[derive(Debug, ItemCollection)]
enum CustomerData {
    Customer(Stored<Customer>),
    Order(Stored<Order>),
    #[dynacond(other)]
    Other(Item),
}

/// Plain values, and no variant for others.
#[derive(Debug, PartialEq, ItemCollection)]
enum Known {
    Customer(Customer),
    Order(Order),
}

async fn shop() -> Watched {
    let shop = shop_of(2).await;
    let customer = Customer {
        id: "c1".into(),
        name: "Ada".into(),
    };
    shop.quiet.create(customer).send().await.unwrap();
    shop
}

async fn put(store: &Store, sk: &str) {
    let item = store.client().put_item().table_name("shop");
    let item = item.item("pk", AttributeValue::S("customer#c1".into()));
    let item = item.item("sk", AttributeValue::S(sk.into()));
    item.send().await.unwrap();
}

fn kinds(items: &[CustomerData]) -> Vec<String> {
    let kind = |item: &CustomerData| match item {
        CustomerData::Customer(customer) => customer.name.clone(),
        CustomerData::Order(order) => order.total.to_string(),
        CustomerData::Other(item) => format!("{:?}", item["sk"].as_s().unwrap()),
    };
    items.iter().map(kind).collect()
}

#[tokio::test]
async fn one_query_gives_each_item_as_its_type_and_drops_none() {
    let shop = shop().await;
    let query = shop.store.query(CustomerData::partition("c1"));
    let page = query.page(50).send().await.unwrap();
    assert_eq!(kinds(&page.items), ["\"note#000007\"", "1", "2", "Ada"]);
    assert!(page.next.is_none());
    assert_eq!(shop.local.operations(), ["Query"]);
}

/// The plain variant is much smaller than a stored item.
#[derive(Debug, ItemCollection)]
#[expect(dead_code, reason = "what is asserted is which variant an item is")]
enum Mixed {
    Customer(Box<Stored<Customer>>),
    Order(Order),
    #[dynacond(other)]
    Other(Item),
}

#[tokio::test]
async fn a_stored_item_in_a_box_can_be_saved_beside_plain_values() {
    let shop = shop().await;
    let query = shop.store.query(Mixed::partition("c1"));
    let items = query.descending().all().send().await.unwrap();
    let [
        Mixed::Customer(customer),
        Mixed::Order(newest),
        Mixed::Order(_),
        Mixed::Other(_),
    ] = &items[..]
    else {
        panic!("{items:?}");
    };
    assert_eq!(newest.total, 2);
    let mut customer = Stored::clone(customer);
    customer.name = "Ada L.".into();
    let saved = shop.store.save(customer).send().await.unwrap();
    assert_eq!(Stored::version(&saved), 2);
}

#[tokio::test]
async fn what_a_collection_read_can_be_saved() {
    let shop = shop().await;
    let query = shop.store.query(CustomerData::partition("c1")).descending();
    let Some(CustomerData::Customer(mut customer)) = query.first().send().await.unwrap() else {
        panic!("the profile is the last item");
    };
    customer.name = "Ada L.".into();
    let saved = shop.store.save(customer).send().await.unwrap();
    assert_eq!(Stored::version(&saved), 2);
}

#[tokio::test]
async fn pages_of_a_collection_go_on_where_they_ended() {
    let shop = shop().await;
    let query = || shop.store.query(CustomerData::partition("c1"));
    let (mut seen, mut next) = (Vec::new(), None);
    loop {
        let page = query().after(next).page(1).send().await.unwrap();
        seen.extend(kinds(&page.items));
        next = page.next;
        if next.is_none() {
            break;
        }
    }
    assert_eq!(seen, ["\"note#000007\"", "1", "2", "Ada"]);
}

#[tokio::test]
async fn a_filter_of_a_collection_names_attributes_of_any_type_and_no_keys() {
    let shop = shop().await;
    let query = || shop.store.query(CustomerData::partition("c1"));
    let query = |name: &'static str| query().filter(move |()| attr(name).exists());
    let named = query("name").all().send().await.unwrap();
    assert_eq!(kinds(&named), ["Ada"]);
    let refused = query("sk").all().send().await;
    assert!(matches!(refused, Err(Error::Expression(_))));
}

#[tokio::test]
async fn an_unknown_item_is_an_error_that_names_its_key() {
    let shop = shop().await;
    let all = shop.store.query(Known::partition("c1")).all().send().await;
    let Err(Error::Decode(error)) = all else {
        panic!("the note was left out: {all:?}");
    };
    let text = error.to_string();
    assert_eq!(error.item_type, "Known");
    assert!(text.contains("note#000007"), "{text}");
    // A stream names it, and goes on.
    let mut stream = shop.store.query(Known::partition("c1")).stream();
    let (mut found, mut errors) = (Vec::new(), 0);
    while let Some(next) = stream.next().await {
        match next {
            Ok(item) => found.push(item),
            Err(_) => errors += 1,
        }
    }
    assert_eq!((found.len(), errors), (3, 1));
    assert_eq!(found[0], Known::Order(order("2026-10-01", "a", 1)));
}

#[tokio::test]
async fn an_item_that_begins_as_a_type_and_is_none_is_an_error_and_not_another() {
    let shop = shop().await;
    put(&shop.quiet, "order#broken").await;
    let all = shop
        .store
        .query(CustomerData::partition("c1"))
        .all()
        .send()
        .await;
    let Err(Error::Decode(error)) = all else {
        panic!("{all:?}");
    };
    assert_eq!(error.item_type, "Order");
    assert!(error.to_string().contains("order#broken"));
}

#[tokio::test]
async fn a_sort_key_that_is_one_text_takes_no_longer_ones() {
    let shop = shop().await;
    put(&shop.quiet, "profile-of-another-kind").await;
    let all = shop
        .store
        .query(CustomerData::partition("c1"))
        .all()
        .send()
        .await
        .unwrap();
    assert_eq!(kinds(&all)[3..], ["Ada", "\"profile-of-another-kind\""]);
}

#[tokio::test]
async fn items_of_the_sdk_are_told_by_their_keys() {
    let shop = shop().await;
    let scan = shop
        .quiet
        .client()
        .scan()
        .table_name("shop")
        .send()
        .await
        .unwrap();
    let mut seen: Vec<String> = Vec::new();
    for item in scan.items.unwrap_or_default() {
        seen.extend(kinds(&[CustomerData::from_item(item).unwrap()]));
    }
    seen.sort();
    assert_eq!(seen, ["\"note#000007\"", "1", "2", "Ada"]);
    // An item of another partition does not belong to the collection.
    let foreign = Item::from([
        ("pk".to_owned(), AttributeValue::S("shop#1".into())),
        ("sk".to_owned(), AttributeValue::S("profile".into())),
    ]);
    assert!(matches!(Known::from_item(foreign), Err(Error::Decode(_))));
    let note = Note::key(("c1", 7));
    assert!(matches!(
        Known::from_item(note.raw().to_item()),
        Err(Error::Decode(_))
    ));
}

#[tokio::test]
async fn a_scan_of_a_collection_tells_the_types_of_every_partition() {
    let shop = shop().await;
    let elsewhere = Order {
        customer: "c2".into(),
        ..order("2026-10-03", "a", 3)
    };
    shop.quiet.create(elsewhere).send().await.unwrap();
    let scan = shop.store.scan::<CustomerData>().segments(2);
    let mut found = kinds(&scan.all().send().await.unwrap());
    found.sort();
    assert_eq!(found, ["\"note#000007\"", "1", "2", "3", "Ada"]);
    // Items of no variant are among them.
    let mut known = shop.store.scan::<Known>().stream();
    let (mut read, mut unknown) = (0, 0);
    while let Some(item) = known.next().await {
        match item {
            Ok(_) => read += 1,
            Err(Error::Decode(_)) => unknown += 1,
            Err(other) => panic!("{other}"),
        }
    }
    assert_eq!((read, unknown), (4, 1));
}
