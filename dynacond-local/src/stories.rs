//! Tests of each fault: what the SDK's client sees, and the item in the database afterwards.

use std::collections::HashMap;
use std::error::Error;
use std::io;
use std::time::Duration;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::retry::RetryConfig;
use aws_sdk_dynamodb::config::timeout::TimeoutConfig;
use aws_sdk_dynamodb::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_dynamodb::types::{
    AttributeDefinition, AttributeValue, BillingMode, KeySchemaElement, KeyType, Put,
    ReturnValuesOnConditionCheckFailure, ScalarAttributeType, TransactWriteItem,
};

use crate::{Fault, Local};

/// A database with a table `shop` whose partition key is `pk`.
async fn shop() -> Local {
    let local = Local::new();
    local
        .quiet_client()
        .create_table()
        .table_name("shop")
        .billing_mode(BillingMode::PayPerRequest)
        .key_schema(
            KeySchemaElement::builder()
                .attribute_name("pk")
                .key_type(KeyType::Hash)
                .build()
                .unwrap(),
        )
        .attribute_definitions(
            AttributeDefinition::builder()
                .attribute_name("pk")
                .attribute_type(ScalarAttributeType::S)
                .build()
                .unwrap(),
        )
        .send()
        .await
        .unwrap();
    local
}

/// A client that sends each request once.
fn once(local: &Local) -> Client {
    let config = local.config().retry_config(RetryConfig::disabled());
    Client::from_conf(config.build())
}

fn order(stock: u32) -> HashMap<String, AttributeValue> {
    HashMap::from([
        ("pk".to_owned(), AttributeValue::S("o1".to_owned())),
        ("stock".to_owned(), AttributeValue::N(stock.to_string())),
    ])
}

type PutResult = Result<
    aws_sdk_dynamodb::operation::put_item::PutItemOutput,
    SdkError<aws_sdk_dynamodb::operation::put_item::PutItemError>,
>;

async fn put(client: &Client, stock: u32) -> PutResult {
    client
        .put_item()
        .table_name("shop")
        .set_item(Some(order(stock)))
        .send()
        .await
}

/// Returns the stock in the database, read without faults.
async fn stock(local: &Local) -> Option<u32> {
    let answer = local
        .quiet_client()
        .get_item()
        .table_name("shop")
        .key("pk", AttributeValue::S("o1".to_owned()))
        .send()
        .await
        .unwrap();
    Some(answer.item?["stock"].as_n().unwrap().parse().unwrap())
}

fn is_broken<E, R>(error: &SdkError<E, R>) -> bool {
    matches!(error, SdkError::DispatchFailure(failure) if failure.is_io())
}

