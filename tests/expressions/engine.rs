//! Conditions and updates as a database reads them: accepted, and with the same outcome as `matches`.
//!
//! Random conditions are built twice from one description: as dynacond's, and as the plain reading of DynamoDB's rules in
//! `plain`, which shares no code with dynacond.
use std::collections::HashMap;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_dynamodb::types::{
    AttributeDefinition, BillingMode, KeySchemaElement, KeyType, ScalarAttributeType,
};
use dynacond::operators::{Literal, Untyped};
use dynacond::{
    Any, Attribute, AttributeValue, Condition, DataType, Expression, Item, Versioned, attr, value,
};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestCaseError, TestRunner};

use super::{Order, b, boolean, bs, compiled, item, n, ns, null, order, s, ss};

const TABLE: &str = "items";

/// An empty table whose partition key is `pk`.
async fn table() -> Client {
    let client = dynacond_local::client_from_env().unwrap();
    let key = KeySchemaElement::builder()
        .attribute_name("pk")
        .key_type(KeyType::Hash);
    let definition = AttributeDefinition::builder()
        .attribute_name("pk")
        .attribute_type(ScalarAttributeType::S);
    client
        .create_table()
        .table_name(TABLE)
        .billing_mode(BillingMode::PayPerRequest)
        .key_schema(key.build().expect("a key"))
        .attribute_definitions(definition.build().expect("a definition"))
        .send()
        .await
        .expect("a table");
    client
}

fn key() -> Item {
    item([("pk", s("p"))])
}

fn some<V>(map: HashMap<String, V>) -> Option<HashMap<String, V>> {
    (!map.is_empty()).then_some(map)
}

/// Whether the condition of a request held; an error if the request was not accepted.
fn outcome<T, E: ProvideErrorMetadata, R>(
    answer: Result<T, SdkError<E, R>>,
) -> Result<bool, String> {
    match answer {
        Ok(_) => Ok(true),
        Err(error) => match error.as_service_error().map(ProvideErrorMetadata::code) {
            Some(Some("ConditionalCheckFailedException")) => Ok(false),
            _ => {
                let error = error
                    .as_service_error()
                    .and_then(ProvideErrorMetadata::message);
                Err(error.unwrap_or("no answer").to_owned())
            }
        },
    }
}

/// The writes that take a condition.
#[derive(Clone, Copy, Debug)]
enum Write {
    Delete,
    Put,
    Update,
}

/// Whether a condition holds on the stored item, by a write of this kind.
async fn holds(
    client: &Client,
    stored: Option<&Item>,
    condition: Expression,
    write: Write,
) -> Result<bool, String> {
    match stored {
        Some(stored) => {
            let put = client
                .put_item()
                .table_name(TABLE)
                .set_item(Some(stored.clone()));
            put.send().await.expect("the item is stored");
        }
        None => {
            let delete = client.delete_item().table_name(TABLE).set_key(Some(key()));
            delete.send().await.expect("there is no item");
        }
    }
    let Expression {
        text,
        names,
        values,
        ..
    } = condition;
    let (names, values) = (some(names), some(values));
    match write {
        Write::Delete => outcome(
            client
                .delete_item()
                .table_name(TABLE)
                .set_key(Some(key()))
                .condition_expression(text)
                .set_expression_attribute_names(names)
                .set_expression_attribute_values(values)
                .send()
                .await,
        ),
        Write::Put => outcome(
            client
                .put_item()
                .table_name(TABLE)
                .set_item(Some(key()))
                .condition_expression(text)
                .set_expression_attribute_names(names)
                .set_expression_attribute_values(values)
                .send()
                .await,
        ),
        Write::Update => outcome(
            client
                .update_item()
                .table_name(TABLE)
                .set_key(Some(key()))
                .update_expression("REMOVE written")
                .condition_expression(text)
                .set_expression_attribute_names(names)
                .set_expression_attribute_values(values)
                .send()
                .await,
        ),
    }
}

#[tokio::test]
async fn every_condition_of_the_table_is_accepted_and_answered_alike() {
    let client = table().await;
    let mut stored: Item = serde_dynamo::to_item(order()).expect("an item");
    stored.extend(key());
    for row in super::operators::table() {
        let shown = row.condition.to_string();
        for stored in [Some(&stored), None] {
            let expected = row.condition.matches(stored.unwrap_or(&Item::new()));
            let expression = compiled(row.condition.clone());
            let held = holds(&client, stored, expression, Write::Delete).await;
            assert_eq!(held, Ok(expected), "{shown}");
        }
    }
}

