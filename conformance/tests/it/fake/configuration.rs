//! The configuration API as its reference has it, without any extension: sessions, one transaction, alerts, trust stores.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{Call, Reply, example, trust_stores};

/// The administrator: user name and password.
pub(crate) const ADMIN: (&str, &str) = ("admin", "opensesame");

const ALERTING: &str = "/api/configuration/alerting";
pub(super) const TRUST_STORES: &str = "/api/configuration/trust_stores";
const NAMESPACES: [&str; 6] = ["aaa", "alerting", "datetime", "management", "trust_stores", "x509"];

/// A rule that is not kept.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Weakness {
    #[default]
    None,
    /// Several sessions change the configuration at once.
    NoLock,
    /// Changes are there before the commit.
    NoIsolation,
    /// A commit forgets the changes.
    NoCommit,
    /// The end of a transaction leaves its changes.
    NoRollback,
    /// Only an explicit request opens a transaction.
    NoAutomaticTransaction,
    /// `crl_urls` may be anything with any `revocation_check`.
    NoRevocationRule,
    /// Names may be taken.
    NoUniqueNames,
    /// The built-in trust store can be changed.
    BuiltInChanges,
}

/// Path and body of each object.
type Objects = BTreeMap<String, Value>;

#[derive(Debug, Default)]
pub(super) struct Configuration {
    pub(super) weakness: Weakness,
    committed: Objects,
    sessions: usize,
    /// The cookie of the session that it belongs to, and what would be committed.
    transaction: Option<(String, Objects)>,
    keys: usize,
}

impl Configuration {
    pub(super) fn new(weakness: Weakness) -> Self {
        let mut committed = Objects::new();
        for name in ["system", "traffic"] {
            let body = example(&format!("{name}-alerts"))["body"].take();
            committed.insert(format!("{ALERTING}/{name}_alerts"), body);
        }
        let built_in = example("trust-stores-list")["items"][0]["body"].take();
        committed.insert(format!("{TRUST_STORES}/-7001"), built_in);
        Self { weakness, committed, ..Self::default() }
    }

    pub(super) fn has_transaction(&self) -> bool {
        self.transaction.is_some()
    }

    pub(super) fn committed(&self) -> Vec<(String, Value)> {
        self.committed.clone().into_iter().collect()
    }

    pub(super) fn answer(&mut self, call: &Call) -> Reply {
        let (path, method) = (call.path.as_str(), call.method.as_str());
        match (method, path) {
            ("GET", "/api/authentication") => return self.log_in(call),
            ("GET", "/api/authentication?type=x509") => return failure(401, "AuthenticationFailure", path),
            ("GET", "/api/authentication/types") => {
                let meta = json!({"href": path, "parent": "/api/authentication"});
                return Reply::json(200, json!({"types": ["basic"], "meta": meta}));
            }
            _ => {}
        }
        let number =
            call.cookie.strip_prefix("session_id=").and_then(|id| usize::from_str_radix(id, 16).ok());
        if !number.is_some_and(|number| (1..=self.sessions).contains(&number)) {
            return failure(401, "Unauthenticated", path);
        }
        match path {
            "/api/transaction" => self.transaction(call),
            "/api/transaction/changes" => self.changes(call),
            _ => self.object(call),
        }
    }

    fn log_in(&mut self, call: &Call) -> Reply {
        // admin:opensesame
        if call.authorization != "Basic YWRtaW46b3BlbnNlc2FtZQ==" {
            return failure(401, "AuthenticationFailure", &call.path);
        }
        self.sessions += 1;
        let mut reply = Reply::json(200, json!({"meta": {"href": "/api/authentication", "parent": "/api"}}));
        let id = format!("{:040x}", self.sessions);
        reply.cookie =
            Some(format!("session_id={id}; expires=Wed, 25 Nov 2026 02:10:57 GMT; Path=/; HttpOnly"));
        reply
    }

    fn is_mine(&self, call: &Call) -> bool {
        self.transaction.as_ref().is_some_and(|(cookie, _)| *cookie == call.cookie)
    }

    fn is_locked(&self, call: &Call) -> bool {
        self.transaction.is_some() && !self.is_mine(call) && self.weakness != Weakness::NoLock
    }

