//! The attributes of index templates: stored by every write, removed when a part is `None`, and never stale.
use dynacond::{AttributeValue, Error, Store, Stored, Versioned, attr};
use serde::{Deserialize, Serialize};

use super::support::{fresh_store, n, put_raw, raw, s};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Versioned)]
#[dynacond(
    table = "members",
    partition_key(name = "pk", value = "member#{id}"),
    index(
        ByEmail,
        name = "gsi1",
        partition_key(name = "gsi1pk", value = "email#{email}"),
        sort_key(name = "gsi1sk", value = "{tenant}#{points:04}")
    ),
    index(ByCity, name = "by-city", partition_key(city))
)]
struct Member {
    #[dynacond(in_key)]
    id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    email: Option<String>,
    /// `None` is written as NULL.
    tenant: Option<String>,
    points: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    city: Option<String>,
    visits: u32,
}

fn member(email: Option<&str>, tenant: Option<&str>, points: u32) -> Member {
    Member {
        id: "m1".to_owned(),
        email: email.map(str::to_owned),
        tenant: tenant.map(str::to_owned),
        points,
        city: Some("Lyon".to_owned()),
        visits: 0,
    }
}

/// What the table holds for the index.
async fn stamps(store: &Store) -> (Option<AttributeValue>, Option<AttributeValue>) {
    let item = raw(store, Member::key("m1")).await.unwrap();
    (item.get("gsi1pk").cloned(), item.get("gsi1sk").cloned())
}

fn stamped(email: &str, sort: &str) -> (Option<AttributeValue>, Option<AttributeValue>) {
    (Some(s(email)), Some(s(sort)))
}

#[tokio::test]
async fn every_write_that_stores_the_item_stores_them() {
    let store = fresh_store::<Member>().await;
    let key = Member::key("m1");
    let created = store
        .create(member(Some("a"), Some("t"), 1))
        .send()
        .await
        .unwrap();
    assert_eq!(stamps(&store).await, stamped("email#a", "t#0001"));

    let mut changed = created;
    changed.email = Some("b".to_owned());
    changed.points = 2;
    let saved = store.save(changed).send().await.unwrap();
    assert_eq!(stamps(&store).await, stamped("email#b", "t#0002"));

    let mut changed = saved;
    changed.email = Some("c".to_owned());
    store.replace(changed).send().await.unwrap();
    assert_eq!(stamps(&store).await, stamped("email#c", "t#0002"));

    store
        .put(member(Some("d"), Some("u"), 3))
        .unconditional()
        .send()
        .await
        .unwrap();
    assert_eq!(stamps(&store).await, stamped("email#d", "u#0003"));

    let modified = store.modify(&key, |m| m.email = Some("e".to_owned()));
    modified.send().await.unwrap();
    assert_eq!(stamps(&store).await, stamped("email#e", "u#0003"));

    let transact = store.transact(|tx| -> dynacond::Result<_> {
        let mut member = tx.require(key.clone())?;
        member.email = Some("f".to_owned());
        tx.put(member)
    });
    transact.send().await.unwrap();
    assert_eq!(stamps(&store).await, stamped("email#f", "u#0003"));

    let transact =
        store.transact_write((store.put(member(Some("g"), Some("t"), 4)).unconditional(),));
    transact.send().await.unwrap();
    assert_eq!(stamps(&store).await, stamped("email#g", "t#0004"));

    store
        .delete(key.clone())
        .unconditional()
        .send()
        .await
        .unwrap();
    let update = store.update(&key).set(|m| m.visits.add(1));
    update
        .or_create(member(Some("h"), Some("t"), 5))
        .send()
        .await
        .unwrap();
    assert_eq!(stamps(&store).await, stamped("email#h", "t#0005"));
}

#[tokio::test]
async fn a_part_that_is_none_takes_the_item_out_of_the_index() {
    for changed in [member(None, Some("t"), 1), member(Some("a"), None, 1)] {
        let store = fresh_store::<Member>().await;
        let expected = (
            changed.email.as_ref().map(|_| s("email#a")),
            changed.tenant.as_ref().map(|_| s("t#0001")),
        );
        let stored = store
            .create(member(Some("a"), Some("t"), 1))
            .send()
            .await
            .unwrap();
        let mut saved = stored.clone();
        *saved = changed.clone();
        store.save(saved).send().await.unwrap();
        assert_eq!(stamps(&store).await, expected);
        store
            .put(member(Some("a"), Some("t"), 1))
            .unconditional()
            .send()
            .await
            .unwrap();
        store
            .put(changed.clone())
            .unconditional()
            .send()
            .await
            .unwrap();
        assert_eq!(stamps(&store).await, expected);
        store
            .delete(Member::key("m1"))
            .unconditional()
            .send()
            .await
            .unwrap();
        store.create(changed).send().await.unwrap();
        assert_eq!(stamps(&store).await, expected);
    }
}

