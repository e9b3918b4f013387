//! How serde distinguishes the variants of an enum, and which variants a path leads through.
use std::fmt;

use crate::model::item::Known;

/// How serde distinguishes the variants of an enum.
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
        /// The attribute that contains the variant's name.
        tag: &'static Known,
        /// The variant's name and its aliases.
        names: &'static [&'static str],
    },
    /// `{"type": "Card", "content": data}`.
    Adjacent {
        /// The attribute that contains the variant's name.
        tag: &'static Known,
        /// The variant's name and its aliases.
        names: &'static [&'static str],
        /// The attribute that contains the data.
        content: &'static Known,
    },
}

impl Tagging {
    /// The name under which the variant's data are stored, if they are not in the enum's map itself.
    pub(super) const fn data(self) -> Option<&'static Known> {
        match self {
            Self::External { name } => Some(name),
            Self::Internal { .. } => None,
            Self::Adjacent { content, .. } => Some(content),
        }
    }
}

/// The variants that a path leads through, each with the number of steps before it.
#[derive(Clone, Default)]
pub(crate) struct Through(pub(super) Vec<(usize, Tagging)>);

impl fmt::Debug for Through {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list()
            .entries(self.0.iter().map(|(_, tagging)| tagging))
            .finish()
    }
}
