//! The certificate that a TLS listener shows, which may change while it listens.

use std::sync::{Arc, PoisonError, RwLock};

use rustls::{
    pki_types::CertificateDer,
    server::{ClientHello, ResolvesServerCert},
    sign::CertifiedKey,
};

/// A server's certificate with its key, as it is now. None without TLS.
#[derive(Debug, Default)]
pub struct ServerCertificate(RwLock<Option<Arc<CertifiedKey>>>);

impl ServerCertificate {
    /// Shows this one from the next handshake on.
    pub fn replace(&self, certificate: CertifiedKey) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = Some(Arc::new(certificate));
    }

    /// The certificates shown, the server's own first; empty without TLS.
    #[must_use]
    pub fn chain(&self) -> Vec<CertificateDer<'static>> {
        self.current().map(|current| current.cert.clone()).unwrap_or_default()
    }

    fn current(&self) -> Option<Arc<CertifiedKey>> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl ResolvesServerCert for ServerCertificate {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        self.current()
    }
}