#[tokio::test]
async fn every_update_of_the_table_is_accepted() {
    let client = table().await;
    let mut stored: Item = serde_dynamo::to_item(order()).expect("an item");
    stored.extend(key());
    // What the untyped rows start from.
    stored.insert("item_version".to_owned(), n(1));
    for row in super::updates::table() {
        let mut stored = stored.clone();
        let update = row.preview.update().expect("an update").to_owned();
        if update.contains("#extra = #extra - ") {
            stored.insert("extra".to_owned(), n(5));
        }
        let put = client.put_item().table_name(TABLE).set_item(Some(stored));
        put.send().await.expect("the item is stored");
        let clauses = [row.preview.condition(), row.preview.only_once()];
        let condition: Vec<_> = clauses.into_iter().flatten().collect();
        let condition = Some(condition.join(" AND "));
        let answer = client
            .update_item()
            .table_name(TABLE)
            .set_key(Some(key()))
            .update_expression(&update)
            .set_condition_expression(condition)
            .set_expression_attribute_names(row.preview.names().cloned())
            .set_expression_attribute_values(row.preview.values().cloned())
            .send()
            .await;
        assert_eq!(outcome(answer), Ok(true), "{update}");
    }
}

#[tokio::test]
async fn none_is_what_is_missing_or_null_to_the_engine_too() {
    let client = table().await;
    let missing = item([("pk", s("p"))]);
    let null = item([("pk", s("p")), ("note", null())]);
    let value = item([("pk", s("p")), ("note", s("gift"))]);
    let note = Order::attributes().note;
    for (stored, none) in [
        (None, true),
        (Some(&missing), true),
        (Some(&null), true),
        (Some(&value), false),
    ] {
        for (condition, expected) in [
            (note.is_none(), none),
            (note.is_some(), !none),
            (!note.is_none(), !none),
            (!note.is_some(), none),
        ] {
            let shown = condition.to_string();
            assert_eq!(condition.matches(stored.unwrap_or(&Item::new())), expected);
            let held = holds(&client, stored, compiled(condition), Write::Delete).await;
            assert_eq!(held, Ok(expected), "{shown} on {stored:?}");
        }
    }
}

#[tokio::test]
async fn a_double_negation_is_accepted() {
    let client = table().await;
    let stored = item([("pk", s("p")), ("a", n(1))]);
    for (condition, expected) in [
        (!!attr("a").eq(1), true),
        (!!!attr("a").eq(1), false),
        (!!(attr("a").eq(1) & attr("b").eq(1)), false),
    ] {
        let held = holds(&client, Some(&stored), compiled(condition), Write::Delete).await;
        assert_eq!(held, Ok(expected));
    }
}

#[tokio::test]
async fn numbered_placeholders_are_accepted() {
    let client = table().await;
    let stored = item([("pk", s("p")), ("quantity", n(499))]);
    let condition = attr("quantity").is_in((0..500).collect::<Vec<_>>());
    let held = holds(&client, Some(&stored), compiled(condition), Write::Put).await;
    assert_eq!(held, Ok(true));
}

/// A document path of the small vocabulary.
#[derive(Clone, Debug, PartialEq)]
struct Path {
    root: &'static str,
    rest: Vec<Step>,
}

#[derive(Clone, Debug, PartialEq)]
enum Step {
    Name(&'static str),
    Index(u32),
}

/// A literal that may be on the left side of an operator.
#[derive(Clone, Debug, PartialEq)]
enum Left {
    Text(String),
    Number(i64),
    Boolean(bool),
}

#[derive(Clone, Debug, PartialEq)]
enum Side {
    Path(Path),
    Size(Path),
    Value(AttributeValue),
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Comparator {
    Eq,
    Ne,
    Lt,
    Le,
    Gt,
    Ge,
}

/// A condition, before it is dynacond's.
#[derive(Clone, Debug)]
enum Tree {
    Compare(Path, Comparator, Side),
    CompareSize(Path, Comparator, Side),
    CompareValue(Left, Comparator, Side),
    Between(Path, Side, Side),
    BetweenSizes(Path, u64, u64),
    ValueBetween(Left, Path, Path),
    InValues(Path, Vec<AttributeValue>),
    InPaths(Path, Vec<Path>),
    ValueIn(Left, Vec<Path>),
    Exists(Path),
    NotExists(Path),
    Type(Path, DataType),
    BeginsWith(Path, Side),
    Contains(Path, Side),
    ValueContains(String, Path),
    Not(Box<Tree>),
    And(Vec<Tree>),
    Or(Vec<Tree>),
}

mod ours {
    use dynacond::operators::{Nested, SizeOf};

    use super::*;

    fn at(path: &Path) -> Attribute<Any, Untyped, Nested> {
        path.rest
            .iter()
            .fold(attr(path.root), |at, step| match step {
                Step::Name(name) => at.at_name(*name),
                Step::Index(index) => at.index(*index),
            })
    }

