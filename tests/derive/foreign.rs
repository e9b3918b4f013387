//! Types of other crates: the item that each model writes, byte by byte, and that it is read back as it was.
#![expect(
    clippy::needless_borrows_for_generic_args,
    clippy::ref_option,
    reason = "references are operands too; serde's `with` takes a reference"
)]
use std::collections::{BTreeSet, HashSet};
use std::time::{Duration, SystemTime};

use dynacond::aws_sdk_dynamodb::Client;
use dynacond::{
    AttributeType, AttributeValue, Condition, Document, Error, Item, Projection, Store, Versioned,
};
use serde::{Deserialize, Serialize};

use super::super::s;

fn number(digits: &str) -> AttributeValue {
    AttributeValue::N(digits.to_owned())
}

fn binary(bytes: &[u8]) -> AttributeValue {
    AttributeValue::B(bytes.into())
}

/// The attributes that a model writes, without version and write id, after it was read back as it was written.
async fn round_trip<T>(value: T) -> Item
where
    T: dynacond::Guarded + Clone + PartialEq + std::fmt::Debug + Send + Sync + 'static,
{
    let client = dynacond_local::client();
    let store = Store::new(client.clone());
    dynacond_local::create_table::<T>(&store)
        .await
        .expect("a table");
    let key = value.to_key();
    store.create(value.clone()).send().await.expect("created");
    let read = store.get(&key).send().await.expect("read").expect("there");
    assert_eq!(*read, value, "read back");
    // A save of what was read is no change.
    store.save(read).send().await.expect("saved");
    raw(&client, &key).await
}

async fn raw<T: Versioned>(client: &Client, key: &dynacond::Key<T>) -> Item {
    let request = client
        .get_item()
        .table_name(T::MODEL.table)
        .set_key(Some(key.raw().to_item()));
    let mut item = request.send().await.expect("read").item.expect("there");
    assert_eq!(item.remove("item_version"), Some(number("1")));
    item.remove("item_write_id");
    item
}

fn item<const N: usize>(attributes: [(&str, AttributeValue); N]) -> Item {
    attributes
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value))
        .collect()
}

fn sent<I>(condition: &Condition<I>) -> (String, Vec<AttributeValue>) {
    let expression = condition.clone().compile().expect("an expression");
    let mut values: Vec<_> = expression.values.into_iter().collect();
    values.sort_by(|a, b| a.0.cmp(&b.0));
    (
        expression.text,
        values.into_iter().map(|(_, value)| value).collect(),
    )
}

/// The text of what a condition cannot be compiled for.
fn not_encoded<I>(condition: &Condition<I>) -> String {
    condition
        .clone()
        .compile()
        .expect_err("an error")
        .to_string()
}

mod uuids {
    use super::*;
    use uuid::Uuid;

    #[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Versioned)]
    #[dynacond(table = "sessions")]
    struct Session {
        #[dynacond(partition_key)]
        id: Uuid,
        #[dynacond(sort_key)]
        device: Uuid,
        parent: Option<Uuid>,
        #[serde(with = "serde_dynamo::string_set")]
        users: HashSet<Uuid>,
    }

