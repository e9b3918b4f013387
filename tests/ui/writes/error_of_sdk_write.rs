// An error of a write of the SDK's own, handed on as dynacond's.
use dynacond::Store;

async fn case(store: Store) -> dynacond::Result<()> {
    store.client().update_item().table_name("shop").send().await?;
    Ok(())
}

fn main() {}
