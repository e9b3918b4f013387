//! A database with its faults and its log.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use aws_sdk_dynamodb::error::ConnectorError;
use serde_json::Value;

use crate::answer::Answer;
use crate::backend::{Backend, How, Sent};
use crate::engine::Engine;
use crate::fault::{Asked, Fault};
use crate::log::Request;
use crate::rule::{Aim, Rule, fault_for};

/// A database with the faults that its requests will meet, and the log of its requests.
///
/// [`new`](Local::new) makes an embedded database, and [`at`](Local::at) forwards to an endpoint. [`from_env`](Local::from_env)
/// leaves the choice to the environment. A clone uses the same database.
#[derive(Clone)]
pub struct Local {
    shared: Arc<Shared>,
}

struct Shared {
    backend: Backend,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    rules: Vec<Rule>,
    log: Vec<Request>,
    late: Vec<Late>,
    requests: u64,
    served: u64,
    ignores_all_old: bool,
}

/// A late request: its client has given up, but it will still be applied.
struct Late {
    sent: Sent,
    /// How many further requests are served before this one; `None` waits for [`Local::deliver`].
    after: Option<usize>,
}

impl Local {
    /// Makes a fresh database in memory.
    #[must_use]
    pub fn new() -> Self {
        Self::on_backend(Backend::Embedded(Engine::new()))
    }

    pub(crate) fn on_backend(backend: Backend) -> Self {
        Self {
            shared: Arc::new(Shared {
                backend,
                state: Mutex::default(),
            }),
        }
    }

