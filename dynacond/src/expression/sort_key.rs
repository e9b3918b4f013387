//! Conditions on a sort key, part by part: the range that DynamoDB is asked for, and the checks of the items that it returns.
//!
//! A part is an attribute, or a field in a template. DynamoDB compares whole attributes, and templates as text. So a condition on a
//! field becomes a range of texts that contains every text with such a field. If the range may also contain other texts, the fields
//! of each item's text are read back and checked.
use std::fmt;
use std::marker::PhantomData;

use aws_sdk_dynamodb::types::AttributeValue;

use crate::expression::into_operand::IntoOperand;
use crate::expression::tree::node::{Node, Operator};
use crate::expression::tree::operand::{Operand, Path};
use crate::model::invalid::InvalidInput;
use crate::model::item::Versioned;
use crate::model::key_attribute::{KeyAttribute, SORT_LIMIT};
use crate::model::queryable::Queryable;
use crate::model::schema::Schema;
use crate::model::sort_check::SortCheck;
use crate::model::template::{TemplateFault, TemplatePart, end_of, field_text};
use crate::model::template_range::{Comparison, FieldAt, TextRange};
use crate::types::attribute_type::AttributeType;
use crate::types::capability::{Ordered, Prefixed};
use crate::value::rule::Rule;

/// A part of a sort key that can be compared. `Next` is what may follow an equality, and `P` is how the part is stored.
#[must_use = "a part is compared: `k.placed.ge(..)`"]
#[expect(clippy::type_complexity, reason = "four names in a row")]
pub struct SortPart<Q, T, Next, P = OwnAttribute> {
    place: SortPlace,
    before: SortState,
    of: PhantomData<fn() -> (Q, T, Next, P)>,
}

impl<Q, T, Next, P> fmt::Debug for SortPart<Q, T, Next, P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SortPart")
    }
}

/// The place where a part is stored.
#[doc(hidden)]
#[derive(Clone, Copy, Debug)]
pub struct SortPlace {
    /// The index of the sort key's attribute.
    pub attribute: usize,
    /// The index of the part in the attribute's template.
    pub part: usize,
}

/// The part is a whole attribute.
#[derive(Debug)]
pub enum OwnAttribute {}
/// The part is a field in a template, without padding.
#[derive(Debug)]
pub enum InTemplate {}
/// The part is a number in a template, padded with zeros.
#[derive(Debug)]
pub enum Padded {}

/// A part whose stored order is the order of its values.
#[diagnostic::on_unimplemented(
    message = "this part of a key template is compared as text, and its text does not sort as its values do: pad a number, `{{n:06}}`, write a time with `dynacond::sortable_time`, or store the field as a separate attribute",
    label = "not in the order of its values"
)]
pub trait SortsAs<K> {}
#[diagnostic::do_not_recommend]
impl<K> SortsAs<K> for OwnAttribute {}
#[diagnostic::do_not_recommend]
impl<K> SortsAs<K> for Padded {}
#[diagnostic::do_not_recommend]
impl SortsAs<crate::types::kind::StringType> for InTemplate {}

/// The item type of values that are compared with a part of a sort key. It is not a real item type, so attributes are not accepted.
#[derive(Debug)]
pub enum SortValue {}

/// The conditions on the parts so far.
#[doc(hidden)]
#[derive(Clone, Debug, Default)]
pub struct SortState {
    /// The clauses for whole attributes.
    node: Option<Node>,
    /// The number of these attributes.
    done: usize,
    /// The text of the current template so far.
    text: String,
    /// The checks of fields that are read back.
    checks: Vec<SortCheck>,
    invalid: Option<Box<InvalidInput>>,
}

/// All conditions of a query on the sort key.
#[derive(Debug, Default)]
pub(crate) struct SortConditions {
    pub(crate) node: Option<Node>,
    pub(crate) checks: Vec<SortCheck>,
    pub(crate) invalid: Option<Box<InvalidInput>>,
}

