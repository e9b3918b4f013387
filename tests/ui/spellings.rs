//! Spellings that must compile: conditions, update actions and single writes, in the house of the worst guest.
#![deny(warnings)]
#![allow(
    unused_imports,
    reason = "traits whose methods have the operators' names"
)]
use std::borrow::Cow;
use std::cmp::{PartialEq, PartialOrd};
use std::collections::{BTreeMap, HashMap, HashSet};
use std::iter::Iterator;
use std::ops::{Add, BitAnd, Index, Not};

use dynacond::{
    Any, AttributeType, AttributeValue, Condition, DataType, Document, Key, Store, Stored,
    Transaction, Versioned, attr, value,
};
use serde::{Deserialize, Serialize};

#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, AttributeType)]
enum Status {
    Pending,
    Held,
    Paid,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Document)]
struct Geo {
    lat: f64,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Document)]
struct Address {
    city: String,
    geo: Geo,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Document)]
struct Line {
    sku: String,
    quantity: u8,
}

/// A type of another crate.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Foreign(String);

/// No `AttributeType`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Odd(u8);

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Versioned)]
#[dynacond(
    table = "shop",
    partition_key(name = "pk", value = "order#{id}"),
    sort_key(name = "sk", value = "order#{id}")
)]
struct Order {
    id: String,
    status: Status,
    stock: u32,
    reserved: u32,
    paid: bool,
    #[serde(rename = "shipTo")]
    address: Address,
    #[serde(skip_serializing_if = "Option::is_none")]
    billing: Option<Address>,
    #[serde(skip_serializing_if = "Option::is_none")]
    note: Option<String>,
    #[serde(with = "serde_dynamo::string_set")]
    tags: HashSet<String>,
    lines: Vec<Line>,
    prices: BTreeMap<String, u32>,
    #[dynacond(stored_as = "S")]
    created: Foreign,
    odd: Odd,
    r#type: Cow<'static, str>,
    eq: u8,
    version: u16,
}

fn tea() -> Line {
    Line {
        sku: "tea".to_owned(),
        quantity: 2,
    }
}

impl Order {
    fn sample(id: &str) -> Self {
        let city = |city: &str| Address {
            city: city.to_owned(),
            geo: Geo { lat: 45.7 },
        };
        Self {
            id: id.to_owned(),
            status: Status::Pending,
            stock: 7,
            reserved: 1,
            paid: false,
            address: city("Lyon"),
            billing: None,
            note: None,
            tags: HashSet::from(["new".to_owned()]),
            lines: vec![tea()],
            prices: BTreeMap::from([("EUR".to_owned(), 90)]),
            created: Foreign("2026".to_owned()),
            odd: Odd(1),
            r#type: Cow::Borrowed("retail"),
            eq: 1,
            version: 9,
        }
    }

    // Names that the library uses too.
    fn attrs(&self) -> u8 {
        self.eq
    }
    fn status(&self) -> Status {
        self.status
    }
    fn version(&self) -> u16 {
        self.version
    }
}

/// A user's trait on every type, with the library's names.
trait Named {
    fn when(&self) -> &'static str {
        "named"
    }
    fn exists(&self) -> bool {
        true
    }
}
impl<T> Named for T {}

#[track_caller]
fn renders(
    condition: impl FnOnce(<Order as Versioned>::Attributes) -> Condition<Order>,
    text: &str,
) {
    let condition = condition(Order::attributes());
    assert_eq!(condition.compile().unwrap().text, text);
}

#[test]
fn conditions_are_spelled_so() {
    renders(
        |o| o.status.eq(Status::Pending).and(o.stock.ge(3)),
        "#status = :status AND #stock >= :stock",
    );
    renders(
        |o| (o.status.eq(Status::Pending) | o.status.eq(Status::Held)) & !o.note.contains("fraud"),
        "(#status = :status OR #status = :status_2) AND NOT contains(#note, :note)",
    );
    renders(
        |o| {
            o.tags
                .size()
                .gt(0)
                .and(o.address.at(|a| a.city).begins_with("Ly"))
        },
        "size(#tags) > :tags AND begins_with(#shipTo.#city, :city)",
    );
    renders(
        |o| o.address.at(|a| a.geo.at(|g| g.lat)).gt(1.5) | o.billing.at(|a| a.city).eq("x"),
        "#shipTo.#geo.#lat > :lat OR #billing.#city = :city",
    );
    renders(
        |o| o.lines.index(0).at(|l| l.quantity).between(1, 9),
        "#lines[0].#quantity BETWEEN :quantity AND :quantity_2",
    );
    renders(
        |o| o.prices.entry("EUR").lt(100).and(o.stock.ge(o.reserved)),
        "#prices.#EUR < :EUR AND #stock >= #reserved",
    );
    renders(
        |o| o.stock.ge(o.lines.size()) & o.lines.size().lt(o.stock),
        "#stock >= size(#lines) AND size(#lines) < #stock",
    );
    let text = String::from("z");
    renders(
        |o| o.id.eq("x") & o.id.ne(String::from("y")) & o.id.ne(&text),
        "#id = :id AND #id <> :id_2 AND #id <> :id_3",
    );
    renders(
        |o| o.r#type.ne("q") & o.eq.eq(1) & o.version.le(9),
        "#type <> :type AND #eq = :eq AND #version <= :version",
    );
    let texts = vec![text.clone()];
    renders(
        |o| o.stock.is_in([1, 2]) & o.status.is_in([Status::Paid]) & o.id.is_in(&texts),
        "#stock IN (:stock, :stock_2) AND #status IN (:status) AND #id IN (:id)",
    );
    renders(
        |o| o.created.gt(Foreign("2026".into())) & o.tags.contains("x") & o.odd.exists(),
        "#created > :created AND contains(#tags, :tags) AND attribute_exists(#odd)",
    );
    renders(
        |o| o.note.is_none() & (o.billing.is_some() | attr("due").is_none()),
        "(attribute_not_exists(#note) OR attribute_type(#note, :note)) AND (attribute_exists(#billing) \
         AND NOT attribute_type(#billing, :billing) OR attribute_not_exists(#due) OR attribute_type(#due, :due))",
    );
    renders(
        |o| value(3).le(o.stock) & o.note.not_exists() & o.note.attribute_type(DataType::S).not(),
        ":stock <= #stock AND attribute_not_exists(#note) AND NOT attribute_type(#note, :note)",
    );
}

