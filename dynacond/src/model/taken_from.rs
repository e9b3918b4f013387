//! The arguments for a field of a key: a value or a reference.

/// The arguments for a field of a key. A `str` accepts every text, a `[u8]` accepts all bytes, and any other type accepts its
/// values and references to them.
///
/// The trait is implemented for the field's type, and not for the argument `A`. Otherwise rustc would print the text of `KeyArgs` for a field alone,
/// because it prefers the outer of two bounds on one type.
#[diagnostic::on_unimplemented(
    message = "expected a `{Self}` for a field of the key, by value or by reference, found `{A}`",
    label = "expected a `{Self}`"
)]
pub trait TakenFrom<A: ?Sized> {
    /// Returns the part of the argument that the key is made of.
    #[doc(hidden)]
    fn taken(from: &A) -> &Self;
}
#[diagnostic::do_not_recommend]
impl<A: AsRef<str> + ?Sized> TakenFrom<A> for str {
    fn taken(from: &A) -> &Self {
        from.as_ref()
    }
}
#[diagnostic::do_not_recommend]
impl<A: AsRef<[u8]> + ?Sized> TakenFrom<A> for [u8] {
    fn taken(from: &A) -> &Self {
        from.as_ref()
    }
}
impl<T> TakenFrom<T> for T {
    fn taken(from: &T) -> &Self {
        from
    }
}
impl<T> TakenFrom<&T> for T {
    fn taken<'a>(from: &'a &T) -> &'a Self {
        from
    }
}
impl<T> TakenFrom<&&T> for T {
    fn taken<'a>(from: &'a &&T) -> &'a Self {
        from
    }
}
#[cfg(feature = "serde_bytes")]
#[diagnostic::do_not_recommend]
impl<const N: usize> TakenFrom<serde_bytes::ByteArray<N>> for [u8; N] {
    fn taken(from: &serde_bytes::ByteArray<N>) -> &Self {
        from
    }
}
#[cfg(feature = "serde_bytes")]
#[diagnostic::do_not_recommend]
impl<const N: usize> TakenFrom<&serde_bytes::ByteArray<N>> for [u8; N] {
    fn taken<'a>(from: &'a &serde_bytes::ByteArray<N>) -> &'a Self {
        from
    }
}
#[cfg(feature = "serde_bytes")]
#[diagnostic::do_not_recommend]
impl<const N: usize> TakenFrom<&&serde_bytes::ByteArray<N>> for [u8; N] {
    fn taken<'a>(from: &'a &&serde_bytes::ByteArray<N>) -> &'a Self {
        from
    }
}
