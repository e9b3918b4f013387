//! Any text is read or refused in good time, without a panic and without a deep stack.
use std::time::{Duration, Instant};

use proptest::prelude::*;

use crate::{maps, parse, parse_with};

const WORDS: [&str; 34] = [
    "(",
    ")",
    ",",
    ".",
    "[",
    "]",
    "0",
    "7",
    "=",
    "<>",
    "<",
    "<=",
    ">",
    ">=",
    "AND",
    "or",
    "NOT",
    "IN",
    "between",
    "size",
    "attribute_exists",
    "contains",
    "begins_with",
    "a",
    "b",
    "status",
    "_",
    "#s",
    "#d",
    ":1",
    ":9",
    ":p",
    "é",
    "!",
];

/// Whatever is said of the text can be shown, and what is read is read again.
fn look_at(text: &str) {
    match parse(text) {
        Ok(condition) => {
            let Ok(compiled) = condition.clone().compile() else {
                return;
            };
            let again = parse_with(&compiled.text, compiled.names, compiled.values);
            assert_eq!(again, Ok(condition), "{text:?}");
        }
        Err(error) => {
            assert!(error.position <= text.len(), "{text:?}: {error}");
            assert!(text.is_char_boundary(error.position) || text.len() > 4_096);
            let snippet = error.snippet();
            assert_eq!(snippet.lines().count(), 2, "{text:?}: {snippet}");
            assert!(!error.to_string().is_empty());
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn random_characters(text in "\\PC{0,80}|[ a-c#:()\\[\\]<>=.,0-9\\n]{0,200}") {
        look_at(&text);
    }

    #[test]
    fn random_words(words in prop::collection::vec(prop::sample::select(&WORDS[..]), 0..1_000), space in 0..3_usize) {
        look_at(&words.join(&" "[..space.min(1)]));
    }

    /// Pieces that fit together more often.
    #[test]
    fn random_clauses(
        pieces in prop::collection::vec(
            prop::sample::select(vec![
                "a = :1", "(", ")", " AND ", " OR ", "NOT ", "b IN (:1, a)", "a BETWEEN :1 AND :9", "size(a) > b",
                "(a)", " = ", "attribute_exists(#d)", "contains(a, :p)", "a.b[7]",
            ]),
            0..40,
        )
    ) {
        look_at(&pieces.concat());
    }
}

/// On a small stack, and within a second.
fn in_time(what: &str, text: &str) {
    let begun = Instant::now();
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().stack_size(128 * 1_024);
        let read = thread.spawn_scoped(scope, || drop(parse(text)));
        read.expect("a thread")
            .join()
            .unwrap_or_else(|_| panic!("{what}"));
    });
    look_at(text);
    assert!(
        begun.elapsed() < Duration::from_secs(1),
        "{what}: {:?}",
        begun.elapsed()
    );
}

#[test]
fn nasty_texts() {
    for (piece, count) in [
        ("(", 100_000),
        (")", 100_000),
        ("NOT ", 100_000),
        ("a", 1_048_576),
        ("é", 1_048_576),
        (" ", 1_048_576),
        ("(", 4_096),
        ("NOT ", 1_024),
        ("NOT(", 1_024),
        ("a", 4_096),
        (" ", 4_096),
        ("a.", 2_048),
        ("a[0]", 1_024),
        ("size(", 819),
        ("a=b OR ", 585),
        ("(a=b)AND", 512),
        ("a=b AND(", 512),
        ("a=b AND NOT(", 341),
        ("(a", 2_048),
        ("((a)=", 819),
        ("a IN(", 819),
        ("a IN(:1,", 512),
        ("contains(", 455),
        ("#s", 2_048),
        (":1", 2_048),
    ] {
        in_time(piece, &piece.repeat(count));
    }
    for (open, clause, close, count) in [
        ("(", "a=b", ")", 2_000),
        ("(NOT ", "a=b", ")", 299),
        ("NOT (", "a=b", ")", 600),
        ("(a=b AND ", "a=b", ")", 149),
        ("a=b OR (", "a=b", ")", 400),
        ("a=b AND (a=b OR (", "a=b", "))", 74),
    ] {
        let text = format!("{}{clause}{}", open.repeat(count), close.repeat(count));
        in_time(open, &text);
    }
    let (_, values) = maps(":1");
    let list = format!("a IN ({})", vec![":1"; 1_300].join(","));
    assert!(parse_with(&list, [].into(), values).is_err());
}
