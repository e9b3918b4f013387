//! Callers that keep no item between two requests: the state that they have seen, as a text.
use std::collections::HashMap;

use dynacond::{Condition, Error, InvalidInput, InvalidTag, Stored, Tag, Versioned as _};
use dynacond_local::Fault;

use super::support::{
    Counter, Order, fresh_store, item, n, order, order_item, put_raw, raw, raw_and_id, read,
    refused, s, set_raw, stored_order, unversioned_order_item, watched,
};

#[tokio::test]
async fn a_tag_survives_print_and_parse() {
    let store = fresh_store::<Order>().await;
    let order = store.create(order()).send().await.unwrap();
    let tag = Stored::tag(&order);
    assert_eq!(tag.version(), 1);
    let id = Stored::write_id(&order).unwrap();
    assert_eq!(tag.to_string(), format!("1-{id}"));
    assert_eq!(tag.to_string().parse(), Ok(tag));

    let counters = fresh_store::<Counter>().await;
    let counter = Counter {
        id: "visits".into(),
        count: 1,
    };
    let counter = counters.create(counter).send().await.unwrap();
    let tag = Stored::tag(&counter);
    assert_eq!(tag.to_string().parse(), Ok(tag));

    put_raw::<Order>(&store, unversioned_order_item()).await;
    let tag = Stored::tag(&read(&store).await);
    assert_eq!(tag.version(), 0);
    assert_eq!(tag.to_string().parse(), Ok(tag));
}

#[tokio::test]
async fn an_etag_is_the_tag_between_quotes_and_comes_back_so() {
    let store = fresh_store::<Order>().await;
    let order = store.create(order()).send().await.unwrap();
    let tag = Stored::tag(&order);
    assert_eq!(tag.etag(), format!("\"{tag}\""));
    assert_eq!(tag.etag().parse(), Ok(tag));
    let content = format!("content-{}", "6f".repeat(32));
    for text in [
        "7",
        "0",
        "unversioned",
        "7-6f1e",
        "7-!#+-.:/[]~",
        "id-6f1e",
        &content,
    ] {
        let tag: Tag = text.parse().unwrap();
        assert_eq!(tag.to_string(), text);
        assert_eq!(tag.etag().parse(), Ok(tag));
    }
}

#[test]
fn what_is_no_tag_is_refused() {
    let texts = [
        "",
        "-",
        "x",
        "7-",
        "-6f1e",
        "-7",
        "+7",
        " 7",
        "7 ",
        "1.5",
        "18446744073709551616",
        "Unversioned",
        "unversioned-6f1e",
        "id",
        "id-",
        "id-a b",
        "content-",
        "content-6f1e",
        "content-6F1E5A0C6F1E5A0C6F1E5A0C6F1E5A0C6F1E5A0C6F1E5A0C6F1E5A0C6F1E5A0C",
        // What no `ETag` carries is no part of a write id.
        "1-a b",
        "1-a\tb",
        "1-a\\b",
        "1-ä",
        "1-a\"b",
        // One pair of quotes, and nothing around it.
        "\"",
        "\"\"",
        "\"7-6f1e",
        "7-6f1e\"",
        "\"\"7-6f1e\"\"",
        " \"7-6f1e\"",
        "\"*\"",
        "w/\"7-6f1e\"",
    ];
    for text in texts {
        assert_eq!(text.parse::<Tag>(), Err(InvalidTag::Malformed), "{text:?}");
    }
}

#[test]
fn what_if_match_holds_and_is_no_tag_is_told_apart() {
    let texts = [
        ("W/\"7-6f1e\"", InvalidTag::Weak, "the tag is weak"),
        ("W/\"\"", InvalidTag::Weak, "the tag is weak"),
        ("*", InvalidTag::Any, "`*` is not a tag"),
        (
            "\"7-6f1e\", \"8-6f1e\"",
            InvalidTag::List,
            "the text is a list of tags",
        ),
        (
            "W/\"7-6f1e\",\"8-6f1e\"",
            InvalidTag::List,
            "the text is a list of tags",
        ),
        ("7,8", InvalidTag::List, "the text is a list of tags"),
    ];
    for (text, expected, begins) in texts {
        let error = text.parse::<Tag>().unwrap_err();
        assert_eq!(error, expected, "{text:?}");
        assert!(error.to_string().starts_with(begins), "{error}");
    }
}

