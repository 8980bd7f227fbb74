//! Brute force: after some failures every further one, per user and per address, costs a longer wait.
//!
//! An attempt is counted before the password is looked at, so that a hundred at once don't get past the count; one that
//! succeeds takes it back.

use vouchsafe_domain::{
    Timestamp,
    configuration::{AaaSettings, LoginLockout},
};
use vouchsafe_store::LoginFailureRow;

use super::{Origin, Refusal};
use crate::service::{AdminError, Service};

/// Many users may share an address, so it has this many times a user's free failures.
const ADDRESS_FACTOR: u32 = 4;

/// A counted attempt.
pub(super) struct Attempt {
    user: String,
    address: String,
}

impl Service {
    /// Counts an attempt as failed, unless the user or the address has to wait.
    pub(super) async fn attempt(
        &self,
        origin: &Origin,
        username: &str,
        settings: &AaaSettings,
    ) -> Result<Attempt, AdminError> {
        let lockout = &settings.lockout;
        // A name of any length must not become a row of any length.
        let user = format!("user:{}", crate::auth::hash_secret(&vouchsafe_domain::Secret::new(username)));
        let address = format!("address:{}", origin.address);
        let tx = self.store.begin_configuration().await?;
        let rows = tx.login_failures_get(&[user.clone(), address.clone()]).await?;
        let row = |subject: &str| rows.iter().find(|row| row.subject == subject);
        let until = rows.iter().map(|row| row.blocked_until).max().filter(|until| *until > origin.now);
        if let Some(until) = until {
            self.refusals.note(Refusal::blocked(origin));
            return Err(AdminError::TooManyAttempts(seconds(origin.now, until)));
        }
        for (subject, free) in
            [(&user, lockout.failures.into()), (&address, ADDRESS_FACTOR * u32::from(lockout.failures))]
        {
            let failures = row(subject).map_or(0, |row| remembered(row, lockout, origin.now)) + 1;
            tx.login_failure_put(&LoginFailureRow {
                subject: subject.clone(),
                failures,
                last_at: origin.now,
                blocked_until: blocked_until(failures, free, lockout, origin.now),
            })
            .await?;
        }
        tx.login_failures_sweep(ago(origin.now, memory(lockout))).await?;
        tx.commit().await?;
        Ok(Attempt { user, address })
    }

    /// Takes an attempt back: the user starts anew, the address loses this one only, so that who has one good password
    /// can't use it to go on guessing others.
    pub(super) async fn succeeded(&self, attempt: Attempt) -> Result<(), AdminError> {
        let tx = self.store.begin_configuration().await?;
        tx.login_failures_delete(std::slice::from_ref(&attempt.user)).await?;
        for mut row in tx.login_failures_get(std::slice::from_ref(&attempt.address)).await? {
            row.failures = row.failures.saturating_sub(1);
            row.blocked_until = row.last_at;
            tx.login_failure_put(&row).await?;
        }
        Ok(tx.commit().await?)
    }
}

/// Failures that are long ago are forgotten.
fn remembered(row: &LoginFailureRow, lockout: &LoginLockout, now: Timestamp) -> u32 {
    if row.last_at < ago(now, memory(lockout)) { 0 } else { row.failures }
}

/// For how many seconds a failure counts.
fn memory(lockout: &LoginLockout) -> u32 {
    lockout.maximum_delay_seconds.max(600)
}

/// Doubling from the first failure that is not free.
fn blocked_until(failures: u32, free: u32, lockout: &LoginLockout, now: Timestamp) -> Timestamp {
    let Some(over) = failures.checked_sub(free) else { return now };
    let delay = u64::from(lockout.initial_delay_seconds) << over.min(20);
    let delay = delay.min(u64::from(lockout.maximum_delay_seconds));
    Timestamp::from_micros(now.as_micros() + i64::try_from(delay).unwrap_or(i64::MAX / 2_000_000) * 1_000_000)
}

fn ago(now: Timestamp, seconds: u32) -> Timestamp {
    Timestamp::from_micros(now.as_micros() - i64::from(seconds) * 1_000_000)
}

/// Whole seconds until then, at least one.
fn seconds(now: Timestamp, until: Timestamp) -> u32 {
    let micros = (until.as_micros() - now.as_micros()).max(0);
    u32::try_from((micros + 999_999) / 1_000_000).unwrap_or(u32::MAX).max(1)
}
