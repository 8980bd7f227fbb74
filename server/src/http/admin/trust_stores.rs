//! Trust stores.

use vouchsafe_api::generated::{schemas as wire, trust_stores::*};

use super::{AdminCaller, AdminPlane, Failed};

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
