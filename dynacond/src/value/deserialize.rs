//! Reads attribute values with serde, in the same format as `serde_dynamo`, but exactly: numbers of up to 38 digits are never read
//! through `f64`, and members of sets may also be newtypes and enums.
use std::collections::HashMap;

use aws_sdk_dynamodb::primitives::Blob;
use aws_sdk_dynamodb::types::AttributeValue;
use serde::de::value::{MapDeserializer, SeqDeserializer, StrDeserializer};
use serde::de::{
    DeserializeOwned, DeserializeSeed, EnumAccess, IntoDeserializer, VariantAccess, Visitor,
};
use serde::{Deserialize, forward_to_deserialize_any};

use crate::value::reason::ReadError as Error;
use crate::value::serialize::EXACT_NUMBER;

type Result<T> = std::result::Result<T, Error>;

/// Reads a struct from attributes, each with its name.
pub(crate) fn from_attributes<'de, T: Deserialize<'de>>(
    attributes: impl Iterator<Item = (&'de str, &'de AttributeValue)>,
) -> Result<T> {
    T::deserialize(MapDeserializer::new(
        attributes.map(|(name, value)| (MapKey(name), Value::from(value))),
    ))
}

/// An attribute value, or a member of a set.
#[derive(Clone, Copy)]
enum Value<'de> {
    S(&'de str),
    N(&'de str),
    B(&'de [u8]),
    Bool(bool),
    Null(bool),
    L(&'de [AttributeValue]),
    M(&'de HashMap<String, AttributeValue>),
    Ss(&'de [String]),
    Ns(&'de [String]),
    Bs(&'de [Blob]),
    Unknown,
}

impl<'de> From<&'de AttributeValue> for Value<'de> {
    fn from(value: &'de AttributeValue) -> Self {
        match value {
            AttributeValue::S(text) => Self::S(text),
            AttributeValue::N(digits) => Self::N(digits),
            AttributeValue::B(bytes) => Self::B(bytes.as_ref()),
            AttributeValue::Bool(value) => Self::Bool(*value),
            AttributeValue::Null(value) => Self::Null(*value),
            AttributeValue::L(list) => Self::L(list),
            AttributeValue::M(map) => Self::M(map),
            AttributeValue::Ss(set) => Self::Ss(set),
            AttributeValue::Ns(set) => Self::Ns(set),
            AttributeValue::Bs(set) => Self::Bs(set),
            _ => Self::Unknown,
        }
    }
}

impl<'de> IntoDeserializer<'de, Error> for Value<'de> {
    type Deserializer = Self;
    fn into_deserializer(self) -> Self {
        self
    }
}

fn expected<T>(what: &str) -> Result<T> {
    Err(Error::expected(&what))
}

macro_rules! numbers {
    ($($method:ident: $ty:ty, $visit:ident;)+) => { $(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
            let Self::N(digits) = self else { return expected("num") };
            let number = digits.parse::<$ty>().map_err(|error| Error::new(error.to_string()))?;
            visitor.$visit(number)
        }
    )+ };
}

impl<'de> serde::Deserializer<'de> for Value<'de> {
    type Error = Error;

    numbers! {
        deserialize_i8: i8, visit_i8;
        deserialize_i16: i16, visit_i16;
        deserialize_i32: i32, visit_i32;
        deserialize_i64: i64, visit_i64;
        deserialize_i128: i128, visit_i128;
        deserialize_u8: u8, visit_u8;
        deserialize_u16: u16, visit_u16;
        deserialize_u32: u32, visit_u32;
        deserialize_u64: u64, visit_u64;
        deserialize_u128: u128, visit_u128;
        deserialize_f32: f32, visit_f32;
        deserialize_f64: f64, visit_f64;
    }

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        match self {
            Self::S(_) => self.deserialize_str(visitor),
            Self::N(digits) => {
                if let Ok(number) = digits.parse::<i64>() {
                    visitor.visit_i64(number)
                } else if let Ok(number) = digits.parse::<u64>() {
                    visitor.visit_u64(number)
                } else {
                    self.deserialize_f64(visitor)
                }
            }
            Self::B(_) => self.deserialize_bytes(visitor),
            Self::Bool(_) => self.deserialize_bool(visitor),
            Self::Null(_) => self.deserialize_unit(visitor),
            Self::M(_) => self.deserialize_map(visitor),
            Self::L(_) | Self::Ss(_) | Self::Ns(_) | Self::Bs(_) => self.deserialize_seq(visitor),
            Self::Unknown => Err(Error::new(
                "the attribute has a type that this version of the SDK does not know",
            )),
        }
    }

    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        match self {
            Self::S(text) => visitor.visit_borrowed_str(text),
            _ => expected("string"),
        }
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        self.deserialize_str(visitor)
    }

    fn deserialize_identifier<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        self.deserialize_str(visitor)
    }

    fn deserialize_char<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        let Self::S(text) = self else {
            return expected("char");
        };
        let mut letters = text.chars();
        match (letters.next(), letters.next()) {
            (Some(only), None) => visitor.visit_char(only),
            _ => expected("char"),
        }
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        match self {
            Self::Bool(value) => visitor.visit_bool(value),
            _ => expected("bool"),
        }
    }

    fn deserialize_bytes<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        match self {
            Self::B(bytes) => visitor.visit_borrowed_bytes(bytes),
            _ => expected("binary data"),
        }
    }

    fn deserialize_byte_buf<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        self.deserialize_bytes(visitor)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        match self {
            Self::Null(true) => visitor.visit_none(),
            value => visitor.visit_some(value),
        }
    }

    fn deserialize_unit<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        match self {
            Self::Null(true) => visitor.visit_unit(),
            _ => expected("unit"),
        }
    }

    fn deserialize_unit_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value> {
        match self {
            Self::Null(true) => visitor.visit_unit(),
            _ => expected("unit struct"),
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        visitor: V,
    ) -> Result<V::Value> {
        match self {
            Self::N(digits) if name == EXACT_NUMBER => {
                visitor.visit_newtype_struct(StrDeserializer::<Error>::new(digits))
            }
            _ if name == EXACT_NUMBER => expected("num"),
            value => visitor.visit_newtype_struct(value),
        }
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        fn members<'de, V: Visitor<'de>>(
            members: impl Iterator<Item = Value<'de>>,
            visitor: V,
        ) -> Result<V::Value> {
            visitor.visit_seq(SeqDeserializer::new(members))
        }
        match self {
            Self::L(list) => members(list.iter().map(Self::from), visitor),
            Self::Ss(set) => members(set.iter().map(|text| Self::S(text)), visitor),
            Self::Ns(set) => members(set.iter().map(|digits| Self::N(digits)), visitor),
            Self::Bs(set) => members(set.iter().map(|bytes| Self::B(bytes.as_ref())), visitor),
            _ => expected("seq"),
        }
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value> {
        self.deserialize_seq(visitor)
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: usize,
        visitor: V,
    ) -> Result<V::Value> {
        self.deserialize_seq(visitor)
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        let Self::M(map) = self else {
            return expected("map");
        };
        let entries = map
            .iter()
            .map(|(name, value)| (MapKey(name), Self::from(value)));
        visitor.visit_map(MapDeserializer::new(entries))
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value> {
        match self {
            Self::L(_) => self.deserialize_seq(visitor),
            _ => self.deserialize_map(visitor),
        }
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value> {
        match self {
            Self::S(variant) => visitor.visit_enum(StrDeserializer::<Error>::new(variant)),
            Self::M(map) => {
                let mut entries = map.iter();
                match (entries.next(), entries.next()) {
                    (Some((name, value)), None) => {
                        visitor.visit_enum(Variant(name, Self::from(value)))
                    }
                    _ => expected("an item with a single key"),
                }
            }
            _ => expected("enum"),
        }
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        visitor.visit_unit()
    }
}

/// The data of an externally tagged variant, under its name.
struct Variant<'de>(&'de str, Value<'de>);

impl<'de> EnumAccess<'de> for Variant<'de> {
    type Error = Error;
    type Variant = Value<'de>;

    fn variant_seed<S: DeserializeSeed<'de>>(self, seed: S) -> Result<(S::Value, Value<'de>)> {
        let name = seed.deserialize(StrDeserializer::<Error>::new(self.0))?;
        Ok((name, self.1))
    }
}

impl<'de> VariantAccess<'de> for Value<'de> {
    type Error = Error;

    fn unit_variant(self) -> Result<()> {
        Ok(())
    }

    fn newtype_variant_seed<S: DeserializeSeed<'de>>(self, seed: S) -> Result<S::Value> {
        seed.deserialize(self)
    }

    fn tuple_variant<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value> {
        serde::Deserializer::deserialize_seq(self, visitor)
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value> {
        serde::Deserializer::deserialize_map(self, visitor)
    }
}

