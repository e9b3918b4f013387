//! Parses the text of an update expression into actions.
//!
//! ```text
//! update  ::= ( SET set (',' set)* | REMOVE path (',' path)* | ADD path value (',' ..)* | DELETE path value (',' ..)* )+
//! set     ::= path '=' formula
//! formula ::= term | term '+' term | term '-' term | list_append '(' term ',' term ')' | '(' formula ')'
//! term    ::= operand | if_not_exists '(' path ',' operand ')' | '(' term ')'
//! operand ::= path | value | '(' operand ')'
//! ```
//!
//! Parentheses must not be directly inside other parentheses. A sum is not an operand, not even in parentheses. This follows the
//! grammar in Amazon's own client for DynamoDB Accelerator.
//!
//! Each section occurs once, in any order. Paths, names and values are as in conditions. A formula becomes a typed action if there
//! is one, so that the action's guards are added.
use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;

use crate::expression::check::{check_change, check_pair};
use crate::expression::parse::condition::Parser;
use crate::expression::parse::error::{
    Failure, ParseError, ParseProblem as Problem, Step, broken, fail,
};
use crate::expression::parse::lexer::Lexeme;
use crate::expression::render::compiled::MAX_BYTES;
use crate::expression::tree::change::{Change, Edit, Section};
use crate::expression::tree::formula::{Formula, Join, Term};
use crate::expression::tree::operand::{Operand, Path};
use crate::types::number_range::NumberRange;
use crate::value::rule::Rule;

/// One pair of parentheses around a formula and one around its first term. More are redundant.
const MAX_PARENTHESES: usize = 2;
const SECTIONS: [Section; 4] = [Section::Set, Section::Remove, Section::Add, Section::Delete];

/// Parses an update expression with the names and values of its placeholders.
pub(crate) fn parse_update(
    text: &str,
    names: &HashMap<String, String>,
    values: &HashMap<String, AttributeValue>,
) -> Result<Vec<Change>, ParseError> {
    let read = || {
        let mut parser = Parser::begin(text, names, values)?;
        let changes = parser.update()?;
        parser.finish(text.len(), "the whole update")?;
        Ok(changes)
    };
    read().map_err(|Failure(position, problem)| ParseError::new(position, problem, text, MAX_BYTES))
}

