//! What grouped callers write: walls, on which each caller leaves its mark. Marks are only ever added, so a wall tells which of
//! them were written, how often, and whether it ever was as somebody saw it.
use std::collections::BTreeMap;

use aws_sdk_dynamodb::types::AttributeValue;
use dynacond::{Error, Guarded, Item, Store, Stored, Versioned, attr};
use dynacond_local::Local;
use serde::{Deserialize, Serialize};

use super::operation::Told;

pub trait Wall: Versioned + Guarded + Clone + Send + Sync + 'static {
    /// How many bytes a mark has at least.
    const MARK: usize = 0;
    fn key_of(id: &str) -> dynacond::Key<Self>;
    fn new(marks: Vec<String>) -> Self;
    fn marks(&mut self) -> &mut Vec<String>;
    /// The empty wall, if nobody has written it with this library.
    fn legacy() -> Option<Item> {
        None
    }
}

/// A type of walls, and what is said of it in [`Wall`].
macro_rules! wall {
    ($(#[$doc:meta])* $name:ident { $($options:tt)* } $($more:item)*) => {
        $(#[$doc])*
        #[derive(Clone, Debug, Serialize, Deserialize, Versioned)]
        #[dynacond($($options)*)]
        pub struct $name {
            #[dynacond(partition_key)]
            id: String,
            marks: Vec<String>,
        }

        impl Wall for $name {
            fn key_of(id: &str) -> dynacond::Key<Self> {
                Self::key(id)
            }

            fn new(marks: Vec<String>) -> Self {
                Self {
                    id: HOT.to_owned(),
                    marks,
                }
            }

            fn marks(&mut self) -> &mut Vec<String> {
                &mut self.marks
            }

            $($more)*
        }
    };
}

const HOT: &str = "hot";

wall!(
    /// With a version and a write id.
    Plain { table = "walls" }
);

wall!(
    /// With a version alone: nothing shows whose write an item holds.
    Unmarked { table = "unmarked", write_id = false }
);

wall!(
    /// With a write id alone.
    Unnumbered { table = "unnumbered", version = false, write_id = "rvn" }
);

wall!(
    /// With large marks, of which no more than fifty have room in an item.
    Large { table = "large" }

    const MARK: usize = 8_000;
);

fn unversioned(unknown: usize) -> Item {
    let id = AttributeValue::S(HOT.to_owned());
    let marks = AttributeValue::L(Vec::new());
    let unknown = (0..unknown).map(|i| (format!("unknown{i}"), AttributeValue::Bool(true)));
    let known = [("id".to_owned(), id), ("marks".to_owned(), marks)];
    known.into_iter().chain(unknown).collect()
}

wall!(
    /// Without a version at first.
    Legacy { table = "legacy" }

    fn legacy() -> Option<Item> {
        Some(unversioned(2))
    }
);

wall!(
    /// Without a version at first, and with more attributes than a guard can name.
    Wide { table = "wide" }

    fn legacy() -> Option<Item> {
        Some(unversioned(200))
    }
);

/// Makes an empty wall, and returns a store that meets no faults.
pub async fn build<W: Wall>(local: &Local) -> Store {
    let quiet = Store::new(local.quiet_client());
    dynacond_local::create_table::<W>(&quiet).await.unwrap();
    match W::legacy() {
        Some(item) => {
            let put = quiet.client().put_item().table_name(W::MODEL.table);
            put.set_item(Some(item)).send().await.unwrap();
        }
        None => drop(quiet.create(W::new(Vec::new())).send().await.unwrap()),
    }
    quiet
}

/// A closure's own error.
#[derive(Debug)]
enum Refused {
    /// With the marks that it saw.
    Own(Vec<String>),
    Dynamo(Error),
}

impl From<Error> for Refused {
    fn from(error: Error) -> Self {
        Self::Dynamo(error)
    }
}

/// The outcome that a caller got, and the marks in its answer. Nobody knows the outcome of a dropped caller.
pub struct Entry {
    pub mark: String,
    pub told: Told,
    pub saw: Option<Vec<String>>,
}

impl Entry {
    pub const fn unknown(mark: String) -> Self {
        Self {
            mark,
            told: Told::Unknown,
            saw: None,
        }
    }
}

fn told<T>(outcome: &Result<T, Refused>) -> Told {
    match outcome {
        Ok(_) => Told::Applied,
        Err(Refused::Dynamo(Error::OutcomeUnknown(_))) => Told::Unknown,
        Err(_) => Told::Refused,
    }
}

/// The marks of the item that an answer carries. Of a false condition: as they were before the caller's change.
fn seen<W: Wall>(outcome: &mut Result<Stored<W>, Refused>) -> Option<Vec<String>> {
    match outcome {
        Ok(wall) => Some(wall.marks().clone()),
        Err(Refused::Own(marks)) => Some(marks.clone()),
        Err(Refused::Dynamo(Error::ConditionFailed(refusal))) => {
            let wall = refusal.current::<W>().unwrap();
            wall.map(|mut wall| wall.marks().clone())
        }
        Err(_) => None,
    }
}

/// What the panic of a closure says.
pub const IN_CLOSURE: &str = "in a closure";

/// What a caller does.
#[derive(Clone, Copy, PartialEq)]
pub enum Kind {
    Marks,
    /// Leaves a mark, and sends the write again if its outcome is unknown.
    Insists,
    /// Leaves a mark, and returns an error of its own.
    Refuses,
    /// Leaves a mark, and panics.
    Panics,
    /// Leaves no mark.
    Looks,
    /// Leaves a mark on a wall of fewer marks than this.
    When(u64),
    /// A rival of the group, which sends for itself.
    Alone,
    /// A rival that takes the wall down and builds it again, with its own mark.
    Rebuilds,
}

impl Kind {
    pub fn random(random: &mut fastrand::Rng) -> Self {
        match random.u8(..14) {
            0 => Self::Refuses,
            1 => Self::Panics,
            2 => Self::Looks,
            3 => Self::When(random.u64(..40)),
            4 => Self::Alone,
            5 => Self::Rebuilds,
            6..9 => Self::Insists,
            _ => Self::Marks,
        }
    }
}

/// One call.
pub async fn call<W: Wall>([store, quiet]: [Store; 2], mark: String, kind: Kind) -> Entry {
    if kind == Kind::Rebuilds && W::MODEL.write_id.is_some() {
        // As another process, which is not dropped together with this caller.
        return tokio::spawn(rebuild::<W>(quiet, mark)).await.unwrap();
    }
    let modify = store.modify(W::key_of(HOT), |wall: &mut W| {
        let saw = wall.marks().clone();
        if kind != Kind::Looks {
            wall.marks().push(mark.clone());
        }
        if kind == Kind::Panics {
            // Without a message on the terminal.
            std::panic::resume_unwind(Box::new(IN_CLOSURE));
        }
        if kind == Kind::Refuses {
            return Err(Refused::Own(saw));
        }
        Ok(())
    });
    let modify = match kind {
        Kind::Alone => modify,
        Kind::When(marks) => modify.when(|_| attr("marks").size().lt(marks)).grouped(),
        _ => modify.grouped(),
    };
    let mut outcome = modify.send().await;
    if kind == Kind::Insists
        && let Err(Refused::Dynamo(Error::OutcomeUnknown(unknown))) = &outcome
    {
        let resent = unknown.resend::<Stored<W>>().await;
        outcome = resent.map_err(Refused::Dynamo);
    }
    let told = match told(&outcome) {
        Told::Applied if kind == Kind::Looks => Told::Refused,
        told => told,
    };
    let saw = seen(&mut outcome);
    Entry { mark, told, saw }
}

/// Between the two requests there is no wall.
async fn rebuild<W: Wall>(quiet: Store, mark: String) -> Entry {
    let refused = |mark| Entry {
        mark,
        told: Told::Refused,
        saw: None,
    };
    let Some(mut wall) = quiet.get(W::key_of(HOT)).send().await.unwrap() else {
        return refused(mark);
    };
    let mut marks = wall.marks().clone();
    if quiet.delete(wall).send().await.is_err() {
        return refused(mark);
    }
    marks.push(mark.clone());
    quiet.create(W::new(marks.clone())).send().await.unwrap();
    Entry {
        mark,
        told: Told::Applied,
        saw: Some(marks),
    }
}

/// Returns what callers were told and was not so, and how often each outcome was reported.
pub async fn contradictions<W: Wall>(
    quiet: &Store,
    history: &[Entry],
) -> (Vec<String>, [usize; 3]) {
    let mut wall = quiet.get(W::key_of(HOT)).send().await.unwrap().unwrap();
    let marks = wall.marks().clone();
    let mut found = BTreeMap::<&str, usize>::new();
    for mark in &marks {
        *found.entry(mark).or_default() += 1;
    }
    let (mut wrong, mut tally) = (Vec::new(), [0; 3]);
    for Entry { mark, told, saw } in history {
        tally[*told as usize] += 1;
        let times = found.get(mark.as_str()).copied().unwrap_or(0);
        let is_true = match told {
            Told::Applied => times == 1 && saw.as_ref().is_some_and(|saw| saw.contains(mark)),
            Told::Refused => times == 0,
            Told::Unknown | Told::RefusedAtLast | Told::Gone => times <= 1,
        };
        // What anybody saw is how the wall began, or it was never so.
        let was_so = saw.as_ref().is_none_or(|saw| marks.starts_with(saw));
        if !is_true || !was_so {
            let mark = &mark[..mark.len().min(20)];
            wrong.push(format!(
                "{} {mark} told {told:?}, applied {times} times, what it saw was so: {was_so}",
                W::MODEL.name
            ));
        }
    }
    if Stored::version(&wall) > 1 + marks.len() as u64 {
        wrong.push(format!("{}: more versions than marks", W::MODEL.name));
    }
    (wrong, tally)
}

/// Nobody waits any more, so nothing is kept.
pub fn no_lane_is_left(store: &Store) {
    let store = format!("{store:?}");
    assert!(store.contains("grouped_items: 0"), "{store}");
}
