//! An update leaves the item that a save of the same change leaves, and both refuse the same values, in every place of an item.
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::pin::Pin;

use dynacond::operators::IntoActions;
use dynacond::{
    Action, AttributeType, AttributeValue, Document, Error, Item, Store, Stored, Transaction,
    Versioned, attr,
};
use proptest::collection::{btree_map, btree_set, vec};
use proptest::prelude::*;
use proptest::strategy::Union;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Declared as a number. serde writes some of its values as text, which are refused everywhere.
#[derive(Clone, Debug, PartialEq, AttributeType)]
#[dynacond(stored_as = "N")]
struct Price(Either);

#[derive(Clone, Debug, PartialEq)]
enum Either {
    Number(u64),
    Text,
}

impl Serialize for Price {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Either::Number(number) => serializer.serialize_u64(number),
            Either::Text => serializer.serialize_str("4711"),
        }
    }
}
impl<'de> Deserialize<'de> for Price {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self(Either::Number(u64::deserialize(deserializer)?)))
    }
}

type Prices = Vec<Price>;
type Named = BTreeMap<String, Price>;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Document)]
struct Inner {
    price: Price,
    words: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Document)]
struct Line {
    price: Price,
    named: Named,
    #[serde(skip_serializing_if = "Option::is_none")]
    inner: Option<Box<Inner>>,
    #[serde(flatten)]
    rest: Named,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Document)]
#[serde(tag = "kind")]
enum Internal {
    Nothing,
    Fields { price: Price },
    Inner(Inner),
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Document)]
#[serde(tag = "kind", content = "of")]
enum Adjacent {
    Nothing,
    Two(u8, Price),
    Alone(Price),
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Document)]
enum External {
    Fields { price: Price },
    Alone(Prices),
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Versioned)]
#[dynacond(table = "shelves")]
struct Shelf {
    #[dynacond(partition_key)]
    id: String,
    lists: Vec<Prices>,
    groups: BTreeMap<String, Prices>,
    nested: BTreeMap<String, Named>,
    numbered: BTreeMap<u32, Price>,
    pairs: Vec<(u8, Price)>,
    line: Line,
    lines: Vec<Line>,
    internal: Vec<Internal>,
    adjacent: BTreeMap<String, Adjacent>,
    external: External,
    #[serde(skip_serializing_if = "Option::is_none")]
    price: Option<Price>,
    #[serde(
        default,
        with = "serde_dynamo::string_set",
        skip_serializing_if = "BTreeSet::is_empty"
    )]
    tags: BTreeSet<String>,
    counts: BTreeMap<String, u8>,
    count: u8,
    level: i8,
    days: Vec<chrono::NaiveDate>,
    #[serde(flatten)]
    rest: Named,
}

fn shelf() -> Shelf {
    let price = || Price(Either::Number(1));
    let line = || Line {
        price: price(),
        named: Named::new(),
        inner: None,
        rest: Named::new(),
    };
    Shelf {
        id: "s1".to_owned(),
        lists: vec![vec![price()]],
        groups: BTreeMap::new(),
        nested: BTreeMap::new(),
        numbered: BTreeMap::new(),
        pairs: Vec::new(),
        line: line(),
        lines: vec![line()],
        internal: Vec::new(),
        adjacent: BTreeMap::new(),
        external: External::Alone(Vec::new()),
        price: None,
        tags: BTreeSet::new(),
        counts: BTreeMap::new(),
        count: 250,
        level: -120,
        days: Vec::new(),
        rest: Named::new(),
    }
}

