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

/// The prefix of the condition's placeholders. Without a prefix, a placeholder that the caller sets later under the same name would
/// change what the condition compares.
pub(super) const PREFIXES: Prefixes = Prefixes {
    name: "#dc_",
    value: ":dc_",
};

/// Compiles in addition to the placeholders of an SDK builder, and sets the text and our placeholders on the builder. The builder
/// only lends its maps, so maps with entries get our placeholders one by one.
macro_rules! compiled_into {
    ($request:expr, $expressions:expr, $text:ident => $set:ident) => {{
        let given = Given {
            names: $request.get_expression_attribute_names().as_ref(),
            values: $request.get_expression_attribute_values().as_ref(),
        };
        let compiled = compile_beside($expressions, PREFIXES, given)?;
        let (text, Placeholders { names, values }) =
            (compiled.$text.unwrap_or_default(), compiled.placeholders);
        if given.is_empty() {
            // DynamoDB refuses an empty map.
            Ok($request
                .$set(text)
                .set_expression_attribute_names(Some(names).filter(|names| !names.is_empty()))
                .set_expression_attribute_values(Some(values).filter(|values| !values.is_empty())))
        } else {
            let mut request = $request.$set(text);
            for (placeholder, name) in names {
                request = request.expression_attribute_names(placeholder, name);
            }
            for (placeholder, value) in values {
                request = request.expression_attribute_values(placeholder, value);
            }
            Ok(request)
        }
    }};
}
pub(super) use compiled_into;

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
                if let Some(existing) = self.get_condition_expression() {
                    return Err(ExpressionError { rule: Rule::ConditionTaken, clause: existing.clone() }.into());
                }
                compiled_into!(self, Expressions::of(&mut condition.node), condition => condition_expression)
            }
        }
    )+ };
}
builders! {
    PutItemFluentBuilder, UpdateItemFluentBuilder, DeleteItemFluentBuilder, PutBuilder, UpdateBuilder, DeleteBuilder,
    ConditionCheckBuilder
}
