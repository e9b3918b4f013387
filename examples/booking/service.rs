//! Sends the rules as transactions, and answers questions with queries.
use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use dynacond::{Error, ItemCollection, Store, Stored, Versioned};
use uuid::Uuid;

use super::model::{Booking, ByCustomer, Entry, Event, Hold, Seat, Waiting};
use super::rules::{self, Ask, Refused};

pub async fn open(store: &Store, name: &str, rows: &[&str], seats: u32) -> dynacond::Result<Uuid> {
    let (event, name) = (Uuid::new_v4(), name.to_owned());
    let seat = |row: &&str, number| Seat {
        event,
        row: (*row).to_owned(),
        number,
        price: 25,
    };
    let seats = rows
        .iter()
        .flat_map(|row| (1..=seats).map(move |number| seat(row, number)));
    let seats: Vec<_> = seats.map(|seat| store.create(seat)).collect();
    let event_item = store.create(Event { event, name });
    store.transact_write((event_item, seats)).send().await?;
    Ok(event)
}

pub async fn hold(store: &Store, ask: &Ask) -> Result<Stored<Hold>, Refused> {
    store.transact(|tx| rules::hold(tx, ask)).send().await
}

pub async fn book(store: &Store, ask: &Ask) -> Result<Stored<Booking>, Refused> {
    store.transact(|tx| rules::book(tx, ask)).send().await
}

pub async fn wait(store: &Store, ask: &Ask) -> Result<(), Refused> {
    store.transact(|tx| rules::wait(tx, ask)).send().await
}

/// If the process ends between the two steps, the seat is free, and the first customer gets it.
pub async fn cancel(store: &Store, ask: &Ask) -> Result<Option<Stored<Hold>>, Refused> {
    store.transact(|tx| rules::cancel(tx, ask)).send().await?;
    offer(store, ask).await
}

/// Holds a free seat for the first customer in the waiting list. The query finds the customer. The transaction reads the entry
/// again, because a commit does not check what a query found.
pub async fn offer(store: &Store, ask: &Ask) -> Result<Option<Stored<Hold>>, Refused> {
    loop {
        let list = store.query(Waiting::partition(ask.event));
        let Some(first) = list.first().send().await? else {
            return Ok(None);
        };
        let (first, ask) = (
            Stored::key(&first),
            Ask {
                id: Uuid::new_v4(),
                ..ask.clone()
            },
        );
        match store
            .transact(|tx| rules::offer(tx, &ask, &first))
            .send()
            .await
        {
            // This customer has enough seats, or was served in the meantime. Try the next one.
            Ok(None) | Err(Refused::Dynamo(Error::NotFound(_))) => {}
            other => return other,
        }
    }
}

/// Offers the seats whose holds have expired to waiting customers. Run this every minute, because DynamoDB takes longer to delete a
/// hold.
pub async fn sweep(store: &Store, event: Uuid, now: DateTime<Utc>) -> Result<usize, Refused> {
    let expired = store
        .query(Hold::partition(event))
        .filter(|h| h.expires.le(now));
    let mut offered = 0;
    for hold in expired.all().send().await? {
        let Hold {
            event,
            row,
            number,
            customer,
            ..
        } = Stored::into_inner(hold);
        let ask = Ask {
            event,
            row,
            number,
            customer,
            now,
            id: Uuid::new_v4(),
        };
        match offer(store, &ask).await {
            Err(Refused::Taken) => {} // somebody was faster
            other => offered += usize::from(other?.is_some()),
        }
    }
    Ok(offered)
}

/// Returns the rows of an event with one query: `.` is free, `h` held and `B` booked.
pub async fn plan(
    store: &Store,
    event: Uuid,
    now: DateTime<Utc>,
) -> dynacond::Result<BTreeMap<String, String>> {
    let mut seats = BTreeMap::new();
    for entry in store.query(Entry::partition(event)).all().send().await? {
        // The items come in the order of their sort keys, so bookings and holds come before seats.
        match entry {
            Entry::Booking(b) => drop(seats.insert((b.row, b.number), 'B')),
            Entry::Hold(h) if h.expires > now => drop(seats.insert((h.row, h.number), 'h')),
            Entry::Seat(s) => drop(seats.entry((s.row, s.number)).or_insert('.')),
            _ => {}
        }
    }
    let mut plan: BTreeMap<String, String> = BTreeMap::new();
    for ((row, _), state) in seats {
        plan.entry(row).or_default().push(state);
    }
    Ok(plan)
}

/// Returns the bookings of a customer from the index, the newest first.
pub async fn bookings_of(store: &Store, customer: Uuid) -> dynacond::Result<Vec<Stored<Booking>>> {
    let bookings = store.query(ByCustomer::partition(customer));
    bookings.descending().all().send().await
}
