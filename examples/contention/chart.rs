//! Draws the results as bars for a terminal and as a plot.
use std::fmt::Write as _;

use super::axis::ticks;
use super::{METHODS, Measured};

struct Metric {
    name: &'static str,
    of: fn(&Measured) -> f64,
    /// Whether the plot has a tick for each power of ten.
    logarithmic: bool,
}
const METRICS: [Metric; 4] = [
    Metric {
        name: "requests per commit",
        of: |m| m.requests,
        logarithmic: false,
    },
    Metric {
        name: "price per commit in write units",
        of: |m| m.price,
        logarithmic: false,
    },
    Metric {
        name: "slowest writer's share",
        of: |m| m.share,
        logarithmic: false,
    },
    Metric {
        name: "milliseconds per commit",
        of: |m| m.millis,
        logarithmic: true,
    },
];

impl Metric {
    fn greatest(&self, measured: &[Measured]) -> f64 {
        measured.iter().map(self.of).fold(1.0, f64::max)
    }
}

/// Draws a row for each number of writers, with a bar for each method.
pub(crate) fn bars(measured: &[Measured]) -> String {
    let mut text = String::new();
    for metric in METRICS {
        let _ = write!(text, "\n{}\nwriters", metric.name);
        for method in METHODS {
            let _ = write!(text, "  {:<24}", format!("{method:?}"));
        }
        let greatest = metric.greatest(measured);
        for row in measured.chunks(METHODS.len()) {
            let _ = write!(text, "\n{:>7}", row[0].writers);
            for value in row.iter().map(metric.of) {
                #[expect(
                    clippy::cast_possible_truncation,
                    clippy::cast_sign_loss,
                    reason = "0 to 16"
                )]
                let bar = "█".repeat((value / greatest * 16.0).round() as usize);
                let _ = write!(text, "  {:<24}", format!("▏{bar} {value:.2}"));
            }
        }
        text.push('\n');
    }
    text
}

/// Draws a panel for each metric, with a line for each method. The number of writers doubles from left to right.
pub(crate) fn svg(measured: &[Measured]) -> String {
    const STYLES: [(&str, &str); 4] = [
        ("#009e73", "none"),
        ("#d98c00", "none"),
        ("#cc3311", "2 3"),
        ("#0072b2", "7 4"),
    ];
    let mut svg = String::from(
        "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 1470 420' font-family='sans-serif' \
         font-size='13' text-anchor='middle' fill='#333'>\n<rect width='1470' height='420' fill='white'/>\n\
         <text x='735' y='30' font-size='18'>What a commit costs when many write one item</text>\n",
    );
    for ((method, (colour, dash)), left) in METHODS.iter().zip(STYLES).zip([445, 595, 745, 895]) {
        let _ = writeln!(
            svg,
            "<path d='M{left} 58h40' stroke='{colour}' stroke-width='2.5' stroke-dasharray='{dash}'/>\
             <text x='{}' y='63' text-anchor='start'>{method:?}</text>",
            left + 48
        );
    }
    let most = measured
        .iter()
        .map(|m| f64::from(m.writers).log2())
        .fold(1.0, f64::max);
    for (metric, left) in METRICS.into_iter().zip([0, 360, 720, 1080]) {
        let ticks = ticks(metric.greatest(measured), metric.logarithmic);
        let scale = |value: f64| {
            if metric.logarithmic {
                value.max(1.0).log10()
            } else {
                value
            }
        };
        let x = |writers: u32| 70.0 + 280.0 * f64::from(writers).log2() / most;
        let y = |value| 350.0 - 230.0 * scale(value) / scale(ticks[ticks.len() - 1]);
        let _ = writeln!(svg, "<g transform='translate({left} 0)'>");
        let (name, log) = (
            metric.name,
            if metric.logarithmic {
                ", log scale"
            } else {
                ""
            },
        );
        let _ = writeln!(
            svg,
            "<text x='210' y='102' font-weight='bold'>{name}{log}</text>"
        );
        for tick in &ticks {
            let y = y(*tick);
            let _ = writeln!(
                svg,
                "<path d='M70 {y:.1}H350' stroke='#ddd'/>\
                 <text x='62' y='{:.1}' text-anchor='end'>{tick}</text>",
                y + 4.5
            );
        }
        for writers in measured.chunks(METHODS.len()).map(|row| row[0].writers) {
            let x = x(writers);
            let _ = writeln!(
                svg,
                "<path d='M{x:.1} 350v5' stroke='#333'/><text x='{x:.1}' y='372'>{writers}</text>"
            );
        }
        svg +=
            "<path d='M70 350H350' stroke='#333'/><text x='210' y='398'>writers at once</text>\n";
        for (method, (colour, dash)) in METHODS.into_iter().zip(STYLES) {
            let points = measured.iter().filter(|m| m.method == method);
            let points = points.map(|m| (x(m.writers), y((metric.of)(m))));
            let line: Vec<_> = points
                .clone()
                .map(|(x, y)| format!("{x:.1},{y:.1}"))
                .collect();
            let _ = writeln!(
                svg,
                "<polyline points='{}' fill='none' stroke='{colour}' stroke-width='2.5' stroke-dasharray='{dash}'/>",
                line.join(" ")
            );
            for (x, y) in points {
                let _ = writeln!(
                    svg,
                    "<circle cx='{x:.1}' cy='{y:.1}' r='3.5' fill='{colour}'/>"
                );
            }
        }
        svg += "</g>\n";
    }
    svg + "</svg>\n"
}
