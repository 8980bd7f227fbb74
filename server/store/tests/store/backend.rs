//! A database of its own for each test, on either backend.

use std::panic::{AssertUnwindSafe, resume_unwind};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use futures_util::FutureExt;
use sea_orm::{ConnectOptions, ConnectionTrait, DatabaseConnection};
use vouchsafe_store::{Options, Store, sqlite_url};

/// Which database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Backend {
    Sqlite,
    Postgres,
}

/// An empty database, and a way to open it any number of times.
pub(crate) struct Database {
    pub(crate) backend: Backend,
    pub(crate) url: String,
}

impl Database {
    /// Opens the database as a replica of its own would.
    pub(crate) async fn open(&self) -> Store {
        Store::connect(&self.url, &Options::default()).await.expect("the store opens")
    }

    /// Opens the database and brings its schema up to date.
    pub(crate) async fn store(&self) -> Store {
        let store = self.open().await;
        store.migrate().await.expect("migrations run");
        store
    }

    /// Runs SQL past the store.
    pub(crate) async fn sql(&self) -> DatabaseConnection {
        sea_orm::Database::connect(&self.url).await.expect("a plain connection")
    }
}

/// Makes two tests of an `async fn(Database)`: `name::sqlite` and `name::postgres`.
macro_rules! on_both {
    ($($name:ident),+ $(,)?) => {$(
        mod $name {
            use crate::backend::{Backend, on};

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn sqlite() {
                on(Backend::Sqlite, super::$name).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn postgres() {
                on(Backend::Postgres, super::$name).await;
            }
        }
    )+};
}
pub(crate) use on_both;

/// Runs a test on a new database and removes the database, whatever comes out.
pub(crate) async fn on(backend: Backend, test: impl AsyncFnOnce(Database)) {
    match backend {
        Backend::Sqlite => {
            let directory = tempfile::tempdir().expect("a temporary folder");
            let url = sqlite_url(&directory.path().join("store.sqlite")).expect("a UTF-8 path");
            test(Database { backend, url }).await;
            directory.close().expect("its files are ours");
        }
        Backend::Postgres => {
            let server = std::env::var("VOUCHSAFE_TEST_POSTGRES").unwrap_or_else(|_| {
                panic!(
                    "VOUCHSAFE_TEST_POSTGRES is not set: run `cargo xtask test`, or `cargo xtask postgres -- cargo nextest run`"
                )
            });
            let name = new_name();
            let admin =
                sea_orm::Database::connect(ConnectOptions::new(&server)).await.expect("the server answers");
            admin.execute_unprepared(&format!("CREATE DATABASE {name}")).await.expect("a new database");
            let url = format!("{}/{name}", server.rsplit_once('/').expect("a URL with a database").0);
            let outcome = AssertUnwindSafe(test(Database { backend, url })).catch_unwind().await;
            admin
                .execute_unprepared(&format!("DROP DATABASE {name} WITH (FORCE)"))
                .await
                .expect("it is dropped");
            if let Err(panic) = outcome {
                resume_unwind(panic);
            }
        }
    }
}

fn new_name() -> String {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("after 1970").as_nanos();
    format!("test_{}_{now}_{count}", std::process::id())
}
