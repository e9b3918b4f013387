//! The text: parentheses, guards, placeholders that are shared, numbered and short.
use std::collections::BTreeSet;

use dynacond::{AttributeValue, Condition, Item, Preview, Rule, Stored, Versioned, attr};
use serde::{Deserialize, Serialize};

use super::{
    Order, Status, assert_placeholders_are_those_used, compiled, n, order, placeholders, refused,
    s, store,
};

fn a() -> Condition {
    attr("a").eq(1)
}
fn b() -> Condition {
    attr("b").eq(1)
}
fn c() -> Condition {
    attr("c").eq(1)
}
fn d() -> Condition {
    attr("d").eq(1)
}

#[test]
fn parentheses_are_those_that_the_precedence_needs() {
    let texts = [
        (a().and(b()), "a AND b"),
        (a().or(b()), "a OR b"),
        (a().and(b()).and(c()), "a AND b AND c"),
        (a().and(b().and(c())), "a AND b AND c"),
        (a().or(b().or(c())), "a OR b OR c"),
        (a().or(b()).and(c()), "(a OR b) AND c"),
        ((a() | b()) & c(), "(a OR b) AND c"),
        (a() | b() & c(), "a OR b AND c"),
        (a().and(b()).or(c()), "a AND b OR c"),
        (a().or(b().and(c())), "a OR b AND c"),
        (a().and(b().or(c())), "a AND (b OR c)"),
        ((a() | b()) & (c() | d()), "(a OR b) AND (c OR d)"),
        ((a() & b()) | (c() & d()), "a AND b OR c AND d"),
        (((a() | b()) & c()) | d(), "(a OR b) AND c OR d"),
        (((a() & b()) | c()) & d(), "(a AND b OR c) AND d"),
        (!a(), "NOT a"),
        (!!a(), "NOT NOT a"),
        (!(a() & b()), "NOT (a AND b)"),
        (!(a() | b()), "NOT (a OR b)"),
        (!a() & b(), "NOT a AND b"),
        ((!a()).and(b()), "NOT a AND b"),
        (!a().and(b()), "NOT (a AND b)"),
        (a().not().and(b()), "NOT a AND b"),
        (a() & !b(), "a AND NOT b"),
        (a() | !b(), "a OR NOT b"),
        (!(a() | b()) & c(), "NOT (a OR b) AND c"),
        (!((a() | b()) & c()), "NOT ((a OR b) AND c)"),
        (!(!a() & b()), "NOT (NOT a AND b)"),
        (!!(a() & b()), "NOT NOT (a AND b)"),
        (
            Condition::all([Condition::any([a(), b()]), c()]),
            "(a OR b) AND c",
        ),
        (
            Condition::any([Condition::all([a(), b()]), c()]),
            "a AND b OR c",
        ),
        (
            Condition::all([Condition::all([a(), b()]), c()]),
            "a AND b AND c",
        ),
        (Condition::all([Condition::any([a()]), b()]), "a AND b"),
        (!Condition::any([a()]), "NOT a"),
    ];
    for (condition, expected) in texts {
        let mut text = compiled(condition).text;
        for letter in ["a", "b", "c", "d"] {
            text = text.replace(&format!("#{letter} = :{letter}"), letter);
        }
        assert_eq!(text, expected);
    }
}

#[test]
fn not_binds_looser_than_every_operator() {
    let texts = [
        (!attr("a").between(1, 2), "NOT #a BETWEEN :a AND :a_2"),
        (!attr("a").is_in([1]), "NOT #a IN (:a)"),
        (!attr("a").exists(), "NOT attribute_exists(#a)"),
        (!attr("a").size().gt(1), "NOT size(#a) > :a"),
        (!attr("a").contains("x"), "NOT contains(#a, :a)"),
    ];
    for (condition, text) in texts {
        assert_eq!(compiled(condition).text, text);
    }
}

