//! Key templates: `order#{id}`.
use syn::{Error, LitStr, Result};

/// `partition_key(name = "pk", value = "order#{id}")`.
pub(crate) struct Template {
    pub(crate) name: LitStr,
    pub(crate) value: LitStr,
    pub(crate) pieces: Vec<Piece>,
}

pub(crate) enum Piece {
    /// Never empty.
    Literal(String),
    Field {
        name: String,
        /// The digits that a number is padded to, or 0.
        width: usize,
    },
}

/// DynamoDB's numbers have 38 digits.
const MAX_WIDTH: usize = 38;

impl Template {
    pub(crate) fn parse(name: LitStr, value: LitStr) -> Result<Self> {
        let error = |text: &str| Error::new(value.span(), text);
        let text = value.value();
        let (mut pieces, mut literal) = (Vec::new(), String::new());
        let mut letters = text.chars().peekable();
        while let Some(letter) = letters.next() {
            match letter {
                '{' | '}' if letters.next_if_eq(&letter).is_some() => literal.push(letter),
                '{' => {
                    let mut field = String::new();
                    loop {
                        match letters.next() {
                            Some('}') => break,
                            Some(letter) => field.push(letter),
                            None => {
                                return Err(error(
                                    "unclosed `{` in a key template; a brace itself is written `{{`",
                                ));
                            }
                        }
                    }
                    if field.is_empty() {
                        return Err(error(
                            "`{}` names no field: a key template is written like `order#{id}`",
                        ));
                    }
                    if !literal.is_empty() {
                        pieces.push(Piece::Literal(std::mem::take(&mut literal)));
                    }
                    let (name, width) = match field.split_once(':') {
                        None => (field, 0),
                        Some((name, padding)) => {
                            let width = padding
                                .strip_prefix('0')
                                .filter(|width| width.bytes().all(|byte| byte.is_ascii_digit()))
                                .and_then(|width| width.parse().ok())
                                .filter(|width| (1..=MAX_WIDTH).contains(width));
                            let Some(width) = width else {
                                return Err(error(&format!(
                                    "`{{{field}}}` is not a field of a key template: a number is padded with zeros by `{{{name}:06}}`, to 1 to {MAX_WIDTH} digits"
                                )));
                            };
                            (name.to_owned(), width)
                        }
                    };
                    pieces.push(Piece::Field { name, width });
                }
                '}' => {
                    return Err(error(
                        "unopened `}` in a key template; a brace itself is written `}}`",
                    ));
                }
                letter => literal.push(letter),
            }
        }
        if !literal.is_empty() {
            pieces.push(Piece::Literal(literal));
        }
        Ok(Self {
            name,
            value,
            pieces,
        })
    }
}

/// The name that was probably meant.
pub(crate) fn close(name: &str, names: impl Iterator<Item = String>) -> Option<String> {
    let (distance, close) = names
        .map(|known| (distance(name, &known), known))
        .min_by_key(|(distance, _)| *distance)?;
    (distance * 2 <= name.chars().count().max(3)).then_some(close)
}

/// Levenshtein's.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut diagonal = i;
        let mut left = i + 1;
        for (cell, y) in row.iter_mut().skip(1).zip(&b) {
            let above = *cell;
            left = (diagonal + usize::from(x != *y))
                .min(above + 1)
                .min(left + 1);
            diagonal = above;
            *cell = left;
        }
        if let Some(first) = row.first_mut() {
            *first = i + 1;
        }
    }
    row.last().copied().unwrap_or_default()
}
