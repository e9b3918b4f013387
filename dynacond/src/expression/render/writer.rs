//! Writes the tree as text, and collects the names and values of its placeholders.
use std::collections::BTreeMap;
use std::collections::hash_map::Entry;
use std::mem::replace;

use aws_sdk_dynamodb::types::AttributeValue;

use crate::expression::check::{check_change, check_clause, check_operators, check_paths};
use crate::expression::error::ExpressionError;
use crate::expression::render::compiled::{Given, MAX_BYTES, Placeholders, Prefixes};
use crate::expression::render::renumber::push_number;
use crate::expression::tree::change::{Change, Edit};
use crate::expression::tree::formula::Term;
use crate::expression::tree::name::{Name, Prefix};
use crate::expression::tree::node::{MAX_OPERATORS, Node, Parts};
use crate::expression::tree::operand::{Measured, Operand, Path, Segment};
use crate::value;

/// Room for `_` and a number after a placeholder that is already used.
const MAX_SUFFIX: usize = 9;
/// The number of values of one attribute that are compared, so that equal ones share a placeholder.
const SHARED: usize = 8;

/// Writes the texts of one request.
pub(super) struct Writer<'w> {
    /// The key attributes. No path may lead into them, and no update may change them.
    keys: &'w [&'w str],
    prefixes: Prefixes,
    /// The placeholders that the request already has.
    given: Given<'w>,
    ours: &'w mut Placeholders,
    /// The number in the placeholder of an attribute name, if it has one.
    numbers: BTreeMap<Name, usize>,
    /// The next numbers to try. They only increase, so that no used number is tried twice.
    next_name: usize,
    next_value: usize,
    /// The number of operators in the current text.
    operators: usize,
    /// An upper bound for the bytes of names and values with their placeholders.
    pub(super) bytes: usize,
}

