//! DynamoDB's static rules and limits: each broken rule is a typed error that names its clause, and nothing is sent.
use std::collections::{BTreeMap, BTreeSet};

use dynacond::operators::{IntoActions, IntoCondition};
use dynacond::{
    Any, AttributeValue, Condition, Error, ExpressionError, Item, Rule, Versioned, attr, value,
};

use super::{
    Digest, Order, Status, b, boolean, bs, compiled, item, l, m, n, ns, null, order, refused, s,
    ss, store,
};

/// A condition, the rule that it breaks, and the clause as the error names it.
type Row = (Condition<Order>, Rule, &'static str);

macro_rules! rows {
    ($($condition:expr => $rule:expr, $clause:literal;)+) => {
        vec![$((IntoCondition::<Order>::into_condition($condition), $rule, $clause)),+]
    };
}

fn literals() -> Vec<Row> {
    let o = Order::attributes();
    let not_ordered = |data_type| Rule::NotOrdered { data_type };
    let not_a_prefix = |data_type| Rule::NotAPrefix { data_type };
    let a = || attr("a");
    rows! {
        // A literal BOOL, NULL, list, map or set has no order.
        a().lt(true) => not_ordered("BOOL"), "a < ?";
        a().le(null()) => not_ordered("NULL"), "a <= ?";
        a().gt(l([n(1)])) => not_ordered("L"), "a > ?";
        a().ge(m([("x", n(1))])) => not_ordered("M"), "a >= ?";
        a().lt(ss(["x"])) => not_ordered("SS"), "a < ?";
        a().lt(ns(["1"])) => not_ordered("NS"), "a < ?";
        a().lt(bs([b"x"])) => not_ordered("BS"), "a < ?";
        a().at_name("x").lt(false) => not_ordered("BOOL"), "a.x < ?";
        a().lt(vec![1, 2]) => not_ordered("L"), "a < ?";
        a().lt(()) => not_ordered("NULL"), "a < ?";
        a().lt(BTreeMap::from([("x", 1)])) => not_ordered("M"), "a < ?";
        a().between(true, false) => not_ordered("BOOL"), "a BETWEEN ? AND ?";
        a().between(1, null()) => not_ordered("NULL"), "a BETWEEN ? AND ?";
        a().between(attr("b"), l([])) => not_ordered("L"), "a BETWEEN b AND ?";
        a().between(ss(["x"]), attr("b")) => not_ordered("SS"), "a BETWEEN ? AND b";
        // The bounds of BETWEEN are of one type, and in order.
        a().between(1, "z") => Rule::BoundsDiffer { low: "N", high: "S" }, "a BETWEEN ? AND ?";
        a().between("a", b(b"z")) => Rule::BoundsDiffer { low: "S", high: "B" }, "a BETWEEN ? AND ?";
        a().between(9, 1) => Rule::BoundsReversed, "a BETWEEN ? AND ?";
        a().between("b", "a") => Rule::BoundsReversed, "a BETWEEN ? AND ?";
        a().between("a", "B") => Rule::BoundsReversed, "a BETWEEN ? AND ?";
        a().between(b(b"\xff"), b(b"\x01")) => Rule::BoundsReversed, "a BETWEEN ? AND ?";
        a().between(10, 9) => Rule::BoundsReversed, "a BETWEEN ? AND ?";
        a().between(-1, -2) => Rule::BoundsReversed, "a BETWEEN ? AND ?";
        a().between(n("12345678901234567890123456789012345679"), n("12345678901234567890123456789012345678"))
            => Rule::BoundsReversed, "a BETWEEN ? AND ?";
        a().between(n("1E-129"), n("1E-130")) => Rule::BoundsReversed, "a BETWEEN ? AND ?";
        a().size().between(9, 1) => Rule::BoundsReversed, "size(a) BETWEEN ? AND ?";
        value::<Any, _>(5).between(9, 1) => Rule::BoundsReversed, "? BETWEEN ? AND ?";
        o.stock.between(9, 1) => Rule::BoundsReversed, "stock BETWEEN ? AND ?";
        o.digest.between(Digest(vec![2]), Digest(vec![1])) => Rule::BoundsReversed, "digest BETWEEN ? AND ?";
        // A prefix is a string or binary.
        a().begins_with(1) => not_a_prefix("N"), "begins_with(a, ?)";
        a().begins_with(true) => not_a_prefix("BOOL"), "begins_with(a, ?)";
        a().begins_with(null()) => not_a_prefix("NULL"), "begins_with(a, ?)";
        a().begins_with(ss(["x"])) => not_a_prefix("SS"), "begins_with(a, ?)";
        a().begins_with(l([s("x")])) => not_a_prefix("L"), "begins_with(a, ?)";
        // An attribute compared with itself.
        a().eq(a()) => Rule::SameOperand, "a = a";
        a().ne(a()) => Rule::SameOperand, "a <> a";
        a().le(a()) => Rule::SameOperand, "a <= a";
        o.stock.eq(o.stock) => Rule::SameOperand, "stock = stock";
        o.stock.ge(attr("stock")) => Rule::SameOperand, "stock >= stock";
        o.lines.index(0).at(|l| l.sku).eq(o.lines.index(0).at(|l| l.sku)) => Rule::SameOperand, "lines[0].sku = lines[0].sku";
        a().contains(a()) => Rule::SameOperand, "contains(a, a)";
        a().begins_with(a()) => Rule::SameOperand, "begins_with(a, a)";
        a().between(a(), 9) => Rule::SameOperand, "a BETWEEN a AND ?";
        a().between(1, a()) => Rule::SameOperand, "a BETWEEN ? AND a";
        a().is_in([attr("b"), a()]) => Rule::SameOperand, "a IN (b, a)";
        a().lt(a()) => Rule::SameOperand, "a < a";
        a().is_in([a()]) => Rule::SameOperand, "a IN (a)";
        // Nothing to choose from.
        a().is_in([0; 0]) => Rule::EmptyIn, "is_in([])";
        o.status.is_in(Vec::<Status>::new()) => Rule::EmptyIn, "is_in([])";
        Condition::<Order>::all([]) => Rule::EmptyAll, "all([])";
        Condition::<Order>::any([]) => Rule::EmptyAny, "any([])";
        // A name of no bytes, or of too many.
        attr("").eq(1) => Rule::NameLength, " = ?";
        a().at_name("").exists() => Rule::NameLength, "attribute_exists(a.)";
        o.prices.entry("").eq(1) => Rule::NameLength, "prices. = ?";
    }
}

fn values() -> Vec<Row> {
    let o = Order::attributes();
    let a = |value: AttributeValue| attr("a").eq(value);
    rows! {
        // Numbers: 38 digits, from 1E-130 to 9.99E125.
        attr("a").eq(f64::NAN) => Rule::NotANumber, "a = ?";
        attr("a").lt(f64::INFINITY) => Rule::NotANumber, "a < ?";
        attr("a").gt(f64::NEG_INFINITY) => Rule::NotANumber, "a > ?";
        attr("a").eq(f32::NAN) => Rule::NotANumber, "a = ?";
        value::<Any, _>(f64::NAN).eq(attr("a")) => Rule::NotANumber, "? = a";
        a(n("")) => Rule::NotANumber, "a = ?";
        a(n("abc")) => Rule::NotANumber, "a = ?";
        a(n("1,000")) => Rule::NotANumber, "a = ?";
        a(n("1_000")) => Rule::NotANumber, "a = ?";
        a(n("0x10")) => Rule::NotANumber, "a = ?";
        a(n("1 ")) => Rule::NotANumber, "a = ?";
        a(n(".")) => Rule::NotANumber, "a = ?";
        a(n("-")) => Rule::NotANumber, "a = ?";
        a(n("e5")) => Rule::NotANumber, "a = ?";
        a(n("1e")) => Rule::NotANumber, "a = ?";
        a(n("--1")) => Rule::NotANumber, "a = ?";
        a(n("1.2.3")) => Rule::NotANumber, "a = ?";
        a(n(" 5")) => Rule::NotANumber, "a = ?";
        a(n("NaN")) => Rule::NotANumber, "a = ?";
        a(n("+e2")) => Rule::NotANumber, "a = ?";
        a(n("1+2")) => Rule::NotANumber, "a = ?";
        a(n("123456789012345678901234567890123456789")) => Rule::NumberOutOfRange, "a = ?";
        a(n("1.00000000000000000000000000000000000001")) => Rule::NumberOutOfRange, "a = ?";
        a(n("1E126")) => Rule::NumberOutOfRange, "a = ?";
        a(n("-1E126")) => Rule::NumberOutOfRange, "a = ?";
        a(n("1E-131")) => Rule::NumberOutOfRange, "a = ?";
        // A zero is held to the same range, as if its last digit were a 1.
        a(n("0e126")) => Rule::NumberOutOfRange, "a = ?";
        a(n("00e126")) => Rule::NumberOutOfRange, "a = ?";
        a(n("0.0e127")) => Rule::NumberOutOfRange, "a = ?";
        a(n("-0e127")) => Rule::NumberOutOfRange, "a = ?";
        a(n("0e-131")) => Rule::NumberOutOfRange, "a = ?";
        a(n("0.0e-130")) => Rule::NumberOutOfRange, "a = ?";
        a(n(format!("0.{}", "0".repeat(131)))) => Rule::NumberOutOfRange, "a = ?";
        a(n("1E99999")) => Rule::NumberOutOfRange, "a = ?";
        a(n("1e99999999999999999999")) => Rule::NumberOutOfRange, "a = ?";
        a(n("10e2305843009213693952")) => Rule::NumberOutOfRange, "a = ?";
        a(n("-100E-2305843009213693952")) => Rule::NumberOutOfRange, "a = ?";
        a(n("1".repeat(10_000))) => Rule::NumberOutOfRange, "a = ?";
        attr("a").eq(1e300) => Rule::NumberOutOfRange, "a = ?";
        attr("a").begins_with(n("abc")) => Rule::NotANumber, "begins_with(a, ?)";
        attr("a").contains(n("abc")) => Rule::NotANumber, "contains(a, ?)";
        attr("a").is_in([n(1), n("1E126")]) => Rule::NumberOutOfRange, "a IN (?, ?)";
        attr("a").between(1, n("1E126")) => Rule::NumberOutOfRange, "a BETWEEN ? AND ?";
        // Sets are neither empty nor hold a member twice.
        a(ss([])) => Rule::EmptySet, "a = ?";
        a(ns([])) => Rule::EmptySet, "a = ?";
        a(bs([])) => Rule::EmptySet, "a = ?";
        o.tags.eq(BTreeSet::<String>::new()) => Rule::EmptySet, "tags = ?";
        o.sizes.ne(BTreeSet::<u32>::new()) => Rule::EmptySet, "sizes <> ?";
        a(ss(["x", "x"])) => Rule::DuplicateMember, "a = ?";
        a(ns(["1", "2", "1"])) => Rule::DuplicateMember, "a = ?";
        a(ns(["1", "1.0"])) => Rule::DuplicateMember, "a = ?";
        a(ns(["100", "1E2"])) => Rule::DuplicateMember, "a = ?";
        a(bs([b"x", b"x"])) => Rule::DuplicateMember, "a = ?";
        a(ns(["1", "abc"])) => Rule::NotANumber, "a = ?";
        // A NULL is true.
        a(AttributeValue::Null(false)) => Rule::NullFalse, "a = ?";
        // The rules hold inside lists and maps.
        a(l([n("abc")])) => Rule::NotANumber, "a = ?";
        a(m([("x", ss([]))])) => Rule::EmptySet, "a = ?";
        // An attribute name is never empty, however deep inside a value.
        a(m([("", n(1))])) => Rule::NameLength, "a = ?";
        a(l([m([("x", m([("", null())]))])])) => Rule::NameLength, "a = ?";
        attr("a").contains(m([("", n(1))])) => Rule::NameLength, "contains(a, ?)";
        attr("a").is_in([n(1), m([("", n(1))])]) => Rule::NameLength, "a IN (?, ?)";
        a(m([("x", l([AttributeValue::Null(false)]))])) => Rule::NullFalse, "a = ?";
        attr("a").contains(l([n("1E126")])) => Rule::NumberOutOfRange, "contains(a, ?)";
        // Documents and paths nest at most 32 levels deep.
        a(lists(33)) => Rule::TooDeep { limit: 32 }, "a = ?";
        a(maps(33)) => Rule::TooDeep { limit: 32 }, "a = ?";
        a(lists(1_000)) => Rule::TooDeep { limit: 32 }, "a = ?";
    }
}

/// Lists in lists, so many levels.
fn lists(levels: usize) -> AttributeValue {
    (1..levels).fold(l([]), |inner, _| l([inner]))
}

fn maps(levels: usize) -> AttributeValue {
    (1..levels).fold(m([]), |inner, _| m([("x", inner)]))
}

fn table() -> Vec<Row> {
    let mut table = literals();
    table.extend(values());
    table
}

#[test]
fn every_broken_rule_is_a_typed_error_that_names_its_clause() {
    for (condition, rule, clause) in table() {
        let error = match condition.clone().compile() {
            Err(Error::Expression(error)) => error,
            other => panic!("{condition}: expected {rule:?}, got {other:?}"),
        };
        let expected = ExpressionError {
            rule,
            clause: clause.to_owned(),
        };
        assert_eq!(error, expected);
        assert_eq!(error.to_string(), format!("{}: `{clause}`", error.rule));
    }
}

#[test]
fn a_broken_rule_counts_behind_a_short_circuit_too() {
    let fine = || -> Condition<Order> { attr("fine").exists().into() };
    for (condition, rule, _) in table() {
        let wrapped: [Condition<Order>; 9] = [
            fine().and(condition.clone()),
            condition.clone().and(fine()),
            fine().or(condition.clone()),
            condition.clone() | fine(),
            !condition.clone(),
            !!condition.clone(),
            !(fine() & condition.clone()),
            Condition::all([fine(), Condition::any([condition.clone(), fine()])]),
            Condition::any([fine(), !Condition::all([fine(), condition.clone()])]),
        ];
        for wrapped in wrapped {
            let shown = wrapped.to_string();
            assert_eq!(refused(wrapped.compile()).rule, rule, "{shown}");
        }
    }
}

#[test]
fn no_verb_sends_a_broken_rule() {
    let store = store();
    for (condition, rule, _) in table() {
        let when = |_: <Order as Versioned>::Attributes| condition.clone();
        let previews = [
            store.create(order()).when(when).preview(),
            store.put(order()).when(when).preview(),
            store.delete(Order::key("o1")).when(when).preview(),
            store
                .update(Order::key("o1"))
                .set(|o| o.paid.to(true))
                .when(when)
                .preview(),
        ];
        for preview in previews {
            assert_eq!(refused(preview).rule, rule, "{condition}");
        }
    }
}

#[test]
fn what_dynamodb_refuses_holds_on_nothing() {
    let everything = item([("a", n(1)), ("stock", n(1)), ("fine", null())]);
    for item in [Item::new(), everything] {
        for (condition, _, _) in table() {
            assert!(!condition.matches(&item), "{condition}");
            assert!(!(!condition.clone()).matches(&item), "NOT {condition}");
        }
    }
}

#[test]
fn an_empty_choice_never_vanishes() {
    let some = || attr("a").exists();
    let none = || attr("b").is_in([0; 0]);
    let there = item([("a", n(1))]);
    for condition in [
        none(),
        !none(),
        some().and(none()),
        some().or(none()),
        none() | some(),
        Condition::all([]),
        Condition::any([]),
        !Condition::all([]),
        some() & Condition::<Any>::all([]),
        some() | Condition::<Any>::any([]),
        Condition::all([Condition::all([]), some()]),
        Condition::any([some(), Condition::any([])]),
        Condition::any((0..0).map(|i| attr("a").eq(i))),
    ] {
        let shown = condition.to_string();
        assert!(!condition.matches(&there), "{shown}");
        let error = refused(condition.compile());
        assert!(
            matches!(error.rule, Rule::EmptyIn | Rule::EmptyAll | Rule::EmptyAny),
            "{shown}: {error}"
        );
    }
}

#[test]
fn an_entry_under_what_is_no_key_of_a_map_is_refused() {
    let entry = || attr("prices").entry((1, 2));
    let condition: Condition = entry().not_exists();
    assert!(!condition.matches(&Item::new()), "it fails closed");
    let error = refused(condition.compile());
    assert!(matches!(error.rule, Rule::Encode(_)), "{error}");
    let update = store().update(Order::key("o1"));
    let error = refused(update.set(|_| entry().to(3)).preview());
    assert!(matches!(error.rule, Rule::Encode(_)), "{error}");
}

#[test]
fn what_cannot_be_serialised_is_told_when_compiled() {
    // A key of a map is a string.
    let unwritable = BTreeMap::from([((1, 2), 3)]);
    let condition = attr("a").eq(unwritable.clone());
    assert!(!condition.matches(&Item::new()));
    let error = refused((!condition).compile());
    assert!(matches!(error.rule, Rule::Encode(_)), "{error}");
    let update = store()
        .update(Order::key("o1"))
        .set(|_| attr("a").to(unwritable));
    let error = refused(update.preview());
    assert!(matches!(error.rule, Rule::Encode(_)), "{error}");
    assert_eq!(error.clause, "SET a = ?");
}

#[test]
fn an_error_shows_no_value() {
    let error = refused(attr("card").between("4343", "4242").compile());
    for text in [error.to_string(), format!("{error:?}")] {
        assert!(!text.contains("4242") && !text.contains("4343"), "{text}");
    }
}

mod limits {
    use super::*;

    #[test]
    fn numbers_at_the_limits_are_accepted() {
        for number in [
            "12345678901234567890123456789012345678",
            "-12345678901234567890123456789012345678",
            "0.12345678901234567890123456789012345678",
            "9.9999999999999999999999999999999999999E+125",
            "-9.9999999999999999999999999999999999999E125",
            "1E-130",
            "-1E-130",
            "1e125",
            "0",
            "-0",
            "0.000",
            "007",
            "+5",
            ".5",
            "5.",
            "+.5",
            "1e+2",
            "0e125",
            "0.0e126",
            "0.00e127",
            "0e-130",
            "0.0e-129",
            &format!("0.{}", "0".repeat(130)),
            // Zeros at the end are no digits.
            "1000000000000000000000000000000000000000000",
            "1.00000000000000000000000000000000000000000",
        ] {
            compiled(attr("a").eq(n(number)));
        }
    }

    #[test]
    fn floats_are_sent_as_the_shortest_text_that_reads_back() {
        for (float, text) in [(0.1, "0.1"), (1.5, "1.5"), (-2.0, "-2")] {
            let expression = compiled(attr("a").eq(float));
            let AttributeValue::N(sent) = &expression.values[":a"] else {
                panic!("a number")
            };
            assert!(
                compiled(attr("a").eq(float)).values[":a"] == n(sent)
                    && attr("a").eq(n(text)).matches(&item([("a", n(sent))])),
                "{sent} is not {text}"
            );
        }
    }

    #[test]
    fn values_nest_31_levels_around_a_scalar() {
        let around = |levels| (0..levels).fold(n(1), |inner, _| m([("x", inner)]));
        compiled(attr("a").eq(around(31)));
        let error = refused(attr("a").eq(around(32)).compile());
        assert_eq!(error.rule, Rule::TooDeep { limit: 32 });
        // An empty map or list is no deeper than a scalar.
        compiled(attr("a").eq(lists(32)));
        compiled(attr("a").eq(maps(32)));
        compiled(attr("a").contains(lists(32)));
    }

    #[test]
    fn paths_nest_32_levels_deep() {
        let path = |segments: usize| {
            (1..segments).fold(attr("a"), |path, i| {
                if i % 2 == 0 {
                    path.at_name("b")
                } else {
                    path.index(0)
                }
            })
        };
        compiled(path(32).exists());
        let error = refused(path(33).exists().compile());
        assert_eq!(error.rule, Rule::TooDeep { limit: 32 });
        let update = store().update(Order::key("o1")).set(|_| path(33).to(1));
        assert_eq!(refused(update.preview()).rule, Rule::TooDeep { limit: 32 });
    }

    #[test]
    fn names_have_at_most_65535_bytes() {
        compiled(attr("n".repeat(65_535)).exists());
        let error = refused(attr("n".repeat(65_536)).exists().compile());
        assert_eq!(error.rule, Rule::NameLength);
    }

    #[test]
    fn names_and_values_have_at_most_2_mb() {
        let megabyte = || "x".repeat(1024 * 1024);
        compiled(attr("a").eq("x".repeat(2_000_000)));
        let error = refused(
            attr("a")
                .between(megabyte(), format!("{}y", megabyte()))
                .compile(),
        );
        let Rule::TooLarge { bytes, limit } = error.rule else {
            panic!("{error}")
        };
        assert_eq!(limit, 2 * 1024 * 1024);
        assert!(bytes > limit, "{bytes}");
        let name = |i| format!("{i:05}{}", "n".repeat(60_000));
        let names = Condition::all((0..36).map(|i| attr(name(i)).exists()));
        let error = refused(names.compile());
        assert!(matches!(error.rule, Rule::TooLarge { .. }), "{error}");
    }

    #[test]
    fn a_condition_and_an_update_share_the_2_mb() {
        let update = || {
            let text = "x".repeat(400_000);
            let update = store().update(Order::key("o1"));
            update.set(|_| attr("a").to(text))
        };
        let condition = || attr("b").eq("y".repeat(2_000_000));
        update().preview().expect("400 KB are accepted");
        compiled(condition());
        let error = refused(update().when(|_| condition()).preview());
        assert!(matches!(error.rule, Rule::TooLarge { .. }), "{error}");
    }

    #[test]
    fn numbered_placeholders_count_as_they_are_sent() {
        // A text that is too long by one name in two deep paths. The names of one letter come after a hundred others, so
        // that their numbers are longer than they are.
        let deep = |root: &'static str| {
            let name = || "x".repeat(64);
            (0..30).fold(attr(root).at_name(name()), |path, _| path.at_name(name()))
        };
        let condition = |bytes: usize| {
            let two = ('a'..='z').flat_map(|a| ('a'..='c').map(move |b| format!("{a}{b}")));
            let one = ('a'..='z')
                .chain('A'..='Z')
                .chain('0'..='9')
                .map(String::from);
            let short = two.chain(one).map(|name| attr(name).exists());
            let value = attr("v").eq("z".repeat(bytes));
            Condition::all(
                [deep("m").exists(), deep("n").exists()]
                    .into_iter()
                    .chain(short)
                    .chain([value]),
            )
        };
        let compiled = compiled(condition(1));
        assert!(compiled.names.contains_key("#0"), "{}", compiled.text);
        let sizes = compiled.names.iter().map(|(a, b)| a.len() + b.len());
        let rest = sizes.sum::<usize>() + ":0".len();
        let most = 2 * 1024 * 1024 - rest;
        condition(most).compile().expect("2 MB are accepted");
        let error = refused(condition(most + 1).compile());
        assert!(matches!(error.rule, Rule::TooLarge { .. }), "{error}");
    }

    #[test]
    fn a_long_name_counts_once() {
        // One placeholder is used in all places, so the total is 60 KB.
        let name = "n".repeat(60_000);
        compiled(Condition::any((0..40).map(|i| attr(name.clone()).eq(i))));
    }

    /// `comparisons` of them joined by OR, and `nots` before the first: one operator each.
    fn operators(comparisons: usize, nots: usize) -> Condition {
        let first = (0..nots).fold(attr("a").eq(0), |condition, _| !condition);
        Condition::any(std::iter::once(first).chain((1..comparisons).map(|i| attr("a").eq(i))))
    }

    #[test]
    fn a_condition_has_at_most_300_operators() {
        // 150 comparisons, 149 ORs, 1 NOT.
        compiled(operators(150, 1));
        let error = refused(operators(150, 2).compile());
        assert_eq!(
            error.rule,
            Rule::TooManyOperators {
                operators: 301,
                limit: 300
            }
        );
        let error = refused(operators(151, 0).compile());
        assert_eq!(
            error.rule,
            Rule::TooManyOperators {
                operators: 301,
                limit: 300
            }
        );
    }

    #[test]
    fn every_function_counts_as_an_operator() {
        // 100 times `size`, `=` and OR, less one OR; `contains` and its OR are two more.
        let sizes = |count| Condition::any((0..count).map(|i| attr("a").size().eq(i)));
        compiled(sizes(100));
        let rule = |operators| Rule::TooManyOperators {
            operators,
            limit: 300,
        };
        let error = refused((sizes(100) | attr("a").contains("x")).compile());
        assert_eq!(error.rule, rule(301));
        let error = refused((sizes(100) | attr("a").between(attr("b").size(), 9)).compile());
        assert_eq!(error.rule, rule(302));
        let functions =
            |count| Condition::all((0..count).map(|i| attr("a").begins_with(format!("{i}"))));
        compiled(functions(150));
        assert_eq!(refused(functions(151).compile()).rule, rule(301));
    }

    #[test]
    fn and_counts_as_an_operator() {
        let all = |count| Condition::all((0..count).map(|i| attr("a").ne(i)));
        compiled(all(150));
        assert!(matches!(
            refused(all(151).compile()).rule,
            Rule::TooManyOperators { .. }
        ));
    }

    #[test]
    fn guards_count_as_operators() {
        let create = |comparisons| {
            store()
                .create(order())
                .when(move |_| operators(comparisons, 0))
        };
        // `attribute_not_exists(pk)` and its AND are two more.
        create(149).preview().expect("299 operators");
        let error = refused(create(150).preview());
        assert_eq!(
            error.rule,
            Rule::TooManyOperators {
                operators: 301,
                limit: 300
            }
        );
    }

    #[test]
    fn a_condition_joined_step_by_step_may_be_as_long() {
        let and = (1..150).fold(attr("a").ne(0), |condition, i| {
            condition.and(attr("a").ne(i))
        });
        compiled(and);
        let or = (1..150).fold(attr("a").eq(0), |condition, i| {
            attr("a").eq(i).or(condition)
        });
        compiled(or);
    }

    #[test]
    fn a_million_nots_neither_overflow_nor_compile() {
        let mut condition = attr("a").eq(1);
        for _ in 0..1_000_000 {
            condition = !condition;
        }
        assert!(!condition.matches(&item([("a", n(1))])));
        assert!(!condition.to_string().is_empty());
        let again = condition.clone();
        assert!(again == condition);
        let error = refused(condition.compile());
        assert!(
            matches!(error.rule, Rule::TooManyOperators { limit: 300, .. }),
            "{error}"
        );
    }

    #[test]
    fn a_condition_nested_by_turns_neither_overflows_nor_compiles() {
        let mut condition = attr("a").eq(1);
        for i in 0..100_000 {
            let clause = attr("a").eq(i);
            condition = if i % 2 == 0 {
                condition & clause
            } else {
                condition | clause
            };
        }
        assert!(!condition.matches(&item([("a", n(1))])));
        let error = refused(condition.compile());
        assert!(
            matches!(error.rule, Rule::TooManyOperators { limit: 300, .. }),
            "{error}"
        );
    }

    #[test]
    fn the_depth_of_every_joined_condition_counts() {
        // The deep one first or last, under `all`, `any`, `and`, `or` and NOT by turns.
        let clause = |i: usize| attr("a").eq(i);
        let joins: [fn(Condition, Condition) -> Condition; 5] = [
            |a, b| Condition::all([a, b]),
            |a, b| Condition::any([a, b]),
            |a, b| a.and(b),
            |a, b| a.or(b),
            |a, b| !Condition::all([!a, b]),
        ];
        for outer in joins {
            for inner in joins {
                for first in [true, false] {
                    let mut condition = clause(0);
                    for i in 0..1_500 {
                        let (join, other) = (if i % 2 == 0 { inner } else { outer }, clause(i));
                        condition = if first {
                            join(condition, other)
                        } else {
                            join(other, condition)
                        };
                    }
                    let on = item([("a", n(1))]);
                    assert!(condition.clone() == condition);
                    assert!(!condition.to_string().is_empty());
                    let holds = condition.explain(&on).holds();
                    assert_eq!(holds, condition.matches(&on));
                    let rule = refused(condition.compile()).rule;
                    assert!(
                        matches!(rule, Rule::TooManyOperators { limit: 300, .. }),
                        "{rule}"
                    );
                }
            }
        }
    }

    #[test]
    fn a_condition_of_300_levels_fits_the_stack_of_a_thread() {
        let deep = || (0..299).fold(attr("a").eq(0), |condition, _| !condition);
        let by_turns = (1..150).fold(attr("a").eq(0), |condition, i| {
            let clause = attr("a").eq(i);
            if i % 2 == 0 {
                condition & clause
            } else {
                condition | clause
            }
        });
        compiled(deep());
        compiled(by_turns.clone());
        let on = item([("a", n(1))]);
        let thread = std::thread::Builder::new().stack_size(2 * 1_024 * 1_024);
        let answered = thread.spawn(move || {
            for condition in [deep(), by_turns] {
                assert_eq!(condition.explain(&on).holds(), condition.matches(&on));
                drop((condition.to_string(), condition.clone()));
                drop(condition.compile());
            }
        });
        answered.expect("a thread").join().expect("no overflow");
    }

    #[test]
    fn a_long_flat_condition_neither_overflows_nor_compiles() {
        let error = refused(Condition::any((0..100_000).map(|i| attr("a").eq(i))).compile());
        assert!(
            matches!(error.rule, Rule::TooManyOperators { limit: 300, .. }),
            "{error}"
        );
    }

    #[test]
    fn an_update_has_at_most_4096_bytes() {
        // Indexes have no placeholders: 31 of them are 372 bytes.
        let deep = |last: u32| {
            let path = (0..30).fold(attr("a"), |path, _| path.index(4_000_000_000));
            path.index(4_000_000_000 + last).to(1)
        };
        let update = |count| {
            let actions = (0..count).map(deep).collect::<Vec<_>>();
            store().update(Order::key("o1")).set(|_| actions).preview()
        };
        update(10).expect("about 3,900 bytes");
        let error = refused(update(12));
        let Rule::TooLong { bytes, limit } = error.rule else {
            panic!("{error}")
        };
        assert_eq!(limit, 4096);
        assert!(bytes > 12 * 372, "{bytes}");
    }

    #[test]
    fn an_assignment_is_no_operator() {
        // AWS counts two operators in `SET a = :val1 + :val2 + :val3`: only what stands right of `=`.
        let actions: Vec<_> = (0..300).map(|i| attr(format!("c{i}")).to(i)).collect();
        let update = store().update(Order::key("o1")).set(|_| actions);
        update
            .preview()
            .expect("one operator and one function, of the version");
    }
}

