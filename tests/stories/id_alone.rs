//! Items without a version: the write id alone guards them.
use dynacond::{AttributeValue, Error, Guard, Item, OutcomeUnknown, Store, Stored, Tag, Versioned};
use dynacond_local::Fault;
use serde::{Deserialize, Serialize};

use super::support::{
    Watched, fresh_store, item, n, put_raw, raw, raw_and_id, refused, s, set_raw, watched,
};

/// A table of another library, which stamps a random text with each write.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Versioned)]
#[dynacond(table = "tickets", version = false, write_id = "rvn")]
struct Ticket {
    #[dynacond(partition_key)]
    id: String,
    seats: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    note: Option<String>,
}

const FOREIGN: &str = "6F1E0A5C-3B1D-4C6E-9F62-0C8E5B7A1D42";

fn ticket(seats: u32) -> Ticket {
    Ticket {
        id: "t1".into(),
        seats,
        note: None,
    }
}

/// A ticket as the table holds it, but for the write id.
fn ticket_item(seats: u32) -> Item {
    item([("id", s("t1")), ("seats", n(seats))])
}

fn key() -> dynacond::Key<Ticket> {
    Ticket::key("t1")
}

async fn read(store: &Store) -> Stored<Ticket> {
    store.get(key()).send().await.unwrap().unwrap()
}

/// A store whose table holds a ticket of four seats.
async fn one_ticket() -> Store {
    let store = fresh_store::<Ticket>().await;
    store.create(ticket(4)).send().await.unwrap();
    store
}

async fn watched_ticket() -> Watched {
    let shop = watched::<Ticket>().await;
    shop.quiet.create(ticket(4)).send().await.unwrap();
    shop
}

/// The ticket with one seat less than is stored.
async fn sold(store: &Store) -> Stored<Ticket> {
    let mut ticket = read(store).await;
    ticket.seats -= 1;
    ticket
}

#[tokio::test]
async fn each_write_stamps_an_id_of_its_own_and_no_version() {
    let store = one_ticket().await;
    let (found, mut before) = raw_and_id(&store, key()).await;
    assert_eq!(found, ticket_item(4));
    let tag = async |store: &Store| Stored::tag(&read(store).await);
    for (verb, keeps_incarnation) in [
        ("save", true),
        ("modify", true),
        ("replace", true),
        ("update at", true),
        ("put at", true),
        ("replace at", true),
        ("update", false),
        ("put", false),
        ("or_create", false),
    ] {
        let minus_one = || store.update(key()).set(|t| t.seats.subtract(1));
        let now = read(&store).await.seats;
        let written = match verb {
            "save" => store.save(sold(&store).await).send().await,
            "modify" => store.modify(key(), |t| t.seats -= 1).send().await,
            "replace" => store.replace(sold(&store).await).send().await,
            "update at" => minus_one().at(&tag(&store).await).send().await,
            "put at" => store.put(ticket(now)).at(&tag(&store).await).send().await,
            "replace at" => {
                let replace = store.replace(ticket(now)).at(&tag(&store).await);
                replace.send().await
            }
            "update" => store.update(key()).set(|t| t.seats.to(9)).send().await,
            "put" => store.put(ticket(4)).unconditional().send().await,
            _ => minus_one().or_create(ticket(4)).send().await,
        };
        let written = written.unwrap();
        let (found, after) = raw_and_id(&store, key()).await;
        assert_eq!(found, ticket_item(written.seats), "{verb}");
        assert_eq!(Stored::write_id(&written), Some(after.as_str()), "{verb}");
        assert_eq!(Stored::version(&written), 0, "{verb}");
        assert_ne!(after, before, "{verb}");
        assert_eq!(after[..16] == before[..16], keeps_incarnation, "{verb}");
        before = after;
    }
    store.delete(read(&store).await).send().await.unwrap();
    assert_eq!(raw(&store, key()).await, None);
}

