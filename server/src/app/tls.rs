//! The TLS listener's certificate: the operator's, or one from the platform CA.

use std::path::Path;

use anyhow::{Context, bail};
use poem::listener::{RustlsCertificate, RustlsConfig};
use rustls::{Error, crypto::aws_lc_rs, sign::CertifiedKey};
use rustls_pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject};
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
        (Some(certificate), Some(key)) => of_files(certificate, key).await?,
        _ => own(authorities, url).await?,
    };
    Ok(RustlsConfig::new().fallback(certificate))
}

/// The operator's. What could serve nobody is refused now, not at each handshake.
async fn of_files(certificate: &Path, key: &Path) -> anyhow::Result<RustlsCertificate> {
    let read =
        async |path: &Path| fs::read(path).await.with_context(|| format!("reading {}", path.display()));
    let (chain_pem, key_pem) = (read(certificate).await?, read(key).await?);
    let chain: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&chain_pem).collect();
    let Some(chain) = chain.ok().filter(|chain| !chain.is_empty()) else {
        bail!("tls.certificate: {} has no certificate in PEM", certificate.display());
    };
    let Ok(private_key) = PrivateKeyDer::from_pem_slice(&key_pem) else {
        bail!("tls.private_key: {} has no unencrypted private key in PEM", key.display());
    };
    match CertifiedKey::from_der(chain, private_key, &aws_lc_rs::default_provider()) {
        Ok(_) => Ok(RustlsCertificate::new().cert(chain_pem).key(key_pem)),
        Err(Error::InconsistentKeys(_)) => bail!(
            "tls.private_key: {} is not the key of the first certificate in {}",
            key.display(),
            certificate.display()
        ),
        Err(error) => Err(error).with_context(|| {
            format!("tls.certificate: using {} and {}", certificate.display(), key.display())
        }),
    }
}

/// A certificate from the platform CA for the host of the server's URL, made at each start and valid for a year.
async fn own(authorities: &Authorities, url: &str) -> anyhow::Result<RustlsCertificate> {
    let platform = authorities.get(PLATFORM).await.context("opening the platform CA")?;
    let host = super::own_host(url)?;
    let key = KeyPair::generate(KeyType::EcP256)?;
    let profile =
        Profile::new(CommonName::parse(host)?, Lifetime::AtMost(Ttl::DEFAULT), clock::now(), &platform)?;
    let prepared = platform.prepare(profile, random_serial_number()?, &VerifiedPublicKey::from(&key))?;
    let issued = platform.issue(prepared)?;
    let chain = issued.certificate_pem + &platform.ca_chain().concat();
    Ok(RustlsCertificate::new().cert(chain).key(key.private_key_pem().expose().as_bytes()))
}
