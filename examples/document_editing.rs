//! Two people edit one document. The second person to save cannot overwrite the other's work. She sees both changes, decides, and
//! saves again.
//!
//! `cargo run --example document_editing`, on an embedded DynamoDB; with `DYNACOND_ENDPOINT=http://…` on that endpoint.
use dynacond::{Error, Store, Stored, Versioned, attr};
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, Serialize, Deserialize, Versioned)]
#[dynacond(table = "documents")]
pub struct Document {
    #[dynacond(partition_key)]
    pub id: String,
    pub title: String,
    pub body: String,
}

/// A change as it is shown to a person.
fn show(who: &str, from: &Document, to: &Document) {
    let title = ("title", &from.title, &to.title);
    let body = ("body", &from.body, &to.body);
    for (name, from, to) in [title, body].into_iter().filter(|(_, a, b)| a != b) {
        println!("  {who} changed the {name} from {from:?} to {to:?}");
    }
}

pub async fn run(store: &Store) -> Result<Stored<Document>, Box<dyn std::error::Error>> {
    dynacond_local::create_table::<Document>(store).await?;
    let key = Document::key("d1");
    store.delete(&key).unconditional().send().await?;
    let (title, body) = ("Plan".into(), "Nothing yet.".into());
    let id = "d1".into();
    let opened = store.create(Document { id, title, body }).send().await?;

    // Both open version 1.
    let (mut ana, mut ben) = (opened.clone(), opened.clone());
    ben.title = "Roadmap".into();
    let ben = store.save(ben).send().await?;
    println!("Ben saved version {}.", Stored::version(&ben));

    // A service that knows more attributes than this struct marks the document. If a save put the struct as the whole item, the
    // mark would be lost. Here only the changes are sent.
    let mark = store.update(&key).set(|_| attr("reviewed_by").to("Cleo"));
    mark.send().await?;

    ana.title = "Plan for May".into();
    ana.body = "Plant trees.".into();
    let mine = ana.clone();
    // Without a condition her save would overwrite his title. Sending the same guarded save again can never succeed. The refusal
    // carries the current document, so no second read is needed.
    let theirs = match store.save(ana).send().await {
        Err(Error::Conflict(refusal)) => refusal.current::<Document>()?.ok_or("deleted")?,
        other => return Err(format!("expected a conflict, got {other:?}").into()),
    };
    let (old, now) = (Stored::version(&mine), Stored::version(&theirs));
    println!("Ana cannot save: she opened version {old}, and version {now} is there.");
    show("Ana", &opened, &mine);
    show("somebody else", &opened, &theirs);

    println!("Ana keeps their title and her body.");
    let mut merged = theirs;
    merged.body.clone_from(&mine.body);
    let saved = store.save(merged).send().await?;
    let (version, Document { title, body, .. }) = (Stored::version(&saved), &*saved);
    println!("Saved as version {version}: {title:?}, {body:?}");
    Ok(saved)
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let store = Store::new(dynacond_local::client_from_env()?);
    run(&store).await.map(drop)
}
