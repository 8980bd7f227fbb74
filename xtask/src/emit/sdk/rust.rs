//! How the document's types are written in the SDK.

use proc_macro2::TokenStream;
use quote::quote;

use super::super::{ident, operations_of, reachable};
use crate::ir::{Api, Content, Kind, Operation, SchemeKind, Tag, Ty, TypeDef};

/// The API, and in which direction its types travel.
pub(super) struct Rust<'a> {
    pub(super) api: &'a Api,
    /// The tags that become handles: those with calls.
    pub(super) tags: Vec<&'a Tag>,
    /// In requests: those are built by the caller.
    sent: Vec<String>,
    /// In answers: those may have values that this SDK does not know yet.
    received: Vec<String>,
    /// In paths: those identify something and deserve a type.
    identifiers: Vec<String>,
}

impl<'a> Rust<'a> {
    pub(super) fn new(api: &'a Api) -> Self {
        let login = |op: &Operation| matches!(scheme(api, op), Some(SchemeKind::Basic));
        let login = |tag: &&Tag| operations_of(api, tag).any(login);
        let tags: Vec<_> = api.tags.iter().filter(|tag| !login(tag)).collect();
        let of_tags = || tags.iter().flat_map(|tag| operations_of(api, tag));
        let operations: Vec<_> = of_tags().filter(|operation| !operation.streams()).collect();
        let bodies: Vec<Ty> = operations.iter().filter_map(|operation| body(operation)).collect();
        let params = operations.iter().flat_map(|op| &op.params).map(|param| &param.ty);
        // The errors of a session's operations say more than a message.
        let answers = of_tags().flat_map(|op| {
            let session = matches!(scheme(api, op), Some(SchemeKind::Cookie(_)));
            op.responses.iter().take(if session { usize::MAX } else { 1 })
        });
        let paths = operations.iter().flat_map(|op| op.path_params()).map(|param| &param.ty);
        Self {
            api,
            sent: names(reachable(api, bodies.iter().chain(params))),
            received: names(reachable(
                api,
                answers.filter_map(|response| response.body.as_ref().map(Content::ty)),
            )),
            identifiers: names(reachable(api, paths)),
            tags: tags.iter().copied().filter(|tag| calls(api, tag).next().is_some()).collect(),
        }
    }

    /// The type that makes the handle of a tag.
    pub(super) fn client(&self, tag: &Tag) -> &'static str {
        let session = |op: &Operation| matches!(scheme(self.api, op), Some(SchemeKind::Cookie(_)));
        if operations_of(self.api, tag).any(session) { "Configuration" } else { "Client" }
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
            Ty::Nullable(ty) => {
                let ty = self.ty(ty);
                quote!(Option<#ty>)
            }
            Ty::Ref(name) => match self.def(name).map(|def| (def, &def.kind)) {
                Some((_, Kind::Text(text))) if text.secret => quote!(Secret),
                Some((def, Kind::Text(_))) if !self.is_identifier(def) => quote!(String),
                Some((_, Kind::Number(number))) if number.integer => quote!(i32),
                Some((_, Kind::Number(_))) => quote!(f64),
                Some((_, Kind::List(item))) => self.ty(&Ty::List(Box::new(item.clone()))),
                Some((_, Kind::Any)) => quote!(serde_json::Value),
                _ => {
                    let name = ident(name);
                    quote!(#name)
                }
            },
        }
    }

    /// What a method takes for `ty` that it only reads.
    pub(super) fn borrowed(&self, ty: &Ty) -> TokenStream {
        if let Some(item) = self.item(ty) {
            let item = self.ty(item);
            return quote!(&[#item]);
        }
        let plain = self.ty(ty);
        match plain.to_string().as_str() {
            "String" => quote!(&str),
            "bool" | "i32" | "f64" => plain,
            _ => quote!(&#plain),
        }
    }

    /// What a list has in it.
    pub(super) fn item<'t>(&'t self, ty: &'t Ty) -> Option<&'t Ty> {
        match ty {
            Ty::List(item) => Some(item),
            Ty::Ref(name) => match self.def(name).map(|def| &def.kind) {
                Some(Kind::List(item)) => Some(item),
                _ => None,
            },
            _ => None,
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
    pub(super) fn converts(&self, ty: &Ty) -> bool {
        match ty {
            Ty::Text => true,
            Ty::Ref(name) => {
                self.def(name).is_some_and(|def| matches!(def.kind, Kind::Text(_) | Kind::Union(_)))
            }
            _ => false,
        }
    }
}

/// The operations of a tag that become methods. Streams of events are read by hand.
pub(super) fn calls<'a>(api: &'a Api, tag: &'a Tag) -> impl Iterator<Item = &'a Operation> {
    operations_of(api, tag).filter(|operation| !operation.streams())
}

fn scheme<'a>(api: &'a Api, operation: &Operation) -> Option<&'a SchemeKind> {
    let (name, _) = operation.security.as_ref()?;
    api.security.iter().find(|scheme| scheme.name == *name).map(|scheme| &scheme.kind)
}

fn body(operation: &Operation) -> Option<Ty> {
    operation.body.as_ref().map(|body| Ty::Ref(body.type_name.clone()))
}

fn names(defs: Vec<&TypeDef>) -> Vec<String> {
    defs.into_iter().map(|def| def.name.clone()).collect()
}
