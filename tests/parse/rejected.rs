//! Texts that DynamoDB refuses: what is wrong, and where.
use dynacond::{ExpressionError, ParseProblem as Problem, Rule};

use crate::{n, parse, parse_with, s};

fn unexpected(found: &str, expected: &'static str) -> Problem {
    let found = (!found.is_empty()).then(|| found.to_owned());
    Problem::Unexpected { found, expected }
}

fn rule(rule: Rule, clause: &str) -> Problem {
    let clause = clause.to_owned();
    Problem::Rule(ExpressionError { rule, clause })
}

#[track_caller]
fn assert_rejected(text: &str, position: usize, problem: &Problem) {
    match parse(text) {
        Ok(condition) => panic!("{text:?} was read as {condition}"),
        Err(error) => assert_eq!(
            (error.position, &error.problem),
            (position, problem),
            "{text:?}"
        ),
    }
}

const TERM: &str = "a path, a `:value`, a function, NOT or `(`";
const OPERAND: &str = "a path, a `:value` or `size(..)`";
const COMPARATOR: &str = "a comparator, BETWEEN or IN";
const NEXT: &str = "AND, OR, a closing parenthesis or the end";
const NAME: &str = "an attribute's name";

#[test]
fn words_and_signs_out_of_place() {
    for (text, position, found, expected) in [
        ("a", 1, "", ""),
        ("a =", 3, "", OPERAND),
        ("a = :1 AND", 10, "", TERM),
        ("a = :1 OR ", 10, "", TERM),
        ("NOT", 3, "", TERM),
        ("(", 1, "", TERM),
        ("()", 1, ")", TERM),
        (")", 0, ")", TERM),
        ("AND a = :1", 0, "AND", TERM),
        ("a = :1 AND OR b = :3", 11, "OR", TERM),
        ("a = NOT :1", 4, "NOT", OPERAND),
        ("a = :1)", 6, ")", NEXT),
        ("(a = :1))", 8, ")", NEXT),
        ("a = :1 b = :3", 7, "b", NEXT),
        ("a = :1 = :3", 7, "=", NEXT),
        ("(a = :1) = :3", 9, "=", NEXT),
        ("a = :1 AND b = :3 c", 18, "c", NEXT),
        ("a = :1,", 6, ",", NEXT),
        ("a b", 2, "b", COMPARATOR),
        ("a NOT IN (:1)", 2, "NOT", COMPARATOR),
        ("a == :1", 3, "=", OPERAND),
        ("a != :1", 2, "!", COMPARATOR),
        ("a < > :1", 4, ">", OPERAND),
        ("a = -1", 4, "-", OPERAND),
        ("a = 1", 4, "1", OPERAND),
        ("a = \"x\"", 4, "\"", OPERAND),
        ("a = 'x'", 4, "'", OPERAND),
        ("é = :1", 0, "é", TERM),
        ("a\u{a0}= :1", 1, "\u{a0}", COMPARATOR),
        ("a\u{b}= :1", 1, "\u{b}", COMPARATOR),
        ("a\u{c}= :1", 1, "\u{c}", COMPARATOR),
        ("a =\u{200b}:1", 3, "\u{200b}", OPERAND),
        ("a-b = :1", 1, "-", COMPARATOR),
        ("a = # s", 4, "#", OPERAND),
        ("a = :", 4, ":", OPERAND),
        ("a = : 1", 4, ":", OPERAND),
        ("#s#s = :1", 2, "#s", COMPARATOR),
        ("a. = :1", 3, "=", NAME),
        ("a..b = :1", 2, ".", NAME),
        (".a = :1", 0, ".", TERM),
        ("a.:1 = :1", 2, ":1", NAME),
        ("a.0 = :1", 2, "0", NAME),
        ("[0] = :1", 0, "[", TERM),
        ("a[] = :1", 2, "]", "a list index"),
        ("a[-1] = :1", 2, "-", "a list index"),
        ("a[:1] = :1", 2, ":1", "a list index"),
        ("a[b] = :1", 2, "b", "a list index"),
        ("a[0 = :1", 4, "=", "`]`"),
        ("a[0.4] = :1", 3, ".", "`]`"),
        ("a BETWEEN :1", 12, "", "AND and the upper bound"),
        ("a BETWEEN :1 OR :9", 13, "OR", "AND and the upper bound"),
        ("a BETWEEN (:1 AND :9)", 14, "AND", "`)`"),
        ("a BETWEEN :1 AND", 16, "", OPERAND),
        ("a IN :1", 5, ":1", "`(`"),
        ("a IN ()", 6, ")", OPERAND),
        ("a IN (:1", 8, "", "`,` or `)`"),
        ("a IN (:1,)", 9, ")", OPERAND),
        ("a IN (:1 :3)", 9, ":3", "`,` or `)`"),
        ("a = (:1 AND b", 8, "AND", "`)`"),
        ("attribute_exists()", 17, ")", OPERAND),
        ("attribute_exists(a,)", 19, ")", OPERAND),
        ("attribute_exists(a", 18, "", "`,` or `)`"),
        (
            "attribute_exists(a) attribute_exists(b)",
            20,
            "attribute_exists",
            NEXT,
        ),
        ("attribute_exists(a = :1)", 19, "=", "`,` or `)`"),
        ("size (a > :1)", 8, ">", "`,` or `)`"),
    ] {
        let problem = match expected {
            "" => Problem::NotACondition,
            expected => unexpected(found, expected),
        };
        let position = if expected.is_empty() { 0 } else { position };
        assert_rejected(text, position, &problem);
    }
}

