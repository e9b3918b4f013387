// A variable of another number type.
#[path = "../model.rs"]
mod model;
use dynacond::Store;
use model::Order;

fn case(store: Store, order: Order) {
    let least: i64 = 3;
    let _ = store.put(order).when(|o| o.stock.ge(least));
}

fn main() {}
