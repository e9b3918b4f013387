//! What the derives generate: names, types, keys and versions as serde writes them, in every house.
#![expect(dead_code, reason = "fields are read by serde only")]
#![expect(
    clippy::items_after_statements,
    clippy::struct_field_names,
    clippy::trivially_copy_pass_by_ref,
    reason = "each test has its structs; serde's `with` takes a reference"
)]
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use dynacond::operators::IsPath;
use dynacond::{
    Attribute, AttributeType, AttributeValue, DataType, Document, Item, Key, Versioned,
};
use serde::{Deserialize, Serialize};

mod derive {
    mod as_saved;
    mod dates;
    mod declared;
    mod foreign;
    pub mod hostile;
    mod map_keys;
    mod placed;
    mod variants;
}

/// The attribute's name as it is sent.
#[path = "derive/indexes.rs"]
mod indexes;
#[path = "derive/key_arguments.rs"]
mod key_arguments;
#[path = "derive/templates.rs"]
mod templates;

fn name<I, T, P: IsPath>(attribute: Attribute<I, T, P>) -> String {
    let expression = attribute.exists().compile().expect("a name");
    expression.names.into_values().next().expect("one name")
}

/// The names that serde writes.
fn written<T: Serialize>(value: &T) -> BTreeSet<String> {
    let item: Item = serde_dynamo::to_item(value).expect("an item");
    item.into_keys().collect()
}

fn names<const N: usize>(names: [&str; N]) -> BTreeSet<String> {
    names.into_iter().map(str::to_owned).collect()
}

