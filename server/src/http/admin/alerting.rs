//! Alerting: which events go out by e-mail and SNMP.

use vouchsafe_api::generated::{alerting::*, schemas as wire};

use super::{AdminCaller, AdminPlane, Failed};

const ALERTING: &str = "/api/configuration/alerting";
const SYSTEM_ALERTS: &str = "/api/configuration/alerting/system_alerts";
const TRAFFIC_ALERTS: &str = "/api/configuration/alerting/traffic_alerts";

impl AlertingApi for AdminPlane {
    async fn alerting_list(&self, caller: AdminCaller) -> Result<AlertingListAnswer, Failed> {
        Ok(AlertingListAnswer { body: self.namespace(&caller, ALERTING).await? })
    }

    async fn system_alerts_get(&self, caller: AdminCaller) -> Result<SystemAlertsGetAnswer, Failed> {
        Ok(SystemAlertsGetAnswer { body: self.object(&caller, SYSTEM_ALERTS).await? })
    }

    async fn system_alerts_replace(
        &self,
        caller: AdminCaller,
        body: wire::SystemAlerts,
    ) -> Result<SystemAlertsReplaceAnswer, Failed> {
        let (body, location) = self.replace(&caller, SYSTEM_ALERTS, &body).await?;
        Ok(SystemAlertsReplaceAnswer { body, location })
    }

    async fn traffic_alerts_get(&self, caller: AdminCaller) -> Result<TrafficAlertsGetAnswer, Failed> {
        Ok(TrafficAlertsGetAnswer { body: self.object(&caller, TRAFFIC_ALERTS).await? })
    }

    async fn traffic_alerts_replace(
        &self,
        caller: AdminCaller,
        body: wire::TrafficAlerts,
    ) -> Result<TrafficAlertsReplaceAnswer, Failed> {
        let (body, location) = self.replace(&caller, TRAFFIC_ALERTS, &body).await?;
        Ok(TrafficAlertsReplaceAnswer { body, location })
    }
}
