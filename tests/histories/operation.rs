//! One operation of one writer: it reads what it needs, writes, and says what it was told. A verb more is a line of
//! [`VERBS`] and an arm of [`send`].
use std::sync::OnceLock;

use dynacond::{Error, Key, OutcomeUnknown, Refusal, Store, Stored, Transaction, attr};

use super::model::Ledger;

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Told {
    Applied,
    Refused,
    Unknown,
    /// Refused, after an earlier attempt got no answer.
    RefusedAtLast,
    /// There is no item, no matter who has deleted it.
    Gone,
}

/// One operation, and the outcome that its writer got.
pub struct Entry {
    pub table: &'static str,
    /// The items that it writes.
    pub keys: Vec<String>,
    pub mark: String,
    pub verb: &'static str,
    pub told: Told,
    /// How often it may be applied: more than once if it was sent again under a guard that names no write.
    pub at_most: usize,
}

/// What a verb is aimed at.
#[derive(Clone, Copy, PartialEq)]
enum On {
    /// Any item.
    Any,
    /// Items that may be deleted or created.
    Cold,
    /// The same, of a struct whose attributes are known.
    ColdFixed,
    /// Any item of a struct whose attributes are known.
    Fixed,
}

/// The verbs, and whether their guards name the write that they replace, or a token does: then they are applied once however
/// often they are sent.
const VERBS: [(&str, On, bool); 50] = [
    ("save", On::Any, true),
    ("save when", On::Any, true),
    ("modify", On::Any, true),
    ("modify when", On::Any, true),
    ("replace", On::Any, true),
    ("replace at tag", On::Any, true),
    ("replace at version too", On::Any, true),
    ("put at tag", On::Fixed, true),
    ("put at version", On::Fixed, false),
    ("put when", On::ColdFixed, false),
    ("put unconditional", On::ColdFixed, false),
    ("update", On::Any, false),
    ("update", On::Any, false),
    ("update when", On::Any, false),
    ("update at tag", On::Any, true),
    ("update at version", On::Any, false),
    ("or_create", On::ColdFixed, false),
    ("create", On::Cold, false),
    ("create", On::Cold, false),
    ("create", On::Cold, false),
    ("modify or_create", On::Cold, false),
    ("alter", On::Cold, false),
    ("delete", On::Cold, true),
    ("delete", On::Cold, true),
    ("delete at tag", On::Cold, true),
    ("delete by key", On::Cold, false),
    ("delete or gone", On::Cold, true),
    ("take", On::Cold, false),
    ("touch", On::Any, true),
    ("update returning old", On::Any, false),
    ("put returning old", On::ColdFixed, false),
    ("put expecting a tag", On::Fixed, true),
    ("put expecting none", On::ColdFixed, false),
    ("put keep", On::ColdFixed, false),
    ("replace when", On::Cold, false),
    ("replace unconditional", On::Cold, false),
    ("save until answered", On::Any, true),
    ("create until answered", On::Cold, false),
    ("put until answered", On::ColdFixed, false),
    ("update until answered", On::Cold, false),
    ("replace until answered", On::Cold, false),
    ("delete or gone until answered", On::Cold, false),
    ("transact put", On::Any, true),
    ("transact two", On::Any, true),
    ("transact update", On::Any, true),
    ("transact delete", On::Cold, true),
    ("transact_write update", On::Any, true),
    ("transact_write save and update", On::Any, true),
    ("update under a token, by two processes", On::Any, true),
    ("create under a token, by two processes", On::Cold, true),
];

pub const HOT: &str = "hot";
const COLD: usize = 2;

pub fn cold() -> impl Iterator<Item = String> {
    (0..COLD).map(|i| format!("cold{i}"))
}

/// A verb for one of its items. The second store is that of another process, which repeats what is sent under a token.
pub async fn operate<T: Ledger>(
    [store, second]: [&Store; 2],
    random: &mut fastrand::Rng,
    mark: String,
) -> Option<Entry> {
    let (verb, on, once) = VERBS[random.usize(..VERBS.len())];
    if T::VARIES && matches!(on, On::Fixed | On::ColdFixed) {
        return None;
    }
    let any = matches!(on, On::Any | On::Fixed);
    let key = if any && random.bool() {
        HOT.to_owned()
    } else {
        format!("cold{}", random.usize(..COLD))
    };
    let two = ["transact two", "transact_write save and update"].contains(&verb);
    let other = two.then(|| format!("cold{}", random.usize(..COLD)));
    if other.as_ref() == Some(&key) {
        return None;
    }
    let outcome = if verb.contains("under a token") {
        let first = under_a_token::<T>(store, verb, &key, &mark).await;
        either(first, under_a_token::<T>(second, verb, &key, &mark).await)
    } else {
        send::<T>(store, verb, &key, other.as_deref(), &mark).await?
    };
    let mut entry = Entry {
        table: T::MODEL.table,
        keys: std::iter::once(key).chain(other).collect(),
        mark,
        verb,
        told: Told::Applied,
        at_most: if verb.ends_with("until answered") && !once {
            usize::MAX
        } else {
            1
        },
    };
    entry.told = match outcome {
        Err(Error::OutcomeUnknown(unknown)) if random.bool() => {
            entry.at_most += usize::from(!once);
            told(&again(*unknown).await)
        }
        outcome => told(&outcome),
    };
    if verb.contains("or gone") && entry.told == Told::Applied {
        entry.told = Told::Gone;
    }
    Some(entry)
}

