//! Which variant an enum with data is.
use crate::expression::attribute::{Attribute, Document, IsPath, Place, Variant};
use crate::expression::condition::Condition;
use crate::expression::tree::variant::guarded;
use crate::types::attribute_type::AttributeType;
use crate::types::codec::TypedPaths;

impl<I, T, P: Place> Attribute<I, T, P> {
    /// Whether an enum with data is a variant: `o.payment.is(|p| p.Card)` renders `#payment.#type = :type`, or
    /// `attribute_exists(#payment.#Card)` under serde's external tagging.
    ///
    /// The enum needs `#[derive(Document)]`. `o.payment.at(|p| p.Card)` leads into the data of the variant. A clause about the data
    /// is false if the enum is another variant, and its negation is then true.
    ///
    /// ```
    /// # use dynacond::Document;
    /// # use serde::Serialize;
    /// #[derive(Serialize, Document)]
    /// #[serde(tag = "type")]
    /// enum Payment {
    ///     Card { number: String },
    ///     Cash,
    /// }
    /// #[derive(Serialize, Document)]
    /// struct Order { payment: Payment }
    ///
    /// let o = Order::ATTRIBUTES;
    /// assert_eq!(o.payment.is(|p| p.Cash).compile()?.text, "#payment.#type = :type");
    /// let visa = o.payment.at(|p| p.Card).at(|card| card.number).begins_with("4");
    /// assert_eq!(visa.compile()?.text, "#payment.#type = :type AND begins_with(#payment.#number, :number)");
    /// # Ok::<(), dynacond::Error>(())
    /// ```
    pub fn is<U>(
        self,
        f: impl FnOnce(<T::Value as Document>::Attributes) -> Attribute<T::Value, U, Variant>,
    ) -> Condition<I>
    where
        T: AttributeType,
        T::Value: Document + Sized,
        T::Encoding: TypedPaths,
        P: IsPath,
    {
        let variant = f(<T::Value as Document>::ATTRIBUTES);
        Condition::of(guarded(variant.place.0.is(self.path())))
    }
}
