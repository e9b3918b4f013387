//! Typed conditions, optimistic locking and pure-function transactions for DynamoDB.
mod attribute;
mod call;
mod data_type;
mod error;
mod expectation;
mod expression;
mod extension;
mod item;
mod modify;
mod outcome;
mod request;
mod retry;
mod single;
mod store;
mod trace;
pub mod verb;
mod write;

pub use attribute::{Any, Attribute, Document, attr, value};
pub use aws_sdk_dynamodb;
pub use aws_sdk_dynamodb::types::AttributeValue;
pub use call::{Consumed, Metered};
pub use data_type::{AttributeType, DataType, Value, kind};
#[doc(inline)]
pub use dynacond_derive::{AttributeType, Document, Versioned};
pub use error::{
    Actual, DecodeError, Error, Exhausted, Explanation, ExpressionError, Guard, GuardResult,
    InvalidItem, OutcomeUnknown, Refusal, Result, Rule, ServiceError,
};
pub use expression::compile::Expression;
pub use expression::condition::Condition;
pub use expression::update::Action;
pub use extension::ConditionExt;
pub use item::{InvalidTag, Item, Key, KeyAttribute, Model, RawKey, Stored, Tag, Versioned};
pub use modify::Modify;
pub use retry::RetryPolicy;
pub use single::{Preview, WriteRequest};
pub use store::{Get, Store, StoreBuilder};

/// The traits and markers behind the operators: sealed in use, named in error messages.
pub mod operators {
    pub use crate::attribute::{
        Fixed, IsPath, Literal, Nested, Place, SizeOf, Top, Updatable, Within,
    };
    pub use crate::data_type::{
        As, Bytes, Codec, Contains, Elements, Entries, HasSize, IsList, IsSet, KeyField, KeyKind,
        Numeric, Ordered, Plain, Prefixed, SameKind, Untyped, With,
    };
    pub use crate::expression::condition::{IntoCondition, IntoOperand, Meet, TakesOption};
    pub use crate::expression::update::{IntoActions, IntoElements, RelativeAction};
    pub use crate::item::{IntoKey, VersionField};
    pub use crate::modify::Outcome;
    pub use crate::verb::{AtVersion, Deletion, Ready, Replacement, Verb};
}

/// What the derives name. Not for use by hand.
#[doc(hidden)]
pub mod __private {
    pub use crate::attribute::{Attribute, Fixed};
    pub use crate::data_type::{
        As, AttributeType, Codec, KeyField, KeyKind, KeyText, Plain, TemplatePart, Value, With,
        kind, template_is_injective,
    };
    pub use crate::expectation::{Expectation, ExpectedId};
    pub use crate::expression::operand::{Operand, Path};
    pub use crate::expression::update::Actions;
    pub use crate::item::{
        KeyAttribute, KeyPart, Model, TemplateValue, VersionField, key_value, render_template,
    };
    pub use serde;
}