    #[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Versioned)]
    #[dynacond(
        table = "seats",
        partition_key(name = "pk", value = "event#{event}{customer}"),
        sort_key(name = "sk", value = "day#{day}")
    )]
    struct Seat {
        #[dynacond(in_key)]
        event: Uuid,
        customer: Uuid,
        #[dynacond(in_key)]
        day: chrono::NaiveDate,
    }

    #[tokio::test]
    async fn need_no_separator_in_key_templates() {
        let seat = Seat {
            event: Uuid::from_u128(0xA),
            customer: Uuid::from_u128(0xB),
            day: chrono::NaiveDate::from_ymd_opt(2026, 11, 29).expect("a day"),
        };
        let [a, b] = ["a", "b"].map(|last| format!("00000000-0000-0000-0000-00000000000{last}"));
        let expected = item([
            ("pk", s(&format!("event#{a}{b}"))),
            ("sk", s("day#2026-11-29")),
            ("customer", s(&b)),
        ]);
        assert_eq!(round_trip(seat).await, expected);
    }

    #[tokio::test]
    async fn are_text_in_their_order_in_keys_and_sets_too() {
        let id = Uuid::from_u128(0xA);
        let session = Session {
            id,
            device: Uuid::from_u128(0xB),
            parent: Some(Uuid::from_u128(0xC)),
            users: HashSet::from([Uuid::from_u128(0xD)]),
        };
        let text = |last: char| format!("00000000-0000-0000-0000-00000000000{last}");
        let expected = item([
            ("id", s(&text('a'))),
            ("device", s(&text('b'))),
            ("parent", s(&text('c'))),
            ("users", AttributeValue::Ss(vec![text('d')])),
        ]);
        assert_eq!(round_trip(session).await, expected);
        let a = Session::attributes();
        assert_eq!(
            sent(&a.id.lt(id)),
            ("#id < :id".to_owned(), vec![s(&text('a'))])
        );
        assert_eq!(
            sent(&a.users.contains(id)),
            ("contains(#users, :users)".to_owned(), vec![s(&text('a'))])
        );
        assert!(a.parent.is_none().matches(&Item::new()));
    }
}

mod chrono_times {
    use super::*;
    use chrono::{DateTime, NaiveDate, Utc};

    #[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Versioned)]
    #[dynacond(table = "events")]
    struct Event {
        #[dynacond(partition_key)]
        day: NaiveDate,
        #[serde(with = "dynacond::sortable_time")]
        #[dynacond(sort_key)]
        at: DateTime<Utc>,
        text: DateTime<Utc>,
        #[serde(with = "dynacond::epoch_seconds")]
        seconds: DateTime<Utc>,
        #[serde(with = "dynacond::epoch_millis")]
        millis: DateTime<Utc>,
        #[serde(
            default,
            with = "dynacond::epoch_seconds",
            skip_serializing_if = "Option::is_none"
        )]
        expires: Option<DateTime<Utc>>,
        #[serde(default, with = "dynacond::sortable_time")]
        seen: Option<DateTime<Utc>>,
        #[serde(default, with = "chrono::serde::ts_seconds_option")]
        #[dynacond(stored_as = "N")]
        left: Option<DateTime<Utc>>,
    }

    fn at(millis: i64) -> DateTime<Utc> {
        DateTime::from_timestamp_millis(millis).expect("a time")
    }

    fn event() -> Event {
        Event {
            day: NaiveDate::from_ymd_opt(2026, 11, 29).expect("a day"),
            at: at(1_500),
            text: at(1_500),
            seconds: at(2_000),
            millis: at(-1),
            expires: Some(at(3_000)),
            seen: None,
            left: Some(at(4_000)),
        }
    }

    #[tokio::test]
    async fn are_text_or_numbers_as_their_field_says() {
        let expected = item([
            ("day", s("2026-11-29")),
            ("at", s("1970-01-01T00:00:01.500000000Z")),
            ("text", s("1970-01-01T00:00:01.500Z")),
            ("seconds", number("2")),
            ("millis", number("-1")),
            ("expires", number("3")),
            ("seen", AttributeValue::Null(true)),
            ("left", number("4")),
        ]);
        assert_eq!(round_trip(event()).await, expected);
    }

    #[test]
    fn have_an_order_where_what_is_stored_has_it() {
        let e = Event::attributes();
        let now = at(1_500);
        let (text, number) = (s("1970-01-01T00:00:01.500000000Z"), number("1"));
        for (condition, value) in [
            (e.at.lt(now), text.clone()),
            (e.seen.ge(now), text),
            (e.seconds.le(now), number.clone()),
            (e.expires.lt(now), number.clone()),
            (e.expires.lt(&now), number.clone()),
            (e.left.gt(now), number),
            (e.day.gt(event().day), s("2026-11-29")),
            (e.text.eq(now), s("1970-01-01T00:00:01.500Z")),
        ] {
            assert_eq!(sent(&condition).1, [value], "{condition}");
        }
    }

    #[test]
    fn are_rounded_down_and_never_beyond_what_sorts() {
        let e = Event::attributes();
        assert_eq!(sent(&e.seconds.eq(at(-1))).1, [number("-1")]);
        let late = DateTime::<Utc>::MAX_UTC;
        assert!(not_encoded(&e.at.lt(late)).contains("in the years 1 to 9999 only"));
        assert!(not_encoded(&e.day.lt(NaiveDate::MAX)).contains("in the years 0 to 9999 only"));
        for text in [
            "1970-01-01T00:00:01.5Z",
            "1970-01-01T00:00:01.500000000+00:00",
            "soon",
        ] {
            let mut stored = dynacond_item(&event());
            stored.insert("at".to_owned(), s(text));
            let error = dynacond::Stored::<Event>::from_item(stored).expect_err("not a time");
            assert!(matches!(error, Error::Decode(_)), "{error}");
        }
    }

    /// What a query would bring.
    fn dynacond_item(event: &Event) -> Item {
        let mut item = super::item([
            ("item_version", number("1")),
            ("day", s("2026-11-29")),
            ("seconds", number("2")),
            ("millis", number("-1")),
            ("text", s("1970-01-01T00:00:01.500Z")),
        ]);
        let at = event.at.to_rfc3339_opts(chrono::SecondsFormat::Nanos, true);
        item.insert("at".to_owned(), s(&at));
        assert!(dynacond::Stored::<Event>::from_item(item.clone()).is_ok());
        item
    }
}

