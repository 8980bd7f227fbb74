//! Requests to the configuration API: sessions, transactions, and taking back what was changed.

use std::{
    sync::{Arc, OnceLock},
    time::{Duration, Instant},
};

use serde_json::{Value, json};
use tokio::sync::Mutex;

use super::Attempt;
use crate::{
    case::Stop,
    exchange::{Answer, Role},
    http::{Content, Credentials},
    target::{Admin, Secret},
};

pub(crate) const LOGIN: &str = "/api/authentication";
pub(crate) const TRANSACTION: &str = "/api/transaction";

/// How long somebody else's transaction may be in the way.
const PATIENCE: Duration = Duration::from_secs(10);

/// The administrator, with the session that all cases share.
#[derive(Debug)]
pub(crate) struct Administrator {
    pub(crate) login: Admin,
    session: Mutex<Option<Secret>>,
    /// What came of the first login. If it was refused there is no other: that would lock the administrator out.
    first: OnceLock<Result<(), String>>,
}

impl Administrator {
    pub(crate) fn new(login: Admin) -> Self {
        Self { login, session: Mutex::new(None), first: OnceLock::new() }
    }

    /// Why the login was refused.
    pub(crate) fn refused(&self) -> Option<&String> {
        self.first.get()?.as_ref().err()
    }

    fn is(&self, user: &str, password: &Secret) -> bool {
        self.login.user == user && self.login.password.expose() == password.expose()
    }
}

/// Who sends a request.
#[derive(Debug, Clone)]
pub(crate) enum Who {
    /// Nobody: no cookie.
    Nobody,
    /// The administrator, in the session that all cases share. It is renewed when it has ended.
    Admin,
    /// Whoever a session of the case's own belongs to.
    Session(Secret),
    /// A user name and password.
    Password(String, Secret),
}

/// What a case has changed in the configuration and must take back.
#[derive(Debug, Default)]
pub(super) struct Changed {
    /// Who may have an open transaction.
    open: Vec<Who>,
    /// Whether changes are to open it by themselves.
    automatic: bool,
    /// What takes committed changes back: method, path, body.
    undo: Vec<(&'static str, String, Option<Value>)>,
}

impl Attempt {
    /// Sends a request to the configuration API.
    pub(crate) async fn call(
        &mut self,
        role: Role,
        who: &Who,
        method: &'static str,
        path: &str,
        body: Option<Value>,
    ) -> Result<Answer, Stop> {
        let content = body.map_or(Content::None, Content::Json);
        self.call_with(role, who, method, path, content).await
    }

    /// Sends a request whose body may not be JSON.
    pub(crate) async fn call_with(
        &mut self,
        role: Role,
        who: &Who,
        method: &'static str,
        path: &str,
        content: Content,
    ) -> Result<Answer, Stop> {
        self.open_first(who, method, path).await?;
        let answer = match who {
            Who::Nobody => self.exchange(role, "", Credentials::None, method, path, content).await,
            Who::Password(user, password) => {
                self.identify(role, (user, password), method, path, content).await
            }
            Who::Session(id) => {
                self.exchange(role, "", Credentials::Session(id), method, path, content).await
            }
            Who::Admin => self.call_as_admin(role, method, path, content).await,
        }?;
        if method != "get" && answer.status < 300 {
            self.note_change(who, method, path);
        }
        Ok(answer)
    }

    /// Opens a transaction before a change, as the reference tells to. Whether it may be left out has a case of its own.
    async fn open_first(&mut self, who: &Who, method: &str, path: &str) -> Result<(), Stop> {
        let changes = method != "get" && path.starts_with("/api/configuration");
        let open = self.changed.open.iter().any(|other| is_same(who, other));
        if !changes || open || self.changed.automatic || matches!(who, Who::Nobody | Who::Password(..)) {
            return Ok(());
        }
        // What comes of it the change itself will tell.
        let _opened = Box::pin(self.open(Role::Prepare, who)).await?;
        Ok(())
    }

