//! Each seat has one owner, and no customer more seats than allowed.
use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use dynacond::{ItemCollection as _, Store, Stored, Transaction, Versioned as _};
use dynacond_local::create_table;
use uuid::Uuid;

use super::{database, faults};
use crate::booking::model::{Booking, Entry, Guest, Hold, Seat, What};
use crate::booking::rules::{self, Ask, LIMIT, Refused};
use crate::booking::service;

/// Somewhat more than three customers may have.
const SEATS: u32 = 14;

fn noon() -> DateTime<Utc> {
    DateTime::UNIX_EPOCH + TimeDelta::days(20_786) + TimeDelta::hours(12)
}

/// What the table holds of an event, and that it fits together.
struct Books {
    holds: usize,
    bookings: usize,
    audits: BTreeMap<&'static str, usize>,
}

async fn books(store: &Store, event: Uuid, now: DateTime<Utc>) -> Books {
    let entries = store.query(Entry::partition(event)).all().send().await;
    let mut owners: BTreeMap<(String, u32), Vec<(Uuid, bool)>> = BTreeMap::new();
    let mut guests = BTreeMap::new();
    let (mut holds, mut bookings, mut audits) = (0, 0, BTreeMap::new());
    let (mut waiting, mut waits) = (Vec::new(), Vec::new());
    for entry in entries.expect("the event") {
        match entry {
            Entry::Hold(h) if h.expires > now => {
                owners
                    .entry((h.row, h.number))
                    .or_default()
                    .push((h.customer, false));
                holds += 1;
            }
            Entry::Booking(b) => {
                owners
                    .entry((b.row, b.number))
                    .or_default()
                    .push((b.customer, true));
                bookings += 1;
            }
            Entry::Guest(g) => {
                let of_guest = g
                    .places
                    .iter()
                    .filter(|p| p.until.is_none_or(|until| until > now));
                let of_guest: Vec<_> = of_guest
                    .map(|p| ((p.row.clone(), p.number), p.until.is_none()))
                    .collect();
                assert!(of_guest.len() <= LIMIT, "{of_guest:?}");
                if g.waits {
                    waits.push(g.customer);
                }
                guests.insert(g.customer, of_guest);
            }
            Entry::Waiting(w) => waiting.push(w.customer),
            Entry::Audit(a) => {
                let what = match a.what {
                    What::Held => "held",
                    What::Booked => "booked",
                    What::Cancelled => "cancelled",
                    What::Waits => "waits",
                };
                *audits.entry(what).or_default() += 1;
            }
            Entry::Event(_) | Entry::Hold(_) | Entry::Seat(_) => {}
        }
    }
    // Each seat has one owner, and the owner's record says so; and no record says more.
    let mut of_guests = 0;
    for (seat, owners) in &owners {
        let [(owner, booked)] = owners[..] else {
            panic!("{seat:?} has {owners:?}")
        };
        assert!(
            guests[&owner].contains(&(seat.clone(), booked)),
            "{seat:?} of {owner}"
        );
    }
    of_guests += guests.values().map(Vec::len).sum::<usize>();
    assert_eq!(of_guests, owners.len());
    waiting.sort_unstable();
    waits.sort_unstable();
    assert_eq!(waiting, waits);
    Books {
        holds,
        bookings,
        audits,
    }
}

#[tokio::test]
async fn a_seat_that_becomes_free_is_held_for_the_first_who_may_have_it() {
    let store = crate::store();
    let (event, plan) = twice!(crate::booking::run(&store));
    assert_eq!(plan, ["A hBB", "B BBB"]);
    let books = books(&store, event, noon() + TimeDelta::minutes(30)).await;
    assert_eq!((books.holds, books.bookings), (1, 5));
    // Ana held two, Ben two and Cleo four; six were booked and one of them cancelled; two waited.
    let audits = [("booked", 6), ("cancelled", 1), ("held", 8), ("waits", 2)];
    assert_eq!(books.audits, audits.into());
}

fn ask(event: Uuid, customer: Uuid, number: u32, now: DateTime<Utc>) -> Ask {
    let (row, id) = ("A".to_owned(), Uuid::new_v4());
    Ask {
        event,
        row,
        number,
        customer,
        now,
        id,
    }
}

