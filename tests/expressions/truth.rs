//! DynamoDB's truth: a condition on an item, case by case.
use dynacond::operators::IntoCondition;
use dynacond::{Any, Condition, DataType, Item, Versioned, attr, value};

use super::{Order, Status, b, boolean, bs, item, l, m, n, ns, null, order, s, ss};

struct Case {
    name: &'static str,
    condition: Condition<Order>,
    item: Item,
    holds: bool,
}

macro_rules! cases {
    ($($name:literal: $condition:expr, {$($attribute:literal: $value:expr),*} => $holds:literal;)+) => {
        vec![$(Case {
            name: $name,
            condition: IntoCondition::<Order>::into_condition($condition),
            item: item([$(($attribute, $value)),*]),
            holds: $holds,
        }),+]
    };
}

#[track_caller]
fn assert_each(cases: Vec<Case>) {
    for Case {
        name,
        condition,
        item,
        holds,
    } in cases
    {
        assert_eq!(condition.matches(&item), holds, "{name}: {condition}");
        assert_eq!(
            condition.explain(&item).holds(),
            holds,
            "{name}: {condition}"
        );
        // Negation is plain, also of what is missing or has no value.
        assert_eq!(
            (!condition.clone()).matches(&item),
            !holds,
            "{name}: NOT {condition}"
        );
        assert!(condition.compile().is_ok(), "{name}");
    }
}

#[test]
fn what_is_missing_equals_nothing_and_differs_from_everything() {
    assert_each(cases! {
        "missing = value": attr("a").eq(1), {} => false;
        "missing < value": attr("a").lt(1), {} => false;
        "missing <= value": attr("a").le(1), {} => false;
        "missing > value": attr("a").gt(1), {} => false;
        "missing >= value": attr("a").ge(1), {} => false;
        "missing BETWEEN": attr("a").between(1, 9), {} => false;
        "BETWEEN missing and value": attr("a").between(attr("b"), 9), {"a": n(5)} => false;
        "BETWEEN value and missing": attr("a").between(1, attr("b")), {"a": n(5)} => false;
        "value BETWEEN missing": value::<Any, _>(5).between(attr("a"), attr("b")), {} => false;
        "missing IN": attr("a").is_in([1, 2]), {} => false;
        "missing IN missing": attr("a").is_in([attr("b")]), {} => false;
        "value IN missing": value::<Any, _>(5).is_in([attr("a")]), {} => false;
        "missing begins_with": attr("a").begins_with(""), {} => false;
        "begins_with missing": attr("a").begins_with(attr("b")), {"a": s("x")} => false;
        "missing contains": attr("a").contains("x"), {} => false;
        "contains missing": attr("a").contains(attr("b")), {"a": l([null()])} => false;
        "missing attribute_type": attr("a").attribute_type(DataType::Null), {} => false;
        "missing <> value": attr("a").ne(1), {} => true;
        "value <> missing": value::<Any, _>(1).ne(attr("a")), {} => true;
        "missing <> missing": attr("a").ne(attr("b")), {} => true;
        "missing = missing": attr("a").eq(attr("b")), {} => false;
        "missing <= missing": attr("a").le(attr("b")), {} => false;
        "present <> missing": attr("a").ne(attr("b")), {"a": n(1)} => true;
        "present = missing": attr("a").eq(attr("b")), {"a": n(1)} => false;
        "NULL <> missing": attr("a").ne(attr("b")), {"a": null()} => true;
        "missing = NULL": attr("a").eq(null()), {} => false;
    });
}

#[test]
fn not_is_plain_negation() {
    assert_each(cases! {
        "NOT missing = value": !attr("a").eq(1), {} => true;
        "NOT missing < value": !attr("a").lt(5), {} => true;
        "NOT is not the opposite comparison": attr("a").ge(5), {} => false;
        "NOT missing <> value": !attr("a").ne(1), {} => false;
        "NOT deleted = true, missing": !attr("deleted").eq(true), {} => true;
        "NOT deleted = true, present and true": !attr("deleted").eq(true), {"deleted": boolean(true)} => false;
        "NOT deleted = true, present and false": !attr("deleted").eq(true), {"deleted": boolean(false)} => true;
        "NOT of another type": !attr("a").lt(5), {"a": s("x")} => true;
        "NOT begins_with, another type": !attr("a").begins_with("x"), {"a": n(1)} => true;
        "NOT NOT": !!attr("a").eq(1), {"a": n(1)} => true;
        "NOT attribute_exists": !attr("a").exists(), {} => true;
        "NOT (a AND b)": !(attr("a").eq(1) & attr("b").eq(1)), {"a": n(1)} => true;
        "NOT (a OR b)": !(attr("a").eq(1) | attr("b").eq(1)), {"a": n(1)} => false;
        "NOT size of what has none": !attr("a").size().gt(0), {"a": n(1)} => true;
        "NOT size of missing": !attr("a").size().ge(0), {} => true;
    });
}

