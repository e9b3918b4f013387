//! A user registers with an id and an e-mail address, both of which must be free: two items in one transaction, and the
//! refusal tells which of them was taken.
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

/// Whoever has this item has the address. Each address is a partition of its own.
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

/// The usual pattern puts the user, then the claim: when the address is taken, the user is stored already, without a claim,
/// and cannot try another address, for the id is taken by the first try. Here both are stored, or none.
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
        // The position of what refused. If both did, the other stands in `refusal.others()`.
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
        let claim = store.delete(EmailClaim::key(&format!("{id}@example.com")));
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
