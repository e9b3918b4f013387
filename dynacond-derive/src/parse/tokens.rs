//! Types as tokens: without `Self`, without lifetimes, and what they mention.
use proc_macro2::{Group, Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::parse::ParseStream;
use syn::punctuated::Punctuated;
use syn::{DeriveInput, Generics, Result, Token};

/// The type with its parameters, as it is called where `Self` is another.
pub(crate) fn itself(input: &DeriveInput) -> TokenStream {
    let ident = &input.ident;
    let (_, parameters, _) = input.generics.split_for_impl();
    quote!(#ident #parameters)
}

/// Without defaults, and without `Self`.
pub(crate) fn generics(input: &DeriveInput) -> Generics {
    let mut generics = input.generics.clone();
    for parameter in &mut generics.params {
        match parameter {
            syn::GenericParam::Type(parameter) => {
                parameter.eq_token = None;
                parameter.default = None;
                parameter.bounds =
                    without_self(&Bounds(parameter.bounds.clone()), &itself(input)).0;
            }
            syn::GenericParam::Const(parameter) => {
                parameter.eq_token = None;
                parameter.default = None;
            }
            syn::GenericParam::Lifetime(_) => {}
        }
    }
    if let Some(clause) = &mut generics.where_clause {
        *clause = without_self(clause, &itself(input));
    }
    generics
}

#[derive(Clone)]
struct Bounds(Punctuated<syn::TypeParamBound, Token![+]>);

impl ToTokens for Bounds {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        self.0.to_tokens(tokens);
    }
}
impl syn::parse::Parse for Bounds {
    fn parse(input: syn::parse::ParseStream<'_>) -> Result<Self> {
        Punctuated::parse_terminated(input).map(Self)
    }
}

/// With the type itself in place of `Self`.
pub(crate) fn without_self<T: ToTokens + syn::parse::Parse + Clone>(
    node: &T,
    itself: &TokenStream,
) -> T {
    let tokens = node.to_token_stream();
    if mentions(tokens.clone(), &["Self".to_owned()])
        && let Ok(node) = syn::parse2(replace_self(tokens, itself))
    {
        return node;
    }
    node.clone()
}

fn replace_self(tokens: TokenStream, itself: &TokenStream) -> TokenStream {
    tokens
        .into_iter()
        .flat_map(|token| match token {
            TokenTree::Ident(ident) if ident == "Self" => {
                let span = ident.span();
                itself
                    .clone()
                    .into_iter()
                    .map(|token| respanned(token, span))
                    .collect()
            }
            TokenTree::Group(group) => {
                let mut replaced =
                    Group::new(group.delimiter(), replace_self(group.stream(), itself));
                replaced.set_span(group.span());
                TokenTree::Group(replaced).to_token_stream()
            }
            token => token.to_token_stream(),
        })
        .collect()
}

fn respanned(mut token: TokenTree, span: Span) -> TokenTree {
    token.set_span(span.located_at(span));
    token
}

/// Whether one of the names (`T`, `'a`) occurs in the tokens.
pub(crate) fn mentions(tokens: TokenStream, names: &[String]) -> bool {
    let mut lifetime = false;
    tokens.into_iter().any(|token| match token {
        TokenTree::Ident(ident) => {
            let name = if std::mem::take(&mut lifetime) {
                format!("'{ident}")
            } else {
                ident.to_string()
            };
            names.contains(&name)
        }
        TokenTree::Group(group) => mentions(group.stream(), names),
        TokenTree::Punct(punct) => {
            lifetime = punct.as_char() == '\'';
            false
        }
        TokenTree::Literal(_) => false,
    })
}

/// With `'static` in place of every lifetime.
pub(crate) fn with_static_lifetimes(tokens: TokenStream) -> TokenStream {
    let mut lifetime = false;
    let replaced = tokens.into_iter().map(|token| match token {
        TokenTree::Ident(ident) if std::mem::take(&mut lifetime) => {
            TokenTree::Ident(Ident::new("static", ident.span()))
        }
        TokenTree::Group(group) => {
            let mut replaced = Group::new(group.delimiter(), with_static_lifetimes(group.stream()));
            replaced.set_span(group.span());
            TokenTree::Group(replaced)
        }
        TokenTree::Punct(punct) => {
            lifetime = punct.as_char() == '\'';
            TokenTree::Punct(punct)
        }
        token => token,
    });
    replaced.collect()
}

/// To the next comma.
pub(crate) fn skip(input: ParseStream<'_>) -> Result<()> {
    while !input.is_empty() && !input.peek(Token![,]) {
        input.parse::<TokenTree>()?;
    }
    Ok(())
}
