//! The operators of conditions, as methods of attributes. Each of them returns a condition with one clause.
use aws_sdk_dynamodb::types::AttributeValue;

use crate::expression::attribute::{Attribute, IsPath, Place};
use crate::expression::condition::Condition;
use crate::expression::into_operand::IntoOperand;
use crate::expression::tree::node::{Node, Operator};
use crate::expression::tree::operand::Operand;
use crate::expression::tree::variant::guarded;
use crate::types::attribute_type::AttributeType;
use crate::types::capability::{Contains, Optional, Ordered, Prefixed};
use crate::types::data_type::DataType;
use crate::value::rule::Rule;

/// DynamoDB accepts 100 operands in an IN. In one run against the service, the first operand was counted as well.
const MAX_IN: usize = 99;

/// A condition of one clause.
fn clause<I>(clause: Node) -> Condition<I> {
    Condition::of(guarded(clause))
}

impl<I, T, P: Place> Attribute<I, T, P> {
    fn binary(self, operator: Operator, other: Operand) -> Condition<I> {
        clause(Node::Binary(operator, [self.operand(), other]))
    }

    /// Equal: `#status = :status`. It is false if the attribute is missing or has another type. Numbers are compared by value, sets in
    /// any order, and lists and maps with everything inside.
    ///
    /// ```
    /// # use dynacond::attr;
    /// assert_eq!(attr("status").eq("pending").compile()?.text, "#status = :status");
    /// # Ok::<(), dynacond::Error>(())
    /// ```
    pub fn eq<V: IntoOperand<I, T::Value, T::Encoding>>(self, value: V) -> Condition<I>
    where
        T: AttributeType,
    {
        self.binary(Operator::Eq, value.into_operand())
    }

    /// Not equal: `#status <> :status`. It is **true** if the attribute is missing or has another type.
    ///
    /// ```
    /// # use dynacond::attr;
    /// assert_eq!(attr("status").ne("pending").compile()?.text, "#status <> :status");
    /// # Ok::<(), dynacond::Error>(())
    /// ```
    pub fn ne<V: IntoOperand<I, T::Value, T::Encoding>>(self, value: V) -> Condition<I>
    where
        T: AttributeType,
    {
        self.binary(Operator::Ne, value.into_operand())
    }

    /// Less: `#stock < :stock`. It is false if the attribute is missing or has another type.
    ///
    /// ```
    /// # use dynacond::attr;
    /// assert_eq!(attr("stock").lt(3).compile()?.text, "#stock < :stock");
    /// # Ok::<(), dynacond::Error>(())
    /// ```
    pub fn lt<V: IntoOperand<I, T::Value, T::Encoding>>(self, value: V) -> Condition<I>
    where
        T: AttributeType,
        T::Kind: Ordered,
    {
        self.binary(Operator::Lt, value.into_operand())
    }

    /// Less or equal: `#stock <= :stock`. It is false if the attribute is missing or has another type.
    ///
    /// ```
    /// # use dynacond::attr;
    /// assert_eq!(attr("stock").le(3).compile()?.text, "#stock <= :stock");
    /// # Ok::<(), dynacond::Error>(())
    /// ```
    pub fn le<V: IntoOperand<I, T::Value, T::Encoding>>(self, value: V) -> Condition<I>
    where
        T: AttributeType,
        T::Kind: Ordered,
    {
        self.binary(Operator::Le, value.into_operand())
    }

    /// Greater: `#stock > :stock`. It is false if the attribute is missing or has another type.
    ///
    /// ```
    /// # use dynacond::attr;
    /// assert_eq!(attr("stock").gt(3).compile()?.text, "#stock > :stock");
    /// # Ok::<(), dynacond::Error>(())
    /// ```
    pub fn gt<V: IntoOperand<I, T::Value, T::Encoding>>(self, value: V) -> Condition<I>
    where
        T: AttributeType,
        T::Kind: Ordered,
    {
        self.binary(Operator::Gt, value.into_operand())
    }

    /// Greater or equal: `#stock >= :stock`. It is false if the attribute is missing or has another type.
    ///
    /// ```
    /// # use dynacond::attr;
    /// assert_eq!(attr("stock").ge(3).compile()?.text, "#stock >= :stock");
    /// # Ok::<(), dynacond::Error>(())
    /// ```
    pub fn ge<V: IntoOperand<I, T::Value, T::Encoding>>(self, value: V) -> Condition<I>
    where
        T: AttributeType,
        T::Kind: Ordered,
    {
        self.binary(Operator::Ge, value.into_operand())
    }

    /// From `low` to `high`, both included: `#stock BETWEEN :stock AND :stock_2`. Two literal bounds in the wrong order, or of different
    /// types, are an error when the condition is compiled, because DynamoDB refuses them.
    ///
    /// ```
    /// # use dynacond::attr;
    /// assert_eq!(attr("stock").between(1, 9).compile()?.text, "#stock BETWEEN :stock AND :stock_2");
    /// # Ok::<(), dynacond::Error>(())
    /// ```
    pub fn between<
        A: IntoOperand<I, T::Value, T::Encoding>,
        B: IntoOperand<I, T::Value, T::Encoding>,
    >(
        self,
        low: A,
        high: B,
    ) -> Condition<I>
    where
        T: AttributeType,
        T::Kind: Ordered,
    {
        clause(Node::Between(Box::new([
            self.operand(),
            low.into_operand(),
            high.into_operand(),
        ])))
    }

