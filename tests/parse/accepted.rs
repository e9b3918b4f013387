//! Texts that DynamoDB takes: each is the tree that the operators build.
use dynacond::{Any, AttributeValue, Condition, DataType, attr, value};

use crate::{maps, n, parse, parse_with, s};

/// A text, how its tree shows, the same by operators where they can say it, and whether the embedded engine reads it.
pub(crate) struct Row {
    pub(crate) text: &'static str,
    shown: &'static str,
    built: Option<Condition>,
    pub(crate) engine: bool,
}

fn row(text: &'static str, shown: &'static str, built: Condition) -> Row {
    Row {
        text,
        shown,
        built: Some(built),
        engine: true,
    }
}

/// What no operator builds.
fn text_only(text: &'static str, shown: &'static str, engine: bool) -> Row {
    Row {
        text,
        shown,
        built: None,
        engine,
    }
}

/// What the embedded engine does not read, although the service does.
fn service_only(text: &'static str, shown: &'static str, built: Condition) -> Row {
    Row {
        engine: false,
        ..row(text, shown, built)
    }
}

fn eq(name: &'static str, value: &str) -> Condition {
    attr(name).eq(n(value))
}

pub(crate) fn rows() -> Vec<Row> {
    let (a, b, c) = (|| eq("a", "1"), || eq("b", "3"), || eq("c", "9"));
    vec![
        row("#s = :p", "status = ?", attr("status").eq("pending")),
        row("a <> :1", "a <> ?", attr("a").ne(n("1"))),
        row("a < :1", "a < ?", attr("a").lt(n("1"))),
        row("a <= :1", "a <= ?", attr("a").le(n("1"))),
        row("a > :1", "a > ?", attr("a").gt(n("1"))),
        row("a >= :1", "a >= ?", attr("a").ge(n("1"))),
        row("a = b", "a = b", attr("a").eq(attr("b"))),
        // Equal values and equal sizes are evaluated. Only a path that is compared with itself is refused.
        text_only(":1 = :1", "? = ?", true),
        text_only(":1 IN (:1)", "? IN (?)", true),
        text_only("size(a) = size(a)", "size(a) = size(a)", true),
        text_only("size(a) IN (size(a))", "size(a) IN (size(a))", true),
        row(":1 < a", "? < a", value::<Any, _>(1).lt(attr("a"))),
        row("a=:1", "a = ?", a()),
        row("a<>:1", "a <> ?", attr("a").ne(n("1"))),
        row("\t a\r\n=\n:1 ", "a = ?", a()),
        // Functions, with white space before their parentheses as AWS's pages write it.
        row(
            "attribute_exists (a)",
            "attribute_exists(a)",
            attr("a").exists(),
        ),
        row(
            "attribute_not_exists(a)",
            "attribute_not_exists(a)",
            attr("a").not_exists(),
        ),
        row(
            "attribute_type(a, :S)",
            "attribute_type(a, ?)",
            attr("a").attribute_type(DataType::S),
        ),
        row(
            "begins_with(a, :p)",
            "begins_with(a, ?)",
            attr("a").begins_with("pending"),
        ),
        row(
            "begins_with(a, b)",
            "begins_with(a, b)",
            attr("a").begins_with(attr("b")),
        ),
        row(
            "contains(a, :list)",
            "contains(a, ?)",
            attr("a").contains(AttributeValue::L(vec![n("1")])),
        ),
        row(
            "contains(a, size(b))",
            "contains(a, size(b))",
            attr("a").contains(attr("b").size()),
        ),
        text_only("begins_with(:p, a)", "begins_with(?, a)", true),
        text_only("attribute_type(:p, :S)", "attribute_type(?, ?)", false),
        // `size` is possible everywhere as an operand.
        row("size(a) > :3", "size(a) > ?", attr("a").size().gt(3)),
        row("a = size(b)", "a = size(b)", attr("a").eq(attr("b").size())),
        row(
            "size(a.b[0]) BETWEEN :1 AND size(c)",
            "size(a.b[0]) BETWEEN ? AND size(c)",
            attr("a")
                .at_name("b")
                .index(0)
                .size()
                .between(1, attr("c").size()),
        ),
        text_only("size(:p) > a", "size(?) > a", false),
        // The AND of a BETWEEN belongs to the BETWEEN.
        row(
            "a BETWEEN :1 AND :9 AND b = :3",
            "a BETWEEN ? AND ? AND b = ?",
            attr("a").between(n("1"), n("9")).and(b()),
        ),
        row(
            "NOT a between :1 and :9 or b = :3",
            "NOT a BETWEEN ? AND ? OR b = ?",
            attr("a").between(n("1"), n("9")).not().or(b()),
        ),
        row("a IN (:1)", "a IN (?)", attr("a").is_in([n("1")])),
        row(
            "a in(:1,:3 , :9)",
            "a IN (?, ?, ?)",
            attr("a").is_in([n("1"), n("3"), n("9")]),
        ),
        row(
            "a IN (b, c)",
            "a IN (b, c)",
            attr("a").is_in([attr("b"), attr("c")]),
        ),
        // NOT before AND before OR; keywords in any case.
        row(
            "a = :1 OR b = :3 AND c = :9",
            "a = ? OR b = ? AND c = ?",
            a().or(b().and(c())),
        ),
        row(
            "a = :1 AND b = :3 OR c = :9",
            "a = ? AND b = ? OR c = ?",
            a().and(b()).or(c()),
        ),
        row(
            "NOT a = :1 AND b = :3",
            "NOT a = ? AND b = ?",
            a().not().and(b()),
        ),
        row("NOT NOT a = :1", "NOT NOT a = ?", a().not().not()),
        row(
            "not a = :1 aNd Not b = :3 oR c = :9",
            "NOT a = ? AND NOT b = ? OR c = ?",
            a().not().and(b().not()).or(c()),
        ),
        // Parentheses.
        row("(a = :1)", "a = ?", a()),
        row("NOT(a = :1)", "NOT a = ?", a().not()),
        row("(NOT (NOT (a = :1)))", "NOT NOT a = ?", a().not().not()),
        row("(a = :1)AND(b = :3)", "a = ? AND b = ?", a().and(b())),
        row(
            "((a = :1 AND b = :3) AND c = :9)",
            "a = ? AND b = ? AND c = ?",
            a().and(b()).and(c()),
        ),
        row("((a = :1) AND (b = :3))", "a = ? AND b = ?", a().and(b())),
        row(
            "a = :1 AND (b = :3 AND c = :9)",
            "a = ? AND b = ? AND c = ?",
            a().and(b().and(c())),
        ),
        row(
            "a = :1 OR (b = :3 AND c = :9)",
            "a = ? OR b = ? AND c = ?",
            a().or(b().and(c())),
        ),
        row(
            "(a = :1 OR b = :3) AND c = :9",
            "(a = ? OR b = ?) AND c = ?",
            a().or(b()).and(c()),
        ),
        row(
            "NOT (a = :1 OR b = :3)",
            "NOT (a = ? OR b = ?)",
            a().or(b()).not(),
        ),
        row(
            "(a < b OR b < a) AND (b < c AND (a < b OR b < c))",
            "(a < b OR b < a) AND b < c AND (a < b OR b < c)",
            attr("a").lt(attr("b")).or(attr("b").lt(attr("a"))).and(
                attr("b")
                    .lt(attr("c"))
                    .and(attr("a").lt(attr("b")).or(attr("b").lt(attr("c")))),
            ),
        ),
        // An operand's own parentheses, as in the grammar of Amazon's clients.
        service_only("(a) = :1", "a = ?", a()),
        service_only("((a) = :1)", "a = ?", a()),
        service_only(
            "NOT (a) = :1 AND (b = (:3))",
            "NOT a = ? AND b = ?",
            a().not().and(b()),
        ),
        service_only("(size(a)) > (:3)", "size(a) > ?", attr("a").size().gt(3)),
        service_only(
            "attribute_exists((a)) AND (a) IN ((:1), b)",
            "attribute_exists(a) AND a IN (?, b)",
            attr("a")
                .exists()
                .and(parse("a IN (:1, b)").expect("the same")),
        ),
        // Paths. A placeholder is one name, whatever it holds; a word that is only a function's name is a name.
        row("a.b = :1", "a.b = ?", attr("a").at_name("b").eq(n("1"))),
        row("#d = :1", "a.b = ?", attr("a.b").eq(n("1"))),
        row(
            "a.#d[0][4294967295].#s = :1",
            "a.a.b[0][4294967295].status = ?",
            attr("a")
                .at_name("a.b")
                .index(0)
                .index(u32::MAX)
                .at_name("status")
                .eq(n("1")),
        ),
        row(
            "#dash = #_ AND #2 = :1",
            "a-b = _a AND 2nd = ?",
            attr("a-b").eq(attr("_a")).and(attr("2nd").eq(n("1"))),
        ),
        row("A_1b2 = :1", "A_1b2 = ?", attr("A_1b2").eq(n("1"))),
        row(
            "contains = :1 AND begins_with > contains",
            "contains = ? AND begins_with > contains",
            attr("contains")
                .eq(n("1"))
                .and(attr("begins_with").gt(attr("contains"))),
        ),
        row("android = :1", "android = ?", attr("android").eq(n("1"))),
        row("updated = :1", "updated = ?", attr("updated").eq(n("1"))),
        service_only(
            "a . b [ 0 ] = :1",
            "a.b[0] = ?",
            attr("a").at_name("b").index(0).eq(n("1")),
        ),
    ]
}