mod keys {
    use super::*;

    #[test]
    fn a_key_attribute_has_no_paths_into_it() {
        let store = store();
        let conditions: [(Condition, &str); 5] = [
            (attr("pk").at_name("x").eq(1), "pk.x = ?"),
            (attr("sk").at_name("x").exists(), "attribute_exists(sk.x)"),
            (
                attr("pk").index(0).not_exists(),
                "attribute_not_exists(pk[0])",
            ),
            (attr("a").eq(attr("sk").index(1)), "a = sk[1]"),
            (attr("pk").at_name("x").size().gt(1), "size(pk.x) > ?"),
        ];
        for (condition, clause) in conditions {
            let error = refused(store.create(order()).when(|_| condition.clone()).preview());
            assert_eq!(
                error,
                ExpressionError {
                    rule: Rule::PathIntoKey,
                    clause: clause.to_owned()
                }
            );
            let update = store.update(Order::key("o1")).set(|o| o.paid.to(true));
            let error = refused(update.when(|_| condition | attr("fine").exists()).preview());
            assert_eq!(error.rule, Rule::PathIntoKey);
        }
        let update = store
            .update(Order::key("o1"))
            .set(|o| o.name.to(attr("pk").at_name("x")));
        assert_eq!(refused(update.preview()).rule, Rule::PathIntoKey);
    }

