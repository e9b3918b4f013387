//! Watches the work: shows its progress, keeps its checkpoint, and stops it in the middle.
use std::io::{IsTerminal as _, stdin};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use dynacond::Progress;
use indicatif::{ProgressBar, ProgressStyle};

use super::keep;

/// The units that were used up to one moment of the work.
#[derive(Clone, Copy, Debug, Default)]
pub struct Sample {
    pub seconds: f64,
    pub reads: f64,
    pub writes: f64,
}

pub(crate) struct Watcher<'a> {
    bar: ProgressBar,
    file: &'a Path,
    stop: &'a AtomicBool,
    /// Whether somebody has pressed Enter.
    pressed: Arc<AtomicBool>,
    /// How many orders have their outcome when the work is stopped; `None` after the stop.
    stops_at: Option<usize>,
    /// Orders that had their outcome before the work was resumed, and the units used until then.
    before: (usize, Sample),
    done: usize,
    printed: u64,
    pub(crate) samples: Vec<Sample>,
}

impl<'a> Watcher<'a> {
    pub(crate) fn new(orders: usize, file: &'a Path, stop: &'a AtomicBool) -> Self {
        let bar = ProgressBar::new(orders as u64);
        let style = ProgressStyle::with_template("{bar:40} {pos} of {len} {msg}");
        if let Ok(style) = style {
            bar.set_style(style);
        }
        let pressed = Arc::new(AtomicBool::new(false));
        if stdin().is_terminal() {
            let pressed = Arc::clone(&pressed);
            // Nobody waits for this thread, which ends with the process.
            thread::spawn(move || {
                while stdin()
                    .read_line(&mut String::new())
                    .is_ok_and(|bytes| bytes > 0)
                {
                    pressed.store(true, Ordering::Relaxed);
                }
            });
        }
        Self {
            bar,
            file,
            stop,
            pressed,
            stops_at: Some(orders * 2 / 5),
            before: (0, Sample::default()),
            done: 0,
            printed: 0,
            samples: Vec::new(),
        }
    }

    pub(crate) fn see(&mut self, progress: &Progress) {
        let (done, before) = self.before;
        let handled = progress.changed + progress.unchanged + progress.gone + progress.failed;
        self.done = done + handled;
        self.samples.push(Sample {
            seconds: before.seconds + progress.elapsed.as_secs_f64(),
            reads: before.reads + progress.consumed.read_units,
            writes: before.writes + progress.consumed.write_units,
        });
        if let Err(error) = keep(self.file, Some(&progress.checkpoint())) {
            eprintln!("the checkpoint is not kept: {error}");
        }
        self.show(progress);
        let pressed = self.pressed.swap(false, Ordering::Relaxed);
        if let Some(orders) = self.stops_at
            && (pressed || self.done >= orders)
        {
            self.stop.store(true, Ordering::Relaxed);
        }
    }

    fn show(&mut self, progress: &Progress) {
        let told = format!(
            "{} changed, {} failed, {:.0} units a second",
            progress.changed, progress.failed, progress.units_per_second
        );
        // An order that is read again after the stop is counted twice.
        let done = (self.done as u64).min(self.bar.length().unwrap_or_default());
        if self.bar.is_hidden() {
            let seconds = progress.elapsed.as_secs() + 1;
            if self.printed != seconds {
                self.printed = seconds;
                println!("{done} orders, {told}");
            }
            return;
        }
        self.bar.set_position(done);
        self.bar.set_message(told);
    }

    /// Notes that the work was stopped and now continues to its end. Returns the seconds that it took.
    pub(crate) fn pause(&mut self) -> f64 {
        let sample = self.samples.last().copied().unwrap_or_default();
        self.before = (self.done, sample);
        self.stops_at = None;
        self.stop.store(false, Ordering::Relaxed);
        sample.seconds
    }
}
