//! The wire: the only file with the SDK's builders. One call sends one payload and gives one definite answer, or none.
use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use aws_sdk_dynamodb::config::interceptors::{
    BeforeTransmitInterceptorContextRef, FinalizerInterceptorContextRef, InterceptorContext,
};
use aws_sdk_dynamodb::config::retry::{ClassifyRetry, RetryAction, RetryConfig};
use aws_sdk_dynamodb::config::{Builder, ConfigBag, Intercept, RuntimeComponents};
use aws_sdk_dynamodb::error::BuildError;
use aws_sdk_dynamodb::error::{BoxError, ProvideErrorMetadata, SdkError};
use aws_sdk_dynamodb::operation::batch_get_item::BatchGetItemError;
use aws_sdk_dynamodb::operation::delete_item::DeleteItemError;
use aws_sdk_dynamodb::operation::get_item::GetItemError;
use aws_sdk_dynamodb::operation::put_item::PutItemError;
use aws_sdk_dynamodb::operation::transact_get_items::TransactGetItemsError;
use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_sdk_dynamodb::types::{
    CancellationReason, ConditionCheck, Delete, Get, KeysAndAttributes, Put, ReturnValue,
    ReturnValuesOnConditionCheckFailure, TransactGetItem, TransactWriteItem, Update,
};
use aws_smithy_runtime_api::client::interceptors::context::Error as InterceptorError;

use crate::call::Call;
use crate::item::Item;
use crate::key::RawKey;
use crate::retry::{Pause, Retry};
use crate::target::Target;
use crate::write::{Lowered, LoweredEffect};

/// What a write's request came to.
pub(crate) enum Answer {
    /// Applied; an update gives the item as it is now.
    Done(Option<Item>),
    /// The condition was false on this item.
    Refused {
        item: Option<Item>,
        /// An earlier attempt of the same request may have been applied.
        after_ambiguity: bool,
        /// What that attempt met instead of an answer, if it was one of this call.
        lost: Option<BoxError>,
    },
    /// Not applied, for another reason.
    Failed(Failure),
    /// The answer was lost.
    Lost(Failure),
}

/// An error of the service or the network.
pub(crate) struct Failure {
    pub(crate) code: Option<String>,
    pub(crate) message: String,
    /// Whether the same request can succeed later.
    pub(crate) passes: bool,
    pub(crate) source: BoxError,
}

/// What the SDK may send again by itself.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Resend {
    /// Whatever fails for a while: a read, or a write whose guard names the write id that it replaces.
    Always,
    /// What was certainly not applied: throttled, or met by a transaction.
    IfNotApplied,
    /// Nothing: a loop of the store's own sends again.
    Never,
}

