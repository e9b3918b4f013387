//! Sessions of a web service. A visit makes a session last longer, and an idle session expires. A user who logs out stays logged
//! out, even if another request of the same user renews the session at that moment.
//!
//! `cargo run --example sessions`, on an embedded DynamoDB; with `DYNACOND_ENDPOINT=http://…` on that endpoint.
use std::time::{Duration, SystemTime};

use dynacond::{Error, Store, Stored, Versioned};
use dynacond_local::{Fault, Local, create_table};
use serde::{Deserialize, Serialize};

/// A session expires if it was idle for this time.
pub const IDLE: Duration = Duration::from_mins(30);

#[derive(Clone, Debug, Serialize, Deserialize, Versioned)]
#[dynacond(table = "sessions")]
pub struct Session {
    #[dynacond(partition_key)]
    pub id: String,
    pub user: String,
    /// The table's time to live. DynamoDB deletes an expired session within a few days, so every read checks this time.
    #[serde(with = "dynacond::epoch_seconds")]
    pub expires: SystemTime,
}

pub async fn log_in(
    store: &Store,
    id: &str,
    user: &str,
    now: SystemTime,
) -> dynacond::Result<Stored<Session>> {
    let (id, user, expires) = (id.to_owned(), user.to_owned(), now + IDLE);
    store.create(Session { id, user, expires }).send().await
}

/// Returns the session, if there is one. In the second half of its time the session is renewed, so there is one write in a quarter
/// of an hour instead of one for each visit. An update never creates an item, so a session that is deleted in the meantime stays
/// deleted.
pub async fn visit(
    store: &Store,
    id: &str,
    now: SystemTime,
) -> dynacond::Result<Option<Stored<Session>>> {
    let session = store.get(Session::key(id)).send().await?;
    let Some(session) = session.filter(|session| session.expires > now) else {
        return Ok(None);
    };
    if session.expires > now + IDLE / 2 {
        return Ok(Some(session));
    }
    let renew = store
        .update(Session::key(id))
        .set(|s| s.expires.to(now + IDLE));
    match renew.when(|s| s.expires.gt(now)).send().await {
        Err(Error::NotFound(_) | Error::ConditionFailed(_)) => Ok(None),
        // It is not known whether the session was renewed. It lasts for this visit, and the next visit renews it.
        Err(error) if error.is_outcome_unknown() => Ok(Some(session)),
        renewed => renewed.map(Some),
    }
}

pub async fn log_out(store: &Store, id: &str) -> dynacond::Result {
    let session = store.delete(Session::key(id)).unconditional();
    session.or_gone().send().await
}

/// The usual renewal without dynacond: the session that was read is put back. If the user has logged out in the meantime, the
/// session exists again, and everybody who has its id is logged in.
pub async fn renew_by_hand(
    store: &Store,
    id: &str,
    now: SystemTime,
) -> Result<(), Box<dyn std::error::Error>> {
    let (client, table) = (store.client(), store.table_name::<Session>());
    let key = Session::key(id).raw().to_item();
    let read = client.get_item().table_name(&table).set_key(Some(key));
    let item = read.consistent_read(true).send().await?.item;
    let mut session: Session = serde_dynamo::from_item(item.ok_or("no session")?)?;
    session.expires = now + IDLE;
    let put = client.put_item().table_name(&table);
    put.set_item(Some(serde_dynamo::to_item(session)?))
        .send()
        .await?;
    Ok(())
}

/// Ana's day in minutes after noon, with the time when her session expires. The last lines show for both ways whether she is still
/// logged in after she logged out.
pub async fn run(
    local: &Local,
) -> Result<(Vec<Option<u64>>, [bool; 2]), Box<dyn std::error::Error>> {
    let store = Store::new(local.client());
    create_table::<Session>(&store).await?;
    log_out(&store, "s1").await?;
    let noon = SystemTime::UNIX_EPOCH + Duration::from_hours(490_116);
    let after = |minutes| noon + Duration::from_mins(minutes);

    let mut told = Vec::new();
    log_in(&store, "s1", "ana", noon).await?;
    for minute in [10, 20, 45, 80] {
        let session = visit(&store, "s1", after(minute)).await?;
        let expires = match session {
            Some(session) => Some(session.expires.duration_since(noon)?.as_secs() / 60),
            None => None,
        };
        let state = expires.map_or("is over".to_owned(), |expires| {
            format!("lasts until minute {expires}")
        });
        println!("minute {minute}: Ana's session {state}");
        told.push(expires);
    }

    let mut logged_in = [true; 2];
    for (logged_in, (by, write)) in logged_in
        .iter_mut()
        .zip([("dynacond", "UpdateItem"), ("by hand", "PutItem")])
    {
        log_out(&store, "s1").await?;
        log_in(&store, "s1", "ana", noon).await?;
        // One tab renews the session. Right before its write arrives, another tab logs out.
        local.on(write).inject(Fault::rival(|client| async move {
            log_out(&Store::new(client), "s1").await.ok();
        }));
        match by {
            "dynacond" => drop(visit(&store, "s1", after(20)).await?),
            _ => renew_by_hand(&store, "s1", after(20)).await?,
        }
        *logged_in = visit(&store, "s1", after(21)).await?.is_some();
        println!(
            "{by}: after the log-out Ana is logged {}",
            if *logged_in { "in" } else { "out" }
        );
    }
    Ok((told, logged_in))
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    run(&Local::from_env()?).await.map(drop)
}