#[test]
fn every_text_is_the_tree_that_the_operators_build() {
    for Row {
        text, shown, built, ..
    } in rows()
    {
        let parsed = parse(text).unwrap_or_else(|error| panic!("{text:?}: {error}"));
        assert_eq!(parsed.to_string(), shown, "{text:?}");
        if let Some(built) = built {
            assert_eq!(parsed, built, "{text:?}");
        }
    }
}

#[test]
fn a_compiled_text_is_read_again() {
    for Row { text, .. } in rows() {
        let parsed = parse(text).expect(text);
        let compiled = parsed.clone().compile().expect(text);
        let again = parse_with(&compiled.text, compiled.names, compiled.values);
        assert_eq!(again.as_ref(), Ok(&parsed), "{text:?}");
    }
}

#[test]
fn a_parsed_condition_is_one_like_others() {
    let (names, values) = maps("#s = :p");
    let pending = Condition::parse("#s = :p", names, values).expect("a condition");
    let both = pending.and(attr("stock").ge(3));
    assert_eq!(both.to_string(), "status = ? AND stock >= ?");
    let item = [
        ("status".to_owned(), s("pending")),
        ("stock".to_owned(), n("7")),
    ]
    .into();
    assert!(both.matches(&item));
    assert_eq!(
        both.explain(&item).expected(),
        "status = pending AND stock >= 3"
    );
}