/// Sends a write. `ambiguous`: whether an attempt whose answer was lost was before this call.
pub(crate) async fn send(
    call: &Arc<Call>,
    lowered: Lowered,
    resend: Resend,
    ambiguous: bool,
) -> Answer {
    let Lowered {
        table,
        effect,
        condition,
        names,
        values,
    } = lowered;
    let client = &call.connection.client;
    let attempts = Attempts::new(call, resend, ambiguous);
    let capacity = call.return_capacity();
    let all_old = ReturnValuesOnConditionCheckFailure::AllOld;
    match effect {
        LoweredEffect::Put(item) => {
            let request = client
                .put_item()
                .table_name(table)
                .set_item(Some(item))
                .set_condition_expression(condition)
                .set_expression_attribute_names(names)
                .set_expression_attribute_values(values)
                .set_return_consumed_capacity(capacity)
                .return_values_on_condition_check_failure(all_old);
            let answer = request
                .customize()
                .config_override(attempts.clone().into_config())
                .send()
                .await;
            let answer = answer.map(|output| {
                call.wrote(output.consumed_capacity);
                None
            });
            attempts.judge(answer, |error| match error {
                PutItemError::ConditionalCheckFailedException(refusal) => refusal.item,
                _ => None,
            })
        }
        LoweredEffect::Update { key, update } => {
            let request = client
                .update_item()
                .table_name(table)
                .set_key(Some(key))
                .update_expression(update)
                .set_condition_expression(condition)
                .set_expression_attribute_names(names)
                .set_expression_attribute_values(values)
                .set_return_consumed_capacity(capacity)
                .return_values(ReturnValue::AllNew)
                .return_values_on_condition_check_failure(all_old);
            let answer = request
                .customize()
                .config_override(attempts.clone().into_config())
                .send()
                .await;
            let answer = answer.map(|output| {
                call.wrote(output.consumed_capacity);
                output.attributes
            });
            attempts.judge(answer, |error| match error {
                UpdateItemError::ConditionalCheckFailedException(refusal) => refusal.item,
                _ => None,
            })
        }
        // A check stands in transactions only.
        LoweredEffect::Check { .. } => Answer::Failed(failure_of("a check cannot be sent alone")),
        LoweredEffect::Delete { key } => {
            let request = client
                .delete_item()
                .table_name(table)
                .set_key(Some(key))
                .set_condition_expression(condition)
                .set_expression_attribute_names(names)
                .set_expression_attribute_values(values)
                .set_return_consumed_capacity(capacity)
                .return_values_on_condition_check_failure(all_old);
            let answer = request
                .customize()
                .config_override(attempts.clone().into_config())
                .send()
                .await;
            let answer = answer.map(|output| {
                call.wrote(output.consumed_capacity);
                None
            });
            attempts.judge(answer, |error| match error {
                DeleteItemError::ConditionalCheckFailedException(refusal) => refusal.item,
                _ => None,
            })
        }
    }
}

/// What a transaction's request came to.
pub(crate) enum TransactAnswer {
    Done,
    /// Not applied: a reason for each action.
    Cancelled(Vec<CancellationReason>),
    Failed(Failure),
    /// The answer was lost, or the same request is still running.
    Lost(Failure),
}

/// Sends a transaction, once. Its token makes it safe to send it again.
pub(crate) async fn transact(
    call: &Arc<Call>,
    actions: Vec<Lowered>,
    token: &str,
    ambiguous: bool,
) -> TransactAnswer {
    let items: Result<Vec<_>, _> = actions.into_iter().map(action).collect();
    let items = match items {
        Ok(items) => items,
        Err(error) => return TransactAnswer::Failed(failure_of(error)),
    };
    let attempts = Attempts::new(call, Resend::Never, ambiguous);
    let answer = call
        .connection
        .client
        .transact_write_items()
        .set_transact_items(Some(items))
        .client_request_token(token)
        .set_return_consumed_capacity(call.return_capacity())
        .customize()
        .config_override(attempts.clone().into_config())
        .send()
        .await;
    match answer {
        Ok(output) => {
            for capacity in output.consumed_capacity.into_iter().flatten() {
                call.wrote(Some(capacity));
            }
            TransactAnswer::Done
        }
        Err(SdkError::ServiceError(error))
            if error.err().code() == Some("TransactionCanceledException") =>
        {
            // The reasons print items: they go no further.
            match error.into_err() {
                TransactWriteItemsError::TransactionCanceledException(cancelled) => {
                    TransactAnswer::Cancelled(cancelled.cancellation_reasons.unwrap_or_default())
                }
                other => TransactAnswer::Failed(failure_of(other)),
            }
        }
        Err(error) if attempts.is_ambiguous() => TransactAnswer::Lost(failure(error)),
        Err(error) => TransactAnswer::Failed(failure(error)),
    }
}

