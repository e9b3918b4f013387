//! A repository that an HTTP handler would use: the item's tag goes out as the `ETag`, comes back as `If-Match`, and what
//! went wrong has a status of its own.
//!
//! `cargo run --example service_layer`, on an embedded DynamoDB; with `DYNACOND_ENDPOINT=http://…` on that endpoint.
use dynacond::{Error, Store, Stored, Tag, Versioned};
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, Serialize, Deserialize, Versioned)]
#[dynacond(table = "orders")]
pub struct Order {
    #[dynacond(partition_key)]
    pub id: String,
    pub ship_to: String,
    pub shipped: bool,
}

/// The guide has one `RuntimeError` for all of it: a stale page, an order that is not there, a value that could not be
/// serialised. Its callers can only say "please refresh and try again".
#[derive(Debug)]
pub enum Problem {
    NotATag,
    Dynamo(Error),
}
impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        Self::Dynamo(error)
    }
}

impl Problem {
    /// Status and words of the answer.
    pub(crate) fn answer(&self) -> (u16, &'static str) {
        match self {
            Self::NotATag => (400, "the If-Match is none of our tags"),
            Self::Dynamo(Error::NotFound(_)) => (404, "there is no such order"),
            Self::Dynamo(Error::AlreadyExists(_)) => (409, "there is such an order already"),
            Self::Dynamo(Error::ConditionFailed(_)) => (409, "a shipped order does not change"),
            Self::Dynamo(Error::Conflict(_)) => {
                (412, "somebody changed the order since you read it")
            }
            Self::Dynamo(Error::Throttled(_)) => (503, "try again later"),
            // Not "failed": the order may have been changed.
            Self::Dynamo(Error::OutcomeUnknown(_)) => (504, "read the order to see if it was done"),
            Self::Dynamo(_) => (500, "look into the log"),
        }
    }
}

pub struct Orders(pub Store);

impl Orders {
    pub(crate) async fn post(&self, order: Order) -> Result<Stored<Order>, Problem> {
        Ok(self.0.create(order).send().await?)
    }

    /// One request: the tag is the guard. Attributes that the client does not know are kept.
    pub(crate) async fn put(&self, order: Order, if_match: &str) -> Result<Stored<Order>, Problem> {
        let put = self.0.put(order).at(&tag(if_match)?);
        let order = put.when(|o| o.shipped.eq(false)).send().await?;
        Ok(order)
    }

    pub(crate) async fn delete(&self, id: &str, if_match: &str) -> Result<(), Problem> {
        let delete = self.0.delete(Order::key(id)).at(&tag(if_match)?);
        Ok(delete.send().await?)
    }
}

pub(crate) fn etag(order: &Stored<Order>) -> String {
    format!("\"{}\"", Stored::tag(order))
}

fn tag(if_match: &str) -> Result<Tag, Problem> {
    let tag = if_match.trim_matches('"').parse();
    tag.map_err(|_| Problem::NotATag)
}

/// What an HTTP handler would do: the status and the `ETag` of its answer.
async fn handle(orders: &Orders, method: &str, order: &Order, if_match: &str) -> (u16, String) {
    let answer = match method {
        "POST" => orders.post(order.clone()).await.map(|o| (201, etag(&o))),
        "PUT" => {
            let put = orders.put(order.clone(), if_match).await;
            put.map(|o| (200, etag(&o)))
        }
        _ => {
            let deleted = orders.delete(&order.id, if_match).await;
            deleted.map(|()| (204, String::new()))
        }
    };
    match answer {
        Ok((status, etag)) => {
            println!("{method:<6} {status} {etag}");
            (status, etag)
        }
        Err(problem) => {
            let (status, words) = problem.answer();
            println!("{method:<6} {status} {words}");
            (status, String::new())
        }
    }
}

pub(crate) async fn run(store: &Store) -> Result<Vec<u16>, Box<dyn std::error::Error>> {
    dynacond_local::create_table::<Order>(store).await?;
    let order = |id: &str, ship_to: &str, shipped| Order {
        id: id.into(),
        ship_to: ship_to.into(),
        shipped,
    };
    let (lyon, nantes) = (order("1", "Lyon", false), order("1", "Nantes", true));
    let none = order("2", "Lyon", false);
    for order in [&lyon, &none] {
        let leftover = store.delete(order.to_key()).unconditional();
        leftover.send().await?;
    }

    let orders = Orders(store.clone());
    let (posted, first) = handle(&orders, "POST", &lyon, "").await;
    let (again, _) = handle(&orders, "POST", &lyon, "").await;
    let (put, second) = handle(&orders, "PUT", &nantes, &first).await;
    let (stale, _) = handle(&orders, "PUT", &lyon, &first).await; // a stale tag
    let (shipped, _) = handle(&orders, "PUT", &lyon, &second).await; // it is shipped now
    let (gone, _) = handle(&orders, "PUT", &none, &first).await;
    let (no_tag, _) = handle(&orders, "PUT", &lyon, "yesterday").await;
    let (deleted, _) = handle(&orders, "DELETE", &lyon, &second).await;
    Ok(vec![
        posted, again, put, stale, shipped, gone, no_tag, deleted,
    ])
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let client = dynacond_local::client_from_env()?;
    let store = Store::builder(client).prefix("dynacond-service-layer-");
    run(&store.build()).await?;
    Ok(())
}
