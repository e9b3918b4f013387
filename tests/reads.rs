//! Reads and bulk, told as stories: what a query gives, what it costs, what it never takes for the end, and what becomes of
//! each of many writes.

mod reads {
    mod batches;
    mod bulk_writes;
    mod collections;
    mod costs;
    mod cursors;
    mod ends;
    mod fetched;
    mod import;
    mod model;
    mod pages;
    mod projections;
    #[path = "../stories/recorder.rs"]
    mod recorder;
    mod schemas;
    mod sdk_queries;
    mod sort_keys;
    mod support;
    mod traces;
}
