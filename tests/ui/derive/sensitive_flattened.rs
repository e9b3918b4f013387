use dynacond::{Document, Versioned};
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize, Document)]
struct Contact {
    phone: String,
}

#[derive(Serialize, Deserialize, Versioned)]
#[dynacond(table = "patients")]
struct Patient {
    #[dynacond(partition_key)]
    id: String,
    #[dynacond(sensitive)]
    #[serde(flatten)]
    contact: Contact,
}

fn main() {}
