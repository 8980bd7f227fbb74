//! Work that one replica does for all.

use vouchsafe_store::Job;

use crate::backend::{Backend, Database, on_both};

on_both!(one_replica_has_a_job);

async fn one_replica_has_a_job(database: Database) {
    let (here, there) = (database.store().await, database.open().await);
    let alone = database.backend == Backend::Sqlite;
    let taken = here.exclusive(Job::Sweep).await.unwrap();
    assert!(taken.is_some());
    for store in [&here, &there] {
        // One process has an SQLite file, and does each of its jobs in one place.
        assert_eq!(store.exclusive(Job::Sweep).await.unwrap().is_some(), alone);
    }
    assert!(there.exclusive(Job::RevocationLists).await.unwrap().is_some(), "that is another job");
    // Nobody who writes waits for it.
    here.begin_configuration().await.unwrap().commit().await.unwrap();
    there.begin_configuration().await.unwrap().commit().await.unwrap();
    drop(taken);
    // The pool ends the transaction a moment after it is dropped.
    let mut tries = 0;
    while there.exclusive(Job::Sweep).await.unwrap().is_none() {
        tries += 1;
        assert!(tries < 500, "the job is not free again");
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
}
