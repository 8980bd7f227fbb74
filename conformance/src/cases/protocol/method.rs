//! Methods that a path does not have.

use std::collections::BTreeSet;

use serde_json::json;

use crate::{
    attempt::{Attempt, Who},
    case::{Case, Check, Kind, Level, Plane, Steps, Stop},
    cases::{derive::Rule, refusal::Refusal},
    document::{Document, Operation},
    exchange::{Answer, Role},
    http::{Content, Credentials},
};

const METHODS: [&str; 5] = ["get", "post", "put", "patch", "delete"];

/// A server may also hide what it does not know, or who may use it.
const NOT_ALLOWED: Refusal =
    Refusal { status: 405, others: &[400, 401, 403, 404], error: "MethodNotAllowed" };

/// One case for each method that a path does not have.
pub(super) fn cases(document: &Document) -> Vec<Case> {
    let mut seen = BTreeSet::new();
    let first = document.operations().iter().filter(|operation| seen.insert(operation.path));
    first.flat_map(|operation| of_path(document, operation)).collect()
}

fn of_path(document: &Document, operation: &Operation) -> Vec<Case> {
    let documented = document.methods_of(operation.path);
    let allowed: Vec<String> = documented.iter().map(|method| method.to_uppercase()).collect();
    let others = METHODS.into_iter().filter(|method| !documented.contains(method));
    let case = |method: &'static str| {
        // What a target has that the reference lacks could delete whole lists.
        let dangerous = method == "delete" && !operation.path.contains('{');
        let reference_only =
            document.operations().iter().any(|other| other.path == operation.path && !other.is_extension());
        let rule = Rule {
            what: format!("method-{method}"),
            kind: Kind::Protocol,
            level: Level::Must,
            requirement: format!(
                "has a path without {}: that is answered with 405, and `Allow` names {}.",
                method.to_uppercase(),
                allowed.join(", ")
            ),
            pointer: operation.pointer().to_owned(),
            extension: dangerous || !reference_only,
        };
        let check = Method { operation: operation.clone(), method, allowed: allowed.clone() };
        let mut case = rule.into_case(operation, check);
        if operation.path.contains('{') {
            case.info.note =
                Some("The ids in the path are the documented ones, which are nobody's.".to_owned());
        }
        case
    };
    others.map(case).collect()
}

/// Sends a method that the path does not have.
struct Method {
    operation: Operation,
    method: &'static str,
    allowed: Vec<String>,
}

impl Method {
    async fn steps(&self, attempt: &mut Attempt) -> Result<(), Stop> {
        let Self { operation, method, .. } = self;
        let path = operation.example_path();
        let content = match *method {
            "get" | "delete" => Content::None,
            _ => Content::Json(json!({})),
        };
        let answer = if operation.plane() == Plane::ClientCredentials {
            attempt.exchange(Role::Request, operation.id, Credentials::Token, method, &path, content).await?
        } else {
            attempt.without_opening();
            attempt.call_with(Role::Request, &Who::Admin, method, &path, content).await?
        };
        NOT_ALLOWED.judge(attempt, operation, &answer, None)?;
        self.allow(attempt, &answer);
        Ok(())
    }

    /// A 405 names the methods that the path has (RFC 9110 section 15.5.6).
    fn allow(&self, attempt: &mut Attempt, answer: &Answer) {
        if answer.status != 405 {
            return;
        }
        let wanted = self.allowed.join(", ");
        let Some(header) = answer.header("allow") else {
            return attempt.differs("header allow", wanted, "no such header");
        };
        let names: Vec<&str> = header.split(',').map(str::trim).collect();
        let missing = self.allowed.iter().any(|method| !names.contains(&method.as_str()));
        let allowed = |name: &&str| self.allowed.iter().any(|method| method == name);
        let surplus = names.iter().any(|name| !allowed(name) && !matches!(*name, "" | "HEAD" | "OPTIONS"));
        let refused = names.contains(&self.method.to_uppercase().as_str());
        // In a path that has more methods than the reference, more may be named.
        if refused || (attempt.is_extended() && (missing || surplus)) {
            attempt.differs("header allow", wanted, header);
        }
    }
}

impl Check for Method {
    fn run<'a>(&'a self, attempt: &'a mut Attempt) -> Steps<'a> {
        Box::pin(self.steps(attempt))
    }
}
