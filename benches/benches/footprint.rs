//! What dynacond adds to a project that has the SDK already: crates, seconds of a cold build, kilobytes of the binary; and
//! what a derive adds beside serde's on the same structs.
//!
//! Projects are made in the target directory and built there by cargo; the SDK is built once more for each, so this takes
//! some minutes.
use std::collections::BTreeSet;
use std::error::Error;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use dynacond_benches::Table;

type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// A separate project with its own target directory.
struct Project(PathBuf);

impl Project {
    fn new(name: &str, dependencies: &str, main: &str) -> Result<Self> {
        let workspace = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("..")
            .canonicalize()?;
        let target =
            std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| "target".into(), PathBuf::from);
        let folder = workspace.join(target).join("footprint").join(name);
        let _ = std::fs::remove_dir_all(&folder);
        std::fs::create_dir_all(folder.join("src"))?;
        let dynacond = workspace.join("dynacond");
        let manifest = format!(
            "[package]\nname = \"{name}\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[workspace]\n\n[dependencies]\n\
             {}\n",
            dependencies.replace("{dynacond}", &dynacond.display().to_string())
        );
        std::fs::write(folder.join("Cargo.toml"), manifest)?;
        std::fs::write(folder.join("src/main.rs"), main)?;
        // The same versions in each.
        std::fs::copy(workspace.join("Cargo.lock"), folder.join("Cargo.lock"))?;
        Ok(Self(folder))
    }

    /// Runs cargo there, and gives what it printed and how long it took.
    fn cargo(&self, arguments: &[&str]) -> Result<(String, f64)> {
        let start = Instant::now();
        let output = Command::new(env!("CARGO"))
            .args(arguments)
            .current_dir(&self.0)
            .env("CARGO_TARGET_DIR", self.0.join("target"))
            .output()?;
        let took = start.elapsed().as_secs_f64();
        if output.status.success() {
            Ok((String::from_utf8(output.stdout)?, took))
        } else {
            Err(String::from_utf8_lossy(&output.stderr).into_owned().into())
        }
    }

    /// The crates that are built, without the project's own.
    fn crates(&self) -> Result<BTreeSet<String>> {
        let tree = [
            "tree",
            "--edges",
            "normal,build",
            "--prefix",
            "none",
            "--no-dedupe",
            "--format",
            "{p}",
        ];
        let (text, _) = self.cargo(&tree)?;
        let name = |line: &str| {
            let mut words = line.split(' ');
            Some(format!("{} {}", words.next()?, words.next()?))
        };
        Ok(text.lines().skip(1).filter_map(name).collect())
    }

    fn build(&self) -> Result<f64> {
        // Downloads are not what is measured.
        self.cargo(&["fetch"])?;
        self.cargo(&["clean", "--quiet"])?;
        Ok(self.cargo(&["build", "--quiet"])?.1)
    }

    /// The release binary without its symbols.
    fn kilobytes(&self, name: &str) -> Result<u64> {
        self.cargo(&[
            "build",
            "--quiet",
            "--release",
            "--config",
            "profile.release.strip=true",
        ])?;
        Ok(std::fs::metadata(self.0.join("target/release").join(name))?.len() / 1024)
    }

    /// The shortest of three checks after a change of the source.
    fn check(&self) -> Result<f64> {
        self.cargo(&["check", "--quiet"])?;
        let main = self.0.join("src/main.rs");
        let mut shortest = f64::MAX;
        for change in 0..3 {
            let source = std::fs::read_to_string(&main)?;
            std::fs::write(&main, format!("{source}\n// {change}\n"))?;
            shortest = shortest.min(self.cargo(&["check", "--quiet"])?.1);
        }
        Ok(shortest)
    }
}

const SDK: &str = "aws-sdk-dynamodb = { version = \"1\", default-features = false, features = [\"rt-tokio\", \"default-https-client\"] }\n\
                   serde = { version = \"1\", features = [\"derive\"] }\n\
                   tokio = { version = \"1\", features = [\"macros\", \"rt\"] }";

/// A guarded subtraction, by hand and by dynacond.
const BY_HAND: &str = r##"
use aws_sdk_dynamodb::{Client, Config, config::BehaviorVersion, types::AttributeValue};

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let client = Client::from_conf(Config::builder().behavior_version(BehaviorVersion::latest()).build());
    let request = client
        .update_item()
        .table_name("shop")
        .key("id", AttributeValue::S("o1".to_owned()))
        .update_expression("SET #stock = #stock - :n")
        .condition_expression("#stock >= :n")
        .expression_attribute_names("#stock", "stock")
        .expression_attribute_values(":n", AttributeValue::N("3".to_owned()));
    println!("{:?}", request.send().await.is_ok());
}
"##;

const BY_DYNACOND: &str = r#"
use aws_sdk_dynamodb::{Client, Config, config::BehaviorVersion};
use dynacond::{Store, Versioned};