    fn open(&mut self, call: &Call) {
        if !self.is_mine(call) {
            self.transaction = Some((call.cookie.clone(), self.committed.clone()));
        }
    }

    fn transaction(&mut self, call: &Call) -> Reply {
        let status = match call.method.as_str() {
            "GET" => 200,
            "POST" | "PUT" | "DELETE" if self.is_locked(call) => {
                return failure(409, "Locked", &call.path);
            }
            "POST" => {
                self.open(call);
                201
            }
            "PUT" => {
                if let Some((_, objects)) = self.transaction.take()
                    && self.weakness != Weakness::NoCommit
                {
                    self.committed = objects;
                }
                201
            }
            "DELETE" => {
                if let Some((_, objects)) = self.transaction.take()
                    && self.weakness == Weakness::NoRollback
                {
                    self.committed = objects;
                }
                return Reply::json(200, json!({"meta": {"href": "/api/transaction", "parent": "/api"}}));
            }
            _ => return failure(405, "MethodNotAllowed", &call.path),
        };
        let mut meta = json!({"href": "/api/transaction", "parent": "/api"});
        if self.is_mine(call) {
            meta["remaining_seconds"] = json!(600);
            if !self.difference().is_empty() {
                meta["changes"] = json!("/api/transaction/changes");
            }
        }
        let status_word = if self.is_mine(call) { "open" } else { "closed" };
        let body = json!({"commit_message": "optional", "status": status_word});
        let transaction = json!({"status": status_word});
        Reply::json(
            status,
            json!({"body": body, "key": "transaction", "meta": meta, "transaction": transaction}),
        )
    }

    fn changes(&self, call: &Call) -> Reply {
        let meta =
            json!({"href": call.path, "parent": "/api/transaction", "transaction": "/api/transaction"});
        let changes = if self.is_mine(call) { self.difference() } else { Vec::new() };
        Reply::json(200, json!({"changes": changes, "meta": meta}))
    }

    fn difference(&self) -> Vec<Value> {
        let Some((_, staged)) = &self.transaction else { return Vec::new() };
        let old = |path: &String| self.committed.get(path);
        let new =
            staged.iter().filter(|(path, body)| old(path) != Some(body)).map(|(path, body)| {
                match old(path) {
                    Some(old) => {
                        json!({"type": "replace", "path": path, "new_value": body, "old_value": old})
                    }
                    None => json!({"type": "create", "path": path, "new_value": body}),
                }
            });
        let gone = self.committed.iter().filter(|(path, _)| !staged.contains_key(*path));
        let gone = gone.map(|(path, body)| json!({"type": "delete", "path": path, "old_value": body}));
        new.chain(gone).collect()
    }

    /// What a session sees.
    fn view(&self, call: &Call) -> &Objects {
        match &self.transaction {
            Some((_, staged)) if self.is_mine(call) || self.weakness == Weakness::NoIsolation => staged,
            _ => &self.committed,
        }
    }

    fn object(&mut self, call: &Call) -> Reply {
        let there = self.view(call).contains_key(&call.path);
        let collection = call.path == TRUST_STORES;
        match call.method.as_str() {
            "GET" if there => {
                let body = self.view(call)[&call.path].clone();
                let key = call.path.rsplit('/').next();
                Reply::json(200, json!({"body": body, "key": key, "meta": self.meta(call, &call.path)}))
            }
            "GET" => self.read_other(call),
            "POST" if collection => self.write(call),
            "PUT" if there => self.write(call),
            "DELETE" if there && call.path.starts_with(TRUST_STORES) => self.delete(call),
            _ if there || collection => failure(405, "MethodNotAllowed", &call.path),
            _ => failure(404, "NotFound", &call.path),
        }
    }

    fn read_other(&self, call: &Call) -> Reply {
        let path = call.path.as_str();
        let fixed = match path {
            "/api/configuration/management/email" => "email",
            "/api/configuration/management/monitoring" => "health-monitoring",
            "/api/configuration/management/snmp/trap" => "snmp-trap",
            ALERTING | TRUST_STORES => return self.list(call),
            _ => return failure(404, "NotFound", path),
        };
        Reply::json(200, example(fixed))
    }

