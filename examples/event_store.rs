//! An event store: a change is appended as event number n + 1, so of two writers that saw n events only one succeeds. Every
//! fifth event writes a snapshot in the same transaction, and a replay begins there.
//!
//! `cargo run --example event_store`, on an embedded DynamoDB; with `DYNACOND_ENDPOINT=http://…` on that endpoint.
use aws_sdk_dynamodb::error::SdkError;
use dynacond::{AttributeValue, Document, Error, Store, Stored, Versioned};
use dynacond_local::{Fault, Local, create_table};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

#[derive(Clone, Debug, Serialize, Deserialize, Versioned)]
#[dynacond(
    table = "warehouse",
    partition_key(name = "pk", value = "stream#{stream}"),
    sort_key(name = "sk", value = "event#{number:010}"),
    version = false,
    write_id = false
)]
pub struct Event {
    #[dynacond(in_key)]
    pub stream: String,
    #[dynacond(in_key)]
    pub number: u64,
    pub change: Change,
}

#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, Document)]
#[serde(tag = "is")]
pub enum Change {
    Received { pieces: u32 },
    Shipped { pieces: u32 },
}

/// The state after so many events, which is what a snapshot holds.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Versioned)]
#[dynacond(
    table = "warehouse",
    partition_key(name = "pk", value = "stream#{stream}"),
    sort_key(name = "sk", value = "snapshot")
)]
pub struct Stock {
    #[dynacond(in_key)]
    pub stream: String,
    pub events: u64,
    pub pieces: u32,
}

impl Stock {
    pub fn new(stream: &str) -> Self {
        let (stream, events, pieces) = (stream.to_owned(), 0, 0);
        Self {
            stream,
            events,
            pieces,
        }
    }

    #[must_use]
    pub fn after(mut self, change: Change) -> Self {
        self.events += 1;
        match change {
            Change::Received { pieces } => self.pieces += pieces,
            Change::Shipped { pieces } => self.pieces -= pieces,
        }
        self
    }
}

/// The state now: the snapshot, and the events after it. The stream ends where the events end, however many pages that takes.
pub async fn replay(store: &Store, from: Stock) -> dynacond::Result<Stock> {
    let events = store.query(Event::partition(&from.stream));
    let mut events = events
        .sort_key(|k| k.number.gt(from.events))
        .values()
        .stream();
    let mut stock = from;
    while let Some(event) = events.next().await {
        stock = stock.after(event?.change);
    }
    Ok(stock)
}

/// Decides on the state as it is now, and appends the event. If another writer has appended one, the command decides again.
pub async fn execute(
    store: &Store,
    stream: &str,
    decide: impl Fn(&Stock) -> Option<Change>,
) -> dynacond::Result<Option<Stock>> {
    loop {
        let snapshot = store.get(Stock::key(stream)).send().await?;
        let snapshot = snapshot.map_or_else(|| Stock::new(stream), Stored::into_inner);
        let stock = replay(store, snapshot).await?;
        let Some(change) = decide(&stock) else {
            return Ok(None);
        };
        let stock = stock.after(change);
        let (stream, number) = (stream.to_owned(), stock.events);
        let event = store.create(Event {
            stream,
            number,
            change,
        });
        // Only who appends event n writes the snapshot after n events, so that nothing else is to be checked.
        let snapshot = store.put(stock.clone()).unconditional();
        let snapshot = (number % 5 == 0).then_some(snapshot);
        match store.transact_write((event, snapshot)).send().await {
            Err(Error::AlreadyExists(_)) => {}
            appended => return appended.map(|_| Some(stock)),
        }
    }
}

/// The usual append by hand. The SDK sends it again after a lost answer, and DynamoDB refuses the second one because the event
/// is there: its own. The caller takes that for another writer's event, decides again, and stores the change twice.
pub async fn receive_by_hand(
    store: &Store,
    stream: &str,
    pieces: u32,
) -> Result<(), Box<dyn std::error::Error>> {
    loop {
        let (stock, stream) = (replay(store, Stock::new(stream)).await?, stream.to_owned());
        let (number, change) = (stock.events + 1, Change::Received { pieces });
        let mut item = Event::key((&stream, number)).raw().to_item();
        let change = serde_dynamo::to_attribute_value(change)?;
        item.insert("change".to_owned(), change);
        let put = store
            .client()
            .put_item()
            .table_name(store.table_name::<Event>());
        let put = put
            .set_item(Some(item))
            .condition_expression("attribute_not_exists(sk)");
        match put.send().await.map_err(SdkError::into_service_error) {
            Err(error) if error.is_conditional_check_failed_exception() => {}
            appended => return Ok(appended.map(drop)?),
        }
    }
}

/// The usual replay by hand: one Query. The end of a page, after 1 MB at the latest, is taken for the end.
pub async fn replay_by_hand(
    store: &Store,
    stream: &str,
) -> Result<Stock, Box<dyn std::error::Error>> {
    let query = store
        .client()
        .query()
        .table_name(store.table_name::<Event>());
    let page = query
        .key_condition_expression("pk = :pk AND begins_with(sk, :event)")
        .expression_attribute_values(":pk", AttributeValue::S(format!("stream#{stream}")))
        .expression_attribute_values(":event", AttributeValue::S("event#".to_owned()));
    let mut stock = Stock::new(stream);
    for item in page.send().await?.items() {
        stock = stock.after(serde_dynamo::from_attribute_value(item["change"].clone())?);
    }
    Ok(stock)
}

/// Five deliveries, of which one loses its answer, and a replay: both ways.
pub async fn run(local: &Local) -> Result<[u32; 3], Box<dyn std::error::Error>> {
    let store = Store::new(local.client());
    create_table::<Event>(&store).await?;
    let run = Uuid::new_v4();
    let (chairs, lamps) = (format!("chairs-{run}"), format!("lamps-{run}"));
    for delivery in 0..5 {
        if delivery == 3 {
            local.on("TransactWriteItems").inject(Fault::LoseAnswer);
            local.on("PutItem").inject(Fault::LoseAnswer);
        }
        execute(&store, &chairs, |_| Some(Change::Received { pieces: 10 })).await?;
        receive_by_hand(&store, &lamps, 10).await?;
    }
    let ship = |stock: &Stock| (stock.pieces >= 8).then_some(Change::Shipped { pieces: 8 });
    let stock = execute(&store, &chairs, ship).await?.ok_or("too few")?;
    println!("Five deliveries of ten, one answer is lost, and eight are shipped:");
    println!("  {} chairs after {} events", stock.pieces, stock.events);
    let twice = replay(&store, Stock::new(&lamps)).await?;
    println!("Five deliveries of ten by hand, and one answer is lost:");
    println!("  {} lamps after {} events", twice.pieces, twice.events);
    local.on("Query").times(2).inject(Fault::ShortPage(2));
    let replayed = replay(&store, Stock::new(&chairs)).await?;
    local.on("Query").inject(Fault::ShortPage(2));
    let by_hand = replay_by_hand(&store, &chairs).await?;
    println!("Replayed from the first event, in short pages:");
    println!("  {} chairs; by hand {}", replayed.pieces, by_hand.pieces);
    Ok([replayed.pieces, twice.pieces, by_hand.pieces])
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    run(&Local::from_env()?).await.map(drop)
}
