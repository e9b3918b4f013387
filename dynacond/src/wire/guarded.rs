//! What every write states, whichever builder of the SDK it is sent by.

/// Table and condition of a write on a builder: of a request, or of an action of a transaction. A refusal is to bring the item.
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
