//! Functions compose: two of them in one transaction leave what the two leave one after the other.
use std::collections::BTreeMap;

use dynacond::{Error, Store, Stored, Transaction, Versioned};
use dynacond_local::Local;
use fastrand::Rng;

use crate::support::{Account, account};

const IDS: [&str; 3] = ["a", "b", "c"];

/// One thing that a function does to an account.
#[derive(Clone, Debug)]
enum Deed {
    Get,
    Peek,
    Require,
    /// Reads it and puts it back, changed by this much: a change of 0 vanishes.
    Raise(u64),
    Put(u64),
    Create(u64),
    Add(u64),
    Subtract(u64),
    Note,
    Delete,
    /// A guess, right or wrong.
    Presume(Option<u64>),
}

type Function = Vec<(&'static str, Deed)>;

/// The balances that the function saw.
type Told = Vec<Option<u64>>;

fn run(tx: &mut Transaction, function: &Function, told: &mut Told) -> dynacond::Result<()> {
    for (id, deed) in function {
        let key = Account::key(id);
        let mut tell = |found: Option<Stored<Account>>| told.push(found.map(|a| a.balance));
        match deed {
            Deed::Get => tell(tx.get(key)?),
            Deed::Peek => tell(tx.peek(key)?),
            Deed::Require => tell(Some(tx.require(key)?)),
            Deed::Raise(amount) => {
                if let Some(mut account) = tx.get(key)? {
                    account.balance += amount;
                    tell(Some(tx.put(account)?));
                }
            }
            Deed::Put(balance) => tell(Some(tx.put(account(id, *balance))?)),
            Deed::Create(balance) => tell(Some(tx.create(account(id, *balance))?)),
            Deed::Add(amount) => tx.update(key, |a| a.balance.add(*amount))?,
            Deed::Subtract(amount) => tx.update(key, |a| a.balance.subtract(*amount))?,
            Deed::Note => tx.update(key, |a| a.note.to("noted"))?,
            Deed::Delete => tx.delete(key)?,
            Deed::Presume(guess) => tx.presume(key, guess.map(|balance| account(id, balance)))?,
        }
    }
    Ok(())
}

fn function(rng: &mut Rng) -> Function {
    let amount = |rng: &mut Rng| rng.u64(..4);
    let deed = |rng: &mut Rng| match rng.u8(..12) {
        0 => Deed::Get,
        1 => Deed::Peek,
        2 => Deed::Require,
        3 | 4 => Deed::Raise(amount(rng)),
        5 => Deed::Put(amount(rng)),
        6 => Deed::Create(amount(rng)),
        7 => Deed::Add(amount(rng)),
        8 => Deed::Subtract(amount(rng)),
        9 => Deed::Note,
        10 => Deed::Delete,
        _ => Deed::Presume(rng.bool().then(|| amount(rng))),
    };
    (0..=rng.u8(..3))
        .map(|_| (IDS[rng.usize(..3)], deed(rng)))
        .collect()
}

/// A separate database for each way of running.
async fn store(accounts: &[Option<u64>; 3]) -> Store {
    let store = Store::new(Local::from_env().unwrap().client());
    dynacond_local::create_table::<Account>(&store)
        .await
        .unwrap();
    for (id, balance) in IDS.iter().zip(accounts) {
        if let Some(balance) = balance {
            store.create(account(id, *balance)).send().await.unwrap();
        }
    }
    store
}

async fn state(store: &Store) -> BTreeMap<&'static str, Account> {
    let mut state = BTreeMap::new();
    for id in IDS {
        if let Some(found) = store.get(Account::key(id)).send().await.unwrap() {
            state.insert(id, Stored::into_inner(found));
        }
    }
    state
}

async fn transact(store: &Store, functions: &[&Function]) -> Result<Told, Error> {
    let all = |tx: &mut Transaction| -> dynacond::Result<Told> {
        let mut told = Told::new();
        for function in functions {
            run(tx, function, &mut told)?;
        }
        Ok(told)
    };
    store.transact(all).send().await
}

#[tokio::test]
async fn two_functions_composed_are_the_two_one_after_the_other() {
    let mut rng = Rng::with_seed(11);
    let (mut succeeded, mut failed) = (0, 0);
    for case in 0..100 {
        let before = [(); 3].map(|()| (rng.u8(..3) > 0).then(|| rng.u64(..4)));
        let (f, g) = (function(&mut rng), function(&mut rng));
        let (together, apart) = (store(&before).await, store(&before).await);
        let composed = transact(&together, &[&f, &g]).await;
        let first = transact(&apart, &[&f]).await;
        let second = match &first {
            Ok(_) => transact(&apart, &[&g]).await,
            Err(_) => Ok(Told::new()),
        };
        let context = format!("case {case}: {before:?}, {f:?}, then {g:?}");
        match (composed, first, second) {
            (Ok(composed), Ok(mut first), Ok(second)) => {
                first.extend(second);
                assert_eq!(composed, first, "{context}");
                assert_eq!(state(&together).await, state(&apart).await, "{context}");
                succeeded += 1;
            }
            // Where both functions are refused, either refusal is true.
            (Err(_), Err(_), _) | (Err(_), Ok(_), Err(_)) => {
                let nothing = state(&store(&before).await).await;
                assert_eq!(state(&together).await, nothing, "{context}");
                failed += 1;
            }
            (composed, first, second) => {
                panic!("{context}: {composed:?}, but {first:?} and {second:?}")
            }
        }
    }
    assert!(succeeded > 20 && failed > 20, "{succeeded} {failed}");
}
