use dynacond::Projection;
use serde::Deserialize;

#[derive(Deserialize, Projection)]
#[dynacond(of = Parcel)]
struct Line {
    #[dynacond(at = lines[0].city)]
    city: String,
}

fn main() {}
