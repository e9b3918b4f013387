//! The errors of keys, items and requests that break a rule of DynamoDB or of dynacond.
use crate::model::raw_key::RawKey;
use crate::model::tag::InvalidTag;
use crate::value::rule::Rule;

/// A key, an item or a request that DynamoDB or dynacond would refuse. Nothing was sent.
///
/// Limits: [Constraints in DynamoDB](https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html).
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidInput {
    /// A key attribute could not be serialised.
    #[error("the key attribute `{attribute}` of `{item_type}` cannot be written: {reason}")]
    Key {
        /// The Rust type.
        item_type: &'static str,
        /// The key attribute.
        attribute: &'static str,
        /// What is wrong.
        reason: String,
    },
    /// A key attribute is empty, or longer than DynamoDB allows.
    #[error(
        "the key attribute `{attribute}` of `{item_type}` has {bytes} bytes, but DynamoDB accepts 1 to {limit}"
    )]
    KeyLength {
        /// The Rust type.
        item_type: &'static str,
        /// The key attribute.
        attribute: &'static str,
        /// Its length in bytes of UTF-8 or binary.
        bytes: usize,
        /// 2,048 for a partition key, 1,024 for a sort key.
        limit: usize,
    },
    /// A text in a key template contains the first character of the literal that follows, so two different keys could have the same
    /// text.
    #[error(
        "the key attribute `{attribute}` of `{item_type}` cannot be written: the text of `{field}` contains {found:?}, which ends this field in the key template"
    )]
    KeySeparator {
        /// The Rust type.
        item_type: &'static str,
        /// The key attribute.
        attribute: &'static str,
        /// The Rust name of the field.
        field: &'static str,
        /// The character.
        found: char,
    },
    /// A number has more digits than its key template pads it to, so the key would not sort as the number does.
    #[error(
        "the key attribute `{attribute}` of `{item_type}` cannot be written: the number `{field}` has {digits} digits, but the key template pads it to {width}"
    )]
    KeyDigits {
        /// The Rust type.
        item_type: &'static str,
        /// The key attribute.
        attribute: &'static str,
        /// The Rust name of the field.
        field: &'static str,
        /// How many digits the number has.
        digits: usize,
        /// How many digits the template gives it.
        width: usize,
    },
    /// The fields of the key have changed since the item was read. An item with another key is another item.
    #[error(
        "the key of this `{item_type}` has changed from {read} to {now} since the item was read; create the new item and delete the old one"
    )]
    KeyChanged {
        /// The Rust type.
        item_type: &'static str,
        /// The key that was read.
        read: Box<RawKey>,
        /// The key that the fields give now.
        now: Box<RawKey>,
    },
    /// The default of `or_create` has another key than the update.
    #[error(
        "the `{item_type}` given to `or_create` has the key {given}, but the update is for the key {key}"
    )]
    OtherKey {
        /// The Rust type.
        item_type: &'static str,
        /// The update's key.
        key: Box<RawKey>,
        /// The default's key.
        given: Box<RawKey>,
    },
    /// `or_create` cannot combine this action with the default of its attribute in one request. The action changes a part of the
    /// attribute, or members of a set.
    #[error(
        "the update changes a part of `{attribute}`, and `or_create` gives `{attribute}` a default, but DynamoDB does not accept both in one request"
    )]
    DefaultOverlaps {
        /// The top-level attribute.
        attribute: String,
    },
    /// The struct writes an attribute that belongs to dynacond: a flattened map contains the version, the write id or a key attribute.
    #[error(
        "a flattened field of `{item_type}` writes the attribute `{attribute}`, which is reserved for a key, the version, the write id or the time of a write"
    )]
    ReservedAttribute {
        /// The Rust type.
        item_type: &'static str,
        /// The attribute.
        attribute: String,
    },
    /// An item is larger than 400 KB, counting names and values.
    #[error(
        "this `{item_type}` has {bytes} bytes with its attribute names, but DynamoDB accepts at most {limit}"
    )]
    TooLarge {
        /// The Rust type.
        item_type: &'static str,
        /// Its size in bytes.
        bytes: usize,
        /// 409,600.
        limit: usize,
    },
    /// DynamoDB cannot store a value.
    #[error("DynamoDB cannot store the attribute `{attribute}` of `{item_type}`: {rule}")]
    Value {
        /// The Rust type.
        item_type: &'static str,
        /// The top-level attribute.
        attribute: String,
        /// What DynamoDB takes.
        rule: Rule,
    },
    /// `or_create` would create an item that does not decode, because the update removes an attribute that the struct needs, or sets
    /// it to another type.
    #[error("`or_create` would create a `{item_type}` that does not decode: {reason}")]
    CreatesUnreadable {
        /// The Rust type.
        item_type: &'static str,
        /// What is wrong.
        reason: String,
    },
    /// `put` or `or_create` with a struct whose attributes vary because of a flattened enum or map. The item was not read, so attributes
    /// of another variant would stay, and the next read would find both variants.
    #[error(
        "`{verb}` cannot write a `{item_type}` without reading the item: a flattened field writes attributes that vary, and stored attributes of another variant would stay; use `modify`, a `put` in a transaction, or `replace`"
    )]
    Flattened {
        /// The Rust type.
        item_type: &'static str,
        /// `put` or `or_create`.
        verb: &'static str,
    },
    /// A changed map contains one key in two spellings, such as `"1"` and `"01"` for the number 1. It was chance which of the two entries
    /// was read, so nothing is changed.
    #[error(
        "the map `{attribute}` of `{item_type}` contains one key in two spellings; remove one of them with an untyped update"
    )]
    TwoSpellings {
        /// The Rust type.
        item_type: &'static str,
        /// The map's document path.
        attribute: String,
    },
    /// `page(0)`.
    #[error("a page must have room for at least one result, as in `.page(20)`")]
    EmptyPage,
    /// A query has two `.sort_key(..)`. DynamoDB accepts one condition on the sort key.
    #[error(
        "DynamoDB accepts one condition on the sort key of a query, so call `.sort_key(..)` only once"
    )]
    SortKeyTwice,
    /// For a query of the SDK, a range of the sort key would also return items that you did not ask for.
    #[error(
        "DynamoDB compares the whole text of `{attribute}`, so for this range it would also return items whose field is outside the range; use `store.query(..)`, which leaves them out"
    )]
    InexactSortKey {
        /// The key attribute.
        attribute: &'static str,
    },
    /// A partition has no key attribute.
    #[error("a query needs a partition key, but this partition has no key attribute")]
    NoKeyCondition,
    /// `examine_at_most` is only for pages. Any other result would be cut off silently.
    #[error(
        "`examine_at_most` is only for pages, because the cursor of a page shows that there is more; use it with `.page(20)`"
    )]
    ExamineAtMost,
    /// `segments(0)`, or more segments than DynamoDB allows.
    #[error("a scan has 1 to {limit} segments, but this one has `.segments({segments})`")]
    Segments {
        /// The number of segments.
        segments: usize,
        /// 1,000,000.
        limit: usize,
    },
    /// A scan in several segments cannot give a page or the first item, because segments have no order.
    #[error(
        "a scan in several segments cannot give a page or the first result; use `.all()`, `.count()` or `.stream()`, or remove `.segments(..)`"
    )]
    SegmentsOfPage,
    /// `.after(..)` and `.resume(..)` are used together, but a read can begin at one position only.
    #[error("a read begins at one position, so use `.after(..)` or `.resume(..)`, not both")]
    TwoBeginnings,
    /// `concurrency(0)`.
    #[error("the concurrency must be at least 1, as in `.concurrency(16)`")]
    Concurrency,
    /// A rate is zero, negative or not a number.
    #[error(
        "a rate must be a positive number of capacity units a second, as in `.units_per_second(200.0)`"
    )]
    UnitsPerSecond,
    /// A rate needs a client that can wait: its configuration has no `sleep_impl`.
    #[error("a rate needs a client that can wait; set a `sleep_impl` in the SDK's configuration")]
    NoSleep,
    /// A transaction has no action, or more actions than DynamoDB allows.
    #[error("a transaction has 1 to {limit} actions, but this one has {actions}")]
    ActionCount {
        /// The number of actions.
        actions: usize,
        /// 100.
        limit: usize,
    },
    /// A transaction has two actions on one item.
    #[error(
        "the transaction has two actions on the same `{item_type}`, {key}, but DynamoDB accepts one"
    )]
    SameItem {
        /// The Rust type.
        item_type: &'static str,
        /// The key.
        key: Box<RawKey>,
    },
    /// A transaction uses one item as two Rust types whose version or write id have different names. A stale write of one type would not
    /// notice a write of the other.
    #[error(
        "one transaction uses the item {key} as a `{first}` and as a `{second}`, but these types have different names for the version or the write id"
    )]
    TwoModels {
        /// The Rust type that was named first.
        first: &'static str,
        /// The other one.
        second: &'static str,
        /// The key.
        key: Box<RawKey>,
    },
    /// A `Stored` item was read from another table than the one that this store would write to.
    #[error(
        "this `{item_type}` was read from table {read_from}, but this store would write to table {table}; use the store that read the item"
    )]
    OtherTable {
        /// The Rust type.
        item_type: &'static str,
        /// The table that it was read from, or written to.
        read_from: String,
        /// The table that this store has for the type.
        table: String,
    },
    /// `transact_write` got a request of another store. Clones of a store count as one store.
    #[error(
        "a request for a `{item_type}` belongs to another store; all requests of a `transact_write` must come from the same store"
    )]
    OtherStore {
        /// The Rust type.
        item_type: &'static str,
    },
    /// The item is at version 18446744073709551615, so there is no next version.
    #[error(
        "`{item_type}` {key} is at the highest version, {version}, so no write can increment it; set a lower version with the SDK"
    )]
    LastVersion {
        /// The Rust type.
        item_type: &'static str,
        /// The key.
        key: Box<RawKey>,
        /// `u64::MAX`.
        version: u64,
    },
    /// A transaction function put or deleted a `Stored` item that the same pass has changed since the item was read. The first change
    /// would be lost.
    #[error(
        "the transaction function wrote a stale copy of `{item_type}` {key}: the same pass changed the item after it read this copy; write the item that `put` returned, or read the item again"
    )]
    StaleCopy {
        /// The Rust type.
        item_type: &'static str,
        /// The key.
        key: Box<RawKey>,
    },
    /// Two items of a batch have the same key, so it would be chance which of them is stored. Nothing of the batch was sent.
    #[error(
        "two items of the batch have the key {key} of `{item_type}`, at positions {} and {} (counted from 0); nothing was sent",
        positions[0],
        positions[1]
    )]
    SameKey {
        /// The Rust type.
        item_type: &'static str,
        /// The key.
        key: Box<RawKey>,
        /// The positions of the two items in the batch, counted from 0.
        positions: [usize; 2],
    },
    /// The actions of a transaction are larger than 4 MB together.
    #[error(
        "the actions of the transaction have {bytes} bytes together, but DynamoDB accepts at most {limit}"
    )]
    TransactionTooLarge {
        /// The size of items, keys and values.
        bytes: usize,
        /// 4 MB.
        limit: usize,
    },
    /// A transaction function reads other items in each of its passes, so it would never end.
    #[error(
        "the transaction function read new items in each of {passes} passes, so dynacond stopped it"
    )]
    EndlessReads {
        /// How often the function ran.
        passes: usize,
    },
    /// A client request token is empty, or has more than 36 characters.
    #[error("a client request token must have 1 to 36 characters")]
    Token,
    /// A write cannot be sent again after a lost answer. Its condition leaves no room for the clause that prevents a second application.
    /// The outcome of the first request stays unknown.
    #[error(
        "this write of `{item_type}` cannot be sent again: its condition is so long that there is no room for the clause that prevents a second application"
    )]
    NoRoomToSendAgain {
        /// The Rust type.
        item_type: &'static str,
    },
    /// `until_answered` with an update whose second application would differ from the first one: this action copies an attribute that the
    /// update also changes, or changes an element of a list by its index.
    #[error(
        "this update of `{item_type}` cannot use `until_answered`, because a second application of `{clause}` could have another effect than the first"
    )]
    NotRepeatable {
        /// The Rust type.
        item_type: &'static str,
        /// The action.
        clause: String,
    },
    /// [`resend`](crate::OutcomeUnknown::resend) was called with another return type than the lost write has.
    #[error("the lost write is a `{verb}` of `{item_type}`, so its `resend` returns {gives}")]
    OtherResend {
        /// The verb of the lost write.
        verb: &'static str,
        /// The Rust type of its item.
        item_type: &'static str,
        /// The types that `resend` can return.
        gives: &'static str,
    },
    /// A text is not a tag, for example an `If-Match` that a client sent.
    #[error(transparent)]
    Tag(#[from] InvalidTag),
    /// An update has neither `.set(..)` nor `.or_create(..)`, so it would change nothing.
    #[error("this update of `{item_type}` has no action; add one with `.set(|o| ..)`")]
    NoAction {
        /// The Rust type.
        item_type: &'static str,
    },
    /// A transaction has a `put` of a struct that stores only its key, without version and write id. DynamoDB accepts no update without
    /// an action in a transaction.
    #[error(
        "a transaction cannot `put` a `{item_type}`, because the type stores only its key and DynamoDB accepts no update without an action; use `create`, or `put` outside of the transaction"
    )]
    KeyAlone {
        /// The Rust type.
        item_type: &'static str,
    },
}
