//! A repository for an HTTP handler. The item's tag is sent as the `ETag` and comes back as `If-Match`, and each failure has its
//! own status. Without the tag, an old page would overwrite what was saved after the page was shown. With one error for everything,
//! a stale page and a missing table would look the same.
//!
//! `cargo run --example service_layer`, on an embedded DynamoDB; with `DYNACOND_ENDPOINT=http://…` on that endpoint.
use dynacond::{Error, Key, Store, Stored, Tag, Versioned};
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, Serialize, Deserialize, Versioned)]
#[dynacond(table = "orders")]
pub struct Order {
    #[dynacond(partition_key)]
    pub customer: String,
    #[dynacond(sort_key)]
    pub id: String,
    pub ship_to: String,
    pub shipped: bool,
}

pub struct Orders(Store);

impl Orders {
    pub async fn create(&self, order: Order) -> dynacond::Result<Stored<Order>> {
        self.0.create(order).send().await
    }

    /// One request, guarded by the tag. Attributes that the struct does not know are kept.
    pub async fn update(&self, order: Order, tag: &Tag) -> dynacond::Result<Stored<Order>> {
        let put = self.0.put(order).at(tag);
        put.when(|o| o.shipped.eq(false)).send().await
    }

    pub async fn delete(&self, key: Key<Order>, tag: &Tag) -> dynacond::Result {
        self.0.delete(key).at(tag).send().await
    }

    /// Returns a page of the orders that have not been shipped, and the token of the next link. The token belongs to this list. A
    /// token of another customer's list is refused before anything is read.
    pub async fn open(
        &self,
        customer: &str,
        size: usize,
        token: Option<&str>,
    ) -> dynacond::Result<(Vec<Stored<Order>>, Option<String>)> {
        let query = self.0.query(Order::partition(customer));
        let query = query.filter(|o| o.shipped.eq(false)).after_token(token)?;
        let page = query.page(size).send().await?;
        let next = page.next.map(|cursor| cursor.token(&self.0)).transpose()?;
        Ok((page.items, next))
    }
}

/// Answers like an HTTP handler, with the `ETag` or with a status and a message.
async fn handle(
    orders: &Orders,
    (method, order): (&str, &Order),
    if_match: &str,
) -> Result<String, (u16, &'static str)> {
    let tag = if_match
        .parse()
        .map_err(|_| (400, "the If-Match is none of our tags"));
    let done = match method {
        "POST" => orders.create(order.clone()).await,
        "PUT" => orders.update(order.clone(), &tag?).await,
        _ => match orders.delete(order.to_key(), &tag?).await {
            Ok(()) => return Ok("deleted".into()),
            Err(error) => Err(error),
        },
    };
    match done {
        Ok(order) => Ok(Stored::tag(&order).etag()),
        Err(Error::NotFound(_)) => Err((404, "there is no such order")),
        Err(Error::AlreadyExists(_)) => Err((409, "there is such an order already")),
        Err(Error::ConditionFailed(_)) => Err((409, "a shipped order does not change")),
        Err(Error::Conflict(_)) => Err((412, "somebody changed it since you read it")),
        Err(Error::Throttled(_)) => Err((503, "try again later")),
        // This does not mean "failed": the order may have been changed, or may still be changed. Every write here creates an item
        // or has a tag. So it is safe to read the order and continue: if the lost write arrives later, it is refused.
        Err(Error::OutcomeUnknown(_)) => Err((504, "it may have been done: read the order again")),
        Err(_) => Err((500, "look into the log")),
    }
}

pub async fn run(store: &Store) -> Result<Vec<u16>, Box<dyn std::error::Error>> {
    dynacond_local::create_table::<Order>(store).await?;
    let order = |ship_to: &str, shipped| Order {
        customer: "c1".into(),
        id: "1".into(),
        ship_to: ship_to.into(),
        shipped,
    };
    let (lyon, nantes) = (order("Lyon", false), order("Nantes", true));
    store.delete(lyon.to_key()).unconditional().send().await?;

    // Cursors are signed with a key: 32 random bytes from the service's secrets.
    let keys = ["only for this example"];
    let store = Store::builder(store.client().clone()).cursor_keys(keys);
    let orders = Orders(store.build());
    let (mut statuses, mut etags) = (Vec::new(), vec!["yesterday".to_owned()]);
    for (request, etag) in [
        (("POST", &lyon), 0),
        (("POST", &lyon), 0),
        (("PUT", &nantes), 1),
        (("PUT", &lyon), 1), // a stale page
        (("PUT", &lyon), 2), // it is shipped now
        (("PUT", &lyon), 0), // no tag
        (("DELETE", &lyon), 2),
        (("DELETE", &lyon), 2), // it is gone
    ] {
        let answer = handle(&orders, request, &etags[etag]).await;
        let (status, text) = match &answer {
            Ok(etag) => (200, etag.as_str()),
            Err((status, words)) => (*status, *words),
        };
        println!("{:<6} {:<6} {status} {text}", request.0, request.1.ship_to);
        statuses.push(status);
        etags.extend(answer);
    }
    statuses.extend(list(&orders).await?);
    Ok(statuses)
}

/// Reads the list from its first link to its last, and then a link of another customer's list.
async fn list(orders: &Orders) -> dynacond::Result<Vec<u16>> {
    for id in ["1", "2", "3"] {
        let order = Order {
            customer: "c2".into(),
            id: id.into(),
            ship_to: "Lyon".into(),
            shipped: id == "2",
        };
        let put = orders.0.put(order).unconditional();
        put.send().await?;
    }
    let (mut statuses, mut token) = (Vec::new(), None);
    loop {
        let (items, next) = orders.open("c2", 1, token.as_deref()).await?;
        let ids: Vec<_> = items.iter().map(|order| order.id.as_str()).collect();
        println!("GET    {:<6} 200 {next:?}", ids.join(" "));
        statuses.push(200);
        if next.is_none() {
            break;
        }
        token = next;
    }
    match orders.open("c1", 1, token.as_deref()).await {
        Err(Error::Cursor(error)) => {
            println!("GET           400 {error}");
            statuses.push(400);
        }
        other => drop(other?),
    }
    Ok(statuses)
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let store = Store::new(dynacond_local::client_from_env()?);
    run(&store).await.map(drop)
}
