//! Typed conditions, optimistic locking and pure-function transactions for DynamoDB, on [`aws_sdk_dynamodb`]. The safe write is
//! the easiest one to write, and you always learn whether it happened.
//!
//! ```no_run
//! use dynacond::{Error, Store, Stored, Versioned};
//! use serde::{Deserialize, Serialize};
//!
//! #[derive(Clone, Debug, Serialize, Deserialize, Versioned)]
//! #[dynacond(table = "accounts")]
//! struct Account {
//!     #[dynacond(partition_key)]
//!     id: String,
//!     balance: u64,
//! }
//!
//! # async fn f(client: aws_sdk_dynamodb::Client) -> dynacond::Result<()> {
//! let store = Store::new(client);
//! let mut account = store.create(Account { id: "a1".into(), balance: 100 }).send().await?;
//! account.balance += 20;
//! let account = store.save(account).send().await?;                       // refused if somebody wrote it meanwhile
//! assert_eq!(Stored::version(&account), 2);
//!
//! let withdraw = store.update(Account::key("a1")).set(|a| a.balance.subtract(500));
//! match withdraw.send().await {                                          // one request; never below zero
//!     Err(Error::ConditionFailed(refusal)) => println!("{refusal}"),
//!     other => println!("{} left", other?.balance),
//! }
//! # Ok(())
//! # }
//! ```
//!
//! # The model
//!
//! [`#[derive(Versioned)]`](derive@Versioned) gives a struct its key, its version and its typed attributes, under the names that
//! serde writes. [`#[derive(Document)]`](derive@Document) gives typed paths into a struct that is stored as a map, and
//! [`#[derive(AttributeType)]`](derive@AttributeType) lets an enum or a newtype be the type of an attribute. [`Stored<T>`](Stored)
//! is an item as it is stored: your value with its version.
//!
//! # The verbs
//!
//! The verbs are methods of [`Store`]. Each returns a value, and nothing is sent until you call `.send()`.
//!
//! | verb | what it does |
//! |---|---|
//! | [`get`](Store::get), [`get_all`](Store::get_all) | reads one item, or many items by their keys, strongly consistent |
//! | [`create`](Store::create) | writes an item that must not exist |
//! | [`save`](Store::save) | writes what you changed in an item that you read, if nobody wrote it since |
//! | [`touch`](Store::touch) | gives an item a new version, even if you changed nothing: a heartbeat |
//! | [`update`](Store::update) | changes attributes by key, such as `o.stock.subtract(3)` |
//! | [`modify`](Store::modify) | reads, changes and saves an item, and repeats this if somebody else wrote it in between |
//! | [`alter`](Store::alter) | creates, changes, deletes or leaves an item: your closure gets the item and decides |
//! | [`put`](Store::put), [`replace`](Store::replace) | writes the struct's attributes, or the whole item, under a guard |
//! | [`delete`](Store::delete), [`take`](Store::take) | deletes an item; `take` also returns it |
//! | [`transact_write`](Store::transact_write), [`check`](Store::check) | sends several writes, all or none; `check` adds a condition on another item |
//! | [`transact_each`](Store::transact_each) | writes many groups, each of them all or none |
//! | [`create_all`](Store::create_all), [`save_all`](Store::save_all), [`delete_all`](Store::delete_all) | writes many items, each under its own guard and with its own outcome |
//! | [`query`](Store::query), [`scan`](Store::scan), [`scan_index`](Store::scan_index) | reads many items of a partition, a table or an index; [`modify_each`](Query::modify_each) and [`delete_each`](Query::delete_each) change each item that is found |
//! | [`import`](Store::import) | fills a table that nobody else writes |
//! | [`transact`](Store::transact) | runs a pure function that reads and writes items atomically |
//!
//! Any write takes a [`Condition`]: `.when(|o| o.status.eq("pending").and(o.stock.ge(3)))`. The compiler checks names, types and
//! operators. DynamoDB's own rules are checked before anything is sent.
//!
//! # Features
//!
//! The features `uuid`, `chrono`, `time`, `jiff`, `rust_decimal`, `bytes` and `serde_bytes` let the types of these crates be attributes and
//! keys. Each feature adds only its crate. The modules [`epoch_seconds`], [`epoch_millis`], [`sortable_time`] and [`exact_number`] are for
//! `#[serde(with = "…")]`; a time to live uses `epoch_seconds`.
//!
//! # Refusals
//!
//! A refused write is an [`Error`] that carries a [`Refusal`]. The refusal says which guard or which clause refused the write, and
//! it holds the item as it is now, so the next attempt needs no read. If the answer to a write is lost, dynacond finds out
//! whether the write happened. If that is not possible, the error is [`Error::OutcomeUnknown`], and never a guess.
//!
//! # More
//!
//! The [`guide`] has all operators with the text that they render, what happens after a lost answer, transactions, testing, costs,
//! and what dynacond does not do. The [pages in the repository](https://github.com/dynacond/dynacond/tree/main/docs) say more about
//! each. The crate [`dynacond-local`](https://docs.rs/dynacond-local) is an embedded DynamoDB with faults on demand, for tests.

