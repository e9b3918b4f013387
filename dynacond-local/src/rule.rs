//! Decides which requests meet which fault.

use crate::fault::{Asked, Fault};
use crate::local::Local;

/// Aims a fault at requests: `local.on("UpdateItem").nth(2).inject(Fault::LoseAnswer)`.
///
/// Without `nth`, `times` or `always`, the next request meets the fault. A request meets at most one fault. If several faults are
/// aimed at a request, it meets the one that was set first, and the others wait for the next request. So if you set two faults for
/// the next request, the next two requests meet them.
#[derive(Debug)]
#[must_use = "nothing happens until `.inject(fault)`"]
pub struct Aim<'a> {
    local: &'a Local,
    operation: Option<String>,
    skip: usize,
    times: usize,
}

impl<'a> Aim<'a> {
    pub(crate) fn new(local: &'a Local, operation: Option<&str>) -> Self {
        Self {
            local,
            operation: operation.map(str::to_owned),
            skip: 0,
            times: 1,
        }
    }

    /// Aims at the `n`-th such request, counted from 1 when the fault is set. Each attempt of the SDK is a request. 0 means 1.
    pub fn nth(self, n: usize) -> Self {
        Self {
            skip: n.saturating_sub(1),
            ..self
        }
    }

    /// Aims at this many such requests, one after the other.
    pub fn times(self, times: usize) -> Self {
        Self { times, ..self }
    }

    /// Aims at every such request, until [`Local::clear_faults`].
    pub fn always(self) -> Self {
        self.times(usize::MAX)
    }

    /// Sets the fault.
    pub fn inject(self, fault: Fault) {
        let Self {
            local,
            operation,
            skip,
            times,
        } = self;
        let when = When::Counted { skip, times };
        local.add_rule(Rule {
            operation,
            when,
            faults: vec![fault],
        });
    }

    /// Sets random faults: each such request meets one of `faults` with the probability `rate` (0 to 1), until
    /// [`Local::clear_faults`].
    ///
    /// The same seed and the same requests give the same faults. An operation never draws a fault that it cannot meet.
    pub fn random(self, seed: u64, rate: f64, faults: impl IntoIterator<Item = Fault>) {
        let Self {
            local, operation, ..
        } = self;
        let when = When::Drawn {
            rng: fastrand::Rng::with_seed(seed),
            rate,
        };
        local.add_rule(Rule {
            operation,
            when,
            faults: faults.into_iter().collect(),
        });
    }
}

/// One setting of [`Aim`] that waits for its requests.
#[derive(Debug)]
pub(crate) struct Rule {
    operation: Option<String>,
    when: When,
    faults: Vec<Fault>,
}

#[derive(Debug)]
enum When {
    Counted { skip: usize, times: usize },
    Drawn { rng: fastrand::Rng, rate: f64 },
}

/// Returns the fault that a request of this operation meets, if any.
pub(crate) fn fault_for(rules: &mut Vec<Rule>, asked: Asked<'_>) -> Option<Fault> {
    let mut met = None;
    for rule in rules.iter_mut() {
        // Every rule is asked, even if a rule before it gave a fault, because each rule counts its requests.
        let fault = rule.ask(asked, met.is_some());
        met = met.or(fault);
    }
    rules.retain(|rule| !matches!(rule.when, When::Counted { times: 0, .. }));
    met
}

impl Rule {
    fn ask(&mut self, asked: Asked<'_>, taken: bool) -> Option<Fault> {
        if self
            .operation
            .as_deref()
            .is_some_and(|o| o != asked.operation)
        {
            return None;
        }
        let fits = |fault: &&Fault| fault.fits(asked);
        let mut fitting: Vec<&Fault> = self.faults.iter().filter(fits).collect();
        if fitting.is_empty() {
            return None;
        }
        let index = match &mut self.when {
            When::Counted { skip, .. } if *skip > 0 => {
                *skip -= 1;
                return None;
            }
            When::Counted { .. } if taken => return None,
            When::Counted { times, .. } => {
                *times = times.checked_sub(1)?;
                0
            }
            When::Drawn { rng, rate } => {
                let (met, index) = (rng.f64() < *rate, rng.usize(..fitting.len()));
                if taken || !met {
                    return None;
                }
                index
            }
        };
        Some(fitting.swap_remove(index).clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns the names of the faults that these requests meet.
    fn met(local: &Local, operations: &[&str]) -> Vec<String> {
        local.clear_log();
        for operation in operations {
            let _ = local.receive(operation, &serde_json::Value::Null);
        }
        let name = |request: crate::Request| request.fault.unwrap_or_else(|| "-".to_owned());
        local.log().into_iter().map(name).collect()
    }

    #[test]
    fn a_fault_meets_the_request_it_is_aimed_at() {
        let local = Local::new();
        local.on("UpdateItem").nth(2).inject(Fault::LoseAnswer);
        assert_eq!(
            met(
                &local,
                &["PutItem", "UpdateItem", "UpdateItem", "UpdateItem"]
            ),
            ["-", "-", "LoseAnswer", "-"]
        );
        local.on("UpdateItem").times(2).inject(Fault::Throttle);
        assert_eq!(
            met(
                &local,
                &["UpdateItem", "PutItem", "UpdateItem", "UpdateItem"]
            ),
            ["Throttle", "-", "Throttle", "-"]
        );
        local.on_any().times(0).inject(Fault::Throttle);
        assert_eq!(met(&local, &["PutItem"]), ["-"]);
    }

    #[test]
    fn faults_for_the_next_request_queue_up() {
        let local = Local::new();
        local.next(Fault::LoseAnswer);
        local.next(Fault::LoseRequest);
        assert_eq!(
            met(&local, &["PutItem"; 3]),
            ["LoseAnswer", "LoseRequest", "-"]
        );
    }

    #[test]
    fn a_fault_waits_for_an_operation_that_can_meet_it() {
        let local = Local::new();
        local.next(Fault::TransactionInProgress);
        assert_eq!(
            met(&local, &["GetItem", "TransactWriteItems"]),
            ["-", "TransactionInProgress"]
        );
    }

    #[test]
    fn always_is_until_cleared() {
        let local = Local::new();
        local.on_any().always().inject(Fault::Throttle);
        assert_eq!(met(&local, &["PutItem"; 2]), ["Throttle"; 2]);
        local.clear_faults();
        assert_eq!(met(&local, &["PutItem"]), ["-"]);
    }

    #[test]
    fn random_faults_are_the_seeds() {
        let draw = |seed| {
            let local = Local::new();
            local.random(
                seed,
                0.3,
                [
                    Fault::LoseAnswer,
                    Fault::Throttle,
                    Fault::TransactionInProgress,
                ],
            );
            met(&local, &["PutItem"; 200])
        };
        let faults = draw(7);
        assert_eq!(faults, draw(7));
        assert_ne!(faults, draw(8));
        let count = |name| faults.iter().filter(|fault| *fault == name).count();
        assert!((30..90).contains(&(200 - count("-"))), "{faults:?}");
        assert!(count("LoseAnswer") > 10 && count("Throttle") > 10);
        assert_eq!(count("TransactionInProgress"), 0);
    }
}
