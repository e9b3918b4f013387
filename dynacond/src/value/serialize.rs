//! Writes attribute values with serde, in the same format as `serde_dynamo`, but exactly: numbers of up to 38 digits are never
//! written through `f64`.
use std::collections::HashMap;

use aws_sdk_dynamodb::primitives::Blob;
use aws_sdk_dynamodb::types::AttributeValue;
use serde::Serialize;
use serde::ser::{
    Impossible, SerializeMap, SerializeSeq, SerializeStruct, SerializeStructVariant,
    SerializeTuple, SerializeTupleStruct, SerializeTupleVariant,
};

use crate::value::number::check_number;
use crate::value::reason::SerializeError as Error;
use crate::value::storable::data_type;

type Result<T> = std::result::Result<T, Error>;

/// The name of a newtype whose text is written as a number: see [`exact_number`](crate::exact_number).
pub(crate) const EXACT_NUMBER: &str = "\u{037E}EXACTNUMBER\u{037E}";
/// The names by which `serde_dynamo` marks sets.
const STRING_SET: &str = "\u{037E}STRINGSET\u{037E}";
const NUMBER_SET: &str = "\u{037E}NUMBERSET\u{037E}";
const BINARY_SET: &str = "\u{037E}BYTESSET\u{037E}";

/// A value as DynamoDB stores it.
pub(crate) fn to_attribute_value<T: Serialize + ?Sized>(value: &T) -> Result<AttributeValue> {
    value.serialize(Serializer)
}

/// Writes the key of a map as text.
pub(crate) fn to_map_key<T: Serialize + ?Sized>(key: &T) -> Result<String> {
    key.serialize(MapKey)
}

/// A struct as an item.
pub(crate) fn to_item<T: Serialize + ?Sized>(value: &T) -> Result<HashMap<String, AttributeValue>> {
    match to_attribute_value(value)? {
        AttributeValue::M(item) => Ok(item),
        other => Err(Error::new(format!(
            "an item is a map of attributes, and this is written as {}",
            data_type(&other)
        ))),
    }
}

struct Serializer;

fn number(text: String) -> Result<AttributeValue> {
    check_number(&text).map_err(|rule| Error::new(rule.to_string()))?;
    Ok(AttributeValue::N(text))
}

macro_rules! numbers {
    ($($method:ident: $ty:ty => |$value:ident| $attribute:expr;)+) => { $(
        fn $method(self, $value: $ty) -> Result<AttributeValue> { $attribute }
    )+ };
}

impl serde::Serializer for Serializer {
    type Ok = AttributeValue;
    type Error = Error;
    type SerializeSeq = List;
    type SerializeTuple = List;
    type SerializeTupleStruct = List;
    type SerializeTupleVariant = List;
    type SerializeMap = Map;
    type SerializeStruct = Map;
    type SerializeStructVariant = Map;

    numbers! {
        serialize_i8: i8 => |value| Ok(AttributeValue::N(value.to_string()));
        serialize_i16: i16 => |value| Ok(AttributeValue::N(value.to_string()));
        serialize_i32: i32 => |value| Ok(AttributeValue::N(value.to_string()));
        serialize_i64: i64 => |value| Ok(AttributeValue::N(value.to_string()));
        serialize_u8: u8 => |value| Ok(AttributeValue::N(value.to_string()));
        serialize_u16: u16 => |value| Ok(AttributeValue::N(value.to_string()));
        serialize_u32: u32 => |value| Ok(AttributeValue::N(value.to_string()));
        serialize_u64: u64 => |value| Ok(AttributeValue::N(value.to_string()));
        serialize_f32: f32 => |value| Ok(AttributeValue::N(value.to_string()));
        serialize_f64: f64 => |value| Ok(AttributeValue::N(value.to_string()));
        serialize_i128: i128 => |value| number(value.to_string());
        serialize_u128: u128 => |value| number(value.to_string());
    }

    fn serialize_bool(self, value: bool) -> Result<AttributeValue> {
        Ok(AttributeValue::Bool(value))
    }

    fn serialize_char(self, value: char) -> Result<AttributeValue> {
        Ok(AttributeValue::S(value.to_string()))
    }

    fn serialize_str(self, value: &str) -> Result<AttributeValue> {
        Ok(AttributeValue::S(value.to_owned()))
    }

