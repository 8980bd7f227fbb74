//! Which serial numbers the platform CA gave to the CAs of tenants.

use std::{
    collections::HashSet,
    sync::{Arc, Mutex, PoisonError},
};

use vouchsafe_pki::PresentedCertificate;
use vouchsafe_store::Store;

use super::{Error, Settings};

/// The serial numbers, as of a revision of the configuration: tenants come and go with it.
#[derive(Debug, Default)]
pub(super) struct TenantCas(Mutex<Option<(i64, Arc<HashSet<String>>)>>);

impl TenantCas {
    /// Whether a serial number, in base 10, is a tenant CA's.
    pub(super) async fn knows(
        &self,
        store: &Store,
        settings: &Settings,
        serial_number: &str,
    ) -> Result<bool, Error> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some((revision, numbers)) = known
            && revision == settings.revision
        {
            return Ok(numbers.contains(serial_number));
        }
        let mut numbers = HashSet::new();
        for tenant in settings.tenants.keys() {
            let row = store.authority_get(tenant.as_str()).await?;
            let certificate = row.and_then(|row| PresentedCertificate::from_pem(&row.certificate_pem).ok());
            numbers.extend(certificate.as_ref().and_then(|ca| ca.serial_number()).map(ToString::to_string));
        }
        let numbers = Arc::new(numbers);
        let newest = Some((settings.revision, Arc::clone(&numbers)));
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = newest;
        Ok(numbers.contains(serial_number))
    }
}