    fn size(path: &Path) -> Attribute<Any, u64, SizeOf> {
        at(path).size()
    }

    macro_rules! compared {
        ($left:expr, $comparator:expr, $right:expr) => {
            match $comparator {
                Comparator::Eq => $left.eq($right),
                Comparator::Ne => $left.ne($right),
                Comparator::Lt => $left.lt($right),
                Comparator::Le => $left.le($right),
                Comparator::Gt => $left.gt($right),
                Comparator::Ge => $left.ge($right),
            }
        };
    }

    /// With a path or a size. Two values are not compared here.
    fn compared_value<V>(
        left: Attribute<Any, V, Literal>,
        comparator: Comparator,
        right: &Side,
    ) -> Condition
    where
        V: dynacond::Value<Value = V>,
        V::Kind: dynacond::operators::Ordered,
        dynacond::kind::UnknownType: dynacond::operators::SameKind<V::Kind>,
    {
        match right {
            Side::Path(path) => compared!(left, comparator, at(path)),
            Side::Size(_) | Side::Value(_) => unreachable!("a value of any kind beside a path"),
        }
    }

    pub(super) fn condition(tree: &Tree) -> Condition {
        match tree {
            Tree::Compare(left, comparator, right) => match right {
                Side::Path(right) => compared!(at(left), comparator, at(right)),
                Side::Size(right) => compared!(at(left), comparator, size(right)),
                Side::Value(right) => compared!(at(left), comparator, right.clone()),
            },
            Tree::CompareSize(left, comparator, right) => match right {
                Side::Path(right) => compared!(size(left), comparator, at(right)),
                Side::Size(right) => compared!(size(left), comparator, size(right)),
                Side::Value(right) => {
                    let AttributeValue::N(number) = right else {
                        unreachable!("sizes are numbers")
                    };
                    let number: u64 = number.parse().expect("a whole number");
                    compared!(size(left), comparator, number)
                }
            },
            Tree::CompareValue(left, comparator, right) => match (left, right) {
                (Left::Number(number), Side::Size(path)) => {
                    let number = u64::try_from(*number).expect("not negative");
                    compared!(value::<Any, _>(number), comparator, size(path))
                }
                (Left::Number(number), right) => compared_value(value(*number), *comparator, right),
                (Left::Text(text), right) => {
                    compared_value(value(text.clone()), *comparator, right)
                }
                (Left::Boolean(truth), Side::Path(path)) if *comparator == Comparator::Ne => {
                    value::<Any, _>(*truth).ne(at(path))
                }
                (Left::Boolean(truth), Side::Path(path)) => value::<Any, _>(*truth).eq(at(path)),
                (Left::Boolean(_), _) => unreachable!("a boolean beside a path"),
            },
            Tree::Between(path, low, high) => match (low, high) {
                (Side::Value(low), Side::Value(high)) => {
                    at(path).between(low.clone(), high.clone())
                }
                (Side::Value(low), Side::Path(high)) => at(path).between(low.clone(), at(high)),
                (Side::Path(low), Side::Value(high)) => at(path).between(at(low), high.clone()),
                (Side::Path(low), Side::Path(high)) => at(path).between(at(low), at(high)),
                (Side::Size(low), Side::Size(high)) => at(path).between(size(low), size(high)),
                (Side::Size(low), Side::Path(high)) => at(path).between(size(low), at(high)),
                (Side::Size(low), Side::Value(high)) => at(path).between(size(low), high.clone()),
                (Side::Path(low), Side::Size(high)) => at(path).between(at(low), size(high)),
                (Side::Value(low), Side::Size(high)) => at(path).between(low.clone(), size(high)),
            },
            Tree::BetweenSizes(path, low, high) => size(path).between(*low, *high),
            Tree::ValueBetween(left, low, high) => match left {
                Left::Number(number) => value::<Any, _>(*number).between(at(low), at(high)),
                Left::Text(text) => value::<Any, _>(text.clone()).between(at(low), at(high)),
                Left::Boolean(_) => unreachable!("a boolean has no order"),
            },
            Tree::InValues(path, values) => at(path).is_in(values.clone()),
            Tree::InPaths(path, paths) => at(path).is_in(paths.iter().map(at)),
            Tree::ValueIn(left, paths) => match left {
                Left::Number(number) => value::<Any, _>(*number).is_in(paths.iter().map(at)),
                Left::Text(text) => value::<Any, _>(text.clone()).is_in(paths.iter().map(at)),
                Left::Boolean(truth) => value::<Any, _>(*truth).is_in(paths.iter().map(at)),
            },
            Tree::Exists(path) => at(path).exists(),
            Tree::NotExists(path) => at(path).not_exists(),
            Tree::Type(path, data_type) => at(path).attribute_type(*data_type),
            Tree::BeginsWith(path, right) => match right {
                Side::Path(right) => at(path).begins_with(at(right)),
                Side::Size(right) => at(path).begins_with(size(right)),
                Side::Value(right) => at(path).begins_with(right.clone()),
            },
            Tree::Contains(path, right) => match right {
                Side::Path(right) => at(path).contains(at(right)),
                Side::Size(right) => at(path).contains(size(right)),
                Side::Value(right) => at(path).contains(right.clone()),
            },
            Tree::ValueContains(text, path) => value::<Any, _>(text.clone()).contains(at(path)),
            Tree::Not(inner) => !condition(inner),
            Tree::And(parts) => Condition::all(parts.iter().map(condition)),
            Tree::Or(parts) => Condition::any(parts.iter().map(condition)),
        }
    }
}

/// DynamoDB's rules as its documentation states them, read plainly.
mod plain {
    use std::cmp::Ordering;

