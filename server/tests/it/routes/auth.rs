//! Who may call: access tokens, scopes, and where tokens come from.

mod bearer;
mod disabled;
mod keys;
mod scopes;
mod token_endpoint;
mod uma;

use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde_json::{Value, json};
use vouchsafe::clock;

use crate::harness::{Answer, TestServer, document::Operation};

/// Signs any claims with the server's own key.
struct Signer {
    key: EncodingKey,
    public_jwk: Value,
}

impl Signer {
    async fn of(server: &TestServer) -> Self {
        let ready = server.ready().await;
        let row = ready.store.token_keys_list().await.unwrap().pop().unwrap();
        let pkcs8 = ready.master_key.open(row.sealed_key.as_bytes(), row.id.as_bytes()).unwrap();
        let public_jwk = serde_json::from_str(&row.public_jwk).unwrap();
        Self { key: EncodingKey::from_ec_der(&pkcs8), public_jwk }
    }

    /// A token like the server's own, with claims changed; `null` takes one away.
    fn sign(&self, changes: Value) -> String {
        self.sign_as(Some("at+jwt"), &Self::claims(changes))
    }

    fn sign_as(&self, typ: Option<&str>, claims: &Value) -> String {
        let header = Header { typ: typ.map(str::to_owned), ..Header::new(Algorithm::ES256) };
        jsonwebtoken::encode(&header, claims, &self.key).unwrap()
    }

    fn claims(changes: Value) -> Value {
        let now = clock::now().as_secs();
        let mut claims = json!({
            "iss": "http://x", "sub": "c", "aud": "vouchsafe", "iat": now, "exp": now + 60, "jti": "1",
            "client_id": "c", "tenant": "default", "scope": "tenant:basic-credentials:read",
        });
        claims.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
        claims.as_object_mut().unwrap().retain(|_, value| !value.is_null());
        claims
    }
}

/// Calls an operation with its first example and an id that isn't there.
async fn call(server: &TestServer, operation: &Operation, token: Option<&str>) -> Answer {
    let path = operation.path_with("efh63sad72g0sggo3s5a");
    let body = operation.request.map(|(_, example)| example.clone());
    server.with_token(token).send(operation.method.clone(), &path, body).await
}

/// Calls an operation with a body that is no JSON and a query it doesn't know.
async fn call_badly(server: &TestServer, operation: &Operation, token: Option<&str>) -> Answer {
    let path = format!("{}?unknown=1", operation.path_with("not-an-id"));
    let mut request = server.anonymous(operation.method.clone(), &path).body("{");
    if let Some(token) = token {
        request = request.bearer_auth(token);
    }
    Answer::of(request).await
}