#[test]
fn what_does_not_parse_is_an_error_of_dynacond() {
    fn tag(text: &str) -> dynacond::Result<Tag> {
        Ok(text.parse::<Tag>()?)
    }
    fn condition(error: dynacond::ParseError) -> dynacond::Result<()> {
        Err(error)?
    }
    let error = tag("*").unwrap_err();
    let Error::Invalid(InvalidInput::Tag(InvalidTag::Any)) = &error else {
        panic!("{error}")
    };
    assert_eq!(error.to_string(), InvalidTag::Any.to_string());

    let parsed = Condition::parse("a = ", HashMap::new(), HashMap::new());
    let Err(Error::Parse(error)) = parsed else {
        panic!("parsed")
    };
    assert!(matches!(condition(*error), Err(Error::Parse(_))));
}

#[tokio::test]
async fn a_write_at_the_tag_that_was_read_is_applied() {
    let store = fresh_store::<Order>().await;
    let tag = Stored::tag(&store.create(order()).send().await.unwrap());
    let mut noted = order();
    noted.note = Some("gift wrap".into());
    let put = store.put(noted).at(&tag).send().await.unwrap();
    let update = store.update(Order::key("o1")).set(|o| o.stock.subtract(1));
    let updated = update.at(&Stored::tag(&put)).send().await.unwrap();
    assert_eq!((updated.stock, Stored::version(&updated)), (9, 3));
    let replace = store.replace(order()).at(&Stored::tag(&updated));
    let replaced = replace.send().await.unwrap();
    assert_eq!(stored_order(&store).await, order_item(4));
    let delete = store.delete(Order::key("o1")).at(&Stored::tag(&replaced));
    delete.send().await.unwrap();
    assert!(raw(&store, Order::key("o1")).await.is_none());
}

#[tokio::test]
async fn a_write_at_a_stale_tag_gets_a_conflict() {
    let store = fresh_store::<Order>().await;
    let created = store.create(order()).send().await.unwrap();
    let stale = [
        Stored::tag(&created),
        "2-0".parse().unwrap(),
        "unversioned".parse().unwrap(),
    ];
    let update = store.update(Order::key("o1")).set(|o| o.stock.add(0));
    update.send().await.unwrap();
    let before = raw_and_id(&store, Order::key("o1")).await;
    for tag in &stale {
        let update = store.update(Order::key("o1")).set(|o| o.stock.add(1));
        for error in [
            refused(store.put(order()).at(tag).send().await),
            refused(update.at(tag).send().await),
            refused(store.delete(Order::key("o1")).at(tag).send().await),
            refused(store.replace(order()).at(tag).send().await),
        ] {
            assert!(error.is_conflict(), "{tag}: {error}");
            let current = error.current::<Order>().unwrap().unwrap();
            assert_eq!(Stored::version(&current), 2);
        }
    }
    assert_eq!(raw_and_id(&store, Order::key("o1")).await, before);
}

#[tokio::test]
async fn a_version_with_a_write_id_and_one_without_are_told_apart() {
    let store = fresh_store::<Order>().await;
    let created = store.create(order()).send().await.unwrap();
    let add = || store.update(Order::key("o1")).set(|o| o.stock.add(1));
    let error = refused(add().at(&"1".parse().unwrap()).send().await);
    let said = "expected version 1 without a write id, found version 1 with one: was `item_write_id` projected?";
    assert!(error.to_string().ends_with(said), "{error}");
    // A writer whose write id is switched off.
    set_raw(&store, Order::key("o1"), "item_write_id", None).await;
    let error = refused(add().at(&Stored::tag(&created)).send().await);
    let said = "expected version 1 with a write id, found version 1 without one";
    assert!(error.is_conflict(), "{error}");
    assert!(error.to_string().ends_with(said), "{error}");
    // Versions that differ say enough.
    let error = refused(add().at(&"7".parse().unwrap()).send().await);
    assert!(
        error
            .to_string()
            .ends_with("expected version 7, found version 1"),
        "{error}"
    );
}