    use super::*;

    /// A number as sign, digits without zeros around them, and the power of ten of the first digit.
    fn number(text: &str) -> (bool, i32, String) {
        let (negative, text) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        let (mantissa, exponent) = match text.split_once(['e', 'E']) {
            Some((mantissa, exponent)) => (mantissa, exponent.parse().expect("an exponent")),
            None => (text, 0),
        };
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let digits = format!("{whole}{fraction}");
        let leading = digits.len() - digits.trim_start_matches('0').len();
        let magnitude = exponent + i32::try_from(whole.len()).expect("short")
            - i32::try_from(leading).expect("short");
        let digits = digits.trim_matches('0').to_owned();
        if digits.is_empty() {
            (false, 0, digits)
        } else {
            (negative, magnitude, digits)
        }
    }

    fn order_of_numbers(a: &str, b: &str) -> Ordering {
        let (a, b) = (number(a), number(b));
        let absolute = |a: &(bool, i32, String), b: &(bool, i32, String)| match (
            a.2.is_empty(),
            b.2.is_empty(),
        ) {
            (true, true) => Ordering::Equal,
            (true, false) => Ordering::Less,
            (false, true) => Ordering::Greater,
            (false, false) => a.1.cmp(&b.1).then_with(|| a.2.cmp(&b.2)),
        };
        match (a.0, b.0) {
            (true, false) => Ordering::Less,
            (false, true) => Ordering::Greater,
            (false, false) => absolute(&a, &b),
            (true, true) => absolute(&b, &a),
        }
    }

    fn order(a: &AttributeValue, b: &AttributeValue) -> Option<Ordering> {
        match (a, b) {
            (AttributeValue::S(a), AttributeValue::S(b)) => Some(a.as_bytes().cmp(b.as_bytes())),
            (AttributeValue::B(a), AttributeValue::B(b)) => Some(a.as_ref().cmp(b.as_ref())),
            (AttributeValue::N(a), AttributeValue::N(b)) => Some(order_of_numbers(a, b)),
            _ => None,
        }
    }

    fn each_in<T>(a: &[T], b: &[T], same: impl Fn(&T, &T) -> bool) -> bool {
        a.len() == b.len() && a.iter().all(|a| b.iter().any(|b| same(a, b)))
    }

    fn equal(a: &AttributeValue, b: &AttributeValue) -> bool {
        match (a, b) {
            (AttributeValue::Bool(a), AttributeValue::Bool(b)) => a == b,
            (AttributeValue::Null(_), AttributeValue::Null(_)) => true,
            (AttributeValue::Ss(a), AttributeValue::Ss(b)) => each_in(a, b, |a, b| a == b),
            (AttributeValue::Bs(a), AttributeValue::Bs(b)) => each_in(a, b, |a, b| a == b),
            (AttributeValue::Ns(a), AttributeValue::Ns(b)) => {
                each_in(a, b, |a, b| order_of_numbers(a, b).is_eq())
            }
            (AttributeValue::L(a), AttributeValue::L(b)) => {
                a.len() == b.len() && (0..a.len()).all(|i| equal(&a[i], &b[i]))
            }
            (AttributeValue::M(a), AttributeValue::M(b)) => {
                a.len() == b.len()
                    && a.keys()
                        .all(|name| b.get(name).is_some_and(|b| equal(&a[name], b)))
            }
            (a, b) => order(a, b) == Some(Ordering::Equal),
        }
    }

    fn find(path: &Path, item: &Item) -> Option<AttributeValue> {
        let mut found = item.get(path.root)?;
        for step in &path.rest {
            found = match (step, found) {
                (Step::Name(name), AttributeValue::M(map)) => map.get(*name)?,
                (Step::Index(index), AttributeValue::L(list)) => {
                    list.get(usize::try_from(*index).ok()?)?
                }
                _ => return None,
            };
        }
        Some(found.clone())
    }

