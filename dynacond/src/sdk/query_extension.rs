//! Key conditions and filters on the SDK's own queries and scans, if you use the SDK directly.
use std::fmt;

use aws_sdk_dynamodb::operation::query::builders::QueryFluentBuilder;
use aws_sdk_dynamodb::operation::scan::builders::ScanFluentBuilder;

use crate::error::error::Result;
use crate::expression::condition::Condition;
use crate::expression::error::ExpressionError;
use crate::expression::key_condition::in_partition;
use crate::expression::render::compile::{Expressions, compile_beside};
use crate::expression::render::compiled::{Given, Placeholders};
use crate::expression::sort_key::{IntoSortCondition, SortConditions, SortState};
use crate::expression::tree::node::Node;
use crate::model::invalid::InvalidInput;
use crate::model::partition::Partition;
use crate::model::queryable::Queryable;
use crate::sdk::extension::{PREFIXES, compiled_into};
use crate::value::rule::Rule;
use crate::verbs::query::source::Source;

/// Puts a key condition and a filter on a query or a scan of the SDK.
///
/// The placeholders begin with `#dc_` and `:dc_`, so they differ from those of the request's own expressions, which you may set before or
/// after. You name the table and the index, and you read the pages. Remember that a page without items may have a next page.
///
/// ```
/// # use dynacond::{QueryExt, Versioned};
/// # use serde::{Deserialize, Serialize};
/// #[derive(Serialize, Deserialize, Versioned)]
/// #[dynacond(table = "shop",
///            partition_key(name = "pk", value = "customer#{customer}"),
///            sort_key(name = "sk", value = "order#{id}"))]
/// struct Order { customer: String, id: String, total: u64 }
/// # fn f(client: &aws_sdk_dynamodb::Client) -> dynacond::Result<()> {
/// let request = client
///     .query()
///     .table_name("shop")
///     .key_condition(Order::partition("c1").sort_key(|k| k.id.begins_with("2026")))?
///     .filter(Order::attributes().total.ge(100))?;
/// let text = request.get_key_condition_expression().as_deref();
/// assert_eq!(text, Some("#dc_pk = :dc_pk AND begins_with(#dc_sk, :dc_sk)"));
/// assert_eq!(request.get_filter_expression().as_deref(), Some("#dc_total >= :dc_total"));
/// # Ok(())
/// # }
/// ```
pub trait QueryExt: Sized + sealed::Sealed {
    /// Returns the query with this partition, or with the part of a partition that [`Partition::sort_key`] returns. If the template
    /// of the sort key begins with a literal, the literal is part of the condition. So items of other types are not read and cost
    /// nothing. An index that several types share returns the items of all of them; [`Store::query`](crate::Store::query) leaves the
    /// others out by a filter.
    ///
    /// A range is one comparison of the whole sort key. In a template, the range of a padded number, a date or a UUID is exact. The range
    /// of a text field is not, if other parts follow the field: use an equality or `begins_with`, or [`Store::query`](crate::Store::query),
    /// which leaves the other items out.
    ///
    /// # Errors
    /// [`Error::Invalid`](crate::Error::Invalid) if no item can have such a key, or if the range would also return items whose field is
    /// outside the range. [`Error::Expression`](crate::Error::Expression) if the request already
    /// has a key condition.
    fn key_condition<C: IntoKeyCondition>(self, condition: C) -> Result<Self>
    where
        Self: HasKeyCondition,
    {
        self.with_key_condition(condition.into_key_condition()?)
    }

    /// Returns the request with this filter. DynamoDB evaluates a filter after it has read the items, so a filter saves no units. The
    /// filter of a query cannot name key attributes of the table or index that is queried.
    ///
    /// # Errors
    /// [`Error::Expression`](crate::Error::Expression) if DynamoDB would refuse the filter, or if the request already has a filter.
    /// dynacond does not replace that filter, and does not edit its text.
    fn filter<I>(self, filter: Condition<I>) -> Result<Self>;
}