    #[test]
    fn a_key_attribute_itself_may_be_asked_for() {
        let condition =
            attr("pk").begins_with("order#") & attr("sk").eq(attr("other").at_name("pk"));
        let write = store().create(order()).when(|_| condition);
        let preview = write.preview().expect("DynamoDB accepts the write");
        assert_eq!(
            preview.condition(),
            Some("attribute_not_exists(#pk) AND begins_with(#pk, :pk) AND #sk = #other.#pk")
        );
    }
}

mod updates {
    use super::*;

    fn update(actions: impl IntoActions<Order>) -> dynacond::Result<dynacond::Preview> {
        store().update(Order::key("o1")).set(|_| actions).preview()
    }

    macro_rules! refused_updates {
        ($($actions:expr => $rule:expr, $clause:literal;)+) => { $(
            let error = refused(update($actions));
            assert_eq!(error, ExpressionError { rule: $rule, clause: $clause.to_owned() });
        )+ };
    }

    #[test]
    fn keys_never_change() {
        refused_updates! {
            attr("pk").to("x") => Rule::UpdatesKey, "SET pk = ?";
            attr("sk").remove() => Rule::UpdatesKey, "REMOVE sk";
            attr("pk").insert("x") => Rule::UpdatesKey, "ADD pk ?";
            attr("sk").delete("x") => Rule::UpdatesKey, "DELETE sk ?";
            attr("pk").if_absent("x") => Rule::UpdatesKey, "SET pk = if_not_exists(pk, ?)";
            attr("sk").add(1) => Rule::UpdatesKey, "SET sk = sk + ?";
            attr("pk").append(1) => Rule::UpdatesKey, "SET pk = list_append(pk, ?)";
            attr("pk").at_name("x").to(1) => Rule::UpdatesKey, "SET pk.x = ?";
        }
    }

