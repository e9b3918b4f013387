//! What the database did: which operations it applied, by the marks that their requests write or ask for.
use std::collections::{HashMap, HashSet};

use dynacond_local::{Local, Request};
use serde_json::Value;

use super::model::CLAIM;

/// What became of the requests of one operation.
#[derive(Default)]
pub struct Sent {
    /// The payloads that were applied. A transaction that is sent again under its token is one.
    pub applied: usize,
    /// Whether the answer to one was lost.
    pub lost: bool,
    transactions: HashSet<String>,
    /// The write ids that its guards name.
    replaces: HashSet<String>,
}

/// The requests of a history, by operation.
pub struct Wire {
    sent: HashMap<String, Sent>,
    /// How often the write with an id was applied.
    writes: HashMap<String, usize>,
    /// The items whose claim was set, one for each time that it was set anew.
    pub claims: Vec<String>,
}

impl Wire {
    pub fn of(local: &Local) -> Self {
        let mut wire = Self {
            sent: HashMap::new(),
            writes: HashMap::new(),
            claims: Vec::new(),
        };
        for request in local.log() {
            wire.add(&request);
        }
        wire
    }

    pub fn of_operation(&self, mark: &str) -> (usize, bool) {
        let sent = self.sent.get(mark);
        sent.map_or((0, false), |sent| (sent.applied, sent.lost))
    }

    /// Whether a write that the operation replaces was applied twice: then the item was twice as the guard expects it. The
    /// writer of that write has sent it again, under a guard that names no write.
    pub fn replaces_a_repeated_write(&self, mark: &str) -> bool {
        let twice = |id: &String| self.writes.get(id).is_some_and(|applied| *applied > 1);
        let sent = self.sent.get(mark);
        sent.is_some_and(|sent| sent.replaces.iter().any(twice))
    }

    fn add(&mut self, request: &Request) {
        let applied = request.served == Some(200);
        // An attempt that is still running may yet be applied.
        let running = request.fault.as_deref() == Some("TransactionInProgress");
        let lost = running || request.answered.is_none_or(|status| status >= 500);
        let token = request.body["ClientRequestToken"].as_str();
        let mut marks = HashSet::new();
        let anew = applied && !token.is_some_and(|token| self.is_applied(token));
        for (operation, action) in actions(request) {
            if let Some(mark) = mark(operation, action) {
                let sent = self.sent.entry(mark.clone()).or_default();
                sent.replaces.extend(replaced(action));
                marks.insert(mark);
            }
            if !anew {
                continue;
            }
            if sets_claim(operation, action) {
                self.claims.push(id_of(action));
            }
            if let Some(id) = stamped(operation, action) {
                *self.writes.entry(id).or_default() += 1;
            }
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
        "Put" => &action["Item"]["item_write_id"],
        "Update" => after(action, "UpdateExpression", "#item_write_id = ")?,
        _ => return None,
    };
    id["S"].as_str().map(str::to_owned)
}

/// The write id that a guard names.
fn replaced(action: &Value) -> Option<String> {
    let id = after(action, "ConditionExpression", "#item_write_id = ")?;
    id["S"].as_str().map(str::to_owned)
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