mod time_times {
    use super::*;
    use time::{Date, Duration, Month, OffsetDateTime};

    #[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Versioned)]
    #[dynacond(table = "events")]
    struct Event {
        #[dynacond(partition_key)]
        day: Date,
        text: OffsetDateTime,
        #[serde(with = "dynacond::epoch_millis")]
        millis: OffsetDateTime,
        #[serde(default, with = "dynacond::epoch_seconds")]
        expires: Option<OffsetDateTime>,
        #[serde(with = "dynacond::sortable_time")]
        at: OffsetDateTime,
    }

    #[tokio::test]
    async fn are_text_or_numbers_as_their_field_says() {
        let at = OffsetDateTime::UNIX_EPOCH + Duration::milliseconds(1_500);
        let event = Event {
            day: Date::from_calendar_date(2026, Month::November, 29).expect("a day"),
            text: at,
            millis: at,
            expires: Some(OffsetDateTime::UNIX_EPOCH),
            at: OffsetDateTime::UNIX_EPOCH - Duration::milliseconds(1),
        };
        let expected = item([
            ("day", s("2026-11-29")),
            ("text", s("1970-01-01 00:00:01.5 +00:00:00")),
            ("millis", number("1500")),
            ("expires", number("0")),
            ("at", s("1969-12-31T23:59:59.999000000Z")),
        ]);
        assert_eq!(round_trip(event).await, expected);
        let e = Event::attributes();
        assert_eq!(sent(&e.expires.lt(at)).1, [number("1")]);
        assert_eq!(sent(&e.millis.lt(at)).1, [number("1500")]);
    }
}

mod jiff_times {
    use super::*;
    use jiff::Timestamp;
    use jiff::civil::Date;

    #[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Versioned)]
    #[dynacond(table = "events")]
    struct Event {
        #[dynacond(partition_key)]
        day: Date,
        text: Timestamp,
        #[serde(with = "dynacond::epoch_seconds")]
        seconds: Timestamp,
        #[serde(default, with = "dynacond::epoch_millis")]
        expires: Option<Timestamp>,
        #[serde(with = "dynacond::sortable_time")]
        at: Timestamp,
    }

