//! DynamoDB's static rules for expressions and values: what DynamoDB refuses, no matter which item is stored.

/// A rule of DynamoDB's expressions and values.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Rule {
    /// `is_in` without values. Such a condition would never be true, and must not disappear silently.
    #[error("IN needs at least one value")]
    EmptyIn,
    /// `all` without conditions.
    #[error("`all` needs at least one condition")]
    EmptyAll,
    /// `any` without conditions.
    #[error("`any` needs at least one condition")]
    EmptyAny,
    /// A literal BOOL, NULL, list, map or set in `<`, `<=`, `>`, `>=` or BETWEEN.
    #[error("DynamoDB orders only strings, numbers and binary, not a {data_type}")]
    NotOrdered {
        /// The literal's data type, as DynamoDB abbreviates it.
        data_type: &'static str,
    },
    /// Literal bounds of two types.
    #[error("the bounds of BETWEEN must have the same type, but they are {low} and {high}")]
    BoundsDiffer {
        /// The lower bound's data type.
        low: &'static str,
        /// The upper bound's data type.
        high: &'static str,
    },
    /// Literal bounds in the wrong order.
    #[error("the lower bound of BETWEEN is greater than its upper bound")]
    BoundsReversed,
    /// A literal prefix that is neither string nor binary.
    #[error("`begins_with` needs a string or binary, not a {data_type}")]
    NotAPrefix {
        /// The literal's data type.
        data_type: &'static str,
    },
    /// The second operand of `attribute_type` names no type.
    #[error(
        "the second operand of `attribute_type` must be a literal S, N, B, SS, NS, BS, L, M, BOOL or NULL"
    )]
    NotATypeName,
    /// The size of a literal number, BOOL or NULL.
    #[error("a {data_type} has no size")]
    NoSize {
        /// The literal's data type.
        data_type: &'static str,
    },
    /// `attribute_exists` or `attribute_not_exists` of a value.
    #[error("`attribute_exists` and `attribute_not_exists` need a document path")]
    NotAPath,
    /// The first operand is a path, and another operand is the same path: `n = n`.
    #[error("DynamoDB does not compare an attribute with itself")]
    SameOperand,
    /// A path into a key attribute: `pk.x`.
    #[error("a document path cannot lead into a key attribute, which is a scalar")]
    PathIntoKey,
    /// More than 4,096 bytes of expression, even with the shortest placeholders.
    #[error(
        "an expression has at most {limit} bytes, but this one has {bytes} with the shortest placeholders"
    )]
    TooLong {
        /// The length as it would be sent.
        bytes: usize,
        /// 4,096.
        limit: usize,
    },
    /// More than 300 operators: comparisons, functions (`size` too), AND, OR and NOT count.
    #[error("an expression has at most {limit} operators, but this one has {operators}")]
    TooManyOperators {
        /// The number of operators.
        operators: usize,
        /// 300.
        limit: usize,
    },
    /// A document or a path with more than 32 levels. At most 31 maps or lists can be nested around a scalar.
    #[error("documents and paths are nested at most {limit} levels deep")]
    TooDeep {
        /// 32.
        limit: usize,
    },
    /// Names and values of a request of more than 2 MB.
    #[error(
        "the names and values of an expression have at most {limit} bytes together, but these have {bytes}"
    )]
    TooLarge {
        /// The size of names and values.
        bytes: usize,
        /// 2 MB.
        limit: usize,
    },
    /// DynamoDB counts the update as more than 400 KB: names, values and a few bytes for each action, no matter what the item holds. You
    /// can store an item of that size whole, with `create` or `replace`.
    #[error("DynamoDB counts {bytes} bytes for this update, but accepts at most {limit}")]
    UpdateTooLarge {
        /// The bytes that DynamoDB counts for the update.
        bytes: usize,
        /// 409,600.
        limit: usize,
    },
    /// An attribute name of 0 bytes, or of more than 65,535.
    #[error("an attribute name must have 1 to 65,535 bytes")]
    NameLength,
    /// Two paths of an update or a projection that are the same, or one that leads into the other.
    #[error("two document paths lead to the same attribute, or one leads into the other")]
    Overlap,
    /// Two paths use one attribute as a map and as a list: `m.a` and `m[1]`.
    #[error("one document path uses an attribute as a map, and another uses it as a list")]
    PathConflict,
    /// An update of a key attribute.
    #[error("an update cannot change a key attribute; create the new item and delete the old one")]
    UpdatesKey,
    /// An update of the version or the write id.
    #[error(
        "an update cannot change the version, the write id or the time of a write, because dynacond sets them"
    )]
    UpdatesVersion,
    /// An update of an attribute that is part of a key template of an index.
    #[error(
        "this attribute is part of a key template of an index, and an update would not change the index key; use `modify`"
    )]
    UpdatesIndex,
    /// ADD or DELETE with a literal that is not a number or a set.
    #[error(
        "the members of a set must be strings, numbers or binary, all of one kind, not {data_type}"
    )]
    NotASet {
        /// The literal's data type.
        data_type: &'static str,
    },
    /// Arithmetic with a literal that is not a number.
    #[error("DynamoDB adds and subtracts only numbers, not a {data_type}")]
    NotANumeric {
        /// The literal's data type.
        data_type: &'static str,
    },
    /// A literal that is not a list is appended to a list.
    #[error("only a list can be appended to a list, not a {data_type}")]
    NotAList {
        /// The literal's data type.
        data_type: &'static str,
    },
    /// `size(..)` in an update.
    #[error("`size` can only be used in conditions")]
    SizeInUpdate,
    /// A request of the SDK that already has a condition.
    #[error("the request already has a condition; join the two with `and`")]
    ConditionTaken,
    /// A query of the SDK that already has a key condition.
    #[error(
        "the request already has a key condition; set it once, with `.sort_key(..)` of the partition"
    )]
    KeyConditionTaken,
    /// The filter of a query names a key attribute of the table or index that is queried.
    #[error("the filter of a query cannot name key attributes; use `.sort_key(..)`")]
    FilterOnKey,
    /// A filter names an attribute that the index does not project.
    #[error(
        "the index does not project `{attribute}`, so a filter cannot see it: `include(..)` the attribute, or leave it out of the filter and test the items that `.fetch()` reads"
    )]
    NotProjected {
        /// The attribute.
        attribute: String,
    },
    /// A part of a sort key is compared with an attribute.
    #[error("DynamoDB compares a sort key with values, not with attributes")]
    KeyOperand,
    /// NaN, an infinity, or a text that is not a number.
    #[error("this is not a number that DynamoDB can store, such as NaN or an infinity")]
    NotANumber,
    /// More than 38 digits, or outside 1E-130 to 9.99E125.
    #[error("a number has at most 38 digits and a magnitude from 1E-130 to 9.99E125")]
    NumberOutOfRange,
    /// An empty set.
    #[error("DynamoDB does not store empty sets; leave out the attribute")]
    EmptySet,
    /// A set that contains a member twice.
    #[error("a set cannot contain a member twice")]
    DuplicateMember,
    /// `{NULL: false}`.
    #[error("DynamoDB does not store a NULL that is false; leave out the attribute")]
    NullFalse,
    /// An attribute value of a kind that this SDK does not know.
    #[error("the attribute value is of a kind that this version of the SDK does not know")]
    UnknownValue,
    /// An update that takes its value from a field of an enum's variant, although the stored value may be another variant.
    #[error(
        "an update cannot take its value from a field of an enum's variant, because the stored value may be another variant"
    )]
    InVariant,
    /// A value that could not be serialised.
    #[error("a value could not be serialised: {0}")]
    Encode(String),
}
