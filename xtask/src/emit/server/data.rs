//! The document as static data: info, tags, security schemes, schemas, shared headers and responses.

use proc_macro2::TokenStream;
use quote::quote;

use super::{FOLDER, File, constant, file, responses, said};
use crate::ir::{Api, Field, Kind, Number, SchemeKind, SecurityScheme, Text, Ty, TypeDef};

pub(super) fn emit(api: &Api) -> File {
    let info = info(api);
    let tags = api.tags.iter().map(|tag| {
        let (constant, name, doc) = (constant(&format!("tag {}", tag.name)), &tag.name, &tag.doc);
        let line = format!(" The tag {name}.");
        quote!(#[doc = #line] pub static #constant: Tag = Tag { name: #name, doc: #doc };)
    });
    let schemes = api.security.iter().map(scheme);
    let schemas = api.types.iter().map(schema);
    let shared = responses::shared(api);
    let items = quote! {
        #info
        #(#tags)*
        #(#schemes)*
        #(#schemas)*
        #(#shared)*
    };
    let names = [
        "Content",
        "Header",
        "Info",
        "Kind",
        "Number",
        "Pattern",
        "Property",
        "Response",
        "Schema",
        "Scheme",
        "SchemeKind",
        "Server",
        "Tag",
        "Text",
        "Ty",
        "Variable",
    ];
    let names = said(&names, &items);
    let tokens = quote!(use crate::runtime::{#(#names),*}; #items);
    file(
        format!("{FOLDER}/document.rs"),
        "The document as data: info, tags, security schemes, schemas, shared headers and responses.",
        tokens,
    )
}

fn info(api: &Api) -> TokenStream {
    let (title, version, doc, (license, spdx)) = (&api.title, &api.version, &api.doc, &api.license);
    let servers = api.servers.iter().map(|server| {
        let (url, doc) = (&server.url, &server.doc);
        let variables = server.variables.iter().map(|variable| {
            let (name, doc, default, values) =
                (&variable.name, &variable.doc, &variable.default, &variable.values);
            quote!(Variable { name: #name, doc: #doc, default: #default, values: &[#(#values),*] })
        });
        quote!(Server { url: #url, doc: #doc, variables: &[#(#variables),*] })
    });
    quote! {
        /// Title, version, description, licence and servers.
        pub static INFO: Info = Info {
            title: #title,
            version: #version,
            doc: #doc,
            license: (#license, #spdx),
            servers: &[#(#servers),*],
        };
    }
}

fn scheme(scheme: &SecurityScheme) -> TokenStream {
    let (constant, name, doc) = (constant(&format!("scheme {}", scheme.name)), &scheme.name, &scheme.doc);
    let kind = match &scheme.kind {
        SchemeKind::OAuth2 { token_url, scopes } => {
            let scopes = scopes.iter().map(|(scope, doc)| quote!((#scope, #doc)));
            quote!(SchemeKind::OAuth2 { token_url: #token_url, scopes: &[#(#scopes),*] })
        }
        SchemeKind::Basic => quote!(SchemeKind::Basic),
        SchemeKind::Cookie(name) => quote!(SchemeKind::Cookie(#name)),
    };
    let line = format!(" The security scheme `{name}`.");
    quote! {
        #[doc = #line]
        pub static #constant: Scheme = Scheme { name: #name, doc: #doc, kind: #kind };
    }
}

fn schema(def: &TypeDef) -> TokenStream {
    let (constant, name, doc) = (constant(&def.name), &def.name, &def.doc);
    let kind = match &def.kind {
        Kind::Struct { fields, closed } => {
            let fields = fields.iter().map(field);
            quote!(Kind::Object { properties: &[#(#fields),*], closed: #closed })
        }
        Kind::Enum(values) => quote!(Kind::Enum(&[#(#values),*])),
        Kind::Text(rules) => text(rules),
        Kind::Number(rules) => number(rules),
        Kind::List(item) => {
            let item = ty(item, &quote!());
            quote!(Kind::List(#item))
        }
        Kind::Union(variants) => {
            let variants = variants.iter().map(|name| self::constant(name));
            quote!(Kind::Union(&[#(&#variants),*]))
        }
        Kind::Any => quote!(Kind::Any),
    };
    let line = format!(" The schema `{name}`.");
    quote! {
        #[doc = #line]
        pub static #constant: Schema = Schema { name: #name, doc: #doc, kind: #kind };
    }
}

fn text(rules: &Text) -> TokenStream {
    let length = |bound: Option<u64>| {
        let bound = bound.and_then(|bound| usize::try_from(bound).ok());
        option(bound.map(|bound| quote!(#bound)))
    };
    let (min, max) = (length(rules.min), length(rules.max));
    let pattern = option(rules.pattern.as_ref().map(|pattern| quote!(Pattern::new(#pattern))));
    let format = option(rules.format.as_ref().map(|format| quote!(#format)));
    let rule = option(rules.rule.as_ref().map(|rule| quote!(#rule)));
    quote!(Kind::Text(Text { min: #min, max: #max, pattern: #pattern, format: #format, rule: #rule }))
}

fn number(rules: &Number) -> TokenStream {
    let bound = |bound: Option<f64>| option(bound.map(|bound| quote!(#bound)));
    let (minimum, maximum) = (bound(rules.minimum), bound(rules.maximum));
    let (exclusive_minimum, default) = (bound(rules.exclusive_minimum), bound(rules.default));
    let integer = rules.integer;
    quote! {
        Kind::Number(Number {
            integer: #integer,
            minimum: #minimum,
            maximum: #maximum,
            exclusive_minimum: #exclusive_minimum,
            default: #default,
        })
    }
}

fn option(tokens: Option<TokenStream>) -> TokenStream {
    tokens.map_or_else(|| quote!(None), |tokens| quote!(Some(#tokens)))
}

fn field(field: &Field) -> TokenStream {
    property(&field.name, &field.doc, field.required, &field.ty, &quote!())
}

/// A property or parameter; `module` is where the schemas' statics are.
pub(super) fn property(name: &str, doc: &str, required: bool, ty: &Ty, module: &TokenStream) -> TokenStream {
    let ty = self::ty(ty, module);
    quote!(Property { name: #name, doc: #doc, required: #required, ty: #ty })
}

pub(super) fn ty(ty: &Ty, module: &TokenStream) -> TokenStream {
    match ty {
        Ty::Boolean => quote!(Ty::Boolean),
        Ty::Text => quote!(Ty::Text),
        Ty::DateTime => quote!(Ty::DateTime),
        Ty::Integer => quote!(Ty::Integer),
        Ty::List(item) => {
            let item = self::ty(item, module);
            quote!(Ty::List(&#item))
        }
        Ty::Nullable(ty) => {
            let ty = self::ty(ty, module);
            quote!(Ty::Nullable(&#ty))
        }
        Ty::Ref(name) => {
            let constant = constant(name);
            quote!(Ty::Named(&#module #constant))
        }
    }
}
