//! modyne: the caller writes the text.
use aws_sdk_dynamodb::types::builders::ConditionCheckBuilder;
use modyne::expr::Condition;

use crate::model::Input;

fn compiled(condition: Condition, check: ConditionCheckBuilder) -> ConditionCheckBuilder {
    check
        .condition_expression(condition.expression)
        .set_expression_attribute_names(Some(condition.names.into_iter().collect()))
        .set_expression_attribute_values(Some(condition.values.into_iter().collect()))
}

pub(crate) fn one(check: ConditionCheckBuilder, input: &Input) -> ConditionCheckBuilder {
    let condition = Condition::new("#status = :status")
        .name("#status", "status")
        .value(":status", &input.status);
    compiled(condition, check)
}

pub(crate) fn three(check: ConditionCheckBuilder, input: &Input) -> ConditionCheckBuilder {
    let text = "#status = :status AND #stock >= :stock AND #revision = :revision";
    let condition = Condition::new(text)
        .name("#status", "status")
        .name("#stock", "stock")
        .name("#revision", "revision")
        .value(":status", &input.status)
        .value(":stock", input.stock)
        .value(":revision", input.revision);
    compiled(condition, check)
}

pub(crate) fn ten(check: ConditionCheckBuilder, input: &Input) -> ConditionCheckBuilder {
    let text = "#status = :status AND #stock >= :stock AND #revision = :revision \
                AND begins_with(#city, :city) AND contains(#tags, :tags) AND #paid = :paid \
                AND attribute_exists(#note) AND #total <> :total AND #reserved < :reserved \
                AND size(#carrier) > :carrier";
    let condition = Condition::new(text)
        .name("#status", "status")
        .name("#stock", "stock")
        .name("#revision", "revision")
        .name("#city", "city")
        .name("#tags", "tags")
        .name("#paid", "paid")
        .name("#note", "note")
        .name("#total", "total")
        .name("#reserved", "reserved")
        .name("#carrier", "carrier")
        .value(":status", &input.status)
        .value(":stock", input.stock)
        .value(":revision", input.revision)
        .value(":city", "Ly")
        .value(":tags", "new")
        .value(":paid", true)
        .value(":total", 0)
        .value(":reserved", 100)
        .value(":carrier", 2);
    compiled(condition, check)
}
