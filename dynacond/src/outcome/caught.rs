//! The panic of a request that several callers share.
use std::any::Any;
use std::future::poll_fn;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::task::Poll;

/// What a panic carries.
pub(super) type Panic = Box<dyn Any + Send>;

/// Runs a request, and returns its panic instead of passing it on.
pub(super) async fn caught<T>(request: impl Future<Output = T>) -> Result<T, Panic> {
    let mut request = pin!(request);
    poll_fn(|context| {
        let poll = AssertUnwindSafe(|| request.as_mut().poll(context));
        match catch_unwind(poll) {
            Ok(polled) => polled.map(Ok),
            Err(panic) => Poll::Ready(Err(panic)),
        }
    })
    .await
}
