//! Parses the text of a condition expression into the same tree that the operators build.
//!
//! AWS's grammar, from the tightest operator to the loosest. Keywords can have any case, and function names are in lower case:
//!
//! ```text
//! condition ::= operand ('=' | '<>' | '<' | '<=' | '>' | '>=') operand
//!             | operand BETWEEN operand AND operand
//!             | operand IN '(' operand (',' operand)* ')'
//!             | function '(' operand (',' operand)* ')'
//!             | NOT condition | condition AND condition | condition OR condition | '(' condition ')'
//! function  ::= attribute_exists | attribute_not_exists | attribute_type | begins_with | contains
//! operand   ::= path | value | size '(' operand ')' | '(' operand ')'
//! path      ::= name ('.' name | '[' index ']')*
//! name      ::= [A-Za-z][A-Za-z0-9_]*, not reserved | '#'[A-Za-z0-9_]+
//! value     ::= ':'[A-Za-z0-9_]+
//! index     ::= 0 | [1-9][0-9]*
//! ```
//!
//! The parser makes one pass over the text. At an open parenthesis, the state is pushed onto a list and not onto the call stack, so
//! that deep nesting cannot overflow the stack.
use std::collections::{HashMap, HashSet};

use aws_sdk_dynamodb::types::AttributeValue;

use crate::expression::attribute::Any;
use crate::expression::check::check_clause;
use crate::expression::condition::Condition;
use crate::expression::parse::error::{
    Failure, ParseError, ParseProblem as Problem, Step, broken, fail,
};
use crate::expression::parse::lexer::{Lexeme, Token, Tokens};
use crate::expression::render::compiled::MAX_BYTES;
use crate::expression::tree::node::{MAX_OPERATORS, Node, Operator};
use crate::expression::tree::operand::Operand;
use crate::value::rule::Rule;

/// The most operands in the list of an IN.
const MAX_OPERANDS: usize = 100;
/// Parentheses that are not redundant contain at least one more operator than the parentheses inside them.
const MAX_PARENTHESES: usize = MAX_OPERATORS + 1;

/// Parses a condition expression with the names and values of its placeholders.
pub(crate) fn parse(
    text: &str,
    names: &HashMap<String, String>,
    values: &HashMap<String, AttributeValue>,
) -> Result<Condition, ParseError> {
    read(text, names, values)
        .map_err(|Failure(position, problem)| ParseError::new(position, problem, text, MAX_BYTES))
}

fn read(
    text: &str,
    names: &HashMap<String, String>,
    values: &HashMap<String, AttributeValue>,
) -> Step<Condition> {
    let mut parser = Parser::begin(text, names, values)?;
    let condition = parser.condition()?;
    parser.finish(text.len(), "the whole condition")?;
    Ok(condition)
}

/// An operand without its comparator yet, or a condition. It may be in parentheses.
struct Term {
    at: usize,
    parenthesised: bool,
    content: Content,
}

enum Content {
    Operand(Operand),
    Condition(Condition),
}

impl Term {
    const fn new(at: usize, content: Content) -> Self {
        Self {
            at,
            parenthesised: false,
            content,
        }
    }
}

/// The state since the last open parenthesis or the beginning of the text.
#[derive(Default)]
struct Group {
    open: usize,
    nots: usize,
    all: Option<Condition>,
    any: Option<Condition>,
}

impl Group {
    const fn is_empty(&self) -> bool {
        self.nots == 0 && self.all.is_none() && self.any.is_none()
    }

    fn conjunction(&mut self, condition: Condition) -> Condition {
        let nots = std::mem::take(&mut self.nots);
        let condition = (0..nots).fold(condition, |condition, _| condition.not());
        match self.all.take() {
            Some(all) => all.and(condition),
            None => condition,
        }
    }

    fn disjunction(&mut self, condition: Condition) -> Condition {
        let all = self.conjunction(condition);
        match self.any.take() {
            Some(any) => any.or(all),
            None => all,
        }
    }