/// The write of one of the two processes.
async fn under_a_token<T: Ledger>(
    store: &Store,
    verb: &str,
    id: &str,
    mark: &str,
) -> dynacond::Result<()> {
    // Endpoints keep tokens for ten minutes: another run must not find this one's.
    static RUN: OnceLock<u32> = OnceLock::new();
    let run = RUN.get_or_init(|| fastrand::u32(..));
    let token = format!("{run:08x} of {mark}");
    if verb.starts_with("create") {
        let create = (store.create(T::new(id, mark)),);
        return store
            .transact_write(create)
            .token(token)
            .send()
            .await
            .map(drop);
    }
    let add = (attr("total").add(1), attr("mark").to(mark));
    let update = (store.update(T::key_of(id)).set(|_| add),);
    store
        .transact_write(update)
        .token(token)
        .send()
        .await
        .map(drop)
}

/// What two calls for one write say together: one that knows is believed.
fn either(first: dynacond::Result<()>, second: dynacond::Result<()>) -> dynacond::Result<()> {
    match (first, second) {
        (Ok(()), _) | (_, Ok(())) => Ok(()),
        (lost @ Err(Error::OutcomeUnknown(_)), _) | (_, lost) => lost,
    }
}

async fn again(unknown: OutcomeUnknown) -> dynacond::Result<()> {
    unknown.resend().await
}

fn told(outcome: &dynacond::Result<()>) -> Told {
    match outcome {
        Ok(()) | Err(Error::OldItemLost(_)) => Told::Applied,
        // What cannot be sent again is as unknown as before.
        Err(
            Error::OutcomeUnknown(_)
            | Error::Invalid(dynacond::InvalidInput::NoRoomToSendAgain { .. }),
        ) => Told::Unknown,
        Err(error) if error.refusal().is_some_and(Refusal::follows_lost_answer) => {
            Told::RefusedAtLast
        }
        Err(_) => Told::Refused,
    }
}

fn changed<T: Ledger>(mut item: Stored<T>, mark: &str) -> Stored<T> {
    item.change(mark);
    item
}

