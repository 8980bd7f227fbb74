//! Time zone and time servers.

use vouchsafe_api::generated::{date_and_time::*, schemas as wire};

use super::{AdminCaller, AdminPlane, Failed};

const DATETIME: &str = "/api/configuration/datetime";
const NTP_SERVERS: &str = "/api/configuration/datetime/ntp_servers";
const TIMEZONE: &str = "/api/configuration/datetime/timezone";

impl DateAndTimeApi for AdminPlane {
    async fn datetime_list(&self, caller: AdminCaller) -> Result<DatetimeListAnswer, Failed> {
        Ok(DatetimeListAnswer { body: self.namespace(&caller, DATETIME).await? })
    }

    async fn ntp_servers_get(&self, caller: AdminCaller) -> Result<NtpServersGetAnswer, Failed> {
        Ok(NtpServersGetAnswer { body: self.object(&caller, NTP_SERVERS).await? })
    }

    async fn ntp_servers_replace(
        &self,
        caller: AdminCaller,
        body: wire::NtpServers,
    ) -> Result<NtpServersReplaceAnswer, Failed> {
        let (body, location) = self.replace(&caller, NTP_SERVERS, &body).await?;
        Ok(NtpServersReplaceAnswer { body, location })
    }

    async fn timezone_get(&self, caller: AdminCaller) -> Result<TimezoneGetAnswer, Failed> {
        Ok(TimezoneGetAnswer { body: self.object(&caller, TIMEZONE).await? })
    }

    async fn timezone_replace(
        &self,
        caller: AdminCaller,
        body: wire::Timezone,
    ) -> Result<TimezoneReplaceAnswer, Failed> {
        let (body, location) = self.replace(&caller, TIMEZONE, &body).await?;
        Ok(TimezoneReplaceAnswer { body, location })
    }
}