    /// An operand of an operator. The size of a value without a size counts as missing.
    enum Found {
        Value(AttributeValue),
        Missing,
    }

    fn size(path: &Path, item: &Item) -> Found {
        let size = match find(path, item) {
            Some(AttributeValue::S(text)) => text.chars().map(char::len_utf16).sum(),
            Some(AttributeValue::B(blob)) => blob.as_ref().len(),
            Some(AttributeValue::Ss(set) | AttributeValue::Ns(set)) => set.len(),
            Some(AttributeValue::Bs(set)) => set.len(),
            Some(AttributeValue::L(list)) => list.len(),
            Some(AttributeValue::M(map)) => map.len(),
            _ => return Found::Missing,
        };
        Found::Value(n(size))
    }

    fn path(path: &Path, item: &Item) -> Found {
        find(path, item).map_or(Found::Missing, Found::Value)
    }

    fn side(side: &Side, item: &Item) -> Found {
        match side {
            Side::Path(at) => path(at, item),
            Side::Size(at) => size(at, item),
            Side::Value(value) => Found::Value(value.clone()),
        }
    }

    fn left(left: &Left) -> Found {
        Found::Value(match left {
            Left::Text(text) => s(text),
            Left::Number(number) => n(number),
            Left::Boolean(truth) => boolean(*truth),
        })
    }

    fn compare(a: &Found, comparator: Comparator, b: &Found) -> bool {
        let (a, b) = match (a, b) {
            (Found::Missing, _) | (_, Found::Missing) => return comparator == Comparator::Ne,
            (Found::Value(a), Found::Value(b)) => (a, b),
        };
        match comparator {
            Comparator::Eq => equal(a, b),
            Comparator::Ne => !equal(a, b),
            Comparator::Lt => order(a, b) == Some(Ordering::Less),
            Comparator::Gt => order(a, b) == Some(Ordering::Greater),
            Comparator::Le => matches!(order(a, b), Some(Ordering::Less | Ordering::Equal)),
            Comparator::Ge => matches!(order(a, b), Some(Ordering::Greater | Ordering::Equal)),
        }
    }

    fn within(a: &Found, low: &Found, high: &Found) -> bool {
        compare(a, Comparator::Ge, low) && compare(a, Comparator::Le, high)
    }

    fn contains(container: &Found, part: &Found) -> bool {
        let (Found::Value(container), Found::Value(part)) = (container, part) else {
            return false;
        };
        match (container, part) {
            (AttributeValue::S(text), AttributeValue::S(part)) => text.contains(part.as_str()),
            (AttributeValue::B(bytes), AttributeValue::B(part)) => {
                let (bytes, part) = (bytes.as_ref(), part.as_ref());
                (0..=bytes.len()).any(|start| bytes[start..].starts_with(part))
            }
            (AttributeValue::Ss(set), AttributeValue::S(part)) => set.contains(part),
            (AttributeValue::Ns(set), AttributeValue::N(part)) => set
                .iter()
                .any(|member| order_of_numbers(member, part).is_eq()),
            (AttributeValue::Bs(set), AttributeValue::B(part)) => set.contains(part),
            (AttributeValue::L(list), part) => list.iter().any(|element| equal(element, part)),
            _ => false,
        }
    }

    fn begins_with(found: &Found, prefix: &Found) -> bool {
        let (Found::Value(found), Found::Value(prefix)) = (found, prefix) else {
            return false;
        };
        match (found, prefix) {
            (AttributeValue::S(text), AttributeValue::S(prefix)) => {
                text.starts_with(prefix.as_str())
            }
            (AttributeValue::B(bytes), AttributeValue::B(prefix)) => {
                bytes.as_ref().starts_with(prefix.as_ref())
            }
            _ => false,
        }
    }

    fn is_of(value: &AttributeValue, data_type: DataType) -> bool {
        match data_type {
            DataType::S => value.is_s(),
            DataType::N => value.is_n(),
            DataType::B => value.is_b(),
            DataType::Ss => value.is_ss(),
            DataType::Ns => value.is_ns(),
            DataType::Bs => value.is_bs(),
            DataType::L => value.is_l(),
            DataType::M => value.is_m(),
            DataType::Bool => value.is_bool(),
            DataType::Null => value.is_null(),
        }
    }

