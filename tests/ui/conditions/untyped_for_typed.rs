// An untyped condition stored as a typed one.
#[path = "../model.rs"]
mod model;
use dynacond::{Any, Condition, attr};
use model::Order;

fn case() {
    let untyped: Condition<Any> = attr("x").eq(1);
    let _: Condition<Order> = untyped;
}

fn main() {}
