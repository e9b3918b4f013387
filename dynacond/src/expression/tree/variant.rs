//! Variants of enums with data: the guard of a path into one.
use aws_sdk_dynamodb::types::AttributeValue;

use crate::expression::tree::name::Name;
use crate::expression::tree::node::{Node, Operator};
use crate::expression::tree::operand::{Operand, Path, Segment};
use crate::expression::tree::tagging::{Tagging, Through};
use crate::model::item::Known;

impl Tagging {
    /// Returns a condition that the enum at `path` is this variant.
    pub(crate) fn is(self, mut path: Path) -> Node {
        let known = |known: &'static Known| Segment::Name(Name::Known(known));
        match self {
            Self::External { name } => {
                path.push(known(name));
                Node::Exists(Operand::Path(path))
            }
            Self::Internal { tag, names } | Self::Adjacent { tag, names, .. } => {
                path.push(known(tag));
                let mut names: Vec<_> = names
                    .iter()
                    .map(|name| Operand::Value(AttributeValue::S((*name).to_owned())))
                    .collect();
                match (names.pop(), names.is_empty()) {
                    (Some(only), true) => Node::Binary(Operator::Eq, [Operand::Path(path), only]),
                    (last, _) => {
                        names.extend(last);
                        Node::In(Operand::Path(path), names)
                    }
                }
            }
        }
    }
}

impl Path {
    /// Extends the path into the data of a variant of the enum at the path.
    pub(crate) fn enter(&mut self, tagging: Tagging) {
        let through = self.through.get_or_insert_default();
        through.0.push((self.rest.len(), tagging));
        if let Some(known) = tagging.data() {
            self.push(Segment::Name(Name::Known(known)));
        }
    }

    /// Adds the variants of a path that is appended to this one after this number of `steps`.
    pub(crate) fn through_at(&mut self, inner: Option<Box<Through>>, steps: usize) {
        let Some(inner) = inner else { return };
        let through = self.through.get_or_insert_default();
        let moved = inner.0.into_iter();
        through
            .0
            .extend(moved.map(|(at, tagging)| (at + steps, tagging)));
    }

    /// Returns, for each enum on the path, the condition that it is the variant that the path leads through.
    fn guards(&self) -> impl Iterator<Item = Node> + '_ {
        let through = self.through.iter().flat_map(|through| &through.0);
        through.map(|(steps, tagging)| {
            tagging.is(Path {
                root: self.root.clone(),
                rest: self.rest.iter().take(*steps).cloned().collect(),
                through: None,
            })
        })
    }

    pub(crate) const fn is_in_variant(&self) -> bool {
        self.through.is_some()
    }
}

/// Adds the guards to a clause about a field of a variant, so that the clause is false if the enum is another variant.
#[inline]
pub(crate) fn guarded(clause: Node) -> Node {
    let in_variant = |operand: &Operand| operand.path().is_some_and(Path::is_in_variant);
    if clause.operands().any(in_variant) {
        with_guards(clause)
    } else {
        clause
    }
}

#[cold]
fn with_guards(clause: Node) -> Node {
    let mut guards: Vec<Node> = Vec::new();
    for path in clause.operands().filter_map(Operand::path) {
        for guard in path.guards() {
            if !guards.contains(&guard) {
                guards.push(guard);
            }
        }
    }
    match Node::all(guards) {
        Some(guards) => guards.and(clause),
        None => clause,
    }
}
