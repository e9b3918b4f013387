//! Whether cost grows with size, and no faster: conditions of 1 to 300 operators, items of 1 to 400 KB, transactions of 1 to
//! 100 items. Time for each unit stays the same where the whole is linear.
use std::collections::HashMap;
use std::hint::black_box;

use aws_sdk_dynamodb::types::AttributeValue;
use criterion::{BatchSize, BenchmarkId, Criterion};
use dynacond::{Condition, Item, Store, Transaction, Versioned, attr};
use dynacond_benches::{CpuTime, Table, allocations, criterion, median};
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, Serialize, Deserialize, Versioned)]
#[dynacond(table = "notes")]
struct Note {
    #[dynacond(partition_key)]
    id: u32,
    lines: Vec<String>,
    count: u64,
}

/// About this many KB.
fn note(kilobytes: usize) -> Note {
    let lines = (0..kilobytes * 10).map(|i| format!("{i:097}")).collect();
    Note {
        id: 1,
        lines,
        count: 0,
    }
}

fn condition(operators: usize) -> Condition {
    // Comparisons and the ANDs between them.
    let clauses = operators.div_ceil(2);
    Condition::all((0..clauses).map(|i| attr(format!("a{i}")).eq(i)))
}

/// A function that reads and writes so many items, all of them presumed.
fn transaction(items: u32) -> Transaction {
    let mut tx = Transaction::default();
    for id in 0..items {
        let note = Note {
            id,
            lines: Vec::new(),
            count: 0,
        };
        tx.presume(note.to_key(), Some(note)).expect("a guess");
    }
    for id in 0..items {
        let mut note = tx.require(Note::key(id)).expect("a note");
        note.count += 1;
        tx.put(note).expect("a write");
    }
    tx
}

/// A row for each size: nanoseconds and allocations of the whole and of a unit.
struct Scale<'s> {
    criterion: &'s mut Criterion<CpuTime>,
    table: Table,
}

impl Scale<'_> {
    fn measure<S, R>(
        &mut self,
        name: &str,
        sizes: &[usize],
        setup: impl Fn(usize) -> S,
        run: impl Fn(S) -> R,
    ) {
        for &size in sizes {
            let start = setup(size);
            let allocations = allocations(|| run(start));
            let mut group = self.criterion.benchmark_group(name);
            group.bench_function(BenchmarkId::from_parameter(size), |bencher| {
                bencher.iter_batched(|| setup(size), &run, BatchSize::LargeInput);
            });
            group.finish();
            let Some(time) = median(name, &size.to_string()) else {
                continue;
            };
            let (units, allocated) = (size as f64, allocations as f64);
            self.table.row([
                format!("{name}, {size}"),
                format!("{:.1}", time / 1000.0),
                format!("{:.0}", time / units),
                allocations.to_string(),
                format!("{:.1}", allocated / units),
            ]);
        }
    }
}

fn main() {
    let mut criterion = criterion();
    let table = Table::new(&["", "µs", "ns a unit", "allocations", "a unit"]);
    let mut scale = Scale {
        criterion: &mut criterion,
        table,
    };
    let operators = [1, 3, 10, 30, 100, 299];
    scale.measure("operators, compiled", &operators, condition, |condition| {
        condition.compile().expect("a condition")
    });
    scale.measure(
        "operators, parsed",
        &operators,
        |operators| condition(operators).compile().expect("a condition"),
        |compiled| Condition::parse(&compiled.text, compiled.names, compiled.values),
    );
    scale.measure(
        "operators, evaluated",
        &operators,
        |operators| {
            let clauses = operators.div_ceil(2);
            let value = |i: usize| (format!("a{i}"), AttributeValue::N(i.to_string()));
            (
                condition(operators),
                (0..clauses).map(value).collect::<Item>(),
            )
        },
        |(condition, item)| black_box(condition.matches(&item)),
    );

    // What is hardest to find: all but the last byte of a part is everywhere.
    scale.measure(
        "KB of binary, searched for half of it",
        &[4, 40, 400],
        |kilobytes| {
            let part = [vec![0_u8; kilobytes * 500], vec![1]].concat();
            let whole = AttributeValue::B(vec![0_u8; kilobytes * 1000].into());
            let item = Item::from([("a".to_owned(), whole)]);
            (attr("a").contains(AttributeValue::B(part.into())), item)
        },
        |(condition, item)| black_box(condition.matches(&item)),
    );

    let store = Store::new(dynacond_local::client());
    let kilobytes = [1, 4, 16, 64, 256, 390];
    scale.measure("KB, created", &kilobytes, note, |note| {
        store.create(note).preview().expect("a write")
    });
    scale.measure(
        "KB, read",
        &kilobytes,
        |kilobytes| {
            let mut item: Item = serde_dynamo::to_item(note(kilobytes)).expect("an item");
            item.insert("item_version".to_owned(), AttributeValue::N("1".to_owned()));
            item
        },
        |item: HashMap<_, _>| dynacond::Stored::<Note>::from_item(item).expect("a note"),
    );
    scale.measure(
        "items in a transaction",
        &[1, 3, 10, 30, 100],
        |items| items,
        |items| {
            let items = u32::try_from(items).unwrap_or(u32::MAX);
            transaction(items).preview().expect("a transaction")
        },
    );
    println!("\n{}", scale.table);
    criterion.final_summary();
}
