//! What the derives write.
//!
//! It uses no `#[diagnostic::..]` attribute: a module `diagnostic` of the user's, or `#![no_implicit_prelude]`, would break it.
mod attribute_type;
mod attributes;
mod codec;
mod collection;
mod document;
mod fallback;
mod index;
mod item;
mod key;
mod paths;
mod projection;
mod query;
mod sensitive;
mod standard;
mod variants;
mod verify;

use proc_macro2::TokenStream;
use syn::{Data, DeriveInput, Result};

use crate::check::data_type::is_map;

pub(crate) use attribute_type::attribute_type;
pub(crate) use collection::collection;
pub(crate) use fallback::stub;
pub(crate) use item::versioned;
pub(crate) use projection::projection;

pub(crate) fn document(input: &DeriveInput) -> Result<TokenStream> {
    match &input.data {
        Data::Enum(data) if is_map(data, input) => variants::document(input, data),
        _ => document::document(input),
    }
}
