//! The one HTTP client for calls to others: certificate revocation lists, token issuers, and whatever else calls out.
//!
//! Where it calls is configuration, and what answers may send it on. So every URL and every resolved address is
//! checked, at each redirect and each connection (`address`). It never goes through a proxy, whatever the environment
//! says: an address that a proxy resolves can't be checked.

mod address;
mod error;
mod resolver;
#[cfg(test)]
mod tests;

use std::{
    sync::{Arc, PoisonError, RwLock},
    time::Duration,
};

use bytes::Bytes;
use http::{
    HeaderMap, Method, Response, StatusCode,
    header::{AUTHORIZATION, LOCATION},
};
use rustls_pki_types::CertificateDer;
use url::{Host, Url};

pub use address::{Network, NoNetwork};
pub use error::Error;

use address::Addresses;
use resolver::CheckedResolver;

/// How often a call may be sent elsewhere.
const REDIRECTS: usize = 5;

/// How long a connection may take, with TLS.
const CONNECT: Duration = Duration::from_secs(5);

/// How long an answer may pause.
const READ: Duration = Duration::from_secs(10);

/// How much of an answer is waited for.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// The most bytes its body may have.
    pub bytes: usize,
    /// The most time the whole call may take, redirects included.
    pub time: Duration,
}

/// A request to send.
#[derive(Debug, Clone)]
pub struct Request {
    /// Its method. Only GET and HEAD follow redirects.
    pub method: Method,
    /// Where to: http or https, without credentials.
    pub url: Url,
    /// Its headers. `Authorization` is not sent on to another origin.
    pub headers: HeaderMap,
    /// Its body.
    pub body: Bytes,
}

/// Calls others. It has no cookies, and decompresses nothing.
#[derive(Debug)]
pub struct Client {
    addresses: Arc<Addresses>,
    /// Made for the first call: reading the system's CA certificates takes time and memory.
    http: RwLock<Option<reqwest::Client>>,
    /// Whose certificates https servers must have; the system's CAs', if nothing is said.
    pinned: RwLock<Option<Vec<CertificateDer<'static>>>>,
}

impl Client {
    /// A client that calls public addresses, and those private and loopback ones that are in `allow`.
    #[must_use]
    pub fn new(allow: Vec<Network>) -> Self {
        Self {
            addresses: Arc::new(Addresses::new(allow)),
            http: RwLock::default(),
            pinned: RwLock::default(),
        }
    }

    /// Has https servers verified by these CA certificates alone, from the next call on.
    pub fn pin(&self, authorities: Vec<CertificateDer<'static>>) {
        *self.pinned.write().unwrap_or_else(PoisonError::into_inner) = Some(authorities);
        *self.http.write().unwrap_or_else(PoisonError::into_inner) = None;
    }

    /// The answer with status 200 at a URL.
    ///
    /// # Errors
    /// [`Error`]; [`Error::Status`] for another status.
    pub async fn get(&self, url: &str, limits: Limits) -> Result<Response<Bytes>, Error> {
        let url = Url::parse(url).map_err(|_| Error::Url)?;
        let request = Request { method: Method::GET, url, headers: HeaderMap::new(), body: Bytes::new() };
        let response = self.send(request, limits).await?;
        match response.status() {
            StatusCode::OK => Ok(response),
            status => Err(Error::Status(status.as_u16())),
        }
    }

    /// The answer to a request, whatever its status.
    ///
    /// # Errors
    /// [`Error`].
    pub async fn send(&self, request: Request, limits: Limits) -> Result<Response<Bytes>, Error> {
        tokio::time::timeout(limits.time, self.follow(request, limits.bytes))
            .await
            .map_err(|_| Error::Timeout)?
    }