#[test]
fn a_condition_displays_as_it_reads_without_values() {
    let o = Order::attributes();
    let condition = (o.status.eq(Status::Pending) | o.stock.between(1, 9))
        & !o.note.contains("fraud")
        & o.card.eq("4242")
        & o.words.size().is_in([1, 2])
        & o.lines.index(0).at(|l| l.sku).not_exists();
    assert_eq!(
        condition.to_string(),
        "(status = ? OR stock BETWEEN ? AND ?) AND NOT contains(note, ?) AND card = ? \
         AND size(words) IN (?, ?) AND attribute_not_exists(lines[0].sku)"
    );
}

#[test]
fn the_tree_is_never_rewritten() {
    // `NOT a < 5` is true without an `a`, `a >= 5` is not.
    assert_eq!(compiled(!attr("a").lt(5)).text, "NOT #a < :a");
    assert_eq!(compiled(!attr("a").ne(5)).text, "NOT #a <> :a");
    assert_eq!(compiled(a().and(a())).text, "#a = :a AND #a = :a");
}

mod guards {
    use super::*;

    fn pending_or_stocked(o: <Order as Versioned>::Attributes) -> Condition<Order> {
        o.status.eq(Status::Pending) | o.stock.ge(3)
    }

    const EITHER: &str = "(#status = :status OR #stock >= :stock)";

    fn stored() -> Stored<Order> {
        let mut item: Item = serde_dynamo::to_item(order()).expect("an item");
        item.extend([
            ("pk".to_owned(), s("order#o1")),
            ("sk".to_owned(), s("order#o1")),
            ("item_version".to_owned(), n(3)),
            ("item_write_id".to_owned(), s("w")),
        ]);
        Stored::from_item(item).expect("an order")
    }

    #[track_caller]
    fn assert_condition(preview: dynacond::Result<Preview>, expected: &str) {
        let preview = preview.expect("DynamoDB accepts the write");
        let condition = preview.condition().expect("a condition");
        assert_eq!(condition, expected);
        let rest = [preview.only_once(), preview.update()].map(Option::unwrap_or_default);
        let text = format!("{condition} {}", rest.join(" "));
        let values = preview.values().cloned().unwrap_or_default();
        let names = preview.names().cloned().unwrap_or_default();
        assert_placeholders_are_those_used(&text, &names, &values);
    }

    #[test]
    fn a_users_or_does_not_weaken_create() {
        let write = store().create(order()).when(pending_or_stocked);
        let text = format!("attribute_not_exists(#pk) AND {EITHER}");
        assert_condition(write.preview(), &text);
    }

    #[test]
    fn a_users_or_does_not_weaken_update() {
        let write = store()
            .update(Order::key("o1"))
            .set(|o| o.paid.to(true))
            .when(pending_or_stocked);
        let text = format!("attribute_exists(#pk) AND {EITHER}");
        assert_condition(write.preview(), &text);
    }

    const AT_VERSION: &str = "#item_version = :item_version AND #item_write_id = :item_write_id";

    #[test]
    fn a_users_or_does_not_weaken_save() {
        let mut order = stored();
        order.paid = false;
        let write = store().save(order).when(pending_or_stocked);
        assert_condition(write.preview(), &format!("{AT_VERSION} AND {EITHER}"));
    }

    #[test]
    fn a_users_or_does_not_weaken_replace() {
        let write = store().replace(stored()).when(pending_or_stocked);
        assert_condition(write.preview(), &format!("{AT_VERSION} AND {EITHER}"));
    }

    #[test]
    fn a_users_or_does_not_weaken_delete() {
        let write = store().delete(stored()).when(pending_or_stocked);
        assert_condition(write.preview(), &format!("{AT_VERSION} AND {EITHER}"));
    }

    #[test]
    fn a_users_or_does_not_weaken_a_tag() {
        let tag = Stored::tag(&stored());
        let write = store().put(order()).when(pending_or_stocked).at(&tag);
        assert_condition(write.preview(), &format!("{AT_VERSION} AND {EITHER}"));
    }

    #[test]
    fn a_negated_or_keeps_its_parentheses() {
        let write = store().create(order()).when(|o| !pending_or_stocked(o));
        let text = format!("attribute_not_exists(#pk) AND NOT {EITHER}");
        assert_condition(write.preview(), &text);
    }