/// A key of a map: a string, or a value that was written as a string.
struct MapKey<'de>(&'de str);

/// Whether a type reads this text as the key of a map.
pub(crate) fn is_map_key<K: DeserializeOwned>(text: &str) -> bool {
    K::deserialize(MapKey(text)).is_ok()
}

impl<'de> IntoDeserializer<'de, Error> for MapKey<'de> {
    type Deserializer = Self;
    fn into_deserializer(self) -> Self {
        self
    }
}

macro_rules! number_keys {
    ($($method:ident => $visit:ident),+) => { $(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
            let Ok(number) = self.0.parse() else { return expected("num") };
            visitor.$visit(number)
        }
    )+ };
}

impl<'de> serde::Deserializer<'de> for MapKey<'de> {
    type Error = Error;

    number_keys! {
        deserialize_i8 => visit_i8, deserialize_i16 => visit_i16, deserialize_i32 => visit_i32,
        deserialize_i64 => visit_i64, deserialize_i128 => visit_i128, deserialize_u8 => visit_u8,
        deserialize_u16 => visit_u16, deserialize_u32 => visit_u32, deserialize_u64 => visit_u64,
        deserialize_u128 => visit_u128
    }

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        visitor.visit_borrowed_str(self.0)
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        match self.0 {
            "true" => visitor.visit_bool(true),
            "false" => visitor.visit_bool(false),
            _ => expected("string"),
        }
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value> {
        visitor.visit_enum(StrDeserializer::<Error>::new(self.0))
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value> {
        visitor.visit_newtype_struct(self)
    }

    forward_to_deserialize_any! {
        f32 f64 char str string bytes byte_buf option unit unit_struct seq tuple tuple_struct map struct identifier
        ignored_any
    }
}
