//! Content types: JSON is read, anything else is refused.

use crate::{
    attempt::Attempt,
    case::{Case, Check, Kind, Level, Plane, Steps, Stop},
    cases::{
        derive::Rule,
        refusal::{Refusal, Site},
    },
    document::{Document, Operation},
    exchange::Role,
    http::{Content, Credentials},
};

/// The reference names the media type; with what another one is refused, it leaves open.
const UNSUPPORTED: Refusal = Refusal { status: 415, others: &[400, 406], error: "UnsupportedMediaType" };

/// Some content types, and what comes of them.
#[derive(Clone, Copy)]
struct Types {
    /// The end of the id.
    what: &'static str,
    names: &'static [Option<&'static str>],
    /// Whether they are accepted.
    good: bool,
    /// Whether the reference lacks the rule.
    ours: bool,
}

const OTHER: Types = Types {
    what: "content-type-other",
    names: &[Some("text/plain"), Some("application/xml"), Some("application/x-www-form-urlencoded")],
    good: false,
    ours: false,
};
const MISSING: Types = Types { what: "content-type-missing", names: &[None], good: false, ours: true };
const OTHER_CHARSET: Types = Types {
    what: "content-type-charset-other",
    names: &[Some("application/json; charset=latin1")],
    good: false,
    ours: true,
};
const CHARSET: Types = Types {
    what: "content-type-charset",
    names: &[Some("application/json; charset=utf-8"), Some("Application/JSON;charset=UTF-8")],
    good: true,
    ours: false,
};

/// The cases of all operations with a body.
pub(super) fn cases(document: &Document) -> Vec<Case> {
    let operations = document.operations().iter();
    let operations = operations.filter(|operation| operation.request_schema().is_some());
    operations
        .flat_map(|operation| [OTHER, MISSING, OTHER_CHARSET, CHARSET].map(|types| case(operation, types)))
        .collect()
}

fn case(operation: &Operation, Types { what, names: types, good, ours }: Types) -> Case {
    let in_reference = operation.plane() == Plane::ClientCredentials;
    // What a configuration's object must be unique in, a second one would repeat.
    let types = if good && !in_reference { types.get(1..).unwrap_or(types) } else { types };
    let name = |name: &Option<&str>| name.map_or("no content type".to_owned(), |name| format!("`{name}`"));
    let names: Vec<String> = types.iter().map(name).collect();
    let answered = if good { "is accepted" } else { "is answered with 415 and changes nothing" };
    let rule = Rule {
        what: what.to_owned(),
        kind: Kind::Protocol,
        // That parameters and the case of letters don't matter, RFC 9110 section 8.3.1 says.
        // With what another media type than the documented one is refused, no sentence of the reference says.
        level: if good || (in_reference && !ours) { Level::Should } else { Level::Must },
        requirement: format!("with {} {answered}.", names.join(", ")),
        pointer: format!("{}/requestBody", operation.pointer()),
        extension: ours || !in_reference,
    };
    let operation_of = operation.clone();
    if good {
        rule.into_case(operation, Read { operation: operation_of, types })
    } else {
        rule.into_case(operation, Unread { operation: operation_of, types })
    }
}

/// Content types that are refused.
struct Unread {
    operation: Operation,
    types: &'static [Option<&'static str>],
}

/// Content types that are JSON.
struct Read {
    operation: Operation,
    types: &'static [Option<&'static str>],
}

impl Unread {
    async fn steps(&self, attempt: &mut Attempt) -> Result<(), Stop> {
        let Self { operation, types } = self;
        let example = operation.request_examples().into_iter().next();
        let good = example.map(|example| example.value().clone()).unwrap_or_default();
        let site = Site::open(attempt, operation, good).await?;
        for content_type in *types {
            let content = Content::Raw(*content_type, site.body.to_string().into_bytes());
            let answer = site.send(attempt, content).await?;
            UNSUPPORTED.judge(attempt, operation, &answer, None)?;
        }
        site.unchanged(attempt).await
    }
}

impl Read {
    async fn steps(&self, attempt: &mut Attempt) -> Result<(), Stop> {
        let Self { operation, types } = self;
        // The smallest request: nothing in it must be unique.
        let examples = operation.request_examples();
        let example = examples.iter().min_by_key(|example| example.value().to_string().len());
        let good = example.map(|example| example.value().clone()).unwrap_or_default();
        for content_type in *types {
            let raw = |body: &serde_json::Value| Content::Raw(*content_type, body.to_string().into_bytes());
            let answer = if operation.plane() == Plane::Configuration {
                let site = Site::open_all(attempt, operation, good.clone()).await?;
                site.send(attempt, raw(&site.body)).await?
            } else {
                let path = match operation.path_example() {
                    Some(_) => {
                        let made = attempt.prepare(operation).await?;
                        operation.path.replace("{id}", &attempt.id_of(Role::Prepare, &made).await?)
                    }
                    None => operation.path.to_owned(),
                };
                let (token, method) = (Credentials::Token, operation.method);
                let sent =
                    attempt.exchange(Role::Request, operation.id, token, method, &path, raw(&good)).await?;
                attempt.remember(operation, &sent);
                let open = operation.id.ends_with("_update_state") && !attempt.is_extended();
                if sent.status == 400 && open && refused_as_well(attempt, operation, &path, &good).await? {
                    continue;
                }
                sent
            };
            attempt.status(&answer, operation.success().map_or(200, |success| success.status))?;
        }
        Ok(())
    }
}

/// Which states new credentials can be brought to, the reference leaves open: whether the usual content type is refused
/// just so.
async fn refused_as_well(
    attempt: &mut Attempt,
    operation: &Operation,
    path: &str,
    body: &serde_json::Value,
) -> Result<bool, Stop> {
    let (token, content) = (Credentials::Token, Content::Json(body.clone()));
    let plain = attempt.exchange(Role::Observe, operation.id, token, operation.method, path, content).await?;
    Ok(plain.status == 400)
}

impl Check for Unread {
    fn run<'a>(&'a self, attempt: &'a mut Attempt) -> Steps<'a> {
        Box::pin(self.steps(attempt))
    }
}

impl Check for Read {
    fn run<'a>(&'a self, attempt: &'a mut Attempt) -> Steps<'a> {
        Box::pin(self.steps(attempt))
    }
}