impl Parser<'_> {
    fn update(&mut self) -> Step<Vec<Change>> {
        let mut changes: Vec<Change> = Vec::new();
        let mut seen = Vec::new();
        while self.tokens.next.lexeme != Lexeme::End {
            let at = self.tokens.next.at;
            let keyword = |section: &Section| self.tokens.is_keyword(section.text());
            let Some(section) = SECTIONS.into_iter().find(keyword) else {
                return self.tokens.unexpected(if changes.is_empty() {
                    "SET, REMOVE, ADD or DELETE"
                } else {
                    "`,`, SET, REMOVE, ADD, DELETE or the end"
                });
            };
            self.tokens.advance();
            if seen.contains(&section) {
                return fail(at, Problem::RepeatedSection(section.text()));
            }
            seen.push(section);
            loop {
                let at = self.tokens.next.at;
                let change = self.change(section)?;
                check_change(&change, &[])
                    .and_then(|()| {
                        let mut others = changes.iter();
                        others.try_for_each(|other| check_pair(&other.path, &change.path))
                    })
                    .map_err(|error| Failure(at, Problem::Rule(error)))?;
                changes.push(change);
                if !self.tokens.take_sign(",") {
                    break;
                }
            }
        }
        Ok(changes)
    }

    fn change(&mut self, section: Section) -> Step<Change> {
        let path = self.target()?;
        let edit = match section {
            Section::Set => {
                self.tokens.expect("=", "`=`")?;
                simplest(&path, self.formula()?)
            }
            Section::Remove => Edit::Remove,
            Section::Add => match self.literal()? {
                number @ Operand::Value(AttributeValue::N(_)) => Edit::AddNumber(number),
                members => Edit::Insert(members),
            },
            Section::Delete => Edit::Delete(self.literal()?),
        };
        Ok(Change { path, edit })
    }

    /// Parses a path that is changed.
    fn target(&mut self) -> Step<Path> {
        match self.tokens.next.lexeme {
            Lexeme::Word | Lexeme::Name if !self.tokens.is_call() => match self.path()? {
                Operand::Path(path) => Ok(path),
                _ => self.tokens.unexpected("a path"),
            },
            _ => self.tokens.unexpected("a path"),
        }
    }

    /// Parses the value of an ADD or a DELETE.
    fn literal(&mut self) -> Step<Operand> {
        match self.tokens.next.lexeme {
            Lexeme::Value => self.value(),
            _ => self.tokens.unexpected("a `:value`"),
        }
    }

    fn formula(&mut self) -> Step<Formula> {
        Ok(self.formula_within(MAX_PARENTHESES)?.0)
    }

    /// Parses a formula, and returns whether the formula is in parentheses. A parenthesis at the beginning is around the whole
    /// formula or around its first term. What follows its end shows which.
    fn formula_within(&mut self, parentheses: usize) -> Step<(Formula, bool)> {
        let at = self.tokens.next.at;
        if self.tokens.next.text == "list_append" && self.tokens.is_call() {
            return Ok((self.list_append(at)?, false));
        }
        let left = if self.tokens.take_sign("(") {
            let redundant = || fail(at, Problem::RedundantParentheses);
            let Some(parentheses) = parentheses.checked_sub(1) else {
                return redundant();
            };
            let (inner, has_its_own) = self.formula_within(parentheses)?;
            self.tokens.expect(")", "`)`")?;
            if has_its_own {
                return redundant();
            }
            let is_joined = self.tokens.is_sign("+") || self.tokens.is_sign("-");
            if inner.right.is_some() || !is_joined {
                return Ok((inner, true));
            }
            inner.left
        } else {
            self.bare_term()?
        };
        let at = self.tokens.next.at;
        let join = if self.tokens.take_sign("+") {
            Join::Plus
        } else if self.tokens.take_sign("-") {
            Join::Minus
        } else {
            return Ok((Formula { left, right: None }, false));
        };
        self.operator(at);
        let right = Some((join, self.term_of_update()?));
        Ok((Formula { left, right }, false))
    }

    fn list_append(&mut self, at: usize) -> Step<Formula> {
        self.operator(at);
        self.tokens.advance();
        self.tokens.expect("(", "`(`")?;
        let left = self.term_of_update()?;
        self.tokens.expect(",", "`,` and a second list")?;
        let right = self.term_of_update()?;
        self.tokens.expect(")", "`)`")?;
        let right = Some((Join::Append, right));
        Ok(Formula { left, right })
    }

    /// Parses a term, which may be in parentheses.
    fn term_of_update(&mut self) -> Step<Term> {
        let at = self.tokens.next.at;
        if !self.tokens.take_sign("(") {
            return self.bare_term();
        }
        if self.tokens.is_sign("(") {
            return fail(at, Problem::RedundantParentheses);
        }
        let term = self.bare_term()?;
        self.tokens.expect(")", "`)`")?;
        Ok(term)
    }

    fn bare_term(&mut self) -> Step<Term> {
        let at = self.tokens.next.at;
        if self.tokens.next.text != "if_not_exists" || !self.tokens.is_call() {
            let operand = self.bare_operand(false, "a path or a `:value`")?;
            return Ok(Term::Operand(operand));
        }
        self.operator(at);
        let operands: [Operand; 2] = self.arguments("if_not_exists", false)?;
        match operands[0] {
            Operand::Path(_) => Ok(Term::IfNotExists(operands)),
            _ => fail(at, broken(Rule::NotAPath, "if_not_exists(?, ..)")),
        }
    }
}

/// Returns the typed action for a formula, if there is one.
fn simplest(path: &Path, formula: Formula) -> Edit {
    let is_own = |term: &Term| term.starts_from(path);
    let start = |term: Term| match term {
        Term::IfNotExists([_, start]) => Some(Box::new(start)),
        Term::Operand(_) => None,
    };
    match formula {
        Formula {
            left: Term::Operand(operand),
            right: None,
        } => Edit::Set(operand),
        Formula {
            left: Term::IfNotExists([Operand::Path(own), otherwise]),
            right: None,
        } if own == *path => Edit::SetIfAbsent(otherwise),
        Formula {
            left,
            right: Some((join @ (Join::Plus | Join::Minus), Term::Operand(by))),
        } if is_own(&left) => Edit::Arithmetic {
            minus: join == Join::Minus,
            by,
            start: start(left),
            range: NumberRange::ANY,
        },
        // The two terms of a sum can be exchanged.
        Formula {
            left: Term::Operand(by),
            right: Some((Join::Plus, right)),
        } if is_own(&right) => Edit::Arithmetic {
            minus: false,
            by,
            start: start(right),
            range: NumberRange::ANY,
        },
        Formula {
            left,
            right: Some((Join::Append, Term::Operand(list))),
        } if is_own(&left) => Edit::Append {
            front: false,
            list,
            start: start(left),
        },
        Formula {
            left: Term::Operand(list),
            right: Some((Join::Append, right)),
        } if is_own(&right) => Edit::Append {
            front: true,
            list,
            start: start(right),
        },
        formula => Edit::Formula(Box::new(formula)),
    }
}
