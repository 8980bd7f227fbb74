//! The accept loop, with a handler of its own and limits that a test can wait for: what handlers learn of clients,
//! and who is let go when.

mod limits;
mod peers;

use std::{net::SocketAddr, sync::Arc, time::Duration};

use poem::{Endpoint, Request, endpoint::make};
use rustls::{crypto::aws_lc_rs, sign::CertifiedKey};
use rustls_pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject};
use tokio::{sync::oneshot, task::JoinHandle};
use vouchsafe::listener::{Limits, Listener, PeerCertificates, ServerCertificate};

use crate::harness::openssl::OpenSsl;

/// Longer than anything here takes on a busy machine.
const LONG: Duration = Duration::from_secs(60);

/// No limit that a test would meet by chance.
const PATIENT: Limits =
    Limits { handshake: LONG, head: LONG, idle: LONG, stalled: LONG, grace: LONG, parting: LONG };

/// A listener at work.
struct Running {
    address: SocketAddr,
    stop: oneshot::Sender<()>,
    task: JoinHandle<()>,
}

async fn run(limits: Limits, certificate: Option<&Arc<ServerCertificate>>) -> Running {
    let mut listener =
        Listener::bind(SocketAddr::from(([127, 0, 0, 1], 0))).await.unwrap().with_limits(limits);
    if let Some(certificate) = certificate {
        listener = listener.with_tls(Arc::clone(certificate)).unwrap();
    }
    let (address, (stop, stopped)) = (listener.address(), oneshot::channel());
    let stopped = async move {
        let _ = stopped.await;
    };
    Running { address, stop, task: tokio::spawn(listener.serve(endpoint(), stopped)) }
}

/// Tells the client what is known of it; at `/slow/N` after N milliseconds, at `/upload` when all has arrived.
fn endpoint() -> impl Endpoint {
    make(|mut request: Request| async move {
        if let Some(wait) = request.uri().path().strip_prefix("/slow/") {
            tokio::time::sleep(Duration::from_millis(wait.parse().unwrap())).await;
        }
        let body = request.take_body().into_bytes().await?;
        let chain = request.data::<PeerCertificates>().map(|peer| Arc::clone(&peer.0)).unwrap_or_default();
        let chain: Vec<_> = chain.iter().map(|der| data_encoding::BASE64.encode(der)).collect();
        let (scheme, remote) = (request.scheme().clone(), request.remote_addr().to_string());
        Ok::<_, poem::Error>(format!("{scheme} {remote} {} [{}]", body.len(), chain.join(",")))
    })
}

/// A root, and a certificate for localhost under it.
fn server_certificate() -> (OpenSsl, Arc<ServerCertificate>) {
    let openssl = OpenSsl::new();
    openssl.run("req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout root.key -subj /CN=Root -out root.pem");
    let certificate = Arc::new(ServerCertificate::default());
    certificate.replace(under_root(&openssl, "server", "subjectAltName=DNS:localhost"));
    (openssl, certificate)
}

/// A certificate under the root in `root.pem`, left in files of that name; with its key.
fn under_root(openssl: &OpenSsl, name: &str, extensions: &str) -> CertifiedKey {
    openssl.write(&format!("{name}.cnf"), extensions);
    openssl.run(&format!("req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout {name}.key -subj /CN={name} -out {name}.csr"));
    openssl.run(&format!("x509 -req -in {name}.csr -CA root.pem -CAkey root.key -CAcreateserial -extfile {name}.cnf -out {name}.pem"));
    let chain = openssl.read(&format!("{name}.pem")) + &openssl.read("root.pem");
    certified(&chain, &openssl.read(&format!("{name}.key"))).unwrap()
}

fn certified(chain: &str, key: &str) -> Result<CertifiedKey, rustls::Error> {
    let chain = CertificateDer::pem_slice_iter(chain.as_bytes()).collect::<Result<_, _>>().unwrap();
    let key = PrivateKeyDer::from_pem_slice(key.as_bytes()).unwrap();
    CertifiedKey::from_der(chain, key, &aws_lc_rs::default_provider())
}

/// The certificates of a PEM text as the handler writes them.
fn base64(pem: &str) -> String {
    let blocks = pem
        .split("-----END CERTIFICATE-----")
        .filter_map(|block| block.split_once("-----BEGIN CERTIFICATE-----"));
    let blocks: Vec<_> = blocks.map(|(_, block)| block.split_whitespace().collect::<String>()).collect();
    blocks.join(",")
}