#[test]
fn and_and_or_are_plain() {
    assert_each(cases! {
        "true AND true": attr("a").eq(1) & attr("b").eq(1), {"a": n(1), "b": n(1)} => true;
        "true AND false": attr("a").eq(1) & attr("b").eq(1), {"a": n(1)} => false;
        "true OR false": attr("a").eq(1) | attr("b").eq(1), {"a": n(1)} => true;
        "false OR false": attr("a").eq(1) | attr("b").eq(1), {} => false;
        "AND binds tighter than OR": attr("a").eq(1).or(attr("b").eq(1).and(attr("c").eq(1))), {"a": n(1)} => true;
        "an OR inside an AND keeps its grouping": attr("a").eq(1).or(attr("b").eq(1)).and(attr("c").eq(1)), {"a": n(1)} => false;
        "all": Condition::all([attr("a").eq(1), attr("b").eq(1), attr("c").eq(1)]), {"a": n(1), "b": n(1)} => false;
        "any": Condition::any([attr("a").eq(1), attr("b").eq(1), attr("c").eq(1)]), {"c": n(1)} => true;
    });
}

#[test]
fn types_never_mix() {
    assert_each(cases! {
        "N = S": attr("a").eq("1"), {"a": n(1)} => false;
        "N <> S": attr("a").ne("1"), {"a": n(1)} => true;
        "N < S": attr("a").lt("2"), {"a": n(1)} => false;
        "N >= S": attr("a").ge("0"), {"a": n(1)} => false;
        "S = B": attr("a").eq(b(b"x")), {"a": s("x")} => false;
        "S < B": attr("a").lt(b(b"z")), {"a": s("x")} => false;
        "S BETWEEN N": attr("a").between(1, 9), {"a": s("5")} => false;
        "N BETWEEN S paths": attr("a").between(attr("b"), attr("c")), {"a": n(5), "b": s("1"), "c": s("9")} => false;
        "N IN S": attr("a").is_in(["1"]), {"a": n(1)} => false;
        "BOOL = S": attr("a").eq("true"), {"a": boolean(true)} => false;
        "NULL = BOOL": attr("a").eq(false), {"a": null()} => false;
        "SS = L": attr("a").eq(l([s("x")])), {"a": ss(["x"])} => false;
        "SS <> L": attr("a").ne(l([s("x")])), {"a": ss(["x"])} => true;
        "SS = NS": attr("a").eq(ns(["1"])), {"a": ss(["1"])} => false;
        "paths of two types": attr("a").eq(attr("b")), {"a": n(1), "b": s("1")} => false;
        "paths of two types differ": attr("a").ne(attr("b")), {"a": n(1), "b": s("1")} => true;
        "begins_with of N": attr("a").begins_with("1"), {"a": n(12)} => false;
        "begins_with of B by S": attr("a").begins_with("x"), {"a": b(b"xy")} => false;
        "contains of N": attr("a").contains("1"), {"a": n(12)} => false;
        "contains of S by N": attr("a").contains(1), {"a": s("12")} => false;
        "contains of SS by N": attr("a").contains(1), {"a": ss(["1"])} => false;
        "contains of M": attr("a").contains("x"), {"a": m([("x", s("x"))])} => false;
        "contains of NULL": attr("a").contains("x"), {"a": null()} => false;
    });
}

