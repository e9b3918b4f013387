//! What would be read? This folder has queries and scans as plain values, the size of their next page, and the position where they
//! continue.
pub(crate) mod checkpoint;
pub(crate) mod consistency;
pub(crate) mod cursor;
pub(crate) mod filter;
pub(crate) mod fingerprint;
pub(crate) mod pace;
pub(crate) mod preview;
pub(crate) mod read;
pub(crate) mod seen;
