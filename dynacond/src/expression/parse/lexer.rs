//! Splits the text of an expression into words and signs.
use crate::expression::parse::error::{ParseProblem, Step, fail};

/// A word or sign, and its position.
#[derive(Clone, Copy)]
pub(super) struct Token<'t> {
    pub(super) lexeme: Lexeme,
    pub(super) text: &'t str,
    pub(super) at: usize,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Lexeme {
    /// A keyword, a function or a name.
    Word,
    /// `#name`.
    Name,
    /// `:value`.
    Value,
    Number,
    Sign,
    /// A word that begins with `_` or a digit, which is not a valid name.
    Unnamed,
    /// A character that is not allowed in an expression.
    Other,
    End,
}

/// Reads one token after the other. White space between tokens is optional.
#[derive(Clone, Copy)]
struct Lexer<'t> {
    text: &'t str,
    at: usize,
}

impl<'t> Lexer<'t> {
    /// Returns the next token. At the end, every call returns `End`.
    fn token(&mut self) -> Token<'t> {
        let rest = self.text[self.at..].trim_start_matches([' ', '\t', '\r', '\n']);
        let at = self.text.len() - rest.len();
        let (lexeme, len) = match rest.as_bytes() {
            [] => (Lexeme::End, 0),
            [b'A'..=b'Z' | b'a'..=b'z', ..] => (Lexeme::Word, word(rest)),
            [b'#', next, ..] if in_word(*next) => (Lexeme::Name, 1 + word(&rest[1..])),
            [b':', next, ..] if in_word(*next) => (Lexeme::Value, 1 + word(&rest[1..])),
            [next, ..] if in_word(*next) => match word(rest) {
                len if rest[..len].bytes().all(|byte| byte.is_ascii_digit()) => {
                    (Lexeme::Number, len)
                }
                len => (Lexeme::Unnamed, len),
            },
            [b'<', b'=' | b'>', ..] | [b'>', b'=', ..] => (Lexeme::Sign, 2),
            [sign, ..] if b"=<>(),.[]+-".contains(sign) => (Lexeme::Sign, 1),
            _ => (Lexeme::Other, rest.chars().next().map_or(0, char::len_utf8)),
        };
        self.at = at + len;
        let text = &rest[..len];
        Token { lexeme, text, at }
    }
}

const fn in_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

fn word(text: &str) -> usize {
    text.bytes().take_while(|byte| in_word(*byte)).count()
}

/// The text, token by token.
pub(super) struct Tokens<'t> {
    lexer: Lexer<'t>,
    /// The next token.
    pub(super) next: Token<'t>,
}

impl<'t> Tokens<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        let mut lexer = Lexer { text, at: 0 };
        let next = lexer.token();
        Self { lexer, next }
    }

    /// Returns a word that is followed by a parenthesis.
    pub(super) fn is_call(&self) -> bool {
        let mut ahead = self.lexer;
        self.next.lexeme == Lexeme::Word && ahead.token().text == "("
    }

    pub(super) fn is_keyword(&self, keyword: &str) -> bool {
        self.next.lexeme == Lexeme::Word && self.next.text.eq_ignore_ascii_case(keyword)
    }

    pub(super) fn is_sign(&self, sign: &str) -> bool {
        self.next.text == sign
    }

    pub(super) fn advance(&mut self) -> Token<'t> {
        let next = self.lexer.token();
        std::mem::replace(&mut self.next, next)
    }

    pub(super) fn take_keyword(&mut self, keyword: &str) -> bool {
        let is_there = self.is_keyword(keyword);
        if is_there {
            self.advance();
        }
        is_there
    }

    pub(super) fn take_sign(&mut self, sign: &str) -> bool {
        let is_there = self.is_sign(sign);
        if is_there {
            self.advance();
        }
        is_there
    }

    pub(super) fn expect(&mut self, sign: &str, expected: &'static str) -> Step<()> {
        if self.take_sign(sign) {
            Ok(())
        } else {
            self.unexpected(expected)
        }
    }

    pub(super) fn unexpected<T>(&self, expected: &'static str) -> Step<T> {
        let Token { lexeme, text, at } = self.next;
        let found = (lexeme != Lexeme::End).then(|| text.to_owned());
        match found {
            Some(name) if lexeme == Lexeme::Unnamed => fail(at, ParseProblem::InvalidName(name)),
            found => fail(at, ParseProblem::Unexpected { found, expected }),
        }
    }
}
