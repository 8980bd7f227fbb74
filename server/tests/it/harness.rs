//! Starts real servers on databases of their own and talks HTTP to them. Every answer is held against the document.

mod answer;
pub(crate) mod database;
pub(crate) mod document;
pub(crate) mod openssl;
pub(crate) mod session;

use std::{net::SocketAddr, path::PathBuf, process::Command, time::Duration};

use reqwest::Method;
use serde_json::Value;
use tempfile::TempDir;
use tokio::{sync::oneshot, task::JoinHandle};
use vouchsafe::{app::Server, config::Config};

pub(crate) use answer::Answer;

/// Which database a test runs on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Backend {
    Sqlite,
    Postgres,
}

/// Writes a test twice: once a backend. `both!(name, async |server: TestServer| { .. });` with default settings.
macro_rules! both {
    ($name:ident, $body:expr) => {
        $crate::harness::both!($name, |_| {}, $body);
    };
    ($name:ident, $settings:expr, $body:expr) => {
        mod $name {
            use super::*;

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn sqlite() {
                let test = $body;
                test($crate::harness::TestServer::start($crate::harness::Backend::Sqlite, $settings).await)
                    .await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn postgres() {
                let test = $body;
                test($crate::harness::TestServer::start($crate::harness::Backend::Postgres, $settings).await)
                    .await;
            }
        }
    };
}
pub(crate) use both;

/// A database that goes with the test: a folder, and on PostgreSQL a database of the test cluster.
#[derive(Debug)]
pub(crate) struct TestDatabase {
    pub(crate) folder: TempDir,
    pub(crate) url: Option<String>,
    name: String,
}

impl TestDatabase {
    pub(crate) fn new(backend: Backend) -> Self {
        let folder = tempfile::Builder::new().prefix("vouchsafe-test").tempdir().unwrap();
        let name = format!("test_{}", data_encoding::HEXLOWER.encode(&random()));
        let url = (backend == Backend::Postgres).then(|| {
            psql(&format!("CREATE DATABASE {name}"));
            let mut url = url::Url::parse(&cluster()).expect("VOUCHSAFE_TEST_POSTGRES is a URL");
            url.set_path(&name);
            url.to_string()
        });
        Self { folder, url, name }
    }

    /// Settings that make tests quick: the smallest password hash and CAs with EC keys.
    pub(crate) fn config(&self) -> Config {
        let mut config = Config {
            data_dir: self.data_dir(),
            listen: SocketAddr::from(([127, 0, 0, 1], 0)),
            ..Config::default()
        };
        config.database.url.clone_from(&self.url);
        config.database.max_connections = 8;
        config.passwords.memory_kib = 8;
        config.passwords.iterations = 1;
        config.pki.ca_key_type = "ec-p256".to_owned();
        config
    }

    pub(crate) fn data_dir(&self) -> PathBuf {
        self.folder.path().join("data")
    }
}

impl Drop for TestDatabase {
    fn drop(&mut self) {
        if self.url.is_some() {
            psql(&format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.name));
        }
    }
}

fn random() -> [u8; 8] {
    let mut bytes = [0; 8];
    aws_lc_rs::rand::fill(&mut bytes).unwrap();
    bytes
}

/// The superuser URL of the test cluster.
fn cluster() -> String {
    std::env::var("VOUCHSAFE_TEST_POSTGRES").expect(
        "VOUCHSAFE_TEST_POSTGRES is not set: run `cargo xtask test`, or `cargo xtask postgres -- cargo nextest run`",
    )
}

/// Runs a statement on the test cluster as its superuser.
pub(crate) fn psql(statement: &str) {
    let output = Command::new("psql")
        .args(["--no-psqlrc", "--quiet", "--dbname", &cluster(), "--command", statement])
        .output();
    let output = output.expect("psql runs");
    assert!(output.status.success(), "{statement}: {}", String::from_utf8_lossy(&output.stderr));
}

/// A server that runs in this process.
#[derive(Debug)]
pub(crate) struct TestServer {
    pub(crate) url: String,
    pub(crate) client_id: String,
    pub(crate) client_secret: String,
    pub(crate) admin_password: String,
    pub(crate) database: TestDatabase,
    pub(crate) config: Config,
    pub(crate) token: Option<String>,
    http: reqwest::Client,
    running: Option<Running>,
}

#[derive(Debug)]
struct Running {
    stop: oneshot::Sender<()>,
    task: JoinHandle<anyhow::Result<()>>,
}

impl TestServer {
    /// A first start, with settings changed.
    pub(crate) async fn start(backend: Backend, settings: impl FnOnce(&mut Config)) -> Self {
        let database = TestDatabase::new(backend);
        let mut config = database.config();
        settings(&mut config);
        Self::on(database, config).await
    }

