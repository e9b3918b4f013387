//! Each verb that takes a tuple takes one of twelve elements.
use dynacond::{Stored, Versioned};
use serde::{Deserialize, Serialize};

use super::support::fresh_store;

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, Versioned)]
#[dynacond(table = "wide")]
struct Wide {
    #[dynacond(partition_key)]
    id: String,
    a: u8,
    b: u8,
    c: u8,
    d: u8,
    e: u8,
    f: u8,
    g: u8,
    h: u8,
    i: u8,
    j: u8,
    k: u8,
    l: u8,
}

fn wide(id: &str) -> Wide {
    Wide {
        id: id.to_owned(),
        ..Wide::default()
    }
}

#[tokio::test]
async fn twelve_actions_and_twelve_kept_attributes() {
    let store = fresh_store::<Wide>().await;
    store.create(wide("w")).send().await.unwrap();
    let update = store.update(Wide::key("w")).set(|w| {
        (
            w.a.to(1),
            w.b.to(2),
            w.c.to(3),
            w.d.to(4),
            w.e.to(5),
            w.f.to(6),
            w.g.to(7),
            w.h.to(8),
            w.i.to(9),
            w.j.to(10),
            w.k.to(11),
            w.l.to(12),
        )
    });
    let updated = update.send().await.unwrap();
    let u = &*updated;
    let all = [u.a, u.b, u.c, u.d, u.e, u.f, u.g, u.h, u.i, u.j, u.k, u.l];
    assert_eq!(all, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
    let put = store
        .put(wide("w"))
        .keep(|w| (w.a, w.b, w.c, w.d, w.e, w.f, w.g, w.h, w.i, w.j, w.k, w.l));
    let put = put.unconditional().send().await.unwrap();
    assert_eq!(*put, *updated);
}

#[tokio::test]
async fn twelve_keys_and_twelve_requests() {
    let store = fresh_store::<Wide>().await;
    let create = |id: &str| store.create(wide(id));
    let created = store.transact_write((
        create("1"),
        create("2"),
        create("3"),
        create("4"),
        create("5"),
        create("6"),
        create("7"),
        create("8"),
        create("9"),
        create("10"),
        create("11"),
        create("12"),
    ));
    let created = created.send().await.unwrap();
    let key = |id: &str| Wide::key(id);
    let read = store.get_all((
        key("1"),
        key("2"),
        key("3"),
        key("4"),
        key("5"),
        key("6"),
        key("7"),
        key("8"),
        key("9"),
        key("10"),
        key("11"),
        key("none"),
    ));
    let read = read.send().await.unwrap();
    assert_eq!(read.10.map(Stored::into_inner).as_ref(), Some(&*created.10));
    assert!(read.11.is_none());
}