impl SortState {
    /// There are no conditions yet.
    #[doc(hidden)]
    #[must_use]
    pub const fn new() -> Self {
        Self {
            node: None,
            done: 0,
            text: String::new(),
            checks: Vec::new(),
            invalid: None,
        }
    }

    /// Returns all conditions. The next attribute without a condition gets the literal beginning of its template.
    pub(crate) fn finish(mut self, item_type: &'static str, schema: &Schema) -> SortConditions {
        if let Some(attribute) = schema.sort.get(self.done) {
            let text = match std::mem::take(&mut self.text) {
                text if text.is_empty() => attribute.beginning().to_owned(),
                text => text,
            };
            self.ask(item_type, attribute, TextRange::BeginningWith(text));
        }
        SortConditions {
            node: self.node,
            checks: self.checks,
            invalid: self.invalid,
        }
    }

    fn compare(
        &mut self,
        item_type: &'static str,
        schema: &Schema,
        place: SortPlace,
        comparison: Comparison<Operand>,
    ) {
        let Some(attribute) = schema.sort.get(place.attribute) else {
            return;
        };
        let ends = !matches!(comparison, Comparison::Eq(_));
        let value = |operand| match operand {
            Operand::Value(value) => Ok(value),
            Operand::Invalid(rule) => Err(rule),
            Operand::Path(_) | Operand::Size(_) => Err(Rule::KeyOperand),
        };
        match comparison.try_map(value) {
            Err(rule) => self.also(Node::Invalid(rule, attribute.name)),
            Ok(comparison) => match attribute.parts() {
                None => self.compare_whole(item_type, attribute, comparison),
                Some(parts) => {
                    self.compare_field(item_type, attribute, parts, place.part, comparison);
                }
            },
        }
        if ends {
            self.done = schema.sort.len();
        }
    }

    /// Compares a whole attribute with DynamoDB's own comparison.
    fn compare_whole(
        &mut self,
        item_type: &'static str,
        attribute: &KeyAttribute,
        comparison: Comparison<AttributeValue>,
    ) {
        let checked = comparison.try_map(|value| {
            let error = attribute.check(item_type, &value, SORT_LIMIT);
            error.map_or(Ok(Operand::Value(value)), Err)
        });
        let path = || Operand::Path(Path::new(attribute.name));
        let binary = |operator, value| Node::Binary(operator, [path(), value]);
        let node = match checked {
            Err(error) => {
                self.invalid.get_or_insert_with(|| Box::new(error));
                return;
            }
            Ok(Comparison::Eq(value)) => binary(Operator::Eq, value),
            Ok(Comparison::Lt(value)) => binary(Operator::Lt, value),
            Ok(Comparison::Le(value)) => binary(Operator::Le, value),
            Ok(Comparison::Gt(value)) => binary(Operator::Gt, value),
            Ok(Comparison::Ge(value)) => binary(Operator::Ge, value),
            Ok(Comparison::BeginsWith(value)) => binary(Operator::BeginsWith, value),
            Ok(Comparison::Between(low, high)) => Node::Between(Box::new([path(), low, high])),
        };
        self.also(node);
        self.done += 1;
    }

    /// Adds a clause, which must also be true.
    fn also(&mut self, node: Node) {
        self.node = Node::both(self.node.take(), Some(node));
    }

