//! What expressions cost in allocations: exact on every machine. Time is measured in `benches`.
use std::collections::HashMap;

use dynacond::{AttributeValue, Condition, Item, Store, Versioned, attr};

use super::{Order, Status};

fn allocations<T>(run: impl FnOnce() -> T) -> u64 {
    let mut output = None;
    let measured = allocation_counter::measure(|| output = Some(run()));
    drop(output);
    measured.count_total
}

/// A text, and for every clause an entry in each of two maps: a placeholder with its name or value.
fn by_hand(clauses: u64) -> u64 {
    1 + 2 + 4 * clauses
}

#[test]
fn by_hand_is_what_a_user_of_the_sdk_allocates() {
    let written = || {
        let text = |text: &str| AttributeValue::S(text.to_owned());
        let names: [(_, String); 1] = [("#status".to_owned(), "status".to_owned())];
        let values = [(":status".to_owned(), text("pending"))];
        (
            "#status = :status".to_owned(),
            HashMap::from(names),
            HashMap::from(values),
        )
    };
    assert_eq!(allocations(written), by_hand(1));
}

#[test]
fn a_typed_condition_takes_two_allocations_more_than_by_hand_at_the_most() {
    let o = Order::attributes;
    let one = allocations(|| o().status.eq(Status::Pending).compile());
    assert!(one <= by_hand(1) + 2, "{one}");
    let three = || o().status.eq(Status::Pending) & o().stock.ge(3) & attr("version").eq(7);
    let three = allocations(|| three().compile());
    assert!(three <= by_hand(3) + 2, "{three}");
}

#[test]
fn an_untyped_condition_takes_two_allocations_more_than_by_hand_at_the_most() {
    let three = || attr("status").eq("pending") & attr("stock").ge(3) & attr("version").eq(7);
    let three = allocations(|| three().compile());
    assert!(three <= by_hand(3) + 2, "{three}");
    let ten = || {
        (attr("a").eq("a"))
            .and(attr("b").ge(2))
            .and(attr("c").begins_with("c"))
            .and(attr("d").contains("d"))
            .and(attr("e").ne("e"))
            .and(attr("f").lt(6))
            .and(attr("g").size().gt(7))
            .and(attr("h").le(8))
            .and(attr("i").gt(9))
            .and(attr("j").eq("j"))
    };
    let ten = allocations(|| ten().compile());
    assert!(ten <= by_hand(10) + 2, "{ten}");
}

/// The clauses of a list. Their names differ, so that each has its own placeholders.
fn all(clauses: usize) -> Condition {
    Condition::all((0..clauses).map(|i| attr(format!("a{i}")).eq(i)))
}

#[test]
fn allocations_grow_with_the_clauses_and_no_faster() {
    let compiled = |clauses: usize| {
        let condition = all(clauses);
        allocations(|| condition.compile())
    };
    // Each name moves from the tree into the map; two texts and a value are left, and they are moved or made once.
    let per_clause = |clauses: u64| compiled(usize::try_from(clauses).unwrap()) / clauses;
    assert!(per_clause(20) <= 4, "{}", compiled(20));
    assert!(per_clause(60) <= per_clause(20), "{}", compiled(60));
    // Past 4,096 bytes readable placeholders give way to numbers: a step, and linear behind it.
    assert!(per_clause(150) <= 3 * per_clause(20), "{}", compiled(150));
}

#[test]
fn what_has_too_many_operators_is_refused_without_being_written() {
    let condition = all(10_000);
    let allocations = allocations(|| condition.compile().is_err());
    // Two maps, a text, and what the error says.
    assert!(allocations <= 10, "{allocations}");
}

/// A number that is taken is tried, and each try is an allocation.
#[test]
fn names_that_read_alike_beside_the_numbers_that_tell_them_apart_cost_no_square() {
    let store = Store::new(dynacond_local::client());
    let update = |n: u32| {
        let like = |i| char::from_u32(0x4e00 + i).unwrap();
        let taken = (0..n).map(|i| format!("a_b_{}", i + 2));
        let alike = (0..n).map(|i| format!("a{}b", like(i)));
        let names = std::iter::once("a_b".to_owned()).chain(taken).chain(alike);
        let set: Vec<_> = names.map(|name| attr(name).to(1)).collect();
        let update = store.update(Order::key("o1")).set(|_| set);
        allocations(|| update.preview().is_err())
    };
    let (once, twice) = (update(500), update(1000));
    assert!(twice <= 3 * once, "{once}, {twice}");
}

#[test]
fn evaluating_comparisons_allocates_nothing_for_an_item() {
    let condition = all(3);
    let item: Item = (0..3)
        .map(|i| (format!("a{i}"), AttributeValue::N(i.to_string())))
        .collect();
    assert!(condition.matches(&item));
    // The truths of the list's parts.
    assert!(allocations(|| condition.matches(&item)) <= 1);
}

#[test]
fn an_update_allocates_for_each_of_its_attributes_and_no_faster() {
    let store = Store::new(dynacond_local::client());
    let update = |attributes: usize| {
        let update = store.update(Order::key("o1")).set(|_| {
            let set = (0..attributes).map(|i| attr(format!("a{i}")).to(i));
            set.collect::<Vec<_>>()
        });
        allocations(|| update.preview().unwrap())
    };
    let more = |from: usize, to: usize| (update(to) - update(from)) / (to - from) as u64;
    assert!(more(10, 20) <= 10, "{}", more(10, 20));
    assert!(more(20, 40) <= more(10, 20), "{}", more(20, 40));
}

#[test]
fn texts_that_an_action_takes_are_moved_and_not_copied() {
    let texts = || (0..100).map(|i| i.to_string()).collect::<Vec<_>>();
    let o = Order::attributes;
    let (list, set, [untyped]) = (texts(), texts(), ["untyped".to_owned()]);
    let actions = [
        allocations(|| o().words.append(list)),
        allocations(|| o().tags.insert(set)),
        allocations(|| attr("words").append(untyped)),
    ];
    // The operands and their list. A set grows, because its kind shows only in its members.
    let most = [2, 8, 2];
    let is_enough = actions.iter().zip(most).all(|(count, most)| *count <= most);
    assert!(is_enough, "{actions:?}");
}
