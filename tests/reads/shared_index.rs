//! Several item types in one index, as in a table of several types: a query of the index finds the items of its own type, whatever is
//! asked of them.
use dynacond::{Cursor, Error, Projection, Store, Stored, Versioned, attr};
use dynacond_local::{Fault, Local};
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Versioned)]
#[dynacond(
    table = "books",
    partition_key(name = "pk", value = "book#{book}"),
    sort_key(name = "sk", value = "bill#{id}"),
    index(
        BillsByStatus,
        name = "by-status",
        partition_key(status),
        sort_key(day)
    ),
    index(BillsByAmount, name = "by-amount", sort_key(amount), local)
)]
struct Bill {
    book: String,
    id: String,
    status: String,
    day: String,
    amount: u64,
}

/// The same attributes, and the same indexes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Versioned)]
#[dynacond(
    table = "books",
    partition_key(name = "pk", value = "book#{book}"),
    sort_key(name = "sk", value = "credit#{id}"),
    index(
        CreditsByStatus,
        name = "by-status",
        partition_key(status),
        sort_key(day)
    ),
    index(CreditsByAmount, name = "by-amount", sort_key(amount), local)
)]
struct Credit {
    book: String,
    id: String,
    status: String,
    day: String,
    amount: u64,
}

#[derive(Clone, Debug, PartialEq, Deserialize, Projection)]
#[dynacond(of = Bill)]
struct Amount {
    amount: u64,
}

const BILLS: u64 = 9;

/// Nine bills of 1, and two credits of 100 between any two of them.
async fn books() -> (Local, Store) {
    let local = Local::from_env().unwrap();
    let (store, quiet) = (Store::new(local.client()), Store::new(local.quiet_client()));
    dynacond_local::create_table::<Bill>(&quiet).await.unwrap();
    dynacond_local::create_table::<Credit>(&quiet)
        .await
        .unwrap();
    let text = |text: &str| text.to_owned();
    for n in 0..BILLS {
        let (id, day) = (format!("b{n}"), format!("2026-10-{n:02}"));
        let (book, status) = (text("a"), text("open"));
        let bill = Bill {
            book,
            id,
            status,
            day,
            amount: 1,
        };
        for part in 0..2 {
            let credit = Credit {
                book: bill.book.clone(),
                id: format!("c{n}{part}"),
                status: bill.status.clone(),
                day: bill.day.clone(),
                amount: 100,
            };
            quiet.create(credit).send().await.unwrap();
        }
        quiet.create(bill).send().await.unwrap();
    }
    local.clear_log();
    (local, store)
}

#[tokio::test]
async fn whatever_is_asked_of_a_shared_index_answers_for_its_own_type() {
    let (local, store) = books().await;
    let open = || store.query(BillsByStatus::partition("open"));
    let bills = open().all().send().await.unwrap();
    assert_eq!(bills.len() as u64, BILLS);
    let values = open().values().all().send().await.unwrap();
    assert_eq!(values.iter().map(|bill| bill.amount).sum::<u64>(), BILLS);
    let parts = open().project::<Amount>().all().send().await.unwrap();
    assert_eq!(parts.iter().map(|part| part.amount).sum::<u64>(), BILLS);
    let fetched = open().fetch().all().send().await.unwrap();
    assert_eq!(
        (fetched.items.len() as u64, fetched.gone, fetched.changed),
        (BILLS, 0, 0)
    );
    assert_eq!(open().count().send().await.unwrap().matched as u64, BILLS);
    let last = open().descending().first().send().await.unwrap().unwrap();
    assert_eq!(last.day, "2026-10-08");
    let mut streamed = 0;
    let mut stream = open().values().stream();
    while let Some(bill) = stream.next().await {
        streamed += bill.unwrap().amount;
    }
    assert_eq!(streamed, BILLS);
    let late = open()
        .filter(|b| b.amount.ge(1))
        .sort_key(|k| k.day.ge("2026-10-05"));
    assert_eq!(late.all().send().await.unwrap().len(), 4);
    // A local index has the partition key of the table, which a filter of its queries cannot name.
    let by_amount = || store.query(BillsByAmount::partition("a"));
    assert_eq!(
        by_amount().count().send().await.unwrap().matched as u64,
        BILLS
    );
    assert_eq!(by_amount().all().send().await.unwrap().len() as u64, BILLS);
    local.clear_log();
    let changed = open()
        .modify_each(|bill| bill.amount += 1)
        .send()
        .await
        .unwrap();
    assert_eq!((changed.changed as u64, changed.failed.len()), (BILLS, 0));
    let credits = store.query(CreditsByStatus::partition("open"));
    let credits = credits.values().all().send().await.unwrap();
    assert!(credits.iter().all(|credit| credit.amount == 100));
    assert_eq!(credits.len() as u64, 2 * BILLS);
}

