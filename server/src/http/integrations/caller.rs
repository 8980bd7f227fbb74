//! Who asks, and from where the device comes that they ask about.

use std::net::IpAddr;

use poem::Request;
use vouchsafe_domain::Secret;

use crate::{
    http::{Shared, origin::origin},
    outbound::Network,
    service::{Error, Integration, Refusal},
};

/// The header of the integration key.
const KEY: &str = "x-vouchsafe-key";

/// The caller that the key belongs to: the one of the path, for callers that can't set headers, or of the header.
///
/// # Errors
/// [`Error::Unauthenticated`] without a good key; what the database says.
pub(super) async fn integration(
    request: &Request,
    shared: &Shared,
    key: Option<&str>,
    operation: &'static str,
    path: &'static str,
) -> Result<Integration, Error> {
    let origin = origin(request, operation);
    let found = match key.or_else(|| request.header(KEY)) {
        Some(key) => shared.service.integration(&origin, &Secret::new(key)).await,
        None => Err(Error::Unauthenticated {
            message: "an integration key is needed: send it in the header X-Vouchsafe-Key".to_owned(),
            token_sent: false,
        }),
    };
    if let Err(Error::Unauthenticated { .. }) = &found {
        shared.service.refused(Refusal::unknown(&origin, path, "no valid integration key"));
    }
    found
}

/// The address of the device behind trusted proxies: the last one in `X-Forwarded-For` that is none of them, else
/// `X-Real-IP`. Nobody else's headers count: a device could write them itself.
pub(super) fn device(request: &Request, trusted: &[Network]) -> Option<IpAddr> {
    let is_trusted = |address: &IpAddr| trusted.iter().any(|network| network.contains(*address));
    let peer = request.remote_addr().as_socket_addr()?.ip();
    if !is_trusted(&peer) {
        return None;
    }
    let headers = request.headers().get_all("x-forwarded-for").iter();
    let hops: Vec<&str> =
        headers.filter_map(|value| value.to_str().ok()).flat_map(|value| value.split(',')).collect();
    for hop in hops.iter().rev() {
        let address: IpAddr = hop.trim().parse().ok()?;
        if !is_trusted(&address) {
            return Some(address);
        }
    }
    request.header("x-real-ip").and_then(|address| address.trim().parse().ok())
}
