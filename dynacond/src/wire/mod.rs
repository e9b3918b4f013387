//! How does a request go out?
pub(crate) mod actions;
pub(crate) mod attempts;
pub(crate) mod batch_write;
pub(crate) mod call;
pub(crate) mod cause;
pub(crate) mod clock;
pub(crate) mod connection;
pub(crate) mod failure;
mod guarded;
pub(crate) mod lanes;
pub(crate) mod rate;
pub(crate) mod read;
pub(crate) mod request;
pub(crate) mod retry;
pub(crate) mod retry_policy;
pub(crate) mod shared_rate;