impl<'w> Writer<'w> {
    pub(super) fn new(
        keys: &'w [&'w str],
        prefixes: Prefixes,
        given: Given<'w>,
        ours: &'w mut Placeholders,
    ) -> Self {
        Self {
            keys,
            prefixes,
            given,
            ours,
            numbers: BTreeMap::new(),
            next_name: 2,
            next_value: SHARED + 1,
            operators: 0,
            bytes: 0,
        }
    }

    pub(super) fn condition(
        &mut self,
        node: &mut Node,
        clauses: usize,
    ) -> Result<String, ExpressionError> {
        let mut text = room(clauses);
        self.node(node, 0, &mut text)?;
        check_operators(replace(&mut self.operators, 0), "condition")?;
        Ok(text)
    }

    pub(super) fn update(&mut self, mut changes: Vec<Change>) -> Result<String, ExpressionError> {
        for change in &changes {
            check_change(change, self.keys)?;
            self.operators += change.edit.operators();
        }
        check_paths(changes.iter().map(|change| &change.path).collect())?;
        check_operators(replace(&mut self.operators, 0), "update")?;
        // A stable sort keeps the caller's order within each section.
        changes.sort_by_key(|change| change.edit.section());
        let mut text = room(changes.len());
        let mut section = None;
        for change in &mut changes {
            let next = change.edit.section();
            if section == Some(next) {
                text.push_str(", ");
            } else {
                text.push_str(if section.is_none() { "" } else { " " });
                text.push_str(next.text());
                text.push(' ');
                section = Some(next);
            }
            self.change(change, &mut text);
        }
        Ok(text)
    }

    /// Writes the paths of a projection. No path may lead into another.
    pub(super) fn projection(&mut self, paths: &[Path]) -> Result<String, ExpressionError> {
        check_paths(paths.iter().collect())?;
        let mut text = room(paths.len());
        for (i, path) in paths.iter().enumerate() {
            text.push_str(if i > 0 { ", " } else { "" });
            self.path(path, &mut text);
        }
        Ok(text)
    }

    fn node(
        &mut self,
        node: &mut Node,
        outer: u8,
        text: &mut String,
    ) -> Result<(), ExpressionError> {
        match node {
            Node::And(parts) => self.joined(parts, true, outer, text),
            Node::Or(parts) => self.joined(parts, false, outer, text),
            // The inner operator binds tighter than the outer one, so it needs no parentheses.
            Node::Not(inner) => {
                self.operators += 1;
                text.push_str("NOT ");
                self.node(inner.get_mut(), 3, text)
            }
            clause => {
                check_clause(clause, self.keys)?;
                self.operators += clause.operators();
                // An expression with too many operators is checked to its end, but not written.
                if self.operators <= MAX_OPERATORS {
                    self.clause(clause, text);
                }
                Ok(())
            }
        }
    }

    fn joined(
        &mut self,
        parts: &mut Parts,
        by_and: bool,
        outer: u8,
        text: &mut String,
    ) -> Result<(), ExpressionError> {
        let precedence = if by_and { 2 } else { 1 };
        if precedence < outer {
            text.push('(');
        }
        self.operators += parts.len().saturating_sub(1);
        for (i, part) in parts.iter_mut().enumerate() {
            match by_and {
                _ if i == 0 => {}
                true => text.push_str(" AND "),
                false => text.push_str(" OR "),
            }
            self.node(part, precedence, text)?;
        }
        if precedence < outer {
            text.push(')');
        }
        Ok(())
    }

    fn clause(&mut self, clause: &mut Node, text: &mut String) {
        match clause {
            Node::Binary(operator, operands) => {
                let hint = Hint::of(operands.iter());
                let [a, b] = operands;
                let is_function = operator.is_function();
                if is_function {
                    text.push_str(operator.text());
                    text.push('(');
                }
                self.operand(a, &hint, text);
                text.push_str(operator.infix());
                self.operand(b, &hint, text);
                if is_function {
                    text.push(')');
                }
            }
            Node::Between(operands) => {
                let hint = Hint::of(operands.iter());
                let [a, low, high] = &mut **operands;
                self.operand(a, &hint, text);
                text.push_str(" BETWEEN ");
                self.operand(low, &hint, text);
                text.push_str(" AND ");
                self.operand(high, &hint, text);
            }
            Node::In(a, list) => {
                let hint = Hint::of(std::iter::once(&*a).chain(&*list));
                self.operand(a, &hint, text);
                text.push_str(" IN (");
                for (i, operand) in list.iter_mut().enumerate() {
                    text.push_str(if i > 0 { ", " } else { "" });
                    self.operand(operand, &hint, text);
                }
                text.push(')');
            }
            Node::Exists(a) => {
                text.push_str("attribute_exists(");
                self.operand(a, &Hint(None), text);
                text.push(')');
            }
            Node::NotExists(a) => {
                text.push_str("attribute_not_exists(");
                self.operand(a, &Hint(None), text);
                text.push(')');
            }
            // Connectives are not clauses, and the check has already refused invalid nodes.
            Node::Not(_) | Node::And(_) | Node::Or(_) | Node::Invalid(..) => {}
        }
    }

    fn operand(&mut self, operand: &mut Operand, hint: &Hint, text: &mut String) {
        match operand {
            Operand::Path(path) => self.path(path, text),
            Operand::Value(value) => self.value(value, hint, text),
            Operand::Size(measured) => {
                text.push_str("size(");
                match measured {
                    Measured::Path(path) => self.path(path, text),
                    Measured::Value(value) => self.value(value, hint, text),
                }
                text.push(')');
            }
            // The check has already refused this.
            Operand::Invalid(_) => {}
        }
    }

    fn path(&mut self, path: &Path, text: &mut String) {
        self.name(&path.root, text);
        for segment in &path.rest {
            match segment {
                Segment::Name(name) => {
                    text.push('.');
                    self.name(name, text);
                }
                Segment::Index(index) => {
                    text.push('[');
                    text.push_str(&index.to_string());
                    text.push(']');
                }
            }
        }
    }

    /// Returns the placeholder of a name.
    fn name(&mut self, name: &Name, text: &mut String) {
        let start = text.len();
        let placeholder = name.placeholder(self.prefixes.name);
        text.push_str(&placeholder);
        let bytes = placeholder.len() + MAX_SUFFIX + name.len();
        let same = match self.given.name(&placeholder) {
            Some(known) => **known == **name,
            None => match self.ours.names.entry(placeholder) {
                Entry::Vacant(free) => {
                    free.insert((**name).to_owned());
                    self.bytes += bytes;
                    return;
                }
                Entry::Occupied(known) => **known.get() == **name,
            },
        };
        if same {
            return;
        }
        // Another name has the same readable placeholder, so a number is added.
        text.push('_');
        if let Some(number) = self.numbers.get(name) {
            text.push_str(&number.to_string());
            return;
        }
        let number = push_number(text, start, self.next_name, |taken| {
            self.given.name(taken).is_some() || self.ours.names.contains_key(taken)
        });
        self.next_name = number + 1;
        self.numbers.insert(name.clone(), number);
        self.bytes += text.len() - start + name.len();
        self.ours
            .names
            .insert(text[start..].to_owned(), (**name).to_owned());
    }

    /// Returns the placeholder of a value. Equal values of one attribute share a placeholder. A new value is moved out of the tree.
    fn value(&mut self, value: &mut AttributeValue, hint: &Hint, text: &mut String) {
        let taken = |value: &mut AttributeValue| replace(value, AttributeValue::Null(true));
        let start = text.len();
        let placeholder = hint.placeholder(self.prefixes.value);
        text.push_str(&placeholder);
        // Upper bounds, also if the placeholder is shared.
        self.bytes += placeholder.len() + MAX_SUFFIX + value::size_at_most(value);
        let given = |placeholder: &str| self.given.value(placeholder);
        let same = match given(&placeholder) {
            Some(known) => *known == *value,
            None => match self.ours.values.entry(placeholder) {
                Entry::Vacant(free) => {
                    free.insert(taken(value));
                    return;
                }
                Entry::Occupied(known) => *known.get() == *value,
            },
        };
        if same {
            return;
        }
        text.push('_');
        // A few placeholders are compared to find an equal value. After those, a number larger than all existing ones is used.
        let base = text.len();
        for next in 2..=SHARED {
            text.push_str(&next.to_string());
            let placeholder = &text[start..];
            match given(placeholder).or_else(|| self.ours.values.get(placeholder)) {
                None => {
                    self.ours
                        .values
                        .insert(placeholder.to_owned(), taken(value));
                    return;
                }
                Some(known) if *known == *value => return,
                Some(_) => text.truncate(base),
            }
        }
        let past = self.next_value.max(self.ours.values.len() + 1);
        self.next_value = 1 + push_number(text, start, past, |taken| {
            given(taken).is_some() || self.ours.values.contains_key(taken)
        });
        self.ours
            .values
            .insert(text[start..].to_owned(), taken(value));
    }

    fn change(&mut self, Change { path, edit }: &mut Change, text: &mut String) {
        let hint = Hint::of_path(path);
        self.path(path, text);
        match edit {
            Edit::Set(operand) => {
                text.push_str(" = ");
                self.operand(operand, &hint, text);
            }
            Edit::SetIfAbsent(operand) => {
                text.push_str(" = ");
                self.start(path, Some(operand), &hint, text);
            }
            Edit::Arithmetic {
                minus, by, start, ..
            } => {
                text.push_str(" = ");
                self.start(path, start.as_deref_mut(), &hint, text);
                text.push_str(if *minus { " - " } else { " + " });
                self.operand(by, &hint, text);
            }
            Edit::Append { front, list, start } => {
                text.push_str(" = list_append(");
                if *front {
                    self.operand(list, &hint, text);
                    text.push_str(", ");
                    self.start(path, start.as_deref_mut(), &hint, text);
                } else {
                    self.start(path, start.as_deref_mut(), &hint, text);
                    text.push_str(", ");
                    self.operand(list, &hint, text);
                }
                text.push(')');
            }
            Edit::Formula(formula) => {
                text.push_str(" = ");
                let join = formula.right.as_ref().map(|(join, _)| join.text());
                let [before, between, after] = join.unwrap_or_default();
                text.push_str(before);
                self.term(&mut formula.left, &hint, text);
                text.push_str(between);
                if let Some((_, right)) = &mut formula.right {
                    self.term(right, &hint, text);
                }
                text.push_str(after);
            }
            Edit::Remove => {}
            Edit::AddNumber(operand) | Edit::Insert(operand) | Edit::Delete(operand) => {
                text.push(' ');
                self.operand(operand, &hint, text);
            }
        }
    }

    fn term(&mut self, term: &mut Term, hint: &Hint, text: &mut String) {
        match term {
            Term::Operand(operand) => self.operand(operand, hint, text),
            Term::IfNotExists([path, operand]) => {
                text.push_str("if_not_exists(");
                self.operand(path, hint, text);
                text.push_str(", ");
                self.operand(operand, hint, text);
                text.push(')');
            }
        }
    }

    /// Writes the path, or `if_not_exists` with a start value.
    fn start(&mut self, path: &Path, start: Option<&mut Operand>, hint: &Hint, text: &mut String) {
        let Some(start) = start else {
            return self.path(path, text);
        };
        text.push_str("if_not_exists(");
        self.path(path, text);
        text.push_str(", ");
        self.operand(start, hint, text);
        text.push(')');
    }
}

/// Returns an empty text with room for this many usual clauses.
fn room(clauses: usize) -> String {
    String::with_capacity((28 * clauses).min(MAX_BYTES))
}

/// Returns the attribute after which the values of a clause are named.
struct Hint(Option<Name>);

impl Hint {
    fn of<'a>(mut operands: impl Iterator<Item = &'a Operand>) -> Self {
        let path = operands.find_map(Operand::path);
        path.map_or(Self(None), Self::of_path)
    }

    fn of_path(path: &Path) -> Self {
        Self(Some(path.last_name().clone()))
    }

    fn placeholder(&self, prefix: Prefix) -> String {
        match &self.0 {
            Some(name) => name.placeholder(prefix),
            None => prefix.text().to_owned() + "v",
        }
    }
}