#[test]
fn what_is_no_condition() {
    for (text, position) in [
        ("a", 0),
        (":true", 0),
        ("a.b[0]", 0),
        ("size(a)", 0),
        ("(a)", 0),
        ("NOT a", 4),
        ("(NOT a) = :1", 5),
        ("a AND b = :1", 0),
        ("a = :1 OR b", 10),
        ("(a = :1 AND b) = :3", 12),
        ("(size(a)) OR b = :1", 0),
    ] {
        assert_rejected(text, position, &Problem::NotACondition);
    }
}

#[test]
fn parentheses() {
    for (text, position) in [
        ("((a = :1))", 0),
        ("( (a = :1) )", 0),
        ("((a = :1 AND b = :3))", 0),
        ("(((a = :1) AND b = :3))", 0),
        ("a = :1 AND ((b = :3))", 11),
        ("NOT ((a = :1))", 4),
        ("((attribute_exists(a)))", 0),
        ("((a)) = :1", 0),
        ("a = ((:1))", 4),
        ("a IN (((:1)))", 6),
        ("size(((a))) = :1", 5),
    ] {
        assert_rejected(text, position, &Problem::RedundantParentheses);
    }
    for (text, position) in [("(a = :1", 0), ("a = :1 AND (b = :3 OR (c = :9)", 11)] {
        assert_rejected(text, position, &Problem::UnclosedParenthesis);
    }
}

