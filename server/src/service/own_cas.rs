//! Which CAs are ours, all tenants' among them: certificates of theirs are judged by their records, never by a trust store.

use std::{
    collections::HashSet,
    sync::{Arc, PoisonError, RwLock},
};

use vouchsafe_pki::PresentedCertificate;
use vouchsafe_store::Store;

use super::{Error, PLATFORM, Settings};

/// Our CAs, as of a revision of the configuration: tenants come and go with it.
#[derive(Debug, Default)]
pub(super) struct OwnCas {
    known: RwLock<Option<Arc<Known>>>,
    /// One at a time reads: who comes meanwhile finds them known.
    turn: tokio::sync::Mutex<()>,
}

/// What is known of them.
#[derive(Debug)]
pub(super) struct Known {
    revision: i64,
    /// The serial numbers of the tenants' CAs, in base 10.
    numbers: HashSet<String>,
    /// The public keys of all, DER: a renewed CA has its old one.
    keys: HashSet<Vec<u8>>,
}

impl Known {
    /// Whether the platform's CA gave a tenant's that number.
    pub(super) fn has_number(&self, serial_number: &str) -> bool {
        self.numbers.contains(serial_number)
    }

    /// Whether a certificate, DER, is for the key of one of them.
    pub(super) fn has_key_of(&self, der: &[u8]) -> bool {
        let read = PresentedCertificate::from_der(der.to_vec());
        read.is_ok_and(|certificate| self.keys.contains(certificate.public_key_der()))
    }
}

impl OwnCas {
    /// What is known as of these settings.
    pub(super) async fn get(&self, store: &Store, settings: &Settings) -> Result<Arc<Known>, Error> {
        if let Some(known) = self.known(settings.revision) {
            return Ok(known);
        }
        let _turn = self.turn.lock().await;
        if let Some(known) = self.known(settings.revision) {
            return Ok(known);
        }
        let known = Arc::new(read(store, settings.revision).await?);
        *self.known.write().unwrap_or_else(PoisonError::into_inner) = Some(Arc::clone(&known));
        Ok(known)
    }

    fn known(&self, revision: i64) -> Option<Arc<Known>> {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner).clone();
        known.filter(|known| known.revision >= revision)
    }
}

async fn read(store: &Store, revision: i64) -> Result<Known, Error> {
    let (mut numbers, mut keys) = (HashSet::new(), HashSet::new());
    for (id, pem) in store.authority_certificates().await? {
        let Ok(certificate) = PresentedCertificate::from_pem(&pem) else { continue };
        keys.insert(certificate.public_key_der().to_vec());
        if let Some(number) = certificate.serial_number().filter(|_| id != PLATFORM) {
            numbers.insert(number.to_string());
        }
    }
    Ok(Known { revision, numbers, keys })
}
