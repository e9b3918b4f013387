//! Matches the elements of two lists: before and after a change, and as the struct writes them and as they are stored.
//!
//! Elements have no names in DynamoDB, so the match is a guess by this rule:
//!
//! 1. An element that is equal before and after is the same element, even if it has moved. Of several equal elements, those that
//!    did not move are matched first, and then the others in their order.
//! 2. A changed element is matched with the old element with which it has most in common. That element must have the same
//!    neighbour, or share more than half of its content. Texts count more than numbers, and flags do not count. Two elements whose
//!    texts are all different have nothing in common.
//! 3. If the number of unmatched elements between two matched neighbours is the same as before, they are matched in order.
//! 4. Any other element is new or was removed.
//!
//! So an inserted element inherits no attributes, and with a removed element only its own attributes are lost.
use std::collections::{HashMap, VecDeque};

use aws_sdk_dynamodb::types::AttributeValue;

use crate::value::equal;
use crate::value::show::Whole;

/// The most pairs that are compared. If there are more, changed elements are matched in their order.
const MAX_PAIRS: usize = 1 << 16;

/// Returns for each element of `mine` the matching element of `base`.
pub(super) fn align(base: &[AttributeValue], mine: &[AttributeValue]) -> Vec<Option<usize>> {
    let mut matching = Matching {
        of_mine: vec![None; mine.len()],
        taken: vec![false; base.len()],
    };
    matching.equal_ones(base, mine);
    matching.alike_ones(base, mine);
    matching.in_place(base, mine);
    matching.of_mine
}

struct Matching {
    of_mine: Vec<Option<usize>>,
    /// Whether each element of base is matched.
    taken: Vec<bool>,
}

/// The matched neighbours of an element, as elements of base. `None` is an end of the list.
type Neighbours = [Option<usize>; 2];

impl Matching {
    fn pair(&mut self, base: usize, mine: usize) {
        self.of_mine[mine] = Some(base);
        self.taken[base] = true;
    }

    fn is_free(&self, base: usize, mine: usize) -> bool {
        !self.taken[base] && self.of_mine[mine].is_none()
    }

    fn equal_ones(&mut self, base: &[AttributeValue], mine: &[AttributeValue]) {
        let shorter = base.len().min(mine.len());
        let from_end = |back: usize| (base.len() - back, mine.len() - back);
        let first = (0..shorter)
            .take_while(|at| equal(&base[*at], &mine[*at]))
            .count();
        let last = (1..=shorter - first)
            .take_while(|back| {
                let (at_base, at_mine) = from_end(*back);
                equal(&base[at_base], &mine[at_mine])
            })
            .count();
        for at in 0..first {
            self.pair(at, at);
        }
        for (at_base, at_mine) in (1..=last).map(from_end) {
            self.pair(at_base, at_mine);
        }
        let (free_base, free_mine) = self.free();
        let mut waiting = HashMap::<String, VecDeque<usize>>::new();
        for at in free_base {
            let shown = Whole(&base[at]).to_string();
            waiting.entry(shown).or_default().push_back(at);
        }
        for at in free_mine {
            if let Some(like) = waiting.get_mut(&Whole(&mine[at]).to_string())
                && let Some(before) = like.pop_front_if(|before| equal(&base[*before], &mine[at]))
            {
                self.pair(before, at);
            }
        }
    }

    fn alike_ones(&mut self, base: &[AttributeValue], mine: &[AttributeValue]) {
        let (free_base, free_mine) = self.free();
        let (of_base, of_mine) = self.neighbours();
        let compared = free_base.len() * free_mine.len() <= MAX_PAIRS;
        let mut pairs = Vec::new();
        for (rank_base, at_base) in free_base.iter().copied().enumerate() {
            let all = likeness(&base[at_base], &base[at_base]);
            for (rank_mine, at_mine) in free_mine.iter().copied().enumerate() {
                if !compared && rank_base != rank_mine {
                    continue;
                }
                let alike = likeness(&base[at_base], &mine[at_mine]);
                let (before, now) = (of_base[at_base], of_mine[at_mine]);
                let places = before.iter().zip(&now).filter(|(a, b)| a == b).count();
                if alike > 0 && (places > 0 || 2 * alike > all) {
                    pairs.push((alike, places, at_base, at_mine));
                }
            }
        }
        // The most similar pairs come first, and then those that moved least.
        pairs.sort_by_key(|(alike, places, base, mine)| {
            let moved = base.abs_diff(*mine);
            (std::cmp::Reverse((*alike, *places)), moved, *base, *mine)
        });
        for (_, _, base, mine) in pairs {
            if self.is_free(base, mine) {
                self.pair(base, mine);
            }
        }
    }

    fn in_place(&mut self, base: &[AttributeValue], mine: &[AttributeValue]) {
        let (free_base, free_mine) = self.free();
        let (of_base, of_mine) = self.neighbours();
        let mut places = HashMap::<Neighbours, [Vec<usize>; 2]>::new();
        for at in free_base {
            places.entry(of_base[at]).or_default()[0].push(at);
        }
        for at in free_mine {
            places.entry(of_mine[at]).or_default()[1].push(at);
        }
        for [before, now] in places.into_values() {
            if before.len() == now.len() {
                for (at_base, at_mine) in before.into_iter().zip(now) {
                    if is_nested(&base[at_base]) && is_nested(&mine[at_mine]) {
                        self.pair(at_base, at_mine);
                    }
                }
            }
        }
    }