    fn serialize_bytes(self, value: &[u8]) -> Result<AttributeValue> {
        Ok(AttributeValue::B(Blob::new(value)))
    }

    fn serialize_none(self) -> Result<AttributeValue> {
        Ok(AttributeValue::Null(true))
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<AttributeValue> {
        value.serialize(self)
    }

    fn serialize_unit(self) -> Result<AttributeValue> {
        Ok(AttributeValue::Null(true))
    }

    fn serialize_unit_struct(self, _: &'static str) -> Result<AttributeValue> {
        Ok(AttributeValue::Null(true))
    }

    fn serialize_unit_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
    ) -> Result<AttributeValue> {
        Ok(AttributeValue::S(variant.to_owned()))
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        name: &'static str,
        value: &T,
    ) -> Result<AttributeValue> {
        let inner = value.serialize(self)?;
        match (name, inner) {
            (STRING_SET | NUMBER_SET | BINARY_SET, AttributeValue::L(list)) => set(name, list),
            (STRING_SET | NUMBER_SET | BINARY_SET, _) => {
                Err(Error::new("a set is made of a sequence"))
            }
            (EXACT_NUMBER, AttributeValue::S(digits)) => number(digits),
            (_, inner) => Ok(inner),
        }
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        value: &T,
    ) -> Result<AttributeValue> {
        let inner = value.serialize(self)?;
        Ok(under(Some(variant), inner))
    }

    fn serialize_seq(self, len: Option<usize>) -> Result<List> {
        Ok(List::new(None, len.unwrap_or_default()))
    }

    fn serialize_tuple(self, len: usize) -> Result<List> {
        Ok(List::new(None, len))
    }

    fn serialize_tuple_struct(self, _: &'static str, len: usize) -> Result<List> {
        Ok(List::new(None, len))
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        len: usize,
    ) -> Result<List> {
        Ok(List::new(Some(variant), len))
    }

    fn serialize_map(self, len: Option<usize>) -> Result<Map> {
        Ok(Map::new(None, len.unwrap_or_default()))
    }

    fn serialize_struct(self, _: &'static str, len: usize) -> Result<Map> {
        Ok(Map::new(None, len))
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        len: usize,
    ) -> Result<Map> {
        Ok(Map::new(Some(variant), len))
    }
}

/// The data of an externally tagged variant are stored under the variant's name.
fn under(variant: Option<&str>, inner: AttributeValue) -> AttributeValue {
    match variant {
        Some(name) => AttributeValue::M(HashMap::from([(name.to_owned(), inner)])),
        None => inner,
    }
}

fn set(name: &str, list: Vec<AttributeValue>) -> Result<AttributeValue> {
    fn members<T>(
        list: Vec<AttributeValue>,
        what: &str,
        member: impl Fn(AttributeValue) -> std::result::Result<T, AttributeValue>,
    ) -> Result<Vec<T>> {
        let wrong = |value| {
            let found = data_type(&value);
            Error::new(format!("a member of a {what} set is written as {found}"))
        };
        list.into_iter()
            .map(|value| member(value).map_err(wrong))
            .collect()
    }
    let string = |value| match value {
        AttributeValue::S(text) => Ok(text),
        other => Err(other),
    };
    let number = |value| match value {
        AttributeValue::N(digits) => Ok(digits),
        other => Err(other),
    };
    let binary = |value| match value {
        AttributeValue::B(bytes) => Ok(bytes),
        other => Err(other),
    };
    Ok(match name {
        STRING_SET => AttributeValue::Ss(members(list, "string", string)?),
        NUMBER_SET => AttributeValue::Ns(members(list, "number", number)?),
        _ => AttributeValue::Bs(members(list, "binary", binary)?),
    })
}

struct List {
    variant: Option<&'static str>,
    list: Vec<AttributeValue>,
}

impl List {
    /// The length that a type gives to serde may be wrong, so it must not decide how much memory is reserved.
    fn new(variant: Option<&'static str>, len: usize) -> Self {
        let list = Vec::with_capacity(len.min(4_096));
        Self { variant, list }
    }
}

macro_rules! list {
    ($($trait:ident::$method:ident),+) => { $(
        impl $trait for List {
            type Ok = AttributeValue;
            type Error = Error;
            fn $method<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<()> {
                self.list.push(to_attribute_value(value)?);
                Ok(())
            }
            fn end(self) -> Result<AttributeValue> {
                Ok(under(self.variant, AttributeValue::L(self.list)))
            }
        }
    )+ };
}
list! {
    SerializeSeq::serialize_element, SerializeTuple::serialize_element,
    SerializeTupleStruct::serialize_field, SerializeTupleVariant::serialize_field
}

