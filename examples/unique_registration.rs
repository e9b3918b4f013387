//! A user registers with an id and an e-mail address, and both must be free. One transaction writes two items, and a refusal shows
//! which of them was taken.
//!
//! `cargo run --example unique_registration`, on an embedded DynamoDB; with `DYNACOND_ENDPOINT=http://…` on that endpoint.
use dynacond::{Error, Store, Stored, Versioned};
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Versioned)]
#[dynacond(table = "users", partition_key(name = "pk", value = "user#{id}"))]
pub struct User {
    pub id: String,
    pub email: String,
}

/// The user of this item has the address. Each address is a separate partition.
#[derive(Clone, Debug, Serialize, Deserialize, Versioned)]
#[dynacond(table = "users", partition_key(name = "pk", value = "email#{email}"))]
pub struct EmailClaim {
    pub email: String,
    pub user_id: String,
}

#[derive(Debug, thiserror::Error)]
pub enum RegistrationError {
    #[error("the id is taken")]
    IdTaken,
    #[error("the address is taken")]
    EmailTaken,
    #[error(transparent)]
    Dynamo(Error),
}

/// The usual code puts the user and then the address. If the address is taken, the user is already stored, and cannot try another
/// address, because the first try has taken the id. Here both items are stored, or none.
pub async fn register(
    store: &Store,
    id: &str,
    email: &str,
) -> Result<Stored<User>, RegistrationError> {
    let user = User {
        id: id.into(),
        email: email.into(),
    };
    let claim = EmailClaim {
        email: email.to_lowercase(), // unique is what is written in one way
        user_id: id.into(),
    };
    let both = store.transact_write((store.create(user), store.create(claim)));
    match both.send().await {
        Ok((user, _claim)) => Ok(user),
        // The position of the refused action. If both were refused, the other one is in `refusal.others()`.
        Err(Error::AlreadyExists(refusal)) => Err(match refusal.action() {
            Some(0) => RegistrationError::IdTaken,
            _ => RegistrationError::EmailTaken,
        }),
        Err(other) => Err(RegistrationError::Dynamo(other)),
    }
}

pub async fn run(store: &Store) -> Result<(), Box<dyn std::error::Error>> {
    dynacond_local::create_table::<User>(store).await?;
    for id in ["ana", "ben"] {
        store.delete(User::key(id)).unconditional().send().await?;
        let claim = store.delete(EmailClaim::key(format!("{id}@example.com")));
        claim.unconditional().send().await?;
    }
    for (id, email) in [
        ("ana", "ana@example.com"),
        ("ben", "Ana@Example.com"), // taken
        ("ben", "ben@example.com"), // the id is still free: nothing was left behind
        ("ana", "other@example.com"),
    ] {
        match register(store, id, email).await {
            Ok(user) => println!("{id} is registered with {}", user.email),
            Err(RegistrationError::Dynamo(error)) => return Err(error.into()),
            Err(taken) => println!("{id} cannot register with {email}: {taken}"),
        }
    }
    Ok(())
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let store = Store::new(dynacond_local::client_from_env()?);
    run(&store).await
}
