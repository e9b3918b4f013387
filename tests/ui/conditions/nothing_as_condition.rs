// A closure that ends with a semicolon.
#[path = "../model.rs"]
mod model;
use dynacond::Store;
use model::Order;

fn case(store: Store, order: Order) {
    let _ = store.put(order).when(|o| {
        o.stock.ge(3);
    });
}

fn main() {}
