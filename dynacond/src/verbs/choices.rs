//! What you can add to a write besides conditions: an expectation that is known only at run time, what counts as success, and what the
//! write returns.
use crate::expression::attribute::Attribute;
use crate::expression::tree::operand::Path;
use crate::expression::tuples::for_tuples;
use crate::model::item::{Guarded, Versioned};
use crate::model::tag::Tag;
use crate::verbs::verb::{
    self, MayCreate, MayReturnOld, ReturningOld, TwiceIsOnce, UntilAnswered, Verb,
};
use crate::verbs::write_request::WriteRequest;
use crate::write::expectation::Expectation;

impl<I: Guarded, V: MayCreate> WriteRequest<I, V> {
    /// Writes only if the item is as the tag says, or, with `None`, only if there is no item. Use it if you learn at run time which of the two
    /// you expect, for example in an HTTP service with `If-Match` and `If-None-Match: *`.
    ///
    /// If an item exists although none was expected, the error is [`AlreadyExists`](crate::Error::AlreadyExists). If the item is not as the
    /// tag says, the error is [`Conflict`](crate::Error::Conflict) or [`NotFound`](crate::Error::NotFound).
    ///
    /// ```no_run
    /// # use dynacond::{Guarded, Store, Stored, Tag};
    /// # async fn f<Page: Guarded>(store: Store, page: Page, if_match: Option<Tag>) -> dynacond::Result<Stored<Page>> {
    /// store.put(page).expecting(if_match.as_ref()).send().await
    /// # }
    /// ```
    pub fn expecting(self, tag: Option<&Tag>) -> WriteRequest<I, V::At> {
        let expected = match tag {
            Some(tag) => Expectation::at(const { &I::MODEL }, tag),
            None => Expectation::Absent,
        };
        self.expect(expected)
    }
}

impl<I: Versioned> WriteRequest<I, verb::Delete> {
    /// Returns `Ok` if there is no item, too, because somebody else or an earlier attempt has deleted it. If the item exists and the deletion
    /// is refused, that is still an error.
    ///
    /// If the answer is lost, one consistent read looks for the item. If the item is gone, the result is `Ok`. A deletion by key may still
    /// arrive late, and then delete an item that was created in the meantime, if its `.when(..)` allows that. A deletion of a
    /// [`Stored`](crate::Stored) item, or [`at`](Self::at) a tag, never does.
    pub fn or_gone(self) -> WriteRequest<I, verb::DeleteOrGone> {
        self.becomes()
    }
}

impl<I: Versioned, V: MayReturnOld> WriteRequest<I, V>
where
    ReturningOld<V>: Verb,
{
    /// Returns the item as it was before the write, instead of the item after it; `None` if the write created the item. This costs nothing
    /// more.
    ///
    /// If the answer is lost and the write was applied, the old item cannot be found out. The error is then
    /// [`Error::OldItemLost`](crate::Error::OldItemLost), never a guess.
    ///
    /// ```no_run
    /// # use dynacond::{Store, Stored, Versioned};
    /// # async fn f<Job: Versioned>(store: Store, job: Job) -> dynacond::Result<()> {
    /// let before: Option<Stored<Job>> = store.put(job).unconditional().returning_old().send().await?;
    /// # Ok(())
    /// # }
    /// ```
    #[doc(alias("return_values", "ReturnValues", "ALL_OLD"))]
    pub fn returning_old(self) -> WriteRequest<I, ReturningOld<V>> {
        self.becomes()
    }
}