struct Map {
    variant: Option<&'static str>,
    entries: HashMap<String, AttributeValue>,
    key: Option<String>,
}

impl Map {
    fn new(variant: Option<&'static str>, len: usize) -> Self {
        let entries = HashMap::with_capacity(len.min(4_096));
        Self {
            variant,
            entries,
            key: None,
        }
    }
}

macro_rules! fields {
    ($($trait:ident),+) => { $(
        impl $trait for Map {
            type Ok = AttributeValue;
            type Error = Error;
            fn serialize_field<T: Serialize + ?Sized>(&mut self, name: &'static str, value: &T) -> Result<()> {
                self.entries.insert(name.to_owned(), to_attribute_value(value)?);
                Ok(())
            }
            fn end(self) -> Result<AttributeValue> {
                Ok(under(self.variant, AttributeValue::M(self.entries)))
            }
        }
    )+ };
}
fields! { SerializeStruct, SerializeStructVariant }

impl SerializeMap for Map {
    type Ok = AttributeValue;
    type Error = Error;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<()> {
        self.key = Some(key.serialize(MapKey)?);
        Ok(())
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<()> {
        let key = self.key.take();
        let key = key.ok_or_else(|| Error::new("a value of a map without its key"))?;
        self.entries.insert(key, to_attribute_value(value)?);
        Ok(())
    }

    fn end(self) -> Result<AttributeValue> {
        Ok(AttributeValue::M(self.entries))
    }
}

/// A key of a map: a string, or a value that is written as a string.
struct MapKey;

fn no_key<T>() -> Result<T> {
    Err(Error::new("Key must be a string"))
}

macro_rules! key_text {
    ($($method:ident: $ty:ty),+) => { $(
        fn $method(self, value: $ty) -> Result<String> { Ok(value.to_string()) }
    )+ };
}
macro_rules! no_key {
    ($($method:ident($($arg:ty),*) -> $ok:ty;)+) => { $(
        fn $method(self, $(_: $arg),*) -> Result<$ok> { no_key() }
    )+ };
}

impl serde::Serializer for MapKey {
    type Ok = String;
    type Error = Error;
    type SerializeSeq = Impossible<String, Error>;
    type SerializeTuple = Impossible<String, Error>;
    type SerializeTupleStruct = Impossible<String, Error>;
    type SerializeTupleVariant = Impossible<String, Error>;
    type SerializeMap = Impossible<String, Error>;
    type SerializeStruct = Impossible<String, Error>;
    type SerializeStructVariant = Impossible<String, Error>;

    key_text! {
        serialize_i8: i8, serialize_i16: i16, serialize_i32: i32, serialize_i64: i64, serialize_i128: i128,
        serialize_u8: u8, serialize_u16: u16, serialize_u32: u32, serialize_u64: u64, serialize_u128: u128,
        serialize_bool: bool, serialize_char: char, serialize_str: &str
    }
    no_key! {
        serialize_f32(f32) -> String;
        serialize_f64(f64) -> String;
        serialize_bytes(&[u8]) -> String;
        serialize_none() -> String;
        serialize_unit() -> String;
        serialize_unit_struct(&'static str) -> String;
        serialize_seq(Option<usize>) -> Self::SerializeSeq;
        serialize_tuple(usize) -> Self::SerializeTuple;
        serialize_tuple_struct(&'static str, usize) -> Self::SerializeTupleStruct;
        serialize_tuple_variant(&'static str, u32, &'static str, usize) -> Self::SerializeTupleVariant;
        serialize_map(Option<usize>) -> Self::SerializeMap;
        serialize_struct(&'static str, usize) -> Self::SerializeStruct;
        serialize_struct_variant(&'static str, u32, &'static str, usize) -> Self::SerializeStructVariant;
    }

    fn serialize_unit_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
    ) -> Result<String> {
        Ok(variant.to_owned())
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        value: &T,
    ) -> Result<String> {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: &T,
    ) -> Result<String> {
        no_key()
    }

    fn serialize_some<T: Serialize + ?Sized>(self, _: &T) -> Result<String> {
        no_key()
    }
}
