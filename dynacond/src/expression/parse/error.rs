//! The error of a text that could not be parsed: what is wrong, at which position, and the text with a mark below that position.
use std::fmt;

use crate::expression::error::ExpressionError;
use crate::value::rule::Rule;

/// The error of an expression text that DynamoDB would refuse for every item. Nothing was sent.
///
/// `Display` and `Debug` show words and placeholders of the text, but never a value.
///
/// ```
/// use std::collections::HashMap;
/// use dynacond::{Condition, Error};
///
/// let error = Condition::parse("attribute_exists(id) AND )", HashMap::new(), HashMap::new()).unwrap_err();
/// let Error::Parse(error) = error else { unreachable!() };
/// assert_eq!(error.position, 25);
/// assert_eq!(
///     error.to_string(),
///     "unexpected `)` at byte 25: expected a path, a `:value`, a function, NOT or `(`"
/// );
/// assert_eq!(
///     error.snippet(),
///     "\
/// attribute_exists(id) AND )
///                          ^"
/// );
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ParseError {
    /// The place, in bytes from the beginning of the text. If a clause breaks a rule, it is the beginning of the clause. If something is
    /// missing, it is the end of the text.
    pub position: usize,
    /// What is wrong.
    pub problem: ParseProblem,
    /// The text, cut to the length that an expression may have.
    text: String,
}

/// What is wrong with the text of an expression.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ParseProblem {
    /// No text, or only white space.
    #[error("the expression is empty")]
    Empty,
    /// More than 4,096 bytes.
    #[error("an expression has at most {limit} bytes, but this one has {bytes}")]
    TooLong {
        /// The length of the text.
        bytes: usize,
        /// 4,096.
        limit: usize,
    },
    /// A word or sign that is not possible here.
    #[error("unexpected {}: expected {expected}", Found(.found.as_deref()))]
    Unexpected {
        /// What was found; `None` at the end of the text.
        found: Option<String>,
        /// What would be possible.
        expected: &'static str,
    },
    /// A path, a value or a size alone, without a comparison.
    #[error("a path, a value or a size alone is not a condition; compare it with something")]
    NotACondition,
    /// A function as an operand, where only `size` may be one; or `size` of a size.
    #[error("`{0}` cannot be used as an operand here")]
    MisplacedFunction(String),
    /// A function that this kind of expression does not have. Function names are in lower case.
    #[error("there is no function `{0}` in this kind of expression")]
    UnknownFunction(String),
    /// A section that occurs twice in an update expression. All changes of one kind belong in one section.
    #[error("an update has only one {0} section; separate its actions by commas")]
    RepeatedSection(&'static str),
    /// A function with too few or too many operands.
    #[error("`{function}` takes {expected} operand{}, but has {given} here", if *.expected == 1 { "" } else { "s" })]
    ArgumentCount {
        /// The function's name.
        function: &'static str,
        /// How many it takes.
        expected: usize,
        /// How many there are.
        given: usize,
    },
    /// Parentheses around parentheses: `((a = :a))`.
    #[error("DynamoDB refuses redundant parentheses")]
    RedundantParentheses,
    /// A parenthesis that is not closed.
    #[error("this parenthesis is not closed")]
    UnclosedParenthesis,
    /// Parentheses within parentheses, more than any expression of 300 operators needs.
    #[error("parentheses are nested more than {limit} deep")]
    TooDeep {
        /// The greatest depth that dynacond reads.
        limit: usize,
    },
    /// An attribute's name that is a reserved word, in any case.
    #[error("`{0}` is a reserved word; use a placeholder, as in `#{0}`")]
    ReservedWord(String),
    /// An attribute's name that begins with a digit or an underscore.
    #[error("`{0}` does not begin with a letter, as a name must; use a placeholder")]
    InvalidName(String),
    /// A list index with leading zeros, or above 4,294,967,295.
    #[error("`{0}` is not a list index, which is a number up to 4294967295 without leading zeros")]
    InvalidIndex(String),
    /// A placeholder of more than 255 bytes.
    #[error("a placeholder has at most {limit} bytes, but this one has {bytes}")]
    PlaceholderLength {
        /// Its length with `#` or `:`.
        bytes: usize,
        /// 255.
        limit: usize,
    },
    /// A `#name` that is not among the names.
    #[error("the name placeholder `{0}` is not defined")]
    UndefinedName(String),
    /// A `:value` that is not among the values.
    #[error("the value placeholder `{0}` is not defined")]
    UndefinedValue(String),
    /// A name that the text does not use; of several, the first in alphabetical order.
    #[error("the name placeholder `{0}` is defined, but not used")]
    UnusedName(String),
    /// A value that the text does not use; of several, the first in alphabetical order.
    #[error("the value placeholder `{0}` is defined, but not used")]
    UnusedValue(String),
    /// An IN with more than 100 operands in its list.
    #[error("IN takes at most {limit} operands, but has {operands} here")]
    TooManyOperands {
        /// How many there are.
        operands: usize,
        /// 100.
        limit: usize,
    },
    /// A clause, or the whole expression, is well formed but breaks a rule.
    #[error(transparent)]
    Rule(ExpressionError),
}

struct Found<'a>(Option<&'a str>);

impl fmt::Display for Found<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some(found) => write!(f, "`{found}`"),
            None => f.write_str("end"),
        }
    }
}

impl ParseError {
    pub(crate) fn new(position: usize, problem: ParseProblem, text: &str, limit: usize) -> Self {
        Self {
            position,
            problem,
            text: text[..text.floor_char_boundary(limit)].to_owned(),
        }
    }

    /// Returns two lines: the text around the position, and a caret below it.
    #[must_use = "print it where a person reads the error"]
    pub fn snippet(&self) -> String {
        const WIDTH: usize = 48;
        let (before, after) = self
            .text
            .split_at(self.text.floor_char_boundary(self.position));
        let start = before
            .char_indices()
            .rev()
            .nth(WIDTH - 1)
            .map_or(0, |(at, _)| at);
        let end = after
            .char_indices()
            .nth(WIDTH)
            .map_or(after.len(), |(at, _)| at);
        let [opening, closing] =
            [start > 0, end < after.len()].map(|cut| if cut { ".." } else { "" });
        let line: String = [opening, &before[start..], &after[..end], closing]
            .concat()
            .chars()
            .map(|c| if c.is_whitespace() { ' ' } else { c })
            .collect();
        let column = opening.len() + before[start..].chars().count();
        format!("{line}\n{:column$}^", "")
    }
}

impl fmt::Display for ParseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            position, problem, ..
        } = self;
        match problem {
            ParseProblem::Unexpected { found, expected } => {
                let found = Found(found.as_deref());
                write!(
                    f,
                    "unexpected {found} at byte {position}: expected {expected}"
                )
            }
            ParseProblem::Empty
            | ParseProblem::TooLong { .. }
            | ParseProblem::UnusedName(_)
            | ParseProblem::UnusedValue(_) => problem.fmt(f),
            _ => write!(f, "at byte {position}: {problem}"),
        }
    }
}

impl std::error::Error for ParseError {}

/// The problem and its position in bytes.
pub(super) struct Failure(pub(super) usize, pub(super) ParseProblem);

pub(super) type Step<T> = std::result::Result<T, Failure>;

pub(super) fn fail<T>(at: usize, problem: ParseProblem) -> Step<T> {
    Err(Failure(at, problem))
}

pub(super) fn broken(rule: Rule, clause: &str) -> ParseProblem {
    let clause = clause.to_owned();
    ParseProblem::Rule(ExpressionError { rule, clause })
}