    #[test]
    fn alone_a_condition_has_no_parentheses() {
        let write = store().put(order()).when(pending_or_stocked);
        assert_condition(write.preview(), "#status = :status OR #stock >= :stock");
    }

    #[test]
    fn a_second_when_narrows_the_first() {
        let write = store()
            .delete(Order::key("o1"))
            .when(pending_or_stocked)
            .when(|o| o.paid.eq(true) | attr("extra").exists());
        let text = format!("{EITHER} AND (#paid = :paid OR attribute_exists(#extra))");
        assert_condition(write.preview(), &text);
    }

    #[test]
    fn a_stored_condition_is_a_value() {
        let condition = attr("stock").ge(3);
        for id in ["o1", "o2"] {
            let write = store().delete(Order::key(id)).when(|_| condition.clone());
            assert_condition(write.preview(), "#stock >= :stock");
        }
    }
}

#[test]
fn compiling_is_deterministic() {
    for row in super::operators::table() {
        let again = row.condition.clone().compile();
        assert_eq!(row.condition.compile().ok(), again.ok());
    }
    let long = || attr("quantity").is_in((0..500).collect::<Vec<_>>());
    assert_eq!(long().compile().ok(), long().compile().ok());
}

#[test]
fn equal_values_of_an_attribute_share_a_placeholder() {
    let condition = Condition::any((0..4).map(|i| attr("a").eq(i % 2)));
    let expression = compiled(condition);
    assert_eq!(
        expression.text,
        "#a = :a OR #a = :a_2 OR #a = :a OR #a = :a_2"
    );
    assert_eq!(expression.values.len(), 2);
}

#[test]
fn a_third_value_is_shared_too() {
    let condition = Condition::any((0..6).map(|i| attr("a").eq(i % 3)));
    assert_eq!(compiled(condition).values.len(), 3);
}

#[test]
fn a_name_has_one_placeholder_whatever_it_collides_with() {
    let names = ["a.b", "a-b", "a b", "a_b", "a_b_2", "a_b_3"];
    let condition = Condition::any((0..3).flat_map(|i| names.map(|name| attr(name).eq(i))));
    let expression = compiled(condition);
    let attributes: BTreeSet<&str> = expression.names.values().map(String::as_str).collect();
    assert_eq!(attributes, BTreeSet::from(names));
    assert_eq!(
        expression.names.len(),
        names.len(),
        "{:?}",
        expression.names
    );
}

#[test]
fn names_that_read_alike_are_told_apart() {
    let expression = compiled(
        attr("a.b")
            .eq(1)
            .and(attr("a_b").eq(2))
            .and(attr("a-b").eq(3)),
    );
    for (clause, (name, value)) in
        expression
            .text
            .split(" AND ")
            .zip([("a.b", 1), ("a_b", 2), ("a-b", 3)])
    {
        let (left, right) = clause.split_once(" = ").expect("a comparison");
        assert_eq!(expression.names[left], name);
        assert_eq!(expression.values[right], n(value));
    }
}

mod in_lists {
    use super::*;

    /// DynamoDB takes 100 operands in an IN; one run against the service counted the first operand too.
    const MOST: usize = 99;

    /// The clauses, each with its values in order.
    fn clauses(count: usize) -> (String, Vec<Vec<AttributeValue>>) {
        let numbers: Vec<usize> = (0..count).collect();
        let expression = compiled(attr("n").is_in(numbers));
        let clauses = expression
            .text
            .split(" OR ")
            .map(|clause| {
                let list = clause
                    .strip_prefix("#n IN (")
                    .and_then(|rest| rest.strip_suffix(')'))
                    .expect("an IN");
                list.split(", ")
                    .map(|placeholder| expression.values[placeholder].clone())
                    .collect()
            })
            .collect();
        (expression.text, clauses)
    }

    fn numbers(range: std::ops::Range<usize>) -> Vec<AttributeValue> {
        range.map(n).collect()
    }

    #[test]
    fn up_to_99_values_are_one_in() {
        let (_, clauses) = clauses(MOST);
        assert_eq!(clauses, [numbers(0..99)]);
    }

