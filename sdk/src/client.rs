//! The client: where to, as whom, and how a call gets its answer.

use std::{fmt, sync::Arc};

use http::{
    HeaderValue, Method, StatusCode,
    header::{AUTHORIZATION, COOKIE},
};
use serde::de::DeserializeOwned;

use crate::{
    auth::Auth,
    builder::ClientBuilder,
    call::Call,
    configuration::Configuration,
    error::Error,
    events::Events,
    retry::RetryPolicy,
    transport::{Answer, Credentials, Transport},
};

/// A client of one Vouchsafe server, as one OAuth 2.0 client.
///
/// Make one and keep it: it holds the connections and the access token. Clones are cheap and share both.
///
/// ```no_run
/// # async fn example() -> Result<(), vouchsafe_sdk::Error> {
/// use vouchsafe_sdk::{BasicCredentialsRequest, Client};
///
/// let client = Client::builder("https://vouchsafe.example")
///     .client_credentials("fleet-manager", std::env::var("CLIENT_SECRET").unwrap_or_default())
///     .build()?;
/// let created = client.basic_credentials().create(&BasicCredentialsRequest::new()).await?;
/// println!("{} has the id {}", created.username, created.id);
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Client {
    inner: Arc<Inner>,
}

struct Inner {
    /// Without a slash at its end.
    base: String,
    auth: Auth,
    /// `Authorization` of the administrator.
    administrator: Option<HeaderValue>,
    transport: Transport,
}

impl Client {
    /// Begins a client of the server at `base_url`, such as `https://vouchsafe.example`.
    ///
    /// ```no_run
    /// # fn example() -> Result<(), vouchsafe_sdk::Error> {
    /// # use vouchsafe_sdk::Client;
    /// let client = Client::builder("http://localhost:8080").no_auth().build()?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn builder(base_url: impl Into<String>) -> ClientBuilder {
        ClientBuilder::new(base_url.into())
    }

    pub(crate) fn new(
        base: String,
        auth: Auth,
        administrator: Option<HeaderValue>,
        transport: Transport,
    ) -> Self {
        Self { inner: Arc::new(Inner { base, auth, administrator, transport }) }
    }

    /// The server's configuration, in a session of its own, which begins with the first call. It needs an
    /// [administrator](ClientBuilder::administrator).
    ///
    /// ```no_run
    /// # async fn example(password: String) -> Result<(), vouchsafe_sdk::Error> {
    /// # use vouchsafe_sdk::Client;
    /// let client = Client::builder("https://vouchsafe.example").administrator("admin", password).build()?;
    /// let alerts = client.configuration().alerting().system_alerts_get().await?;
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn configuration(&self) -> Configuration {
        Configuration::new(self.clone())
    }

    /// What happens to the tenant's credentials, as it happens: a stream that connects again by itself and misses nothing.
    ///
    /// It needs the scope `tenant:events:read`.
    ///
    /// ```no_run
    /// # async fn example(client: &vouchsafe_sdk::Client) -> Result<(), vouchsafe_sdk::Error> {
    /// let mut events = client.events();
    /// while let Some(event) = events.try_next().await? {
    ///     println!("{} {} {}", event.time, event.credentials_id, event.kind);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn events(&self) -> Events {
        Events::new(self.clone())
    }

    /// A request of `operation` to `path`.
    pub(crate) fn call(&self, operation: &'static str, method: Method, path: &str) -> Call {
        Call::new(operation, method, &self.inner.base, path)
    }

    /// Sends a request whose answer has a JSON body.
    pub(crate) async fn json<T: DeserializeOwned>(&self, call: Call) -> Result<T, Error> {
        self.send(call).await?.json()
    }

    /// Sends a request whose answer has no body.
    pub(crate) async fn empty(&self, call: Call) -> Result<(), Error> {
        self.send(call).await.map(|_| ())
    }

    /// Sends a request. One that a fetched token was refused for is sent once more with a new token: the server has
    /// not carried it out.
    pub(crate) async fn send(&self, call: Call) -> Result<Answer, Error> {
        let Inner { auth, transport, .. } = &*self.inner;
        let authorization = auth.authorization(transport).await?;
        match transport.send(&call, credentials(authorization.as_ref())).await {
            Err(error) if is_refused(&error) && auth.discard(authorization.as_ref()) => {
                let authorization = auth.authorization(transport).await?;
                transport.send(&call, credentials(authorization.as_ref())).await
            }
            outcome => outcome,
        }
    }

    /// As [`send`](Self::send), for an answer that is read as it comes. It is not repeated otherwise.
    pub(crate) async fn open(&self, call: &Call) -> Result<reqwest::Response, Error> {
        let Inner { auth, transport, .. } = &*self.inner;
        let authorization = auth.authorization(transport).await?;
        match transport.open(call, credentials(authorization.as_ref())).await {
            Err(error) if is_refused(&error) && auth.discard(authorization.as_ref()) => {
                let authorization = auth.authorization(transport).await?;
                transport.open(call, credentials(authorization.as_ref())).await
            }
            outcome => outcome,
        }
    }

    pub(crate) fn retry(&self) -> &RetryPolicy {
        &self.inner.transport.retry
    }
}

impl Client {
    /// Sends a request of a session.
    pub(crate) async fn send_with_cookie(&self, call: &Call, cookie: &HeaderValue) -> Result<Answer, Error> {
        self.inner.transport.send(call, Some((COOKIE, cookie))).await
    }

    /// Sends a request with the administrator's name and password.
    pub(crate) async fn send_as_administrator(&self, call: &Call) -> Result<Answer, Error> {
        let Some(administrator) = &self.inner.administrator else {
            let message =
                "the configuration needs an administrator: name one with ClientBuilder::administrator";
            return Err(Error::Config(message.to_owned()));
        };
        self.inner.transport.send(call, Some((AUTHORIZATION, administrator))).await
    }
}

fn is_refused(error: &Error) -> bool {
    error.status() == Some(StatusCode::UNAUTHORIZED)
}

fn credentials(authorization: Option<&HeaderValue>) -> Option<Credentials<'_>> {
    authorization.map(|value| (AUTHORIZATION, value))
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client").field("base_url", &self.inner.base).finish_non_exhaustive()
    }
}
