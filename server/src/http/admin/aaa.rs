//! Users, groups, ACLs, and the settings of logins.

use vouchsafe_api::generated::{aaa::*, schemas as wire};

use super::{AdminCaller, AdminPlane, Failed};

const AAA: &str = "/api/configuration/aaa";
const ACLS: &str = "/api/configuration/aaa/acls";
const LOCAL_DATABASE: &str = "/api/configuration/aaa/local_database";
const GROUPS: &str = "/api/configuration/aaa/local_database/groups";
const USERS: &str = "/api/configuration/aaa/local_database/users";
const SETTINGS: &str = "/api/configuration/aaa/settings";

impl AaaApi for AdminPlane {
    async fn aaa_list(&self, caller: AdminCaller) -> Result<AaaListAnswer, Failed> {
        Ok(AaaListAnswer { body: self.namespace(&caller, AAA).await? })
    }

    async fn acls_get(&self, caller: AdminCaller) -> Result<AclsGetAnswer, Failed> {
        Ok(AclsGetAnswer { body: self.object(&caller, ACLS).await? })
    }

    async fn acls_replace(&self, caller: AdminCaller, body: wire::Acls) -> Result<AclsReplaceAnswer, Failed> {
        let (body, location) = self.replace(&caller, ACLS, &body).await?;
        Ok(AclsReplaceAnswer { body, location })
    }

    async fn local_database_list(&self, caller: AdminCaller) -> Result<LocalDatabaseListAnswer, Failed> {
        Ok(LocalDatabaseListAnswer { body: self.namespace(&caller, LOCAL_DATABASE).await? })
    }

    async fn groups_list(&self, caller: AdminCaller) -> Result<GroupsListAnswer, Failed> {
        Ok(GroupsListAnswer { body: self.collection(&caller, GROUPS).await? })
    }

    async fn groups_create(
        &self,
        caller: AdminCaller,
        body: wire::Group,
    ) -> Result<GroupsCreateAnswer, Failed> {
        let (body, location) = self.create(&caller, GROUPS, &body).await?;
        Ok(GroupsCreateAnswer { body, location })
    }

    async fn groups_get(
        &self,
        caller: AdminCaller,
        key: wire::ConfigurationKey,
    ) -> Result<GroupsGetAnswer, Failed> {
        let path = format!("{GROUPS}/{}", key.as_str());
        Ok(GroupsGetAnswer { body: self.object(&caller, &path).await? })
    }

    async fn groups_replace(
        &self,
        caller: AdminCaller,
        key: wire::ConfigurationKey,
        body: wire::Group,
    ) -> Result<GroupsReplaceAnswer, Failed> {
        let path = format!("{GROUPS}/{}", key.as_str());
        let (body, location) = self.replace(&caller, &path, &body).await?;
        Ok(GroupsReplaceAnswer { body, location })
    }

    async fn groups_delete(
        &self,
        caller: AdminCaller,
        key: wire::ConfigurationKey,
    ) -> Result<GroupsDeleteAnswer, Failed> {
        let path = format!("{GROUPS}/{}", key.as_str());
        Ok(GroupsDeleteAnswer { body: self.delete(&caller, &path).await? })
    }

    async fn users_list(&self, caller: AdminCaller) -> Result<UsersListAnswer, Failed> {
        Ok(UsersListAnswer { body: self.collection(&caller, USERS).await? })
    }

    async fn users_create(
        &self,
        caller: AdminCaller,
        body: wire::UserRequest,
    ) -> Result<UsersCreateAnswer, Failed> {
        let (body, location) = self.create(&caller, USERS, &body).await?;
        Ok(UsersCreateAnswer { body, location })
    }

    async fn users_get(
        &self,
        caller: AdminCaller,
        key: wire::ConfigurationKey,
    ) -> Result<UsersGetAnswer, Failed> {
        let path = format!("{USERS}/{}", key.as_str());
        Ok(UsersGetAnswer { body: self.object(&caller, &path).await? })
    }

    async fn users_replace(
        &self,
        caller: AdminCaller,
        key: wire::ConfigurationKey,
        body: wire::UserRequest,
    ) -> Result<UsersReplaceAnswer, Failed> {
        let path = format!("{USERS}/{}", key.as_str());
        let (body, location) = self.replace(&caller, &path, &body).await?;
        Ok(UsersReplaceAnswer { body, location })
    }

    async fn users_delete(
        &self,
        caller: AdminCaller,
        key: wire::ConfigurationKey,
    ) -> Result<UsersDeleteAnswer, Failed> {
        let path = format!("{USERS}/{}", key.as_str());
        Ok(UsersDeleteAnswer { body: self.delete(&caller, &path).await? })
    }

    async fn aaa_settings_get(&self, caller: AdminCaller) -> Result<AaaSettingsGetAnswer, Failed> {
        Ok(AaaSettingsGetAnswer { body: self.object(&caller, SETTINGS).await? })
    }

    async fn aaa_settings_replace(
        &self,
        caller: AdminCaller,
        body: wire::AaaSettingsRequest,
    ) -> Result<AaaSettingsReplaceAnswer, Failed> {
        let (body, location) = self.replace(&caller, SETTINGS, &body).await?;
        Ok(AaaSettingsReplaceAnswer { body, location })
    }
}
