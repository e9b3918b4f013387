//! The rate of a call: its own, or one that several calls share.
use std::fmt;
use std::sync::Arc;

use crate::model::invalid::InvalidInput;
use crate::wire::connection::Connection;
use crate::wire::rate::Rate;

/// A rate in capacity units for each second that several calls share: see [`Store::shared_rate`](crate::Store::shared_rate).
///
/// Clones are the same rate.
#[derive(Clone)]
pub struct SharedRate {
    units: f64,
    /// The reason is the error of each call with this rate.
    rate: Result<Arc<Rate>, InvalidInput>,
}

impl SharedRate {
    pub(crate) fn new(units: f64, connection: &Connection) -> Self {
        Self {
            units,
            rate: Rate::new(units, connection),
        }
    }
}

impl fmt::Debug for SharedRate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SharedRate({} units a second)", self.units)
    }
}

/// The rate that a caller chose.
#[derive(Clone, Debug)]
pub(crate) enum ChosenRate {
    /// Units a second for this call alone.
    Own(f64),
    Shared(SharedRate),
}

impl ChosenRate {
    /// Returns the rate. One of the call's own begins now.
    pub(crate) fn start(&self, connection: &Connection) -> Result<Arc<Rate>, InvalidInput> {
        match self {
            Self::Own(units) => Rate::new(*units, connection),
            Self::Shared(shared) => shared.rate.clone(),
        }
    }
}