    /// Compares a field in a template: a range of whole texts, and a check of each text if the range may contain others.
    fn compare_field(
        &mut self,
        item_type: &'static str,
        attribute: &KeyAttribute,
        parts: &'static [TemplatePart],
        at: usize,
        comparison: Comparison<AttributeValue>,
    ) {
        let Some(TemplatePart::Field(field)) = parts.get(at) else {
            return;
        };
        let separated = attribute.separation();
        let is_prefix = matches!(comparison, Comparison::BeginsWith(_));
        let own_text = |value: AttributeValue| {
            match field_text(field, value, end_of(parts, at, separated)) {
                // The prefix of a text of fixed width is shorter.
                (own, Some(TemplateFault::Width { bytes, width, .. }))
                    if is_prefix && bytes < width =>
                {
                    Ok(own)
                }
                (own, None) => Ok(own),
                (_, Some(fault)) => Err(attribute.fault(item_type, fault)),
            }
        };
        let comparison = match comparison.try_map(own_text) {
            Ok(comparison) => comparison,
            Err(error) => {
                self.invalid.get_or_insert_with(|| Box::new(error));
                return;
            }
        };
        if let Comparison::Between(low, high) = &comparison
            && low > high
        {
            self.also(Node::Invalid(Rule::BoundsReversed, attribute.name));
            return;
        }
        let before = std::mem::take(&mut self.text);
        let field = FieldAt {
            parts,
            at,
            prefix: if before.is_empty() {
                attribute.beginning()
            } else {
                &before
            },
        };
        match field.range(&comparison) {
            TextRange::BeginningWith(text) if matches!(comparison, Comparison::Eq(_)) => {
                self.text = text;
            }
            range => {
                self.ask(item_type, attribute, range);
                self.done += 1;
            }
        }
        let is_exact = field.is_exact(separated, &comparison);
        if !is_exact || comparison.is_range() {
            let is_field = |part: &&TemplatePart| matches!(part, TemplatePart::Field(_));
            let number = parts[..at].iter().filter(is_field).count();
            let earlier = self
                .checks
                .pop_if(|check| check.attribute.name == attribute.name);
            let mut check = earlier.unwrap_or_else(|| SortCheck::new(*attribute));
            check.tests.push((number, comparison));
            check.is_exact &= is_exact;
            check.beginning = before;
            self.checks.push(check);
        }
    }

    /// Adds the clause for a range of texts. DynamoDB refuses an empty text and a text that is too long for a key.
    fn ask(&mut self, item_type: &'static str, attribute: &KeyAttribute, range: TextRange) {
        let range = match range {
            // Every text is in this range.
            TextRange::BeginningWith(low) | TextRange::From(low) if low.is_empty() => return,
            TextRange::Between(low, high) if low.is_empty() => TextRange::UpTo(high),
            range => range,
        };
        let path = || Operand::Path(Path::new(attribute.name));
        let mut invalid = None;
        let mut text = |text| {
            let value = AttributeValue::S(text);
            if invalid.is_none() {
                invalid = attribute.check(item_type, &value, SORT_LIMIT);
            }
            Operand::Value(value)
        };
        let mut binary = |operator, own| Node::Binary(operator, [path(), text(own)]);
        let node = match range {
            TextRange::Exactly(own) => binary(Operator::Eq, own),
            TextRange::BeginningWith(own) => binary(Operator::BeginsWith, own),
            TextRange::From(low) => binary(Operator::Ge, low),
            TextRange::UpTo(high) => binary(Operator::Le, high),
            TextRange::Between(low, high) => {
                Node::Between(Box::new([path(), text(low), text(high)]))
            }
        };
        match invalid {
            Some(invalid) => {
                self.invalid.get_or_insert_with(|| Box::new(invalid));
            }
            None => self.also(node),
        }
    }
}

/// A condition on a sort key. Nothing can follow it.
#[must_use = "a condition on the sort key belongs into `.sort_key(..)`"]
pub struct SortCondition<Q> {
    state: SortState,
    of: PhantomData<fn() -> Q>,
}

impl<Q> fmt::Debug for SortCondition<Q> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SortCondition")
    }
}

/// Implemented by no type.
#[diagnostic::on_unimplemented(
    message = "DynamoDB takes one comparison of a sort key: for a range use `.between(from, to)`, and for other attributes `.filter(..)`",
    label = "a second comparison"
)]
pub trait SecondComparison {}
impl<Q> SortCondition<Q> {
    /// Does not compile: a sort key is compared once. For a range use `between`.
    #[doc(hidden)]
    pub fn and<C: SecondComparison>(self, _: C) -> Self {
        self
    }
}

/// The next part after an equality, or nothing.
pub trait NextPart {
    #[doc(hidden)]
    fn after(state: SortState) -> Self;
}
impl<Q> NextPart for SortCondition<Q> {
    fn after(state: SortState) -> Self {
        Self {
            state,
            of: PhantomData,
        }
    }
}

