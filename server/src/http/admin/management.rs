//! E-mail, SNMP, health limits, commit messages.

use vouchsafe_api::generated::{management::*, schemas as wire};

use super::{AdminCaller, AdminPlane, Failed};

const MANAGEMENT: &str = "/api/configuration/management";
const ACCOUNTING: &str = "/api/configuration/management/accounting";
const EMAIL: &str = "/api/configuration/management/email";
const HEALTH_MONITORING: &str = "/api/configuration/management/health_monitoring";
const SNMP: &str = "/api/configuration/management/snmp";
const TRAP: &str = "/api/configuration/management/snmp/trap";

impl ManagementApi for AdminPlane {
    async fn management_list(&self, caller: AdminCaller) -> Result<ManagementListAnswer, Failed> {
        Ok(ManagementListAnswer { body: self.namespace(&caller, MANAGEMENT).await? })
    }

    async fn accounting_get(&self, caller: AdminCaller) -> Result<AccountingGetAnswer, Failed> {
        Ok(AccountingGetAnswer { body: self.object(&caller, ACCOUNTING).await? })
    }

    async fn accounting_replace(
        &self,
        caller: AdminCaller,
        body: wire::Accounting,
    ) -> Result<AccountingReplaceAnswer, Failed> {
        let (body, location) = self.replace(&caller, ACCOUNTING, &body).await?;
        Ok(AccountingReplaceAnswer { body, location })
    }

    async fn email_get(&self, caller: AdminCaller) -> Result<EmailGetAnswer, Failed> {
        Ok(EmailGetAnswer { body: self.object(&caller, EMAIL).await? })
    }

    async fn email_replace(
        &self,
        caller: AdminCaller,
        body: wire::EmailRequest,
    ) -> Result<EmailReplaceAnswer, Failed> {
        let (body, location) = self.replace(&caller, EMAIL, &body).await?;
        Ok(EmailReplaceAnswer { body, location })
    }

    async fn health_monitoring_get(&self, caller: AdminCaller) -> Result<HealthMonitoringGetAnswer, Failed> {
        Ok(HealthMonitoringGetAnswer { body: self.object(&caller, HEALTH_MONITORING).await? })
    }

    async fn health_monitoring_replace(
        &self,
        caller: AdminCaller,
        body: wire::HealthMonitoring,
    ) -> Result<HealthMonitoringReplaceAnswer, Failed> {
        let (body, location) = self.replace(&caller, HEALTH_MONITORING, &body).await?;
        Ok(HealthMonitoringReplaceAnswer { body, location })
    }

    async fn monitoring_get(&self, caller: AdminCaller) -> Result<MonitoringGetAnswer, Failed> {
        Ok(MonitoringGetAnswer { body: self.object(&caller, HEALTH_MONITORING).await? })
    }

    async fn monitoring_replace(
        &self,
        caller: AdminCaller,
        body: wire::HealthMonitoring,
    ) -> Result<MonitoringReplaceAnswer, Failed> {
        let (body, location) = self.replace(&caller, HEALTH_MONITORING, &body).await?;
        Ok(MonitoringReplaceAnswer { body, location })
    }

    async fn snmp_list(&self, caller: AdminCaller) -> Result<SnmpListAnswer, Failed> {
        Ok(SnmpListAnswer { body: self.namespace(&caller, SNMP).await? })
    }

    async fn snmp_trap_get(&self, caller: AdminCaller) -> Result<SnmpTrapGetAnswer, Failed> {
        Ok(SnmpTrapGetAnswer { body: self.object(&caller, TRAP).await? })
    }

    async fn snmp_trap_replace(
        &self,
        caller: AdminCaller,
        body: wire::SnmpTrapRequest,
    ) -> Result<SnmpTrapReplaceAnswer, Failed> {
        let (body, location) = self.replace(&caller, TRAP, &body).await?;
        Ok(SnmpTrapReplaceAnswer { body, location })
    }
}
