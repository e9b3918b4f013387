use dynacond::Versioned;
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize, Versioned)]
#[dynacond(table = "shop", index(ByEmail, name = "gsi1", partition_key(name = "gsi1pk", value = "email#{email}")))]
struct Order {
    #[dynacond(partition_key)]
    id: String,
    email: String,
}

fn main() {
    let _ = Order::attributes().email.to("a@b");
}
