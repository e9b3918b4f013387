//! A lease: one of three workers does the job, and another one takes over if the first one dies. The holder gives the lease a new
//! version every second. A worker that sees the same version for three seconds takes the lease. Each worker measures time with its
//! own clock, so the clocks need not agree. Nothing has to be deleted.
//!
//! `cargo run --example lease`, on an embedded DynamoDB; with `DYNACOND_ENDPOINT=http://…` on that endpoint.
use aws_sdk_dynamodb::error::SdkError;
use dynacond::{AttributeValue, Error, Store, Stored, Tag, Versioned};
use dynacond_local::{Fault, Local, create_table};
use serde::{Deserialize, Serialize};

/// How many seconds a lease lasts without a heartbeat.
pub const LASTS: u64 = 3;

#[derive(Clone, Debug, Serialize, Deserialize, Versioned)]
#[dynacond(table = "leases")]
pub struct Lease {
    #[dynacond(partition_key)]
    pub job: String,
    /// A unique name of this process.
    pub owner: String,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Told {
    Holds,
    Waits,
    /// Another worker has taken the lease.
    Lost,
    /// There was no answer. The worker stops, and reads the lease again a second later.
    Unsure,
    Dead,
}

pub struct Worker {
    pub name: &'static str,
    store: Store,
    /// The lease, and when its last heartbeat was sent.
    held: Option<(Stored<Lease>, u64)>,
    /// The version of another worker's lease, and when this worker first saw it.
    seen: Option<(Tag, u64)>,
}

impl Worker {
    pub fn new(name: &'static str, store: Store) -> Self {
        let (held, seen) = (None, None);
        Self {
            name,
            store,
            held,
            seen,
        }
    }

    /// Whether the worker may work. The other workers count from the time when they saw a heartbeat, which is never before it was
    /// sent.
    pub fn may_work(&self, now: u64) -> bool {
        let sent = self.held.as_ref().map(|(_, sent)| *sent);
        sent.is_some_and(|sent| now < sent + LASTS)
    }

    /// Once a second.
    pub async fn tick(&mut self, now: u64) -> dynacond::Result<Told> {
        let held = self.held.take();
        let refused = if held.is_some() {
            Told::Lost
        } else {
            Told::Waits
        };
        match self.claim(held, now).await {
            Ok(Some(lease)) => {
                self.held = Some((lease, now));
                Ok(Told::Holds)
            }
            Ok(None) => Ok(Told::Waits),
            Err(Error::AlreadyExists(_) | Error::Conflict(_) | Error::NotFound(_)) => Ok(refused),
            Err(error) if error.is_retryable_if_idempotent() => Ok(Told::Unsure),
            Err(error) => Err(error),
        }
    }

    /// Sends a heartbeat or a take-over, or returns `None` while another worker has the lease. Both name the version that was read,
    /// so only one of two workers succeeds.
    async fn claim(
        &mut self,
        held: Option<(Stored<Lease>, u64)>,
        now: u64,
    ) -> dynacond::Result<Option<Stored<Lease>>> {
        if let Some((lease, _)) = held {
            return self.store.touch(lease).send().await.map(Some);
        }
        let owner = self.name.to_owned();
        let Some(mut lease) = self.store.get(Lease::key("report")).send().await? else {
            let job = "report".to_owned();
            return self
                .store
                .create(Lease { job, owner })
                .send()
                .await
                .map(Some);
        };
        // If the lease contains the worker's own name, the take-over succeeded and only its answer was lost.
        if lease.owner != owner {
            let tag = Stored::tag(&lease);
            let since = match &self.seen {
                Some((seen, since)) if *seen == tag => *since,
                _ => self.seen.insert((tag, now)).1,
            };
            if now < since + LASTS {
                return Ok(None);
            }
            lease.owner = owner;
        }
        self.store.touch(lease).send().await.map(Some)
    }
}

/// The same with the SDK alone, which sends a heartbeat again if its answer was lost. The first heartbeat has changed the version,
/// so DynamoDB refuses the second one. The worker then wrongly concludes that it has lost the lease, and nobody works until the
/// lease expires.
pub async fn beat_by_hand(
    store: &Store,
    lease: &Stored<Lease>,
) -> Result<Told, Box<dyn std::error::Error>> {
    let number = |n: u64| AttributeValue::N(n.to_string());
    let beat = store.client().update_item();
    let beat = beat
        .table_name(store.table_name::<Lease>())
        .set_key(Some(lease.to_key().raw().to_item()))
        .update_expression("SET item_version = :next")
        .condition_expression("item_version = :mine")
        .expression_attribute_values(":mine", number(Stored::version(lease)))
        .expression_attribute_values(":next", number(Stored::version(lease) + 1));
    match beat.send().await.map_err(SdkError::into_service_error) {
        Ok(_) => Ok(Told::Holds),
        Err(error) if error.is_conditional_check_failed_exception() => Ok(Told::Lost),
        Err(error) => Err(error.into()),
    }
}

/// Ten seconds: Ana takes the lease, dies after second 2, and is back at second 7. Then one heartbeat loses its answer, in both
/// ways.
pub async fn run(local: &Local) -> Result<(Vec<[Told; 3]>, [Told; 2]), Box<dyn std::error::Error>> {
    let store = Store::new(local.client());
    create_table::<Lease>(&store).await?;
    let key = Lease::key("report");
    store.delete(&key).unconditional().send().await?;

    let names = ["ana", "ben", "cleo"];
    let mut workers = names.map(|name| Worker::new(name, store.clone()));
    let mut timeline = Vec::new();
    println!(
        "second  {}",
        names.map(|name| format!("{name:<7}")).concat()
    );
    for now in 0..10 {
        let mut told = [Told::Dead; 3];
        for (worker, told) in workers.iter_mut().zip(&mut told) {
            if worker.name != "ana" || !(3..7).contains(&now) {
                *told = worker.tick(now).await?;
            }
        }
        let texts = told.map(|told| format!("{:<7}", format!("{told:?}")));
        println!("{now:>6}  {}", texts.concat());
        timeline.push(told);
    }

    local.on("UpdateItem").inject(Fault::LoseAnswer);
    let told = workers[1].tick(10).await?;
    let lease = store.get(&key).send().await?.ok_or("no lease")?;
    local.on("UpdateItem").inject(Fault::LoseAnswer);
    let by_hand = beat_by_hand(&store, &lease).await?;
    println!(
        "A heartbeat is applied, and its answer is lost. dynacond: {told:?}, by hand: {by_hand:?}."
    );
    Ok((timeline, [told, by_hand]))
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    run(&Local::from_env()?).await.map(drop)
}
