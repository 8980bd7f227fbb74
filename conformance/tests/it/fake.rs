//! A small server of both APIs: it answers with the documented examples and keeps just enough state to be believed.

mod configuration;
mod trust_stores;

use std::{
    net::SocketAddr,
    sync::{Arc, Mutex},
};

use configuration::Configuration;
pub(crate) use configuration::{ADMIN, Weakness};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};

/// A request, as far as faults care.
#[derive(Debug)]
pub(crate) struct Call {
    pub(crate) method: String,
    /// Without the prefix `/api/v1/`.
    pub(crate) path: String,
    pub(crate) authorization: String,
    pub(crate) cookie: String,
    pub(crate) body: Value,
}

/// An answer that a fault may spoil.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) content_type: &'static str,
    /// JSON, or a string that is sent as it is.
    pub(crate) body: Option<Value>,
    pub(crate) extra_header: &'static str,
    /// The whole `Set-Cookie`.
    pub(crate) cookie: Option<String>,
}

/// Spoils an answer.
pub(crate) type Fault = fn(&Call, &mut Reply);

/// The running server. It ends with the test's runtime.
#[derive(Debug)]
pub(crate) struct Fake {
    pub(crate) address: SocketAddr,
    state: Arc<Mutex<State>>,
}

#[derive(Debug, Default)]
pub(crate) struct State {
    /// Collection and list item.
    items: Vec<(String, Value)>,
    /// Username and password.
    passwords: Vec<(Value, Value)>,
    pub(crate) calls: Vec<Call>,
    configuration: Configuration,
}

impl Fake {
    pub(crate) async fn start(fault: Fault) -> Self {
        Self::weak(Weakness::None, fault).await
    }

    /// One that breaks a rule of the configuration.
    pub(crate) async fn weak(weakness: Weakness, fault: Fault) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let state = State { configuration: Configuration::new(weakness), ..State::default() };
        let state = Arc::new(Mutex::new(state));
        let shared = Arc::clone(&state);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, Arc::clone(&shared), fault));
            }
        });
        Self { address, state }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// What the server holds: collection and item.
    pub(crate) fn items(&self) -> Vec<(String, Value)> {
        self.state.lock().unwrap().items.clone()
    }

    /// What is committed: path and body.
    pub(crate) fn configuration(&self) -> Vec<(String, Value)> {
        self.state.lock().unwrap().configuration.committed()
    }

    /// Whether somebody has an open transaction.
    pub(crate) fn has_transaction(&self) -> bool {
        self.state.lock().unwrap().configuration.has_transaction()
    }

    /// How many requests it has answered.
    pub(crate) fn answered(&self) -> usize {
        self.state.lock().unwrap().calls.len()
    }

    pub(crate) fn calls(&self) -> Vec<Call> {
        std::mem::take(&mut self.state.lock().unwrap().calls)
    }
}

/// One connection, one request.
async fn serve(mut stream: TcpStream, state: Arc<Mutex<State>>, fault: Fault) -> Option<()> {
    let call = read(&mut stream).await?;
    let mut reply = state.lock().unwrap().answer(&call);
    fault(&call, &mut reply);
    state.lock().unwrap().calls.push(call);
    let body = match reply.body {
        None => String::new(),
        Some(Value::String(text)) => text,
        Some(body) => body.to_string(),
    };
    let content_type = format!("content-type: {}\r\n", reply.content_type);
    let content_type = if reply.content_type.is_empty() { "" } else { &content_type };
    let length =
        if reply.status == 204 { String::new() } else { format!("content-length: {}\r\n", body.len()) };
    let (status, extra) = (reply.status, reply.extra_header);
    let cookie = reply.cookie.map(|cookie| format!("set-cookie: {cookie}\r\n")).unwrap_or_default();
    let head =
        format!("HTTP/1.1 {status} X\r\n{content_type}{length}{extra}{cookie}connection: close\r\n\r\n");
    stream.write_all(format!("{head}{body}").as_bytes()).await.ok()
}

async fn read(stream: &mut TcpStream) -> Option<Call> {
    let mut bytes = Vec::new();
    loop {
        if stream.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
        let text = String::from_utf8(bytes.clone()).ok()?;
        let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
        let header = |name: &str| {
            let mut lines = head.lines().filter_map(|line| line.split_once(": "));
            lines.find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.to_owned())
        };
        if body.len() < header("content-length").map_or(0, |length| length.parse().unwrap()) {
            continue;
        }
        let mut words = head.split(' ').map(str::to_owned);
        let (method, path) = (words.next()?, words.next()?);
        let path = path.strip_prefix("/api/v1/").unwrap_or(&path).to_owned();
        let body = serde_json::from_str(body).unwrap_or_else(|_| Value::String(body.to_owned()));
        let [authorization, cookie] =
            ["authorization", "cookie"].map(|name| header(name).unwrap_or_default());
        return Some(Call { method, path, authorization, cookie, body });
    }
}

