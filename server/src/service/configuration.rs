//! The configuration: objects and lists in their tree, read as the session sees them.
//!
//! Reads are here; `change` stages a session's changes, `transaction` opens, shows and drops them, `commit` applies
//! them, `projection` carries them into the tables that requests are served from.

mod change;
mod commit;
mod draft;
mod input;
mod key;
mod lock;
mod projection;
mod sealed;
mod transaction;
mod view;
mod x509;

use serde_json::{Value, json};
use vouchsafe_domain::configuration::{Kind, siblings};

pub use change::Created;
pub use key::new_key;
pub use lock::{TRANSACTION_SECONDS, transaction_ends};
pub use projection::tombstone;
pub use transaction::{Change, TransactionState};
pub use x509::CertificateChain;

use super::{AdminCtx, AdminError, Service};
pub(super) use input::syntactic;
pub(super) use view::View;

/// The parent of everything here.
const ROOT: &str = "/api/configuration";
/// The collection of trust stores.
pub(super) const TRUST_STORES: &str = "/api/configuration/trust_stores";
/// The collection of tenants.
pub(super) const TENANTS: &str = "/api/configuration/tenants";
/// The built-in trust store's key.
pub(super) const BUILT_IN: &str = "-7001";

/// Where an object or list stands in the tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Meta {
    /// Its own path.
    pub href: String,
    /// What contains it.
    pub parent: String,
    /// The first sibling.
    pub first: String,
    /// The last sibling.
    pub last: String,
    /// The sibling before it.
    pub previous: Option<String>,
    /// The sibling after it.
    pub next: Option<String>,
    /// Seconds until the session's open transaction ends.
    pub remaining_seconds: Option<u32>,
}

/// One object.
#[derive(Debug, Clone)]
pub struct Object {
    /// The last segment of its path.
    pub key: String,
    /// What it says, references expanded.
    pub body: Value,
    /// Where it stands.
    pub meta: Meta,
}

/// A list of objects: of a collection with their bodies, of a namespace without.
#[derive(Debug, Clone)]
pub struct Listing {
    /// Keys, paths, bodies.
    pub items: Vec<(String, String, Option<Value>)>,
    /// Where the list stands.
    pub meta: Meta,
}

impl Service {
    /// The names below `/api/configuration`; all of them, whoever asks: names are no secret.
    #[must_use]
    pub fn configuration_list(&self) -> Vec<(String, String)> {
        let names = siblings(ROOT).unwrap_or_default();
        names.iter().map(|name| ((*name).to_owned(), format!("{ROOT}/{name}"))).collect()
    }

    /// The names in a namespace.
    ///
    /// # Errors
    /// [`AdminError::NotFound`] below a tenant that isn't there.
    pub async fn namespace_list(&self, ctx: &AdminCtx, path: &str) -> Result<Listing, AdminError> {
        let view = View::of(&self.store, ctx).await?;
        let names = siblings(path).ok_or(AdminError::NotFound)?;
        let items = names.iter().map(|name| ((*name).to_owned(), format!("{path}/{name}"), None)).collect();
        Ok(Listing { items, meta: view.meta(ctx, path).await? })
    }

    /// The objects of a collection.
    ///
    /// # Errors
    /// [`AdminError::NotFound`] below a tenant that isn't there.
    pub async fn collection_list(&self, ctx: &AdminCtx, path: &str) -> Result<Listing, AdminError> {
        let view = View::of(&self.store, ctx).await?;
        let mut items = Vec::new();
        for (key, body) in view.children(path).await? {
            let href = format!("{path}/{key}");
            let kind = Kind::of(&href).ok_or(AdminError::NotFound)?;
            items.push((key, href, Some(kind.answer(body))));
        }
        Ok(Listing { items, meta: view.meta(ctx, path).await? })
    }

    /// One object.
    ///
    /// # Errors
    /// [`AdminError::NotFound`].
    pub async fn object_get(&self, ctx: &AdminCtx, path: &str) -> Result<Object, AdminError> {
        let view = View::of(&self.store, ctx).await?;
        let kind = Kind::of(path).ok_or(AdminError::NotFound)?;
        let body = view.get(path).await?.ok_or(AdminError::NotFound)?;
        Ok(Object { key: last(path).to_owned(), body: kind.answer(body), meta: view.meta(ctx, path).await? })
    }
}

/// The built-in trust store, which is no row: it has exactly the documented three keys.
fn built_in() -> Value {
    json!({"name": "Built-in", "revocation_check": "none", "trust_store_type": "built-in"})
}

/// The path of what contains it.
fn parent(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(parent, _)| parent)
}

/// The last segment of a path.
fn last(path: &str) -> &str {
    path.rsplit_once('/').map_or(path, |(_, last)| last)
}
