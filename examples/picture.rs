//! The picture of the README: two people change one order, a stale save is refused, and a false condition is explained. The states,
//! versions and texts of the picture come from a run.
//!
//! `cargo run --example picture > docs/conflict.svg`, on an embedded DynamoDB.
use std::fmt::Write as _;

use dynacond::{Error, Store, Stored, Versioned};
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, Serialize, Deserialize, Versioned)]
#[dynacond(table = "shop")]
struct Order {
    #[dynacond(partition_key)]
    id: String,
    status: String,
    stock: u32,
}

#[derive(Clone, Copy, PartialEq)]
enum Who {
    Ana,
    Ben,
}

/// A request and its answer, as one row of the picture.
struct Step {
    who: Who,
    /// The call.
    code: Vec<&'static str>,
    /// The item after the request.
    item: String,
    /// The result of the call.
    answer: Result<String, String>,
    /// A remark next to the item.
    note: [&'static str; 2],
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    println!("{}", run().await?);
    Ok(())
}

pub(crate) async fn run() -> Result<String, Box<dyn std::error::Error>> {
    let store = Store::new(dynacond_local::client());
    dynacond_local::create_table::<Order>(&store).await?;
    store
        .create(Order {
            id: "o1".into(),
            status: "held".into(),
            stock: 10,
        })
        .send()
        .await?;
    let mut steps = Vec::new();

    let mut ana = read(&store).await?;
    let mut ben = read(&store).await?;
    for who in [Who::Ana, Who::Ben] {
        let code = vec!["store.get(key).send().await"];
        steps.push(step(
            who,
            code,
            &ana,
            Ok(state(&ana)),
            ["Both read the same order.", ""],
        ));
    }

    ana.stock -= 3;
    let code = vec!["order.stock -= 3;", "store.save(order).send().await"];
    let saved = store.save(ana).send().await?;
    let note = [
        "Only the change is sent, with a guard",
        "on version and write id.",
    ];
    steps.push(step(Who::Ana, code, &saved, Ok(state(&saved)), note));

    ben.stock -= 4;
    let code = vec!["order.stock -= 4;", "store.save(order).send().await"];
    let Err(Error::Conflict(refusal)) = store.save(ben).send().await else {
        return Err("the stale save was not refused".into());
    };
    let told = reason(&refusal.to_string());
    let note = [
        "Ben's copy is older than Ana's change,",
        "so nothing is written.",
    ];
    steps.push(step(
        Who::Ben,
        code,
        &saved,
        Err(format!("Conflict: {told}")),
        note,
    ));

    let mut current = refusal.current::<Order>()?.ok_or("no item")?;
    current.stock -= 4;
    let code = vec![
        "let mut order = refusal.current()?;",
        "order.stock -= 4;",
        "store.save(order).send().await",
    ];
    let saved = store.save(current).send().await?;
    let note = [
        "The refusal carries the current item:",
        "Ben needs no second read.",
    ];
    steps.push(step(Who::Ben, code, &saved, Ok(state(&saved)), note));

    let code = vec![
        "store.update(key)",
        "  .set(|o| o.stock.subtract(5))",
        "  .when(|o| o.status.eq(\"held\"))",
    ];
    let update = store
        .update(Order::key("o1"))
        .set(|o| o.stock.subtract(5))
        .when(|o| o.status.eq("held"));
    let Err(Error::ConditionFailed(refusal)) = update.send().await else {
        return Err("the update was not refused".into());
    };
    let clauses = refusal.condition().ok_or("no condition")?.to_string();
    let told = format!("ConditionFailed:\n{clauses}");
    let note = [
        "One request without a read. The refusal",
        "says which clause was false, and why.",
    ];
    steps.push(step(Who::Ana, code, &saved, Err(told), note));

    Ok(picture(&steps))
}

async fn read(store: &Store) -> Result<Stored<Order>, Box<dyn std::error::Error>> {
    Ok(store
        .get(Order::key("o1"))
        .send()
        .await?
        .ok_or("no order")?)
}

fn state(order: &Stored<Order>) -> String {
    format!("stock {}, version {}", order.stock, Stored::version(order))
}

fn step(
    who: Who,
    code: Vec<&'static str>,
    item: &Stored<Order>,
    answer: Result<String, String>,
    note: [&'static str; 2],
) -> Step {
    Step {
        who,
        code,
        item: state(item),
        answer,
        note,
    }
}

/// A refusal names the item first, and then the reason.
fn reason(refusal: &str) -> String {
    let (_, reason) = refusal.split_once("refused: ").unwrap_or(("", refusal));
    reason.to_owned()
}

const LINE: usize = 18;
const WIDTH: usize = 960;
/// The left edge and the width of the lanes of Ana, the item and Ben.
const LANES: [(usize, usize); 3] = [(16, 336), (408, 144), (608, 336)];

fn picture(steps: &[Step]) -> String {
    let mut body = String::new();
    let mut y = 20;
    for (lane, name) in LANES.iter().zip(["Ana", "the item", "Ben"]) {
        let x = lane.0 + lane.1 / 2;
        let _ = writeln!(
            body,
            r#"<text x="{x}" y="{}" class="name">{name}</text>"#,
            y + 8
        );
    }
    y += 24;
    for step in steps {
        y += draw(&mut body, step, y) + 14;
    }
    format!(
        r##"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {y}" width="{WIDTH}" height="{y}" role="img" aria-label="Two people change one order; a stale save is refused, and a false condition is explained.">
<style>
text {{ font: 13px ui-monospace, Menlo, Consolas, monospace; fill: #1f2328; white-space: pre }}
.name {{ font: bold 15px system-ui, sans-serif; text-anchor: middle }}
.item {{ text-anchor: middle }}
.note {{ font: 13px system-ui, sans-serif; fill: #57606a }}
.ok {{ fill: #116329 }}
.no {{ fill: #a40e26 }}
</style>
<rect width="{WIDTH}" height="{y}" rx="8" fill="#ffffff" stroke="#d0d7de"/>
{body}</svg>"##
    )
}

/// Draws the row of a step below `y`, and returns its height.
fn draw(body: &mut String, step: &Step, y: usize) -> usize {
    let (class, border, answer) = match &step.answer {
        Ok(text) => ("ok", "#4ac26b", text),
        Err(text) => ("no", "#ff8182", text),
    };
    let answer: Vec<&str> = answer.lines().collect();
    let lines = step.code.len() + answer.len();
    let height = lines * LINE + 16;
    let (x, width) = LANES[if step.who == Who::Ana { 0 } else { 2 }];
    let mut text = |x: usize, line: usize, class: &str, text: &str| {
        let y = y + 20 + line * LINE;
        let text = text
            .replace('&', "&amp;")
            .replace('<', "&lt;")
            .replace('>', "&gt;");
        let _ = writeln!(
            body,
            r#"<text x="{x}" y="{y}" class="{class}">{text}</text>"#
        );
    };
    for (line, code) in step.code.iter().enumerate() {
        text(x + 12, line, "", code);
    }
    for (line, told) in answer.iter().enumerate() {
        text(x + 12, step.code.len() + line, class, told);
    }
    let empty = LANES[if step.who == Who::Ana { 2 } else { 0 }].0;
    for (line, note) in step.note.iter().enumerate() {
        text(empty + 12, line, "note", note);
    }
    let (item, item_width) = LANES[1];
    let (stock, version) = step.item.split_once(", ").unwrap_or((&step.item, ""));
    text(item + item_width / 2, 0, "item", stock);
    text(item + item_width / 2, 1, "item", version);

    let frame = |x, width, height, stroke| {
        format!(
            r#"<rect x="{x}" y="{y}" width="{width}" height="{height}" rx="6" fill="none" stroke="{stroke}"/>"#
        )
    };
    let _ = writeln!(body, "{}", frame(x, width, height, border));
    let _ = writeln!(
        body,
        "{}",
        frame(item, item_width, 2 * LINE + 12, "#d0d7de")
    );
    // The request goes to the item, and the answer comes back below it.
    let (near, far) = if step.who == Who::Ana {
        (x + width + 4, item - 4)
    } else {
        (x - 4, item + item_width + 4)
    };
    arrow(body, near, far, y + 16, "#57606a");
    arrow(body, far, near, y + 16 + LINE, border);
    height.max(2 * LINE + 12)
}

fn arrow(body: &mut String, from: usize, to: usize, y: usize, color: &str) {
    let back = if from < to { to - 7 } else { to + 7 };
    let (above, below) = (y - 4, y + 4);
    let _ = writeln!(
        body,
        r#"<path d="M{from} {y}H{to}M{back} {above}L{to} {y}L{back} {below}" fill="none" stroke="{color}" stroke-width="1.5"/>"#
    );
}
