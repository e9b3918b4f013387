//! Random conditions on sort keys of every shape, against the fields of the items as Rust compares them. Each condition is asked for as
//! everything, as pages, as a count, as a stream, and through the SDK's own query: all of them find the same items.
use std::cmp::Ordering;
use std::fmt::Debug;

use aws_sdk_dynamodb::operation::query::builders::QueryFluentBuilder;
use chrono::NaiveDate;
use dynacond::operators::{
    IntoOperand, IntoSortCondition, Ordered, Prefixed, SortPart, SortValue, SortsAs, WholeItems,
};
use dynacond::{
    AttributeType, Error, InvalidInput, Item, Partition, Query, QueryExt, Queryable, Rule, Store,
    Stored, Versioned, attr,
};
use dynacond_local::{Fault, Local};
use fastrand::Rng;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// An item type: its key is made of some of these fields, of which each type has those that it needs.
trait Sample: Versioned + Clone + Debug {
    fn draw(rng: &mut Rng, n: u32) -> Self;
    fn n(&self) -> u32;
}

macro_rules! sample {
    ($(#[$attr:meta])* $name:ident { $($(#[$of:meta])* $field:ident: $ty:ty = $draw:expr),+ }) => {
        #[derive(Clone, Debug, Serialize, Deserialize, Versioned)]
        $(#[$attr])*
        struct $name {
            $($(#[$of])* $field: $ty,)+
            n: u32,
        }
        impl Sample for $name {
            fn draw(rng: &mut Rng, n: u32) -> Self {
                Self { $($field: $draw(rng),)+ n }
            }
            fn n(&self) -> u32 {
                self.n
            }
        }
    };
}

/// Text whose letters lie around those of the separators, and around the ends of what UTF-8 writes in one, two and three bytes.
fn text(rng: &mut Rng) -> String {
    let letters = [
        '!',
        '#',
        '$',
        '0',
        '9',
        ':',
        ';',
        'a',
        'b',
        '\u{0}',
        '\u{7f}',
        'é',
        'ê',
        '\u{d7ff}',
        '\u{e000}',
        '\u{10ffff}',
    ];
    (0..rng.usize(..4))
        .map(|_| letters[rng.usize(..letters.len())])
        .collect()
}
fn without(separator: char) -> impl Fn(&mut Rng) -> String {
    move |rng| text(rng).replace(separator, "")
}
fn filled(rng: &mut Rng) -> String {
    format!(
        "{}{}",
        text(rng),
        ["a", "b", "é", "\u{10ffff}"][rng.usize(..4)]
    )
}
fn part(rng: &mut Rng) -> String {
    ["a", "a#"][rng.usize(..2)].to_owned()
}
fn small(rng: &mut Rng) -> u32 {
    [0, 1, 9, 10, 11, 99, 100, 999, 1000, 9999][rng.usize(..10)]
}
fn signed(rng: &mut Rng) -> i64 {
    [i64::MIN, -100, -10, -9, -1, 0, 1, 2, 9, 10, 100, i64::MAX][rng.usize(..12)]
}
fn bytes(rng: &mut Rng) -> Vec<u8> {
    (0..rng.usize(1..4))
        .map(|_| [0, 1, 127, 128, 255][rng.usize(..5)])
        .collect()
}
fn day(rng: &mut Rng) -> NaiveDate {
    let (year, month) = (rng.i32(2025..2027), rng.u32(9..13));
    NaiveDate::from_ymd_opt(year, month, rng.u32(1..4)).expect("a day")
}
fn id(rng: &mut Rng) -> Uuid {
    let byte = |rng: &mut Rng| [0, 1, 0x9f, 0xf9, 0xff][rng.usize(..5)];
    let mut bytes = [0; 16];
    (bytes[0], bytes[15]) = (byte(rng), byte(rng));
    Uuid::from_bytes(bytes)
}
fn maybe<T>(draw: fn(&mut Rng) -> T) -> impl Fn(&mut Rng) -> Option<T> {
    move |rng| rng.bool().then(|| draw(rng))
}
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, AttributeType,
)]
enum State {
    Open,
    Shut,
}
fn state(rng: &mut Rng) -> State {
    if rng.bool() { State::Open } else { State::Shut }
}

sample! { #[dynacond(table = "own-text")] OwnText { #[dynacond(partition_key)] p: String = part, #[dynacond(sort_key)] a: String = filled } }
sample! { #[dynacond(table = "own-number")] OwnNumber { #[dynacond(partition_key)] p: String = part, #[dynacond(sort_key)] a: i64 = signed } }
sample! { #[dynacond(table = "own-bytes")] OwnBytes { #[dynacond(partition_key)] p: String = part, #[dynacond(sort_key)] #[serde(with = "serde_bytes")] a: Vec<u8> = bytes } }
sample! { #[dynacond(table = "bare", partition_key(name = "pk", value = "{p}"), sort_key(name = "sk", value = "{a}"))] Bare { p: String = part, a: String = filled } }
sample! { #[dynacond(table = "one", partition_key(name = "pk", value = "p#{p}"), sort_key(name = "sk", value = "one#{a}#end"))] One { p: String = part, a: String = text } }
sample! { #[dynacond(table = "two", partition_key(name = "pk", value = "p#{p}"), sort_key(name = "sk", value = "two#{a}#{b}"))] Two { p: String = part, a: String = without('#'), b: String = text } }
sample! { #[dynacond(table = "long", partition_key(name = "pk", value = "p#{p}"), sort_key(name = "sk", value = "long#{a}:;{b}"))] Long { p: String = part, a: String = without(':'), b: String = text } }
sample! { #[dynacond(table = "accent", partition_key(name = "pk", value = "p#{p}"), sort_key(name = "sk", value = "accenté{a}é{b}"))] Accent { p: String = part, a: String = without('é'), b: String = text } }
sample! { #[dynacond(table = "three", partition_key(name = "pk", value = "p#{p}"), sort_key(name = "sk", value = "{a}${b}!{c}"))] Three { p: String = part, a: String = without('$'), b: String = without('!'), c: String = text } }
sample! { #[dynacond(table = "text-then-padded", partition_key(name = "pk", value = "p#{p}"), sort_key(name = "sk", value = "t{a}{m:04}"))] TextThenPadded { p: String = part, a: String = text, m: u32 = small } }
sample! { #[dynacond(table = "padded-then-text", partition_key(name = "pk", value = "p#{p}"), sort_key(name = "sk", value = "t{m:04}{a}"))] PaddedThenText { p: String = part, m: u32 = small, a: String = text } }
sample! { #[dynacond(table = "text-then-number", partition_key(name = "pk", value = "p#{p}"), sort_key(name = "sk", value = "f#{a}#{m}"))] TextThenNumber { p: String = part, a: String = text, m: i64 = signed } }
sample! { #[dynacond(table = "number-then-text", partition_key(name = "pk", value = "p#{p}"), sort_key(name = "sk", value = "{i}:{a}"))] NumberThenText { p: String = part, i: i64 = signed, a: String = text } }
sample! { #[dynacond(table = "padded-last", partition_key(name = "pk", value = "p#{p}"), sort_key(name = "sk", value = "v#{m:04}"))] PaddedLast { p: String = part, m: u32 = small } }
sample! { #[dynacond(table = "padded-file", partition_key(name = "pk", value = "p#{p}"), sort_key(name = "sk", value = "{m:04}.json"))] PaddedFile { p: String = part, m: u32 = small } }
sample! { #[dynacond(table = "dated", partition_key(name = "pk", value = "p#{p}"), sort_key(name = "sk", value = "d#{day}#{a}"))] Dated { p: String = part, day: NaiveDate = day, a: String = text } }
sample! { #[dynacond(table = "ids", partition_key(name = "pk", value = "p#{p}"), sort_key(name = "sk", value = "{a}{id}"))] Ids { p: String = part, a: String = filled, id: Uuid = id } }
sample! {
    #[dynacond(
        table = "indexed",
        index(ByMany, name = "by-many", partition_key(p, state), sort_key(m, a, day)),
        index(ByTemplate, name = "by-template", partition_key(name = "tp", value = "t#{p}"), sort_key(name = "ts", value = "s#{state}#{q}")),
        index(ByNumber, name = "by-number", sort_key(m), local)
    )]
    Indexed {
        #[dynacond(partition_key)] p: String = part,
        #[dynacond(sort_key)] k: u64 = |rng: &mut Rng| rng.u64(..1_000_000),
        state: State = state,
        #[serde(skip_serializing_if = "Option::is_none")] m: Option<i64> = maybe(signed),
        #[serde(skip_serializing_if = "Option::is_none")] q: Option<String> = maybe(text),
        a: String = filled,
        day: NaiveDate = day
    }
}

/// What a condition is expected to be.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Asked {
    /// It finds the items that it is true for.
    Fits,
    /// No key has such a field, so that nothing is sent.
    NoKey,
    /// The bounds of its range are in the wrong order.
    Reversed,
}

struct World {
    local: Local,
    store: Store,
    quiet: Store,
    rng: Rng,
    /// How many conditions had each of these ends, and how many of them the SDK's own query could ask for.
    found: usize,
    empty: usize,
    refused: usize,
    by_sdk: usize,
}

/// A table of random items.
async fn filled_table<T: Sample>(world: &mut World) -> Vec<T> {
    dynacond_local::create_table::<T>(&world.quiet)
        .await
        .unwrap();
    let mut items = Vec::new();
    for n in 0..50 {
        let item = T::draw(&mut world.rng, n);
        match world.quiet.create(item.clone()).send().await {
            Ok(_) => items.push(item),
            Err(Error::AlreadyExists(_)) => {}
            Err(other) => panic!("{item:?}: {other}"),
        }
    }
    items
}

fn numbers<'s, T: Sample + 's>(items: impl IntoIterator<Item = &'s Stored<T>>) -> Vec<u32> {
    items.into_iter().map(|item| item.n()).collect()
}

/// All results of the SDK's own query, whatever its pages are.
async fn by_sdk(query: QueryFluentBuilder) -> Vec<Item> {
    let (mut items, mut start) = (Vec::new(), None);
    loop {
        let page = query.clone().limit(7).set_exclusive_start_key(start);
        let page = page.send().await.unwrap();
        items.extend(page.items.unwrap_or_default());
        start = page.last_evaluated_key;
        if start.is_none() {
            return items;
        }
    }
}

/// All results, page by page, wherever the service ends its own pages.
async fn by_pages<Q: Queryable + WholeItems>(query: &impl Fn() -> Query<Q>, size: usize) -> Vec<u32>
where
    Q::Item: Sample,
{
    let (mut paged, mut next) = (Vec::new(), None);
    loop {
        let page = query().after(next).page(size).send().await.unwrap();
        assert!(page.items.len() == size || page.next.is_none());
        paged.extend(numbers(&page.items));
        next = page.next;
        if next.is_none() {
            return paged;
        }
    }
}

/// Asks for a condition in every way, and compares what is found with the items that it is true for, in the order of the key.
async fn ask<Q, C>(
    world: &mut World,
    items: &[Q::Item],
    (partition, part): (Partition<Q>, impl Fn(Q::SortKey) -> C),
    holds: impl Fn(&Q::Item) -> bool,
    order: impl Fn(&Q::Item, &Q::Item) -> Ordering,
    (asked, what): (Asked, String),
) where
    Q: Queryable + WholeItems,
    Q::Item: Sample,
    C: IntoSortCondition<Q>,
{
    let store = world.store.clone();
    let below = world.rng.bool().then(|| world.rng.u32(..55));
    let passes = |item: &Q::Item| below.is_none_or(|below| item.n() < below);
    let query = || {
        let query = store.query(partition.clone()).sort_key(&part);
        match below {
            Some(below) => query.filter(|_| attr("n").lt(below)),
            None => query,
        }
    };
    let mut expected: Vec<&Q::Item> = items.iter().filter(|item| holds(item)).collect();
    let in_range = expected.len();
    expected.retain(|item| passes(item));
    world.local.clear_faults();
    world.local.clear_log();
    let all = query().all().send().await;
    let sdk = {
        let preview = query().preview();
        let client = world.quiet.client().query();
        let client = client.key_condition(partition.clone().sort_key(&part));
        client.map(|client| {
            let preview = preview.unwrap();
            let client = client.table_name(preview.table());
            client.set_index_name(preview.index().map(str::to_owned))
        })
    };
    let all = match (asked, all) {
        (Asked::Fits, Ok(all)) => all,
        (Asked::NoKey, Err(Error::Invalid(_))) => {
            assert!(world.local.operations().is_empty(), "{what}");
            assert!(matches!(sdk, Err(Error::Invalid(_))), "{what}");
            world.refused += 1;
            return;
        }
        (Asked::Reversed, Err(Error::Expression(error))) if error.rule == Rule::BoundsReversed => {
            assert!(world.local.operations().is_empty(), "{what}");
            assert!(sdk.is_err(), "{what}");
            world.refused += 1;
            return;
        }
        (_, all) => panic!("{what}: {all:?}"),
    };
    for two in all.windows(2) {
        assert_ne!(
            order(&two[0], &two[1]),
            Ordering::Greater,
            "{what}: {two:?}"
        );
    }
    let whole = numbers(&all);
    let sorted = |mut numbers: Vec<u32>| {
        numbers.sort_unstable();
        numbers
    };
    let wanted = sorted(expected.iter().map(|item| item.n()).collect());
    assert_eq!(sorted(whole.clone()), wanted, "{what} below {below:?}");
    if wanted.is_empty() {
        world.empty += 1;
    } else {
        world.found += 1;
    }
    // In the other direction it is the same, but for items with equal keys.
    let back = query().descending().all().send().await.unwrap();
    for two in back.windows(2) {
        assert_ne!(order(&two[0], &two[1]), Ordering::Less, "{what}");
    }
    assert_eq!(sorted(numbers(&back)), wanted, "{what}");
    let count = query().count().send().await.unwrap();
    assert_eq!(count.matched, wanted.len(), "{what}");
    assert!(count.examined >= in_range, "{what}");
    let first = query().values().first().send().await.unwrap();
    assert_eq!(first.map(|item| item.n()), whole.first().copied(), "{what}");
    let size = world.rng.usize(1..6);
    let short = world.rng.usize(1..5);
    let fault = world.local.on("Query").always();
    fault.inject(Fault::ShortPage(short));
    let what_of = format!("{what} by {size}, cut after {short}");
    assert_eq!(by_pages(&query, size).await, whole, "{what_of}");
    let (mut streamed, mut stream) = (Vec::new(), query().stream());
    while let Some(item) = stream.next().await {
        streamed.push(item.unwrap().n());
    }
    assert_eq!(streamed, whole, "{what_of}, as a stream");
    match sdk {
        Ok(sdk) => {
            let found = by_sdk(sdk).await.into_iter();
            let found = found.map(|item| Stored::<Q::Item>::from_item(item).unwrap());
            let mut found: Vec<_> = found.collect();
            found.retain(|item| passes(item));
            assert_eq!(numbers(&found), whole, "{what} by the SDK");
            world.by_sdk += 1;
        }
        Err(Error::Invalid(InvalidInput::InexactSortKey { .. })) => {}
        Err(other) => panic!("{what}: {other}"),
    }
}

/// Whether an item is among those that are asked for.
type Holds<'w, T> = Box<dyn Fn(&T) -> bool + 'w>;

/// A query whose sort key is compared: what it reads, and what the parts before let through.
struct Asking<'w, Q: Queryable> {
    world: &'w mut World,
    items: &'w [Q::Item],
    partition: Partition<Q>,
    among: Holds<'w, Q::Item>,
    order: fn(&Q::Item, &Q::Item) -> Ordering,
}

impl<Q: Queryable + WholeItems> Asking<'_, Q>
where
    Q::Item: Sample,
{
    async fn ask<C: IntoSortCondition<Q>>(
        &mut self,
        part: impl Fn(Q::SortKey) -> C,
        holds: impl Fn(&Q::Item) -> bool,
        what: (Asked, String),
    ) {
        let Self {
            world,
            items,
            partition,
            among,
            order,
        } = self;
        let holds = |item: &Q::Item| among(item) && holds(item);
        let what = (what.0, format!("{} {}", std::any::type_name::<Q>(), what.1));
        let condition = (partition.clone(), part);
        ask(world, items, condition, holds, *order, what).await;
    }

    /// Asks for an equality.
    async fn equal<C: IntoSortCondition<Q>, V: PartialEq + Clone + Debug>(
        &mut self,
        eq: impl Fn(Q::SortKey, V) -> C,
        own: impl Fn(&Q::Item) -> Option<V>,
        (x, fits): (V, bool),
    ) {
        let asked = (Asked::if_fits(fits), format!("= {x:?}"));
        self.ask(
            |k| eq(k, x.clone()),
            |item| own(item).is_some_and(|own| own == x),
            asked,
        )
        .await;
    }

    /// Asks for a comparison by order.
    async fn ordered<T, Next, P, V>(
        &mut self,
        part: impl Fn(Q::SortKey) -> SortPart<Q, T, Next, P>,
        own: impl Fn(&Q::Item) -> Option<V>,
        [(x, x_fits), (y, y_fits)]: [(V, bool); 2],
    ) where
        T: AttributeType,
        T::Kind: Ordered,
        P: SortsAs<T::Kind>,
        V: PartialOrd + Clone + Debug + IntoOperand<SortValue, T::Value, T::Encoding>,
    {
        let (a, b) = (|| x.clone(), || y.clone());
        let fits = Asked::if_fits(x_fits);
        let holds = |test: fn(&V, &V) -> bool| {
            let (own, x) = (&own, &x);
            move |item: &Q::Item| own(item).is_some_and(|own| test(&own, x))
        };
        match self.world.rng.u8(..6) {
            0 => {
                let what = (fits, format!("< {x:?}"));
                let holds = holds(|own, x| own < x);
                self.ask(|k| part(k).lt(a()), holds, what).await;
            }
            1 => {
                let what = (fits, format!("<= {x:?}"));
                let holds = holds(|own, x| own <= x);
                self.ask(|k| part(k).le(a()), holds, what).await;
            }
            2 => {
                let what = (fits, format!("> {x:?}"));
                let holds = holds(|own, x| own > x);
                self.ask(|k| part(k).gt(a()), holds, what).await;
            }
            3 => {
                let what = (fits, format!(">= {x:?}"));
                let holds = holds(|own, x| own >= x);
                self.ask(|k| part(k).ge(a()), holds, what).await;
            }
            _ => {
                let asked = match Asked::if_fits(x_fits && y_fits) {
                    Asked::Fits if x > y => Asked::Reversed,
                    asked => asked,
                };
                let between = |item: &Q::Item| own(item).is_some_and(|own| x <= own && own <= y);
                let what = (asked, format!("between {x:?} and {y:?}"));
                self.ask(|k| part(k).between(a(), b()), between, what).await;
            }
        }
    }

    /// Asks for a comparison of texts or of bytes.
    async fn prefixed<T, Next, P, V>(
        &mut self,
        part: impl Fn(Q::SortKey) -> SortPart<Q, T, Next, P>,
        own: impl Fn(&Q::Item) -> Option<V>,
        [x, y]: [(V, bool); 2],
    ) where
        T: AttributeType,
        T::Kind: Ordered + Prefixed,
        P: SortsAs<T::Kind>,
        V: PartialOrd + Clone + Debug + AsRef<[u8]> + IntoOperand<SortValue, T::Value, T::Encoding>,
        V: IntoOperand<SortValue, <T::Kind as Prefixed>::Prefix>,
    {
        if self.world.rng.u8(..4) > 0 {
            return self.ordered(part, own, [x, y]).await;
        }
        let (prefix, fits) = x;
        let begins =
            |item: &Q::Item| own(item).is_some_and(|own| own.as_ref().starts_with(prefix.as_ref()));
        let what = (Asked::if_fits(fits), format!("begins with {prefix:?}"));
        self.ask(|k| part(k).begins_with(prefix.clone()), begins, what)
            .await;
    }
}

impl Asked {
    fn if_fits(fits: bool) -> Self {
        if fits { Self::Fits } else { Self::NoKey }
    }
}

/// Two values for one field: often those of items, so that bounds are met.
fn two<T: Sample, V>(
    rng: &mut Rng,
    items: &[T],
    own: impl Fn(&T) -> Option<V>,
    draw: impl Fn(&mut Rng) -> V,
    fits: impl Fn(&V) -> bool,
) -> [(V, bool); 2] {
    [(); 2].map(|()| {
        let met = rng.bool().then(|| own(&items[rng.usize(..items.len())]));
        let value = met.flatten().unwrap_or_else(|| draw(rng));
        let fits = fits(&value);
        (value, fits)
    })
}

/// Any field of a template.
fn any<V>(_: &V) -> bool {
    true
}
/// A field that a separator ends.
fn lacks(separator: char) -> impl Fn(&String) -> bool {
    move |text| !text.contains(separator)
}
/// A whole key attribute.
fn is_filled<V: AsRef<[u8]>>(own: &V) -> bool {
    !own.as_ref().is_empty()
}

/// Conditions on one part. `$x` is an item, whose partition is read and whose fields the parts before are equal to.
macro_rules! rounds {
    ($world:ident, $items:ident: $ty:ident, $($rest:tt)+) => {{
        let $items = filled_table::<$ty>($world).await;
        rounds!(in $world, $items: $ty, $($rest)+);
    }};
    (in $world:ident, $items:ident: $ty:ident, $order:expr; $(
        $how:ident($partition:expr, |$x:ident, $v:ident| $among:expr, |$k:ident| $part:expr, $own:expr, $draw:expr, $fits:expr);
    )+) => {{
        $( for _ in 0..ROUNDS {
            let $x = &$items[$world.rng.usize(..$items.len())];
            let own = |$v: &$ty| $own;
            let values = two(&mut $world.rng, &$items, own, $draw, $fits);
            let mut asking = Asking {
                world: &mut *$world,
                items: &$items,
                partition: $partition,
                among: Box::new(|$v| $among),
                order: $order,
            };
            let [value, _] = values.clone();
            let equal = rounds!(@is_equal $how) || asking.world.rng.u8(..4) == 0;
            if equal {
                asking.equal(|$k, value| $part.eq(value), own, value).await;
            } else {
                rounds!(@ $how asking, |$k| $part, own, values);
            }
        } )+
    }};
    (@is_equal equal) => { true };
    (@is_equal $how:ident) => { false };
    (@ equal $asking:ident, $part:expr, $own:ident, $values:ident) => { unreachable!("{:?}", $values) };
    (@ $how:ident $asking:ident, $part:expr, $own:ident, $values:ident) => {
        $asking.$how($part, $own, $values).await;
    };
}

const ROUNDS: usize = 5;

async fn whole_attributes(world: &mut World) {
    rounds! { world, items: OwnText, |a, b| a.a.cmp(&b.a);
        prefixed(OwnText::partition(&x.p), |x, v| v.p == x.p, |k| k.a, Some(v.a.clone()), text, is_filled);
    }
    rounds! { world, items: OwnNumber, |a, b| a.a.cmp(&b.a);
        ordered(OwnNumber::partition(&x.p), |x, v| v.p == x.p, |k| k.a, Some(v.a), signed, any);
    }
    rounds! { world, items: OwnBytes, |a, b| a.a.cmp(&b.a);
        prefixed(OwnBytes::partition(&x.p), |x, v| v.p == x.p, |k| k.a, Some(v.a.clone()), bytes, is_filled);
    }
}

async fn templates_of_texts(world: &mut World) {
    rounds! { world, items: Bare, |a, b| a.a.cmp(&b.a);
        prefixed(Bare::partition(&x.p), |x, v| v.p == x.p, |k| k.a, Some(v.a.clone()), filled, any);
    }
    rounds! { world, items: One, |a, b| format!("{}#end", a.a).cmp(&format!("{}#end", b.a));
        prefixed(One::partition(&x.p), |x, v| v.p == x.p, |k| k.a, Some(v.a.clone()), text, any);
    }
    rounds! { world, items: Two, |a, b| format!("{}#{}", a.a, a.b).cmp(&format!("{}#{}", b.a, b.b));
        prefixed(Two::partition(&x.p), |x, v| v.p == x.p, |k| k.a, Some(v.a.clone()), text, lacks('#'));
        prefixed(Two::partition(&x.p), |x, v| v.p == x.p && v.a == x.a, |k| k.a.eq(&x.a).b, Some(v.b.clone()), text, any);
    }
    rounds! { world, items: Long, |a, b| format!("{}:;{}", a.a, a.b).cmp(&format!("{}:;{}", b.a, b.b));
        prefixed(Long::partition(&x.p), |x, v| v.p == x.p, |k| k.a, Some(v.a.clone()), text, lacks(':'));
        prefixed(Long::partition(&x.p), |x, v| v.p == x.p && v.a == x.a, |k| k.a.eq(&x.a).b, Some(v.b.clone()), text, any);
    }
    rounds! { world, items: Accent, |a, b| format!("{}é{}", a.a, a.b).cmp(&format!("{}é{}", b.a, b.b));
        prefixed(Accent::partition(&x.p), |x, v| v.p == x.p, |k| k.a, Some(v.a.clone()), text, lacks('é'));
        prefixed(Accent::partition(&x.p), |x, v| v.p == x.p && v.a == x.a, |k| k.a.eq(&x.a).b, Some(v.b.clone()), text, any);
    }
    rounds! { world, items: Three, |a, b| format!("{}${}!{}", a.a, a.b, a.c).cmp(&format!("{}${}!{}", b.a, b.b, b.c));
        prefixed(Three::partition(&x.p), |x, v| v.p == x.p, |k| k.a, Some(v.a.clone()), text, lacks('$'));
        prefixed(Three::partition(&x.p), |x, v| v.p == x.p && v.a == x.a, |k| k.a.eq(&x.a).b, Some(v.b.clone()), text, lacks('!'));
        prefixed(Three::partition(&x.p), |x, v| v.p == x.p && v.a == x.a && v.b == x.b, |k| k.a.eq(&x.a).b.eq(&x.b).c, Some(v.c.clone()), text, any);
    }
}

async fn templates_of_fixed_width(world: &mut World) {
    rounds! { world, items: TextThenPadded, |a, b| format!("{}{:04}", a.a, a.m).cmp(&format!("{}{:04}", b.a, b.m));
        prefixed(TextThenPadded::partition(&x.p), |x, v| v.p == x.p, |k| k.a, Some(v.a.clone()), text, any);
        ordered(TextThenPadded::partition(&x.p), |x, v| v.p == x.p && v.a == x.a, |k| k.a.eq(&x.a).m, Some(v.m), small, any);
    }
    rounds! { world, items: PaddedThenText, |a, b| (a.m, &a.a).cmp(&(b.m, &b.a));
        ordered(PaddedThenText::partition(&x.p), |x, v| v.p == x.p, |k| k.m, Some(v.m), small, any);
        prefixed(PaddedThenText::partition(&x.p), |x, v| v.p == x.p && v.m == x.m, |k| k.m.eq(x.m).a, Some(v.a.clone()), text, any);
    }
    rounds! { world, items: PaddedLast, |a, b| a.m.cmp(&b.m);
        ordered(PaddedLast::partition(&x.p), |x, v| v.p == x.p, |k| k.m, Some(v.m), small, any);
    }
    rounds! { world, items: PaddedFile, |a, b| a.m.cmp(&b.m);
        ordered(PaddedFile::partition(&x.p), |x, v| v.p == x.p, |k| k.m, Some(v.m), small, any);
    }
    rounds! { world, items: Dated, |a, b| (a.day, &a.a).cmp(&(b.day, &b.a));
        ordered(Dated::partition(&x.p), |x, v| v.p == x.p, |k| k.day, Some(v.day), day, any);
        prefixed(Dated::partition(&x.p), |x, v| v.p == x.p && v.day == x.day, |k| k.day.eq(x.day).a, Some(v.a.clone()), text, any);
    }
    rounds! { world, items: Ids, |a, b| format!("{}{}", a.a, a.id).cmp(&format!("{}{}", b.a, b.id));
        prefixed(Ids::partition(&x.p), |x, v| v.p == x.p, |k| k.a, Some(v.a.clone()), text, any);
        ordered(Ids::partition(&x.p), |x, v| v.p == x.p && v.a == x.a, |k| k.a.eq(&x.a).id, Some(v.id), id, any);
    }
}

async fn templates_of_numbers(world: &mut World) {
    rounds! { world, items: TextThenNumber, |a, b| format!("{}#{}", a.a, a.m).cmp(&format!("{}#{}", b.a, b.m));
        prefixed(TextThenNumber::partition(&x.p), |x, v| v.p == x.p, |k| k.a, Some(v.a.clone()), text, any);
        equal(TextThenNumber::partition(&x.p), |x, v| v.p == x.p && v.a == x.a, |k| k.a.eq(&x.a).m, Some(v.m), signed, any);
    }
    rounds! { world, items: NumberThenText, |a, b| format!("{}:{}", a.i, a.a).cmp(&format!("{}:{}", b.i, b.a));
        equal(NumberThenText::partition(&x.p), |x, v| v.p == x.p, |k| k.i, Some(v.i), signed, any);
        prefixed(NumberThenText::partition(&x.p), |x, v| v.p == x.p && v.i == x.i, |k| k.i.eq(x.i).a, Some(v.a.clone()), text, any);
    }
}

async fn indexes(world: &mut World) {
    let items = filled_table::<Indexed>(world).await;
    rounds! { in world, items: Indexed, |a, b| (a.m, &a.a, a.day).cmp(&(b.m, &b.a, b.day));
        ordered(ByMany::partition((&x.p, x.state)), |x, v| v.p == x.p && v.state == x.state, |k| k.m, v.m, signed, any);
        prefixed(ByMany::partition((&x.p, x.state)), |x, v| (&v.p, v.state, v.m) == (&x.p, x.state, Some(x.m.unwrap_or(1))), |k| k.m.eq(x.m.unwrap_or(1)).a, Some(v.a.clone()), filled, is_filled);
        ordered(ByMany::partition((&x.p, x.state)), |x, v| (&v.p, v.state, v.m, &v.a) == (&x.p, x.state, Some(x.m.unwrap_or(1)), &x.a), |k| k.m.eq(x.m.unwrap_or(1)).a.eq(&x.a).day, Some(v.day), day, any);
    }
    rounds! { in world, items: Indexed, |a, b| (a.state, &a.q).cmp(&(b.state, &b.q));
        equal(ByTemplate::partition(&x.p), |x, v| v.p == x.p, |k| k.state, v.q.is_some().then_some(v.state), state, any);
        prefixed(ByTemplate::partition(&x.p), |x, v| (&v.p, v.state) == (&x.p, x.state), |k| k.state.eq(x.state).q, v.q.clone(), text, any);
    }
    rounds! { in world, items: Indexed, |a, b| a.m.cmp(&b.m);
        ordered(ByNumber::partition(&x.p), |x, v| v.p == x.p, |k| k.m, v.m, signed, any);
    }
}

#[tokio::test]
async fn every_condition_finds_the_items_that_it_is_true_for() {
    let seeds = std::env::var("DYNACOND_SEEDS").ok();
    let seeds = seeds.and_then(|seeds| seeds.parse().ok()).unwrap_or(2);
    for seed in 0..seeds {
        // Tens of thousands of requests, which only the embedded database answers in a few seconds.
        let local = Local::new();
        let mut world = World {
            store: Store::new(local.client()),
            quiet: Store::new(local.quiet_client()),
            local,
            rng: Rng::with_seed(seed),
            found: 0,
            empty: 0,
            refused: 0,
            by_sdk: 0,
        };
        whole_attributes(&mut world).await;
        templates_of_texts(&mut world).await;
        templates_of_fixed_width(&mut world).await;
        templates_of_numbers(&mut world).await;
        indexes(&mut world).await;
        // No end is so rare that it is not tested.
        let World {
            found,
            empty,
            refused,
            by_sdk,
            ..
        } = world;
        assert!(
            found > 20 && empty > 20 && refused > 0 && by_sdk > 20,
            "{found} {empty} {refused} {by_sdk}"
        );
    }
}
