//! Explanations: a condition evaluated on an item, clause by clause.
use aws_sdk_dynamodb::types::AttributeValue;

/// A condition that was evaluated on an item: each clause, whether it is true, and the values that were found.
///
/// `Display` shows values, except those of sensitive attributes. `Debug` shows no values.
#[derive(Clone, PartialEq)]
pub struct Explanation {
    pub(crate) clause: String,
    pub(crate) shown: String,
    pub(crate) holds: bool,
    pub(crate) is_and: bool,
    pub(crate) actual: Vec<Actual>,
    pub(crate) parts: Vec<Explanation>,
}

/// The value of an operand.
#[derive(Clone, PartialEq)]
pub struct Actual {
    pub(crate) operand: String,
    pub(crate) value: Option<AttributeValue>,
    pub(crate) sensitive: bool,
}
