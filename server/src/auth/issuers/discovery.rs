//! Finds an issuer's keys: its metadata, and the JWK Set that it names.

use std::time::Duration;

use bytes::Bytes;
use http::{Response, header::CACHE_CONTROL};
use serde::Deserialize;
use url::Url;

use super::keys::KeySet;
use crate::outbound::{self, Client, Limits};

/// For each of the two documents.
const LIMITS: Limits = Limits { bytes: 256 * 1024, time: Duration::from_secs(5) };

/// How long keys count as fresh, whatever the answer says: not fetched all the time, and noticed when withdrawn.
const FRESH: [Duration; 2] = [Duration::from_secs(5 * 60), Duration::from_secs(24 * 60 * 60)];

/// Why there are no keys. For the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(super) enum DiscoveryError {
    #[error(transparent)]
    Outbound(#[from] outbound::Error),
    #[error("the issuer must be a URL without query and fragment")]
    NoIssuer,
    #[error("the issuer's metadata is no JSON with issuer and jwks_uri")]
    NoMetadata,
    #[error("the issuer's metadata is that of another issuer")]
    OtherIssuer,
    #[error("the issuer's jwks_uri must be https like the issuer")]
    NotEncrypted,
    #[error("the issuer's jwks_uri leads to no JWK Set")]
    NoKeys,
}

/// The part of RFC 8414 section 2 and OpenID Connect Discovery section 3 that matters.
#[derive(Deserialize)]
struct Metadata {
    issuer: String,
    jwks_uri: String,
}

/// An issuer's keys, and how long they are fresh.
pub(super) async fn discover(client: &Client, issuer: &str) -> Result<(KeySet, Duration), DiscoveryError> {
    let [openid, oauth] = metadata_urls(issuer).ok_or(DiscoveryError::NoIssuer)?;
    let metadata = match metadata(client, issuer, &openid).await {
        // Nothing for us there: the other place counts, but who knows only the first one hears of it.
        Err(first @ (DiscoveryError::NoMetadata | DiscoveryError::Outbound(outbound::Error::Status(_)))) => {
            metadata(client, issuer, &oauth).await.map_err(|_| first)?
        }
        answer => answer?,
    };
    if issuer.starts_with("https:") && !metadata.jwks_uri.starts_with("https:") {
        return Err(DiscoveryError::NotEncrypted);
    }
    let answer = client.get(&metadata.jwks_uri, LIMITS).await?;
    let keys = KeySet::parse(answer.body()).ok_or(DiscoveryError::NoKeys)?;
    Ok((keys, fresh(&answer)))
}

/// Where the metadata is: after the issuer's path (OpenID Connect Discovery section 4), or before it (RFC 8414
/// section 3).
fn metadata_urls(issuer: &str) -> Option<[String; 2]> {
    let url = Url::parse(issuer).ok().filter(|url| url.query().is_none() && url.fragment().is_none())?;
    let path = url.path().trim_end_matches('/');
    let at = |path: String| {
        let mut url = url.clone();
        url.set_path(&path);
        url.to_string()
    };
    Some([
        at(format!("{path}/.well-known/openid-configuration")),
        at(format!("/.well-known/oauth-authorization-server{path}")),
    ])
}

async fn metadata(client: &Client, issuer: &str, url: &str) -> Result<Metadata, DiscoveryError> {
    let answer = client.get(url, LIMITS).await?;
    let metadata: Metadata = serde_json::from_slice(answer.body()).map_err(|_| DiscoveryError::NoMetadata)?;
    if metadata.issuer != issuer {
        return Err(DiscoveryError::OtherIssuer);
    }
    Ok(metadata)
}

/// `max-age` (RFC 9111 section 5.2.2.1), within bounds.
fn fresh(answer: &Response<Bytes>) -> Duration {
    let values = answer.headers().get_all(CACHE_CONTROL).into_iter().filter_map(|value| value.to_str().ok());
    let mut directives =
        values.flat_map(|value| value.split(',')).map(|directive| directive.trim().to_ascii_lowercase());
    let max_age = directives.find_map(|directive| directive.strip_prefix("max-age=")?.parse().ok());
    let [least, most] = FRESH;
    Duration::from_secs(max_age.unwrap_or(0)).clamp(least, most)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use bytes::Bytes;
    use http::{Response, header::CACHE_CONTROL};

    use super::{fresh, metadata_urls};

    #[test]
    fn metadata_is_after_or_before_the_path() {
        for (issuer, openid, oauth) in [
            ("https://a.example", "", ""),
            ("https://a.example/", "", ""),
            ("https://a.example/realms/x", "/realms/x", "/realms/x"),
            ("https://a.example/realms/x/", "/realms/x", "/realms/x"),
        ] {
            let expected = [
                format!("https://a.example{openid}/.well-known/openid-configuration"),
                format!("https://a.example/.well-known/oauth-authorization-server{oauth}"),
            ];
            assert_eq!(metadata_urls(issuer), Some(expected), "{issuer}");
        }
        for none in ["", "a.example", "https://a.example?x", "https://a.example/#x"] {
            assert_eq!(metadata_urls(none), None, "{none}");
        }
    }

    #[test]
    fn keys_are_fresh_for_five_minutes_to_a_day() {
        for (values, seconds) in [
            (&[][..], 300),
            (&["no-store"], 300),
            (&["max-age=0"], 300),
            (&["max-age=x"], 300),
            (&["public, Max-Age=3600, must-revalidate"], 3600),
            (&["public", "max-age=7200"], 7200),
            (&["max-age=31536000"], 86_400),
            (&["max-age=99999999999999999999"], 300),
        ] {
            let mut answer = Response::new(Bytes::new());
            for value in values {
                answer.headers_mut().append(CACHE_CONTROL, value.parse().unwrap());
            }
            assert_eq!(fresh(&answer).as_secs(), seconds, "{values:?}");
        }
    }
}
