//! The example programs against a real server, and what they write, checked by OpenSSL.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use serde_json::json;

use super::child::{Server, on_both, run, sqlite, vouchsafe};
use crate::harness::{TestDatabase, openssl::OpenSsl};

on_both!(the_quickstarts_certificate_verifies);

/// An example's binary stands beside the server's.
pub(super) fn example(database: &TestDatabase, name: &str) -> Command {
    let program: PathBuf = Path::new(env!("CARGO_BIN_EXE_vouchsafe")).with_file_name(name);
    assert!(program.exists(), "{} is missing: cargo build -p vouchsafe-examples", program.display());
    let mut command = Command::new(program);
    command.env_clear().current_dir(database.folder.path());
    command
}

async fn the_quickstarts_certificate_verifies(database: TestDatabase) {
    let server = Server::start(&database).await;
    let mut quickstart = example(&database, "quickstart");
    quickstart.args(["data/bootstrap.json", "--out", "pem"]);
    let ended = run(quickstart);
    let steps: Vec<_> = ended
        .worked()
        .lines()
        .filter_map(|line| line.split(' ').next())
        .filter(|word| !word.is_empty())
        .collect();
    let expected = "created the suspended revoked refused issued wrote wrote wrote verify";
    assert_eq!(steps.join(" "), expected, "{}", ended.stdout);
    let list = server.get("/api/v1/basic-credentials").await.expect(200);
    assert_eq!(list.as_array().unwrap().len(), 1);
    assert_eq!(list[0]["state"], json!("Revoked"));

    let openssl = OpenSsl::new();
    for file in ["certificate.pem", "chain.pem", "private-key.pem"] {
        openssl.write(file, &fs::read_to_string(database.folder.path().join("pem").join(file)).unwrap());
    }
    openssl.write("platform.pem", run(vouchsafe(&database, ["ca", "export"])).worked());
    openssl.run("verify -x509_strict -CAfile platform.pem -untrusted chain.pem certificate.pem");
    let of_key = openssl.run("pkey -in private-key.pem -pubout");
    assert_eq!(of_key, openssl.run("x509 -in certificate.pem -noout -pubkey"));
    let other = sqlite();
    let another = Server::start(&other).await;
    openssl.write("platform.pem", &another.get("/pki/platform/ca.pem").await.text);
    assert!(openssl.try_run("verify -CAfile platform.pem -untrusted chain.pem certificate.pem").is_err());
}

/// Against a server whose own certificate is from the platform CA.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn mutual_tls_lets_in_who_has_a_certificate() {
    let database = sqlite();
    let mut serve = vouchsafe(&database, ["serve"]);
    serve.env("VOUCHSAFE_TLS_ENABLED", "true");
    let _server = Server::spawn(serve);
    let platform = run(vouchsafe(&database, ["ca", "export"]));
    fs::write(database.folder.path().join("platform.pem"), platform.worked()).unwrap();
    let mut demo = example(&database, "mtls_service");
    demo.args(["demo", "data/bootstrap.json", "--ca-file", "platform.pem"]);
    let ended = run(demo);
    let lines: Vec<_> = ended.worked().lines().filter(|line| !line.starts_with("service: ")).collect();
    let [with, without] = lines.as_slice() else { panic!("{}", ended.stdout) };
    assert!(with.starts_with("with a certificate: "), "{with}");
    assert!(without.starts_with("without: refused: "), "{without}");
    let mut strangers = example(&database, "quickstart");
    strangers.args(["data/bootstrap.json"]);
    let stranger = run(strangers);
    assert_eq!(stranger.code, Some(1), "nobody trusts the platform by itself: {}", stranger.stdout);
}

on_both!(the_configuration_is_changed_once);

async fn the_configuration_is_changed_once(database: TestDatabase) {
    let _server = Server::start(&database).await;
    let openssl = OpenSsl::new();
    openssl.run("req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout key.pem -out ca.pem -subj /CN=Partner -addext basicConstraints=critical,CA:TRUE -addext keyUsage=critical,keyCertSign");
    let configure = || {
        let mut configure = example(&database, "configure");
        configure.args(["data/bootstrap.json", "--authority", "ca.pem"]);
        run(configure)
    };
    fs::write(database.folder.path().join("ca.pem"), openssl.read("ca.pem")).unwrap();
    let ended = configure();
    let words: Vec<_> = ended.worked().lines().filter_map(|line| line.split(' ').next()).collect();
    assert_eq!(words, ["create", "replace", "committed"], "{}", ended.stdout);
    let again = configure();
    let refused = again.worked().lines().last().unwrap();
    assert_eq!(
        refused,
        "refused /api/configuration/trust_stores/name: is the name of another trust store: choose another"
    );
}
