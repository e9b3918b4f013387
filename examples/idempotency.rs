//! A request that a client sends again is done once: the first attempt writes a record, and the record tells every other
//! attempt that the request is in progress, what its answer was, or that its id was used for another request.
//!
//! `cargo run --example idempotency`, on an embedded DynamoDB; with `DYNACOND_ENDPOINT=http://…` on that endpoint.
use std::time::{Duration, SystemTime};

use aws_sdk_dynamodb::error::SdkError;
use aws_sdk_dynamodb::types::AttributeValue;
use dynacond::{Document, Error, Store, Stored, Versioned};
use dynacond_local::{Fault, Local, create_table};
use serde::{Deserialize, Serialize};

/// The longest time that a request takes. If a record is in progress for longer, its process has died.
pub const LIMIT: Duration = Duration::from_secs(30);
/// How long answers are kept. Later the same id is a new request.
pub const KEPT: Duration = Duration::from_hours(24);

#[derive(Clone, Debug, Serialize, Deserialize, Versioned)]
#[dynacond(table = "requests")]
pub struct Record {
    #[dynacond(partition_key)]
    pub id: String,
    /// In a real service this is a digest of the request.
    pub payload: String,
    pub state: State,
    /// The table's time to live. DynamoDB deletes an expired record some time later, so `once` checks the time itself.
    #[serde(with = "dynacond::epoch_seconds")]
    pub expires: SystemTime,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Document)]
#[serde(tag = "is")]
pub enum State {
    InProgress {
        #[serde(with = "dynacond::epoch_seconds")]
        until: SystemTime,
    },
    Done {
        answer: String,
    },
}

#[derive(Debug, PartialEq)]
pub enum Told {
    Answer(String),
    /// Another attempt is in progress. Try again later.
    InProgress,
    /// The id belongs to another request.
    Conflicting,
}

/// Does the work if no attempt has done it. The work may run twice only if it takes longer than `LIMIT`. Even then all attempts
/// return the same answer.
pub async fn once(
    store: &Store,
    (id, payload): (&str, &str),
    now: SystemTime,
    work: impl AsyncFnOnce() -> String,
) -> dynacond::Result<Told> {
    let state = State::InProgress { until: now + LIMIT };
    let (id, payload, expires) = (id.to_owned(), payload.to_owned(), now + KEPT);
    let record = Record {
        id,
        payload,
        state,
        expires,
    };
    let mut record = match store.create(record.clone()).send().await {
        Ok(record) => record,
        Err(Error::AlreadyExists(refusal)) => {
            // The refusal carries the record, so no second request is needed.
            let Some(mut found) = refusal.current::<Record>()? else {
                return Ok(Told::InProgress);
            };
            match &found.state {
                _ if found.expires <= now => {}
                _ if found.payload != record.payload => return Ok(Told::Conflicting),
                State::Done { answer } => return Ok(Told::Answer(answer.clone())),
                State::InProgress { until } if *until > now => return Ok(Told::InProgress),
                State::InProgress { .. } => {}
            }
            *found = record;
            // The save names the version that was found, so of two attempts that take over only one does the work. An
            // unconditional put would let both of them do it.
            match store.save(found).send().await {
                Err(Error::Conflict(_) | Error::NotFound(_)) => return Ok(Told::InProgress),
                taken_over => taken_over?,
            }
        }
        Err(other) => return Err(other),
    };
    let answer = work().await;
    record.state = State::Done {
        answer: answer.clone(),
    };
    match store.save(record).send().await {
        // Another attempt took over, because this one was too slow. The other attempt's answer counts.
        Err(Error::Conflict(refusal)) => match refusal.current::<Record>()?.map(Stored::into_inner)
        {
            Some(Record {
                state: State::Done { answer },
                ..
            }) => Ok(Told::Answer(answer)),
            _ => Ok(Told::InProgress),
        },
        saved => saved.map(|_| Told::Answer(answer)),
    }
}

/// How such code usually begins without dynacond. After a lost answer the SDK sends the put again. DynamoDB refuses it, because the
/// first put has stored the record. So the client learns that its request is in progress, and nobody does the work.
pub async fn begin_by_hand(store: &Store, id: &str) -> Result<bool, Box<dyn std::error::Error>> {
    let put = store
        .client()
        .put_item()
        .table_name(store.table_name::<Record>());
    let put = put
        .item("id", AttributeValue::S(id.to_owned()))
        .condition_expression("attribute_not_exists(id)");
    match put.send().await.map_err(SdkError::into_service_error) {
        Ok(_) => Ok(true),
        Err(error) if error.is_conditional_check_failed_exception() => Ok(false),
        Err(error) => Err(error.into()),
    }
}

pub async fn run(local: &Local) -> Result<Vec<Told>, Box<dyn std::error::Error>> {
    let store = Store::new(local.client());
    create_table::<Record>(&store).await?;
    for id in ["r1", "r2"] {
        store.delete(Record::key(id)).unconditional().send().await?;
    }
    let noon = SystemTime::UNIX_EPOCH + Duration::from_hours(490_116);
    let charge =
        async |request, now| once(&store, request, now, async || "charged".to_owned()).await;
    let mut told = Vec::new();

    // While the first attempt is in progress, the client sends the request again.
    let mut meanwhile = None;
    let work = async || {
        meanwhile = Some(charge(("r1", "pay 10"), noon).await);
        "charged".to_owned()
    };
    told.push(once(&store, ("r1", "pay 10"), noon, work).await?);
    told.extend(meanwhile.transpose()?);
    told.push(charge(("r1", "pay 10"), noon).await?); // sent once more
    told.push(charge(("r1", "pay 99"), noon).await?); // another request
    told.push(charge(("r1", "pay 99"), noon + KEPT).await?); // a day later the record has expired
    // Another day later two attempts take over the expired record. The second one is right before the first one's write.
    let late = noon + 2 * KEPT;
    local
        .on("UpdateItem")
        .inject(Fault::rival(move |client| async move {
            let rival = async || "charged by the rival".to_owned();
            once(&Store::new(client), ("r1", "pay 99"), late, rival)
                .await
                .ok();
        }));
    told.push(charge(("r1", "pay 99"), late).await?);
    told.push(charge(("r1", "pay 99"), late).await?); // and once more
    local.on("PutItem").inject(Fault::LoseAnswer);
    told.push(charge(("r2", "pay 10"), noon).await?);
    let attempts = "first, meanwhile, repeated, another request, a day later, beaten by a rival, repeated, answer lost";
    for (attempt, told) in attempts.split(", ").zip(&told) {
        println!("{attempt:<17} {told:?}");
    }
    let key = Record::key("r2");
    store.delete(key).unconditional().send().await?;
    local.on("PutItem").inject(Fault::LoseAnswer);
    let begins = begin_by_hand(&store, "r2").await?;
    println!(
        "lost, by hand     {}",
        if begins {
            "begins"
        } else {
            "InProgress, though nobody is at work"
        }
    );
    Ok(told)
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    run(&Local::from_env()?).await.map(drop)
}