#[test]
fn a_placeholder_may_stand_twice() {
    let condition = parse("a = :1 OR b = :1 OR #s = b OR #s = :1").expect("a condition");
    assert_eq!(
        condition.to_string(),
        "a = ? OR b = ? OR status = b OR status = ?"
    );
}

#[test]
fn one_hundred_operands_are_split_as_is_in_splits_them() {
    let placeholders: Vec<String> = (0..100).map(|i| format!(":v{i}")).collect();
    let values = placeholders
        .iter()
        .enumerate()
        .map(|(i, p)| (p.clone(), n(&i.to_string())));
    let text = format!("NOT a IN ({})", placeholders.join(","));
    let parsed = parse_with(&text, [].into(), values.collect()).expect("a condition");
    assert_eq!(parsed, attr("a").is_in(0..100).not());
    assert!(!parsed.matches(&[("a".to_owned(), n("99"))].into()));
    assert!(parsed.matches(&[("a".to_owned(), n("100"))].into()));
}

#[test]
fn a_text_may_have_4096_bytes_and_300_operators() {
    let text = format!("a = :1{}", " ".repeat(4_090));
    assert_eq!(parse(&text), Ok(eq("a", "1")));

    let clauses = vec!["a=b"; 150].join(" AND ");
    assert!(parse(&format!("NOT({clauses})")).is_ok());

    let nested = format!("{}a=b{}", "(NOT ".repeat(299), ")".repeat(299));
    let condition = parse(&nested).expect("299 levels and a clause");
    assert_eq!(
        condition.matches(&[].into()),
        attr("a").eq(attr("b")).not().matches(&[].into())
    );

    let nested = format!("{}a=b{}", "a=b AND (a=b OR (".repeat(74), "))".repeat(74));
    let condition = parse(&nested).expect("297 operators");
    condition.compile().expect("as many operators as before");
}
