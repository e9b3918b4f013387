//! The floors of `dynacond/src` and of `dynacond-derive/src`: each folder imports only from those before it in these lists.
//!
//! The order is DESIGN.md's, section "The house". A line that breaks the order belongs on another floor, or needs something that
//! has to move up: a narrow error of the lower floor, for example, whose `From` impl is in `error/`.
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// The folders, from the lowest floor up. Above them are `store.rs` and `lib.rs`.
const FLOORS: [&str; 13] = [
    "value",
    "types",
    "model",
    "expression",
    "write",
    "read",
    "wire",
    "error",
    "outcome",
    "verbs",
    "transaction",
    "sdk",
    "store",
];

/// The folders of `dynacond-derive/src`: what the user wrote, what is accepted of it, and what is written for it.
const DERIVE_FLOORS: [&str; 3] = ["parse", "check", "expand"];

/// Arrows that still point up, as `from -> to`. The list only ever shrinks.
const REMAINING: &[&str] = &[];

/// Circles inside of one floor where the idea itself is a circle, each as its files in alphabetical order.
const CIRCLES: &[&[&str]] = &[
    // An item type names its key, and a key its item type.
    &["model/item", "model/key"],
    // An error may carry the one before it.
    &[
        "error/error",
        "error/exhausted",
        "error/read",
        "error/report",
    ],
];

