//! How serde tells the variants of an enum apart, and which variants a path leads through.
use std::fmt;

use crate::model::item::Known;

/// How serde tells the variants of an enum apart.
#[doc(hidden)]
#[derive(Clone, Copy, Debug)]
pub enum Tagging {
    /// `{"Card": data}`.
    External {
        /// The variant's name.
        name: &'static Known,
    },
    /// `{"type": "Card", data ..}`.
    Internal {
        /// The attribute that holds the variant's name.
        tag: &'static Known,
        /// The variant's name, and those under which it is read as well.
        names: &'static [&'static str],
    },
    /// `{"type": "Card", "content": data}`.
    Adjacent {
        /// The attribute that holds the variant's name.
        tag: &'static Known,
        /// The variant's name, and those under which it is read as well.
        names: &'static [&'static str],
        /// The attribute that holds the data.
        content: &'static Known,
    },
}

impl Tagging {
    /// Where the data of the variant stand in the map of the enum, if not in the map itself.
    pub(super) const fn data(self) -> Option<&'static Known> {
        match self {
            Self::External { name } => Some(name),
            Self::Internal { .. } => None,
            Self::Adjacent { content, .. } => Some(content),
        }
    }
}

/// The variants that a path leads through: after how many steps, and which.
#[derive(Clone, Default)]
pub(crate) struct Through(pub(super) Vec<(usize, Tagging)>);

impl fmt::Debug for Through {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list()
            .entries(self.0.iter().map(|(_, tagging)| tagging))
            .finish()
    }
}