#[test]
fn only_strings_numbers_and_binary_are_ordered() {
    assert_each(cases! {
        "BOOL paths": attr("a").lt(attr("b")), {"a": boolean(false), "b": boolean(true)} => false;
        "equal BOOL paths": attr("a").le(attr("b")), {"a": boolean(true), "b": boolean(true)} => false;
        "NULL paths": attr("a").ge(attr("b")), {"a": null(), "b": null()} => false;
        "list paths": attr("a").le(attr("b")), {"a": l([n(1)]), "b": l([n(1)])} => false;
        "map paths": attr("a").le(attr("b")), {"a": m([]), "b": m([])} => false;
        "set paths": attr("a").ge(attr("b")), {"a": ss(["x"]), "b": ss(["x"])} => false;
        "BOOL BETWEEN paths": attr("a").between(attr("b"), attr("c")),
            {"a": boolean(true), "b": boolean(true), "c": boolean(true)} => false;
        "BOOL path by a number": attr("a").gt(0), {"a": boolean(true)} => false;
        "set path by a string": attr("a").gt(""), {"a": ss(["x"])} => false;
    });
}

#[test]
fn numbers_compare_by_value_at_38_digits() {
    let big = "12345678901234567890123456789012345678";
    let bigger = "12345678901234567890123456789012345679";
    assert_each(cases! {
        "1 = 1.0": attr("a").eq(n("1.0")), {"a": n(1)} => true;
        "1 = 1e0": attr("a").eq(n("1e0")), {"a": n(1)} => true;
        "1.0 = 1e0": attr("a").eq(n("1e0")), {"a": n("1.0")} => true;
        "100 = 1E2": attr("a").eq(n("1E2")), {"a": n(100)} => true;
        "0.5 = 5E-1": attr("a").eq(0.5), {"a": n("5E-1")} => true;
        "0 = -0": attr("a").eq(n("-0")), {"a": n(0)} => true;
        "0 = 0E10": attr("a").eq(n("0E10")), {"a": n("0.00")} => true;
        "007 = 7": attr("a").eq(7), {"a": n("007")} => true;
        "1 <> 1.0": attr("a").ne(n("1.0")), {"a": n(1)} => false;
        "9 < 10": attr("a").lt(10), {"a": n(9)} => true;
        "10 < 9": attr("a").lt(9), {"a": n(10)} => false;
        "-2 < -1": attr("a").lt(-1), {"a": n(-2)} => true;
        "-1 < 0.5": attr("a").lt(0.5), {"a": n(-1)} => true;
        "1.0 <= 1": attr("a").le(1), {"a": n("1.0")} => true;
        "0.1 < 0.11": attr("a").lt(0.11), {"a": n("0.1")} => true;
        "the 38th digit counts for =": attr("a").eq(n(bigger)), {"a": n(big)} => false;
        "the 38th digit counts for <": attr("a").lt(n(bigger)), {"a": n(big)} => true;
        "the 38th digit counts for >": attr("a").gt(n(big)), {"a": n(bigger)} => true;
        "38 digits equal themselves": attr("a").eq(n(big)), {"a": n(big)} => true;
        "past the range of an i64": attr("a").lt(n("9223372036854775808")), {"a": n("9223372036854775807")} => true;
        "past what an f64 tells apart": attr("a").eq(n("9007199254740993")), {"a": n("9007199254740992")} => false;
        "tiny": attr("a").gt(0), {"a": n("1E-130")} => true;
        "huge": attr("a").gt(n("9.9E125")), {"a": n("9.99E125")} => true;
        "BETWEEN is inclusive": attr("a").between(1, n("1.0")), {"a": n("1e0")} => true;
        "BETWEEN, above": attr("a").between(1, 2), {"a": n("2.01")} => false;
        "BETWEEN, below": attr("a").between(1, 2), {"a": n("0.99")} => false;
        "BETWEEN paths that are reversed": attr("a").between(attr("b"), attr("c")), {"a": n(5), "b": n(9), "c": n(1)} => false;
        "IN by value": attr("a").is_in([n("1.0")]), {"a": n(1)} => true;
        "NS by value": attr("a").eq(ns(["1.0", "2"])), {"a": ns(["2", "1"])} => true;
        "contains a number by value": attr("a").contains(n("1.0")), {"a": ns(["1", "2"])} => true;
        "numbers in a list by value": attr("a").eq(l([n("1.0")])), {"a": l([n(1)])} => true;
        "numbers in a map by value": attr("a").eq(m([("x", n("1e0"))])), {"a": m([("x", n(1))])} => true;
    });
}