#[tokio::test]
async fn what_is_stale_is_refused_and_brings_the_item() {
    let store = one_ticket().await;
    let stale = sold(&store).await;
    let tag = Stored::tag(&stale);
    let rival = store.modify(key(), |t| t.note = Some("aisle".into()));
    let (rival, mut expected) = (rival.send().await.unwrap(), ticket_item(4));
    expected.insert("note".into(), s("aisle"));
    let update = store.update(key()).set(|t| t.seats.to(0)).at(&tag);
    for error in [
        refused(store.save(stale.clone()).send().await),
        refused(store.replace(stale.clone()).send().await),
        refused(store.delete(stale.clone()).send().await),
        refused(store.put(ticket(1)).at(&tag).send().await),
        refused(store.replace(ticket(1)).at(&tag).send().await),
        refused(store.delete(key()).at(&tag).send().await),
        refused(update.send().await),
        refused(store.transact_write((store.save(stale),)).send().await),
    ] {
        assert!(error.is_conflict(), "{error}");
        let text = error.to_string();
        assert!(
            text.contains("another write id than the one that was read"),
            "{text}"
        );
        let theirs: Stored<Ticket> = error.current().unwrap().unwrap();
        assert_eq!(*theirs, *rival);
    }
    assert_eq!(raw_and_id(&store, key()).await.0, expected);
}

#[tokio::test]
async fn an_item_that_was_deleted_or_lost_its_id_is_not_the_one_that_was_read() {
    let store = one_ticket().await;
    let stale = sold(&store).await;
    set_raw(&store, key(), "rvn", None).await;
    let error = refused(store.save(stale.clone()).send().await);
    let guard = Guard::SameWrite {
        attribute: "rvn",
        found: false,
    };
    let told = &error.refusal().unwrap().guards()[0];
    assert!(error.is_conflict() && told.guard == guard, "{error}");
    store.delete(key()).unconditional().send().await.unwrap();
    let error = refused(store.save(stale.clone()).send().await);
    assert!(matches!(error, Error::NotFound(_)), "{error}");
    // Created again, it is another item, though all that it holds is the same.
    store.create(ticket(4)).send().await.unwrap();
    let error = refused(store.save(stale).send().await);
    assert!(error.is_conflict(), "{error}");
}

#[tokio::test]
async fn an_id_of_another_library_guards_the_item_until_the_first_save_replaces_it() {
    let store = fresh_store::<Ticket>().await;
    let mut foreign = ticket_item(4);
    foreign.insert("rvn".into(), s(FOREIGN));
    put_raw::<Ticket>(&store, foreign).await;
    let first = sold(&store).await;
    assert_eq!(Stored::tag(&first).to_string(), format!("id-{FOREIGN}"));
    let second = first.clone();
    store.save(first).send().await.unwrap();
    let (found, id) = raw_and_id(&store, key()).await;
    assert_eq!((found, id.len()), (ticket_item(3), 32));
    assert!(refused(store.save(second).send().await).is_conflict());
    // Their writers notice ours, and ours theirs.
    let stale = sold(&store).await;
    set_raw(&store, key(), "rvn", Some(s(FOREIGN))).await;
    assert!(refused(store.save(stale).send().await).is_conflict());
}

#[tokio::test]
async fn an_item_without_an_id_is_adopted_by_what_it_holds() {
    for verb in ["save", "replace", "delete", "save at a tag"] {
        for changed in [false, true] {
            let store = fresh_store::<Ticket>().await;
            put_raw::<Ticket>(&store, ticket_item(4)).await;
            let ticket = sold(&store).await;
            let tag = Stored::tag(&ticket);
            assert!(tag.to_string().starts_with("content-"), "{tag}");
            if changed {
                set_raw(&store, key(), "note", Some(s("theirs"))).await;
            }
            let done = match verb {
                "save" => store.save(ticket).send().await.map(drop),
                "replace" => store.replace(ticket).send().await.map(drop),
                "delete" => store.delete(ticket).send().await,
                _ => {
                    let put = store.put(Stored::into_inner(ticket)).at(&tag);
                    put.send().await.map(drop)
                }
            };
            let found = raw(&store, key()).await;
            if changed {
                assert!(refused(done).is_conflict(), "{verb}");
                assert_eq!(found.unwrap()["note"], s("theirs"), "{verb}");
                continue;
            }
            done.unwrap();
            if verb == "delete" {
                assert_eq!(found, None);
            } else {
                let (found, id) = raw_and_id(&store, key()).await;
                assert_eq!((found, id.len()), (ticket_item(3), 32), "{verb}");
            }
        }
    }
}