    #[tokio::test]
    async fn are_text_or_numbers_as_their_field_says() {
        let at = Timestamp::from_millisecond(-1_500).expect("a time");
        let event = Event {
            day: Date::new(2026, 11, 29).expect("a day"),
            text: at,
            seconds: Timestamp::from_second(-2).expect("a time"),
            expires: Some(at),
            at,
        };
        let expected = item([
            ("day", s("2026-11-29")),
            ("text", s("1969-12-31T23:59:58.5Z")),
            ("seconds", number("-2")),
            ("expires", number("-1500")),
            ("at", s("1969-12-31T23:59:58.500000000Z")),
        ]);
        assert_eq!(round_trip(event).await, expected);
        let e = Event::attributes();
        assert_eq!(sent(&e.seconds.lt(at)).1, [number("-2")]);
        assert_eq!(sent(&e.expires.between(at, at)).1, [number("-1500")]);
    }
}

mod decimals {
    use super::*;
    use rust_decimal::Decimal;

    #[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Versioned)]
    #[dynacond(table = "invoices")]
    struct Invoice {
        #[dynacond(partition_key)]
        id: String,
        text: Decimal,
        #[serde(with = "dynacond::exact_number")]
        total: Decimal,
        #[serde(default, with = "dynacond::exact_number")]
        discount: Option<Decimal>,
    }

    #[tokio::test]
    async fn are_numbers_by_their_digits_or_text() {
        // An f64 has 15 digits.
        let exact = Decimal::from_str_exact("7922816251426433.7593543950335").expect("a number");
        let invoice = Invoice {
            id: "i1".to_owned(),
            text: Decimal::new(150, 2),
            total: exact,
            discount: Some(-exact),
        };
        let expected = item([
            ("id", s("i1")),
            ("text", s("1.50")),
            ("total", number("7922816251426433.7593543950335")),
            ("discount", number("-7922816251426433.7593543950335")),
        ]);
        assert_eq!(round_trip(invoice).await, expected);
        let i = Invoice::attributes();
        assert_eq!(
            sent(&i.total.ge(exact).and(i.discount.is_some())).0,
            "#total >= :total AND attribute_exists(#discount) AND NOT attribute_type(#discount, :discount)"
        );
        assert_eq!(sent(&i.text.eq(Decimal::ONE)).1, [s("1")]);
    }

    #[tokio::test]
    async fn are_added_to_by_dynamodb() {
        let client = dynacond_local::client();
        let store = Store::new(client);
        dynacond_local::create_table::<Invoice>(&store)
            .await
            .expect("a table");
        let cent = Decimal::new(1, 2);
        let invoice = Invoice {
            id: "i1".to_owned(),
            text: cent,
            total: cent,
            discount: None,
        };
        store.create(invoice).send().await.expect("created");
        let update = store.update(Invoice::key("i1"));
        let update = update.set(|i| (i.total.add(cent), i.discount.to(cent)));
        let invoice = update.send().await.expect("updated");
        assert_eq!((invoice.total, invoice.discount), (cent + cent, Some(cent)));
    }

    #[test]
    fn are_not_rounded_when_they_are_read() {
        let read = |digits: &str| {
            let item = item([
                ("item_version", number("1")),
                ("id", s("i1")),
                ("text", s("1")),
                ("total", number(digits)),
            ]);
            dynacond::Stored::<Invoice>::from_item(item).map(|invoice| invoice.total)
        };
        assert_eq!(read("1E+2").expect("a number"), Decimal::ONE_HUNDRED);
        assert_eq!(read("-0.5").expect("a number"), Decimal::new(-5, 1));
        for digits in ["12345678901234567890123456789012345678", "1E-30", "1E+40"] {
            let error = read(digits).expect_err("no room");
            assert!(matches!(error, Error::Decode(_)), "{error}");
        }
    }
}

mod raw_bytes {
    use super::*;
    use bytes::Bytes;
    use serde_bytes::{ByteArray, ByteBuf};

    #[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Versioned)]
    #[dynacond(table = "blobs")]
    struct Blob {
        #[serde(with = "serde_bytes")]
        #[dynacond(partition_key)]
        id: Vec<u8>,
        #[dynacond(sort_key)]
        part: ByteBuf,
        data: Bytes,
        #[serde(with = "serde_bytes")]
        hash: [u8; 4],
        array: ByteArray<2>,
        #[serde(default, with = "serde_bytes")]
        note: Option<Vec<u8>>,
        #[serde(with = "serde_dynamo::binary_set")]
        parents: BTreeSet<ByteBuf>,
    }

