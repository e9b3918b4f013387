//! Conditions on the SDK's own builders: text, names and values join what the request has already, and the request works.
use std::collections::HashMap;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::error::ProvideErrorMetadata;
use aws_sdk_dynamodb::types::{
    ConditionCheck, Delete, Put, TransactWriteItem, Update, builders::UpdateBuilder,
};
use dynacond::{
    Any, AttributeValue, Condition, ConditionExt, Error, ExpressionError, Item, Rule, Versioned,
    attr,
};

use super::support::{
    Order, Watched, item, n, order, order_item, raw, s, stored_order, watched, watched_order,
};

/// The same lines for each of the seven builders.
macro_rules! for_each_builder {
    ($client:expr, |$name:ident, $builder:ident| $body:expr) => {{
        let client: &Client = $client;
        let mut ran = Vec::new();
        for_each_builder! { @one ran, client.put_item(), "put_item", $name, $builder, $body }
        for_each_builder! { @one ran, client.update_item(), "update_item", $name, $builder, $body }
        for_each_builder! { @one ran, client.delete_item(), "delete_item", $name, $builder, $body }
        for_each_builder! { @one ran, Put::builder(), "Put", $name, $builder, $body }
        for_each_builder! { @one ran, Update::builder(), "Update", $name, $builder, $body }
        for_each_builder! { @one ran, Delete::builder(), "Delete", $name, $builder, $body }
        for_each_builder! { @one ran, ConditionCheck::builder(), "ConditionCheck", $name, $builder, $body }
        assert_eq!(ran.len(), 7);
    }};
    (@one $ran:ident, $new:expr, $text:literal, $name:ident, $builder:ident, $body:expr) => {
        let ($name, $builder) = ($text, $new);
        $body;
        $ran.push($name);
    };
}

fn client() -> Client {
    dynacond_local::client_from_env().unwrap()
}

fn names<const N: usize>(names: [(&str, &str); N]) -> HashMap<String, String> {
    names.map(|(a, b)| (a.to_owned(), b.to_owned())).into()
}

#[test]
fn text_names_and_values_are_put_on_every_builder() {
    for_each_builder!(&client(), |name, builder| {
        let condition = attr("status").eq("pending") & attr("stock").ge(3);
        let request = builder.condition(condition).unwrap();
        let text = request.get_condition_expression().as_deref();
        assert_eq!(
            text,
            Some("#dc_status = :dc_status AND #dc_stock >= :dc_stock"),
            "{name}"
        );
        let expected = names([("#dc_status", "status"), ("#dc_stock", "stock")]);
        assert_eq!(
            request.get_expression_attribute_names(),
            &Some(expected),
            "{name}"
        );
        let expected = item([(":dc_status", s("pending")), (":dc_stock", n(3))]);
        assert_eq!(
            request.get_expression_attribute_values(),
            &Some(expected),
            "{name}"
        );
    });
}

#[test]
fn a_condition_without_values_leaves_no_empty_map() {
    for_each_builder!(&client(), |name, builder| {
        let request = builder.condition(attr("pk").not_exists()).unwrap();
        assert_eq!(request.get_expression_attribute_values(), &None, "{name}");
        let expected = names([("#dc_pk", "pk")]);
        assert_eq!(
            request.get_expression_attribute_names(),
            &Some(expected),
            "{name}"
        );
    });
}

#[test]
fn placeholders_that_are_set_before_or_after_are_others() {
    for_each_builder!(&client(), |name, builder| {
        let request = builder
            .expression_attribute_names("#status", "state")
            .expression_attribute_names("#dc_status", "statute")
            .expression_attribute_values(":dc_status", s("paid"))
            .condition(attr("status").eq("pending"))
            .unwrap()
            .expression_attribute_values(":status", s("held"));
        let text = request.get_condition_expression().as_deref();
        assert_eq!(text, Some("#dc_status_2 = :dc_status_2"), "{name}");
        let expected = names([
            ("#status", "state"),
            ("#dc_status", "statute"),
            ("#dc_status_2", "status"),
        ]);
        assert_eq!(
            request.get_expression_attribute_names(),
            &Some(expected),
            "{name}"
        );
        let expected = item([
            (":dc_status", s("paid")),
            (":dc_status_2", s("pending")),
            (":status", s("held")),
        ]);
        assert_eq!(
            request.get_expression_attribute_values(),
            &Some(expected),
            "{name}"
        );
    });
}

