//! What the database did: which operations it applied, by the marks that their requests write or ask for.
use std::collections::{HashMap, HashSet};

use dynacond_local::{Local, Request};
use serde_json::Value;

use super::model::CLAIM;

/// What happened to the requests of one operation.
#[derive(Default)]
pub struct Sent {
    /// The payloads that were applied. A transaction that is sent again under its token is one.
    pub applied: usize,
    /// Whether the answer to one was lost.
    pub lost: bool,
    transactions: HashSet<String>,
}

/// The requests of a history, by operation.
pub struct Wire {
    sent: HashMap<String, Sent>,
    /// What the write ids that the database was given contradict.
    pub wrong: Vec<String>,
    /// The items whose claim was set, one for each time that it was set anew.
    pub claims: Vec<String>,
}

impl Wire {
    pub fn of(local: &Local) -> Self {
        let mut wire = Self {
            sent: HashMap::new(),
            wrong: Vec::new(),
            claims: Vec::new(),
        };
        let mut log = local.log();
        // As they were applied, which is not as they were sent.
        log.sort_by_key(|request| request.turn);
        let mut ids = Ids {
            // An endpoint does not say in which order it served requests that overlap.
            in_order: std::env::var_os("DYNACOND_ENDPOINT").is_none(),
            ..Ids::default()
        };
        for request in &log {
            wire.add(request, &mut ids);
        }
        wire.wrong = ids.wrong;
        wire
    }

    pub fn of_operation(&self, mark: &str) -> (usize, bool) {
        let sent = self.sent.get(mark);
        sent.map_or((0, false), |sent| (sent.applied, sent.lost))
    }

    fn add(&mut self, request: &Request, ids: &mut Ids) {
        let applied = request.served == Some(200);
        // An attempt that is still running may yet be applied.
        let running = request.fault.as_deref() == Some("TransactionInProgress");
        let lost = running || request.answered.is_none_or(|status| status >= 500);
        let token = request.body["ClientRequestToken"].as_str();
        let mut marks = HashSet::new();
        let anew = applied && !token.is_some_and(|token| self.is_applied(token));
        for (operation, action) in actions(request) {
            marks.extend(mark(operation, action));
            if !anew {
                continue;
            }
            if sets_claim(operation, action) {
                self.claims.push(id_of(action));
            }
            ids.applied(operation, action);
        }
        for mark in marks {
            let sent = self.sent.entry(mark).or_default();
            sent.lost |= lost;
            if applied && token.is_none_or(|token| sent.transactions.insert(token.to_owned())) {
                sent.applied += 1;
            }
        }
    }

    fn is_applied(&self, token: &str) -> bool {
        let mut sent = self.sent.values();
        sent.any(|sent| sent.transactions.contains(token))
    }
}

/// The write ids that the items held, one after the other.
#[derive(Default)]
struct Ids {
    /// What each item holds, by table and key.
    now: HashMap<[String; 2], String>,
    seen: HashSet<String>,
    incarnations: HashSet<String>,
    in_order: bool,
    wrong: Vec<String>,
}

impl Ids {
    /// No id comes back, and no incarnation after another one or after a deletion.
    fn applied(&mut self, operation: &str, action: &Value) {
        let table = action["TableName"].as_str().unwrap_or_default();
        let item = [table.to_owned(), id_of(action)];
        if operation == "Delete" {
            self.now.remove(&item);
        }
        let Some(id) = stamped(operation, action) else {
            return;
        };
        let incarnation = id[..20].to_owned();
        let before = self.now.insert(item, id.clone()).unwrap_or_default();
        if !self.seen.insert(id.clone()) {
            self.wrong.push(format!("the id {id} came back"));
        }
        if !self.in_order {
            return;
        }
        if !before.starts_with(&incarnation) && !self.incarnations.insert(incarnation) {
            self.wrong.push(format!(
                "the incarnation of {id} came back after {before:?}"
            ));
        }
        if before[..16.min(before.len())] == id[..16] && asks_for_its_stem(action) {
            self.wrong
                .push(format!("{id} was applied to {before}, which holds it"));
        }
    }
}

/// The writes of a request, each with its operation's name.
fn actions(request: &Request) -> Vec<(&str, &Value)> {
    let body = &request.body;
    let Some(actions) = body["TransactItems"].as_array() else {
        return vec![(request.operation.trim_end_matches("Item"), body)];
    };
    let entries = actions.iter().filter_map(Value::as_object).flatten();
    entries
        .map(|(name, action)| (name.as_str(), action))
        .collect()
}

/// The mark that a write writes, or that a deletion asks for.
fn mark(operation: &str, action: &Value) -> Option<String> {
    let value = match operation {
        "Put" => &action["Item"]["mark"],
        "Update" => after(action, "UpdateExpression", "#mark = ")?,
        "Delete" | "ConditionCheck" => after(action, "ConditionExpression", "#mark <> ")?,
        _ => return None,
    };
    value["S"].as_str().map(str::to_owned)
}

/// The write id that a write stamps.
fn stamped(operation: &str, action: &Value) -> Option<String> {
    let id = match operation {
        "Put" => &action["Item"][write_id_of(action)],
        "Update" => {
            let set = format!("#{} = ", write_id_of(action));
            after(action, "UpdateExpression", &set)?
        }
        _ => return None,
    };
    id["S"].as_str().map(str::to_owned)
}

/// The attribute of the write id.
fn write_id_of(action: &Value) -> &str {
    match action["TableName"].as_str() {
        Some("tickets") => "rvn",
        _ => "item_write_id",
    }
}

/// Whether an item that holds the write refuses it.
fn asks_for_its_stem(action: &Value) -> bool {
    let condition = action["ConditionExpression"].as_str();
    condition.is_some_and(|condition| condition.contains("NOT begins_with("))
}

/// The value whose placeholder comes after a text.
fn after<'a>(action: &'a Value, expression: &str, text: &str) -> Option<&'a Value> {
    let (_, rest) = action[expression].as_str()?.split_once(text)?;
    let end = rest.find([',', ' ', ')']).unwrap_or(rest.len());
    Some(&action["ExpressionAttributeValues"][&rest[..end]])
}

/// Whether the write sets the claim, instead of keeping the one that was read.
fn sets_claim(operation: &str, action: &Value) -> bool {
    let claim = match operation {
        "Put" => &action["Item"][CLAIM],
        "Update" => match after(action, "UpdateExpression", &format!("#{CLAIM} = ")) {
            Some(claim) => claim,
            None => return false,
        },
        _ => return false,
    };
    let own = mark(operation, action).map(|mark| format!("claim of {mark}"));
    claim["S"].as_str().map(str::to_owned) == own
}

fn id_of(action: &Value) -> String {
    let id = action["Key"]["id"]["S"].as_str();
    id.or(action["Item"]["id"]["S"].as_str())
        .unwrap_or_default()
        .to_owned()
}