    fn blob() -> Blob {
        Blob {
            id: vec![1, 2],
            part: ByteBuf::from([3]),
            data: Bytes::from_static(b"data"),
            hash: *b"hash",
            array: ByteArray::new([5, 6]),
            note: Some(vec![7]),
            parents: BTreeSet::from([ByteBuf::from([8])]),
        }
    }

    #[tokio::test]
    async fn are_binary_in_keys_and_sets_too() {
        let expected = item([
            ("id", binary(&[1, 2])),
            ("part", binary(&[3])),
            ("data", binary(b"data")),
            ("hash", binary(b"hash")),
            ("array", binary(&[5, 6])),
            ("note", binary(&[7])),
            ("parents", AttributeValue::Bs(vec![[8].as_slice().into()])),
        ]);
        assert_eq!(round_trip(blob()).await, expected);
        let key = Blob::key((&[1, 2], &[3]));
        assert_eq!(key, blob().to_key());
    }

    #[test]
    fn take_bytes_of_every_kind() {
        let b = Blob::attributes();
        let slice: &[u8] = &[1];
        for condition in [
            b.id.eq(slice),
            b.id.eq([1]),
            b.id.lt(&[1]),
            b.id.ge(vec![1]),
            b.id.begins_with(slice),
            b.part.eq(slice),
            b.part.between(slice, ByteBuf::from([1])),
            b.data.eq(&[1]),
            b.data.contains(Bytes::from_static(&[1])),
            b.note.eq(slice),
            b.parents.contains(slice),
            b.parents.contains(&ByteBuf::from([1])),
        ] {
            let values = sent(&condition).1;
            assert!(
                values.iter().all(|value| *value == binary(&[1])),
                "{condition}"
            );
        }
        assert_eq!(sent(&b.hash.eq(*b"hash")).1, [binary(b"hash")]);
        assert_eq!(
            sent(&b.array.eq(ByteArray::new([1, 1]))).1,
            [binary(&[1, 1])]
        );
    }
}

mod sets {
    use super::*;

    #[derive(
        Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, AttributeType,
    )]
    struct Tag(String);
    #[derive(
        Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, AttributeType,
    )]
    struct Size(u16);
    #[derive(
        Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, AttributeType,
    )]
    #[serde(rename_all = "lowercase")]
    enum Colour {
        Red,
        Blue,
    }

    #[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Versioned)]
    #[dynacond(table = "products")]
    struct Product {
        #[dynacond(partition_key)]
        id: String,
        #[serde(with = "serde_dynamo::string_set")]
        tags: HashSet<Tag>,
        #[serde(with = "serde_dynamo::number_set")]
        sizes: BTreeSet<Size>,
        #[serde(with = "serde_dynamo::string_set")]
        colours: BTreeSet<Colour>,
        #[serde(
            default,
            with = "serde_dynamo::number_set",
            skip_serializing_if = "Option::is_none"
        )]
        large: Option<BTreeSet<u128>>,
    }

    #[tokio::test]
    async fn of_newtypes_and_enums_are_read_back() {
        let product = Product {
            id: "p1".to_owned(),
            tags: HashSet::from([Tag("new".to_owned())]),
            sizes: BTreeSet::from([Size(38)]),
            colours: BTreeSet::from([Colour::Red]),
            large: Some(BTreeSet::from([u128::from(u64::MAX) + 1])),
        };
        let expected = item([
            ("id", s("p1")),
            ("tags", AttributeValue::Ss(vec!["new".to_owned()])),
            ("sizes", AttributeValue::Ns(vec!["38".to_owned()])),
            ("colours", AttributeValue::Ss(vec!["red".to_owned()])),
            (
                "large",
                AttributeValue::Ns(vec!["18446744073709551616".to_owned()]),
            ),
        ]);
        assert_eq!(round_trip(product).await, expected);
        let p = Product::attributes();
        assert_eq!(sent(&p.colours.contains(Colour::Blue)).1, [s("blue")]);
        assert_eq!(sent(&p.sizes.contains(Size(3))).1, [number("3")]);
    }
}

