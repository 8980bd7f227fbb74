//! The query of an operation as a struct with setters.

use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};

use super::{docs, examples, ident, rust::Rust, schemas::setter};
use crate::{
    emit::{camel, snake},
    ir::{Content, Field, Operation, Param, Ty},
};

pub(super) fn name(operation: &Operation) -> Ident {
    format_ident!("{}Query", camel(&operation.id))
}

/// The item's type if the operation lists page by page: it takes `limit` and `after` and answers a list and `Link`.
pub(super) fn paged(operation: &Operation) -> Option<&Ty> {
    let takes = |name: &str| operation.query_params().any(|param| param.name == name && !param.required);
    let links = operation.success().headers.iter().any(|header| header.name == "Link");
    match &operation.success().body {
        Some(Content::Json(Ty::List(item))) if takes("limit") && takes("after") && links => Some(item),
        _ => None,
    }
}

/// `.query(..)` for each parameter; `from` is the expression that has them.
pub(super) fn appended(operation: &Operation, from: &TokenStream) -> TokenStream {
    let calls = operation.query_params().map(|param| {
        let (key, field) = (&param.name, ident(&snake(&param.name)));
        match (&param.ty, param.required) {
            (Ty::DateTime, true) => quote!(.query(#key, Some(&crate::wire::moment(#from.#field)))),
            (Ty::DateTime, false) => quote!(.query(#key, #from.#field.map(crate::wire::moment).as_ref())),
            (_, true) => quote!(.query(#key, Some(&#from.#field))),
            (_, false) => quote!(.query(#key, #from.#field.as_ref())),
        }
    });
    quote!(#(#calls)*)
}

pub(super) fn query(rust: &Rust<'_>, operation: &Operation) -> Option<TokenStream> {
    operation.query_params().next()?;
    let name = name(operation);
    let params: Vec<Field> = operation.query_params().map(field).collect();
    let (required, optional): (Vec<_>, Vec<_>) = params.iter().partition(|field| field.required);
    let fields = params.iter().map(|field| {
        let (key, doc, ty) = (ident(&snake(&field.name)), docs(&field.doc), rust.ty(&field.ty));
        let ty = if field.required { ty } else { quote!(Option<#ty>) };
        quote!(#doc pub #key: #ty,)
    });
    let args = required.iter().map(|field| {
        let (key, ty) = (ident(&snake(&field.name)), rust.taken(&field.ty));
        quote!(#key: #ty)
    });
    let default = required.is_empty().then(|| quote!(, Default));
    let body = if required.is_empty() {
        quote!(Self::default())
    } else {
        let given = required.iter().map(|field| {
            let key = ident(&snake(&field.name));
            rust.init(&field.ty, &key)
        });
        let absent = optional.iter().map(|field| ident(&snake(&field.name)));
        quote!(Self { #(#given,)* #(#absent: None,)* })
    };
    let text = name.to_string();
    let setters = optional.iter().map(|field| setter(rust, &text, field));
    let line = docs(&format!("The query of `{}`.", operation.id));
    let example = docs(&examples::new(
        &text,
        &required.iter().map(|f| examples::value(rust, &f.name, &f.ty)).collect::<Vec<_>>(),
    ));
    Some(quote! {
        #line
        #[derive(Debug, Clone, PartialEq #default)]
        #[non_exhaustive]
        pub struct #name { #(#fields)* }

        impl #name {
            /// A query with nothing but what is required.
            ///
            #example
            #[must_use]
            pub fn new(#(#args),*) -> Self { #body }

            #(#setters)*
        }
    })
}

fn field(param: &Param) -> Field {
    Field {
        name: param.name.clone(),
        doc: param.doc.clone(),
        required: param.required,
        addition: false,
        ty: param.ty.clone(),
    }
}
