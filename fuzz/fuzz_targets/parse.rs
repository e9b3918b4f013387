#![no_main]
use dynacond::{Condition, Error};
use dynacond_fuzz::parse;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    match parse(text) {
        Ok(condition) => {
            // A text close to the limits may grow past them.
            let Ok(compiled) = condition.clone().compile() else {
                return;
            };
            let again = Condition::parse(&compiled.text, compiled.names, compiled.values);
            assert!(again.expect("what was compiled is read") == condition);
        }
        Err(Error::Parse(error)) => {
            assert!(error.position <= text.len());
            assert_eq!(error.snippet().lines().count(), 2);
            assert!(!error.to_string().is_empty());
        }
        Err(other) => panic!("{other}"),
    }
});