mod large_integers {
    use super::*;

    #[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Versioned)]
    #[dynacond(table = "ledger")]
    struct Account {
        #[dynacond(partition_key)]
        id: u128,
        balance: i128,
        limit: Option<u128>,
    }

    fn account(balance: i128) -> Account {
        Account {
            id: 7,
            balance,
            limit: None,
        }
    }

    const DIGITS_38: i128 = 99_999_999_999_999_999_999_999_999_999_999_999_999;

    #[tokio::test]
    async fn are_numbers_of_38_digits() {
        let expected = item([
            ("id", number("7")),
            ("balance", number("-99999999999999999999999999999999999999")),
            ("limit", AttributeValue::Null(true)),
        ]);
        assert_eq!(round_trip(account(-DIGITS_38)).await, expected);
        let a = Account::attributes();
        assert_eq!(
            sent(&a.balance.lt(DIGITS_38)).1,
            [number(&DIGITS_38.to_string())]
        );
    }

    #[tokio::test]
    async fn beyond_38_digits_nothing_is_sent() {
        let local = dynacond_local::Local::new();
        let store = Store::new(local.client());
        dynacond_local::create_table::<Account>(&store)
            .await
            .expect("a table");
        let before = local.operations().len();
        let error = store
            .create(account(DIGITS_38 + 2))
            .send()
            .await
            .expect_err("39 digits");
        assert!(matches!(error, Error::Encode { .. }), "{error}");
        let update = store.update(Account::key(7));
        let update = update.set(|a| a.limit.to(u128::MAX));
        let error = update.send().await.expect_err("39 digits");
        assert!(error.to_string().contains("38"), "{error}");
        assert_eq!(local.operations().len(), before);
        // 10^38 has one significant digit.
        assert_eq!(
            sent(&Account::attributes().balance.eq(DIGITS_38 + 1))
                .1
                .len(),
            1
        );
    }
}

mod said_types {
    use super::*;

    mod text {
        use serde::{Deserialize, Deserializer, Serializer};
        pub(super) fn serialize<S: Serializer>(
            value: &Option<u64>,
            serializer: S,
        ) -> Result<S::Ok, S::Error> {
            match value {
                Some(value) => serializer.collect_str(&format_args!("{value:04}")),
                None => serializer.serialize_none(),
            }
        }
        pub(super) fn deserialize<'de, D: Deserializer<'de>>(
            deserializer: D,
        ) -> Result<Option<u64>, D::Error> {
            let text = Option::<String>::deserialize(deserializer)?;
            Ok(text.and_then(|text| text.parse().ok()))
        }
    }

    /// serde writes it as text, no matter what the field declares.
    #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
    struct Price(String);
    #[derive(Clone, Debug, PartialEq, Serialize, Deserialize, AttributeType)]
    #[dynacond(stored_as = "N")]
    struct Level(String);

    #[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Versioned)]
    #[dynacond(table = "offers")]
    struct Offer {
        #[dynacond(partition_key)]
        id: String,
        #[serde(default, with = "text")]
        #[dynacond(stored_as = "S")]
        rank: Option<u64>,
        #[dynacond(stored_as = "N")]
        price: Option<Price>,
        level: Option<Level>,
        lines: Vec<Line>,
        kind: Option<Kind>,
    }

    #[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Document)]
    struct Line {
        #[dynacond(stored_as = "N")]
        price: Price,
    }
    /// A newtype of a type of which something is said.
    #[derive(Clone, Debug, PartialEq, Serialize, Deserialize, AttributeType)]
    struct Wrapped(Level);
    #[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Document)]
    enum Kind {
        Priced {
            #[dynacond(stored_as = "N")]
            price: Price,
        },
        Levelled(Wrapped),
    }

    fn offer() -> Offer {
        Offer {
            id: "o1".to_owned(),
            rank: Some(7),
            price: None,
            level: None,
            lines: Vec::new(),
            kind: None,
        }
    }