fn action(lowered: Lowered) -> Result<TransactWriteItem, BuildError> {
    let Lowered {
        table,
        effect,
        condition,
        names,
        values,
    } = lowered;
    let all_old = ReturnValuesOnConditionCheckFailure::AllOld;
    let item = TransactWriteItem::builder();
    Ok(match effect {
        LoweredEffect::Put(put) => item.put(
            Put::builder()
                .table_name(table)
                .set_item(Some(put))
                .set_condition_expression(condition)
                .set_expression_attribute_names(names)
                .set_expression_attribute_values(values)
                .return_values_on_condition_check_failure(all_old)
                .build()?,
        ),
        LoweredEffect::Update { key, update } => item.update(
            Update::builder()
                .table_name(table)
                .set_key(Some(key))
                .update_expression(update)
                .set_condition_expression(condition)
                .set_expression_attribute_names(names)
                .set_expression_attribute_values(values)
                .return_values_on_condition_check_failure(all_old)
                .build()?,
        ),
        LoweredEffect::Delete { key } => item.delete(
            Delete::builder()
                .table_name(table)
                .set_key(Some(key))
                .set_condition_expression(condition)
                .set_expression_attribute_names(names)
                .set_expression_attribute_values(values)
                .return_values_on_condition_check_failure(all_old)
                .build()?,
        ),
        LoweredEffect::Check { key } => item.condition_check(
            ConditionCheck::builder()
                .table_name(table)
                .set_key(Some(key))
                .set_condition_expression(condition)
                .set_expression_attribute_names(names)
                .set_expression_attribute_values(values)
                .return_values_on_condition_check_failure(all_old)
                .build()?,
        ),
    }
    .build())
}

/// Reads items with strong consistency, in batches of 100; what DynamoDB leaves unprocessed, and what fails for a while, is
/// asked for again after a pause. Gives each item beside its table.
pub(crate) async fn batch_get(
    call: &Arc<Call>,
    wanted: &[Target],
) -> Result<Vec<(String, Item)>, Failure> {
    let mut found = Vec::with_capacity(wanted.len());
    let mut retry = Retry::start(&call.connection);
    for chunk in wanted.chunks(100) {
        let mut tables: HashMap<String, Vec<Item>> = HashMap::new();
        for Target { table, key, .. } in chunk {
            tables.entry(table.clone()).or_default().push(key.to_item());
        }
        let keys = |(table, keys)| {
            let keys = KeysAndAttributes::builder()
                .set_keys(Some(keys))
                .consistent_read(true)
                .build();
            Ok((table, keys?))
        };
        let mut request: HashMap<_, _> = tables
            .into_iter()
            .map(keys)
            .collect::<Result<_, BuildError>>()
            .map_err(failure_of)?;
        while !request.is_empty() {
            let attempts = Attempts::new(call, Resend::Never, false);
            let answer = call
                .connection
                .client
                .batch_get_item()
                .set_request_items(Some(request.clone()))
                .set_return_consumed_capacity(call.return_capacity())
                .customize()
                .config_override(attempts.into_config())
                .send()
                .await
                .map_err(failure::<BatchGetItemError>);
            let output = match answer {
                Ok(output) => output,
                Err(failure) if failure.passes && retry.again(Pause::Backoff).await => continue,
                Err(failure) => return Err(failure),
            };
            for capacity in output.consumed_capacity.into_iter().flatten() {
                call.read(Some(capacity));
            }
            for (table, items) in output.responses.into_iter().flatten() {
                found.extend(items.into_iter().map(|item| (table.clone(), item)));
            }
            request = output.unprocessed_keys.unwrap_or_default();
            if !request.is_empty() && !retry.again(Pause::Backoff).await {
                return Err(failure_of(
                    "DynamoDB left keys unprocessed until the retries ended",
                ));
            }
        }
    }
    Ok(found)
}

