//! What a use of credentials changes: the first one their state, before the answer; every later one `lastUseDate`, in
//! batches, a second later.

use std::sync::{Mutex, PoisonError};

use vouchsafe_domain::{CredentialsId, Event, State, Transition, transition};
use vouchsafe_store::{CredentialsKind, LastUse, Store};

use super::{
    Ctx, Error, Service,
    record::{Change, record},
    verdict::Reason,
};

/// Uses whose moments are not written yet.
#[derive(Debug, Default)]
pub(super) struct LastUses {
    basic: Mutex<Vec<LastUse>>,
    x509: Mutex<Vec<LastUse>>,
}

impl LastUses {
    fn of(&self, kind: CredentialsKind) -> &Mutex<Vec<LastUse>> {
        match kind {
            CredentialsKind::Basic => &self.basic,
            CredentialsKind::X509 => &self.x509,
        }
    }

    fn note(&self, kind: CredentialsKind, used: LastUse) {
        self.of(kind).lock().unwrap_or_else(PoisonError::into_inner).push(used);
    }

    /// Writes the moments that wait. Those that can't be written wait on, the latest of each.
    pub(super) async fn flush(&self, store: &Store) {
        for kind in [CredentialsKind::Basic, CredentialsKind::X509] {
            let waiting = || self.of(kind).lock().unwrap_or_else(PoisonError::into_inner);
            let uses = std::mem::take(&mut *waiting());
            if uses.is_empty() {
                continue;
            }
            let written = match kind {
                CredentialsKind::Basic => store.basic_credentials_flush_last_use(&uses).await,
                CredentialsKind::X509 => store.x509_credentials_flush_last_use(&uses).await,
            };
            if let Err(error) = written {
                tracing::warn!(
                    error = format!("{:#}", anyhow::Error::new(error)),
                    "moments of use are not written yet"
                );
                waiting().extend(latest(uses));
            }
        }
    }
}

/// The latest use of each.
fn latest(mut uses: Vec<LastUse>) -> Vec<LastUse> {
    uses.sort_by(|one, other| (&one.tenant, &one.id, other.at).cmp(&(&other.tenant, &other.id, one.at)));
    uses.dedup_by(|later, kept| later.tenant == kept.tenant && later.id == kept.id);
    uses
}

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
        let used = LastUse { tenant: ctx.tenant.clone(), id: id.clone(), at: ctx.now };
        match transition(state, Event::Use, state == State::Active) {
            Err(_) if state == State::Revoked => Ok(Use::Refused(Reason::Revoked)),
            Err(_) => Ok(Use::Refused(Reason::Suspended)),
            Ok(Transition::Stays) => {
                self.last_uses.note(kind, used);
                Ok(Use::Accepted)
            }
            Ok(Transition::To(to)) => {
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
    use vouchsafe_store::LastUse;

    use super::latest;

    #[test]
    fn of_each_the_latest() {
        let used = |tenant: &str, number: u32, at: i64| LastUse {
            tenant: TenantId::parse(tenant).unwrap(),
            id: CredentialsId::from_parts(Timestamp::from_micros(0), [0; 5], number),
            at: Timestamp::from_micros(at),
        };
        let uses = vec![used("b", 1, 5), used("a", 1, 3), used("a", 1, 9), used("a", 2, 1), used("b", 1, 4)];
        assert_eq!(latest(uses), [used("a", 1, 9), used("a", 2, 1), used("b", 1, 5)]);
    }
}
