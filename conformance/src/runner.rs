//! Runs cases: those of the client credentials API side by side, those that change the configuration one after the other.

mod queue;
#[cfg(test)]
mod tests;

use std::{
    any::Any,
    collections::BTreeMap,
    future::poll_fn,
    panic::{AssertUnwindSafe, catch_unwind},
    pin::Pin,
    sync::{
        Arc, OnceLock,
        atomic::{AtomicUsize, Ordering},
    },
    task::Poll,
    time::{Duration, Instant, SystemTime},
};

use tokio::{
    sync::{Mutex, OnceCell, mpsc},
    task::JoinSet,
};

use crate::{
    attempt::{Administrator, Attempt, Halt, Run, STOPPED},
    case::{Case, CaseInfo, CaseResult, Plane, Stop, Verdict},
    cases,
    document::Document,
    exchange::Exchanges,
    http::Http,
    outcome::Outcome,
    select::{is_selected, skipped_by},
    target::{Options, Target},
};
use queue::Queue;

/// Why cases are skipped that need a session.
const NO_ADMIN: &str = "needs an administrator's login: give --admin";

/// After so many Errors in a row the target is asked whether it is there at all.
const MOST_ERRORS: usize = 3;

/// So many requests may run into the timeout; after that nothing is sent any more, or a run would take hours.
const MOST_LATE: usize = 8;

/// How long after the end was asked for a case may still wait, when its cleanup is over, and when the run's is.
const ENDS: [Duration; 3] = [Duration::from_secs(4), Duration::from_secs(7), Duration::from_secs(10)];

/// The cases that `options` select, in the document's order.
pub fn list(options: &Options) -> Vec<CaseInfo> {
    Selected::by(options).cases.into_iter().map(|case| case.info).collect()
}

/// The cases that a run is to try.
pub(crate) struct Selected {
    document: Document,
    cases: Vec<Case>,
}

impl Selected {
    pub(crate) fn by(options: &Options) -> Self {
        let document = Document::new(vouchsafe_api_spec::document());
        let mut cases = cases::all(&document, options.profile);
        cases.retain(|case| is_selected(options, &case.info.id));
        Self { document, cases }
    }

    pub(crate) fn len(&self) -> usize {
        self.cases.len()
    }
}

/// Runs the selected cases against a server. A [`crate::Profile`] alone will do as options.
///
/// It works beside other users of the server: it revokes the credentials that it made, and takes back what it changed in
/// the configuration. While it does so, nobody else can change the configuration.
pub async fn run(target: Target, options: impl Into<Options>) -> Outcome {
    run_with(target, options, |_| {}).await
}

/// Like [`run`]; tells each result as soon as it is there.
pub async fn run_with(target: Target, options: impl Into<Options>, tell: impl FnMut(&CaseResult)) -> Outcome {
    run_until(target, options, std::future::pending(), tell).await
}

/// Like [`run_with`]; ends early when `stop` does. What was made is taken back then, within some seconds, and the cases
/// that did not come to their end are skipped.
pub async fn run_until(
    target: Target,
    options: impl Into<Options>,
    stop: impl Future<Output = ()>,
    tell: impl FnMut(&CaseResult),
) -> Outcome {
    let options = options.into();
    run_selected(Selected::by(&options), target, options, stop, tell).await
}

/// Like [`run_until`], of cases that `options` have selected.
pub(crate) async fn run_selected(
    selected: Selected,
    target: Target,
    options: Options,
    stop: impl Future<Output = ()>,
    tell: impl FnMut(&CaseResult),
) -> Outcome {
    let halt = Halt::new();
    let stopped = async {
        stop.await;
        halt.call();
        std::future::pending().await
    };
    tokio::select! {
        outcome = run_all(selected, target, options, halt.clone(), tell) => outcome,
        never = stopped => never,
    }
}

