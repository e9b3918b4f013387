//! Tokens that many expansions share: paths of the crate, docs, spans, options and names.
use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::{Generics, Path, parse_quote};

use crate::parse::ast::Field;

/// The path of the crate, with the place where the tokens are to be seen.
pub(crate) fn at(krate: Option<&Path>, span: Span) -> TokenStream {
    krate.map_or_else(
        || quote_spanned!(span=> ::dynacond),
        ToTokens::to_token_stream,
    )
}

pub(crate) fn private(krate: Option<&Path>, span: Span) -> TokenStream {
    let krate = at(krate, span);
    quote_spanned!(span=> #krate::__private)
}

/// With `Self: Serialize`, where that is not known from the type alone.
pub(crate) fn value_generics(generics: &Generics, p: &TokenStream) -> Generics {
    let mut generics = generics.clone();
    if !type_parameters(&generics).is_empty() {
        generics
            .make_where_clause()
            .predicates
            .push(parse_quote!(Self: #p::serde::Serialize));
    }
    generics
}

pub(crate) fn type_parameters(generics: &Generics) -> Vec<String> {
    generics
        .type_params()
        .map(|parameter| parameter.ident.to_string())
        .collect()
}

/// The field's own docs. Not with code in them, which would be tested twice.
pub(crate) fn docs(field: &Field) -> TokenStream {
    let docs = &field.docs;
    let text = quote!(#(#docs)*);
    if docs.is_empty() || text.to_string().contains("```") {
        let text = format!("The attribute `{}`.", field.wire);
        return quote!(#[doc = #text]);
    }
    text
}

/// The spans of the first and the last token: an expression between them is shown as the whole.
pub(crate) fn ends(node: &impl ToTokens) -> (Span, Span) {
    let mut spans = node.to_token_stream().into_iter().map(|token| token.span());
    let first = spans.next().unwrap_or_else(Span::call_site);
    (first, spans.last().unwrap_or(first))
}

pub(crate) fn optional(value: Option<TokenStream>) -> TokenStream {
    value.map_or_else(
        || quote!(::core::option::Option::None),
        |value| quote!(::core::option::Option::Some(#value)),
    )
}

/// A name with its placeholders.
pub(crate) fn known_name(wire: &str) -> TokenStream {
    let [name, value] = ["#", ":"].map(|sign| format!("{sign}{}", placeholder(wire)));
    quote!([#wire, #name, #value])
}

/// What a placeholder takes over from a name: as dynacond makes one at run time (`MAX_PLACEHOLDER` in its `expression/tree/name`).
fn placeholder(name: &str) -> String {
    let word = |c: char| if c.is_ascii_alphanumeric() { c } else { '_' };
    name.chars().take(64).map(word).collect()
}
