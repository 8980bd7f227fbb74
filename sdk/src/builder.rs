//! Builds a client.

use std::{fmt, time::Duration};

use http::{HeaderMap, HeaderValue, header};
use reqwest::{Certificate, redirect};
use url::Url;

use crate::{
    auth::{self, Auth},
    client::Client,
    error::Error,
    generated::TOKEN_URL,
    retry::RetryPolicy,
    secret::Secret,
    token::TokenSource,
    transport::Transport,
};

const SDK: &str = concat!(env!("CARGO_PKG_NAME"), "/", env!("CARGO_PKG_VERSION"));

/// What a [`Client`] is to be. Begun by [`Client::builder`]; says how to authenticate, then [`build`](Self::build)s.
#[must_use]
pub struct ClientBuilder {
    base_url: String,
    login: Option<Login>,
    administrator: Option<(String, Secret)>,
    token_url: Option<String>,
    scope: Option<String>,
    connect_timeout: Duration,
    request_timeout: Duration,
    retry: RetryPolicy,
    user_agent: Option<String>,
    root_certificates: Vec<Vec<u8>>,
}

enum Login {
    None,
    Bearer(Secret),
    ClientCredentials(String, Secret),
}

impl ClientBuilder {
    pub(crate) fn new(base_url: String) -> Self {
        Self {
            base_url,
            login: None,
            administrator: None,
            token_url: None,
            scope: None,
            connect_timeout: Duration::from_secs(5),
            request_timeout: Duration::from_secs(30),
            retry: RetryPolicy::default(),
            user_agent: None,
            root_certificates: Vec::new(),
        }
    }

