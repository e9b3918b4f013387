//! Processes that change the same items over HTTP: requests, price, time and fairness, next to what people use in Python.
//!
//! `cargo bench -p dynacond-benches --bench processes -- [--delay MS] [--repeat N] [--python PROGRAM] [--only TEXT]`. One
//! engine serves them all behind a loopback port, where each request takes 5 ms unless said otherwise. With `--python` the
//! peers of `benches/peers` run, too; PROGRAM is a Python that has them. Each figure is the median of N runs, 3 unless said.
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use dynacond::{Store, Stored, Versioned as _};
use dynacond_benches::Table;

mod server;
mod work;

use server::{Counts, Server};
use work::{ACCOUNTS, Account, COUNTER, Counter, account};

type Result<T> = std::result::Result<T, Box<dyn std::error::Error + Send + Sync>>;

/// Who changes what: a row of the table.
struct Contender {
    name: String,
    /// A Python library, or `None` for dynacond.
    peer: Option<&'static str>,
    task: &'static str,
    policy: String,
    processes: usize,
    callers: usize,
}

/// How many changes each caller makes.
const ROUNDS: usize = 25;

/// What one run came to.
struct Run {
    counts: Counts,
    commits: usize,
    wall: f64,
    /// The rate of the slowest caller, of what all have on average.
    share: f64,
    /// Milliseconds until a change was answered: the median, and what one of a hundred exceeds.
    latencies: [f64; 2],
}

struct Options {
    delay: Duration,
    repeat: usize,
    python: Option<String>,
    only: Option<String>,
    policies: Vec<String>,
}

fn options() -> Result<Options> {
    let mut options = Options {
        delay: Duration::from_millis(5),
        repeat: 3,
        python: None,
        only: None,
        policies: vec!["default".to_owned(), "cheapest".to_owned()],
    };
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        // Cargo adds one of its own.
        if argument == "--bench" {
            continue;
        }
        let value = arguments.next().ok_or("an option has a value")?;
        match &*argument {
            "--delay" => options.delay = Duration::from_millis(value.parse()?),
            "--repeat" => options.repeat = value.parse()?,
            "--python" => options.python = Some(value),
            "--only" => options.only = Some(value),
            // Further policies, such as `20,400,true`: see `work`.
            "--policies" => options.policies = value.split(' ').map(str::to_owned).collect(),
            other => return Err(format!("there is no option {other}").into()),
        }
    }
    Ok(options)
}

fn contenders(options: &Options) -> Vec<Contender> {
    let own = |task, policy: &str, processes, callers| Contender {
        name: format!("dynacond {task}, {policy}, {processes} × {callers}"),
        peer: None,
        task,
        policy: policy.to_owned(),
        processes,
        callers,
    };
    let mut all = vec![own("update", "default", 8, 1)];
    for task in ["modify", "transfer"] {
        all.extend(
            options
                .policies
                .iter()
                .map(|policy| own(task, policy, 8, 1)),
        );
        let peers = ["boto3", "xoto3", "pynamodb"];
        let peers = peers.into_iter().filter(|_| options.python.is_some());
        all.extend(peers.map(|peer| Contender {
            name: format!("{peer} {task}, 8 × 1"),
            peer: Some(peer),
            ..own(task, "", 8, 1)
        }));
    }
    all.push(own("grouped", "default", 1, 64));
    all.push(own("grouped", "default", 2, 32));
    if let Some(only) = &options.only {
        all.retain(|contender| contender.name.contains(&**only));
    }
    all
}

/// Sets the items back, at a version.
async fn prepare(store: &Store) -> Result<()> {
    let counter = Counter {
        id: COUNTER.to_owned(),
        count: 0,
    };
    store.put(counter).unconditional().send().await?;
    for id in (0..ACCOUNTS).map(account) {
        let account = Account { id, balance: 1000 };
        store.put(account).unconditional().send().await?;
    }
    Ok(())
}

/// Nothing is lost, and nothing is applied twice.
async fn check(store: &Store, changes: usize) -> Result<()> {
    let counter = store.get(Counter::key(COUNTER)).send().await?;
    let mut sum = 0;
    for id in (0..ACCOUNTS).map(account) {
        let account = store.get(Account::key(&id)).send().await?;
        sum += account.map_or(0, |account| Stored::into_inner(account).balance);
    }
    let count = counter.map_or(0, |counter| Stored::into_inner(counter).count);
    if count == i64::try_from(changes)? && sum == i64::from(ACCOUNTS) * 1000 {
        return Ok(());
    }
    Err(
        format!("{changes} were made, the counter says {count}, and the accounts hold {sum}")
            .into(),
    )
}

