//! Compiling: the rules of DynamoDB checked over the tree, then the tree written as text with placeholders.
//!
//! One namespace of placeholders serves a whole request, its condition and its update together. The check measures the
//! text, so that writing it can move the values out of the tree instead of copying them.
use std::borrow::Cow;
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::fmt;

use aws_sdk_dynamodb::types::AttributeValue;

use super::check::{Check, MAX_PLACEHOLDER};
use super::condition::Condition;
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
        Ok(self.compile_beside(Signs::PLAIN, HashMap::new(), HashMap::new())?)
    }

    /// Compiles into a request that has placeholders already, or gets some later: theirs are kept and not taken again, and
    /// ours begin otherwise.
    pub(crate) fn compile_beside(
        self,
        signs: Signs,
        names: HashMap<String, String>,
        values: HashMap<String, AttributeValue>,
    ) -> Result<Expression, ExpressionError> {
        let Compiled {
            condition,
            names,
            values,
            ..
        } = compile_into(Some(self.node), Vec::new(), &[], signs, names, values)?;
        Ok(Expression {
            text: condition.unwrap_or_default(),
            names,
            values,
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
    pub(crate) names: HashMap<String, String>,
    pub(crate) values: HashMap<String, AttributeValue>,
}

/// Compiles a request's condition and update; `keys` are the key attributes, which have no paths into them.
pub(crate) fn compile(
    condition: Option<Node>,
    update: Vec<Change>,
    keys: &[&str],
) -> Result<Compiled, ExpressionError> {
    compile_into(
        condition,
        update,
        keys,
        Signs::PLAIN,
        HashMap::new(),
        HashMap::new(),
    )
}

fn compile_into(
    condition: Option<Node>,
    update: Vec<Change>,
    keys: &[&str],
    signs: Signs,
    mut names: HashMap<String, String>,
    mut values: Item,
) -> Result<Compiled, ExpressionError> {
    let mut check = Check::new(keys);
    if let Some(node) = &condition {
        check.condition(node)?;
    }
    if !update.is_empty() {
        check.update(&update)?;
    }
    let bytes = check.text;
    let most = check.substitutions + substitutions(&names, &values);

    names.reserve(check.names);
    values.reserve(check.values);
    if bytes > MAX_BYTES {
        // Perhaps too long for readable placeholders: they are tried on a copy.
        let writer = Writer::new(false, signs, names.clone(), values.clone());
        if let Ok(compiled) = writer.write(condition.clone(), update.clone(), MAX_BYTES) {
            return compiled.of_size(most);
        }
    }
    let writer = Writer::new(bytes > MAX_BYTES, signs, names, values);
    writer.write(condition, update, bytes)?.of_size(most)
}

impl Compiled {
    /// Names and values within their limit; `most` is an upper bound of their bytes.
    fn of_size(self, most: usize) -> Result<Self, ExpressionError> {
        let within = |bytes| bytes <= MAX_SUBSTITUTIONS;
        let bytes = if within(most) {
            most
        } else {
            substitutions(&self.names, &self.values)
        };
        if within(bytes) {
            return Ok(self);
        }
        let rule = Rule::TooLarge {
            bytes,
            limit: MAX_SUBSTITUTIONS,
        };
        Err(ExpressionError {
            rule,
            clause: "names and values".to_owned(),
        })
    }
}

/// The bytes of names and values, with their placeholders.
fn substitutions(names: &HashMap<String, String>, values: &Item) -> usize {
    let names = names
        .iter()
        .map(|(placeholder, name)| placeholder.len() + name.len());
    let values = values
        .iter()
        .map(|(placeholder, value)| placeholder.len() + value::stored_size(value));
    names.chain(values).sum()
}

/// The second pass: text and placeholders.
struct Writer {
    /// `#0` and `:0` instead of names, where the readable text would be too long.
    numbered: bool,
    signs: Signs,
    names: HashMap<String, String>,
    values: HashMap<String, AttributeValue>,
    /// From attribute name to its number, where its placeholder has one.
    numbers: HashMap<Cow<'static, str>, usize>,
}

impl Writer {
    fn new(
        numbered: bool,
        signs: Signs,
        names: HashMap<String, String>,
        values: HashMap<String, AttributeValue>,
    ) -> Self {
        let numbers = HashMap::new();
        Self {
            numbered,
            signs,
            names,
            values,
            numbers,
        }
    }

    /// The texts and their placeholders; `bytes` is about how long a text gets.
    fn write(
        mut self,
        condition: Option<Node>,
        update: Vec<Change>,
        bytes: usize,
    ) -> Result<Compiled, ExpressionError> {
        let condition = condition
            .map(|node| self.text(bytes, |writer, text| writer.node(node, 0, text)))
            .transpose()?;
        let update = (!update.is_empty())
            .then(|| self.text(bytes, |writer, text| writer.update(update, text)))
            .transpose()?;
        let Self { names, values, .. } = self;
        Ok(Compiled {
            condition,
            update,
            names,
            values,
        })
    }

    fn text(
        &mut self,
        bytes: usize,
        write: impl FnOnce(&mut Self, &mut String),
    ) -> Result<String, ExpressionError> {
        let mut text = String::with_capacity(bytes.min(MAX_BYTES));
        write(self, &mut text);
        if text.len() > MAX_BYTES {
            let rule = Rule::TooLong {
                bytes: text.len(),
                limit: MAX_BYTES,
            };
            return Err(ExpressionError {
                rule,
                clause: format!("{} ..", &text[..text.floor_char_boundary(60)]),
            });
        }
        Ok(text)
    }

    fn node(&mut self, node: Node, outer: u8, text: &mut String) {
        let precedence = node.precedence();
        let parenthesised = precedence < outer;
        if parenthesised {
            text.push('(');
        }
        match node {
            Node::Binary(operator, [a, b]) => {
                let hint = Hint::of([&a, &b]);
                if operator.is_function() {
                    text.push_str(operator.text());
                    text.push('(');
                    self.operand(a, &hint, text);
                    text.push_str(", ");
                    self.operand(b, &hint, text);
                    text.push(')');
                } else {
                    self.operand(a, &hint, text);
                    text.push_str(operator.infix());
                    self.operand(b, &hint, text);
                }
            }
            Node::Between(operands) => {
                let hint = Hint::of(operands.iter());
                let [a, low, high] = *operands;
                self.operand(a, &hint, text);
                text.push_str(" BETWEEN ");
                self.operand(low, &hint, text);
                text.push_str(" AND ");
                self.operand(high, &hint, text);
            }
            Node::In(a, list) => {
                let hint = Hint::of(std::iter::once(&a).chain(&list));
                self.operand(a, &hint, text);
                text.push_str(" IN (");
                for (i, operand) in list.into_iter().enumerate() {
                    text.push_str(if i > 0 { ", " } else { "" });
                    self.operand(operand, &hint, text);
                }
                text.push(')');
            }
            Node::Exists(a) => self.call("attribute_exists(", a, text),
            Node::NotExists(a) => self.call("attribute_not_exists(", a, text),
            Node::Not(inner) => {
                text.push_str("NOT ");
                self.node(*inner, 3, text);
            }
            Node::And(parts) | Node::Or(parts) => {
                for (i, part) in parts.into_iter().enumerate() {
                    if i > 0 {
                        text.push_str(if precedence == 2 { " AND " } else { " OR " });
                    }
                    self.node(part, precedence, text);
                }
            }
            // The check has refused it.
            Node::Invalid(..) => {}
        }
        if parenthesised {
            text.push(')');
        }
    }

    fn call(&mut self, function: &str, operand: Operand, text: &mut String) {
        text.push_str(function);
        self.operand(operand, &Hint::default(), text);
        text.push(')');
    }

    fn operand(&mut self, operand: Operand, hint: &Hint, text: &mut String) {
        match operand {
            Operand::Path(path) => self.path(path, text),
            Operand::Size(measured) => {
                text.push_str("size(");
                match measured {
                    Measured::Path(path) => self.path(path, text),
                    Measured::Value(value) => self.value(value, hint, text),
                }
                text.push(')');
            }
            Operand::Value(value) => self.value(value, hint, text),
            // The check has refused it.
            Operand::Invalid(_) => {}
        }
    }

    fn path(&mut self, path: Path, text: &mut String) {
        self.name(path.root, text);
        for segment in path.rest {
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
    fn name(&mut self, name: Cow<'static, str>, text: &mut String) {
        let start = text.len();
        if self.numbered {
            text.push_str(self.signs.name);
            if let Some(number) = self.numbers.get(&name) {
                text.push_str(&number.to_string());
                return;
            }
            let number = push_number(text, start, self.names.len(), |taken| {
                self.names.contains_key(taken)
            });
            self.numbers.insert(name.clone(), number);
        } else {
            let placeholder = placeholder(self.signs.name, &name);
            text.push_str(&placeholder);
            match self.names.entry(placeholder) {
                Entry::Vacant(free) => {
                    free.insert(name.into_owned());
                    return;
                }
                Entry::Occupied(known) if *known.get() == name => return,
                // Another name reads alike: a number tells them apart.
                Entry::Occupied(_) => text.push('_'),
            }
            if let Some(number) = self.numbers.get(&name) {
                text.push_str(&number.to_string());
                return;
            }
            let next = self.numbers.len() + 2;
            let number = push_number(text, start, next, |taken| self.names.contains_key(taken));
            self.numbers.insert(name.clone(), number);
        }
        self.names
            .insert(text[start..].to_owned(), name.into_owned());
    }

    /// Equal values of one attribute share a placeholder.
    fn value(&mut self, value: AttributeValue, hint: &Hint, text: &mut String) {
        let start = text.len();
        if self.numbered {
            text.push_str(self.signs.value);
            push_number(text, start, self.values.len(), |taken| {
                self.values.contains_key(taken)
            });
            self.values.insert(text[start..].to_owned(), value);
            return;
        }
        let placeholder = placeholder(self.signs.value, hint.word());
        text.push_str(&placeholder);
        match self.values.entry(placeholder) {
            Entry::Vacant(free) => {
                free.insert(value);
                return;
            }
            Entry::Occupied(known) if *known.get() == value => return,
            Entry::Occupied(_) => text.push('_'),
        }
        // The next few are looked at for an equal value; past them the number is past all that are there.
        let base = text.len();
        for next in 2..=SHARED {
            text.push_str(&next.to_string());
            match self.values.get(&text[start..]) {
                None => {
                    self.values.insert(text[start..].to_owned(), value);
                    return;
                }
                Some(known) if *known == value => return,
                Some(_) => text.truncate(base),
            }
        }
        let past = self.values.len().max(SHARED) + 1;
        push_number(text, start, past, |taken| self.values.contains_key(taken));
        self.values.insert(text[start..].to_owned(), value);
    }

    fn update(&mut self, mut changes: Vec<Change>, text: &mut String) {
        // A stable sort: the caller's order within each section.
        changes.sort_by_key(|change| {
            ["SET", "REMOVE", "ADD", "DELETE"]
                .iter()
                .position(|s| *s == change.action.section())
        });
        let mut section = "";
        for change in changes {
            let next = change.action.section();
            if next == section {
                text.push_str(", ");
            } else {
                text.push_str(if section.is_empty() { "" } else { " " });
                text.push_str(next);
                text.push(' ');
                section = next;
            }
            self.change(change, text);
        }
    }

    fn change(&mut self, Change { path, action }: Change, text: &mut String) {
        let hint = Hint::of_path(&path);
        self.path(path.clone(), text);
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
                self.start(path, start, &hint, text);
                text.push_str(if minus { " - " } else { " + " });
                self.operand(by, &hint, text);
            }
            ActionKind::Append { front, list, start } => {
                text.push_str(" = list_append(");
                if front {
                    self.operand(list, &hint, text);
                    text.push_str(", ");
                    self.start(path, start, &hint, text);
                } else {
                    self.start(path, start, &hint, text);
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
    fn start(&mut self, path: Path, start: Option<Operand>, hint: &Hint, text: &mut String) {
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

/// What the values of a clause are called after: its attribute.
#[derive(Default)]
struct Hint(Option<Cow<'static, str>>);

impl Hint {
    fn of<'a>(operands: impl IntoIterator<Item = &'a Operand>) -> Self {
        operands
            .into_iter()
            .find_map(Operand::path)
            .map_or_else(Self::default, Self::of_path)
    }

    fn of_path(path: &Path) -> Self {
        // Static names, the derive's, are borrowed.
        Self(Some(path.last_name().clone()))
    }

    fn word(&self) -> &str {
        self.0.as_deref().unwrap_or("v")
    }
}

/// The bytes that a placeholder takes over from a name.
const PLAIN: [bool; 256] = {
    let mut plain = [false; 256];
    let mut byte = 0_u8;
    while byte < 128 {
        plain[byte as usize] = byte.is_ascii_alphanumeric() || byte == b'_';
        byte += 1;
    }
    plain
};

/// A placeholder that reads like the name: its letters, digits and underscores.
fn placeholder(sign: &str, name: &str) -> String {
    if name.len() <= MAX_PLACEHOLDER && name.bytes().all(|byte| PLAIN[usize::from(byte)]) {
        let mut placeholder = String::with_capacity(sign.len() + name.len());
        placeholder.push_str(sign);
        placeholder.push_str(name);
        return placeholder;
    }
    let word = name
        .chars()
        .take(MAX_PLACEHOLDER)
        .map(|c| if c.is_ascii_alphanumeric() { c } else { '_' });
    sign.chars().chain(word).collect()
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