#[test]
fn strings_and_binary_compare_by_unsigned_bytes() {
    assert_each(cases! {
        "upper case before lower case": attr("a").lt("a"), {"a": s("Z")} => true;
        "a prefix before what it begins": attr("a").lt("ab"), {"a": s("a")} => true;
        "the empty string before all": attr("a").lt("a"), {"a": s("")} => true;
        "10 before 9 as text": attr("a").lt("9"), {"a": s("10")} => true;
        "UTF-8, not UTF-16": attr("a").gt("\u{ffff}"), {"a": s("😀")} => true;
        "é after z": attr("a").gt("z"), {"a": s("é")} => true;
        "no case folding": attr("a").eq("A"), {"a": s("a")} => false;
        "no normalisation": attr("a").eq("e\u{301}"), {"a": s("é")} => false;
        "bytes are unsigned": attr("a").gt(b(b"\x01")), {"a": b(b"\xff")} => true;
        "binary, a prefix first": attr("a").lt(b(b"\x01\x00")), {"a": b(b"\x01")} => true;
        "binary BETWEEN": attr("a").between(b(b"\x00"), b(b"\xff")), {"a": b(b"\x80")} => true;
        "string BETWEEN": attr("a").between("a", "c"), {"a": s("b")} => true;
        "string BETWEEN, inclusive": attr("a").between("a", "c"), {"a": s("c")} => true;
        "string BETWEEN, above": attr("a").between("a", "c"), {"a": s("cc")} => false;
    });
}

#[test]
fn containers_are_equal_by_their_contents() {
    let nested = || m([("x", l([n(1), m([("y", ss(["a", "b"]))])])), ("z", null())]);
    let shuffled = || {
        m([
            ("z", null()),
            ("x", l([n("1.0"), m([("y", ss(["b", "a"]))])])),
        ])
    };
    assert_each(cases! {
        "SS in any order": attr("a").eq(ss(["y", "x"])), {"a": ss(["x", "y"])} => true;
        "BS in any order": attr("a").eq(bs([b"y", b"x"])), {"a": bs([b"x", b"y"])} => true;
        "NS in any order": attr("a").eq(ns(["2", "1"])), {"a": ns(["1", "2"])} => true;
        "a set is no subset": attr("a").eq(ss(["x", "y"])), {"a": ss(["x"])} => false;
        "sets that differ": attr("a").ne(ss(["x", "z"])), {"a": ss(["x", "y"])} => true;
        "lists are ordered": attr("a").eq(l([n(2), n(1)])), {"a": l([n(1), n(2)])} => false;
        "lists of one length": attr("a").eq(l([n(1)])), {"a": l([n(1), n(2)])} => false;
        "empty lists": attr("a").eq(l([])), {"a": l([])} => true;
        "maps": attr("a").eq(m([("x", n(1)), ("y", n(2))])), {"a": m([("y", n(2)), ("x", n(1))])} => true;
        "maps of one size": attr("a").eq(m([("x", n(1))])), {"a": m([("x", n(1)), ("y", n(2))])} => false;
        "maps with other names": attr("a").eq(m([("x", n(1))])), {"a": m([("y", n(1))])} => false;
        "empty maps": attr("a").eq(m([])), {"a": m([])} => true;
        "deep, sets and numbers inside": attr("a").eq(shuffled()), {"a": nested()} => true;
        "deep, one leaf differs": attr("a").eq(m([("x", l([n(1), m([("y", ss(["a", "c"]))])])), ("z", null())])), {"a": nested()} => false;
        "deep, path and path": attr("a").eq(attr("b")), {"a": nested(), "b": shuffled()} => true;
        "NULL = NULL": attr("a").eq(null()), {"a": null()} => true;
        "NULL <> NULL": attr("a").ne(null()), {"a": null()} => false;
        "BOOL = BOOL": attr("a").eq(true), {"a": boolean(true)} => true;
    });
}

#[test]
fn in_is_equal_to_any_and_expands_no_set() {
    assert_each(cases! {
        "one of them": attr("a").is_in([1, 2]), {"a": n(2)} => true;
        "none of them": attr("a").is_in([1, 2]), {"a": n(3)} => false;
        "a set is not expanded": attr("a").is_in([ss(["x", "y"])]), {"a": s("x")} => false;
        "a list is not expanded": attr("a").is_in([l([s("x")])]), {"a": s("x")} => false;
        "a set equals a set": attr("a").is_in([ss(["x", "y"])]), {"a": ss(["y", "x"])} => true;
        "values of many types": attr("a").is_in([n(1), s("x"), null()]), {"a": null()} => true;
        "paths": attr("a").is_in([attr("b"), attr("c")]), {"a": n(1), "c": n("1.0")} => true;
        "value in paths": value::<Any, _>(1).is_in([attr("b"), attr("c")]), {"c": n(1)} => true;
        "a set path is not expanded": attr("a").is_in([attr("b")]), {"a": s("x"), "b": ss(["x"])} => false;
    });
}