#[tokio::test]
async fn pages_of_a_shared_index_are_the_whole_wherever_the_service_cuts_them() {
    let (local, store) = books().await;
    for size in 1..=10 {
        for cut in [0, 1, 2, 5] {
            local.clear_faults();
            local.on("Query").always().inject(Fault::ShortPage(cut));
            if cut == 0 {
                local.clear_faults();
            }
            let (mut found, mut next) = (Vec::new(), None::<Cursor>);
            loop {
                let query = store.query(BillsByStatus::partition("open"));
                let page = query.after(next).page(size).send().await.unwrap();
                assert!(page.items.len() == size || page.next.is_none());
                found.extend(page.items.into_iter().map(|bill| bill.day.clone()));
                next = page.next;
                if next.is_none() {
                    break;
                }
            }
            let expected: Vec<_> = (0..BILLS).map(|n| format!("2026-10-{n:02}")).collect();
            assert_eq!(found, expected, "pages of {size}, cut after {cut}");
        }
    }
}

#[tokio::test]
async fn the_filter_is_made_of_what_the_keys_of_the_type_begin_with() {
    let (_, store) = books().await;
    let query = store.query(BillsByStatus::partition("open"));
    let preview = query.preview().unwrap();
    assert_eq!(preview.key_condition(), Some("#status = :status"));
    assert_eq!(
        preview.filter(),
        Some("begins_with(#pk, :pk) AND begins_with(#sk, :sk)")
    );
    let preview = store
        .query(BillsByAmount::partition("a"))
        .preview()
        .unwrap();
    assert_eq!(preview.filter(), Some("begins_with(#sk, :sk)"));
    // A query of the table asks for its type by the sort key.
    let preview = store.query(Bill::partition("a")).preview().unwrap();
    assert_eq!(preview.filter(), None);
}

/// The usual page costs what it did: nobody else is expected in the index until somebody was met.
#[tokio::test]
async fn a_page_of_an_index_that_no_other_type_uses_is_one_request_for_one_item_more() {
    let (local, store) = books().await;
    let quiet = Store::new(local.quiet_client());
    let credits = quiet.scan::<Credit>().delete_each().send().await.unwrap();
    assert_eq!(credits.failed.len(), 0);
    local.clear_log();
    let query = store.query(BillsByStatus::partition("open"));
    let page = query.page(4).send().await.unwrap();
    assert_eq!((page.items.len(), page.examined), (4, 5));
    assert_eq!(local.operations(), ["Query"]);
}

/// Two types whose keys nothing tells apart but what they are made of.
#[derive(Clone, Debug, Serialize, Deserialize, Versioned)]
#[dynacond(
    table = "plain",
    partition_key(name = "pk", value = "{a}"),
    sort_key(name = "sk", value = "{day}")
)]
struct Entry {
    a: String,
    day: String,
    amount: u64,
}
#[derive(Clone, Debug, Serialize, Deserialize, Versioned)]
#[dynacond(
    table = "plain",
    partition_key(name = "pk", value = "{a}"),
    sort_key(name = "sk", value = "x#{n}")
)]
struct Extra {
    a: String,
    n: u32,
    day: String,
    amount: u64,
}

/// An item that decodes and is stored under another type's key is noticed in each form of whole items.
#[tokio::test]
async fn an_item_under_another_key_than_its_fields_give_is_no_value() {
    let store = Store::new(dynacond_local::client());
    dynacond_local::create_table::<Entry>(&store).await.unwrap();
    let (a, day) = ("a".to_owned(), "2026-10-01".to_owned());
    let extra = Extra {
        a: a.clone(),
        n: 1,
        day: day.clone(),
        amount: 100,
    };
    store.create(extra).send().await.unwrap();
    store
        .create(Entry { a, day, amount: 1 })
        .send()
        .await
        .unwrap();
    let query = || store.query(Entry::partition("a"));
    let told = [
        query().all().send().await.map(|all| all.len()),
        query().values().all().send().await.map(|all| all.len()),
    ];
    for told in told {
        let error = told.unwrap_err();
        assert!(matches!(error, Error::Decode(_)), "{error}");
        let text = error.to_string();
        assert!(
            text.contains("stored under the key {pk: a, sk: x#1}"),
            "{text}"
        );
    }
    // Without the other type's item, both are answered.
    let extra = store
        .get(Extra::key(("a", 1)))
        .send()
        .await
        .unwrap()
        .unwrap();
    assert_eq!(Stored::version(&extra), 1);
    let filter = || query().filter(|_| attr("n").not_exists());
    assert_eq!(filter().values().all().send().await.unwrap().len(), 1);
}
