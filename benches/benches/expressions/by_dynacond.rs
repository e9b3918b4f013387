//! dynacond, typed and untyped.
use aws_sdk_dynamodb::types::builders::ConditionCheckBuilder;
use dynacond::{Condition, Store, Versioned, attr};

use crate::model::{Input, Order, Wide};

/// What an SDK user does with a compiled condition.
fn compiled<I>(condition: Condition<I>, check: ConditionCheckBuilder) -> ConditionCheckBuilder {
    let compiled = condition.compile().expect("a condition");
    let values = Some(compiled.values).filter(|values| !values.is_empty());
    check
        .condition_expression(compiled.text)
        .set_expression_attribute_names(Some(compiled.names))
        .set_expression_attribute_values(values)
}

pub(crate) mod typed {
    use super::{Condition, ConditionCheckBuilder, Input, Order, Versioned, compiled};

    pub(crate) fn one(check: ConditionCheckBuilder, input: &Input) -> ConditionCheckBuilder {
        compiled(Order::attributes().status.eq(&input.status), check)
    }

    pub(crate) fn condition(input: &Input) -> Condition<Order> {
        let o = Order::attributes();
        o.status.eq(&input.status) & o.stock.ge(input.stock) & o.revision.eq(input.revision)
    }

    pub(crate) fn three(check: ConditionCheckBuilder, input: &Input) -> ConditionCheckBuilder {
        compiled(condition(input), check)
    }

    pub(crate) fn ten(check: ConditionCheckBuilder, input: &Input) -> ConditionCheckBuilder {
        let o = Order::attributes();
        let condition = (o.status.eq(&input.status))
            .and(o.stock.ge(input.stock))
            .and(o.revision.eq(input.revision))
            .and(o.city.begins_with("Ly"))
            .and(o.tags.contains("new"))
            .and(o.paid.eq(true))
            .and(o.note.exists())
            .and(o.total.ne(0))
            .and(o.reserved.lt(100))
            .and(o.carrier.size().gt(2));
        compiled(condition, check)
    }
}

pub(crate) mod untyped {
    use super::{ConditionCheckBuilder, Input, attr, compiled};

    pub(crate) fn one(check: ConditionCheckBuilder, input: &Input) -> ConditionCheckBuilder {
        compiled(attr("status").eq(&input.status), check)
    }

    pub(crate) fn three(check: ConditionCheckBuilder, input: &Input) -> ConditionCheckBuilder {
        let condition = attr("status").eq(&input.status)
            & attr("stock").ge(input.stock)
            & attr("revision").eq(input.revision);
        compiled(condition, check)
    }

    pub(crate) fn ten(check: ConditionCheckBuilder, input: &Input) -> ConditionCheckBuilder {
        let condition = (attr("status").eq(&input.status))
            .and(attr("stock").ge(input.stock))
            .and(attr("revision").eq(input.revision))
            .and(attr("city").begins_with("Ly"))
            .and(attr("tags").contains("new"))
            .and(attr("paid").eq(true))
            .and(attr("note").exists())
            .and(attr("total").ne(0))
            .and(attr("reserved").lt(100))
            .and(attr("carrier").size().gt(2));
        compiled(condition, check)
    }
}

/// As `update(..)` sends it.
pub(crate) fn update(store: &Store, key: dynacond::Key<Wide>, input: &Input) -> dynacond::Preview {
    let n = input.revision;
    let update = store.update(key).set(|w| {
        [
            w.a01.to(n),
            w.a02.to(n + 1),
            w.a03.to(n + 2),
            w.a04.to(n + 3),
            w.a05.to(n + 4),
            w.a06.to(n + 5),
            w.a07.to(n + 6),
            w.a08.to(n + 7),
            w.a09.to(n + 8),
            w.a10.to(n + 9),
            w.a11.to(n + 10),
            w.a12.to(n + 11),
            w.a13.to(n + 12),
            w.a14.to(n + 13),
            w.a15.to(n + 14),
            w.a16.to(n + 15),
            w.a17.to(n + 16),
            w.a18.to(n + 17),
            w.a19.to(n + 18),
            w.a20.to(n + 19),
        ]
    });
    update.preview().expect("an update")
}
