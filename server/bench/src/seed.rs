//! Fills databases past the server, through the store.

use std::{
    sync::LazyLock,
    time::{SystemTime, UNIX_EPOCH},
};

use argon2::{Argon2, PasswordHasher as _};

use vouchsafe_domain::{CommonName, CredentialsId, Secret, State, TenantId, Timestamp, Username};
use vouchsafe_store::{BasicCredentialsRow, Options, Store, X509CredentialsRow};

/// Rows of one transaction.
const BATCH: u32 = 8_192;

/// The password of all seeded credentials.
pub(crate) const PASSWORD: &str = "correct horse battery staple";

/// Its hash, with the server's default parameters.
pub(crate) static HASH: LazyLock<String> = LazyLock::new(|| {
    let hash = Argon2::default().hash_password(PASSWORD.as_bytes());
    hash.map(|hash| hash.to_string()).unwrap_or_default()
});

pub(crate) fn now() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Timestamp::from_micros(i64::try_from(since.as_micros()).unwrap_or(i64::MAX))
}

/// New credentials. No two calls of one process with different numbers make the same.
pub(crate) fn row(number: u32, state: State) -> anyhow::Result<BasicCredentialsRow> {
    let now = now();
    Ok(BasicCredentialsRow {
        id: CredentialsId::from_parts(now, *b"bench", number),
        username: Username::parse(format!("device-{number:08}"))?,
        state,
        created_at: now,
        updated_at: now,
        last_use_at: None,
    })
}

/// Gives a tenant `count` credentials, all Revoked but for the last `inactive` ones, and answers the ids of those.
pub(crate) async fn basic_credentials(
    url: &str,
    tenant: &str,
    count: u32,
    inactive: u32,
) -> anyhow::Result<Vec<String>> {
    let store = Store::connect(url, &Options::default()).await?;
    let (tenant, hash) = (TenantId::parse(tenant)?, Secret::new(HASH.as_str()));
    let (mut next, mut ids) = (0, Vec::new());
    while next < count {
        let mut rows = Vec::new();
        for number in next..count.min(next + BATCH) {
            let state = if number + inactive < count { State::Revoked } else { State::Inactive };
            let row = row(number, state)?;
            if state == State::Inactive {
                ids.push(row.id.to_string());
            }
            rows.push((row, hash.clone()));
        }
        next += BATCH;
        let tx = store.begin().await?;
        tx.basic_credentials_insert_many(&tenant, &rows).await?;
        tx.commit().await?;
    }
    store.close().await;
    Ok(ids)
}

/// A certificate, as calls name it.
pub(crate) struct Certificate {
    pub(crate) id: String,
    /// In base 10.
    pub(crate) serial_number: String,
}

/// Gives a tenant `count` certificates, all Revoked but for the last `inactive` ones, and answers those. What stands for
/// a certificate is as long as one.
pub(crate) async fn x509_credentials(
    url: &str,
    tenant: &str,
    count: u32,
    inactive: u32,
) -> anyhow::Result<Vec<Certificate>> {
    let store = Store::connect(url, &Options::default()).await?;
    let (id, mut next, mut certificates) = (TenantId::parse(tenant)?, 0, Vec::new());
    while next < count {
        let mut rows = Vec::new();
        for number in next..count.min(next + BATCH) {
            let state = if number + inactive < count { State::Revoked } else { State::Inactive };
            let row = certificate(tenant, number, state)?;
            if state == State::Inactive {
                let (id, serial_number) = (row.id.to_string(), row.serial_number.clone());
                certificates.push(Certificate { id, serial_number });
            }
            rows.push((row, vec![0; 600]));
        }
        next += BATCH;
        let tx = store.begin().await?;
        tx.x509_credentials_insert_many(&id, &rows).await?;
        tx.commit().await?;
    }
    store.close().await;
    Ok(certificates)
}

fn certificate(authority: &str, number: u32, state: State) -> anyhow::Result<X509CredentialsRow> {
    let now = now();
    Ok(X509CredentialsRow {
        id: CredentialsId::from_parts(now, *b"certs", number),
        authority_id: authority.to_owned(),
        serial_number: format!("365375409332725729550921208179070754913{number:09}"),
        common_name: CommonName::parse("sensor")?,
        state,
        not_after: now.saturating_add(std::time::Duration::from_secs(31_536_000)),
        created_at: now,
        updated_at: now,
        last_use_at: None,
        revocation_reason: None,
    })
}