#[test]
fn contains_looks_into_strings_binary_sets_and_lists() {
    assert_each(cases! {
        "substring": attr("a").contains("em"), {"a": s("premium")} => true;
        "no substring": attr("a").contains("EM"), {"a": s("premium")} => false;
        "string itself": attr("a").contains("x"), {"a": s("x")} => true;
        "subsequence of bytes": attr("a").contains(b(b"\x02\x03")), {"a": b(b"\x01\x02\x03")} => true;
        "bytes that do not follow each other": attr("a").contains(b(b"\x01\x03")), {"a": b(b"\x01\x02\x03")} => false;
        "binary longer than the attribute": attr("a").contains(b(b"\x01\x02")), {"a": b(b"\x01")} => false;
        "member": attr("a").contains("premium"), {"a": ss(["new", "premium"])} => true;
        "part of a member": attr("a").contains("prem"), {"a": ss(["new", "premium"])} => false;
        "member, binary": attr("a").contains(b(b"x")), {"a": bs([b"x", b"y"])} => true;
        "element": attr("a").contains("premium"), {"a": l([s("new"), s("premium")])} => true;
        "part of an element": attr("a").contains("prem"), {"a": l([s("premium")])} => false;
        "element of another type": attr("a").contains("1"), {"a": l([n(1)])} => false;
        "element, NULL": attr("a").contains(null()), {"a": l([null()])} => true;
        "element, a list": attr("a").contains(l([n("1.0")])), {"a": l([l([n(1)])])} => true;
        "element, a map": attr("a").contains(m([("x", n(1))])), {"a": l([m([("x", n(1))])])} => true;
        "element of an element": attr("a").contains(1), {"a": l([l([n(1)])])} => false;
        "element, a set": attr("a").contains(ss(["x", "y"])), {"a": l([ss(["y", "x"])])} => true;
        "a set is no member of a set": attr("a").contains(ss(["x"])), {"a": ss(["x"])} => false;
        "path in path": attr("a").contains(attr("b")), {"a": s("premium"), "b": s("em")} => true;
        "path in value": value::<Any, _>("premium".to_owned()).contains(attr("b")), {"b": s("em")} => true;
        "an empty list": attr("a").contains(1), {"a": l([])} => false;
        "a typed set": Order::attributes().tags.contains("premium"), {"tags": ss(["premium"])} => true;
    });
}

#[test]
fn begins_with_looks_at_the_beginning_only() {
    assert_each(cases! {
        "string": attr("a").begins_with("pre"), {"a": s("premium")} => true;
        "not in the middle": attr("a").begins_with("mium"), {"a": s("premium")} => false;
        "case": attr("a").begins_with("Pre"), {"a": s("premium")} => false;
        "itself": attr("a").begins_with("x"), {"a": s("x")} => true;
        "longer": attr("a").begins_with("xy"), {"a": s("x")} => false;
        "the empty prefix": attr("a").begins_with(""), {"a": s("x")} => true;
        "the domain of an e-mail address": attr("email").begins_with("@company.com"), {"email": s("bob@company.com")} => false;
        "contains finds the domain": attr("email").contains("@company.com"), {"email": s("bob@company.com")} => true;
        "binary": attr("a").begins_with(b(b"\x01\x02")), {"a": b(b"\x01\x02\x03")} => true;
        "binary, not in the middle": attr("a").begins_with(b(b"\x02")), {"a": b(b"\x01\x02")} => false;
        "path": attr("a").begins_with(attr("b")), {"a": s("premium"), "b": s("pre")} => true;
        "path to a number": attr("a").begins_with(attr("b")), {"a": s("12"), "b": n(1)} => false;
        "a set": attr("a").begins_with("x"), {"a": ss(["x"])} => false;
        "an enum": Order::attributes().status.begins_with("pend"), {"status": s("pending")} => true;
    });
}

