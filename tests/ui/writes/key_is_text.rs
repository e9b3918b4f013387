// A text where `get` takes a key.
use dynacond::Store;

async fn case(store: Store) -> dynacond::Result<()> {
    store.get("o1").send().await?;
    Ok(())
}

fn main() {}