mod error;
mod expression;
pub mod guide;
mod model;
mod outcome;
mod read;
mod sdk;
mod store;
mod transaction;
mod types;
mod value;
mod verbs;
mod wire;
mod write;

pub use aws_sdk_dynamodb;
pub use aws_sdk_dynamodb::types::AttributeValue;
#[doc(inline)]
pub use dynacond_derive::{AttributeType, Document, ItemCollection, Projection, Versioned};
pub use error::error::{Error, Result};
pub use error::exhausted::Exhausted;
pub use error::old_item::OldItemLost;
pub use error::read::{Incomplete, Interrupted};
pub use error::refusal::Refusal;
pub use error::report::{Failed, Report};
pub use error::schema::SchemaError;
pub use error::service::{ServiceError, Unread};
pub use error::unknown::OutcomeUnknown;
pub use error::unvalidated::Unvalidated;
pub use error::unwritten::{Unwritten, UnwrittenItem};
pub use expression::action::Action;
pub use expression::attribute::{Any, Attribute, Document, attr, value};
pub use expression::condition::Condition;
pub use expression::error::ExpressionError;
pub use expression::evaluate::explanation::{Actual, Explanation};
pub use expression::parse::error::{ParseError, ParseProblem};
pub use expression::projection::Projection;
pub use expression::render::compile::Expression;
pub use model::conversion::DecodeError;
pub use model::invalid::InvalidInput;
pub use model::item::{Guarded, Model, Versioned};
pub use model::key::Key;
pub use model::key_attribute::KeyAttribute;
pub use model::partition::Partition;
pub use model::queryable::Queryable;
pub use model::raw_key::RawKey;
pub use model::stored::Stored;
pub use model::tag::{InvalidTag, Tag};
pub use outcome::progress::Progress;
pub use read::checkpoint::{Checkpoint, CheckpointError};
pub use read::cursor::{Cursor, CursorError};
pub use read::preview::ReadPreview;
pub use read::seen::Seen;
pub use sdk::extension::ConditionExt;
pub use sdk::query_extension::{KeyCondition, QueryExt};
pub use store::Store;
pub use store::builder::StoreBuilder;
pub use transaction::{Transact, Transaction};
pub use types::attribute_type::{AttributeType, Value};
pub use types::data_type::DataType;
pub use types::kind;
pub use types::with::{epoch_millis, epoch_seconds, exact_number, sortable_time};
pub use value::item::Item;
pub use value::reason::SerializeError;
pub use value::rule::Rule;
pub use verbs::alter::Alter;
pub use verbs::bulk::all::WriteAll;
pub use verbs::bulk::chunks::{TransactEach, Transacted};
pub use verbs::bulk::import::{Import, Imported};
pub use verbs::get::{Get, GetSeen};
pub use verbs::get_all::{GetAll, RequireAll};
pub use verbs::modify::Modify;
pub use verbs::query::Query;
pub use verbs::query::collection::ItemCollection;
pub use verbs::query::page::{Count, Fetched, Page};
pub use verbs::query::scan::Scan;
pub use verbs::query::stream::Results;
pub use verbs::transact_write::{TransactWrite, Written};
pub use verbs::verb;
pub use verbs::write_request::WriteRequest;
pub use wire::call::{Consumed, Metered};
pub use wire::retry_policy::RetryPolicy;
pub use wire::shared_rate::SharedRate;
pub use write::guard_result::{Guard, GuardResult};
pub use write::preview::Preview;