/// Key attributes and their values.
fn key<I>(key: &Key<I>) -> Vec<(&'static str, AttributeValue)>
where
    I: Versioned,
{
    key.raw()
        .attributes()
        .map(|(name, value)| (name, value.clone()))
        .collect()
}

fn s(text: &str) -> AttributeValue {
    AttributeValue::S(text.to_owned())
}

fn n(number: i64) -> AttributeValue {
    AttributeValue::N(number.to_string())
}

mod names_are_serdes {
    use super::*;

    macro_rules! renamed {
        ($($test:ident: $rule:literal;)+) => { $(
            #[test]
            fn $test() {
                #[expect(non_snake_case, reason = "as some people write it")]
                #[derive(Default, Serialize, Deserialize, Versioned)]
                #[serde(rename_all = $rule)]
                #[dynacond(table = "shop")]
                struct Order {
                    #[dynacond(partition_key)]
                    id: String,
                    ship_to: String,
                    http_2_url: u8,
                    double__underscore: u8,
                    _leading: u8,
                    trailing_: u8,
                    mixedCase: u8,
                    r#type: u8,
                    x: u8,
                    #[serde(rename = "kept-As_is")]
                    renamed: u8,
                    #[serde(rename(serialize = "both", deserialize = "both"))]
                    renamed_twice: u8,
                }
                let o = Order::attributes();
                let ours: BTreeSet<String> = [
                    name(o.id), name(o.ship_to), name(o.http_2_url), name(o.double__underscore), name(o._leading),
                    name(o.trailing_), name(o.mixedCase), name(o.r#type), name(o.x), name(o.renamed),
                    name(o.renamed_twice),
                ]
                .into();
                assert_eq!(ours, written(&Order::default()));
                assert_eq!(Order::MODEL.partition_key.name, name(o.id));
            }
        )+ };
    }
    renamed! {
        lower_case: "lowercase";
        upper_case: "UPPERCASE";
        pascal_case: "PascalCase";
        camel_case: "camelCase";
        snake_case: "snake_case";
        screaming_snake_case: "SCREAMING_SNAKE_CASE";
        kebab_case: "kebab-case";
        screaming_kebab_case: "SCREAMING-KEBAB-CASE";
    }

    #[test]
    fn an_attribute_is_where_its_own_value_is() {
        #[derive(Serialize, Deserialize, Versioned)]
        #[serde(rename_all = "camelCase")]
        #[dynacond(table = "shop")]
        struct Order {
            #[dynacond(partition_key)]
            order_id: u8,
            ship_to: u8,
            #[serde(rename = "ship_to")]
            bill_to: u8,
            r#type: u8,
        }
        let item: Item = serde_dynamo::to_item(Order {
            order_id: 0,
            ship_to: 1,
            bill_to: 2,
            r#type: 3,
        })
        .expect("an item");
        let o = Order::attributes();
        assert_eq!(item[&name(o.order_id)], n(0));
        assert_eq!(item[&name(o.ship_to)], n(1));
        assert_eq!(item[&name(o.bill_to)], n(2));
        assert_eq!(item[&name(o.r#type)], n(3));
    }

    #[test]
    fn a_split_that_reads_what_it_writes_is_none() {
        #[derive(Default, Serialize, Deserialize, Versioned)]
        #[serde(rename_all(serialize = "camelCase", deserialize = "camelCase"))]
        #[dynacond(table = "shop")]
        struct Order {
            #[dynacond(partition_key)]
            id: String,
            #[serde(
                rename(serialize = "address", deserialize = "address"),
                alias = "address"
            )]
            ship_to: String,
            #[serde(rename(serialize = "sent"), alias = "shipped", skip_deserializing)]
            sent_at: String,
        }
        let o = Order::attributes();
        assert_eq!(
            [name(o.id), name(o.ship_to), name(o.sent_at)]
                .into_iter()
                .collect::<BTreeSet<_>>(),
            written(&Order::default())
        );
    }

    #[test]
    fn what_is_never_written_may_be_read_under_several_names() {
        #[derive(Default, Serialize, Deserialize, Versioned)]
        #[dynacond(table = "shop")]
        struct Order {
            #[dynacond(partition_key)]
            id: String,
            #[serde(alias = "remark", default, skip_serializing)]
            note: String,
        }
        let item: Item = [("id".into(), s("o1")), ("remark".into(), s("fragile"))].into();
        let order: Order = serde_dynamo::from_item(item).expect("an order");
        assert_eq!(order.note, "fragile");
        assert_eq!(written(&order), names(["id"]));
    }

    #[test]
    fn skipped_and_flattened_fields_have_no_attribute() {
        #[derive(Default, Serialize, Deserialize, Versioned)]
        #[serde(tag = "kind", default)]
        #[dynacond(table = "shop")]
        struct Order {
            #[dynacond(partition_key)]
            id: String,
            #[serde(skip)]
            cache: Vec<u8>,
            #[serde(skip_serializing)]
            old_name: String,
            #[serde(flatten)]
            rest: HashMap<String, String>,
            #[serde(skip_deserializing)]
            read_only: String,
            // Two fields with one name, of which one is written.
            #[serde(skip, rename = "id")]
            shadow: String,
        }
        let dynacond_made = Order::attributes();
        assert_eq!(name(dynacond_made.read_only), "read_only");
        assert_eq!(
            written(&Order::default()),
            names(["id", "kind", "read_only"])
        );
        let text = format!("{:?}", Order::MODEL);
        assert!(
            text.contains(r#"tag: Some("kind"), known: ["id", "read_only"]"#),
            "{text}"
        );
    }

    #[test]
    fn documents_too() {
        #[derive(Default, Serialize, Deserialize, Document)]
        #[serde(rename_all = "PascalCase")]
        struct Address {
            zip_code: String,
            r#in: u8,
        }
        let a = Address::ATTRIBUTES;
        assert_eq!(
            [name(a.zip_code), name(a.r#in)]
                .into_iter()
                .collect::<BTreeSet<_>>(),
            written(&Address::default())
        );
    }
}

mod types_are_the_wires {
    use super::*;

    #[derive(Clone, Copy, Serialize, Deserialize, AttributeType)]
    #[serde(rename_all = "snake_case")]
    enum Status {
        Pending,
        InTransit,
    }
    #[derive(Serialize, Deserialize, AttributeType)]
    #[serde(tag = "type")]
    enum Payment {
        Open,
        Card { number: String },
    }
    #[derive(Serialize, Deserialize, AttributeType)]
    #[serde(tag = "t", content = "c")]
    enum Adjacent {
        Open,
        Card(String),
    }
    #[derive(Serialize, Deserialize, AttributeType)]
    enum External {
        Card { number: String },
        Cash(u32),
    }
    #[derive(Serialize, Deserialize, AttributeType)]
    #[serde(untagged)]
    #[dynacond(stored_as = "N")]
    enum Untagged {
        Small(u8),
        Large(u64),
    }
    #[derive(Serialize, Deserialize, AttributeType)]
    enum SkippedData {
        Open,
        #[serde(skip)]
        Cached(Vec<u8>),
    }
    #[derive(Clone, Copy, PartialEq, PartialOrd, Serialize, Deserialize, AttributeType)]
    struct Euros(u32);
    #[derive(Serialize, Deserialize, AttributeType)]
    #[serde(transparent)]
    struct Code {
        text: String,
        #[serde(skip)]
        checked: bool,
    }
    #[derive(Clone, Serialize, Deserialize, AttributeType)]
    #[serde(into = "String", try_from = "String")]
    struct Email {
        user: String,
        host: String,
    }
    impl From<Email> for String {
        fn from(email: Email) -> Self {
            format!("{}@{}", email.user, email.host)
        }
    }
    impl TryFrom<String> for Email {
        type Error = &'static str;
        fn try_from(text: String) -> Result<Self, Self::Error> {
            let (user, host) = text.split_once('@').ok_or("no @")?;
            Ok(Self {
                user: user.to_owned(),
                host: host.to_owned(),
            })
        }
    }
    #[derive(Serialize, Deserialize, AttributeType)]
    struct Labelled<T>(T);
    #[derive(Serialize, Deserialize, AttributeType)]
    #[dynacond(sensitive)]
    struct Password(String);
    #[derive(Serialize, Deserialize, AttributeType)]
    struct Digest(#[serde(with = "serde_dynamo::binary_set")] Vec<Vec<u8>>);
    #[derive(Serialize, Deserialize, AttributeType)]
    #[dynacond(stored_as = "L")]
    struct Range(u64, u64);

    /// A type of another crate.
    #[derive(Clone, Serialize, Deserialize)]
    struct Timestamp(String);
    /// A type of which dynacond knows nothing.
    #[derive(Serialize, Deserialize)]
    struct Odd(u8);

    mod hex {
        use serde::{Deserialize, Deserializer, Serializer, de::Error};
        pub(super) fn serialize<S: Serializer>(
            value: &u64,
            serializer: S,
        ) -> Result<S::Ok, S::Error> {
            serializer.collect_str(&format_args!("{value:x}"))
        }
        pub(super) fn deserialize<'de, D: Deserializer<'de>>(
            deserializer: D,
        ) -> Result<u64, D::Error> {
            u64::from_str_radix(&String::deserialize(deserializer)?, 16).map_err(D::Error::custom)
        }
    }

    #[derive(Serialize, Deserialize, Versioned)]
    #[dynacond(table = "shop")]
    struct Order {
        #[dynacond(partition_key)]
        id: String,
        status: Status,
        payment: Payment,
        adjacent: Adjacent,
        external: External,
        untagged: Untagged,
        skipped: SkippedData,
        price: Euros,
        code: Code,
        email: Email,
        label: Labelled<u8>,
        password: Password,
        digest: Digest,
        range: Range,
        #[dynacond(stored_as = "S")]
        created: Timestamp,
        #[dynacond(stored_as = "S")]
        shipped: Option<Timestamp>,
        #[serde(with = "serde_dynamo::string_set")]
        tags: HashSet<String>,
        #[serde(
            default,
            with = "serde_dynamo::number_set",
            skip_serializing_if = "Option::is_none"
        )]
        sizes: Option<BTreeSet<u32>>,
        #[serde(serialize_with = "serde_dynamo::string_set::serialize")]
        marks: Vec<String>,
        #[serde(with = "hex")]
        #[dynacond(stored_as = "S")]
        colour: u64,
        #[serde(with = "hex")]
        shade: u64,
        odd: Odd,
        prices: BTreeMap<String, u32>,
    }

    #[test]
    fn operators_follow_the_data_type() -> dynacond::Result<()> {
        let o = Order::attributes();
        let sent =
            |condition: dynacond::Condition<Order>| -> dynacond::Result<Vec<AttributeValue>> {
                Ok(condition.compile()?.values.into_values().collect())
            };
        assert_eq!(sent(o.status.eq(Status::InTransit))?, [s("in_transit")]);
        assert_eq!(sent(o.status.begins_with("in"))?, [s("in")]);
        assert_eq!(sent(o.payment.size().gt(1))?, [n(1)]);
        assert_eq!(sent(o.adjacent.size().gt(1))?, [n(1)]);
        assert_eq!(sent(o.external.size().gt(1))?, [n(1)]);
        assert_eq!(sent(o.untagged.lt(Untagged::Small(3)))?, [n(3)]);
        assert_eq!(sent(o.skipped.eq(SkippedData::Open))?, [s("Open")]);
        assert_eq!(sent(o.price.ge(Euros(3)))?, [n(3)]);
        assert_eq!(sent(o.code.begins_with("A"))?, [s("A")]);
        assert_eq!(
            sent(o.email.eq(Email {
                user: "a".to_owned(),
                host: "b".to_owned()
            }))?,
            [s("a@b")]
        );
        assert_eq!(sent(o.label.lt(Labelled(1)))?, [n(1)]);
        assert_eq!(sent(o.digest.size().gt(2))?, [n(2)]);
        assert_eq!(
            sent(o.range.eq(Range(1, 2)))?,
            [AttributeValue::L(vec![n(1), n(2)])]
        );
        assert_eq!(
            sent(o.created.lt(Timestamp("2026".to_owned())))?,
            [s("2026")]
        );
        assert_eq!(
            sent(o.shipped.ge(Timestamp("2026".to_owned())))?,
            [s("2026")]
        );
        assert_eq!(sent(o.tags.contains("new"))?, [s("new")]);
        assert_eq!(
            sent(o.tags.eq(HashSet::from(["new".to_owned()])))?,
            [AttributeValue::Ss(vec!["new".to_owned()])]
        );
        assert_eq!(sent(o.sizes.contains(3))?, [n(3)]);
        assert_eq!(
            sent(o.sizes.eq(BTreeSet::from([3])))?,
            [AttributeValue::Ns(vec!["3".to_owned()])]
        );
        assert_eq!(sent(o.marks.contains("m"))?, [s("m")]);
        assert_eq!(sent(o.colour.eq(255))?, [s("ff")]);
        assert_eq!(sent(o.prices.entry("EUR").lt(100))?, [n(100)]);
        assert_eq!(
            [name(o.shade), name(o.odd), name(o.password)],
            ["shade", "odd", "password"]
        );
        Ok(())
    }
}

mod keys {
    use super::*;
    use std::borrow::Cow;

    #[derive(Clone, Copy, Serialize, Deserialize, AttributeType)]
    #[serde(rename_all = "lowercase")]
    enum Region {
        East,
        West,
    }
    #[derive(Serialize, Deserialize, AttributeType)]
    struct OrderId(String);
    /// A type of another crate, stored as text.
    #[derive(Clone, Copy, Serialize, Deserialize)]
    struct Uuid(char);

    #[test]
    fn one_field() {
        #[derive(Serialize, Deserialize, Versioned)]
        #[dynacond(table = "shop")]
        struct Order {
            #[dynacond(partition_key)]
            #[serde(rename = "orderId")]
            id: String,
        }
        assert_eq!(key(&Order::key("o1")), [("orderId", s("o1"))]);
        assert_eq!(
            Order {
                id: "o1".to_owned()
            }
            .to_key(),
            Order::key("o1")
        );
        assert_eq!(Order::MODEL.partition_key.data_type, DataType::S);
        assert!(Order::MODEL.sort_key.is_none());
    }

    #[test]
    fn two_fields_in_the_order_of_the_key() {
        #[derive(Serialize, Deserialize, Versioned)]
        #[dynacond(table = "shop")]
        struct Order {
            #[dynacond(sort_key)]
            placed: u64,
            #[dynacond(partition_key)]
            customer: String,
        }
        assert_eq!(
            key(&Order::key(("c1", 7))),
            [("customer", s("c1")), ("placed", n(7))]
        );
        assert_eq!(
            Order {
                placed: 7,
                customer: "c1".to_owned()
            }
            .to_key(),
            Order::key(("c1", 7))
        );
        assert_eq!(
            Order::MODEL.sort_key.map(|sort| sort.data_type),
            Some(DataType::N)
        );
    }

    #[test]
    fn templates_share_fields() {
        #[derive(Serialize, Deserialize, Versioned)]
        #[dynacond(
            table = "shop",
            partition_key(name = "pk", value = "{{order}}#{type}#{n}"),
            sort_key(name = "sk", value = "{n}/{delta}")
        )]
        struct Order {
            delta: i32,
            n: u16,
            r#type: String,
        }
        let expected = [("pk", s("{order}#book#7")), ("sk", s("7/-1"))];
        assert_eq!(key(&Order::key(("book", 7, -1))), expected);
        assert_eq!(
            Order {
                delta: -1,
                n: 7,
                r#type: "book".to_owned()
            }
            .to_key(),
            Order::key(("book", 7, -1))
        );
    }

    #[test]
    fn a_template_beside_a_field() {
        #[derive(Serialize, Deserialize, Versioned)]
        #[dynacond(
            table = "shop",
            partition_key(name = "pk", value = "customer#{customer}")
        )]
        struct Order {
            customer: String,
            #[dynacond(sort_key)]
            id: String,
        }
        assert_eq!(
            key(&Order::key(("c1", "o1"))),
            [("pk", s("customer#c1")), ("id", s("o1"))]
        );
    }

    #[test]
    fn one_field_in_both_templates_is_one_argument() {
        #[derive(Serialize, Deserialize, Versioned)]
        #[dynacond(
            table = "shop",
            partition_key(name = "pk", value = "order#{id}"),
            sort_key(name = "sk", value = "order#{id}")
        )]
        struct Order {
            id: String,
        }
        assert_eq!(
            key(&Order::key("o1")),
            [("pk", s("order#o1")), ("sk", s("order#o1"))]
        );
    }

    #[test]
    fn a_singleton_has_no_fields() {
        #[derive(Serialize, Deserialize, Versioned)]
        #[dynacond(
            table = "shop",
            partition_key(name = "pk", value = "stats"),
            sort_key(name = "sk", value = "today")
        )]
        struct Stats {
            registrations: u64,
        }
        assert_eq!(
            key(&Stats::key(())),
            [("pk", s("stats")), ("sk", s("today"))]
        );
        assert_eq!(Stats { registrations: 0 }.to_key(), Stats::key(()));
    }

    #[test]
    fn enums_newtypes_and_types_of_other_crates() {
        #[derive(Serialize, Deserialize, Versioned)]
        #[dynacond(table = "shop", sort_key(name = "sk", value = "{number}#{uuid}"))]
        struct Order {
            #[dynacond(partition_key)]
            region: Region,
            #[dynacond(stored_as = "S")]
            uuid: Uuid,
            number: u8,
        }
        assert_eq!(
            key(&Order::key((&Region::West, 3, &Uuid('x')))),
            [("region", s("west")), ("sk", s("3#x"))]
        );
        assert_eq!(
            Order {
                region: Region::West,
                uuid: Uuid('x'),
                number: 3
            }
            .to_key(),
            Order::key((&Region::West, 3, &Uuid('x')))
        );

        #[derive(Serialize, Deserialize, Versioned)]
        #[dynacond(table = "shop")]
        struct Foreign {
            #[dynacond(partition_key, stored_as = "S")]
            id: Uuid,
            #[dynacond(sort_key)]
            order: OrderId,
        }
        let order = OrderId("o1".to_owned());
        assert_eq!(
            key(&Foreign::key((&Uuid('x'), &order))),
            [("id", s("x")), ("order", s("o1"))]
        );
    }

    #[test]
    fn texts_of_every_kind() {
        #[derive(Serialize, Deserialize, Versioned)]
        #[dynacond(table = "shop")]
        struct Order<'a> {
            #[dynacond(partition_key)]
            id: Cow<'a, str>,
            #[dynacond(sort_key)]
            boxed: Box<str>,
        }
        assert_eq!(
            key(&Order::key(("a", "b"))),
            [("id", s("a")), ("boxed", s("b"))]
        );
    }

    #[test]
    fn unambiguous_templates_are_accepted() {
        macro_rules! accepted {
            ($($template:literal: $($field:ident: $ty:ty),+;)+) => { $( {
                #[derive(Serialize, Deserialize, Versioned)]
                #[dynacond(table = "shop", partition_key(name = "pk", value = $template))]
                struct Accepted { $($field: $ty),+ }
                assert_eq!(Accepted::MODEL.partition_key.name, "pk");
            } )+ };
        }
        accepted! {
            "order#{id}": id: String;
            "{n}#{id}": n: u8, id: String;
            "{id}#{n}": id: String, n: u8;
            "{id}.{n}": id: String, n: i64;
            "{a}-{b}": a: u8, b: u8;
            "{a}#{b}#{c}": a: i8, b: String, c: u64;
            "{n}7": n: u8;
            "{a}#{b}": a: String, b: String;
            "{a}#{b}.{c}": a: String, b: Cow<'static, str>, c: String;
            "{a:06}{b}": a: u32, b: String;
            "{a}{b:06}": a: String, b: u32;
            "{a}#{b}{c:02}": a: String, b: String, c: u8;
            "{a}:{b}/{c}7": a: String, b: u8, c: i8;
        }
    }
}

