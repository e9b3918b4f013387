// `.expecting` on an `update`, which never creates an item.
#[path = "../model.rs"]
mod model;
use dynacond::{Store, Tag, Versioned};
use model::Order;

fn case(store: Store, tag: Option<Tag>) {
    let _ = store
        .update(Order::key("o1"))
        .set(|o| o.paid.to(true))
        .expecting(tag.as_ref());
}

fn main() {}
