//! The suite against Prism, which somebody else wrote and which only reads the document: what the document alone can tell
//! passes, what needs a memory fails, and nothing is an Error.

use std::{
    collections::BTreeMap,
    io::{BufRead, BufReader},
    path::PathBuf,
    process::{Child, Command, Stdio},
};

use serde_json::Value;
use tempfile::NamedTempFile;
use vouchsafe_conformance::{Admin, Auth, Options, Profile, Secret, Target, report, run};

/// What Prism 5.14.2 does not live through.
const SKIPPED: [&str; 1] = ["*::body-invalid-utf8=Prism ends at a body that is no UTF-8."];

/// A running mock server.
struct Prism {
    child: Child,
    url: String,
    _document: NamedTempFile,
}

impl Prism {
    /// On a port that was free a moment ago: it has no way to be given none.
    fn start() -> Self {
        let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let mut document = tempfile::Builder::new().suffix(".json").tempfile().unwrap();
        serde_json::to_writer(&mut document, vouchsafe_api_spec::document()).unwrap();
        let mut child = Command::new(program())
            .args(["mock", "--host", "127.0.0.1", "--port", &port.to_string()])
            .arg(document.path())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("Prism is installed: run `cargo xtask test`");
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
        assert!(lines.any(|line| line.contains("Prism is listening")));
        // Nobody reads what else it prints, and a full pipe must not stop it.
        std::thread::spawn(move || lines.for_each(drop));
        Self { child, url: format!("http://127.0.0.1:{port}"), _document: document }
    }
}

impl Drop for Prism {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn program() -> PathBuf {
    let cache = || PathBuf::from(std::env::var("HOME").unwrap()).join(".cache/vouchsafe/prism-5.14.2");
    let told = std::env::var_os("VOUCHSAFE_TEST_PRISM").map(PathBuf::from);
    told.unwrap_or_else(|| cache().join("node_modules/.bin/prism"))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_without_a_memory_passes_what_needs_none() {
    let prism = Prism::start();
    let admin = Admin { user: "admin".to_owned(), password: Secret::new("any") };
    let target = Target::new(&prism.url, Auth::Token(Secret::new("any"))).unwrap().with_admin(admin);
    let skip = SKIPPED.iter().map(|&skip| skip.into()).collect();
    let outcome = run(target, Options { skip, parallel: 1, ..Options::from(Profile::Extended) }).await;
    let errors = outcome.results.iter().filter(|result| result.verdict.word() == "error");
    let errors: String = errors.map(report::result).collect();
    assert!(errors.is_empty(), "{errors}");
    let mut told: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for result in &outcome.results {
        told.entry(result.verdict.word()).or_default().push(&result.case.id);
    }
    let counts: BTreeMap<_, _> = told.iter().map(|(word, ids)| (*word, Value::from(ids.len()))).collect();
    println!("Prism: {counts:?} in {:.0} s", outcome.duration.as_secs_f64());
    insta::assert_json_snapshot!(told);
}
