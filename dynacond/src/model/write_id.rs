//! Write ids. They show which write was the last one, and whether the item was deleted since an earlier write.
//!
//! A write id of dynacond is 32 hexadecimal digits.
//!
//! - The first 20 are the *incarnation*. A write begins a new incarnation if it creates the item, gives it its first version, or
//!   does not know the id that it replaces. A write that replaces a known id keeps the incarnation of that id. So if two ids have
//!   the same incarnation, the item was not deleted between their writes.
//! - The first 16 of these are the *stem*. If a write that begins an incarnation is sent several times, each attempt has the same
//!   stem and new random digits after it. So no id is sent twice. An item whose id has this stem contains the write, or a later
//!   write that was based on it.
//! - The last 12 are random for each write.

/// The number of digits of a write id, of an incarnation and of a stem.
const DIGITS: usize = 32;
const INCARNATION: usize = 20;
const STEM: usize = 16;

/// Returns the first digits of a write id, or `None` for an id that another library wrote.
fn first(id: &str, digits: usize) -> Option<&str> {
    let is_ours = id.len() == DIGITS
        && id
            .bytes()
            .all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    is_ours.then(|| &id[..digits])
}

fn keeping(mut fresh: String, id: &str, digits: usize) -> String {
    if first(&fresh, digits).is_some()
        && let Some(kept) = first(id, digits)
    {
        fresh.replace_range(..digits, kept);
    }
    fresh
}

/// Returns the id of a write that replaces the write `replaced`: `fresh` with the incarnation of `replaced`.
pub(crate) fn following(fresh: String, replaced: &str) -> String {
    keeping(fresh, replaced, INCARNATION)
}

/// Returns the id for another attempt of a write: `fresh` with the stem of the earlier attempt.
pub(crate) fn again(fresh: String, sent: &str) -> String {
    keeping(fresh, sent, STEM)
}

/// Whether both ids have the same incarnation.
pub(crate) fn same_incarnation(a: &str, b: &str) -> bool {
    first(a, INCARNATION).is_some_and(|a| first(b, INCARNATION) == Some(a))
}

/// Whether both ids have the same stem.
pub(crate) fn same_stem(a: &str, b: &str) -> bool {
    first(a, STEM).is_some_and(|a| first(b, STEM) == Some(a))
}

/// Returns the digits that the ids of all attempts of a write have in common.
pub(crate) fn stem(id: &str) -> &str {
    first(id, STEM).unwrap_or(id)
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: &str = "00112233445566770000000000000001";
    const B: &str = "8899aabbccddeeff1111000000000002";

    #[test]
    fn an_id_keeps_the_incarnation_that_it_follows() {
        let next = following(B.to_owned(), A);
        assert_eq!(next, "00112233445566770000000000000002");
        assert!(same_incarnation(A, &next));
        assert!(!same_incarnation(A, B));
    }

    #[test]
    fn a_write_that_is_sent_again_keeps_its_stem_and_begins_another_incarnation() {
        let again = again(B.to_owned(), A);
        assert_eq!(again, "00112233445566771111000000000002");
        assert!(same_stem(A, &again) && again.starts_with(stem(A)));
        assert!(!same_incarnation(A, &again));
        assert!(same_stem(A, &following(B.to_owned(), &again)));
        assert!(!same_stem(A, B));
    }

    #[test]
    fn an_id_of_another_library_has_neither_incarnation_nor_stem() {
        let foreign = [
            "",
            "6f1e",
            "001122334455667700000000000000010",
            "00112233-4455-6677-0000-000000000001",
            "0011223344556677000000000000000G",
            "AABBCCDDEEFF00110000000000000001",
            "ä0112233445566770000000000000001",
        ];
        for id in foreign {
            assert_eq!(following(B.to_owned(), id), B, "{id:?}");
            assert_eq!(again(B.to_owned(), id), B, "{id:?}");
            assert!(!same_incarnation(id, id) && !same_stem(id, id), "{id:?}");
            assert_eq!(stem(id), id);
        }
    }
}
