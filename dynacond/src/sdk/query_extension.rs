//! Key conditions and filters on the SDK's own queries and scans, if you use the SDK directly.
use std::fmt;

use aws_sdk_dynamodb::operation::query::builders::QueryFluentBuilder;
use aws_sdk_dynamodb::operation::scan::builders::ScanFluentBuilder;

use crate::error::error::Result;
use crate::expression::condition::{Condition, IntoCondition};
use crate::expression::key_condition::in_partition;
use crate::expression::render::compile::{Expressions, compile_beside};
use crate::expression::render::compiled::{Given, Placeholders, Prefixes};
use crate::expression::sort_key::{IntoSortCondition, SortConditions, SortState};
use crate::expression::tree::node::Node;
use crate::model::invalid::InvalidInput;
use crate::model::partition::Partition;
use crate::model::queryable::Queryable;
use crate::read::filter::check_filter;
use crate::sdk::extension::{free, given, with_condition, with_placeholders};
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
/// let large = Order::partition("c1").sort_key(|k| k.id.begins_with("2026")).filter(|o| o.total.ge(100));
/// let request = client.query().table_name("shop").key_condition(large)?;
/// let text = request.get_key_condition_expression().as_deref();
/// assert_eq!(text, Some("#dc_pk = :dc_pk AND begins_with(#dc_sk, :dc_sk)"));
/// assert_eq!(request.get_filter_expression().as_deref(), Some("#dc_total >= :dc_total"));
/// # Ok(())
/// # }
/// ```
pub trait QueryExt: Sized + sealed::Sealed {
    /// Returns the query with this partition, or with the part of a partition that [`Partition::sort_key`] and [`Partition::filter`]
    /// return. If the template of the sort key begins with a literal, the literal is part of the condition. So items of other types are not read and cost
    /// nothing. An index that several types share returns the items of all of them; [`Store::query`](crate::Store::query) leaves the
    /// others out by a filter.
    ///
    /// A range is one comparison of the whole sort key. In a template, the range of a padded number, a date or a UUID is exact. The range
    /// of a text field is not, if other parts follow the field: use an equality or `begins_with`, or [`Store::query`](crate::Store::query),
    /// which leaves the other items out.
    ///
    /// # Errors
    /// [`Error::Invalid`](crate::Error::Invalid) if no item can have such a key, or if the range would also return items whose field is
    /// outside the range. [`Error::Expression`](crate::Error::Expression) if the request already has a key condition, or if DynamoDB
    /// would refuse the filter.
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
    fn with_key_condition(self, clauses: Clauses) -> Result<Self> {
        let Clauses {
            mut key_condition,
            mut filter,
        } = clauses;
        free(
            self.get_key_condition_expression().as_ref(),
            Rule::KeyConditionTaken,
        )?;
        if filter.is_some() {
            free(self.get_filter_expression().as_ref(), Rule::ConditionTaken)?;
        }
        let expressions = Expressions {
            key_condition: Some(&mut key_condition),
            condition: filter.as_mut(),
            ..Expressions::default()
        };
        let compiled = compile_beside(expressions, Prefixes::BESIDE, given!(self))?;
        let mut request = self.key_condition_expression(compiled.key_condition.unwrap_or_default());
        if let Some(filter) = compiled.condition {
            request = request.filter_expression(filter);
        }
        Ok(with_placeholders!(request, compiled.placeholders))
    }
}

#[expect(unnameable_types, reason = "sealed")]
mod sealed {
    pub trait Sealed {}
}

/// The argument of [`QueryExt::key_condition`]: a partition, or a part of one.
#[diagnostic::on_unimplemented(
    message = "expected a partition, such as `Order::partition(\"c1\")`, found `{Self}`",
    label = "not a partition",
    note = "a condition on other attributes is a `.filter(..)`"
)]
pub trait IntoKeyCondition {
    #[doc(hidden)]
    fn into_key_condition(self) -> Result<Clauses>;
}

