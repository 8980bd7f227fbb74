//! How the databases are opened: one pool on `PostgreSQL`; on `SQLite` one connection that writes and several that read.

use std::fs::OpenOptions;
use std::path::Path;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use sea_orm::DatabaseConnection;
use sea_orm::sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sea_orm::sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sea_orm::sqlx::{self, ConnectOptions, Connection};
use tokio::time::{Instant, sleep};

use crate::Error;
use crate::quick_reads::QuickReads;

/// How to connect.
#[derive(Debug, Clone)]
pub struct Options {
    /// `PostgreSQL`: the pool's connections, 16 if `None`. `SQLite`: the connections that read, 4 if `None`.
    pub connections: Option<u32>,
    /// How long a call waits for a free connection, or for room in the queue of writes.
    pub acquire_timeout: Duration,
    /// How long `SQLite` waits for another process that writes.
    pub busy_timeout: Duration,
    /// When `SQLite` syncs to disk.
    pub synchronous: Synchronous,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            connections: None,
            acquire_timeout: Duration::from_secs(10),
            busy_timeout: Duration::from_secs(10),
            synchronous: Synchronous::Full,
        }
    }
}

/// When `SQLite` syncs its write-ahead log to disk. Either way a killed process loses nothing it acknowledged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Synchronous {
    /// At every commit: a power failure loses nothing either.
    Full,
    /// At checkpoints: a power failure may lose the last seconds.
    Normal,
}

/// The URL of a `SQLite` file that is made if it is missing. Characters that mean something in a URL are escaped.
///
/// # Errors
/// [`Error::Url`] if the path is not UTF-8.
pub fn sqlite_url(path: &Path) -> Result<String, Error> {
    let path = path.to_str().ok_or(Error::Url("the path is not UTF-8"))?;
    Ok(format!("sqlite://{}?mode=rwc", path.replace('%', "%25").replace('?', "%3F")))
}

pub(crate) struct Pools {
    pub(crate) read: DatabaseConnection,
    pub(crate) write: DatabaseConnection,
    /// How many tasks commit queued writes.
    pub(crate) writers: u32,
    /// On `SQLite`, the way past the pool.
    pub(crate) quick: Option<QuickReads>,
}

pub(crate) async fn pools(url: &str, options: &Options) -> Result<Pools, Error> {
    match url.split_once(':') {
        Some(("sqlite", _)) => sqlite(url, options).await,
        Some(("postgres" | "postgresql", _)) => postgres(url, options).await,
        _ => Err(Error::Url("it must start with sqlite: or postgres:")),
    }
}

async fn sqlite(url: &str, options: &Options) -> Result<Pools, Error> {
    if url.contains(":memory:") || url.contains("mode=memory") {
        return Err(Error::Url("a database in memory is not supported"));
    }
    let file = SqliteConnectOptions::from_str(url)?
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(match options.synchronous {
            Synchronous::Full => SqliteSynchronous::Full,
            Synchronous::Normal => SqliteSynchronous::Normal,
        })
        .foreign_keys(true)
        .busy_timeout(options.busy_timeout)
        .disable_statement_logging();
    if url.contains("mode=rwc") {
        make_private(file.get_filename());
    }
    let pool = SqlitePoolOptions::new()
        .acquire_timeout(options.acquire_timeout)
        .max_lifetime(None)
        .test_before_acquire(false);
    // Turning a new file to WAL needs it for oneself, and SQLite doesn't wait for that.
    let deadline = Instant::now() + options.busy_timeout;
    let write = loop {
        let writer = pool.clone().max_connections(1).min_connections(1).idle_timeout(None);
        match writer.connect_with(file.clone()).await.map_err(Error::from) {
            Err(Error::Busy(_)) if Instant::now() < deadline => sleep(Duration::from_millis(20)).await,
            connected => break connected?,
        }
    };
    let quick = Some(QuickReads::new(file.get_filename()));
    let readers = options.connections.unwrap_or(4).max(1);
    let read = pool
        .max_connections(readers)
        .idle_timeout(Duration::from_secs(60))
        .connect_with(file.create_if_missing(false).pragma("query_only", "on"))
        .await?;
    Ok(Pools { read: read.into(), write: write.into(), writers: 1, quick })
}

/// Makes the file, readable by its owner only; `SQLite` gives the files beside it the same mode. One that is there keeps
/// its mode, and one that can't be made is `SQLite`'s to complain about.
fn make_private(path: &Path) {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(0o600);
    }
    let _ = options.open(path);
}

async fn postgres(url: &str, options: &Options) -> Result<Pools, Error> {
    let server = PgConnectOptions::from_str(url)?.application_name("vouchsafe").disable_statement_logging();
    let connections = options.connections.unwrap_or(16).max(2);
    let pool = PgPoolOptions::new()
        .max_connections(connections)
        .acquire_timeout(options.acquire_timeout)
        // A connection in steady use needs no test; one that rested may have been cut off by a middlebox.
        .test_before_acquire(false)
        .before_acquire(|connection, metadata| {
            Box::pin(async move {
                if metadata.idle_for > Duration::from_secs(10) {
                    connection.ping().await?;
                }
                Ok(true)
            })
        })
        .connect_with(server)
        .await
        .map_err(|error| match error {
            // A refused connection is tried again until the time is up: here nobody else can be using them all.
            sqlx::Error::PoolTimedOut => Error::Unavailable(Arc::new(error)),
            error => error.into(),
        })?;
    let pool = DatabaseConnection::from(pool);
    Ok(Pools { read: pool.clone(), write: pool, writers: (connections / 4).clamp(1, 4), quick: None })
}