#[tokio::test]
async fn a_tag_notices_that_the_item_was_created_again() {
    let store = fresh_store::<Order>().await;
    let created = store.create(order()).send().await.unwrap();
    let tag = Stored::tag(&created);
    store.delete(created).send().await.unwrap();
    store.create(order()).send().await.unwrap();
    let update = store.update(Order::key("o1")).set(|o| o.stock.add(1));
    assert!(refused(update.at(&tag).send().await).is_conflict());
    assert_eq!(stored_order(&store).await, order_item(1));
}

#[tokio::test]
async fn a_bare_version_guards_as_far_as_it_says() {
    let store = fresh_store::<Order>().await;
    store.create(order()).send().await.unwrap();
    let set = |version| {
        let update = store.update(Order::key("o1")).set(|o| o.stock.subtract(1));
        update.at_version(version)
    };
    assert!(refused(set(2).send().await).is_conflict());
    set(1).send().await.unwrap();
    assert!(refused(set(1).send().await).is_conflict());
    let delete = store.delete(Order::key("o1"));
    assert!(refused(delete.at_version(1).send().await).is_conflict());
    assert_eq!(stored_order(&store).await["item_version"], n(2));
}

/// Each verb at a tag, on the order `o1`.
async fn write_at(store: &dynacond::Store, verb: &str, tag: &Tag) -> dynacond::Result<()> {
    let key = Order::key("o1");
    let noted = Order {
        note: Some("gift wrap".into()),
        ..order()
    };
    match verb {
        "put" => store.put(noted).at(tag).send().await.map(drop),
        "update" => {
            let update = store.update(key).set(|o| o.note.to("gift wrap"));
            update.at(tag).send().await.map(drop)
        }
        "replace" => store.replace(noted).at(tag).send().await.map(drop),
        "delete" => store.delete(key).at(tag).send().await,
        other => panic!("{other}"),
    }
}

const AT_A_TAG: [&str; 4] = ["put", "update", "replace", "delete"];

/// One by one, and as the action of a transaction.
async fn transact_at(store: &dynacond::Store, verb: &str, tag: &Tag) -> dynacond::Result<()> {
    let key = Order::key("o1");
    let noted = Order {
        note: Some("gift wrap".into()),
        ..order()
    };
    match verb {
        "put" => {
            let put = (store.put(noted).at(tag),);
            store.transact_write(put).send().await.map(drop)
        }
        "update" => {
            let update = store.update(key).set(|o| o.note.to("gift wrap"));
            store
                .transact_write((update.at(tag),))
                .send()
                .await
                .map(drop)
        }
        "replace" => {
            let replace = (store.replace(noted).at(tag),);
            store.transact_write(replace).send().await.map(drop)
        }
        "delete" => {
            let delete = (store.delete(key).at(tag),);
            store.transact_write(delete).send().await.map(drop)
        }
        other => panic!("{other}"),
    }
}

#[tokio::test]
async fn the_tag_of_an_item_without_a_version_names_its_content() {
    let store = fresh_store::<Order>().await;
    put_raw::<Order>(&store, unversioned_order_item()).await;
    let tag = Stored::tag(&read(&store).await);
    let text = tag.to_string();
    assert!(text.starts_with("content-"), "{text}");
    assert_eq!(Stored::tag(&read(&store).await), tag, "the same content");
    set_raw(&store, Order::key("o1"), "stock", Some(n(3))).await;
    assert_ne!(Stored::tag(&read(&store).await), tag);
    set_raw(&store, Order::key("o1"), "stock", Some(n(10))).await;
    assert_eq!(Stored::tag(&read(&store).await), tag);
    // An attribute that the struct does not know is content, too.
    set_raw(&store, Order::key("o1"), "source", Some(s("import"))).await;
    assert_ne!(Stored::tag(&read(&store).await), tag);
}

