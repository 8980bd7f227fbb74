//! Who asks, and from where the device comes that they ask about.

use std::{net::IpAddr, time::Duration};

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

/// How long an answer may take. EMQX gives up after five seconds, and asks its next authenticator.
const IN_TIME: Duration = Duration::from_secs(4);

/// A decision, unless the database or the queue of hashes takes too long.
///
/// # Errors
/// [`Error::Busy`]; the decision's.
pub(super) async fn in_time<T>(decision: impl Future<Output = Result<T, Error>>) -> Result<T, Error> {
    tokio::time::timeout(IN_TIME, decision).await.unwrap_or(Err(Error::Busy))
}

/// The address of the device behind trusted proxies: the last one in `X-Forwarded-For` that is none of them, or the first
/// if all are; `X-Real-IP` where there is no such header. Nobody else's headers count: a device could write them itself.
pub(super) fn device(request: &Request, trusted: &[Network]) -> Option<IpAddr> {
    let is_trusted = |address: &IpAddr| trusted.iter().any(|network| network.contains(*address));
    let peer = request.remote_addr().as_socket_addr()?.ip();
    if !is_trusted(&peer) {
        return None;
    }
    let headers = request.headers().get_all("x-forwarded-for").iter();
    let hops: Vec<&str> =
        headers.filter_map(|value| value.to_str().ok()).flat_map(|value| value.split(',')).collect();
    if hops.is_empty() {
        return request.header("x-real-ip").and_then(|address| address.trim().parse().ok());
    }
    let mut device = None;
    for hop in hops.iter().rev() {
        let address: IpAddr = hop.trim().parse().ok()?;
        device = Some(address);
        if !is_trusted(&address) {
            break;
        }
    }
    device
}
