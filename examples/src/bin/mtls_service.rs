//! A service that accepts exactly the clients whose certificate the tenant's CA issued, and such a client.
//!
//! ```text
//! cargo run -p vouchsafe-examples --bin mtls_service -- demo
//! ```
#![expect(clippy::print_stdout, reason = "a program that shows what it does")]

use std::{net::SocketAddr, sync::Arc};

use anyhow::{Context, Result, bail};
use clap::{Parser, Subcommand};
use rustls::{
    ClientConfig, RootCertStore, ServerConfig,
    crypto::{CryptoProvider, aws_lc_rs},
    server::WebPkiClientVerifier,
};
use rustls_pki_types::{CertificateDer, PrivateKeyDer, ServerName, pem::PemObject};
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::{TlsAcceptor, TlsConnector};
use vouchsafe_examples::Server;
use vouchsafe_sdk::{Client, KeyType, X509CredentialsIssued, X509CredentialsRequest};

/// Mutual TLS with certificates from Vouchsafe.
#[derive(Parser)]
struct Options {
    #[command(subcommand)]
    role: Role,
}

#[derive(Subcommand)]
enum Role {
    /// Serves clients until interrupted.
    Serve {
        #[command(flatten)]
        server: Server,
        #[arg(long, default_value = "127.0.0.1:8443")]
        listen: SocketAddr,
    },
    /// Connects as a client with a certificate of its own.
    Connect {
        #[command(flatten)]
        server: Server,
        #[arg(long, default_value = "127.0.0.1:8443")]
        to: SocketAddr,
        /// Sends no certificate, and is refused.
        #[arg(long)]
        without_certificate: bool,
    },
    /// Serves, and connects with a certificate and without.
    Demo {
        #[command(flatten)]
        server: Server,
    },
}

#[tokio::main]
async fn main() -> Result<()> {
    match Options::parse().role {
        Role::Serve { server, listen } => {
            let (_, vouchsafe) = server.connect()?;
            let (listener, acceptor) = service(&vouchsafe, listen).await?;
            println!("listening on {}", listener.local_addr()?);
            serve(listener, acceptor).await
        }
        Role::Connect { server, to, without_certificate } => {
            let (_, vouchsafe) = server.connect()?;
            println!("{}", connect(&vouchsafe, to, !without_certificate).await?);
            Ok(())
        }
        Role::Demo { server } => demo(&server.connect()?.1).await,
    }
}

async fn demo(vouchsafe: &Client) -> Result<()> {
    let (listener, acceptor) = service(vouchsafe, SocketAddr::from(([127, 0, 0, 1], 0))).await?;
    let address = listener.local_addr()?;
    tokio::spawn(serve(listener, acceptor));
    println!("with a certificate: {}", connect(vouchsafe, address, true).await?);
    match connect(vouchsafe, address, false).await {
        Ok(_) => bail!("a client without a certificate was accepted"),
        Err(error) => println!("without: refused: {error:#}"),
    }
    Ok(())
}

/// The service's own certificate comes from the same CA; "localhost" is the name by which clients know it.
async fn service(vouchsafe: &Client, listen: SocketAddr) -> Result<(TcpListener, TlsAcceptor)> {
    let own = Identity::issue(vouchsafe, "localhost").await?;
    // The one trust anchor is the tenant's CA. With the platform's CA above it, clients of every other tenant would be
    // accepted too. What was revoked since is not seen here: a handshake knows only who issued a certificate.
    let clients = WebPkiClientVerifier::builder_with_provider(own.tenant_ca, provider()).build()?;
    let config = ServerConfig::builder_with_provider(provider())
        .with_safe_default_protocol_versions()?
        .with_client_cert_verifier(clients)
        .with_single_cert(vec![own.certificate], own.key)?;
    Ok((TcpListener::bind(listen).await?, TlsAcceptor::from(Arc::new(config))))
}

async fn serve(listener: TcpListener, acceptor: TlsAcceptor) -> Result<()> {
    loop {
        let (stream, from) = listener.accept().await?;
        let acceptor = acceptor.clone();
        tokio::spawn(async move {
            let outcome = match acceptor.accept(stream).await {
                Ok(stream) => greet(stream).await,
                Err(error) => Err(error.into()),
            };
            if let Err(error) = outcome {
                println!("service: {from}: {error:#}");
            }
        });
    }
}

async fn greet(stream: impl AsyncRead + AsyncWrite + Unpin) -> Result<()> {
    let mut stream = BufReader::new(stream);
    let mut name = String::new();
    stream.read_line(&mut name).await?;
    stream.write_all(format!("welcome, {}\n", name.trim_end()).as_bytes()).await?;
    Ok(stream.shutdown().await?)
}

/// Connects, says hello, and returns what the service answers.
async fn connect(vouchsafe: &Client, to: SocketAddr, with_certificate: bool) -> Result<String> {
    let own = Identity::issue(vouchsafe, "sensor-7").await?;
    let config = ClientConfig::builder_with_provider(provider())
        .with_safe_default_protocol_versions()?
        .with_root_certificates(own.tenant_ca);
    let config = match with_certificate {
        true => config.with_client_auth_cert(vec![own.certificate], own.key)?,
        false => config.with_no_client_auth(),
    };
    let stream = TcpStream::connect(to).await?;
    let name = ServerName::try_from("localhost")?;
    let mut stream = BufReader::new(TlsConnector::from(Arc::new(config)).connect(name, stream).await?);
    stream.write_all(b"sensor-7\n").await?;
    // In TLS 1.3 the client has finished before the server has seen its certificate: a refusal arrives with the answer.
    let mut answer = String::new();
    stream.read_line(&mut answer).await?;
    Ok(answer.trim_end().to_owned())
}

fn provider() -> Arc<CryptoProvider> {
    Arc::new(aws_lc_rs::default_provider())
}

/// A certificate with its key, and the tenant's CA, which issued it.
struct Identity {
    certificate: CertificateDer<'static>,
    key: PrivateKeyDer<'static>,
    tenant_ca: Arc<RootCertStore>,
}

impl Identity {
    async fn issue(vouchsafe: &Client, common_name: &str) -> Result<Self> {
        let request =
            X509CredentialsRequest::new().common_name(common_name).key_type(KeyType::EcP256).ttl(3600.0);
        let issued: X509CredentialsIssued = vouchsafe.x509_credentials().create(&request).await?;
        let key = issued.private_key.context("the server sent no private key")?;
        let mut tenant_ca = RootCertStore::empty();
        tenant_ca.add(CertificateDer::from_pem_slice(issued.issuing_ca.as_bytes())?)?;
        Ok(Self {
            certificate: CertificateDer::from_pem_slice(issued.certificate.as_bytes())?,
            key: PrivateKeyDer::from_pem_slice(key.expose().as_bytes())?,
            tenant_ca: Arc::new(tenant_ca),
        })
    }
}