    async fn follow(&self, mut request: Request, most: usize) -> Result<Response<Bytes>, Error> {
        let http = self.http()?;
        for _ in 0..=REDIRECTS {
            self.check(&request.url)?;
            let sent = http
                .request(request.method.clone(), request.url.clone())
                .headers(request.headers.clone())
                .body(request.body.clone());
            let answer = sent.send().await.map_err(|error| Error::of(&error))?;
            let Some(next) = redirection(&request, &answer)? else { return read(answer, most).await };
            if next.origin() != request.url.origin() {
                request.headers.remove(AUTHORIZATION);
            }
            request.url = next;
        }
        Err(Error::Redirect)
    }

    /// Refuses URLs that are not ours to call. The addresses of a name are checked when it is resolved; `Url` has
    /// already brought every way to write an address (`0x7f.1`, `2130706433`) to its one form.
    fn check(&self, url: &Url) -> Result<(), Error> {
        if !matches!(url.scheme(), "http" | "https") || !url.username().is_empty() || url.password().is_some()
        {
            return Err(Error::Url);
        }
        let permitted = match url.host() {
            None => return Err(Error::Url),
            Some(Host::Domain(_)) => true,
            Some(Host::Ipv4(address)) => self.addresses.permit(address.into()),
            Some(Host::Ipv6(address)) => self.addresses.permit(address.into()),
        };
        if permitted { Ok(()) } else { Err(Error::Address) }
    }

    fn http(&self) -> Result<reqwest::Client, Error> {
        if let Some(http) = &*self.http.read().unwrap_or_else(PoisonError::into_inner) {
            return Ok(http.clone());
        }
        let mut http = self.http.write().unwrap_or_else(PoisonError::into_inner);
        let mut client = reqwest::Client::builder()
            .user_agent(concat!("vouchsafe/", env!("CARGO_PKG_VERSION")))
            .dns_resolver(CheckedResolver(Arc::clone(&self.addresses)))
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .connect_timeout(CONNECT)
            .read_timeout(READ);
        if let Some(pinned) = &*self.pinned.read().unwrap_or_else(PoisonError::into_inner) {
            // What can't be read vouches for nobody.
            let authorities = pinned.iter().filter_map(|der| reqwest::Certificate::from_der(der).ok());
            client = client.tls_certs_only(authorities);
        }
        let client = client.build().map_err(|_| Error::Setup)?;
        Ok(http.insert(client).clone())
    }
}

/// Where an answer sends the request, if it does (RFC 9110 section 15.4). What has a body is not sent on: it was
/// meant for whom it was addressed to.
fn redirection(request: &Request, answer: &reqwest::Response) -> Result<Option<Url>, Error> {
    let followed = matches!(request.method, Method::GET | Method::HEAD);
    if !followed || !matches!(answer.status().as_u16(), 301 | 302 | 303 | 307 | 308) {
        return Ok(None);
    }
    let Some(location) = answer.headers().get(LOCATION) else { return Ok(None) };
    let location = location.to_str().map_err(|_| Error::Redirect)?;
    let next = request.url.join(location).map_err(|_| Error::Redirect)?;
    // What began under TLS doesn't go on in the clear.
    if request.url.scheme() == "https" && next.scheme() != "https" {
        return Err(Error::Redirect);
    }
    Ok(Some(next))
}

async fn read(mut answer: reqwest::Response, most: usize) -> Result<Response<Bytes>, Error> {
    let announced = answer.content_length().unwrap_or_default();
    if announced > u64::try_from(most).unwrap_or(u64::MAX) {
        return Err(Error::TooLarge);
    }
    let mut response = Response::new(Bytes::new());
    *response.status_mut() = answer.status();
    *response.headers_mut() = std::mem::take(answer.headers_mut());
    let mut body = Vec::new();
    while let Some(chunk) = answer.chunk().await.map_err(|error| Error::of(&error))? {
        if body.len() + chunk.len() > most {
            return Err(Error::TooLarge);
        }
        body.extend_from_slice(&chunk);
    }
    *response.body_mut() = body.into();
    Ok(response)
}
