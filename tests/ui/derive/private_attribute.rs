mod shop {
    use dynacond::Versioned;
    use serde::{Deserialize, Serialize};

    #[derive(Serialize, Deserialize, Versioned)]
    #[dynacond(table = "shop")]
    pub struct Order {
        #[dynacond(partition_key)]
        pub id: String,
        status: String,
    }
}

fn main() {
    use dynacond::Versioned;

    let _ = shop::Order::attributes().status;
}