    #[test]
    fn the_hundredth_value_begins_a_second_in() {
        let (_, clauses) = clauses(100);
        assert_eq!(clauses, [numbers(0..99), numbers(99..100)]);
    }

    #[test]
    fn many_values_are_several_ins() {
        let (_, clauses) = clauses(250);
        assert_eq!(
            clauses,
            [numbers(0..99), numbers(99..198), numbers(198..250)]
        );
    }

    #[test]
    fn several_ins_are_one_condition_to_and_and_not() {
        let many = || attr("n").is_in((0..100).collect::<Vec<_>>());
        let and = compiled(many().and(a())).text;
        assert!(
            and.starts_with("(#n IN (") && and.ends_with(")) AND #a = :a"),
            "{and}"
        );
        let not = compiled(!many()).text;
        assert!(
            not.starts_with("NOT (#n IN (") && not.ends_with("))"),
            "{not}"
        );
        let write = store()
            .create(order())
            .when(|_| many())
            .preview()
            .expect("DynamoDB accepts the write");
        let create = write.condition().expect("a condition");
        assert!(
            create.starts_with("attribute_not_exists(#pk) AND (#n IN ("),
            "{create}"
        );
    }

    #[test]
    fn every_value_is_asked_for() {
        let many = attr("n").is_in((0..250).collect::<Vec<_>>());
        for value in [0, 98, 99, 198, 249] {
            assert!(
                many.matches(&super::super::item([("n", n(value))])),
                "{value}"
            );
        }
        assert!(!many.matches(&super::super::item([("n", n(250))])));
    }
}

#[derive(Serialize, Deserialize, Versioned)]
#[dynacond(table = "odd")]
struct Odd {
    #[dynacond(partition_key)]
    id: String,
    #[serde(rename = "order-id.€")]
    signs: String,
    #[serde(rename = "a_name_of_more_than_sixty_four_bytes_which_no_readable_placeholder_keeps")]
    long: String,
    r#type: String,
}

