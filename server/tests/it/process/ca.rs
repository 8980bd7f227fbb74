//! `vouchsafe ca export` and `vouchsafe ca import`: an operator's own CA, made and checked by OpenSSL.

use std::{fs, os::unix::fs::PermissionsExt};

use serde_json::{Value, json};

use super::{
    child::{Ended, Server, on_both, run, vouchsafe},
    database::{counts, sql},
};
use crate::harness::{TestDatabase, openssl::OpenSsl};

on_both!(imported_into_an_empty_database, imported_into_a_used_one, the_platforms_own_is_exported, refused);

const X509: &str = "/api/v1/x509-credentials";

const CONFIG: &str = "[req]
distinguished_name = empty
[empty]
[root]
basicConstraints = critical,CA:TRUE
keyUsage = critical,keyCertSign,cRLSign
subjectKeyIdentifier = hash
[ca]
basicConstraints = critical,CA:TRUE
keyUsage = critical,keyCertSign,cRLSign
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
[leaf]
basicConstraints = critical,CA:FALSE
keyUsage = critical,digitalSignature
subjectKeyIdentifier = hash
";

/// An operator with an offline root and an intermediate CA, `chain.pem` and `ca.key`, for this server.
fn operator() -> OpenSsl {
    let openssl = OpenSsl::new();
    openssl.write("ca.cnf", CONFIG);
    for key in ["root", "ca", "other"] {
        openssl.run(&format!("genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out {key}.key"));
    }
    openssl.run(
        "req -x509 -config ca.cnf -extensions root -key root.key -subj /O=Operator/CN=Root -days 3650 -out root.pem",
    );
    issue(&openssl, "ca", "-days 1825");
    openssl
}

/// The root issues `ca.pem` anew.
fn issue(openssl: &OpenSsl, section: &str, options: &str) {
    openssl.run("req -new -config ca.cnf -key ca.key -subj /O=Operator/CN=Devices -out ca.csr");
    openssl.run(&format!(
        "x509 -req -in ca.csr -CA root.pem -CAkey root.key -CAcreateserial -extfile ca.cnf -extensions {section} \
         -out ca.pem {options}"
    ));
    openssl.write("chain.pem", &(openssl.read("ca.pem") + &openssl.read("root.pem")));
}

/// Runs the import of two of the operator's files, which are copied to where the command runs.
fn import(database: &TestDatabase, openssl: &OpenSsl, certificate: &str, key: &str) -> Ended {
    for file in [certificate, key] {
        fs::write(database.folder.path().join(file), openssl.read(file)).unwrap();
    }
    run(vouchsafe(database, ["ca", "import", "--certificate", certificate, "--private-key", key]))
}

/// Verifies a leaf with nothing trusted but the operator's root.
#[track_caller]
fn verify(openssl: &OpenSsl, leaf: &Value, chain: &Value) -> Result<String, String> {
    openssl.write("leaf.pem", leaf["certificate"].as_str().unwrap());
    let chain: Vec<_> =
        chain["caChain"].as_array().unwrap().iter().map(|pem| pem.as_str().unwrap()).collect();
    openssl.write("untrusted.pem", &chain.join("\n"));
    openssl
        .try_run("verify -x509_strict -purpose sslclient -CAfile root.pem -untrusted untrusted.pem leaf.pem")
}

async fn leaf(server: &Server) -> Value {
    server.post(X509, json!({"commonName": "device", "keyType": "ec-p256"})).await.expect(201)
}

async fn imported_into_an_empty_database(database: TestDatabase) {
    let operator = operator();
    let imported = import(&database, &operator, "chain.pem", "ca.key");
    let bootstrap = database.data_dir().join("bootstrap.json");
    assert_eq!(
        imported.worked(),
        format!("first start with your CA; credentials: {}\n", bootstrap.display())
    );
    assert_eq!(counts(&database), "1|2|1|1|1");
    let server = Server::start(&database).await;
    assert!(!server.process.stdout().starts_with("first start"));
    let leaf = leaf(&server).await;
    verify(&operator, &leaf, &leaf).unwrap();
    let exported = run(vouchsafe(&database, ["ca", "export"]));
    assert_eq!(exported.worked().replace("\n\n", "\n"), operator.read("chain.pem").replace("\n\n", "\n"));
}