#[derive(Clone, Debug, serde::Serialize, serde::Deserialize, Versioned)]
#[dynacond(table = "shop")]
struct Order {
    #[dynacond(partition_key)]
    id: String,
    stock: u32,
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let client = Client::from_conf(Config::builder().behavior_version(BehaviorVersion::latest()).build());
    let store = Store::new(client);
    let update = store.update(Order::key("o1")).set(|o| o.stock.subtract(3));
    println!("{:?}", update.send().await.is_ok());
}
"#;

/// A hundred structs of twenty fields.
fn structs(derives: &str, attribute: &str, key: &str) -> String {
    let mut source = "#![allow(dead_code)]\n".to_owned();
    for i in 0..100 {
        // Each index makes a type, whose name has the struct's number.
        let attribute = attribute.replace('@', &i.to_string());
        let _ = writeln!(
            source,
            "#[derive({derives})]\n{attribute}\npub struct S{i} {{ {key} id: String,"
        );
        for (field, ty) in (1..20).zip(
            ["String", "u64", "bool", "Vec<String>", "i32"]
                .into_iter()
                .cycle(),
        ) {
            let _ = writeln!(source, "    f{field}: {ty},");
        }
        source += "}\n";
    }
    source + "fn main() {}\n"
}

fn main() -> Result<()> {
    let with_dynacond = format!("{SDK}\ndynacond = {{ path = \"{{dynacond}}\" }}");
    let bare = Project::new("bare", SDK, BY_HAND)?;
    let ours = Project::new("ours", &with_dynacond, BY_DYNACOND)?;
    let (before, after) = (bare.crates()?, ours.crates()?);
    let added: Vec<_> = after.difference(&before).collect();
    println!("crates added: {}", added.len());
    for name in &added {
        println!("  {name}");
    }
    let mut table = Table::new(&["a guarded subtraction", "SDK", "with dynacond", "more"]);
    let crates = [before.len(), after.len()];
    table.row([
        "crates".into(),
        crates[0].to_string(),
        crates[1].to_string(),
        added.len().to_string(),
    ]);
    // In turn, and the shorter of two: what else the machine does only makes it longer.
    let [mut cold, again] = [
        [bare.build()?, ours.build()?],
        [bare.build()?, ours.build()?],
    ];
    for (shortest, again) in cold.iter_mut().zip(again) {
        *shortest = shortest.min(again);
    }
    table.row([
        "cold build, s".into(),
        format!("{:.1}", cold[0]),
        format!("{:.1}", cold[1]),
        format!("{:.1}", cold[1] - cold[0]),
    ]);
    let size = [bare.kilobytes("bare")?, ours.kilobytes("ours")?];
    table.row([
        "binary, KB".into(),
        size[0].to_string(),
        size[1].to_string(),
        (size[1] - size[0].min(size[1])).to_string(),
    ]);
    println!("\n{table}");

    let plain = Project::new("plain", &with_dynacond, &structs("Clone, Debug", "", ""))?;
    let serde = "Clone, Debug, serde::Serialize, serde::Deserialize";
    let by_serde = Project::new("by-serde", &with_dynacond, &structs(serde, "", ""))?;
    let all = format!("{serde}, dynacond::Versioned");
    let table_name = "#[dynacond(table = \"shop\")]";
    let by_both = Project::new(
        "by-both",
        &with_dynacond,
        &structs(&all, table_name, "#[dynacond(partition_key)]"),
    )?;
    let declared = "#[dynacond(table = \"shop\", index(A@, name = \"by-a\", partition_key(f1), sort_key(f2)), \
                   index(B@, name = \"by-b\", partition_key(f6), keys_only))]";
    let indexed = structs(&all, declared, "#[dynacond(partition_key)]");
    let indexed = Project::new("indexed", &with_dynacond, &indexed)?;
    let [plain, by_serde, by_both] = [plain.check()?, by_serde.check()?, by_both.check()?];
    let indexed = indexed.check()?;
    let mut table = Table::new(&[
        "100 structs of 20 fields, checked",
        "s",
        "ms a struct more",
        "of serde's",
    ]);
    table.row([
        "no derive".into(),
        format!("{plain:.2}"),
        String::new(),
        String::new(),
    ]);
    let serde = by_serde - plain;
    table.row([
        "serde's two".into(),
        format!("{by_serde:.2}"),
        format!("{:.1}", serde * 10.0),
        "1.00".into(),
    ]);
    let ours = by_both - by_serde;
    table.row([
        "and Versioned".into(),
        format!("{by_both:.2}"),
        format!("{:.1}", ours * 10.0),
        format!("{:.2}", ours / serde),
    ]);
    let with_indexes = indexed - by_serde;
    table.row([
        "with two indexes".into(),
        format!("{indexed:.2}"),
        format!("{:.1}", with_indexes * 10.0),
        format!("{:.2}", with_indexes / serde),
    ]);
    println!("\n{table}");
    println!(
        "two indexes: {:.2} of `Versioned` without them",
        with_indexes / ours
    );
    Ok(())
}