/// Reads items as one snapshot, in the order that they are asked for; once.
pub(crate) async fn transact_get(
    call: &Arc<Call>,
    wanted: &[Target],
) -> Result<Vec<Option<Item>>, Failure> {
    let get = |Target { table, key, .. }: &Target| {
        let get = Get::builder()
            .table_name(table)
            .set_key(Some(key.to_item()))
            .build();
        Ok(TransactGetItem::builder().get(get?).build())
    };
    let items = wanted
        .iter()
        .map(get)
        .collect::<Result<Vec<_>, BuildError>>()
        .map_err(failure_of)?;
    let attempts = Attempts::new(call, Resend::Never, false);
    let answer = call
        .connection
        .client
        .transact_get_items()
        .set_transact_items(Some(items))
        .set_return_consumed_capacity(call.return_capacity())
        .customize()
        .config_override(attempts.into_config())
        .send()
        .await;
    let output = match answer {
        Ok(output) => output,
        Err(error) => {
            let reasons = match error.as_service_error() {
                Some(TransactGetItemsError::TransactionCanceledException(cancelled)) => {
                    cancelled.cancellation_reasons().to_vec()
                }
                _ => Vec::new(),
            };
            // Any reason tells why: none of them is an answer on an item.
            let told = reasons.into_iter().find_map(failure_of_reason);
            return Err(told.unwrap_or_else(|| failure(error)));
        }
    };
    for capacity in output.consumed_capacity.into_iter().flatten() {
        call.read(Some(capacity));
    }
    let responses = output.responses.unwrap_or_default();
    Ok(responses
        .into_iter()
        .map(|response| response.item)
        .collect())
}

/// A cancellation reason that is no refused condition, under the name that a single request's error has; `None` for an
/// innocent action.
///
/// [TransactionCanceledException](https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html)
pub(crate) fn failure_of_reason(reason: CancellationReason) -> Option<Failure> {
    let code = match reason.code.unwrap_or_default().as_str() {
        // The string, not an absent code.
        "None" | "" => return None,
        "TransactionConflict" => "TransactionConflictException",
        "ThrottlingError" => "ThrottlingException",
        "ProvisionedThroughputExceeded" => "ProvisionedThroughputExceededException",
        "ItemCollectionSizeLimitExceeded" => "ItemCollectionSizeLimitExceededException",
        "ValidationError" => "ValidationException",
        other => other,
    }
    .to_owned();
    let message = reason.message.unwrap_or_default();
    let source = format!("{code}: {message}").into();
    Some(Failure {
        passes: is_passing(&code),
        code: Some(code),
        message,
        source,
    })
}

fn failure_of(error: impl Into<BoxError>) -> Failure {
    let source = error.into();
    Failure {
        code: None,
        message: source.to_string(),
        passes: false,
        source,
    }
}

/// Codes of what is over in a while: load, or what stood in the way.
fn is_passing(code: &str) -> bool {
    const CODES: [&str; 8] = [
        "ProvisionedThroughputExceededException",
        "ThrottlingException",
        "Throttling",
        "RequestLimitExceeded",
        "TransactionConflictException",
        "ReplicatedWriteConflictException",
        "RequestTimeout",
        "RequestTimeoutException",
    ];
    CODES.contains(&code)
}

/// Reads one item; `consistent` reads see every write that was answered before.
pub(crate) async fn get(
    call: &Arc<Call>,
    table: &str,
    key: &RawKey,
    consistent: bool,
    resend: Resend,
) -> Result<Option<Item>, Failure> {
    let request = call
        .connection
        .client
        .get_item()
        .table_name(table)
        .set_key(Some(key.to_item()))
        .consistent_read(consistent)
        .set_return_consumed_capacity(call.return_capacity());
    let answer = if call.counted {
        let attempts = Attempts::new(call, resend, false);
        let request = request.customize();
        let request = request.config_override(attempts.into_config());
        request.send().await
    } else {
        request.send().await
    };
    match answer {
        Ok(output) => {
            call.read(output.consumed_capacity);
            Ok(output.item)
        }
        Err(error) => Err(failure::<GetItemError>(error)),
    }
}