    fn list(&self, call: &Call) -> Reply {
        let prefix = format!("{}/", call.path);
        let items = self.view(call).iter().filter(|(path, _)| path.starts_with(&prefix));
        let items = items.map(|(path, body)| match call.path.as_str() {
            ALERTING => json!({"key": path[prefix.len()..], "meta": {"href": path}}),
            _ => json!({"key": path[prefix.len()..], "meta": {"href": path}, "body": body}),
        });
        let items: Vec<Value> = items.collect();
        Reply::json(200, json!({"items": items, "meta": self.meta(call, &call.path)}))
    }

    fn meta(&self, call: &Call, path: &str) -> Value {
        let (parent, _) = path.rsplit_once('/').unwrap();
        let siblings: Vec<String> = match parent {
            "/api/configuration" => NAMESPACES.iter().map(|name| format!("{parent}/{name}")).collect(),
            _ => self
                .view(call)
                .keys()
                .filter(|other| other.starts_with(&format!("{parent}/")))
                .cloned()
                .collect(),
        };
        let place = siblings.iter().position(|sibling| sibling == path);
        let mut meta = json!({
            "first": siblings.first(),
            "href": path,
            "last": siblings.last(),
            "next": place.and_then(|place| siblings.get(place + 1)),
            "parent": parent,
            "previous": place.and_then(|place| siblings.get(place.checked_sub(1)?)),
            "transaction": "/api/transaction",
        });
        if self.is_mine(call) {
            meta["remaining_seconds"] = json!(600);
        }
        meta
    }

    fn write(&mut self, call: &Call) -> Reply {
        if self.is_locked(call) {
            return failure(409, "Locked", &call.path);
        }
        if call.body.is_string() {
            return failure(400, "InvalidRequestBody", "");
        }
        let refused = match call.path.starts_with(TRUST_STORES) {
            true => trust_stores::refused(self.weakness, self.view(call), call),
            false => refused_alerts(&self.committed[&call.path], call),
        };
        if let Some(refused) = refused {
            return refused;
        }
        if self.transaction.is_none() && self.weakness == Weakness::NoAutomaticTransaction {
            return failure(400, "SyntacticError", &call.path);
        }
        self.open(call);
        let path = match call.method.as_str() {
            "POST" => {
                self.keys += 1;
                format!("{TRUST_STORES}/{:08x}-0000-4000-8000-000000000000", self.keys)
            }
            _ => call.path.clone(),
        };
        self.stage(|objects| objects.insert(path.clone(), call.body.clone()));
        let key = path.rsplit('/').next();
        Reply::json(201, json!({"key": key, "meta": self.meta(call, &path)}))
    }

    fn delete(&mut self, call: &Call) -> Reply {
        if self.is_locked(call) {
            return failure(409, "Locked", &call.path);
        }
        if call.path.ends_with("/-7001") && self.weakness != Weakness::BuiltInChanges {
            return failure(400, "SyntacticError", &call.path);
        }
        self.open(call);
        let meta = self.meta(call, &call.path);
        self.stage(|objects| objects.remove(&call.path));
        Reply::json(200, json!({"meta": meta}))
    }

    fn stage<T>(&mut self, change: impl FnOnce(&mut Objects) -> T) {
        if let Some((_, objects)) = &mut self.transaction {
            change(objects);
        }
    }
}

/// Exactly the known alerts, each with two booleans.
fn refused_alerts(known: &Value, call: &Call) -> Option<Reply> {
    let (known, sent) = (known.as_object()?, call.body.as_object()?);
    let at = |place: String| Some(failure(400, "SyntacticError", &format!("{}/{place}", call.path)));
    for name in known.keys() {
        for setting in ["email", "snmp"] {
            if !sent.get(name).is_some_and(|alert| alert[setting].is_boolean()) {
                return at(format!("{name}/{setting}"));
            }
        }
    }
    sent.keys().find(|name| !known.contains_key(*name)).and_then(|name| at(name.clone()))
}

/// An error in the documented form; `path` may be empty.
pub(super) fn failure(status: u16, kind: &str, path: &str) -> Reply {
    let details = if path.is_empty() { json!({}) } else { json!({"path": path}) };
    Reply::json(status, json!({"error": {"type": kind, "message": "No.", "details": details}}))
}
