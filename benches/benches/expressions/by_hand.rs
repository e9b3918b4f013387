//! The SDK by hand: a text and two maps.
use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use aws_sdk_dynamodb::types::builders::{ConditionCheckBuilder, UpdateBuilder};

use crate::model::{Input, WIDE};

fn names<const N: usize>(names: [(&str, &str); N]) -> HashMap<String, String> {
    HashMap::from(names.map(|(placeholder, name)| (placeholder.to_owned(), name.to_owned())))
}

fn values<const N: usize>(values: [(&str, AttributeValue); N]) -> HashMap<String, AttributeValue> {
    HashMap::from(values.map(|(placeholder, value)| (placeholder.to_owned(), value)))
}

fn text(text: &str) -> AttributeValue {
    AttributeValue::S(text.to_owned())
}

fn number(number: impl Into<u64>) -> AttributeValue {
    AttributeValue::N(number.into().to_string())
}

pub(crate) fn one(check: ConditionCheckBuilder, input: &Input) -> ConditionCheckBuilder {
    check
        .condition_expression("#status = :status")
        .set_expression_attribute_names(Some(names([("#status", "status")])))
        .set_expression_attribute_values(Some(values([(":status", text(&input.status))])))
}

pub(crate) fn three(check: ConditionCheckBuilder, input: &Input) -> ConditionCheckBuilder {
    check
        .condition_expression("#status = :status AND #stock >= :stock AND #revision = :revision")
        .set_expression_attribute_names(Some(names([
            ("#status", "status"),
            ("#stock", "stock"),
            ("#revision", "revision"),
        ])))
        .set_expression_attribute_values(Some(values([
            (":status", text(&input.status)),
            (":stock", number(input.stock)),
            (":revision", number(input.revision)),
        ])))
}

pub(crate) fn ten(check: ConditionCheckBuilder, input: &Input) -> ConditionCheckBuilder {
    check
        .condition_expression(
            "#status = :status AND #stock >= :stock AND #revision = :revision \
             AND begins_with(#city, :city) AND contains(#tags, :tags) AND #paid = :paid \
             AND attribute_exists(#note) AND #total <> :total AND #reserved < :reserved \
             AND size(#carrier) > :carrier",
        )
        .set_expression_attribute_names(Some(names([
            ("#status", "status"),
            ("#stock", "stock"),
            ("#revision", "revision"),
            ("#city", "city"),
            ("#tags", "tags"),
            ("#paid", "paid"),
            ("#note", "note"),
            ("#total", "total"),
            ("#reserved", "reserved"),
            ("#carrier", "carrier"),
        ])))
        .set_expression_attribute_values(Some(values([
            (":status", text(&input.status)),
            (":stock", number(input.stock)),
            (":revision", number(input.revision)),
            (":city", text("Ly")),
            (":tags", text("new")),
            (":paid", AttributeValue::Bool(true)),
            (":total", number(0_u64)),
            (":reserved", number(100_u64)),
            (":carrier", number(2_u64)),
        ])))
}

/// Twenty attributes, the version raised, of an item that exists.
pub(crate) fn update(update: UpdateBuilder, input: &Input) -> UpdateBuilder {
    let mut names = names([("#id", "id"), ("#version", "version")]);
    let mut values = values([(":zero", number(0_u64)), (":one", number(1_u64))]);
    names.reserve(WIDE.len());
    values.reserve(WIDE.len());
    for (i, name) in (input.revision..).zip(WIDE) {
        names.insert(format!("#{name}"), name.to_owned());
        values.insert(format!(":{name}"), number(i));
    }
    update
        .update_expression(
            "SET #a01 = :a01, #a02 = :a02, #a03 = :a03, #a04 = :a04, #a05 = :a05, #a06 = :a06, #a07 = :a07, \
             #a08 = :a08, #a09 = :a09, #a10 = :a10, #a11 = :a11, #a12 = :a12, #a13 = :a13, #a14 = :a14, \
             #a15 = :a15, #a16 = :a16, #a17 = :a17, #a18 = :a18, #a19 = :a19, #a20 = :a20, \
             #version = if_not_exists(#version, :zero) + :one",
        )
        .condition_expression("attribute_exists(#id)")
        .set_expression_attribute_names(Some(names))
        .set_expression_attribute_values(Some(values))
}
