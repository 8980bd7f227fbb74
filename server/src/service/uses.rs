//! What a use of credentials changes: the first one their state, before the answer; every later one `lastUseDate`, in
//! batches, a second later.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use vouchsafe_domain::{CredentialsId, Event, State, TenantId, Timestamp, Transition, transition};
use vouchsafe_store::{CredentialsKind, LastUse, Store};

use super::{
    Ctx, Error, Service,
    record::{Change, record},
    verdict::Reason,
};

/// The latest use of each.
type Latest = HashMap<TenantId, HashMap<CredentialsId, Timestamp>>;

/// Uses whose moments are not written yet.
#[derive(Debug, Default)]
pub(super) struct LastUses {
    basic: Mutex<Latest>,
    x509: Mutex<Latest>,
    /// Those that are being written, kept until they are: a flush may be broken off.
    writing: tokio::sync::Mutex<Vec<(CredentialsKind, Vec<LastUse>)>>,
}

impl LastUses {
    fn of(&self, kind: CredentialsKind) -> MutexGuard<'_, Latest> {
        let waiting = match kind {
            CredentialsKind::Basic => &self.basic,
            CredentialsKind::X509 => &self.x509,
        };
        waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What is used often is here already, and costs nothing but a look.
    fn note(&self, kind: CredentialsKind, tenant: &TenantId, id: &CredentialsId, at: Timestamp) {
        let mut waiting = self.of(kind);
        match waiting.get_mut(tenant).and_then(|of_tenant| of_tenant.get_mut(id)) {
            Some(latest) => *latest = at.max(*latest),
            None => _ = waiting.entry(tenant.clone()).or_default().insert(id.clone(), at),
        }
    }

    /// Writes the moments that wait; what another flush is about to write is written too when this returns. What can't be
    /// written waits on.
    pub(super) async fn flush(&self, store: &Store) {
        let mut writing = self.writing.lock().await;
        if write(&mut writing, store).await {
            writing
                .extend([CredentialsKind::Basic, CredentialsKind::X509].map(|kind| (kind, self.take(kind))));
            write(&mut writing, store).await;
        }
    }

    fn take(&self, kind: CredentialsKind) -> Vec<LastUse> {
        let latest = std::mem::take(&mut *self.of(kind));
        let of_tenant = |(tenant, uses): (TenantId, HashMap<CredentialsId, Timestamp>)| {
            uses.into_iter().map(move |(id, at)| LastUse { tenant: tenant.clone(), id, at })
        };
        latest.into_iter().flat_map(of_tenant).collect()
    }
}

/// Whether all is written, and so forgotten here.
async fn write(writing: &mut Vec<(CredentialsKind, Vec<LastUse>)>, store: &Store) -> bool {
    while let Some((kind, uses)) = writing.last() {
        let written = match kind {
            CredentialsKind::Basic => store.basic_credentials_flush_last_use(uses).await,
            CredentialsKind::X509 => store.x509_credentials_flush_last_use(uses).await,
        };
        if let Err(error) = written {
            let error = format!("{:#}", anyhow::Error::new(error));
            tracing::warn!(error, "moments of use are not written yet");
            return false;
        }
        writing.pop();
    }
    true
}

/// How often credentials that change meanwhile are looked at again.
pub(super) const TRIES: usize = 16;

/// What a use led to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Use {
    /// The credentials are Active.
    Accepted,
    /// They can't be used in their state.
    Refused(Reason),
    /// They changed meanwhile: look again.
    Changed,
}

impl Service {
    /// Uses credentials that are in a state. `action` is the operation's id.
    pub(super) async fn use_credentials(
        &self,
        ctx: &Ctx,
        action: &str,
        kind: CredentialsKind,
        id: &CredentialsId,
        state: State,
    ) -> Result<Use, Error> {
        match transition(state, Event::Use, state == State::Active) {
            Err(_) if state == State::Revoked => Ok(Use::Refused(Reason::Revoked)),
            Err(_) => Ok(Use::Refused(Reason::Suspended)),
            Ok(Transition::Stays) => {
                self.last_uses.note(kind, &ctx.tenant, id, ctx.now);
                Ok(Use::Accepted)
            }
            Ok(Transition::To(to)) => {
                let used = LastUse { tenant: ctx.tenant.clone(), id: id.clone(), at: ctx.now };
                let record = record(ctx, action, kind, id, Change::Activated, format!("{state} to {to}"));
                let first = match kind {
                    CredentialsKind::Basic => self.store.basic_credentials_first_use(&used, record).await?,
                    CredentialsKind::X509 => self.store.x509_credentials_first_use(&used, record).await?,
                };
                Ok(if first { Use::Accepted } else { Use::Changed })
            }
        }
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use vouchsafe_domain::{CredentialsId, TenantId, Timestamp};
    use vouchsafe_store::CredentialsKind;

    use super::LastUses;

    #[test]
    fn of_each_the_latest() {
        let uses = LastUses::default();
        let (one, two) = (TenantId::parse("one").unwrap(), TenantId::parse("two").unwrap());
        let id = |number| CredentialsId::from_parts(Timestamp::from_micros(0), [0; 5], number);
        for (tenant, number, at) in [(&two, 1, 5), (&one, 1, 3), (&one, 1, 9), (&one, 2, 1), (&two, 1, 4)] {
            uses.note(CredentialsKind::Basic, tenant, &id(number), Timestamp::from_micros(at));
        }
        let waiting = uses.of(CredentialsKind::Basic);
        for (tenant, number, at) in [(&one, 1, 9), (&one, 2, 1), (&two, 1, 5)] {
            assert_eq!(waiting[tenant][&id(number)], Timestamp::from_micros(at));
        }
        assert_eq!(waiting.values().map(std::collections::HashMap::len).sum::<usize>(), 3);
        assert!(uses.of(CredentialsKind::X509).is_empty());
    }
}
