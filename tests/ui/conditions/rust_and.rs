// Rust's `&&`.
#[path = "../model.rs"]
mod model;
use dynacond::Store;
use model::Order;

fn case(store: Store, order: Order) {
    let _ = store.put(order).when(|o| o.stock.ge(3) && o.paid.eq(true));
}

fn main() {}
