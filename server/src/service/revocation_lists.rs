//! The revocation lists of our CAs: made anew a moment after something changed, and in time before they end.
//!
//! To revoke costs the same however much is revoked already: the list is rebuilt behind, by one replica for all.

use std::{collections::BTreeSet, time::Duration};

use vouchsafe_domain::{RevocationReason, SerialNumber, State, TenantId, Timestamp};
use vouchsafe_pki::{RevocationList, RevokedCertificate, RevokedCertificates};
use vouchsafe_store::{Job, RevocationListRow, RevokedRow};

use super::{Error, PLATFORM, Service};

/// How often changes are looked for. With the time to make a list it stays below the five seconds that are promised.
pub(super) const EVERY: Duration = Duration::from_secs(3);
/// How long a list may be used.
const LIFETIME: i64 = 24 * 3_600_000_000;
/// How long before its end a list is made anew: whoever has fetched one has this long to fetch the next.
const OVERLAP: i64 = 12 * 3_600_000_000;
/// Certificates read at once.
const PAGE: u64 = 10_000;
/// How often a list that another replica makes at the same time is tried again.
const TRIES: usize = 8;
/// The setting that remembers up to which change lists are up to date.
const DONE: &str = "revocation_lists/outbox";

impl Service {
    /// The revocation list of a CA: `platform` or a tenant's.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Busy`].
    pub async fn revocation_list(&self, authority: &str, now: Timestamp) -> Result<RevocationListRow, Error> {
        self.is_published(authority, now).await?;
        if let Some(list) = self.store.revocation_list_get(authority).await? {
            return Ok(list);
        }
        let head = self.store.outbox_head().await?;
        let list = self.make_revocation_list(authority, false, now).await?;
        // What changed while there was no list yet, nobody would put on this one.
        if self.store.outbox_head().await? == head {
            return Ok(list);
        }
        match self.make_revocation_list(authority, true, now).await {
            // Others have made it meanwhile, again and again.
            Err(Error::Busy) => Ok(list),
            made => made,
        }
    }

    /// Whether there is such a CA: `platform`, or a tenant's.
    ///
    /// # Errors
    /// [`Error::NotFound`], also for a deleted tenant's.
    pub(super) async fn is_published(&self, authority: &str, now: Timestamp) -> Result<(), Error> {
        let unknown = Error::NotFound("certificate authority");
        let Ok(tenant) = TenantId::parse(authority) else {
            return if authority == PLATFORM { Ok(()) } else { Err(unknown) };
        };
        let known = self.settings(now).await?.tenants.contains_key(&tenant)
            || self.latest_settings(now).await?.tenants.contains_key(&tenant);
        if known { Ok(()) } else { Err(unknown) }
    }

    /// Makes the lists that are due, unless another replica is at it.
    pub(super) async fn make_revocation_lists(&self, now: Timestamp) {
        if let Err(error) = self.make_due(now).await {
            tracing::warn!(?error, "revocation lists are late");
        }
    }

    async fn make_due(&self, now: Timestamp) -> Result<(), Error> {
        let Some(_job) = self.store.exclusive(Job::RevocationLists).await? else { return Ok(()) };
        let done = self.store.setting(DONE).await?.and_then(|done| done.parse().ok()).unwrap_or(0);
        let head = self.store.outbox_head().await?;
        let late = Timestamp::from_micros(now.as_micros() + OVERLAP);
        let mut due: BTreeSet<String> = self.store.revocation_lists_due(late).await?.into_iter().collect();
        if head > done {
            let changed = self.store.outbox_x509_tenants(done, head).await?;
            due.extend(changed.into_iter().map(|tenant| tenant.to_string()));
        }
        for authority in due {
            // A list that nobody ever asked for is made when somebody does.
            if self.store.revocation_list_get(&authority).await?.is_some()
                && let Err(error) = self.make_revocation_list(&authority, true, now).await
            {
                // One CA that can't be used must not keep the others' lists back. Its own is tried again.
                tracing::warn!(authority, ?error, "a revocation list is late");
                self.store.revocation_list_expire(&authority, now).await?;
            }
        }
        if head > done {
            let tx = self.store.begin().await?;
            tx.setting_put(DONE, &head.to_string()).await?;
            tx.commit().await?;
        }
        Ok(())
    }

    /// Makes the next list, or the first one: then another's is as good, if it was quicker.
    async fn make_revocation_list(
        &self,
        authority: &str,
        next: bool,
        now: Timestamp,
    ) -> Result<RevocationListRow, Error> {
        let issuer = self.authorities.get(authority).await?;
        for _ in 0..TRIES {
            let before = match self.store.revocation_list_get(authority).await? {
                Some(list) if !next => return Ok(list),
                list => list.map_or(0, |list| list.number),
            };
            let entries = self.revoked(authority, now).await?;
            let next_update = Timestamp::from_micros(now.as_micros() + LIFETIME).min(issuer.not_after());
            let list =
                RevocationList { number: before.unsigned_abs() + 1, this_update: now, next_update, entries };
            let der = issuer.revocation_list(list).map_err(|error| failed(error.into()))?;
            let (authority_id, number) = (authority.to_owned(), before + 1);
            let row = RevocationListRow { authority_id, number, der, this_update: now, next_update };
            if self.store.revocation_list_put(row.clone()).await? {
                return Ok(row);
            }
        }
        Err(Error::Busy)
    }

    /// What stands on a CA's list.
    async fn revoked(&self, authority: &str, now: Timestamp) -> Result<RevokedCertificates, Error> {
        let mut entries = RevokedCertificates::default();
        if authority == PLATFORM {
            for row in self.store.revoked_authorities(PLATFORM, now).await? {
                entries.push(&entry(&row)?);
            }
            return Ok(entries);
        }
        let mut after = String::new();
        loop {
            let page = self.store.revoked_page(authority, now, &after, PAGE).await?;
            let Some(last) = page.last() else { return Ok(entries) };
            after.clone_from(&last.serial_number);
            for row in &page {
                entries.push(&entry(row)?);
            }
        }
    }
}

/// What is suspended is on hold (RFC 5280 5.3.1): it may come back.
pub(super) const fn reason(state: State, reason: Option<RevocationReason>) -> Option<RevocationReason> {
    match state {
        State::Suspended => Some(RevocationReason::CertificateHold),
        _ => reason,
    }
}

fn entry(row: &RevokedRow) -> Result<RevokedCertificate, Error> {
    let serial_number = SerialNumber::parse(&row.serial_number).map_err(|error| failed(error.into()))?;
    Ok(RevokedCertificate { serial_number, revoked_at: row.since, reason: reason(row.state, row.reason) })
}

fn failed(error: anyhow::Error) -> Error {
    Error::internal("making a revocation list")(error)
}
