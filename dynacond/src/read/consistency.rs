//! How fresh a read is.

/// Which writes a read sees.
///
/// [Read consistency](https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/HowItWorks.ReadConsistency.html)
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Consistency {
    /// Every write that was answered before.
    Strong,
    /// Perhaps not the latest ones, for half the units.
    Eventual,
}

impl Consistency {
    /// As DynamoDB's parameter says it.
    pub(crate) const fn is_strong(self) -> bool {
        matches!(self, Self::Strong)
    }
}