#[expect(clippy::too_many_lines, reason = "one arm for each verb")]
async fn send<T: Ledger>(
    store: &Store,
    verb: &str,
    id: &str,
    other: Option<&str>,
    mark: &str,
) -> Option<dynacond::Result<()>> {
    let key = || T::key_of(id);
    let read = async || store.get(key()).send().await.ok().flatten();
    let add = || (attr("total").add(1), attr("mark").to(mark));
    let new = || T::new(id, mark);
    let is_new = || attr("mark").ne(mark);
    Some(match verb {
        "save" => store
            .save(changed(read().await?, mark))
            .send()
            .await
            .map(drop),
        "save when" => {
            let save = store.save(changed(read().await?, mark));
            save.when(|_| is_new()).send().await.map(drop)
        }
        "modify" => {
            let modify = store.modify(key(), |item| item.change(mark));
            modify.send().await.map(drop)
        }
        "modify when" => {
            let modify = store.modify(key(), |item| item.change(mark));
            modify.when(|_| is_new()).send().await.map(drop)
        }
        "replace" => {
            let replace = store.replace(changed(read().await?, mark));
            replace.send().await.map(drop)
        }
        "replace at tag" => {
            let item = read().await?;
            let tag = Stored::tag(&item);
            let item = Stored::into_inner(changed(item, mark));
            store.replace(item).at(&tag).send().await.map(drop)
        }
        "replace at version too" => {
            let item = read().await?;
            // The version may be another writer's by now.
            let version = Stored::version(&read().await?);
            let replace = T::at_version(store.replace(changed(item, mark)), version)?;
            replace.send().await.map(drop)
        }
        "put at tag" => {
            let item = read().await?;
            let tag = Stored::tag(&item);
            let item = Stored::into_inner(changed(item, mark));
            store.put(item).at(&tag).send().await.map(drop)
        }
        "put at version" => {
            let item = read().await?;
            let version = Stored::version(&item);
            let item = Stored::into_inner(changed(item, mark));
            let put = T::at_version(store.put(item), version)?;
            put.send().await.map(drop)
        }
        "put when" => {
            let put = store.put(new()).when(|_| attr("total").lt(5));
            put.send().await.map(drop)
        }
        "put unconditional" => store.put(new()).unconditional().send().await.map(drop),
        "update" => store.update(key()).set(|_| add()).send().await.map(drop),
        "update when" => {
            let update = store.update(key()).set(|_| add());
            update.when(|_| is_new()).send().await.map(drop)
        }
        "update at tag" => {
            let tag = Stored::tag(&read().await?);
            let update = store.update(key()).set(|_| add());
            update.at(&tag).send().await.map(drop)
        }
        "update at version" => {
            let version = Stored::version(&read().await?);
            let update = store.update(key()).set(|_| add());
            T::at_version(update, version)?.send().await.map(drop)
        }
        "or_create" => {
            let update = store.update(key()).set(|_| add()).or_create(new());
            update.send().await.map(drop)
        }
        "create" => store.create(new()).send().await.map(drop),
        "modify or_create" => {
            let modify = store.modify(key(), |item| item.change(mark));
            modify.or_create(new()).send().await.map(drop)
        }
        "alter" => {
            let alter = store.alter(key(), |item: Option<T>| {
                let mut item = item.unwrap_or_else(new);
                item.change(mark);
                Some(item)
            });
            alter.send().await.map(drop)
        }
        "delete" => {
            let delete = store.delete(read().await?).when(|_| is_new());
            delete.send().await
        }
        "delete at tag" => {
            let tag = Stored::tag(&read().await?);
            let delete = store.delete(key()).at(&tag).when(|_| is_new());
            delete.send().await
        }
        "delete by key" => store.delete(key()).when(|_| is_new()).send().await,
        "delete or gone" => {
            let delete = store.delete(read().await?).when(|_| is_new());
            delete.or_gone().send().await
        }
        "delete or gone until answered" => {
            let delete = store.delete(key()).when(|_| is_new()).or_gone();
            delete.until_answered().send().await
        }
        "take" => {
            let take = store.take(key()).when(|_| is_new());
            take.send().await.map(drop)
        }
        "touch" => {
            let touch = store.touch(changed(read().await?, mark));
            touch.send().await.map(drop)
        }
        "update returning old" => {
            let update = store.update(key()).set(|_| add()).returning_old();
            update.send().await.map(drop)
        }
        "put returning old" => {
            let put = store.put(new()).unconditional().returning_old();
            put.send().await.map(drop)
        }
        "put expecting a tag" => {
            let item = read().await?;
            let tag = Stored::tag(&item);
            let item = Stored::into_inner(changed(item, mark));
            let put = store.put(item).expecting(Some(&tag));
            put.send().await.map(drop)
        }
        "put expecting none" => store.put(new()).expecting(None).send().await.map(drop),
        "put keep" => {
            let put = T::keep(store.put(new())).unconditional();
            put.send().await.map(drop)
        }
        "replace when" => {
            let replace = store.replace(new()).when(|_| attr("total").lt(5));
            replace.send().await.map(drop)
        }
        "replace unconditional" => {
            let replace = store.replace(new()).unconditional();
            replace.send().await.map(drop)
        }
        "save until answered" => {
            let save = store.save(changed(read().await?, mark)).until_answered();
            save.send().await.map(drop)
        }
        "create until answered" => store.create(new()).until_answered().send().await.map(drop),
        "put until answered" => {
            let put = store.put(new()).unconditional().until_answered();
            put.send().await.map(drop)
        }
        "update until answered" => {
            let update = store.update(key()).set(|_| attr("mark").to(mark));
            update.until_answered().send().await.map(drop)
        }
        "replace until answered" => {
            let replace = store.replace(new()).unconditional().until_answered();
            replace.send().await.map(drop)
        }
        "transact put" => {
            let put = |tx: &mut Transaction| -> dynacond::Result<()> {
                let item = tx.require(key())?;
                tx.put(changed(item, mark)).map(drop)
            };
            store.transact(put).send().await
        }
        "transact two" => {
            let other = T::key_of(other?);
            let both = |tx: &mut Transaction| -> dynacond::Result<()> {
                put_one(tx, key(), mark)?;
                put_one(tx, other.clone(), mark)
            };
            store.transact(both).send().await
        }
        "transact update" => {
            let update = |tx: &mut Transaction| tx.update(key(), |_| add());
            store.transact(update).send().await
        }
        "transact delete" => {
            let delete = |tx: &mut Transaction| -> dynacond::Result<()> {
                tx.ensure(key(), |_| is_new())?;
                tx.delete(key())
            };
            store.transact(delete).send().await
        }
        "transact_write update" => {
            let update = (store.update(key()).set(|_| add()),);
            store.transact_write(update).send().await.map(drop)
        }
        "transact_write save and update" => {
            let save = store.save(changed(read().await?, mark));
            let update = store.update(T::key_of(other?)).set(|_| add());
            store.transact_write((save, update)).send().await.map(drop)
        }
        other => panic!("{other}"),
    })
}

fn put_one<T: Ledger>(tx: &mut Transaction, key: Key<T>, mark: &str) -> dynacond::Result<()> {
    let item = tx.require(key)?;
    tx.put(changed(item, mark)).map(drop)
}