async fn run_all(
    Selected { document, cases }: Selected,
    target: Target,
    options: Options,
    halt: Halt,
    mut tell: impl FnMut(&CaseResult),
) -> Outcome {
    let (started, start) = (SystemTime::now(), Instant::now());
    let (sender, mut results) = mpsc::channel(options.parallel.max(1));
    let mut workers = JoinSet::new();
    let mut missing: BTreeMap<usize, CaseInfo> =
        cases.iter().map(|case| case.info.clone()).enumerate().collect();
    let opened =
        halt.within(Duration::ZERO, Run::open(&target, &options, Arc::new(document), halt.clone())).await;
    let run = opened.unwrap_or_else(|| Err(STOPPED.to_owned()));
    let work = Arc::new(Work {
        halt: halt.clone(),
        queue: Mutex::new(Queue::new(cases)),
        run,
        options,
        errors: AtomicUsize::new(0),
        gone: OnceLock::new(),
    });
    for _ in 0..work.options.parallel.max(1) {
        workers.spawn(Arc::clone(&work).until_done(sender.clone()));
    }
    drop(sender);
    let mut ordered = Vec::new();
    while let Some((place, result)) = results.recv().await {
        tell(&result);
        missing.remove(&place);
        ordered.push((place, result));
    }
    if !work.options.fail_fast {
        // A worker panicked outside a case's steps.
        for (place, case) in missing {
            let result = CaseResult::unsent(case, Verdict::Error(mistake("the case has no result")));
            tell(&result);
            ordered.push((place, result));
        }
    }
    ordered.sort_by_key(|(place, _)| *place);
    let left_behind = match &work.run {
        Ok(run) => {
            let closed = halt.within(ENDS[2], run.close()).await;
            closed.unwrap_or_else(|| vec![format!("what the cases shared, or a part of it: {STOPPED}")])
        }
        Err(_) => Vec::new(),
    };
    Outcome {
        target: target.url().to_owned(),
        profile: work.options.profile,
        implementation: None,
        command: None,
        started,
        results: ordered.into_iter().map(|(_, result)| result).collect(),
        left_behind,
        duration: start.elapsed(),
    }
}

impl Run {
    async fn open(
        target: &Target,
        options: &Options,
        document: Arc<Document>,
        halt: Halt,
    ) -> Result<Arc<Self>, String> {
        let http = Http::open(target, options, document.token_path()).await?;
        let admin = target.admin().cloned().map(Administrator::new);
        Ok(Arc::new(Self {
            http,
            document,
            profile: options.profile,
            admin,
            configuration: Mutex::new(()),
            certificate: OnceCell::new(),
            tokens: target.tokens().clone(),
            shared: Mutex::default(),
            spoiled: Mutex::default(),
            strangers: OnceCell::new(),
            halt,
        }))
    }

    /// Takes back what the cases shared; what could not be.
    async fn close(self: &Arc<Self>) -> Vec<String> {
        let mut left_behind = self.close_shared().await;
        left_behind.extend(self.close_strangers().await);
        left_behind
    }
}

/// What the workers of a run share.
struct Work {
    halt: Halt,
    queue: Mutex<Queue>,
    run: Result<Arc<Run>, String>,
    options: Options,
    /// How many cases in a row ended with an Error.
    errors: AtomicUsize,
    /// Why nothing is sent any more.
    gone: OnceLock<String>,
}

impl Work {
    async fn until_done(self: Arc<Self>, results: mpsc::Sender<(usize, CaseResult)>) {
        loop {
            let Some((place, case)) = self.queue.lock().await.take() else { return };
            let exclusive = queue::is_exclusive(&case);
            let result = self.result(case).await;
            let stop = self.options.fail_fast && matches!(result.verdict, Verdict::Fail(_));
            let mut queue = self.queue.lock().await;
            queue.done(exclusive);
            if stop {
                queue.clear();
            }
            drop(queue);
            if results.send((place, result)).await.is_err() {
                return;
            }
        }
    }

    async fn result(&self, case: Case) -> CaseResult {
        let lacks_admin = |run: &Arc<Run>| case.info.plane == Plane::Configuration && run.admin.is_none();
        match (skipped_by(&self.options, &case.info.id), &self.run) {
            (Some(skip), _) => {
                let declared = skip.reason.is_some();
                CaseResult::unsent(case.info, Verdict::Skip { reason: skip.told(), declared })
            }
            (None, _) if self.halt.is_called() => {
                CaseResult::unsent(case.info, Verdict::Skip { reason: STOPPED.to_owned(), declared: false })
            }
            (None, Err(reason)) => CaseResult::unsent(case.info, Verdict::Error(reason.clone())),
            (None, Ok(run)) if lacks_admin(run) => {
                CaseResult::unsent(case.info, Verdict::Skip { reason: NO_ADMIN.to_owned(), declared: false })
            }
            (None, Ok(run)) => match refused(&case, run).or(self.gone(run).await) {
                Some(reason) => CaseResult::unsent(case.info, Verdict::Error(reason)),
                None => {
                    let result = attempt(case, Arc::clone(run)).await;
                    match result.verdict {
                        Verdict::Error(_) => self.errors.fetch_add(1, Ordering::Relaxed),
                        _ => self.errors.swap(0, Ordering::Relaxed),
                    };
                    result
                }
            },
        }
    }