    /// Authenticates with access tokens that the client fetches with its id and secret (OAuth 2.0 client credentials),
    /// renews before they expire, and replaces when the server refuses one.
    ///
    /// ```no_run
    /// # fn example(secret: String) -> Result<(), vouchsafe_sdk::Error> {
    /// # use vouchsafe_sdk::Client;
    /// let client = Client::builder("https://vouchsafe.example").client_credentials("fleet-manager", secret).build()?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn client_credentials(
        mut self,
        client_id: impl Into<String>,
        client_secret: impl Into<Secret>,
    ) -> Self {
        self.login = Some(Login::ClientCredentials(client_id.into(), client_secret.into()));
        self
    }

    /// Authenticates with this access token, which the caller renews by building another client.
    ///
    /// ```no_run
    /// # fn example(token: String) -> Result<(), vouchsafe_sdk::Error> {
    /// # use vouchsafe_sdk::Client;
    /// let client = Client::builder("https://vouchsafe.example").bearer_token(token).build()?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn bearer_token(mut self, token: impl Into<Secret>) -> Self {
        self.login = Some(Login::Bearer(token.into()));
        self
    }

    /// Does not authenticate: for a server whose API authentication is off.
    ///
    /// ```no_run
    /// # fn example() -> Result<(), vouchsafe_sdk::Error> {
    /// # use vouchsafe_sdk::Client;
    /// let client = Client::builder("http://localhost:8080").no_auth().build()?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn no_auth(mut self) -> Self {
        self.login = Some(Login::None);
        self
    }

    /// Works on the configuration as this administrator: see [`Client::configuration`]. Alone it is enough for a client
    /// that does nothing else.
    ///
    /// ```no_run
    /// # fn example(password: String) -> Result<(), vouchsafe_sdk::Error> {
    /// # use vouchsafe_sdk::Client;
    /// let client = Client::builder("https://vouchsafe.example").administrator("admin", password).build()?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn administrator(mut self, username: impl Into<String>, password: impl Into<Secret>) -> Self {
        self.administrator = Some((username.into(), password.into()));
        self
    }

    /// Where tokens are fetched, if not at `/oauth2/token` under the base URL.
    ///
    /// ```no_run
    /// # fn example(secret: String) -> Result<(), vouchsafe_sdk::Error> {
    /// # use vouchsafe_sdk::Client;
    /// let client = Client::builder("https://vouchsafe.example")
    ///     .client_credentials("fleet-manager", secret)
    ///     .token_url("https://login.example/realms/fleet/protocol/openid-connect/token")
    ///     .build()?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn token_url(mut self, token_url: impl Into<String>) -> Self {
        self.token_url = Some(token_url.into());
        self
    }

    /// The scopes to ask for, separated by spaces. Without it the token endpoint grants all that the client may have.
    ///
    /// ```no_run
    /// # fn example(secret: String) -> Result<(), vouchsafe_sdk::Error> {
    /// # use vouchsafe_sdk::Client;
    /// let client = Client::builder("https://vouchsafe.example")
    ///     .client_credentials("auditor", secret)
    ///     .scope("tenant:basic-credentials:read tenant:x509-credentials:read")
    ///     .build()?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn scope(mut self, scope: impl Into<String>) -> Self {
        self.scope = Some(scope.into());
        self
    }

    /// How long a connection may take to come about: 5 seconds unless set.
    ///
    /// ```no_run
    /// # fn example(builder: vouchsafe_sdk::ClientBuilder) -> vouchsafe_sdk::ClientBuilder {
    /// builder.connect_timeout(std::time::Duration::from_secs(1))
    /// # }
    /// ```
    pub fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.connect_timeout = timeout;
        self
    }

    /// How long one attempt may take, from connecting to the last byte of the answer: 30 seconds unless set.
    ///
    /// ```no_run
    /// # fn example(builder: vouchsafe_sdk::ClientBuilder) -> vouchsafe_sdk::ClientBuilder {
    /// builder.request_timeout(std::time::Duration::from_secs(10))
    /// # }
    /// ```
    pub fn request_timeout(mut self, timeout: Duration) -> Self {
        self.request_timeout = timeout;
        self
    }

    /// How often a failed request is sent again, where that is safe.
    ///
    /// ```no_run
    /// # use vouchsafe_sdk::RetryPolicy;
    /// # fn example(builder: vouchsafe_sdk::ClientBuilder) -> vouchsafe_sdk::ClientBuilder {
    /// builder.retry(RetryPolicy::new().attempts(5))
    /// # }
    /// ```
    pub fn retry(mut self, policy: RetryPolicy) -> Self {
        self.retry = policy;
        self
    }

    /// The program's name and version, sent as `User-Agent` before the SDK's own.
    ///
    /// ```no_run
    /// # fn example(builder: vouchsafe_sdk::ClientBuilder) -> vouchsafe_sdk::ClientBuilder {
    /// builder.user_agent("fleet-manager/2.1")
    /// # }
    /// ```
    pub fn user_agent(mut self, product: impl Into<String>) -> Self {
        self.user_agent = Some(product.into());
        self
    }

    /// Trusts the certification authorities in a PEM file, beside those of the system.
    ///
    /// ```no_run
    /// # fn example(builder: vouchsafe_sdk::ClientBuilder) -> std::io::Result<vouchsafe_sdk::ClientBuilder> {
    /// Ok(builder.root_certificates(std::fs::read("platform-ca.pem")?))
    /// # }
    /// ```
    pub fn root_certificates(mut self, pem: impl Into<Vec<u8>>) -> Self {
        self.root_certificates.push(pem.into());
        self
    }

    /// Makes the client. It connects when it is first used.
    ///
    /// ```no_run
    /// # fn example() -> Result<(), vouchsafe_sdk::Error> {
    /// # use vouchsafe_sdk::Client;
    /// let client = Client::builder("http://localhost:8080").no_auth().build()?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`Error::Config`] where a URL, a token, a certificate or the user agent is none, and where nothing says how to
    /// authenticate.
    pub fn build(self) -> Result<Client, Error> {
        let base = base("base URL", &self.base_url)?;
        let token_url = match &self.token_url {
            Some(url) => checked("token URL", url)?.into(),
            None if TOKEN_URL.starts_with('/') => format!("{base}{TOKEN_URL}"),
            None => TOKEN_URL.to_owned(),
        };
        let http = self.http(&[&base, &token_url])?;
        let administrator = match &self.administrator {
            None => None,
            // A name ends at the colon (RFC 7617 section 2).
            Some((name, _)) if name.contains(':') => {
                return Err(config("the administrator's name must not contain ':'"));
            }
            Some((name, password)) => auth::basic(&format!("{name}:{}", password.expose()).into()),
        };
        let auth = match self.login {
            None if administrator.is_none() => {
                return Err(config(
                    "choose one of client_credentials, bearer_token, administrator and no_auth",
                ));
            }
            None | Some(Login::None) => Auth::None,
            Some(Login::Bearer(token)) => {
                let value = auth::bearer(&token);
                Auth::Bearer(
                    value.ok_or_else(|| config("the bearer token has characters that no token has"))?,
                )
            }
            Some(Login::ClientCredentials(id, secret)) => {
                Auth::Fetched(Box::new(TokenSource::new(token_url, &id, &secret, self.scope.as_deref())))
            }
        };
        Ok(Client::new(base, auth, administrator, Transport { http, retry: self.retry }))
    }

    fn http(&self, urls: &[&str]) -> Result<reqwest::Client, Error> {
        let user_agent = match &self.user_agent {
            Some(product) => format!("{product} {SDK}"),
            None => SDK.to_owned(),
        };
        let user_agent =
            HeaderValue::try_from(user_agent).map_err(|_| config("the user agent is no header value"))?;
        let mut headers = HeaderMap::new();
        headers.insert(header::ACCEPT, HeaderValue::from_static("application/json"));
        let mut certificates = Vec::new();
        for pem in &self.root_certificates {
            let found = Certificate::from_pem_bundle(pem).unwrap_or_default();
            if found.is_empty() {
                return Err(config("the root certificates are no certificates in PEM"));
            }
            certificates.extend(found);
        }
        let builder = reqwest::Client::builder()
            .user_agent(user_agent)
            .default_headers(headers)
            .connect_timeout(self.connect_timeout)
            .timeout(self.request_timeout)
            // A redirect would carry the request's secrets to somewhere else.
            .redirect(redirect::Policy::none());
        let builder = if urls.iter().any(|url| url.starts_with("https:")) {
            builder.tls_certs_merge(certificates)
        } else {
            // Without TLS the system's certificates need be neither read nor there.
            builder.tls_certs_only(certificates)
        };
        builder
            .build()
            .map_err(|error| config(format!("the HTTP client can't be made: {}", innermost(&error))))
    }
}

