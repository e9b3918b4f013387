//! How does a request go out?
pub(crate) mod attempts;
pub(crate) mod call;
pub(crate) mod clock;
pub(crate) mod failure;
pub(crate) mod request;
pub(crate) mod retry;
