//! Tenants, their OAuth clients and their integration keys.

use vouchsafe_api::generated::{schemas as wire, tenants::*};

use super::{AdminCaller, AdminPlane, Failed};

const TENANTS: &str = "/api/configuration/tenants";

/// The collection of a tenant's integration keys.
fn keys(tenant: &wire::ConfigurationKey) -> String {
    format!("{TENANTS}/{}/integration_keys", tenant.as_str())
}

fn integration_key(tenant: &wire::ConfigurationKey, key: &wire::ConfigurationKey) -> String {
    format!("{}/{}", keys(tenant), key.as_str())
}

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

    async fn integration_keys_list(
        &self,
        caller: AdminCaller,
        key: wire::ConfigurationKey,
    ) -> Result<IntegrationKeysListAnswer, Failed> {
        Ok(IntegrationKeysListAnswer { body: self.collection(&caller, &keys(&key)).await? })
    }

    async fn integration_keys_create(
        &self,
        caller: AdminCaller,
        key: wire::ConfigurationKey,
        body: wire::IntegrationKey,
    ) -> Result<IntegrationKeysCreateAnswer, Failed> {
        let (body, location) = self.create(&caller, &keys(&key), &body).await?;
        Ok(IntegrationKeysCreateAnswer { body, location })
    }

    async fn integration_keys_get(
        &self,
        caller: AdminCaller,
        key: wire::ConfigurationKey,
        integration_key_key: wire::ConfigurationKey,
    ) -> Result<IntegrationKeysGetAnswer, Failed> {
        let path = integration_key(&key, &integration_key_key);
        Ok(IntegrationKeysGetAnswer { body: self.object(&caller, &path).await? })
    }

    async fn integration_keys_replace(
        &self,
        caller: AdminCaller,
        key: wire::ConfigurationKey,
        integration_key_key: wire::ConfigurationKey,
        body: wire::IntegrationKey,
    ) -> Result<IntegrationKeysReplaceAnswer, Failed> {
        let path = integration_key(&key, &integration_key_key);
        let (body, location) = self.replace(&caller, &path, &body).await?;
        Ok(IntegrationKeysReplaceAnswer { body, location })
    }

    async fn integration_keys_delete(
        &self,
        caller: AdminCaller,
        key: wire::ConfigurationKey,
        integration_key_key: wire::ConfigurationKey,
    ) -> Result<IntegrationKeysDeleteAnswer, Failed> {
        let path = integration_key(&key, &integration_key_key);
        Ok(IntegrationKeysDeleteAnswer { body: self.delete(&caller, &path).await? })
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
