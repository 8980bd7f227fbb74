//! The installation's certificates, to read.

use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use vouchsafe_api::generated::{schemas as wire, x509_certificates::*};
use vouchsafe_pki::CertificateInfo;

use super::{
    AdminCaller, AdminPlane, Failed,
    answers::{answer, at, meta},
};
use crate::{
    http::convert,
    service::{AdminCtx, AdminError, Error, Meta},
};

const X509: &str = "/api/configuration/x509";
const PLATFORM_CA: &str = "/api/configuration/x509/platform_ca";
const SERVER_CERTIFICATE: &str = "/api/configuration/x509/server_certificate";
const TENANT_CAS: &str = "/api/configuration/x509/tenant_cas";

impl X509CertificatesApi for AdminPlane {
    async fn x509_list(&self, caller: AdminCaller) -> Result<X509ListAnswer, Failed> {
        Ok(X509ListAnswer { body: self.namespace(&caller, X509).await? })
    }

    async fn platform_ca_get(&self, caller: AdminCaller) -> Result<PlatformCaGetAnswer, Failed> {
        let ctx = caller.session()?;
        let chain = self.0.service.platform_ca().await.map_err(|error| at(ctx, error))?;
        Ok(PlatformCaGetAnswer { body: self.chain(ctx, PLATFORM_CA, &chain).await? })
    }

    async fn server_certificate_get(
        &self,
        caller: AdminCaller,
    ) -> Result<ServerCertificateGetAnswer, Failed> {
        let ctx = caller.session()?;
        let ders = self.0.server_certificate.chain();
        let chain: Result<Vec<_>, _> = ders.iter().map(|der| CertificateInfo::from_der(der)).collect();
        let broken = |error| Error::Internal { context: "reading the server's certificate", source: error };
        let chain = chain.map_err(|error| at(ctx, AdminError::Service(broken(anyhow::Error::new(error)))))?;
        Ok(ServerCertificateGetAnswer { body: self.chain(ctx, SERVER_CERTIFICATE, &chain).await? })
    }

    async fn tenant_cas_list(&self, caller: AdminCaller) -> Result<TenantCasListAnswer, Failed> {
        let ctx = caller.session()?;
        let cas = self.0.service.tenant_cas(ctx).await.map_err(|error| at(ctx, error))?;
        let items = cas.items.iter().map(|(key, chain)| {
            let href = format!("{TENANT_CAS}/{key}");
            json!({"key": key, "meta": {"href": href}, "body": body(chain)})
        });
        let list = json!({"items": items.collect::<Vec<_>>(), "meta": meta(&cas.meta)});
        Ok(TenantCasListAnswer { body: answer(ctx, list)? })
    }

    async fn tenant_cas_get(
        &self,
        caller: AdminCaller,
        key: wire::ConfigurationKey,
    ) -> Result<TenantCasGetAnswer, Failed> {
        let ctx = caller.session()?;
        let chain = self.0.service.tenant_ca(ctx, key.as_str()).await.map_err(|error| at(ctx, error))?;
        let path = format!("{TENANT_CAS}/{}", key.as_str());
        Ok(TenantCasGetAnswer { body: self.chain(ctx, &path, &chain).await? })
    }
}

impl AdminPlane {
    async fn chain<T: DeserializeOwned>(
        &self,
        ctx: &AdminCtx,
        path: &str,
        chain: &[CertificateInfo],
    ) -> Result<T, Failed> {
        let place: Meta = self.0.service.x509_meta(ctx, path).await.map_err(|error| at(ctx, error))?;
        let key = path.rsplit('/').next();
        answer(ctx, json!({"body": body(chain), "key": key, "meta": meta(&place)}))
    }
}

fn body(chain: &[CertificateInfo]) -> Value {
    let certificates = chain.iter().map(|certificate| {
        json!({
            "subject": certificate.subject,
            "issuer": certificate.issuer,
            "serial_number": certificate.serial_number,
            "fingerprint": {"digest": certificate.fingerprint, "hash_algorithm": "sha256"},
            "not_before": convert::moment(certificate.not_before),
            "not_after": convert::moment(certificate.not_after),
            "pem": certificate.pem,
        })
    });
    json!({"certificates": certificates.collect::<Vec<_>>()})
}
