//! One connection, from its handshake to its end.

use std::{convert::Infallible, io, pin::pin, sync::Arc};

use http::uri::Scheme;
use hyper::{
    body::{Body, Bytes, Incoming},
    service::service_fn,
};
use hyper_util::{
    rt::{TokioExecutor, TokioIo},
    server::conn::auto,
};
use poem::{
    Endpoint, Request,
    web::{LocalAddr, RemoteAddr},
};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpStream,
    sync::watch,
    time::{sleep_until, timeout},
};
use tokio_rustls::TlsAcceptor;

use super::{
    Limits, PeerCertificates,
    activity::Activity,
    tracked::{TrackedBody, TrackedStream},
};

/// What the connections of a listener share.
pub(super) struct Connections<E> {
    pub(super) endpoint: E,
    pub(super) local: LocalAddr,
    pub(super) tls: Option<TlsAcceptor>,
    pub(super) limits: Limits,
    pub(super) http: auto::Builder<TokioExecutor>,
}

/// What the requests of a connection share.
struct Connection<E> {
    connections: Arc<Connections<E>>,
    remote: RemoteAddr,
    scheme: Scheme,
    peer: Option<PeerCertificates>,
    activity: Arc<Activity>,
}

impl<E: Endpoint + 'static> Connections<E> {
    /// Serves a connection to its end, which `stop` brings nearer.
    pub(super) async fn serve(
        self: Arc<Self>,
        stream: TcpStream,
        remote: RemoteAddr,
        mut stop: watch::Receiver<()>,
    ) {
        // An answer is written whole: to wait for more would only delay it. Without this it is slower, not wrong.
        let _ = stream.set_nodelay(true);
        let Some(tls) = &self.tls else {
            return self.requests(stream, remote, Scheme::HTTP, None, stop).await;
        };
        let handshake = tokio::select! {
            biased;
            _ = stop.changed() => return,
            handshake = timeout(self.limits.handshake, tls.accept(stream)) => handshake,
        };
        match handshake {
            Ok(Ok(stream)) => {
                let peer = stream.get_ref().1.peer_certificates().map(PeerCertificates::from);
                Arc::clone(&self).requests(stream, remote, Scheme::HTTPS, peer, stop).await;
            }
            Ok(Err(error)) => tracing::debug!(%error, peer = %remote, "a TLS handshake failed"),
            Err(_) => tracing::debug!(peer = %remote, "a TLS handshake took too long"),
        }
    }

    async fn requests(
        self: Arc<Self>,
        stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
        remote: RemoteAddr,
        scheme: Scheme,
        peer: Option<PeerCertificates>,
        mut stop: watch::Receiver<()>,
    ) {
        let activity = Arc::new(Activity::new(self.limits));
        let stream = TokioIo::new(TrackedStream::new(stream, Arc::clone(&activity)));
        let connection = Arc::new(Connection {
            connections: Arc::clone(&self),
            remote,
            scheme,
            peer,
            activity: Arc::clone(&activity),
        });
        let answer = service_fn(|request| Arc::clone(&connection).answer(request));
        let mut serving = pin!(self.http.serve_connection(stream, answer));
        let mut timer = pin!(sleep_until(activity.deadline()));
        loop {
            // In this order: what is to be read or answered is, before it is judged too late.
            tokio::select! {
                biased;
                ended = &mut serving => {
                    if let Err(error) = ended {
                        tracing::debug!(error, peer = %connection.remote, "a connection broke");
                    }
                    return;
                }
                _ = stop.changed(), if !activity.is_ending() => {}
                () = activity.expired(timer.as_mut()) => {
                    if activity.is_ending() {
                        tracing::debug!(peer = %connection.remote, "a connection took too long");
                        return;
                    }
                }
            }
            activity.end();
            serving.as_mut().graceful_shutdown();
        }
    }
}

impl<E: Endpoint> Connection<E> {
    async fn answer(
        self: Arc<Self>,
        mut request: http::Request<Incoming>,
    ) -> Result<http::Response<impl Body<Data = Bytes, Error = io::Error> + use<E>>, Infallible> {
        let open = self.activity.open(request.version());
        if let Some(peer) = &self.peer {
            request.extensions_mut().insert(peer.clone());
        }
        let shared = &self.connections;
        let (local, remote, scheme) = (shared.local.clone(), self.remote.clone(), self.scheme.clone());
        let response = shared.endpoint.get_response(Request::from((request, local, remote, scheme))).await;
        let response: http::Response<_> = response.into();
        Ok(response.map(|body| TrackedBody::new(body, open)))
    }
}
