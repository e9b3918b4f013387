//! What compiling costs, in allocations: exact on every machine.
use dynacond::{Versioned, attr};

use super::{Order, Status};

/// As many as an SDK user's two maps and a text take, and three: 18.
const MOST: u64 = 18;

#[test]
fn three_typed_comparisons_are_built_and_compiled_cheaply() {
    let mut compiled = None;
    let measured = allocation_counter::measure(|| {
        let o = Order::attributes();
        let condition = o.status.eq(Status::Pending) & o.stock.ge(3) & attr("version").eq(7);
        compiled = condition.compile().ok();
    });
    let text = compiled.map(|expression| expression.text);
    assert_eq!(
        text.as_deref(),
        Some("#status = :status AND #stock >= :stock AND #version = :version")
    );
    assert!(
        measured.count_total <= MOST,
        "{} allocations",
        measured.count_total
    );
}

#[test]
fn three_untyped_comparisons_are_built_and_compiled_cheaply() {
    let mut compiled = None;
    let measured = allocation_counter::measure(|| {
        let condition = attr("status").eq("pending") & attr("stock").ge(3) & attr("version").eq(7);
        compiled = condition.compile().ok();
    });
    assert!(compiled.is_some());
    assert!(
        measured.count_total <= MOST,
        "{} allocations",
        measured.count_total
    );
}