    /// Why it is no use to go on. A target that hangs would otherwise be waited for at every request.
    async fn gone(&self, run: &Run) -> Option<String> {
        if self.gone.get().is_none() {
            if run.http.late() >= MOST_LATE {
                let reason = format!("{MOST_LATE} requests had no complete answer in time");
                let _first = self.gone.set(reason);
            } else if self.errors.load(Ordering::Relaxed) >= MOST_ERRORS {
                match run.http.probe().await {
                    Ok(()) => self.errors.store(0, Ordering::Relaxed),
                    Err(reason) => {
                        let _first = self.gone.set(format!("nothing was answered any more: {reason}"));
                    }
                }
            }
        }
        let reason = self.gone.get()?;
        Some(format!("not tried, since {reason}"))
    }
}

/// Why a case of the configuration API is not tried: nobody logs in again who was refused.
fn refused(case: &Case, run: &Run) -> Option<String> {
    let admin = run.admin.as_ref().filter(|_| case.info.plane == Plane::Configuration);
    admin.and_then(Administrator::refused).cloned()
}

/// Does the work; if it panics, what is to be told.
async fn guarded<T>(mut work: Pin<Box<dyn Future<Output = T> + Send + '_>>) -> Result<T, String> {
    poll_fn(|context| {
        let polled = catch_unwind(AssertUnwindSafe(|| work.as_mut().poll(context)));
        match polled {
            Ok(Poll::Pending) => Poll::Pending,
            Ok(Poll::Ready(done)) => Poll::Ready(Ok(done)),
            Err(panic) => Poll::Ready(Err(mistake(message(panic.as_ref())))),
        }
    })
    .await
}

fn message(panic: &(dyn Any + Send)) -> &str {
    let owned = panic.downcast_ref::<String>().map(String::as_str);
    owned.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("it panicked")
}

fn mistake(what: &str) -> String {
    format!("the tool has a mistake: {what}")
}

async fn attempt(case: Case, run: Arc<Run>) -> CaseResult {
    let start = Instant::now();
    let _turn = if queue::is_exclusive(&case) { Some(run.configuration.lock().await) } else { None };
    let mut attempt = Attempt::new(Arc::clone(&run), case.info.clone());
    let stop = run.halt.within(ENDS[0], guarded(case.check.run(&mut attempt))).await;
    let stop = stop
        .unwrap_or_else(|| Ok(Err(Stop::Skip(STOPPED.to_owned()))))
        .unwrap_or_else(|panic| Err(Stop::Error(panic)));
    match run.halt.within(ENDS[1], guarded(Box::pin(attempt.clean()))).await {
        Some(Ok(())) => {}
        Some(Err(panic)) => attempt.left_behind.push(panic),
        None => attempt.abandon(),
    }
    let verdict = match stop {
        // What was seen was seen, whatever came then.
        _ if !attempt.mismatches.is_empty() => Verdict::Fail(attempt.mismatches),
        Err(Stop::Error(reason)) => Verdict::Error(reason),
        Err(Stop::Skip(reason)) => Verdict::Skip { reason, declared: false },
        Ok(()) | Err(Stop::Failed) => Verdict::Pass,
    };
    CaseResult {
        case: case.info,
        verdict,
        exchanges: attempt.exchanges.into_iter().collect(),
        left_behind: attempt.left_behind,
        suffix: attempt.suffix,
        duration: start.elapsed(),
    }
}

impl CaseResult {
    /// Of a case that sent nothing.
    fn unsent(case: CaseInfo, verdict: Verdict) -> Self {
        Self {
            case,
            verdict,
            exchanges: Exchanges::default(),
            left_behind: Vec::new(),
            suffix: String::new(),
            duration: Duration::ZERO,
        }
    }
}