    /// Aims a fault at requests of one operation, by its name in DynamoDB, such as `UpdateItem`.
    pub fn on(&self, operation: &str) -> Aim<'_> {
        Aim::new(self, Some(operation))
    }

    /// Aims a fault at requests of any operation.
    pub fn on_any(&self) -> Aim<'_> {
        Aim::new(self, None)
    }

    /// Sets a fault for the next request. A second call sets one for the request after that.
    pub fn next(&self, fault: Fault) {
        self.on_any().inject(fault);
    }

    /// Sets random faults for requests of any operation. See [`Aim::random`].
    pub fn random(&self, seed: u64, rate: f64, faults: impl IntoIterator<Item = Fault>) {
        self.on_any().random(seed, rate, faults);
    }

    /// Makes the database ignore `ReturnValuesOnConditionCheckFailure`, as some emulators do. Then a refusal never carries the item.
    pub fn ignore_all_old(&self) {
        self.state().ignores_all_old = true;
    }

    /// Forgets the client request tokens that were used so far, as DynamoDB does ten minutes after their first use. This has no
    /// effect on an endpoint.
    pub fn forget_tokens(&self) {
        match self.backend() {
            Backend::Embedded(engine) => engine.forget_tokens(),
            #[cfg(feature = "endpoint")]
            Backend::Endpoint(_) => {}
        }
    }

    /// Removes all faults that no request has met. Late requests are still applied.
    pub fn clear_faults(&self) {
        self.state().rules.clear();
    }

    /// Delivers every late request, in the order in which they were sent, and returns their number.
    #[expect(
        clippy::must_use_candidate,
        reason = "called for what it does; the count is for an assertion"
    )]
    pub fn deliver(&self) -> usize {
        let late = std::mem::take(&mut self.state().late);
        for late in &late {
            let answer = self.backend().apply_and_wait(&late.sent);
            self.note_served(&late.sent, &answer);
        }
        late.len()
    }

    /// Returns the requests so far, in the order in which they were sent.
    #[must_use]
    pub fn log(&self) -> Vec<Request> {
        self.state().log.clone()
    }

    /// Returns the operations of the [`log`](Local::log).
    #[must_use]
    pub fn operations(&self) -> Vec<String> {
        let state = self.state();
        state.log.iter().map(|r| r.operation.clone()).collect()
    }

    /// Empties the log.
    pub fn clear_log(&self) {
        self.state().log.clear();
    }

    pub(crate) fn add_rule(&self, rule: Rule) {
        self.state().rules.push(rule);
    }

    pub(crate) fn backend(&self) -> &Backend {
        &self.shared.backend
    }

    /// Logs a request under a new number, and returns the fault that it meets.
    pub(crate) fn receive(&self, operation: &str, body: &Value) -> (u64, Option<Fault>) {
        let embedded = self.backend().is_embedded();
        let asked = Asked {
            operation,
            body,
            embedded,
        };
        let mut state = self.state();
        let fault = fault_for(&mut state.rules, asked);
        let id = state.requests;
        state.requests += 1;
        state.log.push(Request {
            operation: operation.to_owned(),
            body: body.clone(),
            fault: fault.as_ref().map(ToString::to_string),
            served: None,
            turn: None,
            answered: None,
            id,
        });
        (id, fault)
    }

    /// Applies a request and notes it in the log.
    pub(crate) async fn apply(&self, sent: &Sent, how: How<'_>) -> Result<Answer, ConnectorError> {
        let answer = self.apply_quietly(sent, how).await;
        self.note_served(sent, &answer);
        answer
    }

    pub(crate) async fn apply_quietly(
        &self,
        sent: &Sent,
        how: How<'_>,
    ) -> Result<Answer, ConnectorError> {
        let answer = self.backend().apply(sent, how).await?;
        Ok(if self.state().ignores_all_old {
            answer.without_refused_items()
        } else {
            answer
        })
    }

    fn note_served(&self, sent: &Sent, answer: &Result<Answer, ConnectorError>) {
        if let Ok(answer) = answer {
            let turn = {
                let mut state = self.state();
                state.served += 1;
                state.served - 1
            };
            self.note(sent.id, |request| {
                (request.served, request.turn) = (Some(answer.status), Some(turn));
            });
        }
    }

    pub(crate) fn hold(&self, sent: Sent, after: Option<usize>) {
        self.state().late.push(Late { sent, after });
    }

    /// Called when the request `id` has been served: delivers the late requests whose turn it is.
    pub(crate) async fn served(&self, id: u64) {
        let due: Vec<Late> = {
            let mut state = self.state();
            for late in &mut state.late {
                if late.sent.id != id {
                    late.after = late.after.map(|n| n.saturating_sub(1));
                }
            }
            state
                .late
                .extract_if(.., |late| late.after == Some(0))
                .collect()
        };
        for late in due {
            // The client has given up, so nobody reads the answer.
            let _ = self.apply(&late.sent, How::AsSent).await;
        }
    }

    pub(crate) fn note(&self, id: u64, change: impl FnOnce(&mut Request)) {
        // The entry does not exist if the log was cleared in the meantime.
        if let Some(request) = self.state().log.iter_mut().rev().find(|r| r.id == id) {
            change(request);
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // No code that runs under the lock can panic.
        self.shared
            .state
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

impl Default for Local {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Local {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = self.state();
        f.debug_struct("Local")
            .field("rules", &state.rules)
            .field("requests", &state.requests)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_log_is_in_order_and_without_the_quiet_clients_requests() {
        let local = Local::new();
        let client = local.client();
        client.list_tables().limit(3).send().await.unwrap();
        local.quiet_client().list_tables().send().await.unwrap();
        let missing = client.describe_table().table_name("shop").send().await;
        missing.unwrap_err();

        assert_eq!(local.operations(), ["ListTables", "DescribeTable"]);
        let log = local.log();
        assert_eq!(log[0].body, serde_json::json!({ "Limit": 3 }));
        assert_eq!((log[0].served, log[0].answered), (Some(200), Some(200)));
        assert_eq!((log[1].served, log[1].answered), (Some(400), Some(400)));
        local.clear_log();
        assert!(local.operations().is_empty());
    }

    #[tokio::test]
    async fn tasks_interleave() {
        let local = Local::new();
        let client = local.client();
        let lists = async {
            client.list_tables().send().await.unwrap();
            client.list_tables().send().await.unwrap();
        };
        let describes = async {
            for _ in 0..2 {
                let missing = client.describe_table().table_name("shop").send().await;
                missing.unwrap_err();
            }
        };
        tokio::join!(lists, describes);
        let round = ["ListTables", "DescribeTable"];
        assert_eq!(local.operations(), [round, round].concat());
    }
}
