//! Wire types: a struct, an enum or a newtype a schema.

use proc_macro2::TokenStream;
use quote::quote;

use super::{super::reachable, FOLDER, File, constant, docs, file, ident, said, snake};
use crate::{
    emit::variant,
    ir::{Api, Content, Field, Kind, Number, Operation, Response, SchemeKind, Text, Ty, TypeDef},
};

pub(super) fn emit(api: &Api) -> File {
    let bodies: Vec<Ty> = api
        .operations
        .iter()
        .filter_map(|op| op.body.as_ref())
        .map(|body| Ty::Ref(body.type_name.clone()))
        .collect();
    let params = api.operations.iter().flat_map(|op| &op.params).map(|param| &param.ty);
    let incoming = reachable(api, bodies.iter().chain(params));
    let answers = api.operations.iter().flat_map(|op| &op.responses).filter_map(answer);
    let outgoing = reachable(api, answers);
    let both = documents(api);
    let items = api.types.iter().map(|def| {
        let among = |known: &[&TypeDef]| known.iter().any(|known| known.name == def.name);
        let (reads, writes) = (among(&incoming) || among(&both), among(&outgoing) || among(&both));
        let sent = bodies.iter().any(|body| matches!(body, Ty::Ref(name) if *name == def.name));
        let wire = sent.then(|| wire(&def.name));
        let def = type_def(def, reads, writes);
        quote!(#def #wire)
    });
    let items = quote!(#(#items)*);
    let (serde, runtime) = (said(&["Deserialize", "Serialize"], &items), said(&["Secret", "Wire"], &items));
    let timestamp = said(&["Timestamp"], &items).into_iter().map(|name| quote!(timestamp::#name));
    let document = (!said(&["document"], &items).is_empty()).then(|| {
        quote!(
            use super::document;
        )
    });
    let tokens = quote! {
        use serde::{#(#serde),*};
        #document
        use crate::runtime::{self, #(#runtime,)* #(#timestamp),*};

        #items
    };
    file(format!("{FOLDER}/schemas.rs"), "Wire types, one a schema of the document.", tokens)
}

/// What operations of a session take and give: whole documents, which are handled as JSON, so they go both ways.
fn documents(api: &Api) -> Vec<&TypeDef> {
    let session = |op: &&Operation| {
        let name = op.security.as_ref().map(|(name, _)| name);
        let scheme = api.security.iter().find(|scheme| Some(&scheme.name) == name);
        !matches!(scheme.map(|scheme| &scheme.kind), Some(SchemeKind::OAuth2 { .. }))
    };
    let operations: Vec<&Operation> = api.operations.iter().filter(session).collect();
    let bodies = operations.iter().filter_map(|op| op.body.as_ref());
    let bodies: Vec<Ty> = bodies.map(|body| Ty::Ref(body.type_name.clone())).collect();
    let answers = operations.iter().flat_map(|op| &op.responses).filter_map(answer);
    reachable(api, bodies.iter().chain(answers))
}

fn answer(response: &Response) -> Option<&Ty> {
    response.body.as_ref().map(Content::ty)
}

fn type_def(def: &TypeDef, reads: bool, writes: bool) -> TokenStream {
    let name = ident(&def.name);
    let doc = docs(&def.doc);
    let derives = match (reads, writes) {
        (true, true) => quote!(, Serialize, Deserialize),
        (true, false) => quote!(, Deserialize),
        (false, _) => quote!(, Serialize),
    };
    let strict = reads.then(|| strict(&def.name, writes));
    match &def.kind {
        Kind::Struct { fields, closed } => {
            let closed = closed.then(|| quote!(, deny_unknown_fields));
            let serde = reads.then(|| quote!(#[serde(remote = "Self" #closed)]));
            let fields = fields.iter().map(field);
            quote! {
                #doc
                #[derive(Debug, Clone, PartialEq #derives)]
                #serde
                pub struct #name { #(#fields)* }
                #strict
            }
        }
        Kind::Enum(values) => {
            let serde = reads.then(|| quote!(#[serde(remote = "Self")]));
            let variants = values.iter().map(|value| {
                let variant = ident(&variant(value));
                let rename = (variant != value).then(|| quote!(#[serde(rename = #value)]));
                let doc = docs(&format!("`{value}`"));
                quote!(#doc #rename #variant,)
            });
            quote! {
                #doc
                #[derive(Debug, Clone, Copy, PartialEq, Eq #derives)]
                #serde
                pub enum #name { #(#variants)* }
                #strict
            }
        }
        Kind::Text(text) => newtype_text(def, text, &derives),
        Kind::Number(number) => newtype_number(def, number, &derives),
        Kind::List(item) => {
            let item = ty(item);
            quote! {
                #doc
                #[derive(Debug, Clone, PartialEq #derives)]
                #[serde(transparent)]
                pub struct #name(pub Vec<#item>);
            }
        }
        Kind::Union(variants) => {
            let variants = variants.iter().map(|variant| {
                let (name, line) = (ident(variant), docs(&format!("See [`{variant}`].")));
                quote!(#line #name(#name),)
            });
            quote! {
                #doc
                #[derive(Debug, Clone, PartialEq #derives)]
                #[serde(untagged)]
                pub enum #name { #(#variants)* }
            }
        }
        Kind::Any => quote!(#doc pub type #name = serde_json::Value;),
    }
}

/// What is read goes through `runtime::Strict`; `remote = "Self"` makes serde's own code inherent, for this to call.
fn strict(name: &str, writes: bool) -> TokenStream {
    let name = ident(name);
    let write = writes.then(|| {
        quote! {
            impl Serialize for #name {
                fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                    Self::serialize(self, serializer)
                }
            }
        }
    });
    quote! {
        impl<'de> Deserialize<'de> for #name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                Self::deserialize(runtime::Strict(deserializer))
            }
        }
        #write
    }
}

fn wire(name: &str) -> TokenStream {
    let (ident, constant) = (ident(name), constant(name));
    quote!(impl Wire for #ident { const SCHEMA: &'static runtime::Schema = &document::#constant; })
}

fn field(field: &Field) -> TokenStream {
    let name = ident(&snake(&field.name));
    let doc = match &field.ty {
        Ty::Ref(name) if field.doc.is_empty() => docs(&format!("See [`{name}`].")),
        _ => docs(&field.doc),
    };
    let key = &field.name;
    let rename = (name != key).then(|| quote!(#[serde(rename = #key)]));
    let ty = ty(&field.ty);
    if matches!(field.ty, Ty::Nullable(_)) {
        return quote!(#doc #rename #[serde(deserialize_with = "runtime::nullable")] pub #name: #ty,);
    }
    if field.required {
        return quote!(#doc #rename pub #name: #ty,);
    }
    quote! {
        #doc
        #rename
        #[serde(default, deserialize_with = "runtime::present", skip_serializing_if = "Option::is_none")]
        pub #name: Option<#ty>,
    }
}

/// The Rust type of a use.
pub(super) fn ty(ty: &Ty) -> TokenStream {
    match ty {
        Ty::Boolean => quote!(bool),
        Ty::Text => quote!(String),
        Ty::DateTime => quote!(Timestamp),
        Ty::Integer => quote!(i32),
        Ty::List(item) => {
            let item = self::ty(item);
            quote!(Vec<#item>)
        }
        Ty::Nullable(ty) => {
            let ty = self::ty(ty);
            quote!(Option<#ty>)
        }
        Ty::Ref(name) => {
            let name = ident(name);
            quote!(#name)
        }
    }
}

fn newtype_text(def: &TypeDef, text: &Text, derives: &TokenStream) -> TokenStream {
    let (name, doc, constant) = (ident(&def.name), docs(&def.doc), constant(&def.name));
    let (inner, eq, take, shown) = if text.secret {
        (
            quote!(Secret),
            quote!(),
            quote!(Secret::from(text)),
            quote! {
                /// The secret itself.
                #[must_use]
                pub fn expose(&self) -> &str { self.0.expose() }
            },
        )
    } else {
        (
            quote!(String),
            quote!(, Hash),
            quote!(text),
            quote! {
                /// The text.
                #[must_use]
                pub fn as_str(&self) -> &str { &self.0 }
            },
        )
    };
    let rules = text.min.is_some() || text.max.is_some() || text.pattern.is_some();
    let (try_from, from) = if rules {
        let check = quote! {
            impl TryFrom<String> for #name {
                type Error = String;

                fn try_from(text: String) -> Result<Self, String> {
                    if let runtime::Kind::Text(rules) = &document::#constant.kind {
                        runtime::check_text(rules, &text)?;
                    }
                    Ok(Self(#take))
                }
            }
        };
        (quote!(#[serde(try_from = "String")]), check)
    } else {
        let from = quote!(impl From<String> for #name { fn from(text: String) -> Self { Self(#take) } });
        (quote!(#[serde(from = "String")]), from)
    };
    let reads = derives.to_string().contains("Deserialize");
    let read = reads.then_some(try_from);
    let transparent = if reads { quote!() } else { quote!(#[serde(transparent)]) };
    quote! {
        #doc
        #[derive(Debug, Clone, PartialEq, Eq #eq #derives)]
        #read
        #transparent
        pub struct #name(#inner);

        impl #name { #shown }

        #from
    }
}

fn newtype_number(def: &TypeDef, number: &Number, derives: &TokenStream) -> TokenStream {
    let (name, doc, constant) = (ident(&def.name), docs(&def.doc), constant(&def.name));
    let (inner, wide) =
        if number.integer { (quote!(i32), quote!(f64::from(number))) } else { (quote!(f64), quote!(number)) };
    let text = inner.to_string();
    quote! {
        #doc
        #[derive(Debug, Clone, Copy, PartialEq #derives)]
        #[serde(try_from = #text)]
        pub struct #name(#inner);

        impl #name {
            /// The number.
            #[must_use]
            pub const fn get(self) -> #inner { self.0 }
        }

        impl TryFrom<#inner> for #name {
            type Error = String;

            fn try_from(number: #inner) -> Result<Self, String> {
                if let runtime::Kind::Number(rules) = &document::#constant.kind {
                    runtime::check_number(rules, #wide)?;
                }
                Ok(Self(number))
            }
        }
    }
}
