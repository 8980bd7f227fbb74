//! For proxies and brokers that ask whether a device may pass, each by its own contract. A wrong status is a way in: what
//! one product takes for a refusal, another takes for "ask somebody else".

mod caller;
mod emqx;
mod nginx;

use poem::Response;

pub(super) use emqx::{emqx_authn, emqx_authn_with_key};
pub(super) use nginx::{nginx_auth, nginx_auth_with_key};

/// Whose contract a path is under.
enum Contract {
    Nginx,
    Emqx,
}

fn contract(path: &str) -> Option<Contract> {
    // A slash too many, or a key that is missing, makes it no other's.
    let mut segments = path.split('/').filter(|segment| !segment.is_empty());
    segments.next().filter(|first| *first == "integrations")?;
    segments.find_map(|segment| match segment {
        "nginx" => Some(Contract::Nginx),
        "emqx" => Some(Contract::Emqx),
        _ => None,
    })
}

/// Makes whatever came out of a request keep to its contract: a panic, a wrong method, a path that isn't there included.
pub(super) fn keep_contract(path: &str, response: Response) -> Response {
    match contract(path) {
        None => response,
        Some(Contract::Nginx) => nginx::keep(response),
        Some(Contract::Emqx) => emqx::keep(response),
    }
}

fn is_key(segment: &str) -> bool {
    segment.starts_with("vouchsafe_")
}

/// A path without the key that may be in it: what is logged and stored.
pub(super) fn without_key(path: &str) -> String {
    let Some(rest) = path.strip_prefix("/integrations/") else {
        if !path.contains("vouchsafe_") {
            return path.to_owned();
        }
        // Nearly such a path, and so nothing of ours, but the key in it is good.
        let segments = path.split('/').map(|segment| if is_key(segment) { "redacted" } else { segment });
        return segments.collect::<Vec<_>>().join("/");
    };
    let known = |segment| matches!(segment, "key" | "nginx" | "auth" | "emqx" | "authn");
    let segments = rest.split('/').map(|segment| if known(segment) { segment } else { "redacted" });
    format!("/integrations/{}", segments.collect::<Vec<_>>().join("/"))
}

#[cfg(test)]
#[expect(clippy::unwrap_used, clippy::panic, reason = "tests")]
mod tests {
    use std::sync::Arc;

    use poem::{
        Request, Response,
        endpoint::make_sync,
        http::{Method, StatusCode, Uri},
    };

    use super::{super::middleware, without_key};
    use crate::telemetry::Metrics;

    /// The status and the body of what is answered when a handler answers with a status, or panics.
    async fn kept(path: &'static str, status: Option<u16>) -> (u16, String) {
        let handler = make_sync(move |_| match status {
            Some(status) => {
                let status = StatusCode::from_u16(status).unwrap();
                Response::builder().status(status).header("location", "/").body(r#"{"result": "allow"}"#)
            }
            None => panic!("a handler panics"),
        });
        let request = Request::builder().method(Method::POST).uri(Uri::from_static(path)).finish();
        let metrics = Arc::new(Metrics::default());
        let mut response = middleware::answer(Arc::new(handler), request, metrics).await.unwrap();
        let body = response.take_body().into_string().await.unwrap();
        (response.status().as_u16(), body)
    }

    #[tokio::test]
    async fn whatever_happens_the_contract_is_kept() {
        let statuses = [301, 400, 404, 405, 408, 413, 415, 429, 500, 502, 503].map(Some);
        for status in statuses.into_iter().chain([None]) {
            for path in [
                "/integrations/nginx/auth",
                "/integrations/key/vouchsafe_x/nginx/auth",
                "/integrations/nginx/x",
            ] {
                assert_eq!(kept(path, status).await, (403, String::new()), "{path} {status:?}");
            }
        }
        let statuses = [200, 201, 204, 206, 301, 400, 401, 403, 404, 405, 413, 429, 500, 503].map(Some);
        for status in statuses.into_iter().chain([None]) {
            for path in [
                "/integrations/emqx/authn",
                "/integrations/key/vouchsafe_x/emqx/authn",
                "/integrations/emqx/x",
            ] {
                let denied = (200, r#"{"result":"deny"}"#.to_owned());
                assert_eq!(kept(path, status).await, denied, "{path} {status:?}");
            }
        }
        assert_eq!(kept("/integrations/other", None).await.0, 500);
    }

    #[test]
    fn keys_are_not_shown() {
        for (path, shown) in [
            ("/integrations/nginx/auth", "/integrations/nginx/auth"),
            ("/integrations/key/vouchsafe_x/nginx/auth", "/integrations/key/redacted/nginx/auth"),
            ("/integrations/key/vouchsafe_x", "/integrations/key/redacted"),
            ("/integrations/vouchsafe_x/emqx/authn", "/integrations/redacted/emqx/authn"),
            ("/integrations/emqx/authn/vouchsafe_x", "/integrations/emqx/authn/redacted"),
            ("/api/v1/events", "/api/v1/events"),
            // A base URL with a slash too many, another case, a prefix that a proxy should have taken away.
            ("//integrations/key/vouchsafe_x/emqx/authn", "//integrations/key/redacted/emqx/authn"),
            ("/integrations//key/vouchsafe_x/emqx/authn", "/integrations/redacted/key/redacted/emqx/authn"),
            ("/Integrations/key/vouchsafe_x", "/Integrations/key/redacted"),
            ("/auth/integrations/key/vouchsafe_x/", "/auth/integrations/key/redacted/"),
        ] {
            assert_eq!(without_key(path), shown);
        }
    }
}