    /// Sends a user's name and password. The administrator's are not sent again once they were refused.
    async fn identify(
        &mut self,
        role: Role,
        (user, password): (&str, &Secret),
        method: &str,
        path: &str,
        content: Content,
    ) -> Result<Answer, Stop> {
        let run = Arc::clone(&self.run);
        let admin = run.admin.as_ref().filter(|admin| admin.is(user, password));
        if let Some(reason) = admin.and_then(Administrator::refused) {
            return Err(Stop::Error(reason.clone()));
        }
        let answer =
            self.exchange(role, "", Credentials::Password(user, password), method, path, content).await?;
        let Some(admin) = admin.filter(|_| (method, path) == ("get", LOGIN)) else { return Ok(answer) };
        let refused = matches!(answer.status, 401 | 403 | 429);
        let first = admin.first.get_or_init(|| if refused { Err(no_session(user, &answer)) } else { Ok(()) });
        match first {
            Err(reason) => Err(Stop::Error(reason.clone())),
            Ok(()) => Ok(answer),
        }
    }

    /// Opens a transaction. Somebody else's that is in the way is waited for: it is no fault of the target's.
    pub(crate) async fn open(&mut self, role: Role, who: &Who) -> Result<Answer, Stop> {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let answer = self.call(role, who, "post", TRANSACTION, None).await?;
            let mine = !self.changed.open.is_empty();
            if answer.status != 409 || mine {
                return Ok(answer);
            }
            if Instant::now() > deadline {
                return Err(Stop::Error(format!(
                    "somebody else has an open transaction: POST {TRANSACTION} answered 409"
                )));
            }
            self.exchanges.pop();
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    }

    /// From now on changes are sent without opening a transaction.
    pub(crate) fn without_opening(&mut self) {
        self.changed.automatic = true;
    }

    async fn call_as_admin(
        &mut self,
        role: Role,
        method: &str,
        path: &str,
        content: Content,
    ) -> Result<Answer, Stop> {
        let id = self.shared_session(None).await?;
        let first = self.exchange(role, "", Credentials::Session(&id), method, path, content.clone()).await?;
        if first.status != 401 {
            return Ok(first);
        }
        let id = self.shared_session(Some(&id)).await?;
        self.exchange(role, "", Credentials::Session(&id), method, path, content).await
    }

    /// The id of the shared session; a new one when there is none, or only the one that has `ended`.
    async fn shared_session(&mut self, ended: Option<&Secret>) -> Result<Secret, Stop> {
        let run = Arc::clone(&self.run);
        let admin =
            run.admin.as_ref().ok_or_else(|| Stop::Skip("needs an administrator's login".to_owned()))?;
        let mut session = admin.session.lock().await;
        match session.as_ref() {
            Some(id) if ended.is_none_or(|ended| ended.expose() != id.expose()) => Ok(id.clone()),
            _ => {
                let id = self.log_in(&admin.login.user, &admin.login.password).await?;
                Ok(session.insert(id).clone())
            }
        }
    }

    /// A new session of the administrator, beside the shared one.
    pub(crate) async fn second_session(&mut self) -> Result<Who, Stop> {
        let admin = self.admin()?;
        Ok(Who::Session(self.log_in(&admin.user, &admin.password).await?))
    }

    /// The administrator's login.
    pub(crate) fn admin(&self) -> Result<Admin, Stop> {
        let admin = self.run.admin.as_ref().map(|admin| admin.login.clone());
        admin.ok_or_else(|| Stop::Skip("needs an administrator's login".to_owned()))
    }

    /// Logs in and answers the session's id.
    pub(crate) async fn log_in(&mut self, user: &str, password: &Secret) -> Result<Secret, Stop> {
        let answer = self.identify(Role::Prepare, (user, password), "get", LOGIN, Content::None).await?;
        match session_id(&answer) {
            Some(id) if answer.status == 200 => Ok(Secret::new(id)),
            _ => Err(Stop::Error(no_session(user, &answer))),
        }
    }

