//! Single writes, told as stories: what a user does, what comes back, and what the table holds afterwards.
//!
//! Stories without faults run against the endpoint named by `DYNACOND_ENDPOINT`, if one is named; the others need the
//! embedded engine, whose requests can be counted, lost and delayed.

mod stories {
    mod absence;
    mod allocations;
    mod alter;
    mod choices;
    mod encoding;
    mod expectations;
    mod extension;
    mod flattened;
    mod flattened_rivals;
    mod grouped;
    mod grouped_lanes;
    mod grouped_panics;
    mod id_alone;
    mod in_key;
    mod incarnations;
    mod indexes;
    mod integer_ranges;
    mod invalid;
    mod item_and_document;
    mod late;
    mod legacy;
    mod limits;
    mod lost;
    mod lost_adoption;
    mod lost_resent;
    mod map_keys;
    mod merge;
    mod merge_lists;
    mod merge_shapes;
    mod metered;
    mod models;
    mod modify;
    mod never_negative;
    mod once;
    mod or_create;
    mod overwrites;
    mod pauses;
    mod reasons;
    mod recorder;
    mod redaction;
    mod refusals;
    mod rejections;
    mod renames;
    mod replace_any;
    mod requests;
    mod retryable;
    mod sdk_reads;
    mod setup;
    mod shared_table;
    mod store;
    mod support;
    mod tags;
    mod timeouts;
    mod traces;
    mod traces_of_transactions;
    mod tuples;
    mod unknown;
    mod unknown_types;
    mod unreachable;
    mod unstamped;
    mod until_answered;
    mod updates;
    mod verbs;
    mod versions;
    mod when_missing;
    mod withheld;
    mod written_at;
}
