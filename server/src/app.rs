//! The only wiring: from settings to a server that answers.

mod tls;

use std::{sync::Arc, time::Duration};

use anyhow::Context;

use crate::{
    auth::{Issuers, PasswordHasher},
    config::Config,
    http::{self, Shared},
    listener::Listener,
    outbound,
    service::{Authorities, Options, Service},
    setup,
    telemetry::Metrics,
};
use tls::Keeper;

/// A server that has its address and its database, and waits to run.
pub struct Server {
    listener: Listener,
    keeper: Option<Keeper>,
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
        let listening = Listener::bind(config.listen).await;
        let mut listener =
            listening.with_context(|| format!("listening on {} (setting listen)", config.listen))?;
        let url = config.base_url(listener.address());
        let ready = setup::prepare(config, &url, None).await?;
        let tokens = setup::token_issuer(config, &ready, &url).await?;
        let metrics = Arc::new(Metrics::default());
        let passwords = PasswordHasher::new(&config.passwords, Arc::clone(&metrics));
        let authorities = || Authorities::new(ready.store.clone(), Arc::clone(&ready.master_key));
        let host = own_host(&url)?;
        let keeper = match config.tls.enabled {
            true => Some(Keeper::start(config, authorities(), host.clone()).await?),
            false => None,
        };
        let server_certificate = keeper.as_ref().map(Keeper::certificate).unwrap_or_default();
        if keeper.is_some() {
            listener = listener.with_tls(Arc::clone(&server_certificate))?;
        }
        let outbound = Arc::new(outbound::Client::new(config.outbound.allow.clone()));
        let options = Options {
            key_pool: config.pki.key_pool,
            remembered: config.passwords.remembered,
            public_url: config.public_url.as_ref().map(|_| url.clone()),
            outbound_trust_store: config.outbound.trust_store.clone(),
            own_host: host,
            issuer: url.clone(),
            has_tls: keeper.is_some(),
            ca_ttl: Duration::from_secs(u64::from(config.pki.ca_ttl_days) * 86_400),
        };
        let (client, counters) = (Arc::clone(&outbound), Arc::clone(&metrics));
        let service = Service::new(ready.store.clone(), passwords, authorities(), client, options, counters)?;
        let shared = Arc::new(Shared {
            service,
            tokens,
            issuers: Issuers::new(outbound),
            secure_cookies: url.starts_with("https:"),
            auth_enabled: config.auth.enabled,
            metrics,
            server_certificate,
            trusted_proxies: config.trusted_proxies.clone(),
        });
        Ok(Self { listener, keeper, shared, url, first_start: ready.first_start })
    }

    /// The document that poem-openapi makes of the routes, JSON: it must say what ours says.
    #[must_use]
    pub fn described(&self) -> String {
        http::api(&self.shared).spec()
    }

    /// Serves until `stop` resolves; then ends open requests, and closes the database.
    ///
    /// # Errors
    /// None yet: what can't be done is logged and tried again.
    pub async fn run(self, stop: impl Future<Output = ()>) -> anyhow::Result<()> {
        let shared = Arc::clone(&self.shared);
        let stop = async move {
            stop.await;
            shared.service.end_streams();
        };
        let serving = self.listener.serve(http::routes(&self.shared), stop);
        let keeping = async {
            match self.keeper {
                Some(keeper) => keeper.keep().await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            () = serving => {}
            () = keeping => {}
            () = self.shared.service.keep_up() => {}
        }
        self.shared.service.close().await;
        Ok(())
    }
}

/// The host of the server's URL, as a certificate names it: a v6 address without its brackets.
fn own_host(url: &str) -> anyhow::Result<String> {
    let url = url::Url::parse(url).context("reading the server's URL")?;
    Ok(url.host_str().context("the server's URL names no host")?.trim_matches(['[', ']']).to_owned())
}
