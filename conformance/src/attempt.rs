//! One attempt at a case: talks to the target, records exchanges and differences, and revokes what it made.

mod admin;
mod credentials;
mod demand;
mod halt;
mod shared;
mod strangers;

use std::{
    collections::{HashMap, hash_map::RandomState},
    hash::{BuildHasher, Hasher},
    sync::Arc,
    time::Instant,
};

use serde_json::{Value, json};
use tokio::sync::{Mutex, OnceCell};

use crate::{
    case::{CaseInfo, Mismatch, Stop},
    document::{Document, Operation, Response},
    exchange::{Answer, Exchange, Role},
    http::{Content, Credentials, Http},
    oracle::{self, Difference, Expected, Format},
    target::{Profile, Secret, Tokens},
};
use admin::Changed;
pub(crate) use admin::{Administrator, LOGIN, TRANSACTION, Who, session_id};
pub(crate) use credentials::Certificate;
pub(crate) use halt::{Halt, STOPPED};
pub(crate) use shared::{Shared, Spoiled};
pub(crate) use strangers::Strangers;

/// What all attempts of a run share.
#[derive(Debug)]
pub(crate) struct Run {
    pub(crate) http: Http,
    pub(crate) document: Arc<Document>,
    pub(crate) profile: Profile,
    /// The administrator, with the session that the cases share.
    pub(crate) admin: Option<Administrator>,
    /// Held by whoever changes the configuration, of which there is one.
    pub(crate) configuration: Mutex<()>,
    /// The certificate of the cases that only read one.
    pub(crate) certificate: OnceCell<Arc<Certificate>>,
    /// Access tokens that are not the run's own.
    pub(crate) tokens: Tokens,
    /// Credentials that cases share which change nothing, by their collection.
    pub(crate) shared: Mutex<HashMap<&'static str, Shared>>,
    /// Those that a case found changed, or changed against expectation.
    pub(crate) spoiled: Mutex<Vec<Spoiled>>,
    /// Another tenant with clients, once one is needed.
    pub(crate) strangers: OnceCell<Result<Strangers, String>>,
    /// Whether the run is to end early.
    pub(crate) halt: Halt,
}

/// Credentials that the attempt made.
#[derive(Debug, Clone)]
pub(crate) struct Made {
    operation: Operation,
    /// The body of the answer that told of them.
    pub(crate) body: Value,
}

/// The state of one attempt.
#[derive(Debug)]
pub(crate) struct Attempt {
    run: Arc<Run>,
    /// What is checked.
    case: CaseInfo,
    pub(crate) exchanges: Vec<Exchange>,
    pub(crate) mismatches: Vec<Mismatch>,
    pub(crate) left_behind: Vec<String>,
    pub(crate) suffix: String,
    made: Vec<Made>,
    /// Texts by which credentials are found in a list that is too long to be kept, besides the suffix.
    sought: Vec<String>,
    changed: Changed,
    /// Whether all is done but the cleanup.
    cleaning: bool,
    /// Whether the last request was not answered.
    unanswered: bool,
    /// A request that may change something and is not answered yet.
    pending: Option<String>,
}

impl Attempt {
    pub(crate) fn new(run: Arc<Run>, case: CaseInfo) -> Self {
        Self {
            run,
            case,
            exchanges: Vec::new(),
            mismatches: Vec::new(),
            left_behind: Vec::new(),
            suffix: random_suffix(),
            made: Vec::new(),
            sought: Vec::new(),
            changed: Changed::default(),
            cleaning: false,
            unanswered: false,
            pending: None,
        }
    }

    /// Makes one exchange. `id` fills the path's parameter.
    pub(crate) async fn send(
        &mut self,
        role: Role,
        operation: &Operation,
        id: Option<&str>,
        body: Option<Value>,
    ) -> Result<Answer, Stop> {
        let path = operation.path.replace("{id}", id.unwrap_or("{id}"));
        let content = body.map_or(Content::None, Content::Json);
        self.exchange(role, operation.id, Credentials::Token, operation.method, &path, content).await
    }

    /// Makes one exchange. Without an operation's id the document tells which operation it is.
    pub(crate) async fn exchange(
        &mut self,
        role: Role,
        operation: &str,
        credentials: Credentials<'_>,
        method: &str,
        path: &str,
        content: Content,
    ) -> Result<Answer, Stop> {
        if self.cleaning && self.unanswered {
            return Err(Stop::Error("not tried, since a request before it was not answered".to_owned()));
        }
        if !self.cleaning && self.run.halt.is_called() {
            return Err(Stop::Skip(STOPPED.to_owned()));
        }
        let (start, own) = (Instant::now(), self.own());
        if method != "get" {
            self.pending = Some(format!("{} {path}", method.to_uppercase()));
        }
        let sent = self.run.http.send(credentials, method, path, content, &own).await;
        self.pending = None;
        let duration = start.elapsed();
        self.unanswered = sent.is_err();
        let (request, answer) = sent.map_err(Stop::Error)?;
        let operation = match operation {
            "" => self.run.document.operation_at(method, path).map_or("", |operation| operation.id),
            id => id,
        };
        self.exchanges.push(Exchange {
            role,
            operation: operation.to_owned(),
            request,
            answer: answer.excerpt(),
            focus: None,
            duration,
        });
        Ok(answer)
    }

