//! What the benchmarks share: CPU time, exact allocations, and the table at the end.
use std::path::PathBuf;
use std::time::Duration;

use cpu_time::ThreadTime;
use criterion::Criterion;
use criterion::measurement::{Measurement, ValueFormatter, WallTime};

/// The CPU time of this thread: other processes do not disturb it.
#[derive(Clone, Copy, Debug)]
pub struct CpuTime;

impl Measurement for CpuTime {
    type Intermediate = ThreadTime;
    type Value = Duration;

    fn start(&self) -> ThreadTime {
        ThreadTime::now()
    }
    fn end(&self, start: ThreadTime) -> Duration {
        start.elapsed()
    }
    fn add(&self, a: &Duration, b: &Duration) -> Duration {
        *a + *b
    }
    fn zero(&self) -> Duration {
        Duration::ZERO
    }
    fn to_f64(&self, value: &Duration) -> f64 {
        WallTime.to_f64(value)
    }
    fn formatter(&self) -> &dyn ValueFormatter {
        WallTime.formatter()
    }
}

/// Criterion on CPU time, whose estimates [`median`] reads back.
#[must_use]
pub fn criterion() -> Criterion<CpuTime> {
    Criterion::default()
        .with_measurement(CpuTime)
        .without_plots()
        .warm_up_time(Duration::from_millis(500))
        .measurement_time(Duration::from_secs(2))
        .output_directory(&results())
        .configure_from_args()
}

fn results() -> PathBuf {
    let workspace = concat!(env!("CARGO_MANIFEST_DIR"), "/..");
    let target =
        std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| "target".into(), PathBuf::from);
    PathBuf::from(workspace).join(target).join("criterion")
}

/// Nanoseconds of CPU time: the median of what criterion has measured. `None` if a filter has left it out.
#[must_use]
pub fn median(group: &str, function: &str) -> Option<f64> {
    let path = results()
        .join(group)
        .join(function)
        .join("new/estimates.json");
    let estimates: serde_json::Value = serde_json::from_slice(&std::fs::read(path).ok()?).ok()?;
    estimates["median"]["point_estimate"].as_f64()
}

/// What a round of each of two contenders costs, round by round in turn, so that what disturbs one disturbs both.
#[derive(Debug)]
pub struct Paired {
    /// Medians of a round's CPU time.
    pub times: [Duration; 2],
    /// Medians of a round's allocations.
    pub allocations: [u64; 2],
    /// The second contender's time by the first one's: lower quartile, median and upper quartile of all rounds.
    pub ratios: [f64; 3],
}

/// Each contender prepares a round, which is not measured, and gives the round.
pub fn paired<A: FnOnce(), B: FnOnce()>(
    rounds: usize,
    mut first: impl FnMut() -> A,
    mut second: impl FnMut() -> B,
) -> Paired {
    fn run(round: impl FnOnce()) -> (Duration, u64) {
        let mut time = Duration::ZERO;
        let allocations = allocations(|| {
            let start = ThreadTime::now();
            round();
            time = start.elapsed();
        });
        (time, allocations)
    }
    let mut measured: Vec<_> = (0..=rounds)
        .map(|_| [run(first()), run(second())])
        .collect();
    // The first one warms up.
    measured.swap_remove(0);
    let median = |mut of: Vec<(Duration, u64)>| {
        of.sort_unstable();
        let times = of[of.len() / 2].0;
        of.sort_unstable_by_key(|measured| measured.1);
        (times, of[of.len() / 2].1)
    };
    let [a, b] = [0, 1].map(|i| median(measured.iter().map(|round| round[i]).collect()));
    let ratio = |[a, b]: &[(Duration, u64); 2]| b.0.as_secs_f64() / a.0.as_secs_f64();
    let mut ratios: Vec<f64> = measured.iter().map(ratio).collect();
    ratios.sort_unstable_by(f64::total_cmp);
    Paired {
        times: [a.0, b.0],
        allocations: [a.1, b.1],
        ratios: [1, 2, 3].map(|quarter| ratios[ratios.len() * quarter / 4]),
    }
}

/// How often one run allocates.
pub fn allocations<T>(run: impl FnOnce() -> T) -> u64 {
    let mut output = None;
    let measured = allocation_counter::measure(|| output = Some(run()));
    drop(output);
    measured.count_total
}

/// Rows of text under a heading, columns aligned.
#[derive(Debug)]
pub struct Table {
    rows: Vec<Vec<String>>,
}

impl Table {
    /// A table with these columns.
    #[must_use]
    pub fn new(columns: &[&str]) -> Self {
        let heading = columns.iter().map(ToString::to_string).collect();
        Self {
            rows: vec![heading],
        }
    }

    /// One more row.
    pub fn row(&mut self, cells: impl IntoIterator<Item = String>) {
        self.rows.push(cells.into_iter().collect());
    }
}

/// As Markdown.
impl std::fmt::Display for Table {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let columns = self.rows[0].len();
        let width = |column: usize| {
            let cells = self.rows.iter().filter_map(|row| row.get(column));
            cells.map(|cell| cell.chars().count()).max().unwrap_or(0)
        };
        for (i, row) in self.rows.iter().enumerate() {
            for (column, cell) in row.iter().enumerate() {
                let width = width(column);
                if column == 0 {
                    write!(f, "| {cell:<width$} |")?;
                } else {
                    write!(f, " {cell:>width$} |")?;
                }
            }
            writeln!(f)?;
            if i == 0 {
                let rule = |column| if column == 0 { "---|" } else { "---:|" };
                writeln!(f, "|{}", (0..columns).map(rule).collect::<String>())?;
            }
        }
        Ok(())
    }
}
