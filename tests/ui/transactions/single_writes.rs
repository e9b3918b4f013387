// In a transaction: the old item of a put, a deletion that may be of nothing, a write that is sent again, and a replace of anything.
#[path = "../model.rs"]
mod model;
use dynacond::{Store, Versioned};
use model::Order;

fn old(store: Store, order: Order) {
    let put = store.put(order).unconditional().returning_old();
    let _ = store.transact_write((put,));
}

fn gone(store: Store) {
    let delete = store.delete(Order::key("o1")).unconditional().or_gone();
    let _ = store.transact_write((delete,));
}

fn again(store: Store, order: Order) {
    let _ = store.transact_write((store.create(order).until_answered(),));
}

fn replace(store: Store, order: Order) {
    let _ = store.transact_write((store.replace(order).unconditional(),));
}

fn main() {}