    /// Whether the document has a read of this path.
    pub(crate) fn has_read(&self, path: &str) -> bool {
        self.run.document.operation_at("get", path).is_some()
    }

    /// The run's access token, if it has one.
    pub(crate) fn token(&self) -> Option<Secret> {
        self.run.http.token().cloned()
    }

    /// Texts by which what the case looks for is found in a list.
    fn own(&self) -> Vec<String> {
        self.sought.iter().chain([&self.suffix]).cloned().collect()
    }

    /// From now on lists are searched for these credentials, whoever made them.
    pub(crate) fn seek(&mut self, credentials: &Value) {
        let text = |name: &str| Some(credentials.get(name).filter(|text| text.is_string())?.to_string());
        let unique: Vec<_> = ["id", "username", "serialNumber"].into_iter().filter_map(text).collect();
        // Many certificates may have the same common name.
        let texts = if unique.is_empty() { text("commonName").into_iter().collect() } else { unique };
        self.sought.extend(texts);
    }

    /// Compares the last answer with what is expected and records all differences.
    pub(crate) fn judge(&mut self, expected: &Expected, answer: &Answer) {
        let differences = oracle::judge(&self.run.document, self.run.profile, expected, answer);
        self.record(differences);
    }

    /// Records differences in the last exchange.
    pub(crate) fn record(&mut self, differences: impl IntoIterator<Item = Difference>) {
        let exchange = self.exchanges.len().saturating_sub(1);
        self.mismatches.extend(differences.into_iter().map(|difference| {
            let Difference { at, requirement, pointer, expected, actual } = difference;
            Mismatch { exchange, at, requirement, pointer, expected, actual }
        }));
    }

    /// Records one difference, after which the case can't go on.
    fn stop<T>(&mut self, difference: Difference) -> Result<T, Stop> {
        self.record([difference]);
        Err(Stop::Failed)
    }

    /// Remembers what has to be revoked when the case has ended: whatever a create operation made, be its status the
    /// documented one or not.
    pub(crate) fn remember(&mut self, operation: &Operation, answer: &Answer) -> Option<Made> {
        let creates = self.run.document.create_of(operation).is_some_and(|create| create.id == operation.id);
        let accepted = creates && (200..300).contains(&answer.status);
        let body = answer.json().filter(|body| accepted && body.is_object())?.clone();
        self.seek(&body);
        let made = Made { operation: operation.clone(), body };
        self.made.push(made.clone());
        Some(made)
    }

    /// Remembers what the case needs; it goes on only if that was made as documented.
    fn prepared(&mut self, create: &Operation, answer: &Answer) -> Result<Made, Stop> {
        let (made, success) = (self.remember(create, answer), create.success());
        let documented = |_: &Made| success.as_ref().is_none_or(|success| success.status == answer.status);
        match made.filter(documented) {
            Some(made) => Ok(made),
            None => self.stop(unprepared(success.as_ref(), answer)),
        }
    }

    /// Makes credentials for `operation` to work on: the documented request with the fewest properties.
    pub(crate) async fn prepare(&mut self, operation: &Operation) -> Result<Made, Stop> {
        let document = Arc::clone(&self.run.document);
        let create = document.create_of(operation);
        let examples = create.map(Operation::request_examples).unwrap_or_default();
        let size = |value: &Value| value.as_object().map_or(0, serde_json::Map::len);
        let example =
            examples.iter().filter(|example| !example.extension).min_by_key(|example| size(example.value()));
        let (Some(create), Some(example)) = (create, example) else {
            return Err(Stop::Error(format!(
                "the document does not tell how to prepare {}",
                operation.title()
            )));
        };
        let answer = self.send(Role::Prepare, create, None, Some(example.value().clone())).await?;
        self.prepared(create, &answer)
    }

    /// Finds credentials in their list.
    pub(crate) async fn find(&mut self, role: Role, made: &Made) -> Result<Value, Stop> {
        let document = Arc::clone(&self.run.document);
        let list = document.list_of(&made.operation);
        let (Some(list), Some(success)) = (list, list.and_then(Operation::success)) else {
            return Err(Stop::Error(format!("the document has no list beside {}", made.operation.title())));
        };
        let answer = self.send(role, list, None, None).await?;
        self.pick(&answer, made, &success)
    }

