//! A proxy before the real server that spoils what passes through it.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
};

use poem::{
    EndpointExt, Request, Response, Server,
    endpoint::make,
    http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header},
    listener::{Acceptor, Listener, TcpListener},
};
use serde_json::Value;
use tokio::task::JoinHandle;

/// A request on its way to the server.
#[derive(Debug)]
pub(crate) struct Call {
    pub(crate) method: Method,
    /// Path and query.
    pub(crate) path: String,
    pub(crate) headers: HeaderMap,
    /// Null when it is no JSON.
    pub(crate) json: Value,
    bytes: Vec<u8>,
}

/// An answer on its way back.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    /// Null when it is no JSON.
    pub(crate) json: Value,
    pub(crate) bytes: Vec<u8>,
}

/// What a faulty server remembers.
pub(crate) type Memory = BTreeMap<String, Value>;

/// What is wrong with the server.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Fault {
    /// Changes a request before the server sees it, or answers it in the server's place.
    pub(crate) before: fn(&mut Call, &mut Memory) -> Option<Reply>,
    /// Changes an answer.
    pub(crate) after: fn(&Call, &mut Reply, &mut Memory),
}

impl Fault {
    pub(crate) const NONE: Self = Self { before: |_, _| None, after: |_, _, _| {} };
}

/// A running proxy. It ends when it is dropped.
#[derive(Debug)]
pub(crate) struct Proxy {
    pub(crate) url: String,
    task: JoinHandle<()>,
}

impl Proxy {
    pub(crate) async fn start(server: String, fault: Fault) -> Self {
        let acceptor = TcpListener::bind("127.0.0.1:0").into_acceptor().await.unwrap();
        let url = format!("http://{}", acceptor.local_addr()[0].as_socket_addr().unwrap());
        let client = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
        let memory = Arc::new(Mutex::new(Memory::new()));
        let endpoint = make(move |request: Request| {
            let (server, client, memory) = (server.clone(), client.clone(), Arc::clone(&memory));
            async move { pass(request, &server, &client, fault, &memory).await }
        });
        let task = tokio::spawn(async move {
            Server::new_with_acceptor(acceptor).run(endpoint.boxed()).await.unwrap();
        });
        Self { url, task }
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn pass(
    request: Request,
    server: &str,
    client: &reqwest::Client,
    fault: Fault,
    memory: &Mutex<Memory>,
) -> poem::Result<Response> {
    let (parts, body) = request.into_parts();
    let bytes = body.into_vec().await?;
    let json = serde_json::from_slice(&bytes).unwrap_or_default();
    let path = parts.uri.path_and_query().map(ToString::to_string).unwrap_or_default();
    let mut call = Call { method: parts.method, path, headers: parts.headers, json, bytes };
    let instead = (fault.before)(&mut call, &mut memory.lock().unwrap());
    let mut reply = match instead {
        Some(reply) => reply,
        None => forward(&call, server, client).await,
    };
    (fault.after)(&call, &mut reply, &mut memory.lock().unwrap());
    Ok(reply.into_response())
}

async fn forward(call: &Call, server: &str, client: &reqwest::Client) -> Reply {
    let mut headers = call.headers.clone();
    for name in [header::HOST, header::CONTENT_LENGTH, header::TRANSFER_ENCODING, header::CONNECTION] {
        headers.remove(name);
    }
    let request = client.request(call.method.clone(), format!("{server}{}", call.path)).headers(headers);
    let answer = request.body(call.bytes.clone()).send().await.unwrap();
    let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
    let bytes = answer.bytes().await.unwrap().to_vec();
    let json = serde_json::from_slice(&bytes).unwrap_or_default();
    Reply { status, headers, json, bytes }
}

impl Call {
    /// Whether it is a request of this method to a path that is `path`, or ends with what follows its `*`.
    pub(crate) fn is(&self, method: &str, path: &str) -> bool {
        let mine = self.path.split('?').next().unwrap_or_default();
        let fits = match path.split_once('*') {
            Some((start, end)) => {
                mine.len() > start.len() + end.len() && mine.starts_with(start) && mine.ends_with(end)
            }
            None => mine == path,
        };
        self.method.as_str() == method && fits
    }

    /// Takes a parameter out of the query.
    pub(crate) fn drop_parameter(&mut self, name: &str) {
        let Some((path, query)) = self.path.split_once('?') else { return };
        let kept: Vec<&str> = query.split('&').filter(|part| part.split('=').next() != Some(name)).collect();
        let mark = if kept.is_empty() { "" } else { "?" };
        self.path = format!("{path}{mark}{}", kept.join("&"));
    }

    /// Replaces the body.
    pub(crate) fn say(&mut self, json: Value) {
        self.bytes = json.to_string().into_bytes();
        self.json = json;
    }
}

impl Reply {
    pub(crate) fn json(status: u16, json: Value) -> Self {
        let mut headers = HeaderMap::new();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        Self { status, headers, json, bytes: Vec::new() }
    }

    pub(crate) fn empty(status: u16) -> Self {
        Self { status, headers: HeaderMap::new(), json: Value::Null, bytes: Vec::new() }
    }

    pub(crate) fn is_success(&self) -> bool {
        self.status < 300
    }

    /// Sets a header that has one value.
    pub(crate) fn set(&mut self, name: &'static str, value: &str) {
        self.headers.insert(HeaderName::from_static(name), HeaderValue::from_str(value).unwrap());
    }

    pub(crate) fn remove(&mut self, name: &str) {
        if let Some(members) = self.json.as_object_mut() {
            members.remove(name);
        }
    }

    /// The items of a list, wherever it is.
    pub(crate) fn items(&mut self) -> &mut Vec<Value> {
        let items = if self.json.is_array() { &mut self.json } else { &mut self.json["items"] };
        if !items.is_array() {
            *items = Value::Array(Vec::new());
        }
        items.as_array_mut().unwrap()
    }

    fn into_response(mut self) -> Response {
        for name in [header::CONTENT_LENGTH, header::TRANSFER_ENCODING, header::CONNECTION] {
            self.headers.remove(name);
        }
        // What is no JSON goes on as it came.
        let body = if self.json.is_null() { self.bytes } else { self.json.to_string().into_bytes() };
        let mut response = Response::builder().status(StatusCode::from_u16(self.status).unwrap()).body(body);
        *response.headers_mut() = self.headers;
        response
    }
}
