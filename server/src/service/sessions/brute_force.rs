//! Brute force: after some failures every further one, per user and per address, costs a longer wait.
//!
//! An attempt is counted before the password is looked at, so that a hundred at once don't get past the count; one that
//! succeeds takes it back.

use std::net::{IpAddr, Ipv6Addr};

use vouchsafe_domain::{
    Secret, Timestamp,
    configuration::{AaaSettings, LoginLockout},
};
use vouchsafe_store::LoginFailureRow;

use super::{Origin, Refusal};
use crate::{
    auth::hash_secret,
    service::{AdminError, Service},
};

/// Many users may share an address, so it has this many times a user's free failures.
const ADDRESS_FACTOR: u32 = 4;

/// A counted attempt: the subjects it counts for.
pub(super) struct Attempt {
    user: Option<String>,
    address: String,
}

impl Service {
    /// Counts an attempt as failed, unless the user or the address has to wait. `actor` is who the audit trail names.
    pub(super) async fn attempt(
        &self,
        origin: &Origin,
        username: Option<&str>,
        actor: &str,
        settings: &AaaSettings,
    ) -> Result<Attempt, AdminError> {
        let lockout = &settings.lockout;
        // A name of any length must not become a row of any length.
        let user = username.map(|name| format!("user:{}", hash_secret(&Secret::new(name))));
        let address = format!("address:{}", network(&origin.address));
        let subjects: Vec<String> = user.iter().chain([&address]).cloned().collect();
        // Whoever has to wait is refused without the lock that changes of the configuration need.
        self.may_try(origin, actor, &self.store.login_failures_get(&subjects).await?)?;
        let tx = self.store.begin_configuration().await?;
        let rows = tx.login_failures_get(&subjects).await?;
        self.may_try(origin, actor, &rows)?;
        for subject in &subjects {
            let row = rows.iter().find(|row| row.subject == *subject);
            let failures = row.map_or(0, |row| remembered(row, lockout, origin.now)) + 1;
            let factor = if *subject == address { ADDRESS_FACTOR } else { 1 };
            tx.login_failure_put(&LoginFailureRow {
                subject: subject.clone(),
                failures,
                last_at: origin.now,
                blocked_until: blocked_until(
                    failures,
                    factor * u32::from(lockout.failures),
                    lockout,
                    origin.now,
                ),
            })
            .await?;
        }
        tx.login_failures_sweep(ago(origin.now, memory(lockout))).await?;
        tx.commit().await?;
        Ok(Attempt { user, address })
    }

    fn may_try(&self, origin: &Origin, actor: &str, rows: &[LoginFailureRow]) -> Result<(), AdminError> {
        match rows.iter().map(|row| row.blocked_until).max().filter(|until| *until > origin.now) {
            None => Ok(()),
            Some(until) => {
                self.refusals.note(Refusal::of(origin, actor.to_owned(), "too many failed logins"));
                Err(AdminError::TooManyAttempts(seconds(origin.now, until)))
            }
        }
    }

    /// Takes an attempt back. After a success the user starts anew; the address only loses this one, so that who has one
    /// good password can't use it to go on guessing others.
    pub(super) async fn take_back(&self, attempt: Attempt, success: bool) -> Result<(), AdminError> {
        let tx = self.store.begin_configuration().await?;
        let mut subjects = vec![attempt.address];
        match attempt.user {
            Some(user) if success => {
                tx.login_failures_delete(&[user]).await?;
            }
            user => subjects.extend(user),
        }
        for mut row in tx.login_failures_get(&subjects).await? {
            row.failures = row.failures.saturating_sub(1);
            row.blocked_until = row.last_at;
            tx.login_failure_put(&row).await?;
        }
        Ok(tx.commit().await?)
    }
}

/// Who has one IPv6 address has a whole /64 of them (RFC 6177).
fn network(address: &str) -> String {
    match address.parse() {
        Ok(IpAddr::V6(address)) => {
            let bits = address.to_bits() & !u128::from(u64::MAX);
            format!("{}/64", Ipv6Addr::from_bits(bits))
        }
        _ => address.to_owned(),
    }
}

/// Failures that are long ago are forgotten.
fn remembered(row: &LoginFailureRow, lockout: &LoginLockout, now: Timestamp) -> u32 {
    if row.last_at < ago(now, memory(lockout)) { 0 } else { row.failures }
}

/// For how many seconds a failure counts: longer than the longest wait, which would else be the way to a new count.
fn memory(lockout: &LoginLockout) -> u32 {
    lockout.maximum_delay_seconds.saturating_mul(2).max(600)
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
