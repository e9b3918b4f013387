//! DynamoDB's data types, as types: what [`AttributeType::Kind`](crate::AttributeType::Kind) names.
//!
//! See [Data types](https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/HowItWorks.NamingRulesDataTypes.html#HowItWorks.DataTypes).
use crate::types::data_type::DataType;

/// `S`: UTF-8 text.
#[derive(Debug)]
pub enum StringType {}
/// `N`: a decimal number of up to 38 digits.
#[derive(Debug)]
pub enum NumberType {}
/// `N`, if it is a moment in time: `epoch_seconds` or `epoch_millis` writes it. It is a number in every respect, except that two moments
/// cannot be added.
#[derive(Debug)]
pub enum MomentType {}
/// `B`: bytes.
#[derive(Debug)]
pub enum BinaryType {}
/// `BOOL`.
#[derive(Debug)]
pub enum BooleanType {}
/// `NULL`.
#[derive(Debug)]
pub enum NullType {}
/// `L`: an ordered list of values of any type.
#[derive(Debug)]
pub enum ListType {}
/// `M`: a map of names to values.
#[derive(Debug)]
pub enum MapType {}
/// `SS`: a set of strings, never empty.
#[derive(Debug)]
pub enum StringSetType {}
/// `NS`: a set of numbers, never empty.
#[derive(Debug)]
pub enum NumberSetType {}
/// `BS`: a set of binary values, never empty.
#[derive(Debug)]
pub enum BinarySetType {}
/// `S`, if the order of the text is not the order of the values: a time or a decimal number as text without a fixed width.
#[derive(Debug)]
pub enum UnsortedStringType {}
/// A data type that is known only at run time, as for [`attr`](crate::attr).
#[derive(Debug)]
pub enum UnknownType {}

/// A kind that DynamoDB stores as one data type.
pub trait StoredKind {
    /// The data type.
    const DATA_TYPE: DataType;
}
macro_rules! stored_kinds {
    ($($kind:ident: $data_type:ident),+) => { $(
        impl StoredKind for $kind { const DATA_TYPE: DataType = DataType::$data_type; }
    )+ };
}
stored_kinds! {
    StringType: S, UnsortedStringType: S, NumberType: N, MomentType: N, BinaryType: B, BooleanType: Bool, NullType: Null,
    ListType: L, MapType: M, StringSetType: Ss, NumberSetType: Ns, BinarySetType: Bs
}
