//! Parses operands: paths, values and sizes, with the placeholders of names and values.
use crate::expression::parse::condition::Parser;
use crate::expression::parse::error::{ParseProblem as Problem, Step, broken, fail};
use crate::expression::parse::lexer::{Lexeme, Token};
use crate::expression::parse::reserved_words::is_reserved;
use crate::expression::render::compiled::MAX_SUBSTITUTIONS;
use crate::expression::tree::operand::{Measured, Operand, Path, Segment};
use crate::value;
use crate::value::rule::Rule;

/// The most bytes of a placeholder, with its `#` or `:`.
const MAX_PLACEHOLDER: usize = 255;
const KEYWORDS: [&str; 5] = ["AND", "OR", "NOT", "IN", "BETWEEN"];
const FUNCTIONS: [&str; 6] = [
    "attribute_exists",
    "attribute_not_exists",
    "attribute_type",
    "begins_with",
    "contains",
    "size",
];

impl Parser<'_> {
    pub(super) fn arguments<const N: usize>(
        &mut self,
        function: &'static str,
        may_be_size: bool,
    ) -> Step<[Operand; N]> {
        let at = self.tokens.advance().at;
        let operands = self.operands(may_be_size)?;
        let count = Problem::ArgumentCount {
            function,
            expected: N,
            given: operands.len(),
        };
        operands.try_into().or_else(|_| fail(at, count))
    }

    pub(super) fn operands(&mut self, may_be_size: bool) -> Step<Vec<Operand>> {
        self.tokens.expect("(", "`(`")?;
        let mut operands = vec![self.operand(may_be_size)?];
        while self.tokens.take_sign(",") {
            operands.push(self.operand(may_be_size)?);
        }
        self.tokens.expect(")", "`,` or `)`")?;
        Ok(operands)
    }

    /// Parses an operand, which may be in parentheses.
    pub(super) fn operand(&mut self, may_be_size: bool) -> Step<Operand> {
        const EXPECTED: &str = "a path, a `:value` or `size(..)`";
        let at = self.tokens.next.at;
        if !self.tokens.take_sign("(") {
            return self.bare_operand(may_be_size, EXPECTED);
        }
        if self.tokens.is_sign("(") {
            return fail(at, Problem::RedundantParentheses);
        }
        let operand = self.bare_operand(may_be_size, EXPECTED)?;
        self.tokens.expect(")", "`)`")?;
        Ok(operand)
    }

    pub(super) fn bare_operand(
        &mut self,
        may_be_size: bool,
        expected: &'static str,
    ) -> Step<Operand> {
        let Token { lexeme, text, at } = self.tokens.next;
        match lexeme {
            Lexeme::Value => self.value(),
            Lexeme::Word if KEYWORDS.iter().any(|word| self.tokens.is_keyword(word)) => {
                self.tokens.unexpected(expected)
            }
            Lexeme::Word if self.tokens.is_call() => {
                if text == "size" && may_be_size {
                    self.operator(at);
                    let [operand] = self.arguments("size", false)?;
                    Ok(match operand {
                        Operand::Path(path) => Operand::Size(Measured::Path(path)),
                        Operand::Value(value) => Operand::Size(Measured::Value(value)),
                        // `size` does not take this as an argument.
                        other => other,
                    })
                } else if FUNCTIONS.contains(&text) {
                    fail(at, Problem::MisplacedFunction(text.to_owned()))
                } else {
                    fail(at, Problem::UnknownFunction(text.to_owned()))
                }
            }
            Lexeme::Word | Lexeme::Name => self.path(),
            _ => self.tokens.unexpected(expected),
        }
    }

    pub(super) fn path(&mut self) -> Step<Operand> {
        let mut path = Path::new(self.name()?);
        loop {
            if self.tokens.take_sign(".") {
                path.push(Segment::Name(self.name()?.into()));
            } else if self.tokens.take_sign("[") {
                path.push(Segment::Index(self.index()?));
                self.tokens.expect("]", "`]`")?;
            } else {
                return Ok(Operand::Path(path));
            }
        }
    }

    fn name(&mut self) -> Step<String> {
        let Token { lexeme, text, at } = self.tokens.next;
        let name = match lexeme {
            Lexeme::Word if is_reserved(text) => {
                return fail(at, Problem::ReservedWord(text.to_owned()));
            }
            Lexeme::Word => text,
            Lexeme::Name => match self.names.get(text) {
                Some(name) => name,
                None => return fail(at, Problem::UndefinedName(text.to_owned())),
            },
            _ => return self.tokens.unexpected("an attribute's name"),
        };
        self.substitute(name.len())?;
        Ok(name.to_owned())
    }

    pub(super) fn value(&mut self) -> Step<Operand> {
        let Token { text, at, .. } = self.tokens.next;
        let Some(value) = self.values.get(text) else {
            return fail(at, Problem::UndefinedValue(text.to_owned()));
        };
        self.substitute(value::stored_size(value))?;
        Ok(Operand::Value(value.clone()))
    }

    fn index(&mut self) -> Step<u32> {
        let Token { lexeme, text, at } = self.tokens.next;
        if lexeme != Lexeme::Number {
            return self.tokens.unexpected("a list index");
        }
        self.tokens.advance();
        match text.parse() {
            Ok(index) if text == "0" || !text.starts_with('0') => Ok(index),
            _ => fail(at, Problem::InvalidIndex(text.to_owned())),
        }
    }

    /// Counts a name, or a placeholder of this many bytes.
    fn substitute(&mut self, bytes: usize) -> Step<()> {
        let Token { lexeme, text, at } = self.tokens.advance();
        if lexeme != Lexeme::Word {
            self.used.insert(text);
            let (bytes, limit) = (text.len(), MAX_PLACEHOLDER);
            if bytes > limit {
                return fail(at, Problem::PlaceholderLength { bytes, limit });
            }
        }
        self.substituted += bytes;
        let (bytes, limit) = (self.substituted, MAX_SUBSTITUTIONS);
        if bytes > limit {
            return fail(
                at,
                broken(Rule::TooLarge { bytes, limit }, "names and values"),
            );
        }
        Ok(())
    }
}