/// A key condition and a filter that were checked.
#[doc(hidden)]
#[derive(Debug)]
pub struct Clauses {
    key_condition: Node,
    filter: Option<Node>,
}

/// A part of a partition for [`QueryExt::key_condition`]: a range of the sort key, and a filter.
#[derive(Clone)]
#[must_use = "a key condition belongs into `.key_condition(..)`"]
pub struct KeyCondition<Q> {
    partition: Partition<Q>,
    sort: SortState,
    filter: Option<Node>,
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
            sort: condition(Q::SORT_KEY).into_state(),
            ..self.into()
        }
    }
}

impl<Q: Source> Partition<Q> {
    /// Returns only those items of the partition for which this condition is true, for [`QueryExt::key_condition`]. With
    /// [`Store::query`](crate::Store::query), use the `.filter(..)` of the query instead.
    ///
    /// A filter that names key attributes, or attributes that the index does not project, is [`Error::Expression`](crate::Error::Expression)
    /// from [`QueryExt::key_condition`].
    pub fn filter<C: IntoCondition<Q::Filtered>>(
        self,
        filter: impl FnOnce(Q::Attributes) -> C,
    ) -> KeyCondition<Q> {
        KeyCondition::from(self).filter(filter)
    }
}

impl<Q> From<Partition<Q>> for KeyCondition<Q> {
    fn from(partition: Partition<Q>) -> Self {
        Self {
            partition,
            sort: SortState::new(),
            filter: None,
        }
    }
}

impl<Q: Source> KeyCondition<Q> {
    /// Returns only items for which this condition is true, as [`Partition::filter`] does. With a second filter, both must be true.
    pub fn filter<C: IntoCondition<Q::Filtered>>(
        mut self,
        filter: impl FnOnce(Q::Attributes) -> C,
    ) -> Self {
        let node = filter(Q::ATTRIBUTES).into_condition().node;
        self.filter = Node::both(self.filter.take(), Some(node));
        self
    }
}

fn clauses<Q: Source>(
    KeyCondition {
        partition,
        sort,
        filter,
    }: KeyCondition<Q>,
) -> Result<Clauses> {
    let schema = const { &<Q as Source>::SCHEMA };
    let (partition, unusable) = in_partition(partition);
    let SortConditions {
        node,
        checks,
        invalid,
    } = sort.finish(<Q as Source>::NAME, schema);
    if let Some(invalid) = unusable.or(invalid) {
        return Err((*invalid).into());
    }
    if let Some(check) = checks.iter().find(|check| !check.is_exact) {
        // DynamoDB would also return other items of this type, and the caller would not notice.
        return Err(InvalidInput::InexactSortKey {
            attribute: check.attribute.name,
        }
        .into());
    }
    let key_condition = Node::both(partition, node).ok_or(InvalidInput::NoKeyCondition)?;
    if let Some(filter) = &filter {
        let position = const { Q::POSITION.all() };
        check_filter(filter, const { Q::KEYS.all() }, |name| {
            schema.projects(name, position)
        })?;
    }
    Ok(Clauses {
        key_condition,
        filter,
    })
}

#[diagnostic::do_not_recommend]
impl<Q: Source> IntoKeyCondition for Partition<Q> {
    fn into_key_condition(self) -> Result<Clauses> {
        clauses(self.into())
    }
}
#[diagnostic::do_not_recommend]
impl<Q: Source> IntoKeyCondition for KeyCondition<Q> {
    fn into_key_condition(self) -> Result<Clauses> {
        clauses(self)
    }
}

/// Both builders have these methods, but the SDK has no trait for them.
macro_rules! builders {
    ($($builder:ty),+) => { $(
        impl sealed::Sealed for $builder {}
        impl QueryExt for $builder {
            fn filter<I>(self, mut filter: Condition<I>) -> Result<Self> {
                with_condition!(self, filter, get_filter_expression => filter_expression)
            }
        }
    )+ };
}
builders! { QueryFluentBuilder, ScanFluentBuilder }
