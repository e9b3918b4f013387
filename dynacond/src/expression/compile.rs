//! Compiling: the tree written as text with placeholders, each clause after DynamoDB's rules have been asked of it.
//!
//! One namespace of placeholders serves a whole request, its condition and its update together. Values move out of the
//! tree into the request.
use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::mem::replace;

use aws_sdk_dynamodb::types::AttributeValue;

use super::check::{MAX_OPERATORS, check_change, check_clause, check_operators, check_overlap};
use super::condition::Condition;
use super::name::Name;
use super::node::Node;
use super::operand::{Measured, Operand, Path, Segment};
use super::update::{ActionKind, Change};
use super::value;
use crate::error::Result;
use crate::item::Item;
use crate::rule::{ExpressionError, Rule};

/// Bytes of an expression as sent.
///
/// [Constraints: expression parameters](https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html#limits-expression-parameters)
pub(crate) const MAX_BYTES: usize = 4096;
/// Bytes of names and values of a request.
pub(crate) const MAX_SUBSTITUTIONS: usize = 2 * 1024 * 1024;
/// Room for `_` and a number behind a placeholder that is taken.
const MAX_SUFFIX: usize = 9;
/// So many values of one attribute are compared, to share their placeholders.
const SHARED: usize = 8;

/// A compiled condition: what the SDK's `condition_expression`, `expression_attribute_names` and
/// `expression_attribute_values` take.
///
/// The maps hold exactly the placeholders that the text uses; DynamoDB refuses an empty map, so give it `None` then.
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub struct Expression {
    /// The text: `#status = :status AND #stock >= :stock`.
    pub text: String,
    /// From name placeholder to attribute name.
    pub names: HashMap<String, String>,
    /// From value placeholder to value.
    pub values: HashMap<String, AttributeValue>,
}

impl fmt::Debug for Expression {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Values stay out of logs.
        f.debug_struct("Expression")
            .field("text", &self.text)
            .field("names", &self.names)
            .finish_non_exhaustive()
    }
}

impl<I> Condition<I> {
    /// The text with its placeholders: deterministic, with the fewest parentheses that DynamoDB's precedence needs.
    ///
    /// Placeholders are the attributes' names, or numbers when the text would pass 4,096 bytes.
    ///
    /// ```
    /// use dynacond::attr;
    /// let compiled = attr("status").eq("pending").and(attr("stock").ge(3)).compile()?;
    /// assert_eq!(compiled.text, "#status = :status AND #stock >= :stock");
    /// assert_eq!(compiled.names["#status"], "status");
    /// # Ok::<(), dynacond::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Expression`](crate::Error::Expression) names the rule of DynamoDB that it breaks, and the clause.
    pub fn compile(self) -> Result<Expression> {
        let compiled = compile(Some(self.node), Vec::new(), &[])?;
        let Placeholders { names, values } = compiled.placeholders;
        Ok(Expression {
            text: compiled.condition.unwrap_or_default(),
            names,
            values,
        })
    }

    /// Compiles into a request that has placeholders already, or gets some later: theirs are kept and not taken again, and
    /// ours begin otherwise.
    pub(crate) fn compile_beside(
        self,
        signs: Signs,
        mut given: Placeholders,
    ) -> Result<Expression, ExpressionError> {
        let compiled = compile_into(Some(self.node), Vec::new(), &[], signs, Some(&given))?;
        given.names.extend(compiled.placeholders.names);
        given.values.extend(compiled.placeholders.values);
        Ok(Expression {
            text: compiled.condition.unwrap_or_default(),
            names: given.names,
            values: given.values,
        })
    }
}

/// How placeholders begin.
#[derive(Clone, Copy)]
pub(crate) struct Signs {
    pub(crate) name: &'static str,
    pub(crate) value: &'static str,
}

impl Signs {
    const PLAIN: Self = Self {
        name: "#",
        value: ":",
    };
}

/// The expressions of one request.
#[derive(Clone, PartialEq)]
pub(crate) struct Compiled {
    pub(crate) condition: Option<String>,
    pub(crate) update: Option<String>,
    pub(crate) placeholders: Placeholders,
}

