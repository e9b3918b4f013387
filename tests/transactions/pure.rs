//! Business functions without a client: presume, run, look.
use dynacond::{Error, Result, Stored, Transaction, Versioned};

use crate::support::{Account, BankError, account, transfer};

fn presumed(balances: &[(&str, u64)]) -> Transaction {
    let mut tx = Transaction::default();
    for (id, balance) in balances {
        let item = account(id, *balance);
        tx.presume(item.to_key(), Some(item)).unwrap();
    }
    tx
}

#[test]
fn a_transfer_is_tested_on_presumed_accounts() {
    let mut tx = presumed(&[("a", 100), ("b", 0)]);
    transfer(&mut tx, "a", "b", 30).unwrap();
    assert_eq!((tx.effect_count(), tx.check_count()), (2, 0));
    let left = tx.require(Account::key("a")).unwrap().balance;
    let got = tx.require(Account::key("b")).unwrap().balance;
    assert_eq!((left, got), (70, 30));

    let mut tx = presumed(&[("a", 10), ("b", 0)]);
    let error = transfer(&mut tx, "a", "b", 30).unwrap_err();
    assert!(matches!(error, BankError::Insufficient(10)));
    assert_eq!((tx.effect_count(), tx.check_count()), (0, 2));
}

#[test]
fn a_save_plans_what_a_put_of_the_stored_item_plans() {
    let planned = |write: fn(&mut Transaction, Stored<Account>) -> Result<Stored<Account>>| {
        let mut tx = presumed(&[("a", 100)]);
        let mut a = tx.require(Account::key("a")).unwrap();
        a.balance = 70;
        let saved = write(&mut tx, a).unwrap();
        let preview = tx.preview().unwrap();
        let update = preview[0].update().map(str::to_owned);
        (Stored::version(&saved), update, preview.len())
    };
    let (version, update, actions) = planned(Transaction::save);
    assert_eq!((version, actions), (2, 1));
    assert_eq!((version, update, actions), planned(Transaction::put));
}

#[test]
fn presumed_absence_is_seen() {
    let mut tx = presumed(&[("a", 10)]);
    tx.presume(Account::key("b"), None).unwrap();
    let error = transfer(&mut tx, "a", "b", 3).unwrap_err();
    assert!(matches!(error, BankError::NoAccount));
    let error = tx.require(Account::key("b")).unwrap_err();
    assert!(matches!(error, Error::NotFound(_)), "{error}");
    let error = tx.create(account("a", 1)).unwrap_err();
    assert!(matches!(error, Error::AlreadyExists(_)), "{error}");
}

#[test]
fn what_was_not_presumed_is_not_invented() {
    let mut tx = Transaction::default();
    for error in [
        tx.get(Account::key("a")).unwrap_err(),
        tx.delete(Account::key("a")).unwrap_err(),
    ] {
        assert_eq!(error.label(), "reading");
        let said = "the transaction must read Account {id: a} in table accounts first: return this error with `?`, or \
            `presume` the item in a test";
        assert_eq!(error.to_string(), said);
    }
}

#[test]
fn the_request_that_would_be_sent_can_be_looked_at() {
    let mut tx = presumed(&[("a", 100), ("c", 1)]);
    tx.require(Account::key("c")).unwrap();
    tx.update(Account::key("a"), |a| a.balance.subtract(30))
        .unwrap();
    tx.update(Account::key("b"), |b| b.balance.add(30)).unwrap();
    tx.put(account("d", 4)).unwrap();
    tx.ensure(Account::key("e"), |e| e.balance.gt(0)).unwrap();
    assert_eq!((tx.effect_count(), tx.check_count()), (3, 2));
    let preview = tx.preview().unwrap();
    let table: Vec<_> = preview
        .iter()
        .map(|action| (action.condition().unwrap(), action.update()))
        .collect();
    let at = "#item_version = :item_version AND #item_write_id = :item_write_id";
    // In the order in which the items were first named.
    assert_eq!(table[1], (at, None));
    assert_eq!(preview[0].table(), "accounts");
    assert_eq!(table[0].0, at);
    let updated = table[0].1.unwrap();
    assert!(updated.starts_with("SET #balance = :balance"), "{updated}");
    assert_eq!(
        table[2].0,
        "attribute_exists(#id) AND NOT #balance > :balance"
    );
    let relative = table[2].1.unwrap();
    assert!(
        relative.starts_with("SET #balance = #balance + :balance"),
        "{relative}"
    );
    assert_eq!(table[3].0, "attribute_not_exists(#id)");
    assert_eq!(preview[3].item().unwrap().len(), 4);
    assert_eq!(table[4].0, "#balance > :balance");
    assert!(
        preview[4]
            .to_string()
            .starts_with("ConditionCheck accounts")
    );
}

#[test]
fn local_updates_say_what_dynamodb_would() {
    let mut tx = presumed(&[("a", 5)]);
    let error = tx
        .update(Account::key("a"), |a| a.balance.subtract(9))
        .unwrap_err();
    assert!(matches!(&error, Error::ConditionFailed(_)), "{error}");
    let error = tx
        .update(Account::key("a"), |a| a.note.to(a.note))
        .unwrap_err();
    assert!(!matches!(&error, Error::ConditionFailed(_)), "{error}");
    tx.presume(Account::key("none"), None).unwrap();
    let error = tx
        .update(Account::key("none"), |a| a.balance.add(1))
        .unwrap_err();
    assert!(matches!(&error, Error::NotFound(_)), "{error}");
    assert_eq!(tx.effect_count(), 0);
}