impl State {
    fn answer(&mut self, call: &Call) -> Reply {
        if call.path.starts_with("/api/") {
            return self.configuration.answer(call);
        }
        let path = call.path.split('?').next().unwrap_or_default();
        let segments: Vec<&str> = path.split('/').collect();
        match (call.method.as_str(), segments.as_slice()) {
            ("GET", [collection]) => {
                let items = self.items.iter().filter(|(of, _)| of == collection);
                Reply::json(200, items.map(|(_, item)| item.clone()).collect())
            }
            ("POST", ["basic-credentials"]) => self.create_basic(&call.body),
            ("POST", ["x509-credentials"]) => self.issue(&call.body),
            ("POST", [collection, "verify"]) => self.verify(collection, &call.body),
            (method, [collection, id, rest @ ..]) => {
                let item = self.items.iter_mut().find(|(of, item)| of == collection && item["id"] == *id);
                match (method, rest, item) {
                    (_, _, None) => Reply::json(404, json!({"message": "Not found."})),
                    ("GET", [], Some((_, item))) => Reply::json(200, item.clone()),
                    ("PATCH", ["state"], Some((_, item))) => {
                        merge(item, &call.body, &["state", "revocationReason"]);
                        Reply::empty(204)
                    }
                    ("PATCH", ["password"], Some(_)) => {
                        let mut answer = example("password-reset-done-autogenerated");
                        merge(&mut answer, &call.body, &["password"]);
                        Reply::json(200, answer)
                    }
                    _ => Reply::empty(405),
                }
            }
            _ => Reply::empty(404),
        }
    }

    fn create_basic(&mut self, request: &Value) -> Reply {
        let mut answer = example("basic-credentials-created-autogenerated");
        answer["id"] = self.next_id();
        answer["username"] = json!(format!("steady-otter-{}", self.items.len()));
        merge(&mut answer, request, &["username", "password"]);
        let taken = self.items.iter().any(|(_, item)| item["username"] == answer["username"]);
        if taken {
            return Reply::json(409, json!({"message": "Taken."}));
        }
        let mut item = answer.clone();
        item.as_object_mut().unwrap().remove("password");
        self.passwords.push((answer["username"].clone(), answer["password"].clone()));
        self.items.push(("basic-credentials".to_owned(), item));
        Reply::json(201, answer)
    }

    fn issue(&mut self, request: &Value) -> Reply {
        let has = |name: &str| request.get(name).is_some();
        let mut answer = example(match () {
            () if has("csr") => "x509-credentials-issued-csr",
            () if has("keyType") => "x509-credentials-issued-key-type",
            () => "x509-credentials-issued-autogenerated",
        });
        answer["id"] = self.next_id();
        answer["serialNumber"] = json!(format!("81632491966967857950{:04}", self.items.len()));
        merge(&mut answer, request, &["commonName"]);
        let mut item = example("x509-credentials");
        merge(&mut item, &answer, &["id", "state", "serialNumber", "commonName", "invalidAfter"]);
        item.as_object_mut().unwrap().remove("lastUseDate");
        self.items.push(("x509-credentials".to_owned(), item));
        Reply::json(201, answer)
    }

    /// It knows a certificate by being the last one that it issued, for they are all the same.
    fn verify(&mut self, collection: &str, request: &Value) -> Reply {
        let rejected =
            |reason: &str| json!({"verdict": "Rejected", "reason": reason, "detail": "No.", "tenant": "t"});
        let sent = |name: &str| request.get(name).cloned();
        if let (Some(username), Some(password)) = (sent("username"), sent("password"))
            && !self.passwords.contains(&(username, password))
        {
            return Reply::json(200, rejected("WrongPassword"));
        }
        let mut items = self.items.iter_mut().rev().filter(|(of, _)| of == collection);
        let known =
            |item: &Value| item["username"] == request["username"] && request.get("serialNumber").is_none();
        let Some((_, item)) = items.find(|(_, item)| known(item)) else {
            return Reply::json(200, rejected("UnknownCertificate"));
        };
        if item["state"] == "Revoked" {
            return Reply::json(200, rejected("Revoked"));
        }
        item["state"] = json!("Active");
        let mut verdict = json!({"verdict": "Accepted", "tenant": "t", "credentialsId": item["id"]});
        merge(&mut verdict, item, &["username", "state", "commonName", "serialNumber", "createdDate"]);
        Reply::json(200, verdict)
    }

    fn next_id(&self) -> Value {
        json!(format!("{:020}", self.items.len()))
    }
}

impl Reply {
    pub(crate) fn json(status: u16, body: Value) -> Self {
        Self { status, content_type: "application/json", body: Some(body), extra_header: "", cookie: None }
    }

    pub(crate) fn empty(status: u16) -> Self {
        Self { status, content_type: "", body: None, extra_header: "", cookie: None }
    }

    /// Replaces the answer.
    pub(crate) fn become_json(&mut self, status: u16, body: Value) {
        *self = Self::json(status, body);
    }

    pub(crate) fn body(&mut self) -> &mut Value {
        self.body.as_mut().unwrap()
    }

    pub(crate) fn drop_member(&mut self, name: &str) {
        if let Some(Value::Object(members)) = &mut self.body {
            members.remove(name);
        }
    }
}

pub(crate) fn example(name: &str) -> Value {
    vouchsafe_api_spec::document()["components"]["examples"][name]["value"].clone()
}

fn merge(into: &mut Value, from: &Value, names: &[&str]) {
    for name in names {
        if let Some(value) = from.get(name) {
            into[*name] = value.clone();
        }
    }
}
