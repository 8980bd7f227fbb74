//! One file a tag: its operations as data, what they take and answer, their trait and their routes.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use super::{
    FOLDER, File, constant, data::property, docs, file, ident, module, operations_of, responses, said, snake,
    types::ty,
};
use crate::{
    emit::camel,
    ir::{Api, Content, Header, HeaderValue, Operation, Param, Place, Response, Tag, Ty},
    lower::argument,
};

pub(super) fn emit(api: &Api, tag: &Tag) -> File {
    let operations: Vec<&Operation> = operations_of(api, tag).collect();
    let data = operations.iter().map(|operation| static_operation(operation));
    let queries = operations.iter().filter_map(|operation| query(operation));
    let answers = operations.iter().map(|operation| answer(operation));
    let methods = operations.iter().map(|operation| method(operation));
    let routes = operations.iter().map(|operation| route(operation));
    let constants: Vec<_> = operations.iter().map(|operation| ident(&operation.id.to_uppercase())).collect();
    let base = camel(&module(&tag.name));
    let (api_trait, routes_type) = (format_ident!("{base}Api"), format_ident!("{base}Routes"));
    let (trait_doc, routes_doc) =
        (format!(" The operations of {}.", tag.name), format!(" Routes to the operations of {}.", tag.name));
    let items = quote! {
        #(#data)*
        #(#queries)*
        #(#answers)*

        #[doc = #trait_doc]
        pub trait #api_trait: Plane { #(#methods)* }

        #[doc = #routes_doc]
        pub struct #routes_type<A>(pub Arc<A>);

        impl<A: #api_trait> OpenApi for #routes_type<A> {
            fn meta() -> Vec<MetaApi> { runtime::meta(&[#(&#constants),*]) }

            fn register(registry: &mut Registry) { runtime::register(&[#(&#constants),*], registry); }

            fn add_routes(self, routes: &mut HashMap<String, HashMap<Method, BoxEndpoint<'static>>>) {
                #(#routes)*
            }
        }
    };
    let imports = imports(api, &items);
    let tokens = quote!(#imports #items);
    let doc = format!("{}: operations, trait and routes.", tag.name);
    file(format!("{FOLDER}/{}.rs", module(&tag.name)), &doc, tokens)
}

/// What the items need of elsewhere.
fn imports(api: &Api, items: &TokenStream) -> TokenStream {
    let read = said(&["Deserialize"], items);
    let types: Vec<&str> = api.types.iter().map(|def| def.name.as_str()).collect();
    let schemas = (!said(&types, items).is_empty()).then(|| quote!(, schemas::*));
    let runtime = [
        "Call",
        "Content",
        "Events",
        "Header",
        "Items",
        "Kind",
        "Operation",
        "Parameter",
        "Place",
        "Plane",
        "Property",
        "Request",
        "Response",
        "Schema",
        "Ty",
        "Wire",
    ];
    let runtime = said(&runtime, items);
    let timestamp = said(&["Timestamp"], items).into_iter().map(|name| quote!(timestamp::#name));
    quote! {
        use std::{collections::HashMap, sync::Arc};

        use poem::{Response as HttpResponse, endpoint::BoxEndpoint, http::Method};
        use poem_openapi::{OpenApi, registry::{MetaApi, Registry}};
        #(use serde::#read;)*

        use super::{document #schemas};
        use crate::runtime::{self, #(#runtime,)* #(#timestamp),*};
    }
}

fn static_operation(operation: &Operation) -> TokenStream {
    let name = ident(&operation.id.to_uppercase());
    let Operation { id, method, path, summary, doc, .. } = operation;
    let tag = constant(&format!("tag {}", operation.tag));
    let security = match &operation.security {
        None => quote!(None),
        Some((scheme, scopes)) => {
            let scheme = constant(&format!("scheme {scheme}"));
            quote!(Some((&document::#scheme, &[#(#scopes),*])))
        }
    };
    let parameters = operation.params.iter().map(parameter);
    let request = match &operation.body {
        None => quote!(None),
        Some(body) => {
            let (doc, required, schema) = (&body.doc, body.required, constant(&body.type_name));
            quote!(Some(Request { doc: #doc, required: #required, schema: &document::#schema }))
        }
    };
    let responses = operation.responses.iter().map(|response| responses::used(response, &quote!(document::)));
    let line = format!(" `{method} {path}`");
    quote! {
        #[doc = #line]
        pub static #name: Operation = Operation {
            id: #id,
            method: #method,
            path: #path,
            tag: &document::#tag,
            summary: #summary,
            doc: #doc,
            security: #security,
            parameters: &[#(#parameters),*],
            request: #request,
            responses: &[#(#responses),*],
        };
    }
}

fn parameter(param: &Param) -> TokenStream {
    let place = match param.place {
        Place::Path => quote!(Place::Path),
        Place::Query => quote!(Place::Query),
        Place::Headers => quote!(Place::Headers),
    };
    let property = property(&param.name, &param.doc, param.required, &param.ty, &quote!(document::));
    quote!(Parameter { place: #place, property: #property })
}

fn query_name(operation: &Operation) -> proc_macro2::Ident {
    format_ident!("{}Query", camel(&operation.id))
}

/// The query as a struct, read like a closed object.
fn query(operation: &Operation) -> Option<TokenStream> {
    operation.query_params().next()?;
    let name = query_name(operation);
    let fields = operation.query_params().map(|param| {
        let (key, doc, ty) = (&param.name, docs(&param.doc), ty(&param.ty));
        let field = ident(&snake(key));
        let rename = (field != key).then(|| quote!(#[serde(rename = #key)]));
        if param.required {
            quote!(#doc #rename pub #field: #ty,)
        } else {
            quote!(#doc #rename #[serde(default)] pub #field: Option<#ty>,)
        }
    });
    let properties = operation
        .query_params()
        .map(|param| property(&param.name, &param.doc, param.required, &param.ty, &quote!(document::)));
    let (line, text) = (format!(" The query of `{}`.", operation.id), name.to_string());
    Some(quote! {
        #[doc = #line]
        #[derive(Debug, Clone, PartialEq, Deserialize)]
        #[serde(deny_unknown_fields)]
        pub struct #name { #(#fields)* }

        impl Wire for #name {
            const SCHEMA: &'static Schema = {
                static QUERY: Schema =
                    Schema { name: #text, doc: "", kind: Kind::Object { properties: &[#(#properties),*], closed: true } };
                &QUERY
            };
        }
    })
}

fn answer_name(operation: &Operation) -> proc_macro2::Ident {
    format_ident!("{}Answer", camel(&operation.id))
}

fn handler_headers(response: &Response) -> impl Iterator<Item = &Header> {
    response.headers.iter().filter(|header| matches!(header.value, HeaderValue::Handler))
}

/// The successful answer: body and headers, and how it becomes a response.
fn answer(operation: &Operation) -> TokenStream {
    let (name, success) = (answer_name(operation), operation.success());
    let status = success.status;
    let body = success.body.as_ref().map(|body| {
        let ty = match body {
            Content::Json(Ty::List(item)) => {
                let item = ty(item);
                quote!(Items<#item>)
            }
            Content::Json(other) => ty(other),
            Content::Events(data) => {
                let data = ty(data);
                quote!(Events<#data>)
            }
        };
        quote!(#[doc = " The body."] pub body: #ty,)
    });
    let fields = handler_headers(success).map(|header| {
        let (field, doc, ty) =
            (ident(&snake(&header.name.to_lowercase())), docs(&header.doc), ty(&header.ty));
        if header.required { quote!(#doc pub #field: #ty,) } else { quote!(#doc pub #field: Option<#ty>,) }
    });
    let make = match &success.body {
        None => quote!(runtime::empty(#status)),
        Some(Content::Json(Ty::List(_))) => quote!(self.body.into_json(#status)),
        Some(Content::Json(_)) => quote!(runtime::json(#status, &self.body)),
        Some(Content::Events(_)) => quote!(self.body.into_stream(#status)),
    };
    let constants = success.headers.iter().filter_map(|header| match &header.value {
        HeaderValue::Constant(value) => {
            let name = header.name.to_lowercase();
            Some(quote!(runtime::header(&mut response, #name, #value);))
        }
        HeaderValue::Ambient | HeaderValue::Handler => None,
    });
    let sets = handler_headers(success).map(|header| {
        let (field, key) = (ident(&snake(&header.name.to_lowercase())), header.name.to_lowercase());
        if header.required {
            quote!(runtime::header(&mut response, #key, &self.#field.to_string());)
        } else {
            quote!(if let Some(value) = &self.#field { runtime::header(&mut response, #key, &value.to_string()); })
        }
    });
    let headers: Vec<TokenStream> = constants.chain(sets).collect();
    let made = if headers.is_empty() {
        make
    } else {
        // `into_json` and `into_stream` consume the body, so the headers are read from what is left of `self`.
        quote!(let mut response = #make; #(#headers)* response)
    };
    let line = format!(" The {status} answer of `{}`.", operation.id);
    quote! {
        #[doc = #line]
        #[derive(Debug)]
        pub struct #name { #body #(#fields)* }

        impl #name {
            fn into_response(self) -> HttpResponse { #made }
        }
    }
}

fn method(operation: &Operation) -> TokenStream {
    let (name, answer) = (ident(&operation.id), answer_name(operation));
    let doc = docs(&format!("{}: `{} {}`.", operation.summary, operation.method, operation.path));
    let path = operation.path_params().map(|param| {
        let (name, ty) = (ident(&snake(&param.name)), ty(&param.ty));
        quote!(, #name: #ty)
    });
    let headers = operation.header_params().map(|param| {
        let (name, ty) = (ident(&argument(param)), ty(&param.ty));
        quote!(, #name: Option<#ty>)
    });
    let query = operation.query_params().next().map(|_| {
        let name = query_name(operation);
        quote!(, query: #name)
    });
    let body = operation.body.as_ref().map(|body| {
        let ty = ident(&body.type_name);
        quote!(, body: #ty)
    });
    quote! {
        #doc
        fn #name(
            &self, caller: Self::Caller #(#path)* #(#headers)* #query #body
        ) -> impl Future<Output = Result<#answer, Self::Error>> + Send;
    }
}

fn route(operation: &Operation) -> TokenStream {
    let (name, constant) = (ident(&operation.id), ident(&operation.id.to_uppercase()));
    let method = ident(&operation.method);
    // poem writes a parameter `:name` where the document has `{name}`.
    let path = operation.path.replace('{', ":").replace('}', "");
    let mut reads = Vec::new();
    let mut args = Vec::new();
    for param in operation.path_params() {
        let (field, key) = (ident(&snake(&param.name)), &param.name);
        reads.push(quote!(let #field = call.path(#key)?;));
        args.push(quote!(, #field));
    }
    for param in operation.header_params() {
        let (field, key) = (ident(&argument(param)), &param.name);
        reads.push(quote!(let #field = call.header(#key)?;));
        args.push(quote!(, #field));
    }
    if operation.query_params().next().is_some() {
        reads.push(quote!(let query = call.query()?;));
        args.push(quote!(, query));
    }
    let mutable = operation.body.as_ref().map(|_| {
        reads.push(quote!(let body = call.body().await?;));
        args.push(quote!(, body));
        quote!(mut)
    });
    quote! {
        routes.entry(#path.to_owned()).or_default().insert(
            Method::#method,
            runtime::endpoint(Arc::clone(&self.0), &#constant, async |api: Arc<A>, #mutable call: Call<A>| {
                #(#reads)*
                Ok(api.#name(call.caller #(#args)*).await?.into_response())
            }),
        );
    }
}
