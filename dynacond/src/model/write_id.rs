//! Write ids: which write an item holds, and whether the item was there all the time since an earlier write.
//!
//! A write id of dynacond is 32 hexadecimal digits. The first 16 are the *incarnation*: a write that creates the item, gives
//! it its first version, or does not know the id that it replaces, begins a new one. A write that replaces a known id keeps
//! its incarnation. So two ids of one incarnation are writes on one item that was not deleted in between. The other 16 digits
//! are random for each write.

/// The digits of a write id, and how many of them are the incarnation.
const DIGITS: usize = 32;
const INCARNATION: usize = 16;

/// The incarnation of a write id; `None` for an id that another library wrote.
fn incarnation(id: &str) -> Option<&str> {
    let is_ours = id.len() == DIGITS
        && id
            .bytes()
            .all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    is_ours.then(|| &id[..INCARNATION])
}

/// The id of a write that replaces the write `replaced`: `fresh`, in the incarnation of the replaced one.
pub(crate) fn following(mut fresh: String, replaced: &str) -> String {
    if incarnation(&fresh).is_some()
        && let Some(kept) = incarnation(replaced)
    {
        fresh.replace_range(..INCARNATION, kept);
    }
    fresh
}

/// Whether both ids are of one incarnation of the item.
pub(crate) fn same_incarnation(a: &str, b: &str) -> bool {
    incarnation(a).is_some_and(|a| incarnation(b) == Some(a))
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: &str = "00112233445566770000000000000001";
    const B: &str = "8899aabbccddeeff0000000000000002";

    #[test]
    fn an_id_keeps_the_incarnation_that_it_follows() {
        let next = following(B.to_owned(), A);
        assert_eq!(next, "00112233445566770000000000000002");
        assert!(same_incarnation(A, &next));
        assert!(!same_incarnation(A, B));
    }

    #[test]
    fn an_id_of_another_library_has_no_incarnation() {
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
            assert!(!same_incarnation(id, id), "{id:?}");
        }
    }
}
