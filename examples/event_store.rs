//! An event store. A change is appended as event number n + 1, so only one of two writers that saw n events succeeds. Every fifth
//! event also writes a snapshot in the same transaction, and a replay begins there.
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

/// The state after this number of events, as stored in a snapshot.
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

/// Returns the current state: the snapshot and the events after it. The stream reads as many pages as there are.
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

/// Decides from the current state, and appends the event. If another writer has appended an event, the command decides again.
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
        // Only the writer that appends event n writes the snapshot after n events, so the snapshot needs no check.
        let snapshot = store.put(stock.clone()).unconditional();
        let snapshot = (number % 5 == 0).then_some(snapshot);
        match store.transact_write((event, snapshot)).send().await {
            Err(Error::AlreadyExists(_)) => {}
            appended => return appended.map(|_| Some(stock)),
        }
    }
}

/// The usual code without dynacond. The SDK sends the put again after a lost answer. DynamoDB refuses the second put, because the
/// first one has stored the event. The caller thinks that another writer has stored it, decides again, and stores the change twice.
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

/// The usual replay without dynacond: one Query. A page ends after at most 1 MB, and this code takes the end of the page for the
/// end of the events.
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

/// Five deliveries, one of which loses its answer, and a replay, in both ways.
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