    /// Equal to one of the values: `#status IN (:status, :status_2)`. More than 99 values become several INs that are joined by OR. An
    /// empty list is an error when the condition is compiled.
    ///
    /// ```
    /// # use dynacond::attr;
    /// assert_eq!(attr("status").is_in(["held", "paid"]).compile()?.text, "#status IN (:status, :status_2)");
    /// # Ok::<(), dynacond::Error>(())
    /// ```
    pub fn is_in<V: IntoOperand<I, T::Value, T::Encoding>>(
        self,
        values: impl IntoIterator<Item = V>,
    ) -> Condition<I>
    where
        T: AttributeType,
    {
        let operand = self.operand();
        let mut values = values.into_iter().map(IntoOperand::into_operand);
        let mut chunk = || values.by_ref().take(MAX_IN).collect::<Vec<_>>();
        let first = chunk();
        if first.is_empty() {
            return clause(Node::Invalid(Rule::EmptyIn, "is_in([])"));
        }
        let mut node = guarded(Node::In(operand.clone(), first));
        loop {
            let next = chunk();
            if next.is_empty() {
                return Condition::of(node);
            }
            node = node.or(guarded(Node::In(operand.clone(), next)));
        }
    }

    /// The attribute exists, even if it is NULL: `attribute_exists(#note)`. For an `Option`, use [`is_some`](Self::is_some).
    ///
    /// ```
    /// # use dynacond::attr;
    /// assert_eq!(attr("note").exists().compile()?.text, "attribute_exists(#note)");
    /// # Ok::<(), dynacond::Error>(())
    /// ```
    #[doc(alias = "attribute_exists")]
    pub fn exists(self) -> Condition<I>
    where
        P: IsPath,
    {
        clause(Node::Exists(self.operand()))
    }

    /// The attribute does not exist: `attribute_not_exists(#note)`. It is false for NULL, and serde writes `None` as NULL unless the field
    /// has `skip_serializing_if`. For an `Option`, use [`is_none`](Self::is_none).
    ///
    /// ```
    /// # use dynacond::attr;
    /// assert_eq!(attr("note").not_exists().compile()?.text, "attribute_not_exists(#note)");
    /// # Ok::<(), dynacond::Error>(())
    /// ```
    #[doc(alias = "attribute_not_exists")]
    pub fn not_exists(self) -> Condition<I>
    where
        P: IsPath,
    {
        clause(Node::NotExists(self.operand()))
    }

    /// An `Option` is `None`, in either form that serde writes: the attribute does not exist, or it is NULL.
    ///
    /// ```
    /// # use dynacond::attr;
    /// let none = attr("due").is_none();
    /// assert_eq!(none.compile()?.text, "attribute_not_exists(#due) OR attribute_type(#due, :due)");
    /// # Ok::<(), dynacond::Error>(())
    /// ```
    pub fn is_none(self) -> Condition<I>
    where
        T: AttributeType + Optional<T::Value>,
        P: IsPath,
    {
        let null = self.clone().attribute_type(DataType::Null);
        Condition::of(self.not_exists().node.or(null.node))
    }

    /// An `Option` is `Some`: the attribute exists and is not NULL. It is true exactly if [`is_none`](Self::is_none) is false.
    ///
    /// ```
    /// # use dynacond::attr;
    /// let some = attr("due").is_some();
    /// assert_eq!(some.compile()?.text, "attribute_exists(#due) AND NOT attribute_type(#due, :due)");
    /// # Ok::<(), dynacond::Error>(())
    /// ```
    pub fn is_some(self) -> Condition<I>
    where
        T: AttributeType + Optional<T::Value>,
        P: IsPath,
    {
        let null = self.clone().attribute_type(DataType::Null);
        Condition::of(self.exists().node.and(null.not().node))
    }

    /// The attribute exists and has this type: `attribute_type(#note, :note)`.
    ///
    /// ```
    /// # use dynacond::{attr, DataType};
    /// assert_eq!(attr("note").attribute_type(DataType::S).compile()?.text, "attribute_type(#note, :note)");
    /// # Ok::<(), dynacond::Error>(())
    /// ```
    pub fn attribute_type(self, data_type: DataType) -> Condition<I>
    where
        P: IsPath,
    {
        self.binary(
            Operator::AttributeType,
            Operand::Value(AttributeValue::S(data_type.to_string())),
        )
    }

    /// A string or a binary value begins with this prefix: `begins_with(#city, :city)`. It is case-sensitive. There is no operator
    /// for the end of a text. To compare the domain of an e-mail address, store the domain as a separate attribute.
    ///
    /// ```
    /// # use dynacond::attr;
    /// assert_eq!(attr("city").begins_with("Ly").compile()?.text, "begins_with(#city, :city)");
    /// # Ok::<(), dynacond::Error>(())
    /// ```
    pub fn begins_with<V: IntoOperand<I, <T::Kind as Prefixed>::Prefix>>(
        self,
        prefix: V,
    ) -> Condition<I>
    where
        T: AttributeType,
        T::Kind: Prefixed,
    {
        self.binary(Operator::BeginsWith, prefix.into_operand())
    }

    /// A string contains this text, a binary value these bytes, a set this member, or a list this element:
    /// `contains(#tags, :tags)`.
    ///
    /// ```
    /// # use dynacond::attr;
    /// assert_eq!(attr("tags").contains("premium").compile()?.text, "contains(#tags, :tags)");
    /// # Ok::<(), dynacond::Error>(())
    /// ```
    pub fn contains<V: IntoOperand<I, <T::Kind as Contains<T::Value, T::Encoding>>::Element>>(
        self,
        part: V,
    ) -> Condition<I>
    where
        T: AttributeType,
        T::Kind: Contains<T::Value, T::Encoding>,
    {
        self.binary(Operator::Contains, part.into_operand())
    }
}
