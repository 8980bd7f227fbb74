//! Sessions of the configuration API that there are not.

use crate::{
    attempt::{Attempt, LOGIN, Who},
    case::{Case, Check, Kind, Level, Plane, Steps, Stop},
    cases::{configuration::derived::any_body, derive::Rule, refusal::Refusal},
    document::{Document, Operation},
    exchange::Role,
    target::Secret,
};

const REFUSED: Refusal = Refusal { status: 401, others: &[], error: "Unauthenticated" };

/// Operations on which everything is tried: reads and a change.
const FEW: [&str; 3] = ["transaction_get", "alerting_list", "system_alerts_replace"];

/// What is sent instead of a session.
#[derive(Debug, Clone, Copy)]
enum Instead {
    /// Cookies that are nobody's.
    Garbage,
    /// The administrator's name and password, which are for the login.
    Password,
    /// A session that was logged out.
    Ended,
}

/// The cases of all operations that need a session.
pub(super) fn cases(document: &Document) -> Vec<Case> {
    let operations = document.operations().iter();
    let operations = operations
        .filter(|operation| operation.plane() == Plane::Configuration && operation.security() == ["Session"]);
    operations.flat_map(of_operation).collect()
}

fn of_operation(operation: &Operation) -> Vec<Case> {
    let mut all =
        vec![("garbage-session", "with the cookie of a session that there is not", Instead::Garbage)];
    if FEW.contains(&operation.id) {
        let words = "with a name and password instead of a session";
        all.push(("password-instead-of-session", words, Instead::Password));
        all.push(("ended-session", "with a session that was logged out", Instead::Ended));
    }
    let case = |(what, words, instead): (&str, &str, Instead)| {
        let rule = Rule {
            what: what.to_owned(),
            kind: Kind::Access,
            level: Level::Must,
            requirement: format!("{words} is answered with 401 and the path."),
            pointer: format!("{}/security", operation.pointer()),
            // There is no logout in the reference.
            extension: matches!(instead, Instead::Ended),
        };
        rule.into_case(operation, Session { operation: operation.clone(), instead })
    };
    all.into_iter().map(case).collect()
}

/// Sends something else than a session.
struct Session {
    operation: Operation,
    instead: Instead,
}

impl Session {
    async fn strangers(&self, attempt: &mut Attempt) -> Result<Vec<Who>, Stop> {
        let session = |id: String| Who::Session(Secret::new(id));
        Ok(match self.instead {
            Instead::Garbage => {
                vec![session("f".repeat(40)), session("garbage".to_owned()), session(String::new())]
            }
            Instead::Password => {
                let admin = attempt.admin()?;
                vec![Who::Password(admin.user, admin.password)]
            }
            Instead::Ended => {
                let ended = attempt.second_session().await?;
                let answer = attempt.call(Role::Prepare, &ended, "delete", LOGIN, None).await?;
                attempt.status(&answer, 200)?;
                vec![ended]
            }
        })
    }

    async fn steps(&self, attempt: &mut Attempt) -> Result<(), Stop> {
        let operation = &self.operation;
        let path = operation.example_path();
        attempt.without_opening();
        for who in self.strangers(attempt).await? {
            let body = any_body(operation);
            let answer = attempt.call(Role::Request, &who, operation.method, &path, body).await?;
            REFUSED.judge(attempt, operation, &answer, Some(&path))?;
        }
        Ok(())
    }
}

impl Check for Session {
    fn run<'a>(&'a self, attempt: &'a mut Attempt) -> Steps<'a> {
        Box::pin(self.steps(attempt))
    }
}
