//! What became of it?
//!
//! One word has one meaning, for a single write, a transaction and a batch:
//!
//! | word | what it does |
//! |---|---|
//! | lower | checks a write, and compiles it into DynamoDB's terms (`write/`) |
//! | send | sends one request, and returns its answer (`wire/`) |
//! | repeat | sends the same payload again in the same call, after a failure or a lost answer |
//! | judge | says what a refusal proves about the attempts before it |
//! | settle | ends without an answer: one read shows that the write was applied, or the outcome is unknown |
//! | find out | sends, repeats, judges and settles, until the outcome is known |
//! | deliver | finds out, and traces the outcome |
//! | execute | makes the requests that are needed before a write, and delivers the write; a refusal is an error |
//! | adopt | gives an item its first version, which is such a request |
//! | commit | delivers what a pass of a transaction function has planned (`transaction/`) |
//! | resend | delivers again a write whose outcome an earlier call has left unknown |
//! | run | does everything that a verb does in one call (`verbs/`) |
//! | `refused`, `failed`, `unknown`, `exhausted` | make the error of an outcome |
pub(crate) mod batch;
pub(crate) mod callers;
pub(crate) mod caught;
pub(crate) mod collect;
pub(crate) mod each;
pub(crate) mod execute;
pub(crate) mod failed;
pub(crate) mod fetch;
pub(crate) mod group;
pub(crate) mod import;
pub(crate) mod lane;
pub(crate) mod limits;
pub(crate) mod pages;
pub(crate) mod place;
pub(crate) mod progress;
pub(crate) mod read;
pub(crate) mod read_trace;
pub(crate) mod refused;
pub(crate) mod resend;
pub(crate) mod single;
pub(crate) mod trace;
pub(crate) mod transaction;
pub(crate) mod verdict;
pub(crate) mod walk;
pub(crate) mod watch;
