//! Why a write cannot be sent.
use crate::expression::error::ExpressionError;
use crate::model::invalid::InvalidInput;
use crate::value::rule::Rule;

/// Why a write cannot be sent: DynamoDB or dynacond would refuse it for every item.
#[derive(Debug)]
pub(crate) enum Unsendable {
    Expression(ExpressionError),
    Invalid(InvalidInput),
}

impl Unsendable {
    /// Whether the write is only too long, and not wrong.
    pub(crate) const fn is_too_long(&self) -> bool {
        matches!(
            self,
            Self::Expression(ExpressionError {
                rule: Rule::TooLong { .. }
                    | Rule::TooManyOperators { .. }
                    | Rule::UpdateTooLarge { .. },
                ..
            })
        )
    }
}

impl From<ExpressionError> for Unsendable {
    fn from(error: ExpressionError) -> Self {
        Self::Expression(error)
    }
}

impl From<InvalidInput> for Unsendable {
    fn from(error: InvalidInput) -> Self {
        Self::Invalid(error)
    }
}
