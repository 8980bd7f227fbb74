//! Fills databases past the server, through the store.

use std::time::{SystemTime, UNIX_EPOCH};

use vouchsafe_domain::{CredentialsId, Secret, State, TenantId, Timestamp, Username};
use vouchsafe_store::{BasicCredentialsRow, Options, Store};

/// Rows of one transaction.
const BATCH: u32 = 8_192;

/// As long as a stored hash is; of no password.
pub(crate) const HASH: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

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
    let (tenant, hash) = (TenantId::parse(tenant)?, Secret::new(HASH));
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
