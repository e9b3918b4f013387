//! Chooses the `Limit` of the next request, so that a page of `n` results takes about one request and few units.
//!
//! DynamoDB's `Limit` counts the items before the filter, so a page of results may need several requests. One item more than wanted
//! is requested, because it proves that there is a next page.
//!
//! [Paginating results](https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Query.Pagination.html)

/// The items to examine for each result at first, when it is not known how many items pass the filter.
const FIRST_GUESS: usize = 4;

/// How many results are wanted, and how many items were examined so far.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pace {
    /// The number of results wanted, including the one that proves a next page; `None` for all.
    wanted: Option<usize>,
    /// Whether there is a filter that is expected to leave out many items.
    filtered: bool,
    /// The most items to examine.
    at_most: Option<usize>,
    pub(crate) examined: usize,
    pub(crate) matched: usize,
}

impl Pace {
    pub(crate) const fn new(wanted: Option<usize>, filtered: bool, at_most: Option<usize>) -> Self {
        Self {
            wanted,
            filtered,
            at_most,
            examined: 0,
            matched: 0,
        }
    }

    /// Returns the `Limit` of the next request after `have` results. With `None`, a page ends at DynamoDB's own limit of 1 MB.
    pub(crate) fn limit(&self, have: usize) -> Option<i32> {
        let left = self.at_most.map(|most| most.saturating_sub(self.examined));
        let limit = match (self.next(have), left) {
            (Some(next), Some(left)) => next.min(left),
            (Some(one), None) | (None, Some(one)) => one,
            (None, None) => return None,
        };
        // DynamoDB accepts a Limit of at least 1.
        Some(i32::try_from(limit.max(1)).unwrap_or(i32::MAX))
    }

    fn next(&self, have: usize) -> Option<usize> {
        let missing = self.wanted?.saturating_sub(have);
        // Also without such a filter, a range of sort keys may contain items that do not match, and an index items of other types. They
        // are expected only after one was seen.
        if !self.filtered && self.examined == self.matched {
            return Some(missing);
        }
        Some(match (self.examined, self.matched) {
            (0, _) => missing.saturating_mul(FIRST_GUESS),
            // No item has passed yet, so examine twice as many.
            (examined, 0) => examined.saturating_mul(2),
            (examined, matched) => missing.saturating_mul(examined).div_ceil(matched),
        })
    }

    pub(crate) const fn saw(&mut self, examined: usize, matched: usize) {
        self.examined += examined;
        self.matched += matched;
    }

    /// Whether the caller's limit on examined items is reached.
    pub(crate) fn is_spent(&self) -> bool {
        self.at_most.is_some_and(|most| self.examined >= most)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_a_filter_what_is_missing_is_asked_for() {
        let mut pace = Pace::new(Some(21), false, None);
        assert_eq!(pace.limit(0), Some(21));
        // A page of the service that ended early.
        pace.saw(5, 5);
        assert_eq!(pace.limit(5), Some(16));
    }

    #[test]
    fn a_range_that_holds_other_items_is_read_by_the_observed_yield() {
        let mut pace = Pace::new(Some(1), false, None);
        assert_eq!(pace.limit(0), Some(1));
        pace.saw(1, 0);
        assert_eq!(pace.limit(0), Some(2));
        pace.saw(2, 0);
        assert_eq!(pace.limit(0), Some(6));
    }

    #[test]
    fn with_a_filter_the_observed_yield_decides_what_is_asked_for() {
        let mut pace = Pace::new(Some(21), true, None);
        assert_eq!(pace.limit(0), Some(84));
        pace.saw(84, 0);
        assert_eq!(pace.limit(0), Some(168));
        pace.saw(168, 20);
        // One more result at 20 in 252.
        assert_eq!(pace.limit(20), Some(13));
    }

    #[test]
    fn a_bound_on_examined_items_is_never_passed() {
        let mut pace = Pace::new(Some(21), true, Some(100));
        assert_eq!(pace.limit(0), Some(84));
        pace.saw(84, 1);
        assert_eq!(pace.limit(1), Some(16));
        assert!(!pace.is_spent());
        pace.saw(16, 0);
        assert!(pace.is_spent());
        assert_eq!(Pace::new(None, true, Some(7)).limit(0), Some(7));
    }

    #[test]
    fn everything_is_read_in_the_pages_of_the_service() {
        assert_eq!(Pace::new(None, false, None).limit(0), None);
    }

    #[test]
    fn enormous_pages_do_not_overflow() {
        assert_eq!(
            Pace::new(Some(usize::MAX), true, None).limit(0),
            Some(i32::MAX)
        );
    }
}