    #[test]
    fn a_field_of_a_key_template_never_changes() {
        refused_updates! {
            attr("id").to("x") => Rule::UpdatesKey, "SET id = ?";
            attr("id").remove() => Rule::UpdatesKey, "REMOVE id";
        }
    }

    #[test]
    fn version_and_write_id_are_not_the_callers() {
        let o = Order::attributes();
        refused_updates! {
            attr("item_version").to(9) => Rule::UpdatesVersion, "SET item_version = ?";
            attr("item_version").add(1) => Rule::UpdatesVersion, "SET item_version = item_version + ?";
            attr("item_version").remove() => Rule::UpdatesVersion, "REMOVE item_version";
            attr("item_version").at_name("x").to(9) => Rule::UpdatesVersion, "SET item_version.x = ?";
            (o.paid.to(true), attr("item_write_id").to("x")) => Rule::UpdatesVersion, "SET item_write_id = ?";
            attr("item_write_id").remove() => Rule::UpdatesVersion, "REMOVE item_write_id";
        }
    }

    #[test]
    fn paths_do_not_overlap() {
        let o = Order::attributes();
        refused_updates! {
            (o.stock.to(1), o.stock.to(2)) => Rule::Overlap, "stock";
            (o.stock.to(1), attr("stock").remove()) => Rule::Overlap, "stock";
            (o.address.remove(), o.address.at(|a| a.city).to("x")) => Rule::Overlap, "address.city";
            (o.address.at(|a| a.geo).at(|g| g.lat).to(1), o.paid.to(true), o.address.remove())
                => Rule::Overlap, "address.geo.lat";
            (o.words.index(0).to("x"), o.words.append("y")) => Rule::Overlap, "words[0]";
            (o.words.index(0).to("x"), o.words.index(0).remove()) => Rule::Overlap, "words[0]";
            (o.tags.insert("x"), o.tags.delete("y")) => Rule::Overlap, "tags";
        }
        let error = refused(
            store()
                .update(Order::key("o1"))
                .set(|o| o.stock.to(1))
                .set(|o| o.stock.add(1))
                .preview(),
        );
        assert_eq!(error.rule, Rule::Overlap);
    }

