//! Runs the `vouchsafe` program: to its end, or as a server until it is killed.

use std::{
    fs::{self, File},
    process::{self, Command},
    thread,
    time::{Duration, Instant},
};

use reqwest::Method;
use serde_json::Value;
use tempfile::TempDir;

use crate::harness::{Answer, Backend, TestDatabase};

/// More than anything takes on a busy machine.
const PATIENCE: Duration = Duration::from_secs(90);

/// Makes two tests of an `async fn(TestDatabase)`: `name::sqlite` and `name::postgres`.
macro_rules! on_both {
    ($($name:ident),+ $(,)?) => {$(
        mod $name {
            use crate::harness::{Backend, TestDatabase};

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn sqlite() {
                super::$name(TestDatabase::new(Backend::Sqlite)).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn postgres() {
                super::$name(TestDatabase::new(Backend::Postgres)).await;
            }
        }
    )+};
}
pub(crate) use on_both;

/// An empty database in a folder of its own, on SQLite.
pub(crate) fn sqlite() -> TestDatabase {
    TestDatabase::new(Backend::Sqlite)
}

/// The program on a database, with the settings that make tests quick. No variable of this process reaches it.
pub(crate) fn vouchsafe<const N: usize>(database: &TestDatabase, args: [&str; N]) -> Command {
    let mut command = bare(args);
    command.env("VOUCHSAFE_DATA_DIR", database.data_dir()).current_dir(database.folder.path());
    if let Some(url) = &database.url {
        command.env("VOUCHSAFE_DATABASE_URL", url);
    }
    for (variable, value) in [
        ("VOUCHSAFE_LISTEN", "127.0.0.1:0"),
        ("VOUCHSAFE_DATABASE_MAX_CONNECTIONS", "8"),
        ("VOUCHSAFE_PASSWORDS_MEMORY_KIB", "8"),
        ("VOUCHSAFE_PASSWORDS_ITERATIONS", "1"),
        ("VOUCHSAFE_PKI_CA_KEY_TYPE", "ec-p256"),
        ("VOUCHSAFE_PKI_KEY_POOL", "0"),
    ] {
        command.env(variable, value);
    }
    command
}

/// The program with no settings at all.
pub(crate) fn bare<const N: usize>(args: [&str; N]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_vouchsafe"));
    command.args(args).env_clear().env("PATH", std::env::var_os("PATH").unwrap());
    command
}

/// A process, its outputs in files, so that nothing blocks and nothing is lost when it is killed.
#[derive(Debug)]
pub(crate) struct Process {
    child: process::Child,
    outputs: TempDir,
}

/// How a process ended.
#[derive(Debug)]
pub(crate) struct Ended {
    /// None when a signal ended it.
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Process {
    pub(crate) fn spawn(mut command: Command) -> Self {
        let outputs = TempDir::new().unwrap();
        command.stdin(process::Stdio::null());
        command.stdout(File::create(outputs.path().join("stdout")).unwrap());
        command.stderr(File::create(outputs.path().join("stderr")).unwrap());
        Self { child: command.spawn().unwrap(), outputs }
    }

    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    pub(crate) fn stdout(&self) -> String {
        fs::read_to_string(self.outputs.path().join("stdout")).unwrap()
    }

    pub(crate) fn stderr(&self) -> String {
        fs::read_to_string(self.outputs.path().join("stderr")).unwrap()
    }

    /// SIGTERM and the like.
    pub(crate) fn signal(&self, name: &str) {
        let sent = Command::new("kill").args(["-s", name, &self.id().to_string()]).status().unwrap();
        assert!(sent.success(), "the process is gone: {}", self.stderr());
    }

    pub(crate) fn is_over(&mut self) -> bool {
        self.child.try_wait().unwrap().is_some()
    }

    /// Waits for the end.
    pub(crate) fn ended(mut self) -> Ended {
        let mut code = None;
        self.until("end", |process| {
            let status = process.child.try_wait().unwrap();
            code = status.and_then(|status| status.code());
            status.map(|_| ())
        });
        Ended { code, stdout: self.stdout(), stderr: self.stderr() }
    }

    /// Waits for something.
    pub(crate) fn until<T>(&mut self, what: &str, mut done: impl FnMut(&mut Self) -> Option<T>) -> T {
        let deadline = Instant::now() + PATIENCE;
        loop {
            if let Some(value) = done(self) {
                return value;
            }
            assert!(Instant::now() < deadline, "waited too long for its {what}: {}", self.stderr());
            thread::sleep(Duration::from_millis(5));
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Runs the program to its end.
pub(crate) fn run(command: Command) -> Ended {
    Process::spawn(command).ended()
}

impl Ended {
    /// What it printed, if it says that it worked.
    #[track_caller]
    pub(crate) fn worked(&self) -> &str {
        assert_eq!(self.code, Some(0), "{}{}", self.stdout, self.stderr);
        &self.stdout
    }

    /// The one line of its error, if it failed as a program should: exit code 1, one `error:` line, nothing on the
    /// standard output.
    #[track_caller]
    pub(crate) fn error(&self) -> &str {
        assert_eq!(self.code, Some(1), "{}{}", self.stdout, self.stderr);
        assert_eq!(self.stdout, "");
        let errors: Vec<_> = self.stderr.lines().filter(|line| !is_log(line)).collect();
        let [line] = errors.as_slice() else { panic!("not one line of error: {}", self.stderr) };
        line.strip_prefix("error: ").unwrap_or_else(|| panic!("no error: {line}"))
    }
}

/// Log lines begin with a time.
fn is_log(line: &str) -> bool {
    line.len() > 20 && line.as_bytes()[4] == b'-' && line.as_bytes()[10] == b'T'
}

/// A running server.
#[derive(Debug)]
pub(crate) struct Server {
    pub(crate) process: Process,
    pub(crate) url: String,
    pub(crate) http: reqwest::Client,
    pub(crate) token: Option<String>,
}

impl Server {
    /// `vouchsafe serve`, with a token for the client of `bootstrap.json`.
    pub(crate) async fn start(database: &TestDatabase) -> Self {
        let mut server = Self::spawn(vouchsafe(database, ["serve"]));
        server.authorise(&bootstrap(database)).await;
        server
    }

    /// Any command line that serves. Returns when it says where.
    pub(crate) fn spawn(command: Command) -> Self {
        let mut process = Process::spawn(command);
        let url = process.until("URL", |process| {
            assert!(!process.is_over(), "it ended: {}", process.stderr());
            process
                .stdout()
                .lines()
                .find_map(|line| Some(line.strip_prefix("serving ")?.split_once(", try ")?.0.to_owned()))
        });
        let http = reqwest::Client::builder().timeout(PATIENCE).build().unwrap();
        Self { process, url, http, token: None }
    }

    /// Like `spawn`, under a name that no network knows: it is called where it listens.
    pub(crate) fn spawn_as(public_url: &str, mut command: Command) -> Self {
        command.env("VOUCHSAFE_PUBLIC_URL", public_url);
        let mut server = Self::spawn(command);
        assert_eq!(server.url, public_url);
        let address = server.process.until("address", |process| {
            let log = process.stderr();
            let (_, address) = log.split_once("addr=socket://")?;
            Some(address.split_once(char::is_whitespace)?.0.to_owned())
        });
        server.url = format!("http://{address}");
        server
    }

    /// Gets a token for the client named in `bootstrap.json`.
    pub(crate) async fn authorise(&mut self, bootstrap: &Value) {
        let text = |name: &str| bootstrap[name].as_str().unwrap();
        let answer = self.ask_token(text("clientId"), text("clientSecret")).await.expect(200);
        self.token = Some(answer["access_token"].as_str().unwrap().to_owned());
    }

    pub(crate) async fn ask_token(&self, id: &str, secret: &str) -> Answer {
        let request = self.http.post(format!("{}/oauth2/token", self.url)).basic_auth(id, Some(secret));
        Answer::of(request.form(&[("grant_type", "client_credentials")])).await
    }

    pub(crate) fn request(&self, method: Method, path: &str) -> reqwest::RequestBuilder {
        let request = self.http.request(method, format!("{}{path}", self.url));
        match &self.token {
            Some(token) => request.bearer_auth(token),
            None => request,
        }
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        Answer::of(self.request(Method::GET, path)).await
    }

    pub(crate) async fn post(&self, path: &str, body: Value) -> Answer {
        Answer::of(self.request(Method::POST, path).json(&body)).await
    }

    pub(crate) async fn patch(&self, path: &str, body: Value) -> Answer {
        Answer::of(self.request(Method::PATCH, path).json(&body)).await
    }

    /// Ends it as an operator does.
    pub(crate) fn stop(self) -> Ended {
        self.process.signal("TERM");
        let ended = self.process.ended();
        assert_eq!(ended.code, Some(0), "{}", ended.stderr);
        ended
    }

    /// `kill -9`.
    pub(crate) fn kill(self) {
        self.process.signal("KILL");
        assert_eq!(self.process.ended().code, None);
    }
}

/// What the first start wrote down.
pub(crate) fn bootstrap(database: &TestDatabase) -> Value {
    serde_json::from_slice(&fs::read(database.data_dir().join("bootstrap.json")).unwrap()).unwrap()
}
