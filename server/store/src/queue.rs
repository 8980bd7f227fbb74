//! Group commit: writes that arrive while one commit is under way share the next one.
//!
//! A commit waits for the disk, whatever it holds, so durable writes a second are commits a second times writes a
//! commit. Each queued write is one statement that reports by its number of rows whether it found what it expected
//! (`ON CONFLICT DO NOTHING`, compare-and-set), so that a write that comes too late fails by itself and not its
//! neighbours. If a statement does fail, the whole batch is undone and its writes are tried one by one.

use std::sync::Arc;
use std::time::Duration;

use sea_orm::{ConnectionTrait, DatabaseConnection, DbErr, Statement};
use tokio::sync::mpsc::error::SendTimeoutError;
use tokio::sync::{Mutex, Notify, mpsc, oneshot};
use tokio::time::{Instant, timeout};

use crate::error::{is_retryable, is_undone};
use crate::record::write_all;
use crate::store::begin;
use crate::{Error, Record};

/// Writes that may wait; more callers than that wait outside.
const CAPACITY: usize = 1_024;
/// Writes of one commit at most.
const BATCH: usize = 256;
/// How often a batch is run again because the database chose it as the victim of a conflict.
const ATTEMPTS: u32 = 5;

/// How long a commit waits at most for writes that are expected.
const LONGEST_WAIT: Duration = Duration::from_millis(5);

