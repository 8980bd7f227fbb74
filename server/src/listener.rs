//! Takes connections and serves them: every connection in its own task, with limits on its silence, and an end in order.

mod activity;
mod connection;
mod peer;
mod server_certificate;
mod tracked;

use std::{
    io::{self, ErrorKind},
    net::SocketAddr,
    sync::Arc,
    time::Duration,
};

use hyper_util::{rt::TokioExecutor, server::conn::auto};
use poem::{
    Addr, Endpoint,
    web::{LocalAddr, RemoteAddr},
};
use rustls::{ServerConfig, crypto::aws_lc_rs};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::watch,
};
use tokio_rustls::TlsAcceptor;

use connection::Connections;
pub use peer::PeerCertificates;
use peer::ProofOfPossession;
pub use server_certificate::ServerCertificate;

/// How long to wait before connections are taken again after the system could give none: it is out of file
/// descriptors or memory, and trying at once would only keep it busy.
const PAUSE: Duration = Duration::from_millis(500);

/// The largest head of a request in HTTP/2, in bytes.
const MAX_HEAD: u32 = 16 * 1024;

/// How long a connection may take, and be silent.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// For the TLS handshake.
    pub handshake: Duration,
    /// From the first byte of a request's head to its last; in HTTP/2 for the connection's first request, from the
    /// connection's first byte.
    pub head: Duration,
    /// For a silent connection with no request open.
    pub idle: Duration,
    /// For a silent connection with a request open: longer than the longest queue for a key makes anybody wait.
    pub stalled: Duration,
    /// For requests to end after the signal to stop.
    pub grace: Duration,
    /// For connections with no request open to end after the signal to stop.
    pub parting: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            handshake: Duration::from_secs(10),
            head: Duration::from_secs(30),
            idle: Duration::from_secs(75),
            stalled: Duration::from_secs(300),
            grace: Duration::from_secs(30),
            parting: Duration::from_secs(2),
        }
    }
}

/// An address that takes connections.
pub struct Listener {
    socket: TcpListener,
    address: SocketAddr,
    tls: Option<TlsAcceptor>,
    limits: Limits,
}

impl std::fmt::Debug for Listener {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Listener").field("address", &self.address).finish_non_exhaustive()
    }
}

impl Listener {
    /// Takes the address. Connections wait there until [`Listener::serve`].
    ///
    /// # Errors
    /// When the address is taken, or not this machine's.
    pub async fn bind(address: SocketAddr) -> io::Result<Self> {
        let socket = TcpListener::bind(address).await?;
        Ok(Self { address: socket.local_addr()?, socket, tls: None, limits: Limits::default() })
    }

    /// Where it listens, with the port that the system chose if none was asked for.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Other limits.
    #[must_use]
    pub const fn with_limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// Speaks TLS, with the certificate as it is at each handshake. Clients may present a certificate, see
    /// [`PeerCertificates`].
    ///
    /// # Errors
    /// What rustls says.
    pub fn with_tls(mut self, certificate: Arc<ServerCertificate>) -> Result<Self, rustls::Error> {
        let provider = Arc::new(aws_lc_rs::default_provider());
        let client_certificates = Arc::new(ProofOfPossession::new(&provider));
        let mut config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()?
            .with_client_cert_verifier(client_certificates)
            .with_cert_resolver(certificate);
        config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        self.tls = Some(TlsAcceptor::from(Arc::new(config)));
        Ok(self)
    }

    /// Serves until `stop` resolves, then takes no more connections and ends those there are: open requests have the
    /// time of [`Limits::grace`].
    pub async fn serve<E: Endpoint + 'static>(self, endpoint: E, stop: impl Future<Output = ()>) {
        let Self { socket, address, tls, limits } = self;
        let local = LocalAddr(Addr::SocketAddr(address));
        tracing::info!(addr = %local, "listening");
        let mut http = auto::Builder::new(TokioExecutor::new());
        http.http2().max_header_list_size(MAX_HEAD);
        let connections = Arc::new(Connections { endpoint, local, tls, limits, http });
        // Told once, by a value. Connections tell by dropping their receiver that they have ended.
        let (stopping, _) = watch::channel(());
        let mut stop = std::pin::pin!(stop);
        loop {
            tokio::select! {
                biased;
                () = &mut stop => break,
                (stream, remote) = accept(&socket) => {
                    let remote = RemoteAddr(Addr::SocketAddr(remote));
                    tokio::spawn(Arc::clone(&connections).serve(stream, remote, stopping.subscribe()));
                }
            }
        }
        drop(socket);
        // Fails when there is nobody to tell.
        let _ = stopping.send(());
        stopping.closed().await;
    }
}

/// The next connection.
async fn accept(socket: &TcpListener) -> (TcpStream, SocketAddr) {
    loop {
        match socket.accept().await {
            Ok(accepted) => return accepted,
            // The client's own errors: it left before it was let in (accept(2)).
            Err(error)
                if matches!(error.kind(), ErrorKind::ConnectionAborted | ErrorKind::ConnectionReset) => {}
            Err(error) => {
                tracing::error!(%error, "can't take connections, trying again");
                tokio::time::sleep(PAUSE).await;
            }
        }
    }
}
