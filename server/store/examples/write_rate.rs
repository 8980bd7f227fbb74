//! How many durable writes a second a database takes, by the number of callers that write at once.
//!
//! `cargo run --release -p vouchsafe-store --example write_rate -- [URL]`; without a URL on a new `SQLite` file in the
//! current folder, synced at every commit and then only at checkpoints.
#![expect(clippy::print_stdout, reason = "it is what the program is for")]

use std::error::Error;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use vouchsafe_domain::{CommonName, CredentialsId, KeyType, Secret, State, TenantId, Timestamp, Username};
use vouchsafe_store::{
    AuditRow, AuthorityRow, BasicCredentialsFilter, BasicCredentialsRow, LastUse, Options, Record, SealedKey,
    Store, Synchronous, TenantRow, X509CredentialsRow, sqlite_url,
};

type Outcome<T> = Result<T, Box<dyn Error + Send + Sync>>;

#[tokio::main]
async fn main() -> Outcome<()> {
    if let Some(url) = std::env::args().nth(1) {
        return measure(&url, Synchronous::Full).await;
    }
    for synchronous in [Synchronous::Full, Synchronous::Normal] {
        let folder = tempfile::tempdir_in(".")?;
        println!("SQLite, synchronous {synchronous:?}");
        measure(&sqlite_url(&folder.path().join("write_rate.sqlite"))?, synchronous).await?;
    }
    Ok(())
}

async fn measure(url: &str, synchronous: Synchronous) -> Outcome<()> {
    let store = Store::connect(url, &Options { synchronous, ..Options::default() }).await?;
    store.migrate().await?;
    let now = Timestamp::from_micros(micros()?);
    let tenant = TenantId::parse(format!("t{}", now.as_micros()))?;
    let tx = store.begin().await?;
    tx.tenant_insert(&TenantRow { id: tenant.clone(), created_at: now }).await?;
    tx.authority_insert(authority(&tenant, now)).await?;
    tx.commit().await?;

    let mut first = 0;
    for callers in [1, 4, 32, 256] {
        let (basic, made) = rate(&store, &tenant, now, callers, first, Kind::Basic).await?;
        let (x509, issued) = rate(&store, &tenant, now, callers, first + made, Kind::X509).await?;
        first += made + issued;
        println!("  {callers:>3} callers: {basic:>6} basic/s, {x509:>6} x509/s, each with an audit row");
    }
    lists(&store, &tenant, now).await
}

#[derive(Clone, Copy)]
enum Kind {
    Basic,
    X509,
}

/// Writes for two seconds; answers writes a second and how many there were.
async fn rate(
    store: &Store,
    tenant: &TenantId,
    now: Timestamp,
    callers: u32,
    first: u32,
    kind: Kind,
) -> Outcome<(u64, u32)> {
    let start = Instant::now();
    let tasks: Vec<_> = (0..callers)
        .map(|caller| {
            let (store, tenant) = (store.clone(), tenant.clone());
            tokio::spawn(async move {
                let mut count = 0;
                while start.elapsed() < Duration::from_secs(2) {
                    write(&store, &tenant, now, first + caller + callers * count, kind).await?;
                    count += 1;
                }
                Outcome::Ok(count)
            })
        })
        .collect();
    let (mut total, mut most) = (0, 0);
    for task in tasks {
        let count = task.await??;
        total += count;
        most = most.max(count);
    }
    let rate = f64::from(total) / start.elapsed().as_secs_f64();
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a rate")]
    Ok((rate as u64, most * callers))
}

async fn write(store: &Store, tenant: &TenantId, now: Timestamp, n: u32, kind: Kind) -> Outcome<()> {
    let audit = AuditRow {
        tenant: Some(tenant.clone()),
        at: now,
        actor: "client:write_rate".to_owned(),
        address: String::new(),
        action: "create".to_owned(),
        subject: n.to_string(),
        outcome: vouchsafe_store::Outcome::Done,
        count: 1,
        request_id: "0190a0b0-0000-7000-8000-000000000000".to_owned(),
        detail: "{}".to_owned(),
    };
    let record = Record { audit: vec![audit], outbox: Vec::new() };
    let id = CredentialsId::from_parts(now, [1, 2, 3, 4, 5], n);
    match kind {
        Kind::Basic => {
            let row = BasicCredentialsRow {
                id,
                username: Username::parse(format!("user-{n}"))?,
                state: State::Inactive,
                created_at: now,
                updated_at: now,
                last_use_at: None,
            };
            let hash = Secret::new(
                "$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHRzb21lc2FsdA$cXVpdGUgYW4gb3JkaW5hcnkgaGFzaA",
            );
            store.basic_credentials_insert(tenant, &row, &hash, record).await?;
        }
        Kind::X509 => {
            let row = X509CredentialsRow {
                id,
                authority_id: tenant.to_string(),
                serial_number: format!("8163249196696785795007161035531673258{n:011}"),
                common_name: CommonName::parse("silver-advice")?,
                state: State::Inactive,
                not_after: now,
                created_at: now,
                updated_at: now,
                last_use_at: None,
                revocation_reason: None,
            };
            store.x509_credentials_insert(tenant, &row, &[0x30; 900], record).await?;
        }
    }
    Ok(())
}

/// Reads all credentials page by page, then marks them all as used.
async fn lists(store: &Store, tenant: &TenantId, now: Timestamp) -> Outcome<()> {
    let start = Instant::now();
    let mut ids: Vec<CredentialsId> = Vec::new();
    loop {
        let all = BasicCredentialsFilter::default();
        let page = store.basic_credentials_page(tenant, &all, ids.last(), 1_000).await?;
        if page.is_empty() {
            break;
        }
        ids.extend(page.into_iter().map(|row| row.id));
    }
    println!("  {} rows listed in {:?}", ids.len(), start.elapsed());
    let start = Instant::now();
    let uses: Vec<_> = ids.into_iter().map(|id| LastUse { tenant: tenant.clone(), id, at: now }).collect();
    store.basic_credentials_flush_last_use(&uses).await?;
    println!("  {} last uses flushed in {:?}", uses.len(), start.elapsed());
    Ok(())
}

fn micros() -> Outcome<i64> {
    Ok(i64::try_from(SystemTime::now().duration_since(UNIX_EPOCH)?.as_micros())?)
}

fn authority(tenant: &TenantId, now: Timestamp) -> AuthorityRow {
    AuthorityRow {
        id: tenant.to_string(),
        tenant: Some(tenant.clone()),
        certificate_pem: String::new(),
        chain_pem: String::new(),
        sealed_key: SealedKey::new(Vec::new()),
        key_type: KeyType::EcP256,
        created_at: now,
    }
}
