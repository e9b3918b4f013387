//! What `explain` says: each clause with its truth, what was expected, and what was found.
use dynacond::{Any, AttributeValue, Condition, Item, Versioned, attr, value};

use super::{Order, Status, item, l, m, n, null, s, ss};

#[track_caller]
fn assert_explains<I>(condition: &Condition<I>, item: &Item, expected: &str) {
    assert_eq!(condition.explain(item).to_string(), expected);
}

#[test]
fn each_clause_is_marked_and_shows_what_was_found() {
    let o = Order::attributes();
    assert_explains(
        &(o.status.eq(Status::Pending) & o.stock.ge(3)),
        &item([("status", s("shipped")), ("stock", n(7))]),
        "\
status = pending AND stock >= 3
  ✗ status = pending      actual: shipped
  ✓ stock >= 3            actual: 7",
    );
}

#[test]
fn a_single_clause_is_marked_too() {
    assert_explains(
        &attr("stock").ge(3),
        &item([("stock", n(2))]),
        "\
stock >= 3
  ✗ stock >= 3      actual: 2",
    );
}

#[test]
fn what_is_missing_is_said_to_be() {
    assert_explains(
        &(attr("note").exists() & attr("stock").ne(3)),
        &Item::new(),
        "\
attribute_exists(note) AND stock <> 3
  ✗ attribute_exists(note)      actual: (missing)
  ✓ stock <> 3                  actual: (missing)",
    );
}

#[test]
fn a_long_value_is_cut_and_its_length_is_told() {
    let text = "x".repeat(70_000);
    let both = attr("a").eq(text.clone()) & attr("b").eq(1);
    let shown = both.explain(&item([("b", n(2))])).to_string();
    assert!(shown.contains("✗ a = xxx"), "{shown}");
    assert!(
        shown.contains("x … (70000 bytes)      actual: (missing)"),
        "{shown}"
    );
    assert!(shown.contains("✗ b = 1"), "{shown}");
    assert!(shown.len() < 5_000, "{}", shown.len());
    // A long value is also cut, whatever type it has.
    let list = AttributeValue::L((0..9_000).map(n).collect());
    let map = AttributeValue::M((0..9_000).map(|i| (format!("k{i}"), null())).collect());
    let bytes = super::b(&vec![7; 90_000]);
    let set = AttributeValue::Ss((0..9_000).map(|i| format!("m{i}")).collect());
    for (value, length) in [
        (list, "(9000 elements)"),
        (map, "(9000 entries)"),
        (bytes, "(90000 bytes)"),
        (set, "(9000 members)"),
        (s(&text), "(70000 bytes)"),
    ] {
        let shown = attr("a")
            .exists()
            .explain(&item([("a", value)]))
            .to_string();
        assert!(shown.ends_with(length), "{shown}");
        assert!(shown.len() < 1_200, "{length}: {}", shown.len());
    }
}

#[test]
fn an_explanation_is_never_longer_than_64_kb() {
    let value = "x".repeat(400_000);
    let stored = item([("a", s(&value)), ("b", s(&value))]);
    let one = || attr("a").ne(value.clone()) & attr("b").eq("y");
    let nots = (0..297).fold(one(), |condition, _| !condition);
    let many = Condition::any((0..150).map(|i| attr("a").eq(format!("{i}{value}"))));
    let names =
        Condition::all((0..140).map(|i| attr(format!("{i}{}", "n".repeat(60_000))).exists()));
    for condition in [one(), nots, many, names] {
        let explanation = condition.explain(&stored);
        let shown = explanation.to_string();
        assert!(shown.len() <= 64 * 1024, "{}", shown.len());
        assert!(
            explanation.clause().len() <= 8 * 1024,
            "{}",
            explanation.clause().len()
        );
        assert!(explanation.expected().len() <= 8 * 1024);
    }
}