pub(crate) fn failure<E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static>(
    error: SdkError<E, aws_sdk_dynamodb::config::http::HttpResponse>,
) -> Failure {
    let metadata = error.as_service_error().map(ProvideErrorMetadata::meta);
    let code = metadata.and_then(|meta| meta.code()).map(str::to_owned);
    let message = match metadata.and_then(|meta| meta.message()) {
        Some(message) => message.to_owned(),
        None => text_of(&error),
    };
    let passes = match &error {
        SdkError::TimeoutError(_) | SdkError::ResponseError(_) => true,
        SdkError::DispatchFailure(failure) => {
            failure.is_io() || failure.is_timeout() || failure.as_other().is_some()
        }
        SdkError::ServiceError(answer) => {
            answer.raw().status().is_server_error() || code.as_deref().is_some_and(is_passing)
        }
        _ => false,
    };
    Failure {
        code,
        message,
        passes,
        // Not the raw response, whose `Debug` prints the items in it.
        source: error.into_source().unwrap_or_else(Into::into),
    }
}

/// An error and its causes, the first first.
fn causes<'a>(
    error: &'a (dyn std::error::Error + 'static),
) -> impl Iterator<Item = &'a (dyn std::error::Error + 'static)> {
    std::iter::successors(Some(error), |error| error.source())
}

/// The SDK's own text says no more than "dispatch failure".
fn text_of(error: &(dyn std::error::Error + 'static)) -> String {
    let texts: Vec<_> = causes(error).map(ToString::to_string).collect();
    texts.join(": ")
}

/// What kinds of I/O errors are behind an error.
fn io_kinds(error: &(dyn std::error::Error + 'static)) -> impl Iterator<Item = std::io::ErrorKind> {
    causes(error)
        .filter_map(|error| error.downcast_ref::<std::io::Error>())
        .map(std::io::Error::kind)
}

/// Watches the attempts of one call: whether one was transmitted without a definite answer, and whether to send again.
#[derive(Clone)]
struct Attempts(Arc<AttemptsState>);

struct AttemptsState {
    call: Arc<Call>,
    resend: Resend,
    /// Transmitted, and not answered yet: so it stays when the attempt is cut off by a timeout.
    in_flight: AtomicBool,
    /// The latest attempt may have been applied.
    last: AtomicBool,
    /// Some attempt may have been applied.
    any: AtomicBool,
    /// What the latest such attempt met, for the SDK keeps the last answer only.
    lost: Mutex<Option<BoxError>>,
}

impl std::fmt::Debug for Attempts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Attempts")
    }
}

impl Attempts {
    fn new(call: &Arc<Call>, resend: Resend, ambiguous: bool) -> Self {
        Self(Arc::new(AttemptsState {
            call: Arc::clone(call),
            resend,
            in_flight: AtomicBool::new(false),
            last: AtomicBool::new(false),
            any: AtomicBool::new(ambiguous),
            lost: Mutex::default(),
        }))
    }

    fn into_config(self) -> Builder {
        let mut config = Builder::new();
        if self.0.resend == Resend::Never {
            // Not by the classifier: what it calls transient is also a connection that is not used again.
            let retry = self.0.call.connection.client.config().retry_config();
            let retry = retry.cloned().unwrap_or_else(RetryConfig::standard);
            config = config.retry_config(retry.with_max_attempts(1));
        }
        config.interceptor(self.clone()).retry_classifier(self)
    }

    fn is_ambiguous(&self) -> bool {
        self.0.any.load(Ordering::SeqCst) || self.0.in_flight.load(Ordering::SeqCst)
    }

    fn judge<E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static>(
        &self,
        answer: Result<Option<Item>, SdkError<E, aws_sdk_dynamodb::config::http::HttpResponse>>,
        item: impl FnOnce(E) -> Option<Item>,
    ) -> Answer {
        match answer {
            Ok(item) => Answer::Done(item),
            // The error of a refusal prints the item: it goes no further.
            Err(SdkError::ServiceError(error))
                if error.err().code() == Some("ConditionalCheckFailedException") =>
            {
                Answer::Refused {
                    item: item(error.into_err()),
                    after_ambiguity: self.is_ambiguous(),
                    lost: self.take_lost(),
                }
            }
            Err(error) if self.is_ambiguous() => {
                let mut failure = failure(error);
                // After the lost answer came a definite one, such as throttling: it says nothing of what was lost.
                if !self.0.last.load(Ordering::SeqCst)
                    && !self.0.in_flight.load(Ordering::SeqCst)
                    && let Some(lost) = self.take_lost()
                {
                    failure.source = lost;
                }
                Answer::Lost(failure)
            }
            Err(error) => Answer::Failed(failure(error)),
        }
    }

