//! The right side of a SET in its general form. The text of an update expression can say more than the typed actions.
//!
//! ```text
//! formula ::= term | term '+' term | term '-' term | list_append (term ',' term)
//! term    ::= operand | if_not_exists (path ',' operand)
//! ```
use std::fmt;

use crate::expression::tree::operand::{Operand, Path};

/// One term, or two terms and their operator.
#[derive(Clone, Debug)]
pub(crate) struct Formula {
    pub(crate) left: Term,
    pub(crate) right: Option<(Join, Term)>,
}

/// The operator of two terms.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Join {
    Plus,
    Minus,
    Append,
}

impl Join {
    /// Returns the texts before, between and after the terms.
    pub(crate) const fn text(self) -> [&'static str; 3] {
        match self {
            Self::Plus => ["", " + ", ""],
            Self::Minus => ["", " - ", ""],
            Self::Append => ["list_append(", ", ", ")"],
        }
    }
}

#[derive(Clone, Debug)]
pub(crate) enum Term {
    Operand(Operand),
    /// The attribute at a path, or the operand if the attribute is missing.
    IfNotExists([Operand; 2]),
}

impl Formula {
    pub(crate) fn terms(&self) -> impl Iterator<Item = &Term> {
        let right = self.right.as_ref().map(|(_, term)| term);
        std::iter::once(&self.left).chain(right)
    }

    /// Returns all operands, including those of `if_not_exists`.
    pub(crate) fn operands(&self) -> [Option<&Operand>; 4] {
        let [a, b] = self.left.operands();
        let right = self.right.as_ref().map(|(_, term)| term.operands());
        let [c, d] = right.unwrap_or_default();
        [a, b, c, d]
    }

    /// For a formula that subtracts the number at `path` from an operand, returns the operand, and the value that replaces a
    /// missing number.
    pub(crate) fn less_the_number_at(&self, path: &Path) -> Option<(&Operand, Option<&Operand>)> {
        match (&self.left, &self.right) {
            (Term::Operand(operand), Some((Join::Minus, right))) if right.starts_from(path) => {
                let start = match right {
                    Term::Operand(_) => None,
                    Term::IfNotExists([_, start]) => Some(start),
                };
                Some((operand, start))
            }
            _ => None,
        }
    }

    /// Returns the number of operators and functions.
    pub(crate) fn operators(&self) -> usize {
        let functions = self
            .terms()
            .filter(|term| matches!(term, Term::IfNotExists(_)));
        functions.count() + usize::from(self.right.is_some())
    }
}

impl Term {
    /// Returns the operand, or the start value of an `if_not_exists`.
    pub(crate) const fn operand(&self) -> &Operand {
        match self {
            Self::Operand(operand) | Self::IfNotExists([_, operand]) => operand,
        }
    }

    /// Whether the term is the attribute at this path, also within an `if_not_exists`.
    pub(crate) fn starts_from(&self, path: &Path) -> bool {
        let (Self::Operand(own) | Self::IfNotExists([own, _])) = self;
        matches!(own, Operand::Path(own) if own == path)
    }

    const fn operands(&self) -> [Option<&Operand>; 2] {
        match self {
            Self::Operand(operand) => [Some(operand), None],
            Self::IfNotExists([path, operand]) => [Some(path), Some(operand)],
        }
    }
}

impl fmt::Display for Formula {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some((join, right)) = &self.right else {
            return self.left.fmt(f);
        };
        let [before, between, after] = join.text();
        write!(f, "{before}{}{between}{right}{after}", self.left)
    }
}

impl fmt::Display for Term {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Operand(operand) => operand.fmt(f),
            Self::IfNotExists([path, operand]) => write!(f, "if_not_exists({path}, {operand})"),
        }
    }
}
