// A value of a type without `AttributeType`.
#[path = "../model.rs"]
mod model;
use dynacond::Store;
use model::{Odd, Order};

fn case(store: Store, order: Order) {
    let _ = store.put(order).when(|o| o.odd.eq(Odd(1)));
}

fn main() {}