#[tokio::test]
async fn an_id_that_is_no_text_is_a_decode_error() {
    let store = fresh_store::<Ticket>().await;
    let mut foreign = ticket_item(4);
    foreign.insert("rvn".into(), n(7));
    put_raw::<Ticket>(&store, foreign).await;
    let error = refused(store.get(key()).send().await);
    assert!(matches!(error, Error::Decode(_)), "{error}");
}

/// Tags that were given out while the item type had a version.
#[tokio::test]
async fn an_older_tag_counts_by_its_id_and_without_one_it_is_stale() {
    let store = one_ticket().await;
    let (_, id) = raw_and_id(&store, key()).await;
    let older: Tag = format!("7-{id}").parse().unwrap();
    let update = || store.update(key()).set(|t| t.seats.subtract(1));
    update().at(&older).send().await.unwrap();
    for stale in [format!("7-{id}"), "7".to_owned()] {
        let stale: Tag = stale.parse().unwrap();
        let error = refused(update().at(&stale).send().await);
        assert!(error.is_conflict(), "{stale}: {error}");
    }
    assert_eq!(raw_and_id(&store, key()).await.0, ticket_item(3));
}

#[tokio::test]
async fn an_item_of_the_sdks_reads_needs_its_id() {
    let store = one_ticket().await;
    let whole = raw(&store, key()).await.unwrap();
    let stored = Stored::<Ticket>::from_item(whole).unwrap();
    let unchanged = store.save(stored).send().await.unwrap();
    assert_eq!(*unchanged, ticket(4));
    let error = refused(Stored::<Ticket>::from_item(ticket_item(4)));
    assert!(error.to_string().contains("project `rvn` too"), "{error}");
}

#[track_caller]
fn unknown<T>(result: dynacond::Result<T>) -> Box<OutcomeUnknown> {
    match result {
        Err(Error::OutcomeUnknown(unknown)) => unknown,
        Err(other) => panic!("{other}"),
        Ok(_) => panic!("nobody can know that it was applied"),
    }
}

#[tokio::test]
async fn a_write_whose_answer_was_lost_is_sent_again_and_applied_once() {
    for fault in [
        Fault::LoseAnswer,
        Fault::Status500After,
        Fault::LoseRequest,
        Fault::Status500Before,
        Fault::DeliverLate,
    ] {
        for verb in ["save", "modify", "update at", "replace"] {
            let shop = watched_ticket().await;
            let store = &shop.store;
            let sold = sold(&shop.quiet).await;
            let operation = if verb == "replace" {
                "PutItem"
            } else {
                "UpdateItem"
            };
            shop.local.on(operation).inject(fault.clone());
            let tag = Stored::tag(&sold);
            let written = match verb {
                "save" => store.save(sold).send().await,
                "modify" => store.modify(key(), |t| t.seats -= 1).send().await,
                "replace" => store.replace(sold).send().await,
                _ => {
                    let update = store.update(key()).set(|t| t.seats.subtract(1));
                    update.at(&tag).send().await
                }
            };
            let written = written.unwrap();
            shop.local.deliver();
            let (found, id) = raw_and_id(&shop.quiet, key()).await;
            assert_eq!(found, ticket_item(3), "{verb}, {fault}");
            assert_eq!(Stored::write_id(&written), Some(id.as_str()));
        }
    }
}

fn rival_saves() -> Fault {
    Fault::rival(|client| async move {
        let save = Store::new(client).modify(key(), |t| t.note = Some("rival".into()));
        save.send().await.unwrap();
    })
}

/// With a version, the next one would tell that the rival was first.
#[tokio::test]
async fn a_rivals_save_leaves_a_lost_one_unknown() {
    for (fault, seats) in [(Fault::LoseRequest, 4), (Fault::LoseAnswer, 3)] {
        let shop = watched_ticket().await;
        shop.local.on("UpdateItem").inject(fault);
        shop.local.on("UpdateItem").nth(2).inject(rival_saves());
        let sold = sold(&shop.quiet).await;
        let unknown = unknown(shop.store.save(sold).send().await);
        assert_eq!(unknown.last_seen().unwrap()["note"], s("rival"));
        let (found, _) = raw_and_id(&shop.quiet, key()).await;
        assert_eq!(found["seats"], n(seats));
    }
}

