//! Sets of thousands of members: work that grows with them, and not with their square. Counted, since time proves nothing.
use std::collections::BTreeSet;

use dynacond::{Stored, Transaction, Versioned};
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Versioned)]
#[dynacond(table = "crowds")]
struct Crowd {
    #[dynacond(partition_key)]
    id: String,
    #[serde(with = "serde_dynamo::number_set")]
    numbers: BTreeSet<u32>,
    #[serde(with = "serde_dynamo::string_set")]
    names: BTreeSet<String>,
}

fn names(numbers: impl Iterator<Item = u32>) -> Vec<String> {
    numbers.map(|i| format!("member {i}")).collect()
}

fn crowd(members: u32) -> Crowd {
    Crowd {
        id: "c1".into(),
        numbers: (0..members).collect(),
        names: names(0..members).into_iter().collect(),
    }
}

/// Half of them are there already; of the sum, the first half leaves again.
fn come_and_go(members: u32) -> Stored<Crowd> {
    let mut tx = Transaction::default();
    let key = || Crowd::key("c1");
    tx.presume(key(), Some(crowd(members))).unwrap();
    let (half, end) = (members / 2, members + members / 2);
    let coming: Vec<u32> = (half..end).collect();
    tx.update(key(), |c| {
        (c.numbers.insert(coming), c.names.insert(names(half..end)))
    })
    .unwrap();
    let going: Vec<u32> = (0..half).collect();
    tx.update(key(), |c| {
        (c.numbers.delete(going), c.names.delete(names(0..half)))
    })
    .unwrap();
    tx.require(key()).unwrap()
}

#[test]
fn thousands_of_members_join_and_leave_a_set_of_thousands() {
    let left = come_and_go(8_000);
    assert_eq!(left.numbers, (4_000..12_000).collect());
    assert_eq!(left.names, names(4_000..12_000).into_iter().collect());
}

#[test]
fn four_times_the_members_are_about_four_times_the_work() {
    let work = |members| {
        let counted = allocation_counter::measure(|| drop(come_and_go(members)));
        counted.count_total
    };
    let (some, more) = (work(1_000), work(4_000));
    assert!(more < 5 * some, "{some} allocations became {more}");
}
