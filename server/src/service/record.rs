//! What a change leaves behind: an audit row, and an outbox row for those who must be told.

use vouchsafe_domain::{CredentialsId, State};
use vouchsafe_store::{AuditRow, CredentialsKind, OutboxRow, Outcome, Record};

use super::Ctx;

/// Something that happened to credentials and that consumers learn of.
#[derive(Debug, Clone, Copy)]
pub(super) enum Change {
    Created,
    Activated,
    Suspended,
    Reactivated,
    Revoked,
    PasswordReset,
}

impl Change {
    /// The change that leads to a state by an operator's hand.
    pub(super) const fn to(state: State) -> Self {
        match state {
            State::Active | State::Inactive => Self::Reactivated,
            State::Suspended => Self::Suspended,
            State::Revoked => Self::Revoked,
        }
    }

    const fn as_str(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::Activated => "activated",
            Self::Suspended => "suspended",
            Self::Reactivated => "reactivated",
            Self::Revoked => "revoked",
            Self::PasswordReset => "password-reset",
        }
    }
}

/// The rows of one change. `action` is the operation's id; `detail` never holds a secret.
pub(super) fn record(
    ctx: &Ctx,
    action: &str,
    kind: CredentialsKind,
    id: &CredentialsId,
    change: Change,
    detail: String,
) -> Record {
    Record {
        audit: vec![AuditRow {
            tenant: Some(ctx.tenant.clone()),
            at: ctx.now,
            actor: ctx.actor.clone(),
            address: ctx.address.clone(),
            action: action.to_owned(),
            subject: id.to_string(),
            outcome: Outcome::Done,
            count: 1,
            request_id: ctx.request_id.clone(),
            detail,
        }],
        outbox: vec![OutboxRow {
            tenant: ctx.tenant.clone(),
            at: ctx.now,
            kind: change.as_str().to_owned(),
            credentials_kind: kind,
            credentials_id: id.clone(),
        }],
    }
}
