//! Reads of one row on `SQLite` without a hop to another thread.
//!
//! A verification reads one row by its key: microseconds, when the pages are in memory. Through a pool, which runs each
//! statement on a thread of its own, the hop there and back costs many times that. So these reads run where they are asked
//! for. Readers of a write-ahead log wait for nobody; whatever goes wrong, or would have to wait, is left to the pool.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, TryLockError};

use rusqlite::{Connection, OpenFlags, Params, Row};

/// Connections that only read, one a core.
pub(crate) struct QuickReads {
    file: PathBuf,
    connections: Vec<Mutex<Option<Connection>>>,
}

impl QuickReads {
    pub(crate) fn new(file: &Path) -> Self {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        Self { file: file.to_owned(), connections: (0..cores).map(|_| Mutex::default()).collect() }
    }

    /// The first row of a statement, read by `read`: `Some(None)` if there is none, `None` if the pool must be asked.
    pub(crate) fn first<T>(
        &self,
        sql: &str,
        values: impl Params,
        read: impl FnOnce(&Row<'_>) -> rusqlite::Result<T>,
    ) -> Option<Option<T>> {
        let mut free = self.connections.iter().find_map(free)?;
        if free.is_none() {
            *free = Some(open(&self.file).ok()?);
        }
        let mut statement = free.as_ref()?.prepare_cached(sql).ok()?;
        let mut rows = statement.query(values).ok()?;
        match rows.next().ok()? {
            Some(row) => Some(Some(read(row).ok()?)),
            None => Some(None),
        }
    }

    /// Closes the connections.
    pub(crate) fn close(&self) {
        for connection in &self.connections {
            connection.lock().unwrap_or_else(std::sync::PoisonError::into_inner).take();
        }
    }
}

fn free(connection: &Mutex<Option<Connection>>) -> Option<MutexGuard<'_, Option<Connection>>> {
    match connection.try_lock() {
        Ok(free) => Some(free),
        Err(TryLockError::Poisoned(poisoned)) => Some(poisoned.into_inner()),
        Err(TryLockError::WouldBlock) => None,
    }
}

fn open(file: &Path) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(file, flags)?;
    connection.pragma_update(None, "query_only", true)?;
    connection.busy_timeout(std::time::Duration::ZERO)?;
    Ok(connection)
}
