//! Any condition on any item is evaluated and explained without a panic, as deep as an item can be, and never fails open.
use dynacond::operators::{Nested, Untyped};
use dynacond::{Any, Attribute, Condition, DataType, Error, Item, Rule, attr, value};
use proptest::prelude::*;
use proptest::sample::select;

use super::{AttributeValue, b, boolean, bs, item, l, m, n, ns, s, ss};

/// Values that DynamoDB stores, and those that it refuses.
fn scalar() -> impl Strategy<Value = AttributeValue> {
    prop_oneof![
        "\\PC{0,6}".prop_map(|text| s(&text)),
        select(vec!["", "a", "𝄞", "é", "\u{0}"]).prop_map(s),
        select(vec![
            "0",
            "-0",
            "1",
            "1.0",
            "1e0",
            "1E+125",
            "9.99e125",
            "1e126",
            "1e-130",
            "1e-131",
            "12345678901234567890123456789012345678",
            "123456789012345678901234567890123456789",
            "9223372036854775808",
            "-9223372036854775809",
            "",
            "NaN",
            "one",
            "1e",
            "e1",
            "--1",
            "1e99999999999999999999",
            "0x10",
            "+1",
            " 1",
            ".",
            "-",
            "1_000",
        ])
        .prop_map(n),
        "[0-9.eE+-]{0,600}".prop_map(n),
        prop::collection::vec(any::<u8>(), 0..5).prop_map(|bytes| b(&bytes)),
        any::<bool>().prop_map(boolean),
        any::<bool>().prop_map(AttributeValue::Null),
        select(vec![
            ss([]),
            ss(["a", "a"]),
            ss(["a", "b"]),
            ns(["1", "1.0"]),
            ns(["x"]),
            ns(["2", "1"])
        ]),
        select(vec![ns([]), bs([]), bs([b"a", b"a"]), bs([b"a"])]),
    ]
}

const NAMES: [&str; 4] = ["a", "b", "a.b", ""];

fn any_value() -> impl Strategy<Value = AttributeValue> {
    let nested = scalar().prop_recursive(6, 24, 4, |inner| {
        let entries = prop::collection::hash_map(select(&NAMES[..]), inner.clone(), 0..4);
        let map = |entries: std::collections::HashMap<&str, _>| {
            let owned = entries.into_iter().map(|(name, v)| (name.to_owned(), v));
            AttributeValue::M(owned.collect())
        };
        prop_oneof![
            prop::collection::vec(inner, 0..4).prop_map(AttributeValue::L),
            entries.prop_map(map),
        ]
    });
    // Some far deeper than DynamoDB has them.
    (
        nested,
        prop_oneof![8 => Just(0_usize), 1 => 1..100_usize],
        any::<bool>(),
    )
        .prop_map(|(value, levels, lists)| wrapped(value, levels, lists))
}

/// A value within so many lists, or maps under `a`.
fn wrapped(value: AttributeValue, levels: usize, lists: bool) -> AttributeValue {
    (0..levels).fold(
        value,
        |inner, _| {
            if lists { l([inner]) } else { m([("a", inner)]) }
        },
    )
}

fn any_item() -> impl Strategy<Value = Item> {
    let attributes = prop::collection::hash_map(select(&NAMES[..]), any_value(), 0..4);
    attributes.prop_map(|attributes| {
        let owned = attributes.into_iter().map(|(name, v)| (name.to_owned(), v));
        owned.collect()
    })
}

type Path = Attribute<Any, Untyped, Nested>;

fn path() -> impl Strategy<Value = Path> {
    let step = prop_oneof![select(&NAMES[..]).prop_map(Some), Just(None),];
    let steps = prop_oneof![
        4 => prop::collection::vec(step.clone(), 0..4),
        1 => prop::collection::vec(step, 0..60),
    ];
    (select(&NAMES[..]), steps).prop_map(|(root, steps)| {
        steps.into_iter().fold(attr(root), |path, step| match step {
            Some(name) => path.at_name(name),
            None => path.index(0),
        })
    })
}

/// Clauses, many of which DynamoDB refuses.
fn clause() -> impl Strategy<Value = Condition> {
    let compared = (path(), any_value(), 0..9).prop_map(|(path, value, operator)| match operator {
        0 => path.eq(value),
        1 => path.ne(value),
        2 => path.lt(value),
        3 => path.le(value),
        4 => path.gt(value),
        5 => path.ge(value),
        6 => path.begins_with(value),
        7 => path.contains(value),
        _ => path.is_in([value]),
    });
    let between =
        (path(), any_value(), any_value()).prop_map(|(path, low, high)| path.between(low, high));
    let paths = (path(), path(), 0..6).prop_map(|(a, b, operator)| match operator {
        0 => a.eq(b),
        1 => a.ne(b),
        2 => a.lt(b.size()),
        3 => a.contains(b),
        4 => a.size().ge(b),
        _ => a.is_in([b.clone(), b]),
    });
    let single = (path(), 0..5).prop_map(|(path, operator)| match operator {
        0 => path.exists(),
        1 => path.not_exists(),
        2 => path.attribute_type(DataType::L),
        3 => path.is_in([0; 0]),
        _ => value(1).lt(path),
    });
    prop_oneof![4 => compared, 1 => between, 2 => paths, 2 => single]
}

