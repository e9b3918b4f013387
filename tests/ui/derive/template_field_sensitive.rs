// A field of a key template whose values are not to be shown.
use dynacond::Versioned;
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize, Versioned)]
#[dynacond(table = "patients", partition_key(name = "pk", value = "patient#{ssn}"))]
struct Patient {
    #[dynacond(sensitive)]
    ssn: String,
    ward: u32,
}

fn main() {}
