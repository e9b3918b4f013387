//! Mistakes, with the compiler's message for each, and spellings that must compile.
//!
//! The texts are those of rustc 1.95. `TRYBUILD=overwrite cargo test --test ui` writes them again.

#[path = "ui/spellings.rs"]
mod spellings;

#[test]
fn mistakes_are_told_in_dynamodbs_terms() {
    let cases = trybuild::TestCases::new();
    cases.compile_fail("tests/ui/derive/*.rs");
    cases.compile_fail("tests/ui/conditions/*.rs");
    cases.compile_fail("tests/ui/updates/*.rs");
    cases.compile_fail("tests/ui/writes/*.rs");
    cases.compile_fail("tests/ui/transactions/*.rs");
    cases.compile_fail("tests/ui/reads/*.rs");
}
