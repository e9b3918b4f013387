//! A plot of capacity units over time.
use std::fmt::Write as _;

use super::Sample;
use super::axis::ticks;

const WIDTH: f64 = 760.0;
const HEIGHT: f64 = 300.0;

/// Draws a line for the read units of each second and one for the write units, the rate that was set, and the time when the work
/// was stopped.
pub(crate) fn svg(samples: &[Sample], limit: f64, stopped: f64) -> String {
    let seconds = samples.last().map_or(1.0, |last| last.seconds.max(0.1));
    let rates = rates(samples);
    let greatest = rates.iter().map(|rate| rate.reads.max(rate.writes));
    let units = ticks(greatest.fold(limit * 1.2, f64::max), false);
    let times = ticks(seconds, false);
    let (right, top) = (times[times.len() - 1], units[units.len() - 1]);
    let x = |seconds: f64| 80.0 + WIDTH * seconds / right;
    let y = |units: f64| 60.0 + HEIGHT * (1.0 - units / top);
    let (left, bottom, end) = (x(0.0), y(0.0), x(right));
    let mut svg = String::from(
        "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 900 430' font-family='sans-serif' font-size='13' \
         text-anchor='middle' fill='#333'>\n<rect width='900' height='430' fill='white'/>\n\
         <text x='460' y='30' font-size='18'>Capacity units a second of the backfill</text>\n",
    );
    for tick in &units {
        let y = y(*tick);
        let _ = writeln!(
            svg,
            "<path d='M{left} {y:.1}H{end}' stroke='#ddd'/><text x='72' y='{:.1}' text-anchor='end'>{tick}</text>",
            y + 4.5
        );
    }
    for tick in &times {
        let _ = writeln!(
            svg,
            "<text x='{:.1}' y='{:.1}'>{tick:.1}</text>",
            x(*tick),
            bottom + 20.0
        );
    }
    let _ = writeln!(
        svg,
        "<text x='460' y='410'>seconds of work</text>\n\
         <path d='M{left} {limit:.1}H{end}' stroke='#333' stroke-dasharray='6 4'/>\
         <text x='{end}' y='{:.1}' text-anchor='end'>the rate that was asked for</text>\n\
         <path d='M{stop:.1} 60V{bottom}' stroke='#333' stroke-dasharray='2 3'/>\
         <text x='{:.1}' y='80' text-anchor='start'>stopped, and resumed</text>",
        y(limit) - 6.0,
        x(stopped) + 6.0,
        limit = y(limit),
        stop = x(stopped),
    );
    for (name, colour, at, of) in [
        ("reads", "#0072b2", 120.0, (|r| r.reads) as fn(&Rate) -> f64),
        ("writes", "#d98c00", 200.0, |r| r.writes),
    ] {
        let points: Vec<_> = rates
            .iter()
            .map(|rate| format!("{:.1},{:.1}", x(rate.seconds), y(of(rate))))
            .collect();
        let _ = writeln!(
            svg,
            "<g fill='{colour}'><polyline points='{}' fill='none' stroke='{colour}' stroke-width='2.5'/>\
             <text x='{at}' y='54'>{name}</text></g>",
            points.join(" ")
        );
    }
    svg + "</svg>\n"
}

/// Units a second at one moment.
struct Rate {
    seconds: f64,
    reads: f64,
    writes: f64,
}

/// Returns the rates between samples with a distance of at least a fortieth of the whole time.
fn rates(samples: &[Sample]) -> Vec<Rate> {
    let gap = samples.last().map_or(0.0, |last| last.seconds / 40.0);
    let mut rates = Vec::new();
    let mut before = Sample::default();
    for sample in samples {
        let time = sample.seconds - before.seconds;
        if time > 0.0 && time >= gap {
            rates.push(Rate {
                seconds: sample.seconds,
                reads: (sample.reads - before.reads) / time,
                writes: (sample.writes - before.writes) / time,
            });
            before = *sample;
        }
    }
    rates
}
