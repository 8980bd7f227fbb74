//! The handle on the database: connecting, transactions, locks, health.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use sea_orm::{
    ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbBackend, DbErr, SqliteTransactionMode,
    Statement, TransactionOptions, TransactionTrait,
};
use tokio::sync::{Mutex, Notify};
use tokio::time::{Instant, sleep, timeout};

use crate::connect::pools;
use crate::queue::Queue;
use crate::quick_reads::QuickReads;
use crate::{Error, Options, Tx};

/// A database. Clones share its connections.
///
/// Inserts and changes of credentials are queued, committed many at a time and answered after the commit: an `Ok` is
/// durable. A call whose future is dropped while it waits in the queue is either written wholly or not at all.
/// Never await a queued write while holding a [`Tx`]: on `SQLite` it waits for that very transaction.
#[derive(Clone)]
pub struct Store(Arc<Inner>);

struct Inner {
    read: DatabaseConnection,
    write: DatabaseConnection,
    queue: Queue,
    quick: Option<QuickReads>,
    /// Told when this process has added to the outbox.
    outbox: Arc<Notify>,
    /// Whose turn it is, in this process, to change the configuration.
    configuration: Arc<Mutex<()>>,
}

/// One pool of connections, for metrics.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PoolStatus {
    /// `read`, `write` (`SQLite`) or `all` (`PostgreSQL`).
    pub name: &'static str,
    /// Open connections.
    pub size: u32,
    /// Open connections that nobody uses.
    pub idle: u32,
    /// The most there may be.
    pub max: u32,
}

/// What a database is busy with, for metrics.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoreStatus {
    /// The pools: two on `SQLite`, one on `PostgreSQL`.
    pub pools: Vec<PoolStatus>,
    /// Writes that wait to be taken into a commit.
    pub queued_writes: usize,
}

/// Locks that all replicas share. On `SQLite` the transaction itself is the lock.
#[derive(Clone, Copy)]
pub(crate) enum Lock {
    Migrations,
    Bootstrap,
    Outbox,
    Configuration,
    RevocationLists,
    Sweep,
}

/// Work that one replica does for all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Job {
    /// Making revocation lists.
    RevocationLists,
    /// Removing what is out of date.
    Sweep,
}

/// The right to do a job, until it is dropped.
pub struct Exclusive {
    /// `PostgreSQL` holds the lock for this transaction, in which nothing is written. `SQLite` has no other replica.
    _lock: Option<DatabaseTransaction>,
}

impl fmt::Debug for Exclusive {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Exclusive").finish_non_exhaustive()
    }
}

impl Lock {
    /// How long to wait for another replica. A change of the configuration waits while somebody waits for its answer,
    /// and holds a connection meanwhile.
    const fn patience(self) -> Duration {
        match self {
            Self::Configuration => Duration::from_secs(10),
            _ => Duration::from_secs(120),
        }
    }
}

impl Store {
    /// Opens the database at a `sqlite:` or `postgres:` URL. Reads no rows. Must be called in a tokio runtime.
    ///
    /// # Errors
    /// [`Error::Url`], [`Error::Damaged`], [`Error::Unavailable`], or [`Error::Busy`] if there was no connection in time.
    pub async fn connect(url: &str, options: &Options) -> Result<Self, Error> {
        let pools = pools(url, options).await?;
        let outbox = Arc::default();
        let queue = Queue::start(&pools.write, pools.writers, options.acquire_timeout, &outbox);
        Ok(Self(Arc::new(Inner {
            read: pools.read,
            write: pools.write,
            queue,
            quick: pools.quick,
            outbox,
            configuration: Arc::default(),
        })))
    }

    /// Starts a write transaction.
    ///
    /// # Errors
    /// [`Error::Busy`] if no connection or no lock was to be had in time.
    pub async fn begin(&self) -> Result<Tx, Error> {
        Ok(Tx::new(begin(&self.0.write).await?))
    }

    /// Starts a write transaction that only one replica can be in: the first start's. It waits up to two minutes.
    ///
    /// # Errors
    /// [`Error::Busy`] if another replica held it for that long.
    pub async fn begin_bootstrap(&self) -> Result<Tx, Error> {
        Ok(Tx::new(self.locked(Lock::Bootstrap).await?))
    }

    /// Starts a write transaction that only one replica can be in: a change of the configuration, of the lock on it, or
    /// of what logging in leaves. What it reads of these cannot change before it ends. Of the callers of one process, one
    /// at a time waits for the database: the others keep no connection from those who have other things to do.
    ///
    /// # Errors
    /// [`Error::Busy`] if others held it for ten seconds.
    pub async fn begin_configuration(&self) -> Result<Tx, Error> {
        let turn = Arc::clone(&self.0.configuration).lock_owned();
        let turn = timeout(Lock::Configuration.patience(), turn).await;
        let turn = turn.map_err(|_| Error::Busy("others are changing the configuration"))?;
        Ok(Tx::in_turn(self.locked(Lock::Configuration).await?, turn))
    }