/// What a write locks. Every batch takes its locks in this order, so two batches can't wait for each other.
pub(crate) type Target = (&'static str, String, String);

/// One statement and what to record if it changes a row.
pub(crate) struct Write {
    pub(crate) target: Target,
    pub(crate) statement: Statement,
    pub(crate) record: Record,
}

struct Job {
    write: Write,
    reply: oneshot::Sender<Result<bool, Error>>,
}

/// The queue's sending end.
pub(crate) struct Queue {
    jobs: mpsc::Sender<Job>,
    patience: Duration,
}

impl Queue {
    /// Starts the tasks that commit. They end when the queue is dropped.
    pub(crate) fn start(
        db: &DatabaseConnection,
        writers: u32,
        patience: Duration,
        outbox: &Arc<Notify>,
    ) -> Self {
        let (jobs, queued) = mpsc::channel(CAPACITY);
        let queued = Arc::new(Mutex::new(queued));
        for _ in 0..writers {
            let (db, queued, outbox) = (db.clone(), Arc::clone(&queued), Arc::clone(outbox));
            tokio::spawn(commit_queued(db, queued, outbox, writers == 1));
        }
        Self { jobs, patience }
    }

    /// Queues a write; answers after its commit whether it changed a row.
    pub(crate) async fn write(&self, write: Write) -> Result<bool, Error> {
        let (reply, answer) = oneshot::channel();
        match self.jobs.send_timeout(Job { write, reply }, self.patience).await {
            // The task that took it is gone, and whether it committed before that, nobody knows.
            Ok(()) => answer.await.unwrap_or(Err(Error::OutcomeUnknown)),
            Err(SendTimeoutError::Timeout(_)) => Err(Error::Busy("too many writes are waiting")),
            Err(SendTimeoutError::Closed(_)) => Err(Error::Closed),
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.jobs.max_capacity() - self.jobs.capacity()
    }

    pub(crate) fn is_closed(&self) -> bool {
        self.jobs.is_closed()
    }
}

/// `alone` says that no other task takes from the same queue.
async fn commit_queued(
    db: DatabaseConnection,
    queued: Arc<Mutex<mpsc::Receiver<Job>>>,
    outbox: Arc<Notify>,
    alone: bool,
) {
    let mut jobs = Vec::with_capacity(BATCH);
    let mut expected = Expected::default();
    loop {
        {
            let mut queued = queued.lock().await;
            if queued.recv_many(&mut jobs, BATCH).await == 0 {
                return;
            }
            if alone {
                expected.gather(&mut queued, &mut jobs).await;
            }
        }
        // Nobody waits for these any more, and nothing of them was written.
        jobs.retain(|job| !job.reply.is_closed());
        jobs.sort_by(|one, other| one.write.target.cmp(&other.write.target));
        let (writes, replies): (Vec<Write>, Vec<_>) =
            jobs.drain(..).map(|job| (job.write, job.reply)).unzip();
        let start = Instant::now();
        let answers = commit(&db, &writes).await;
        if alone {
            let expected_writes = writes.len() + queued.lock().await.len();
            expected =
                Expected { writes: expected_writes, patience: (start.elapsed() / 4).min(LONGEST_WAIT) };
        }
        if writes.iter().any(|write| !write.record.outbox.is_empty()) {
            outbox.notify_one();
        }
        for (answer, reply) in answers.into_iter().zip(replies) {
            // An error means that the caller left: the write stands.
            let _ = reply.send(answer);
        }
    }
}

/// What the last commit tells about the next one.
#[derive(Default)]
struct Expected {
    /// Those who were answered, who are likely to write again, and those who waited meanwhile.
    writes: usize,
    /// How long it is worth waiting for them.
    patience: Duration,
}

impl Expected {
    /// On a slow disk, waits a moment for the writes that are expected. Without it, a few steady callers fall into two
    /// groups that take turns, each commit with half of them.
    async fn gather(&self, queued: &mut mpsc::Receiver<Job>, jobs: &mut Vec<Job>) {
        let expected = self.writes.min(BATCH);
        // Timers are no finer than a millisecond.
        if self.patience < Duration::from_micros(500) {
            return;
        }
        let gathered = async {
            while jobs.len() < expected && queued.recv_many(jobs, expected - jobs.len()).await > 0 {}
        };
        // Whoever comes later takes the next commit.
        let _ = timeout(self.patience, gathered).await;
    }
}

/// Commits the writes together, or one by one if one of them can't be written. One answer for each, in their order.
async fn commit(db: &DatabaseConnection, writes: &[Write]) -> Vec<Result<bool, Error>> {
    match commit_together(db, writes).await {
        Ok(hits) => hits.into_iter().map(Ok).collect(),
        Err(failure) => {
            let undone = failure.undone;
            let error = Error::from(failure);
            if writes.len() == 1 || !undone || !error.is_of_one_row() {
                return vec![Err(error); writes.len()];
            }
            let mut answers = Vec::with_capacity(writes.len());
            for write in writes {
                let answer = commit_together(db, std::slice::from_ref(write)).await;
                answers.push(match answer {
                    Ok(hits) => Ok(hits.contains(&true)),
                    Err(failure) => Err(failure.into()),
                });
            }
            answers
        }
    }
}

struct Failure {
    error: DbErr,
    /// Whether it is certain that nothing was written.
    undone: bool,
}

impl From<Failure> for Error {
    fn from(failure: Failure) -> Self {
        if failure.undone { failure.error.into() } else { Self::outcome_unknown(&failure.error) }
    }
}

impl From<DbErr> for Failure {
    fn from(error: DbErr) -> Self {
        Self { error, undone: true }
    }
}

async fn commit_together(db: &DatabaseConnection, writes: &[Write]) -> Result<Vec<bool>, Failure> {
    let mut attempt = 1;
    loop {
        match commit_once(db, writes).await {
            Err(failure) if failure.undone && is_retryable(&failure.error) && attempt < ATTEMPTS => {
                attempt += 1
            }
            outcome => return outcome,
        }
    }
}

async fn commit_once(db: &DatabaseConnection, writes: &[Write]) -> Result<Vec<bool>, Failure> {
    if writes.is_empty() {
        return Ok(Vec::new());
    }
    let tx = begin(db).await?;
    let mut hits = Vec::with_capacity(writes.len());
    for write in writes {
        hits.push(tx.execute_raw(write.statement.clone()).await?.rows_affected() > 0);
    }
    let written = writes.iter().zip(&hits).filter(|(_, hit)| **hit);
    write_all(written.map(|(write, _)| &write.record), &tx).await?;
    tx.commit().await.map_err(|error| Failure { undone: is_undone(&error), error })?;
    Ok(hits)
}
