//! The elements of both kinds of alerts: each can be set to e-mail and to SNMP on its own.

use serde_json::{Value, json};

use super::{super::Scenario, Kind};
use crate::{
    attempt::{Attempt, Who},
    case::Stop,
    cases::configuration::steps::{alerts, body_of, replace},
    exchange::Role,
};

/// Name and description of the system-related alerts.
#[rustfmt::skip]
pub(super) const SYSTEM: [(&str, &str); 21] = [
    ("xcbAlert", "xcbAlert Top level item General alert."),
    ("xcbArchiveFailed", "xcbArchiveFailed Top level item Data archiving failure."),
    ("xcbBackupFailed", "xcbBackupFailed Top level item Data and configuration backup failure."),
    ("xcbBruteForceAttempt", "xcbBruteForceAttempt Top level item Too many successive failed login attempts."),
    ("xcbConfigChange", "xcbConfigChange Top level item Configuration change."),
    ("xcbDBError", "xcbDBError Top level item Database error occured."),
    ("xcbDiskFull", "xcbDiskFull Top level item Disk utilization reached the percentage configured in the maximum_disk_utilization_ratio element of the api/configuration/management/monitoring endpoint."),
    ("xcbError", "xcbError Top level item General error."),
    ("xcbFirmwareTainted", "xcbFirmwareTainted Top level item The firmware is tainted."),
    ("xcbHWError", "xcbHWError Top level item Hardware error."),
    ("xcbHaNodeChanged", "xcbHaNodeChanged Top level item HA node state changed."),
    ("xcbLicenseAlmostExpired", "xcbLicenseAlmostExpired Top level item License expires soon."),
    ("xcbLimitReached", "xcbLimitReached Top level item License limit reached."),
    ("xcbLoadAvgHigh", "xcbLoadAvgHigh Top level item The average load exceeded any of the values configured in the maximum_load1, maximum_load5 or maximum_load15 elements of the api/configuration/management/monitoring endpoint."),
    ("xcbLogin", "xcbLogin Top level item Successful login."),
    ("xcbLoginFailure", "xcbLoginFailure Top level item Failed login."),
    ("xcbLogout", "xcbLogout Top level item Logout from the web configuration interface."),
    ("xcbRaidStatus", "xcbRaidStatus Top level item RAID status changed."),
    ("xcbSwapFull", "xcbSwapFull Top level item The utilization of the swap exceeded the value configured in the maximum_swap_utilization_ratio element of the api/configuration/management/monitoring endpoint."),
    ("xcbTimeSyncLost", "xcbTimeSyncLost Top level item Time sync lost."),
    ("xcbTimestampError", "xcbTimestampError Top level item Time stamping error."),
];

/// Name and description of the traffic-related alerts.
#[rustfmt::skip]
pub(super) const TRAFFIC: [(&str, &str); 16] = [
    ("scbAuthFailure", "scbAuthFailure Top level item User authentication failed."),
    ("scbAuthSuccess", "scbAuthSuccess Top level item Successful user authentication."),
    ("scbChannelDenied", "scbChannelDenied Top level item Channel opening denied."),
    ("scbConnectionDenied", "scbConnectionDenied Top level item Connection denied."),
    ("scbConnectionFailed", "scbConnectionFailed Top level item Connection to the server failed."),
    ("scbConnectionTimedout", "scbConnectionTimedout Top level item Connection timed out."),
    ("scbCredStoreClosed", "scbCredStoreClosed Top level item The requested credential store is closed."),
    ("scbCredStoreDecryptError", "scbCredStoreDecryptError Top level item Failure to decrypt a credential."),
    ("scbCredStoreUnlockFailure", "scbCredStoreUnlockFailure Top level item Failure to unlock the credential store."),
    ("scbGWAuthFailure", "scbGWAuthFailure Top level item The user failed to authenticate on the gateway."),
    ("scbGWAuthSuccess", "scbGWAuthSuccess Top level item Successful authentication on the gateway."),
    ("scbProtocolViolation", "scbProtocolViolation Top level item Protocol violation."),
    ("scbRealTimeAlert", "scbRealTimeAlert Top level item Real-time audit event detected."),
    ("scbSshHostKeyLearned", "scbSshHostKeyLearned Top level item New SSH host key learned."),
    ("scbSshHostKeyMismatch", "scbSshHostKeyMismatch Top level item SSH host key mismatch."),
    ("scbUserMappingFailure", "scbUserMappingFailure Top level item User mapping failed on the gateway."),
];

/// One case for each element.
pub(super) fn scenarios(kind: Kind) -> Vec<Scenario> {
    let scenario = |(name, sentence): &(&'static str, &'static str)| {
        let id = format!("{}::element::{name}", kind.area);
        Scenario::new(id, kind.write, (kind.section, sentence), Element { kind, name })
    };
    kind.elements.iter().map(scenario).collect()
}

/// Sets an element every way there is, and looks whether it and nothing else has changed.
pub(super) struct Element {
    kind: Kind,
    name: &'static str,
}

impl Element {
    pub(super) async fn steps(&self, attempt: &mut Attempt) -> Result<(), Stop> {
        let Self { kind, name } = self;
        let seen = body_of(attempt, &Who::Admin, kind.path).await?;
        for setting in ["email", "snmp"] {
            if !seen[*name][setting].is_boolean() {
                attempt.differs(&format!("body/body/{name}/{setting}"), "a boolean", "something else");
                return Err(Stop::Failed);
            }
        }
        let mut body = alerts(attempt, &Who::Admin, kind.path, kind.sample).await?;
        for (email, snmp) in [(true, false), (false, true), (true, true), (false, false)] {
            body[*name] = json!({"email": email, "snmp": snmp});
            replace(attempt, &Who::Admin, kind.path, &body).await?;
            self.is_now(attempt, &body).await?;
        }
        Ok(())
    }

    async fn is_now(&self, attempt: &mut Attempt, wanted: &Value) -> Result<(), Stop> {
        let answer = attempt.call(Role::Observe, &Who::Admin, "get", self.kind.path, None).await?;
        attempt.status(&answer, 200)?;
        for (name, value) in wanted.as_object().into_iter().flatten() {
            let left_out = answer.json().is_some_and(|body| body["body"].get(name).is_none());
            if left_out && name != self.name {
                continue;
            }
            attempt.equal(&answer, &format!("/body/{name}"), value);
        }
        Ok(())
    }
}
