//! Who watches a long piece of work, and may stop it: closures of the caller's, which may borrow.
use crate::outcome::progress::Progress;

/// Who watches: nobody, or the closures of [`on_progress`](crate::Query::on_progress) and [`stop_when`](crate::Query::stop_when).
/// Sealed in use.
pub trait Watch {
    /// Looks at the work.
    #[doc(hidden)]
    fn see(&mut self, progress: &Progress);
    /// Whether the work is to stop.
    #[doc(hidden)]
    fn stops(&self) -> bool;
    /// Whether anybody looks.
    #[doc(hidden)]
    const LOOKS: bool;
    /// Looks at the work, if anybody does.
    #[doc(hidden)]
    fn see_if(&mut self, progress: impl FnOnce() -> Progress) {
        if Self::LOOKS {
            self.see(&progress());
        }
    }
}

/// Nobody watches.
#[derive(Clone, Copy, Debug)]
pub struct Unwatched;

/// A closure that is shown the progress, beside whoever watched before.
#[derive(Clone, Copy, Debug)]
pub struct Seeing<W, P>(pub(crate) W, pub(crate) P);

/// A closure that says when to stop, beside whoever watched before.
#[derive(Clone, Copy, Debug)]
pub struct Stopping<W, U>(pub(crate) W, pub(crate) U);

#[diagnostic::do_not_recommend]
impl Watch for Unwatched {
    const LOOKS: bool = false;
    fn see(&mut self, _: &Progress) {}
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
    fn stops(&self) -> bool {
        self.0.stops() || (self.1)()
    }
}
