//! The certificates of the installation, to read: the platform CA, each tenant's CA, the server's own.

use serde_json::Value;
use vouchsafe_pki::CertificateInfo;

use super::{Meta, TENANTS, change::tenant_id, view::View};
use crate::service::{AdminCtx, AdminError, PLATFORM, Service};

/// The collection of the tenants' CAs.
pub(in crate::service) const TENANT_CAS: &str = "/api/configuration/x509/tenant_cas";

/// A certificate and those above it, nearest first.
pub type CertificateChain = Vec<CertificateInfo>;

/// The tenants' CAs by key, with where the list stands.
#[derive(Debug)]
pub struct TenantCas {
    /// Key and chain.
    pub items: Vec<(String, CertificateChain)>,
    /// Where the list stands.
    pub meta: Meta,
}

impl Service {
    /// Where something below `x509` stands.
    ///
    /// # Errors
    /// What the database says.
    pub async fn x509_meta(&self, ctx: &AdminCtx, path: &str) -> Result<Meta, AdminError> {
        View::of(&self.store, ctx).await?.meta(ctx, path).await
    }

    /// The platform CA.
    ///
    /// # Errors
    /// What the database says.
    pub async fn platform_ca(&self) -> Result<CertificateChain, AdminError> {
        self.authority_chain(PLATFORM).await
    }

    /// The CAs of all tenants.
    ///
    /// # Errors
    /// What the database says.
    pub async fn tenant_cas(&self, ctx: &AdminCtx) -> Result<TenantCas, AdminError> {
        let view = View::of(&self.store, ctx).await?;
        let mut items = Vec::new();
        for (key, body) in view.children(TENANTS).await? {
            // One that is not committed yet has no CA yet.
            match self.tenant_chain(&body).await {
                Ok(chain) => items.push((key, chain)),
                Err(AdminError::NotFound) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(TenantCas { items, meta: view.meta(ctx, TENANT_CAS).await? })
    }

    /// The CA of the tenant with that key.
    ///
    /// # Errors
    /// [`AdminError::NotFound`].
    pub async fn tenant_ca(&self, ctx: &AdminCtx, key: &str) -> Result<CertificateChain, AdminError> {
        let view = View::of(&self.store, ctx).await?;
        let body = view.get(&format!("{TENANTS}/{key}")).await?.ok_or(AdminError::NotFound)?;
        self.tenant_chain(&body).await
    }

    async fn tenant_chain(&self, body: &Value) -> Result<CertificateChain, AdminError> {
        self.authority_chain(tenant_id(body)?.as_str()).await
    }

    /// From its row: to show a certificate, its key need not be opened.
    async fn authority_chain(&self, id: &str) -> Result<CertificateChain, AdminError> {
        let row = self.store.authority_get(id).await?.ok_or(AdminError::NotFound)?;
        let pem = format!("{}\n{}", row.certificate_pem, row.chain_pem);
        CertificateInfo::chain_from_pem(&pem)
            .map_err(|error| AdminError::internal("reading a stored certificate")(error.into()))
    }
}
