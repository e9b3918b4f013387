//! Items that a write id alone guards, and items with no guard, in transactions.
use dynacond::{AttributeValue, Error, Key, Result, Store, Stored, Transaction, Versioned};
use dynacond_local::{Fault, Local};
use serde::{Deserialize, Serialize};

/// Guarded by its write id.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Versioned)]
#[dynacond(table = "tickets", version = false)]
struct Ticket {
    #[dynacond(partition_key)]
    id: String,
    seats: u32,
}

/// Not guarded at all.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Versioned)]
#[dynacond(table = "notes", version = false, write_id = false)]
struct Note {
    #[dynacond(partition_key)]
    id: String,
    count: u32,
}

struct Db {
    local: Local,
    store: Store,
    quiet: Store,
}

/// Two tickets of four seats.
async fn database() -> Db {
    let local = Local::from_env().unwrap();
    let quiet = Store::new(local.quiet_client());
    dynacond_local::create_table::<Ticket>(&quiet)
        .await
        .unwrap();
    dynacond_local::create_table::<Note>(&quiet).await.unwrap();
    for id in ["a", "b"] {
        quiet.create(ticket(id)).send().await.unwrap();
    }
    let store = Store::new(local.client());
    Db {
        local,
        store,
        quiet,
    }
}

fn ticket(id: &str) -> Ticket {
    Ticket {
        id: id.to_owned(),
        seats: 4,
    }
}

fn note(id: &str) -> Note {
    Note {
        id: id.to_owned(),
        count: 1,
    }
}

impl Db {
    async fn read(&self, id: &str) -> Stored<Ticket> {
        let get = self.quiet.get(Ticket::key(id));
        get.send().await.unwrap().unwrap()
    }

    async fn seats(&self) -> (u32, u32) {
        (self.read("a").await.seats, self.read("b").await.seats)
    }

    async fn count(&self, id: &str) -> Option<u32> {
        let note = self.quiet.get(Note::key(id)).send().await.unwrap();
        note.map(|note| note.count)
    }

    /// A ticket without a write id.
    async fn put_bare(&self, id: &str) {
        let put = self.quiet.client().put_item().table_name("tickets");
        let put = put.item("id", AttributeValue::S(id.to_owned()));
        let put = put.item("seats", AttributeValue::N("4".to_owned()));
        put.send().await.unwrap();
    }
}

/// Moves one seat, and gives both tickets as they will be.
fn swap(tx: &mut Transaction) -> Result<(Stored<Ticket>, Stored<Ticket>)> {
    let (mut a, mut b) = tx.require_all((Ticket::key("a"), Ticket::key("b")))?;
    a.seats -= 1;
    b.seats += 1;
    Ok((tx.put(a)?, tx.save(b)?))
}

fn rival_books(id: &'static str) -> Fault {
    Fault::rival(move |client| async move {
        let book = Store::new(client).modify(Ticket::key(id), |t| t.seats -= 1);
        book.send().await.unwrap();
    })
}

#[tokio::test]
async fn the_items_come_back_as_they_are_stored() {
    let db = database().await;
    let (a, b) = db.store.transact(swap).send().await.unwrap();
    assert_eq!((a.seats, b.seats), (3, 5));
    for (item, id) in [(a, "a"), (b, "b")] {
        let stored = db.read(id).await;
        assert_eq!(Stored::item(&item), Stored::item(&stored));
        assert!(!Stored::item(&stored).contains_key("item_version"));
    }
}

