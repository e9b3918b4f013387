use dynacond::{Projection};
use serde::Deserialize;

#[derive(Deserialize, Projection)]
struct Line {
    id: String,
}

fn main() {}