pub mod operators {
    //! The traits behind the operators and the verbs. You use them in your own signatures, and the compiler's messages name them. You do not
    //! implement them.
    //!
    //! - What an argument may be: [`IntoCondition`], [`IntoOperand`], [`IntoActions`], [`IntoElements`], [`IntoKey`], [`Keys`]; for the
    //!   verbs also [`IntoSave`], [`IntoPut`], [`IntoReplace`], [`IntoDelete`], [`TransactItem`] and [`TransactItems`].
    //! - What a function may return: [`ModifyResult`], [`FunctionResult`].
    //! - What an attribute's type may do: [`Ordered`], [`Prefixed`], [`HasSize`], [`Contains`], [`Numeric`], [`IsList`], [`IsSet`],
    //!   [`Entries`], [`Elements`], [`Optional`], [`SameKind`], [`Summed`], [`KeyField`], [`KeyKind`], [`VersionField`].
    //! - How a value is stored: [`Codec`] with [`Plain`], [`As`] and [`With`]; [`Bytes`] and [`Untyped`].
    //! - Where an attribute is, and in which item: [`Place`], [`IsPath`], [`Updatable`], [`Within`], [`SameItem`].
    //! - What a verb may do: [`Verb`], [`Ready`], [`AtVersion`], [`MayCreate`], [`MayReturnOld`], [`Keeps`], [`Kept`], [`InTransaction`].
    //! - Which items and keys a verb takes: [`Numbered`], [`GuardedKeys`]. What has a table: [`HasTable`].

    pub use crate::expression::action::{Absolute, MayHappenTwice, Relative, Repetition};
    pub use crate::expression::action::{IntoActions, RelativeAction};
    #[doc(hidden)]
    pub use crate::expression::attribute::{
        InKeyTemplate, InVariant, Indexed, ItemVersion, Literal, Nested, NoData, PrimaryKey,
        SizeOf, Top, Variant,
    };
    pub use crate::expression::attribute::{IsPath, Place, Step, Updatable, UpdatedAlone, Within};
    pub use crate::expression::condition::{IntoCondition, SameItem};
    pub use crate::expression::elements::IntoElements;
    #[doc(hidden)]
    pub use crate::expression::in_key::{HasAttribute, StoredInKey};
    pub use crate::expression::into_operand::IntoOperand;
    #[doc(hidden)]
    pub use crate::expression::into_operand::TakesOption;
    #[doc(hidden)]
    pub use crate::expression::projection::{AnyKind, Letter, Projected};
    pub use crate::expression::projection::{Holds, ProjectedBy, Projects, ReadAs};
    #[doc(hidden)]
    pub use crate::expression::sort_key::SecondComparison;
    pub use crate::expression::sort_key::{
        IntoSortCondition, SortCondition, SortPart, SortValue, SortsAs,
    };
    pub use crate::model::item::{HasTable, Numbered, VersionField};
    pub use crate::model::key::IntoKey;
    pub use crate::model::key_arg::{FieldsFrom, KeyArgs};
    pub use crate::model::key_field::{KeyField, KeyKind};
    pub use crate::model::queryable::NoSortKey;
    pub use crate::model::taken_from::TakenFrom;
    pub use crate::outcome::resend::Resent;
    pub use crate::outcome::watch::{Failing, Seeing, Stopping, Unwatched, Watch};
    #[doc(hidden)]
    pub use crate::sdk::query_extension::Clauses;
    pub use crate::sdk::query_extension::{HasKeyCondition, IntoKeyCondition};
    pub use crate::sdk::sdk_read::SdkRead;
    pub use crate::transaction::{FunctionResult, IntoPut};
    pub use crate::types::attribute_type::{Bytes, Untyped};
    pub use crate::types::capability::{
        AttributeOf, Contains, Elements, Entries, Fits, Given, HasSize, IsList, IsSet, Numeric,
        Optional, Ordered, Prefixed, SameKind, Summed,
    };
    pub use crate::types::codec::{
        As, AsBytes, Codec, InOption, InternalTag, KindOf, Plain, RawBytes, TypedPaths, UnderTag,
        With, WithTag,
    };
    pub use crate::types::encoding::{Declared, Encoding, Own};
    pub use crate::types::with::moment::{Moment, MomentField};
    pub use crate::types::with::number::{ExactNumber, ExactNumberField};
    pub use crate::verbs::alter::AlterResult;
    pub use crate::verbs::bulk::each::{Change, Deleted, Each, Modified, OwnError};
    pub use crate::verbs::bulk::import::{MayOverwrite, Overwriting, Unsaid as UnsaidImport};
    pub use crate::verbs::choices::{Keeps, Kept};
    pub use crate::verbs::keys::{GuardedKeys, KeyReader, Keys};
    pub use crate::verbs::modify::{IfExists, ModifyResult, MustExist, OrCreate, WhenMissing};
    pub use crate::verbs::query::amount::{
        All, Amount, Counted, First, OnePage, Said, SaysHowMuch, Unsaid,
    };
    pub use crate::verbs::query::collection::InCollection;
    #[doc(hidden)]
    pub use crate::verbs::query::collection::Reading;
    pub use crate::verbs::query::shape::{Fresh, Part, Savable, Shape, Values, Whole};
    pub use crate::verbs::query::source::{Consistent, Source, WholeItems};
    pub use crate::verbs::query::{Everywhere, InPartition};
    pub use crate::verbs::transact_write::{InTransaction, TransactItem, TransactItems};
    #[doc(hidden)]
    pub use crate::verbs::verb::SentByAwait;
    pub use crate::verbs::verb::{
        AtVersion, IntoDelete, IntoReplace, IntoSave, MayCreate, MayReturnOld, Ready, TwiceIsOnce,
        Verb,
    };
}

