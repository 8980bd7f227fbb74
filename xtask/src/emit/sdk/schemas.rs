//! Types: a struct, an enum or an identifier a schema. Constrained strings and numbers have plain types.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use super::{FOLDER, File, docs, examples, file, ident, imports, rust::Rust};
use crate::{
    emit::{camel, snake},
    ir::{Field, Kind, Ty, TypeDef},
};

pub(super) fn emit(rust: &Rust<'_>) -> File {
    let used = rust.api.types.iter().filter(|def| rust.is_sent(def) || rust.is_received(def));
    let items = used.map(|def| match &def.kind {
        Kind::Struct { fields, .. } => structure(rust, def, fields),
        Kind::Enum(values) if rust.is_received(def) => open_enum(def, values),
        Kind::Enum(values) => closed_enum(def, values),
        Kind::Text(text) if !text.secret && rust.is_identifier(def) => identifier(def),
        Kind::Text(_) | Kind::Number(_) => quote!(),
    });
    let body = quote!(#(#items)*);
    let imports = imports(
        &body,
        &[
            ("fmt", quote!(std::fmt)),
            ("Error", quote!(crate::error::Error)),
            ("Secret", quote!(crate::secret::Secret)),
        ],
    );
    file(format!("{FOLDER}/schemas.rs"), "Types, one a schema of the document.", quote!(#imports #body))
}

fn structure(rust: &Rust<'_>, def: &TypeDef, fields: &[Field]) -> TokenStream {
    let (name, doc) = (ident(&def.name), docs(&def.doc));
    let sent = rust.is_sent(def);
    let default = (sent && fields.iter().all(|field| !field.required)).then(|| quote!(, Default));
    let read = rust.is_received(def).then(|| quote!(, serde::Deserialize));
    let definitions = fields.iter().map(|field| definition(rust, field));
    let methods = sent.then(|| {
        let new = constructor(rust, def, fields);
        let setters =
            fields.iter().filter(|field| !field.required).map(|field| setter(rust, &def.name, field));
        quote!(impl #name { #new #(#setters)* })
    });
    let from = match fields {
        [only] if sent && only.required => Some(from_only(rust, def, only)),
        _ => None,
    };
    quote! {
        #doc
        #[derive(Debug, Clone, PartialEq #default, serde::Serialize #read)]
        #[non_exhaustive]
        pub struct #name { #(#definitions)* }

        #methods
        #from
    }
}

fn definition(rust: &Rust<'_>, field: &Field) -> TokenStream {
    let name = ident(&snake(&field.name));
    let doc = docs(field_doc(rust, field));
    let key = &field.name;
    let mut serde = Vec::new();
    if name != key {
        serde.push(quote!(rename = #key));
    }
    match (&field.ty, field.required) {
        (Ty::DateTime, true) => serde.push(quote!(with = "time::serde::rfc3339")),
        (Ty::DateTime, false) => serde.push(quote!(with = "time::serde::rfc3339::option")),
        _ => {}
    }
    if !field.required {
        serde.push(quote!(default, skip_serializing_if = "Option::is_none"));
    }
    let serde = (!serde.is_empty()).then(|| quote!(#[serde(#(#serde),*)]));
    let ty = rust.ty(&field.ty);
    let ty = if field.required { ty } else { quote!(Option<#ty>) };
    quote!(#doc #serde pub #name: #ty,)
}

fn field_doc<'a>(rust: &Rust<'a>, field: &'a Field) -> &'a str {
    match &field.ty {
        Ty::Ref(name) if field.doc.is_empty() => rust.def(name).map_or("", |def| &def.doc),
        _ => &field.doc,
    }
}

/// `new`, with what is required.
fn constructor(rust: &Rust<'_>, def: &TypeDef, fields: &[Field]) -> TokenStream {
    let required: Vec<_> = fields.iter().filter(|field| field.required).collect();
    let args = required.iter().map(|field| {
        let (name, ty) = (ident(&snake(&field.name)), rust.taken(&field.ty));
        quote!(#name: #ty)
    });
    let example = docs(&examples::constructor(rust, def));
    let (line, body) = if required.is_empty() {
        ("Nothing specified.", quote!(Self::default()))
    } else {
        let values = fields.iter().map(|field| {
            let name = ident(&snake(&field.name));
            if field.required { rust.init(&field.ty, &name) } else { quote!(#name: None) }
        });
        ("What is required.", quote!(Self { #(#values),* }))
    };
    let line = docs(line);
    quote! {
        #line
        ///
        #example
        #[must_use]
        pub fn new(#(#args),*) -> Self { #body }
    }
}

/// The setter of an optional property of a request, and of an optional query parameter.
pub(super) fn setter(rust: &Rust<'_>, owner: &str, field: &Field) -> TokenStream {
    let name = ident(&snake(&field.name));
    let (ty, value) = (rust.taken(&field.ty), rust.given(&field.ty, &name));
    let doc = docs(field_doc(rust, field));
    let example = docs(&examples::setter(rust, owner, field));
    quote! {
        #doc
        ///
        #example
        #[must_use]
        pub fn #name(mut self, #name: #ty) -> Self {
            self.#name = Some(#value);
            self
        }
    }
}

/// A struct of one required property is taken as that property too.
fn from_only(rust: &Rust<'_>, def: &TypeDef, only: &Field) -> TokenStream {
    let (name, field, ty) = (ident(&def.name), ident(&snake(&only.name)), rust.ty(&only.ty));
    quote! {
        impl From<#ty> for #name {
            fn from(#field: #ty) -> Self { Self { #field } }
        }
    }
}

fn variants(values: &[String]) -> (Vec<proc_macro2::Ident>, Vec<TokenStream>) {
    let names = values.iter().map(|value| format_ident!("{}", camel(value))).collect();
    let docs = values.iter().map(|value| docs(&format!("`{value}`"))).collect();
    (names, docs)
}

/// An enum in answers: it takes values that a newer server may send.
fn open_enum(def: &TypeDef, values: &[String]) -> TokenStream {
    let (name, doc, (variants, variant_docs)) = (ident(&def.name), docs(&def.doc), variants(values));
    let shared = shared_by_enums(def, values, &quote!(Self::Other(value) => value));
    quote! {
        #doc
        #[derive(Debug, Clone, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum #name {
            #(#variant_docs #variants,)*
            /// A value that this version of the SDK does not know.
            Other(String),
        }

        #shared

        impl From<&str> for #name {
            fn from(value: &str) -> Self {
                match value {
                    #(#values => Self::#variants,)*
                    other => Self::Other(other.to_owned()),
                }
            }
        }

        impl<'de> serde::Deserialize<'de> for #name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                crate::wire::from_text(deserializer)
            }
        }
    }
}

/// An enum in requests alone: only what the document knows can be said.
fn closed_enum(def: &TypeDef, values: &[String]) -> TokenStream {
    let (name, doc, (variants, variant_docs)) = (ident(&def.name), docs(&def.doc), variants(values));
    let shared = shared_by_enums(def, values, &quote!());
    let (text, reason) = (&def.name, format!("must be one of {}", values.join(", ")));
    quote! {
        #doc
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum #name { #(#variant_docs #variants,)* }

        #shared

        impl std::str::FromStr for #name {
            type Err = Error;

            fn from_str(value: &str) -> Result<Self, Error> {
                match value {
                    #(#values => Ok(Self::#variants),)*
                    _ => Err(Error::Argument { name: #text, reason: #reason }),
                }
            }
        }
    }
}

fn shared_by_enums(def: &TypeDef, values: &[String], other: &TokenStream) -> TokenStream {
    let (name, (variants, _)) = (ident(&def.name), variants(values));
    let example = docs(&examples::as_str(&def.name, values));
    quote! {
        impl #name {
            /// The value as the API writes it.
            ///
            #example
            #[must_use]
            pub fn as_str(&self) -> &str {
                match self { #(Self::#variants => #values,)* #other }
            }
        }

        impl fmt::Display for #name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result { f.write_str(self.as_str()) }
        }

        impl serde::Serialize for #name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }
    }
}

/// A string that identifies something, so that no other string is taken for it.
fn identifier(def: &TypeDef) -> TokenStream {
    let (name, doc) = (ident(&def.name), docs(&def.doc));
    let example = docs(&examples::identifier(&def.name));
    quote! {
        #doc
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
        #[serde(transparent)]
        pub struct #name(String);

        impl #name {
            /// The identifier as the API writes it.
            ///
            #example
            #[must_use]
            pub fn as_str(&self) -> &str { &self.0 }
        }

        impl fmt::Display for #name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result { f.write_str(&self.0) }
        }

        impl From<String> for #name {
            fn from(text: String) -> Self { Self(text) }
        }

        impl From<&str> for #name {
            fn from(text: &str) -> Self { Self(text.to_owned()) }
        }
    }
}
