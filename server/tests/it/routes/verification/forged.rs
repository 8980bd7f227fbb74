//! Certificates that only pretend to be ours, made by OpenSSL, and what is none.

use serde_json::Value;

use super::{X509, issued, outcome, rejected, shown, verify_chain};
use crate::{
    harness::{TestServer, both, openssl::OpenSsl},
    process::database::sql,
};

const CONFIG: &str = "[req]
string_mask = MASK
distinguished_name = empty
[empty]
[ca]
basicConstraints = critical,CA:TRUE
keyUsage = critical,keyCertSign,cRLSign
subjectKeyIdentifier = hash
[named]
basicConstraints = critical,CA:FALSE
authorityKeyIdentifier = keyid
[plain]
authorityKeyIdentifier = none
basicConstraints = critical,CA:FALSE
";

/// A CA that calls itself as ours does, with a key of its own; its name is written as ours (`default`: a PrintableString), or
/// as `utf8only`.
fn forger(mask: &str) -> OpenSsl {
    let openssl = OpenSsl::new();
    openssl.write("my.cnf", &CONFIG.replace("MASK", mask));
    for key in ["ca", "leaf"] {
        openssl.run(&format!("genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out {key}.key"));
    }
    openssl
        .run("req -x509 -config my.cnf -extensions ca -key ca.key -subj /CN=default -days 365 -out ca.pem");
    openssl.run("req -new -config my.cnf -key leaf.key -subj /CN=device -out leaf.csr");
    openssl
}

fn forge(openssl: &OpenSsl, section: &str, serial: &str) -> String {
    openssl.run(&format!(
        "x509 -req -in leaf.csr -CA ca.pem -CAkey ca.key -set_serial {serial} -days 30 -extfile my.cnf -extensions \
         {section} -out leaf.pem"
    ));
    openssl.read("leaf.pem")
}

fn bad_signature() -> Value {
    rejected("BadSignature", "the certificate is not signed by the one that it names as its issuer")
}

fn untrusted() -> Value {
    rejected("UntrustedIssuer", "neither the tenant's CA nor a trust store of the tenant knows the issuer")
}

both!(in_our_name_with_another_key, async |server: TestServer| {
    let openssl = forger("default");
    let real = issued(&server, "device").await;
    let serial = real["serialNumber"].as_str().unwrap();
    for (section, serial, verdict) in [
        ("plain", serial, bad_signature()),
        ("plain", "4711", bad_signature()),
        ("plain", "0", bad_signature()),
        ("plain", "-4711", bad_signature()),
        // It names another CA's key.
        ("named", serial, untrusted()),
    ] {
        let leaf = forge(&openssl, section, serial);
        for chain in
            [&[&*leaf][..], &[&leaf, &openssl.read("ca.pem")], &[&leaf, real["caChain"][0].as_str().unwrap()]]
        {
            assert_eq!(verify_chain(&server, chain).await, verdict, "{section} {serial} {}", chain.len());
        }
    }
    let other = forge(&forger("utf8only"), "plain", serial);
    assert_eq!(verify_chain(&server, &[&other]).await, untrusted(), "our CAs write their names otherwise");
    let own = shown(&server, X509, &real["id"]).await;
    assert_eq!(own["state"], "Inactive", "the forger used nothing");
});

both!(one_bit_of_ours_is_another, async |server: TestServer| {
    let real = issued(&server, "device").await;
    let pem = real["certificate"].as_str().unwrap();
    let body: String = pem.lines().filter(|line| !line.starts_with("-----")).collect();
    let der = data_encoding::BASE64.decode(body.as_bytes()).unwrap();
    let armoured = |der: &[u8]| {
        format!(
            "-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----\n",
            data_encoding::BASE64.encode(der)
        )
    };
    assert_eq!(outcome(&verify_chain(&server, &[&armoured(&der)]).await), "Accepted");
    for at in 0..der.len() {
        let mut changed = der.clone();
        changed[at] ^= 1;
        let verdict = outcome(&verify_chain(&server, &[&armoured(&changed)]).await);
        // Not all of a signature's wrapping is signed: then it is ours, but not the one on record.
        let told = ["BadSignature", "MalformedCertificate", "UntrustedIssuer", "UnknownCertificate"];
        assert!(told.contains(&verdict.as_str()), "byte {at}: {verdict}");
    }
});

both!(ours_that_is_not_on_record_is_unknown, async |server: TestServer| {
    let lost = issued(&server, "device").await;
    let leaf = lost["certificate"].as_str().unwrap();
    sql(&server.database, "DELETE FROM x509_credentials");
    assert_eq!(
        verify_chain(&server, &[leaf]).await,
        rejected("UnknownCertificate", "the tenant's CA has no such certificate on record")
    );
});

both!(what_is_no_certificate_is_malformed, async |server: TestServer| {
    let real = issued(&server, "device").await;
    let (leaf, key) = (real["certificate"].as_str().unwrap(), real["privateKey"].as_str().unwrap());
    let half = &leaf[..leaf.len() / 2];
    let renamed = leaf.replace("CERTIFICATE", "X509 CRL");
    let wrong_base64 = leaf.replacen('M', "!", 1);
    let longer = leaf.replacen("-----END", "AAAA\n-----END", 1);
    let public = forger("default").run("pkey -in leaf.key -pubout");
    let twice = format!("{leaf}\n{leaf}");
    let key_too = format!("{leaf}\n{key}");
    let empty = "-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n";
    let zeros = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    let long = "A".repeat(32_768);
    for bad in [
        "zq3xv",
        "\0",
        "ü",
        key,
        &key_too,
        half,
        &renamed,
        &wrong_base64,
        &longer,
        &public,
        &twice,
        empty,
        zeros,
        &long,
    ] {
        let verdict = verify_chain(&server, &[bad]).await;
        assert_eq!(outcome(&verdict), "MalformedCertificate", "{bad}: {verdict}");
        let detail = verdict["detail"].as_str().unwrap();
        assert!(detail.starts_with("the certificate ") && detail.len() < 200, "{detail}");
        for secret in key.lines().chain(["zq3xv"]) {
            assert!(!detail.contains(secret), "{detail}");
        }
    }
    // What is above a certificate of ours is not looked at; of others it is.
    assert_eq!(outcome(&verify_chain(&server, &[leaf, key]).await), "Accepted");
    let openssl = forger("default");
    let other = forge(&openssl, "named", "1");
    assert_eq!(outcome(&verify_chain(&server, &[&other, "zq3xv"]).await), "MalformedCertificate");
});