#[test]
fn functions() {
    for (text, position, function) in [
        ("Attribute_Exists(a)", 0, "Attribute_Exists"),
        ("ATTRIBUTE_EXISTS(a)", 0, "ATTRIBUTE_EXISTS"),
        ("CONTAINS(a, :p)", 0, "CONTAINS"),
        ("begins_With(a, :p)", 0, "begins_With"),
        ("SIZE(a) > :1", 0, "SIZE"),
        ("dog(a) = :1", 0, "dog"),
        ("a = if_not_exists(a, b)", 4, "if_not_exists"),
        ("NOT list_append(a, b) = :1", 4, "list_append"),
    ] {
        assert_rejected(
            text,
            position,
            &Problem::UnknownFunction(function.to_owned()),
        );
    }
    for (text, position, function) in [
        ("attribute_exists(a) < :1", 0, "attribute_exists"),
        ("contains(a, :p) BETWEEN :1 AND :3", 0, "contains"),
        ("contains(a, :p) in (:1)", 0, "contains"),
        (":true = attribute_exists(a)", 8, "attribute_exists"),
        ("a < size(attribute_exists(c))", 9, "attribute_exists"),
        ("contains(a, begins_with(b, :p))", 12, "begins_with"),
        ("size(size(a)) = :1", 5, "size"),
    ] {
        assert_rejected(
            text,
            position,
            &Problem::MisplacedFunction(function.to_owned()),
        );
    }
    for (text, position, function, expected, given) in [
        ("attribute_exists(a, b)", 0, "attribute_exists", 1, 2),
        (
            "attribute_not_exists(a, b)",
            0,
            "attribute_not_exists",
            1,
            2,
        ),
        ("a = :1 AND contains(a)", 11, "contains", 2, 1),
        ("begins_with(a, :p, :q)", 0, "begins_with", 2, 3),
        ("attribute_type(a)", 0, "attribute_type", 2, 1),
        ("a = size(a, b)", 4, "size", 1, 2),
    ] {
        let problem = Problem::ArgumentCount {
            function,
            expected,
            given,
        };
        assert_rejected(text, position, &problem);
    }
}

#[test]
fn names_that_need_a_placeholder() {
    for (text, position, word) in [
        ("status = :p", 0, "status"),
        ("Status = :p", 0, "Status"),
        ("STATUS = :p", 0, "STATUS"),
        ("a = name", 4, "name"),
        ("a.key.b = :1", 2, "key"),
        ("size(items) > :1", 5, "items"),
        ("attribute_exists(zone)", 17, "zone"),
        ("abort = :1", 0, "abort"),
        ("size = :1", 0, "size"),
        ("a.AND = :1", 2, "AND"),
        ("a.In = :1", 2, "In"),
        ("remove = :1", 0, "remove"),
        ("true = :true", 0, "true"),
        ("a = null", 4, "null"),
    ] {
        assert_rejected(text, position, &Problem::ReservedWord(word.to_owned()));
    }
    for (text, position, name) in [
        ("_a = :1", 0, "_a"),
        ("2nd = :1", 0, "2nd"),
        ("a._b = :1", 2, "_b"),
        ("a = _", 4, "_"),
        ("a[1b] = :1", 2, "1b"),
    ] {
        assert_rejected(text, position, &Problem::InvalidName(name.to_owned()));
    }
    for (text, index) in [
        ("a[00] = :1", "00"),
        ("a[01] = :1", "01"),
        ("a[4294967296] = :1", "4294967296"),
        ("a[99999999999999999999999] = :1", "99999999999999999999999"),
    ] {
        assert_rejected(text, 2, &Problem::InvalidIndex(index.to_owned()));
    }
}

#[test]
fn placeholders_that_are_not_defined_or_not_used() {
    assert_rejected("#nope = :1", 0, &Problem::UndefinedName("#nope".to_owned()));
    assert_rejected("a.#S = :1", 2, &Problem::UndefinedName("#S".to_owned()));
    assert_rejected("a = :nope", 4, &Problem::UndefinedValue(":nope".to_owned()));
    assert_rejected(
        "a = :1AND b = :3",
        4,
        &Problem::UndefinedValue(":1AND".to_owned()),
    );

    let names =
        || [("#b", "b"), ("#a", "a"), ("a", "a")].map(|(p, name)| (p.to_owned(), name.to_owned()));
    let values = || [(":2", n("2")), (":1", n("1"))].map(|(p, value)| (p.to_owned(), value));
    let error = parse_with("#b = :2", names().into(), values().into()).expect_err("unused");
    assert_eq!(
        (error.position, error.problem),
        (7, Problem::UnusedName("#a".to_owned()))
    );
    let error =
        parse_with("#b = :2 OR #a = :2", names().into(), values().into()).expect_err("unused");
    assert_eq!(error.problem, Problem::UnusedName("a".to_owned()));
    let error = parse_with("b = :2", [].into(), values().into()).expect_err("unused");
    assert_eq!(
        (error.position, &error.problem),
        (6, &Problem::UnusedValue(":1".to_owned()))
    );
    assert_eq!(
        error.to_string(),
        "the value placeholder `:1` is defined, but not used"
    );

    let long = format!("#{}", "n".repeat(255));
    let names = || [(long.clone(), "a".to_owned())].into();
    let text = format!("{long} = b");
    let error = parse_with(&text, names(), [].into()).expect_err("too long");
    let problem = Problem::PlaceholderLength {
        bytes: 256,
        limit: 255,
    };
    assert_eq!((error.position, error.problem), (0, problem));
}

