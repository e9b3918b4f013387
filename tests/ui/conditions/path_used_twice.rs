// A document path used twice without a clone.
#[path = "../model.rs"]
mod model;
use dynacond::Store;
use model::Order;

fn case(store: Store, order: Order) {
    let _ = store.put(order).when(|o| {
        let city = o.address.at(|a| a.city);
        city.eq("Lyon") | city.eq("Paris")
    });
}

fn main() {}