    #[test]
    fn no_attribute_is_taken_for_a_map_and_for_a_list() {
        let at = |path: &str| {
            let (root, steps) = path.split_once('/').expect("a step");
            let root = attr(root.to_owned());
            let (first, steps) = steps.split_once('/').unwrap_or((steps, ""));
            let first = match first.parse() {
                Ok(index) => root.index(index),
                Err(_) => root.at_name(first.to_owned()),
            };
            let steps = steps.split('/').filter(|step| !step.is_empty());
            steps.fold(first, |path, step| match step.parse() {
                Ok(index) => path.index(index),
                Err(_) => path.at_name(step.to_owned()),
            })
        };
        refused_updates! {
            (at("m/a").to(1), at("m/1").to(2)) => Rule::PathConflict, "m[1]";
            (at("m/1").to(1), at("m/a").to(2)) => Rule::PathConflict, "m[1]";
            (at("m/b/c").to(1), at("m/b/2").remove()) => Rule::PathConflict, "m.b[2]";
            (at("m/b/c/d").insert("x"), at("m/b/2").delete("y")) => Rule::PathConflict, "m.b[2]";
            (at("m/a").to(1), at("m/b").to(2), at("m/0").to(3), attr("n").to(4)) => Rule::PathConflict, "m[0]";
            (at("l/0/a").to(1), at("l/0/0").to(2)) => Rule::PathConflict, "l[0][0]";
        }
        update((
            at("m/a").to(1),
            at("m/b").to(2),
            at("n/1").to(3),
            at("n/2/a").to(4),
            at("n/3/1").to(5),
        ))
        .expect("each attribute is taken for one of them");
    }

