//! How much of a query or a scan is read: said by the caller, in its type.
use crate::error::error::Result;
use crate::model::invalid::InvalidInput;
use crate::outcome::collect::Wanted;
use crate::outcome::watch::Watch;

use super::page::{Count, Page};
use super::sending::{Found, Sending};
use super::shape::{Shape, Whole};
use super::source::Source;

/// Nothing was said yet.
#[derive(Clone, Copy, Debug)]
pub struct Unsaid;
/// One page of so many results.
#[derive(Clone, Copy, Debug)]
pub struct OnePage(pub(crate) usize);
/// Everything.
#[derive(Clone, Copy, Debug)]
pub struct All;
/// The first result.
#[derive(Clone, Copy, Debug)]
pub struct First;
/// How many there are.
#[derive(Clone, Copy, Debug)]
pub struct Counted;

/// How much a query or a scan reads and what becomes of it, for a source and a form of its results. Sealed in use.
#[diagnostic::on_unimplemented(
    message = "say how much to read before `.send()`: `.page(20)`, `.all()`, `.first()`, `.count()`, or `.stream()` for one item after the other",
    label = "an unbounded query"
)]
pub trait Amount<Q, S>: Sized {
    /// What the query or the scan gives.
    type Output;
    /// Whether the units are counted in any case.
    #[doc(hidden)]
    const METERED: bool = false;
    #[doc(hidden)]
    fn run<W: Watch>(
        self,
        sending: Sending,
        watch: W,
    ) -> impl Future<Output = Result<Self::Output>>;
}

/// So many results, found without a look at what follows.
const fn only(results: Option<usize>, fetch: bool) -> Wanted {
    Wanted {
        results,
        and_whether_more: false,
        examine_at_most: None,
        fetch,
    }
}

fn decode<Q: Source, S: Shape<Q>>(found: &mut Found) -> Result<Vec<S::Item>> {
    let items = std::mem::take(&mut found.collected.items).into_iter();
    items.map(|item| S::decode(item, &found.table)).collect()
}

impl<Q: Source, S: Shape<Q>> Amount<Q, S> for OnePage {
    type Output = Page<S::Item>;
    async fn run<W: Watch>(self, sending: Sending, watch: W) -> Result<Self::Output> {
        if self.0 == 0 {
            return Err(InvalidInput::EmptyPage.into());
        }
        let wanted = Wanted {
            and_whether_more: true,
            ..only(Some(self.0), S::FETCH)
        };
        let mut found = Box::pin(sending.collect(wanted, false, watch)).await?;
        Ok(Page {
            items: decode::<Q, S>(&mut found)?,
            next: found.next,
            examined: found.collected.examined,
            gone: found.collected.gone,
            changed: found.collected.changed,
        })
    }
}
impl<Q: Source, S: Shape<Q>> Amount<Q, S> for All {
    type Output = S::Many;
    async fn run<W: Watch>(self, sending: Sending, watch: W) -> Result<Self::Output> {
        let wanted = only(None, S::FETCH);
        let mut found = Box::pin(sending.collect(wanted, false, watch)).await?;
        let items = decode::<Q, S>(&mut found)?;
        Ok(S::many(
            items,
            found.collected.gone,
            found.collected.changed,
        ))
    }
}
impl<Q: Source, S: Shape<Q>> Amount<Q, S> for First {
    type Output = Option<S::Item>;
    async fn run<W: Watch>(self, sending: Sending, watch: W) -> Result<Self::Output> {
        let wanted = only(Some(1), S::FETCH);
        let mut found = Box::pin(sending.collect(wanted, false, watch)).await?;
        Ok(decode::<Q, S>(&mut found)?.into_iter().next())
    }
}
/// What is counted comes in no form, so an index that projects less than the item can be counted, too.
#[diagnostic::do_not_recommend]
impl<Q: Source> Amount<Q, Whole> for Counted {
    type Output = Count;
    async fn run<W: Watch>(self, sending: Sending, watch: W) -> Result<Count> {
        let wanted = only(None, false);
        let found = Box::pin(sending.collect(wanted, true, watch)).await?;
        Ok(Count {
            matched: found.collected.matched,
            examined: found.collected.examined,
            pages: found.pages,
        })
    }
}