#[test]
fn a_derived_name_has_the_placeholders_of_the_same_name_at_run_time() {
    let o = Odd::attributes();
    let pairs = [
        (o.id.eq("a"), "id"),
        (o.signs.eq("a"), "order-id.€"),
        (
            o.long.eq("a"),
            "a_name_of_more_than_sixty_four_bytes_which_no_readable_placeholder_keeps",
        ),
        (o.r#type.eq("a"), "type"),
    ];
    for (typed, name) in pairs {
        assert_eq!(compiled(typed), compiled(attr(name).eq("a")));
    }
}

mod long_texts {
    use super::*;

    /// DynamoDB's limit, in bytes as sent.
    const LIMIT: usize = 4096;

    #[test]
    fn placeholders_are_numbered_where_their_names_would_be_too_long() {
        let expression = compiled(attr("quantity").is_in((0..500).collect::<Vec<_>>()));
        assert!(
            expression.text.starts_with("#0 IN (:0, :1, :2, "),
            "{}",
            expression.text
        );
        assert!(expression.text.len() <= LIMIT);
        assert_eq!(expression.names.len(), 1);
        assert_eq!(expression.names["#0"], "quantity");
        assert_eq!(expression.values.len(), 500);
    }

    #[test]
    fn a_numbered_name_has_one_placeholder() {
        let name = |i: usize| format!("{}{}", "long_name_".repeat(6), i % 3);
        let condition = Condition::any((0..60).map(|i| attr(name(i)).eq(i)));
        let expression = compiled(condition);
        assert_eq!(placeholders(&expression.text, '#').len(), 3);
        assert_eq!(
            expression.names.values().cloned().collect::<BTreeSet<_>>(),
            (0..3).map(name).collect()
        );
    }

    #[test]
    fn names_that_read_alike_and_values_that_are_shared_stay_so_by_number() {
        let long = "n".repeat(50);
        // Thirty pairs such as `n-7` and `n_7`, twice.
        let alike = |i: usize| format!("{long}{}{}", ['-', '_'][i % 2], i / 2);
        let condition = Condition::any((0..120).map(|i| attr(alike(i % 60)).eq(i % 60)));
        let expression = compiled(condition);
        assert!(expression.text.starts_with("#0 = :0 OR #1 = :1 OR "));
        assert!(expression.text.ends_with(" OR #59 = :59"));
        assert_eq!((expression.names.len(), expression.values.len()), (60, 60));
        for i in 0..60 {
            assert_eq!(expression.names[&format!("#{i}")], alike(i));
            assert_eq!(expression.values[&format!(":{i}")], n(i));
        }
    }

    #[test]
    fn placeholders_are_readable_while_the_text_fits() {
        // 140 clauses such as `#c17 = :c17`, joined by ` OR `: about 2,000 bytes.
        let condition = Condition::any((0..140).map(|i| attr(format!("c{i}")).eq(i)));
        let expression = compiled(condition);
        let readable: Vec<_> = (0..140).map(|i| format!("#c{i} = :c{i}")).collect();
        assert_eq!(expression.text, readable.join(" OR "));
    }

    #[test]
    fn what_is_too_long_even_then_is_refused() {
        let error = refused(
            attr("quantity")
                .is_in((0..1000).collect::<Vec<_>>())
                .compile(),
        );
        let Rule::TooLong { bytes, limit } = error.rule else {
            panic!("{error}")
        };
        assert_eq!(limit, LIMIT);
        // A thousand times `:123, ` at the shortest.
        assert!(bytes > 5_000, "{bytes}");
        assert!(
            error.clause.starts_with("#0 IN (:0, :1"),
            "{}",
            error.clause
        );
    }

    #[test]
    fn the_readable_text_of_many_long_names_is_numbered() {
        let condition =
            Condition::all((0..60).map(|i| attr(format!("{}{i}", "n".repeat(60))).exists()));
        let expression = compiled(condition);
        assert!(
            expression
                .text
                .starts_with("attribute_exists(#0) AND attribute_exists(#1)")
        );
        assert_eq!(expression.names.len(), 60);
    }

    #[test]
    fn condition_and_update_are_measured_each_for_itself() {
        // About 3,000 bytes each: together more than one expression takes.
        let numbers: Vec<u32> = (0..300).collect();
        let write = store()
            .update(Order::key("o1"))
            .set(|_| {
                let set = |i| attr(format!("c{i}")).to(i);
                (0..150).map(set).collect::<Vec<_>>()
            })
            .when(|o| o.stock.is_in(numbers));
        let preview = write.preview().expect("each expression fits");
        let condition = preview.condition().expect("a condition");
        let update = preview.update().expect("an update");
        assert!(condition.len() <= LIMIT && update.len() <= LIMIT);
        assert_placeholders_are_those_used(
            &format!(
                "{condition} {} {update}",
                preview.only_once().expect("a clause")
            ),
            preview.names().expect("names"),
            preview.values().expect("values"),
        );
    }

    #[test]
    fn placeholders_of_long_names_are_short() {
        let name = "n".repeat(60_000);
        let other = format!("{}m", &name[1..]);
        let expression = compiled(attr(name.clone()).eq(1).and(attr(other.clone()).gt(2)));
        let names: BTreeSet<_> = expression.names.values().cloned().collect();
        assert_eq!(names, BTreeSet::from([name, other]));
        assert!(expression.text.len() <= LIMIT);
        for placeholder in expression.names.keys().chain(expression.values.keys()) {
            assert!(placeholder.len() <= 255, "{} bytes", placeholder.len());
        }
    }

    #[test]
    fn placeholders_are_ascii_letters_digits_and_underscores() {
        for name in ["größe", "数量", "a:b#c", "a\u{0}b", "🦀"] {
            let expression = compiled(attr(name).eq(1));
            assert_eq!(expression.names.len(), 1);
            let (placeholder, attribute) = expression.names.iter().next().expect("one name");
            assert_eq!(attribute, name);
            let word = placeholder.strip_prefix('#').expect("a name");
            assert!(!word.is_empty());
            assert!(
                word.chars().all(|c| c.is_ascii_alphanumeric() || c == '_'),
                "{word}"
            );
        }
    }
}
