//! The one lock on the configuration: who holds it, over all replicas, and when they lose it.

use vouchsafe_domain::{Timestamp, configuration::AaaSettings};
use vouchsafe_store::{LockRow, Tx};

use crate::service::{AdminCtx, AdminError, Service, admin::Holder, sessions};

/// A transaction ends after that many seconds without a request of its session.
pub const TRANSACTION_SECONDS: u32 = 600;

/// When a transaction ends that goes on no more.
#[must_use]
pub fn transaction_ends(lock: &LockRow) -> Timestamp {
    Timestamp::from_micros(lock.used_at.as_micros() + i64::from(TRANSACTION_SECONDS) * 1_000_000)
}

impl Service {
    /// A database transaction in which the session holds the lock, taken now if nobody has it.
    pub(super) async fn hold(&self, ctx: &AdminCtx) -> Result<(Tx, LockRow), AdminError> {
        let tx = self.store.begin_configuration().await?;
        // The session may have been logged out while its request was on its way.
        let session = tx.session_get(&ctx.session).await?.ok_or(AdminError::Unauthenticated)?;
        let had = tx.configuration_lock().await?.is_some_and(|lock| lock.session == ctx.session);
        match self.holder(&tx, ctx.now).await? {
            Some(lock) if lock.session == ctx.session => Ok((tx, lock)),
            // The sweep of the session's own lock comes with its mark; another's may have come before.
            holder if session.transaction_lost || (had && holder.is_none()) => {
                tx.session_transaction_lost(&ctx.session, false).await?;
                tx.commit().await?;
                Err(AdminError::TransactionExpired)
            }
            Some(lock) => Err(AdminError::Locked(shown(&lock, ctx.now))),
            // Another request of the session has ended it meanwhile.
            None if ctx.transaction => Err(AdminError::TransactionNotOpen),
            None => {
                let lock = LockRow {
                    session: ctx.session.clone(),
                    username: ctx.username.clone(),
                    opened_at: ctx.now,
                    used_at: ctx.now,
                    version: 0,
                };
                tx.configuration_lock_insert(&lock).await?;
                Ok((tx, lock))
            }
        }
    }

    /// The lock, if its session lives and went on in time; else it is swept away with its changes.
    pub(in crate::service) async fn holder(
        &self,
        tx: &Tx,
        now: Timestamp,
    ) -> Result<Option<LockRow>, AdminError> {
        let Some(lock) = tx.configuration_lock().await? else { return Ok(None) };
        let settings: AaaSettings = self.aaa_settings_in(tx).await?;
        let session = tx.session_get(&lock.session).await?;
        let lives = session.is_some_and(|session| sessions::lives(&session, &settings, now));
        if lives && transaction_ends(&lock) > now {
            return Ok(Some(lock));
        }
        tx.session_transaction_lost(&lock.session, true).await?;
        tx.configuration_lock_delete().await?;
        Ok(None)
    }
}

/// The holder as others learn of them.
pub(super) fn shown(lock: &LockRow, now: Timestamp) -> Holder {
    let remaining = (transaction_ends(lock).as_micros() - now.as_micros()) / 1_000_000;
    Holder {
        username: lock.username.clone(),
        since: lock.opened_at,
        remaining_seconds: u32::try_from(remaining).unwrap_or(0),
    }
}