#[test]
fn untyped_conditions_fit_any_item() {
    renders(
        |o| o.status.eq(Status::Held) & attr("x").eq(3) & o.stock.ge(attr("least")),
        "#status = :status AND #x = :x AND #stock >= #least",
    );
    renders(
        |o| attr("x").eq("y") | o.status.eq(Status::Held),
        "#x = :x OR #status = :status",
    );
    renders(
        |_| {
            attr("x")
                .eq("y")
                .and(attr("z").ge(1.5))
                .or(!attr("q").exists())
                .into()
        },
        "#x = :x AND #z >= :z OR NOT attribute_exists(#q)",
    );
    for (urgent, text) in [(true, "#paid = :paid"), (false, "#x = :x")] {
        renders(
            |o| {
                if urgent {
                    o.paid.eq(true)
                } else {
                    attr("x").eq(1).into()
                }
            },
            text,
        );
    }
    let free: Condition<Any> = dynacond::attr("status").eq("pending");
    let item = HashMap::from([("status".to_owned(), AttributeValue::S("pending".to_owned()))]);
    assert!(free.matches(&item));
    let names = HashMap::from([("#s".to_owned(), "status".to_owned())]);
    let values = HashMap::from([
        (":p".to_owned(), AttributeValue::S("pending".to_owned())),
        (":n".to_owned(), AttributeValue::N("3".to_owned())),
    ]);
    let parsed = Condition::parse("#s = :p AND stock >= :n", names, values).unwrap();
    renders(|_| parsed.into(), "#status = :status AND #stock >= :stock");
}

#[test]
fn conditions_are_plain_values() {
    fn rule(least: u32) -> Condition<Order> {
        let o = Order::attributes();
        o.stock.ge(least) & o.paid.eq(true)
    }
    let all: Vec<_> = (0..2).map(rule).collect();
    let any = Condition::any(all.clone());
    renders(
        |_| Condition::all(all),
        "#stock >= :stock AND #paid = :paid AND #stock >= :stock_2 AND #paid = :paid",
    );
    renders(
        |_| any.not(),
        "NOT (#stock >= :stock AND #paid = :paid OR #stock >= :stock_2 AND #paid = :paid)",
    );
}

