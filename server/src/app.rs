//! The only wiring: from settings to a server that answers.

mod tls;

use std::{sync::Arc, time::Duration};

use anyhow::Context;
use futures_util::FutureExt;
use poem::listener::{Acceptor, AcceptorExt, BoxAcceptor, IntoTlsConfigStream, Listener, TcpListener};

use crate::{
    auth::PasswordHasher,
    config::Config,
    http::{self, Shared},
    service::{Authorities, Service},
    setup,
    telemetry::Metrics,
};

/// How long requests may take to end after the signal to stop.
const GRACE: Duration = Duration::from_secs(30);

/// How long a connection may be silent, before, during or after a request.
const IDLE: Duration = Duration::from_secs(75);

/// A server that has its address and its database, and waits to run.
pub struct Server {
    acceptor: BoxAcceptor,
    shared: Arc<Shared>,
    /// The URL under which clients reach it.
    pub url: String,
    /// Whether this is the first start on its database.
    pub first_start: bool,
}

impl std::fmt::Debug for Server {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Server").field("url", &self.url).finish_non_exhaustive()
    }
}

impl Server {
    /// Takes the address, opens the database, makes what a first start makes.
    ///
    /// # Errors
    /// When the address is taken, the database can't be used, or a key or certificate is missing.
    pub async fn start(config: &Config) -> anyhow::Result<Self> {
        let listening = TcpListener::bind(config.listen).into_acceptor().await;
        let acceptor =
            listening.with_context(|| format!("listening on {} (setting listen)", config.listen))?;
        let address = acceptor.local_addr().first().and_then(|address| address.as_socket_addr().copied());
        let url = config.base_url(address.unwrap_or(config.listen));
        let ready = setup::prepare(config, &url, None).await?;
        let tokens = setup::token_issuer(config, &ready, &url).await?;
        let metrics = Arc::new(Metrics::default());
        let passwords = PasswordHasher::new(&config.passwords, Arc::clone(&metrics));
        let authorities = Authorities::new(ready.store.clone(), Arc::clone(&ready.master_key));
        let acceptor: BoxAcceptor = match config.tls.enabled {
            false => acceptor.boxed(),
            true => {
                let certificate = tls::certificate(config, &authorities, &url).await?.into_stream()?;
                let mut acceptor = acceptor.rustls(certificate);
                // poem takes the certificate when it is first polled, and drops a connection that comes with that poll.
                let _ = acceptor.accept().now_or_never();
                acceptor.boxed()
            }
        };
        let (pool, host) = (config.pki.key_pool, own_host(&url)?);
        let service = Service::new(ready.store, passwords, authorities, pool, host, Arc::clone(&metrics))?;
        let shared = Arc::new(Shared { service, tokens, auth_enabled: config.auth.enabled, metrics });
        Ok(Self { acceptor, shared, url, first_start: ready.first_start })
    }

    /// Serves until `stop` resolves; then ends open requests, and closes the database.
    ///
    /// # Errors
    /// When the listener breaks.
    pub async fn run(self, stop: impl Future<Output = ()>) -> anyhow::Result<()> {
        let server = poem::Server::new_with_acceptor(self.acceptor).idle_timeout(IDLE);
        let routes = http::routes(&self.shared);
        server.run_with_graceful_shutdown(routes, stop, Some(GRACE)).await.context("serving")?;
        self.shared.service.close().await;
        Ok(())
    }
}

/// The host of the server's URL, as a certificate names it: a v6 address without its brackets.
fn own_host(url: &str) -> anyhow::Result<String> {
    let url = url::Url::parse(url).context("reading the server's URL")?;
    Ok(url.host_str().context("the server's URL names no host")?.trim_matches(['[', ']']).to_owned())
}