    /// Takes a job for oneself; `None` while another replica is at it.
    ///
    /// # Errors
    /// [`Error::Busy`] if there was no connection in time.
    pub async fn exclusive(&self, job: Job) -> Result<Option<Exclusive>, Error> {
        if self.backend() != DbBackend::Postgres {
            return Ok(Some(Exclusive { _lock: None }));
        }
        let lock = match job {
            Job::RevocationLists => Lock::RevocationLists,
            Job::Sweep => Lock::Sweep,
        };
        let db = begin(&self.0.write).await?;
        let sql = "SELECT pg_try_advisory_xact_lock($1) AS taken";
        let statement = Statement::from_sql_and_values(DbBackend::Postgres, sql, [(lock as i64).into()]);
        let taken = db.query_one_raw(statement).await?.map(|row| row.try_get::<bool>("", "taken"));
        Ok(taken.transpose()?.unwrap_or(false).then_some(Exclusive { _lock: Some(db) }))
    }

    /// Answers when the database answers and the schema is there.
    ///
    /// # Errors
    /// [`Error::Busy`] after five seconds; else what the database says.
    pub async fn ping(&self) -> Result<(), Error> {
        if self.0.queue.is_closed() {
            return Err(Error::Closed);
        }
        let asked = timeout(Duration::from_secs(5), self.setting("ping")).await;
        asked.map_err(|_| Error::Busy("it did not answer in time"))?.map(|_| ())
    }

    /// The numbers of connections and of waiting writes.
    #[must_use]
    pub fn status(&self) -> StoreStatus {
        let inner = &self.0;
        let pools = match inner.read.get_database_backend() {
            DbBackend::Sqlite => {
                vec![sqlite_status("read", &inner.read), sqlite_status("write", &inner.write)]
            }
            _ => {
                let pool = inner.read.get_postgres_connection_pool();
                let max = pool.options().get_max_connections();
                vec![PoolStatus { name: "all", size: pool.size(), idle: count(pool.num_idle()), max }]
            }
        };
        StoreStatus { pools, queued_writes: inner.queue.len() }
    }

    /// Closes all connections, waiting for those in use. For the end of the process, when no call is under way.
    pub async fn close(&self) {
        if let Some(quick) = self.quick() {
            quick.close();
        }
        for pool in [&self.0.read, &self.0.write] {
            if let Err(error) = pool.close_by_ref().await {
                tracing::warn!(%error, "closing the database failed");
            }
        }
    }

    pub(crate) fn read(&self) -> &DatabaseConnection {
        &self.0.read
    }

    pub(crate) fn write(&self) -> &DatabaseConnection {
        &self.0.write
    }

    pub(crate) fn quick(&self) -> Option<&QuickReads> {
        self.0.quick.as_ref()
    }

    /// Waits until this process adds changes to the outbox. One waits at a time; what was added since the last call
    /// counts.
    pub async fn outbox_grown(&self) {
        self.0.outbox.notified().await;
    }

    pub(crate) fn queue(&self) -> &Queue {
        &self.0.queue
    }

    pub(crate) fn backend(&self) -> DbBackend {
        self.0.read.get_database_backend()
    }

    /// A write transaction that holds `lock` until it ends.
    pub(crate) async fn locked(&self, lock: Lock) -> Result<DatabaseTransaction, Error> {
        let deadline = Instant::now() + lock.patience();
        loop {
            match begin(&self.0.write).await.map_err(Error::from) {
                Err(Error::Busy(_)) if Instant::now() < deadline => sleep(Duration::from_millis(50)).await,
                begun => {
                    let db = begun?;
                    if db.get_database_backend() == DbBackend::Postgres {
                        let patience = format!("SET LOCAL lock_timeout = '{}s'", lock.patience().as_secs());
                        db.execute_unprepared(&patience).await?;
                    }
                    take(&db, lock).await?;
                    return Ok(db);
                }
            }
        }
    }
}

impl fmt::Debug for Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Store").field(&self.status()).finish()
    }
}

/// Starts a transaction that may write. On `SQLite` it takes the write lock at once: one that takes it later fails
/// whenever another has written meanwhile.
pub(crate) async fn begin(db: &DatabaseConnection) -> Result<DatabaseTransaction, DbErr> {
    let sqlite_transaction_mode = Some(SqliteTransactionMode::Immediate);
    db.begin_with_options(TransactionOptions { sqlite_transaction_mode, ..TransactionOptions::default() })
        .await
}

/// Takes a lock until the transaction ends.
pub(crate) async fn take(db: &DatabaseTransaction, lock: Lock) -> Result<(), DbErr> {
    if db.get_database_backend() == DbBackend::Postgres {
        let sql = "SELECT pg_advisory_xact_lock($1)";
        db.execute_raw(Statement::from_sql_and_values(DbBackend::Postgres, sql, [(lock as i64).into()]))
            .await?;
    }
    Ok(())
}

fn sqlite_status(name: &'static str, db: &DatabaseConnection) -> PoolStatus {
    let pool = db.get_sqlite_connection_pool();
    let max = pool.options().get_max_connections();
    PoolStatus { name, size: pool.size(), idle: count(pool.num_idle()), max }
}

fn count(connections: usize) -> u32 {
    u32::try_from(connections).unwrap_or(u32::MAX)
}
