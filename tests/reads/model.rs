//! A model of queries: random items, random queries, every page size, faults at random places, and rivals between pages. The
//! pages together are the filtered and sorted whole, each item once.
use std::collections::BTreeMap;
use std::env;

use dynacond::{Cursor, Page, Stored, Versioned as _};
use dynacond_local::Fault;
use fastrand::Rng;

use super::support::{Order, Watched, order, watched};

/// How many histories `cargo test` runs; `DYNACOND_SEEDS` asks for another number.
const SEEDS: u64 = 60;

const DAYS: [&str; 5] = ["", "1", "1!", "12", "2"];
const IDS: [&str; 4] = ["", "a", "a#", "b"];

/// A condition on the sort key.
#[derive(Clone, Copy, Debug)]
enum Range {
    All,
    Day(&'static str),
    DayAndId(&'static str, &'static str),
    DayAndIdBegins(&'static str, &'static str),
    Before(&'static str),
    UpTo(&'static str),
    After(&'static str),
    From(&'static str),
    Between(&'static str, &'static str),
    Begins(&'static str),
}

impl Range {
    fn random(random: &mut Rng) -> Self {
        let day = DAYS[random.usize(..DAYS.len())];
        let id = IDS[random.usize(..IDS.len())];
        let other = DAYS[random.usize(..DAYS.len())];
        match random.u8(..10) {
            0 => Self::All,
            1 => Self::Day(day),
            2 => Self::DayAndId(day, id),
            3 => Self::DayAndIdBegins(day, id),
            4 => Self::Before(day),
            5 => Self::UpTo(day),
            6 => Self::After(day),
            7 => Self::From(day),
            8 => Self::Between(day.min(other), day.max(other)),
            _ => Self::Begins(day),
        }
    }

    /// By the order of the fields themselves.
    fn holds(self, order: &Order) -> bool {
        let (placed, id) = (order.placed.as_str(), order.id.as_str());
        match self {
            Self::All => true,
            Self::Day(day) => placed == day,
            Self::DayAndId(day, own) => placed == day && id == own,
            Self::DayAndIdBegins(day, own) => placed == day && id.starts_with(own),
            Self::Before(day) => placed < day,
            Self::UpTo(day) => placed <= day,
            Self::After(day) => placed > day,
            Self::From(day) => placed >= day,
            Self::Between(low, high) => (low..=high).contains(&placed),
            Self::Begins(day) => placed.starts_with(day),
        }
    }
}

#[derive(Clone, Copy, Debug)]
struct Asked {
    range: Range,
    at_least: Option<u64>,
    descending: bool,
}

impl Asked {
    fn random(random: &mut Rng) -> Self {
        Self {
            range: Range::random(random),
            at_least: random.bool().then(|| random.u64(..10)),
            descending: random.bool(),
        }
    }

    fn holds(self, order: &Order) -> bool {
        self.range.holds(order) && self.at_least.is_none_or(|least| order.total >= least)
    }

    fn query(self, shop: &Watched) -> dynacond::Query<Order> {
        let query = shop.store.query(Order::partition("c1"));
        let query = match self.range {
            Range::All => query,
            Range::Day(day) => query.sort_key(|k| k.placed.eq(day)),
            Range::DayAndId(day, id) => query.sort_key(|k| k.placed.eq(day).id.eq(id)),
            Range::DayAndIdBegins(day, id) => {
                query.sort_key(|k| k.placed.eq(day).id.begins_with(id))
            }
            Range::Before(day) => query.sort_key(|k| k.placed.lt(day)),
            Range::UpTo(day) => query.sort_key(|k| k.placed.le(day)),
            Range::After(day) => query.sort_key(|k| k.placed.gt(day)),
            Range::From(day) => query.sort_key(|k| k.placed.ge(day)),
            Range::Between(low, high) => query.sort_key(|k| k.placed.between(low, high)),
            Range::Begins(day) => query.sort_key(|k| k.placed.begins_with(day)),
        };
        let query = match self.at_least {
            Some(least) => query.filter(|o| o.total.ge(least)),
            None => query,
        };
        if self.descending {
            query.descending()
        } else {
            query
        }
    }

    async fn page(
        self,
        shop: &Watched,
        size: usize,
        bound: Option<usize>,
        after: Option<Cursor>,
    ) -> Page<Stored<Order>> {
        let mut query = self.query(shop).after(after);
        if let Some(bound) = bound {
            query = query.examine_at_most(bound);
        }
        query.page(size).send().await.expect("a page")
    }
}

fn key(order: &Order) -> (String, String) {
    (order.placed.clone(), order.id.clone())
}

/// As DynamoDB sorts: by the bytes of the sort key.
fn sort_key(order: &Order) -> String {
    format!("order#{}#{}", order.placed, order.id)
}

#[tokio::test(start_paused = true)]
async fn the_pages_together_are_the_whole_and_each_item_comes_once() {
    let seeds = env::var("DYNACOND_SEEDS")
        .ok()
        .and_then(|seeds| seeds.parse().ok());
    for seed in 0..seeds.unwrap_or(SEEDS) {
        let mut random = Rng::with_seed(seed);
        let shop = watched().await;
        let mut items = BTreeMap::new();
        for day in DAYS {
            for id in IDS {
                if random.f32() < 0.6 {
                    let order = order(day, id, random.u64(..10));
                    items.insert(sort_key(&order), order.clone());
                    shop.quiet.create(order).send().await.unwrap();
                }
            }
        }
        for _ in 0..6 {
            let asked = Asked::random(&mut random);
            let faults = [
                Fault::ShortPage(0),
                Fault::ShortPage(1),
                Fault::ShortPage(2),
                Fault::Throttle,
                Fault::LoseAnswer,
            ];
            shop.local.clear_faults();
            shop.local.on("Query").random(random.u64(..), 0.4, faults);
            let mut expected: Vec<_> = items
                .values()
                .filter(|order| asked.holds(order))
                .map(key)
                .collect();
            if asked.descending {
                expected.reverse();
            }
            let (size, bound) = (
                random.usize(1..6),
                random.bool().then(|| random.usize(1..6)),
            );
            let (mut found, mut next) = (Vec::new(), None);
            loop {
                let page = asked.page(&shop, size, bound, next).await;
                assert!(page.items.len() <= size, "seed {seed}: {asked:?}");
                let full = page.items.len() == size;
                assert!(
                    full || page.next.is_none() || bound.is_some(),
                    "seed {seed}: a short page with a next one"
                );
                found.extend(page.items.iter().map(|order| key(order)));
                next = page.next;
                if next.is_none() {
                    break;
                }
            }
            assert_eq!(
                found, expected,
                "seed {seed}: {asked:?}, pages of {size}, bound {bound:?}"
            );
            let all = asked.query(&shop).all().send().await.expect("all");
            assert_eq!(
                all.iter().map(|order| key(order)).collect::<Vec<_>>(),
                expected,
                "seed {seed}: {asked:?}"
            );
            let count = asked.query(&shop).count().send().await.expect("a count");
            assert_eq!(count.matched, expected.len(), "seed {seed}: {asked:?}");
            let first = asked.query(&shop).first().send().await.expect("the first");
            assert_eq!(
                first.as_deref().map(key),
                expected.first().cloned(),
                "seed {seed}: {asked:?}"
            );
        }
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_there_throughout_comes_exactly_once_under_rivals() {
    for seed in 0..SEEDS {
        let mut random = Rng::with_seed(seed);
        let shop = watched().await;
        let (mut fixed, mut others) = (Vec::new(), Vec::new());
        for day in DAYS {
            for id in IDS {
                let order = order(day, id, random.u64(..10));
                if random.bool() {
                    shop.quiet.create(order.clone()).send().await.unwrap();
                    fixed.push(order);
                } else {
                    others.push(order);
                }
            }
        }
        let asked = Asked::random(&mut random);
        let (mut found, mut next) = (Vec::new(), None);
        loop {
            let page = asked.page(&shop, random.usize(1..4), None, next).await;
            found.extend(page.items.iter().map(|order| key(order)));
            next = page.next;
            if next.is_none() {
                break;
            }
            // A rival creates or deletes what is not fixed, the item of the cursor perhaps.
            let rival = others[random.usize(..others.len())].clone();
            let gone = shop
                .quiet
                .delete(rival.to_key())
                .unconditional()
                .send()
                .await;
            gone.unwrap();
            if random.bool() {
                shop.quiet.create(rival).send().await.unwrap();
            }
        }
        for order in fixed.iter().filter(|order| asked.holds(order)) {
            let times = found.iter().filter(|found| **found == key(order)).count();
            assert_eq!(times, 1, "seed {seed}: {:?} by {asked:?}", key(order));
        }
        let mut once = found.clone();
        once.sort();
        once.dedup();
        assert_eq!(
            once.len(),
            found.len(),
            "seed {seed}: one of them came twice"
        );
    }
}