#[test]
fn a_size_is_of_what_has_one() {
    assert_each(cases! {
        "ASCII": attr("a").size().eq(3), {"a": s("abc")} => true;
        "UTF-16 code units, not bytes and not characters": attr("a").size().eq(3), {"a": s("é😀")} => true;
        "the empty string": attr("a").size().eq(0), {"a": s("")} => true;
        "bytes": attr("a").size().eq(2), {"a": b(b"\xff\x00")} => true;
        "SS": attr("tags").size().gt(0), {"tags": ss(["x"])} => true;
        "NS": attr("a").size().eq(2), {"a": ns(["1", "2"])} => true;
        "BS": attr("a").size().eq(1), {"a": bs([b"xyz"])} => true;
        "list": attr("tags").size().gt(0), {"tags": l([null(), null()])} => true;
        "empty list": attr("tags").size().gt(0), {"tags": l([])} => false;
        "map": attr("a").size().eq(2), {"a": m([("x", n(1)), ("y", n(2))])} => true;
        "N has none, >": attr("tags").size().gt(0), {"tags": n(5)} => false;
        "N has none, =": attr("a").size().eq(1), {"a": n(5)} => false;
        "N has none, <>": attr("a").size().ne(1), {"a": n(5)} => true;
        "BOOL has none, <>": attr("a").size().ne(1), {"a": boolean(true)} => true;
        "BOOL has none, =": attr("a").size().eq(1), {"a": boolean(true)} => false;
        "NULL has none, <>": attr("a").size().ne(1), {"a": null()} => true;
        "N has none, value on the left": value::<Any, _>(1_u64).ne(attr("a").size()), {"a": n(5)} => true;
        "NOT of <>": !attr("a").size().ne(1), {"a": n(5)} => false;
        "none <> none": attr("a").size().ne(attr("b").size()), {"a": n(5)} => true;
        "NULL has none": attr("a").size().ge(0), {"a": null()} => false;
        "missing, >": attr("tags").size().gt(0), {} => false;
        "missing, <=": attr("tags").size().le(100), {} => false;
        "missing, <>": attr("a").size().ne(1), {} => true;
        "missing, BETWEEN": attr("a").size().between(0, 9), {} => false;
        "missing, IN": attr("a").size().is_in([0]), {} => false;
        "missing = missing": attr("a").size().eq(attr("b").size()), {} => false;
        "value on the left": value::<Any, _>(3_u64).le(attr("a").size()), {"a": s("abc")} => true;
        "path on the left": attr("n").eq(attr("a").size()), {"n": n("3.0"), "a": s("abc")} => true;
        "two sizes": attr("a").size().lt(attr("b").size()), {"a": s("x"), "b": l([n(1), n(2)])} => true;
        "BETWEEN sizes": attr("n").between(attr("a").size(), attr("b").size()), {"n": n(2), "a": s("x"), "b": s("xyz")} => true;
        "IN sizes": attr("n").is_in([attr("a").size()]), {"n": n(1), "a": s("x")} => true;
    });
}

#[test]
fn none_is_missing_or_null() {
    assert_each(cases! {
        "is_none, missing": attr("a").is_none(), {} => true;
        "is_none, NULL": attr("a").is_none(), {"a": null()} => true;
        "is_none, value": attr("a").is_none(), {"a": s("x")} => false;
        "is_none, empty text": attr("a").is_none(), {"a": s("")} => false;
        "is_none, false": attr("a").is_none(), {"a": boolean(false)} => false;
        "is_none, list of NULL": attr("a").is_none(), {"a": l([null()])} => false;
        "is_none(a.b), a is missing": attr("a").at_name("b").is_none(), {} => true;
        "is_none(a.b), a is NULL": attr("a").at_name("b").is_none(), {"a": null()} => true;
        "is_none(a.b), b is NULL": attr("a").at_name("b").is_none(), {"a": m([("b", null())])} => true;
        "is_none(a.b), b is there": attr("a").at_name("b").is_none(), {"a": m([("b", n(1))])} => false;
        "is_some, missing": attr("a").is_some(), {} => false;
        "is_some, NULL": attr("a").is_some(), {"a": null()} => false;
        "is_some, value": attr("a").is_some(), {"a": s("x")} => true;
        "is_some, empty text": attr("a").is_some(), {"a": s("")} => true;
        "is_some(a.b), a is missing": attr("a").at_name("b").is_some(), {} => false;
        "is_some(a.b), b is NULL": attr("a").at_name("b").is_some(), {"a": m([("b", null())])} => false;
        "is_some(a.b), b is there": attr("a").at_name("b").is_some(), {"a": m([("b", n(1))])} => true;
    });
}

