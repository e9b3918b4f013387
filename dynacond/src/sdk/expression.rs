//! Compiles conditions for the SDK's own requests, and parses the texts and maps of such requests.
use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;

use crate::error::error::Result;
use crate::expression::action::Action;
use crate::expression::attribute::Any;
use crate::expression::condition::Condition;
use crate::expression::parse::condition::parse;
use crate::expression::parse::update::parse_update;
use crate::expression::render::compile::{Expression, Expressions, compile};

impl<I> Condition<I> {
    /// Returns the text with its placeholders. The text is deterministic, and has only the parentheses that DynamoDB's precedence needs.
    ///
    /// Placeholders are the names of the attributes, or numbers if the text would be longer than 4,096 bytes.
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
    /// [`Error::Expression`](crate::Error::Expression) names the rule of DynamoDB that the condition breaks, and the clause.
    pub fn compile(mut self) -> Result<Expression> {
        Ok(compile(Expressions::of(&mut self.node))?.into())
    }
}

impl Condition<Any> {
    /// Parses a condition expression that exists as text, with the SDK's maps of names and values.
    ///
    /// The result is the same as if the operators had built it: you can combine it with other conditions, compile it and evaluate it. It
    /// fits every item type. The keys of the maps include the `#` or `:`. A map may be empty.
    ///
    /// ```
    /// use std::collections::HashMap;
    /// use dynacond::{AttributeValue, Condition, attr};
    ///
    /// let names = HashMap::from([("#s".to_owned(), "status".to_owned())]);
    /// let values = HashMap::from([
    ///     (":p".to_owned(), AttributeValue::S("pending".to_owned())),
    ///     (":n".to_owned(), AttributeValue::N("3".to_owned())),
    /// ]);
    /// let condition = Condition::parse("#s = :p AND stock >= :n", names, values)?;
    /// assert_eq!(condition.to_string(), "status = ? AND stock >= ?");
    /// assert!(condition == attr("status").eq("pending").and(attr("stock").ge(3)));
    /// assert_eq!(condition.compile()?.text, "#status = :status AND #stock >= :stock");
    /// # Ok::<(), dynacond::Error>(())
    /// ```
    ///
    /// The grammar is DynamoDB's own, in
    /// [Condition and filter expressions](https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.OperatorsAndFunctions.html):
    ///
    /// - NOT binds tighter than AND, and AND tighter than OR. Keywords can have any case, but functions must be in lower case.
    /// - `(x)` and `((x AND y) AND z)` are accepted, but `((x))` is refused because its parentheses are redundant. An operand may
    ///   have parentheses, as in `(a) = :a`.
    /// - A [name](https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.Attributes.html) that begins
    ///   with another character than a letter, holds another than letters, digits and `_`, or is one of the
    ///   [573 reserved words](https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ReservedWords.html), needs a
    ///   `#placeholder`. `a.b` is a path of two names; the name `a.b` needs a placeholder, which is never split.
    /// - Values are `:placeholders`. There are no literals.
    /// - An IN of 100 operands becomes an IN of 99 operands and a second IN, joined by OR, as with
    ///   [`is_in`](crate::Attribute::is_in).
    ///
    /// [`compile`](Self::compile) writes other placeholders and spaces. So a text within a few bytes of the limit of 4,096 may not
    /// compile again.
    ///
    /// # Errors
    /// [`Error::Parse`](crate::Error::Parse) says what is wrong and at which byte: the syntax, a reserved word, a placeholder
    /// that is not defined or not used, or a rule of DynamoDB that [`compile`](Self::compile) checks, with its clause.
    #[expect(
        clippy::needless_pass_by_value,
        reason = "the maps as the SDK's builders take them; their values belong to the condition"
    )]
    pub fn parse(
        text: &str,
        names: HashMap<String, String>,
        values: HashMap<String, AttributeValue>,
    ) -> Result<Self> {
        Ok(parse(text, &names, &values)?)
    }
}

impl Action {
    /// Parses an update expression that exists as text, with the SDK's maps of names and values. Pass the actions to `.set(..)` of
    /// any update, alone or together with typed actions.
    ///
    /// ```
    /// use std::collections::HashMap;
    /// use dynacond::{Action, AttributeValue};
    ///
    /// let names = HashMap::from([("#s".to_owned(), "status".to_owned())]);
    /// let values = HashMap::from([
    ///     (":p".to_owned(), AttributeValue::S("paid".to_owned())),
    ///     (":n".to_owned(), AttributeValue::N("3".to_owned())),
    /// ]);
    /// let actions = Action::parse("SET #s = :p, stock = stock - :n REMOVE note", names, values)?;
    /// let told: Vec<_> = actions.iter().map(ToString::to_string).collect();
    /// assert_eq!(told, ["SET status = ?", "SET stock = stock - ?", "REMOVE note"]);
    /// # Ok::<(), dynacond::Error>(())
    /// ```
    ///
    /// The grammar is DynamoDB's own, in [Update
    /// expressions](https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.UpdateExpressions.html): SET with
    /// `+`, `-`, `if_not_exists` and `list_append`, REMOVE, ADD and DELETE. Each section may occur once. Names and values are
    /// written as in [`Condition::parse`].
    ///
    /// - The names belong to no item type, so nothing checks a value against the Rust type of its attribute. When the update is
    ///   sent, keys, version and write id are refused, and so are values of another data type than a declared one (`stored_as`).
    /// - If the sum or the difference of an integer attribute and an amount goes back into the same attribute, a guard keeps the result in
    ///   the range of the Rust type, as it does for [`add`](crate::Attribute::add).
    ///
    /// # Errors
    /// [`Error::Parse`](crate::Error::Parse) says what is wrong and at which byte: the syntax, a reserved word, a placeholder
    /// that is not defined or not used, or a rule of DynamoDB, with its clause.
    #[expect(
        clippy::needless_pass_by_value,
        reason = "the maps as the SDK's builders take them; their values belong to the actions"
    )]
    pub fn parse(
        text: &str,
        names: HashMap<String, String>,
        values: HashMap<String, AttributeValue>,
    ) -> Result<Vec<Self>> {
        let changes = parse_update(text, &names, &values)?;
        Ok(changes.into_iter().map(Self::of).collect())
    }
}