/// A request with a key condition.
#[diagnostic::on_unimplemented(
    message = "a scan reads every partition, and takes no key condition: use `client.query()`, or `.filter(..)`",
    label = "has no key condition"
)]
pub trait HasKeyCondition: Sized {
    #[doc(hidden)]
    fn with_key_condition(self, clauses: Clauses) -> Result<Self>;
}
impl HasKeyCondition for QueryFluentBuilder {
    fn with_key_condition(self, Clauses(mut node): Clauses) -> Result<Self> {
        if let Some(existing) = self.get_key_condition_expression() {
            let (rule, clause) = (Rule::KeyConditionTaken, existing.clone());
            return Err(ExpressionError { rule, clause }.into());
        }
        let expressions = Expressions {
            key_condition: Some(&mut node),
            ..Expressions::default()
        };
        compiled_into!(self, expressions, key_condition => key_condition_expression)
    }
}

#[expect(unnameable_types, reason = "sealed")]
mod sealed {
    pub trait Sealed {}
}

/// The argument of [`QueryExt::key_condition`]: a partition, or a range in a partition.
#[diagnostic::on_unimplemented(
    message = "expected a partition, such as `Order::partition(\"c1\")`, found `{Self}`",
    label = "not a partition",
    note = "a condition on other attributes is a `.filter(..)`"
)]
pub trait IntoKeyCondition {
    #[doc(hidden)]
    fn into_key_condition(self) -> Result<Clauses>;
}

/// A key condition that was checked.
#[doc(hidden)]
#[derive(Debug)]
pub struct Clauses(Node);

/// A part of a partition: `Order::partition("c1").sort_key(|k| k.placed.eq("2026-10-05"))`.
#[derive(Clone)]
#[must_use = "a key condition belongs into `.key_condition(..)`"]
pub struct KeyCondition<Q> {
    partition: Partition<Q>,
    sort: SortState,
}

impl<Q> fmt::Debug for KeyCondition<Q> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "KeyCondition({})", self.partition)
    }
}

impl<Q: Queryable> Partition<Q> {
    /// Returns a part of the partition, for [`QueryExt::key_condition`]. With [`Store::query`](crate::Store::query), use the `.sort_key(..)`
    /// of the query instead.
    pub fn sort_key<C: IntoSortCondition<Q>>(
        self,
        condition: impl FnOnce(Q::SortKey) -> C,
    ) -> KeyCondition<Q> {
        KeyCondition {
            partition: self,
            sort: condition(Q::SORT_KEY).into_state(),
        }
    }
}

fn clauses<Q: Source>(partition: Partition<Q>, sort: SortState) -> Result<Clauses> {
    let (partition, unusable) = in_partition(partition);
    let SortConditions {
        node,
        checks,
        invalid,
    } = sort.finish(<Q as Source>::NAME, const { &<Q as Source>::SCHEMA });
    if let Some(invalid) = unusable.or(invalid) {
        return Err((*invalid).into());
    }
    if let Some(check) = checks.iter().find(|check| !check.is_exact) {
        // DynamoDB would also return other items of this type, and the caller would not notice.
        return Err(InvalidInput::InexactSortKey {
            attribute: check.attribute(),
        }
        .into());
    }
    Node::both(partition, node)
        .map(Clauses)
        .ok_or_else(|| InvalidInput::NoKeyCondition.into())
}

#[diagnostic::do_not_recommend]
impl<Q: Source> IntoKeyCondition for Partition<Q> {
    fn into_key_condition(self) -> Result<Clauses> {
        clauses(self, SortState::new())
    }
}
#[diagnostic::do_not_recommend]
impl<Q: Source> IntoKeyCondition for KeyCondition<Q> {
    fn into_key_condition(self) -> Result<Clauses> {
        clauses(self.partition, self.sort)
    }
}

/// Both builders have these methods, but the SDK has no trait for them.
macro_rules! builders {
    ($($builder:ty),+) => { $(
        impl sealed::Sealed for $builder {}
        impl QueryExt for $builder {
            fn filter<I>(self, mut filter: Condition<I>) -> Result<Self> {
                if let Some(existing) = self.get_filter_expression() {
                    let (rule, clause) = (Rule::ConditionTaken, existing.clone());
                    return Err(ExpressionError { rule, clause }.into());
                }
                compiled_into!(self, Expressions::of(&mut filter.node), condition => filter_expression)
            }
        }
    )+ };
}
builders! { QueryFluentBuilder, ScanFluentBuilder }
