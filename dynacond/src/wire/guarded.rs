//! Sets what all writes have in common, on every kind of builder of the SDK.

/// Sets the table and the condition of a write on a builder of a request or of an action. It also asks DynamoDB to return the item
/// with a refusal.
macro_rules! guarded {
    ($builder:expr, $table:expr, $condition:expr, $names:expr, $values:expr) => {
        $builder
            .table_name($table)
            .set_condition_expression($condition)
            .set_expression_attribute_names($names)
            .set_expression_attribute_values($values)
            .return_values_on_condition_check_failure(
                aws_sdk_dynamodb::types::ReturnValuesOnConditionCheckFailure::AllOld,
            )
    };
}
pub(super) use guarded;