mod tables {
    use super::*;

    /// By its name, of which a store's prefix may be a part, or by its ARN.
    #[test]
    fn names_and_arns() {
        macro_rules! table {
            ($name:literal) => {{
                #[derive(Serialize, Deserialize, Versioned)]
                #[dynacond(table = $name)]
                struct Item {
                    #[dynacond(partition_key)]
                    id: String,
                }
                assert_eq!(Item::MODEL.table, $name);
            }};
        }
        table!("s");
        table!("Shop_2.orders-eu");
        table!("arn:aws:dynamodb:eu-west-3:123456789012:table/Shop_2.orders-eu");
    }
}

mod versions {
    use super::*;

    #[test]
    fn names_by_default() {
        #[derive(Serialize, Deserialize, Versioned)]
        #[dynacond(table = "shop")]
        struct Order {
            #[dynacond(partition_key)]
            id: String,
        }
        assert_eq!(
            (Order::MODEL.version, Order::MODEL.write_id),
            (Some("item_version"), Some("item_write_id"))
        );
        assert_eq!((Order::MODEL.name, Order::MODEL.table), ("Order", "shop"));
    }

    #[test]
    fn renamed_and_switched_off() {
        #[derive(Serialize, Deserialize, Versioned)]
        #[dynacond(table = "shop", version = "v", write_id = "w")]
        struct Renamed {
            #[dynacond(partition_key)]
            id: String,
        }
        assert_eq!(
            (Renamed::MODEL.version, Renamed::MODEL.write_id),
            (Some("v"), Some("w"))
        );

        #[derive(Serialize, Deserialize, Versioned)]
        #[dynacond(table = "shop", write_id = false)]
        struct Off {
            #[dynacond(partition_key)]
            id: String,
            item_write_id: String,
        }
        assert_eq!(Off::MODEL.write_id, None);
        assert_eq!(name(Off::attributes().item_write_id), "item_write_id");
    }