    /// A start on a database.
    pub(crate) async fn on(database: TestDatabase, config: Config) -> Self {
        let (url, running) = run(&config).await;
        let bootstrap: Value =
            serde_json::from_slice(&std::fs::read(config.data_dir.join("bootstrap.json")).unwrap()).unwrap();
        let text = |name: &str| bootstrap[name].as_str().unwrap().to_owned();
        let http = reqwest::Client::builder()
            .timeout(Duration::from_secs(60))
            .redirect(reqwest::redirect::Policy::none());
        let mut server = Self {
            url,
            client_id: text("clientId"),
            client_secret: text("clientSecret"),
            admin_password: text("adminPassword"),
            database,
            config,
            token: None,
            http: http.tls_danger_accept_invalid_certs(true).build().unwrap(),
            running: Some(running),
        };
        if server.config.auth.enabled {
            server.token = Some(server.token_with(&server.client_id, &server.client_secret, None).await);
        }
        server
    }

    /// Ends the server as a signal would, and gives its database back for another start.
    pub(crate) async fn stop(mut self) -> (TestDatabase, Config) {
        if let Some(running) = self.running.take() {
            running.stop.send(()).unwrap();
            running.task.await.unwrap().unwrap();
        }
        (self.database, self.config)
    }

    /// Another server on the same database, with settings changed. This one keeps the database.
    pub(crate) async fn replica(&self, settings: impl FnOnce(&mut Config)) -> Self {
        let mut config = self.config.clone();
        settings(&mut config);
        let folder = TempDir::new().unwrap();
        Self::on(TestDatabase { folder, url: None, name: String::new() }, config).await
    }

    /// A token from the built-in endpoint.
    pub(crate) async fn token_with(&self, id: &str, secret: &str, scope: Option<&str>) -> String {
        let mut form = vec![("grant_type", "client_credentials")];
        form.extend(scope.map(|scope| ("scope", scope)));
        // RFC 6749 section 2.3.1: both are form-encoded first.
        let encoded = |text: &str| url::form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
        let request = self.http.post(format!("{}/oauth2/token", self.url));
        let request = request.basic_auth(encoded(id), Some(encoded(secret))).form(&form);
        let answer: Value = request.send().await.unwrap().json().await.unwrap();
        answer["access_token"].as_str().unwrap_or_else(|| panic!("no token: {answer}")).to_owned()
    }

    /// The same server, called with another token or none.
    pub(crate) fn with_token(&self, token: Option<&str>) -> Caller<'_> {
        Caller { server: self, token: token.map(str::to_owned) }
    }

    fn caller(&self) -> Caller<'_> {
        self.with_token(self.token.as_deref())
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.caller().send(Method::GET, path, None).await
    }

    pub(crate) async fn post(&self, path: &str, body: Value) -> Answer {
        self.caller().send(Method::POST, path, Some(body)).await
    }

    pub(crate) async fn patch(&self, path: &str, body: Value) -> Answer {
        self.caller().send(Method::PATCH, path, Some(body)).await
    }

    /// A request to be shaped by hand, with this server's token.
    pub(crate) fn request(&self, method: Method, path: &str) -> reqwest::RequestBuilder {
        let request = self.http.request(method, format!("{}{path}", self.url));
        match &self.token {
            Some(token) => request.bearer_auth(token),
            None => request,
        }
    }

    /// A request without a token.
    pub(crate) fn anonymous(&self, method: Method, path: &str) -> reqwest::RequestBuilder {
        self.http.request(method, format!("{}{path}", self.url))
    }
}

/// An address that no other test has, on a loopback network of its own: a server may leave it and come back.
pub(crate) fn own_address() -> SocketAddr {
    let [a, b, c, ..] = random();
    let own = SocketAddr::from(([127, a | 1, b, c.clamp(1, 254)], 0));
    std::net::TcpListener::bind(own).unwrap().local_addr().unwrap()
}

async fn run(config: &Config) -> (String, Running) {
    let server = Server::start(config).await.unwrap();
    let url = server.url.clone();
    let (stop, stopped) = oneshot::channel();
    let task = tokio::spawn(server.run(async move {
        let _ = stopped.await;
    }));
    (url, Running { stop, task })
}

/// Somebody who calls a server.
#[derive(Debug)]
pub(crate) struct Caller<'a> {
    server: &'a TestServer,
    token: Option<String>,
}

impl Caller<'_> {
    pub(crate) async fn send(&self, method: Method, path: &str, body: Option<Value>) -> Answer {
        let mut request = self.server.anonymous(method, path);
        if let Some(token) = &self.token {
            request = request.bearer_auth(token);
        }
        if let Some(body) = body {
            request = request.json(&body);
        }
        Answer::of(request).await
    }
}
