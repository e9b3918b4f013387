//! What a SET assigns, in its general form: the text of an update expression may say more than the typed actions do.
//!
//! ```text
//! formula ::= term | term '+' term | term '-' term | list_append (term ',' term)
//! term    ::= operand | if_not_exists (path ',' operand)
//! ```
use std::fmt;

use crate::expression::tree::operand::{Operand, Path};

/// `term`, or two terms that make one value.
#[derive(Clone, Debug)]
pub(crate) struct Formula {
    pub(crate) left: Term,
    pub(crate) right: Option<(Join, Term)>,
}

/// How two terms make one value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Join {
    Plus,
    Minus,
    Append,
}

impl Join {
    /// Before the terms, between them and after them.
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

    /// All that it reads: operands, and paths that may be missing.
    pub(crate) fn operands(&self) -> [Option<&Operand>; 4] {
        let [a, b] = self.left.operands();
        let right = self.right.as_ref().map(|(_, term)| term.operands());
        let [c, d] = right.unwrap_or_default();
        [a, b, c, d]
    }

    /// An operand less the number at `path`: the operand, and what stands in for the number where it is missing.
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

    /// Operators and functions.
    pub(crate) fn operators(&self) -> usize {
        let functions = self
            .terms()
            .filter(|term| matches!(term, Term::IfNotExists(_)));
        functions.count() + usize::from(self.right.is_some())
    }
}

impl Term {
    /// What is assigned where no attribute is in the way.
    pub(crate) const fn operand(&self) -> &Operand {
        match self {
            Self::Operand(operand) | Self::IfNotExists([_, operand]) => operand,
        }
    }

    /// Whether it is the attribute at this path, perhaps with what stands in for it.
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
