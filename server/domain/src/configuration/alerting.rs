//! Alerts: which of them are sent, and by which way.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{
    declare::{choice, object, stored},
    reader::{Body, Read, Reader},
};

object! {
    /// By which ways an alert is sent.
    #[derive(Copy, Eq, Default)]
    pub Alert {
        /// By e-mail to the alerting address.
        email: bool,
        /// By an SNMP trap.
        snmp: bool,
    }
}

choice! {
    /// An alert about the system itself.
    pub SystemAlert {
        /// General alert.
        Alert = "xcbAlert",
        /// Data archiving failure.
        ArchiveFailed = "xcbArchiveFailed",
        /// Data and configuration backup failure.
        BackupFailed = "xcbBackupFailed",
        /// Too many successive failed login attempts.
        BruteForceAttempt = "xcbBruteForceAttempt",
        /// Configuration change.
        ConfigChange = "xcbConfigChange",
        /// Database error.
        DbError = "xcbDBError",
        /// Disk utilization reached its maximum.
        DiskFull = "xcbDiskFull",
        /// General error.
        Error = "xcbError",
        /// The firmware is tainted.
        FirmwareTainted = "xcbFirmwareTainted",
        /// Hardware error.
        HwError = "xcbHWError",
        /// HA node state changed.
        HaNodeChanged = "xcbHaNodeChanged",
        /// License expires soon.
        LicenseAlmostExpired = "xcbLicenseAlmostExpired",
        /// License limit reached.
        LimitReached = "xcbLimitReached",
        /// The average load exceeded a maximum.
        LoadAvgHigh = "xcbLoadAvgHigh",
        /// Successful login.
        Login = "xcbLogin",
        /// Failed login.
        LoginFailure = "xcbLoginFailure",
        /// Logout.
        Logout = "xcbLogout",
        /// RAID status changed.
        RaidStatus = "xcbRaidStatus",
        /// Swap utilization exceeded its maximum.
        SwapFull = "xcbSwapFull",
        /// Time sync lost.
        TimeSyncLost = "xcbTimeSyncLost",
        /// Time stamping error.
        TimestampError = "xcbTimestampError",
    }
}

choice! {
    /// An alert about credentials and the connections they open.
    pub TrafficAlert {
        /// User authentication failed.
        AuthFailure = "scbAuthFailure",
        /// Successful user authentication.
        AuthSuccess = "scbAuthSuccess",
        /// Channel opening denied.
        ChannelDenied = "scbChannelDenied",
        /// Connection denied.
        ConnectionDenied = "scbConnectionDenied",
        /// Connection failed.
        ConnectionFailed = "scbConnectionFailed",
        /// Connection timed out.
        ConnectionTimedout = "scbConnectionTimedout",
        /// The requested credential store is closed.
        CredStoreClosed = "scbCredStoreClosed",
        /// Failure to decrypt a credential.
        CredStoreDecryptError = "scbCredStoreDecryptError",
        /// Failure to unlock the credential store.
        CredStoreUnlockFailure = "scbCredStoreUnlockFailure",
        /// The user failed to authenticate on the gateway.
        GwAuthFailure = "scbGWAuthFailure",
        /// Successful authentication on the gateway.
        GwAuthSuccess = "scbGWAuthSuccess",
        /// Protocol violation.
        ProtocolViolation = "scbProtocolViolation",
        /// Real-time alert.
        RealTimeAlert = "scbRealTimeAlert",
        /// New SSH host key learned.
        SshHostKeyLearned = "scbSshHostKeyLearned",
        /// SSH host key mismatch.
        SshHostKeyMismatch = "scbSshHostKeyMismatch",
        /// User mapping failed on the gateway.
        UserMappingFailure = "scbUserMappingFailure",
    }
}

macro_rules! alerts {
    ($(#[$meta:meta])* $name:ident of $alert:ident) => {
        $(#[$meta])*
        #[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(try_from = "Value")]
        pub struct $name(BTreeMap<$alert, Alert>);

        impl $name {
            /// How that alert is sent.
            #[must_use]
            pub fn get(&self, alert: $alert) -> Alert {
                self.0.get(&alert).copied().unwrap_or_default()
            }
        }

        /// None is sent.
        impl Default for $name {
            fn default() -> Self {
                Self($alert::ALL.iter().map(|alert| (*alert, Alert::default())).collect())
            }
        }

        impl Read for $name {
            fn read(value: &Value, reader: &mut Reader) -> Option<Self> {
                let names: Vec<&str> = $alert::ALL.iter().map(|alert| alert.as_str()).collect();
                let members = reader.object(value, &names)?;
                let read = |alert: &$alert| {
                    reader.required(members, alert.as_str()).map(|how| (*alert, how))
                };
                let alerts: Vec<Option<_>> = $alert::ALL.iter().map(read).collect();
                alerts.into_iter().collect::<Option<_>>().map(Self)
            }
        }

        impl Body for $name {}

        stored!($name);
    };
}

alerts! {
    /// All alerts about the system: exactly the documented 21.
    SystemAlerts of SystemAlert
}

alerts! {
    /// All alerts about credentials: exactly the documented 16.
    TrafficAlerts of TrafficAlert
}
