//! Key conditions: a partition, and what is asked of the sort key, as clauses.
use crate::expression::tree::node::{Node, Operator};
use crate::expression::tree::operand::{Operand, Path};
use crate::model::invalid::InvalidInput;
use crate::model::partition::Partition;

/// The equality of each attribute of a partition key, and why no item can have such a partition key.
pub(crate) fn in_partition<Q>(partition: Partition<Q>) -> (Option<Node>, Option<InvalidInput>) {
    let (attributes, invalid) = partition.into_parts();
    let equals = attributes.into_iter().map(|(name, value)| {
        let operands = [Operand::Path(Path::new(name)), Operand::Value(value)];
        Node::Binary(Operator::Eq, operands)
    });
    (Node::all(equals), invalid)
}
