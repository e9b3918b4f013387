//! Lost answers while an unversioned item is given its first version.
use dynacond::{Error, Versioned as _};
use dynacond_local::Fault;

use super::recorder::Recording;
use super::support::{Order, put_raw, raw, read, refused, unversioned_order_item, watched};

#[tokio::test]
async fn an_adoption_whose_answer_was_lost_goes_on() {
    let shop = watched::<Order>().await;
    put_raw::<Order>(&shop.quiet, unversioned_order_item()).await;
    let order = read(&shop.quiet).await;
    shop.local.on("UpdateItem").inject(Fault::LoseAnswer);
    shop.store.delete(order).send().await.unwrap();
    let adopted_then_deleted = ["UpdateItem", "GetItem", "DeleteItem"];
    assert_eq!(shop.local.operations(), adopted_then_deleted);
    assert!(raw(&shop.quiet, Order::key("o1")).await.is_none());
}

#[tokio::test]
async fn what_could_not_be_adopted_for_sure_is_neither_replaced_nor_deleted() {
    for replace in [false, true] {
        let shop = watched::<Order>().await;
        put_raw::<Order>(&shop.quiet, unversioned_order_item()).await;
        let order = read(&shop.quiet).await;
        shop.local.on("UpdateItem").inject(Fault::LoseRequest);
        let error = if replace {
            refused(shop.store.replace(order).send().await)
        } else {
            refused(shop.store.delete(order).send().await)
        };
        // The fate of the stamp is unknown, the write itself was not sent.
        assert!(matches!(error, Error::Service(_)), "{error}");
        assert_eq!(shop.local.operations(), ["UpdateItem", "GetItem"]);
        let found = raw(&shop.quiet, Order::key("o1")).await;
        assert_eq!(found, Some(unversioned_order_item()));
    }
}

/// What is unknown is whether the version was stamped. The deletion itself was not sent.
#[tokio::test]
async fn a_stamp_is_traced_under_a_verb_of_its_own() {
    let shop = watched::<Order>().await;
    put_raw::<Order>(&shop.quiet, unversioned_order_item()).await;
    let order = read(&shop.quiet).await;
    shop.local.on("UpdateItem").inject(Fault::LoseRequest);
    let recording = Recording::start();
    let error = refused(shop.store.delete(order.clone()).send().await);
    assert!(error.to_string().starts_with("delete Order"), "{error}");
    let (span, event) = (recording.span(), recording.event());
    assert_eq!(span.get("verb"), Some("adopt"));
    assert_eq!(span.get("outcome"), Some("outcome_unknown"));
    assert_eq!(event.get("verb"), Some("adopt"));

    let recording = Recording::start();
    shop.store.delete(order).send().await.unwrap();
    let spans = recording.spans();
    let verbs: Vec<_> = spans.iter().map(|span| span.get("verb")).collect();
    assert_eq!(verbs, [Some("adopt"), Some("delete")]);
}

#[tokio::test]
async fn a_stamp_that_is_refused_is_told_as_a_refusal_of_the_write() {
    let shop = watched::<Order>().await;
    put_raw::<Order>(&shop.quiet, unversioned_order_item()).await;
    let order = read(&shop.quiet).await;
    let delete = shop.store.delete(order).when(|o| o.stock.eq(0));
    let error = refused(delete.send().await);
    assert!(matches!(error, Error::ConditionFailed(_)), "{error}");
    assert_eq!(error.refusal().unwrap().verb(), "delete");
    let found = raw(&shop.quiet, Order::key("o1")).await;
    assert_eq!(found, Some(unversioned_order_item()), "nothing is stamped");
}
