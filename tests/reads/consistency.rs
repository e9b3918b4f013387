//! How fresh a read is: what is asked of DynamoDB, and that an old copy cannot win.
use dynacond::{Error, Store, Stored, Versioned};
use dynacond_local::{Fault, Local};
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Versioned)]
#[dynacond(
    table = "tickets",
    index(BySeat, name = "by-seat", sort_key(seat), local),
    index(ByHolder, name = "by-holder", partition_key(holder))
)]
struct Ticket {
    #[dynacond(partition_key)]
    show: String,
    #[dynacond(sort_key)]
    n: u64,
    seat: u64,
    holder: String,
}

async fn tickets(local: &Local) -> Stored<Ticket> {
    let store = Store::new(local.quiet_client());
    dynacond_local::create_table::<Ticket>(&store)
        .await
        .unwrap();
    let (show, holder) = ("s1".into(), "ada".into());
    let (n, seat) = (1, 7);
    let ticket = Ticket {
        show,
        n,
        seat,
        holder,
    };
    store.create(ticket).send().await.unwrap()
}

#[tokio::test]
async fn a_query_is_consistent_unless_the_query_the_store_or_a_global_index_says_otherwise() {
    let local = Local::from_env().unwrap();
    tickets(&local).await;
    let store = Store::new(local.client());
    let eventual = Store::builder(local.client())
        .eventually_consistent_queries()
        .build();
    let table = |store: &Store| store.query(Ticket::partition("s1"));
    let of_local = |store: &Store| store.query(BySeat::partition("s1"));
    let of_global = |store: &Store| store.query(ByHolder::partition("ada"));
    table(&store).all().send().await.unwrap();
    of_local(&store).first().send().await.unwrap();
    table(&store).count().send().await.unwrap();
    table(&store).page(1).send().await.unwrap();
    table(&store).stream().next().await.unwrap().unwrap();
    // Those with `true` are before this line, and none is after it.
    let strong = local.log().len();
    of_global(&store).all().send().await.unwrap();
    table(&store)
        .eventually_consistent()
        .all()
        .send()
        .await
        .unwrap();
    let page = of_local(&store).eventually_consistent().page(1);
    page.send().await.unwrap();
    table(&eventual).all().send().await.unwrap();
    of_local(&eventual).count().send().await.unwrap();
    of_global(&eventual).first().send().await.unwrap();
    eventual.scan::<Ticket>().all().send().await.unwrap();
    let said: Vec<_> = local
        .log()
        .iter()
        .map(|request| request.body.get("ConsistentRead").cloned())
        .collect();
    assert_eq!(said[..strong], vec![Some(true.into()); strong]);
    // DynamoDB refuses the parameter `true` for a global index.
    assert_eq!(said[strong..], vec![None; said.len() - strong]);
    assert_eq!(said.len(), strong + 7);
}

/// The rest of a call that reads again is consistent, however the list was read.
#[tokio::test]
async fn what_is_fetched_is_read_consistently() {
    let local = Local::from_env().unwrap();
    tickets(&local).await;
    let eventual = Store::builder(local.client())
        .eventually_consistent_queries()
        .build();
    let query = eventual.query(ByHolder::partition("ada")).fetch();
    assert_eq!(query.all().send().await.unwrap().items.len(), 1);
    assert_eq!(local.operations(), ["Query", "GetItem"]);
    assert_eq!(local.log()[1].body["ConsistentRead"], true);
}

#[tokio::test]
async fn an_old_copy_from_an_index_is_refused_and_brings_the_current_item() {
    // Only the embedded database has an index that can be stale on demand.
    let local = Local::new();
    let mut ticket = tickets(&local).await;
    let store = Store::new(local.client());
    ticket.seat = 8;
    store.save(ticket).send().await.unwrap();
    local.clear_log();
    local.on("Query").inject(Fault::StaleIndex);
    let query = store.query(ByHolder::partition("ada")).first();
    let mut old = query.send().await.unwrap().unwrap();
    assert_eq!((old.seat, Stored::version(&old)), (7, 1));
    old.holder = "bob".into();
    let refused = store.save(old).send().await;
    let Err(error @ Error::Conflict(_)) = refused else {
        panic!("{refused:?}");
    };
    let mut current = error.current::<Ticket>().unwrap().unwrap();
    assert_eq!((current.seat, Stored::version(&current)), (8, 2));
    current.holder = "bob".into();
    let saved = store.save(current).send().await.unwrap();
    assert_eq!((saved.seat, &*saved.holder), (8, "bob"));
    // One conflict, and no read for it.
    let sent = ["Query", "UpdateItem", "UpdateItem"];
    assert_eq!(local.operations(), sent);
}
