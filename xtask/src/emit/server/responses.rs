//! Responses and headers as static data. One that is a component is written once, in the document's file.

use std::collections::BTreeMap;

use proc_macro2::TokenStream;
use quote::quote;

use super::{constant, data::ty};
use crate::ir::{Api, Content, Header, HeaderValue, Response};

/// The statics of the components, by name.
pub(super) fn shared(api: &Api) -> Vec<TokenStream> {
    let used = || api.operations.iter().flat_map(|operation| &operation.responses);
    let headers = used().flat_map(|response| &response.headers);
    let headers: BTreeMap<_, _> =
        headers.filter_map(|header| Some((header.component.as_ref()?, header))).collect();
    let responses: BTreeMap<_, _> =
        used().filter_map(|response| Some((response.component.as_ref()?, response))).collect();
    let header = |(name, header): (&String, &Header)| {
        let (constant, line) = (constant(&format!("header {name}")), format!(" The header `{name}`."));
        let header = self::header(header, &quote!());
        quote!(#[doc = #line] pub static #constant: Header = #header;)
    };
    let response = |(name, response): (&String, &Response)| {
        let (constant, line) = (constant(&format!("response {name}")), format!(" The response `{name}`."));
        let response = self::response(response, &quote!());
        quote!(#[doc = #line] pub static #constant: Response = #response;)
    };
    headers.into_iter().map(header).chain(responses.into_iter().map(response)).collect()
}

/// A response with its status; `module` is where the document's statics are.
pub(super) fn used(used: &Response, module: &TokenStream) -> TokenStream {
    let status = used.status;
    let response = match &used.component {
        Some(name) => {
            let constant = constant(&format!("response {name}"));
            quote!(#module #constant)
        }
        None => response(used, module),
    };
    quote!((#status, &#response))
}

fn response(response: &Response, module: &TokenStream) -> TokenStream {
    let doc = &response.doc;
    let headers = response.headers.iter().map(|header| {
        let name = &header.name;
        let header = match &header.component {
            Some(name) => {
                let constant = constant(&format!("header {name}"));
                quote!(#module #constant)
            }
            None => self::header(header, module),
        };
        quote!((#name, &#header))
    });
    let body = match &response.body {
        None => quote!(None),
        Some(Content::Json(json)) => {
            let ty = ty(json, module);
            quote!(Some(Content::Json(#ty)))
        }
        Some(Content::Events(data)) => {
            let ty = ty(data, module);
            quote!(Some(Content::Events(#ty)))
        }
    };
    quote!(Response { doc: #doc, headers: &[#(#headers),*], body: #body })
}

fn header(header: &Header, module: &TokenStream) -> TokenStream {
    let (doc, required, ty) = (&header.doc, header.required, ty(&header.ty, module));
    let constant = match &header.value {
        HeaderValue::Constant(value) => quote!(Some(#value)),
        HeaderValue::Ambient | HeaderValue::Handler => quote!(None),
    };
    quote!(Header { doc: #doc, required: #required, ty: #ty, constant: #constant })
}