    #[test]
    fn a_dot_in_a_name_is_no_overlap() {
        let o = Order::attributes();
        update((attr("a").at_name("b").to(1), o.dotted.to(2))).expect("two attributes");
        update((
            attr("a").at_name("b").to(1),
            attr("a").at_name("b-").to(2),
            attr("a").at_name("c").to(3),
        ))
        .expect("three attributes");
        refused_updates! {
            (attr("a").at_name("b").to(1), attr("a").at_name("b-").to(2), attr("a").at_name("b").index(0).to(3))
                => Rule::Overlap, "a.b[0]";
        }
    }

    #[test]
    fn arithmetic_takes_numbers() {
        refused_updates! {
            attr("a").add("1") => Rule::NotANumeric { data_type: "S" }, "SET a = a + ?";
            attr("a").subtract(true) => Rule::NotANumeric { data_type: "BOOL" }, "SET a = a - ?";
            attr("a").add(ns(["1"])) => Rule::NotANumeric { data_type: "NS" }, "SET a = a + ?";
            attr("a").add(1).starting_at("0") => Rule::NotANumeric { data_type: "S" }, "SET a = if_not_exists(a, ?) + ?";
            attr("a").add(n("1E126")) => Rule::NumberOutOfRange, "SET a = a + ?";
            attr("a").add(f64::NAN) => Rule::NotANumber, "SET a = a + ?";
        }
    }