    #[test]
    fn a_version_that_is_switched_off_leaves_its_name_to_the_struct() {
        #[derive(Serialize, Deserialize, Versioned)]
        #[dynacond(table = "shop", version = false, write_id = "rvn")]
        struct IdAlone {
            #[dynacond(partition_key)]
            id: String,
            item_version: String,
        }
        const fn guarded<T: dynacond::Guarded>() {}
        const fn numbered<T: dynacond::operators::Numbered>() {}
        guarded::<IdAlone>();
        assert_eq!(
            (IdAlone::MODEL.version, IdAlone::MODEL.write_id),
            (None, Some("rvn"))
        );
        assert_eq!(name(IdAlone::attributes().item_version), "item_version");

        #[derive(Serialize, Deserialize, Versioned)]
        #[dynacond(table = "shop", version = false, write_id = false)]
        struct Neither {
            #[dynacond(partition_key)]
            id: String,
            item_write_id: String,
        }
        assert_eq!(
            (Neither::MODEL.version, Neither::MODEL.write_id),
            (None, None)
        );
        assert_eq!(name(Neither::attributes().item_write_id), "item_write_id");

        #[derive(Serialize, Deserialize, Versioned)]
        #[dynacond(table = "shop", write_id = false)]
        struct Counted {
            #[dynacond(partition_key)]
            id: String,
        }
        guarded::<Counted>();
        numbered::<Counted>();
    }

