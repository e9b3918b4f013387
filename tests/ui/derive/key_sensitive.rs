// A key whose values are not to be shown.
use dynacond::Versioned;
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize, Versioned)]
#[dynacond(table = "patients")]
struct Patient {
    #[dynacond(partition_key, sensitive)]
    ssn: String,
}

fn main() {}
