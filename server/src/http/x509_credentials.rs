//! The operations of X.509 credentials on the wire.

use std::sync::Arc;

use vouchsafe_api::generated::{schemas as wire, x509_credentials::*};
use vouchsafe_domain::{CommonName, CredentialsId, State, Ttl};
use vouchsafe_pki::KeyAlgorithm;
use vouchsafe_store::{X509CredentialsFilter, X509CredentialsRow};

use super::{
    convert,
    error::HttpError,
    listing::{self, Row, next_link},
    plane::TenantPlane,
    verification,
};
use crate::service::{Ctx, Error, KeyRequest, X509Issued};

const PATH: &str = "/api/v1/x509-credentials";

impl X509CredentialsApi for TenantPlane {
    async fn x509_credentials_list(
        &self,
        ctx: Ctx,
        query: X509CredentialsListQuery,
    ) -> Result<X509CredentialsListAnswer, HttpError> {
        let filter = X509CredentialsFilter { state: query.state.map(convert::state_from) };
        let after = query.after.as_ref().map(convert::id).transpose()?;
        let state = filter.state.map(State::as_str);
        let link = |limit: &str, after: &CredentialsId| {
            next_link(PATH, &[("limit", Some(limit)), ("after", Some(after.as_str())), ("state", state)])
        };
        let shared = Arc::clone(&self.0);
        let (body, link) = listing::answer(query.limit, after, link, move |after, limit| {
            let (shared, ctx, filter) = (Arc::clone(&shared), ctx.clone(), filter.clone());
            async move { shared.service.x509_credentials_list(&ctx, &filter, after.as_ref(), limit).await }
        })
        .await?;
        Ok(X509CredentialsListAnswer { body, link })
    }

    async fn x509_credentials_create(
        &self,
        ctx: Ctx,
        body: wire::X509CredentialsRequest,
    ) -> Result<X509CredentialsCreateAnswer, HttpError> {
        let common_name =
            body.common_name.map(|name| CommonName::parse(name.as_str())).transpose().map_err(Error::from)?;
        let ttl = body.ttl.map(|ttl| Ttl::parse(ttl.get())).transpose().map_err(Error::from)?;
        let key = match (body.csr, body.key_type) {
            (None, None) => KeyRequest::Default,
            (None, Some(key_type)) => KeyRequest::Generate(convert::key_type(key_type)),
            (Some(csr), None) => KeyRequest::Csr(csr.as_str().to_owned()),
            (Some(_), Some(_)) => {
                let message = "csr and keyType exclude each other: the key of a csr has its type";
                return Err(Error::Invalid(message.to_owned()).into());
            }
        };
        let issued = self.0.service.x509_credentials_create(&ctx, common_name, ttl, key).await?;
        let location = format!("{PATH}/{}", issued.row.id);
        Ok(X509CredentialsCreateAnswer { body: issued_body(issued)?, location: Some(location) })
    }

    async fn x509_credentials_verify(
        &self,
        ctx: Ctx,
        body: wire::X509CredentialsVerification,
    ) -> Result<X509CredentialsVerifyAnswer, HttpError> {
        let presented = verification::x509_presented(body)?;
        let verdict = self.0.service.x509_credentials_verify(&ctx, &presented).await?;
        let body = verification::x509_verdict(ctx.tenant.to_string(), verdict)?;
        Ok(X509CredentialsVerifyAnswer { body })
    }

    async fn x509_credentials_get(
        &self,
        ctx: Ctx,
        id: wire::CredentialsId,
    ) -> Result<X509CredentialsGetAnswer, HttpError> {
        let found = self.0.service.x509_credentials_get(&ctx, &convert::id(&id)?).await?;
        Ok(X509CredentialsGetAnswer { body: found.to_wire()? })
    }

    async fn x509_credentials_update_state(
        &self,
        ctx: Ctx,
        id: wire::CredentialsId,
        body: wire::X509CredentialsStateUpdate,
    ) -> Result<X509CredentialsUpdateStateAnswer, HttpError> {
        let (id, event) = (convert::id(&id)?, convert::event(body.state));
        let reason = body.revocation_reason.map(convert::revocation_reason);
        self.0.service.x509_credentials_update_state(&ctx, &id, event, reason).await?;
        Ok(X509CredentialsUpdateStateAnswer {})
    }
}

fn issued_body(issued: X509Issued) -> Result<wire::X509CredentialsIssued, HttpError> {
    let (private_key, kind) = issued.private_key.unzip();
    Ok(wire::X509CredentialsIssued {
        certificate: issued.certificate,
        issuing_ca: issued.issuing_ca,
        ca_chain: issued.ca_chain,
        private_key: private_key.map(|key| wire::PrivateKey::from(key.expose().to_owned())),
        private_key_type: kind.map(private_key_type),
        serial_number: issued.row.serial_number,
        common_name: issued.row.common_name.to_string(),
        id: Some(convert::ours(issued.row.id.as_str())?),
        state: Some(convert::state(issued.row.state)),
        invalid_after: Some(convert::moment(issued.row.not_after)),
    })
}

const fn private_key_type(kind: KeyAlgorithm) -> wire::PrivateKeyType {
    match kind {
        KeyAlgorithm::Rsa => wire::PrivateKeyType::Rsa,
        KeyAlgorithm::EcP256 | KeyAlgorithm::EcP384 => wire::PrivateKeyType::Ec,
        KeyAlgorithm::Ed25519 => wire::PrivateKeyType::Ed25519,
    }
}

impl Row for X509CredentialsRow {
    type Wire = wire::X509Credentials;

    fn id(&self) -> &CredentialsId {
        &self.id
    }

    fn to_wire(&self) -> Result<wire::X509Credentials, HttpError> {
        Ok(wire::X509Credentials {
            state: convert::state(self.state),
            id: convert::ours(self.id.as_str())?,
            serial_number: self.serial_number.clone(),
            common_name: self.common_name.to_string(),
            invalid_after: convert::moment(self.not_after),
            created_date: convert::moment(self.created_at),
            updated_date: convert::moment(self.updated_at),
            last_use_date: self.last_use_at.map(convert::moment),
            revocation_reason: self.revocation_reason.and_then(convert::revocation_reason_shown),
        })
    }
}
