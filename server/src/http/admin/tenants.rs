//! Tenants and their OAuth clients.

use vouchsafe_api::generated::{schemas as wire, tenants::*};

use super::{AdminCaller, AdminPlane, Failed};

const TENANTS: &str = "/api/configuration/tenants";

/// The collection of a tenant's clients.
fn clients(tenant: &wire::ConfigurationKey) -> String {
    format!("{TENANTS}/{}/oauth_clients", tenant.as_str())
}

fn client(tenant: &wire::ConfigurationKey, key: &wire::ConfigurationKey) -> String {
    format!("{}/{}", clients(tenant), key.as_str())
}

impl TenantsApi for AdminPlane {
    async fn tenants_list(&self, caller: AdminCaller) -> Result<TenantsListAnswer, Failed> {
        Ok(TenantsListAnswer { body: self.collection(&caller, TENANTS).await? })
    }

    async fn tenants_create(
        &self,
        caller: AdminCaller,
        body: wire::TenantRequest,
    ) -> Result<TenantsCreateAnswer, Failed> {
        let (body, location) = self.create(&caller, TENANTS, &body).await?;
        Ok(TenantsCreateAnswer { body, location })
    }

    async fn tenants_get(
        &self,
        caller: AdminCaller,
        key: wire::ConfigurationKey,
    ) -> Result<TenantsGetAnswer, Failed> {
        let path = format!("{TENANTS}/{}", key.as_str());
        Ok(TenantsGetAnswer { body: self.object(&caller, &path).await? })
    }

    async fn tenants_replace(
        &self,
        caller: AdminCaller,
        key: wire::ConfigurationKey,
        body: wire::TenantRequest,
    ) -> Result<TenantsReplaceAnswer, Failed> {
        let path = format!("{TENANTS}/{}", key.as_str());
        let (body, location) = self.replace(&caller, &path, &body).await?;
        Ok(TenantsReplaceAnswer { body, location })
    }

    async fn tenants_delete(
        &self,
        caller: AdminCaller,
        key: wire::ConfigurationKey,
    ) -> Result<TenantsDeleteAnswer, Failed> {
        let path = format!("{TENANTS}/{}", key.as_str());
        Ok(TenantsDeleteAnswer { body: self.delete(&caller, &path).await? })
    }

    async fn oauth_clients_list(
        &self,
        caller: AdminCaller,
        key: wire::ConfigurationKey,
    ) -> Result<OauthClientsListAnswer, Failed> {
        Ok(OauthClientsListAnswer { body: self.collection(&caller, &clients(&key)).await? })
    }

    async fn oauth_clients_create(
        &self,
        caller: AdminCaller,
        key: wire::ConfigurationKey,
        body: wire::OauthClient,
    ) -> Result<OauthClientsCreateAnswer, Failed> {
        let (body, location) = self.create(&caller, &clients(&key), &body).await?;
        Ok(OauthClientsCreateAnswer { body, location })
    }

    async fn oauth_clients_get(
        &self,
        caller: AdminCaller,
        key: wire::ConfigurationKey,
        client_key: wire::ConfigurationKey,
    ) -> Result<OauthClientsGetAnswer, Failed> {
        Ok(OauthClientsGetAnswer { body: self.object(&caller, &client(&key, &client_key)).await? })
    }

    async fn oauth_clients_replace(
        &self,
        caller: AdminCaller,
        key: wire::ConfigurationKey,
        client_key: wire::ConfigurationKey,
        body: wire::OauthClient,
    ) -> Result<OauthClientsReplaceAnswer, Failed> {
        let (body, location) = self.replace(&caller, &client(&key, &client_key), &body).await?;
        Ok(OauthClientsReplaceAnswer { body, location })
    }

    async fn oauth_clients_delete(
        &self,
        caller: AdminCaller,
        key: wire::ConfigurationKey,
        client_key: wire::ConfigurationKey,
    ) -> Result<OauthClientsDeleteAnswer, Failed> {
        Ok(OauthClientsDeleteAnswer { body: self.delete(&caller, &client(&key, &client_key)).await? })
    }
}
