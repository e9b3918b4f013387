//! Verdicts: what the item of a refusal says about the refused write. The table is in DESIGN.md.
use crate::model::write_id::same_incarnation;
use crate::value::item::Item;
use crate::wire::attempts::Earlier;
use crate::write::expectation::{Expectation, ExpectedId, version_in, write_id_in};
use crate::write::write::{Effect, Write};

/// What happened to the attempts of a refused write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// An earlier attempt was applied, and because of it this attempt was refused.
    Applied,
    /// No attempt was applied, and none will be applied.
    Refused,
    /// An earlier attempt may have been applied, or may still be applied.
    Unknown,
}

/// Whether the item proves that the write was applied.
pub(crate) fn holds_write(write: &Write, item: Option<&Item>) -> bool {
    let held = item.and_then(|item| write_id_in(write.model, item));
    held.zip(write.write_id.as_deref())
        .is_some_and(|(held, sent)| write.is_told_by(held, sent))
}

/// Returns the verdict on a write that was refused on this item. `None` means that there was no item.
pub(crate) fn judge(write: &Write, item: Option<&Item>, earlier: Earlier) -> Verdict {
    if holds_write(write, item) {
        // The attempt was refused because of the write that it repeats.
        return Verdict::Applied;
    }
    if earlier == Earlier::NotApplied || write.is_never_applied(item) {
        Verdict::Refused
    } else {
        Verdict::Unknown
    }
}

impl Write {
    /// Whether this item, which does not contain the write, proves that no attempt was applied and none will be applied.
    pub(crate) fn is_never_applied(&self, item: Option<&Item>) -> bool {
        let (version, expected) = match &self.expectation {
            Expectation::Contradictory(_) => return true,
            Expectation::At {
                version,
                write_id: ExpectedId::Is(expected),
            } => (version, expected),
            _ => return false,
        };
        let Some(item) = item else {
            return false;
        };
        let Some(holds) = write_id_in(self.model, item) else {
            return false;
        };
        let found = version_in(self.model, item);
        if holds == expected {
            // The item is as the write expects it, so another clause refused this attempt, and also refuses the others. At another
            // version, this may be a transaction by key alone that was sent again after its token had expired.
            return found == *version && !matches!(self.effect, Effect::Check);
        }
        if !same_incarnation(holds, expected) {
            return false;
        }
        // The item was not deleted since it was at the expected version.
        match self.effect {
            // The deletion would have ended the incarnation.
            Effect::Delete => true,
            // Without a version, a rival's write instead of this one looks the same as a rival's write after this one.
            Effect::Put(_) | Effect::Update(_) if self.model.version.is_none() => false,
            // The write would have had the next version, but somebody else's write has it.
            Effect::Put(_) | Effect::Update(_) => {
                let next = version.map_or(Some(1), |n| n.checked_add(1));
                next.is_some() && found == next
            }
            Effect::Check => false,
        }
    }
}
