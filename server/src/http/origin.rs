//! Where a request comes from.

use poem::Request;

use super::{integrations::without_key, middleware::RequestId};
use crate::{clock, service::Origin};

/// The peer's address, the request's path and id, and the time, read once.
pub(super) fn origin(request: &Request, operation: &'static str) -> Origin {
    let address =
        request.remote_addr().as_socket_addr().map(|address| address.ip().to_canonical().to_string());
    Origin {
        address: address.unwrap_or_default(),
        operation,
        path: without_key(request.uri().path()),
        request_id: request.data::<RequestId>().map(|id| id.0.clone()).unwrap_or_default(),
        now: clock::now(),
    }
}