    #[tokio::test]
    async fn an_option_under_with_is_an_option() {
        let mut stored = round_trip(offer()).await;
        assert_eq!(stored.remove("rank"), Some(s("0007")));
        let o = Offer::attributes();
        assert!(o.rank.is_none().matches(&Item::new()));
        assert_eq!(
            sent(&o.rank.lt(8)),
            ("#rank < :rank".to_owned(), vec![s("0008")])
        );
        assert_eq!(sent(&o.rank.is_in([&1, &2])).1, [s("0001"), s("0002")]);
        let none = round_trip(Offer {
            rank: None,
            ..offer()
        })
        .await;
        assert_eq!(none["rank"], AttributeValue::Null(true));
    }

    #[tokio::test]
    async fn a_data_type_that_serde_does_not_write_is_an_error_and_nothing_is_sent() {
        let local = dynacond_local::Local::new();
        let store = Store::new(local.client());
        dynacond_local::create_table::<Offer>(&store)
            .await
            .expect("a table");
        let stored = store.create(offer()).send().await.expect("created");
        let before = local.operations().len();
        let mut wrong = stored.clone();
        wrong.price = Some(Price("12".to_owned()));
        let price = || Price("12".to_owned());
        for error in [
            store
                .create((*wrong).clone())
                .send()
                .await
                .expect_err("create"),
            store.save(wrong.clone()).send().await.expect_err("save"),
            store
                .put((*wrong).clone())
                .unconditional()
                .send()
                .await
                .expect_err("put"),
        ] {
            assert!(matches!(error, Error::Encode { .. }), "{error}");
            let text = error.to_string();
            assert!(
                text.contains("price is declared as stored as N, and serde writes S"),
                "{text}"
            );
            assert!(!text.contains("12"), "{text}");
        }
        let update = store.update(Offer::key("o1"));
        let error = update
            .set(|o| o.price.to(price()))
            .send()
            .await
            .expect_err("update");
        assert!(
            error.to_string().contains("declared as stored as N"),
            "{error}"
        );
        let error = store
            .save(stored)
            .when(|o| o.level.eq(Level("3".to_owned())));
        let error = error.send().await.expect_err("a condition");
        assert!(
            error.to_string().contains("declared as stored as N"),
            "{error}"
        );
        assert_eq!(local.operations().len(), before);
    }
}

mod moments {
    use super::*;

    #[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Versioned)]
    #[dynacond(table = "holds")]
    struct Hold {
        #[serde(with = "dynacond::sortable_time")]
        #[dynacond(partition_key)]
        at: SystemTime,
        #[serde(
            default,
            with = "dynacond::epoch_seconds",
            skip_serializing_if = "Option::is_none"
        )]
        expires: Option<SystemTime>,
    }

    #[tokio::test]
    async fn the_standard_librarys_time_needs_no_feature() {
        let at = SystemTime::UNIX_EPOCH - Duration::from_nanos(1);
        let hold = Hold { at, expires: None };
        let expected = item([("at", s("1969-12-31T23:59:59.999999999Z"))]);
        assert_eq!(round_trip(hold).await, expected);
        let h = Hold::attributes();
        assert_eq!(sent(&h.expires.le(at)).1, [number("-1")]);
    }

    #[test]
    fn text_of_a_fixed_width_sorts_as_the_times_do() {
        let times = [-62_135_596_800, -1, 0, 1, 1_700_000_000, 253_402_300_799]
            .map(|second| chrono::DateTime::from_timestamp(second, 5).expect("a time"));
        let value = |time: &chrono::DateTime<chrono::Utc>| {
            let mut written = Vec::new();
            let mut serializer = serde_json::Serializer::new(&mut written);
            dynacond::sortable_time::serialize(time, &mut serializer).expect("text");
            String::from_utf8(written).expect("text")
        };
        let texts: Vec<String> = times.iter().map(value).collect();
        assert!(texts.is_sorted(), "{texts:?}");
        assert!(texts.iter().all(|text| text.len() == 32), "{texts:?}");
    }
}

