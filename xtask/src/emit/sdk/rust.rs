//! How the document's types are written in the SDK.

use proc_macro2::TokenStream;
use quote::quote;

use super::super::{ident, reachable};
use crate::ir::{Api, Kind, Operation, Ty, TypeDef};

/// The API, and in which direction its types travel.
pub(super) struct Rust<'a> {
    pub(super) api: &'a Api,
    /// In requests: those are built by the caller.
    sent: Vec<String>,
    /// In successful answers: those may have values that this SDK does not know yet.
    received: Vec<String>,
    /// In paths: those identify something and deserve a type.
    identifiers: Vec<String>,
}

impl<'a> Rust<'a> {
    pub(super) fn new(api: &'a Api) -> Self {
        let bodies: Vec<Ty> = api.operations.iter().filter_map(body).collect();
        let params = api.operations.iter().flat_map(|op| &op.params).map(|param| &param.ty);
        let answers = api.operations.iter().filter_map(|op| op.success().body.as_ref());
        let paths = api.operations.iter().flat_map(Operation::path_params).map(|param| &param.ty);
        Self {
            api,
            sent: names(reachable(api, bodies.iter().chain(params))),
            received: names(reachable(api, answers)),
            identifiers: names(reachable(api, paths)),
        }
    }

    pub(super) fn is_sent(&self, def: &TypeDef) -> bool {
        self.sent.contains(&def.name)
    }

    pub(super) fn is_received(&self, def: &TypeDef) -> bool {
        self.received.contains(&def.name)
    }

    pub(super) fn is_identifier(&self, def: &TypeDef) -> bool {
        self.identifiers.contains(&def.name)
    }

    pub(super) fn def(&self, name: &str) -> Option<&'a TypeDef> {
        self.api.types.iter().find(|def| def.name == name)
    }

    /// The type of a use. Rules of strings and numbers are the server's to check, so those have plain types.
    pub(super) fn ty(&self, ty: &Ty) -> TokenStream {
        match ty {
            Ty::Boolean => quote!(bool),
            Ty::Text => quote!(String),
            Ty::DateTime => quote!(time::OffsetDateTime),
            Ty::Integer => quote!(i32),
            Ty::List(item) if matches!(**item, Ty::DateTime) => {
                quote!(compile_error!("a list of date-times needs its own (de)serialisation"))
            }
            Ty::List(item) => {
                let item = self.ty(item);
                quote!(Vec<#item>)
            }
            Ty::Ref(name) => match self.def(name).map(|def| (def, &def.kind)) {
                Some((_, Kind::Text(text))) if text.secret => quote!(Secret),
                Some((def, Kind::Text(_))) if !self.is_identifier(def) => quote!(String),
                Some((_, Kind::Number(number))) if number.integer => quote!(i32),
                Some((_, Kind::Number(_))) => quote!(f64),
                _ => {
                    let name = ident(name);
                    quote!(#name)
                }
            },
        }
    }

    /// What a method takes for `ty` that it only reads.
    pub(super) fn borrowed(&self, ty: &Ty) -> TokenStream {
        let plain = self.ty(ty);
        match plain.to_string().as_str() {
            "String" => quote!(&str),
            "bool" | "i32" | "f64" => plain,
            _ => quote!(&#plain),
        }
    }

    /// What a setter or constructor takes for `ty`.
    pub(super) fn taken(&self, ty: &Ty) -> TokenStream {
        let plain = self.ty(ty);
        if self.converts(ty) { quote!(impl Into<#plain>) } else { plain }
    }

    /// A struct literal's field, from what was taken.
    pub(super) fn init(&self, ty: &Ty, name: &proc_macro2::Ident) -> TokenStream {
        if self.converts(ty) { quote!(#name: #name.into()) } else { quote!(#name) }
    }

    /// How what was taken becomes the type itself.
    pub(super) fn given(&self, ty: &Ty, name: &proc_macro2::Ident) -> TokenStream {
        if self.converts(ty) { quote!(#name.into()) } else { quote!(#name) }
    }

    /// Strings and what is like them are taken in any form.
    fn converts(&self, ty: &Ty) -> bool {
        match ty {
            Ty::Text => true,
            Ty::Ref(name) => self.def(name).is_some_and(|def| matches!(def.kind, Kind::Text(_))),
            _ => false,
        }
    }
}

fn body(operation: &Operation) -> Option<Ty> {
    operation.body.as_ref().map(|body| Ty::Ref(body.type_name.clone()))
}

fn names(defs: Vec<&TypeDef>) -> Vec<String> {
    defs.into_iter().map(|def| def.name.clone()).collect()
}
