//! What would be read? Queries and scans as plain values, how much of them to ask for next, and where they go on.
pub(crate) mod checkpoint;
pub(crate) mod cursor;
pub(crate) mod pace;
pub(crate) mod preview;
pub(crate) mod read;
pub(crate) mod seen;