/// An item of before the index, or one that another writer left stale.
#[tokio::test]
async fn a_save_makes_them_true_although_their_fields_have_not_changed() {
    for stale in [None, Some("email#old")] {
        let store = fresh_store::<Member>().await;
        store
            .create(member(Some("a"), Some("t"), 1))
            .send()
            .await
            .unwrap();
        let mut item = raw(&store, Member::key("m1")).await.unwrap();
        item.remove("gsi1sk");
        match stale {
            None => item.remove("gsi1pk"),
            Some(stale) => item.insert("gsi1pk".to_owned(), s(stale)),
        };
        put_raw::<Member>(&store, item).await;
        let read = store.get(Member::key("m1")).send().await.unwrap().unwrap();
        let saved = store.save(read).send().await.unwrap();
        assert_eq!(stamps(&store).await, stamped("email#a", "t#0001"));
        // Then nothing is left to save.
        let version = Stored::version(&saved);
        let saved = store.save(saved).send().await.unwrap();
        assert_eq!(Stored::version(&saved), version);
    }
}

#[tokio::test]
async fn they_are_no_attributes_of_the_struct() {
    let store = fresh_store::<Member>().await;
    for name in ["gsi1pk", "email", "tenant", "points"] {
        let update = store.update(Member::key("m1")).set(|_| attr(name).to("x"));
        let error = update.send().await.unwrap_err();
        assert!(
            error.to_string().contains("use `modify`"),
            "{name}: {error}"
        );
    }
    // What is used as it is may be updated.
    store.create(member(None, None, 0)).send().await.unwrap();
    let update = store.update(Member::key("m1")).set(|m| m.city.to("Nice"));
    update.send().await.unwrap();
}

/// A default fills in what an item lacks, attribute by attribute. A template of several must not become a mixture.
#[tokio::test]
async fn a_default_never_mixes_with_what_is_there() {
    let store = fresh_store::<Member>().await;
    let mut partial = Member::key("m1").raw().to_item();
    partial.extend([
        ("points".to_owned(), n(7)),
        ("visits".to_owned(), n(0)),
        ("item_version".to_owned(), n(1)),
    ]);
    put_raw::<Member>(&store, partial).await;
    let update = store.update(Member::key("m1")).set(|m| m.visits.add(1));
    let error = update
        .or_create(member(Some("a"), Some("t"), 1))
        .send()
        .await
        .unwrap_err();
    assert!(matches!(error, Error::ConditionFailed(_)), "{error}");
    assert_eq!(stamps(&store).await, (None, None));
}

#[tokio::test]
async fn an_index_key_that_dynamodb_refuses_is_refused_before_anything_is_sent() {
    let store = fresh_store::<Member>().await;
    let mut empty = member(None, None, 0);
    empty.city = Some(String::new());
    let long = member(Some(&"a".repeat(2_043)), Some("t"), 0);
    let digits = member(Some("a"), Some("t"), 12_345);
    for (member, expected) in [
        (empty, "`city`"),
        (long, "2049 bytes"),
        (digits, "5 digits"),
    ] {
        for error in [
            store.create(member.clone()).send().await.unwrap_err(),
            store.put(member).unconditional().send().await.unwrap_err(),
        ] {
            assert!(matches!(error, Error::Invalid(_)), "{error}");
            assert!(error.to_string().contains(expected), "{error}");
        }
    }
    store.create(member(None, None, 0)).send().await.unwrap();
    let update = store.update(Member::key("m1")).set(|m| m.city.to(""));
    assert!(matches!(
        update.send().await.unwrap_err(),
        Error::Invalid(_)
    ));
    let update = store.update(Member::key("m1")).set(|_| attr("city").to(5));
    assert!(matches!(
        update.send().await.unwrap_err(),
        Error::Invalid(_)
    ));
}

#[tokio::test]
async fn an_index_finds_what_was_stored() {
    let store = fresh_store::<Member>().await;
    store
        .create(member(Some("a"), Some("t"), 7))
        .send()
        .await
        .unwrap();
    let query = store.query(ByEmail::partition("a"));
    let found = query
        .sort_key(|k| k.tenant.eq("t").points.ge(5))
        .all()
        .send()
        .await
        .unwrap();
    assert_eq!(found.len(), 1);
    assert_eq!(*found[0], member(Some("a"), Some("t"), 7));
    let found = store
        .query(ByEmail::partition("b"))
        .all()
        .send()
        .await
        .unwrap();
    assert!(found.is_empty());
}
