//! Tokens of a real OpenID provider. It is `tests/issuer/provider.mjs`.

use std::{process::Command, sync::Arc, time::Duration};

use jsonwebtoken::{Algorithm, EncodingKey, Header};
use reqwest::Method;
use serde_json::{Value, json};
use vouchsafe::{
    auth::{ConfiguredIssuers, IssuerConfig, Issuers, Principal, TokenError},
    clock,
    outbound::Client,
};
use vouchsafe_domain::{Scope, TenantId, Timestamp};

use super::{child::Process, node};
use crate::harness::{Answer, Backend, TestDatabase, TestServer};

/// How long the provider's tokens live.
const TTL: u64 = 300;

/// A running provider.
struct Provider {
    process: Process,
    url: String,
}

impl Provider {
    fn start() -> Self {
        Self::start_on("0", "first")
    }

    /// With new keys, whose ids begin with a name.
    fn start_on(port: &str, name: &str) -> Self {
        let mut command = Command::new("node");
        command.args(["provider.mjs", port, name]).current_dir(node::packages("tests/issuer"));
        let mut process = Process::spawn(command);
        let url = process.until("URL", |process| {
            assert!(!process.is_over(), "it ended: {}", process.stderr());
            process.stdout().split_once('\n').map(|(url, _)| url.to_owned())
        });
        Self { process, url }
    }

    /// The same, with new keys.
    fn rotate(self, name: &str) -> Self {
        let port = self.url.rsplit(':').next().unwrap().to_owned();
        self.stop();
        Self::start_on(&port, name)
    }

    fn stop(self) {
        self.process.signal("KILL");
        self.process.ended();
    }

    async fn get(&self, path: &str) -> String {
        reqwest::get(format!("{}{path}", self.url)).await.unwrap().text().await.unwrap()
    }

    /// How often something was asked for.
    async fn asked(&self, path: &str) -> u64 {
        let requests: Value = serde_json::from_str(&self.get("/requests").await).unwrap();
        requests[path].as_u64().unwrap_or(0)
    }

    async fn token(&self, audience: &str, algorithm: &str) -> String {
        let request = reqwest::Client::new().post(format!("{}/token", self.url));
        let form = [
            ("grant_type", "client_credentials"),
            ("resource", &format!("urn:{audience}:{algorithm}")),
            ("scope", "tenant:basic-credentials:read"),
        ];
        let answer = request.basic_auth("billing", Some("hunter2")).form(&form).send().await.unwrap();
        let answer: Value = answer.json().await.unwrap();
        answer["access_token"].as_str().unwrap_or_else(|| panic!("no token: {answer}")).to_owned()
    }

    fn trusted(&self) -> ConfiguredIssuers {
        trusted(1, &self.url)
    }
}

fn trusted(generation: u64, issuer: &str) -> ConfiguredIssuers {
    let config = IssuerConfig {
        tenant: TenantId::parse("acme").unwrap(),
        issuer: issuer.to_owned(),
        audience: "vouchsafe".to_owned(),
        clock_leeway: Duration::from_secs(5),
    };
    ConfiguredIssuers::new(generation, vec![config])
}

fn issuers() -> Issuers {
    Issuers::new(Arc::new(Client::new(vec!["127.0.0.1".parse().unwrap()])))
}

fn later(seconds: u64) -> Timestamp {
    clock::now().saturating_add(Duration::from_secs(seconds))
}

#[tokio::test]
async fn tokens_are_good_for_their_audience_and_time() {
    let provider = Provider::start();
    let (issuers, configured) = (issuers(), provider.trusted());
    for algorithm in ["RS256", "ES256"] {
        let token = provider.token("vouchsafe", algorithm).await;
        let principal = issuers.verify(&token, &configured, later(0)).await.unwrap().unwrap();
        let (tenant, actor) = (TenantId::parse("acme").unwrap(), "billing".to_owned());
        let scopes = [Scope::BasicCredentialsRead].into_iter().collect();
        assert_eq!(principal, Principal { tenant, actor, scopes }, "{algorithm}");
        assert!(matches!(issuers.verify(&token, &configured, later(TTL)).await, Ok(Some(_))));
        let late = issuers.verify(&token, &configured, later(TTL + 10)).await;
        assert_eq!(late, Err(TokenError::Expired), "{algorithm}");

        let other = provider.token("other", algorithm).await;
        assert_eq!(issuers.verify(&other, &configured, later(0)).await, Err(TokenError::Audience));
        let localhost = trusted(2, &provider.url.replace("127.0.0.1", "localhost"));
        assert_eq!(issuers.verify(&token, &localhost, later(0)).await, Ok(None), "another issuer");
    }
    assert_eq!(provider.asked("/jwks").await, 2, "once, and once when the keys were five minutes old");
}

