//! Reads and bulk, told as stories: what a query gives, what it costs, what it never takes for the end, and what becomes of
//! each of many writes.

mod reads {
    mod any_key;
    mod batches;
    mod bulk_writes;
    mod collections;
    mod consistency;
    mod costs;
    mod crashes;
    mod cursors;
    mod each;
    mod encodings;
    mod ends;
    mod every_place;
    mod fetched;
    mod fingerprints;
    mod import;
    mod index_model;
    mod memory;
    mod model;
    mod pages;
    mod ports;
    mod projections;
    mod rate;
    #[expect(dead_code, reason = "the stories look at more of it")]
    #[path = "../stories/recorder.rs"]
    mod recorder;
    mod scans;
    mod schemas;
    mod sdk_queries;
    mod shared_index;
    mod sort_keys;
    mod support;
    mod traces;
    mod unreadable;
}