/// Any value of a type, from few and small ones.
trait Few: Sized {
    fn few() -> BoxedStrategy<Self>;
}
macro_rules! few {
    ($($ty:ty = $strategy:expr;)+) => { $(
        impl Few for $ty {
            fn few() -> BoxedStrategy<Self> {
                ($strategy).boxed()
            }
        }
    )+ };
}
few! {
    // A number or an index.
    u32 = 0..4_u32;
    u8 = prop_oneof![0..4_u8, any::<u8>()];
    i8 = prop_oneof![-3..4_i8, any::<i8>()];
    String = prop::sample::select(vec!["a", "b", "a.b", "#"]).prop_map(str::to_owned);
    Price = prop_oneof![
        8 => (0..3_u64).prop_map(|number| Self(Either::Number(number))),
        1 => Just(Self(Either::Text)),
    ];
    Prices = vec(Price::few(), 0..3);
    Vec<Prices> = vec(Prices::few(), 0..3);
    Vec<String> = vec(String::few(), 0..3);
    Vec<(u8, Price)> = vec(<(u8, Price)>::few(), 0..3);
    Vec<Line> = vec(Line::few(), 0..3);
    Vec<Internal> = vec(Internal::few(), 0..3);
    Named = btree_map(String::few(), Price::few(), 0..3);
    BTreeMap<String, Prices> = btree_map(String::few(), Prices::few(), 0..3);
    BTreeMap<u32, Price> = btree_map(u32::few(), Price::few(), 0..3);
    BTreeSet<String> = btree_set(String::few(), 1..3);
    Inner = <(Price, Vec<String>)>::few().prop_map(|(price, words)| Self { price, words });
    Option<Inner> = prop::option::of(Inner::few());
    Option<Price> = prop::option::of(Price::few());
    Line = <(Price, Named, Option<Inner>)>::few().prop_map(|(price, named, inner)| Self {
        price,
        named,
        inner: inner.map(Box::new),
        rest: Named::new(),
    });
    Internal = prop_oneof![
        Just(Self::Nothing),
        Price::few().prop_map(|price| Self::Fields { price }),
        Inner::few().prop_map(Self::Inner),
    ];
    Adjacent = prop_oneof![
        Just(Self::Nothing),
        <(u8, Price)>::few().prop_map(|(number, price)| Self::Two(number, price)),
        Price::few().prop_map(Self::Alone),
    ];
    External = prop_oneof![
        Price::few().prop_map(|price| Self::Fields { price }),
        Prices::few().prop_map(Self::Alone),
    ];
    // Two of these years do not sort as text.
    chrono::NaiveDate = (-1..3_i32).prop_map(|year| {
        chrono::NaiveDate::from_ymd_opt(5_000 * year, 11, 29).expect("a day")
    });
}
impl<A: Few> Few for (A,)
where
    A: std::fmt::Debug + 'static,
{
    fn few() -> BoxedStrategy<Self> {
        A::few().prop_map(|a| (a,)).boxed()
    }
}
impl<A, B> Few for (A, B)
where
    A: Few + std::fmt::Debug + 'static,
    B: Few + std::fmt::Debug + 'static,
{
    fn few() -> BoxedStrategy<Self> {
        (A::few(), B::few()).boxed()
    }
}
impl<A, B, C> Few for (A, B, C)
where
    A: Few + std::fmt::Debug + 'static,
    B: Few + std::fmt::Debug + 'static,
    C: Few + std::fmt::Debug + 'static,
{
    fn few() -> BoxedStrategy<Self> {
        (A::few(), B::few(), C::few()).boxed()
    }
}

/// By which verb an update is sent.
#[derive(Clone, Copy, Debug)]
enum Way {
    Alone,
    InTransaction,
    /// In a transaction that has read the item, and applies the update locally.
    OnKnown,
}

/// A change of an item: the action of an update, and the same change of the struct, which is `None` if DynamoDB rejects the action.
macro_rules! changes {
    ($($name:ident($($arg:ident: $ty:ty),+): |$o:pat_param| $action:expr, |$shelf:ident| $change:expr;)+) => {
        #[derive(Clone, Debug)]
        enum Change { $($name($($ty),+)),+ }

        impl Change {
            fn few() -> BoxedStrategy<Self> {
                Union::new([
                    $(<($($ty,)+)>::few().prop_map(|($($arg,)+)| Self::$name($($arg),+)).boxed()),+
                ])
                .boxed()
            }

            fn of(self, shelf: &mut Shelf) -> Option<()> {
                match self {
                    $(Self::$name($($arg),+) => { let $shelf = shelf; $change; })+
                }
                Some(())
            }

            fn update(self, store: &Store, way: Way) -> Sent<'_> {
                match self {
                    $(Self::$name($($arg),+) => sent(store, way, move |$o| {
                        $(let $arg = $arg.clone();)+
                        $action
                    })),+
                }
            }
        }
    };
}

type Sent<'s> = Pin<Box<dyn Future<Output = dynacond::Result> + 's>>;

/// The update with these actions, boxed in a function of its own, because there are many kinds of changes in one `match`.
fn sent<'s, A, F>(store: &'s Store, way: Way, actions: F) -> Sent<'s>
where
    A: IntoActions<Shelf>,
    F: Fn(<Shelf as Versioned>::Attributes) -> A + 's,
{
    Box::pin(async move {
        let key = || Shelf::key("s1");
        let update = || store.update(key()).set(&actions);
        match way {
            Way::Alone => update().send().await.map(drop),
            Way::InTransaction => store.transact_write((update(),)).send().await.map(drop),
            Way::OnKnown => {
                let update = |tx: &mut Transaction| {
                    tx.require(key())?;
                    tx.update(key(), &actions)
                };
                store.transact(update).send().await
            }
        }
    })
}