#[tokio::test]
async fn tokens_signed_with_the_public_key_as_a_secret_are_forged() {
    let provider = Provider::start();
    let (issuers, configured) = (issuers(), provider.trusted());
    let good = provider.token("vouchsafe", "RS256").await;
    assert!(matches!(issuers.verify(&good, &configured, later(0)).await, Ok(Some(_))));
    let claims: Value = jsonwebtoken::dangerous::insecure_decode_claims(&good).unwrap();
    let pem = provider.get("/public.pem").await;
    assert!(pem.starts_with("-----BEGIN PUBLIC KEY-----"), "{pem}");
    for algorithm in [Algorithm::HS256, Algorithm::HS384, Algorithm::HS512] {
        let mut header = Header::new(algorithm);
        header.kid = Some("first-RS256".to_owned());
        for secret in [pem.as_str(), pem.trim_end(), ""] {
            let key = EncodingKey::from_secret(secret.as_bytes());
            let forged = jsonwebtoken::encode(&header, &claims, &key).unwrap();
            let result = issuers.verify(&forged, &configured, later(0)).await;
            assert_eq!(result, Err(TokenError::Invalid), "{algorithm:?}");
        }
    }
}

#[tokio::test]
async fn new_keys_are_found() {
    let provider = Provider::start();
    let (issuers, configured) = (issuers(), provider.trusted());
    let old = provider.token("vouchsafe", "ES256").await;
    assert!(matches!(issuers.verify(&old, &configured, later(0)).await, Ok(Some(_))));
    let provider = provider.rotate("second");
    let new = provider.token("vouchsafe", "ES256").await;
    assert!(matches!(issuers.verify(&new, &configured, later(30)).await, Ok(Some(_))));
    // Remembered as long as the old keys were fresh, and then no longer good.
    assert!(matches!(issuers.verify(&old, &configured, later(30)).await, Ok(Some(_))));
    assert_eq!(issuers.verify(&old, &configured, later(TTL + 1)).await, Err(TokenError::Invalid));
    assert_eq!(provider.asked("/jwks").await, 2, "for each of the two unknown keys");
}

#[tokio::test]
async fn a_flood_of_unknown_keys_is_no_flood_of_fetches() {
    let provider = Provider::start();
    let (issuers, configured) = (issuers(), provider.trusted());
    let good = provider.token("vouchsafe", "RS256").await;
    let claims: Value = jsonwebtoken::dangerous::insecure_decode_claims(&good).unwrap();
    // Signed by nobody: no key is found that could tell.
    let (_, signature) = good.rsplit_once('.').unwrap();
    for number in 0..500_u64 {
        let mut header = Header::new(Algorithm::RS256);
        header.kid = Some(format!("unknown-{number}"));
        let part = |json: Value| data_encoding::BASE64URL_NOPAD.encode(json.to_string().as_bytes());
        let flood =
            format!("{}.{}.{signature}", part(serde_json::to_value(&header).unwrap()), part(claims.clone()));
        let result = issuers.verify(&flood, &configured, later(number / 20)).await;
        assert_eq!(result, Err(TokenError::Invalid));
    }
    // 25 seconds went by.
    let asked = [provider.asked("/jwks").await, provider.asked("/.well-known/openid-configuration").await];
    assert!(asked.iter().all(|asked| (2..=3).contains(asked)), "{asked:?}");
    assert!(matches!(issuers.verify(&good, &configured, later(0)).await, Ok(Some(_))));
}

#[tokio::test]
async fn known_keys_serve_while_the_provider_is_away() {
    let provider = Provider::start();
    let (known, configured) = (issuers(), provider.trusted());
    let (first, second) =
        (provider.token("vouchsafe", "RS256").await, provider.token("vouchsafe", "ES256").await);
    assert!(matches!(known.verify(&first, &configured, later(0)).await, Ok(Some(_))));
    provider.stop();
    for (token, seconds) in [(&second, 1), (&second, TTL), (&first, TTL + 1)] {
        assert!(matches!(known.verify(token, &configured, later(seconds)).await, Ok(Some(_))), "{seconds}");
    }
    assert_eq!(issuers().verify(&first, &configured, later(0)).await, Err(TokenError::Unreachable));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_tenant_trusts_the_provider() {
    let provider = Provider::start();
    let database = TestDatabase::new(Backend::Sqlite);
    let mut config = database.config();
    config.outbound.allow = vec!["127.0.0.1".parse().unwrap()];
    let server = TestServer::on(database, config).await;
    let token = provider.token("vouchsafe", "ES256").await;
    let get = async |path: &str| Answer::of(server.anonymous(Method::GET, path).bearer_auth(&token)).await;
    get("/api/v1/basic-credentials").await.expect(401);

    let session = server.session().await;
    let tenants = "/api/configuration/tenants";
    let listed = session.get(tenants).await.expect(200);
    let tenant = format!("{tenants}/{}", listed["items"][0]["key"].as_str().unwrap());
    let mut body = session.body(&tenant).await;
    body["external_issuers"] =
        json!([{"issuer": provider.url, "audience": "vouchsafe", "clock_leeway_seconds": 5}]);
    session.put(&tenant, body.clone()).await.expect(201);
    session.commit().await.expect(201);
    get("/api/v1/basic-credentials").await.expect(200);
    // The token has that one scope.
    get("/api/v1/x509-credentials").await.expect(403);

    body["external_issuers"] = json!([]);
    session.put(&tenant, body).await.expect(201);
    session.commit().await.expect(201);
    get("/api/v1/basic-credentials").await.expect(401);
}
