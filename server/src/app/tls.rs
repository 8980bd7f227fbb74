//! The TLS listener's certificate: the operator's, or one from the platform CA.

use std::path::Path;

use anyhow::Context;
use poem::listener::{RustlsCertificate, RustlsConfig};
use tokio::fs;
use vouchsafe_domain::{CommonName, KeyType, Ttl};
use vouchsafe_pki::{KeyPair, Lifetime, Profile, VerifiedPublicKey, random_serial_number};

use crate::{
    clock,
    config::Config,
    service::{Authorities, PLATFORM},
};

pub(super) async fn certificate(
    config: &Config,
    authorities: &Authorities,
    url: &str,
) -> anyhow::Result<RustlsConfig> {
    let certificate = match (&config.tls.certificate, &config.tls.private_key) {
        (Some(certificate), Some(key)) => {
            let read = async |path: &Path| {
                fs::read(path).await.with_context(|| format!("reading {}", path.display()))
            };
            RustlsCertificate::new().cert(read(certificate).await?).key(read(key).await?)
        }
        _ => own(authorities, url).await?,
    };
    Ok(RustlsConfig::new().fallback(certificate))
}

/// A certificate from the platform CA for the host of the server's URL, made at each start and valid for a year.
async fn own(authorities: &Authorities, url: &str) -> anyhow::Result<RustlsCertificate> {
    let platform = authorities.get(PLATFORM).await.context("opening the platform CA")?;
    let url = url::Url::parse(url).context("reading the server's URL")?;
    // A certificate names hosts, not addresses: under an address it is good for localhost.
    let host = url.domain().unwrap_or("localhost");
    let key = KeyPair::generate(KeyType::EcP256)?;
    let profile =
        Profile::new(CommonName::parse(host)?, Lifetime::AtMost(Ttl::DEFAULT), clock::now(), &platform)?;
    let prepared = platform.prepare(profile, random_serial_number()?, &VerifiedPublicKey::from(&key))?;
    let issued = platform.issue(prepared)?;
    let chain = issued.certificate_pem + &platform.ca_chain().concat();
    Ok(RustlsCertificate::new().cert(chain).key(key.private_key_pem().expose().as_bytes()))
}