    #[test]
    fn mirrored_in_a_field() {
        #[derive(Serialize, Deserialize, Versioned)]
        #[serde(rename_all = "kebab-case")]
        #[dynacond(table = "shop")]
        struct Account {
            #[dynacond(partition_key)]
            id: String,
            #[dynacond(version)]
            the_version: u64,
        }
        let mut account = Account {
            id: String::new(),
            the_version: 0,
        };
        account.mirror_version(7);
        assert_eq!(account.the_version, 7);
        assert_eq!(Account::MODEL.version, Some("the-version"));
        assert_eq!(name(Account::attributes().the_version), "the-version");

        #[derive(Serialize, Deserialize, Versioned)]
        #[dynacond(table = "shop", version = "item_version")]
        struct Optional {
            #[dynacond(partition_key)]
            id: String,
            #[dynacond(version)]
            item_version: Option<u64>,
        }
        let mut optional = Optional {
            id: String::new(),
            item_version: Some(3),
        };
        optional.mirror_version(0);
        assert_eq!(optional.item_version, None);
        optional.mirror_version(1);
        assert_eq!(optional.item_version, Some(1));
    }
}

mod generics {
    use super::*;
    use std::borrow::Cow;
    use std::fmt::Debug;
    use std::marker::PhantomData;

    #[derive(Clone, Debug, Serialize, Deserialize, Versioned)]
    #[dynacond(table = "shop", partition_key(name = "pk", value = "{region}#{id}"))]
    struct Event<'a, K, T = u8, const N: usize = 3>
    where
        K: Clone + Debug,
        Self: Sized,
    {
        region: u8,
        id: K,
        name: Cow<'a, str>,
        payload: T,
        fixed: Bytes<N>,
        #[serde(with = "serde_dynamo::string_set")]
        tags: BTreeSet<Cow<'a, str>>,
        next: Vec<EventId<T>>,
        page: Page<'a, T>,
        labels: Labelled<K>,
    }
    #[derive(Clone, Debug, Serialize, Deserialize, AttributeType)]
    #[serde(transparent)]
    struct EventId<T> {
        id: String,
        #[serde(skip)]
        of: PhantomData<fn() -> T>,
    }
    #[derive(Clone, Debug, Serialize, Deserialize)]
    struct Bytes<const N: usize>;
    #[derive(Clone, Debug, Serialize, Deserialize, Document)]
    struct Page<'a, T> {
        title: Cow<'a, str>,
        rows: Vec<T>,
        parent: Option<Box<Self>>,
    }
    #[derive(Clone, Debug, Serialize, Deserialize, AttributeType)]
    struct Labelled<T>(Vec<T>);
    /// A key that is a parameter, and nothing else that is an attribute.
    #[derive(Serialize, Deserialize, Versioned)]
    #[dynacond(table = "shop", partition_key(name = "pk", value = "all"))]
    struct Flat<T, const N: usize> {
        #[serde(flatten)]
        rest: HashMap<String, T>,
    }

    #[test]
    fn types_lifetimes_and_constants() {
        let event: Event<'_, String> = Event {
            region: 1,
            id: "e1".to_owned(),
            name: Cow::Borrowed("opened"),
            payload: 3,
            fixed: Bytes,
            tags: BTreeSet::new(),
            next: Vec::new(),
            page: Page {
                title: Cow::Borrowed("first"),
                rows: Vec::new(),
                parent: None,
            },
            labels: Labelled(Vec::new()),
        };
        assert_eq!(key(&event.to_key()), [("pk", s("1#e1"))]);
        assert_eq!(event.to_key(), Event::key((1, "e1")));
        let e = Event::<'static, String, u32, 8>::attributes();
        assert_eq!(
            e.payload.ge(3).compile().expect("valid").text,
            "#payload >= :payload"
        );
        assert_eq!(name(e.tags), "tags");
        assert_eq!(name(Event::<'static, u64>::attributes().name), "name");
        assert_eq!(
            e.page
                .at(|p| p.parent)
                .at(|p| p.rows)
                .index(0)
                .lt(3)
                .compile()
                .expect("valid")
                .text,
            "#page.#parent.#rows[0] < :rows"
        );
        assert_eq!(Flat::<u8, 3>::key(()).to_string(), "{pk: all}");
    }
}

