//! derive
use proc_macro::TokenStream;
use syn::{DeriveInput, parse_macro_input};
mod ast;
mod attr;
mod data_type;
mod expand;
mod fallback;
mod serde_attr;
mod valid;
use ast::Derive;

/// x
#[proc_macro_derive(Versioned, attributes(dynacond))]
pub fn versioned(input: TokenStream) -> TokenStream {
    let input = parse_macro_input!(input as DeriveInput);
    expand::versioned(&input)
        .unwrap_or_else(|error| fallback::stub(&input, Derive::Versioned, &error))
        .into()
}
/// x
#[proc_macro_derive(Document, attributes(dynacond))]
pub fn document(input: TokenStream) -> TokenStream {
    let input = parse_macro_input!(input as DeriveInput);
    expand::document(&input)
        .unwrap_or_else(|error| fallback::stub(&input, Derive::Document, &error))
        .into()
}
/// x
#[proc_macro_derive(AttributeType, attributes(dynacond))]
pub fn attribute_type(input: TokenStream) -> TokenStream {
    let input = parse_macro_input!(input as DeriveInput);
    expand::attribute_type(&input)
        .unwrap_or_else(|error| fallback::stub(&input, Derive::AttributeType, &error))
        .into()
}
