//! Items: attribute names and values.
use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;

/// An item as in the SDK: attribute names and values.
pub type Item = HashMap<String, AttributeValue>;
