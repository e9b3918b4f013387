//! Entries of maps whose keys are not plain texts: a key that the map's type does not read is refused, and every other one is sent.
use std::collections::{BTreeMap, HashMap};

use dynacond::{Error, Rule, Store, Stored, Versioned};
use dynacond_local::Local;
use serde::{Deserialize, Serialize};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Size {
    Small,
    Large,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
struct Year(u16);

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, Versioned)]
#[dynacond(table = "shelves")]
struct Shelf {
    #[dynacond(partition_key)]
    id: String,
    texts: HashMap<String, u8>,
    numbers: BTreeMap<u32, u8>,
    signed: HashMap<i64, u8>,
    letters: HashMap<char, u8>,
    sizes: HashMap<Size, u8>,
    years: BTreeMap<Year, u8>,
    inside: HashMap<String, HashMap<u8, u8>>,
}

async fn store() -> Store {
    let store = Store::new(Local::new().client());
    dynacond_local::create_table::<Shelf>(&store).await.unwrap();
    let shelf = Shelf {
        id: "s1".into(),
        inside: HashMap::from([("a".into(), HashMap::new())]),
        ..Shelf::default()
    };
    store.create(shelf).send().await.unwrap();
    store
}

#[tokio::test]
async fn an_entry_under_a_key_that_the_map_reads_is_set_and_read_back() {
    let store = store().await;
    let update = store.update(Shelf::key("s1"));
    let update = update.set(|s| {
        (
            s.texts.entry(Size::Small).to(1),
            s.texts.entry(7).to(2),
            s.numbers.entry(7_u32).to(3),
            s.numbers.entry("8").to(4),
            s.signed.entry(-9).to(5),
            s.letters.entry('c').to(6),
            s.sizes.entry(Size::Large).to(7),
            s.sizes.entry("small").to(8),
            s.years.entry(Year(2026)).to(9),
            s.inside.entry("a").entry(255).to(10),
        )
    });
    update.send().await.unwrap();
    let shelf = store.get(Shelf::key("s1")).send().await.unwrap().unwrap();
    let expected = Shelf {
        id: "s1".into(),
        texts: HashMap::from([("small".into(), 1), ("7".into(), 2)]),
        numbers: BTreeMap::from([(7, 3), (8, 4)]),
        signed: HashMap::from([(-9, 5)]),
        letters: HashMap::from([('c', 6)]),
        sizes: HashMap::from([(Size::Large, 7), (Size::Small, 8)]),
        years: BTreeMap::from([(Year(2026), 9)]),
        inside: HashMap::from([("a".into(), HashMap::from([(255, 10)]))]),
    };
    assert_eq!(Stored::into_inner(shelf), expected);
}

#[test]
fn an_entry_under_a_key_that_the_map_does_not_read_is_refused() {
    let s = Shelf::attributes();
    let refused = [
        s.numbers.entry("abc").exists(),
        s.numbers.entry(-1).exists(),
        s.numbers.entry(u64::MAX).exists(),
        s.signed.entry(1.5).exists(),
        s.letters.entry("ab").exists(),
        s.sizes.entry("medium").exists(),
        s.years.entry(70_000).exists(),
        s.inside.entry("a").entry(256).exists(),
    ];
    for condition in refused {
        let shown = condition.to_string();
        let Err(Error::Expression(error)) = condition.compile() else {
            panic!("{shown} is accepted");
        };
        assert!(matches!(error.rule, Rule::Encode(_)), "{shown}: {error}");
    }
    let store = Store::new(Local::new().client());
    let update = store.update(Shelf::key("s1"));
    let refused = update.set(|s| s.numbers.entry("abc").to(1)).preview();
    assert!(matches!(refused, Err(Error::Expression(_))), "{refused:?}");
}