    /// The elements that are not matched.
    fn free(&self) -> (Vec<usize>, Vec<usize>) {
        let base = (0..self.taken.len()).filter(|at| !self.taken[*at]);
        let mine = (0..self.of_mine.len()).filter(|at| self.of_mine[*at].is_none());
        (base.collect(), mine.collect())
    }

    /// The neighbours of each element of base, and of each of mine.
    fn neighbours(&self) -> (Vec<Neighbours>, Vec<Neighbours>) {
        let base = self.taken.iter().enumerate();
        let base: Vec<_> = base.map(|(at, taken)| taken.then_some(at)).collect();
        (between(&base), between(&self.of_mine))
    }
}

/// Returns for each element the nearest matched elements before it and after it.
fn between(matched: &[Option<usize>]) -> Vec<Neighbours> {
    let mut all = vec![[None; 2]; matched.len()];
    let mut last = None;
    for (neighbours, matched) in all.iter_mut().zip(matched) {
        neighbours[0] = last;
        last = matched.or(last);
    }
    let mut next = None;
    for (neighbours, matched) in all.iter_mut().zip(matched).rev() {
        neighbours[1] = next;
        next = matched.or(next);
    }
    all
}

/// Whether the value may contain attributes that the struct does not know.
const fn is_nested(value: &AttributeValue) -> bool {
    matches!(value, AttributeValue::M(_) | AttributeValue::L(_))
}

/// Returns how much two documents or two lists have in common. It is nothing if they contain texts and all of them differ.
fn likeness(a: &AttributeValue, b: &AttributeValue) -> usize {
    let mut common = Common::default();
    common.add(a, b);
    if common.texts > 0 && common.equal_texts == 0 {
        return 0;
    }
    2 * common.equal_texts + common.equal_numbers
}

#[derive(Default)]
struct Common {
    texts: usize,
    equal_texts: usize,
    equal_numbers: usize,
}

impl Common {
    fn add(&mut self, a: &AttributeValue, b: &AttributeValue) {
        use AttributeValue::{Bool, L, M, N, Null};
        match (a, b) {
            (M(a), M(b)) => {
                let pairs = a.iter().filter_map(|(name, a)| Some((a, b.get(name)?)));
                pairs.for_each(|(a, b)| self.add(a, b));
            }
            (L(a), L(b)) => a.iter().zip(b).for_each(|(a, b)| self.add(a, b)),
            (Bool(_) | Null(_) | M(_) | L(_), _) => {}
            (N(_), _) => self.equal_numbers += usize::from(equal(a, b)),
            // Text, binary and sets.
            _ => {
                self.texts += 1;
                self.equal_texts += usize::from(equal(a, b));
            }
        }
    }
}

/// Returns for each element that the struct wrote when it was read the stored element from which it was read.
///
/// A `Vec` keeps the order. A set does not keep it, and leaves out duplicates, so for a set the content decides.
pub(super) fn counterparts(
    base: &[AttributeValue],
    stored: &[AttributeValue],
) -> Vec<Option<usize>> {
    let pairs = || base.iter().zip(stored);
    if base.len() == stored.len() && pairs().all(|(base, stored)| shows(base, stored)) {
        return (0..base.len()).map(Some).collect();
    }
    let mut taken = vec![false; stored.len()];
    let mut of_base = vec![None; base.len()];
    let mut take = |at_base: usize, fits: &dyn Fn(usize) -> bool| {
        let free = (0..stored.len()).find(|at| !taken[*at] && fits(*at));
        if let (Some(at), None) = (free, of_base[at_base]) {
            of_base[at_base] = Some(at);
            taken[at] = true;
        }
    };
    for (at, base) in base.iter().enumerate() {
        take(at, &|stored_at| is_read_as(&stored[stored_at], base));
    }
    for at in 0..base.len() {
        take(at, &|_| true);
    }
    of_base
}

/// Whether an element at another position matches the stored one: nothing contradicts it, and they have something in common.
pub(super) fn is_read_as(stored: &AttributeValue, written: &AttributeValue) -> bool {
    let common = match (written, stored) {
        (AttributeValue::M(written), AttributeValue::M(stored)) => {
            written.is_empty() || written.keys().any(|name| stored.contains_key(name))
        }
        _ => true,
    };
    common && shows(written, stored)
}

/// Whether nothing in a stored value contradicts the written value. Names that only one of them has are no contradiction.
fn shows(written: &AttributeValue, stored: &AttributeValue) -> bool {
    use AttributeValue::{L, M};
    match (written, stored) {
        (M(written), M(stored)) => written.iter().all(|(name, written)| {
            let stored = stored.get(name);
            stored.is_none_or(|stored| shows(written, stored))
        }),
        (L(written), L(stored)) => {
            let mut pairs = written.iter().zip(stored);
            written.len() == stored.len() && pairs.all(|(written, stored)| shows(written, stored))
        }
        (written, stored) => equal(written, stored),
    }
}
