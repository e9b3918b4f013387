//! How much a query or a scan reads, as a type.
use crate::error::error::{Error, Result};
use crate::error::read::Interrupted;
use crate::model::invalid::InvalidInput;
use crate::outcome::collect::Wanted;
use crate::outcome::fetch::{Fresh, Gives};
use crate::outcome::watch::Watch;

use super::page::{Count, Page};
use super::sending::{Found, Sending};
use super::shape::{Shape, Whole};
use super::source::Source;

/// The amount is not set yet.
#[derive(Clone, Copy, Debug)]
pub struct Unsaid;
/// One page of this many results.
#[derive(Clone, Copy, Debug)]
pub struct OnePage(pub(crate) usize);
/// All results.
#[derive(Clone, Copy, Debug)]
pub struct All;
/// The first result.
#[derive(Clone, Copy, Debug)]
pub struct First;
/// The number of results.
#[derive(Clone, Copy, Debug)]
pub struct Counted;

/// The compiler message for a query or a scan without an amount. No type implements this trait.
#[diagnostic::on_unimplemented(
    message = "say how much to read before `.send()`: `.page(20)`, `.all()`, `.first()`, `.count()`, or `.stream()` for one item after the other",
    label = "an unbounded query"
)]
pub trait SaysHowMuch {}

/// An amount that the caller has chosen. Callers cannot implement this trait.
pub trait Said {}
#[diagnostic::do_not_recommend]
impl Said for OnePage {}
#[diagnostic::do_not_recommend]
impl Said for All {}
#[diagnostic::do_not_recommend]
impl Said for First {}
#[diagnostic::do_not_recommend]
impl Said for Counted {}

/// How much a query or a scan reads, and the type of its result for a source and a shape. Callers cannot implement this trait.
#[diagnostic::on_unimplemented(
    message = "say how much to read before `.send()`: `.page(20)`, `.all()`, `.first()`, `.count()`, or `.stream()` for one item after the other",
    label = "an unbounded query"
)]
pub trait Amount<Q, S>: Said + Sized {
    /// The result of the query or the scan.
    type Output;
    /// Whether the units are always counted.
    #[doc(hidden)]
    const METERED: bool = false;
    #[doc(hidden)]
    fn run<W: Watch>(
        self,
        sending: Sending,
        watch: W,
    ) -> impl Future<Output = Result<Self::Output>>;
}

/// Reads this many results, without finding out whether more follow.
const fn only(results: Option<usize>, gives: Gives) -> Wanted {
    Wanted {
        results,
        and_whether_more: false,
        examine_at_most: None,
        gives,
    }
}

/// The decoded results, and the numbers of other items that an index lists.
struct Decoded<T> {
    items: Vec<T>,
    gone: usize,
    changed: usize,
}

impl<T> Decoded<T> {
    fn with_capacity(results: usize) -> Self {
        Self {
            items: Vec::with_capacity(results),
            gone: 0,
            changed: 0,
        }
    }

    fn take<Q, S: Shape<Q, Item = T>>(&mut self, fresh: Fresh, table: &str) -> Result {
        match fresh {
            Fresh::Item(item) => self.items.push(S::decode(item, table)?),
            Fresh::Gone => self.gone += 1,
            Fresh::Changed => self.changed += 1,
            Fresh::Again => {}
        }
        Ok(())
    }
}

fn decode<Q: Source, S: Shape<Q>>(found: Found) -> Result<Decoded<S::Item>> {
    let mut decoded = Decoded::with_capacity(found.collected.results);
    for fresh in found.collected.taken {
        decoded.take::<Q, S>(fresh, &found.table)?;
    }
    Ok(decoded)
}

/// Makes a page of the results. It ends before an item that does not decode. If the page begins with such an item, the result is an
/// error with a cursor after the item.
fn page<Q: Source, S: Shape<Q>>(mut found: Found) -> Result<Page<S::Item>> {
    let taken = std::mem::take(&mut found.collected.taken);
    let positions = std::mem::take(&mut found.collected.positions);
    let mut next = found.collected.next.take();
    let mut decoded = Decoded::with_capacity(taken.len());
    let mut before = None;
    for (fresh, position) in taken.into_iter().zip(positions) {
        match decoded.take::<Q, S>(fresh, &found.table) {
            Ok(()) => before = Some(position),
            Err(_) if before.is_some() => {
                next = before;
                break;
            }
            Err(source) => {
                return Err(Error::Interrupted(Box::new(Interrupted {
                    cursor: Some(found.cursor(position)),
                    report: None,
                    source,
                })));
            }
        }
    }
    Ok(Page {
        items: decoded.items,
        next: next.map(|position| found.cursor(position)),
        examined: found.collected.examined,
        gone: decoded.gone,
        changed: decoded.changed,
    })
}

impl<Q: Source, S: Shape<Q>> Amount<Q, S> for OnePage {
    type Output = Page<S::Item>;
    async fn run<W: Watch>(self, sending: Sending, watch: W) -> Result<Self::Output> {
        if self.0 == 0 {
            return Err(InvalidInput::EmptyPage.into());
        }
        let wanted = Wanted {
            and_whether_more: true,
            ..only(Some(self.0), S::GIVES)
        };
        let found = Box::pin(sending.collect(wanted, watch)).await?;
        page::<Q, S>(found)
    }
}
impl<Q: Source, S: Shape<Q>> Amount<Q, S> for All {
    type Output = S::Many;
    async fn run<W: Watch>(self, sending: Sending, watch: W) -> Result<Self::Output> {
        let wanted = only(None, S::GIVES);
        let found = Box::pin(sending.collect(wanted, watch)).await?;
        let Decoded {
            items,
            gone,
            changed,
        } = decode::<Q, S>(found)?;
        Ok(S::many(items, gone, changed))
    }
}
impl<Q: Source, S: Shape<Q>> Amount<Q, S> for First {
    type Output = Option<S::Item>;
    async fn run<W: Watch>(self, sending: Sending, watch: W) -> Result<Self::Output> {
        let wanted = only(Some(1), S::GIVES);
        let found = Box::pin(sending.collect(wanted, watch)).await?;
        Ok(decode::<Q, S>(found)?.items.into_iter().next())
    }
}
/// Counted items have no shape, so an index that does not project whole items can also be counted.
#[diagnostic::do_not_recommend]
impl<Q: Source> Amount<Q, Whole> for Counted {
    type Output = Count;
    async fn run<W: Watch>(self, mut sending: Sending, watch: W) -> Result<Count> {
        sending.spec.read.count = true;
        let wanted = only(None, Gives::Found);
        let found = Box::pin(sending.collect(wanted, watch)).await?;
        Ok(Count {
            matched: found.collected.matched,
            examined: found.collected.examined,
            pages: found.pages,
        })
    }
}
