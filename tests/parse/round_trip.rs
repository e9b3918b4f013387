//! What the operators build compiles to a text that is read as the same tree.
use dynacond::{AttributeValue, Condition, DataType, Item, attr};
use proptest::prelude::*;

use crate::{n, parse_with, s};

fn name() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec![
        "a", "b", "A", "status", "size", "a.b", "_x", "1", "é", "a b", "#a", ":a",
    ])
}

fn value() -> impl Strategy<Value = AttributeValue> {
    let scalar = prop_oneof![
        prop::sample::select(vec!["", "a", "ab", "S"]).prop_map(s),
        (-3..4_i8).prop_map(|number| n(&number.to_string())),
        Just(n("1.50")),
        any::<bool>().prop_map(AttributeValue::Bool),
        Just(AttributeValue::Null(true)),
        Just(AttributeValue::B(vec![0, 255].into())),
        Just(AttributeValue::Ns(vec!["1".to_owned(), "2".to_owned()])),
    ];
    scalar.prop_recursive(2, 6, 3, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..3).prop_map(AttributeValue::L),
            prop::collection::hash_map(name().prop_map(str::to_owned), inner, 0..3)
                .prop_map(AttributeValue::M),
        ]
    })
}

/// A path, and one comparison with it that breaks no rule.
fn clause() -> impl Strategy<Value = Condition> {
    let path = || {
        (name(), prop::option::of(name()), prop::option::of(0..3_u32)).prop_map(
            |(root, map, list)| {
                let root = attr(root);
                match (map, list) {
                    (None, None) => root.at_name("m"),
                    (Some(map), None) => root.at_name(map),
                    (None, Some(index)) => root.index(index),
                    (Some(map), Some(index)) => root.at_name(map).index(index),
                }
            },
        )
    };
    let clause = prop_oneof![
        (name(), value(), 0..6).prop_map(|(name, value, operator)| {
            let a = attr(name);
            match operator {
                0 => a.eq(value),
                1 => a.ne(value),
                2 => a.lt(value),
                3 => a.le(value),
                4 => a.gt(value),
                _ => a.ge(value),
            }
        }),
        (path(), path(), 0..4).prop_map(|(a, b, operator)| match operator {
            0 => a.eq(b),
            1 => a.size().gt(b),
            2 => a.contains(b.size()),
            _ => a.size().between(b.clone().size(), b),
        }),
        (path(), value(), value()).prop_map(|(a, low, high)| a.between(low, high)),
        (path(), prop::collection::vec(value(), 1..4)).prop_map(|(a, list)| a.is_in(list)),
        (path(), 0..4).prop_map(|(a, function)| match function {
            0 => a.exists(),
            1 => a.not_exists(),
            2 => a.attribute_type(DataType::S),
            _ => a.begins_with("a"),
        }),
        (path(), value()).prop_map(|(a, part)| a.contains(part)),
    ];
    clause.prop_filter("breaks a rule", |clause| clause.clone().compile().is_ok())
}

fn tree() -> impl Strategy<Value = Condition> {
    clause().prop_recursive(5, 24, 3, |inner| {
        prop_oneof![
            inner.clone().prop_map(Condition::not),
            prop::collection::vec(inner.clone(), 2..4).prop_map(Condition::all),
            prop::collection::vec(inner.clone(), 2..4).prop_map(Condition::any),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| a.and(b)),
            (inner.clone(), inner).prop_map(|(a, b)| a.or(b)),
        ]
    })
}

fn item() -> impl Strategy<Value = Item> {
    prop::collection::hash_map(name().prop_map(str::to_owned), value(), 0..6)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn compiled_text_is_the_same_condition(
        condition in tree(),
        items in prop::collection::vec(item(), 3),
    ) {
        let compiled = condition.clone().compile().expect("short, and of clauses that break no rule");
        let (text, names, values) = (&compiled.text, &compiled.names, &compiled.values);
        let parsed = parse_with(text, names.clone(), values.clone()).expect(text);
        for item in &items {
            prop_assert_eq!(parsed.matches(item), condition.matches(item), "{}", text);
        }
        prop_assert_eq!(parsed.to_string(), condition.to_string());
        prop_assert_eq!(&parsed, &condition, "{}", text);
        let again = parsed.compile().expect(text);
        prop_assert_eq!(&again, &compiled);

        let spaced = text
            .replace('(', " ( ")
            .replace(" AND ", "\n aNd\t")
            .replace(" OR ", "\r\nor ")
            .replace("NOT ", "not  ");
        prop_assert_eq!(parse_with(&spaced, names.clone(), values.clone()).expect(&spaced), condition.clone());
        let wrapped = format!("({text})");
        prop_assert_eq!(parse_with(&wrapped, names.clone(), values.clone()).expect(&wrapped), condition);
    }
}
