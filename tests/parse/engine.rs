//! The embedded engine accepts what `parse` accepts, and evaluates it to the same result.
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::{
    AttributeDefinition, AttributeValue, BillingMode, KeySchemaElement, KeyType,
    ScalarAttributeType,
};
use dynacond::Item;

use crate::accepted::{Row, rows};
use crate::{maps, n, parse, s};

async fn table(client: &Client) {
    let key = KeySchemaElement::builder()
        .attribute_name("pk")
        .key_type(KeyType::Hash);
    let attribute = AttributeDefinition::builder()
        .attribute_name("pk")
        .attribute_type(ScalarAttributeType::S);
    client
        .create_table()
        .table_name("items")
        .billing_mode(BillingMode::PayPerRequest)
        .key_schema(key.build().expect("a key"))
        .attribute_definitions(attribute.build().expect("an attribute"))
        .send()
        .await
        .expect("a table");
}

fn items() -> Vec<Item> {
    let map = |entries: &[(&str, AttributeValue)]| {
        entries
            .iter()
            .map(|(name, value)| ((*name).to_owned(), value.clone()))
            .collect::<Item>()
    };
    let nested = map(&[
        ("b", AttributeValue::L(vec![s("xyz"), n("1")])),
        ("a.b", n("1")),
    ]);
    vec![
        map(&[]),
        map(&[
            ("a", n("1")),
            ("b", n("3")),
            ("c", n("9")),
            ("status", s("pending")),
        ]),
        map(&[("a", n("3")), ("b", n("1")), ("c", n("1")), ("a.b", n("1"))]),
        map(&[("a", s("pending!")), ("b", s("pen")), ("c", s("x"))]),
        map(&[
            ("a", AttributeValue::M(nested)),
            ("b", s("12")),
            ("c", n("4")),
        ]),
        map(&[
            (
                "a",
                AttributeValue::L(vec![AttributeValue::L(vec![n("1")]), n("3")]),
            ),
            ("b", s("abc")),
        ]),
        map(&[
            ("a", AttributeValue::Null(true)),
            ("contains", n("1")),
            ("begins_with", n("2")),
        ]),
        map(&[
            ("a-b", s("x")),
            ("_a", s("x")),
            ("2nd", n("1")),
            ("updated", n("1")),
            ("android", n("1.0")),
        ]),
    ]
}

#[tokio::test]
async fn every_text_is_taken_with_the_same_outcome() {
    let client = dynacond_local::client_from_env().unwrap();
    table(&client).await;
    let mut both = [0, 0];
    for (number, mut item) in items().into_iter().enumerate() {
        item.insert("pk".to_owned(), s(&number.to_string()));
        let put = || {
            client
                .put_item()
                .table_name("items")
                .set_item(Some(item.clone()))
        };
        put().send().await.expect("an item");
        for Row { text, .. } in rows().into_iter().filter(|row| row.engine) {
            let (names, values) = maps(text);
            let answer = put()
                .condition_expression(text)
                .set_expression_attribute_names((!names.is_empty()).then_some(names))
                .set_expression_attribute_values((!values.is_empty()).then_some(values))
                .send()
                .await
                .map_err(aws_sdk_dynamodb::error::SdkError::into_service_error);
            let holds = parse(text).expect(text).matches(&item);
            match answer {
                Ok(_) => assert!(holds, "{text:?} on {item:?}"),
                Err(error) if error.is_conditional_check_failed_exception() => {
                    assert!(!holds, "{text:?} on {item:?}");
                }
                Err(error) => panic!("{text:?}: {error:?}"),
            }
            both[usize::from(holds)] += 1;
        }
    }
    assert!(both.iter().all(|count| *count > 50), "{both:?}");
}