impl<I: Versioned, V: Verb> WriteRequest<I, V> {
    /// Sends the write again after a lost answer, until there is an answer or the [`RetryPolicy`](crate::RetryPolicy) ends. This is only for
    /// writes that have the same effect if they are applied twice: `create`, `save`, `touch`, `put`, `replace`, `delete`, and an `update`
    /// whose actions are `to`, `if_absent`, `remove`, or `insert` and `delete` of set members. Call it after `.when(..)`, `.at(&tag)` or
    /// `.unconditional()`.
    ///
    /// If the item contains your write, or a later write that was based on yours, DynamoDB refuses the second attempt, and dynacond returns
    /// your write as applied. So no attempt overwrites the write of somebody who had read yours. In three cases nobody can prevent a second
    /// effect:
    ///
    /// - Somebody wrote the item by its key, with an `update` or a `put`, without reading your write. Then your write is applied a
    ///   second time, over theirs.
    /// - Somebody deleted the item. Then a `create`, a `put` or an `or_create` creates it again. A `delete` by key deletes an item that
    ///   was created since, if its `.when(..)` allows that.
    /// - An attempt whose answer was lost arrives late, after `send` has returned, and does one of these two things.
    ///
    /// If the item type has no write id (`write_id = false`), your own write cannot be distinguished from an equal write of
    /// somebody else. After a first attempt that was applied, a `create` is then refused with `AlreadyExists`, and a `save` with
    /// `Conflict`. A write that makes its own `.when(..)` false is refused with `ConditionFailed`. Send such a write with
    /// [`transact_write`](crate::Store::transact_write) as the only action, because DynamoDB recognises a transaction by its token.
    ///
    /// A [`save`](crate::Store::save), a [`touch`](crate::Store::touch), a write [`at`](Self::at) a tag, and a `replace` or `delete` of a
    /// [`Stored`](crate::Stored) item have none of these effects, because their guard names the write that they replace.
    ///
    /// # Errors
    /// - A refusal after a lost answer: DynamoDB refused the last attempt. An earlier attempt may have been applied before that, or
    ///   may still arrive: see [`Refusal::follows_lost_answer`](crate::Refusal::follows_lost_answer). For a deletion whose first attempt
    ///   was applied, this is the usual answer; with [`or_gone`](Self::or_gone) it is `Ok`.
    /// - [`OutcomeUnknown`](crate::Error::OutcomeUnknown): the endpoint did not answer until the policy ended.
    /// - [`Invalid`](crate::Error::Invalid), with nothing sent: an update that copies an attribute and also changes it, an update that
    ///   changes an element of a list by its index, or a condition that leaves no room for the clause that finds the write.
    ///
    /// ```no_run
    /// # use dynacond::{Store, Stored, Versioned};
    /// # async fn f<Job: Versioned>(store: Store, job: Job) -> dynacond::Result<Stored<Job>> {
    /// store.create(job).until_answered().send().await
    /// # }
    /// ```
    pub fn until_answered(self) -> WriteRequest<I, UntilAnswered<V>>
    where
        V: TwiceIsOnce,
    {
        self.becomes()
    }
}

impl<I: Versioned, V: Verb> WriteRequest<I, V>
where
    V: Keeps,
{
    /// Keeps these attributes of an existing item: a `put` sets them only if the item does not have them,
    /// `SET #created = if_not_exists(#created, :created)`. It takes an attribute, or a tuple of attributes. A second `keep` adds more.
    ///
    /// ```no_run
    /// # use dynacond::{Store, Versioned};
    /// # use serde::{Deserialize, Serialize};
    /// # #[derive(Clone, Serialize, Deserialize, Versioned)]
    /// # #[dynacond(table = "pages")]
    /// # struct Page { #[dynacond(partition_key)] path: String, text: String, created: u64, author: String }
    /// # async fn f(store: Store, page: Page) -> dynacond::Result<()> {
    /// let put = store.put(page).keep(|p| (p.created, p.author)).unconditional();
    /// let page = put.send().await?;
    /// println!("created at {}", page.created);
    /// # Ok(())
    /// # }
    /// ```
    pub fn keep<K: Kept<I>>(mut self, attributes: impl FnOnce(I::Attributes) -> K) -> Self {
        attributes(I::ATTRIBUTES).add_to(&mut self.kept);
        self
    }
}

/// A verb that can keep attributes: `put`.
#[diagnostic::on_unimplemented(
    message = "`.keep(..)` is for `put`: it names attributes that an existing item keeps",
    label = "keeps no attributes",
    note = "`save` and `update` keep what they do not change; in an `update`, `.if_absent(..)` sets an attribute only if it is missing"
)]
pub trait Keeps {}
#[diagnostic::do_not_recommend]
impl Keeps for verb::Put {}
#[diagnostic::do_not_recommend]
impl Keeps for verb::Unguarded<verb::Put> {}
#[diagnostic::do_not_recommend]
impl Keeps for ReturningOld<verb::Put> {}

/// What `.keep(..)` takes from its closure: an attribute of the item, or a tuple of up to twelve.
#[diagnostic::on_unimplemented(
    message = "`.keep(..)` takes whole attributes of `{I}`, or a tuple of them, not `{Self}`",
    label = "not an attribute that an item can keep",
    note = "a key never changes, the attributes of an index key must change together, and of a document or a map you can only keep the whole attribute"
)]
pub trait Kept<I> {
    /// Adds the paths of the attributes.
    #[doc(hidden)]
    fn add_to(self, kept: &mut Vec<Path>);
}
#[diagnostic::do_not_recommend]
impl<I, T> Kept<I> for Attribute<I, T> {
    fn add_to(self, kept: &mut Vec<Path>) {
        kept.push(self.path());
    }
}
macro_rules! tuples {
    ($($name:ident)+) => {
        #[diagnostic::do_not_recommend]
        #[expect(non_snake_case, reason = "one name for the type and its value")]
        impl<I, $($name: Kept<I>),+> Kept<I> for ($($name,)+) {
            fn add_to(self, kept: &mut Vec<Path>) {
                let ($($name,)+) = self;
                $($name.add_to(kept);)+
            }
        }
    };
}
for_tuples! { tuples }
