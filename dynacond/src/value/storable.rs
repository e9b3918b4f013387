//! Which values DynamoDB can store, and the names of their types.
//!
//! Rules: [Data types](https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/HowItWorks.NamingRulesDataTypes.html).
use std::collections::HashSet;

use aws_sdk_dynamodb::types::AttributeValue;

use crate::value::number::{canonical, check_number};
use crate::value::rule::Rule;

/// The greatest depth of a document. DynamoDB stores 31 maps around a scalar, but not 32 (captured in us-east-1 and eu-west-2).
pub(crate) const MAX_DEPTH: usize = 32;

/// The data type as DynamoDB abbreviates it.
pub(crate) const fn data_type(value: &AttributeValue) -> &'static str {
    match value {
        AttributeValue::S(_) => "S",
        AttributeValue::N(_) => "N",
        AttributeValue::B(_) => "B",
        AttributeValue::Ss(_) => "SS",
        AttributeValue::Ns(_) => "NS",
        AttributeValue::Bs(_) => "BS",
        AttributeValue::L(_) => "L",
        AttributeValue::M(_) => "M",
        AttributeValue::Bool(_) => "BOOL",
        AttributeValue::Null(_) => "NULL",
        _ => "unknown",
    }
}

/// Checks that DynamoDB can store the value.
#[inline]
pub(crate) fn check(value: &AttributeValue) -> Result<(), Rule> {
    match value {
        AttributeValue::S(_) => Ok(()),
        AttributeValue::N(number) => check_number(number),
        value => check_at(value, 1),
    }
}

fn check_at(value: &AttributeValue, depth: usize) -> Result<(), Rule> {
    if depth > MAX_DEPTH {
        return Err(Rule::TooDeep { limit: MAX_DEPTH });
    }
    match value {
        AttributeValue::S(_)
        | AttributeValue::B(_)
        | AttributeValue::Bool(_)
        | AttributeValue::Null(true) => Ok(()),
        AttributeValue::Null(false) => Err(Rule::NullFalse),
        AttributeValue::N(number) => check_number(number),
        AttributeValue::L(list) => list.iter().try_for_each(|value| check_at(value, depth + 1)),
        AttributeValue::M(map) => map.iter().try_for_each(|(name, value)| {
            // Refused anywhere in a request, also inside values (captured in us-east-1 and eu-west-2).
            if name.is_empty() {
                return Err(Rule::NameLength);
            }
            check_at(value, depth + 1)
        }),
        AttributeValue::Ss(set) => distinct(set.len(), set.iter()),
        AttributeValue::Bs(set) => distinct(set.len(), set.iter().map(AsRef::<[u8]>::as_ref)),
        AttributeValue::Ns(set) => {
            set.iter().try_for_each(|number| check_number(number))?;
            distinct(set.len(), set.iter().map(|number| canonical(number)))
        }
        _ => Err(Rule::UnknownValue),
    }
}

/// Whether the value is nested deeper than DynamoDB allows.
pub(crate) fn is_too_deep(value: &AttributeValue) -> bool {
    fn deeper_than(levels: usize, value: &AttributeValue) -> bool {
        let inner = |value| deeper_than(levels - 1, value);
        match value {
            _ if levels == 0 => true,
            AttributeValue::L(list) => list.iter().any(inner),
            AttributeValue::M(map) => map.values().any(inner),
            _ => false,
        }
    }
    deeper_than(MAX_DEPTH, value)
}

fn distinct<T: std::hash::Hash + Eq>(
    len: usize,
    members: impl Iterator<Item = T>,
) -> Result<(), Rule> {
    if len == 0 {
        return Err(Rule::EmptySet);
    }
    if members.collect::<HashSet<_>>().len() < len {
        Err(Rule::DuplicateMember)
    } else {
        Ok(())
    }
}
