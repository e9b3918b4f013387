//! The ticks of an axis.

/// Returns round numbers from the bottom of an axis to its top, in equal steps or one for each power of ten.
pub(crate) fn ticks(greatest: f64, logarithmic: bool) -> Vec<f64> {
    let mut ticks = vec![if logarithmic { 1.0 } else { 0.0 }];
    let power = 10_f64.powf((greatest / 5.0).log10().floor());
    let steps = [1.0, 2.0, 5.0, 10.0].map(|n| n * power);
    let step = steps
        .into_iter()
        .find(|step| step * 5.0 >= greatest)
        .unwrap_or(greatest);
    while let Some(last) = ticks.last().filter(|last| **last < greatest) {
        ticks.push(if logarithmic {
            last * 10.0
        } else {
            last + step
        });
    }
    ticks
}
