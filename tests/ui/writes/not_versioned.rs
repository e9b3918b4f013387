// A value of a type without `Versioned`.
#[path = "../model.rs"]
mod model;
use dynacond::Store;
use model::Line;

async fn case(store: Store, line: Line) -> dynacond::Result<()> {
    store.create(line).send().await?;
    Ok(())
}

fn main() {}
