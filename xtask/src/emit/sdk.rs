//! Writes `sdk/src/generated`: types, and one handle a tag with a method an operation.

mod examples;
mod operations;
mod queries;
mod rust;
mod schemas;

use proc_macro2::{TokenStream, TokenTree};
use quote::quote;

use super::{File, docs, file, ident, module};
use crate::ir::Api;
use rust::Rust;

const FOLDER: &str = "sdk/src/generated";

/// Every file of the SDK's API.
pub(crate) fn emit(api: &Api) -> Vec<File> {
    let rust = Rust::new(api);
    let mut files = vec![root(api), schemas::emit(&rust)];
    files.extend(api.tags.iter().map(|tag| operations::emit(&rust, tag)));
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

fn root(api: &Api) -> File {
    let modules = api.tags.iter().map(|tag| {
        let (doc, name) = (docs(&tag.doc), ident(&module(&tag.name)));
        quote!(#doc mod #name;)
    });
    let names = api.tags.iter().map(|tag| ident(&module(&tag.name)));
    let token_url = api.security.first().map(|scheme| {
        let url = &scheme.token_url;
        quote! {
            /// Where access tokens are fetched: a path under the base URL, or a URL.
            pub(crate) const TOKEN_URL: &str = #url;
        }
    });
    let tokens = quote! {
        #(#modules)*
        mod schemas;

        pub use schemas::*;
        #(pub use #names::*;)*

        #token_url
    };
    file("sdk/src/generated.rs", "The API, as generated.", tokens)
}
