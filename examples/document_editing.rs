//! Two people edit one document. The one who saves last is not allowed to wipe out the other's work: she is shown what she
//! changed and what they changed, decides, and saves on top of it.
//!
//! `cargo run --example document_editing`, on an embedded DynamoDB; with `DYNACOND_ENDPOINT=http://…` on that endpoint.
use dynacond::{Error, Store, Stored, Versioned, attr};
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, Serialize, Deserialize, Versioned)]
#[dynacond(
    table = "documents",
    partition_key(name = "pk", value = "doc#{id}"),
    sort_key(name = "sk", value = "doc#{id}")
)]
pub struct Document {
    pub id: String,
    pub title: String,
    pub body: String,
}

/// What a person sees of a change.
fn changes(from: &Document, to: &Document) -> Vec<String> {
    let fields = [
        ("title", &from.title, &to.title),
        ("body", &from.body, &to.body),
    ];
    let changed = fields.into_iter().filter(|(_, from, to)| from != to);
    changed
        .map(|(name, from, to)| format!("the {name} from \"{from}\" to \"{to}\""))
        .collect()
}

pub(crate) async fn run(store: &Store) -> Result<Stored<Document>, Box<dyn std::error::Error>> {
    dynacond_local::create_table::<Document>(store).await?;
    let key = Document::key("d1");
    store.delete(&key).unconditional().send().await?;
    let document = Document {
        id: "d1".into(),
        title: "Plan".into(),
        body: "Nothing yet.".into(),
    };
    store.create(document).send().await?;

    // Both open version 1. The read is consistent: an eventually consistent one may be stale before anybody edits.
    let opened = store.get(&key).send().await?.ok_or("no document")?;
    let (mut ana, mut ben) = (opened.clone(), opened.clone());

    ben.title = "Roadmap".into();
    let ben = store.save(ben).send().await?;
    println!("Ben saved version {}.", Stored::version(&ben));

    // A service that knows more attributes than this struct marks the document. The guide's save puts the attributes that it
    // knows as the whole item, and the mark would be gone. Here only what changed is sent.
    let mark = store.update(&key).set(|_| attr("reviewed_by").to("Cleo"));
    mark.send().await?;

    ana.title = "Plan for May".into();
    ana.body = "Plant trees.".into();
    let mine = ana.clone();
    // The guide's retry sends the same guarded save again, which can never succeed, and its caller is told "document was
    // modified", but not how. The refusal brings the document as it is now: no second read.
    let theirs = match store.save(ana).send().await {
        Err(Error::Conflict(refusal)) => refusal.current::<Document>()?.ok_or("deleted")?,
        other => return Err(format!("expected a conflict, got {other:?}").into()),
    };
    println!(
        "Ana cannot save: version {} is there, and she opened version {}.",
        Stored::version(&theirs),
        Stored::version(&mine)
    );
    for change in changes(&opened, &mine) {
        println!("  you changed  {change}");
    }
    for change in changes(&opened, &theirs) {
        println!("  they changed {change}");
    }

    println!("Ana keeps their title and her body.");
    let mut merged = theirs;
    merged.body.clone_from(&mine.body);
    let saved = store.save(merged).send().await?;
    println!(
        "Saved as version {}: \"{}\", {}",
        Stored::version(&saved),
        saved.title,
        saved.body
    );
    Ok(saved)
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let client = dynacond_local::client_from_env()?;
    let store = Store::builder(client).prefix("dynacond-document-editing-");
    run(&store.build()).await?;
    Ok(())
}
