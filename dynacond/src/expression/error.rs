//! Which clause of an expression breaks which rule.
use crate::value::rule::Rule;

/// The error of an expression that DynamoDB would refuse for every item. Nothing was sent.
///
/// Rules: [Condition expressions](https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.OperatorsAndFunctions.html),
/// [Update expressions](https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.UpdateExpressions.html).
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{rule}: `{clause}`")]
pub struct ExpressionError {
    /// The rule that is broken.
    pub rule: Rule,
    /// The clause that breaks it, without values.
    pub clause: String,
}