#[tokio::test]
async fn a_rivals_write_is_noticed_by_what_is_written_and_by_what_is_only_read() {
    for rival in ["a", "b"] {
        let db = database().await;
        db.local.on("TransactWriteItems").inject(rival_books(rival));
        let copy = |tx: &mut Transaction| -> Result<()> {
            let from = tx.require(Ticket::key("a"))?;
            let mut to = tx.require(Ticket::key("b"))?;
            to.seats += from.seats;
            tx.put(to).map(drop)
        };
        db.store.transact(copy).send().await.unwrap();
        let expected = if rival == "a" { (3, 7) } else { (4, 7) };
        assert_eq!(db.seats().await, expected, "{rival}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_lost_answer_is_applied_once_even_if_a_rival_follows() {
    for fault in [Fault::LoseAnswer, Fault::LoseRequest, Fault::DeliverLate] {
        let db = database().await;
        db.local.on("TransactWriteItems").inject(fault.clone());
        db.store.transact(swap).send().await.unwrap();
        db.local.deliver();
        assert_eq!(db.seats().await, (3, 5), "{fault}");
    }
    // One write keeps the token, which knows what became of it: a version is not there to tell.
    for (fault, seats) in [(Fault::LoseAnswer, 2), (Fault::LoseRequest, 2)] {
        let db = database().await;
        db.local.on("TransactWriteItems").inject(fault);
        db.local
            .on("TransactWriteItems")
            .nth(2)
            .inject(rival_books("a"));
        let book = |tx: &mut Transaction| -> Result<()> {
            let mut a = tx.require(Ticket::key("a"))?;
            a.seats -= 1;
            tx.put(a).map(drop)
        };
        db.store.transact(book).send().await.unwrap();
        assert_eq!(db.read("a").await.seats, seats);
        let writes = db.local.operations();
        assert!(!writes.contains(&"UpdateItem".to_owned()), "{writes:?}");
    }
}

#[tokio::test]
async fn a_ticket_without_an_id_is_adopted_where_it_is_deleted() {
    let db = database().await;
    db.put_bare("a").await;
    let delete = |tx: &mut Transaction| tx.delete(Ticket::key("a"));
    db.store.transact(delete).send().await.unwrap();
    let found = db.quiet.get(Ticket::key("a")).send().await.unwrap();
    assert!(found.is_none());

    db.put_bare("a").await;
    db.store.transact(swap).send().await.unwrap();
    assert_eq!(db.seats().await, (3, 5));
    assert!(Stored::write_id(&db.read("a").await).is_some());

    // A rival that changes it between the stamp and the commit.
    db.put_bare("a").await;
    db.local.on("TransactWriteItems").inject(rival_books("a"));
    let stale = |tx: &mut Transaction| -> Result<()> {
        let a = tx.require(Ticket::key("a"))?;
        if a.seats == 4 {
            tx.delete(a)?;
        }
        Ok(())
    };
    db.store.transact(stale).send().await.unwrap();
    assert_eq!(db.read("a").await.seats, 3);
}

#[tokio::test]
async fn what_needs_no_guard_is_written_beside_what_has_one() {
    let db = database().await;
    db.quiet.create(note("old")).send().await.unwrap();
    let book = |tx: &mut Transaction| -> Result<u32> {
        let mut a = tx.require(Ticket::key("a"))?;
        a.seats -= 1;
        tx.put(a)?;
        tx.create(note("new"))?;
        tx.update(Note::key("old"), |n| n.count.add(1))?;
        tx.ensure(Note::key("none"), |n| n.count.not_exists())?;
        let seen = tx.peek(Note::key("old"))?;
        Ok(seen.map_or(0, |note| note.count))
    };
    // What is read is not changed again by a write of the same pass, so the peek comes last and sees it.
    let seen = db.store.transact(book).send().await;
    let after = (db.count("new").await, db.count("old").await);
    match seen {
        Ok(count) => {
            assert_eq!(count, 2);
            assert_eq!(after, (Some(1), Some(2)));
        }
        Err(error) => panic!("{error}"),
    }
    assert_eq!(db.read("a").await.seats, 3);
    // Refused as a whole.
    let again = db.store.transact(book).send().await;
    assert!(matches!(again, Err(Error::AlreadyExists(_))), "{again:?}");
    assert_eq!(db.count("old").await, Some(2));
    assert_eq!(db.read("a").await.seats, 3);
}

/// What the refusal brought is known, and the commit is held to it.
#[tokio::test]
async fn a_note_that_turned_out_to_exist_is_changed_as_it_was_seen() {
    let db = database().await;
    db.quiet.create(note("n")).send().await.unwrap();
    let key = || -> Key<Note> { Note::key("n") };
    let count = |tx: &mut Transaction| -> Result<()> {
        match tx.create(note("n")) {
            Err(Error::AlreadyExists(_)) => tx.update(key(), |n| n.count.add(1)),
            other => other.map(drop),
        }
    };
    let rival = Fault::rival(|client| async move {
        let add = Store::new(client)
            .update(Note::key("n"))
            .set(|n| n.count.add(10));
        add.send().await.unwrap();
    });
    db.local.on("TransactWriteItems").nth(2).inject(rival);
    db.store.transact(count).send().await.unwrap();
    assert_eq!(db.count("n").await, Some(12));
}
