//! The addresses that stand in certificates: where their CA's revocation list, OCSP responder and certificate are.

use vouchsafe_domain::TenantId;
use vouchsafe_pki::Pointers;

use super::{Error, Service};

impl Service {
    /// The addresses for certificates of a tenant; none unless the setting `public_url` says where this server is. An
    /// address that changes with every start must not be in a certificate that lives for a year.
    pub(super) fn pointers(&self, tenant: &TenantId) -> Result<Option<Pointers>, Error> {
        let Some(url) = &self.public_url else { return Ok(None) };
        let pki = format!("{url}/pki/{tenant}");
        let pointers = Pointers::new(&format!("{pki}/crl"), &format!("{pki}/ocsp"), &format!("{pki}/ca.cer"));
        pointers.map(Some).map_err(|error| Error::internal("naming this server's addresses")(error.into()))
    }
}