    pub(super) fn holds(tree: &Tree, item: &Item) -> bool {
        match tree {
            Tree::Compare(a, comparator, b) => compare(&path(a, item), *comparator, &side(b, item)),
            Tree::CompareSize(a, comparator, b) => {
                compare(&size(a, item), *comparator, &side(b, item))
            }
            Tree::CompareValue(a, comparator, b) => compare(&left(a), *comparator, &side(b, item)),
            Tree::Between(a, low, high) => {
                within(&path(a, item), &side(low, item), &side(high, item))
            }
            Tree::BetweenSizes(a, low, high) => within(
                &size(a, item),
                &Found::Value(n(low)),
                &Found::Value(n(high)),
            ),
            Tree::ValueBetween(a, low, high) => {
                within(&left(a), &path(low, item), &path(high, item))
            }
            Tree::InValues(a, values) => {
                let a = path(a, item);
                values
                    .iter()
                    .any(|value| compare(&a, Comparator::Eq, &Found::Value(value.clone())))
            }
            Tree::InPaths(a, paths) => {
                let a = path(a, item);
                paths
                    .iter()
                    .any(|at| compare(&a, Comparator::Eq, &path(at, item)))
            }
            Tree::ValueIn(a, paths) => paths
                .iter()
                .any(|at| compare(&left(a), Comparator::Eq, &path(at, item))),
            Tree::Exists(at) => find(at, item).is_some(),
            Tree::NotExists(at) => find(at, item).is_none(),
            Tree::Type(at, data_type) => {
                find(at, item).is_some_and(|value| is_of(&value, *data_type))
            }
            Tree::BeginsWith(a, prefix) => begins_with(&path(a, item), &side(prefix, item)),
            Tree::Contains(a, part) => contains(&path(a, item), &side(part, item)),
            Tree::ValueContains(text, at) => contains(&Found::Value(s(text)), &path(at, item)),
            Tree::Not(inner) => !holds(inner, item),
            Tree::And(parts) => parts.iter().all(|part| holds(part, item)),
            Tree::Or(parts) => parts.iter().any(|part| holds(part, item)),
        }
    }
}

/// What random items and conditions are made of. It leaves out what DynamoDB refuses for every item, because other tests check
/// those rules.
mod vocabulary {
    use proptest::sample::select;

    use super::*;

    const TEXTS: [&str; 8] = ["", "a", "b", "ab", "Ab", "é😀", "1", "\u{ffff}"];
    const NUMBERS: [&str; 11] = [
        "0",
        "-0.0",
        "1",
        "1.0",
        "1e0",
        "2",
        "10",
        "-1",
        "0.5",
        "12345678901234567890123456789012345678",
        "12345678901234567890123456789012345679",
    ];
    const BYTES: [&[u8]; 5] = [b"", b"\x01", b"\x01\x02", b"\xff", b"a"];

    fn ordered() -> impl Strategy<Value = AttributeValue> {
        prop_oneof![
            3 => select(&TEXTS[..]).prop_map(s),
            3 => select(&NUMBERS[..]).prop_map(n),
            1 => select(&BYTES[..]).prop_map(b),
        ]
    }

    fn scalar() -> impl Strategy<Value = AttributeValue> {
        prop_oneof![
            6 => ordered(),
            1 => any::<bool>().prop_map(boolean),
            1 => Just(null()),
            2 => select(vec![ss(["a"]), ss(["a", "b"]), ss(["b", "a"]), ns(["1"]), ns(["1.0"]), ns(["2", "1"]), ns(["1", "2"]), bs([b"a"]), bs([b"a", b"\x01"])]),
        ]
    }

    fn any_value() -> impl Strategy<Value = AttributeValue> {
        scalar().prop_recursive(2, 6, 3, |inner| {
            let entries = prop::collection::hash_map(select(&NAMES[..]), inner.clone(), 0..3);
            prop_oneof![
                prop::collection::vec(inner, 0..3).prop_map(AttributeValue::L),
                entries.prop_map(|entries| {
                    AttributeValue::M(
                        entries
                            .into_iter()
                            .map(|(name, value)| (name.to_owned(), value))
                            .collect(),
                    )
                }),
            ]
        })
    }

    /// Reserved words, odd names, and names that read alike.
    const ROOTS: [&str; 6] = ["a", "status", "a.b", "a_b", "is-active", "1st"];
    const NAMES: [&str; 3] = ["a", "x.y", "size"];

    pub(super) fn stored() -> impl Strategy<Value = Option<Item>> {
        let attributes = prop::collection::hash_map(select(&ROOTS[..]), any_value(), 0..=6);
        let item = attributes.prop_map(|attributes| {
            attributes
                .into_iter()
                .map(|(name, value)| (name.to_owned(), value))
                .chain(key())
                .collect()
        });
        prop_oneof![1 => Just(None), 12 => item.prop_map(Some)]
    }

