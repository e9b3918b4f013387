//! Expressions as requests of the SDK: by hand, by dynacond, and by the peers, on equal outputs; and what is parsed and
//! evaluated, beside what is compiled.
use std::collections::HashMap;
use std::hint::black_box;

use aws_sdk_dynamodb::types::builders::{ConditionCheckBuilder, UpdateBuilder};
use aws_sdk_dynamodb::types::{ConditionCheck, Update};
use criterion::{BatchSize, Criterion};
use dynacond::{Condition, Store, Versioned as _};
use dynacond_benches::{CpuTime, Table, allocations, criterion, median};

use self::model::{Input, Item, Order, Wide, item, key};

mod by_dynacond;
mod by_expression;
mod by_facade;
mod by_hand;
mod by_modyne;
mod model;

/// One expression, as each library says it.
struct Case<'c> {
    name: &'static str,
    criterion: &'c mut Criterion<CpuTime>,
    /// What the request says, with its placeholders resolved: that of the first library.
    said: Option<String>,
    /// Each library with its allocations.
    libraries: Vec<(&'static str, u64)>,
}

impl Case<'_> {
    /// Measures the way from what `setup` gives to a request of the SDK; `read` gives its expressions for comparison.
    fn library<S, R>(
        &mut self,
        library: &'static str,
        setup: impl Fn() -> S,
        compile: impl Fn(S, &Input) -> R,
        said: Option<impl Fn(&R) -> String>,
    ) {
        let input = Input::new();
        if let Some(said) = said {
            let said = said(&compile(setup(), &input));
            let first = self.said.get_or_insert_with(|| said.clone());
            assert_eq!(said, *first, "{library} says something else");
        }
        let start = setup();
        let allocations = allocations(|| compile(start, &input));
        let mut group = self.criterion.benchmark_group(self.name);
        group.bench_function(library, |bencher| {
            bencher.iter_batched(
                &setup,
                |start| compile(start, &input),
                BatchSize::SmallInput,
            );
        });
        group.finish();
        self.libraries.push((library, allocations));
    }

    fn condition(
        &mut self,
        library: &'static str,
        compile: impl Fn(ConditionCheckBuilder, &Input) -> ConditionCheckBuilder,
    ) {
        let check = || {
            ConditionCheck::builder()
                .table_name("shop")
                .set_key(Some(key()))
        };
        self.library(library, check, compile, Some(said_by_condition));
    }

    /// Times and allocations compared with those of the first row, which is written by hand.
    fn rows(&self, table: &mut Table) {
        let [hand, ..] = &self.libraries[..] else {
            return;
        };
        let Some(hand_time) = median(self.name, hand.0) else {
            return;
        };
        for (library, allocations) in &self.libraries {
            let Some(time) = median(self.name, library) else {
                continue;
            };
            table.row([
                format!("{}, {library}", self.name),
                format!("{time:.0}"),
                format!("{:.2}", time / hand_time),
                allocations.to_string(),
                format!("{:+}", i128::from(*allocations) - i128::from(hand.1)),
            ]);
        }
    }
}

/// Replaces each placeholder by its name or value, because libraries name their placeholders differently.
fn resolved(text: &str, names: &HashMap<String, String>, values: &Item) -> String {
    let is_word = |c: char| c.is_alphanumeric() || matches!(c, '_' | '#' | ':');
    let resolve = |part: &str| {
        let word = part.trim_end_matches(|c| !is_word(c));
        let said = match (names.get(word), values.get(word)) {
            (Some(name), _) => name.clone(),
            (_, Some(value)) => format!("{value:?}"),
            _ => word.to_owned(),
        };
        said + &part[word.len()..]
    };
    text.split_inclusive(|c| !is_word(c)).map(resolve).collect()
}

/// Parsed and compiled: parentheses, too, may be set as each library likes.
fn said_by_condition(check: &ConditionCheckBuilder) -> String {
    let text = check
        .get_condition_expression()
        .as_deref()
        .expect("a condition");
    let names = check.get_expression_attribute_names().clone();
    let values = check.get_expression_attribute_values().clone();
    assert!(check.get_key().as_ref() == Some(&key()), "another key");
    let parsed = Condition::parse(text, names.unwrap_or_default(), values.unwrap_or_default());
    let compiled = parsed
        .expect("an expression")
        .compile()
        .expect("an expression");
    resolved(&compiled.text, &compiled.names, &compiled.values)
}