/// A value of another data type is refused even if the item does not need it.
fn fits(prices: &[Price]) -> Option<()> {
    let fits = |price: &Price| price.0 != Either::Text;
    prices.iter().all(fits).then_some(())
}

/// Sets an element, or appends it after the end.
fn put<T>(list: &mut Vec<T>, index: u32, value: T) {
    match list.get_mut(index as usize) {
        Some(element) => *element = value,
        None => list.push(value),
    }
}

fn remove<T>(list: &mut Vec<T>, index: u32) {
    if (index as usize) < list.len() {
        list.remove(index as usize);
    }
}

fn prepend<T>(list: &mut Vec<T>, elements: Vec<T>) {
    list.splice(0..0, elements);
}

fn stored(value: &impl Serialize) -> AttributeValue {
    serde_dynamo::to_attribute_value(value).expect("an attribute")
}

fn parsed(text: &str, value: &impl Serialize) -> Vec<Action> {
    let values = [(":v".to_owned(), stored(value))].into();
    Action::parse(text, HashMap::new(), values).expect("an update")
}

changes! {
    Lists(to: Vec<Prices>): |o| o.lists.to(to), |s| s.lists = to;
    ListsUntyped(to: Vec<Prices>): |_| attr("lists").to(stored(&to)), |s| s.lists = to;
    List(at: u32, to: Prices): |o| o.lists.index(at).to(to), |s| put(&mut s.lists, at, to);
    ListIfAbsent(at: u32, to: Prices): |o| o.lists.index(at).if_absent(to), |s| {
        fits(&to)?;
        if s.lists.get(at as usize).is_none() { s.lists.push(to); }
    };
    ListUntyped(at: u32, to: Prices): |_| attr("lists").index(at).to(stored(&to)), |s| put(&mut s.lists, at, to);
    ListRemoved(at: u32): |o| o.lists.index(at).remove(), |s| remove(&mut s.lists, at);
    Element(at: u32, inside: u32, to: Price): |o| o.lists.index(at).index(inside).to(to), |s| put(s.lists.get_mut(at as usize)?, inside, to);
    ElementUntyped(at: u32, inside: u32, to: Price): |_| attr("lists").index(at).index(inside).to(stored(&to)), |s| put(s.lists.get_mut(at as usize)?, inside, to);
    ElementRemoved(at: u32, inside: u32): |o| o.lists.index(at).index(inside).remove(), |s| remove(s.lists.get_mut(at as usize)?, inside);
    Appended(more: Vec<Prices>): |o| o.lists.append(more), |s| s.lists.extend(more);
    Prepended(more: Vec<Prices>): |o| o.lists.prepend(more), |s| prepend(&mut s.lists, more);
    AppendedInside(at: u32, more: Prices): |o| o.lists.index(at).append(more), |s| s.lists.get_mut(at as usize)?.extend(more);
    PrependedUntyped(at: u32, more: Prices): |_| attr("lists").index(at).prepend(more), |s| prepend(s.lists.get_mut(at as usize)?, more);

    Groups(to: BTreeMap<String, Prices>): |o| o.groups.to(to), |s| s.groups = to;
    Group(name: String, to: Prices): |o| o.groups.entry(name).to(to), |s| s.groups.insert(name, to);
    GroupIfAbsent(name: String, to: Prices): |o| o.groups.entry(name).if_absent(to), |s| {
        fits(&to)?;
        s.groups.entry(name).or_insert(to);
    };
    GroupRemoved(name: String): |o| o.groups.entry(name).remove(), |s| s.groups.remove(&name);
    GroupAppended(name: String, more: Prices): |o| o.groups.entry(name).append(more), |s| s.groups.get_mut(&name)?.extend(more);
    GroupStarted(name: String, more: Prices, start: Prices): |o| o.groups.entry(name).append(more).starting_at(start), |s| {
        fits(&start)?;
        s.groups.entry(name).or_insert(start).extend(more);
    };
    GroupElement(name: String, at: u32, to: Price): |_| attr("groups").at_name(name).index(at).to(stored(&to)), |s| put(s.groups.get_mut(&name)?, at, to);

    Nested(name: String, to: Named): |o| o.nested.entry(name).to(to), |s| s.nested.insert(name, to);
    NestedInside(name: String, inside: String, to: Price): |o| o.nested.entry(name).entry(inside).to(to), |s| s.nested.get_mut(&name)?.insert(inside, to);

    Numbered(to: BTreeMap<u32, Price>): |o| o.numbered.to(to), |s| s.numbered = to;
    Number(name: u32, to: Price): |o| o.numbered.entry(name).to(to), |s| s.numbered.insert(name, to);
    NumberUntyped(name: u32, to: Price): |_| attr("numbered").at_name(name.to_string()).to(stored(&to)), |s| s.numbered.insert(name, to);

    Pairs(to: Vec<(u8, Price)>): |o| o.pairs.to(to), |s| s.pairs = to;
    Pair(at: u32, to: (u8, Price)): |o| o.pairs.index(at).to(to), |s| put(&mut s.pairs, at, to);
    PairsAppended(more: Vec<(u8, Price)>): |o| o.pairs.append(more), |s| s.pairs.extend(more);
    SecondOfPair(at: u32, to: Price): |_| attr("pairs").index(at).index(1).to(stored(&to)), |s| s.pairs.get_mut(at as usize)?.1 = to;

    LineTo(to: Line): |o| o.line.to(to), |s| s.line = to;
    LinePrice(to: Price): |o| o.line.at(|l| l.price).to(to), |s| s.line.price = to;
    LineText(to: Price): |_| parsed("SET line.price = :v", &to), |s| s.line.price = to;
    LineNamed(name: String, to: Price): |o| o.line.at(|l| l.named).entry(name).to(to), |s| s.line.named.insert(name, to);
    LineAllNamed(to: Named): |o| o.line.at(|l| l.named).to(to), |s| s.line.named = to;
    LineRest(to: Price): |o| o.line.at_name("cost").to(stored(&to)), |s| s.line.rest.insert("cost".to_owned(), to);
    LineInner(to: Option<Inner>): |o| o.line.at(|l| l.inner).to_or_remove(to), |s| s.line.inner = to.map(Box::new);
    InnerPrice(to: Price): |o| o.line.at(|l| l.inner).at(|i| i.price).to(to), |s| s.line.inner.as_mut()?.price = to;
    InnerWords(more: Vec<String>): |o| o.line.at(|l| l.inner).at(|i| i.words).append(more), |s| s.line.inner.as_mut()?.words.extend(more);

    LinesAppended(more: Vec<Line>): |o| o.lines.append(more), |s| s.lines.extend(more);
    LineAt(at: u32, to: Line): |o| o.lines.index(at).to(to), |s| put(&mut s.lines, at, to);
    LinePriceAt(at: u32, to: Price): |o| o.lines.index(at).at(|l| l.price).to(to), |s| s.lines.get_mut(at as usize)?.price = to;
    LineNamedAt(at: u32, name: String, to: Price): |_| attr("lines").index(at).at_name("named").at_name(name).to(stored(&to)), |s| {
        s.lines.get_mut(at as usize)?.named.insert(name, to);
    };
    LineRestAt(at: u32, to: Price): |_| attr("lines").index(at).at_name("cost").to(stored(&to)), |s| {
        s.lines.get_mut(at as usize)?.rest.insert("cost".to_owned(), to);
    };

    InternalAt(at: u32, to: Internal): |o| o.internal.index(at).to(to), |s| put(&mut s.internal, at, to);
    InternalAppended(more: Vec<Internal>): |o| o.internal.append(more), |s| s.internal.extend(more);
    InternalUntyped(at: u32, to: Internal): |_| attr("internal").index(at).to(stored(&to)), |s| put(&mut s.internal, at, to);
    AdjacentIn(name: String, to: Adjacent): |o| o.adjacent.entry(name).to(to), |s| s.adjacent.insert(name, to);
    AdjacentUntyped(name: String, to: Adjacent): |_| attr("adjacent").at_name(name).to(stored(&to)), |s| s.adjacent.insert(name, to);
    ExternalTo(to: External): |o| o.external.to(to), |s| s.external = to;
    ExternalPrice(to: Price): |_| attr("external").at_name("Fields").at_name("price").to(stored(&to)), |s| match &mut s.external {
        External::Fields { price } => *price = to,
        External::Alone(_) => return None,
    };

    PriceTo(to: Price): |o| o.price.to(to), |s| s.price = Some(to);
    PriceIfAbsent(to: Price): |o| o.price.if_absent(to), |s| {
        fits(std::slice::from_ref(&to))?;
        s.price.get_or_insert(to);
    };
    PriceOrRemoved(to: Option<Price>): |o| o.price.to_or_remove(to), |s| s.price = to;
    Rest(name: String, to: Price): |_| attr(format!("rest {name}")).to(stored(&to)), |s| s.rest.insert(format!("rest {name}"), to);

    Tags(to: BTreeSet<String>): |o| o.tags.to(to), |s| s.tags = to;
    TagsInserted(more: BTreeSet<String>): |o| o.tags.insert(more.into_iter().collect::<Vec<_>>()), |s| s.tags.extend(more);
    TagsDeleted(less: BTreeSet<String>): |o| o.tags.delete(less.into_iter().collect::<Vec<_>>()), |s| s.tags.retain(|tag| !less.contains(tag));

    Counted(by: u8): |o| o.count.add(by), |s| s.count = s.count.checked_add(by)?;
    CountedDown(by: u8): |o| o.count.subtract(by), |s| s.count = s.count.checked_sub(by)?;
    Level(by: i8): |o| o.level.add(by), |s| s.level = s.level.checked_add(by)?;
    CountIn(name: String, by: u8, start: u8): |o| o.counts.entry(name).add(by).starting_at(start), |s| {
        let count = s.counts.get(&name).copied().unwrap_or(start).checked_add(by)?;
        s.counts.insert(name, count);
    };
    CountInDown(name: String, by: u8): |o| o.counts.entry(name).subtract(by), |s| {
        let count = s.counts.get_mut(&name)?;
        *count = count.checked_sub(by)?;
    };

    Day(at: u32, to: chrono::NaiveDate): |o| o.days.index(at).to(to), |s| put(&mut s.days, at, to);
    DayAppended(more: chrono::NaiveDate): |o| o.days.append(more), |s| s.days.push(more);

    TwoOfLine(price: Price, name: String, named: Price): |o| (o.line.at(|l| l.price).to(price), o.line.at(|l| l.named).entry(name).to(named)), |s| {
        s.line.price = price;
        s.line.named.insert(name, named);
    };
    TwoUntyped(price: Price, cost: Price): |o| (o.line.at_name("price").to(stored(&price)), o.line.at_name("cost").to(stored(&cost))), |s| {
        s.line.price = price;
        s.line.rest.insert("cost".to_owned(), cost);
    };
    Several(at: u32, prices: Prices, price: Price): |o| (o.lists.index(at).to(prices), o.price.to(price), o.count.to(1)), |s| {
        put(&mut s.lists, at, prices);
        (s.price, s.count) = (Some(price), 1);
    };
}

