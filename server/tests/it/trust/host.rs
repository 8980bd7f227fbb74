//! A host of revocation lists that does as a test wants.

use std::{
    collections::HashMap,
    net::SocketAddr,
    sync::{Arc, Mutex},
};

use rustls::{ServerConfig, crypto::aws_lc_rs};
use rustls_pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject};
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    net::TcpListener,
    task::JoinHandle,
};
use tokio_rustls::TlsAcceptor;

/// What it does when it is asked for a path.
#[derive(Debug, Clone)]
pub(super) enum Does {
    /// Answers with status 200.
    Gives(Vec<u8>),
    /// Answers with these lines of a head, and a body.
    Answers(String, Vec<u8>),
    /// Says nothing.
    Hangs,
    /// Begins to answer, and goes on byte by byte.
    Drips,
    /// Never ends its answer.
    Floods,
    /// Closes the connection.
    Closes,
}

#[derive(Debug, Default)]
struct Paths {
    does: HashMap<String, Does>,
    asked: HashMap<String, usize>,
}

/// The host; gone when it is dropped.
pub(super) struct Host {
    address: SocketAddr,
    scheme: &'static str,
    paths: Arc<Mutex<Paths>>,
    task: JoinHandle<()>,
}

impl Host {
    pub(super) async fn start() -> Self {
        Self::on(TcpListener::bind("127.0.0.1:0").await.unwrap(), None)
    }

    /// By https, with a certificate and a key, PEM.
    pub(super) async fn start_tls(certificate: &str, key: &str) -> Self {
        let certificate = CertificateDer::from_pem_slice(certificate.as_bytes()).unwrap();
        let config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![certificate], PrivateKeyDer::from_pem_slice(key.as_bytes()).unwrap());
        let acceptor = TlsAcceptor::from(Arc::new(config.unwrap()));
        Self::on(TcpListener::bind("127.0.0.1:0").await.unwrap(), Some(acceptor))
    }

    fn on(listener: TcpListener, tls: Option<TlsAcceptor>) -> Self {
        let paths = Arc::<Mutex<Paths>>::default();
        let (address, scheme) =
            (listener.local_addr().unwrap(), if tls.is_some() { "https" } else { "http" });
        let known = Arc::clone(&paths);
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (known, tls) = (Arc::clone(&known), tls.clone());
                tokio::spawn(async move {
                    match tls {
                        None => answer(stream, &known).await,
                        Some(tls) => {
                            if let Ok(stream) = tls.accept(stream).await {
                                answer(stream, &known).await;
                            }
                        }
                    }
                });
            }
        });
        Self { address, scheme, paths, task }
    }

    pub(super) fn url(&self, path: &str) -> String {
        format!("{}://{}{path}", self.scheme, self.address)
    }

    /// Does so from now on when it is asked for a path; its URL.
    pub(super) fn does(&self, path: &str, does: Does) -> String {
        self.paths.lock().unwrap().does.insert(path.to_owned(), does);
        self.url(path)
    }

    pub(super) fn gives(&self, path: &str, body: Vec<u8>) -> String {
        self.does(path, Does::Gives(body))
    }

    /// How often it was asked for a path.
    pub(super) fn asked(&self, path: &str) -> usize {
        self.paths.lock().unwrap().asked.get(path).copied().unwrap_or(0)
    }
}

impl Drop for Host {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn answer(mut stream: impl AsyncRead + AsyncWrite + Unpin, paths: &Mutex<Paths>) {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        match stream.read_u8().await {
            Ok(byte) => head.push(byte),
            Err(_) => return,
        }
    }
    let head = String::from_utf8(head).unwrap();
    let path = head.split(' ').nth(1).unwrap().to_owned();
    let does = {
        let mut paths = paths.lock().unwrap();
        *paths.asked.entry(path.clone()).or_default() += 1;
        paths.does.get(&path).cloned()
    };
    // Whoever asked may have gone.
    let _ = act(&mut stream, does).await;
    let _ = stream.shutdown().await;
}

async fn act(stream: &mut (impl AsyncWrite + Unpin), does: Option<Does>) -> std::io::Result<()> {
    const OK: &str = "HTTP/1.1 200 OK\r\nconnection: close\r\n";
    match does {
        None => {
            stream
                .write_all(b"HTTP/1.1 404 Not Found\r\nconnection: close\r\ncontent-length: 0\r\n\r\n")
                .await
        }
        Some(Does::Closes) => Ok(()),
        Some(Does::Gives(body)) => {
            stream.write_all(format!("{OK}content-length: {}\r\n\r\n", body.len()).as_bytes()).await?;
            stream.write_all(&body).await
        }
        Some(Does::Answers(head, body)) => {
            let head = format!("{head}connection: close\r\ncontent-length: {}\r\n\r\n", body.len());
            stream.write_all(head.as_bytes()).await?;
            stream.write_all(&body).await
        }
        Some(Does::Hangs) => std::future::pending().await,
        Some(Does::Drips) => {
            stream.write_all(format!("{OK}\r\n").as_bytes()).await?;
            loop {
                stream.write_all(b"0").await?;
                stream.flush().await?;
                tokio::time::sleep(std::time::Duration::from_millis(500)).await;
            }
        }
        Some(Does::Floods) => {
            stream.write_all(format!("{OK}\r\n").as_bytes()).await?;
            loop {
                stream.write_all(&[0x30; 65536]).await?;
            }
        }
    }
}