#[test]
fn what_exists_may_be_null() {
    assert_each(cases! {
        "NULL exists": attr("a").exists(), {"a": null()} => true;
        "NULL is not missing": attr("a").not_exists(), {"a": null()} => false;
        "the empty string exists": attr("a").exists(), {"a": s("")} => true;
        "false exists": attr("a").exists(), {"a": boolean(false)} => true;
        "missing": attr("a").exists(), {} => false;
        "missing does not exist": attr("a").not_exists(), {} => true;
        "nested": attr("a").at_name("b").exists(), {"a": m([("b", n(1))])} => true;
        "not_exists(a.b), a is missing": attr("a").at_name("b").not_exists(), {} => true;
        "not_exists(a.b), a is no map": attr("a").at_name("b").not_exists(), {"a": n(1)} => true;
        "not_exists(a.b), a is a list": attr("a").at_name("b").not_exists(), {"a": l([n(1)])} => true;
        "not_exists(a.b), a is a map without it": attr("a").at_name("b").not_exists(), {"a": m([])} => true;
        "not_exists(a.b), b is NULL": attr("a").at_name("b").not_exists(), {"a": m([("b", null())])} => false;
        "index": attr("a").index(1).exists(), {"a": l([n(1), n(2)])} => true;
        "index past the end": attr("a").index(2).exists(), {"a": l([n(1), n(2)])} => false;
        "index of a map": attr("a").index(0).exists(), {"a": m([("0", n(1))])} => false;
        "index of a set": attr("a").index(0).exists(), {"a": ss(["x"])} => false;
        "a name with a dot is no path": attr("a.b").exists(), {"a": m([("b", n(1))])} => false;
        "a path is no name with a dot": attr("a").at_name("b").exists(), {"a.b": n(1)} => false;
        "deep": attr("a").at_name("b").index(0).at_name("c").eq(1), {"a": m([("b", l([m([("c", n("1.0"))])]))])} => true;
    });
}

#[test]
fn attribute_type_is_of_what_is_stored() {
    let stored = [
        (DataType::S, s("x")),
        (DataType::N, n(1)),
        (DataType::B, b(b"x")),
        (DataType::Ss, ss(["x"])),
        (DataType::Ns, ns(["1"])),
        (DataType::Bs, bs([b"x"])),
        (DataType::L, l([])),
        (DataType::M, m([])),
        (DataType::Bool, boolean(false)),
        (DataType::Null, null()),
    ];
    for (data_type, _) in &stored {
        for (other, value) in &stored {
            let condition = attr("a").attribute_type(*data_type);
            let holds = condition.matches(&item([("a", value.clone())]));
            assert_eq!(holds, data_type == other, "{other} is {data_type}");
        }
    }
}

#[test]
fn a_missing_item_has_no_attributes_and_no_keys() {
    let missing = Item::new();
    assert!(attr("pk").not_exists().matches(&missing));
    assert!(!attr("pk").exists().matches(&missing));
    assert!(
        Order::attributes()
            .status
            .ne(Status::Pending)
            .matches(&missing)
    );
    assert!(!Order::attributes().stock.ge(0).matches(&missing));
}

#[test]
fn a_typed_condition_reads_what_serde_writes() {
    let o = Order::attributes();
    let item: Item = serde_dynamo::to_item(order()).expect("an item");
    for condition in [
        o.status.eq(Status::Pending),
        o.stock.gt(o.reserved),
        o.balance.lt(0),
        o.digest.begins_with([1]),
        o.note.not_exists(),
        o.tags.contains("new"),
        o.tags.ne(o.labels),
        o.sizes.contains(38),
        o.prints.contains([2, 3]),
        o.words.index(1).eq("two"),
        o.scores.contains(3),
        o.address.at(|a| a.geo).at(|g| g.lat).between(40, 50),
        o.lines.index(0).at(|l| l.sku).size().eq(2),
        o.prices.entry("EUR").le(9),
        o.dotted.lt(o.underscored),
        o.active.eq(true),
    ] {
        assert!(condition.matches(&item), "{condition}");
        assert!(!(!condition).matches(&item));
    }
}
