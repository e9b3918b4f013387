//! Two stores on one client: an item of one is not written to the other's table, and no transaction mixes their requests.
use dynacond::{Error, InvalidInput, Store, Stored, Transaction, Versioned};

use crate::support::{Account, Db, account, bank, rival_adds};

/// A store that has another table for accounts.
async fn other_store(db: &Db) -> Store {
    let store = Store::builder(db.local.client()).prefix("dev-").build();
    let quiet = Store::builder(db.local.quiet_client()).prefix("dev-");
    dynacond_local::create_table::<Account>(&quiet.build())
        .await
        .unwrap();
    store
}

#[track_caller]
fn assert_other_table<T>(db: &Db, outcome: dynacond::Result<T>, way: &str) {
    let Err(Error::Invalid(InvalidInput::OtherTable {
        read_from, table, ..
    })) = &outcome
    else {
        panic!("{way}: {:?}", outcome.err())
    };
    assert_eq!((&**read_from, &**table), ("accounts", "dev-accounts"));
    assert!(db.operations().is_empty(), "{way}: {:?}", db.operations());
}

#[tokio::test]
async fn an_item_is_written_by_a_store_with_the_same_table_only() {
    // However the item came into the caller's hands.
    for way in [
        "get",
        "create",
        "update",
        "modify",
        "refusal",
        "transact",
        "transact_write",
    ] {
        let db = bank(&[("a", 1)]).await;
        let other = other_store(&db).await;
        let key = || Account::key("a");
        let got = db.account("a").await.unwrap();
        let stored: Stored<Account> = match way {
            "get" => got,
            "create" => db.store.create(account("b", 1)).send().await.unwrap(),
            "update" => {
                let update = db.store.update(key()).set(|a| a.balance.add(1));
                update.send().await.unwrap()
            }
            "modify" => {
                let modify = db.store.modify(key(), |a| a.balance += 1);
                modify.send().await.unwrap()
            }
            "refusal" => {
                db.local.on("UpdateItem").inject(rival_adds("a", 1));
                let mut stale = got;
                stale.balance = 7;
                let refused = db.store.save(stale).send().await.unwrap_err();
                refused.current().unwrap().unwrap()
            }
            "transact" => {
                let add = |tx: &mut Transaction| -> dynacond::Result<_> {
                    let mut a = tx.require(key())?;
                    a.balance += 1;
                    tx.put(a)
                };
                db.store.transact(add).send().await.unwrap()
            }
            _ => {
                let create = db.store.create(account("b", 1));
                let (stored,) = db.store.transact_write((create,)).send().await.unwrap();
                stored
            }
        };
        db.local.clear_log();
        let item = || stored.clone();
        assert_other_table(&db, other.save(item()).send().await, way);
        assert_other_table(&db, other.replace(item()).send().await, way);
        assert_other_table(&db, other.delete(item()).send().await, way);
        assert_other_table(&db, other.save(item()).preview(), way);
        let together = (other.save(item()),);
        assert_other_table(&db, other.transact_write(together).send().await, way);
        let put = |tx: &mut Transaction| tx.put(item());
        assert_other_table(&db, other.transact(put).send().await, way);
        let delete = |tx: &mut Transaction| tx.delete(item());
        assert_other_table(&db, other.transact(delete).send().await, way);
        let presume = |tx: &mut Transaction| tx.presume_stored(item());
        assert_other_table(&db, other.transact(presume).send().await, way);
    }
}

#[tokio::test]
async fn an_item_of_the_sdks_own_read_is_written_by_any_store() {
    let db = bank(&[("a", 1)]).await;
    let other = other_store(&db).await;
    let created = other.create(account("a", 1)).send().await.unwrap();
    let mut item = Stored::<Account>::from_item(Stored::item(&created).clone()).unwrap();
    item.balance = 2;
    let saved = other.save(item).send().await.unwrap();
    assert_eq!(Stored::version(&saved), 2);
    // A separate store for each request works as well as a clone, as long as the table is the same.
    let again = Store::builder(db.local.client()).prefix("dev-").build();
    let mut item = saved;
    item.balance = 3;
    again.save(item).send().await.unwrap();
}

#[tokio::test]
async fn a_transaction_takes_requests_of_its_own_store_only() {
    let db = bank(&[("a", 1)]).await;
    let other = Store::new(db.local.client());
    let add = |store: &Store| store.update(Account::key("a")).set(|a| a.balance.add(1));
    db.local.clear_log();
    let error = db.store.transact_write((add(&other),)).send().await;
    let error = error.unwrap_err();
    assert!(
        matches!(
            error,
            Error::Invalid(InvalidInput::OtherStore {
                item_type: "Account"
            })
        ),
        "{error}"
    );
    let creates = vec![other.create(account("b", 1))];
    let error = db.store.transact_write(creates).send().await.unwrap_err();
    assert!(
        matches!(error, Error::Invalid(InvalidInput::OtherStore { .. })),
        "{error}"
    );
    assert!(db.operations().is_empty());
    // A clone is the same store.
    let clone = db.store.clone();
    clone
        .transact_write((add(&db.store),))
        .send()
        .await
        .unwrap();
    assert_eq!(db.balance("a").await, 2);
}