#[test]
fn rules_that_compile_checks_too() {
    let not_ordered = |data_type| Rule::NotOrdered { data_type };
    for (text, position, expected, clause) in [
        ("a < :true", 0, not_ordered("BOOL"), "a < ?"),
        ("a <= :null", 0, not_ordered("NULL"), "a <= ?"),
        ("a > :list", 0, not_ordered("L"), "a > ?"),
        ("a >= :map", 0, not_ordered("M"), "a >= ?"),
        (":set < a", 0, not_ordered("SS"), "? < a"),
        (
            "a BETWEEN :true AND b",
            0,
            not_ordered("BOOL"),
            "a BETWEEN ? AND b",
        ),
        (
            "b = :1 AND a BETWEEN :1 AND :p",
            11,
            Rule::BoundsDiffer {
                low: "N",
                high: "S",
            },
            "a BETWEEN ? AND ?",
        ),
        (
            "a BETWEEN :9 AND :1",
            0,
            Rule::BoundsReversed,
            "a BETWEEN ? AND ?",
        ),
        (
            "NOT begins_with(a, :1)",
            4,
            Rule::NotAPrefix { data_type: "N" },
            "begins_with(a, ?)",
        ),
        (
            "attribute_type(a, :dog)",
            0,
            Rule::NotATypeName,
            "attribute_type(a, ?)",
        ),
        (
            "attribute_type(a, :1)",
            0,
            Rule::NotATypeName,
            "attribute_type(a, ?)",
        ),
        (
            "attribute_type(a, b)",
            0,
            Rule::NotATypeName,
            "attribute_type(a, b)",
        ),
        (
            "(size(:1) = b)",
            1,
            Rule::NoSize { data_type: "N" },
            "size(?) = b",
        ),
        (
            "(size(:true)) = b",
            0,
            Rule::NoSize { data_type: "BOOL" },
            "size(?) = b",
        ),
        (
            "a = size(:null)",
            0,
            Rule::NoSize { data_type: "NULL" },
            "a = size(?)",
        ),
        (
            "attribute_exists(:p)",
            0,
            Rule::NotAPath,
            "attribute_exists(?)",
        ),
        (
            "attribute_not_exists(:p)",
            0,
            Rule::NotAPath,
            "attribute_not_exists(?)",
        ),
        (
            "attribute_exists(size(a))",
            0,
            Rule::NotAPath,
            "attribute_exists(size(a))",
        ),
        ("n = n", 0, Rule::SameOperand, "n = n"),
        ("#s.a = #s.a", 0, Rule::SameOperand, "status.a = status.a"),
        ("contains(a, a)", 0, Rule::SameOperand, "contains(a, a)"),
        ("a IN (b, a)", 0, Rule::SameOperand, "a IN (b, a)"),
        ("a = :noset", 0, Rule::EmptySet, "a = ?"),
        ("a = :nan", 0, Rule::NotANumber, "a = ?"),
        ("#empty = :1", 0, Rule::NameLength, " = ?"),
    ] {
        assert_rejected(text, position, &rule(expected, clause));
    }
    let deep = format!("a{} = :1", "[0]".repeat(32));
    assert_eq!(
        parse(&deep).expect_err("33 levels").problem,
        rule(Rule::TooDeep { limit: 32 }, &deep.replace(":1", "?"))
    );
}

