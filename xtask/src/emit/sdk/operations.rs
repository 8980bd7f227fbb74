//! One file a tag: its handle, with a method an operation.

use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};

use super::{
    FOLDER, File, docs, examples, file, ident, imports, module, queries,
    rust::{Rust, calls},
};
use crate::{
    emit::{camel, method_name, snake},
    ir::{Field, Kind, Operation, Tag, Ty, TypeDef},
};

pub(super) fn emit(rust: &Rust<'_>, tag: &Tag) -> File {
    let resource = module(&tag.name);
    let (accessor, handle) = (ident(&resource), format_ident!("{}Api", camel(&resource)));
    let client_name = rust.client(tag);
    let client = ident(client_name);
    let operations: Vec<_> = calls(rust.api, tag).collect();
    let methods = operations.iter().map(|operation| method(rust, (client_name, &resource), operation));
    let queries = operations.iter().filter_map(|operation| queries::query(rust, operation));
    let pages = operations.iter().filter_map(|operation| page_query(rust, operation));
    let doc = docs(&tag.doc);
    let example =
        docs(&examples::calling(client_name, "", &format!("let {resource} = client.{resource}();")));
    let handle_doc = docs(&format!("{}\n\nMade by [`{client_name}::{resource}`].", tag.doc));
    let body = quote! {
        impl #client {
            #doc
            ///
            #example
            #[must_use]
            pub fn #accessor(&self) -> #handle<'_> { #handle { client: self } }
        }

        #handle_doc
        #[derive(Debug, Clone, Copy)]
        pub struct #handle<'a> { client: &'a #client }

        impl #handle<'_> { #(#methods)* }

        #(#queries)*
        #(#pages)*
    };
    let imports = imports(
        &body,
        &[
            ("Method", quote!(http::Method)),
            ("Call", quote!(crate::call::Call)),
            ("Client", quote!(crate::client::Client)),
            ("Configuration", quote!(crate::configuration::Configuration)),
            ("Error", quote!(crate::error::Error)),
            ("page", quote!(crate::page)),
            ("Page", quote!(crate::page::Page)),
            ("Paged", quote!(crate::page::Paged)),
            ("repeatable", quote!(crate::repeat::Repeatable)),
        ],
    );
    let tokens = quote! {
        use super::schemas::*;
        #imports
        #body
    };
    file(format!("{FOLDER}/{resource}.rs"), &format!("{}: operations and their queries.", tag.name), tokens)
}