/// What the placeholders of a request stand for.
#[derive(Clone, Default, PartialEq)]
pub(crate) struct Placeholders {
    pub(crate) names: HashMap<String, String>,
    pub(crate) values: Item,
}

/// Compiles a request's condition and update; `keys` are the key attributes, which have no paths into them.
pub(crate) fn compile(
    condition: Option<Node>,
    update: Vec<Change>,
    keys: &[&str],
) -> Result<Compiled, ExpressionError> {
    compile_into(condition, update, keys, Signs::PLAIN, None)
}

fn compile_into(
    condition: Option<Node>,
    update: Vec<Change>,
    keys: &[&str],
    signs: Signs,
    given: Option<&Placeholders>,
) -> Result<Compiled, ExpressionError> {
    let clauses = condition.as_ref().map_or(0, Node::clauses);
    let mut compiled = Compiled::with_room(clauses + update.len());
    let mut writer = Writer {
        keys,
        signs,
        given,
        ours: &mut compiled.placeholders,
        numbers: BTreeMap::new(),
        next_name: 2,
        next_value: SHARED + 1,
        operators: 0,
        bytes: 0,
    };
    if let Some(node) = condition {
        compiled.condition = Some(writer.condition(node, clauses)?);
    }
    if !update.is_empty() {
        compiled.update = Some(writer.update(update)?);
    }
    let bytes = writer.bytes;
    if compiled.longest() > MAX_BYTES {
        compiled.number(signs, given)?;
    }
    compiled.check_size(bytes, given)?;
    Ok(compiled)
}

impl Placeholders {
    /// The bytes of names and values, with their placeholders.
    fn bytes(&self) -> usize {
        let names = self.names.iter();
        let names = names.map(|(placeholder, name)| placeholder.len() + name.len());
        let values = self.values.iter();
        let values =
            values.map(|(placeholder, value)| placeholder.len() + value::stored_size(value));
        names.chain(values).sum()
    }
}

/// Writes the texts of one request.
struct Writer<'w> {
    /// The key attributes: nothing leads into them, and nothing changes them.
    keys: &'w [&'w str],
    signs: Signs,
    /// What the request has already.
    given: Option<&'w Placeholders>,
    ours: &'w mut Placeholders,
    /// From attribute name to its number, where its placeholder has one.
    numbers: BTreeMap<Name, usize>,
    /// The least numbers that may be free: they only rise, so that no taken one is asked for twice.
    next_name: usize,
    next_value: usize,
    /// Of the text that is being written.
    operators: usize,
    /// The bytes of names and values, with their placeholders, at most.
    bytes: usize,
}

