use dynacond::Versioned;
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize, Versioned)]
#[dynacond(tabel = "shop")]
struct Order {
    #[dynacond(hash_key)]
    id: String,
    status: String,
    #[serde(rename = "status")]
    state: String,
    #[dynacond(stored_as = "string")]
    placed: std::time::SystemTime,
}

fn main() {}