#[tokio::test]
async fn a_write_at_the_tag_of_a_content_adopts_the_item_that_has_it() {
    for verb in AT_A_TAG {
        for transact in [false, true] {
            let store = fresh_store::<Order>().await;
            put_raw::<Order>(&store, unversioned_order_item()).await;
            let tag = Stored::tag(&read(&store).await).etag().parse().unwrap();
            let told = if transact {
                transact_at(&store, verb, &tag).await
            } else {
                write_at(&store, verb, &tag).await
            };
            told.unwrap();
            if verb == "delete" {
                assert!(raw(&store, Order::key("o1")).await.is_none());
                continue;
            }
            // What is stored whole is given a version first.
            let mut expected = order_item(if verb == "replace" { 2 } else { 1 });
            expected.insert("note".into(), s("gift wrap"));
            assert_eq!(stored_order(&store).await, expected, "{verb}");
            // It has another tag now.
            assert!(refused(write_at(&store, verb, &tag).await).is_conflict());
        }
    }
}

#[tokio::test]
async fn a_stale_tag_of_a_content_is_a_conflict_and_stamps_nothing() {
    for verb in AT_A_TAG {
        for transact in [false, true] {
            let store = fresh_store::<Order>().await;
            put_raw::<Order>(&store, unversioned_order_item()).await;
            let tag = Stored::tag(&read(&store).await);
            // By a writer that knows nothing of versions.
            set_raw(&store, Order::key("o1"), "stock", Some(n(3))).await;
            let told = if transact {
                transact_at(&store, verb, &tag).await
            } else {
                write_at(&store, verb, &tag).await
            };
            let error = refused(told);
            assert!(error.is_conflict(), "{verb}: {error}");
            assert_eq!(error.current::<Order>().unwrap().unwrap().stock, 3);
            let mut expected = unversioned_order_item();
            expected.insert("stock".into(), n(3));
            assert_eq!(
                raw(&store, Order::key("o1")).await,
                Some(expected),
                "{verb}"
            );
        }
    }
}

#[tokio::test]
async fn a_tag_of_a_content_at_no_item_is_not_found() {
    let store = fresh_store::<Order>().await;
    put_raw::<Order>(&store, unversioned_order_item()).await;
    let tag = Stored::tag(&read(&store).await);
    let delete = store.delete(Order::key("o1")).unconditional();
    delete.send().await.unwrap();
    for verb in AT_A_TAG {
        let error = refused(write_at(&store, verb, &tag).await);
        assert!(matches!(error, Error::NotFound(_)), "{verb}: {error}");
    }
}

#[tokio::test]
async fn a_content_that_changes_after_it_was_compared_is_a_conflict() {
    for verb in AT_A_TAG {
        let shop = watched::<Order>().await;
        put_raw::<Order>(&shop.quiet, unversioned_order_item()).await;
        let tag = Stored::tag(&read(&shop.quiet).await);
        // Before the write, or before the stamp that precedes it.
        shop.local
            .on("UpdateItem")
            .inject(Fault::rival(|client| async move {
                let store = dynacond::Store::new(client);
                set_raw(&store, Order::key("o1"), "source", Some(s("import"))).await;
                set_raw(&store, Order::key("o1"), "stock", Some(n(3))).await;
            }));
        let error = refused(write_at(&shop.store, verb, &tag).await);
        assert!(error.is_conflict(), "{verb}: {error}");
        let item = raw(&shop.quiet, Order::key("o1")).await.unwrap();
        assert_eq!(item["stock"], n(3), "{verb}");
        assert!(!item.contains_key("note"), "{verb}");
    }
}

