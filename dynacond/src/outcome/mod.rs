//! What became of it?
pub(crate) mod batch;
pub(crate) mod collect;
pub(crate) mod execute;
pub(crate) mod failed;
pub(crate) mod group;
pub(crate) mod import;
pub(crate) mod lane;
pub(crate) mod outcome;
pub(crate) mod pages;
pub(crate) mod progress;
pub(crate) mod read;
pub(crate) mod read_trace;
pub(crate) mod refused;
mod resend;
pub(crate) mod trace;
pub(crate) mod transaction;
pub(crate) mod verdict;
pub(crate) mod watch;