impl fmt::Debug for ClientBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientBuilder").field("base_url", &self.base_url).finish_non_exhaustive()
    }
}

fn config(message: impl Into<String>) -> Error {
    Error::Config(message.into())
}

fn checked(what: &str, text: &str) -> Result<Url, Error> {
    let url = Url::parse(text).map_err(|error| config(format!("the {what} is no URL: {error}")))?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(config(format!("the {what} must begin with http:// or https://")));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(config(format!("the {what} must not have a username or a password in it")));
    }
    Ok(url)
}

/// A URL to which paths can be appended.
fn base(what: &str, text: &str) -> Result<String, Error> {
    let url = checked(what, text)?;
    if url.query().is_some() || url.fragment().is_some() {
        return Err(config(format!("the {what} must end before `?` and `#`")));
    }
    Ok(url.as_str().trim_end_matches('/').to_owned())
}

/// The last reason of an error, which is the one that says what is wrong.
fn innermost(error: &dyn std::error::Error) -> String {
    let mut innermost = error;
    while let Some(source) = innermost.source() {
        innermost = source;
    }
    innermost.to_string()
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn base_urls_end_where_paths_begin() {
        let cases = [
            ("http://localhost:8080", "http://localhost:8080"),
            ("http://localhost:8080/", "http://localhost:8080"),
            ("HTTPS://Example/behind//", "https://example/behind"),
        ];
        for (given, expected) in cases {
            assert_eq!(base("base URL", given).unwrap(), expected);
        }
    }

    #[test]
    fn what_can_not_work_is_refused() {
        let with = |url: &str| Client::builder(url).no_auth();
        let cases = [
            (with("localhost"), "the base URL is no URL: relative URL without a base"),
            (with("ftp://h"), "the base URL must begin with http:// or https://"),
            (with("http://u:p@h"), "the base URL must not have a username or a password in it"),
            (with("http://h/?a"), "the base URL must end before `?` and `#`"),
            (with("http://h").token_url("h"), "the token URL is no URL: relative URL without a base"),
            (with("http://h").user_agent("a\nb"), "the user agent is no header value"),
            (with("http://h").root_certificates("no"), "the root certificates are no certificates in PEM"),
            (with("http://h").bearer_token("a\n"), "the bearer token has characters that no token has"),
            (
                Client::builder("http://h"),
                "choose one of client_credentials, bearer_token, administrator and no_auth",
            ),
        ];
        for (builder, expected) in cases {
            assert_eq!(builder.build().unwrap_err().to_string(), expected);
        }
    }

    #[test]
    fn nothing_secret_is_printed() {
        let builder = Client::builder("http://h").client_credentials("id", "hunter2").scope("s");
        assert_eq!(format!("{builder:?}"), r#"ClientBuilder { base_url: "http://h", .. }"#);
        let client = builder.build().unwrap();
        assert_eq!(format!("{client:?}"), r#"Client { base_url: "http://h", .. }"#);
    }
}
