//! The operator's certificate, in files that may be replaced at any time.

use std::{
    path::{Path, PathBuf},
    time::SystemTime,
};

use anyhow::{Context, bail};
use rustls::{Error, crypto::aws_lc_rs, sign::CertifiedKey};
use rustls_pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject};
use tokio::fs;

/// By which a file is known to be another: when it was written, and its length.
type Stamp = (SystemTime, u64);

/// A file with a certificate and its chain, and one with its key; and what they were when they were last read.
pub(super) struct Files {
    certificate: PathBuf,
    private_key: PathBuf,
    seen: Option<[Option<Stamp>; 2]>,
}

impl Files {
    pub(super) fn new(certificate: &Path, private_key: &Path) -> Self {
        Self { certificate: certificate.to_owned(), private_key: private_key.to_owned(), seen: None }
    }

    /// What is in the files, if they are not those seen before. What could serve nobody is refused, once: two files
    /// that are replaced one after the other are read again when the second has followed.
    pub(super) async fn changed(&mut self) -> anyhow::Result<Option<CertifiedKey>> {
        // Taken before the contents, so that a later change is never missed.
        let stamps = Some([stamp(&self.certificate).await, stamp(&self.private_key).await]);
        if self.seen == stamps {
            return Ok(None);
        }
        self.seen = stamps;
        self.read().await.map(Some)
    }

    async fn read(&self) -> anyhow::Result<CertifiedKey> {
        let (certificate, key) = (&self.certificate, &self.private_key);
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
            Ok(certified) => Ok(certified),
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
}

/// None when there is no such file.
async fn stamp(path: &Path) -> Option<Stamp> {
    let metadata = fs::metadata(path).await.ok()?;
    Some((metadata.modified().ok()?, metadata.len()))
}
