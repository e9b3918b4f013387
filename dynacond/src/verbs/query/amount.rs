//! How much of a query is read: said by the caller, in the query's type.
use crate::error::error::Result;
use crate::model::invalid::InvalidInput;
use crate::outcome::collect::Wanted;

use super::Found;
use super::page::{Count, Page};
use super::shape::Shape;
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

/// How much a query reads, and what it gives. Sealed in use.
#[diagnostic::on_unimplemented(
    message = "say how much to read before `.send()`: `.page(20)`, `.all()`, `.first()` or `.count()`; or read one by one: `.stream()`",
    label = "an unbounded query"
)]
pub trait Amount {
    /// What the query gives.
    type Output<Q: Source, S: Shape<Q>>;
    #[doc(hidden)]
    const COUNT: bool = false;
    #[doc(hidden)]
    fn wanted(&self) -> Result<Wanted>;
    #[doc(hidden)]
    fn output<Q: Source, S: Shape<Q>>(self, found: Found) -> Result<Self::Output<Q, S>>;
}

/// So many results, found without a look at what follows.
const fn only(results: Option<usize>) -> Wanted {
    Wanted {
        results,
        and_whether_more: false,
        examine_at_most: None,
        fetch: false,
    }
}

fn decode<Q: Source, S: Shape<Q>>(found: Found) -> Result<(Vec<S::Item>, Found)> {
    let Found {
        mut collected,
        next,
        pages,
        table,
    } = found;
    let items = std::mem::take(&mut collected.items);
    let decode = |item| S::decode(item, &table);
    let items = items.into_iter().map(decode).collect::<Result<_>>()?;
    let found = Found {
        collected,
        next,
        pages,
        table,
    };
    Ok((items, found))
}

#[diagnostic::do_not_recommend]
impl Amount for OnePage {
    type Output<Q: Source, S: Shape<Q>> = Page<S::Item>;
    fn wanted(&self) -> Result<Wanted> {
        if self.0 == 0 {
            return Err(InvalidInput::EmptyPage.into());
        }
        Ok(Wanted {
            and_whether_more: true,
            ..only(Some(self.0))
        })
    }
    fn output<Q: Source, S: Shape<Q>>(self, found: Found) -> Result<Page<S::Item>> {
        let (items, found) = decode::<Q, S>(found)?;
        Ok(Page {
            items,
            next: found.next,
            examined: found.collected.examined,
            gone: found.collected.gone,
            changed: found.collected.changed,
        })
    }
}
#[diagnostic::do_not_recommend]
impl Amount for All {
    type Output<Q: Source, S: Shape<Q>> = S::Many;
    fn wanted(&self) -> Result<Wanted> {
        Ok(only(None))
    }
    fn output<Q: Source, S: Shape<Q>>(self, found: Found) -> Result<S::Many> {
        let (items, Found { collected, .. }) = decode::<Q, S>(found)?;
        Ok(S::many(items, collected.gone, collected.changed))
    }
}
#[diagnostic::do_not_recommend]
impl Amount for First {
    type Output<Q: Source, S: Shape<Q>> = Option<S::Item>;
    fn wanted(&self) -> Result<Wanted> {
        Ok(only(Some(1)))
    }
    fn output<Q: Source, S: Shape<Q>>(self, found: Found) -> Result<Option<S::Item>> {
        decode::<Q, S>(found).map(|(items, _)| items.into_iter().next())
    }
}
#[diagnostic::do_not_recommend]
impl Amount for Counted {
    type Output<Q: Source, S: Shape<Q>> = Count;
    const COUNT: bool = true;
    fn wanted(&self) -> Result<Wanted> {
        Ok(only(None))
    }
    fn output<Q: Source, S: Shape<Q>>(self, found: Found) -> Result<Count> {
        Ok(Count {
            matched: found.collected.matched,
            examined: found.collected.examined,
            pages: found.pages,
        })
    }
}
