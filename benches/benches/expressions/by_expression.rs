//! dynamodb-expression.
use aws_sdk_dynamodb::types::builders::{ConditionCheckBuilder, UpdateBuilder};
use dynamodb_expression::condition::Condition;
use dynamodb_expression::update::Update;
use dynamodb_expression::{Expression, Num, Path, Scalar};

use crate::model::{Input, WIDE};

fn compiled(
    condition: impl Into<Condition>,
    check: ConditionCheckBuilder,
) -> ConditionCheckBuilder {
    let compiled = Expression::builder()
        .with_condition(condition.into())
        .build();
    check
        .set_condition_expression(compiled.condition_expression)
        .set_expression_attribute_names(compiled.expression_attribute_names)
        .set_expression_attribute_values(compiled.expression_attribute_values)
}

pub(crate) fn one(check: ConditionCheckBuilder, input: &Input) -> ConditionCheckBuilder {
    compiled(
        Path::new_name("status").equal(Scalar::new_string(&input.status)),
        check,
    )
}

fn of_three(input: &Input) -> Condition {
    Path::new_name("status")
        .equal(Scalar::new_string(&input.status))
        .and(Path::new_name("stock").greater_than_or_equal(Num::new(input.stock)))
        .and(Path::new_name("revision").equal(Num::new(input.revision)))
}

pub(crate) fn three(check: ConditionCheckBuilder, input: &Input) -> ConditionCheckBuilder {
    compiled(of_three(input), check)
}

pub(crate) fn ten(check: ConditionCheckBuilder, input: &Input) -> ConditionCheckBuilder {
    let condition = of_three(input)
        .and(Path::new_name("city").begins_with("Ly"))
        .and(Path::new_name("tags").contains("new"))
        .and(Path::new_name("paid").equal(Scalar::new_bool(true)))
        .and(Path::new_name("note").attribute_exists())
        .and(Path::new_name("total").not_equal(Num::new(0)))
        .and(Path::new_name("reserved").less_than(Num::new(100)))
        .and(Path::new_name("carrier").size().greater_than(Num::new(2)));
    compiled(condition, check)
}

/// Its arithmetic starts from a path, not from `if_not_exists`: one function less than the others say.
pub(crate) fn update(update: UpdateBuilder, input: &Input) -> UpdateBuilder {
    let version: Update = Path::new_name("version").math().add(1).into();
    let set = (input.revision..).zip(WIDE);
    let set = set.map(|(n, name)| Path::new_name(name).set(Num::new(n)));
    let compiled = Expression::builder()
        .with_condition(Path::new_name("id").attribute_exists())
        .with_update(set.fold(version, Update::and))
        .build();
    update
        .set_update_expression(compiled.update_expression)
        .set_condition_expression(compiled.condition_expression)
        .set_expression_attribute_names(compiled.expression_attribute_names)
        .set_expression_attribute_values(compiled.expression_attribute_values)
}
