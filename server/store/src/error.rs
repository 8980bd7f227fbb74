//! What can go wrong with a database, sorted by what the caller can do about it.

use std::sync::Arc;

use sea_orm::sqlx;
use sea_orm::{ConnAcquireErr, DbErr, RuntimeErr};

/// The error of the driver behind an [`Error`]. It may hold SQL: it is for the log, never for a client.
pub type Source = Arc<dyn std::error::Error + Send + Sync>;

/// Why a call of the store failed.
#[derive(Debug, Clone, thiserror::Error)]
pub enum Error {
    /// A value that must be unique is taken. Nothing was written.
    #[error("{0}")]
    Conflict(Conflict),
    /// The tenant or the authority that a row belongs to doesn't exist. Nothing was written.
    #[error("the tenant or the authority it belongs to does not exist")]
    NoParent,
    /// Nothing was written; the same call may succeed a little later.
    #[error("the database is busy: {0}")]
    Busy(&'static str),
    /// The connection broke during a commit: whether it happened is unknown, so the same call may do it twice.
    #[error("the database broke off during a commit; whether it was written is unknown")]
    OutcomeUnknown,
    /// The database can't be reached or can't write. Nothing was written.
    #[error("the database is not available")]
    Unavailable(#[source] Source),
    /// The store was closed. Nothing was written.
    #[error("the database is closed")]
    Closed,
    /// A stored value breaks the rules of its column, named `table.column`.
    #[error("the database holds a value in {0} that is not valid")]
    Corrupt(&'static str),
    /// The file is not a database, or is damaged.
    #[error("the database is damaged or not a database")]
    Damaged(#[source] Source),
    /// The database holds migrations that this version doesn't know.
    #[error("the database was written by a newer version: start that version")]
    Newer,
    /// The database URL can't be used. The message says why and leaves the URL out: it may hold a password.
    #[error("the database URL can't be used: {0}")]
    Url(&'static str),
    /// The database refused a statement.
    #[error("the database refused a statement")]
    Database(#[source] Source),
}

/// What is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Conflict {
    /// The tenant's id.
    #[error("the tenant exists already")]
    Tenant,
    /// The authority's id.
    #[error("the authority exists already")]
    Authority,
    /// The id of credentials or of a key.
    #[error("the id is taken")]
    Id,
    /// The username, within its tenant (or, of an administrator, at all).
    #[error("the username is taken")]
    Username,
    /// The serial number, within its authority.
    #[error("the serial number is taken")]
    SerialNumber,
    /// The OAuth client's id.
    #[error("the client id is taken")]
    ClientId,
    /// The name of an integration key, within its tenant.
    #[error("the integration key's name is taken")]
    IntegrationKey,
    /// The lock on the configuration.
    #[error("the configuration is being changed already")]
    ConfigurationLock,
}

impl Error {
    /// Reads an insert's error where only one thing can be taken.
    pub(crate) fn insert(error: DbErr, taken: Conflict) -> Self {
        match Self::from(error) {
            Self::Conflict(_) => Self::Conflict(taken),
            other => other,
        }
    }

    /// Reads a commit's error that is no answer. The driver's words are for the log: they change nothing for a caller.
    pub(crate) fn outcome_unknown(error: &DbErr) -> Self {
        tracing::error!(%error, "a commit broke off");
        Self::OutcomeUnknown
    }

    /// Whether one row is at fault, so that the rows beside it may still be written.
    pub(crate) const fn is_of_one_row(&self) -> bool {
        matches!(self, Self::Conflict(_) | Self::NoParent | Self::Database(_))
    }
}

impl From<DbErr> for Error {
    fn from(error: DbErr) -> Self {
        match &error {
            DbErr::ConnectionAcquire(ConnAcquireErr::Timeout) => Self::Busy("every connection is in use"),
            DbErr::ConnectionAcquire(ConnAcquireErr::ConnectionClosed) => Self::Closed,
            _ => match driver(&error) {
                Some(sqlx::Error::Database(refusal)) => refused(refusal.as_ref(), &error),
                Some(sqlx::Error::PoolTimedOut) => Self::Busy("no connection in time"),
                Some(sqlx::Error::PoolClosed) => Self::Closed,
                Some(sqlx::Error::Configuration(_)) => Self::Url("it is not understood"),
                Some(
                    sqlx::Error::Io(_)
                    | sqlx::Error::Tls(_)
                    | sqlx::Error::Protocol(_)
                    | sqlx::Error::WorkerCrashed
                    | sqlx::Error::BeginFailed,
                ) => Self::Unavailable(Arc::new(error)),
                _ => Self::Database(Arc::new(error)),
            },
        }
    }
}

impl From<sqlx::Error> for Error {
    fn from(error: sqlx::Error) -> Self {
        Self::from(DbErr::Conn(RuntimeErr::SqlxError(Arc::new(error))))
    }
}

/// The driver's error inside sea-orm's.
pub(crate) fn driver(error: &DbErr) -> Option<&sqlx::Error> {
    match error {
        DbErr::Conn(RuntimeErr::SqlxError(error))
        | DbErr::Exec(RuntimeErr::SqlxError(error))
        | DbErr::Query(RuntimeErr::SqlxError(error)) => Some(error),
        _ => None,
    }
}

/// Whether a failed commit certainly wrote nothing. The database's own refusal is an answer; a broken connection is none,
/// nor is the farewell of a server that shuts down (class 57 of `PostgreSQL`'s codes).
pub(crate) fn is_undone(error: &DbErr) -> bool {
    match driver(error) {
        Some(sqlx::Error::Database(refusal)) => !refusal.code().is_some_and(|code| code.starts_with("57")),
        _ => false,
    }
}

/// Whether the database undid the transaction because of another one, so that running it again is right.
pub(crate) fn is_retryable(error: &DbErr) -> bool {
    let Some(sqlx::Error::Database(refusal)) = driver(error) else { return false };
    // serialization_failure, deadlock_detected. SQLite's busy has waited its time already.
    refusal.try_downcast_ref::<sqlx::postgres::PgDatabaseError>().is_some()
        && matches!(refusal.code().as_deref(), Some("40001" | "40P01"))
}

fn refused(refusal: &dyn sqlx::error::DatabaseError, error: &DbErr) -> Error {
    let source: Source = Arc::new(error.clone());
    if refusal.is_unique_violation() {
        return Error::Conflict(Conflict::Id);
    }
    if refusal.is_foreign_key_violation() {
        return Error::NoParent;
    }
    let code = refusal.code().unwrap_or_default();
    if refusal.try_downcast_ref::<sqlx::sqlite::SqliteError>().is_some() {
        // The low byte of an extended result code is the primary one (sqlite.org/rescode.html).
        return match code.parse::<u32>().unwrap_or(0) & 0xff {
            // SQLITE_BUSY, SQLITE_LOCKED
            5 | 6 => Error::Busy("it is locked"),
            // SQLITE_CORRUPT, SQLITE_NOTADB
            11 | 26 => Error::Damaged(source),
            // SQLITE_PERM, READONLY, IOERR, FULL, CANTOPEN
            3 | 8 | 10 | 13 | 14 => Error::Unavailable(source),
            _ => Error::Database(source),
        };
    }
    match (code.get(..2).unwrap_or_default(), &*code) {
        (_, "40001" | "40P01" | "55P03") => Error::Busy("other writers are in the way"),
        // Connection, authorization, no such database, read-only (a standby), resources, operator, system.
        ("08" | "28" | "3D" | "25" | "53" | "57" | "58", _) => Error::Unavailable(source),
        ("XX", "XX001" | "XX002") => Error::Damaged(source),
        _ => Error::Database(source),
    }
}
