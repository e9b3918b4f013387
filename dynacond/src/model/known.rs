//! What the derive knows of an attribute: its name, and what was said of its type.
use std::fmt;

use crate::model::item::Model;
use crate::types::asked::Asked;
use crate::types::number_range::NumberRange;

/// The name, its placeholder, and the placeholder of values compared with it: `status`, `#status`, `:status`.
pub(crate) type KnownName = [&'static str; 3];

/// What the derive knows of the Rust type of an attribute.
#[doc(hidden)]
#[derive(Clone, Copy, Debug)]
pub struct Marks {
    withheld: fn(&mut Asked) -> bool,
    /// The numbers that it holds.
    range: NumberRange,
}

impl Marks {
    /// What the derive writes.
    #[must_use]
    pub const fn new(withheld: fn(&mut Asked) -> bool, range: NumberRange) -> Self {
        Self { withheld, range }
    }
}

/// An attribute that the derive has seen. Each derived type has a table of them, and whatever speaks of the attribute refers to
/// its row.
#[doc(hidden)]
#[derive(Clone, Copy)]
pub struct Known {
    pub(crate) name: KnownName,
    marks: Marks,
    /// The item that the attribute belongs to, which knows its other attributes.
    model: Option<fn() -> &'static Model>,
}

impl fmt::Debug for Known {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.name().fmt(f)
    }
}

impl Known {
    /// The attributes of a document, as the derive writes them: each name with the place of its type's marks among `marks`. What
    /// has no marks, such as the tag of an enum, has a place behind the last.
    #[must_use]
    pub const fn of_document<const N: usize>(
        marks: &[Marks],
        rows: [(KnownName, usize); N],
    ) -> [Self; N] {
        Self::table(marks, rows, None)
    }

    /// The attributes of an item, as the derive writes them.
    #[must_use]
    pub const fn of_item<const N: usize>(
        marks: &[Marks],
        rows: [(KnownName, usize); N],
        model: fn() -> &'static Model,
    ) -> [Self; N] {
        Self::table(marks, rows, Some(model))
    }

    const fn table<const N: usize>(
        marks: &[Marks],
        rows: [(KnownName, usize); N],
        model: Option<fn() -> &'static Model>,
    ) -> [Self; N] {
        const fn shown(_: &mut Asked) -> bool {
            false
        }
        let mut table = [Self {
            name: [""; 3],
            marks: Marks::new(shown, NumberRange::ANY),
            model,
        }; N];
        let mut row = 0;
        while row < N {
            let (name, place) = rows[row];
            table[row].name = name;
            if place < marks.len() {
                table[row].marks = marks[place];
            }
            row += 1;
        }
        table
    }

    /// The name itself.
    pub(crate) const fn name(&self) -> &'static str {
        self.name[0]
    }

    /// Whether its values are never shown.
    pub(crate) fn is_withheld(&self) -> bool {
        (self.marks.withheld)(&mut Asked::new())
    }

    /// The numbers that its Rust type holds.
    pub(crate) const fn range(&self) -> NumberRange {
        self.marks.range
    }

    /// The item that the attribute belongs to, where the derive has said so.
    pub(crate) fn model(&self) -> Option<&'static Model> {
        self.model.map(|model| model())
    }
}
