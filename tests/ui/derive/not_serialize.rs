use dynacond::Versioned;

#[derive(Versioned)]
#[dynacond(table = "shop")]
struct Order {
    #[dynacond(partition_key)]
    id: String,
}

fn main() {}
