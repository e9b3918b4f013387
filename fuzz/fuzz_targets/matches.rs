#![no_main]
use dynacond::Condition;
use dynacond_fuzz::{items, parse};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let Ok(condition) = parse(text) else { return };
    let compiled = condition.clone().compile().ok();
    let again = compiled.map(|compiled| {
        Condition::parse(&compiled.text, compiled.names, compiled.values)
            .expect("what was compiled is read")
    });
    for item in items() {
        let holds = condition.matches(&item);
        assert_eq!(condition.explain(&item).holds(), holds);
        assert!(!condition.explain(&item).to_string().is_empty());
        // One operator more may be one too many.
        let not = condition.clone().not();
        assert!(not.matches(&item) != holds || not.compile().is_err());
        if let Some(again) = &again {
            assert_eq!(again.matches(&item), holds);
        }
    }
});
