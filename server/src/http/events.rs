//! The stream of what happens to credentials, on the wire.

use futures_util::StreamExt;
use vouchsafe_api::{
    generated::{events::*, schemas as wire},
    runtime::{Event, Events},
};
use vouchsafe_store::{CredentialsKind, OutboxRow};

use super::{convert, error::HttpError, plane::TenantPlane};
use crate::service::{Ctx, Error, Told};

impl EventsApi for TenantPlane {
    async fn events_list(
        &self,
        ctx: Ctx,
        last_event_id: Option<wire::LastEventId>,
    ) -> Result<EventsListAnswer, HttpError> {
        let after = last_event_id.map(|id| id.as_str().parse()).transpose();
        let after =
            after.map_err(|_| Error::Invalid("Last-Event-ID is not the id of an event".to_owned()))?;
        let told = self.0.service.events_list(&ctx, after).await?;
        let events = told.filter_map(async |told| match told {
            Told::Position(number) => Some(Event::Position { id: number.to_string() }),
            Told::Change(number, row) => happened(number, row),
        });
        Ok(EventsListAnswer { body: Events::new(events) })
    }
}

/// A change; none that a later version has written and this one doesn't know.
fn happened(number: i64, row: OutboxRow) -> Option<Event<wire::CredentialsEvent>> {
    let id = number.to_string();
    let data = wire::CredentialsEvent {
        id: id.clone(),
        kind: kind(&row.kind)?,
        tenant: row.tenant.to_string(),
        credentials_kind: match row.credentials_kind {
            CredentialsKind::Basic => wire::CredentialsKind::Basic,
            CredentialsKind::X509 => wire::CredentialsKind::X509,
        },
        credentials_id: convert::ours(row.credentials_id.as_str()).ok()?,
        time: convert::moment(row.at),
    };
    Some(Event::Happened { id, kind: row.kind, data })
}

fn kind(kind: &str) -> Option<wire::CredentialsEventKind> {
    Some(match kind {
        "created" => wire::CredentialsEventKind::Created,
        "activated" => wire::CredentialsEventKind::Activated,
        "suspended" => wire::CredentialsEventKind::Suspended,
        "reactivated" => wire::CredentialsEventKind::Reactivated,
        "revoked" => wire::CredentialsEventKind::Revoked,
        "password-reset" => wire::CredentialsEventKind::PasswordReset,
        _ => return None,
    })
}
