//! The TLS listener's certificate: the operator's, or one from the platform CA; and how it is kept fresh.

mod files;
mod own;

use std::{sync::Arc, time::Duration};

use rustls::sign::CertifiedKey;

use crate::{clock, config::Config, listener::ServerCertificate, service::Authorities};
use files::Files;
use own::Own;

/// How often the certificate is looked after.
const CHECK: Duration = Duration::from_secs(10);

/// Where the certificate comes from.
enum Source {
    Files(Files),
    Own(Own),
}

/// A certificate and the care of it.
pub(super) struct Keeper {
    source: Source,
    certificate: Arc<ServerCertificate>,
}

impl Keeper {
    /// Reads or makes the certificate, which the listener shows from its first connection on.
    ///
    /// # Errors
    /// When what the operator configured could serve nobody, or the platform CA can't sign.
    pub(super) async fn start(
        config: &Config,
        authorities: Authorities,
        host: String,
    ) -> anyhow::Result<Self> {
        let mut source = match (&config.tls.certificate, &config.tls.private_key) {
            (Some(certificate), Some(key)) => Source::Files(Files::new(certificate, key)),
            _ => Source::Own(Own::new(authorities, host)?),
        };
        let certificate = Arc::new(ServerCertificate::default());
        if let Some(first) = source.renewed().await? {
            certificate.replace(first);
        }
        Ok(Self { source, certificate })
    }

    pub(super) fn certificate(&self) -> Arc<ServerCertificate> {
        Arc::clone(&self.certificate)
    }

    /// Replaces the certificate whenever there is a newer one. Never ends. What can't be used leaves the old one.
    pub(super) async fn keep(mut self) {
        loop {
            tokio::time::sleep(CHECK).await;
            match self.source.renewed().await {
                Ok(None) => {}
                Ok(Some(renewed)) => {
                    self.certificate.replace(renewed);
                    tracing::info!("the TLS certificate is a new one now");
                }
                Err(error) => {
                    let error = format!("{error:#}");
                    tracing::warn!(error, "the TLS certificate can't be renewed, the old one stays");
                }
            }
        }
    }
}

impl Source {
    /// A certificate to replace the one before, the first time in any case.
    async fn renewed(&mut self) -> anyhow::Result<Option<CertifiedKey>> {
        match self {
            Self::Files(files) => files.changed().await,
            Self::Own(own) => own.due(clock::now()).await,
        }
    }
}