/// Holds on an order, and is too long for readable placeholders.
fn long_condition() -> Condition {
    Condition::all((0..100).map(|i| attr(format!("a_rather_long_name_{i:02}")).ne(i)))
}

/// Names and values in turn.
fn placeholders(text: &str) -> Vec<&str> {
    let is_one = |word: &&str| word.starts_with(['#', ':']);
    text.split(' ').filter(is_one).collect()
}

#[test]
fn numbered_placeholders_are_not_taken_again_either() {
    for_each_builder!(&client(), |name, builder| {
        let mut request = builder;
        let taken = [0, 1, 2, 3, 5, 50, 101, 104];
        for number in taken {
            request = request
                .expression_attribute_names(format!("#dc_{number}"), format!("mine{number}"))
                .expression_attribute_values(format!(":dc_{number}"), s(format!("mine{number}")));
        }
        let request = request.condition(long_condition()).unwrap();
        let names = request.get_expression_attribute_names().clone().unwrap();
        let values = request.get_expression_attribute_values().clone().unwrap();
        for number in taken {
            assert_eq!(
                names[&format!("#dc_{number}")],
                format!("mine{number}"),
                "{name}"
            );
            assert_eq!(
                values[&format!(":dc_{number}")],
                s(format!("mine{number}")),
                "{name}"
            );
        }
        assert_eq!((names.len(), values.len()), (108, 108), "{name}");
        let text = request.get_condition_expression().clone().unwrap();
        assert!(text.len() <= 4_096 && text.starts_with('#'), "{text}");
        for (i, pair) in placeholders(&text).chunks(2).enumerate() {
            assert_eq!(
                names[pair[0]],
                format!("a_rather_long_name_{i:02}"),
                "{name}"
            );
            assert_eq!(values[pair[1]], n(i), "{name}");
        }
    });
}

#[test]
fn a_second_condition_is_a_typed_error_and_changes_nothing() {
    for_each_builder!(&client(), |name, builder| {
        let request = builder.condition_expression("attribute_exists(pk)");
        let error = request.clone().condition(attr("stock").ge(3)).unwrap_err();
        let Error::Expression(ExpressionError { rule, clause }) = error else {
            panic!("{name}: {error}");
        };
        assert_eq!(rule, Rule::ConditionTaken, "{name}");
        assert_eq!(clause, "attribute_exists(pk)", "{name}");
        let twice = builder_with(attr("stock").ge(3)).condition(attr("stock").le(9));
        assert!(
            matches!(twice, Err(Error::Expression(_))),
            "not even one of its own"
        );
        assert_eq!(request.get_expression_attribute_names(), &None);
    });
}

fn builder_with(condition: Condition) -> UpdateBuilder {
    Update::builder().condition(condition).unwrap()
}

#[test]
fn a_condition_that_dynamodb_refuses_is_a_typed_error() {
    for_each_builder!(&client(), |name, builder| {
        let empty = builder.clone().condition(attr("stock").is_in([0; 0]));
        let Err(Error::Expression(error)) = empty else {
            panic!("{name}: an empty IN vanished");
        };
        assert_eq!(error.rule, Rule::EmptyIn);
        assert!(
            builder.condition(Condition::<Any>::all([])).is_err(),
            "{name}"
        );
    });
}

#[test]
fn a_typed_condition_fits_too() {
    let request = client()
        .put_item()
        .condition(Order::attributes().stock.ge(3))
        .unwrap();
    let text = request.get_condition_expression().as_deref();
    assert_eq!(text, Some("#dc_stock >= :dc_stock"));
}

fn key() -> Item {
    Order::key("o1").raw().to_item()
}

fn is_refused<T>(answer: Result<T, impl ProvideErrorMetadata>) -> bool {
    let Err(error) = answer else { return false };
    let code = error.code().unwrap_or_default();
    let refusals = [
        "ConditionalCheckFailedException",
        "TransactionCanceledException",
    ];
    assert!(refusals.contains(&code), "{code}: {:?}", error.message());
    true
}

