//! Authorities: one CA's certificate each, in PEM.

use serde_json::json;

use super::{Cas, PATH, refused, sample, store};
use crate::harness::{TestServer, both};

/// `openssl ca` needs a file that says everything `openssl req` has options for.
const CONFIG: &str = "\
[ca]
default_ca = here
[here]
database = index.txt
new_certs_dir = .
rand_serial = yes
default_md = sha256
policy = any
x509_extensions = extensions
[any]
commonName = supplied
[extensions]
basicConstraints = critical,CA:TRUE
";

/// A CA whose certificate was good for a month of 2020.
fn expired(cas: &Cas) -> String {
    cas.0.write("ca.cnf", CONFIG);
    // An empty file.
    cas.0.run("enc -none -in /dev/null -out index.txt");
    cas.0.run("req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout old.key -out old.csr -subj /CN=old");
    cas.0.run(
        "ca -config ca.cnf -selfsign -keyfile old.key -in old.csr -out old.pem -batch -notext \
         -startdate 20200101000000Z -enddate 20200201000000Z",
    );
    cas.0.read("old.pem")
}

both!(that_are_none_are_refused, async |server: TestServer| {
    let (session, cas) = (server.session().await, Cas::new());
    let (good, other) = (cas.ca("good"), cas.ca("other"));
    let key = cas.0.read("good.key");
    let leaf = cas.certificate("leaf", "-addext basicConstraints=critical,CA:FALSE");
    let signer = cas.certificate("signer", "-addext keyUsage=digitalSignature");
    cas.0.run("req -new -key good.key -out good.csr -subj /CN=good");
    cas.0.run("x509 -req -in good.csr -signkey good.key -days 30 -out first.pem");
    cas.0.run("x509 -in good.pem -outform DER -out good.der");
    let middle = good.lines().nth(3).unwrap();
    let one_pem = "must be one PEM certificate";
    for (sent, words) in [
        ("good".to_owned(), one_pem),
        ("\n".to_owned(), one_pem),
        (good.lines().filter(|line| !line.starts_with('-')).collect(), one_pem),
        (good.replace("-----END CERTIFICATE-----", ""), one_pem),
        (good.replace("-----BEGIN CERTIFICATE-----", ""), one_pem),
        (format!("Subject: CN=good\n{good}"), one_pem),
        (format!("{good}and more"), one_pem),
        (good.replace(middle, "*not*base64*"), "base64"),
        (good.replace(middle, "MII\0"), "base64"),
        (good.replace(middle, ""), "X.509"),
        (good.replace("CERTIFICATE", "X509 CERTIFICATE"), "label must be CERTIFICATE"),
        (cas.0.read("good.csr"), "label must be CERTIFICATE"),
        (format!("{good}{other}"), "several PEM blocks"),
        (format!("{good}{good}"), "several PEM blocks"),
        (key.clone(), "holds a private key"),
        (format!("{good}{key}"), "holds a private key"),
        (format!("{key}{good}"), "holds a private key"),
        (leaf, "is not a CA certificate"),
        (signer, "keyCertSign"),
        (cas.0.read("first.pem"), "version 3"),
        (format!("{good}{}", " \n".repeat(10_000)), "must not be longer than"),
    ] {
        for (body, pointer) in [(json!(sent), ""), (json!({"pem": sent}), "/pem")] {
            let answer = session.post(PATH, store("Bad", json!([other, body]))).await;
            refused(&answer, "SyntacticError", &format!("{PATH}/authorities/1{pointer}"), words);
            assert!(answer.text.len() < 1_024 && !answer.text.contains("MII"), "{}", answer.text);
        }
    }
    // Every one that is bad is told.
    let answer = session.post(PATH, store("Bad", json!(["x", other, key, {"pem": "y"}]))).await.failure(400);
    let places: Vec<_> =
        answer["details"]["errors"].as_array().unwrap().iter().map(|error| error["path"].clone()).collect();
    assert_eq!(
        json!(places),
        json!([
            format!("{PATH}/authorities/0"),
            format!("{PATH}/authorities/2"),
            format!("{PATH}/authorities/3/pem")
        ])
    );
    assert_eq!(session.get("/api/transaction").await.expect(200)["body"]["status"], "closed");
});

both!(that_are_expired_are_kept, async |server: TestServer| {
    let (session, cas) = (server.session().await, Cas::new());
    let pem = expired(&cas);
    let key = session.create(PATH, store("Old", json!([pem]))).await;
    session.commit().await.expect(201);
    let body = session.body(&format!("{PATH}/{key}")).await;
    let fingerprint = cas.0.field("old.pem", "-fingerprint -sha256").to_lowercase();
    let name = "C=None/ST=None/L=None/O=None/OU=None/CN=old/emailAddress=None";
    assert_eq!(
        body["authorities"],
        json!([{
            "fingerprint": {"digest": fingerprint, "hash_algorithm": "sha256"},
            "issuer": name,
            "pem": pem,
            "subject": name,
        }])
    );
});

both!(of_a_mebibyte_are_too_long, async |server: TestServer| {
    let session = server.session().await;
    let pem = sample()["authorities"][0]["pem"].as_str().unwrap().to_owned();
    let answer = session.post(PATH, store("Big", json!(["A".repeat(1024 * 1024)]))).await;
    assert_eq!(answer.failure(413)["type"], "ContentTooLarge");
    for length in [32 * 1024, 900 * 1024] {
        let answer = session.post(PATH, store("Big", json!(["A".repeat(length) + &pem]))).await;
        refused(
            &answer,
            "SyntacticError",
            &format!("{PATH}/authorities/0"),
            "must be 1 to 32768 characters long",
        );
        assert!(answer.text.len() < 1_024);
    }
});

both!(are_a_thousand_at_most, async |server: TestServer| {
    let (session, pem) = (server.session().await, Cas::new().ca("a"));
    let all = format!("{PATH}/authorities");
    for many in [json!(vec!["x"; 10_000]), json!(vec![json!({"pem": "x"}); 10_000]), json!(vec![&pem; 1_001])]
    {
        let answer = session.post(PATH, store("Many", many)).await;
        refused(&answer, "SyntacticError", &all, "must not have more than 1000 authorities");
        assert!(answer.text.len() < 1_024);
    }
    // All of them are bad: a hundred are told.
    for (many, place) in [
        (json!(vec![""; 10_000]), "0"),
        (json!(vec![0; 10_000]), "0"),
        (json!(vec![json!({}); 10_000]), "0/pem"),
        (json!(vec!["x"; 1_000]), "0"),
    ] {
        let answer = session.post(PATH, store("Many", many)).await;
        refused(&answer, "SyntacticError", &format!("{all}/{place}"), "");
        let error = answer.failure(400);
        assert_eq!(error["details"]["errors"].as_array().unwrap().len(), 100);
        assert!(answer.text.len() < 64 * 1024, "{}", answer.text.len());
        assert!(error["message"].as_str().unwrap().len() < 1_024, "{error}");
    }
    let answer = session.post(PATH, store("Many", json!(vec![&pem; 1_000]))).await;
    refused(&answer, "SemanticError", &format!("{all}/1"), "is in the trust store already");
    assert!(answer.text.len() < 64 * 1024, "{}", answer.text.len());
});
