//! Attempts: an interceptor watches what happens to each request of a call, and a classifier decides what the SDK may send again.
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use aws_sdk_dynamodb::config::interceptors::{
    BeforeDeserializationInterceptorContextRef, BeforeTransmitInterceptorContextRef,
    FinalizerInterceptorContextRef, InterceptorContext,
};
use aws_sdk_dynamodb::config::retry::{ClassifyRetry, RetryAction, RetryConfig};
use aws_sdk_dynamodb::config::{
    Builder, ConfigBag, Intercept, RuntimeComponents, SharedInterceptor,
};
use aws_sdk_dynamodb::error::{BoxError, ProvideErrorMetadata};
use aws_sdk_dynamodb::operation::batch_write_item::BatchWriteItemError;
use aws_sdk_dynamodb::operation::delete_item::DeleteItemError;
use aws_sdk_dynamodb::operation::put_item::PutItemError;
use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_smithy_runtime_api::client::interceptors::context::Error as InterceptorError;

use crate::wire::call::Call;
use crate::wire::cause::{Cause, NoAnswer, io_kinds, is_never_sent, is_turned_away, text_of};
use crate::wire::failure::is_conflict;

/// What the SDK may send again by itself.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Resend {
    /// Every temporary failure. This is for reads, and for writes whose guard names the write id that they replace.
    Always,
    /// Only requests that were certainly not applied, because of throttling or a conflict with a transaction.
    IfNotApplied,
    /// Nothing, because the store's own loop sends again.
    Never,
}

/// What happened to the earlier attempts of a payload.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Earlier {
    /// There was no earlier attempt, or certainly none was applied.
    NotApplied,
    /// The answer to an attempt was lost, in this call or in an earlier one.
    MaybeApplied,
}

/// Watches the attempts of one call: whether one was transmitted without a definite answer, and whether to send again.
#[derive(Clone)]
pub(crate) struct Attempts(Arc<AttemptsState>);

struct AttemptsState {
    call: Arc<Call>,
    resend: Resend,
    /// The attempt was transmitted and not answered yet. This stays so if a time-out ends the attempt.
    in_flight: AtomicBool,
    /// The latest attempt may have been applied.
    last: AtomicBool,
    /// Some attempt may have been applied.
    any: AtomicBool,
    /// What happened to the latest such attempt. The SDK keeps only the last answer.
    lost: Mutex<Option<BoxError>>,
}

impl std::fmt::Debug for Attempts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Attempts")
    }
}

impl Attempts {
    pub(crate) fn new(call: &Arc<Call>, resend: Resend, earlier: Earlier) -> Self {
        Self(Arc::new(AttemptsState {
            call: Arc::clone(call),
            resend,
            in_flight: AtomicBool::new(false),
            last: AtomicBool::new(false),
            any: AtomicBool::new(earlier == Earlier::MaybeApplied),
            lost: Mutex::default(),
        }))
    }

    pub(crate) fn into_config(self) -> Builder {
        let mut config = Builder::new();
        if self.0.resend == Resend::Never {
            // The classifier does not do this, because the SDK does not use a connection again after an error that is classified as
            // transient.
            let retry = self.0.call.connection.client.config().retry_config();
            let retry = retry.cloned().unwrap_or_else(RetryConfig::standard);
            config = config.retry_config(retry.with_max_attempts(1));
        }
        // The interceptor is permanent, so that the SDK does not check before each hook whether it is disabled.
        config.push_interceptor(SharedInterceptor::permanent(self.clone()));
        config.retry_classifier(self)
    }

    /// Returns what happened to all attempts, except a last one with a definite answer.
    pub(crate) fn earlier(&self) -> Earlier {
        if self.0.any.load(Ordering::SeqCst) || self.0.in_flight.load(Ordering::SeqCst) {
            Earlier::MaybeApplied
        } else {
            Earlier::NotApplied
        }
    }

    /// Whether the latest attempt may have been applied.
    pub(crate) fn last_is_ambiguous(&self) -> bool {
        self.0.last.load(Ordering::SeqCst) || self.0.in_flight.load(Ordering::SeqCst)
    }

    /// Returns what happened to the latest attempt without an answer.
    pub(crate) fn take_lost(&self) -> Option<BoxError> {
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
        self.0.call.clock.elapsed();
        self.0.in_flight.store(true, Ordering::SeqCst);
        Ok(())
    }

    fn read_before_deserialization(
        &self,
        context: &BeforeDeserializationInterceptorContextRef<'_>,
        runtime: &RuntimeComponents,
        config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        HasBody.read_before_deserialization(context, runtime, config)
    }

    fn read_after_attempt(
        &self,
        context: &FinalizerInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let transmitted = self.0.in_flight.swap(false, Ordering::SeqCst);
        self.0.call.clock.elapsed();
        let definite = match context.output_or_error() {
            Some(Ok(_)) => true,
            Some(Err(error)) => {
                let response = context.response();
                error.as_connector_error().is_some_and(is_never_sent)
                    || response.is_some_and(is_turned_away)
                    || error.as_operation_error().is_some_and(|error| {
                        is_definite(error, response.map(|response| response.status().as_u16()))
                    })
            }
            None => false,
        };
        let ambiguous = transmitted && !definite;
        self.0.last.store(ambiguous, Ordering::SeqCst);
        self.0.any.fetch_or(ambiguous, Ordering::SeqCst);
        if ambiguous && let Some(Err(error)) = context.output_or_error() {
            let code = error.as_operation_error().and_then(code);
            let cause = if error.is_timeout_error() {
                Cause::Timeout
            } else {
                Cause::of(context.response(), code, error)
            };
            let text = text_of(error);
            let source = match io_kinds(error).next() {
                Some(kind) => std::io::Error::new(kind, text).into(),
                None => text.into(),
            };
            let lost = Box::new(NoAnswer { cause, source });
            *self.0.lost.lock().unwrap_or_else(PoisonError::into_inner) = Some(lost);
        }
        Ok(())
    }
}

/// DynamoDB always answers with a JSON object, at least `{}`. The SDK accepts an empty body as an answer, and would report a write
/// as applied and an item as absent.
#[derive(Debug)]
pub(crate) struct HasBody;

impl Intercept for HasBody {
    fn name(&self) -> &'static str {
        "dynacond has body"
    }

    fn read_before_deserialization(
        &self,
        context: &BeforeDeserializationInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let response = context.response();
        if response.status().is_success() && response.body().content_length() == Some(0) {
            return Err("an answer without a body, which is not DynamoDB's".into());
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
        // This answer is definite, but the SDK does not send such a request again by itself.
        if code.is_some_and(is_conflict) {
            // This is not a transient error, so the connection stays in use.
            return RetryAction::client_error();
        }
        RetryAction::NoActionIndicated
    }

    fn name(&self) -> &'static str {
        "dynacond attempts"
    }
}

/// Whether the service has said that it did not and will not apply the request. This is a 4xx with a code, except the codes about
/// an attempt that is still running.
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
        .or_else(|| of::<BatchWriteItemError>(error))
}