/// The item as it is stored, without version and write id, and with sets in order.
async fn raw(store: &Store) -> Item {
    let get = store
        .client()
        .get_item()
        .table_name("shelves")
        .key("id", AttributeValue::S("s1".to_owned()));
    let mut item = get.send().await.expect("read").item.expect("an item");
    item.retain(|name, _| !["item_version", "item_write_id"].contains(&name.as_str()));
    for value in item.values_mut() {
        if let AttributeValue::Ss(set) = value {
            set.sort();
        }
    }
    item
}

async fn shop() -> (Store, Stored<Shelf>) {
    let store = Store::new(dynacond_local::client());
    dynacond_local::create_table::<Shelf>(&store)
        .await
        .expect("a table");
    let stored = store.create(shelf()).send().await.expect("created");
    (store, stored)
}

/// Makes the changes one after the other, by updates in one shop and by saves in another one.
async fn compare(changes: Vec<(Change, Way)>) {
    let ((updated, _), (saved, mut before)) = (shop().await, shop().await);
    for (change, way) in changes {
        let mut wanted = (*before).clone();
        let by_update = change.clone().update(&updated, way).await;
        let by_save = match change.clone().of(&mut wanted) {
            None => Err(None),
            Some(()) => {
                let mut save = before.clone();
                *save = wanted.clone();
                saved.save(save).send().await.map_err(Some)
            }
        };
        match (by_update, by_save) {
            (Ok(()), Ok(now)) => {
                let read = updated.get(Shelf::key("s1")).send().await;
                assert_eq!(
                    *read.expect("decoded").expect("an item"),
                    wanted,
                    "{change:?}"
                );
                before = now;
            }
            (
                Err(
                    Error::Encode { .. }
                    | Error::Expression(_)
                    | Error::UpdateRejected(_)
                    | Error::ConditionFailed(_),
                ),
                Err(None | Some(Error::Encode { .. })),
            ) => {}
            (by_update, by_save) => panic!("{change:?} {way:?}: {by_update:?}, {by_save:?}"),
        }
        assert_eq!(raw(&updated).await, raw(&saved).await, "{change:?} {way:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn an_update_leaves_what_a_save_of_the_same_change_leaves(
        changes in vec((Change::few(), prop::sample::select(vec![Way::Alone, Way::InTransaction, Way::OnKnown])), 1..12),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime");
        runtime.block_on(compare(changes));
    }
}
