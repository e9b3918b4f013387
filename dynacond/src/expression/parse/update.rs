//! Parsing: the text of an update expression, read into the actions that an update takes.
//!
//! ```text
//! update  ::= ( SET set (',' set)* | REMOVE path (',' path)* | ADD path value (',' ..)* | DELETE path value (',' ..)* )+
//! set     ::= path '=' formula
//! formula ::= term | term '+' term | term '-' term | list_append '(' term ',' term ')'
//! term    ::= operand | if_not_exists '(' path ',' operand ')'
//! operand ::= path | value | '(' operand ')'
//! ```
//!
//! Each section stands once, in any order. Paths, names and values are those of conditions. A term that the typed actions
//! have becomes the typed action, so that its guards hold for it as well.
use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;

use crate::expression::check::check_change;
use crate::expression::parse::condition::Parser;
use crate::expression::parse::error::{
    Failure, ParseError, ParseProblem as Problem, Step, broken, fail,
};
use crate::expression::parse::lexer::TokenKind;
use crate::expression::render::compiled::MAX_BYTES;
use crate::expression::tree::change::{ActionKind, Change, Section};
use crate::expression::tree::formula::{Formula, Join, Term};
use crate::expression::tree::operand::{Operand, Path};
use crate::types::number_range::NumberRange;
use crate::value::rule::Rule;

const SECTIONS: [Section; 4] = [Section::Set, Section::Remove, Section::Add, Section::Delete];

/// Reads an update expression, with the names and values that its placeholders stand for.
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
        while self.tokens.next.kind != TokenKind::End {
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
                check_change(&change, &[]).map_err(|error| Failure(at, Problem::Rule(error)))?;
                check_beside(&change, &changes, at)?;
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
        let action = match section {
            Section::Set => {
                self.tokens.expect("=", "`=`")?;
                simplest(&path, self.formula()?)
            }
            Section::Remove => ActionKind::Remove,
            Section::Add => match self.literal()? {
                // ADD of a number starts from 0 where the attribute is missing.
                by @ Operand::Value(AttributeValue::N(_)) => ActionKind::Arithmetic {
                    minus: false,
                    by,
                    start: Some(Box::new(Operand::Value(AttributeValue::N("0".to_owned())))),
                    range: NumberRange::ANY,
                },
                members => ActionKind::Insert(members),
            },
            Section::Delete => ActionKind::Delete(self.literal()?),
        };
        Ok(Change { path, action })
    }

    /// A path that is changed.
    fn target(&mut self) -> Step<Path> {
        match self.tokens.next.kind {
            TokenKind::Word | TokenKind::Name if !self.tokens.is_call() => match self.path()? {
                Operand::Path(path) => Ok(path),
                _ => self.tokens.unexpected("a path"),
            },
            _ => self.tokens.unexpected("a path"),
        }
    }

    /// What ADD and DELETE take: a value.
    fn literal(&mut self) -> Step<Operand> {
        match self.tokens.next.kind {
            TokenKind::Value => self.value(),
            _ => self.tokens.unexpected("a `:value`"),
        }
    }

    fn formula(&mut self) -> Step<Formula> {
        let at = self.tokens.next.at;
        if self.tokens.next.text == "list_append" && self.tokens.is_call() {
            self.operator(at);
            self.tokens.advance();
            self.tokens.expect("(", "`(`")?;
            let left = self.update_term()?;
            self.tokens.expect(",", "`,` and a second list")?;
            let right = self.update_term()?;
            self.tokens.expect(")", "`)`")?;
            let right = Some((Join::Append, right));
            return Ok(Formula { left, right });
        }
        let left = self.update_term()?;
        let at = self.tokens.next.at;
        let join = if self.tokens.take_sign("+") {
            Join::Plus
        } else if self.tokens.take_sign("-") {
            Join::Minus
        } else {
            return Ok(Formula { left, right: None });
        };
        self.operator(at);
        let right = Some((join, self.update_term()?));
        Ok(Formula { left, right })
    }

    fn update_term(&mut self) -> Step<Term> {
        let at = self.tokens.next.at;
        if self.tokens.next.text != "if_not_exists" || !self.tokens.is_call() {
            return Ok(Term::Operand(self.operand(false)?));
        }
        self.operator(at);
        let operands: [Operand; 2] = self.arguments("if_not_exists", false)?;
        match operands[0] {
            Operand::Path(_) => Ok(Term::IfNotExists(operands)),
            _ => fail(at, broken(Rule::NotAPath, "if_not_exists(?, ..)")),
        }
    }
}

/// The typed action that a formula is, if there is one.
fn simplest(path: &Path, formula: Formula) -> ActionKind {
    let is_own = |term: &Term| match term {
        Term::Operand(own) | Term::IfNotExists([own, _]) => {
            matches!(own, Operand::Path(own) if own == path)
        }
    };
    let start = |term: Term| match term {
        Term::IfNotExists([_, start]) => Some(Box::new(start)),
        Term::Operand(_) => None,
    };
    match formula {
        Formula {
            left: Term::Operand(operand),
            right: None,
        } => ActionKind::Set(operand),
        Formula {
            left: Term::IfNotExists([Operand::Path(own), otherwise]),
            right: None,
        } if own == *path => ActionKind::SetIfAbsent(otherwise),
        Formula {
            left,
            right: Some((join @ (Join::Plus | Join::Minus), Term::Operand(by))),
        } if is_own(&left) => ActionKind::Arithmetic {
            minus: join == Join::Minus,
            by,
            start: start(left),
            range: NumberRange::ANY,
        },
        Formula {
            left,
            right: Some((Join::Append, Term::Operand(list))),
        } if is_own(&left) => ActionKind::Append {
            front: false,
            list,
            start: start(left),
        },
        Formula {
            left: Term::Operand(list),
            right: Some((Join::Append, right)),
        } if is_own(&right) => ActionKind::Append {
            front: true,
            list,
            start: start(right),
        },
        formula => ActionKind::Formula(Box::new(formula)),
    }
}

/// No two changes of one place: as the whole expression is checked when it is compiled, with the place in the text.
fn check_beside(change: &Change, others: &[Change], at: usize) -> Step<()> {
    let path = &change.path;
    for other in others.iter().map(|other| &other.path) {
        let rule = if path.covers(other) || other.covers(path) {
            Rule::Overlap
        } else if path.conflicts_with(other) {
            Rule::PathConflict
        } else {
            continue;
        };
        return fail(at, broken(rule, &path.to_string()));
    }
    Ok(())
}
