//! The blocks of the README and of the guide as doc tests: `cargo test --doc`.
//!
//! A library of the unpublished root package, so that no published crate names files that it does not carry.
#![cfg(doctest)]

macro_rules! pages {
    ($($name:ident: $file:literal;)+) => { $(
        #[doc = include_str!($file)]
        mod $name {}
    )+ };
}
pages! {
    readme: "../README.md";
    optimistic_locking: "optimistic-locking.md";
    conditions: "conditions.md";
    versions: "versions.md";
    reading: "reading.md";
    transactions: "transactions.md";
    testing: "testing.md";
    costs: "costs.md";
    operating: "operating.md";
    models: "models.md";
    hot_items: "hot-items.md";
    bulk: "bulk.md";
    types: "types.md";
    coming_from: "coming-from.md";
}
