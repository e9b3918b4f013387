//! A seat booking service in one table: events, seats, holds that expire, bookings, a waiting list and an audit. Each seat is held
//! and booked once, even if several customers come at the same time, and no customer gets more than four seats.
//!
//! `cargo run --example booking`, on an embedded DynamoDB; with `DYNACOND_ENDPOINT=http://…` on that endpoint.
pub mod model;
pub mod rules;
pub mod service;

use chrono::{DateTime, TimeDelta};
use dynacond::Store;
use uuid::Uuid;

use model::Entry;
use rules::Ask;

fn say<T>(what: &str, told: &Result<T, rules::Refused>) {
    match told {
        Ok(_) => println!("{what}: yes"),
        Err(refused) => println!("{what}: no, {refused}"),
    }
}

pub async fn run(store: &Store) -> Result<(Uuid, Vec<String>), Box<dyn std::error::Error>> {
    dynacond_local::create_table::<Entry>(store).await?; // with the indexes of all types
    let event = service::open(store, "Winter concert", &["A", "B"], 3).await?;
    let [ana, ben, cleo] = [(); 3].map(|()| Uuid::new_v4());
    let noon = DateTime::UNIX_EPOCH + TimeDelta::days(20_786) + TimeDelta::hours(12); // 2026-11-29
    let ask = |customer, row: &str, number, minute| {
        let (row, now, id) = (
            row.to_owned(),
            noon + TimeDelta::minutes(minute),
            Uuid::new_v4(),
        );
        Ask {
            event,
            row,
            number,
            customer,
            now,
            id,
        }
    };
    let show = async |minute| {
        let plan = service::plan(store, event, noon + TimeDelta::minutes(minute)).await?;
        let plan: Vec<_> = plan
            .into_iter()
            .map(|(row, seats)| format!("{row} {seats}"))
            .collect();
        println!("    {}", plan.join("   "));
        Ok::<_, dynacond::Error>(plan)
    };

    let (a1, a2) = (ask(ana, "A", 1, 0), ask(ana, "A", 2, 0));
    say("Ana holds A1", &service::hold(store, &a1).await);
    say("Ana holds A2", &service::hold(store, &a2).await);
    let a1 = ask(ana, "A", 1, 5);
    say("Ana books A1", &service::book(store, &a1).await);
    say(
        "Ben holds A2",
        &service::hold(store, &ask(ben, "A", 2, 9)).await,
    );
    show(9).await?;
    say(
        "Ben holds A2 when Ana's hold has expired",
        &service::hold(store, &ask(ben, "A", 2, 10)).await,
    );
    say(
        "Ana books A2",
        &service::book(store, &ask(ana, "A", 2, 11)).await,
    );
    say(
        "Ben books A2",
        &service::book(store, &ask(ben, "A", 2, 11)).await,
    );
    for (row, number) in [("A", 3), ("B", 1), ("B", 2), ("B", 3)] {
        let minute = 12 + i64::from(number);
        let (hold, book) = (
            ask(cleo, row, number, minute),
            ask(cleo, row, number, minute),
        );
        service::hold(store, &hold).await?;
        service::book(store, &book).await?;
    }
    say(
        "Cleo waits for a fifth seat",
        &service::wait(store, &ask(cleo, "A", 1, 20)).await,
    );
    say(
        "Ben waits",
        &service::wait(store, &ask(ben, "A", 1, 21)).await,
    );
    show(21).await?;
    // Cleo is first in the list, but already has four seats.
    let offered = service::cancel(store, &ask(ana, "A", 1, 30)).await?;
    println!(
        "Ana cancels A1. Held for Ben: {}",
        offered.is_some_and(|hold| hold.customer == ben)
    );
    let plan = show(30).await?;
    for booking in service::bookings_of(store, cleo).await? {
        println!(
            "Cleo: {}{}, booked {}",
            booking.row, booking.number, booking.booked
        );
    }
    Ok((event, plan))
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let store = Store::new(dynacond_local::client_from_env()?);
    run(&store).await.map(drop)
}
