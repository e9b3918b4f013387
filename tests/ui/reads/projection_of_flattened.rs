use dynacond::{Projection};
use serde::Deserialize;

#[derive(Deserialize, Projection)]
#[dynacond(of = Parcel)]
struct Line {
    id: String,
    #[serde(flatten)]
    more: std::collections::HashMap<String, String>,
}

fn main() {}
