//! Resolves names to addresses that may be called.

use std::{net::SocketAddr, sync::Arc};

use reqwest::dns::{Addrs, Name, Resolve, Resolving};

use super::{Error, address::Addresses};

/// The system's resolver, and of its addresses only those that may be called. The connection goes to one of these: what
/// the name means a moment later changes nothing.
#[derive(Debug)]
pub(super) struct CheckedResolver(pub(super) Arc<Addresses>);

impl Resolve for CheckedResolver {
    fn resolve(&self, name: Name) -> Resolving {
        let addresses = Arc::clone(&self.0);
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await.map_err(|_| Error::Name)?;
            let permitted: Vec<SocketAddr> = found.filter(|address| addresses.permit(address.ip())).collect();
            if permitted.is_empty() {
                return Err(Error::Address.into());
            }
            Ok(Box::new(permitted.into_iter()) as Addrs)
        })
    }
}
