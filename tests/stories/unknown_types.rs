//! Attributes of a type that this version of the SDK does not know, as a later DynamoDB may have: what the struct does not see
//! does no harm, and what it sees is an error.
use dynacond::{Error, Store, Stored, Versioned as _, attr};

use super::support::{Order, refused};
use super::unreachable::server;

/// A store on which every answer holds the order with this attribute added, at the top or within the address.
fn answers(at_top: &str, within: &str) -> (dynacond_local::Local, Store) {
    let item = format!(
        r#"{{"pk": {{"S": "order#o1"}}, "sk": {{"S": "order#o1"}}, "id": {{"S": "o1"}}, "status": {{"S": "pending"}},
            "stock": {{"N": "10"}}, "shipTo": {{"M": {{"street": {{"S": "Rue"}}, "city": {{"S": "Lyon"}}{within}}}}},
            "item_version": {{"N": "1"}}, "item_write_id": {{"S": "w"}}{at_top}}}"#
    );
    let body = format!(r#"{{"Item": {item}, "Attributes": {item}}}"#);
    let (local, _) = server(200, "application/x-amz-json-1.0", &body);
    let store = Store::new(local.client());
    (local, store)
}

async fn update(store: &Store) -> dynacond::Result<Stored<Order>> {
    let update = store.update(Order::key("o1"));
    update.set(|o| o.stock.add(1)).send().await
}

#[tokio::test]
async fn what_the_struct_does_not_see_is_passed_over() {
    for (at_top, within) in [
        (r#", "new": {"Q": "1"}"#, ""),
        (r#", "new": {"L": [{"Q": "1"}, {"N": "1"}]}"#, ""),
        ("", r#", "new": {"Q": {"x": "y"}}"#),
    ] {
        let (local, store) = answers(at_top, within);
        let order = store.get(Order::key("o1")).send().await.unwrap().unwrap();
        assert_eq!(order.stock, 10);
        let holds = Stored::item(&order).contains_key("new");
        assert_eq!(
            holds,
            within.is_empty(),
            "the raw item says that it is there"
        );
        assert_eq!(update(&store).await.unwrap().stock, 10);
        // A save sends what changed, and leaves the rest as it is.
        let mut changed = order.clone();
        changed.stock = 3;
        store.save(changed).send().await.unwrap();
        let sent = local.log().pop().unwrap().body.to_string();
        assert!(!sent.contains("new"), "{sent}");
        let modify = store.modify(Order::key("o1"), |o| o.stock += 1);
        modify.send().await.unwrap();
        let read = store
            .transact(|tx| -> dynacond::Result<u32> { Ok(tx.require(Order::key("o1"))?.stock) });
        assert_eq!(read.send().await.unwrap(), 10);
    }
}

#[tokio::test]
async fn what_the_struct_sees_does_not_decode() {
    for (at_top, said) in [
        (r#", "note": {"Q": "s3cret"}"#, "attribute `note`"),
        (r#", "note": {"L": [{"Q": "s3cret"}]}"#, "attribute `note`"),
    ] {
        let (_, store) = answers(at_top, "");
        let error = refused(store.get(Order::key("o1")).send().await);
        assert!(
            matches!(&error, Error::Decode(decode) if !decode.applied),
            "{error}"
        );
        assert!(error.to_string().contains(said), "{error}");
        assert!(!format!("{error} {error:?}").contains("s3cret"), "{error}");
        let error = refused(update(&store).await);
        assert!(
            matches!(&error, Error::Decode(decode) if decode.applied),
            "{error}"
        );
    }
}

#[tokio::test]
async fn a_condition_on_it_finds_it_there_and_like_nothing() {
    let (_, store) = answers(r#", "new": {"Q": "1"}"#, "");
    let order = store.get(Order::key("o1")).send().await.unwrap().unwrap();
    let item = Stored::item(&order);
    for (condition, holds) in [
        (attr("new").exists(), true),
        (attr("new").eq(1), false),
        (attr("new").ne(1), true),
        (attr("new").contains("1"), false),
        (attr("new").size().ge(0), false),
        (attr("new").at_name("x").not_exists(), true),
    ] {
        assert_eq!(condition.matches(item), holds, "{condition}");
        let shown = condition.explain(item).to_string();
        assert!(shown.contains("actual"), "{shown}");
    }
}
