//! So many futures at a time, all of them polled by the one that waits for them: no task, no runtime.

use futures_util::stream::{FuturesUnordered, StreamExt as _};

/// How many requests are in flight at once, unless the caller says otherwise.
pub(crate) const IN_FLIGHT: usize = 16;

/// Runs the futures, `limit` of them at a time and at least one, and hands out what each gives as soon as it is there.
pub(crate) async fn in_flight<F: Future>(
    limit: usize,
    futures: impl IntoIterator<Item = F>,
    mut done: impl FnMut(F::Output),
) {
    let mut waiting = futures.into_iter();
    let mut running = FuturesUnordered::new();
    loop {
        while running.len() < limit.max(1) {
            match waiting.next() {
                Some(future) => running.push(future),
                None => break,
            }
        }
        match running.next().await {
            Some(output) => done(output),
            None => return,
        }
    }
}