    fn path() -> impl Strategy<Value = Path> {
        let step = prop_oneof![
            select(&NAMES[..]).prop_map(Step::Name),
            (0..2_u32).prop_map(Step::Index)
        ];
        let rest = prop_oneof![3 => Just(Vec::new()), 1 => prop::collection::vec(step, 1..3)];
        (select(&ROOTS[..]), rest).prop_map(|(root, rest)| Path { root, rest })
    }

    /// Another path, because DynamoDB does not compare an operand with itself.
    fn other_than(path: Path) -> impl Strategy<Value = (Path, Path)> {
        self::path().prop_map(move |other| {
            let other = if other == path {
                Path {
                    root: "other",
                    rest: Vec::new(),
                }
            } else {
                other
            };
            (path.clone(), other)
        })
    }

    fn two_paths() -> impl Strategy<Value = (Path, Path)> {
        path().prop_flat_map(other_than)
    }

    fn comparator() -> impl Strategy<Value = Comparator> {
        use Comparator::{Eq, Ge, Gt, Le, Lt, Ne};
        select(vec![Eq, Ne, Lt, Le, Gt, Ge])
    }

    fn left() -> impl Strategy<Value = Left> {
        prop_oneof![
            select(&TEXTS[..]).prop_map(|text| Left::Text(text.to_owned())),
            (-1..3_i64).prop_map(Left::Number),
        ]
    }

    fn size_number() -> impl Strategy<Value = Side> {
        (0..4_u64).prop_map(|number| Side::Value(n(number)))
    }

    /// Literal bounds of one type, in order.
    fn bounds() -> impl Strategy<Value = (Side, Side)> {
        let texts = (0..TEXTS.len(), 0..TEXTS.len()).prop_map(|(i, j)| {
            let (low, high) = (TEXTS[i].min(TEXTS[j]), TEXTS[i].max(TEXTS[j]));
            (s(low), s(high))
        });
        let numbers = select(vec![
            ("0", "0.0"),
            ("-1", "1"),
            ("1", "1e0"),
            ("0", "2"),
            ("1.0", "10"),
            ("-1", NUMBERS[9]),
            (NUMBERS[9], NUMBERS[10]),
        ])
        .prop_map(|(low, high)| (n(low), n(high)));
        let binary = select(vec![
            (b(b""), b(b"\x01")),
            (b(b"\x01"), b(b"\x01\x02")),
            (b(b"\x01"), b(b"\xff")),
        ]);
        prop_oneof![texts, numbers, binary]
            .prop_map(|(low, high)| (Side::Value(low), Side::Value(high)))
    }

    fn between() -> impl Strategy<Value = Tree> {
        let literal =
            (path(), bounds()).prop_map(|(path, (low, high))| Tree::Between(path, low, high));
        let mixed =
            (two_paths(), ordered(), any::<bool>()).prop_map(|((path, other), value, low)| {
                let (other, value) = (Side::Path(other), Side::Value(value));
                if low {
                    Tree::Between(path, value, other)
                } else {
                    Tree::Between(path, other, value)
                }
            });
        let paths = two_paths().prop_map(|(path, other)| {
            let bound = Side::Path(other.clone());
            Tree::Between(path, bound, Side::Path(other))
        });
        let sizes = (two_paths(), path())
            .prop_map(|((path, low), high)| Tree::Between(path, Side::Size(low), Side::Size(high)));
        let of_size = (path(), 0..2_u64, 0..3_u64)
            .prop_map(|(path, low, more)| Tree::BetweenSizes(path, low, low + more));
        let of_value = (left(), path(), path())
            .prop_map(|(left, low, high)| Tree::ValueBetween(left, low, high));
        prop_oneof![literal, mixed, paths, sizes, of_size, of_value]
    }

    fn comparison() -> impl Strategy<Value = Tree> {
        use Comparator::{Eq, Ne};
        let equality =
            (path(), select(vec![Eq, Ne]), any_value()).prop_map(|(path, comparator, value)| {
                Tree::Compare(path, comparator, Side::Value(value))
            });
        let order = (path(), comparator(), ordered()).prop_map(|(path, comparator, value)| {
            Tree::Compare(path, comparator, Side::Value(value))
        });
        let paths = (two_paths(), comparator()).prop_map(|((path, other), comparator)| {
            Tree::Compare(path, comparator, Side::Path(other))
        });
        let with_size = (path(), comparator(), path()).prop_map(|(path, comparator, other)| {
            Tree::Compare(path, comparator, Side::Size(other))
        });
        let size_value = (path(), comparator(), size_number())
            .prop_map(|(path, comparator, number)| Tree::CompareSize(path, comparator, number));
        let size_path = (path(), comparator(), path()).prop_map(|(path, comparator, other)| {
            Tree::CompareSize(path, comparator, Side::Path(other))
        });
        let sizes = (two_paths(), comparator()).prop_map(|((path, other), comparator)| {
            Tree::CompareSize(path, comparator, Side::Size(other))
        });
        let value_path = (left(), comparator(), path()).prop_map(|(left, comparator, path)| {
            Tree::CompareValue(left, comparator, Side::Path(path))
        });
        let value_size = (0..4_i64, comparator(), path()).prop_map(|(number, comparator, path)| {
            Tree::CompareValue(Left::Number(number), comparator, Side::Size(path))
        });
        let truth_path =
            (any::<bool>(), select(vec![Eq, Ne]), path()).prop_map(|(truth, comparator, path)| {
                Tree::CompareValue(Left::Boolean(truth), comparator, Side::Path(path))
            });
        prop_oneof![
            3 => equality,
            3 => order,
            2 => paths,
            1 => with_size,
            2 => size_value,
            1 => size_path,
            1 => sizes,
            2 => value_path,
            1 => value_size,
            1 => truth_path,
        ]
    }

