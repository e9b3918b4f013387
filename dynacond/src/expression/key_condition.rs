//! Key conditions: clauses for a partition and for the sort key.
use aws_sdk_dynamodb::types::AttributeValue;

use crate::expression::tree::node::{Node, Operator};
use crate::expression::tree::operand::{Operand, Path};
use crate::model::invalid::InvalidInput;
use crate::model::key_attribute::KeyAttribute;
use crate::model::partition::Partition;
use crate::model::template::TemplatePart;

/// Returns an equality for each attribute of a partition key, or the reason why no item can have this partition key.
pub(crate) fn in_partition<Q>(
    partition: Partition<Q>,
) -> (Option<Node>, Option<Box<InvalidInput>>) {
    let (attributes, invalid) = partition.into_parts();
    let mut node = None;
    for (name, value) in attributes {
        let operands = [Operand::Path(Path::new(name)), Operand::Value(value)];
        node = Node::both(node, Some(Node::Binary(Operator::Eq, operands)));
    }
    (node, invalid)
}

/// Returns a filter for one item type among others in its table, from the literal beginnings of the key templates.
pub(crate) fn of_item_type<'k>(keys: impl Iterator<Item = &'k KeyAttribute>) -> Option<Node> {
    let begins = keys.filter_map(|attribute| {
        let (operator, text) = match attribute.parts() {
            Some([TemplatePart::Literal(whole)]) => (Operator::Eq, *whole),
            _ => (Operator::BeginsWith, attribute.beginning()),
        };
        let value = Operand::Value(AttributeValue::S(text.to_owned()));
        let operands = [Operand::Path(Path::new(attribute.name)), value];
        (!text.is_empty()).then(|| Node::Binary(operator, operands))
    });
    Node::all(begins)
}
