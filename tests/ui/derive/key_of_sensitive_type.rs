// A key of a type whose values are not to be shown.
use dynacond::{AttributeType, Versioned};
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize, AttributeType)]
#[dynacond(sensitive)]
struct Ssn(String);

#[derive(Serialize, Deserialize, Versioned)]
#[dynacond(table = "patients")]
struct Patient {
    #[dynacond(partition_key)]
    ssn: Ssn,
}

#[derive(Serialize, Deserialize, Versioned)]
#[dynacond(table = "patients")]
struct Declared {
    #[dynacond(partition_key, stored_as = "S")]
    ssn: Ssn,
}

#[derive(Serialize, Deserialize, AttributeType)]
#[dynacond(stored_as = "S")]
struct Wrapped(Ssn);

#[derive(Serialize, Deserialize, Versioned)]
#[dynacond(table = "patients")]
struct OfWrapped {
    #[dynacond(partition_key)]
    ssn: Wrapped,
}

fn main() {}
