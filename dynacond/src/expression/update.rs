//! The actions of updates, as methods of attributes.
use crate::expression::action::{Action, RelativeAction};
use crate::expression::attribute::{Attribute, Place, Updatable, UpdatedAlone};
use crate::expression::elements::{IntoElements, list_of, set_of};
use crate::expression::into_operand::IntoOperand;
use crate::expression::tree::change::{Change, Edit};
use crate::expression::tree::operand::{Operand, Path};
use crate::types::attribute_type::AttributeType;
use crate::types::capability::{Fits, IsList, IsSet, Numeric, Optional};
use crate::value::rule::Rule;

impl<I, T, P: Updatable> Attribute<I, T, P> {
    fn action(self, edit: Edit) -> Action<I> {
        let in_variant = |operand: &Operand| operand.path().is_some_and(Path::is_in_variant);
        let edit = if edit.operands().any(in_variant) {
            Edit::Set(Operand::Invalid(Rule::InVariant))
        } else {
            edit
        };
        Action::of(Change {
            path: self.path(),
            edit,
        })
    }

    fn arithmetic<U: ?Sized, E>(self, minus: bool, by: Operand) -> RelativeAction<I, U, E>
    where
        T: AttributeType,
    {
        // For a map's entry and a list's element, only the type is known. For a generic field, the type knows more than the derive.
        let known = self.clone().path().range();
        let range = known.map_or(T::RANGE, |known| known.of_newtype(T::RANGE));
        self.relative(Edit::Arithmetic {
            minus,
            by,
            start: None,
            range,
        })
    }

    fn relative<U: ?Sized, E>(self, edit: Edit) -> RelativeAction<I, U, E> {
        RelativeAction::of(self.action(edit))
    }
}

impl<I, T, P: Place> Attribute<I, T, P> {
    /// Sets the attribute to a value or to another attribute: `SET #status = :status`.
    ///
    /// ```
    #[doc = include_str!("rendered.md")]
    /// let [text, _] = rendered(|o| (o.status.to("paid"), o.stock.to(o.reserved)));
    /// assert_eq!(text, "SET #status = :status, #stock = #reserved");
    /// ```
    #[doc(alias = "set")]
    pub fn to<V: IntoOperand<I, T::Value, T::Encoding>>(self, value: V) -> Action<I>
    where
        T: AttributeType,
        V::Source: Fits<T, T::Kind>,
        P: Updatable,
        P: UpdatedAlone,
    {
        self.action(Edit::Set(value.into_operand()))
    }

    /// Sets an optional attribute to the value, or removes the attribute if there is no value: `SET #note = :note`, or
    /// `REMOVE #note`.
    ///
    /// ```
    #[doc = include_str!("rendered.md")]
    /// let [text, _] = rendered(|o| o.note.to_or_remove(Some("call first")));
    /// assert_eq!(text, "SET #note = :note");
    /// let [text, _] = rendered(|o| o.note.to_or_remove(None::<String>));
    /// assert_eq!(text, "REMOVE #note");
    /// ```
    pub fn to_or_remove<V: IntoOperand<I, T::Value, T::Encoding>>(
        self,
        value: Option<V>,
    ) -> Action<I>
    where
        T: AttributeType + Optional<T::Value>,
        V::Source: Fits<T, T::Kind>,
        P: Updatable,
        P: UpdatedAlone,
    {
        self.action(match value {
            Some(value) => Edit::Set(value.into_operand()),
            None => Edit::Remove,
        })
    }

    /// Sets the attribute if it is missing: `SET #status = if_not_exists(#status, :status)`.
    ///
    /// ```
    #[doc = include_str!("rendered.md")]
    /// let [text, _] = rendered(|o| o.status.if_absent("new"));
    /// assert_eq!(text, "SET #status = if_not_exists(#status, :status)");
    /// ```
    #[doc(alias = "if_not_exists")]
    pub fn if_absent<V: IntoOperand<I, T::Value, T::Encoding>>(self, value: V) -> Action<I>
    where
        T: AttributeType,
        V::Source: Fits<T, T::Kind>,
        P: Updatable,
        P: UpdatedAlone,
    {
        self.action(Edit::SetIfAbsent(value.into_operand()))
    }