    fn take_lost(&self) -> Option<BoxError> {
        let mut lost = self.0.lost.lock().unwrap_or_else(PoisonError::into_inner);
        lost.take()
    }
}

impl Intercept for Attempts {
    fn name(&self) -> &'static str {
        "dynacond attempts"
    }

    fn read_before_transmit(
        &self,
        _: &BeforeTransmitInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        self.0.call.sent();
        self.0.in_flight.store(true, Ordering::SeqCst);
        Ok(())
    }

    fn read_after_attempt(
        &self,
        context: &FinalizerInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let transmitted = self.0.in_flight.swap(false, Ordering::SeqCst);
        let definite = match context.output_or_error() {
            Some(Ok(_)) => true,
            Some(Err(error)) => {
                let refused = error.as_connector_error().is_some_and(|error| {
                    // Nothing was transmitted: the one connection error that says so.
                    io_kinds(error).any(|kind| kind == std::io::ErrorKind::ConnectionRefused)
                });
                let status = context
                    .response()
                    .map(|response| response.status().as_u16());
                refused
                    || error
                        .as_operation_error()
                        .is_some_and(|error| is_definite(error, status))
            }
            None => false,
        };
        let ambiguous = transmitted && !definite;
        self.0.last.store(ambiguous, Ordering::SeqCst);
        self.0.any.fetch_or(ambiguous, Ordering::SeqCst);
        if ambiguous && let Some(Err(error)) = context.output_or_error() {
            let text = text_of(error);
            let lost = match io_kinds(error).next() {
                Some(kind) => std::io::Error::new(kind, text).into(),
                None => text.into(),
            };
            *self.0.lost.lock().unwrap_or_else(PoisonError::into_inner) = Some(lost);
        }
        Ok(())
    }
}

impl ClassifyRetry for Attempts {
    fn classify_retry(&self, context: &InterceptorContext) -> RetryAction {
        if self.0.resend == Resend::IfNotApplied && self.0.last.load(Ordering::SeqCst) {
            return RetryAction::RetryForbidden;
        }
        let code = match context.output_or_error() {
            Some(Err(error)) => error.as_operation_error().and_then(code),
            _ => None,
        };
        // Definite, and gone when the other transaction or replica is done: the SDK does not resend it by itself.
        if matches!(
            code,
            Some("TransactionConflictException" | "ReplicatedWriteConflictException")
        ) {
            // No transient error: the connection is sound, and stays in use.
            return RetryAction::client_error();
        }
        RetryAction::NoActionIndicated
    }

    fn name(&self) -> &'static str {
        "dynacond attempts"
    }
}

/// Whether the service has said that it did not apply the request, or never will: a 4xx with a code, but those that
/// speak of an attempt that is still running.
fn is_definite(error: &InterceptorError, status: Option<u16>) -> bool {
    let running = [
        "TransactionInProgressException",
        "IdempotentParameterMismatchException",
        "RequestTimeout",
    ];
    let answered = status.is_some_and(|status| (400..500).contains(&status));
    answered
        && code(error).is_some_and(|code| !running.iter().any(|running| code.starts_with(running)))
}

fn code(error: &InterceptorError) -> Option<&str> {
    fn of<E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static>(
        error: &InterceptorError,
    ) -> Option<&str> {
        error
            .downcast_ref::<E>()
            .and_then(ProvideErrorMetadata::code)
    }
    of::<TransactWriteItemsError>(error)
        .or_else(|| of::<PutItemError>(error))
        .or_else(|| of::<UpdateItemError>(error))
        .or_else(|| of::<DeleteItemError>(error))
}