#[tokio::test]
async fn a_write_at_the_tag_of_a_content_costs_one_read_more() {
    let expected: [(&str, &[&str]); 4] = [
        ("put", &["GetItem", "UpdateItem"]),
        ("update", &["GetItem", "UpdateItem"]),
        ("replace", &["GetItem", "UpdateItem", "PutItem"]),
        ("delete", &["GetItem", "UpdateItem", "DeleteItem"]),
    ];
    for (verb, operations) in expected {
        let shop = watched::<Order>().await;
        put_raw::<Order>(&shop.quiet, unversioned_order_item()).await;
        let tag = Stored::tag(&read(&shop.quiet).await);
        write_at(&shop.store, verb, &tag).await.unwrap();
        assert_eq!(shop.local.operations(), operations, "{verb}");
        let log = shop.local.log();
        assert_eq!(log[0].body["ConsistentRead"], true);
    }
}

/// An item whose version was dropped, or that another library marks by an id alone.
#[tokio::test]
async fn the_tag_of_an_item_with_a_write_id_and_no_version_names_the_write_id() {
    for verb in AT_A_TAG {
        let shop = watched::<Order>().await;
        let mut item = unversioned_order_item();
        item.insert("item_write_id".into(), s("a1"));
        put_raw::<Order>(&shop.quiet, item.clone()).await;
        let tag = Stored::tag(&read(&shop.quiet).await);
        assert_eq!(tag.to_string(), "id-a1");
        assert_eq!(tag.etag().parse(), Ok(tag.clone()));
        // Another writer: what it changed is not overwritten.
        item.insert("item_write_id".into(), s("b2"));
        item.insert("stock".into(), n(3));
        put_raw::<Order>(&shop.quiet, item.clone()).await;
        let error = refused(write_at(&shop.store, verb, &tag).await);
        assert!(error.is_conflict(), "{verb}: {error}");
        assert_eq!(raw(&shop.quiet, Order::key("o1")).await, Some(item));

        let tag = Stored::tag(&read(&shop.quiet).await);
        shop.local.clear_log();
        // It names a write, so it is sent again after a lost answer.
        shop.local.on_any().inject(Fault::LoseRequest);
        write_at(&shop.store, verb, &tag).await.unwrap();
        assert_eq!(shop.local.operations().len(), 2, "{verb}");
        match raw(&shop.quiet, Order::key("o1")).await {
            Some(item) => assert_eq!(item["item_version"], n(1), "{verb}"),
            None => assert_eq!(verb, "delete"),
        }
    }
}

/// A tag of a model that has write ids, read by one that has none.
#[tokio::test]
async fn a_tag_that_names_nothing_which_the_model_reads_is_stale() {
    let store = fresh_store::<Counter>().await;
    let unversioned = item([("id", s("visits")), ("count", n(1))]);
    put_raw::<Counter>(&store, unversioned.clone()).await;
    for tag in ["id-6f1e", "unversioned"] {
        let update = store.update(Counter::key("visits")).set(|c| c.count.add(1));
        let error = refused(update.at(&tag.parse().unwrap()).send().await);
        assert!(error.is_conflict(), "{tag}: {error}");
    }
    let stored = raw(&store, Counter::key("visits")).await;
    assert_eq!(stored, Some(unversioned));
}

#[tokio::test]
async fn a_condition_and_a_tag_both_hold_or_nothing_is_written() {
    let store = fresh_store::<Order>().await;
    let tag = Stored::tag(&store.create(order()).send().await.unwrap());
    let update = |at_least| {
        let update = store.update(Order::key("o1")).set(|o| o.stock.subtract(1));
        update.when(move |o| o.stock.ge(at_least)).at(&tag)
    };
    let error = refused(update(11).send().await);
    assert!(matches!(error, Error::ConditionFailed(_)), "{error}");
    update(10).send().await.unwrap();
    assert!(refused(update(1).send().await).is_conflict());
}
