//! Queries of the table and of each index: partitions, and the parts of a sort key.
use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, format_ident, quote};
use syn::ext::IdentExt;

use crate::check::key::{Key, Part, fields_of};
use crate::check::model::Model;
use crate::expand::key::Life;
use crate::expand::paths::docs;
use crate::parse::ast::{Field, Struct};

/// The table or an index that is queried.
pub(crate) struct Queried<'q> {
    /// Its name, for the docs.
    pub(crate) name: Ident,
    /// The name of the first part of its sort key.
    pub(crate) sort_key: Ident,
    /// The type that represents it.
    pub(crate) ty: TokenStream,
    pub(crate) partition: Vec<&'q Key<'q>>,
    pub(crate) sort: Vec<&'q Key<'q>>,
}

/// The parts of a sort key.
pub(crate) struct SortKey {
    /// Their types.
    pub(crate) types: TokenStream,
    /// The type of the first, and its value.
    pub(crate) first: (TokenStream, TokenStream),
}

/// A part of a sort key.
struct Step<'q> {
    field: &'q Field,
    /// Which attribute, and which piece of its template.
    place: (usize, usize),
    /// How it is stored.
    stored: &'static str,
}

impl<'q> Queried<'q> {
    /// The fields that make the partition key, in order of first appearance.
    pub(crate) fn partition_fields(&self) -> Vec<&'q Field> {
        fields_of(self.partition.iter().copied())
    }

    fn steps(&self) -> Vec<Step<'q>> {
        let mut steps = Vec::new();
        for (attribute, key) in self.sort.iter().enumerate() {
            match key {
                Key::Field(field) => steps.push(Step {
                    field,
                    place: (attribute, 0),
                    stored: "OwnAttribute",
                }),
                Key::Template(_, parts) => {
                    for (piece, part) in parts.iter().enumerate() {
                        if let Part::Field(field, width) = part {
                            let stored = if *width > 0 { "Padded" } else { "InTemplate" };
                            steps.push(Step {
                                field,
                                place: (attribute, piece),
                                stored,
                            });
                        }
                    }
                }
            }
        }
        steps
    }
}

impl Struct<'_> {
    /// The table as the source of a query.
    pub(crate) fn queried<'q>(&'q self, model: &'q Model<'q>) -> Queried<'q> {
        let (_, parameters, _) = self.generics.split_for_impl();
        let ident = self.ident;
        let ty = quote!(#ident #parameters);
        Queried {
            name: ident.unraw(),
            sort_key: self.sort_key.clone(),
            partition: vec![&model.partition_key],
            sort: model.sort_key.iter().collect(),
            ty,
        }
    }

    /// The parts of a sort key as types.
    pub(crate) fn sort_key(&self, queried: &Queried<'_>) -> SortKey {
        let p = self.private(Span::call_site());
        let (_, parameters, _) = self.generics.split_for_impl();
        let ty = &queried.ty;
        let steps = queried.steps();
        let names: Vec<Ident> = (0..steps.len())
            .map(|step| step_name(queried, step))
            .collect();
        let types = steps.iter().enumerate().map(|(number, step)| {
            let next = match names.get(number + 1) {
                Some(next) => quote!(#next #parameters),
                None => quote!(#p::SortCondition<#ty>),
            };
            self.step(queried, step, &names[number], &next, number > 0)
        });
        let types: TokenStream = types.collect();
        let first = match (steps.first(), names.first()) {
            (Some(first), Some(name)) => {
                let (field, place) = (&first.field.ident, place(&p, first));
                (
                    quote!(#name #parameters),
                    quote!(#name { #field: #p::SortPart::new(#place, #p::SortState::new()) }),
                )
            }
            _ => (quote!(#p::NoSortKey), quote!(#p::NoSortKey)),
        };
        SortKey { types, first }
    }

    /// One part as a type: its field, and what may be said of it.
    fn step(
        &self,
        queried: &Queried<'_>,
        step: &Step<'_>,
        name: &Ident,
        next: &TokenStream,
        follows: bool,
    ) -> TokenStream {
        let p = self.private(Span::call_site());
        let (impl_generics, parameters, clause) = self.generics.split_for_impl();
        let (vis, generics, ty) = (self.vis, &self.generics, &queried.ty);
        let Step { field, stored, .. } = step;
        let (ident, docs) = (&field.ident, docs(field));
        let own = self.key_type(field, Life::Static);
        let field_vis = if self.attr.public.is_some() {
            quote!(pub)
        } else {
            field.vis.to_token_stream()
        };
        let stored = format_ident!("{stored}");
        let doc = format!("A part of the sort key of `{}`.", queried.name);
        // What follows an equality may end there, or go on.
        let following = follows.then(|| {
            let place = place(&p, step);
            quote! {
                #[automatically_derived]
                impl #impl_generics #p::NextPart for #name #parameters #clause {
                    fn after(dynacond_state: #p::SortState) -> Self {
                        Self { #ident: #p::SortPart::new(#place, dynacond_state) }
                    }
                }
                #[automatically_derived]
                impl #impl_generics #p::IntoSortCondition<#ty> for #name #parameters #clause {
                    fn into_state(self) -> #p::SortState {
                        self.#ident.said()
                    }
                }
            }
        });
        quote! {
            #[doc = #doc]
            #[allow(dead_code, non_snake_case, reason = "the struct's own names, for those who query")]
            #vis struct #name #generics #clause {
                #docs #field_vis #ident: #p::SortPart<#ty, #own, #next, #p::#stored>,
            }
            #following
        }
    }
}

fn step_name(queried: &Queried<'_>, step: usize) -> Ident {
    let (name, number) = (&queried.sort_key, step + 1);
    if step == 0 {
        name.clone()
    } else {
        format_ident!("{name}{number}", span = Span::call_site())
    }
}

fn place(p: &TokenStream, step: &Step<'_>) -> TokenStream {
    let (attribute, part) = step.place;
    quote!(#p::SortPlace { attribute: #attribute, part: #part })
}
