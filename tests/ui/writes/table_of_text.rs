// The name of the table of something that is no item type.
use dynacond::Store;

fn case(store: Store) {
    let _ = store.table_name::<String>();
}

fn main() {}