/// The method of an operation; `made_by` is the type that makes its handle, and how the handle is called.
fn method(rust: &Rust<'_>, made_by: (&str, &str), operation: &Operation) -> TokenStream {
    let name = method_name(operation);
    if let Some(item) = queries::paged(operation) {
        return list(rust, made_by, name, operation, item);
    }
    let mut args = path_args(rust, operation);
    if operation.query_params().next().is_some() {
        let query = queries::name(operation);
        args.push(quote!(query: &#query));
    }
    let call = call(operation, &quote!(self.client), &quote!(query));
    let (convert, body) = body(rust, operation, &mut args);
    let doc = docs(&documentation(operation, &examples::operation(rust, made_by, name, operation)));
    let name = ident(name);
    let (answer, send) = match &operation.success().body {
        Some(body) => (rust.ty(body.ty()), quote!(json)),
        None => (quote!(()), quote!(empty)),
    };
    quote! {
        #doc
        pub async fn #name(&self #(, #args)*) -> Result<#answer, Error> {
            #convert
            let call = #call #body;
            self.client.#send(call).await
        }
    }
}

fn path_args(rust: &Rust<'_>, operation: &Operation) -> Vec<TokenStream> {
    let args = operation.path_params().map(|param| {
        let (name, ty) = (ident(&snake(&param.name)), rust.borrowed(&param.ty));
        quote!(#name: #ty)
    });
    args.collect()
}

/// The body's argument goes to `args`; what is left is its conversion and what it adds to the call.
fn body(rust: &Rust<'_>, operation: &Operation, args: &mut Vec<TokenStream>) -> (TokenStream, TokenStream) {
    let Some(def) = operation.body.as_ref().and_then(|body| rust.def(&body.type_name)) else {
        return (quote!(), quote!());
    };
    let ty = ident(&def.name);
    let (name, convert, reference) = match only_required(def) {
        Some(field) => {
            let name = ident(&snake(&field.name));
            args.push(quote!(#name: impl Into<#ty>));
            (name.clone(), quote!(let #name = #name.into();), quote!(&#name))
        }
        None if !matches!(def.kind, Kind::Struct { .. }) => {
            let ty = rust.borrowed(&Ty::Ref(def.name.clone()));
            args.push(quote!(request: #ty));
            (ident("request"), quote!(), quote!(&request))
        }
        None => {
            args.push(quote!(request: &#ty));
            (ident("request"), quote!(), quote!(request))
        }
    };
    // Whether a PATCH may be repeated is known of each body by hand.
    let repeatable = (operation.method == "PATCH").then(|| quote!(.repeatable(#name.repeatable())));
    (convert, quote!(.json(#reference)? #repeatable))
}

/// The property of a request that needs this one and has no other, but for additions: it is taken in the request's
/// place. So calls go on to compile when a request gets an addition.
pub(super) fn only_required(def: &TypeDef) -> Option<&Field> {
    let Kind::Struct { fields, .. } = &def.kind else { return None };
    let mut documented = fields.iter().filter(|field| !field.addition);
    documented.next().filter(|only| only.needs_value() && documented.next().is_none())
}

/// The request without its body.
fn call(operation: &Operation, client: &TokenStream, query: &TokenStream) -> TokenStream {
    let (id, method) = (&operation.id, ident(&operation.method));
    let mut pieces = operation.path.split('{');
    let first = pieces.next().unwrap_or_default();
    let rest = pieces.map(|piece| {
        let (key, after) = piece.split_once('}').unwrap_or((piece, ""));
        let name: Ident = ident(&snake(key));
        let after = (!after.is_empty()).then(|| quote!(.path(#after)));
        quote!(.segment(#key, #name)? #after)
    });
    let query = queries::appended(operation, query);
    quote!(#client.call(#id, Method::#method, #first) #(#rest)* #query)
}

/// The three methods of an operation that lists page by page.
fn list(rust: &Rust<'_>, made_by: (&str, &str), name: &str, operation: &Operation, item: &Ty) -> TokenStream {
    let (client, resource) = made_by;
    let (query, item) = (queries::name(operation), rust.ty(item));
    let (all, with, page) = (ident(name), format_ident!("{name}_with"), format_ident!("{name}_page"));
    let all_example = format!(
        "let mut all = client.{resource}().{name}();\nwhile let Some(item) = all.try_next().await? {{\n    \
         println!(\"{{item:?}}\");\n}}"
    );
    let all_doc = docs(&documentation_of_list(operation, &examples::calling(client, "", &all_example)));
    let with_example = examples::calling(
        client,
        "",
        &format!("let all = client.{resource}().{with}({query}::new().limit(100)).try_collect().await?;"),
    );
    let with_doc = docs(&format!(
        "As [`{name}`](Self::{name}), narrowed by a query; its `limit` is the size of the pages, its `after` where to \
         begin.\n\n{with_example}"
    ));
    let page_doc =
        docs(&documentation(operation, &examples::operation(rust, made_by, &page.to_string(), operation)));
    quote! {
        #all_doc
        pub fn #all(&self) -> Paged<#item> { self.#with(#query::default()) }

        #with_doc
        pub fn #with(&self, query: #query) -> Paged<#item> { Paged::new(self.client.clone(), query) }

        #page_doc
        pub async fn #page(&self, query: &#query) -> Result<Page<#item>, Error> {
            page::fetch(self.client, query).await
        }
    }
}

fn page_query(rust: &Rust<'_>, operation: &Operation) -> Option<TokenStream> {
    let (query, item) = (queries::name(operation), rust.ty(queries::paged(operation)?));
    let call = call(operation, &quote!(client), &quote!(self));
    Some(quote! {
        impl page::Query for #query {
            type Item = #item;

            fn call(&self, client: &Client) -> Call { #call }

            fn limit(&mut self) -> &mut Option<i32> { &mut self.limit }

            fn after(&self) -> Option<&str> { self.after.as_ref().map(|after| after.as_str()) }

            fn set_after(&mut self, after: String) { self.after = Some(after.into()); }
        }
    })
}

fn documentation(operation: &Operation, example: &str) -> String {
    let refusals = operation.responses.iter().skip(1);
    let refusals: Vec<_> = refusals
        .map(|response| format!("- {}: {}", response.status, response.doc.replace('\n', " ")))
        .collect();
    let scopes = match &operation.security {
        Some((_, scopes)) if !scopes.is_empty() => {
            let scopes: Vec<_> = scopes.iter().map(|scope| format!("`{scope}`")).collect();
            format!("\n\nNeeds the scope {}.", scopes.join(" and "))
        }
        _ => String::new(),
    };
    format!(
        "{}.\n\n{}{scopes}\n\n{example}\n\n# Errors\n[`Error::Api`] with one of these statuses:\n\n{}",
        operation.summary,
        operation.doc,
        refusals.join("\n")
    )
}

/// As `documentation`, but nothing is awaited and so nothing fails yet.
fn documentation_of_list(operation: &Operation, example: &str) -> String {
    format!("{}: all of them, fetched page by page as they are read.\n\n{example}", operation.summary)
}
