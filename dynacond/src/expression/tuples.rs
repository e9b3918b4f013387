//! The lengths of the tuples for which traits are implemented, in one list for all these traits.

/// Calls a macro for each tuple of one to twelve elements, with the names of the elements.
macro_rules! for_tuples {
    ($implement:ident) => {
        $implement! { A }
        $implement! { A B }
        $implement! { A B C }
        $implement! { A B C D }
        $implement! { A B C D E }
        $implement! { A B C D E F }
        $implement! { A B C D E F G }
        $implement! { A B C D E F G H }
        $implement! { A B C D E F G H J }
        $implement! { A B C D E F G H J K }
        $implement! { A B C D E F G H J K L }
        $implement! { A B C D E F G H J K L M }
    };
}
pub(crate) use for_tuples;