fn condition() -> impl Strategy<Value = Condition> {
    clause().prop_recursive(6, 24, 3, |inner| {
        prop_oneof![
            inner.clone().prop_map(|condition| !condition),
            prop::collection::vec(inner.clone(), 0..4).prop_map(Condition::all),
            prop::collection::vec(inner, 0..4).prop_map(Condition::any),
        ]
    })
}

/// Evaluates, explains and shows, and holds each against the others.
fn look_at(condition: &Condition, item: &Item) {
    let holds = condition.matches(item);
    let explanation = condition.explain(item);
    assert_eq!(explanation.holds(), holds, "{condition}");
    assert_eq!(explanation.refusing().is_empty(), holds, "{condition}");
    for text in [explanation.to_string(), format!("{explanation:?}")] {
        assert!(!text.is_empty());
    }
    let not = (!condition.clone()).matches(item);
    match condition.clone().compile() {
        // One operator more may be one too many.
        Ok(_) => assert!(
            not != holds || (!condition.clone()).compile().is_err(),
            "{condition}"
        ),
        // What can never be sent holds on nothing, and nor does its negation.
        Err(Error::Expression(error)) => {
            let of_the_whole = matches!(
                error.rule,
                Rule::TooLong { .. } | Rule::TooManyOperators { .. } | Rule::TooLarge { .. }
            );
            assert!(of_the_whole || !(holds || not), "{condition}: {error}");
        }
        Err(other) => panic!("{condition}: {other}"),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(1_000) })]

    #[test]
    fn any_condition_on_any_item(condition in condition(), item in any_item()) {
        look_at(&condition, &item);
    }
}

/// On a stack as a thread of the standard library or of tokio has it.
fn on_a_usual_stack(look: impl FnOnce() + Send + 'static) {
    let thread = std::thread::Builder::new().stack_size(2 * 1_024 * 1_024);
    thread
        .spawn(look)
        .expect("a thread")
        .join()
        .expect("no panic");
}

/// DynamoDB's own limit is 32 levels.
#[test]
fn an_item_nested_far_deeper_than_dynamodb_nests_is_looked_at() {
    on_a_usual_stack(|| {
        for lists in [false, true] {
            let deep = |levels| wrapped(n(1), levels, lists);
            let item = item([("a", deep(500)), ("b", deep(500)), ("c", deep(499))]);
            for condition in [
                attr("a").eq(attr("b")),
                attr("a").ne(attr("c")),
                attr("a").contains(attr("c")),
                attr("a").eq(deep(33)),
                attr("a").size().eq(1),
                attr("a").is_in([attr("c"), attr("b")]),
            ] {
                look_at(&condition, &item);
            }
            assert!(attr("a").eq(attr("b")).matches(&item));
            assert!(!attr("a").eq(attr("c")).matches(&item));
        }
    });
}

/// Neither deep nesting nor a long list takes more than time in proportion.
#[test]
fn large_items_are_looked_at_in_time() {
    let begun = std::time::Instant::now();
    let numbers = || AttributeValue::Ns((0..20_000).map(|i| format!("{i}.0")).collect());
    let list = AttributeValue::L((0..50_000).map(n).collect());
    let item = item([
        ("a", numbers()),
        ("b", numbers()),
        ("list", list.clone()),
        ("same", list),
        ("text", s(&"ab".repeat(500_000))),
        ("number", n("9".repeat(1_000_000))),
    ]);
    assert!(attr("a").eq(attr("b")).matches(&item));
    assert!(attr("a").contains(19_999).matches(&item));
    assert!(attr("list").eq(attr("same")).matches(&item));
    assert!(!attr("list").contains(50_000).matches(&item));
    assert!(
        !attr("text")
            .contains("ba".repeat(1_000) + "c")
            .matches(&item)
    );
    assert!(!attr("number").gt(1).matches(&item));
    let all = Condition::all((0..140).map(|i| attr("list").index(i).eq(i)));
    assert!(all.matches(&item));
    assert!(
        begun.elapsed() < std::time::Duration::from_secs(5),
        "{:?}",
        begun.elapsed()
    );
}
