//! The range of an integer attribute, from its Rust type. Arithmetic must not leave this range.

/// The range of the numbers in an attribute, as far as it is known from an integer type.
#[doc(hidden)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NumberRange {
    unsigned: bool,
    /// The bits without the sign. `None` if the type has no bounds, or bounds of more than 64 bits.
    bits: Option<u32>,
}

impl NumberRange {
    /// No bounds are known.
    pub const ANY: Self = Self {
        unsigned: false,
        bits: None,
    };

    pub(crate) const fn unsigned(bits: u32) -> Self {
        Self {
            unsigned: true,
            bits: if bits <= 64 { Some(bits) } else { None },
        }
    }

    pub(crate) const fn signed(bits: u32) -> Self {
        Self {
            unsigned: false,
            bits: if bits <= 64 { Some(bits - 1) } else { None },
        }
    }

    /// The range under a `with` module or a conversion, which may write other numbers. Only the sign is still known.
    #[must_use]
    pub const fn converted(self) -> Self {
        Self {
            unsigned: self.unsigned,
            bits: None,
        }
    }

    /// The range of a newtype that is stored with this range, and whose field has the range `field`.
    #[must_use]
    pub const fn of_newtype(self, field: Self) -> Self {
        Self {
            unsigned: self.unsigned | field.unsigned,
            bits: self.bits,
        }
    }

    /// Whether the range has no negative numbers.
    pub(crate) const fn is_unsigned(self) -> bool {
        self.unsigned
    }

    /// The least number of the range.
    pub(crate) const fn least(self) -> Option<i128> {
        match self.bits {
            _ if self.unsigned => Some(0),
            Some(bits) => Some(-(1 << bits)),
            None => None,
        }
    }

    /// Whether the number is in the range, as far as the range is known.
    pub(crate) fn contains(self, number: i128) -> bool {
        self.least().is_none_or(|least| least <= number)
            && self.greatest().is_none_or(|greatest| number <= greatest)
    }

    /// The greatest number of the range.
    pub(crate) const fn greatest(self) -> Option<i128> {
        match self.bits {
            Some(bits) => Some((1 << bits) - 1),
            None => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::NumberRange;

    #[test]
    fn a_range_ends_where_its_integer_type_does() {
        let of = |range: NumberRange| (range.least(), range.greatest());
        let ends = |least: i128, greatest: i128| (Some(least), Some(greatest));
        assert_eq!(of(NumberRange::unsigned(8)), ends(0, u8::MAX.into()));
        assert_eq!(of(NumberRange::unsigned(64)), ends(0, u64::MAX.into()));
        assert_eq!(
            of(NumberRange::signed(8)),
            ends(i8::MIN.into(), i8::MAX.into())
        );
        assert_eq!(
            of(NumberRange::signed(64)),
            ends(i64::MIN.into(), i64::MAX.into())
        );
        // Their bounds have 39 digits.
        assert_eq!(of(NumberRange::unsigned(128)), (Some(0), None));
        assert_eq!(of(NumberRange::signed(128)), (None, None));
        assert_eq!(of(NumberRange::unsigned(32).converted()), (Some(0), None));
        let stored_as_i64 = NumberRange::signed(64).of_newtype(NumberRange::unsigned(32));
        assert_eq!(of(stored_as_i64), ends(0, i64::MAX.into()));
    }
}
