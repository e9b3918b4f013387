//! What the user wrote, before it is judged.
pub(crate) mod ast;
pub(crate) mod attr;
pub(crate) mod errors;
pub(crate) mod kind;
pub(crate) mod serde_attr;
pub(crate) mod shape;
pub(crate) mod template;
pub(crate) mod tokens;
pub(crate) mod value;
