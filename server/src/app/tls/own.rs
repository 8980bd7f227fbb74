//! A certificate from the platform CA for the host of the server's URL, made at each start and again before it ends.

use std::time::Duration;

use anyhow::Context;
use rustls::{crypto::aws_lc_rs, sign::CertifiedKey};
use rustls_pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject};
use vouchsafe_domain::{CommonName, KeyType, Timestamp, Ttl};
use vouchsafe_pki::{KeyPair, Lifetime, Profile, VerifiedPublicKey, random_serial_number};

use crate::service::{Authorities, PLATFORM};

/// How long after a failure to try again.
const RETRY: Duration = Duration::from_secs(600);

/// The maker of the server's own certificate.
pub(super) struct Own {
    authorities: Authorities,
    host: CommonName,
    /// When the next one is to be made; none yet when absent.
    due: Option<Timestamp>,
}

impl Own {
    /// # Errors
    /// When no certificate can name the host.
    pub(super) fn new(authorities: Authorities, host: String) -> anyhow::Result<Self> {
        Ok(Self { authorities, host: CommonName::parse(host)?, due: None })
    }

    /// A new certificate, valid for a year or until the CA's end, if there is none or the last third of its life has begun.
    pub(super) async fn due(&mut self, now: Timestamp) -> anyhow::Result<Option<CertifiedKey>> {
        if self.due.is_some_and(|due| now < due) {
            return Ok(None);
        }
        self.due = Some(now.saturating_add(RETRY));
        let (certificate, end) = self.make(now).await?;
        self.due = Some(last_third(now, end));
        Ok(Some(certificate))
    }

    /// A certificate, and when it ends.
    async fn make(&self, now: Timestamp) -> anyhow::Result<(CertifiedKey, Timestamp)> {
        let platform = self.authorities.get(PLATFORM).await.context("opening the platform CA")?;
        let key = KeyPair::generate(KeyType::EcP256)?;
        let profile = Profile::new(self.host.clone(), Lifetime::AtMost(Ttl::DEFAULT), now, &platform)?;
        let end = profile.not_after();
        let prepared = platform.prepare(profile, random_serial_number()?, &VerifiedPublicKey::from(&key))?;
        let issued = platform.issue(prepared)?;
        let chain_pem = issued.certificate_pem + &platform.ca_chain().concat();
        let chain = CertificateDer::pem_slice_iter(chain_pem.as_bytes()).collect::<Result<_, _>>()?;
        let key = PrivateKeyDer::Pkcs8(key.to_pkcs8_der().to_vec().into());
        Ok((CertifiedKey::from_der(chain, key, &aws_lc_rs::default_provider())?, end))
    }
}

/// When the last third of the time from now to an end begins.
fn last_third(now: Timestamp, end: Timestamp) -> Timestamp {
    let left = end.as_micros().saturating_sub(now.as_micros());
    Timestamp::from_micros(end.as_micros() - left / 3)
}

#[cfg(test)]
mod tests {
    use super::last_third;
    use vouchsafe_domain::Timestamp;

    #[test]
    fn the_last_third() {
        for (now, end, due) in
            [(0, 365, 244), (100, 400, 300), (100, 100, 100), (0, i64::MAX, i64::MAX / 3 * 2 + 1)]
        {
            let due = Timestamp::from_micros(due);
            assert_eq!(last_third(Timestamp::from_micros(now), Timestamp::from_micros(end)), due);
        }
    }
}
