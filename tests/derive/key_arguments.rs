//! The fields of a key are taken by value and by reference, whatever their types, by `key`, `partition` and those of indexes.
use std::borrow::Cow;
use std::sync::Arc;

use bytes::Bytes;
use dynacond::operators::KeyArgs;
use dynacond::{AttributeType, AttributeValue, Key, Versioned};
use serde::{Deserialize, Serialize};

use super::{key, n, s};

/// Copied by its users.
#[derive(Clone, Copy, Serialize, Deserialize, AttributeType)]
enum Region {
    Eu,
}
#[derive(Clone, Copy, Serialize, Deserialize, AttributeType)]
struct Number(u32);
#[derive(Clone, Serialize, Deserialize, AttributeType)]
struct Name(String);
/// A type of which dynacond knows nothing.
#[derive(Clone, Copy, Serialize, Deserialize)]
struct Foreign(u8);

/// An item whose key is one field, the arguments that `key`, `partition` and the index take for it, and the key's value.
macro_rules! taken {
    ($($name:ident: $(#[$attribute:meta])* $ty:ty, $value:expr => $stored:expr; $($arg:expr),+;)+) => { $(
        #[test]
        fn $name() {
            #[derive(Serialize, Deserialize, Versioned)]
            #[dynacond(table = "t", index(ByOther, name = "other", partition_key(other)))]
            struct Thing {
                #[dynacond(partition_key)]
                $(#[$attribute])*
                id: $ty,
                $(#[$attribute])*
                other: $ty,
            }
            let thing = Thing { id: $value, other: $value };
            assert_eq!(key(&thing.to_key()), [("id", $stored)], "the item's own");
            $(
                assert_eq!(key(&Thing::key($arg)), [("id", $stored)], "key({})", stringify!($arg));
                let partition = Thing::partition($arg);
                assert_eq!(partition.attributes().collect::<Vec<_>>(), [("id", &$stored)]);
                let partition = ByOther::partition($arg);
                assert_eq!(partition.attributes().collect::<Vec<_>>(), [("other", &$stored)]);
            )+
            assert_eq!(key(&Thing::key($value)), [("id", $stored)], "by value");
            assert_eq!(key(&Thing::key(&$value)), [("id", $stored)], "by reference");
            let values = [$value];
            let of_values = values.iter().map(Thing::key).next();
            assert_eq!(of_values, Some(thing.to_key()), "as a function");
            let filtered = values.iter().filter(|value| Thing::key(value) == thing.to_key());
            assert_eq!(filtered.count(), 1, "by reference of a reference");
        }
    )+ };
}

fn b(bytes: &[u8]) -> AttributeValue {
    AttributeValue::B(bytes.to_vec().into())
}

taken! {
    a_text: String, "o1".to_owned() => s("o1"); "o1", &"o1", Cow::from("o1"), Arc::<str>::from("o1"), &Box::<str>::from("o1");
    a_borrowed_text: Cow<'static, str>, Cow::from("o1") => s("o1"); "o1", "o1".to_owned(), &"o1".to_owned();
    a_boxed_text: Box<str>, Box::<str>::from("o1") => s("o1"); "o1", "o1".to_owned(), &"o1".to_owned();
    an_unsigned_number: u64, 7_u64 => n(7); 7, &7, u64::from(7_u8);
    a_small_number: u8, 7_u8 => n(7); 7, &7;
    a_signed_number: i16, -7_i16 => n(-7); -7, &-7;
    a_number_of_128_bits: u128, 7_u128 => n(7); 7, &7;
    an_enum: Region, Region::Eu => s("Eu"); Region::Eu, &Region::Eu;
    a_newtype_of_a_number: Number, Number(7) => n(7); Number(7), &Number(7);
    a_newtype_of_a_text: Name, Name("o1".into()) => s("o1"); Name("o1".to_owned());
    a_declared_type: #[dynacond(stored_as = "N")] Foreign, Foreign(7) => n(7); Foreign(7), &Foreign(7);
    a_uuid: uuid::Uuid, uuid::Uuid::nil() => s("00000000-0000-0000-0000-000000000000"); uuid::Uuid::nil();
    bytes_of_another_crate: Bytes, Bytes::from_static(b"k") => b(b"k"); b"k", &b"k"[..], b"k".to_vec(), [b'k'];
    bytes_of_a_fixed_length: serde_bytes::ByteArray<1>, serde_bytes::ByteArray::new([b'k']) => b(b"k"); b"k", [b'k'];
    bytes_under_a_module: #[serde(with = "serde_bytes")] Vec<u8>, b"k".to_vec() => b(b"k"); b"k", &b"k"[..], Bytes::from_static(b"k");
}

#[derive(Serialize, Deserialize, Versioned)]
#[dynacond(
    table = "t",
    partition_key(name = "pk", value = "{region}#{number}"),
    sort_key(name = "sk", value = "{name}"),
    index(
        ByNumber,
        name = "number",
        partition_key(number, name),
        sort_key(region)
    )
)]
struct Place {
    region: Region,
    number: Number,
    name: String,
}

#[test]
fn each_field_of_a_tuple_is_a_value_or_a_reference() {
    let (region, number, name) = (Region::Eu, Number(7), "o1".to_owned());
    let place = Place {
        region,
        number,
        name: name.clone(),
    };
    for of_fields in [
        Place::key((Region::Eu, Number(7), "o1")),
        Place::key((&region, number, &name)),
        Place::key((region, &number, name.clone())),
        Place::key((&place.region, &place.number, &place.name)),
    ] {
        assert_eq!(of_fields, place.to_key());
        assert_eq!(key(&of_fields), [("pk", s("Eu#7")), ("sk", s("o1"))]);
    }
    let partition = Place::partition((region, &number));
    assert_eq!(partition, Place::partition((&region, number)));
    assert_eq!(partition.to_string(), "{pk: Eu#7}");
    let by_number = ByNumber::partition((number, &*name));
    assert_eq!(by_number, ByNumber::partition((&number, name)));
    assert_eq!(by_number.to_string(), "{number: 7, name: o1}");
}

/// As a repository of the user's is written.
fn find<T: Versioned>(fields: impl KeyArgs<T::KeyFields>) -> Key<T> {
    T::key(fields)
}

#[test]
fn a_generic_function_takes_what_key_takes() {
    let place = find::<Place>((Region::Eu, &Number(7), "o1"));
    assert_eq!(place, Place::key((Region::Eu, Number(7), "o1")));
}

#[test]
fn a_key_has_up_to_twelve_fields() {
    #[derive(Serialize, Deserialize, Versioned)]
    #[dynacond(
        table = "t",
        partition_key(name = "pk", value = "{a}-{b}-{c}-{d}-{e}-{f}"),
        sort_key(name = "sk", value = "{g}-{h}-{i}-{j}-{k}-{l}")
    )]
    struct Wide {
        a: u8,
        b: u8,
        c: u8,
        d: u8,
        e: u8,
        f: u8,
        g: u8,
        h: u8,
        i: u8,
        j: u8,
        k: u8,
        l: u8,
    }
    let wide = Wide::key((1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, &12));
    let expected = [("pk", s("1-2-3-4-5-6")), ("sk", s("7-8-9-10-11-12"))];
    assert_eq!(key(&wide), expected);
}
