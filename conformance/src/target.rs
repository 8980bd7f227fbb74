//! What is tested: a server's address and how to get in.

use std::{fmt, time::Duration};

use reqwest::{Certificate, Url};
use serde::Serialize;

/// A server to test.
#[derive(Debug, Clone)]
pub struct Target {
    url: String,
    auth: Auth,
    admin: Option<Admin>,
    tokens: Tokens,
    authorities: Vec<Certificate>,
}

/// Access tokens that are not the run's own, for the cases about who is let in. Cases that need one that is not there are
/// skipped, unless the run can make it: in the profile `extended` with an administrator all but the expired one.
#[derive(Debug, Clone, Default)]
pub struct Tokens {
    /// One of another tenant, with all scopes.
    pub other_tenant: Option<Secret>,
    /// A valid one that lacks every scope of the client credentials API.
    pub without_scopes: Option<Secret>,
    /// One that was valid once.
    pub expired: Option<Secret>,
}

/// An administrator's login to the configuration API. It must be allowed to read and write all of the configuration.
#[derive(Debug, Clone)]
pub struct Admin {
    /// User name.
    pub user: String,
    /// Password.
    pub password: Secret,
}

/// How requests to the client credentials API are authorised.
#[derive(Debug, Clone)]
pub enum Auth {
    /// Not at all.
    None,
    /// With this access token.
    Token(Secret),
    /// With an access token that the client credentials grant yields (RFC 6749 section 4.4).
    ClientCredentials {
        /// Client identifier.
        client_id: String,
        /// Client secret.
        client_secret: Secret,
        /// Whole URL of the token endpoint; when absent, the documented path below the target's URL.
        token_url: Option<String>,
    },
}

/// Text that is never printed.
#[derive(Clone)]
pub struct Secret(String);

impl Secret {
    /// Takes a secret.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    pub(crate) fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret([redacted])")
    }
}

impl Target {
    /// A server under `url`, which is everything before `/api`: `https://ccm.example`.
    ///
    /// # Errors
    /// When `url`, or the token endpoint's URL in `auth`, can't be used.
    pub fn new(url: &str, auth: Auth) -> Result<Self, UrlError> {
        if let Auth::ClientCredentials { token_url: Some(url), .. } = &auth {
            check(url)?;
        }
        let url = check(url)?.as_str().trim_end_matches('/').to_owned();
        Ok(Self { url, auth, admin: None, tokens: Tokens::default(), authorities: Vec::new() })
    }

    /// The same server with an administrator's login. Without one the cases of the configuration API are skipped.
    #[must_use]
    pub fn with_admin(self, admin: Admin) -> Self {
        Self { admin: Some(admin), ..self }
    }

    /// The same server with further access tokens.
    #[must_use]
    pub fn with_tokens(self, tokens: Tokens) -> Self {
        Self { tokens, ..self }
    }

    /// The same server, with CAs that are trusted besides the system's: one or more certificates in PEM.
    ///
    /// # Errors
    /// When there is no certificate in `pem`, or one that is broken.
    pub fn with_authorities(self, pem: &[u8]) -> Result<Self, AuthorityError> {
        let authorities = Certificate::from_pem_bundle(pem).map_err(|_| AuthorityError)?;
        if authorities.is_empty() {
            return Err(AuthorityError);
        }
        Ok(Self { authorities, ..self })
    }

    /// The URL without a slash at its end.
    pub fn url(&self) -> &str {
        &self.url
    }

    pub(crate) fn auth(&self) -> &Auth {
        &self.auth
    }

    pub(crate) fn tokens(&self) -> &Tokens {
        &self.tokens
    }

    pub(crate) fn admin(&self) -> Option<&Admin> {
        self.admin.as_ref()
    }

    pub(crate) fn authorities(&self) -> &[Certificate] {
        &self.authorities
    }
}

/// What was to be trusted is no certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("there is no whole certificate in PEM (`-----BEGIN CERTIFICATE-----`)")]
pub struct AuthorityError;

/// Why a URL can't be used.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum UrlError {
    /// It doesn't parse.
    #[error("`{0}` is not a URL such as http://127.0.0.1:8080")]
    Malformed(String),
    /// Another scheme.
    #[error("`{0}` must start with http:// or https://")]
    Scheme(String),
    /// A username or password in the URL; it is not repeated.
    #[error("the URL must not contain a username or password")]
    UserInfo,
    /// Something behind the path.
    #[error("`{0}` must not have a query or a fragment")]
    Query(String),
}

