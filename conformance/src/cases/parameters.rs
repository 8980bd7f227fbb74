//! Parameters in paths and queries: ids that can't be, and values that break the document's rules or just keep them.

use serde_json::Value;

use super::{
    derive::Rule,
    refusal::{BAD_VALUE, Refusal},
};
use crate::{
    attempt::{Attempt, Who},
    case::{Case, Check, Kind, Level, Plane, Steps, Stop},
    document::{Document, Node, Operation},
    exchange::{Answer, Role},
    http::{Content, Credentials},
};

/// Segments of a path that are the id of nothing, as they are sent. None is a dot segment, which clients resolve.
const MALFORMED: [&str; 8] =
    ["EFH63SAD72G0SGGO3S5A", "x", "..%2fstate", "%00", "%F0%9F%94%91", "%ff", "a%20b", "%27%20OR%201%3D1--"];

/// The reference has 404 for what is not found or denied, and 400 for what is invalid; HTTP has 414 for a long path.
const NO_SUCH_ID: Refusal = Refusal { status: 404, others: &[400, 403, 414], error: "NotFound" };

const LAST_EVENT: &str = "Last-Event-ID";

/// Values of the header that are no event's id.
const NO_EVENTS: [&str; 5] = ["x", "-1", "1.5", "1 2", "1234567890123456789"];

/// The cases of all operations with parameters.
pub(super) fn cases(document: &Document) -> Vec<Case> {
    document.operations().iter().flat_map(of_operation).collect()
}

fn of_operation(operation: &Operation) -> Vec<Case> {
    let mut cases = Vec::new();
    if let Some((_, parameter)) = operation.path_example() {
        cases.push(malformed(operation, &parameter));
    }
    if let Some(parameter) = operation.parameters().iter().find(|node| node.str("name") == Some(LAST_EVENT)) {
        cases.push(last_event(operation, parameter));
    }
    let in_query: Vec<Node> =
        operation.parameters().into_iter().filter(|node| node.str("in") == Some("query")).collect();
    for parameter in &in_query {
        let name = parameter.str("name").unwrap_or_default();
        let (bad, good) = values(parameter);
        let refused: Vec<String> = bad.iter().map(|value| format!("{name}={value}")).collect();
        if !refused.is_empty() {
            cases.push(query(operation, parameter, "wrong", refused, false));
        }
        let twice = format!("{name}={0}&{name}={0}", good.first().map_or("a", String::as_str));
        cases.push(query(operation, parameter, "twice", vec![twice], false));
        let accepted: Vec<String> = good.iter().map(|value| format!("{name}={value}")).collect();
        // What the kinds of login do has cases of its own.
        if operation.id != "authentication_login" {
            cases.push(query(operation, parameter, "right", accepted, true));
        }
    }
    if let Some(first) = in_query.first() {
        let unknown = vec!["conformance_unknown=1".to_owned()];
        let mut case = query(operation, first, "unknown", unknown, false);
        case.info.pointer = operation.pointer().to_owned();
        case.info.requirement = format!(
            "{} with a parameter in the query that is not documented is answered with 400.",
            operation.title()
        );
        case.info.id = case
            .info
            .id
            .rsplit_once("::")
            .map_or(String::new(), |(topic, _)| format!("{topic}::query-unknown"));
        cases.push(case);
    }
    cases
}

/// Values that a parameter must not have, and some that it may, as they stand in a query.
fn values(parameter: &Node) -> (Vec<String>, Vec<String>) {
    let Some(schema) = parameter.get("schema").map(|schema| schema.resolved()) else {
        return (Vec::new(), Vec::new());
    };
    let example = parameter.value().get("example").map(|example| match example {
        Value::String(text) => text.replace('+', "%2B"),
        other => other.to_string(),
    });
    let (mut bad, mut good) = (Vec::new(), Vec::from_iter(example));
    if schema.str("type") == Some("integer") {
        let bound = |name| schema.number(name).map(|number| number as i64);
        bad.extend(["x", "", "1.5", "99999999999999999999", "1e1"].map(str::to_owned));
        bad.extend(bound("minimum").map(|least| (least - 1).to_string()));
        bad.extend(bound("maximum").map(|most| (most + 1).to_string()));
        good.extend(
            [bound("minimum"), bound("maximum")].into_iter().flatten().map(|bound| bound.to_string()),
        );
    } else if !schema.names("enum").is_empty() {
        bad.extend(["Unknown", "", "%00"].map(str::to_owned));
        good = schema.names("enum").into_iter().map(str::to_owned).collect();
    } else if schema.str("pattern").is_some() {
        bad.extend(["", "%00", "%C3%BC:@"].map(str::to_owned));
        bad.extend(schema.number("maxLength").map(|most| "7".repeat(most as usize + 1)));
    } else if schema.str("format") == Some("date-time") {
        bad.extend(["yesterday", "2026-02-30T00:00:00Z", "7"].map(str::to_owned));
    }
    (bad, good)
}

