//! Types: a struct, an enum or an identifier a schema. Constrained strings and numbers have plain types.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use super::{FOLDER, File, docs, examples, file, ident, imports, operations::only_required, rust::Rust};
use crate::{
    emit::{snake, variant},
    ir::{Field, Kind, Ty, TypeDef},
};

pub(super) fn emit(rust: &Rust<'_>) -> File {
    let used = rust.api.types.iter().filter(|def| rust.is_sent(def) || rust.is_received(def));
    let items = used.map(|def| match &def.kind {
        Kind::Struct { fields, .. } => structure(rust, def, fields),
        Kind::Enum(values) if rust.is_received(def) => open_enum(def, values),
        Kind::Enum(values) => closed_enum(def, values),
        Kind::Text(text) if !text.secret && rust.is_identifier(def) => identifier(def),
        Kind::Union(variants) => union(rust, def, variants),
        Kind::Text(_) | Kind::Number(_) | Kind::List(_) | Kind::Any => quote!(),
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
    let default = (sent && fields.iter().all(|field| !field.needs_value())).then(|| quote!(, Default));
    let read = rust.is_received(def).then(|| quote!(, serde::Deserialize));
    let definitions = fields.iter().map(|field| definition(rust, field));
    let has_methods = sent && !(is_literal(def) && fields.iter().all(Field::needs_value));
    let methods = has_methods.then(|| {
        let new = (!is_literal(def)).then(|| constructor(rust, def, fields));
        let setters =
            fields.iter().filter(|field| !field.needs_value()).map(|field| setter(rust, &def.name, field));
        quote!(impl #name { #new #(#setters)* })
    });
    let only = only_required(def).filter(|_| sent);
    let from = only.map(|only| from_only(rust, def, only, fields.len() > 1));
    let non_exhaustive = (!sent || !is_literal(def)).then(|| quote!(#[non_exhaustive]));
    quote! {
        #doc
        #[derive(Debug, Clone, PartialEq #default, serde::Serialize #read)]
        #non_exhaustive
        pub struct #name { #(#definitions)* }

        #methods
        #from
    }
}

/// Whether so much must be said of a struct that its fields' names are needed: it has no `new`.
pub(super) fn is_literal(def: &TypeDef) -> bool {
    matches!(&def.kind, Kind::Struct { fields, .. } if fields.iter().filter(|field| field.needs_value()).count() > 7)
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
        (Ty::Nullable(ty), _) if matches!(**ty, Ty::DateTime) => {
            serde.push(quote!(with = "time::serde::rfc3339::option"));
        }
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
    let required: Vec<_> = fields.iter().filter(|field| field.needs_value()).collect();
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
            if field.needs_value() { rust.init(&field.ty, &name) } else { quote!(#name: None) }
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

/// The setter of a property of a request that may be absent or null, and of an optional query parameter.
pub(super) fn setter(rust: &Rust<'_>, owner: &str, field: &Field) -> TokenStream {
    let name = ident(&snake(&field.name));
    let ty = value_ty(&field.ty);
    let (ty, value) = (rust.taken(ty), rust.given(ty, &name));
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

/// What a value has that is not null.
pub(super) fn value_ty(ty: &Ty) -> &Ty {
    if let Ty::Nullable(ty) = ty { ty } else { ty }
}

/// A struct of one required property is taken as that property too; `more` says whether it has additions.
fn from_only(rust: &Rust<'_>, def: &TypeDef, only: &Field, more: bool) -> TokenStream {
    let (name, field, ty) = (ident(&def.name), ident(&snake(&only.name)), rust.ty(&only.ty));
    let made = if more { quote!(Self::new(#field)) } else { quote!(Self { #field }) };
    quote! {
        impl From<#ty> for #name {
            fn from(#field: #ty) -> Self { #made }
        }
    }
}

fn variants(values: &[String]) -> (Vec<proc_macro2::Ident>, Vec<TokenStream>) {
    let names = values.iter().map(|value| format_ident!("{}", variant(value))).collect();
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

/// A string or an object, each taken in the union's place.
fn union(rust: &Rust<'_>, def: &TypeDef, variants: &[String]) -> TokenStream {
    let (name, doc) = (ident(&def.name), docs(&def.doc));
    let read = rust.is_received(def).then(|| quote!(, serde::Deserialize));
    let (mut items, mut from) = (Vec::new(), Vec::new());
    for variant in variants {
        let (name_of, ty) = (ident(variant), rust.ty(&Ty::Ref(variant.clone())));
        let line = docs(rust.def(variant).map_or("", |def| &def.doc));
        items.push(quote!(#line #name_of(#ty),));
        from.push(quote! {
            impl From<#ty> for #name { fn from(value: #ty) -> Self { Self::#name_of(value) } }
        });
        if rust.def(variant).is_some_and(|def| matches!(def.kind, Kind::Text(_))) {
            from.push(quote! {
                impl From<&str> for #name { fn from(text: &str) -> Self { Self::#name_of(text.into()) } }
            });
        }
    }
    quote! {
        #doc
        #[derive(Debug, Clone, PartialEq, serde::Serialize #read)]
        #[serde(untagged)]
        pub enum #name { #(#items)* }

        #(#from)*
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
