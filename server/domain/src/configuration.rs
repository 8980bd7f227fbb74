//! The configuration: what each of its objects may say, and what must be true between them.
//!
//! A body is stored as the JSON of its type here: references as keys, no secrets, no `meta`.

mod aaa;
mod accounting;
mod alerting;
mod datetime;
pub(crate) mod declare;
mod email;
mod health_monitoring;
mod integration_key;
mod oauth_client;
pub(crate) mod reader;
mod reference;
mod secrets;
mod snapshot;
mod snmp;
mod tenant;
pub(crate) mod tree;
mod trust_store;

use serde::Serialize;
use serde_json::Value;

use reader::{Body, Reader};

pub use aaa::{AaaSettings, Acl, Group, GroupName, LoginLockout, ObjectPath, SessionSettings, User};
pub use accounting::Accounting;
pub use alerting::{Alert, SystemAlert, SystemAlerts, TrafficAlert, TrafficAlerts};
pub use datetime::{Hostname, Server, ServerAddress, Timezone};
pub use email::{Email, EmailAddress, EncryptionSelection, SmtpAuth, SmtpEncryption, SmtpUsername};
pub use health_monitoring::{HealthMonitoring, Load};
pub use integration_key::{IntegrationKey, IntegrationKeyName};
pub use oauth_client::{ClientId, OauthClient};
pub use reader::Finding;
pub use reference::{Key, TrustStoreReference};
pub use secrets::Secrets;
pub use snapshot::Snapshot;
pub use snmp::{
    AuthMethod, Community, EncryptionMethod, EngineId, SnmpTrap, SnmpUsername, SnmpV2c, SnmpV3, SnmpVersion,
};
pub use tenant::{
    Audience, CertificateProfile, ExternalIssuer, IssuerUrl, Lockout, PasswordRules, Tenant, TenantName,
};
pub use tree::{canonical, siblings};
pub use trust_store::{
    Authority, CrlUrl, Fingerprint, RevocationCheck, TrustStore, TrustStoreName, TrustStoreType,
};

/// What an object of the configuration is. [`Kind::of`] tells it by the path.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// `aaa/acls`.
    Acls,
    /// `aaa/settings`.
    AaaSettings,
    /// An item of `aaa/local_database/users`.
    Users,
    /// An item of `aaa/local_database/groups`.
    Groups,
    /// `alerting/system_alerts`.
    SystemAlerts,
    /// `alerting/traffic_alerts`.
    TrafficAlerts,
    /// `datetime/ntp_servers`.
    NtpServers,
    /// `datetime/timezone`.
    Timezone,
    /// `management/accounting`.
    Accounting,
    /// `management/email`.
    Email,
    /// `management/health_monitoring`.
    HealthMonitoring,
    /// `management/snmp/trap`.
    SnmpTrap,
    /// An item of `tenants`.
    Tenants,
    /// An item of a tenant's `integration_keys`.
    IntegrationKeys,
    /// An item of a tenant's `oauth_clients`.
    OauthClients,
    /// An item of `trust_stores`.
    TrustStores,
}

/// A body that keeps every rule of its kind.
#[derive(Debug, Clone, PartialEq)]
pub struct Parsed {
    /// What to store.
    pub body: Value,
    /// What was secret in it.
    pub secrets: Secrets,
}

impl Kind {
    /// Whether there are many of them, with keys.
    #[must_use]
    pub fn is_collection(self) -> bool {
        self.default_body().is_none()
    }

    /// What a single object says before it is set for the first time.
    #[must_use]
    pub fn default_body(self) -> Option<Value> {
        Some(match self {
            Self::Acls | Self::NtpServers => Value::Array(Vec::new()),
            Self::AaaSettings => json(&AaaSettings::default()),
            Self::SystemAlerts => json(&SystemAlerts::default()),
            Self::TrafficAlerts => json(&TrafficAlerts::default()),
            Self::Timezone => json(&Timezone::default()),
            Self::Accounting => json(&Accounting::default()),
            Self::Email => json(&Email::default()),
            Self::HealthMonitoring => json(&HealthMonitoring::default()),
            Self::SnmpTrap => json(&SnmpTrap::default()),
            Self::Users
            | Self::Groups
            | Self::Tenants
            | Self::IntegrationKeys
            | Self::OauthClients
            | Self::TrustStores => return None,
        })
    }

    /// Reads a request's body strictly.
    ///
    /// # Errors
    /// Everything that is wrong with it, paths relative to the body: `/crl_urls/0`. Never empty.
    pub fn parse(self, mut body: Value) -> Result<Parsed, Vec<Finding>> {
        let mut reader = Reader::default();
        if body.get("body").is_some() {
            reader.refuse_at("/body", "is a wrapper: send the object itself, without the wrapper `body`");
            return reader.finish(None);
        }
        // Alone: the built-in store as it is read lacks what every other one has.
        if self == Self::TrustStores && body.get("trust_store_type") == Some(&json(&TrustStoreType::BuiltIn))
        {
            reader.refuse_at(
                "/trust_store_type",
                "must be custom: a built-in trust store can't be made or edited",
            );
            return reader.finish(None);
        }
        let secrets = self.take_secrets(&mut body, &mut reader);
        let read = match self {
            Self::Acls => read::<Vec<Acl>>,
            Self::AaaSettings => read::<AaaSettings>,
            Self::Users => read::<User>,
            Self::Groups => read::<Group>,
            Self::SystemAlerts => read::<SystemAlerts>,
            Self::TrafficAlerts => read::<TrafficAlerts>,
            Self::NtpServers => read::<Vec<ServerAddress>>,
            Self::Timezone => read::<Timezone>,
            Self::Accounting => read::<Accounting>,
            Self::Email => read::<Email>,
            Self::HealthMonitoring => read::<HealthMonitoring>,
            Self::SnmpTrap => read::<SnmpTrap>,
            Self::Tenants => read::<Tenant>,
            Self::IntegrationKeys => read::<IntegrationKey>,
            Self::OauthClients => read::<OauthClient>,
            Self::TrustStores => read::<TrustStore>,
        };
        let body = read(&body, &mut reader);
        reader.finish(body).map(|body| Parsed { body, secrets })
    }
}

fn read<T: Body>(body: &Value, reader: &mut Reader) -> Option<Value> {
    let body = T::read(body, reader)?;
    body.check(reader);
    Some(json(&body))
}

fn json<T: Serialize>(body: &T) -> Value {
    #[expect(clippy::expect_used, reason = "every type here is JSON: its maps have text keys")]
    serde_json::to_value(body).expect("a body is JSON")
}

#[cfg(test)]
mod tests;