    /// Adds to a number: `SET #stock = #stock + :stock`. DynamoDB rejects the update if the attribute is missing, unless
    /// [`starting_at`](RelativeAction::starting_at) gives a start.
    ///
    /// For an integer attribute of at most 64 bits, a guard checks that the sum is in the range of the Rust type, because otherwise the
    /// item could no longer be read. `u128` and `i128` have no such guard, because their bounds have 39 digits and DynamoDB stores 38.
    /// If the amount is itself an attribute, there is no guard either, because DynamoDB's conditions have no arithmetic.
    ///
    /// ```
    #[doc = include_str!("rendered.md")]
    /// let [text, condition] = rendered(|o| o.stock.add(3)); // a u32, of at most 4,294,967,295
    /// assert_eq!(text, "SET #stock = #stock + :stock_2");
    /// assert_eq!(condition, "attribute_exists(#id) AND NOT #stock > :stock"); // 4,294,967,292
    /// ```
    #[doc(alias("ADD", "increment"))]
    #[expect(
        clippy::should_implement_trait,
        reason = "an action, with the name of DynamoDB's"
    )]
    pub fn add<V>(self, number: V) -> RelativeAction<I, T::Value, T::Encoding>
    where
        T: AttributeType,
        T::Kind: Numeric<T::Value, T::Encoding>,
        V: IntoOperand<
                I,
                <T::Kind as Numeric<T::Value, T::Encoding>>::Number,
                <T::Kind as Numeric<T::Value, T::Encoding>>::Encoding,
            >,
        V::Source: Fits<T, T::Kind>,
        P: Updatable,
        P: UpdatedAlone,
    {
        self.arithmetic(false, number.into_operand())
    }

    /// Subtracts from a number: `SET #stock = #stock - :stock`. For an unsigned attribute, the guard `#stock >= :stock` makes sure that
    /// the number never falls below zero. For a signed attribute, a guard keeps the difference in the range of the Rust type, as with
    /// [`add`](Self::add).
    ///
    /// ```
    #[doc = include_str!("rendered.md")]
    /// let [text, condition] = rendered(|o| o.stock.subtract(3));
    /// assert_eq!(text, "SET #stock = #stock - :stock");
    /// assert_eq!(condition, "attribute_exists(#id) AND #stock >= :stock");
    /// ```
    #[doc(alias = "decrement")]
    pub fn subtract<V>(self, number: V) -> RelativeAction<I, T::Value, T::Encoding>
    where
        T: AttributeType,
        T::Kind: Numeric<T::Value, T::Encoding>,
        V: IntoOperand<
                I,
                <T::Kind as Numeric<T::Value, T::Encoding>>::Number,
                <T::Kind as Numeric<T::Value, T::Encoding>>::Encoding,
            >,
        V::Source: Fits<T, T::Kind>,
        P: Updatable,
        P: UpdatedAlone,
    {
        self.arithmetic(true, number.into_operand())
    }

    /// Appends one or more elements to a list: `SET #lines = list_append(#lines, :lines)`.
    ///
    /// ```
    #[doc = include_str!("rendered.md")]
    /// let [text, _] = rendered(|o| o.lines.append("pen"));
    /// assert_eq!(text, "SET #lines = list_append(#lines, :lines)");
    /// ```
    #[doc(alias = "list_append")]
    pub fn append<V, E>(self, elements: V) -> RelativeAction<I, T::Value, T::Encoding>
    where
        T: AttributeType,
        T::Kind: IsList<T::Value, E, T::Encoding>,
        V: IntoElements<E>,
        P: Updatable,
        P: UpdatedAlone,
    {
        let list = list_of(elements.into_elements());
        self.relative(Edit::Append {
            front: false,
            list,
            start: None,
        })
    }

    /// Prepends one or more elements to a list: `SET #lines = list_append(:lines, #lines)`.
    ///
    /// ```
    #[doc = include_str!("rendered.md")]
    /// let [text, _] = rendered(|o| o.lines.prepend("pen"));
    /// assert_eq!(text, "SET #lines = list_append(:lines, #lines)");
    /// ```
    #[doc(alias = "list_append")]
    pub fn prepend<V, E>(self, elements: V) -> RelativeAction<I, T::Value, T::Encoding>
    where
        T: AttributeType,
        T::Kind: IsList<T::Value, E, T::Encoding>,
        V: IntoElements<E>,
        P: Updatable,
        P: UpdatedAlone,
    {
        let list = list_of(elements.into_elements());
        self.relative(Edit::Append {
            front: true,
            list,
            start: None,
        })
    }

    /// Adds one or more members to a set, and creates the set if it is missing: `ADD #tags :tags`.
    ///
    /// ```
    #[doc = include_str!("rendered.md")]
    /// let [text, _] = rendered(|o| o.tags.insert(["new", "red"]));
    /// assert_eq!(text, "ADD #tags :tags");
    /// ```
    pub fn insert<V>(self, members: V) -> Action<I>
    where
        T: AttributeType,
        T::Kind: IsSet<T::Value, T::Encoding>,
        V: IntoElements<<T::Kind as IsSet<T::Value, T::Encoding>>::Element>,
        P: Updatable,
        P: UpdatedAlone,
    {
        self.action(Edit::Insert(set_of(members.into_elements())))
    }

    /// Removes one or more members from a set: `DELETE #tags :tags`. If no member is left, DynamoDB removes the attribute.
    ///
    /// ```
    #[doc = include_str!("rendered.md")]
    /// let [text, _] = rendered(|o| o.tags.delete("new"));
    /// assert_eq!(text, "DELETE #tags :tags");
    /// ```
    pub fn delete<V>(self, members: V) -> Action<I>
    where
        T: AttributeType,
        T::Kind: IsSet<T::Value, T::Encoding>,
        V: IntoElements<<T::Kind as IsSet<T::Value, T::Encoding>>::Element>,
        P: Updatable,
        P: UpdatedAlone,
    {
        self.action(Edit::Delete(set_of(members.into_elements())))
    }

    /// Removes the attribute: `REMOVE #note`.
    ///
    /// ```
    #[doc = include_str!("rendered.md")]
    /// let [text, _] = rendered(|o| o.note.remove());
    /// assert_eq!(text, "REMOVE #note");
    /// ```
    pub fn remove(self) -> Action<I>
    where
        P: Updatable,
        P: UpdatedAlone,
    {
        self.action(Edit::Remove)
    }
}
