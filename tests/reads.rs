//! Reads, told as stories: what a query gives, what it costs, and what it never takes for the end.

mod reads {
    mod batches;
    mod collections;
    mod costs;
    mod cursors;
    mod fetched;
    mod model;
    mod pages;
    mod projections;
    mod schemas;
    mod sdk_queries;
    mod sort_keys;
    mod support;
}