    fn function() -> impl Strategy<Value = Tree> {
        use DataType::{B, Bool, Bs, L, M, N, Ns, Null, S, Ss};
        let prefix = prop_oneof![
            select(&TEXTS[..]).prop_map(s),
            select(&BYTES[..]).prop_map(b)
        ];
        prop_oneof![
            2 => path().prop_map(Tree::Exists),
            2 => path().prop_map(Tree::NotExists),
            1 => (path(), select(vec![S, N, B, Ss, Ns, Bs, L, M, Bool, Null])).prop_map(|(path, kind)| Tree::Type(path, kind)),
            2 => (path(), prefix).prop_map(|(path, prefix)| Tree::BeginsWith(path, Side::Value(prefix))),
            1 => two_paths().prop_map(|(path, other)| Tree::BeginsWith(path, Side::Path(other))),
            3 => (path(), any_value()).prop_map(|(path, part)| Tree::Contains(path, Side::Value(part))),
            1 => two_paths().prop_map(|(path, other)| Tree::Contains(path, Side::Path(other))),
            1 => (path(), path()).prop_map(|(path, other)| Tree::Contains(path, Side::Size(other))),
            1 => (select(&TEXTS[..]), path()).prop_map(|(text, path)| Tree::ValueContains(text.to_owned(), path)),
        ]
    }

    fn is_in() -> impl Strategy<Value = Tree> {
        let values = (path(), prop::collection::vec(any_value(), 1..4))
            .prop_map(|(path, values)| Tree::InValues(path, values));
        let paths = (two_paths(), 1..3_usize)
            .prop_map(|((path, other), count)| Tree::InPaths(path, vec![other; count]));
        let value = (left(), prop::collection::vec(path(), 1..3))
            .prop_map(|(left, paths)| Tree::ValueIn(left, paths));
        prop_oneof![2 => values, 1 => paths, 1 => value]
    }

    pub(super) fn tree() -> impl Strategy<Value = Tree> {
        let clause = prop_oneof![5 => comparison(), 2 => between(), 2 => is_in(), 4 => function()];
        clause.prop_recursive(4, 12, 3, |inner| {
            prop_oneof![
                inner.clone().prop_map(|tree| Tree::Not(Box::new(tree))),
                prop::collection::vec(inner.clone(), 1..4).prop_map(Tree::And),
                prop::collection::vec(inner, 1..4).prop_map(Tree::Or),
            ]
        })
    }
}

#[test]
fn random_conditions_are_accepted_and_answered_alike_by_all_three() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build()
        .expect("a runtime");
    let client = runtime.block_on(table());
    let write = prop_oneof![Just(Write::Delete), Just(Write::Put), Just(Write::Update)];
    let cases = (vocabulary::tree(), vocabulary::stored(), write);
    let mut runner = TestRunner::new(Config {
        failure_persistence: None,
        ..Config::default()
    });
    let agreed = runner.run(&cases, |(tree, stored, write)| {
        let condition = ours::condition(&tree);
        let on = stored.clone().unwrap_or_default();
        let plain = plain::holds(&tree, &on);
        prop_assert_eq!(condition.matches(&on), plain, "matches: {}", condition);
        prop_assert_eq!(
            condition.explain(&on).holds(),
            plain,
            "explain: {}",
            condition
        );
        let expression = match condition.clone().compile() {
            Ok(expression) => expression,
            Err(error) => return Err(TestCaseError::fail(format!("{condition}: {error}"))),
        };
        let text = expression.text.clone();
        let engine = runtime.block_on(holds(&client, stored.as_ref(), expression, write));
        prop_assert_eq!(engine, Ok(plain), "the engine: {}", text);
        Ok(())
    });
    if let Err(error) = agreed {
        panic!("{error}");
    }
}