    #[test]
    fn a_list_is_joined_with_a_list() {
        refused_updates! {
            attr("a").append(1).starting_at(0) => Rule::NotAList { data_type: "N" }, "SET a = list_append(if_not_exists(a, ?), ?)";
            attr("a").prepend(1).starting_at("x") => Rule::NotAList { data_type: "S" }, "SET a = list_append(?, if_not_exists(a, ?))";
            attr("a").append(n("abc")) => Rule::NotANumber, "SET a = list_append(a, ?)";
        }
    }

    #[test]
    fn sets_gain_and_lose_members_of_one_kind() {
        refused_updates! {
            attr("a").insert(true) => Rule::NotASet { data_type: "BOOL" }, "ADD a ?";
            attr("a").delete(null()) => Rule::NotASet { data_type: "NULL" }, "DELETE a ?";
            attr("a").insert(("x", 1)) => Rule::NotASet { data_type: "several kinds" }, "ADD a ?";
            attr("a").insert(["x", "x"].map(str::to_owned)) => Rule::DuplicateMember, "ADD a ?";
            attr("a").insert(Vec::<String>::new()) => Rule::EmptySet, "ADD a ?";
            Order::attributes().tags.delete(Vec::<String>::new()) => Rule::EmptySet, "DELETE tags ?";
            Order::attributes().sizes.insert([1, 1]) => Rule::DuplicateMember, "ADD sizes ?";
        }
    }

