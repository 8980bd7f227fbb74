//! An issuer that answers as it is told, and counts what it is asked.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
    time::Duration,
};

use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair};
use jsonwebtoken::{Algorithm, EncodingKey, Header, jwk::Jwk};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
};

/// When the tokens of these tests are made.
pub(super) const NOW: i64 = 1_800_000_000;

#[derive(Debug, Default)]
struct State {
    /// Bodies by path, each with more header lines.
    answers: HashMap<String, (String, String)>,
    requests: Vec<String>,
    delay: Duration,
}

/// A running issuer.
#[derive(Clone)]
pub(super) struct Fake {
    pub(super) url: String,
    state: Arc<Mutex<State>>,
}

impl Fake {
    pub(super) async fn start() -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let fake = Self { url, state: Arc::default() };
        let state = Arc::clone(&fake.state);
        tokio::spawn(async move {
            loop {
                let (mut stream, _) = listener.accept().await.unwrap();
                let state = Arc::clone(&state);
                tokio::spawn(async move {
                    let mut request = vec![0; 4096];
                    let length = stream.read(&mut request).await.unwrap();
                    let request = String::from_utf8_lossy(&request[..length]).into_owned();
                    let path = request.split(' ').nth(1).unwrap_or_default().to_owned();
                    let (delay, answer) = {
                        let mut state = state.lock().unwrap();
                        state.requests.push(path.clone());
                        (state.delay, state.answers.get(&path).cloned())
                    };
                    tokio::time::sleep(delay).await;
                    let answer = match answer {
                        Some((headers, body)) => format!(
                            "HTTP/1.1 200 OK\r\n{headers}Content-Length: {}\r\nConnection: close\r\n\r\n{body}",
                            body.len()
                        ),
                        None => "HTTP/1.1 404 X\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".to_owned(),
                    };
                    let _ = stream.write_all(answer.as_bytes()).await;
                });
            }
        });
        fake.answer("/.well-known/openid-configuration", fake.metadata());
        fake
    }

    /// With these keys.
    pub(super) async fn with(keys: &[&Key]) -> Self {
        let fake = Self::start().await;
        fake.publish(keys);
        fake
    }

    pub(super) fn metadata(&self) -> Value {
        json!({"issuer": self.url, "jwks_uri": format!("{}/jwks", self.url)})
    }

    pub(super) fn answer(&self, path: &str, body: Value) {
        self.answer_with(path, "", body);
    }

    pub(super) fn answer_with(&self, path: &str, headers: &str, body: Value) {
        let answer = (headers.to_owned(), body.to_string());
        self.state.lock().unwrap().answers.insert(path.to_owned(), answer);
    }

    pub(super) fn publish(&self, keys: &[&Key]) {
        let keys: Vec<_> = keys.iter().map(|key| &key.jwk).collect();
        self.answer("/jwks", json!({"keys": keys}));
    }

    /// Answers nothing but 404 from now on.
    pub(super) fn forget(&self) {
        self.state.lock().unwrap().answers.clear();
    }

    pub(super) fn delay(&self, delay: Duration) {
        self.state.lock().unwrap().delay = delay;
    }

    /// How often the keys were fetched.
    pub(super) fn fetches(&self) -> usize {
        self.state.lock().unwrap().requests.iter().filter(|path| *path == "/jwks").count()
    }

    pub(super) fn requests(&self) -> Vec<String> {
        self.state.lock().unwrap().requests.clone()
    }

    /// The claims of a good token, and those given.
    pub(super) fn claims(&self, more: &Value) -> Value {
        let mut claims = json!({
            "iss": self.url, "aud": "vouchsafe", "exp": NOW + 600, "iat": NOW, "sub": "s", "client_id": "c",
            "scope": "tenant:basic-credentials:read",
        });
        for (name, value) in more.as_object().unwrap() {
            match value.is_null() {
                true => drop(claims.as_object_mut().unwrap().remove(name)),
                false => claims[name] = value.clone(),
            }
        }
        claims
    }
}

/// A key of an issuer.
pub(super) struct Key {
    pub(super) encoding: EncodingKey,
    pub(super) jwk: Jwk,
}

impl Key {
    /// For ES256.
    pub(super) fn new(id: &str) -> Self {
        let key = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap();
        Self::of(id, EncodingKey::from_ec_der(key.to_pkcs8v1().unwrap().as_ref()), Algorithm::ES256)
    }

    pub(super) fn of(id: &str, encoding: EncodingKey, algorithm: Algorithm) -> Self {
        let mut jwk = Jwk::from_encoding_key(&encoding, algorithm).unwrap();
        jwk.common.key_id = Some(id.to_owned());
        Self { encoding, jwk }
    }

    pub(super) fn header(&self) -> Header {
        let algorithm: jsonwebtoken::jwk::KeyAlgorithm = self.jwk.common.key_algorithm.unwrap();
        let mut header = Header::new(algorithm.try_into().unwrap());
        header.typ = Some("at+jwt".to_owned());
        header.kid.clone_from(&self.jwk.common.key_id);
        header
    }

    pub(super) fn sign(&self, claims: &Value) -> String {
        self.sign_as(&self.header(), claims)
    }

    pub(super) fn sign_as(&self, header: &Header, claims: &Value) -> String {
        jsonwebtoken::encode(header, claims, &self.encoding).unwrap()
    }
}