/// A name of a path: `crate`, a floor, a module, an item.
fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// The source without comments; texts stay, for none of them holds a path.
fn code(source: &str) -> String {
    let lines = source.lines().map(|line| match line.find("//") {
        Some(comment) if !line[..comment].contains('"') => &line[..comment],
        _ => line,
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// The paths that begin after `start`, such as `crate::`: a group `{a, b::c}` gives one for each of its members.
fn paths(code: &str, start: &str) -> Vec<Vec<String>> {
    let mut paths = Vec::new();
    let mut rest = code;
    while let Some(at) = rest.find(start) {
        let before = rest[..at].chars().next_back();
        rest = &rest[at + start.len()..];
        if !before.is_some_and(|c| is_word(c) || c == ':') {
            follow(&mut rest, &mut Vec::new(), &mut paths);
        }
    }
    paths
}

/// Reads one path, or the members of a group, and leaves what is behind.
fn follow(rest: &mut &str, path: &mut Vec<String>, paths: &mut Vec<Vec<String>>) {
    *rest = rest.trim_start();
    if let Some(group) = rest.strip_prefix('{') {
        *rest = group;
        loop {
            follow(rest, &mut path.clone(), paths);
            *rest = rest.trim_start();
            match rest.strip_prefix(',') {
                Some(next) => *rest = next,
                None => break,
            }
        }
        *rest = rest.strip_prefix('}').unwrap_or(rest);
        return;
    }
    let end = rest.find(|c| !is_word(c)).unwrap_or(rest.len());
    let (word, behind) = rest.split_at(end);
    *rest = behind;
    if word.is_empty() {
        return;
    }
    path.push(word.to_owned());
    match rest.strip_prefix("::") {
        Some(behind) => {
            *rest = behind;
            follow(rest, path, paths);
        }
        None => paths.push(path.clone()),
    }
    if let Some(renamed) = rest.trim_start().strip_prefix("as ") {
        *rest = renamed.trim_start().trim_start_matches(is_word);
    }
}

fn sources(krate: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join(krate)
        .join("src")
}

/// Returns every file of a crate: the path of its module, such as `["model", "key"]`, and its code.
fn modules(krate: &str) -> BTreeMap<Vec<String>, String> {
    fn visit(folder: &Path, module: &[String], found: &mut BTreeMap<Vec<String>, String>) {
        for entry in fs::read_dir(folder).expect("a folder of sources") {
            let path = entry.expect("a source").path();
            let name = path.file_stem().expect("a name").to_string_lossy();
            let mut module = module.to_vec();
            if path.is_dir() {
                module.push(name.into_owned());
                visit(&path, &module, found);
            } else if path.extension().is_some_and(|end| end == "rs") {
                if name != "mod" && name != "lib" {
                    module.push(name.into_owned());
                }
                let source = fs::read_to_string(&path).expect("a source");
                found.insert(module, code(&source));
            }
        }
    }
    let mut found = BTreeMap::new();
    visit(&sources(krate), &[], &mut found);
    found
}

/// What a module names: absolute paths, those by `super` resolved.
fn named(module: &[String], code: &str) -> Vec<Vec<String>> {
    let mut named = paths(code, "crate::");
    // In a file `super` is its folder, and in a `mod.rs` the folder above.
    let parent = &module[..module.len().saturating_sub(1)];
    for path in paths(code, "super::") {
        let climbs = path.iter().take_while(|word| *word == "super").count();
        let from = &parent[..parent.len().saturating_sub(climbs)];
        named.push(from.iter().chain(&path[climbs..]).cloned().collect());
    }
    named
}

/// The arrows of a module that point up, or that name the crate's public face, which is above everything.
fn upward(floors: &[&str], module: &[String], named: &[Vec<String>]) -> BTreeSet<String> {
    let floor = |name: &str| floors.iter().position(|floor| *floor == name);
    let Some(own) = module.first().and_then(|name| floor(name)) else {
        return BTreeSet::new();
    };
    let mut arrows = BTreeSet::new();
    for path in named {
        let Some(first) = path.first() else { continue };
        let from = floors[own];
        match floor(first) {
            Some(to) if to <= own => {}
            Some(_) => drop(arrows.insert(format!("{from} -> {first}"))),
            None => drop(arrows.insert(format!("{from} -> lib ({first})"))),
        }
    }
    arrows
}

/// The arrows of a crate that point up, each with its file.
fn upward_of(krate: &str, floors: &[&str], least: usize) -> Vec<(String, String)> {
    let modules = modules(krate);
    assert!(modules.len() > least, "the sources of {krate} are found");
    let arrows = modules.iter().flat_map(|(module, code)| {
        let arrows = upward(floors, module, &named(module, code));
        arrows.into_iter().map(|arrow| (arrow, module.join("/")))
    });
    arrows.collect()
}

#[test]
fn each_floor_imports_only_from_those_before_it_in_the_list() {
    let found = upward_of("dynacond", &FLOORS, 40);
    let unexpected = found
        .iter()
        .filter(|(arrow, _)| !REMAINING.contains(&&**arrow));
    assert_eq!(unexpected.collect::<Vec<_>>(), [] as [&(String, String); 0]);
    let gone = |arrow: &&&str| !found.iter().any(|(known, _)| known == **arrow);
    let gone = REMAINING.iter().find(gone);
    assert_eq!(gone, None, "take it off the list");
}

#[test]
fn the_derive_parses_then_checks_then_expands() {
    assert_eq!(upward_of("dynacond-derive", &DERIVE_FLOORS, 15), []);
    assert_eq!(circles("dynacond-derive"), BTreeSet::new());
}

#[test]
fn no_file_of_a_floor_is_in_a_circle_with_another() {
    let known: BTreeSet<Vec<String>> = CIRCLES
        .iter()
        .map(|circle| circle.iter().map(|file| (*file).to_owned()).collect())
        .collect();
    assert_eq!(circles("dynacond"), known);
}

/// The circles of files inside of the floors of a crate.
fn circles(krate: &str) -> BTreeSet<Vec<String>> {
    let modules = modules(krate);
    let is_folder = |module: &[String]| sources(krate).join(module.join("/")).is_dir();
    let arrows: BTreeMap<&Vec<String>, BTreeSet<&Vec<String>>> = modules
        .iter()
        .map(|(module, code)| {
            let named = named(module, code);
            let to = named.iter().filter_map(|path| {
                // The longest beginning of the path that is a file.
                (1..=path.len())
                    .rev()
                    .find_map(|len| modules.get_key_value(&path[..len]))
            });
            let to = to.map(|(to, _)| to);
            // A `mod.rs` names what it shows of its files; they may name what it holds.
            let to = to.filter(|to| *to != module && to.first() == module.first());
            let to = to.filter(|to| !is_folder(to) && !is_folder(module));
            (module, to.collect())
        })
        .collect();
    let mut circles = BTreeSet::new();
    for module in arrows.keys() {
        let reached = reach(module, &arrows);
        if reached.contains(module) {
            let back = reached
                .iter()
                .filter(|other| reach(other, &arrows).contains(module));
            circles.insert(back.map(|module| module.join("/")).collect::<Vec<_>>());
        }
    }
    circles
}

/// What a module leads to, by any number of arrows.
fn reach<'m>(
    from: &'m Vec<String>,
    arrows: &BTreeMap<&'m Vec<String>, BTreeSet<&'m Vec<String>>>,
) -> BTreeSet<&'m Vec<String>> {
    let mut reached = BTreeSet::new();
    let mut open = vec![from];
    while let Some(module) = open.pop() {
        for to in arrows.get(module).into_iter().flatten() {
            if reached.insert(*to) {
                open.push(to);
            }
        }
    }
    reached
}

#[test]
fn each_floor_says_in_its_first_line_which_question_it_answers() {
    for floor in FLOORS {
        let file = sources("dynacond").join(floor).join("mod.rs");
        let Ok(source) = fs::read_to_string(file) else {
            continue;
        };
        let first = source.lines().next().unwrap_or_default();
        assert!(
            first.starts_with("//! ") && first.contains('?'),
            "{floor}: {first}"
        );
    }
}

#[test]
fn the_places_that_contributors_are_sent_to_exist() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let text = fs::read_to_string(root.join("CONTRIBUTING.md")).expect("the page");
    let section = text
        .split("\n## ")
        .find(|part| part.starts_with("Where a new thing goes"));
    let words = section.expect("the section").split('`').skip(1).step_by(2);
    let places: Vec<&str> = words
        .filter(|word| word.contains('/') || word.contains(".rs"))
        .collect();
    assert!(places.len() > 30, "the places are found: {places:?}");
    let is_there =
        |place: &str| root.join(place).exists() || sources("dynacond").join(place).exists();
    let missing: Vec<_> = places.iter().filter(|place| !is_there(place)).collect();
    assert_eq!(missing, [] as [&&str; 0]);
}

#[test]
fn an_upward_arrow_is_seen_however_it_is_written() {
    let arrows = |code: &str| {
        let module = ["value".to_owned(), "number".to_owned()];
        let named = named(&module, &self::code(code));
        upward(&FLOORS, &module, &named)
            .into_iter()
            .collect::<Vec<_>>()
    };
    assert_eq!(
        arrows("use crate::error::error::Error;"),
        ["value -> error"]
    );
    assert_eq!(
        arrows("use crate::{value::size, error::{a, b}, verbs as v};"),
        ["value -> error", "value -> verbs"]
    );
    assert_eq!(
        arrows("fn f() -> crate::error::error::Result { x() }"),
        ["value -> error"]
    );
    assert_eq!(
        arrows("use super::super::wire::call::Call;"),
        ["value -> wire"]
    );
    assert_eq!(arrows("use crate::Error;"), ["value -> lib (Error)"]);
    assert_eq!(
        arrows("use super::size;\nuse crate::value::size as s;"),
        [""; 0]
    );
    assert_eq!(
        arrows("/// See [`Error`](crate::Error).\n// crate::error"),
        [""; 0]
    );
}