    /// Names of the properties that the list documents of credentials.
    pub(crate) fn listed_properties(&self, made: &Made) -> Vec<&'static str> {
        let list = self.run.document.list_of(&made.operation).and_then(Operation::success);
        let schema = list.and_then(|list| list.content()?.1.get("schema")?.get("items")?.get("properties"));
        schema
            .map(|properties| properties.children())
            .unwrap_or_default()
            .into_iter()
            .map(|(name, _)| name)
            .collect()
    }

    /// Picks credentials from the list that the last answer is.
    pub(crate) fn pick(&mut self, answer: &Answer, made: &Made, response: &Response) -> Result<Value, Stop> {
        let items = answer.json().and_then(Value::as_array);
        let found = items.and_then(|items| items.iter().find(|item| is_same(&made.body, item)));
        if let Some(exchange) = self.exchanges.last_mut() {
            exchange.focus = found.cloned();
        }
        match found {
            Some(item) => Ok(item.clone()),
            None => self.stop(Difference {
                at: "body".to_owned(),
                requirement: "The list has the credentials that this case made.".to_owned(),
                pointer: response.pointer().to_owned(),
                expected: "an item with their id, username or serial number".to_owned(),
                actual: items.map_or("no list".to_owned(), |items| format!("{} other items", items.len())),
            }),
        }
    }

    /// The id of credentials, from the answer that told of them or else from the list.
    pub(crate) async fn id_of(&mut self, role: Role, made: &Made) -> Result<String, Stop> {
        if let Some(id) = path_id(&made.body) {
            return Ok(id);
        }
        let item = self.find(role, made).await?;
        let list = self.run.document.list_of(&made.operation).and_then(Operation::success);
        match path_id(&item) {
            Some(id) => Ok(id),
            None => self.stop(Difference {
                at: "body".to_owned(),
                requirement: "Credentials in the list have an id.".to_owned(),
                pointer: list.map(|list| list.pointer().to_owned()).unwrap_or_default(),
                expected: "an id".to_owned(),
                actual: "none that fits into a path".to_owned(),
            }),
        }
    }

    /// Revokes what the case made; there is no operation that deletes. Takes changes of the configuration back.
    pub(crate) async fn clean(&mut self) {
        // What goes wrong here is told as left behind. It does not change the verdict.
        let differences = self.mismatches.len();
        self.begin_cleanup();
        // What is not done yet stays there, for `abandon`.
        while let Some(made) = self.made.first().cloned() {
            self.seek(&made.body);
            if let Err(reason) = self.revoke(&made).await {
                self.left_behind.push(format!("made by {}: {reason}", made.operation.title()));
            }
            self.made.remove(0);
        }
        self.restore().await;
        self.mismatches.truncate(differences);
    }

    /// From now on requests take something back. One that hangs is waited for once more, not for everything that there
    /// is to take back.
    fn begin_cleanup(&mut self) {
        if let Some(request) = self.pending.take() {
            self.left_behind.push(format!(
                "perhaps what {request} made, which was not answered when the run was stopped"
            ));
        }
        (self.cleaning, self.unanswered) = (true, false);
    }

    /// Tells what there is no time any more to take back.
    pub(crate) fn abandon(&mut self) {
        let made = std::mem::take(&mut self.made);
        let made = made.iter().map(|made| format!("made by {}", made.operation.title()));
        let told = made.chain(self.changed.told()).map(|what| format!("{what}: {STOPPED}"));
        self.left_behind.extend(told);
    }

    async fn revoke(&mut self, made: &Made) -> Result<(), String> {
        let document = Arc::clone(&self.run.document);
        let revoke = document.revoke_of(&made.operation).ok_or("the document has no way to revoke them")?;
        let told = |stop| match stop {
            Stop::Failed => "their id is not in the list".to_owned(),
            Stop::Skip(reason) | Stop::Error(reason) => reason,
        };
        let id = self.id_of(Role::Cleanup, made).await.map_err(told)?;
        let body = Some(json!({"state": "Revoked"}));
        let answer = self.send(Role::Cleanup, revoke, Some(&id), body).await.map_err(told)?;
        let success = revoke.success().is_some_and(|success| success.status == answer.status);
        if success { Ok(()) } else { Err(format!("id {id}: {} answered {}", revoke.title(), answer.status)) }
    }
}

fn unprepared(success: Option<&Response>, answer: &Answer) -> Difference {
    Difference {
        at: "status".to_owned(),
        requirement: "The credentials that this case needs can be made.".to_owned(),
        pointer: success.map(|success| success.pointer().to_owned()).unwrap_or_default(),
        expected: success.map(|success| format!("{} with a JSON object", success.status)).unwrap_or_default(),
        actual: answer.told_status(),
    }
}

/// Whether a list's item is what an answer told of: the same id, or without one the same of all that doesn't change.
fn is_same(made: &Value, item: &Value) -> bool {
    if let (Some(left), Some(right)) = (made.get("id"), item.get("id")) {
        return left == right;
    }
    let changing = |value: &Value| value.as_str().is_some_and(|text| Format::DateTime.fits(text));
    let members = made.as_object().into_iter().flatten();
    let members = members.filter(|(name, value)| *name != "state" && !changing(value));
    let mut shared = members.filter_map(|(name, value)| Some((value, item.get(name)?))).peekable();
    shared.peek().is_some() && shared.all(|(left, right)| left == right)
}

/// An id that can stand in a path as it is.
fn path_id(body: &Value) -> Option<String> {
    let id = body.get("id")?.as_str()?;
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'~');
    (!id.is_empty() && id.bytes().all(plain)).then(|| id.to_owned())
}

/// Something that no other attempt has. The standard library's hash keys are random.
pub(crate) fn random_suffix() -> String {
    let number = RandomState::new().build_hasher().finish();
    format!("{number:016x}")
}
