//! Watchers of long work, which may also stop it. They are the caller's closures, which may borrow.
use crate::error::report::Failed;
use crate::outcome::progress::Progress;

/// A watcher: none, or the closures of [`on_progress`](crate::Query::on_progress), [`on_failure`](crate::Query::on_failure) and
/// [`stop_when`](crate::Query::stop_when). Callers cannot implement this trait.
pub trait Watch {
    /// Shows the progress to the watcher.
    #[doc(hidden)]
    fn see(&mut self, progress: &Progress);
    /// Shows an item that failed to the watcher.
    #[doc(hidden)]
    fn fails(&mut self, failed: &Failed);
    /// Whether the work should stop.
    #[doc(hidden)]
    fn stops(&self) -> bool;
    /// Whether there is a watcher.
    #[doc(hidden)]
    const LOOKS: bool;
    /// Shows the progress to the watcher, if there is one.
    #[doc(hidden)]
    fn see_if(&mut self, progress: impl FnOnce() -> Progress) {
        if Self::LOOKS {
            self.see(&progress());
        }
    }
}

/// There is no watcher.
#[derive(Clone, Copy, Debug)]
pub struct Unwatched;

/// A closure that gets the progress, in addition to an earlier watcher.
#[derive(Clone, Copy, Debug)]
pub struct Seeing<W, P>(pub(crate) W, pub(crate) P);

/// A closure that gets each item that failed, in addition to an earlier watcher.
#[derive(Clone, Copy, Debug)]
pub struct Failing<W, P>(pub(crate) W, pub(crate) P);

/// A closure that says when to stop, in addition to an earlier watcher.
#[derive(Clone, Copy, Debug)]
pub struct Stopping<W, U>(pub(crate) W, pub(crate) U);

#[diagnostic::do_not_recommend]
impl Watch for Unwatched {
    const LOOKS: bool = false;
    fn see(&mut self, _: &Progress) {}
    fn fails(&mut self, _: &Failed) {}
    fn stops(&self) -> bool {
        false
    }
}
#[diagnostic::do_not_recommend]
impl<W: Watch, P: FnMut(&Progress)> Watch for Seeing<W, P> {
    const LOOKS: bool = true;
    fn see(&mut self, progress: &Progress) {
        self.0.see(progress);
        (self.1)(progress);
    }
    fn fails(&mut self, failed: &Failed) {
        self.0.fails(failed);
    }
    fn stops(&self) -> bool {
        self.0.stops()
    }
}
#[diagnostic::do_not_recommend]
impl<W: Watch, P: FnMut(&Failed)> Watch for Failing<W, P> {
    const LOOKS: bool = W::LOOKS;
    fn see(&mut self, progress: &Progress) {
        self.0.see(progress);
    }
    fn fails(&mut self, failed: &Failed) {
        self.0.fails(failed);
        (self.1)(failed);
    }
    fn stops(&self) -> bool {
        self.0.stops()
    }
}
#[diagnostic::do_not_recommend]
impl<W: Watch, U: Fn() -> bool> Watch for Stopping<W, U> {
    const LOOKS: bool = W::LOOKS;
    fn see(&mut self, progress: &Progress) {
        self.0.see(progress);
    }
    fn fails(&mut self, failed: &Failed) {
        self.0.fails(failed);
    }
    fn stops(&self) -> bool {
        self.0.stops() || (self.1)()
    }
}
