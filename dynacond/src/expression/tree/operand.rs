//! Operands: document paths, sizes and values.
use std::fmt;

use aws_sdk_dynamodb::types::AttributeValue;

use crate::expression::tree::name::Name;
use crate::expression::tree::tagging::Through;
use crate::model::item::Known;
use crate::types::attribute_type::Value;
use crate::types::encoding::{Encoding, Own};
use crate::types::number_range::NumberRange;
use crate::value::reason::SerializeError;
use crate::value::rule::Rule;
use crate::value::show::Shown;

/// A document path. It has segments and is never made by splitting a text, so an attribute may have the name `a.b`.
#[derive(Clone, Debug)]
pub struct Path {
    pub(crate) root: Name,
    pub(crate) rest: Vec<Segment>,
    /// The variants of enums that the path leads through.
    pub(crate) through: Option<Box<Through>>,
}

/// A step into a map or a list.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Segment {
    Name(Name),
    Index(u32),
}

impl Path {
    pub(crate) fn new(root: impl Into<Name>) -> Self {
        Self {
            root: root.into(),
            rest: Vec::new(),
            through: None,
        }
    }

    pub(crate) const fn known(known: &'static Known) -> Self {
        Self {
            root: Name::Known(known),
            rest: Vec::new(),
            through: None,
        }
    }

    pub(crate) fn push(&mut self, segment: Segment) {
        self.rest.push(segment);
    }

    /// Appends the path `inner`.
    pub(crate) fn join(&mut self, inner: Self) {
        self.rest.push(Segment::Name(inner.root));
        self.through_at(inner.through, self.rest.len());
        self.rest.extend(inner.rest);
    }

    /// Whether the path leads to or through a sensitive attribute.
    pub(crate) fn is_sensitive(&self) -> bool {
        let sensitive = |segment: &_| matches!(segment, Segment::Name(name) if name.is_sensitive());
        self.root.is_sensitive() || self.rest.iter().any(sensitive)
    }

    /// The range of the numbers at the path, if the derive knows it.
    pub(crate) fn range(&self) -> Option<NumberRange> {
        match self.rest.last() {
            None => self.root.range(),
            Some(Segment::Name(name)) => name.range(),
            Some(Segment::Index(_)) => None,
        }
    }

    /// Returns the name after which values that are compared with this path are named.
    pub(crate) fn last_name(&self) -> &Name {
        let name = |segment: &'_ Segment| matches!(segment, Segment::Name(_));
        match self.rest.iter().rfind(|segment| name(segment)) {
            Some(Segment::Name(name)) => name,
            _ => &self.root,
        }
    }

    /// Whether both paths use the same place, one as a map and the other as a list: `m.a` and `m[1]`.
    pub(crate) fn conflicts_with(&self, other: &Self) -> bool {
        let mut steps = self.rest.iter().zip(&other.rest);
        self.root == other.root
            && steps.find(|(a, b)| a != b).is_some_and(|(a, b)| {
                matches!(a, Segment::Name(_)) != matches!(b, Segment::Name(_))
            })
    }

    /// Whether `other` is this path, or leads into it.
    pub(crate) fn covers(&self, other: &Self) -> bool {
        self.root == other.root && other.rest.starts_with(&self.rest)
    }
}

impl PartialEq for Path {
    fn eq(&self, other: &Self) -> bool {
        self.root == other.root && self.rest == other.rest
    }
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.root)?;
        self.rest.iter().try_for_each(|segment| match segment {
            Segment::Name(name) => write!(f, ".{name}"),
            Segment::Index(index) => write!(f, "[{index}]"),
        })
    }
}

/// An operand of an operator.
///
/// `Display` shows paths, and `?` for values.
#[derive(Clone, PartialEq)]
pub enum Operand {
    /// A document path.
    #[doc(hidden)]
    Path(Path),
    /// `size(..)` of a path or value.
    #[doc(hidden)]
    Size(Measured),
    /// A literal.
    #[doc(hidden)]
    Value(AttributeValue),
    /// A value that could not be serialised. Compiling the expression is an error.
    #[doc(hidden)]
    Invalid(Rule),
}

/// The argument of `size(..)`.
#[doc(hidden)]
#[derive(Clone, PartialEq)]
pub enum Measured {
    Path(Path),
    Value(AttributeValue),
}

impl fmt::Debug for Measured {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Values stay out of logs.
        f.write_str("Measured")
    }
}

impl Operand {
    pub(crate) fn encode<V: Value + ?Sized>(value: &V) -> Self {
        <Own as Encoding<V>>::encode(value).into()
    }

    /// Returns the value, also within a `size`.
    pub(crate) const fn value(&self) -> Option<&AttributeValue> {
        match self {
            Self::Value(value) | Self::Size(Measured::Value(value)) => Some(value),
            Self::Size(Measured::Path(_)) | Self::Path(_) | Self::Invalid(_) => None,
        }
    }

    /// Returns the path, also within a `size`.
    pub(crate) fn path(&self) -> Option<&Path> {
        match self {
            Self::Path(path) | Self::Size(Measured::Path(path)) => Some(path),
            Self::Size(Measured::Value(_)) | Self::Value(_) | Self::Invalid(_) => None,
        }
    }

    /// Returns a form that shows values, except those that are compared with a sensitive attribute.
    pub(crate) fn shown(&self, values: bool) -> ShownOperand<'_> {
        ShownOperand {
            operand: self,
            values,
        }
    }
}

impl From<Result<AttributeValue, SerializeError>> for Operand {
    #[inline]
    fn from(encoded: Result<AttributeValue, SerializeError>) -> Self {
        #[cold]
        fn not_encoded(error: &SerializeError) -> Operand {
            Operand::Invalid(Rule::Encode(error.to_string()))
        }
        match encoded {
            Ok(value) => Self::Value(value),
            Err(error) => not_encoded(&error),
        }
    }
}

impl fmt::Display for Operand {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.shown(false).fmt(f)
    }
}

impl fmt::Debug for Operand {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Values stay out of logs.
        write!(f, "Operand({self})")
    }
}

pub(crate) struct ShownOperand<'a> {
    operand: &'a Operand,
    values: bool,
}

impl fmt::Display for ShownOperand<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.operand {
            Operand::Path(path) => path.fmt(f),
            Operand::Size(Measured::Path(path)) => write!(f, "size({path})"),
            Operand::Size(Measured::Value(value)) if self.values => {
                write!(f, "size({})", Shown(value))
            }
            Operand::Size(Measured::Value(_)) => f.write_str("size(?)"),
            Operand::Value(value) if self.values => Shown(value).fmt(f),
            Operand::Value(_) | Operand::Invalid(_) => f.write_str("?"),
        }
    }
}
