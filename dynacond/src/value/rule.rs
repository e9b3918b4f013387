//! DynamoDB's static rules for expressions and values: what it refuses for every item.

/// A rule of DynamoDB's expressions and values.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Rule {
    /// `is_in` without values. It would never be true, and must not disappear silently.
    #[error("IN needs at least one value")]
    EmptyIn,
    /// `all` without conditions.
    #[error("`all` needs at least one condition")]
    EmptyAll,
    /// `any` without conditions.
    #[error("`any` needs at least one condition")]
    EmptyAny,
    /// A literal BOOL, NULL, list, map or set in `<`, `<=`, `>`, `>=` or BETWEEN.
    #[error("DynamoDB orders strings, numbers and binary, not a {data_type}")]
    NotOrdered {
        /// The literal's data type, as DynamoDB abbreviates it.
        data_type: &'static str,
    },
    /// Literal bounds of two types.
    #[error("the bounds of BETWEEN are of one type, not {low} and {high}")]
    BoundsDiffer {
        /// The lower bound's data type.
        low: &'static str,
        /// The upper bound's data type.
        high: &'static str,
    },
    /// Literal bounds in the wrong order.
    #[error("the lower bound of BETWEEN is above its upper bound")]
    BoundsReversed,
    /// A literal prefix that is neither string nor binary.
    #[error("`begins_with` takes a string or binary, not a {data_type}")]
    NotAPrefix {
        /// The literal's data type.
        data_type: &'static str,
    },
    /// The second operand of `attribute_type` names no type.
    #[error("`attribute_type` takes a literal S, N, B, SS, NS, BS, L, M, BOOL or NULL")]
    NotATypeName,
    /// The size of a literal number, BOOL or NULL.
    #[error("a {data_type} has no size")]
    NoSize {
        /// The literal's data type.
        data_type: &'static str,
    },
    /// `attribute_exists` or `attribute_not_exists` of a value.
    #[error("`attribute_exists` and `attribute_not_exists` take a document path")]
    NotAPath,
    /// The first operand is a path, and another one is the same path: `n = n`.
    #[error("DynamoDB refuses an attribute compared with itself")]
    SameOperand,
    /// A path into a key attribute: `pk.x`.
    #[error("a key attribute has no paths into it")]
    PathIntoKey,
    /// More than 4,096 bytes of expression, even with the shortest placeholders.
    #[error(
        "an expression has at most {limit} bytes, and this one has {bytes} with the shortest placeholders"
    )]
    TooLong {
        /// The length as sent.
        bytes: usize,
        /// 4,096.
        limit: usize,
    },
    /// More than 300 operators: comparisons, functions (`size` too), AND, OR and NOT count.
    #[error("an expression has at most {limit} operators, and this one has {operators}")]
    TooManyOperators {
        /// How many there are.
        operators: usize,
        /// 300.
        limit: usize,
    },
    /// Nested deeper than 32 levels: 31 maps or lists around a scalar are the most.
    #[error("documents and paths are nested at most {limit} levels deep")]
    TooDeep {
        /// 32.
        limit: usize,
    },
    /// Names and values of a request of more than 2 MB.
    #[error(
        "names and values of an expression have at most {limit} bytes together, and these have {bytes}"
    )]
    TooLarge {
        /// The size of names and values.
        bytes: usize,
        /// 2 MB.
        limit: usize,
    },
    /// DynamoDB counts the update as more than 400 KB: names, values and a few bytes for each action, no matter what the item holds. You
    /// can store an item of that size whole, with `create` or `replace`.
    #[error("DynamoDB counts {bytes} bytes for this update, and takes {limit}")]
    UpdateTooLarge {
        /// What the update is counted for.
        bytes: usize,
        /// 409,600.
        limit: usize,
    },
    /// An attribute name of 0 bytes, or of more than 65,535.
    #[error("an attribute name has 1 to 65,535 bytes")]
    NameLength,
    /// Two paths of an update or a projection that are the same, or one that leads into the other.
    #[error("two paths lead to one attribute, or to an attribute and a part of it")]
    Overlap,
    /// Two paths use one attribute as a map and as a list: `m.a` and `m[1]`.
    #[error("two paths take one attribute for a map and for a list")]
    PathConflict,
    /// An update of a key attribute.
    #[error("an update cannot change a key attribute; create the new item and delete the old one")]
    UpdatesKey,
    /// An update of the version or the write id.
    #[error("the version, the write id and the time of a write are written by dynacond alone")]
    UpdatesVersion,
    /// An update of an attribute that a template of an index is made of.
    #[error(
        "a template of an index is made of this attribute, and an update would leave the index as it was; use `modify`"
    )]
    UpdatesIndex,
    /// ADD or DELETE with a literal that is not a number or a set.
    #[error(
        "a set gains and loses members of one kind: strings, numbers or binary, not {data_type}"
    )]
    NotASet {
        /// The literal's data type.
        data_type: &'static str,
    },
    /// Arithmetic with a literal that is not a number.
    #[error("DynamoDB adds and subtracts numbers, not a {data_type}")]
    NotANumeric {
        /// The literal's data type.
        data_type: &'static str,
    },
    /// A literal that is not a list is appended to a list.
    #[error("a list is joined with a list, not with a {data_type}")]
    NotAList {
        /// The literal's data type.
        data_type: &'static str,
    },
    /// `size(..)` in an update.
    #[error("`size` stands in conditions only")]
    SizeInUpdate,
    /// A request of the SDK that has a condition already.
    #[error("the request has a condition already; join the two with `and`")]
    ConditionTaken,
    /// A query of the SDK that has a key condition already.
    #[error(
        "the request has a key condition already: say it once, with `.sort_key(..)` of the partition"
    )]
    KeyConditionTaken,
    /// The filter of a query names a key attribute of the table or index that is queried.
    #[error("DynamoDB takes no key attributes in the filter of a query: use `.sort_key(..)`")]
    FilterOnKey,
    /// A filter names an attribute that the index does not project.
    #[error(
        "the index does not project `{attribute}`, so a filter sees nothing of it: use `.fetch()` and filter the items"
    )]
    NotProjected {
        /// The attribute.
        attribute: String,
    },
    /// A part of a sort key is compared with an attribute.
    #[error("DynamoDB compares a sort key with values, not with attributes")]
    KeyOperand,
    /// NaN, an infinity, or a text that is not a number.
    #[error("not a number that DynamoDB stores (NaN and infinities are none)")]
    NotANumber,
    /// More than 38 digits, or outside 1E-130 to 9.99E125.
    #[error("a number has at most 38 digits and a magnitude from 1E-130 to 9.99E125")]
    NumberOutOfRange,
    /// An empty set.
    #[error("DynamoDB has no empty sets; leave the attribute out")]
    EmptySet,
    /// A set that holds a member twice.
    #[error("a set holds each member once")]
    DuplicateMember,
    /// `{NULL: false}`.
    #[error("a NULL is true or not there")]
    NullFalse,
    /// An attribute value of a kind that this SDK does not know.
    #[error("an attribute value of an unknown kind")]
    UnknownValue,
    /// An update that takes its value from a field of an enum's variant, although the enum may be another variant.
    #[error(
        "an update takes no value from a field of an enum's variant, because the enum may be another variant"
    )]
    InVariant,
    /// A value that could not be serialised.
    #[error("a value could not be serialised: {0}")]
    Encode(String),
}
