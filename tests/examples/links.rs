//! What the README and the guide name is there: linked files and headings, examples, tests, sources.
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

const PAGES: [&str; 7] = [
    "README.md",
    "examples/README.md",
    "benches/README.md",
    "DESIGN.md",
    "CONTRIBUTING.md",
    "CHANGELOG.md",
    "fuzz/README.md",
];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn text(page: &Path) -> String {
    fs::read_to_string(page).unwrap_or_else(|error| panic!("{}: {error}", page.display()))
}

/// The repository's pages: those at the root, and the guide.
fn pages() -> Vec<PathBuf> {
    let guide = fs::read_dir(root().join("docs")).expect("the guide");
    let guide = guide.map(|entry| entry.expect("a page").path());
    let guide = guide.filter(|path| path.extension().is_some_and(|end| end == "md"));
    PAGES
        .map(|page| root().join(page))
        .into_iter()
        .chain(guide)
        .collect()
}

/// The lines outside of code blocks.
fn prose(page: &str) -> impl Iterator<Item = &str> {
    let mut code = false;
    page.lines().filter(move |line| {
        let fence = line.trim_start().starts_with("```");
        code ^= fence;
        !code && !fence
    })
}

/// The targets of `[..](target)` and of `[..]: target`.
fn links(page: &str) -> Vec<String> {
    let mut links = Vec::new();
    for line in prose(page) {
        let inline = line.split("](").skip(1);
        links.extend(
            inline
                .filter_map(|rest| rest.split_once(')'))
                .map(|(target, _)| target),
        );
        if let Some((_, target)) = line.split_once("]: ").filter(|_| line.starts_with('[')) {
            links.push(target);
        }
    }
    links.into_iter().map(str::to_owned).collect()
}

/// The anchors that GitHub gives to the headings: small letters and digits, `-` and `_`, a hyphen for each space.
fn anchors(page: &str) -> BTreeSet<String> {
    let headings = prose(page).filter(|line| line.starts_with('#'));
    let kept = |c: &char| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_');
    headings
        .map(|line| line.trim_start_matches('#').trim().to_lowercase())
        .map(|heading| heading.chars().filter(kept).collect::<String>())
        .map(|heading| heading.replace(' ', "-"))
        .collect()
}

/// Fails with all that is wrong, not with the first.
#[track_caller]
fn none(wrong: &[String]) {
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn every_link_within_the_repository_leads_somewhere() {
    let (mut wrong, mut found) = (Vec::new(), 0);
    for page in pages() {
        for link in links(&text(&page)) {
            if link.starts_with("https://") {
                continue;
            }
            found += 1;
            let (file, anchor) = link.split_once('#').unwrap_or((&link, ""));
            let target = match file {
                "" => page.clone(),
                file => page.parent().expect("a directory").join(file),
            };
            let leads =
                target.exists() && (anchor.is_empty() || anchors(&text(&target)).contains(anchor));
            if !leads {
                wrong.push(format!("{}: {link}", page.display()));
            }
        }
    }
    none(&wrong);
    assert!(found > 30, "the links were found: {found}");
}

#[test]
fn every_named_example_test_and_source_is_there() {
    let (mut wrong, mut found) = (Vec::new(), 0);
    let roots = [
        "dynacond/",
        "dynacond-derive/",
        "dynacond-local/",
        "docs/",
        "examples/",
        "tests/",
        "benches/",
    ];
    for page in pages() {
        let text = text(&page);
        let examples = text.split("--example ").skip(1);
        let examples = examples.map(|rest| {
            format!(
                "examples/{}",
                rest.split(|c: char| !c.is_alphanumeric() && c != '_')
                    .next()
                    .unwrap_or("")
            )
        });
        let files = text.split(|c: char| !c.is_alphanumeric() && !"_-./".contains(c));
        let files = files
            .map(|word| word.trim_end_matches('.').to_owned())
            .filter(|word| roots.iter().any(|root| word.starts_with(root)));
        for name in examples.chain(files) {
            found += 1;
            let path = root().join(&name);
            if !path.exists() && !path.with_extension("rs").exists() {
                wrong.push(format!("{}: {name}", page.display()));
            }
        }
    }
    none(&wrong);
    assert!(found > 5, "the names were found: {found}");
}

#[test]
fn every_example_is_listed() {
    let contents = text(&root().join("examples/README.md"));
    let examples = fs::read_dir(root().join("examples")).expect("the examples");
    for example in examples.map(|entry| entry.expect("an example").path()) {
        let name = example
            .file_stem()
            .and_then(|name| name.to_str())
            .expect("a name");
        if name != "README" {
            assert!(
                contents.contains(&format!("| [{name}](")),
                "{name} is not listed"
            );
        }
    }
}

#[test]
fn every_page_of_the_guide_is_listed_and_its_blocks_are_run() {
    let [contents, doc_tests, book] = ["docs/README.md", "docs/guide.rs", "docs/book/SUMMARY.md"]
        .map(|file| text(&root().join(file)));
    for page in pages()
        .iter()
        .filter(|page| page.starts_with(root().join("docs")))
    {
        let name = page
            .file_name()
            .and_then(|name| name.to_str())
            .expect("a name");
        if name != "README.md" {
            assert!(
                contents.contains(&format!("]({name})")),
                "{name} is not listed"
            );
            assert!(
                book.contains(&format!("](docs/{name})")),
                "{name} is not in the book"
            );
            assert!(
                doc_tests.contains(&format!("\"{name}\"")),
                "the blocks of {name} are not run"
            );
        }
    }
}