    /// Closes the group, and returns it as one term of the outer group.
    fn close(mut self, term: Term) -> Step<Term> {
        if self.is_empty() && term.parenthesised {
            return fail(self.open, Problem::RedundantParentheses);
        }
        let content = match term.content {
            Content::Operand(_) if !self.is_empty() => {
                return fail(term.at, Problem::NotACondition);
            }
            Content::Condition(condition) => Content::Condition(self.disjunction(condition)),
            operand @ Content::Operand(_) => operand,
        };
        Ok(Term {
            at: self.open,
            parenthesised: true,
            content,
        })
    }
}

pub(super) struct Parser<'t> {
    pub(super) tokens: Tokens<'t>,
    pub(super) names: &'t HashMap<String, String>,
    pub(super) values: &'t HashMap<String, AttributeValue>,
    pub(super) used: HashSet<&'t str>,
    /// The bytes of names and values so far, each counted as often as it is used in the tree.
    pub(super) substituted: usize,
    operators: usize,
    /// The position of the first operator above the limit.
    one_too_many: usize,
}

impl<'t> Parser<'t> {
    /// Starts at the beginning of the text, after checking that it is neither empty nor too long.
    pub(super) fn begin(
        text: &'t str,
        names: &'t HashMap<String, String>,
        values: &'t HashMap<String, AttributeValue>,
    ) -> Step<Self> {
        let (bytes, limit) = (text.len(), MAX_BYTES);
        if bytes > limit {
            return fail(limit, Problem::TooLong { bytes, limit });
        }
        let tokens = Tokens::new(text);
        if tokens.next.lexeme == Lexeme::End {
            return fail(0, Problem::Empty);
        }
        Ok(Self {
            tokens,
            names,
            values,
            used: HashSet::new(),
            substituted: 0,
            operators: 0,
            one_too_many: 0,
        })
    }
}

