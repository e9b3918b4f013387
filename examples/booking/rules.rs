//! What may happen to a seat, as pure functions. They do no I/O, are tested without a client, and call each other.
use chrono::{DateTime, TimeDelta, Utc};
use dynacond::{Key, Stored, Transaction, Versioned};
use uuid::Uuid;

use super::model::{Audit, Booking, Guest, Hold, Place, Seat, Waiting, What};

/// The most seats that a customer may have at an event, counting held and booked ones.
pub const LIMIT: usize = 4;
/// How long a seat is held.
pub const LASTS: TimeDelta = TimeDelta::minutes(10);

#[derive(Debug, thiserror::Error)]
pub enum Refused {
    #[error("there is no such seat")]
    NoSuchSeat,
    #[error("the seat is taken")]
    Taken,
    #[error("a customer may have {LIMIT} seats")]
    TooMany,
    #[error("the seat is not held for this customer, or the hold has expired")]
    NoHold,
    #[error("the customer has not booked this seat")]
    NoBooking,
    #[error(transparent)]
    Dynamo(#[from] dynacond::Error),
}

/// Who wants which seat and when.
#[derive(Clone, Debug)]
pub struct Ask {
    pub event: Uuid,
    pub row: String,
    pub number: u32,
    pub customer: Uuid,
    pub now: DateTime<Utc>,
    /// The name of the audit record. A function that runs again must write the same record, so the function cannot make the id.
    pub id: Uuid,
}

impl Ask {
    fn seat(&self) -> (Uuid, &str, u32) {
        (self.event, &self.row, self.number)
    }

    fn guest(&self) -> Key<Guest> {
        Guest::key((self.event, self.customer))
    }

    fn new_guest(&self) -> Guest {
        Guest {
            event: self.event,
            customer: self.customer,
            places: Vec::new(),
            waits: false,
        }
    }

    fn is_at(&self, place: &Place) -> bool {
        place.row == self.row && place.number == self.number
    }

    fn audit(&self, tx: &mut Transaction, what: What) -> dynacond::Result {
        let audit = Audit {
            event: self.event,
            at: self.now,
            id: self.id,
            customer: self.customer,
            what,
        };
        tx.create(audit).map(drop)
    }
}

/// Keeps a seat for a while. An expired hold does not prevent this, even if DynamoDB has not deleted it yet.
pub fn hold(tx: &mut Transaction, ask: &Ask) -> Result<Stored<Hold>, Refused> {
    let (seat, held, booking) = (
        Seat::key(ask.seat()),
        Hold::key(ask.seat()),
        Booking::key(ask.seat()),
    );
    let (seat, held, booking, guest) = tx.get_all((seat, held, booking, ask.guest()))?;
    seat.ok_or(Refused::NoSuchSeat)?;
    let held = held.is_some_and(|held| held.customer != ask.customer && held.expires > ask.now);
    if held || booking.is_some() {
        return Err(Refused::Taken);
    }
    let mut guest = guest.map_or_else(|| ask.new_guest(), Stored::into_inner);
    let lasts = |place: &Place| place.until.is_none_or(|until| until > ask.now);
    guest
        .places
        .retain(|place| !ask.is_at(place) && lasts(place));
    if guest.places.len() >= LIMIT {
        return Err(Refused::TooMany);
    }
    let expires = ask.now + LASTS;
    guest.places.push(Place {
        row: ask.row.clone(),
        number: ask.number,
        until: Some(expires),
    });
    tx.put(guest)?;
    ask.audit(tx, What::Held)?;
    Ok(tx.put(Hold {
        event: ask.event,
        row: ask.row.clone(),
        number: ask.number,
        customer: ask.customer,
        expires,
    })?)
}

/// Books a seat that is held. If it is called again, it returns the booking.
pub fn book(tx: &mut Transaction, ask: &Ask) -> Result<Stored<Booking>, Refused> {
    let (held, booking) = (Hold::key(ask.seat()), Booking::key(ask.seat()));
    let (held, booking, guest) = tx.get_all((held, booking, ask.guest()))?;
    match booking {
        Some(booking) if booking.customer == ask.customer => return Ok(booking),
        Some(_) => return Err(Refused::Taken),
        None => {}
    }
    let held = held.filter(|held| held.customer == ask.customer && held.expires > ask.now);
    let (held, mut guest) = (held.ok_or(Refused::NoHold)?, guest.ok_or(Refused::NoHold)?);
    let place = guest.places.iter_mut().find(|place| ask.is_at(place));
    place.ok_or(Refused::NoHold)?.until = None;
    tx.put(guest)?;
    tx.delete(held)?;
    ask.audit(tx, What::Booked)?;
    Ok(tx.create(Booking {
        event: ask.event,
        row: ask.row.clone(),
        number: ask.number,
        customer: ask.customer,
        booked: ask.now,
    })?)
}

pub fn cancel(tx: &mut Transaction, ask: &Ask) -> Result<(), Refused> {
    let (booking, guest) = tx.get_all((Booking::key(ask.seat()), ask.guest()))?;
    let booking = booking.filter(|booking| booking.customer == ask.customer);
    let (booking, mut guest) = (
        booking.ok_or(Refused::NoBooking)?,
        guest.ok_or(Refused::NoBooking)?,
    );
    guest.places.retain(|place| !ask.is_at(place));
    tx.put(guest)?;
    tx.delete(booking)?;
    Ok(ask.audit(tx, What::Cancelled)?)
}

/// Puts the customer on the waiting list, once.
pub fn wait(tx: &mut Transaction, ask: &Ask) -> Result<(), Refused> {
    let guest = tx.get(ask.guest())?;
    let mut guest = guest.map_or_else(|| ask.new_guest(), Stored::into_inner);
    if guest.waits {
        return Ok(());
    }
    guest.waits = true;
    tx.put(guest)?;
    tx.create(Waiting {
        event: ask.event,
        since: ask.now,
        customer: ask.customer,
    })?;
    Ok(ask.audit(tx, What::Waits)?)
}

/// Takes a customer off the waiting list and holds the seat for that customer; `None` if the customer has enough seats.
pub fn offer(
    tx: &mut Transaction,
    ask: &Ask,
    first: &Key<Waiting>,
) -> Result<Option<Stored<Hold>>, Refused> {
    let first = tx.require(first)?;
    let ask = Ask {
        customer: first.customer,
        ..ask.clone()
    };
    tx.delete(first)?;
    let held = match hold(tx, &ask) {
        Err(Refused::TooMany) => None,
        held => Some(held?),
    };
    let mut guest = tx.require(ask.guest())?; // as `hold` leaves it
    guest.waits = false;
    tx.put(guest)?;
    Ok(held)
}