#[test]
fn limits_of_the_whole() {
    assert_rejected("", 0, &Problem::Empty);
    assert_rejected(" \t\r\n ", 0, &Problem::Empty);

    let problem = |bytes| Problem::TooLong {
        bytes,
        limit: 4_096,
    };
    assert_rejected(
        &format!("a = :1{}", " ".repeat(4_091)),
        4_096,
        &problem(4_097),
    );
    assert_rejected(&"é".repeat(3_000), 4_096, &problem(6_000));

    let operators = |operators| Rule::TooManyOperators {
        operators,
        limit: 300,
    };
    let text = vec!["a=b"; 200].join(" OR ");
    assert_rejected(&text, 1_050, &rule(operators(399), "the whole condition"));
    let text = format!("{}a=b", "NOT ".repeat(1_000));
    assert_rejected(&text, 1_200, &rule(operators(1_001), "the whole condition"));

    let text = format!("a IN ({})", vec![":1"; 101].join(","));
    let problem = Problem::TooManyOperands {
        operands: 101,
        limit: 100,
    };
    assert_rejected(&text, 0, &problem);

    assert_rejected(&"(".repeat(4_096), 301, &Problem::TooDeep { limit: 301 });

    let megabyte = s(&"x".repeat(1_048_576));
    let values = [
        (":a".to_owned(), megabyte.clone()),
        (":b".to_owned(), megabyte),
    ];
    let error = parse_with("a = :a OR b = :b", [].into(), values.into()).expect_err("2 MB");
    let expected = Rule::TooLarge {
        bytes: 2_097_154,
        limit: 2_097_152,
    };
    assert_eq!(
        (error.position, error.problem),
        (14, rule(expected, "names and values"))
    );
}

#[test]
fn messages_say_what_where_and_what_was_expected() {
    for (text, message) in [
        (
            "a = :1 AND )",
            "unexpected `)` at byte 11: expected a path, a `:value`, a function, NOT or `(`",
        ),
        (
            "a = ",
            "unexpected end at byte 4: expected a path, a `:value` or `size(..)`",
        ),
        (
            "Status = :p",
            "at byte 0: `Status` is a reserved word; use a placeholder, as in `#Status`",
        ),
        (
            "a = b AND n = n",
            "at byte 10: DynamoDB does not compare an attribute with itself: `n = n`",
        ),
        (
            "contains(a)",
            "at byte 0: `contains` takes 2 operands, but has 1 here",
        ),
        (
            "#x = :1",
            "at byte 0: the name placeholder `#x` is not defined",
        ),
        (" ", "the expression is empty"),
    ] {
        assert_eq!(parse(text).expect_err(text).to_string(), message);
    }
}

#[test]
fn a_snippet_points_at_the_place() {
    let snippet = |text: &str| parse(text).expect_err(text).snippet();
    assert_eq!(snippet("a = :1\nAND\té"), "a = :1 AND é\n           ^");
    assert_eq!(snippet(""), "\n^");
    assert_eq!(snippet("a = "), "a = \n    ^");
    let long = format!(
        "{}é = :1 AND {}",
        "a = b OR ".repeat(20),
        "a = b OR ".repeat(20)
    );
    assert_eq!(
        snippet(&long),
        "\
..OR a = b OR a = b OR a = b OR a = b OR a = b OR é = :1 AND a = b OR a = b OR a = b OR a = b OR a..
                                                  ^"
    );
}

#[test]
fn values_are_not_shown() {
    let secret = "do not show";
    let values = || [(":v".to_owned(), s(secret)), (":w".to_owned(), s(secret))].into();
    for text in [
        "a = :v",
        "a BETWEEN :v AND (:w",
        "begins_with(:v, :w) AND attribute_exists(:v)",
    ] {
        let error = parse_with(text, [].into(), values()).expect_err(text);
        for shown in [error.to_string(), format!("{error:?}"), error.snippet()] {
            assert!(!shown.contains(secret), "{shown}");
        }
    }
}