/// An amount whose number has several texts.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd, Serialize, Deserialize, AttributeType)]
struct Amount(#[serde(with = "dynacond::exact_number")] rust_decimal::Decimal);

#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, AttributeType)]
struct Rate(f64);

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Versioned)]
#[dynacond(
    table = "prices",
    partition_key(name = "pk", value = "price#{amount}"),
    sort_key(name = "sk", value = "rate#{rate}"),
    index(
        ByAmount,
        name = "by-amount",
        partition_key(name = "gpk", value = "amount#{amount}"),
        sort_key(rate)
    )
)]
struct Price {
    amount: Amount,
    rate: Rate,
}

/// DynamoDB gives numbers back in one text, and a key that was made of another one would not be found.
#[tokio::test]
async fn a_number_has_one_text_in_a_key_however_it_was_written() {
    let texts = ["1.50", "1.5", "15e-1", "1.500"];
    let mut keys = BTreeSet::new();
    for text in texts {
        let amount = Amount(
            rust_decimal::Decimal::from_scientific(text)
                .or_else(|_| text.parse())
                .expect("a number"),
        );
        let price = Price {
            amount,
            rate: Rate(-0.0),
        };
        let stored = round_trip(price.clone()).await;
        let key = [&stored["pk"], &stored["sk"], &stored["gpk"]]
            .map(|value| value.as_s().expect("text").clone());
        assert_eq!(key, ["price#1.5", "rate#0", "amount#1.5"], "{text}");
        keys.insert(price.to_key().raw().to_string());
    }
    assert_eq!(keys.len(), 1);
}

/// A feature of another crate may change what a type writes.
#[test]
fn a_type_of_another_crate_is_verified_as_what_it_is_declared() {
    let digits = AttributeValue::N("1.5".to_owned());
    assert!(<rust_decimal::Decimal as AttributeType>::verify(&digits).is_err());
    assert!(<uuid::Uuid as AttributeType>::verify(&digits).is_err());
    assert!(<rust_decimal::Decimal as AttributeType>::verify(&s("1.5")).is_ok());
}

#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, AttributeType)]
struct Expiry(#[serde(with = "dynacond::epoch_seconds")] SystemTime);

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Versioned)]
#[dynacond(table = "leases")]
struct Lease {
    #[dynacond(partition_key)]
    id: String,
    #[dynacond(sort_key)]
    expires: Expiry,
    renewed: u64,
}

#[derive(Debug, Deserialize, Projection)]
#[dynacond(of = Lease)]
struct Seconds {
    expires: u64,
}

/// It only has no sum.
#[tokio::test]
async fn a_newtype_of_a_moment_is_a_number_in_every_other_respect() {
    let at = |seconds| Expiry(SystemTime::UNIX_EPOCH + Duration::from_secs(seconds));
    let l = Lease::attributes();
    assert_eq!(sent(&l.expires.lt(l.renewed)).0, "#expires < #renewed");
    assert_eq!(sent(&l.renewed.ge(l.expires)).0, "#renewed >= #expires");
    assert_eq!(sent(&l.expires.le(at(3))).1, [number("3")]);
    let store = Store::new(dynacond_local::client());
    dynacond_local::create_table::<Lease>(&store).await.unwrap();
    for seconds in [2, 10, 3] {
        let (id, expires) = ("l1".to_owned(), at(seconds));
        let lease = Lease {
            id,
            expires,
            renewed: 1,
        };
        store.create(lease).send().await.unwrap();
    }
    let due = || {
        store
            .query(Lease::partition("l1"))
            .sort_key(|k| k.expires.ge(at(3)))
    };
    let leases = due().all().send().await.unwrap();
    let expires: Vec<_> = leases.iter().map(|lease| lease.expires).collect();
    assert_eq!(expires, [at(3), at(10)]);
    let seconds = due().project::<Seconds>().all().send().await.unwrap();
    let seconds: Vec<_> = seconds.iter().map(|seconds| seconds.expires).collect();
    assert_eq!(seconds, [3, 10]);
}