    #[test]
    fn a_size_stands_in_conditions_only() {
        let o = Order::attributes();
        refused_updates! {
            o.stock.to(o.tags.size()) => Rule::SizeInUpdate, "SET stock = size(tags)";
            o.balance.add(o.tags.size()) => Rule::SizeInUpdate, "SET balance = balance + size(tags)";
            attr("a").if_absent(attr("b").size()) => Rule::SizeInUpdate, "SET a = if_not_exists(a, size(b))";
        }
    }

    #[test]
    fn what_is_stored_obeys_the_rules_of_values() {
        refused_updates! {
            attr("a").to(ss([])) => Rule::EmptySet, "SET a = ?";
            attr("a").to(AttributeValue::Null(false)) => Rule::NullFalse, "SET a = ?";
            attr("a").to(m([("x", n("NaN"))])) => Rule::NotANumber, "SET a = ?";
            attr("a").if_absent(lists(33)) => Rule::TooDeep { limit: 32 }, "SET a = if_not_exists(a, ?)";
            attr("").to(1) => Rule::NameLength, "SET  = ?";
            attr("a").to(m([("", n(1))])) => Rule::NameLength, "SET a = ?";
            attr("a").append(m([("", n(1))])) => Rule::NameLength, "SET a = list_append(a, ?)";
        }
    }

    #[test]
    fn an_update_without_an_action_is_refused() {
        let nothing = store().update(Order::key("o1"));
        assert!(matches!(nothing.preview(), Err(Error::Invalid(_))));
        let empty = store()
            .update(Order::key("o1"))
            .set(|_| Vec::<dynacond::Action>::new());
        assert!(matches!(empty.preview(), Err(Error::Invalid(_))));
    }

    #[test]
    fn booleans_may_be_set_but_not_added() {
        update(attr("a").to(boolean(true))).expect("any value may be set");
        assert!(update(attr("a").add(boolean(true))).is_err());
    }
}