#[test]
fn nested_connectives_are_indented() {
    let o = Order::attributes();
    let open = o.status.eq(Status::Pending) | o.status.eq(Status::Held);
    assert_explains(
        &(open & !o.note.contains("fraud") & o.stock.ge(3)),
        &item([
            ("status", s("shipped")),
            ("stock", n(7)),
            ("note", s("fraud?")),
        ]),
        "\
(status = pending OR status = held) AND NOT contains(note, fraud) AND stock >= 3
  ✗ status = pending OR status = held
    ✗ status = pending      actual: shipped
    ✗ status = held         actual: shipped
  ✗ NOT contains(note, fraud)      actual: \"fraud?\"
  ✓ stock >= 3                     actual: 7",
    );
}

#[test]
fn a_negated_connective_shows_its_parts() {
    assert_explains(
        &!(attr("a").eq(1) & attr("b").eq(2)),
        &item([("a", n(1)), ("b", n(3))]),
        "\
NOT (a = 1 AND b = 2)
  ✗ a = 1 AND b = 2
    ✓ a = 1      actual: 1
    ✗ b = 2      actual: 3",
    );
}

#[test]
fn a_negated_clause_is_one_clause_whatever_its_operator() {
    assert_explains(
        &!attr("a").lt(5),
        &item([("a", n(7))]),
        "\
NOT a < 5
  ✓ NOT a < 5      actual: 7",
    );
    assert_explains(
        &!attr("a").is_in([5, 6]),
        &item([("a", n(7))]),
        "\
NOT a IN (5, 6)
  ✓ NOT a IN (5, 6)      actual: 7",
    );
    assert_explains(
        &!attr("a").between(5, 6),
        &item([("a", n(7))]),
        "\
NOT a BETWEEN 5 AND 6
  ✓ NOT a BETWEEN 5 AND 6      actual: 7",
    );
}

#[test]
fn several_attributes_of_a_clause_are_told_apart() {
    assert_explains(
        &attr("stock").ge(attr("reserved")),
        &item([("stock", n(2)), ("reserved", n(3))]),
        "\
stock >= reserved
  ✗ stock >= reserved      actual: stock: 2, reserved: 3",
    );
    assert_explains(
        &value::<Any, _>(5).between(attr("from"), attr("to")),
        &item([("from", n(1))]),
        "\
5 BETWEEN from AND to
  ✗ 5 BETWEEN from AND to      actual: from: 1, to: (missing)",
    );
}

#[test]
fn sizes_and_paths_are_named() {
    assert_explains(
        &(attr("tags").size().gt(1) & attr("address").at_name("city").begins_with("Ly")),
        &item([("tags", ss(["x"])), ("address", m([("city", s("Lyon"))]))]),
        "\
size(tags) > 1 AND begins_with(address.city, Ly)
  ✗ size(tags) > 1                     actual: size(tags): 1
  ✓ begins_with(address.city, Ly)      actual: Lyon",
    );
}

#[test]
fn values_read_as_a_person_writes_them() {
    for (value, text) in [
        (s("pending"), "pending"),
        (s("order#o1"), "order#o1"),
        (s(""), "\"\""),
        (s("two words"), "\"two words\""),
        (s("7"), "\"7\""),
        (s("true"), "\"true\""),
        (s("NULL"), "\"NULL\""),
        (n("7.50"), "7.50"),
        (null(), "NULL"),
        (super::boolean(true), "true"),
        (super::b(b"\x01\xff"), "0x01ff"),
        (ss(["x", "y z"]), "{x, \"y z\"}"),
        (super::ns(["1", "2"]), "{1, 2}"),
        (super::bs([b"\x01"]), "{0x01}"),
        (l([n(1), s("x"), l([])]), "[1, x, []]"),
        (m([("b", n(2)), ("a", s("x"))]), "{a: x, b: 2}"),
    ] {
        let explanation = attr("a").exists().explain(&item([("a", value)]));
        assert_eq!(explanation.actual()[0].to_string(), text);
    }
}

mod sensitive {
    use super::*;

    fn holder() -> Item {
        item([("card", s("4242")), ("stock", n(7)), ("name", s("Ada"))])
    }

