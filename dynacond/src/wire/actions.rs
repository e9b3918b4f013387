//! The actions of a transaction, which are sent as the same bytes each time.
use std::sync::{Arc, Mutex, PoisonError};

use aws_sdk_dynamodb::config::interceptors::BeforeTransmitInterceptorContextMut;
use aws_sdk_dynamodb::config::{ConfigBag, Intercept, RuntimeComponents};
use aws_sdk_dynamodb::error::{BoxError, BuildError};
use aws_sdk_dynamodb::types::{ConditionCheck, Delete, Put, TransactWriteItem, Update};

use crate::wire::guarded::guarded;
use crate::write::lower::{Lowered, LoweredEffect};
use crate::write::token::Token;
use crate::write::write::Write;

/// Writes with a token, and their lowered form.
#[derive(Clone)]
pub(crate) struct Actions {
    pub(crate) writes: Vec<Write>,
    pub(crate) token: Token,
    items: Vec<TransactWriteItem>,
    bytes: SameBytes,
}

impl Actions {
    /// Joins writes and their lowered forms, which have the same order.
    pub(crate) fn new(
        writes: Vec<Write>,
        token: Token,
        lowered: Vec<Lowered>,
    ) -> Result<Self, BuildError> {
        let items = lowered.into_iter().map(item).collect::<Result<_, _>>()?;
        Ok(Self {
            writes,
            token,
            items,
            bytes: SameBytes::default(),
        })
    }

    pub(crate) fn items(&self) -> Vec<TransactWriteItem> {
        self.items.clone()
    }

    pub(crate) fn same_bytes(&self) -> SameBytes {
        self.bytes.clone()
    }
}

/// Keeps the body of the first request, and replaces the bodies of later requests by it.
///
/// The entries of a copied map may have another order, so the same actions could give other bytes. DynamoDB accepts that. An
/// endpoint that compares bytes would see other actions with the same token.
#[derive(Clone, Default)]
pub(crate) struct SameBytes(Arc<Mutex<Option<Vec<u8>>>>);

impl std::fmt::Debug for SameBytes {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SameBytes")
    }
}

impl Intercept for SameBytes {
    fn name(&self) -> &'static str {
        "dynacond same bytes"
    }

    fn modify_before_retry_loop(
        &self,
        context: &mut BeforeTransmitInterceptorContextMut<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let body = context.request_mut().body_mut();
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match &*kept {
            Some(first) => *body = first.clone().into(),
            None => *kept = body.bytes().map(<[u8]>::to_vec),
        }
        Ok(())
    }
}

fn item(lowered: Lowered) -> Result<TransactWriteItem, BuildError> {
    let Lowered {
        table,
        effect,
        condition,
        names,
        values,
        ..
    } = lowered;
    /// Sets what all actions have in common on a builder of the SDK.
    macro_rules! action {
        ($builder:expr) => {
            guarded!($builder, table, condition, names, values).build()?
        };
    }
    let item = TransactWriteItem::builder();
    Ok(match effect {
        LoweredEffect::Put(put) => item.put(action!(Put::builder().set_item(Some(put)))),
        LoweredEffect::Update { key, update } => item.update(action!(
            Update::builder()
                .set_key(Some(key))
                .update_expression(update)
        )),
        LoweredEffect::Delete { key } => item.delete(action!(Delete::builder().set_key(Some(key)))),
        LoweredEffect::Check { key } => {
            item.condition_check(action!(ConditionCheck::builder().set_key(Some(key))))
        }
    }
    .build())
}