#[derive(Debug)]
enum ShopError {
    SoldOut,
    Dynamo(#[expect(dead_code, reason = "shown by `Debug`")] dynacond::Error),
}
impl From<dynacond::Error> for ShopError {
    fn from(error: dynacond::Error) -> Self {
        Self::Dynamo(error)
    }
}

async fn shop() -> Store {
    let store = Store::new(dynacond_local::client());
    let created = dynacond_local::create_table::<Order>(&store).await;
    created.expect("a table");
    store
}

fn key() -> Key<Order> {
    Order::key("o1")
}

#[tokio::test]
async fn single_writes_are_spelled_so() -> Result<(), ShopError> {
    let store = shop().await;
    let order = store.create(Order::sample("o1")).send().await?;
    assert_eq!(
        (order.version, order.version(), Stored::version(&order)),
        (9, 9, 1)
    );
    assert_eq!(
        (order.attrs(), order.status(), order.when(), order.exists()),
        (1, Status::Pending, "named", true)
    );
    let mut order = store
        .save(order)
        .when(|o| o.status.eq(Status::Pending))
        .send()
        .await?;
    order.stock -= 1;
    let order = store.save(order).send().await?;
    let order = store.replace(order).when(|o| o.stock.eq(6)).send().await?;
    let order = store
        .replace(Order::sample("o1"))
        .at(&Stored::tag(&order))
        .send()
        .await?;
    assert!(store.get(key()).send().await?.is_some());
    assert!(
        store
            .get(&order.to_key())
            .eventually_consistent()
            .send()
            .await?
            .is_some()
    );

    store
        .put(Order::sample("o1"))
        .when(|o| o.paid.eq(false))
        .when(|o| o.stock.eq(7))
        .send()
        .await?;
    let order = store
        .put(Order::sample("o1"))
        .unconditional()
        .send()
        .await?;
    let order = store
        .put(Order::sample("o1"))
        .at_version(Stored::version(&order))
        .send()
        .await?;
    store.delete(order).send().await?;
    store.delete(key()).unconditional().send().await?;
    let missing = store.delete(key()).when(|o| o.paid.eq(true)).send().await;
    assert!(missing.is_err());
    Ok(())
}

#[tokio::test]
async fn changes_are_spelled_so() -> Result<(), ShopError> {
    let store = shop().await;
    store.create(Order::sample("o1")).send().await?;
    let order = store
        .update(key())
        .set(|o| o.stock.subtract(3))
        .set(|o| {
            (
                o.tags.insert("x"),
                o.note.remove(),
                o.address.at(|a| a.city).to("Paris"),
            )
        })
        .set(|o| vec![o.paid.to(true), o.lines.index(0).at(|l| l.quantity).to(3)])
        .when(|o| o.stock.ge(3))
        .send()
        .await?;
    assert_eq!((order.stock, &*order.address.city), (4, "Paris"));
    // Of the same Rust type, an `Option` of it, or without types.
    let _ = store.update(key()).set(|o| {
        (
            o.note.to(o.id),
            o.stock.add(o.reserved),
            o.reserved.to(attr("seen")),
        )
    });
    let least = Order::attributes().stock.ge(1);
    store
        .update(order.to_key())
        .set(|o| {
            (
                o.reserved.if_absent(0),
                o.stock.to(o.reserved),
                attr("seen").to(true),
                o.lines.append(tea()),
            )
        })
        .set(|o| {
            (
                o.status.to(Status::Paid),
                o.created.to(Foreign("2027".into())),
            )
        })
        .when(|_| least)
        .or_create(Order::sample("o1"))
        .send()
        .await?;
    let without = store.update(key()).set(|o| o.tags.delete(["x", "y"]));
    without.send().await?;

    let order = store.modify(key(), |order| order.stock -= 1).send().await?;
    let order = store
        .modify(order.to_key(), |order| {
            order.stock += 1;
            Ok::<_, ShopError>(())
        })
        .send()
        .await?;
    let order: Stored<Order> = store
        .modify(&order.to_key(), |order| {
            if order.stock == 0 {
                return Err(ShopError::SoldOut);
            }
            order.stock -= 1;
            Ok(())
        })
        .when(|o| o.stock.ge(1))
        .send()
        .await?;
    assert_eq!(order.stock, 0);
    Ok(())
}

/// Closures name their error, or their caller does.
#[tokio::test]
async fn transactions_are_spelled_so() -> Result<(), ShopError> {
    fn buy(tx: &mut Transaction, pieces: u32) -> Result<u32, ShopError> {
        let mut order = tx.require(key())?;
        order.stock = order.stock.checked_sub(pieces).ok_or(ShopError::SoldOut)?;
        Ok(tx.put(order)?.stock)
    }
    async fn named_by_its_caller(store: &Store) -> Result<(), ShopError> {
        store
            .transact(|tx| {
                let order = tx.require(key())?;
                if order.stock == 0 {
                    return Err(ShopError::SoldOut);
                }
                tx.put(order)?;
                Ok(())
            })
            .send()
            .await
    }
    async fn named_by_a_return_type_alone(store: &Store) -> dynacond::Result<()> {
        store
            .transact(|tx| {
                let order = tx.require(key())?;
                tx.put(order)?;
                Ok(())
            })
            .prefetch((key(),))
            .send()
            .await
    }

    let store = shop().await;
    store.create(Order::sample("o1")).send().await?;
    let left = store.transact(|tx| buy(tx, 3)).send().await?;
    named_by_its_caller(&store).await?;
    named_by_a_return_type_alone(&store).await?;
    let outcome: Result<_, ShopError> = store.transact(|tx| Ok(buy(tx, 1)? + 1)).send().await;
    assert_eq!(outcome?, left);
    let read = store.transact(|tx| -> dynacond::Result<_> { tx.get(key()) });
    assert!(read.send().await?.is_some());
    let sold_out = store.transact(|tx| buy(tx, 1_000)).send().await;
    assert!(matches!(sold_out, Err(ShopError::SoldOut)));

    let order = store.get(key()).send().await?.expect("an order");
    let more = ["o2", "o3"].map(|id| store.create(Order::sample(id)));
    let ((), more, last) = store
        .transact_write((
            store.delete(order),
            Vec::from(more),
            store.create(Order::sample("o4")),
        ))
        .send()
        .await?;
    assert_eq!((more.len(), &*last.id), (2, "o4"));
    Ok(())
}