mod visibility {
    mod shop {
        use dynacond::{AttributeType, Versioned};
        use serde::{Deserialize, Serialize};

        #[derive(Serialize, Deserialize, AttributeType)]
        struct Secret(u8);
        #[derive(Serialize, Deserialize, Versioned)]
        #[dynacond(table = "shop")]
        pub struct Order {
            #[dynacond(partition_key)]
            pub id: String,
            pub(super) inner: String,
            pub(in crate::visibility) scoped: String,
            secret: Secret,
        }
        #[derive(Serialize, Deserialize, Versioned)]
        #[dynacond(table = "shop", attributes = "pub")]
        pub struct Raised {
            #[dynacond(partition_key)]
            id: String,
            secret: Secret,
        }
        pub fn inside() -> dynacond::Condition<Order> {
            Order::attributes().secret.eq(Secret(1))
        }
    }

    use super::name;
    use dynacond::Versioned;

    #[test]
    fn attributes_are_as_visible_as_fields() {
        let o = shop::Order::attributes();
        assert_eq!(
            [name(o.id), name(o.inner), name(o.scoped)],
            ["id", "inner", "scoped"]
        );
        assert!(shop::inside().compile().is_ok());
    }

    #[test]
    fn or_public() {
        assert_eq!(name(shop::Raised::attributes().id), "id");
    }
}

