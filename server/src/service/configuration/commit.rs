//! Commit: the whole configuration is checked once more, then everything is applied in one database transaction, or
//! nothing.

use std::collections::{BTreeMap, BTreeSet};

use vouchsafe_domain::configuration::{Finding, Kind, Tenant};
use vouchsafe_store::{AuditRow, AuthorityRow, ChangeKind, ChangeRow, Record};

use super::{
    change::{removable, tenant_id},
    draft::Draft,
    input::syntactic,
    projection::{self, username},
    view::own_changes,
};
use crate::service::{AdminCtx, AdminError, Error, PLATFORM, Service, sessions::SETTINGS};

/// How often a commit begins again because its session goes on changing things.
const TRIES: usize = 4;

impl Service {
    /// Applies the session's changes and ends its transaction.
    ///
    /// # Errors
    /// [`AdminError::TransactionNotOpen`], [`AdminError::TransactionExpired`], [`AdminError::Syntactic`] where a commit
    /// message is demanded, [`AdminError::Semantic`]: the transaction then stays open with all its changes.
    pub async fn transaction_commit(&self, ctx: &AdminCtx, message: Option<&str>) -> Result<(), AdminError> {
        let lock = self.store.configuration_lock().await?;
        if lock.is_none_or(|lock| lock.session != ctx.session) && !ctx.transaction_lost {
            return Err(AdminError::TransactionNotOpen);
        }
        if self.message_required().await? && message.is_none_or(|message| message.trim().is_empty()) {
            let message = "is required here: say what you changed and why".to_owned();
            return Err(syntactic(ctx, vec![Finding { path: "/commit_message".to_owned(), message }]));
        }
        let (mut draft, prepared) = self.prepared(ctx).await?;
        self.check(&draft).await?;
        let mut changes: Vec<ChangeRow> = draft.changes.values().cloned().collect();
        changes.sort_by_key(|change| change.position);
        let platform = self.authorities.get(PLATFORM).await?;
        projection::apply(&draft, &changes, prepared, &platform, ctx).await?;
        for change in &changes {
            draft.tx.record(record(ctx.audit(&operation(change), &change.path, String::new())));
        }
        let detail = message.unwrap_or_default().to_owned();
        draft.tx.record(record(ctx.audit("transaction_commit", "/api/transaction", detail)));
        draft.tx.configuration_revision_bump().await?;
        draft.tx.configuration_lock_delete().await?;
        draft.tx.commit().await?;
        self.tenants.recheck();
        Ok(())
    }

    /// The session's transaction, with a CA for every tenant it makes. Keys are made before the lock is taken: an RSA key
    /// takes its time.
    async fn prepared(&self, ctx: &AdminCtx) -> Result<(Draft, BTreeMap<String, AuthorityRow>), AdminError> {
        for _ in 0..TRIES {
            let prepared = self.new_authorities(ctx).await?;
            let draft = self.draft(ctx).await?;
            let mut made = draft.changes.values().filter(|change| makes_tenant(change));
            // Another request of the session may have added one meanwhile.
            if made.all(|change| prepared.contains_key(&change.path)) {
                return Ok((draft, prepared));
            }
        }
        Err(AdminError::Service(Error::Busy))
    }

    /// A CA for every tenant that the session is about to make, by path.
    async fn new_authorities(&self, ctx: &AdminCtx) -> Result<BTreeMap<String, AuthorityRow>, AdminError> {
        let mut made = BTreeMap::new();
        for change in own_changes(&self.store, ctx).await? {
            if !makes_tenant(&change) {
                continue;
            }
            let body = change.body.unwrap_or_default();
            let tenant: Tenant = serde_json::from_value(body)
                .map_err(|error| AdminError::internal("reading a staged tenant")(error.into()))?;
            let (id, key_type) = (tenant.id, tenant.certificate_profile.ca_key_type);
            let row = self.authorities.create(&id, key_type, self.ca_ttl, ctx.now).await?;
            made.insert(change.path, row);
        }
        Ok(made)
    }
}

pub(super) fn makes_tenant(change: &ChangeRow) -> bool {
    change.kind == ChangeKind::Create && Kind::of(&change.path) == Some(Kind::Tenants)
}

impl Service {
    /// Every rule for the whole, and those that look outside of the configuration.
    async fn check(&self, draft: &Draft) -> Result<(), AdminError> {
        let mut findings = draft.snapshot.inconsistencies();
        let able = self.able_to_log_in(draft).await?;
        findings.extend(draft.snapshot.lockout(|path| able.contains(path)));
        for change in draft.changes.values().filter(|change| change.kind == ChangeKind::Delete) {
            let Some(row) = draft.rows.get(&change.path) else { continue };
            if Kind::of(&change.path) == Some(Kind::Tenants) {
                match removable(&change.path, &tenant_id(&row.body)?, &draft.tx).await {
                    Err(AdminError::Semantic(found)) => findings.extend(found),
                    other => other?,
                }
            }
        }
        if findings.is_empty() { Ok(()) } else { Err(AdminError::Semantic(findings)) }
    }

    /// The paths of users who have a password, staged or stored; of all where certificates log in.
    async fn able_to_log_in(&self, draft: &Draft) -> Result<BTreeSet<String>, AdminError> {
        let settings = draft.snapshot.0.get(SETTINGS).and_then(|settings| settings.get("trust_store"));
        let certificates = self.has_tls && settings.is_some_and(|store| !store.is_null());
        let mut able = BTreeSet::new();
        for (path, _) in draft.snapshot.users() {
            let staged = draft.changes.get(path).is_some_and(|change| change.secret.is_some());
            let stored = match draft.rows.get(path) {
                Some(row) => draft.tx.admin_user_get(&username(&row.body)?).await?,
                None => None,
            };
            if certificates || staged || stored.is_some_and(|user| !user.password_hash.expose().is_empty()) {
                able.insert(path.to_owned());
            }
        }
        Ok(able)
    }
}

pub(super) fn record(row: AuditRow) -> Record {
    Record { audit: vec![row], outbox: Vec::new() }
}

/// The id of the operation that staged a change.
fn operation(change: &ChangeRow) -> String {
    let resource = match Kind::of(&change.path) {
        Some(Kind::Acls) => "acls",
        Some(Kind::AaaSettings) => "aaa_settings",
        Some(Kind::Users) => "users",
        Some(Kind::Groups) => "groups",
        Some(Kind::SystemAlerts) => "system_alerts",
        Some(Kind::TrafficAlerts) => "traffic_alerts",
        Some(Kind::NtpServers) => "ntp_servers",
        Some(Kind::Timezone) => "timezone",
        Some(Kind::Accounting) => "accounting",
        Some(Kind::Email) => "email",
        Some(Kind::HealthMonitoring) => "health_monitoring",
        Some(Kind::SnmpTrap) => "snmp_trap",
        Some(Kind::Tenants) => "tenants",
        Some(Kind::IntegrationKeys) => "integration_keys",
        Some(Kind::OauthClients) => "oauth_clients",
        Some(Kind::TrustStores) => "trust_stores",
        None => "configuration",
    };
    format!("{resource}_{}", change.kind.as_str())
}
