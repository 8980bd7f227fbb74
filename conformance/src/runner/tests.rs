//! Cases that the suite does not have: one that panics, and one that loses the connection.
#![expect(clippy::unwrap_used, clippy::panic, reason = "tests")]

use super::*;
use crate::{
    case::{Check, Steps},
    target::Auth,
};

/// What a case does.
#[derive(Debug, Clone, Copy)]
enum Does {
    Nothing,
    Panics,
    Loses,
}

impl Check for Does {
    fn run<'a>(&'a self, attempt: &'a mut Attempt) -> Steps<'a> {
        Box::pin(async move {
            match self {
                Self::Nothing => Ok(()),
                Self::Panics => panic!("no such thing"),
                Self::Loses => {
                    attempt.differs("status", "200", "500");
                    Err(Stop::Error("the connection was lost".to_owned()))
                }
            }
        })
    }
}

/// Such cases, which need the configuration for themselves.
async fn verdicts(does: &[Does]) -> (Vec<Verdict>, bool) {
    let target = Target::new("http://127.0.0.1:1", Auth::None).unwrap();
    let target =
        target.with_admin(crate::target::Admin { user: "a".to_owned(), password: crate::Secret::new("b") });
    let mut selected = Selected::by(&Options::default());
    selected.cases.retain(queue::is_exclusive);
    selected.cases.truncate(does.len());
    for (case, does) in selected.cases.iter_mut().zip(does) {
        case.check = Box::new(*does);
    }
    let outcome = run_selected(selected, target, Options::default(), std::future::pending(), |_| {}).await;
    let passed = outcome.passed();
    (outcome.results.into_iter().map(|result| result.verdict).collect(), passed)
}

#[tokio::test]
async fn a_panic_is_an_error_of_its_case_and_others_run() {
    let (verdicts, passed) = verdicts(&[Does::Nothing, Does::Panics, Does::Nothing]).await;
    let error = Verdict::Error("the tool has a mistake: no such thing".to_owned());
    assert_eq!(verdicts, [Verdict::Pass, error, Verdict::Pass]);
    assert!(!passed);
}

#[tokio::test]
async fn differences_count_also_when_the_connection_is_lost_then() {
    let (verdicts, _) = verdicts(&[Does::Loses]).await;
    assert!(
        matches!(verdicts.as_slice(), [Verdict::Fail(mismatches)] if mismatches.len() == 1),
        "{verdicts:?}"
    );
}