    /// Commits the transaction, with a message where one is required.
    pub(crate) async fn commit(&mut self, role: Role, who: &Who) -> Result<Answer, Stop> {
        let transaction = self.call(role, who, "get", TRANSACTION, None).await?;
        let rule = transaction.json().and_then(|body| body.pointer("/body/commit_message"));
        let mut body = json!({"status": "commit"});
        if rule.and_then(Value::as_str) == Some("required") {
            body["commit_message"] = json!("A conformance test's change; it is taken back at once");
        }
        self.call(role, who, "put", TRANSACTION, Some(body)).await
    }

    /// Remembers what takes a change back once it is committed. The last one is done first.
    pub(crate) fn undo(&mut self, method: &'static str, path: impl Into<String>, body: Option<Value>) {
        self.changed.undo.push((method, path.into(), body));
    }

    /// What was committed stays: somebody else takes it back.
    pub(super) fn keep(&mut self) {
        self.changed.undo.clear();
    }

    fn note_change(&mut self, who: &Who, method: &str, path: &str) {
        self.changed.open.retain(|other| !is_same(who, other));
        // A transaction ends with its session, too.
        let closes = path == LOGIN || path == TRANSACTION && method != "post";
        if !closes {
            self.changed.open.push(who.clone());
        }
    }

    /// Drops open transactions and takes committed changes back.
    pub(super) async fn restore(&mut self) {
        self.changed.automatic = false;
        for who in self.changed.open.clone() {
            match self.call(Role::Cleanup, &who, "delete", TRANSACTION, None).await {
                Ok(answer) if answer.status == 200 => {}
                Ok(answer) => self
                    .left_behind
                    .push(format!("an open transaction: DELETE {TRANSACTION} answered {}", answer.status)),
                Err(_) => self.left_behind.push("an open transaction".to_owned()),
            }
        }
        self.changed.open.clear();
        let undo = self.changed.undo.clone();
        if undo.is_empty() {
            return;
        }
        for (method, path, body) in undo.into_iter().rev() {
            let title = format!("{} {path}", method.to_uppercase());
            let answer = self.call(Role::Cleanup, &Who::Admin, method, &path, body).await;
            self.tell_left_behind(&title, answer.ok());
        }
        let answer = self.commit(Role::Cleanup, &Who::Admin).await;
        self.tell_left_behind("the commit that takes back a change", answer.ok());
        self.changed.undo.clear();
        for who in std::mem::take(&mut self.changed.open) {
            let _dropped = self.call(Role::Cleanup, &who, "delete", TRANSACTION, None).await;
        }
    }

    /// A 404 says that there is nothing to take back.
    fn tell_left_behind(&mut self, title: &str, answer: Option<Answer>) {
        match answer.map(|answer| answer.status) {
            Some(status) if status < 300 || status == 404 => {}
            Some(status) => {
                self.left_behind.push(format!("a change of the configuration: {title} answered {status}"));
            }
            None => self.left_behind.push(format!("a change of the configuration: {title} was not answered")),
        }
    }
}

impl Changed {
    /// What is not taken back.
    pub(super) fn told(&self) -> impl Iterator<Item = String> {
        let open = self.open.iter().map(|_| "an open transaction".to_owned());
        let undo = self.undo.iter();
        open.chain(undo.map(|(method, path, _)| {
            format!("a change of the configuration, which {} {path} takes back", method.to_uppercase())
        }))
    }
}

fn no_session(user: &str, answer: &Answer) -> String {
    format!("GET {LOGIN}: no session for the user `{user}` (status {})", answer.status)
}

fn is_same(who: &Who, other: &Who) -> bool {
    match (who, other) {
        (Who::Session(one), Who::Session(other)) => one.expose() == other.expose(),
        (Who::Admin, Who::Admin) => true,
        _ => false,
    }
}

/// The id in the cookie that an answer sets.
pub(crate) fn session_id(answer: &Answer) -> Option<String> {
    let cookies = answer.headers.iter().filter(|(name, _)| name == "set-cookie");
    let mut ids = cookies.filter_map(|(_, cookie)| cookie.strip_prefix("session_id=")?.split(';').next());
    ids.find(|id| !id.is_empty()).map(str::to_owned)
}
