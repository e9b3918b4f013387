//! Lost answers while an unversioned item is given its first version.
use dynacond::{Error, Versioned as _};
use dynacond_local::Fault;

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