fn io_kind(error: &(dyn Error + 'static)) -> Option<io::ErrorKind> {
    match error.downcast_ref::<io::Error>() {
        Some(io) => Some(io.kind()),
        None => io_kind(error.source()?),
    }
}

#[tokio::test]
async fn an_item_makes_the_round_trip() {
    let local = shop().await;
    put(&local.client(), 3).await.unwrap();
    assert_eq!(stock(&local).await, Some(3));
}

#[tokio::test]
async fn two_clients_are_two_databases() {
    let local = shop().await;
    let tables = |client: Client| async move {
        let answer = client.list_tables().send().await.unwrap();
        answer.table_names.unwrap_or_default()
    };
    assert_eq!(tables(local.client()).await, ["shop"]);
    assert_eq!(tables(local.clone().client()).await, ["shop"]);
    assert!(tables(crate::client()).await.is_empty());
}

async fn create_again(client: &Client) -> Option<HashMap<String, AttributeValue>> {
    let error = client
        .put_item()
        .table_name("shop")
        .set_item(Some(order(4)))
        .condition_expression("attribute_not_exists(pk)")
        .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
        .send()
        .await
        .unwrap_err()
        .into_service_error();
    let aws_sdk_dynamodb::operation::put_item::PutItemError::ConditionalCheckFailedException(
        refusal,
    ) = error
    else {
        panic!("{error:?}")
    };
    refusal.item
}

#[tokio::test]
async fn a_refusal_carries_the_item_through_the_sdk() {
    let local = shop().await;
    put(&local.client(), 3).await.unwrap();
    assert_eq!(create_again(&local.client()).await, Some(order(3)));
    local.ignore_all_old();
    assert_eq!(create_again(&local.client()).await, None);
    assert_eq!(stock(&local).await, Some(3));
}

#[tokio::test]
async fn a_lost_request_is_not_applied() {
    let local = shop().await;
    local.next(Fault::LoseRequest);
    let error = put(&once(&local), 1).await.unwrap_err();
    assert!(is_broken(&error));
    assert_eq!(io_kind(&error), Some(io::ErrorKind::ConnectionReset));
    assert_eq!(stock(&local).await, None);
    let log = local.log();
    assert_eq!((log[0].served, log[0].answered), (None, None));
}

#[tokio::test]
async fn a_lost_answer_is_applied() {
    let local = shop().await;
    local.next(Fault::LoseAnswer);
    assert!(is_broken(&put(&once(&local), 1).await.unwrap_err()));
    assert_eq!(stock(&local).await, Some(1));
    let log = local.log();
    assert_eq!((log[0].served, log[0].answered), (Some(200), None));
}

#[tokio::test]
async fn the_sdk_sends_a_request_with_a_lost_answer_again() {
    let local = shop().await;
    local.next(Fault::LoseAnswer);
    assert_eq!(create_again(&local.client()).await, Some(order(4)));
    assert_eq!(local.operations(), ["PutItem", "PutItem"]);
}

#[tokio::test]
async fn a_late_request_is_applied_when_delivered() {
    let local = shop().await;
    local.next(Fault::DeliverLate);
    assert!(is_broken(&put(&once(&local), 1).await.unwrap_err()));
    put(&once(&local), 2).await.unwrap();
    assert_eq!(stock(&local).await, Some(2));
    assert_eq!(local.log()[0].served, None);
    assert_eq!(local.deliver(), 1);
    assert_eq!(stock(&local).await, Some(1));
    assert_eq!(local.log()[0].served, Some(200));
    assert_eq!(local.deliver(), 0);
}

#[tokio::test]
async fn a_late_request_is_applied_after_some_others() {
    let local = shop().await;
    local.next(Fault::DeliverAfter(2));
    let client = once(&local);
    put(&client, 1).await.unwrap_err();
    put(&client, 2).await.unwrap();
    assert_eq!(stock(&local).await, Some(2));
    put(&client, 3).await.unwrap();
    assert_eq!(stock(&local).await, Some(1));
}

#[tokio::test]
async fn a_refused_connection_says_so() {
    let local = shop().await;
    local.next(Fault::RefuseConnection);
    let error = put(&once(&local), 1).await.unwrap_err();
    assert!(is_broken(&error));
    assert_eq!(io_kind(&error), Some(io::ErrorKind::ConnectionRefused));
    assert_eq!(stock(&local).await, None);
}

#[tokio::test]
async fn a_500_does_not_tell_whether_it_was_applied() {
    for (fault, applied) in [
        (Fault::Status500Before, None),
        (Fault::Status500After, Some(1)),
    ] {
        let local = shop().await;
        local.next(fault);
        let error = put(&once(&local), 1).await.unwrap_err();
        assert_eq!(error.raw_response().unwrap().status().as_u16(), 500);
        assert!(error.into_service_error().is_internal_server_error());
        assert_eq!(stock(&local).await, applied);
        assert_eq!(local.log()[0].answered, Some(500));
    }
}

#[tokio::test]
async fn throttling_is_retried_by_the_sdk() {
    let local = shop().await;
    local.on("PutItem").times(2).inject(Fault::Throttle);
    put(&local.client(), 1).await.unwrap();
    assert_eq!(local.operations(), ["PutItem"; 3]);

    local.on("PutItem").times(3).inject(Fault::Throttle);
    let error = put(&local.client(), 2).await.unwrap_err();
    assert!(
        error
            .into_service_error()
            .is_provisioned_throughput_exceeded_exception()
    );
    assert_eq!(stock(&local).await, Some(1));
}

#[tokio::test]
async fn a_rival_writes_first() {
    let local = shop().await;
    local.next(Fault::rival(|client| async move {
        put(&client, 7).await.unwrap();
    }));
    assert_eq!(create_again(&local.client()).await, Some(order(7)));
    assert_eq!(local.operations(), ["PutItem"]);
}

#[tokio::test]
async fn a_rival_writes_first_and_the_answer_is_lost() {
    let local = shop().await;
    let rival = Fault::rival(|client| async move {
        put(&client, 7).await.unwrap();
    });
    local.next(rival.then(Fault::LoseAnswer));
    put(&once(&local), 1).await.unwrap_err();
    assert_eq!(stock(&local).await, Some(1));
    assert_eq!(local.log()[0].fault.as_deref(), Some("Rival, LoseAnswer"));
}

#[tokio::test(start_paused = true)]
async fn a_request_that_hangs_meets_the_callers_timeout() {
    for (fault, applied) in [(Fault::HangBefore, None), (Fault::HangAfter, Some(1))] {
        let local = shop().await;
        let timeout = TimeoutConfig::builder().operation_timeout(Duration::from_secs(5));
        let config = local.config().timeout_config(timeout.build());
        local.next(fault);
        let error = put(&Client::from_conf(config.build()), 1)
            .await
            .unwrap_err();
        assert!(matches!(error, SdkError::TimeoutError(_)), "{error:?}");
        assert_eq!(stock(&local).await, applied);
    }
}

#[tokio::test(start_paused = true)]
async fn a_read_timeout_is_honoured() {
    let local = shop().await;
    let timeout = TimeoutConfig::builder().read_timeout(Duration::from_secs(5));
    let config = local
        .config()
        .retry_config(RetryConfig::disabled())
        .timeout_config(timeout.build());
    let client = Client::from_conf(config.build());
    local.next(Fault::Delay(Duration::from_secs(4)));
    put(&client, 1).await.unwrap();
    local.next(Fault::Delay(Duration::from_secs(6)));
    let error = put(&client, 2).await.unwrap_err();
    assert!(matches!(error, SdkError::DispatchFailure(failure) if failure.is_timeout()));
    assert_eq!(stock(&local).await, Some(1));
}

#[tokio::test(start_paused = true)]
async fn a_delayed_request_takes_its_time() {
    let local = shop().await;
    local.next(Fault::Delay(Duration::from_secs(3)));
    let start = tokio::time::Instant::now();
    put(&local.client(), 1).await.unwrap();
    assert!(start.elapsed() >= Duration::from_secs(3));
    assert_eq!(stock(&local).await, Some(1));
}

#[tokio::test]
async fn a_plain_write_meets_a_transaction() {
    let local = shop().await;
    local.next(Fault::TransactionConflict);
    let error = put(&local.client(), 1).await.unwrap_err();
    assert!(
        error
            .into_service_error()
            .is_transaction_conflict_exception()
    );
    assert_eq!(local.operations(), ["PutItem"]);
}

#[tokio::test]
async fn a_transaction_is_cancelled() {
    let local = shop().await;
    let action = |pk: &str| {
        let put = Put::builder()
            .table_name("shop")
            .item("pk", AttributeValue::S(pk.to_owned()));
        TransactWriteItem::builder()
            .put(put.build().unwrap())
            .build()
    };
    for (fault, expected) in [
        (Fault::TransactionConflict, ["TransactionConflict", "None"]),
        (
            Fault::Cancel(vec!["None", "ThrottlingError", "None"]),
            ["None", "ThrottlingError"],
        ),
    ] {
        local.next(fault);
        let error = local
            .client()
            .transact_write_items()
            .transact_items(action("o1"))
            .transact_items(action("o2"))
            .send()
            .await
            .unwrap_err()
            .into_service_error();
        let aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError::TransactionCanceledException(cancelled) = &error else {
            panic!("{error:?}")
        };
        let codes: Vec<_> = cancelled
            .cancellation_reasons()
            .iter()
            .filter_map(|reason| reason.code())
            .collect();
        assert_eq!(codes, expected);
        assert!(error.message().unwrap().contains(&expected.join(", ")));
    }
}

#[tokio::test]
async fn a_transaction_in_progress_is_retried_by_the_sdk_with_the_same_token() {
    let local = shop().await;
    local
        .on("TransactWriteItems")
        .inject(Fault::TransactionInProgress);
    let action = Put::builder()
        .table_name("shop")
        .set_item(Some(order(1)))
        .build()
        .unwrap();
    local
        .client()
        .transact_write_items()
        .transact_items(TransactWriteItem::builder().put(action).build())
        .send()
        .await
        .unwrap();
    let log = local.log();
    assert_eq!(log.len(), 2);
    assert!(log[0].body["ClientRequestToken"].is_string());
    assert_eq!(log[0].body, log[1].body);
}