    #[test]
    fn neither_what_is_expected_nor_what_is_found_is_shown() {
        let o = Order::attributes();
        assert_explains(
            &(o.card.eq("4343") & o.stock.ge(3)),
            &holder(),
            "\
card = ? AND stock >= 3
  ✗ card = ?        actual: (withheld)
  ✓ stock >= 3      actual: 7",
        );
    }

    #[test]
    fn every_operator_withholds_it() {
        let o = Order::attributes();
        for condition in [
            o.card.eq("4343"),
            o.card.ne("4343"),
            o.card.between("4343", "4444"),
            o.card.is_in(["4343", "4242"]),
            o.card.begins_with("43"),
            o.card.contains("42"),
            o.card.eq(o.name),
            o.name.eq(o.card),
            value("4343".to_owned()).eq(o.card),
            o.card.exists(),
            o.card.size().eq(4343),
            !o.card.eq("4343"),
            !o.card.between("4343", "4444"),
            !(o.card.eq("4343") | o.card.eq("4242")),
            o.stock.ge(7) & !(o.stock.ge(7) & !o.card.eq("4343")),
        ] {
            let explanation = condition.explain(&holder());
            let text = explanation.to_string();
            for secret in ["4242", "4343", "42", "43", "44", "Ada"] {
                assert!(!text.contains(secret), "{text}");
            }
            assert!(text.contains("(withheld)"), "{text}");
            assert!(!format!("{explanation:?}").contains("42"));
        }
    }

    #[test]
    fn it_is_marked_and_carries_no_value() {
        let explanation = Order::attributes().card.eq("4343").explain(&holder());
        let actual = &explanation.actual()[0];
        assert!(actual.is_withheld());
        assert_eq!(actual.value(), None);
        assert_eq!(actual.operand(), "card");
        assert_eq!(explanation.expected(), "card = ?");
    }
}

#[test]
fn debug_shows_no_value() {
    let condition = attr("status").eq("pending") & attr("stock").ge(3);
    let item = item([("status", s("shipped")), ("stock", n(77))]);
    for text in [
        format!("{condition:?}"),
        condition.to_string(),
        format!("{:?}", condition.explain(&item)),
        format!("{:?}", condition.explain(&item).parts()[0].actual()),
        format!("{:?}", condition.clone().compile()),
    ] {
        for value in ["pending", "shipped", "77"] {
            assert!(!text.contains(value), "{text}");
        }
    }
}

#[test]
fn an_explanation_is_read_by_a_program_too() {
    let o = Order::attributes();
    let condition =
        (o.status.eq(Status::Pending) | o.paid.eq(true)) & o.stock.ge(3) & o.name.exists();
    let item = item([
        ("status", s("shipped")),
        ("stock", n(2)),
        ("name", s("Ada")),
    ]);
    let explanation = condition.explain(&item);
    assert!(!explanation.holds());
    assert_eq!(
        explanation.clause(),
        "(status = ? OR paid = ?) AND stock >= ? AND attribute_exists(name)"
    );
    assert_eq!(
        explanation.expected(),
        "(status = pending OR paid = true) AND stock >= 3 AND attribute_exists(name)"
    );
    let truths: Vec<_> = explanation
        .parts()
        .iter()
        .map(dynacond::Explanation::holds)
        .collect();
    assert_eq!(truths, [false, false, true]);
    let refusing: Vec<_> = explanation
        .refusing()
        .into_iter()
        .map(dynacond::Explanation::clause)
        .collect();
    assert_eq!(refusing, ["status = ? OR paid = ?", "stock >= ?"]);
    let stock = &explanation.parts()[1].actual()[0];
    assert_eq!((stock.operand(), stock.value()), ("stock", Some(&n(2))));
    let paid = &explanation.parts()[0].parts()[1].actual()[0];
    assert_eq!(
        (paid.operand(), paid.value(), paid.is_withheld()),
        ("paid", None, false)
    );
}

#[test]
fn nothing_refuses_what_holds() {
    let condition = attr("a").eq(1) | attr("b").eq(2);
    let explanation = condition.explain(&item([("a", n(1))]));
    assert!(explanation.holds());
    assert!(explanation.refusing().is_empty());
}