/// Whether each of the seven requests is refused under a condition on an order of ten pieces.
async fn refused_with(condition: impl Fn() -> Condition) -> [bool; 7] {
    async fn shop() -> (Watched, Client) {
        let shop = watched_order().await;
        let client = shop.local.client();
        (shop, client)
    }
    let unchanged = async |shop: &Watched, refused: bool| {
        let same = raw(&shop.quiet, Order::key("o1")).await.is_some()
            && stored_order(&shop.quiet).await == order_item(1);
        assert_eq!(same, refused, "what is refused changes nothing");
        refused
    };
    let mut all = Vec::new();

    let (s1, client) = shop().await;
    let mut changed = order_item(7);
    changed.insert("item_write_id".into(), s("x"));
    let put = client
        .put_item()
        .table_name("shop")
        .set_item(Some(changed.clone()));
    let refused = is_refused(put.condition(condition()).unwrap().send().await);
    all.push(unchanged(&s1, refused).await);

    let (s2, client) = shop().await;
    let update = client
        .update_item()
        .table_name("shop")
        .set_key(Some(key()))
        .update_expression("SET #stock = #stock - :stock, #0 = :0")
        .set_expression_attribute_names(Some(names([("#stock", "stock"), ("#0", "note")])))
        .set_expression_attribute_values(Some(item([(":stock", n(3)), (":0", s("sold"))])));
    let refused = is_refused(update.condition(condition()).unwrap().send().await);
    all.push(unchanged(&s2, refused).await);
    if !refused {
        let stored = stored_order(&s2.quiet).await;
        assert_eq!((&stored["stock"], &stored["note"]), (&n(7), &s("sold")));
    }

    let (s3, client) = shop().await;
    let delete = client.delete_item().table_name("shop").set_key(Some(key()));
    let refused = is_refused(delete.condition(condition()).unwrap().send().await);
    all.push(unchanged(&s3, refused).await);

    let put = Put::builder().table_name("shop").set_item(Some(changed));
    let put = put.condition(condition()).unwrap().build().unwrap();
    let update = Update::builder()
        .table_name("shop")
        .set_key(Some(key()))
        .update_expression("SET #stock = #stock - :stock")
        .expression_attribute_names("#stock", "stock")
        .expression_attribute_values(":stock", n(3));
    let update = update.condition(condition()).unwrap().build().unwrap();
    let delete = Delete::builder().table_name("shop").set_key(Some(key()));
    let delete = delete.condition(condition()).unwrap().build().unwrap();
    let check = ConditionCheck::builder()
        .table_name("shop")
        .set_key(Some(key()));
    let check = check.condition(condition()).unwrap().build().unwrap();
    let action = TransactWriteItem::builder;
    for (action, writes) in [
        (action().put(put).build(), true),
        (action().update(update).build(), true),
        (action().delete(delete).build(), true),
        (action().condition_check(check).build(), false),
    ] {
        let (shop, client) = shop().await;
        let send = client.transact_write_items().transact_items(action);
        let refused = is_refused(send.send().await);
        if writes {
            unchanged(&shop, refused).await;
        }
        all.push(refused);
    }
    all.try_into().unwrap()
}

#[tokio::test]
async fn the_requests_work() {
    let sellable = || attr("stock").ge(3) & attr("status").eq("pending");
    assert_eq!(refused_with(sellable).await, [false; 7]);
    let sold_out = || attr("stock").lt(3) | attr("shipTo").at_name("city").ne("Lyon");
    assert_eq!(refused_with(sold_out).await, [true; 7]);
    assert_eq!(refused_with(long_condition).await, [false; 7]);
    let long_and_false = || long_condition() & attr("stock").eq(11);
    assert_eq!(refused_with(long_and_false).await, [true; 7]);
}

/// A parsed condition has its own placeholders, which do not collide with those of the request.
#[tokio::test]
async fn a_parsed_condition_joins_a_request_with_the_same_placeholders() {
    let shop = watched::<Order>().await;
    shop.quiet.create(order()).send().await.unwrap();
    let parsed = Condition::parse("#a >= :a", names([("#a", "stock")]), item([(":a", n(10))]));
    let update = shop
        .local
        .client()
        .update_item()
        .table_name("shop")
        .set_key(Some(key()))
        .update_expression("SET #a = :a")
        .expression_attribute_names("#a", "note")
        .expression_attribute_values(":a", AttributeValue::S("sold".to_owned()));
    update
        .condition(parsed.unwrap())
        .unwrap()
        .send()
        .await
        .unwrap();
    let stored = stored_order(&shop.quiet).await;
    assert_eq!((&stored["stock"], &stored["note"]), (&n(10), &s("sold")));
}