async fn imported_into_a_used_one(database: TestDatabase) {
    let operator = operator();
    let server = Server::start(&database).await;
    run(vouchsafe(&database, ["tenant", "create", "acme"])).worked();
    let before = leaf(&server).await;
    assert!(verify(&operator, &before, &before).is_err(), "the platform is not the operator's yet");
    server.stop();

    let imported = import(&database, &operator, "chain.pem", "ca.key");
    assert_eq!(
        imported.worked(),
        "renewed the CA certificates of 2 tenants under your CA; restart running servers\n"
    );
    assert_eq!(counts(&database), "2|3|1|1|1");
    let server = Server::start(&database).await;
    let after = leaf(&server).await;
    verify(&operator, &after, &after).unwrap();
    verify(&operator, &before, &after).unwrap();
    assert_eq!(server.get(X509).await.expect(200).as_array().unwrap().len(), 2);
    // The other tenant's CA too.
    operator.write("acme.pem", &server.get("/pki/acme/ca.pem").await.text);
    operator.run("verify -x509_strict -CAfile root.pem -untrusted ca.pem acme.pem");
    operator.write("platform.pem", &server.get("/pki/platform/ca.pem").await.text);
    operator.run("verify -x509_strict -CAfile root.pem platform.pem");
    // The same once more, as an operator does who is not sure.
    import(&database, &operator, "chain.pem", "ca.key").worked();
    let server = Server::start(&database).await;
    let again = leaf(&server).await;
    for leaf in [&before, &after, &again] {
        verify(&operator, leaf, &again).unwrap();
    }
}

async fn the_platforms_own_is_exported(database: TestDatabase) {
    let openssl = OpenSsl::new();
    let server = Server::start(&database).await;
    let export = || run(vouchsafe(&database, ["ca", "export"]));
    openssl.write("root.pem", export().worked());
    assert_eq!(export().worked().trim(), server.get("/pki/platform/ca.pem").await.text.trim());
    let leaf = leaf(&server).await;
    verify(&openssl, &leaf, &leaf).unwrap();

    let with_key = || run(vouchsafe(&database, ["ca", "export", "--private-key", "platform.key"]));
    let file = database.folder.path().join("platform.key");
    assert_eq!(with_key().worked(), export().worked(), "the key goes to the file only");
    assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    openssl.write("platform.key", &fs::read_to_string(&file).unwrap());
    let of_key = openssl.run("pkey -in platform.key -pubout");
    assert_eq!(of_key, openssl.run("x509 -in root.pem -noout -pubkey"));
    assert_eq!(with_key().error(), "platform.key exists already: name a new file");
    // What was exported can be imported elsewhere.
    openssl.write("chain.pem", &openssl.read("root.pem"));
    import(&database, &openssl, "chain.pem", "platform.key").worked();
}

async fn refused(database: TestDatabase) {
    let operator = operator();
    let refused = |chain: &str, key: &str, message: &str| {
        let ended = import(&database, &operator, chain, key);
        assert!(ended.error().starts_with(message), "{}", ended.error());
        assert!(!ended.stderr.contains("PRIVATE KEY-----"), "{}", ended.stderr);
    };
    let run_through = || {
        refused(
            "chain.pem",
            "other.key",
            "the CA certificate: the private key does not belong to the certificate",
        );
        refused("ca.key", "ca.key", "the CA certificate: ");
        refused("chain.pem", "ca.pem", "the key: there is no PEM block PRIVATE KEY");
        operator.run("pkey -in ca.key -aes256 -passout pass:secret -out encrypted.key");
        refused("chain.pem", "encrypted.key", "the key: ");
        issue(&operator, "leaf", "-days 1825");
        let no_ca = "the CA certificate: the certificate is not a CA certificate (basicConstraints CA:TRUE)";
        refused("chain.pem", "ca.key", no_ca);
        issue(&operator, "ca", "-days 0");
        std::thread::sleep(std::time::Duration::from_millis(1100));
        let expired = "certificate 1 of the chain (O=Operator, CN=Devices): it is expired or not yet valid";
        refused("chain.pem", "ca.key", expired);
        issue(&operator, "ca", "-days 1825");
        let missing =
            run(vouchsafe(&database, ["ca", "import", "--certificate", "no.pem", "--private-key", "ca.key"]));
        assert_eq!(missing.error(), "reading no.pem: No such file or directory (os error 2)");
    };
    run_through();
    assert!(!database.data_dir().exists(), "an empty database stays empty");
    Server::start(&database).await.stop();
    let authorities = "SELECT id, certificate_pem, chain_pem FROM authorities ORDER BY id";
    let before = sql(&database, authorities);
    run_through();
    assert_eq!(sql(&database, authorities), before);
}
