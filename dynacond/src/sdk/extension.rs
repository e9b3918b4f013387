//! Conditions on the SDK's own builders, if you use the SDK directly.
use aws_sdk_dynamodb::operation::delete_item::builders::DeleteItemFluentBuilder;
use aws_sdk_dynamodb::operation::put_item::builders::PutItemFluentBuilder;
use aws_sdk_dynamodb::operation::update_item::builders::UpdateItemFluentBuilder;
use aws_sdk_dynamodb::types::builders::{
    ConditionCheckBuilder, DeleteBuilder, PutBuilder, UpdateBuilder,
};

use crate::error::error::Result;
use crate::expression::condition::Condition;
use crate::expression::error::ExpressionError;
use crate::expression::render::compile::{Expressions, compile_beside};
use crate::expression::render::compiled::{Given, Placeholders, Prefixes};
use crate::value::rule::Rule;

/// Checks that a request has no such expression yet.
pub(super) fn free(existing: Option<&String>, rule: Rule) -> Result<(), ExpressionError> {
    match existing {
        Some(existing) => Err(ExpressionError {
            rule,
            clause: existing.clone(),
        }),
        None => Ok(()),
    }
}

/// The placeholders that an SDK builder has. The builder lends its maps.
macro_rules! given {
    ($request:expr) => {
        Given {
            names: $request.get_expression_attribute_names().as_ref(),
            values: $request.get_expression_attribute_values().as_ref(),
        }
    };
}
/// Adds our placeholders to those of an SDK builder. The builder only lends its maps, so maps with entries get ours one by one.
macro_rules! with_placeholders {
    ($request:expr, $placeholders:expr) => {{
        let (mut request, Placeholders { names, values }) = ($request, $placeholders);
        if given!(request).is_empty() {
            // DynamoDB refuses an empty map.
            request
                .set_expression_attribute_names(Some(names).filter(|names| !names.is_empty()))
                .set_expression_attribute_values(Some(values).filter(|values| !values.is_empty()))
        } else {
            for (placeholder, name) in names {
                request = request.expression_attribute_names(placeholder, name);
            }
            for (placeholder, value) in values {
                request = request.expression_attribute_values(placeholder, value);
            }
            request
        }
    }};
}
pub(super) use {given, with_placeholders};

/// Compiles a condition or a filter for an SDK builder that may have placeholders of its own.
macro_rules! with_condition {
    ($request:expr, $condition:expr, $existing:ident => $set:ident) => {{
        free($request.$existing().as_ref(), Rule::ConditionTaken)?;
        let expressions = Expressions::of(&mut $condition.node);
        let compiled = compile_beside(expressions, Prefixes::BESIDE, given!($request))?;
        let request = $request.$set(compiled.condition.unwrap_or_default());
        Ok(with_placeholders!(request, compiled.placeholders))
    }};
}
pub(super) use with_condition;

/// Puts a condition on a request of the SDK: `put_item`, `update_item`, `delete_item`, and the builders of
/// `types::{Put, Update, Delete, ConditionCheck}`.
///
/// The placeholders of the condition begin with `#dc_` and `:dc_`, so they differ from those of the request's own expressions, which you may
/// set before or after. A write with the raw SDK does not increment the version, so a stale `save` does not notice it.
///
/// ```
/// use dynacond::{AttributeValue, ConditionExt, attr};
/// # fn f(client: &aws_sdk_dynamodb::Client) -> dynacond::Result<()> {
/// let request = client
///     .update_item()
///     .table_name("shop")
///     .key("pk", AttributeValue::S("order#o1".to_owned()))
///     .update_expression("SET #s = :s")
///     .expression_attribute_names("#s", "status")
///     .expression_attribute_values(":s", AttributeValue::S("paid".to_owned()))
///     .condition(attr("status").eq("pending"))?;
/// assert_eq!(request.get_condition_expression().as_deref(), Some("#dc_status = :dc_status"));
/// # Ok(())
/// # }
/// ```
pub trait ConditionExt: Sized + sealed::Sealed {
    /// Returns the request with this condition.
    ///
    /// # Errors
    /// [`Error::Expression`](crate::Error::Expression) if DynamoDB would refuse the condition, or if the request already has a condition.
    /// dynacond does not replace that condition, and does not edit its text.
    fn condition<I>(self, condition: Condition<I>) -> Result<Self>;
}

#[expect(unnameable_types, reason = "sealed")]
mod sealed {
    pub trait Sealed {}
}

macro_rules! builders {
    ($($builder:ty),+) => { $(
        impl sealed::Sealed for $builder {}
        impl ConditionExt for $builder {
            fn condition<I>(self, mut condition: Condition<I>) -> Result<Self> {
                with_condition!(self, condition, get_condition_expression => condition_expression)
            }
        }
    )+ };
}
builders! {
    PutItemFluentBuilder, UpdateItemFluentBuilder, DeleteItemFluentBuilder, PutBuilder, UpdateBuilder, DeleteBuilder,
    ConditionCheckBuilder
}
