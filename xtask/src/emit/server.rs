//! Writes `server/api/src/generated`: wire types, the document as data, operation traits and routes.

mod data;
mod operations;
mod responses;
#[cfg(test)]
mod tests;
mod types;

use quote::quote;

use super::{File, docs, file, ident, module, operations_of, said, snake};
use crate::ir::Api;

const FOLDER: &str = "server/api/src/generated";

/// Every file of the server's API.
pub(crate) fn emit(api: &Api) -> Vec<File> {
    let mut files = vec![root(api), types::emit(api), data::emit(api)];
    files.extend(api.tags.iter().map(|tag| operations::emit(api, tag)));
    files
}

fn root(api: &Api) -> File {
    let modules = api.tags.iter().map(|tag| {
        let (doc, name) = (docs(&tag.doc), ident(&module(&tag.name)));
        quote!(#doc pub mod #name;)
    });
    let all = api.tags.iter().flat_map(|tag| {
        let module = ident(&module(&tag.name));
        operations_of(api, tag).map(move |operation| {
            let name = ident(&operation.id.to_uppercase());
            quote!(&#module::#name)
        })
    });
    let tokens = quote! {
        #(#modules)*
        pub mod document;
        pub mod schemas;

        /// Every operation of the document.
        pub static OPERATIONS: &[&crate::runtime::Operation] = &[#(#all),*];
    };
    file("server/api/src/generated.rs", "The API, as generated.", tokens)
}

/// The name of a schema's, tag's or scheme's static.
fn constant(name: &str) -> proc_macro2::Ident {
    ident(&snake(name).to_uppercase())
}