fn said_by_update(update: &UpdateBuilder) -> String {
    let condition = update
        .get_condition_expression()
        .as_deref()
        .expect("a condition");
    let text = update
        .get_update_expression()
        .as_deref()
        .expect("an update");
    let names = &update
        .get_expression_attribute_names()
        .clone()
        .unwrap_or_default();
    let values = update
        .get_expression_attribute_values()
        .as_ref()
        .expect("values");
    resolved(&format!("{text} IF {condition}"), names, values)
}

fn said_by_preview(preview: &dynacond::Preview) -> String {
    let text = format!(
        "{} IF {}",
        preview.update().expect("an update"),
        preview.condition().expect("a condition")
    );
    let (names, values) = (
        preview.names().expect("names"),
        preview.values().expect("values"),
    );
    resolved(&text, names, values)
}

fn main() {
    let mut criterion = criterion();
    let order: Order = serde_dynamo::from_item(item()).expect("an order");
    let mut table = Table::new(&["", "ns", "of by hand", "allocations", "more than by hand"]);

    macro_rules! conditions {
        ($name:literal, $terms:ident) => {{
            let (name, said, libraries) = ($name, None, Vec::new());
            let mut case = Case {
                name,
                criterion: &mut criterion,
                said,
                libraries,
            };
            case.condition("by hand", by_hand::$terms);
            case.condition("dynacond, typed", by_dynacond::typed::$terms);
            case.condition("dynacond, untyped", by_dynacond::untyped::$terms);
            case.condition("modyne", by_modyne::$terms);
            let key = || by_facade::key(&order);
            case.library(
                "dynamodb-facade",
                key,
                by_facade::$terms,
                Some(said_by_condition),
            );
            case.condition("dynamodb-expression", by_expression::$terms);
            case.rows(&mut table);
        }};
    }
    conditions!("condition of 1", one);
    conditions!("condition of 3", three);
    conditions!("condition of 10", ten);

    let (name, said, libraries) = ("update of 20", None, Vec::new());
    let mut case = Case {
        name,
        criterion: &mut criterion,
        said,
        libraries,
    };
    let start = || Update::builder().table_name("shop").set_key(Some(key()));
    case.library("by hand", start, by_hand::update, Some(said_by_update));
    let store = Store::new(dynacond_local::client());
    let by_dynacond = |key, input: &Input| by_dynacond::update(&store, key, input);
    case.library(
        "dynacond, typed",
        || Wide::key("o1"),
        by_dynacond,
        Some(said_by_preview),
    );
    let start_facade = || by_facade::key(&order);
    case.library(
        "dynamodb-facade",
        start_facade,
        by_facade::update,
        Some(said_by_update),
    );
    let other: Option<fn(&UpdateBuilder) -> String> = None;
    case.library("dynamodb-expression", start, by_expression::update, other);
    case.rows(&mut table);

    println!("\n{table}");
    read(&mut criterion);
    criterion.final_summary();
}

/// What is read: an expression's text, and an item.
fn read(criterion: &mut Criterion<CpuTime>) {
    let input = Input::new();
    let condition = by_dynacond::typed::condition(&input);
    let compiled = condition.clone().compile().expect("a condition");
    let (name, item) = ("read", item());
    let mut group = criterion.benchmark_group(name);
    let compile = |bencher: &mut criterion::Bencher<'_, CpuTime>| {
        let compile = |condition: Condition<Order>| condition.compile();
        bencher.iter_batched(|| condition.clone(), compile, BatchSize::SmallInput);
    };
    group.bench_function("compile", compile);
    group.bench_function("parse", |bencher| {
        let parts = || (compiled.names.clone(), compiled.values.clone());
        let parse = |(names, values)| Condition::parse(&compiled.text, names, values);
        bencher.iter_batched(parts, parse, BatchSize::SmallInput);
    });
    assert!(condition.matches(&item), "the condition holds");
    group.bench_function("matches", |bencher| {
        bencher.iter(|| condition.matches(black_box(&item)));
    });
    group.finish();

    let mut table = Table::new(&["condition of 3", "ns", "is"]);
    let [Some(compile), Some(parse), Some(matches)] =
        ["compile", "parse", "matches"].map(|function| median(name, function))
    else {
        return;
    };
    table.row([
        "compile alone".into(),
        format!("{compile:.0}"),
        String::new(),
    ]);
    let parsed = format!("{:.2} of compile", parse / compile);
    table.row(["parse".into(), format!("{parse:.0}"), parsed]);
    let items = format!("{:.1} M items/s", 1000.0 / matches);
    table.row(["matches".into(), format!("{matches:.0}"), items]);
    println!("\n{table}");
}