impl Contender {
    fn start(&self, server: &Server, options: &Options) -> Result<Child> {
        let rounds = ROUNDS.to_string();
        let mut command = match (self.peer, &options.python) {
            (Some(peer), Some(python)) => {
                let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("peers/peers.py");
                let mut command = Command::new(python);
                command.arg(script).args([peer, self.task, &rounds]);
                command
                    .env("AWS_ENDPOINT_URL", &server.endpoint)
                    .env("AWS_ACCESS_KEY_ID", "local")
                    .env("AWS_SECRET_ACCESS_KEY", "local")
                    .env("AWS_DEFAULT_REGION", "us-east-1");
                command
            }
            _ => {
                let mut command = Command::new(std::env::current_exe()?);
                let callers = self.callers.to_string();
                let policy = &self.policy;
                command.args([
                    "process",
                    &server.endpoint,
                    self.task,
                    policy,
                    &callers,
                    &rounds,
                ]);
                command
            }
        };
        Ok(command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?)
    }

    /// All processes begin at one moment.
    async fn run(&self, server: &Server, options: &Options) -> Result<Run> {
        let store = Store::new(server.client.clone());
        prepare(&store).await?;
        let mut running = Vec::new();
        for _ in 0..self.processes {
            let mut child = self.start(server, options)?;
            let output = child.stdout.take().ok_or("no output")?;
            running.push((child, BufReader::new(output)));
        }
        for (_, output) in &mut running {
            let mut line = String::new();
            output.read_line(&mut line)?;
            if line.trim() != "ready" {
                return Err(format!("{} is not ready: {line}", self.name).into());
            }
        }
        server.take_counts();
        for (child, _) in &mut running {
            child.stdin.take().ok_or("no input")?.write_all(b"go\n")?;
        }
        let (mut ended, mut took) = (Vec::new(), Vec::new());
        for (mut child, mut output) in running {
            let mut text = String::new();
            output.read_to_string(&mut text)?;
            child.wait()?;
            for line in text.lines() {
                let numbers: std::result::Result<Vec<f64>, _> =
                    line.split(' ').map(str::parse).collect();
                let numbers = numbers?;
                ended.extend(numbers.first());
                took.extend(numbers.iter().skip(1));
            }
        }
        let counts = server.take_counts();
        let commits = self.processes * self.callers * ROUNDS;
        if took.len() != commits {
            return Err(format!("{}: a process ended early", self.name).into());
        }
        let counted = if self.task == "transfer" { 0 } else { commits };
        check(&store, counted).await?;
        let slowest = ended.iter().copied().fold(0.0, f64::max);
        let rates: f64 = ended.iter().map(|ended| slowest / ended).sum();
        took.sort_unstable_by(f64::total_cmp);
        Ok(Run {
            counts,
            commits,
            wall: slowest / 1000.0,
            share: ended.len() as f64 / rates,
            latencies: [50, 99].map(|percent| took[(took.len() - 1) * percent / 100]),
        })
    }
}

impl Run {
    fn figures(&self) -> [f64; 7] {
        let commits = self.commits as f64;
        [
            self.wall,
            f64::from(self.counts.requests) / commits,
            f64::from(self.counts.refused) / commits,
            self.counts.price / commits,
            self.share,
            self.latencies[0],
            self.latencies[1],
        ]
    }
}

const COLUMNS: [&str; 8] = [
    "who, processes × callers",
    "wall s",
    "requests per commit",
    "refused",
    "price in W",
    "slowest caller's share",
    "median ms",
    "99 % ms",
];

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let Some(("process", arguments)) = arguments
        .split_first()
        .map(|(first, rest)| (&**first, rest))
    {
        return work::run(arguments).await;
    }
    let options = options()?;
    let server = Server::start(options.delay).await?;
    let store = Store::new(server.client.clone());
    dynacond_local::create_table::<Counter>(&store).await?;
    dynacond_local::create_table::<Account>(&store).await?;
    let contenders = contenders(&options);
    let mut runs: Vec<Vec<[f64; 7]>> = contenders.iter().map(|_| Vec::new()).collect();
    // In turn, so that what disturbs one disturbs all.
    for _ in 0..options.repeat {
        for (contender, runs) in contenders.iter().zip(&mut runs) {
            runs.push(contender.run(&server, &options).await?.figures());
        }
    }
    let mut table = Table::new(&COLUMNS);
    for (contender, runs) in contenders.iter().zip(runs) {
        let figures = (0..7).map(|i| {
            let mut figures: Vec<f64> = runs.iter().map(|run| run[i]).collect();
            figures.sort_unstable_by(f64::total_cmp);
            format!("{:.2}", figures[figures.len() / 2])
        });
        table.row(std::iter::once(contender.name.clone()).chain(figures));
    }
    println!("\n{table}");
    Ok(())
}
