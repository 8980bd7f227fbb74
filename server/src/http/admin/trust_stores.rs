//! Trust stores.

use vouchsafe_api::generated::{schemas as wire, trust_stores::*};
use vouchsafe_domain::Timestamp;
use vouchsafe_pki::{ChainFailure, certificate_pem};

use super::{AdminCaller, AdminPlane, Failed, answers::at};
use crate::{
    http::verification,
    service::{Reason, TrustQuestion, TrustVerdict},
};

const TRUST_STORES: &str = "/api/configuration/trust_stores";

impl TrustStoresApi for AdminPlane {
    async fn trust_stores_list(&self, caller: AdminCaller) -> Result<TrustStoresListAnswer, Failed> {
        Ok(TrustStoresListAnswer { body: self.collection(&caller, TRUST_STORES).await? })
    }

    async fn trust_stores_create(
        &self,
        caller: AdminCaller,
        body: wire::TrustStoreRequest,
    ) -> Result<TrustStoresCreateAnswer, Failed> {
        let (body, location) = self.create(&caller, TRUST_STORES, &body).await?;
        Ok(TrustStoresCreateAnswer { body, location })
    }

    async fn trust_stores_get(
        &self,
        caller: AdminCaller,
        key: wire::ConfigurationKey,
    ) -> Result<TrustStoresGetAnswer, Failed> {
        let path = format!("{TRUST_STORES}/{}", key.as_str());
        Ok(TrustStoresGetAnswer { body: self.object(&caller, &path).await? })
    }

    async fn trust_stores_verify(
        &self,
        caller: AdminCaller,
        key: wire::ConfigurationKey,
        body: wire::TrustStoreVerification,
    ) -> Result<TrustStoresVerifyAnswer, Failed> {
        let ctx = caller.session()?;
        let question = TrustQuestion {
            certificates: body.certificates.iter().map(|pem| pem.as_str().to_owned()).collect(),
            at: body.at.map(|at| Timestamp::from(at.0)),
            server_name: body.server_name.map(|name| name.as_str().to_owned()),
        };
        let verdict = self.0.service.trust_store_verify(ctx, key.as_str(), question).await;
        let body = written(verdict.map_err(|error| at(ctx, error))?);
        Ok(TrustStoresVerifyAnswer { body: wire::TrustStoreVerdictObject { body } })
    }

    async fn trust_stores_replace(
        &self,
        caller: AdminCaller,
        key: wire::ConfigurationKey,
        body: wire::TrustStoreRequest,
    ) -> Result<TrustStoresReplaceAnswer, Failed> {
        let path = format!("{TRUST_STORES}/{}", key.as_str());
        let (body, location) = self.replace(&caller, &path, &body).await?;
        Ok(TrustStoresReplaceAnswer { body, location })
    }

    async fn trust_stores_delete(
        &self,
        caller: AdminCaller,
        key: wire::ConfigurationKey,
    ) -> Result<TrustStoresDeleteAnswer, Failed> {
        let path = format!("{TRUST_STORES}/{}", key.as_str());
        Ok(TrustStoresDeleteAnswer { body: self.delete(&caller, &path).await? })
    }
}

fn written(verdict: TrustVerdict) -> wire::TrustStoreVerdict {
    let (path, failures) = match verdict {
        Ok(path) => (path, Vec::new()),
        Err(failures) => (Vec::new(), failures),
    };
    wire::TrustStoreVerdict {
        verdict: if failures.is_empty() { wire::Verdict::Accepted } else { wire::Verdict::Rejected },
        path: path.iter().map(|der| certificate_pem(der)).collect(),
        failures: failures.into_iter().map(failure).collect(),
    }
}

fn failure((reason, failure): (Reason, ChainFailure)) -> wire::TrustStoreFailure {
    wire::TrustStoreFailure {
        reason: verification::reason(reason),
        detail: failure.detail,
        certificate: failure.certificate.and_then(|index| index.try_into().ok()),
    }
}