impl Writer<'_> {
    fn condition(&mut self, mut node: Node, clauses: usize) -> Result<String, ExpressionError> {
        let mut text = room(clauses);
        self.node(&mut node, 0, &mut text)?;
        check_operators(replace(&mut self.operators, 0), "condition")?;
        Ok(text)
    }

    fn update(&mut self, mut changes: Vec<Change>) -> Result<String, ExpressionError> {
        for change in &changes {
            check_change(change, self.keys)?;
            self.operators += change.action.operators();
        }
        check_overlap(&changes)?;
        check_operators(replace(&mut self.operators, 0), "update")?;
        // A stable sort: the caller's order within each section.
        changes.sort_by_key(|change| change.action.section());
        let mut text = room(changes.len());
        let mut section = None;
        for change in &mut changes {
            let next = change.action.section();
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

    fn node(
        &mut self,
        node: &mut Node,
        outer: u8,
        text: &mut String,
    ) -> Result<(), ExpressionError> {
        match node {
            Node::And(parts) => self.joined(parts, true, outer, text),
            Node::Or(parts) => self.joined(parts, false, outer, text),
            // It binds tighter than what it stands in.
            Node::Not(inner) => {
                self.operators += 1;
                text.push_str("NOT ");
                self.node(inner, 3, text)
            }
            clause => {
                check_clause(clause, self.keys)?;
                self.operators += 1;
                // What has too many operators is checked to its end, but not written.
                if self.operators <= MAX_OPERATORS {
                    self.clause(clause, text);
                }
                Ok(())
            }
        }
    }

    fn joined(
        &mut self,
        parts: &mut [Node],
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
            Node::Binary(operator, [a, b]) => {
                let hint = Hint(
                    a.path()
                        .or_else(|| b.path())
                        .map(|path| path.last_name().clone()),
                );
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
            // Connectives are no clauses, and the check has refused what is invalid.
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
            // The check has refused it.
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

    /// One placeholder per name.
    fn name(&mut self, name: &Name, text: &mut String) {
        let start = text.len();
        let placeholder = name.placeholder(self.signs.name);
        text.push_str(&placeholder);
        let bytes = placeholder.len() + MAX_SUFFIX + name.len();
        let given = self.given.and_then(|given| given.names.get(&placeholder));
        let same = match given {
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
        // Another name reads alike: a number tells them apart.
        text.push('_');
        if let Some(number) = self.numbers.get(name) {
            text.push_str(&number.to_string());
            return;
        }
        let number = push_number(text, start, self.next_name, |taken| {
            let given = self
                .given
                .is_some_and(|given| given.names.contains_key(taken));
            given || self.ours.names.contains_key(taken)
        });
        self.next_name = number + 1;
        self.numbers.insert(name.clone(), number);
        self.bytes += text.len() - start + name.len();
        self.ours
            .names
            .insert(text[start..].to_owned(), (**name).to_owned());
    }

    /// Equal values of one attribute share a placeholder; one that has none yet moves out of the tree.
    fn value(&mut self, value: &mut AttributeValue, hint: &Hint, text: &mut String) {
        let taken = |value: &mut AttributeValue| replace(value, AttributeValue::Null(true));
        let start = text.len();
        let placeholder = hint.placeholder(self.signs.value);
        text.push_str(&placeholder);
        // Upper bounds, also where it is shared.
        self.bytes += placeholder.len() + MAX_SUFFIX + value::size_at_most(value);
        let given = |placeholder: &str| self.given.and_then(|given| given.values.get(placeholder));
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
        // The next few are looked at for an equal value; past them the number is past all that are there.
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

    fn change(&mut self, Change { path, action }: &mut Change, text: &mut String) {
        let hint = Hint::of_path(path);
        self.path(path, text);
        match action {
            ActionKind::Set(operand) => {
                text.push_str(" = ");
                self.operand(operand, &hint, text);
            }
            ActionKind::SetIfAbsent(operand) => {
                text.push_str(" = ");
                self.start(path, Some(operand), &hint, text);
            }
            ActionKind::Arithmetic {
                minus, by, start, ..
            } => {
                text.push_str(" = ");
                self.start(path, start.as_deref_mut(), &hint, text);
                text.push_str(if *minus { " - " } else { " + " });
                self.operand(by, &hint, text);
            }
            ActionKind::Append { front, list, start } => {
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
            ActionKind::Remove => {}
            ActionKind::Insert(operand) | ActionKind::Delete(operand) => {
                text.push(' ');
                self.operand(operand, &hint, text);
            }
        }
    }

    /// The path, or what stands in for it where it is missing.
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

/// A text with room for so many usual clauses.
fn room(clauses: usize) -> String {
    String::with_capacity((28 * clauses).min(MAX_BYTES))
}

/// What the values of a clause are called after: its attribute.
struct Hint(Option<Name>);

impl Hint {
    fn of<'a>(mut operands: impl Iterator<Item = &'a Operand>) -> Self {
        let path = operands.find_map(Operand::path);
        Self(path.map(|path| path.last_name().clone()))
    }

    fn of_path(path: &Path) -> Self {
        Self(Some(path.last_name().clone()))
    }

    fn placeholder(&self, sign: &str) -> String {
        match &self.0 {
            Some(name) => name.placeholder(sign),
            None => format!("{sign}v"),
        }
    }
}

/// The first number from `next` on that is not taken, by placeholders that were there before.
fn push_number(
    text: &mut String,
    start: usize,
    mut next: usize,
    taken: impl Fn(&str) -> bool,
) -> usize {
    let base = text.len();
    loop {
        text.push_str(&next.to_string());
        if !taken(&text[start..]) {
            return next;
        }
        text.truncate(base);
        next += 1;
    }
}

impl Compiled {
    fn with_room(clauses: usize) -> Self {
        Self {
            condition: None,
            update: None,
            placeholders: Placeholders {
                names: HashMap::with_capacity(clauses),
                values: HashMap::with_capacity(clauses),
            },
        }
    }

    /// Names and values within their limit; `bytes` is an upper bound of ours.
    fn check_size(
        &self,
        bytes: usize,
        given: Option<&Placeholders>,
    ) -> Result<(), ExpressionError> {
        let given = given.map_or(0, Placeholders::bytes);
        if given + bytes <= MAX_SUBSTITUTIONS {
            return Ok(());
        }
        let (bytes, limit) = (given + self.placeholders.bytes(), MAX_SUBSTITUTIONS);
        if bytes <= limit {
            return Ok(());
        }
        let clause = "names and values".to_owned();
        let rule = Rule::TooLarge { bytes, limit };
        Err(ExpressionError { rule, clause })
    }

    fn longest(&self) -> usize {
        let texts = self.condition.iter().chain(&self.update);
        texts.map(String::len).max().unwrap_or(0)
    }

    /// `#0` and `:0` instead of names, in order of appearance; those that are given stay.
    fn number(
        &mut self,
        signs: Signs,
        given: Option<&Placeholders>,
    ) -> Result<(), ExpressionError> {
        let readable = std::mem::take(&mut self.placeholders);
        let given_names = given.map(|given| &given.names);
        let given_values = given.map(|given| &given.values);
        let mut names = Numbered::new(signs.name, readable.names, given_names);
        let mut values = Numbered::new(signs.value, readable.values, given_values);
        for text in self.condition.iter_mut().chain(&mut self.update) {
            let mut short = String::with_capacity(MAX_BYTES);
            let mut rest = &**text;
            while let Some(start) = rest.find(['#', ':']) {
                short.push_str(&rest[..start]);
                rest = &rest[start..];
                let is_word = |c: char| c.is_ascii_alphanumeric() || c == '_';
                let end = rest[1..].find(|c| !is_word(c));
                let (placeholder, after) = rest.split_at(end.map_or(rest.len(), |end| 1 + end));
                short.push_str(if placeholder.starts_with('#') {
                    names.number(placeholder)
                } else {
                    values.number(placeholder)
                });
                rest = after;
            }
            short.push_str(rest);
            if short.len() > MAX_BYTES {
                let (bytes, limit) = (short.len(), MAX_BYTES);
                let rule = Rule::TooLong { bytes, limit };
                let clause = format!("{} ..", &short[..short.floor_char_boundary(60)]);
                return Err(ExpressionError { rule, clause });
            }
            *text = short;
        }
        self.placeholders = Placeholders {
            names: names.done,
            values: values.done,
        };
        Ok(())
    }
}

/// Placeholders that get numbers.
struct Numbered<'g, T> {
    sign: &'static str,
    readable: HashMap<String, T>,
    given: Option<&'g HashMap<String, T>>,
    done: HashMap<String, T>,
    /// From readable placeholders to numbers.
    numbers: HashMap<String, String>,
    next: usize,
}

impl<'g, T> Numbered<'g, T> {
    fn new(
        sign: &'static str,
        readable: HashMap<String, T>,
        given: Option<&'g HashMap<String, T>>,
    ) -> Self {
        Self {
            sign,
            done: HashMap::with_capacity(readable.len()),
            numbers: HashMap::with_capacity(readable.len()),
            readable,
            given,
            next: 0,
        }
    }

    /// The number of a placeholder: itself, if it is not ours.
    fn number<'a>(&'a mut self, placeholder: &'a str) -> &'a str {
        if let Some((placeholder, stands_for)) = self.readable.remove_entry(placeholder) {
            let mut number = self.sign.to_owned();
            let given = self.given;
            let taken = |number: &str| given.is_some_and(|given| given.contains_key(number));
            self.next = 1 + push_number(&mut number, 0, self.next, taken);
            self.done.insert(number.clone(), stands_for);
            self.numbers.insert(placeholder, number);
        }
        self.numbers
            .get(placeholder)
            .map_or(placeholder, |number| number)
    }
}