/// The result of a `.sort_key(..)` closure.
#[diagnostic::on_unimplemented(
    message = "expected a condition on the sort key of `{Q}`, such as `k.placed.ge(..)`, found `{Self}`",
    label = "not a condition on this sort key"
)]
pub trait IntoSortCondition<Q> {
    #[doc(hidden)]
    fn into_state(self) -> SortState;
}
#[diagnostic::do_not_recommend]
impl<Q> IntoSortCondition<Q> for SortCondition<Q> {
    fn into_state(self) -> SortState {
        self.state
    }
}

impl<Q, T, Next, P> SortPart<Q, T, Next, P> {
    /// The derives call this.
    #[doc(hidden)]
    pub const fn new(place: SortPlace, before: SortState) -> Self {
        Self {
            place,
            before,
            of: PhantomData,
        }
    }

    /// The conditions on the parts before this one.
    #[doc(hidden)]
    #[must_use]
    pub fn said(self) -> SortState {
        self.before
    }
}

impl<Q: Queryable, T: AttributeType, Next, P> SortPart<Q, T, Next, P>
where
    Q::Item: Versioned,
{
    fn compare(self, comparison: Comparison<Operand>) -> SortState {
        let mut state = self.before;
        state.compare(
            <Q::Item as Versioned>::MODEL.name,
            &Q::SCHEMA,
            self.place,
            comparison,
        );
        state
    }

    fn ends(self, comparison: Comparison<Operand>) -> SortCondition<Q> {
        SortCondition::after(self.compare(comparison))
    }

    /// Equal. The result is the next part of the sort key, or nothing.
    pub fn eq<V: IntoOperand<SortValue, T::Value, T::Encoding>>(self, value: V) -> Next
    where
        Next: NextPart,
    {
        Next::after(self.compare(Comparison::Eq(value.into_operand())))
    }

    /// Less.
    pub fn lt<V: IntoOperand<SortValue, T::Value, T::Encoding>>(self, value: V) -> SortCondition<Q>
    where
        T::Kind: Ordered,
        P: SortsAs<T::Kind>,
    {
        self.ends(Comparison::Lt(value.into_operand()))
    }

    /// Less or equal.
    pub fn le<V: IntoOperand<SortValue, T::Value, T::Encoding>>(self, value: V) -> SortCondition<Q>
    where
        T::Kind: Ordered,
        P: SortsAs<T::Kind>,
    {
        self.ends(Comparison::Le(value.into_operand()))
    }

    /// Greater.
    pub fn gt<V: IntoOperand<SortValue, T::Value, T::Encoding>>(self, value: V) -> SortCondition<Q>
    where
        T::Kind: Ordered,
        P: SortsAs<T::Kind>,
    {
        self.ends(Comparison::Gt(value.into_operand()))
    }

    /// Greater or equal.
    pub fn ge<V: IntoOperand<SortValue, T::Value, T::Encoding>>(self, value: V) -> SortCondition<Q>
    where
        T::Kind: Ordered,
        P: SortsAs<T::Kind>,
    {
        self.ends(Comparison::Ge(value.into_operand()))
    }

    /// From `low` to `high`, both included. Bounds in the wrong order are an error before anything is sent.
    pub fn between<V, W>(self, low: V, high: W) -> SortCondition<Q>
    where
        T::Kind: Ordered,
        P: SortsAs<T::Kind>,
        V: IntoOperand<SortValue, T::Value, T::Encoding>,
        W: IntoOperand<SortValue, T::Value, T::Encoding>,
    {
        self.ends(Comparison::Between(low.into_operand(), high.into_operand()))
    }

    /// Text or binary that begins with this prefix.
    pub fn begins_with<V: IntoOperand<SortValue, <T::Kind as Prefixed>::Prefix>>(
        self,
        prefix: V,
    ) -> SortCondition<Q>
    where
        T::Kind: Prefixed,
    {
        self.ends(Comparison::BeginsWith(prefix.into_operand()))
    }
}