/// The names that the derives' code uses. They are not for your own code.
#[doc(hidden)]
pub mod __private {
    pub use crate::expression::action::Changes;
    pub use crate::expression::attribute::{
        Attribute, InKeyTemplate, Indexed, ItemVersion, NoData, PrimaryKey, Variant,
    };
    pub use crate::expression::in_key::StoredInKey;
    pub use crate::expression::projection::{
        AnyKind, Fields, Holds, Letter, ProjectedBy, Projects,
    };
    pub use crate::expression::sort_key::{
        InTemplate, IntoSortCondition, NextPart, OwnAttribute, Padded, SortCondition, SortPart,
        SortPlace, SortState,
    };
    pub use crate::expression::tree::operand::{Measured, Operand, Path};
    pub use crate::expression::tree::tagging::Tagging;
    pub use crate::model::item::{
        ByNothing, ByVersion, ByWriteId, Flattened, HasGuard, HasTable, Known, Marks, Model,
        VersionField,
    };
    pub use crate::model::key_arg::KeyArgs;
    pub use crate::model::key_attribute::KeyAttribute;
    pub use crate::model::key_field::{KeyField, KeyKind, KeyPart, KeyText, key_value};
    pub use crate::model::queryable::{AllAttributes, Eventual, NoSortKey, SomeAttributes, Strong};
    pub use crate::model::schema::{KeyNames, Schema};
    pub use crate::model::template::{
        TemplateField, TemplatePart, template_is_injective, template_pads_integers,
    };
    pub use crate::outcome::fetch::Gives;
    pub use crate::outcome::progress::ItemOutcome;
    pub use crate::types::asked::Asked;
    pub use crate::types::attribute_type::{AttributeType, Value};
    pub use crate::types::codec::{
        As, AsBytes, Codec, InOption, InternalTag, Plain, UnderTag, With,
    };
    pub use crate::types::encoding::Own;
    pub use crate::types::kind;
    pub use crate::types::number_range::NumberRange;
    pub use crate::types::probe::Inside;
    pub use crate::types::probe::{Nothing, Probe, Unmarked, Within};
    pub use crate::types::verify::{
        Ask, Misdeclared, Question, VariantQuestion, Verified, Written, verify_all, verify_content,
        verify_fields, verify_flattened, verify_kind, verify_nth, verify_tagged,
    };
    pub use crate::verbs::bulk::each::Work;
    pub use crate::verbs::query::collection::{
        InCollection, Reading, are_indexes_of_one_table, is_item_of, is_one_partition,
        is_one_table, is_told_apart, unknown_item,
    };
    pub use crate::verbs::query::sending::Sending;
    pub use crate::verbs::query::source::{Consistent, Source, WholeItems};
    pub use crate::verbs::transact_write::{Parts, Writes};
    pub use crate::write::expectation::{Expectation, ExpectedId, Unversioned};
    pub use aws_sdk_dynamodb::types::AttributeValue;
    pub use serde;
}