mod renamed_crate {
    use ::dynacond as renamed;
    use serde::{Deserialize, Serialize};

    mod dynacond {}

    #[derive(Serialize, Deserialize, renamed::AttributeType)]
    #[dynacond(crate = renamed)]
    struct Euros(u32);
    #[derive(Serialize, Deserialize, renamed::Document)]
    #[dynacond(crate = self::renamed)]
    struct Address {
        city: String,
    }
    #[derive(Serialize, Deserialize, renamed::Versioned)]
    #[dynacond(
        table = "shop",
        crate = "renamed",
        partition_key(name = "pk", value = "{id}#{number}")
    )]
    struct Order {
        id: String,
        number: u8,
        price: Euros,
        address: Address,
        #[dynacond(version)]
        version: u64,
        #[serde(with = "serde_dynamo::string_set")]
        tags: Vec<String>,
    }

    #[test]
    fn by_path() {
        use renamed::Versioned;
        assert_eq!(super::name(Order::attributes().address), "address");
        assert_eq!(Order::key(("o1", 3)).to_string(), "{pk: o1#3}");
    }
}

/// Generated code is a guest: it causes no warnings, and does not depend on names in scope.
pub mod strict_house {
    #![deny(
        warnings,
        unused,
        nonstandard_style,
        missing_docs,
        missing_debug_implementations,
        private_interfaces,
        private_bounds,
        single_use_lifetimes,
        trivial_casts,
        unit_bindings,
        unnameable_types,
        unreachable_pub,
        unused_lifetimes,
        unused_qualifications,
        elided_lifetimes_in_paths,
        explicit_outlives_requirements,
        let_underscore_drop,
        clippy::all,
        clippy::pedantic,
        clippy::nursery,
        clippy::cargo
    )]
    #![allow(dead_code, reason = "fields are read by serde only")]
    #![allow(
        clippy::multiple_crate_versions,
        reason = "not of this crate's choosing"
    )]

    /// Names of the standard library, taken by others.
    pub mod names {
        /// x
        #[derive(Debug)]
        pub enum Option {}
        /// x
        #[derive(Debug)]
        pub enum Result {}
        /// x
        #[derive(Debug)]
        pub enum Box {}
        /// x
        #[derive(Debug)]
        pub enum Vec {}
        /// x
        #[derive(Debug)]
        pub enum Some {}
        /// x
        #[derive(Debug)]
        pub enum Attribute {}
        /// x
        #[derive(Debug)]
        pub enum Key {}
        /// x
        #[derive(Debug)]
        pub enum Model {}
        /// x
        #[derive(Debug)]
        pub enum PhantomData {}
        /// x
        #[derive(Debug, ::serde::Serialize, ::serde::Deserialize)]
        pub struct OrderAttributes;
        /// x
        pub trait Copy {}
        /// x
        pub trait Clone {}
        /// x
        pub trait Versioned {}
        /// x
        pub trait Document {}
        /// x
        pub trait AttributeType {}
        /// x
        pub trait Value {}
        /// x
        pub trait Serialize {}
        /// x
        pub trait Sized {}
        /// x
        pub trait Fn {}
        /// x
        pub mod std {}
        /// x
        pub mod core {}
        /// x
        pub mod alloc {}
        /// x
        pub mod serde {}
        /// x
        pub mod dynacond {}
        /// x
        pub mod kind {}
        /// x
        #[expect(non_upper_case_globals, reason = "it would be a pattern")]
        pub const fields: u8 = 0;
        /// x
        #[expect(non_upper_case_globals, reason = "it would be a pattern")]
        pub const value: u8 = 0;
        #[expect(unused_macros, reason = "it is in the way")]
        macro_rules! matches {
            ($($t:tt)*) => {
                compile_error!("the wrong one")
            };
        }
        #[expect(unused_macros, reason = "it is in the way")]
        macro_rules! assert {
            ($($t:tt)*) => {
                compile_error!("the wrong one")
            };
        }
        #[expect(unused_imports, reason = "they are in the way")]
        pub(crate) use {assert, matches};
    }
    use names::*;

    /// x
    #[derive(Debug, ::serde::Serialize, ::serde::Deserialize, ::dynacond::AttributeType)]
    pub enum Status {
        /// x
        Pending,
    }
    /// x
    #[derive(Debug, ::serde::Serialize, ::serde::Deserialize, ::dynacond::AttributeType)]
    pub struct OrderId(String);
    #[derive(Debug, ::serde::Serialize, ::serde::Deserialize, ::dynacond::AttributeType)]
    struct Secret(u8);
    /// x
    #[derive(Debug, ::serde::Serialize, ::serde::Deserialize, ::dynacond::Document)]
    pub struct Address {
        /// x
        pub city: String,
        secret: Secret,
    }
    /// x
    #[derive(Debug, ::serde::Serialize, ::serde::Deserialize, ::dynacond::Versioned)]
    #[dynacond(
        table = "shop",
        attributes = "pub",
        partition_key(name = "pk", value = "order#{id}#{number}"),
        sort_key(name = "sk", value = "{status}")
    )]
    pub struct Order<'a, T>
    where
        T: ::core::fmt::Debug,
    {
        /// x
        pub id: OrderId,
        /// x
        pub number: u64,
        /// x
        pub status: Status,
        /// x
        pub address: ::core::option::Option<Address>,
        /// Its name.
        ///
        /// ```compile_fail
        /// this is compiled once, not twice
        /// ```
        pub name: ::std::borrow::Cow<'a, str>,
        /// x
        pub t: T,
        secret: Secret,
        /// x
        #[serde(with = "serde_dynamo::string_set")]
        pub tags: ::std::vec::Vec<String>,
        /// x
        #[dynacond(stored_as = "S")]
        pub optional: ::core::option::Option<char>,
        /// x
        #[dynacond(version)]
        pub version: u64,
        /// x
        #[deprecated]
        pub condition: u8,
        /// x
        pub attributes: OrderAttributes,
        /// x
        pub key: u8,
        /// x
        pub value: u8,
        /// x
        pub fields: u8,
    }
    /// Methods under the names that the derives use.
    impl<T: ::core::fmt::Debug> Order<'_, T> {
        /// x
        #[must_use]
        pub const fn key() -> u8 {
            0
        }
        /// x
        #[must_use]
        pub const fn attributes(&self) -> u8 {
            0
        }
        /// x
        #[must_use]
        pub const fn to_key(&self) -> u8 {
            0
        }
        /// x
        #[must_use]
        pub const fn name(&self) -> u8 {
            0
        }
        /// x
        pub const ATTRIBUTES: u8 = 0;
        /// x
        pub const MODEL: u8 = 0;
    }

    #[test]
    fn a_guest_in_it() {
        type Own = Order<'static, u8>;
        let o = <Own as ::dynacond::Versioned>::ATTRIBUTES;
        ::core::assert_eq!(super::name(o.version), "version");
        ::core::assert_eq!(super::name(o.attributes), "attributes");
        let key = <Own as ::dynacond::Versioned>::key((
            &OrderId(String::from("o1")),
            3,
            &Status::Pending,
        ));
        ::core::assert_eq!(
            ::std::string::ToString::to_string(&key),
            "{pk: order#o1#3, sk: Pending}"
        );
    }
}