impl Parser<'_> {
    fn condition(&mut self) -> Step<Condition> {
        let mut outer = Vec::new();
        let mut group = Group::default();
        loop {
            let at = self.tokens.next.at;
            if self.tokens.take_keyword("NOT") {
                self.operator(at);
                group.nots += 1;
                continue;
            }
            if self.tokens.take_sign("(") {
                outer.push(std::mem::take(&mut group));
                group.open = at;
                let limit = MAX_PARENTHESES;
                if outer.len() > limit {
                    return fail(at, Problem::TooDeep { limit });
                }
                continue;
            }
            let mut term = self.term()?;
            while self.tokens.is_sign(")")
                && let Some(around) = outer.pop()
            {
                self.tokens.advance();
                let inner = std::mem::replace(&mut group, around);
                term = self.compared(inner.close(term)?)?;
            }
            let condition = self.finished(term)?;
            let at = self.tokens.next.at;
            if self.tokens.take_keyword("AND") {
                group.all = Some(group.conjunction(condition));
            } else if self.tokens.take_keyword("OR") {
                group.any = Some(group.disjunction(condition));
            } else if self.tokens.next.lexeme != Lexeme::End {
                return self
                    .tokens
                    .unexpected("AND, OR, a closing parenthesis or the end");
            } else if outer.is_empty() {
                return Ok(group.disjunction(condition));
            } else {
                return fail(group.open, Problem::UnclosedParenthesis);
            }
            self.operator(at);
        }
    }

    /// Parses a clause, or an operand whose parentheses separate it from its comparator.
    fn term(&mut self) -> Step<Term> {
        let Token { text, at, .. } = self.tokens.next;
        if let Some(node) = self.function()? {
            if self.is_comparison() {
                return fail(at, Problem::MisplacedFunction(text.to_owned()));
            }
            return self.clause(node, at);
        }
        let operand = self.bare_operand(true, "a path, a `:value`, a function, NOT or `(`")?;
        self.compared(Term::new(at, Content::Operand(operand)))
    }

    /// Parses the rest of a clause after its first operand, if a comparator follows.
    fn compared(&mut self, term: Term) -> Step<Term> {
        let a = match term.content {
            Content::Operand(operand) if self.is_comparison() => operand,
            content => return Ok(Term { content, ..term }),
        };
        let node = if let Some(operator) = self.comparator() {
            self.tokens.advance();
            Node::Binary(operator, [a, self.operand(true)?])
        } else if self.tokens.take_keyword("IN") {
            Node::In(a, self.operands(true)?)
        } else {
            self.tokens.advance();
            let low = self.operand(true)?;
            if !self.tokens.take_keyword("AND") {
                return self.tokens.unexpected("AND and the upper bound");
            }
            Node::Between(Box::new([a, low, self.operand(true)?]))
        };
        self.clause(node, term.at)
    }

    /// Checks a clause against DynamoDB's rules.
    fn clause(&mut self, node: Node, at: usize) -> Step<Term> {
        self.operator(at);
        check_clause(&node, &[]).map_err(|error| Failure(at, Problem::Rule(error)))?;
        let condition = match node {
            Node::In(_, list) if list.len() > MAX_OPERANDS => {
                let (operands, limit) = (list.len(), MAX_OPERANDS);
                return fail(at, Problem::TooManyOperands { operands, limit });
            }
            // As in `is_in`: in one run against the service, the first operand was counted among the hundred.
            Node::In(a, mut list) if list.len() == MAX_OPERANDS => {
                let hundredth = Node::In(a.clone(), list.split_off(MAX_OPERANDS - 1));
                let condition: Condition = Condition::of(Node::In(a, list));
                condition.or(Condition::<Any>::of(hundredth))
            }
            node => Condition::of(node),
        };
        Ok(Term::new(at, Content::Condition(condition)))
    }

    /// Returns the condition if no comparator follows.
    fn finished(&self, term: Term) -> Step<Condition> {
        match term.content {
            Content::Condition(condition) => Ok(condition),
            Content::Operand(_)
                if self.tokens.next.lexeme == Lexeme::End
                    || self.tokens.is_sign(")")
                    || self.tokens.is_keyword("AND")
                    || self.tokens.is_keyword("OR") =>
            {
                fail(term.at, Problem::NotACondition)
            }
            Content::Operand(_) => self.tokens.unexpected("a comparator, BETWEEN or IN"),
        }
    }

    /// Parses a condition that is a function, if there is one.
    fn function(&mut self) -> Step<Option<Node>> {
        if !self.tokens.is_call() {
            return Ok(None);
        }
        Ok(Some(match self.tokens.next.text {
            "attribute_exists" => {
                let [path] = self.arguments("attribute_exists", true)?;
                Node::Exists(path)
            }
            "attribute_not_exists" => {
                let [path] = self.arguments("attribute_not_exists", true)?;
                Node::NotExists(path)
            }
            "attribute_type" => self.binary(Operator::AttributeType)?,
            "begins_with" => self.binary(Operator::BeginsWith)?,
            "contains" => self.binary(Operator::Contains)?,
            _ => return Ok(None),
        }))
    }

    fn binary(&mut self, function: Operator) -> Step<Node> {
        let [a, b] = self.arguments(function.text(), true)?;
        Ok(Node::Binary(function, [a, b]))
    }

    /// Checks the rules for the whole expression.
    pub(super) fn finish(self, end: usize, what: &str) -> Step<()> {
        let (operators, limit) = (self.operators, MAX_OPERATORS);
        if operators > limit {
            let rule = Rule::TooManyOperators { operators, limit };
            return fail(self.one_too_many, broken(rule, what));
        }
        let unused = |keys: &mut dyn Iterator<Item = &String>| {
            keys.filter(|key| !self.used.contains(key.as_str()))
                .min()
                .cloned()
        };
        if let Some(name) = unused(&mut self.names.keys()) {
            return fail(end, Problem::UnusedName(name));
        }
        if let Some(value) = unused(&mut self.values.keys()) {
            return fail(end, Problem::UnusedValue(value));
        }
        Ok(())
    }

    pub(super) fn operator(&mut self, at: usize) {
        self.operators += 1;
        if self.operators == MAX_OPERATORS + 1 {
            self.one_too_many = at;
        }
    }

    fn comparator(&self) -> Option<Operator> {
        use Operator::{Eq, Ge, Gt, Le, Lt, Ne};
        let comparators = [Eq, Ne, Lt, Le, Gt, Ge];
        comparators
            .into_iter()
            .find(|operator| self.tokens.is_sign(operator.text()))
    }

    fn is_comparison(&self) -> bool {
        self.comparator().is_some()
            || self.tokens.is_keyword("BETWEEN")
            || self.tokens.is_keyword("IN")
    }
}