/// The rules need no client: what the table holds is presumed.
#[test]
fn a_fifth_seat_is_refused_until_a_hold_expires() {
    let (event, customer) = (Uuid::new_v4(), Uuid::new_v4());
    let at = |minutes| noon() + TimeDelta::minutes(minutes);
    let holding = |number, minutes| {
        let mut tx = Transaction::default();
        for number in 1..=5 {
            let (row, price) = ("A".to_owned(), 25);
            let seat = Seat {
                event,
                row: row.clone(),
                number,
                price,
            };
            tx.presume(seat.to_key(), Some(seat)).expect("a key");
            tx.presume(Hold::key((event, &row, number)), None)
                .expect("a key");
            tx.presume(Booking::key((event, &row, number)), None)
                .expect("a key");
        }
        tx.presume(Guest::key((event, customer)), None)
            .expect("a key");
        for number in 1..=4 {
            let held = rules::hold(
                &mut tx,
                &ask(event, customer, number, at(i64::from(number))),
            );
            held.expect("one of four");
        }
        rules::hold(&mut tx, &ask(event, customer, number, at(minutes))).map(Stored::into_inner)
    };
    assert!(matches!(holding(5, 10), Err(Refused::TooMany)));
    // The first hold ends eleven minutes after noon.
    assert_eq!(holding(5, 11).expect("a fifth").number, 5);
    assert_eq!(holding(4, 10).expect("the same again").expires, at(20));
    assert!(matches!(
        holding(6, 11),
        Err(Refused::NoSuchSeat | Refused::Dynamo(_))
    ));
}

#[tokio::test(start_paused = true)]
async fn no_seat_has_two_owners_and_nobody_a_fifth_whatever_is_lost() {
    let local = database();
    let store = Store::new(local.client());
    create_table::<Booking>(&store).await.expect("a table");
    let quiet = Store::new(local.quiet_client());
    for seed in 0..4 {
        let event = service::open(&quiet, "Concert", &["A"], SEATS)
            .await
            .expect("an event");
        local.on("TransactWriteItems").random(seed, 0.3, faults());
        let told = Box::pin(half_an_hour(&store, event, seed)).await;
        local.clear_faults();
        local.deliver();
        let books = books(&quiet, event, noon() + TimeDelta::minutes(30)).await;
        let written: usize = books.audits.values().sum();
        assert!(
            told.applied <= written && written <= told.applied + told.unknown,
            "seed {seed}: {told:?}, {written} records"
        );
        assert!(
            told.refused > 0 && books.bookings > 0,
            "seed {seed}: {told:?}"
        );
    }
}

#[derive(Debug, Default)]
struct Told {
    applied: usize,
    refused: usize,
    unknown: usize,
}

/// Three customers with two devices each hold, book and cancel seats, in the course of half an hour.
async fn half_an_hour(store: &Store, event: Uuid, seed: u64) -> Told {
    let customers = [(); 3].map(|()| Uuid::new_v4());
    let device = async |n: u8| {
        let (mut random, mut told) = (
            fastrand::Rng::with_seed(seed * 100 + u64::from(n)),
            Told::default(),
        );
        let me = customers[usize::from(n % 3)];
        for minute in 0..30 {
            // No two devices write in the same second, so that each record has a different time.
            let now = noon() + TimeDelta::seconds(60 * minute + i64::from(n));
            let ask = ask(event, me, random.u32(1..=SEATS), now);
            let done = match random.u8(0..8) {
                0..4 => service::hold(store, &ask).await.map(|_| true),
                4..7 => service::book(store, &ask)
                    .await
                    .map(|booking| booking.booked == ask.now),
                _ => store
                    .transact(|tx| rules::cancel(tx, &ask))
                    .send()
                    .await
                    .map(|()| true),
            };
            match done {
                // A seat that the customer had booked before is no new record.
                Ok(new) => told.applied += usize::from(new),
                Err(Refused::Dynamo(error)) if error.is_outcome_unknown() => told.unknown += 1,
                Err(Refused::Dynamo(error)) => panic!("{error}"),
                Err(_) => told.refused += 1,
            }
        }
        told
    };
    let told = tokio::join!(
        device(0),
        device(1),
        device(2),
        device(3),
        device(4),
        device(5)
    );
    let told = [told.0, told.1, told.2, told.3, told.4, told.5];
    told.into_iter().fold(Told::default(), |sum, told| Told {
        applied: sum.applied + told.applied,
        refused: sum.refused + told.refused,
        unknown: sum.unknown + told.unknown,
    })
}
