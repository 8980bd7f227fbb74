//! Refused access and refused logins for the audit trail, folded: equal ones within a second are one row with a count, so
//! that who knocks a thousand times a second does not write a thousand rows.

use std::{
    collections::HashMap,
    net::IpAddr,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use vouchsafe_domain::{TenantId, Timestamp};
use vouchsafe_store::{AuditRow, Outcome, Store};

use super::{Ctx, sessions::Origin, verdict::Reason};

/// How often refusals are written.
pub const FLUSH: Duration = Duration::from_secs(1);

/// The most different refusals between two writes; those past it are counted as one.
const DIFFERENT: usize = 64;

/// The most characters of a path that are kept.
const TARGET: usize = 255;

/// What was refused to whom.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Refusal {
    /// The tenant, where it is known.
    pub tenant: Option<TenantId>,
    /// Who asked, as far as it is known.
    pub actor: String,
    /// From where.
    pub address: String,
    /// For which operation.
    pub operation: &'static str,
    /// At which path.
    pub target: String,
    /// Why.
    pub reason: &'static str,
}

impl Refusal {
    /// A login with wrong credentials.
    pub(super) fn login(origin: &Origin, actor: String) -> (Self, Timestamp, String) {
        Self::of(origin, actor, "wrong credentials")
    }

    /// Credentials that were presented and rejected.
    pub(super) fn verification(
        ctx: &Ctx,
        operation: &'static str,
        target: String,
        client: Option<IpAddr>,
        reason: Reason,
    ) -> (Self, Timestamp, String) {
        let refusal = Self {
            tenant: Some(ctx.tenant.clone()),
            actor: ctx.actor.clone(),
            address: client.map_or_else(|| ctx.address.clone(), |client| client.to_string()),
            operation,
            target,
            reason: reason.as_str(),
        };
        (refusal, ctx.now, ctx.request_id.clone())
    }

    /// Something refused to nobody in particular. The path is the operation's, not theirs: who may make up paths must not
    /// make up as many rows.
    #[must_use]
    pub fn unknown(origin: &Origin, path: &'static str, reason: &'static str) -> (Self, Timestamp, String) {
        let (refusal, at, request_id) = Self::of(origin, "unknown".to_owned(), reason);
        (Self { target: path.to_owned(), ..refusal }, at, request_id)
    }

    /// Something refused on the admin plane.
    pub fn of(origin: &Origin, actor: String, reason: &'static str) -> (Self, Timestamp, String) {
        let refusal = Self {
            tenant: None,
            actor,
            address: origin.address.clone(),
            operation: origin.operation,
            target: origin.path.chars().take(TARGET).collect(),
            reason,
        };
        (refusal, origin.now, origin.request_id.clone())
    }
}

/// Refusals with their first time, its request, and how many there are.
type Folded = HashMap<Refusal, (Timestamp, String, u32)>;

/// Refusals that are not written yet.
#[derive(Debug, Default)]
pub(super) struct Refusals {
    waiting: Mutex<Folded>,
    /// Those that are being written, kept until they are: a flush may be broken off.
    writing: tokio::sync::Mutex<Folded>,
}

impl Refusals {
    /// Remembers one, with its time and request.
    pub(super) fn note(&self, (mut refusal, at, request_id): (Refusal, Timestamp, String)) {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        if waiting.len() >= DIFFERENT && !waiting.contains_key(&refusal) {
            refusal.actor = "several".to_owned();
            refusal.target = "several".to_owned();
            refusal.address = "several".to_owned();
        }
        waiting.entry(refusal).or_insert((at, request_id, 0)).2 += 1;
    }

    /// Writes what waits; what another flush is about to write is written too when this returns. What can't be written
    /// waits on.
    pub(super) async fn flush(&self, store: &Store) {
        let mut writing = self.writing.lock().await;
        if write(&mut writing, store).await {
            *writing = std::mem::take(&mut *self.waiting.lock().unwrap_or_else(PoisonError::into_inner));
            write(&mut writing, store).await;
        }
    }
}

/// Whether all is written, and so forgotten here.
async fn write(writing: &mut Folded, store: &Store) -> bool {
    if writing.is_empty() {
        return true;
    }
    let rows = writing.iter().map(|(refusal, (at, request_id, count))| row(refusal, *at, request_id, *count));
    if let Err(error) = store.audit_append(rows.collect()).await {
        tracing::warn!(error = format!("{:#}", anyhow::Error::new(error)), "refusals are not written yet");
        return false;
    }
    writing.clear();
    true
}

fn row(refusal: &Refusal, at: Timestamp, request_id: &str, count: u32) -> AuditRow {
    AuditRow {
        tenant: refusal.tenant.clone(),
        at,
        actor: refusal.actor.clone(),
        address: refusal.address.clone(),
        action: refusal.operation.to_owned(),
        subject: refusal.target.clone(),
        outcome: Outcome::Refused,
        count,
        request_id: request_id.to_owned(),
        detail: refusal.reason.to_owned(),
    }
}