#[tokio::test]
async fn the_expected_id_after_a_lost_request_says_that_another_clause_refused() {
    let shop = watched_ticket().await;
    shop.local.on("UpdateItem").inject(Fault::LoseRequest);
    let save = shop.store.save(sold(&shop.quiet).await);
    let error = refused(save.when(|t| t.seats.ge(100)).send().await);
    assert!(matches!(error, Error::ConditionFailed(_)), "{error}");
    assert_eq!(shop.local.operations(), ["UpdateItem", "UpdateItem"]);
}

#[tokio::test]
async fn a_rivals_save_says_that_a_lost_deletion_was_not_applied() {
    let shop = watched_ticket().await;
    let stored = read(&shop.quiet).await;
    shop.local.on("DeleteItem").inject(Fault::LoseRequest);
    shop.local.on("DeleteItem").nth(2).inject(rival_saves());
    let error = refused(shop.store.delete(stored).send().await);
    assert!(error.is_conflict(), "{error}");

    // Deleted, and created again by a rival: another incarnation.
    let stored = read(&shop.quiet).await;
    shop.local.on("DeleteItem").inject(Fault::LoseAnswer);
    let created = Fault::rival(|client| async move {
        let create = Store::new(client).create(ticket(9));
        create.send().await.unwrap();
    });
    shop.local.on("DeleteItem").nth(2).inject(created);
    unknown(shop.store.delete(stored).send().await);
}

#[tokio::test]
async fn a_write_by_key_that_was_applied_is_refused_by_itself_when_it_is_sent_again() {
    let shop = watched_ticket().await;
    shop.local.on("UpdateItem").inject(Fault::LoseAnswer);
    shop.local.on("GetItem").times(3).inject(Fault::LoseRequest);
    let add = shop.store.update(key()).set(|t| t.seats.add(1));
    let lost = unknown(add.send().await);
    shop.local.clear_log();
    let found: Stored<Ticket> = lost.resend().await.unwrap();
    assert_eq!(
        (found.seats, Stored::write_id(&found)),
        (5, lost.write_id())
    );
    assert_eq!(shop.local.operations(), ["UpdateItem"]);
    assert_eq!(raw_and_id(&shop.quiet, key()).await.0, ticket_item(5));
}

/// The names that other libraries use, with a version as well.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Versioned)]
#[dynacond(
    table = "leases",
    version = "generation",
    write_id = "recordVersionNumber"
)]
struct Lease {
    #[dynacond(partition_key)]
    id: String,
    owner: String,
}

#[tokio::test]
async fn versions_and_ids_of_another_library_are_adopted_by_the_first_save() {
    let rows = [
        (Some(n(5)), Some(s(FOREIGN)), 6),
        (Some(n(0)), Some(s(FOREIGN)), 1),
        (Some(n(5)), None, 6),
        (None, Some(s(FOREIGN)), 1),
        (None, None, 1),
    ];
    for (generation, id, after) in rows {
        let case = format!("{generation:?} {id:?}");
        let store = fresh_store::<Lease>().await;
        let mut row = item([("id", s("l1")), ("owner", s("a"))]);
        row.extend(generation.map(|value| ("generation".to_owned(), value)));
        row.extend(id.map(|value| ("recordVersionNumber".to_owned(), value)));
        put_raw::<Lease>(&store, row).await;
        let mut lease = store.get(Lease::key("l1")).send().await.unwrap().unwrap();
        let mut stale = lease.clone();
        lease.owner = "b".into();
        store.save(lease).send().await.unwrap();
        let (found, stamped) = raw_and_id(&store, Lease::key("l1")).await;
        let expected: [(&str, AttributeValue); 3] =
            [("id", s("l1")), ("owner", s("b")), ("generation", n(after))];
        assert_eq!(found, item(expected), "{case}");
        assert_eq!(stamped.len(), 32, "{case}");
        stale.owner = "c".into();
        assert!(
            refused(store.save(stale).send().await).is_conflict(),
            "{case}"
        );
    }
}