fn malformed(operation: &Operation, parameter: &Node) -> Case {
    let rule = Rule {
        what: "malformed-id".to_owned(),
        kind: Kind::Identity,
        level: Level::Must,
        requirement: "with an id in the path that no object can have is answered with 404.".to_owned(),
        pointer: parameter.pointer_to("schema"),
        extension: false,
    };
    rule.into_case(operation, MalformedId(operation.clone()))
}

fn last_event(operation: &Operation, parameter: &Node) -> Case {
    let rule = Rule {
        what: "last-event-id-wrong".to_owned(),
        kind: Kind::Input,
        level: Level::Must,
        requirement: format!(
            "with `{LAST_EVENT}` that is no number of up to 18 digits is answered with 400."
        ),
        pointer: parameter.pointer_to("schema"),
        extension: true,
    };
    let mut case = rule.into_case(operation, LastEvent(operation.clone()));
    case.info.note =
        Some(format!("The requests have the header `{LAST_EVENT}` with: {}.", NO_EVENTS.join(", ")));
    case
}

fn query(operation: &Operation, parameter: &Node, what: &str, queries: Vec<String>, good: bool) -> Case {
    let name = parameter.str("name").unwrap_or_default();
    let said = match (good, what) {
        (true, _) => {
            format!("with each of the documented values of `{name}` in the query is answered with 200.")
        }
        (_, "twice") => format!("with `{name}` twice in the query is answered with 400."),
        _ => format!("with a value of `{name}` in the query that is not allowed is answered with 400."),
    };
    let rule = Rule {
        what: format!("query-{name}-{what}"),
        kind: Kind::Input,
        level: Level::Must,
        requirement: said,
        pointer: parameter.pointer_to("schema"),
        extension: true,
    };
    rule.into_case(operation, Query { operation: operation.clone(), queries, good })
}

/// Ids that can't be.
struct MalformedId(Operation);

impl MalformedId {
    async fn steps(&self, attempt: &mut Attempt) -> Result<(), Stop> {
        let Self(operation) = self;
        let body = operation.request_examples().first().map(|example| example.value().clone());
        let long = "a".repeat(300);
        for id in MALFORMED.into_iter().chain([long.as_str()]) {
            let (start, end) = operation.path.split_once('{').unwrap_or((operation.path, ""));
            let end = end.split_once('}').map_or("", |(_, end)| end);
            let path = operation.fill(&format!("{start}{id}{end}"));
            let content = body.clone().map_or(Content::None, Content::Json);
            let answer = if operation.plane() == Plane::ClientCredentials {
                let (token, method) = (Credentials::Token, operation.method);
                attempt.exchange(Role::Request, operation.id, token, method, &path, content).await?
            } else {
                attempt.call_with(Role::Request, &Who::Admin, operation.method, &path, content).await?
            };
            NO_SUCH_ID.judge(attempt, operation, &answer, None)?;
        }
        Ok(())
    }
}

/// Queries that are refused, or accepted.
struct Query {
    operation: Operation,
    queries: Vec<String>,
    good: bool,
}

impl Query {
    async fn steps(&self, attempt: &mut Attempt) -> Result<(), Stop> {
        let Self { operation, queries, good } = self;
        for query in queries {
            let path = format!("{}?{query}", operation.path);
            let answer = self.send(attempt, &path).await?;
            if *good {
                attempt.status(&answer, 200)?;
                attempt.documented(operation.id, &answer);
            } else {
                BAD_VALUE.judge(attempt, operation, &answer, None)?;
            }
        }
        Ok(())
    }
}

impl Query {
    async fn send(&self, attempt: &mut Attempt, path: &str) -> Result<Answer, Stop> {
        let Operation { id, method, .. } = self.operation;
        if self.operation.plane() == Plane::ClientCredentials {
            return attempt
                .exchange(Role::Request, id, Credentials::Token, method, path, Content::None)
                .await;
        }
        let who = match self.operation.security().first() {
            Some(&"Basic") => {
                let admin = attempt.admin()?;
                Who::Password(admin.user, admin.password)
            }
            _ => Who::Admin,
        };
        attempt.call(Role::Request, &who, method, path, None).await
    }
}

/// Ids of events that can't be.
struct LastEvent(Operation);

impl LastEvent {
    async fn steps(&self, attempt: &mut Attempt) -> Result<(), Stop> {
        let Operation { id, method, path, .. } = self.0;
        for event in NO_EVENTS {
            let credentials = Credentials::TokenAfter(event);
            let answer =
                attempt.exchange(Role::Request, id, credentials, method, path, Content::None).await?;
            BAD_VALUE.judge(attempt, &self.0, &answer, None)?;
        }
        Ok(())
    }
}

impl Check for LastEvent {
    fn run<'a>(&'a self, attempt: &'a mut Attempt) -> Steps<'a> {
        Box::pin(self.steps(attempt))
    }
}

impl Check for MalformedId {
    fn run<'a>(&'a self, attempt: &'a mut Attempt) -> Steps<'a> {
        Box::pin(self.steps(attempt))
    }
}

impl Check for Query {
    fn run<'a>(&'a self, attempt: &'a mut Attempt) -> Steps<'a> {
        Box::pin(self.steps(attempt))
    }
}
