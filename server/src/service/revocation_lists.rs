//! The revocation lists of our CAs: made anew a moment after something changed, and in time before they end.
//!
//! To revoke costs the same however much is revoked already: the list is rebuilt behind, by one replica for all.

use std::{
    collections::{BTreeSet, HashMap},
    sync::{Arc, Mutex, OnceLock, PoisonError},
    time::Duration,
};

use bytes::Bytes;
use vouchsafe_domain::{RevocationReason, SerialNumber, State, TenantId, Timestamp};
use vouchsafe_pki::{RevocationList, RevokedCertificate, RevokedCertificates, revocation_list_pem};
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

/// A revocation list as it is published.
#[derive(Debug)]
pub struct PublishedList {
    number: i64,
    /// When it was made.
    pub this_update: Timestamp,
    /// When the next one is there at the latest.
    pub next_update: Timestamp,
    /// DER.
    pub der: Bytes,
    pem: OnceLock<Bytes>,
}

impl PublishedList {
    /// The same, PEM.
    pub fn pem(&self) -> Bytes {
        self.pem.get_or_init(|| (revocation_list_pem(&self.der) + "\n").into()).clone()
    }
}

impl From<RevocationListRow> for PublishedList {
    fn from(row: RevocationListRow) -> Self {
        let RevocationListRow { number, this_update, next_update, der, .. } = row;
        Self { number, this_update, next_update, der: der.into(), pem: OnceLock::new() }
    }
}

/// The lists that were asked for last: they may be megabytes long, and are the same for everybody who asks.
#[derive(Debug, Default)]
pub(super) struct Published(Mutex<HashMap<String, Arc<PublishedList>>>);

/// How many lists are kept at hand.
const AT_HAND: usize = 64;

impl Published {
    fn get(&self, authority: &str, number: i64) -> Option<Arc<PublishedList>> {
        let lists = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        lists.get(authority).filter(|list| list.number == number).cloned()
    }

    fn put(&self, row: RevocationListRow) -> Arc<PublishedList> {
        let (authority, list) = (row.authority_id.clone(), Arc::new(PublishedList::from(row)));
        let mut lists = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if lists.len() >= AT_HAND && !lists.contains_key(&authority) {
            lists.clear();
        }
        lists.insert(authority, Arc::clone(&list));
        list
    }
}

impl Service {
    /// The revocation list of a CA: `platform` or a tenant's.
    ///
    /// # Errors
    /// [`Error::NotFound`], also for a CA that may not sign lists; [`Error::Busy`].
    pub async fn revocation_list(
        &self,
        authority: &str,
        now: Timestamp,
    ) -> Result<Arc<PublishedList>, Error> {
        self.is_published(authority, now).await?;
        if let Some(head) = self.store.revocation_list_head(authority).await? {
            if let Some(list) = self.published.get(authority, head.number) {
                return Ok(list);
            }
            if let Some(row) = self.store.revocation_list_get(authority).await? {
                return Ok(self.published.put(row));
            }
        }
        self.first_revocation_list(authority, now).await.map(|row| self.published.put(row))
    }

    async fn first_revocation_list(
        &self,
        authority: &str,
        now: Timestamp,
    ) -> Result<RevocationListRow, Error> {
        let issuer = self.authorities.get(authority).await?;
        if !issuer.signs_lists() || issuer.not_after() < now {
            return Err(Error::NotFound("certificate revocation list"));
        }
        let before = self.changes().await?;
        let list = self.make_revocation_list(authority, false, now).await?;
        // What changed while there was no list yet, nobody would put on this one.
        if self.changes().await? == before {
            return Ok(list);
        }
        match self.make_revocation_list(authority, true, now).await {
            // Others have made it meanwhile, again and again.
            Err(Error::Busy) => Ok(list),
            made => made,
        }
    }

    /// Up to where credentials, and tenants, have changed.
    async fn changes(&self) -> Result<(i64, i64), Error> {
        Ok((self.store.outbox_head().await?, self.store.configuration_revision().await?))
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
        // A command or another replica may have made it a moment ago. Anybody may ask: the settings stay as they are.
        let known = self.settings(now).await?.tenants.contains_key(&tenant)
            || self.store.tenant_get(&tenant).await?.is_some();
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
        let mut changed = BTreeSet::new();
        if head > done {
            let tenants = self.store.outbox_x509_tenants(done, head).await?;
            changed.extend(tenants.into_iter().map(|tenant| tenant.to_string()));
        }
        let late = self.store.revocation_lists_due(late).await?.into_iter().collect::<BTreeSet<_>>();
        for authority in late.union(&changed) {
            if let Err(error) = self.make_one_due(authority, changed.contains(authority), now).await {
                // One CA that can't be used must not keep the others' lists back. Its own is tried again.
                tracing::warn!(authority, ?error, "a revocation list is late");
                self.store.revocation_list_expire(authority, now).await?;
            }
        }
        if head > done {
            let tx = self.store.begin().await?;
            tx.setting_put(DONE, &head.to_string()).await?;
            tx.commit().await?;
        }
        Ok(())
    }

    async fn make_one_due(&self, authority: &str, changed: bool, now: Timestamp) -> Result<(), Error> {
        // A list that nobody ever asked for is made when somebody does.
        let Some(head) = self.store.revocation_list_head(authority).await? else { return Ok(()) };
        let issuer = self.authorities.get(authority).await?;
        // The last list of a CA lasts as long as the CA.
        let is_last = head.next_update == issuer.not_after() && !changed;
        if issuer.signs_lists() && issuer.not_after() >= now && !is_last {
            self.make_revocation_list(authority, true, now).await?;
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
            let before = self.store.revocation_list_head(authority).await?;
            if !next && let Some(list) = self.store.revocation_list_get(authority).await? {
                return Ok(list);
            }
            let number = before.map_or(0, |head| head.number) + 1;
            let entries = self.revoked(authority, now).await?;
            let next_update = Timestamp::from_micros(now.as_micros() + LIFETIME).min(issuer.not_after());
            let list =
                RevocationList { number: number.unsigned_abs(), this_update: now, next_update, entries };
            let der = issuer.revocation_list(list).map_err(|error| failed(error.into()))?;
            let authority_id = authority.to_owned();
            let row = RevocationListRow { authority_id, number, der, this_update: now, next_update };
            if self.store.revocation_list_put(row.clone(), before.as_ref()).await? {
                return Ok(row);
            }
        }
        Err(Error::Busy)
    }

    /// What stands on a CA's list.
    async fn revoked(&self, authority: &str, now: Timestamp) -> Result<RevokedCertificates, Error> {
        let mut entries = RevokedCertificates::default();
        let since = Timestamp::from_micros(now.as_micros() - LIFETIME);
        if authority == PLATFORM {
            for row in self.store.revoked_authorities(PLATFORM, since).await? {
                entries.push(&entry(&row)?);
            }
            return Ok(entries);
        }
        let mut after = String::new();
        loop {
            let page = self.store.revoked_page(authority, since, &after, PAGE).await?;
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
