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
    let mut segments = path.strip_prefix("/integrations/")?.split('/');
    let product = match segments.next()? {
        "key" => segments.nth(1)?,
        product => product,
    };
    match product {
        "nginx" => Some(Contract::Nginx),
        "emqx" => Some(Contract::Emqx),
        _ => None,
    }
}

/// Makes whatever came out of a request keep to its contract: a panic, a wrong method, a path that isn't there included.
pub(super) fn keep_contract(path: &str, response: Response) -> Response {
    match contract(path) {
        None => response,
        Some(Contract::Nginx) => nginx::keep(response),
        Some(Contract::Emqx) => emqx::keep(response),
    }
}

/// A path without the key that may be in it: what is logged and stored.
pub(super) fn without_key(path: &str) -> String {
    let Some(rest) = path.strip_prefix("/integrations/") else { return path.to_owned() };
    let known = |segment| matches!(segment, "key" | "nginx" | "auth" | "emqx" | "authn");
    let segments = rest.split('/').map(|segment| if known(segment) { segment } else { "redacted" });
    format!("/integrations/{}", segments.collect::<Vec<_>>().join("/"))
}

#[cfg(test)]
mod tests {
    use super::without_key;

    #[test]
    fn keys_are_not_shown() {
        for (path, shown) in [
            ("/integrations/nginx/auth", "/integrations/nginx/auth"),
            ("/integrations/key/vouchsafe_x/nginx/auth", "/integrations/key/redacted/nginx/auth"),
            ("/integrations/key/vouchsafe_x", "/integrations/key/redacted"),
            ("/integrations/vouchsafe_x/emqx/authn", "/integrations/redacted/emqx/authn"),
            ("/integrations/emqx/authn/vouchsafe_x", "/integrations/emqx/authn/redacted"),
            ("/api/v1/events", "/api/v1/events"),
        ] {
            assert_eq!(without_key(path), shown);
        }
    }
}
