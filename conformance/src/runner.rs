//! Runs cases one after the other.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use crate::{
    attempt::{Administrator, Attempt, Run},
    case::{Case, CaseInfo, CaseResult, Plane, Stop, Verdict},
    cases,
    document::Document,
    http::Http,
    outcome::Outcome,
    select::{is_selected, skipped_by},
    target::{Options, Target},
};

/// Why cases are skipped that need a session.
const NO_ADMIN: &str =
    "needs an administrator's login: give --admin-user with --admin-password or --admin-password-file";

/// The cases that `options` select, in the document's order.
pub fn list(options: &Options) -> Vec<CaseInfo> {
    selected(&document(), options).into_iter().map(|case| case.info).collect()
}

/// Runs the selected cases against a server.
///
/// It works beside other users of the server: it revokes the credentials that it made, and takes back what it changed in
/// the configuration. While it does so, nobody else can change the configuration.
pub async fn run(target: Target, options: Options) -> Outcome {
    run_with(target, options, |_| {}).await
}

/// Like [`run`]; tells each result as soon as it is there.
pub async fn run_with(target: Target, options: Options, mut tell: impl FnMut(&CaseResult)) -> Outcome {
    let document = Arc::new(document());
    let http = Http::open(&target, &options, document.token_path()).await;
    let profile = options.profile;
    let admin = target.admin().cloned();
    let shared = http.map(|http| {
        let admin = admin.map(Administrator::new);
        Arc::new(Run { http, document: Arc::clone(&document), profile, admin })
    });
    let mut results = Vec::new();
    for case in selected(&document, &options) {
        let result = match (skipped_by(&options, &case.info.id), &shared) {
            (Some(glob), _) => {
                CaseResult::without_exchange(case.info, Verdict::Skip(format!("asked for with `{glob}`")))
            }
            (None, _) if case.info.plane == Plane::Configuration && target.admin().is_none() => {
                CaseResult::without_exchange(case.info, Verdict::Skip(NO_ADMIN.to_owned()))
            }
            (None, Err(reason)) => CaseResult::without_exchange(case.info, Verdict::Error(reason.clone())),
            (None, Ok(run)) => attempt(case, Arc::clone(run)).await,
        };
        tell(&result);
        results.push(result);
    }
    Outcome { target: target.url().to_owned(), profile, results }
}

fn document() -> Document {
    Document::new(vouchsafe_api_spec::document())
}

fn selected(document: &Document, options: &Options) -> Vec<Case> {
    let mut cases = cases::all(document, options.profile);
    cases.retain(|case| is_selected(options, &case.info.id));
    cases
}

async fn attempt(case: Case, run: Arc<Run>) -> CaseResult {
    let start = Instant::now();
    let mut attempt = Attempt::new(run, case.info.clone());
    let stop = case.check.run(&mut attempt).await;
    attempt.clean().await;
    let verdict = match stop {
        Err(Stop::Error(reason)) => Verdict::Error(reason),
        Err(Stop::Skip(reason)) if attempt.mismatches.is_empty() => Verdict::Skip(reason),
        Ok(()) | Err(Stop::Failed) if attempt.mismatches.is_empty() => Verdict::Pass,
        _ => Verdict::Fail(attempt.mismatches),
    };
    CaseResult {
        case: case.info,
        verdict,
        exchanges: attempt.exchanges,
        left_behind: attempt.left_behind,
        suffix: attempt.suffix,
        duration: start.elapsed(),
    }
}

impl CaseResult {
    fn without_exchange(case: CaseInfo, verdict: Verdict) -> Self {
        Self {
            case,
            verdict,
            exchanges: Vec::new(),
            left_behind: Vec::new(),
            suffix: String::new(),
            duration: Duration::ZERO,
        }
    }
}
