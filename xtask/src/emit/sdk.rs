//! Writes `sdk/src/generated`: types, and one handle a tag with a method an operation.
//!
//! The handles of operations that ask for a session are made by `Configuration`, all others by `Client`. A tag with an
//! operation that asks for username and password is the login: it is left out, because `Configuration` does it. So are
//! operations that stream events: `events.rs` reads those.

mod examples;
mod operations;
mod queries;
mod rust;
mod schemas;

use proc_macro2::{TokenStream, TokenTree};
use quote::quote;

use super::{File, docs, file, ident, module};
use crate::ir::{Api, SchemeKind};
use rust::Rust;

const FOLDER: &str = "sdk/src/generated";

/// Every file of the SDK's API.
pub(crate) fn emit(api: &Api) -> Vec<File> {
    let rust = Rust::new(api);
    let mut files = vec![root(&rust), schemas::emit(&rust)];
    files.extend(rust.tags.iter().map(|tag| operations::emit(&rust, tag)));
    files
}

/// Those of the imports (a name, and where it comes from) that `body` needs.
fn imports(body: &TokenStream, all: &[(&str, TokenStream)]) -> TokenStream {
    fn has(tokens: TokenStream, name: &str) -> bool {
        tokens.into_iter().any(|tree| match tree {
            TokenTree::Ident(ident) => ident == name,
            TokenTree::Group(group) => has(group.stream(), name),
            _ => false,
        })
    }
    let needed = all.iter().filter(|(name, _)| has(body.clone(), name)).map(|(_, path)| path);
    quote!(#(use #needed;)*)
}

fn root(rust: &Rust<'_>) -> File {
    let modules = rust.tags.iter().map(|tag| {
        let (doc, name) = (docs(&tag.doc), ident(&module(&tag.name)));
        quote!(#doc mod #name;)
    });
    let names = rust.tags.iter().map(|tag| ident(&module(&tag.name)));
    let schemes = rust.api.security.iter().map(|scheme| match &scheme.kind {
        SchemeKind::OAuth2 { token_url, .. } => quote! {
            /// Where access tokens are fetched: a path under the base URL, or a URL.
            pub(crate) const TOKEN_URL: &str = #token_url;
        },
        SchemeKind::Cookie(name) => quote! {
            /// The cookie that a session is known by.
            pub(crate) const SESSION_COOKIE: &str = #name;
        },
        SchemeKind::Basic => quote!(),
    });
    let tokens = quote! {
        #(#modules)*
        mod schemas;

        pub use schemas::*;
        #(pub use #names::*;)*

        #(#schemes)*
    };
    file("sdk/src/generated.rs", "The API, as generated.", tokens)
}
