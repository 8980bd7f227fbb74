//! Durable inserts through the store alone: what group commit makes of callers that wait for the disk.

use std::{
    fs::File,
    os::unix::fs::FileExt,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::{Duration, Instant},
};

use tokio::task::JoinSet;
use vouchsafe_domain::{Secret, State, TenantId};
use vouchsafe_store::{
    AuditRow, CredentialsKind, Options, OutboxRow, Outcome, Record, Store, TenantRow, sqlite_url,
};

use crate::{
    bench::{Bench, named},
    load::{self, Until},
    postgres::Database,
    race::Race,
    sample::{Lane, Sample},
    seed,
    server::Backend,
};

const INSERT: &str = "store insert, audited";

pub(crate) fn run(bench: &mut Bench, backend: Backend) -> anyhow::Result<()> {
    let name = named(backend, INSERT);
    if !bench.wants(&name) {
        return Ok(());
    }
    let folder = bench.new_folder()?;
    let database = match (backend, &bench.options.postgres) {
        (Backend::Postgres, Some(server)) => Some(Database::new(server, "store")?),
        _ => None,
    };
    let url = match &database {
        Some(database) => database.url.clone(),
        None => sqlite_url(&folder.path().join("store.db"))?,
    };
    let runtime = tokio::runtime::Runtime::new()?;
    let tenant = TenantId::parse("default")?;
    let store = runtime.block_on(open(&url, &tenant))?;
    let (time, count) = (bench.options.turn(), Arc::new(AtomicU32::new(0)));
    for callers in [1, 4, 16, 64] {
        let race = Race::new(name.clone(), callers, || {
            runtime.block_on(inserts(&store, &tenant, callers, time, &count))
        });
        let syncs = || syncs(folder.path(), Until::Elapsed(time));
        bench.race(race.limit("4 KiB written and synced, 1 caller", None, syncs))?;
    }
    runtime.block_on(store.close());
    Ok(())
}

async fn open(url: &str, tenant: &TenantId) -> anyhow::Result<Store> {
    let store = Store::connect(url, &Options::default()).await?;
    store.migrate().await?;
    let tx = store.begin().await?;
    tx.tenant_insert(&TenantRow { id: tenant.clone(), created_at: seed::now() }).await?;
    tx.commit().await?;
    Ok(store)
}

async fn inserts(
    store: &Store,
    tenant: &TenantId,
    callers: usize,
    time: Duration,
    count: &Arc<AtomicU32>,
) -> anyhow::Result<Sample> {
    let (mut tasks, start) = (JoinSet::new(), Instant::now());
    for _ in 0..callers {
        let (store, tenant, count) = (store.clone(), tenant.clone(), Arc::clone(count));
        tasks.spawn(async move {
            let mut calls = Vec::new();
            while start.elapsed() < time {
                let begun = Instant::now();
                insert(&store, &tenant, count.fetch_add(1, Ordering::Relaxed)).await?;
                calls.push(begun.elapsed());
            }
            anyhow::Ok(Lane { calls, elapsed: start.elapsed() })
        });
    }
    let mut lanes = Vec::new();
    while let Some(lane) = tasks.join_next().await {
        lanes.push(lane??);
    }
    Ok(Sample::of_lanes(lanes))
}

/// As the server does it: the credentials, an audit row and an outbox row.
async fn insert(store: &Store, tenant: &TenantId, number: u32) -> anyhow::Result<()> {
    let row = seed::row(number, State::Inactive)?;
    let record = Record {
        audit: vec![AuditRow {
            tenant: Some(tenant.clone()),
            at: row.created_at,
            actor: "default".to_owned(),
            address: String::new(),
            action: "basic_credentials_create".to_owned(),
            subject: row.id.to_string(),
            outcome: Outcome::Done,
            count: 1,
            request_id: "00000000000000000000000000000000".to_owned(),
            detail: row.username.to_string(),
        }],
        outbox: vec![OutboxRow {
            tenant: tenant.clone(),
            at: row.created_at,
            kind: "created".to_owned(),
            credentials_kind: CredentialsKind::Basic,
            credentials_id: row.id.clone(),
        }],
    };
    Ok(store.basic_credentials_insert(tenant, &row, &Secret::new(seed::HASH.as_str()), record).await?)
}

/// Writes over the same megabyte again and again, as a write-ahead log does.
fn syncs(folder: &Path, until: Until) -> anyhow::Result<Sample> {
    let file = File::create(folder.join("synced"))?;
    file.write_all_at(&[0; 1024 * 1024], 0)?;
    file.sync_all()?;
    let lanes = load::lanes(1, until, |_| {
        Ok(|number: usize| {
            let page = u64::try_from(number % 256)?;
            file.write_all_at(&[1; 4096], page * 4096)?;
            Ok(file.sync_data()?)
        })
    })?;
    Ok(load::sample(until, lanes))
}