fn check(text: &str) -> Result<Url, UrlError> {
    let url = Url::parse(text).map_err(|_| UrlError::Malformed(text.to_owned()))?;
    if !url.username().is_empty() || url.password().is_some() {
        return Err(UrlError::UserInfo);
    }
    if !matches!(url.scheme(), "http" | "https") {
        return Err(UrlError::Scheme(text.to_owned()));
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err(UrlError::Query(text.to_owned()));
    }
    Ok(url)
}

/// Which cases run, and how.
#[derive(Debug, Clone)]
pub struct Options {
    /// Which part of the document the target claims to implement.
    pub profile: Profile,
    /// Only cases whose id matches one of these; all when empty. `*` stands for any text, `?` for any character.
    pub only: Vec<String>,
    /// Cases that are reported as skipped.
    pub skip: Vec<Skip>,
    /// How long one request may take.
    pub timeout: Duration,
    /// How many cases may run at a time. Those that change the configuration run one after the other.
    pub parallel: usize,
    /// Whether to stop at the first Fail. Cases that did not run are not in the outcome then.
    pub fail_fast: bool,
}

/// Cases to skip, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Skip {
    /// Pattern of their ids.
    pub glob: String,
    /// Why, if it was said. A run passes only if it was.
    pub reason: Option<String>,
}

impl From<&str> for Skip {
    /// `GLOB` or `GLOB=REASON`.
    fn from(text: &str) -> Self {
        match text.split_once('=') {
            Some((glob, reason)) if !reason.trim().is_empty() => {
                Self { glob: glob.to_owned(), reason: Some(reason.to_owned()) }
            }
            Some((glob, _)) => Self { glob: glob.to_owned(), reason: None },
            None => Self { glob: text.to_owned(), reason: None },
        }
    }
}

impl Skip {
    /// The reason, or what is to be done to give one.
    pub(crate) fn told(&self) -> String {
        let glob = &self.glob;
        let lacking =
            || format!("asked for with `{glob}`, but without a reason: write --skip '{glob}=REASON'");
        self.reason.clone().unwrap_or_else(lacking)
    }
}

impl From<Profile> for Options {
    fn from(profile: Profile) -> Self {
        Self { profile, ..Self::default() }
    }
}

impl Default for Options {
    fn default() -> Self {
        Self {
            profile: Profile::default(),
            only: Vec::new(),
            skip: Vec::new(),
            timeout: Duration::from_secs(30),
            parallel: 4,
            fail_fast: false,
        }
    }
}

/// A part of the document that a target can implement.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, clap::ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub enum Profile {
    /// What the reference of the client credentials API documents; extensions may be there or not.
    ClientCredentials,
    /// What the reference of the configuration API names; extensions may be there or not.
    Configuration,
    /// Both and everything else in the document.
    #[default]
    Extended,
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn urls_are_checked_before_anything_is_sent() {
        let new = |url: &str| Target::new(url, Auth::None).map(|target| target.url().to_owned());
        assert_eq!(new("http://127.0.0.1:8080/").unwrap(), "http://127.0.0.1:8080");
        assert_eq!(new("https://a.example/ccm/").unwrap(), "https://a.example/ccm");
        assert_eq!(new("localhost"), Err(UrlError::Malformed("localhost".to_owned())));
        assert_eq!(new("http://"), Err(UrlError::Malformed("http://".to_owned())));
        assert_eq!(new("localhost:8080"), Err(UrlError::Scheme("localhost:8080".to_owned())));
        assert_eq!(new("http://a:b@c"), Err(UrlError::UserInfo));
        assert_eq!(new("http://a/?b"), Err(UrlError::Query("http://a/?b".to_owned())));
        let auth = Auth::ClientCredentials {
            client_id: "a".to_owned(),
            client_secret: Secret::new("hidden"),
            token_url: Some("ftp://a".to_owned()),
        };
        assert!(!format!("{auth:?}").contains("hidden"));
        assert_eq!(Target::new("http://a", auth).unwrap_err(), UrlError::Scheme("ftp://a".to_owned()));
    }
}
