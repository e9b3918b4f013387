//! Write ids: which write an item holds, and whether the item was there all the time since an earlier write.
//!
//! A write id of dynacond is 32 hexadecimal digits.
//!
//! - The first 20 are the *incarnation*. A write that creates the item, gives it its first version, or does not know the id
//!   that it replaces begins a new one. A write that replaces a known id keeps its incarnation. So two ids of one incarnation
//!   are writes on one item that was not deleted in between.
//! - The first 16 of these are the *stem*. A write that begins an incarnation has one stem, however often it is sent: each
//!   time it is sent, everything after the stem is drawn again. So no id is ever sent twice, and an item whose id has the
//!   stem holds the write, or a later one that knew it.
//! - The last 12 are random for each write.

/// The digits of a write id, how many of them are the incarnation, and how many of those are the stem.
const DIGITS: usize = 32;
const INCARNATION: usize = 20;
const STEM: usize = 16;

/// The first digits of a write id; `None` for an id that another library wrote.
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

/// The id of a write that replaces the write `replaced`: `fresh`, in the incarnation of the replaced one.
pub(crate) fn following(fresh: String, replaced: &str) -> String {
    keeping(fresh, replaced, INCARNATION)
}

/// The id of a write that is sent once more: `fresh`, with the stem of the id that it was sent with before.
pub(crate) fn again(fresh: String, sent: &str) -> String {
    keeping(fresh, sent, STEM)
}

/// Whether both ids are of one incarnation of the item.
pub(crate) fn same_incarnation(a: &str, b: &str) -> bool {
    first(a, INCARNATION).is_some_and(|a| first(b, INCARNATION) == Some(a))
}

/// Whether both ids begin with one stem.
pub(crate) fn same_stem(a: &str, b: &str) -> bool {
    first(a, STEM).is_some_and(|a| first(b, STEM) == Some(a))
}

/// What all the ids of a write begin with, however often it is sent.
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
